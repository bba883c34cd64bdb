"""PocketSphinx itself, with the English model of its package, on a telephone line."""

import numpy as np
import pytest

from voice import audio
from voice.asr.choice import recognizers
from voice.asr.sphinx import Sphinx
from voice.audio import Samples
from voice.errors import EngineFailed, PartMissing
from voice.hints import assents
from voice.ports import Hint

pytest.importorskip("pocketsphinx")


@pytest.fixture
async def engine():
    made = Sphinx()
    await made.warm()
    yield made
    made.close()


def on_the_line(voice, text: str) -> Samples:
    speech = audio.joined(list(voice.speak(text)))
    return audio.from_alaw(audio.to_alaw(np.concatenate((audio.silence(300), speech, audio.silence(100)))))


@pytest.mark.voice
async def test_answers_are_heard_by_the_grammar_of_their_step(engine, caller):
    doctors = ("therapist", "dentist", "surgeon", "eye doctor")
    for text, hint in (
        ("no, that's wrong", Hint(lang="en", kind="yesno", answers=assents("en"))),
        ("I need a surgeon", Hint(lang="en", kind="choice", answers=doctors)),
        ("three nine one", Hint(lang="en", kind="digits")),
    ):
        utterance = engine.start(hint)
        for frame in audio.frames(on_the_line(caller("en"), text)):
            utterance.feed(frame)
        heard = await utterance.final()
        assert heard.text == text.lower().replace(",", ""), heard.text
        assert heard.engine == "pocketsphinx"


@pytest.mark.voice
async def test_silence_is_no_answer(engine):
    utterance = engine.start(Hint(lang="en", kind="yesno", answers=assents("en")))
    for frame in audio.frames(audio.silence(1000)):
        utterance.feed(frame)
    assert (await utterance.final()).text == ""


def test_an_engine_that_was_not_warmed_says_so():
    with pytest.raises(EngineFailed, match="not warmed"):
        Sphinx().start(Hint(lang="en"))


async def test_without_the_package_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PartMissing, match=r"govorun\[pocketsphinx\]"):
        await recognizers("en", "pocketsphinx").warm()


def test_it_hears_english_alone():
    with pytest.raises(PartMissing, match="does not understand 'ru'"):
        recognizers("ru", "pocketsphinx")
