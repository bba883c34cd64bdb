"""RHVoice's library by ctypes, with the real library and voices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.errors import PartMissing
from voice.tts import librhvoice
from voice.tts.librhvoice import RHVoice

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def rhvoice() -> Iterator[RHVoice]:
    try:
        engine = RHVoice()
    except PartMissing as missing:
        pytest.skip(f"{missing.what}: {missing.fix}")
    yield engine
    engine.close()


def test_russian_text_becomes_speech_of_a_likely_length(rhvoice: RHVoice) -> None:
    pieces: list[NDArray[np.int16]] = []
    rates: set[int] = set()

    def take(samples: NDArray[np.int16], rate: int) -> bool:
        pieces.append(samples)
        rates.add(rate)
        return True

    assert rhvoice.speak("Здравствуйте! К какому врачу вас записать?", "Anna", take)
    sound = np.concatenate(pieces)
    assert rates == {24_000}
    assert 1.5 < len(sound) / 24_000 < 5
    assert np.abs(sound).max() > 3_000
    assert len(pieces) > 5  # it streams


def test_speech_stops_where_the_listener_has_heard_enough(rhvoice: RHVoice) -> None:
    heard: list[int] = []

    def take(samples: NDArray[np.int16], rate: int) -> bool:
        heard.append(len(samples))
        return len(heard) < 3

    rhvoice.speak("Здравствуйте! К какому врачу вас записать?", "Anna", take)
    assert len(heard) == 3


def test_what_the_listener_raises_comes_out_of_speak_and_the_engine_goes_on(rhvoice: RHVoice) -> None:
    def refuse(samples: NDArray[np.int16], rate: int) -> bool:
        raise ConnectionResetError("the caller hung up")

    with pytest.raises(ConnectionResetError):
        rhvoice.speak("Здравствуйте", "Anna", refuse)
    heard = []
    assert rhvoice.speak("Здравствуйте", "Anna", lambda s, _: heard.append(s) is None)  # type: ignore[func-returns-value]
    assert heard


@pytest.mark.parametrize("nothing", [" ", "...", "!?"])
def test_text_without_words_is_silence_and_no_error(rhvoice: RHVoice, nothing: str) -> None:
    heard = []
    rhvoice.speak(nothing, "Anna", lambda s, _: heard.append(s) is None)  # type: ignore[func-returns-value]
    assert not heard


def test_an_unknown_voice_is_refused(rhvoice: RHVoice) -> None:
    assert not rhvoice.speak("Здравствуйте", "Nobody", lambda s, r: True)


def test_without_the_library_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(librhvoice, "SONAME", "libRHVoice.so.none")
    with pytest.raises(PartMissing) as caught:
        RHVoice()
    assert "rhvoice-russian" in caught.value.fix
