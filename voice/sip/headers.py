"""Headers of an INVITE that a call keeps, and a SIP request's headers as it came."""

from __future__ import annotations

import re

KEPT = (  # baresip can keep 16
    "To",
    "From",
    "P-Called-Party-ID",  # RFC 7315: what was dialled, where To says whom it reached
    "User-to-User",  # RFC 7433
    "Diversion",  # RFC 5806
    "History-Info",  # RFC 7044
    "P-Asserted-Identity",  # RFC 3325
    "Remote-Party-ID",
    "Subject",
    "Call-Info",
    "Session-Expires",  # RFC 4028
    "x",  # its compact form
)
COMPACT = {"f": "From", "t": "To", "s": "Subject", "i": "Call-ID", "x": "Session-Expires"}  # RFC 3261 7.3.3
_SPELT = {name.lower(): name for name in KEPT}


def spelt(name: str) -> str:
    """As KEPT writes it: P-Called-Party-Id is the same header (RFC 3261 7.3.1)."""
    return _SPELT.get(name.lower(), name)


def headers_of(message: str) -> dict[str, str]:
    """Of a SIP request, names in lower case and never compact; what comes several times is joined by commas."""
    head = re.split(r"\r?\n\r?\n", message, maxsplit=1)[0]
    found: dict[str, str] = {}
    for line in re.sub(r"\r?\n[ \t]+", " ", head).splitlines()[1:]:
        name, colon, value = line.partition(":")
        key = name.strip().lower()
        key = COMPACT.get(key, key).lower()
        if colon:
            found[key] = f"{found[key]}, {value.strip()}" if key in found else value.strip()
    return found
