"""One call's sound in the stack, by its C functions without the binding's wrapping.

A hundred calls ask 15,000 times a second what is buffered and read 5,000 times. The binding makes a dataclass of eleven
fields for each question and a cleared buffer of 32 kB for each read: a tenth of a core for nothing.
"""

from __future__ import annotations

import errno
from typing import Final

import numpy as np
from baresip import AudioNotActive, AudioRestarted, Call
from baresip._native import ffi, lib  # type: ignore[import-not-found, unused-ignore]

from voice.audio import Samples

READ_BYTES: Final = 32_768  # the stack's whole receive buffer, 2 s at 8 kHz

# All calls are served by one event loop, one after the other, so these are shared.
_read = ffi.new("uint8_t[]", READ_BYTES)
_heard = np.frombuffer(ffi.buffer(_read), np.int16)
_info = ffi.new("struct bp_audio_info *")


class Sound:
    """Of one call. Methods raise AudioNotActive while it has no streams, AudioRestarted once new ones have taken their
    place: the next call speaks to those."""

    def __init__(self, call: Call) -> None:
        self._handle = call.handle
        self._epoch = 0
        self._bound = False

    def buffered(self) -> int:
        """Bytes written and not sent yet."""
        self._probe()
        return int(_info.tx_fill)

    def flowing(self) -> bool:
        """Whether both directions are up."""
        self._probe()
        return bool(_info.tx_ready and _info.rx_ready)

    def read(self) -> Samples:
        """All that came since the last time; empty when nothing has."""
        if not self._bound:
            self._probe()
        count = self._checked(lib.bp_audio_read(self._handle, self._epoch, _read, READ_BYTES))
        return _heard[: count // 2].copy()

    def write(self, sound: Samples) -> int:
        """Samples that were taken."""
        if not self._bound:
            self._probe()
        data = ffi.from_buffer("uint8_t[]", np.ascontiguousarray(sound, np.int16).view(np.uint8))
        return self._checked(lib.bp_audio_write(self._handle, self._epoch, data, sound.size * 2)) // 2

    def flush(self) -> None:
        """Drop what is buffered, at the sender's next tick."""
        if not self._bound:
            self._probe()
        self._checked(lib.bp_audio_flush_tx(self._handle, self._epoch))

    def _probe(self) -> None:
        if lib.bp_audio_probe(self._handle, _info) != 0:
            self._bound = False
            raise AudioNotActive("no audio is active on this call")
        self._epoch, self._bound = _info.epoch, True

    def _checked(self, count: int) -> int:
        if count >= 0:
            return count
        self._bound = False
        if -count == errno.ESTALE:
            raise AudioRestarted("the call's audio was renegotiated")
        raise AudioNotActive("no audio is active on this call")
