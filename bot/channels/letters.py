"""A mail as it lies in a mailbox (RFC 5322, MIME), read: who wrote it, what, and whether it is an answer to anything.

Read with the forgiving half of the standard library, for what people's programs make of the standards is read too:
headers in raw koi8-r, charsets that aren't the one they name, parts without an end.
"""

from __future__ import annotations

import email.header
import email.message
import email.policy
import email.utils
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.message import Message
from hashlib import sha256
from typing import Literal

from bot.channels import quoted
from bot.channels.vouching import vouched

MAX_TEXT = 200_000  # characters of a text part that are read
MAX_PARTS = 200
MAX_ADDRESS = 180  # characters; an identity holds 200
ADDRESS = re.compile(r"[^\s@<>()\",;:\\]{1,64}@(?:[\w-]{1,63}\.)+[\w-]{2,63}")
# Who never reads what is sent there.
_MACHINES = re.compile(
    r"^(?:mailer-daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|bounces?|root|daemon|listserv|majordomo)\b"
    r"|^(?:.+-)?(?:bounces?|owner|request)@|[-_.]no-?reply@",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^\s*(?:(?:re|aw|sv|fw|fwd|ответ|отв|на|пересл)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_IDS = re.compile(r"<[!-;=?-~]{1,250}>")  # of other characters no answer could be made

# Signatures, and what programs say of a mail.
_NO_CONTENT = (
    "application/pgp-signature",
    "application/pkcs7-signature",
    "application/x-pkcs7-signature",
    "message/delivery-status",
    "message/disposition-notification",
    "text/rfc822-headers",
)

# What the standard library raises of mails that are made to break their reader; RecursionError of parts in parts.
_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, OverflowError)

Kind = Literal["image", "video", "voice", "file", "other"]


@dataclass(frozen=True, slots=True)
class Enclosed:
    """Something that came with it. number: which of the mail's parts, for `part_of`."""

    kind: Kind
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Bounce:
    """It could not be brought to somebody (RFC 3464). original: Message-ID of what could not be. status: "5.1.1".
    final: it never will be. recipients: whom it may have been for."""

    original: str
    status: str
    final: bool
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """id: Message-ID with its <>, "" where it has none. own: what tells it from others, also without one. sender: in
    lower case, "" where it isn't one person's. text: what they wrote now. subject: without "Re:". fresh: it answers
    nothing. machine: why nobody waits for an answer to it, "" where somebody does."""

    id: str
    own: str
    sender: str
    subject: str
    text: str
    at: datetime | None
    references: tuple[str, ...] = ()
    fresh: bool = True
    enclosed: tuple[Enclosed, ...] = ()
    machine: str = ""
    bounce: Bounce | None = None
    proven: bool = False


def read(raw: bytes, authserv: str = "") -> Letter:
    """Never raises: what can't be read is left to people. authserv: the name by which our own server signs
    Authentication-Results; "" believes nobody."""
    try:
        return _read(raw, authserv)
    except _UNREADABLE:
        own = sha256(raw).hexdigest()[:40]
        return Letter(id="", own=own, sender="", subject="", text="", at=None, machine="unreadable")


def _read(raw: bytes, authserv: str) -> Letter:
    message = email.message_from_bytes(raw)
    ident = _first_id(header(message, "Message-ID"))
    own = sha256(ident.encode() + header(message, "Date").encode() if ident else raw).hexdigest()[:40]
    sender = _sender(message)
    answers = header(message, "In-Reply-To")
    references = tuple(dict.fromkeys(_IDS.findall(f"{header(message, 'References')} {answers}")))
    subject = header(message, "Subject")
    bounce = _bounce(message)
    text, enclosed = _content(message)
    return Letter(
        id=ident,
        own=own,
        sender=sender,
        subject=_REPLY.sub("", subject).strip(),
        text=text,
        at=_date(message),
        references=references,
        fresh=not references and not _REPLY.match(subject),
        enclosed=enclosed,
        machine=_machine(message, sender, bounce),
        bounce=bounce,
        proven=bool(sender)
        and bool(authserv)
        and vouched(_headers(message, "Authentication-Results"), authserv, sender.rpartition("@")[2]),
    )


def part_of(raw: bytes, number: int) -> bytes:
    """The content of that part. Raises LookupError."""
    for at, part in enumerate(_parts(email.message_from_bytes(raw))):
        if at == number:
            return _bytes(part)
    raise LookupError(number)


def answer_to(subject: str) -> str:
    """The subject of an answer in the same thread."""
    bare = " ".join(_REPLY.sub("", subject).split())[:200]
    return f"Re: {bare}" if bare else ""


# --- headers -------------------------------------------------------------------------------------


def header(message: Message, name: str) -> str:
    """One line, decoded; "" where there is none."""
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _decoded(str(raw))


def _headers(message: Message, name: str) -> list[str]:
    """As they came: decoded, an address that is made for it would turn into statements of our server's."""
    return [" ".join(str(value).split()) for key, value in message.raw_items() if key.lower() == name.lower()]


def _decoded(raw: str) -> str:
    raw = " ".join(raw.split())[:20_000]
    try:
        parts = email.header.decode_header(raw)
    except (HeaderParseError, ValueError):
        parts = [(raw, None)]
    whole = ""
    for part, charset in parts:
        if isinstance(part, bytes):
            # Python hands what isn't encoded over as "raw-unicode-escape", which is what it came as.
            whole += _text(part, charset or "")
        else:
            whole += _text(part.encode("ascii", "surrogateescape"), "") if _odd(part) else part
    return " ".join("".join(char for char in whole if char.isprintable() or char == " ").split())


def _odd(text: str) -> bool:
    return any("\udc80" <= char <= "\udcff" for char in text)


def _sender(message: Message) -> str:
    """The one address in From; "" where there are none or several."""
    raw = [str(value) for key, value in message.raw_items() if key.lower() == "from"]
    found = {
        address.strip().lower()
        for _, address in email.utils.getaddresses([each.encode("utf-8", "replace").decode() for each in raw])
        if address.strip()
    }
    address = found.pop() if len(found) == 1 else ""
    return address if ADDRESS.fullmatch(address) and len(address) <= MAX_ADDRESS else ""


def _first_id(text: str) -> str:
    found = _IDS.search(text)
    return found.group() if found else ""


def _date(message: Message) -> datetime | None:
    try:
        at = email.utils.parsedate_to_datetime(header(message, "Date"))
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _machine(message: Message, sender: str, bounce: Bounce | None) -> str:
    """RFC 3834 2, and what programs do that have never read it."""
    if bounce is not None or message.get_content_type() == "multipart/report":
        return "report"
    if header(message, "Auto-Submitted").partition(";")[0].strip().lower() not in ("", "no"):
        return "auto-submitted"
    if header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return "precedence"
    if any(header(message, name) for name in ("List-Id", "List-Post", "List-Unsubscribe", "Mailing-List")):
        return "list"
    if any(header(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Autoreply-From", "X-Auto-Reply-From")):
        return "auto-reply"
    wished = header(message, "X-Auto-Response-Suppress").lower()
    if any(each.strip() in ("all", "autoreply", "oof") for each in wished.split(",")):
        return "suppressed"
    if header(message, "Return-Path") == "<>":
        return "null sender"
    if not sender or _MACHINES.search(sender):
        return "machine"
    return ""


# --- content -------------------------------------------------------------------------------------


def _parts(message: Message) -> Iterator[Message]:
    """Its leaves, in order; a mail inside a mail is one."""
    left: list[Message] = [message]
    seen = 0
    while left and seen < MAX_PARTS:
        part = left.pop(0)
        seen += 1
        inside = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(inside, list):
            left[:0] = [each for each in inside if isinstance(each, Message)]
        else:
            yield part


def _content(message: Message) -> tuple[str, tuple[Enclosed, ...]]:
    plain: list[str] = []
    html: list[str] = []
    enclosed: list[Enclosed] = []
    for number, part in enumerate(_parts(message)):
        kind, main = part.get_content_type(), part.get_content_maintype()
        disposition = str(part.get("Content-Disposition") or "").partition(";")[0].strip().lower()
        name = _name(part)
        if main == "text" and disposition != "attachment" and not name and kind in ("text/plain", "text/html"):
            into = plain if kind == "text/plain" else html
            into.append(_text(_bytes(part), str(part.get_content_charset("") or ""))[: MAX_TEXT * 10])
        elif main == "image" and part.get("Content-ID") and disposition != "attachment":
            continue  # stands in the HTML: a logo under a signature
        elif kind in _NO_CONTENT:
            continue
        else:
            enclosed.append(Enclosed(_kind(main, kind), name, number))
    # An empty plain part beside HTML is made by programs that know better.
    text = "\n".join(plain)
    if not text.strip() and html:
        text = quoted.of_html("\n".join(html))
    return quoted.own(text[:MAX_TEXT]), tuple(enclosed)


def _kind(main: str, kind: str) -> Kind:
    if main == "image":
        return "image"
    if main == "video":
        return "video"
    if main == "audio" or kind == "application/ogg":
        return "voice"
    return "other" if kind in ("application/pkcs7-mime", "application/pgp-encrypted") else "file"


def _name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        name = ""
    return _decoded(name).replace("/", "_").replace("\\", "_")[:120]


def _bytes(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        found = None
    if isinstance(found, bytes):
        return found
    inside = part.get_payload()
    if isinstance(inside, list) and inside and isinstance(inside[0], Message):  # a mail inside it
        return inside[0].as_bytes()
    return str(inside or "").encode("utf-8", "replace")


def _text(raw: bytes, charset: str) -> str:
    """In the charset that it names; else in the one that makes most sense of it."""
    charset = charset.strip("'\" ").lower()
    named = [] if charset in ("", "us-ascii", "ascii", "unknown-8bit", "default") else [charset]
    for each in (*named, "utf-8"):
        try:
            return raw.decode(each)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    if named:
        try:
            return raw.decode(charset, "replace")
        except (LookupError, ValueError):
            pass
    return max((raw.decode(each, "replace") for each in ("cp1251", "koi8-r")), key=_russian)


def _russian(text: str) -> int:
    """In the wrong one of the two, small letters are large."""
    return sum("а" <= char <= "я" for char in text) - sum("А" <= char <= "Я" for char in text)


# --- bounces (RFC 3464) ---------------------------------------------------------------------------


def _bounce(message: Message) -> Bounce | None:
    told: Message | None = None
    original, wanted = "", []
    for part in message.walk():
        kind = part.get_content_type()
        inside = part.get_payload()
        within = [each for each in inside if isinstance(each, Message)] if isinstance(inside, list) else []
        if kind == "message/delivery-status":
            told = next((each for each in within if header(each, "Action")), told)
        elif kind in ("text/rfc822-headers", "message/rfc822") and not original:
            sent = within[0] if within else email.message_from_bytes(_bytes(part))
            original = _first_id(header(sent, "Message-ID"))
            wanted = ADDRESS.findall(header(sent, "To"))
    if told is None or not original:
        return None
    for name in ("Original-Recipient", "Final-Recipient"):
        wanted += ADDRESS.findall(header(told, name))
    action, status = header(told, "Action").lower(), header(told, "Status").split(" ")[0]
    if action not in ("failed", "delayed"):
        return None
    recipients = tuple(dict.fromkeys(each.lower() for each in wanted[:10]))
    return Bounce(original, status, final=action == "failed", recipients=recipients)
