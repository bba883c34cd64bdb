"""What the profile knows is asked back where it matters, in one short sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import codec
from bot.dialogue.actions import Agreed, Say
from bot.dialogue.engine import expects
from bot.dialogue.events import Utterance
from bot.dialogue.expressions import Expression
from bot.dialogue.meaning import Meaning, Reading
from bot.dialogue.program import CollectStep, SayStep
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.slot import Slot
from bot.dialogue.values import PersonName
from tests.dialogue.small import IVAN, SMALL, Talk, prompt

MARIA = PersonName(given="Мария")
NUMBER = "+79051234527"
SAYS = {"known_person": "Имя — {value}?", "known_phone": "Номер, …{value|ending}?"}


def asking(**more: Any) -> ScenarioSet:
    """A scenario that wants a name and a number, and says both."""
    name = Slot(
        name="who",
        type="person",
        title={"ru": "имя"},
        ask=prompt("who", "Как вас зовут?"),
        prefill=Expression.parse("customer.name"),
    )
    phone = Slot(
        name="phone",
        type="phone",
        title={"ru": "номер"},
        ask=prompt("phone", "Какой номер?"),
        prefill=Expression.parse("caller.phone or customer.phone"),
    )
    slots = {"who": replace(name, **more), "phone": phone}
    scenario = Scenario(
        name="main",
        title={"ru": "Дело"},
        first="ask",
        slots=slots,
        steps={
            "ask": CollectStep(id="ask", next="said", slots=("who", "phone")),
            "said": SayStep(id="said", prompt=prompt("said", "{who}, {phone}.")),
        },
    )
    builtin = {**SMALL.builtin, **{each: prompt(each, text) for each, text in SAYS.items()}}
    return replace(SMALL, scenarios={"main": scenario}, phrases={}, builtin=builtin)


def talk(*doubtful: str, caller: str = "", medium: str = "text", **more: Any) -> Talk:
    known = {"name": IVAN, "phone": NUMBER}
    return Talk(medium=medium, scenarios=asking(**more), customer=known, doubtful=doubtful, caller=caller)


def test_what_is_sure_is_not_asked_about():
    assert talk().hello == ["Иван Петров, +7 905 123-45-27."]


def test_a_name_told_elsewhere_and_then_a_number_are_asked_back_one_by_one():
    here = talk("name", "phone")
    assert here.hello == ["Имя — Иван Петров?"]
    assert [choice.id for choice in here.did(Say)[-1].choices] == ["yes", "no"]
    assert here.say(yes=True) == ["Номер, …27?"]
    assert [each.fact for each in here.did(Agreed)] == ["name"]
    assert here.say(yes=True) == ["Иван Петров, +7 905 123-45-27."]
    assert [each.fact for each in here.did(Agreed)] == ["phone"]
    assert here.session.doubtful == ()  # nor is it asked about in the next request


def test_the_number_of_this_very_line_is_sure():
    assert talk("phone", caller=NUMBER).hello == ["Иван Петров, +7 905 123-45-27."]


def test_a_no_asks_and_the_known_value_does_not_come_back():
    here = talk("name")
    assert here.say(yes=False) == ["Как вас зовут?"]
    assert here.say()[-1] == "Как вас зовут?"
    assert here.say(who=MARIA) == ["Мария, +7 905 123-45-27."]


def test_another_value_is_taken_at_once():
    here = talk("name")
    assert here.say(yes=False, who=MARIA) == ["Мария, +7 905 123-45-27."]


def test_a_caller_answers_by_keys():
    here = talk("name", medium="voice")
    assert expects(here.session, here.scenarios).keys == {"1": "yes", "2": "no"}
    assert here.press("2") == ["Как вас зовут?"]


def test_while_it_is_asked_a_name_is_what_is_listened_for():
    here = talk("name")
    assert expects(here.session, here.scenarios).asked == "who"


def test_silence_asks_it_once_more():
    here = talk("name", medium="voice")
    assert here.silent()[-1] == "Имя — Иван Петров?"


@pytest.mark.parametrize(("always", "asked"), [(True, "Имя — Иван Петров?"), (False, "Иван Петров, +7 905 123-45-27.")])
def test_the_author_decides_otherwise(always: bool, asked: str):
    assert talk(*(() if always else ("name",)), confirm_known=always).hello == [asked]


def test_the_author_s_own_words_are_said():
    here = talk("name", known=prompt("mine", "Записать на {who|accusative}?"))
    assert here.hello == ["Записать на Ивана Петрова?"]


def test_a_crash_between_question_and_answer_loses_nothing():
    here = talk("name")
    here.session = codec.load(codec.dump(here.session))
    assert here.say(yes=True) == ["Иван Петров, +7 905 123-45-27."]


def test_only_the_customer_s_own_word_agrees():
    here = talk("name")
    assert not here.session.stack[-1].values.get("who")
    here.happen(Utterance, text="…", meaning=Meaning(yes=True, proposed=True))
    assert not here.session.stack[-1].values.get("who")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(["yes", "no", "maria", "silent", "mumble", "repeat"]), max_size=6), st.booleans())
def test_whatever_is_answered_nothing_is_taken_that_was_not_agreed_to_or_told(said: list[str], doubt: bool):
    here = talk(*(("name", "phone") if doubt else ()))
    agreed: set[object] = set() if doubt else {IVAN}
    for word in said:
        if here.session.status != "bot" or not here.session.stack:
            break
        asked = here.session.stack[-1].asked
        if word == "yes" and asked == "who" and here.session.pending is not None:
            agreed.add(IVAN)
        match word:
            case "yes":
                here.say(yes=True)
            case "no":
                here.say(yes=False)
            case "maria":
                here.say(who=Reading(value=MARIA))
                agreed.add(MARIA)
            case "silent":
                here.silent()
            case "mumble":
                here.say()
            case _:
                here.say("repeat")
        values = here.session.stack[-1].values if here.session.stack else {}
        assert values.get("who") is None or values["who"] in agreed
