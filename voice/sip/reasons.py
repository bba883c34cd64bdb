"""Why a call ended: SIP statuses, and the stack's closing lines."""

from __future__ import annotations

from http import HTTPStatus

TRANSFERRED = "Call transfered"  # the stack's closing line, as it spells it
REASONS = {  # RFC 3261 21, where HTTP has no such status or another word for it
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}


def reason_of(status: int) -> str:
    if status in REASONS:
        return REASONS[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Rejected"


def told(text: str) -> str:
    """Ended.reason of the stack's closing line."""
    if not text or "reset by peer" in text.lower() or text == "487 Request Terminated":
        return "caller"
    if text == TRANSFERRED:
        return "transferred"
    if "rtp stream" in text.lower() or "timed out" in text.lower():
        return "lost"
    return text


def status_of(reason: str) -> int:
    head = reason[:3]
    return int(head) if head.isdigit() and len(head) == 3 else 0
