"""Whisper's decoder in numpy, over the real weights: it scores as CTranslate2 does, and finds what a grammar allows."""

import numpy as np
import pytest

from tests.voice.test_whisper import on_the_line
from voice.asr.closed import words
from voice.asr.grammars import Phrases, grammar
from voice.asr.search import USUAL, Decoder
from voice.asr.whisper import _features
from voice.asr.work import Work
from voice.hints import assents
from voice.ports import Hint

pytestmark = pytest.mark.voice


@pytest.fixture(scope="module")
def heard(whisper, caller):
    """What the encoder made of a text that was said."""

    def of(text: str, lang: str = "ru"):
        return whisper._model.encode(_features(whisper._model, on_the_line(caller(lang), text)))

    return of


def test_it_scores_a_text_as_ctranslate2_does(whisper, heard):
    encoded = heard("к кардиологу")
    search = whisper._searches["ru"]
    memory = search.decoder.listen(np.asarray(encoded, np.float32)[0])
    texts = ["К кардиологу.", "К терапевту.", "Нет."]
    ours, theirs = search.scores(memory, texts, Work()), whisper._scores([encoded], "ru", texts)
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
    encoded = heard(text, lang)
    search = whisper._searches[lang]
    memory = search.decoder.listen(np.asarray(encoded, np.float32)[0])
    found = search.best(memory, grammar(hint), Work())
    assert set(words(found[0].text)) & set(words(text)) >= set(words(text)[-1:])
    assert [each.worth for each in found] == sorted((each.worth for each in found), reverse=True)
    assert found[0].score == pytest.approx(search.scores(memory, [found[0].text], Work())[0], abs=0.01)


def test_an_answer_of_rare_words_is_found_too(whisper, heard):
    encoded = heard("the gastroenterologist", "en")
    search = whisper._searches["en"]
    memory = search.decoder.listen(np.asarray(encoded, np.float32)[0])
    found = search.best(memory, Phrases([("the", "")], {"": ("dentist", "gastroenterologist")}, ()), Work())
    assert found[0].text.lower().endswith("gastroenterologist")


def test_a_second_listening_counts_as_much_as_the_first(whisper, heard):
    search = whisper._searches["ru"]
    one, other = (
        search.decoder.listen(np.asarray(heard(text), np.float32)[0]) for text in ("нужен хирург", "нужен окулист")
    )
    doctors = grammar(Hint(lang="ru", kind="choice", answers=("окулист", "хирург", "педиатр")))
    first, second = search.best(one, doctors, Work()), search.best(other, doctors, Work())
    joint = {each.text: each.score for each in search.both(one, first, other, second, Work())}
    assert set(joint) == {each.text for each in (*first, *second)}
    for text, score in joint.items():
        mean = sum(search.scores(memory, [text], Work())[0] for memory in (one, other)) / 2
        assert score == pytest.approx(mean, abs=0.01)


def test_what_is_often_said_anyway_is_worth_less_than_its_score(whisper, heard):
    search = whisper._searches["ru"]
    memory = search.decoder.listen(np.asarray(heard("да"), np.float32)[0])
    yes = Hint(lang="ru", kind="yesno", answers=("да", "нет"))
    found = search.best(memory, grammar(yes), Work(), also=("Да.", "Подтверждаю."))
    assert {each.text.lower() for each in found} >= {"да", "нет", "подтверждаю"}
    (alone,) = search._alone(["Да"], Work())
    (told,) = (each for each in found if each.text == "Да")
    assert told.worth == pytest.approx((told.score - USUAL * alone) * 2**0.5, abs=0.02)


def test_what_is_no_model_is_refused(tmp_path):
    (tmp_path / "model.bin").write_bytes(b"\x06\x00\x00\x00\x0c\x00WhisperSpex\x00" + bytes(64))
    with pytest.raises(ValueError, match="binary version"):
        Decoder(tmp_path / "model.bin")


def test_nothing_that_a_caller_said_is_kept(whisper, heard):
    search = whisper._searches["ru"]
    kept = dict(search._usual)
    for text, hint in (
        ("сорок два ноль семь", Hint(lang="ru", kind="digits", length=(4, 4))),
        ("Анна Петрова", Hint(lang="ru", kind="menu", answers=("Анна Петрова", "Пётр Ильин"))),
    ):
        memory = search.decoder.listen(np.asarray(heard(text), np.float32)[0])
        assert search.best(memory, grammar(hint), Work(), also=("Сорок два ноль восемь.",))
    assert search._usual == kept
    memory = search.decoder.listen(np.asarray(heard("да"), np.float32)[0])
    search.best(memory, grammar(Hint(lang="ru", kind="yesno", answers=assents("ru"))), Work())
    assert {words(text)[0] for text in search._usual} <= {words(text)[0] for text in assents("ru")}


def test_a_walk_ends_when_its_work_is_spent(whisper, heard):
    search = whisper._searches["ru"]
    memory = search.decoder.listen(np.asarray(heard("сорок два ноль семь"), np.float32)[0])
    digits = grammar(Hint(lang="ru", kind="digits", length=(4, 4)))
    little, enough = Work(left=20), Work()
    assert search.best(memory, digits, little) == ()
    assert little.left <= 20 - 8
    assert search.best(memory, digits, enough)
    assert 0 < enough.left < Work().left - 40


def test_no_word_is_likelier_than_certain_however_rare(whisper, heard):
    search = whisper._searches["en"]
    memory = search.decoder.listen(np.asarray(heard("sixty three", "en"), np.float32)[0])
    rare = ["sixty three", "gastroenterologist", "Übernachtung"]
    assert max(search.scores(memory, rare, Work())) <= 0
    tokens = search._tokens("Übernachtung")
    assert any(token not in search._place for token in tokens)
    hidden = search.decoder.step(memory, [], np.array([search._start], np.int64), 0)[:, -1]
    logs, others = search._logs(hidden, tokens)
    assert float(np.max(others)) < 0
    assert float(np.exp(logs).sum()) == pytest.approx(1, abs=0.01)
