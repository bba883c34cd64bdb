"""Whether a mail comes from the domain that it says it comes from, by the word of our own mail server (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*(dmarc|dkim|spf)\s*=\s*(\w+)(.*)$", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|header\.from|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)


def vouched(told: Sequence[str], authserv: str, domain: str) -> bool:
    """told: the Authentication-Results of a mail, topmost first. authserv: our own server's name in them. domain: of
    From.

    True where that server found DMARC passed, or DKIM or SPF of that very domain. What others wrote into the header
    before it reached us is believed by nobody: theirs bears another name, and stands below ours.
    """
    for value in told:
        name, _, results = _COMMENT.sub(" ", value).partition(";")
        if (name.split() or [""])[0].lower().rstrip(".") != authserv.lower().rstrip("."):
            continue
        return any(_passes(each, domain) for each in results.split(";"))  # the topmost of ours alone
    return False


def _passes(result: str, domain: str) -> bool:
    found = _RESULT.match(result)
    if found is None or found.group(2).lower() != "pass":
        return False
    told: dict[str, str] = {
        key.lower(): value.lower().rpartition("@")[2].rstrip(".") for key, value in _PROPERTY.findall(found.group(3))
    }
    method = found.group(1).lower()
    if method == "dmarc":
        return told.get("header.from", domain) == domain
    if method == "dkim":
        return domain in (told.get("header.d"), told.get("header.i"))
    return told.get("smtp.mailfrom", "") == domain
