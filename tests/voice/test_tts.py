"""Voices: the polish in numbers, the engines for real."""

import numpy as np
import pytest

from bot.errors import PartMissing
from voice import audio
from voice.audio import RATE, Samples
from voice.tts import choice
from voice.tts.polish import KNEE, SPEECH_DBFS, Polish, gain_for

VOICES = [("ru", "rhvoice/anna"), ("en", "hibari/heart"), ("en", "rhvoice/slt"), ("ru", "espeak-ng")]
TEXT = {
    "ru": "Здравствуйте! Это клиника. К какому врачу вас записать?",
    "en": "Hello! This is the clinic. How can I help you?",
}


def tone(ms: int, size: float = 8000, rate: int = RATE) -> Samples:
    return (size * np.sin(2 * np.pi * 400 * np.arange(ms * rate // 1000) / rate)).astype(np.int16)


def polished(sound: Samples, gain: float = 1.0, rate: int = RATE, step: int = 333) -> Samples:
    polish = Polish(rate, gain)
    pieces = [polish.feed(sound[at : at + step]) for at in range(0, len(sound), step)]
    return np.concatenate((*pieces, polish.flush()))


def test_silence_before_and_after_speech_is_cut_but_a_breath_of_it_stays():
    out = polished(np.concatenate((audio.silence(400), tone(500), audio.silence(900))))
    assert 500 <= audio.duration_ms(out) <= 500 + 2 * 40


def test_silence_inside_a_prompt_is_kept():
    out = polished(np.concatenate((tone(300), audio.silence(500), tone(300))))
    assert 1100 <= audio.duration_ms(out) <= 1150


def test_a_prompt_of_silence_is_empty():
    assert len(polished(audio.silence(500))) == 0


def test_a_voice_is_brought_to_its_level_once_for_all_prompts():
    quiet = tone(1000, 300, 24_000)
    out = polished(quiet, gain_for(quiet, 24_000), 24_000)
    assert audio.speech_level(out) == pytest.approx(SPEECH_DBFS, abs=0.5)


def test_peaks_are_bent_not_clipped():
    out = polished(tone(500, 30_000), gain=2.0)
    assert KNEE * 32767 < np.abs(out.astype(int)).max() < 32767
    assert np.count_nonzero(np.diff(np.flatnonzero(np.abs(out.astype(int)) == np.abs(out.astype(int)).max())) == 1) < 20


@pytest.mark.voice
@pytest.mark.parametrize(("lang", "name"), VOICES)
def test_every_voice_speaks_at_once_and_equally_loud(lang, name):
    chosen = choice.choose(lang, name)
    assert chosen.warnings == ()
    voice = chosen.synthesizer
    try:
        sound = audio.joined(list(voice.speak(TEXT[lang])))
    finally:
        voice.close()
    assert 2 < len(sound) / RATE < 8
    assert audio.speech_level(sound) == pytest.approx(SPEECH_DBFS, abs=2.5)
    assert np.abs(sound.astype(int)).max() < 32767
    assert audio.level(sound[: RATE // 10]) > -50  # speech within the first 100 ms


@pytest.mark.voice
@pytest.mark.parametrize(("lang", "name"), VOICES)
def test_a_voice_slows_down_when_asked(lang, name):
    voice = choice.choose(lang, name).synthesizer
    try:
        usual, slow = (audio.joined(list(voice.speak(TEXT[lang], pace))).size for pace in (1.0, 0.7))
    finally:
        voice.close()
    assert 1.2 < slow / usual < 1.7


@pytest.mark.voice
@pytest.mark.parametrize(("lang", "name"), VOICES)
def test_the_same_text_sounds_the_same(lang, name):
    voice = choice.choose(lang, name).synthesizer
    try:
        once, again = (audio.joined(list(voice.speak(TEXT[lang]))) for _ in range(2))
    finally:
        voice.close()
    assert len(once) == len(again)


@pytest.mark.voice
def test_a_text_without_words_says_nothing(caller):
    assert list(caller("ru").speak("  ")) == []
    assert audio.joined(list(caller("ru").speak("…"))).size < RATE


@pytest.mark.voice
def test_a_reader_who_leaves_in_the_middle_frees_the_voice(caller):
    voice = caller("ru")
    for _ in range(5):
        reading = voice.speak("Это очень длинный рассказ о том, как всё было. " * 20)
        next(reading)
        reading.close()
    assert audio.joined(list(voice.speak("Да."))).size


@pytest.mark.voice
def test_two_prompts_are_rendered_at_once(caller):
    voice = caller("ru")
    first, second = voice.speak("Первая подсказка."), voice.speak("Вторая подсказка.")
    assert len(next(first))
    assert len(next(second))
    first.close()
    second.close()


@pytest.mark.voice
def test_a_voice_that_is_not_there_is_replaced_and_the_loss_is_said():
    chosen = choice.choose("ru", "rhvoice/nobody")
    assert (chosen.synthesizer.engine, chosen.synthesizer.voice) == ("rhvoice", "anna")
    assert "RHVoice has no voice 'nobody'" in chosen.warnings[0]
    chosen.synthesizer.close()


@pytest.mark.voice
def test_a_voice_for_non_commercial_use_is_named_as_such():
    chosen = choice.choose("ru", "rhvoice/tatiana")
    assert chosen.warnings == ("The voice rhvoice/tatiana is for non-commercial use only.",)
    chosen.synthesizer.close()


@pytest.mark.voice
def test_without_rhvoice_the_last_resort_speaks_and_says_what_is_lost(monkeypatch):
    def gone(*_: object) -> None:
        raise PartMissing("RHVoice is not installed", where="libRHVoice.so", fix="apt install librhvoice5")

    monkeypatch.setattr("voice.tts.rhvoice._library", gone)
    chosen = choice.choose("ru")
    assert chosen.synthesizer.engine == "espeak-ng"
    assert "Lost: a natural voice" in chosen.warnings[0]
    assert "apt install librhvoice5" in chosen.warnings[0]


def test_a_language_nothing_speaks_is_refused():
    with pytest.raises(PartMissing, match="nothing on this machine speaks 'de'"):
        choice.choose("de")
