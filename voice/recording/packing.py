"""A finished recording made smaller: FLAC keeps every bit, Opus what is heard. By PyAV, off the event loop.

Two channels stay two: at this rate what leaks from one side to the other lies 75 dB under it (measured).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

import av
import numpy as np

from voice.audio import RATE, Samples, from_alaw

Packing = Literal["flac", "opus"]
MAKING = ".making"  # what is being packed; of no use to anybody if its process dies
OURS = "Govorun, a recorded call"  # written into the file: no other is ever removed by its age
PIECE = RATE  # pairs at a time, a second


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """container, codec: as FFmpeg names them. bits: a second, 0 where the codec decides."""

    container: str
    codec: str
    bits: int = 0
    options: Mapping[str, str] = field(default_factory=dict)


# Opus as it codes music: of speech by "voip" it takes three times the work (9 ms a second of sound), for no gain heard.
HOW: Mapping[Packing, How] = {
    "flac": How(container="flac", codec="flac"),
    "opus": How(container="ogg", codec="libopus", bits=32_000, options={"application": "audio"}),
}


def pack(sound: Path, head: int, to: Path, form: Packing, *, alaw: bool = False) -> None:
    """sound: a WAV of two channels with so many bytes before its samples. to: must not be there; it is whole on disk
    when this returns. Raises OSError, and leaves nothing then."""
    making = to.with_name(to.name + MAKING)
    how = HOW[form]
    try:
        with sound.open("rb") as source, _private(making) as target:
            source.seek(head)
            with av.open(target, "w", format=how.container) as packed:
                packed.metadata["comment"] = OURS
                stream = packed.add_stream(how.codec, rate=RATE, layout="stereo", options=dict(how.options))
                assert isinstance(stream, av.AudioStream)
                if how.bits:
                    stream.bit_rate = how.bits
                at = 0
                while len(pairs := _next(source, alaw)):
                    frame = av.AudioFrame.from_ndarray(pairs.reshape(1, -1), format="s16", layout="stereo")
                    frame.sample_rate, frame.pts = RATE, at
                    at += len(pairs)
                    packed.mux(stream.encode(frame))
                packed.mux(stream.encode(None))
            target.flush()
            os.fsync(target.fileno())
        os.utime(making, ns=(0, sound.stat().st_mtime_ns))
        making.rename(to)
    except (OSError, ValueError, av.FFmpegError) as error:
        making.unlink(missing_ok=True)
        raise OSError(getattr(error, "errno", 0) or 0, str(error)) from error


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b")


def _next(source: IO[bytes], alaw: bool) -> Samples:
    """Pairs: int16[n, 2]; the half of one at the end is left out."""
    block = 2 if alaw else 4
    data = source.read(PIECE * block)
    data = data[: len(data) // block * block]
    flat = from_alaw(data) if alaw else np.frombuffer(data, "<i2").astype(np.int16)
    return flat.reshape(-1, 2)
