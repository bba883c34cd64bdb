"""How soon a caller is known to speak, replayed: the same every run."""

import numpy as np
import pytest

from benchmarks.bargein import noises
from benchmarks.onset import PLACES, on_a_line, onset_ms, sure_at
from voice import audio
from voice.audio import RATE, Samples
from voice.tts.rhvoice import RhVoice
from voice.vad import silero
from voice.vad.silero import SileroVad

pytestmark = pytest.mark.voice

# That begin with a voice, softly, without one, and with a stop and a hiss.
WORDS = {
    ("irina", "ru"): ("Да.", "Нет, не надо", "Хватит", "Цены", "К стоматологу", "Спустя час", "Шесть часов вечера"),
    ("slt", "en"): ("Hello, can you hear me", "Where are you located?", "Prices", "Stop", "She needs a dentist"),
}


@pytest.fixture(scope="module")
def spoken() -> dict[str, Samples]:
    made: dict[str, Samples] = {}
    for (name, lang), texts in WORDS.items():
        voice = RhVoice(name, lang, 1.0)
        made |= {text: audio.joined(list(voice.speak(text))) for text in texts}
        voice.close()
    return made


def test_nearly_every_word_stops_a_prompt_within_a_quarter_of_a_second_whatever_it_begins_with(spoken):
    vad = SileroVad()
    found = [onset_ms(vad, sound, place, False) for sound in spoken.values() for place in range(PLACES)]
    assert np.percentile(found, 50) <= 130  # a packet more may leave until it stops
    assert np.percentile(found, 95) <= 230


def test_a_loud_voice_on_a_line_without_any_noise_is_no_riddle(spoken, monkeypatch):
    sound = spoken["Hello, can you hear me"]
    assert max(onset_ms(SileroVad(), sound, place, False) for place in range(PLACES)) <= 250
    monkeypatch.setattr(silero, "_HISS", np.zeros_like(silero._HISS))
    assert max(onset_ms(SileroVad(), sound, place, False) for place in range(PLACES)) > 400


@pytest.mark.parametrize("kind", ["white", "pink", "hum", "clicks"])
def test_noise_that_begins_in_a_silence_is_no_caller(kind):
    sound = noises(2, babble=False)[kind]
    assert sure_at(SileroVad(), on_a_line(sound[: 2 * RATE], 0, False)) is None
