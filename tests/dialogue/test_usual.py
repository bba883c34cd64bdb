"""«Записаться, как обычно?»: the shortcut before the menu."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.dialogue.actions import ChoseItem, Handoff, Say
from bot.dialogue.engine import expects
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Habit
from bot.dialogue.usual import put_last
from tests.dialogue.small import SMALL, Talk

SURE = {"main": Habit(order=("price", "booking"), would="price", shortcut="price")}
ORDERS = {"main": ("price", "booking")}


def talk(**more: Any) -> Talk:
    return Talk(**{"medium": "voice", "orders": ORDERS, "habits": SURE, **more})


def with_menu(**fields: Any) -> ScenarioSet:
    scenarios = dict(SMALL.scenarios)
    for name, scenario in SMALL.scenarios.items():
        steps = {
            key: replace(step, **fields) if isinstance(step, ChooseStep) else step
            for key, step in scenario.steps.items()
        }
        scenarios[name] = replace(scenario, steps=steps)
    return replace(SMALL, scenarios=scenarios)


def test_a_caller_with_a_firm_habit_is_asked_before_the_menu_and_yes_serves_it():
    caller = talk()
    assert caller.hello == ["Здравствуйте!", "Чем помочь?", "<usual>"]
    caller.say(yes=True)
    (chose,) = caller.did(ChoseItem)
    assert (chose.item, chose.offered, chose.would, chose.heard) == ("price", "price", "price", True)
    assert chose.learned == ("price", "booking")


def test_no_reads_the_menu_with_that_item_last_and_says_its_own_words_once():
    caller = talk()
    assert caller.say(yes=False) == ["Записаться — 1.", "Узнать цену — 2."]
    caller.press("1")  # the digit stays with its item
    (chose,) = caller.did(ChoseItem)
    assert (chose.item, chose.offered, chose.order) == ("booking", "price", ("booking", "price"))


def test_another_wish_or_a_key_is_taken_at_once():
    caller = talk()
    assert caller.say("booking") == ["К какому врачу?"]
    other = talk()
    assert other.press("1") == ["К какому врачу?"]
    assert other.did(ChoseItem)[0].offered == "price"


def test_a_no_with_another_wish_is_that_wish():
    caller = talk()
    assert caller.say("booking", yes=False) == ["К какому врачу?"]


def test_silence_reads_the_menu_and_is_no_miss():
    caller = talk()
    assert caller.silent() == ["Чем помочь?", "Узнать цену — 2.", "Записаться — 1."]
    assert caller.session.silences == 0
    caller.silent()
    assert caller.did(Handoff) == []


def test_what_nobody_understands_reads_the_menu():
    caller = talk()
    assert caller.say()[-2:] == ["Узнать цену — 2.", "Записаться — 1."]


def test_it_is_asked_once_in_a_conversation():
    caller = talk()
    caller.say(yes=False)
    assert "<usual>" not in caller.say("menu")


def test_a_yes_is_expected_and_keys_stay_with_their_items():
    caller = talk()
    expected = expects(caller.session, SMALL)
    assert expected.yesno
    assert expected.keys == {"1": "booking", "2": "price"}
    caller.say(yes=False)
    assert not expects(caller.session, SMALL).yesno


def test_in_a_chat_the_other_items_stand_beside_the_yes():
    visitor = talk(medium="text")
    said = visitor.did(Say)[-1]
    assert [choice.title for choice in said.choices] == ["Да", "Записаться"]
    visitor.button("yes")
    assert visitor.did(ChoseItem)[0].item == "price"
    other = talk(medium="text")
    assert other.say(yes=False) == ["Чем помочь?"]
    assert [choice.title for choice in other.did(Say)[-1].choices] == ["Записаться", "Узнать цену"]


def test_the_author_turns_it_off():
    for off in ({"shortcut": False}, {"learns": False}):
        assert "<usual>" not in talk(scenarios=with_menu(**off)).hello


def test_who_speaks_first_is_not_asked():
    assert talk(spoke_first=True).hello == ["Здравствуйте!"]


def test_what_keeps_its_place_keeps_it_when_something_is_refused():
    assert put_last(("a", "b", "c", "d"), "a", ("b",)) == ("c", "b", "d", "a")
    assert put_last(("a", "b", "c"), "b", ("b",)) == ("a", "b", "c")


def test_a_question_whose_habit_was_parted_from_its_customer_meanwhile_is_answered_as_a_menu():
    for answer in (True, False):
        caller = talk()
        caller.session = replace(caller.session, habits={}, orders={})
        said = caller.say(yes=answer)
        assert said
        assert not caller.did(Handoff)
