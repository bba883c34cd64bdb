"""SMPP 3.4 without a socket: what its PDUs look like in bytes. Sections are those of the SMPP 3.4 specification."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

HEADER = struct.Struct(">IIII")  # 3.2: length, command, status, sequence number
MAX_LENGTH = 70_000  # bytes: a message_payload of 64 KiB and what stands around it
LAST_SEQUENCE = 0x7FFFFFFF  # 3.2

# 5.1.2.1
RESPONSE = 0x80000000
GENERIC_NACK = 0x80000000
SUBMIT_SM, DELIVER_SM, UNBIND, BIND_TRANSCEIVER, ENQUIRE_LINK = 0x04, 0x05, 0x06, 0x09, 0x15
# 5.1.3
OK, INVALID_LENGTH, INVALID_COMMAND, BIND_STATUS, SYSTEM_ERROR = 0x00, 0x02, 0x03, 0x04, 0x08
INVALID_SOURCE, INVALID_DESTINATION, BIND_FAILED, INVALID_PASSWORD, INVALID_SYSTEM = 0x0A, 0x0B, 0x0D, 0x0E, 0x0F
QUEUE_FULL, THROTTLED, TEMPORARY, BAD_PARAMETERS = 0x14, 0x58, 0x64, 0xC0
# 5.3.2
RECEIPTED_ID, MESSAGE_STATE, PAYLOAD = 0x001E, 0x0427, 0x0424
SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER = 0x020C, 0x020E, 0x020F
# 5.2.5, 5.2.6, 5.2.12
UNKNOWN, INTERNATIONAL, NETWORK, ALPHANUMERIC = 0, 1, 3, 5
ISDN = 1
UDHI, KIND, RECEIPT = 0x40, 0x3C, 0x04


class Malformed(Exception):
    """status: what a generic_nack says of it. fatal: where the next PDU begins can't be told any more."""

    def __init__(self, why: str, status: int, sequence: int = 0, *, fatal: bool = False) -> None:
        super().__init__(why)
        self.status, self.sequence, self.fatal = status, sequence, fatal


@dataclass(frozen=True, slots=True)
class Pdu:
    """body: as it is on the wire, without the header."""

    command: int
    sequence: int
    status: int = OK
    body: bytes = b""

    def encoded(self) -> bytes:
        return HEADER.pack(HEADER.size + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Address:
    ton: int
    npi: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The body of submit_sm and deliver_sm (4.4.1, 4.6.1). tlvs: by tag, values as they are on the wire."""

    source: Address
    destination: Address
    text: bytes
    coding: int = 0
    esm_class: int = 0
    registered: int = 0
    tlvs: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        return self.text or self.tlvs.get(PAYLOAD, b"")

    def encoded(self) -> bytes:
        """Raises ValueError for what has no place in a PDU."""
        if len(self.text) > 254:
            raise ValueError("short_message has 254 octets at most")
        return b"".join(
            (
                b"\0",  # service_type
                _address(self.source),
                _address(self.destination),
                bytes((self.esm_class, 0, 0)),  # protocol_id, priority_flag
                b"\0\0",  # schedule_delivery_time, validity_period: the default of the SMSC
                bytes((self.registered, 0, self.coding, 0, len(self.text))),
                self.text,
                *(struct.pack(">HH", tag, len(value)) + value for tag, value in self.tlvs.items()),
            )
        )


class Frames:
    """Bytes of a stream as they come, PDUs as they are whole."""

    def __init__(self) -> None:
        self._held = bytearray()

    def fed(self, more: bytes) -> Iterator[Pdu]:
        """Raises Malformed, fatal, where a length can be none: before anything of it is waited for."""
        self._held += more
        while len(self._held) >= HEADER.size:
            length, command, status, sequence = HEADER.unpack_from(self._held)
            if not HEADER.size <= length <= MAX_LENGTH:
                raise Malformed(f"command_length is {length}", INVALID_LENGTH, sequence, fatal=True)
            if len(self._held) < length:
                return
            body = bytes(self._held[HEADER.size : length])
            del self._held[:length]
            yield Pdu(command, sequence, status, body)


def bind(system_id: str, password: str, system_type: str = "") -> bytes:
    """The body of bind_transceiver (4.1.5). Raises ValueError."""
    names = b"".join(_cstring(each) for each in (system_id, password, system_type))
    return names + bytes((0x34, UNKNOWN, UNKNOWN)) + b"\0"


def bound(body: bytes) -> tuple[str, str, str]:
    """system_id, password and system_type of such a body. Raises Malformed."""
    reader = _Reader(body)
    return reader.cstring(), reader.cstring(), reader.cstring()


def message(body: bytes) -> Message:
    """Of submit_sm and deliver_sm. Raises Malformed."""
    reader = _Reader(body)
    reader.cstring()  # service_type
    source, destination = reader.address(), reader.address()
    esm_class, _protocol, _priority = reader.take(3)
    reader.cstring()
    reader.cstring()
    registered, _replace, coding, _default, length = reader.take(5)
    return Message(
        source=source,
        destination=destination,
        text=reader.take(length),
        coding=coding,
        esm_class=esm_class,
        registered=registered,
        tlvs=reader.tlvs(),
    )


def ident(body: bytes) -> str:
    """message_id of submit_sm_resp, "" where it has none, as of an error. Raises Malformed."""
    return _Reader(body).cstring() if body else ""


def _cstring(text: str) -> bytes:
    raw = text.encode("latin-1")
    if b"\0" in raw:
        raise ValueError("there is a zero in it")
    return raw + b"\0"


def _address(address: Address) -> bytes:
    if len(address.value) > 20:
        raise ValueError("an address has 20 octets at most")
    return bytes((address.ton, address.npi)) + _cstring(address.value)


class _Reader:
    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._body):
            raise Malformed("it ends too early", INVALID_LENGTH)
        found, self._at = self._body[self._at : end], end
        return found

    def cstring(self) -> str:
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise Malformed("a string has no end", INVALID_LENGTH)
        found, self._at = self._body[self._at : end], end + 1
        return found.decode("latin-1")

    def address(self) -> Address:
        ton, npi = self.take(2)
        return Address(ton, npi, self.cstring())

    def tlvs(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while self._at < len(self._body):
            tag, length = struct.unpack(">HH", self.take(4))
            found[tag] = self.take(length)
        return found
