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

from voice.audio import RATE, Samples
from voice.sip.conversion import NARROW, Conversion

READ_BYTES: Final = 32_768  # of the stack's receive buffer at once: 2 s of G.711, 170 ms of Opus

# All calls are served by one event loop, one after the other, so these are shared.
_read = ffi.new("uint8_t[]", READ_BYTES)
_heard = np.frombuffer(ffi.buffer(_read), np.int16)
_info = ffi.new("struct bp_audio_info *")


class Sound:
    """Of one call, mono at RATE whatever its codec is. Methods raise AudioNotActive while it has no streams,
    AudioRestarted once new ones have taken their place: the next call speaks to those."""

    def __init__(self, call: Call) -> None:
        self._handle = call.handle
        self._epoch = 0
        self._bound = False
        self._heard_in, self._said_in = NARROW, NARROW  # the codec's, as of the last question
        self._inward, self._outward = Conversion(), Conversion()
        self.rest = b""  # of what was written and converted, where the stack had no room

    def buffered_ms(self) -> int:
        """Written and not sent yet."""
        self._probe()
        return (int(_info.tx_fill) + len(self.rest)) * 1000 // (self._said_in[0] * self._said_in[1] * 2)

    def flowing(self) -> bool:
        """Whether both directions are up."""
        self._probe()
        return bool(_info.tx_ready and _info.rx_ready)

    def read(self) -> Samples:
        """All that came since the last time; empty when nothing has."""
        if not self._bound:
            self._probe()
        count = self._checked(lib.bp_audio_read(self._handle, self._epoch, _read, READ_BYTES))
        if self._heard_in == NARROW:
            return _heard[: count // 2].copy()
        return self._inward.inward(_heard[: count // 2], self._heard_in)

    def write(self, sound: Samples) -> int:
        """Samples that were taken."""
        if not self._bound:
            self._probe()
        if self._said_in == NARROW:
            return self._give(np.ascontiguousarray(sound, np.int16)) // 2
        if not self.rest:
            self.rest = self._outward.outward(sound, self._said_in)
            taken = sound.size
        else:
            taken = 0
        if self.rest:
            self.rest = self.rest[self._give(np.frombuffer(self.rest, np.int16)) :]
        return taken

    def flush(self) -> None:
        """Drop what is buffered, at the sender's next tick."""
        if not self._bound:
            self._probe()
        self.rest = b""
        self._checked(lib.bp_audio_flush_tx(self._handle, self._epoch))

    def _give(self, sound: Samples) -> int:
        """Bytes that the stack took."""
        data = ffi.from_buffer("uint8_t[]", sound.view(np.uint8))
        return self._checked(lib.bp_audio_write(self._handle, self._epoch, data, sound.size * 2))

    def _probe(self) -> None:
        if lib.bp_audio_probe(self._handle, _info) != 0:
            self._bound = False
            raise AudioNotActive("no audio is active on this call")
        if _info.tx_srate != self._said_in[0] or _info.rx_srate != self._heard_in[0]:  # 0 until they flow
            said_in = (_info.tx_srate or RATE, _info.tx_ch or 1)
            self._heard_in = (_info.rx_srate or RATE, _info.rx_ch or 1)
            if said_in != self._said_in:
                self._said_in, self.rest = said_in, b""
        self._epoch, self._bound = _info.epoch, True

    def _checked(self, count: int) -> int:
        if count >= 0:
            return count
        self._bound = False
        if -count == errno.ESTALE:
            raise AudioRestarted("the call's audio was renegotiated")
        raise AudioNotActive("no audio is active on this call")
