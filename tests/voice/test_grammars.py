"""Grammars that Whisper's decoder is held to: what they let be said, walked by words."""

import random

import pytest

from voice.asr.closed import words
from voice.asr.grammars import Grammar, grammar
from voice.asr.numerals import digits
from voice.hints import assents
from voice.ports import Hint

DOCTORS = Hint(lang="ru", kind="choice", answers=("терапевт", "детский врач"))


def said(told: Grammar, text: str) -> bool:
    """Whether the grammar has this sentence, piece by piece."""
    ways = {(0, told.start)}
    while ways:
        at, state = ways.pop()
        if at == len(text) and told.ends(state):
            return True
        ways |= {(at + len(piece), then) for piece, then in told.follow(state) if text.startswith(piece, at)}
    return False


def wandered(told: Grammar, draw: random.Random) -> str:
    text, state = "", told.start
    while not (told.ends(state) and draw.random() < 0.5):
        following = list(told.follow(state))
        if not following:
            break
        piece, state = draw.choice(following)
        text += piece
    return text if told.ends(state) else ""


@pytest.mark.parametrize(
    "text", [" терапевт", " К терапевту", " запишите к терапевту", " Детский врач, пожалуйста", " мне нужен терапевт"]
)
def test_a_choice_may_stand_in_what_one_says_around_it(text):
    assert said(grammar(DOCTORS), text)


@pytest.mark.parametrize(
    ("kind", "answers", "text", "may"),
    [
        ("menu", ("цены",), " запишите меня к цене", False),
        ("menu", ("запись на приём",), " Запишите меня на запись на приём", False),
        ("menu", ("цены",), " интересуют цены", True),
        ("menu", ("цены",), " мне нужен цены", False),
        ("menu", ("отменить запись",), " Отмените запись, пожалуйста", True),
        ("menu", ("отменить запись",), " хочу отменить запись", True),
        ("menu", ("отменить запись",), " насчёт отменить запись", False),
        ("menu", ("отдел продаж",), " соедините с отделом продаж", True),
        ("choice", ("стрижка",), " запишите на стрижку", True),
        ("choice", ("стрижка",), " запишите к стрижке", False),
        ("choice", ("зубной",), " мне к зубному", True),
        ("choice", ("ближайшее отделение",), " насчёт ближайшего отделения", True),
    ],
)
def test_what_is_said_before_an_answer_asks_for_its_form(kind, answers, text, may):
    assert said(grammar(Hint(lang="ru", kind=kind, answers=answers)), text) is may


@pytest.mark.parametrize("text", ["", " к", " хирург", " терапевт терапевт", " мне нужен", ", пожалуйста"])
def test_what_is_no_answer_is_not_in_the_grammar(text):
    assert not said(grammar(DOCTORS), text)


def test_to_a_question_of_yes_or_no_nothing_else_is_said():
    told = grammar(Hint(lang="ru", kind="yesno", answers=assents("ru")))
    assert said(told, " Да, верно")
    assert said(told, " нет")
    assert not said(told, " хочу да")


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("length", [(1, 1), (4, 4), (3, 6)])
def test_every_number_of_the_grammar_has_the_digits_that_are_expected(lang, length):
    told = grammar(Hint(lang=lang, kind="digits", length=length))
    draw = random.Random(5)
    texts = [text for _ in range(300) if (text := wandered(told, draw))]
    assert len(texts) > 50
    for text in texts:
        read = told.told(text.strip())
        assert length[0] <= len(digits(read, lang)) <= length[1], read


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ru", " Сорок два ноль семь"), ("ru", " четыре два ноль семь"), ("ru", " Четыреста двадцать ноль"),
        ("ru", " Семь десять ноль семь"), ("en", " Forty two oh seven"), ("en", " forty-two zero seven"),
        ("en", " Four hundred five one"), ("en", " One two three four"),
    ],
)  # fmt: skip
def test_a_number_may_be_told_by_digits_and_in_groups(lang, text):
    assert said(grammar(Hint(lang=lang, kind="digits", length=(4, 4))), text)


def test_a_numeral_that_was_written_in_two_is_told_whole():
    told = grammar(Hint(lang="ru", kind="digits", length=(4, 4)))
    assert words(told.told("Семь десять ноль семь")) == ["семьдесят", "ноль", "семь"]


@pytest.mark.parametrize(
    "hint",
    [
        Hint(lang="ru", kind="text"), Hint(lang="ru", kind="person"), Hint(lang="ru", kind="digits"),
        Hint(lang="ru", kind="choice"), Hint(lang="ru", kind="phone"),
    ],
)  # fmt: skip
def test_what_is_told_freely_has_none(hint):
    assert grammar(hint) is None
