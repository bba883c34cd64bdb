"""Strangers are turned away before the stack makes a call of what they send.

The stack offers every request to its listeners in order, so ours stands first: a request that begins something
(INVITE, OPTIONS, REGISTER… with no tag in To) from outside the allowed networks gets a stateless 403, or nothing at
all once the sender has had enough of them. What belongs to a call that is up is let through from anywhere: media and
signalling of one call may come from different machines.
"""

from __future__ import annotations

import ctypes
import logging
import re
import time
from collections.abc import Callable

import baresip._native as native  # type: ignore[import-not-found, unused-ignore]

from voice.gate import Burst, Gate, Verdict

log = logging.getLogger(__name__)

_HANDLER = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
LONGEST = 4_096  # bytes of a header that are looked at
_IN_CALLS = frozenset({b"ACK", b"BYE", b"CANCEL", b"PRACK"})  # begin nothing
_TAG = re.compile(rb";[ \t\r\n]*tag[ \t\r\n]*=[ \t\r\n]*[^ \t\r\n;]", re.IGNORECASE)
_ADDRESS = re.compile(rb"[^<>;]*<[^<>]+>([^<>]*)")  # name-addr; its URI may have parameters of its own
_BARE = re.compile(rb"[^<>;]*(;[^<>]*)")  # addr-spec: all parameters are the header's (RFC 3261 20)


def tagged(to: bytes) -> bool:
    """Whether that To names a call that is up. Where the stack might read it otherwise: no, and the gate is asked."""
    if len(to) >= LONGEST or b"\\" in to or to.count(b'"') % 2:
        return False
    plain = re.sub(rb'"[^"]*"', b"", to)
    found = _ADDRESS.fullmatch(plain) or _BARE.fullmatch(plain)
    return found is not None and _TAG.search(found[1]) is not None


class _Text(ctypes.Structure):
    """struct pl of libre."""

    _fields_ = (("at", ctypes.c_void_p), ("size", ctypes.c_size_t))

    @property
    def value(self) -> bytes:
        return ctypes.string_at(self.at, min(self.size, LONGEST)) if self.at and self.size else b""


class _Link(ctypes.Structure):
    """struct le of libre: a listener begins with it."""

    _fields_ = (
        ("prev", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("list", ctypes.c_void_p),
        ("data", ctypes.c_void_p),
    )


class _Header(ctypes.Structure):
    """struct sip_hdr of libre."""

    _fields_ = (("chain", _Link), ("bucket", _Link), ("name", _Text), ("value", _Text))


class Doorkeeper:
    """Made and closed on the stack's thread. Raises AttributeError where the stack doesn't export what it takes."""

    def __init__(self, gate: Gate, burst: Burst) -> None:
        self._gate = gate
        self._burst = burst
        self._lib = library = ctypes.CDLL(str(native.__file__))
        pointer = ctypes.c_void_p
        self._declare(library.uag_sip, pointer)
        self._declare(
            library.sip_listen, ctypes.c_int, ctypes.POINTER(pointer), pointer, ctypes.c_bool, _HANDLER, pointer
        )
        self._declare(library.sip_reply, ctypes.c_int, pointer, pointer, ctypes.c_uint16, ctypes.c_char_p)
        self._declare(library.sip_msg_xhdr, pointer, pointer, ctypes.c_char_p)
        self._declare(library.sa_ntop, ctypes.c_int, pointer, ctypes.c_char_p, ctypes.c_int)
        self._declare(library.sa_struct_get_size, ctypes.c_size_t)
        self._declare(library.list_unlink, None, pointer)
        self._declare(library.list_prepend, None, pointer, pointer, pointer)
        self._declare(library.mem_deref, pointer, pointer)
        # struct sip_msg: source and destination, then version and method.
        self._version_at = -(-2 * library.sa_struct_get_size() // 8) * 8
        self._sip = library.uag_sip()
        self._handler = _HANDLER(self._on_request)  # kept: the stack holds it by address
        self._listener = pointer()

    @staticmethod
    def _declare(function: Callable[..., object], result: object, *arguments: object) -> None:
        function.argtypes, function.restype = list(arguments), result  # type: ignore[attr-defined]

    def stand(self) -> bool:
        """At the door, before every other listener."""
        failed = self._lib.sip_listen(ctypes.byref(self._listener), self._sip, True, self._handler, None)
        if failed or not self._listener.value:
            return False
        link = ctypes.cast(self._listener, ctypes.POINTER(_Link)).contents
        line, data = link.list, link.data
        self._lib.list_unlink(self._listener)
        self._lib.list_prepend(line, self._listener, data)
        return True

    def leave(self) -> bool:
        if self._listener.value:
            self._lib.mem_deref(self._listener)
            self._listener = ctypes.c_void_p()
        return True

    def _on_request(self, message: int, _: int) -> bool:
        """Whether the stack need not look at it. On its thread; some 20 µs."""
        version = _Text.from_address(message + self._version_at).value
        method = _Text.from_address(message + self._version_at + ctypes.sizeof(_Text)).value
        if version != b"SIP/2.0" or method in _IN_CALLS or tagged(self._to(message)):
            return False
        space = ctypes.create_string_buffer(64)
        self._lib.sa_ntop(message, space, len(space))
        address = space.value.decode("ascii", "replace")
        now_s = time.monotonic()
        verdict, told = self._gate.ask(address, now_s)
        if verdict is Verdict.LET_IN:
            if method != b"INVITE" or self._burst.takes(now_s):
                return False
            self._lib.sip_reply(self._sip, message, 503, b"Service Unavailable")
            return True
        if verdict is Verdict.REFUSE:
            self._lib.sip_reply(self._sip, message, 403, b"Forbidden")
        if told:
            log.warning(
                "SIP from %s is refused%s: it is in no network of `from`",
                address,
                " and no longer answered" if verdict is Verdict.IGNORE else "",
            )
        return True

    def _to(self, message: int) -> bytes:
        for name in (b"To", b"t"):
            header = self._lib.sip_msg_xhdr(message, name)
            if header:
                value: _Text = _Header.from_address(header).value
                return value.value
        return b""
