"""Whisper's decoder in numpy, over the real weights: it scores as CTranslate2 does, and finds what a grammar allows."""

import numpy as np
import pytest

from tests.voice.test_whisper import on_the_line
from voice.asr.closed import words
from voice.asr.grammars import Phrases, grammar
from voice.asr.search import Decoder
from voice.asr.whisper import _features
from voice.ports import Hint

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def heard(whisper, caller):
    """The search, what the encoder made of a text that was said, and the tokens that a sentence begins with."""

    def of(text: str, lang: str = "ru"):
        encoded = whisper._model.encode(_features(whisper._model, on_the_line(caller(lang), text)))
        tokenizer = whisper._tokenizers[lang]
        return encoded, (*tokenizer.sot_sequence, tokenizer.no_timestamps)

    return of


def test_it_scores_a_text_as_ctranslate2_does(whisper, heard):
    encoded, start = heard("к кардиологу")
    search = whisper._searches["ru"]
    memory = search.decoder.listen(np.asarray(encoded, np.float32)[0])
    texts = ["К кардиологу.", "К терапевту.", "Нет."]
    ours, theirs = search.scores(memory, start, texts), whisper._scores([encoded], "ru", texts)
    assert np.argsort(ours).tolist() == np.argsort(theirs).tolist()
    assert ours == pytest.approx(theirs, abs=1.2)  # theirs counts all tokens, and the end as another


@pytest.mark.parametrize(
    ("text", "lang", "hint"),
    [
        ("кардиолог", "ru", Hint(lang="ru", kind="choice", answers=("терапевт", "кардиолог", "хирург"))),
        ("сорок два ноль семь", "ru", Hint(lang="ru", kind="digits", length=(4, 4))),
        ("the surgeon", "en", Hint(lang="en", kind="choice", answers=("dentist", "surgeon", "therapist"))),
    ],
)
def test_it_finds_what_was_said(whisper, heard, text, lang, hint):
    encoded, start = heard(text, lang)
    search = whisper._searches[lang]
    memory = search.decoder.listen(np.asarray(encoded, np.float32)[0])
    found = search.best(memory, start, grammar(hint))
    assert set(words(found[0].text)) & set(words(text)) >= set(words(text)[-1:])
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert found[0].score == pytest.approx(search.scores(memory, start, [found[0].text])[0], abs=0.01)


def test_an_answer_of_rare_words_is_found_too(whisper, heard):
    encoded, start = heard("the gastroenterologist", "en")
    search = whisper._searches["en"]
    memory = search.decoder.listen(np.asarray(encoded, np.float32)[0])
    found = search.best(memory, start, Phrases(("the",), ("dentist", "gastroenterologist"), ()))
    assert found[0].text.lower().endswith("gastroenterologist")


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"\x06\x00\x00\x00\x0c\x00WhisperSpex\x00" + bytes(64))
    with pytest.raises(ValueError, match="binary version"):
        Decoder(tmp_path / "model.bin")
