"""The text of an SMS in bytes and back: GSM-7 and UCS-2 (3GPP TS 23.038), segments by user data header (23.040
9.2.3.24) and what an SMSC tells of a delivery (SMPP 3.4, 5.2.28 and appendix B)."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.channels.pdu import (
    KIND,
    MESSAGE_STATE,
    RECEIPT,
    RECEIPTED_ID,
    SAR_NUMBER,
    SAR_REFERENCE,
    SAR_TOTAL,
    UDHI,
    Message,
)
from bot.channels.sms import ALONE, ALPHABET, JOINED, septets

GSM, UCS2 = 0, 8  # data_coding, SMPP 3.4 5.2.19
ESCAPE = 0x1B
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F, "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65
}  # fmt: skip
_TABLE = f"{ALPHABET[:ESCAPE]}\x1b{ALPHABET[ESCAPE:]}"  # by septet
_SEPTETS = {char: bytes((septet,)) for septet, char in enumerate(_TABLE) if septet != ESCAPE} | {
    char: bytes((ESCAPE, septet)) for char, septet in _EXTENSION.items()
}
_EXTENDED = {septet: char for char, septet in _EXTENSION.items()}
_CODECS = {1: "ascii", 3: "latin-1", 5: "shift_jis", 6: "iso8859-5", 7: "iso8859-8", UCS2: "utf-16-be", 14: "euc_kr"}
KEPT = 1_000  # messages of which not all has come
LATEST_S = 60.0  # what has not come by then is not waited for

_RECEIPT = re.compile(r"\bid:\s*(\S+).*?\bstat:\s*(\w+)", re.IGNORECASE | re.DOTALL)
STATES = (
    "", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD"
)  # fmt: skip  # 5.2.28, by number
DELIVERED, FAILED = "DELIVRD", ("EXPIRED", "DELETED", "UNDELIV", "REJECTD")


@dataclass(frozen=True, slots=True)
class Segment:
    """esm_class, data_coding and short_message of one submit_sm."""

    esm_class: int
    coding: int
    content: bytes


def segmented(text: str, reference: int) -> list[Segment]:
    """reference: 0..255, alike for all segments of one text."""
    coding = GSM if septets(text) is not None else UCS2
    index = (GSM, UCS2).index(coding)
    units = [_unit(char, coding) for char in text]
    wide = 1 if coding == GSM else 2  # octets of one
    if sum(map(len, units)) <= ALONE[index] * wide:
        return [Segment(0, coding, b"".join(units))]
    laid = [bytearray()]
    for unit in units:  # neither an escape nor an emoji is torn
        if len(laid[-1]) + len(unit) > JOINED[index] * wide:
            laid.append(bytearray())
        laid[-1] += unit
    return [
        Segment(UDHI, coding, bytes((5, 0, 3, reference, len(laid), number)) + each)
        for number, each in enumerate(laid, 1)
    ]


def _unit(char: str, coding: int) -> bytes:
    return _SEPTETS[char] if coding == GSM else char.encode("utf-16-be", "replace")


def read(content: bytes, coding: int) -> str | None:
    """The text; None where it is none (5.2.19: octets)."""
    if coding & 0xF0 == 0xF0:  # 23.038 4: a message class, bit 2 is the alphabet
        coding = 4 if coding & 0x04 else GSM
    elif 0x10 <= coding < 0x40:
        coding = (GSM, 4, UCS2, 2)[coding >> 2 & 3]
    if coding == GSM:
        return _gsm(content)
    codec = _CODECS.get(coding)
    return content.decode(codec, "replace") if codec else None


def _gsm(content: bytes) -> str:
    found: list[str] = []
    octets = iter(content)
    for each in octets:
        if each == ESCAPE:
            each = next(octets, ESCAPE)
            found.append(_EXTENDED.get(each) or (_TABLE[each] if each < 128 and each != ESCAPE else " "))
        else:
            found.append(_TABLE[each] if each < 128 else "\ufffd")
    return "".join(found)


@dataclass(frozen=True, slots=True)
class Place:
    """Of a segment in its message. number: from 1."""

    reference: int
    total: int
    number: int


def opened(message: Message) -> tuple[Place | None, bytes]:
    """Where it belongs, None where it is whole, and what it says without its header."""
    content = message.content
    place = None
    if message.esm_class & UDHI and content and len(content) > content[0]:
        header, content = content[1 : content[0] + 1], content[content[0] + 1 :]
        while len(header) >= 2:
            kind, told = header[0], header[2 : header[1] + 2]
            header = header[header[1] + 2 :]
            if kind == 0x00 and len(told) == 3:
                place = Place(told[0], told[1], told[2])
            elif kind == 0x08 and len(told) == 4:
                place = Place(told[0] << 8 | told[1], told[2], told[3])
    elif {SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER} <= message.tlvs.keys():
        reference, total, number = (
            int.from_bytes(message.tlvs[each], "big") for each in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER)
        )
        place = Place(reference, total, number)
    if place is not None and (place.total < 2 or not 1 <= place.number <= place.total):
        place = None  # 23.040 9.2.3.24.1: such a header is passed over
    return place, content


@dataclass(slots=True)
class _Parts:
    total: int
    coding: int
    began: float
    have: dict[int, bytes] = field(default_factory=dict)


@dataclass
class Joiner:
    """Segments until they are a message. Keys: whose, to whom, which reference."""

    _parts: OrderedDict[tuple[object, ...], _Parts] = field(default_factory=OrderedDict)

    def put(
        self, whose: tuple[object, ...], place: Place, coding: int, content: bytes, now: float
    ) -> list[bytes] | None:
        """All of it in order once it is there."""
        key = (*whose, place.reference, place.total, coding)
        parts = self._parts.get(key)
        if parts is None:
            parts = self._parts[key] = _Parts(place.total, coding, now)
            while len(self._parts) > KEPT:
                self._parts.popitem(last=False)
        parts.have[place.number] = content
        if len(parts.have) < parts.total:
            return None
        del self._parts[key]
        return _in_order(parts)

    def late(self, now: float) -> list[tuple[tuple[object, ...], int, bytes]]:
        """Of those that are not waited for any longer: the key, the coding and what there is."""
        gone = [key for key, parts in self._parts.items() if now - parts.began > LATEST_S]
        return [(key, parts.coding, b"".join(_in_order(parts))) for key in gone for parts in (self._parts.pop(key),)]


def _in_order(parts: _Parts) -> list[bytes]:
    return [parts.have[number] for number in sorted(parts.have)]


def receipt(message: Message) -> tuple[str, str] | None:
    """The id that submit_sm_resp gave, and a state of STATES; None of what is no receipt: who merely writes the words
    of one has not sent one."""
    ident = message.tlvs.get(RECEIPTED_ID, b"").rstrip(b"\0").decode("latin-1")
    number = int.from_bytes(message.tlvs.get(MESSAGE_STATE, b""), "big")
    if message.esm_class & KIND != RECEIPT and not (ident and number):
        return None
    state = STATES[number] if number < len(STATES) else "UNKNOWN"
    found = _RECEIPT.search(message.content.decode("latin-1"))
    return ident or (found.group(1) if found else ""), state or (found.group(2).upper() if found else "UNKNOWN")


def alike(ident: str) -> Sequence[str]:
    """An id as it may stand in a receipt: many SMSCs answer in hexadecimal and tell in decimal, or the other way."""
    plain = ident.strip().lower().lstrip("0") or "0"
    forms = [plain]
    if plain.isdecimal():
        forms.append(f"{int(plain):x}")
    if re.fullmatch(r"[0-9a-f]{1,16}", plain):
        forms.append(str(int(plain, 16)))
    return forms
