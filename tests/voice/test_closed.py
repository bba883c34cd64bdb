"""What was heard by ear against the answers expected, without a recogniser."""

import pytest

from voice.asr import closed
from voice.hints import assents

DOCTORS = ("терапевт", "стоматолог", "кардиолог", "хирург", "зубной", "детский врач")


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("К кардиологу, пожалуйста.", True),
        ("Нужен детский врач.", True),
        ("Врач.", False),
        ("Торди олог.", False),
        ("", False),
    ],
)
def test_an_answer_is_known_in_any_of_its_forms_and_only_whole(text, answer):
    assert closed.is_answer(text, DOCTORS, "ru") is answer


def test_an_english_answer_may_be_in_the_plural():
    assert closed.is_answer("the prices please", ("price",), "en")


def test_a_bare_answer_is_nothing_but_the_answer():
    assert closed.is_bare_answer("Да, верно.", assents("ru"))
    assert not closed.is_bare_answer("Да, затею.", assents("ru"))


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Тардиолог.", "Кардиолог."),
        ("Некстоматологу, пожалуйста.", "Стоматологу пожалуйста."),
        ("Мне нужен херург.", "Мне нужен хирург."),
        ("Запишите к тирапевту.", "Запишите к терапевту."),
        ("Добному.", "К зубному."),
    ],
)
def test_what_sounds_like_an_answer_is_put_in_its_place(heard, meant):
    assert meant in closed.candidates((heard,), DOCTORS, "ru", 8)


def test_the_likeliest_by_sound_comes_first_and_there_is_an_end():
    found = closed.candidates(("Нуда.",), assents("ru"), "ru", 3)
    assert found[0] == "Ну да."
    assert len(found) == 3


def test_a_long_wish_far_from_every_answer_is_left_alone():
    assert closed.candidates(("Подскажите сколько будет стоить доставка.",), ("хирург",), "ru", 8) == ()


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("шиндесят три", "шестьдесят три"),
        ("тем штук", "семь штук"),
        ("шесть надцать", "шестнадцать"),
    ],
)
def test_a_word_of_no_lexicon_becomes_one_that_sounds_like_it(heard, meant):
    lexicon = frozenset("шестьдесят три семь шесть шестнадцать один сорок".split())
    assert meant in closed.repaired(heard, lexicon, "ru", 4)


def test_what_is_right_already_has_no_repairs():
    assert closed.repaired("сорок три", frozenset(("сорок", "три")), "ru", 4) == ()


def test_nonsense_is_a_word_no_russian_dictionary_has():
    assert closed.nonsense("шиндесят три", "ru")
    assert not closed.nonsense("тут двадцать 5", "ru")
    assert not closed.nonsense("glorp", "en")


def test_in_a_long_wish_what_sounds_a_little_like_an_answer_is_none():
    assert closed.candidates(("Запишитемин от кардиологу завтра.",), ("цены", "адрес", "дорога"), "ru", 8) == ()
    assert closed.candidates(("Запишите меня от кардиологу.",), ("цены", "адрес"), "ru", 8) == ()
    assert "Запишите меня к хирургу завтра." in closed.candidates(
        ("Запишите меня к херургу завтра.",), DOCTORS, "ru", 8
    )
