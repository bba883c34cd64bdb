"""One-time links that bring a conversation to another channel: `https://t.me/the_bot?start=TOKEN`.

A token is the number of its row and our signature of it, in the 64 characters of [A-Za-z0-9_-] that a Telegram deep
link holds. So nobody can make one up, and the row says whose it is, until when, and whether it was used.

The journal has a link sealed, with that number alone: who reads transcripts can't follow it. It is opened for the
customer, where what was said leaves us. Codes to a telephone (bot.customers.codes) are kept from it in the same way.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, insert, select, update

from bot.dialogue.actions import Say, Sent
from bot.dialogue.dialable import reaches
from bot.dialogue.events import Invited
from bot.dialogue.identity import CODE_DIGITS
from bot.ports import Identity, Row
from bot.stores.schema import links

LIVES = timedelta(hours=1)  # long enough to find the telephone that the SMS came to
TEXTED = 3  # links by SMS to one number within TEXTED_IN: a caller's number can be forged, and each SMS costs
TEXTED_IN = timedelta(hours=24)
ID_BYTES = 12
_SEAL = "\N{MIDDLE DOT}"
_SEALED = re.compile(rf"{_SEAL}(link|code)-([0-9a-f]{{24}}){_SEAL}")
MAC_BYTES = 16  # of HMAC-SHA256, 128 bits: RFC 2104 5
_MARK = "TOKEN"  # stands for one, to see what an address is like before it
LONGEST = 500  # characters of an address; ours have under 200, and what a customer told may stand in a text
_ADDRESS = re.compile(r"(?:https?|viber)://[^\s<>\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """conversation: that goes on where the link leads. identity: whose it is."""

    conversation: str
    identity: Identity
    channel: str


@dataclass(slots=True)
class Ways:
    """To other channels. doors: by a channel's name, what makes an address of a token; channels that are on put theirs
    in. sms: the channel that sends to telephone numbers, "" where there is none. codes_an_hour: that it may send to
    everybody together: visitors cost nothing to make up, and messages to far numbers cost much."""

    key: bytes
    doors: dict[str, Callable[[str], str]] = field(default_factory=dict)
    sms: str = ""
    codes_an_hour: int = 60

    def make(self, tx: Connection, *, conversation: str, identity: Identity, channel: str, at: datetime) -> str:
        """The address that leads there, once; "" where we are not on that channel."""
        door = self.doors.get(channel)
        if door is None:
            return ""
        ident = secrets.token_bytes(ID_BYTES)
        tx.execute(
            insert(links).values(
                id=ident.hex(),
                conversation=conversation,
                kind=identity.kind,
                value=identity.value,
                channel=channel,
                at=at,
                expires=at + LIVES,
            )
        )
        return door(f"{_SEAL}link-{ident.hex()}{_SEAL}")

    def opened(self, text: str) -> str:
        """What the customer is to see of it."""
        return _SEALED.sub(self._open, text) if _SEAL in text else text

    def shown(self, row: Row) -> Row:
        """A row as its customer is to see it."""
        entry = row.entry
        if isinstance(entry, Say):  # no other words of ours: they may repeat whatever a customer has told
            if _SEAL not in entry.text or entry.prompt.rpartition(":")[2] != "go_on_there":
                return row
            return replace(row, entry=replace(entry, text=self.opened(entry.text), speech=self.opened(entry.speech)))
        if isinstance(entry, Sent) and _SEAL in entry.text:
            return replace(row, entry=replace(entry, text=self.opened(entry.text)))
        if isinstance(entry, Invited) and _SEAL in entry.link:
            return replace(row, entry=replace(entry, link=self.opened(entry.link)))
        return row

    def code(self, salt: str) -> str:
        """Six digits that nobody without our key can tell from the salt."""
        made = hmac.new(self.key, f"code:{salt}".encode(), hashlib.sha256).digest()
        return f"{int.from_bytes(made[:8]) % 10**CODE_DIGITS:0{CODE_DIGITS}}"

    def sealed_code(self, salt: str) -> str:
        return f"{_SEAL}code-{salt}{_SEAL}"

    def _open(self, found: re.Match[str]) -> str:
        if found[1] == "code":
            return self.code(found[2])
        ident = bytes.fromhex(found[2])
        return base64.urlsafe_b64encode(ident + self._mac(ident)).decode().rstrip("=")

    def texts(self, tx: Connection, number: str, *, at: datetime) -> bool:
        """Whether one more link may go to this number by SMS, whatever it was that the links made for it led to."""
        if not self.sms or not number or not reaches(("+",), number):
            return False
        made = tx.execute(
            select(func.count()).where(links.c.kind == "phone", links.c.value == number, links.c.at > at - TEXTED_IN)
        ).scalar_one()
        return made <= TEXTED  # the one to be sent is made already

    def redeem(self, tx: Connection, token: str, *, at: datetime) -> Link | None:
        """What it leads to, and never again; None where it isn't ours, is too old, or was used."""
        ident = self._read(token)
        if ident is None:
            return None
        row = tx.execute(select(links).where(links.c.id == ident.hex()).with_for_update()).one_or_none()
        if row is None or row.used is not None or row.expires < at:
            return None
        tx.execute(update(links).where(links.c.id == row.id).values(used=at))
        identity = Identity(kind=row.kind, value=row.value)
        return Link(conversation=row.conversation, identity=identity, channel=row.channel)

    def conversation(self, tx: Connection, token: str) -> str:
        """Which one it leads to, read and not used up; "" where it is none of ours."""
        ident = self._read(token)
        if ident is None:
            return ""
        return tx.execute(select(links.c.conversation).where(links.c.id == ident.hex())).scalar() or ""

    def way_of(self, text: str) -> tuple[str, str]:
        """The channel and the address of the first of our links in a text; "" and "" where there is none."""
        for address in _ADDRESS.findall(text):
            for channel, door in self.doors.items():
                before = door(_MARK).partition(_MARK)[0]
                if before and address.startswith(before) and len(before) < len(address) <= LONGEST:
                    return channel, address
        return "", ""

    def _read(self, token: str) -> bytes | None:
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != token:
            return None  # the same bits in other letters
        ident, mac = raw[:ID_BYTES], raw[ID_BYTES:]
        return ident if hmac.compare_digest(mac, self._mac(ident)) else None

    def _mac(self, ident: bytes) -> bytes:
        return hmac.new(self.key, b"link:" + ident, hashlib.sha256).digest()[:MAC_BYTES]


def web_door(public: str) -> Mapping[str, Callable[[str], str]]:
    """To the chat of our own page, where this site's address is known."""
    return {"web": lambda token: f"{public.rstrip('/')}/?go={token}"} if public else {}
