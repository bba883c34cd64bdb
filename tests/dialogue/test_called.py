"""A scenario that another one starts for what it finds out, and the customer who doesn't want to."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from bot.dialogue.actions import End
from bot.dialogue.expressions import Expression
from bot.dialogue.program import CollectStep, SayStep, StartStep, Step
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.slot import Slot
from tests.dialogue.small import SMALL, Talk, item, prompt

ADDRESS = Scenario(
    name="address",
    title={"ru": "Адрес"},
    first="ask",
    slots={"address": Slot(name="address", type="text", title={}, ask=prompt("ask", "Куда везти?"))},
    steps={"ask": CollectStep(id="ask", slots=("address",))},
)
RESULTS = {"where": Expression.parse("address")}
START = StartStep(id="start", next="done", scenario="address", results=RESULTS)
DONE = SayStep(id="done", prompt=prompt("done", "Везём: {where}."))
PICKUP = SayStep(id="pickup", prompt=prompt("pickup", "Тогда заберите сами."))
MENU = SMALL.scenarios["main"].steps["menu"]


def calling(start: StartStep = START, *, root: str = "main", outer: bool = False) -> ScenarioSet:
    """An order that asks for the address by a scenario of its own; `outer`: the order is itself started so."""
    steps: Mapping[str, Step] = {"start": start, "done": DONE, "pickup": PICKUP}
    order = Scenario(name="order", title={"ru": "Заказ"}, first="start", steps=steps)
    outside = replace(START, scenario="order", results={"where": Expression.parse("where")})
    shop = replace(order, name="shop", title={"ru": "Магазин"}, steps={"start": outside, "done": DONE})
    main = replace(
        SMALL.scenarios["main"],
        steps={
            **SMALL.scenarios["main"].steps,
            "menu": replace(MENU, items=(item("shop" if outer else "order", "1", "Заказать"),)),  # type: ignore[call-arg]
        },
    )
    scenarios = {"main": main, "order": order, "shop": shop, "address": ADDRESS}
    return replace(SMALL, start=root, scenarios=scenarios, phrases={"order": {}, "shop": {}})


def test_what_was_asked_for_comes_back():
    talk = Talk(scenarios=calling())
    assert talk.say("order") == ["Куда везти?"]
    assert talk.say(address="Садовая, 1") == ["Везём: Садовая, 1.", "Что ещё?"]


@pytest.mark.parametrize("wish", ["cancel", "back"])
@pytest.mark.parametrize("outer", [False, True])
def test_cancelling_what_was_started_for_a_result_cancels_what_needs_the_result(wish: str, outer: bool):
    talk = Talk(scenarios=calling(outer=outer))
    talk.say("shop" if outer else "order")
    assert talk.say(wish) == ["<cancelled>", "Что ещё?"]


def test_a_start_may_say_what_happens_then():
    talk = Talk(scenarios=calling(replace(START, cancelled="pickup")))
    talk.say("order")
    assert talk.say("cancel") == ["<cancelled>", "Тогда заберите сами.", "Что ещё?"]


def test_whoever_needs_no_result_goes_on_as_before():
    talk = Talk(scenarios=calling(replace(START, results={})))
    talk.say("order")
    assert talk.say("cancel") == ["<cancelled>", "Везём: .", "Что ещё?"]


def test_a_conversation_that_was_about_this_is_over():
    talk = Talk(scenarios=calling(root="order"))
    assert talk.hello == ["Куда везти?"]
    assert talk.say("cancel") == ["<cancelled>", "<goodbye>"]
    assert talk.did(End)


def test_where_the_menu_itself_needed_the_result_the_menu_is_next():
    known = calling()
    first = {"hello": replace(START, id="hello", next="menu")}
    main = replace(known.scenarios["main"], steps={**known.scenarios["main"].steps, **first})
    talk = Talk(scenarios=replace(known, scenarios={**known.scenarios, "main": main}))
    assert talk.hello == ["Куда везти?"]
    assert talk.say("cancel") == ["<cancelled>", "Чем помочь?"]
