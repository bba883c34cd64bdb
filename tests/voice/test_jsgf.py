"""Grammars of what a step expects: what they let through, tried by a small reader of JSGF."""

import re

import pytest

from voice.asr.jsgf import grammar
from voice.hints import assents
from voice.ports import Hint


def expanded(told: str) -> str:
    """The grammar as one regular expression over words that are followed by a blank each."""
    rules = dict(re.findall(r"<(\\w+)> = (.*);".replace("\\\\", "\\"), told))

    def way(text: str) -> str:
        text = re.sub(r"<(\w+)>", lambda found: f"({way(rules[found[1]])})", text)
        return re.sub(r"[a-z][a-z']*(?=[ )\]|+]|$)", lambda found: f"(?:{found[0]}_)", text)

    said = way(rules["said"]).replace("[", "(").replace("]", ")?").replace(" ", "")
    return f"^(?:{said})$"


def hears(hint: Hint, text: str) -> bool:
    told = grammar(hint, lambda word: word != "glorp")
    assert told is not None
    return re.match(expanded(told), "".join(f"{word}_" for word in text.split())) is not None


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("digits", "four two oh seven"),
        ("digits", "double four twenty one"),
        ("phone", "plus one four one five"),
        ("code", "a b one twenty three"),
        ("number", "two hundred and twelve"),
        ("number", "there will be four of us"),
        ("money", "fifteen dollars fifty cents"),
        ("date", "the day after tomorrow"),
        ("date", "the twenty fifth of november"),
        ("time", "half past five in the evening"),
        ("datetime", "next monday at ten in the morning"),
    ],
)
def test_a_grammar_lets_through_what_callers_answer(kind, text):
    assert hears(Hint(lang="en", kind=kind), text)


@pytest.mark.parametrize(("kind", "text"), [("digits", "four banana"), ("date", "at ten"), ("number", "yes")])
def test_and_nothing_else(kind, text):
    assert not hears(Hint(lang="en", kind=kind), text)


def test_a_closed_set_is_its_answers_within_the_words_said_around_them():
    hint = Hint(lang="en", kind="choice", answers=("Eye doctor", "Children's doctor"))
    assert hears(hint, "eye doctor")
    assert hears(hint, "i'd like to see the children's doctor please")
    assert not hears(hint, "dentist")


def test_yes_and_no_are_heard_in_all_their_wordings():
    hint = Hint(lang="en", kind="yesno", answers=assents("en"))
    assert hears(hint, "no that's wrong")
    assert hears(hint, "yeah please")


def test_an_answer_the_dictionary_does_not_have_is_left_out():
    hint = Hint(lang="en", kind="menu", answers=("glorp", "prices"))
    assert "glorp" not in (grammar(hint, lambda word: word != "glorp") or "")
    assert grammar(Hint(lang="en", kind="menu", answers=("glorp",)), lambda word: word != "glorp") is None


@pytest.mark.parametrize("kind", ["text", "person", "address", "email"])
def test_what_is_told_freely_has_no_grammar(kind):
    assert grammar(Hint(lang="en", kind=kind), lambda word: True) is None
