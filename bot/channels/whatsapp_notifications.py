"""What people did in WhatsApp and what became of our messages, read from its notifications, and its error codes
(developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages, …/support/error-codes).

Who edits or takes back what they wrote is told of (`edit`, `revoke`) only where the number is in the Business app, too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pywa.errors import WhatsAppError

from bot.channels.messenger import Began, Contact, Deed, Edited, Pressed, Receipt, Sent, Spoke, Wrote
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)

BEGIN = "/start"
TOLD_S = {4: 60.0, 80007: 60.0, 130429: 5.0, 131048: 3600.0, 131056: 6.0}  # codes of "too many", and how long to wait
TOKEN_CODES = (0, 3, 10, 190, 200)
PASSING = (1, 2, 131000, 131016, 131057)  # of their own trouble
OURS = (368, 131005, 131031, 131037, 131042, 131045)  # locked, not paid, not registered: the staff can mend it
OUTSIDE_WINDOW = 131047  # more than 24 hours after they wrote last: templates alone would reach them
UNDELIVERABLE = (131021, 131026)


class Outside(Undelivered):
    """They wrote more than 24 hours ago."""


def read(reader: Callable[[Mapping[str, Any]], Iterator[Any]], each: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What can be read; a message of a kind that nobody knows yet must not hide the others."""
    found: list[Any] = []
    for one in each:
        try:
            found += reader(one)
        except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
            log.warning("a notification of WhatsApp can't be read: %s", type(error).__name__)
    return found


def deed(message: Mapping[str, Any]) -> Deed | None:
    kind = message["type"]
    content = message.get(kind) or {}
    if kind == "text":
        return _written(content["body"])
    if kind == "request_welcome":
        return Began()  # the chat was opened for the first time, where that is switched on at Meta
    if kind == "edit":
        text = str((content.get("message") or {}).get("text", {}).get("body", ""))
        return Edited(text) if text else None
    if kind == "interactive":
        reply = content.get("button_reply") or content.get("list_reply")
        return Pressed(payload=reply["id"], title=reply["title"]) if reply else Sent("other")
    if kind == "button":
        return Pressed(payload=content["payload"], title=content["text"])
    if kind == "audio":
        return Spoke(content["id"]) if content.get("voice") else Sent("file", media=content["id"])
    if kind in ("image", "video", "sticker"):
        return Sent(kind, media=content["id"], caption=content.get("caption", ""))
    if kind == "document":
        return Sent("file", content["id"], content.get("filename", ""), content.get("caption", ""))
    if kind == "location":
        return Sent("location", name=f"{content['latitude']}, {content['longitude']}")
    if kind == "contacts":
        phones = [phone for each in message["contacts"] for phone in each.get("phones", ())]
        number = next((phone.get("wa_id") or phone.get("phone", "") for phone in phones), "")
        digits = "".join(char for char in number if char.isdecimal())
        return Contact(f"+{digits}", own=digits == message.get("from")) if digits else Sent("contact")
    if kind in ("reaction", "system", "ephemeral", "revoke"):
        return None  # a heart under what we said asks for nothing, nor does what was taken back
    return Sent("other")


def _written(text: str) -> Deed:
    """ "/start TOKEN" is what a link of ours wrote for them."""
    word, _, token = text.strip().partition(" ")
    if word.lower() == BEGIN and " " not in token.strip():
        return Began(token.strip())
    return Wrote(text)


def receipts(status: Mapping[str, Any]) -> Iterator[Receipt]:
    key = status.get("biz_opaque_callback_data", "")
    if not key:
        return
    chat = str(status.get("recipient_id") or status.get("recipient_user_id", ""))
    failed = None
    if status["status"] == "failed":
        failed = undelivered(WhatsAppError.from_dict(status["errors"][0]))
    yield Receipt(key=key, chat=chat, failed=failed)


def undelivered(error: WhatsAppError) -> Undelivered:
    code = error.code
    answer = error.raw_response
    wait = answer.headers.get("retry-after", "") if answer is not None else ""
    if code in TOLD_S or error.status_code == 429:
        return Undelivered(str(code), retry_after=float(wait) if wait.isdecimal() else TOLD_S.get(code, 5.0), told=True)
    if code in UNDELIVERABLE:
        return Blocked()
    if code == OUTSIDE_WINDOW:
        return Outside("the 24 hours to answer in are over", retry_after=None)
    if code in TOKEN_CODES:
        return Undelivered("its token is no longer taken", retry_after=60.0, told=True)
    if code in OURS:
        return Undelivered(str(code), retry_after=60.0)
    if code in PASSING or error.is_transient or (error.status_code or 0) >= 500:
        return Undelivered(str(code))
    return Undelivered(str(code), retry_after=None)
