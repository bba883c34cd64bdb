"""Sound as numbers: frames, rates, G.711, resampling, levels, files.

Everywhere inside `voice`, sound is mono int16 in a numpy array. On a call it is at RATE in frames of
FRAME_MS; engines that want another rate resample at their own door.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

RATE = 8_000  # Hz; G.711, RFC 3551 4.5.14
FRAME_MS = 20  # RFC 3551 4.2
FRAME = RATE * FRAME_MS // 1000  # samples a frame: 160
SILENCE_DBFS = -96.0  # the floor of int16; what an empty or silent piece measures

Samples = npt.NDArray[np.int16]
"""Any length of mono sound, int16."""
Frame = npt.NDArray[np.int16]
"""Exactly int16[FRAME]: 20 ms of mono sound at RATE."""

EMPTY: Samples = np.zeros(0, np.int16)


def frames(sound: Samples) -> Iterator[Frame]:
    """Cut sound at RATE into frames; the last is filled up with silence."""
    for start in range(0, len(sound), FRAME):
        piece = sound[start : start + FRAME]
        yield piece if len(piece) == FRAME else np.pad(piece, (0, FRAME - len(piece)))


def duration_ms(sound: Samples, rate: int = RATE) -> int:
    return len(sound) * 1000 // rate


def silence(ms: int, rate: int = RATE) -> Samples:
    return np.zeros(rate * ms // 1000, np.int16)


def joined(pieces: list[Samples]) -> Samples:
    return np.concatenate(pieces) if pieces else EMPTY


# --- G.711 -------------------------------------------------------------------------------------------
# Tables, 1.5 µs a frame. `audioop` did this until Python 3.13 took it away.


def _alaw_decoding() -> Samples:
    """ITU-T G.711 table 1a: sign, 3 bits of segment, 4 of step; even bits inverted (0x55)."""
    code = np.arange(256, dtype=np.int32) ^ 0x55
    segment, step = (code >> 4) & 7, code & 15
    size = np.where(segment == 0, (step << 4) + 8, ((step << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, size, -size).astype(np.int16)


def _ulaw_decoding() -> Samples:
    """ITU-T G.711 table 2a: as A-law with a bias of 132 and all bits inverted."""
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    size = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return np.where(code & 0x80, -size, size).astype(np.int16)


def _encoding(decoding: Samples) -> npt.NDArray[np.uint8]:
    """The nearest code of every int16, indexed by its uint16 bit pattern."""
    order = np.argsort(decoding, kind="stable")
    levels = decoding[order].astype(np.int32)
    every = np.arange(-32768, 32768, dtype=np.int32)
    above = np.clip(np.searchsorted(levels, every), 1, 255)
    nearest = np.where(every - levels[above - 1] <= levels[above] - every, above - 1, above)
    table = np.empty(65536, np.uint8)
    table[every & 0xFFFF] = order[nearest]
    return table


_ALAW, _ULAW = _alaw_decoding(), _ulaw_decoding()
_TO_ALAW, _TO_ULAW = _encoding(_ALAW), _encoding(_ULAW)


def from_alaw(payload: bytes) -> Samples:
    return _ALAW[np.frombuffer(payload, np.uint8)]


def from_ulaw(payload: bytes) -> Samples:
    return _ULAW[np.frombuffer(payload, np.uint8)]


def to_alaw(sound: Samples) -> bytes:
    return _TO_ALAW[sound.view(np.uint16)].tobytes()


def to_ulaw(sound: Samples) -> bytes:
    return _TO_ULAW[sound.view(np.uint16)].tobytes()


# --- resampling --------------------------------------------------------------------------------------


class Resampler:
    """Streaming polyphase FIR between any two integer rates; no drift, ends aligned.

    A Hann-windowed sinc, 12 zero crossings a side. A live stream is held back 12 samples of the lower rate,
    1.5 ms at 8 kHz; the rest comes with `flush`, and nothing is shifted in time. One instance a stream.
    """

    CROSSINGS = 12

    def __init__(self, source: int, target: int) -> None:
        divisor = math.gcd(source, target)
        self.up, self.down = target // divisor, source // divisor
        wide = max(self.up, self.down)
        half = self.CROSSINGS * wide
        at = np.arange(-half, half + 1)
        kernel = np.sinc(at / wide * 0.94) * 0.94 / wide * np.hanning(2 * half + 3)[1:-1] * self.up
        self.taps = -(-len(kernel) // self.up)
        padded = np.zeros(self.taps * self.up)
        padded[: len(kernel)] = kernel
        # phases[p][k] weighs input x[i - k] for outputs of phase p
        self.phases = padded.reshape(self.taps, self.up).T.astype(np.float32)
        self._delay = half  # of the kernel, in samples of the common rate
        self._past = np.zeros(self.taps, np.float32)  # input still needed; starts as silence
        self._begin = -self.taps  # index of _past[0] in the input
        self._taken = 0
        self._given = 0

    def feed(self, sound: Samples) -> Samples:
        """Sound at the source rate to sound at the target rate."""
        if self.up == self.down:
            return sound
        self._taken += len(sound)
        self._past = np.concatenate((self._past, sound.astype(np.float32)))
        # output n stands at n*down + delay of the common rate; it needs input up to that // up
        ready = ((self._taken - 1) * self.up + self.up - 1 - self._delay) // self.down + 1
        return self._until(ready)

    def flush(self) -> Samples:
        """What is left, as if silence followed; the stream is over."""
        if self.up == self.down:
            return EMPTY
        total = -(-self._taken * self.up // self.down)
        self._past = np.concatenate((self._past, np.zeros(self._delay // self.up + 2, np.float32)))
        return self._until(total)

    def _until(self, count: int) -> Samples:
        if count <= self._given:
            return EMPTY
        common = np.arange(self._given, count, dtype=np.int64) * self.down + self._delay
        newest = common // self.up - self._begin
        windows = np.lib.stride_tricks.sliding_window_view(self._past, self.taps)[newest - self.taps + 1]
        out = np.einsum("nk,nk->n", windows[:, ::-1], self.phases[common % self.up])
        self._given = count
        spare = int((count * self.down + self._delay) // self.up - self._begin - self.taps)
        if spare > 0:
            self._past, self._begin = self._past[spare:], self._begin + spare
        whole: Samples = np.clip(np.rint(out), -32768, 32767).astype(np.int16)
        return whole


def resampled(sound: Samples, source: int, target: int) -> Samples:
    """A whole piece at another rate; as long in time, not delayed."""
    if source == target:
        return sound
    resampler = Resampler(source, target)
    return np.concatenate((resampler.feed(sound), resampler.flush()))


# --- levels ------------------------------------------------------------------------------------------


def mean_square(sound: Samples) -> float:
    """Not by np.dot: that gives the interpreter away and waits for it, which on a busy process is 5 ms a window."""
    wide = sound.astype(np.float32)
    return float(np.vecdot(wide, wide)) / len(sound)


def level(sound: Samples) -> float:
    """RMS in dBFS, where a full-scale square wave is 0; SILENCE_DBFS for nothing at all."""
    return dbfs(mean_square(sound)) if len(sound) else SILENCE_DBFS


def dbfs(power: float) -> float:
    """The level of so high a mean square."""
    return max(SILENCE_DBFS, 10 * math.log10(power / 32768**2)) if power > 0 else SILENCE_DBFS


def speech_level(sound: Samples, rate: int = RATE) -> float:
    """RMS in dBFS of the parts within 30 dB of the loudest 20 ms: pauses don't count. After ITU-T P.56."""
    step = rate * FRAME_MS // 1000
    if len(sound) < step:
        return level(sound)
    whole = sound[: len(sound) // step * step].reshape(-1, step).astype(np.float32)
    power = np.mean(np.square(whole), axis=1)
    loud = power[power > power.max() / 1000]
    return max(SILENCE_DBFS, 10 * math.log10(float(loud.mean()) / 32768**2)) if len(loud) else SILENCE_DBFS


# --- files -------------------------------------------------------------------------------------------


# Forms that voice messages and recordings have, by their names in FFmpeg.
SOUND = "ogg,mp3,mov,matroska,webm,wav,flac,amr,amrnb,amrwb,aac,aiff,caf"
LOWEST = 4_000  # Hz; from less a resampler would make thousands of samples of one


def read(path: Path, rate: int = RATE) -> Samples:
    """Any sound file (WAV of every kind, MP3, OGG, …) as mono at `rate`.

    Raises FileNotFoundError; ValueError when the file holds no sound that can be read.
    """
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise wave.Error("not 16 bit")
            sound = np.frombuffer(file.readframes(file.getnframes()), np.dtype("<i2"))
            channels = file.getnchannels()
            if channels > 1:
                sound = sound.reshape(-1, channels).mean(axis=1).astype(np.int16)
            return resampled(sound.astype(np.int16, copy=False), file.getframerate(), rate)
    except (wave.Error, EOFError):
        return _decoded(path, rate)


def read_from_stranger(path: Path, longest_s: float, rate: int = RATE) -> Samples:
    """The beginning of a sound file that anybody may have sent, as `read` has it.

    Twenty megabytes of silence can be weeks of it, and a playlist would have us open other files: so no more is decoded
    than is wanted, and of sound alone.
    """
    return _decoded(path, rate, longest_s, {"format_whitelist": SOUND, "protocol_whitelist": "file"})


def _decoded(
    path: Path, rate: int, longest_s: float = math.inf, options: Mapping[str, str] = MappingProxyType({})
) -> Samples:
    import av

    pieces: list[Samples] = []
    left = longest_s
    try:
        with av.open(str(path), options=dict(options)) as container:
            if not container.streams.audio:
                raise ValueError(f"{path}: there is no sound in this file")
            converter = av.AudioResampler(format="s16", layout="mono", rate=rate)
            for frame in container.decode(audio=0):
                if left < math.inf and frame.sample_rate < LOWEST:
                    raise ValueError(f"{path}: {frame.sample_rate} Hz is no sound that can be heard")
                if left <= 0:
                    break
                left -= frame.samples / frame.sample_rate
                pieces += [piece.to_ndarray().reshape(-1).astype(np.int16) for piece in converter.resample(frame)]
            pieces += [piece.to_ndarray().reshape(-1).astype(np.int16) for piece in converter.resample(None)]
    except av.FFmpegError as error:
        raise ValueError(f"{path}: not a sound file, or a broken one ({error})") from error
    return joined(pieces)


def write(path: Path, sound: Samples, rate: int = RATE) -> None:
    """16 bit mono WAV."""
    with path.open("wb") as raw, wave.open(raw, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.astype("<i2").tobytes())
