"""What the benchmarks of a call make of sound: a wrong ruler measures nothing."""

import numpy as np
import pytest

from benchmarks import _wire as wire
from voice.audio import FRAME, FRAME_MS, RATE, Samples, silence


def word(ms: int, *, before: int = 0, after: int = 0) -> Samples:
    """Loud, with quiet at its ends, ms."""
    return np.concatenate((silence(before), np.full(ms * RATE // 1000, 3_000, np.int16), silence(after)))


@pytest.mark.parametrize(("before", "after"), [(0, 0), (60, 0), (0, 100), (120, 80)])
def test_a_pause_is_as_long_as_it_says_whatever_quiet_the_voice_leaves(before, after):
    spoken = wire.with_pauses([word(400, after=before), 300, word(400, before=after)])
    quiet = [number for number, loud in enumerate(wire.loud(spoken)) if not loud]
    assert len(quiet) * FRAME_MS == 300
    assert len(spoken) == (400 + 300 + 400) * RATE // 1000


def test_the_dying_away_of_a_voice_is_no_speech():
    assert wire.tail_s(word(200, after=60)) == pytest.approx(0.06)
    assert wire.tail_s(word(200)) == 0.0


def test_speech_ends_with_its_last_loud_packet():
    assert wire.loud(word(40, before=20, after=20)) == [False, True, True, False]
    assert len(wire.loud(np.zeros(FRAME * 2 + 1, np.int16))) == 3
