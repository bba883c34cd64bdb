"""A slot that is asked for in vain, and what its `on_fail` does then."""

from dataclasses import replace

import pytest

from bot.dialogue.actions import Handoff
from bot.dialogue.program import AgainStep, CollectStep, DoStep, SayStep
from bot.dialogue.scenario import Scenario
from bot.dialogue.session import Frame
from bot.dialogue.slot import Slot
from tests.dialogue.small import SMALL, Talk, prompt

NUMBER = Slot(name="number", type="digits", title={"ru": "номер"}, ask=prompt("number", "Номер заказа?"))
# The order is looked for by what was given, also where nothing was; and where there is none, it is asked for anew.
ORDERS = Scenario(
    name="orders",
    title={"ru": "Заказы"},
    first="ask",
    slots={"number": NUMBER},
    steps={
        "ask": CollectStep(id="ask", next="find", slots=("number",), fails={"number": "ask"}),
        "find": DoStep(id="find", next="said", action="orders.status", branches={"none": "none"}),
        "none": SayStep(id="none", next="again", prompt=prompt("none", "Такого нет.")),
        "again": AgainStep(id="again", slots=("number",), target="ask"),
        "said": SayStep(id="said", prompt=prompt("said", "В пути.")),
    },
)
SHOP = replace(SMALL, start="orders", scenarios={"orders": ORDERS}, phrases={})


def test_a_silent_caller_is_not_led_in_a_circle_for_ever():
    talk = Talk(medium="voice", scenarios=SHOP, outcome="none")
    said = [talk.silent() for _ in range(4)]
    assert said[1] == ["Такого нет.", "Номер заказа?"]  # once more, as the author wants it
    assert said[3] == ["<to_person>"]
    assert talk.did(Handoff)[0].reason == "silence"


def test_whoever_gives_something_meanwhile_may_fail_once_more():
    talk = Talk(medium="voice", scenarios=SHOP, outcome="none")
    for _ in range(3):
        assert not talk.did(Handoff)
        talk.silent()
        talk.silent()
        assert talk.say(number="1042") == ["Такого нет.", "Номер заказа?"]


def test_what_a_program_told_of_another_name_may_be_said_again_by_the_customer():
    """A set's other scenarios have slots of that name; this one keeps the value, for its prompts."""
    talk = Talk(scenarios=SHOP, outcome="none")
    talk.say(number="1042")
    talk.session = replace(talk.session, stack=(*talk.session.stack[:-1], kept(talk, service="lor")))
    assert talk.say(service="lor")[-1] == "Номер заказа?"


def kept(talk: Talk, **values: str) -> Frame:
    top = talk.session.stack[-1]
    return replace(top, values={**top.values, **values})


@pytest.mark.parametrize("first", ["ask", "later"])
def test_each_step_that_asks_has_a_way_of_its_own(first: str):
    twice = replace(
        ORDERS,
        first=first,
        steps={
            "ask": CollectStep(id="ask", slots=("number",), fails={"number": "said"}),
            "later": CollectStep(id="later", slots=("number",), fails={"number": "none"}),
            "said": ORDERS.steps["said"],
            "none": replace(ORDERS.steps["none"], next=""),
        },
    )
    talk = Talk(medium="voice", scenarios=replace(SHOP, scenarios={"orders": twice}))
    talk.silent()
    assert talk.silent()[0] == {"ask": "В пути.", "later": "Такого нет."}[first]
