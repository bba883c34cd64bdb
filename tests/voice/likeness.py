"""Whether what one said arrived at another, and how late: sound compared with sound."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np

from tests.voice.peers import PhoneCall
from voice.audio import FRAME, FRAME_MS, RATE, Samples


def found(heard: Samples, said: Samples) -> tuple[int, float]:
    """From which sample on it is there, and how like it is: 1.0 is all of it, unchanged but for its loudness."""
    one, other = heard.astype(float), said.astype(float)
    if len(one) < len(other):
        return 0, 0.0
    size = 1 << (len(one) + len(other)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)[: len(one) - len(other) + 1]
    energy = np.concatenate(([0.0], np.cumsum(one**2)))
    loud = np.sqrt(energy[len(other) :] - energy[: -len(other)]) + 1.0
    at = int(np.argmax(alike / loud))
    return at, float(alike[at] / (loud[at] * np.linalg.norm(other)))


def hiss(seconds: float, seed: int) -> Samples:
    """Like nothing else, so that it can be found."""
    return np.random.default_rng(seed).normal(0, 3000, round(RATE * seconds)).astype(np.int16)


def delay_ms(speaker: PhoneCall, listener: PhoneCall, said: Samples, began: int) -> float:
    """From a packet's leaving one telephone to the arrival of the packet with the same sound at the other. began: which
    of the packets with sound that the speaker sent holds its first frame."""
    packets = listener.received
    place, like = found(listener.heard(), said)
    assert like > 0.9, like
    left = [at for at, sound in speaker.wire.sent if sound][began]
    ends = np.cumsum([len(packet.sound) for packet in packets]).tolist()
    within = bisect_right(ends, place)  # the packet that holds its first sample
    return (packets[within].at - left) * 1000 - (place % FRAME) * FRAME_MS / FRAME
