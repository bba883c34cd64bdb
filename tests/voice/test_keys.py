"""Keys in a call: typed ahead through several questions, wrong ones, over what must be heard. In virtual time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np

from bot.dialogue.events import Keys
from bot.dialogue.manner import BargeIn, Manner
from bot.dialogue.meaning import Option
from bot.dialogue.program import ChooseStep, CollectStep, EndStep, Item, SayStep
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.slot import Slot
from tests.dialogue.small import SMALL, prompt
from tests.voice.test_call import SECOND, Ringing
from tests.voice.test_recording import key as tone
from voice.audio import FRAME, Samples
from voice.dtmf import BURST_MS, LOOKED_UP_MS, MENU_MS
from voice.ports import Digit
from voice.tonekeys import TonePad

BURST = BURST_MS // 20 + 1  # frames


def item(name: str, key: str, target: str) -> Item:
    option = Option(id=name, title={"ru": name}, key=key)
    return Item(
        id=name, option=option, intent=f"main.{name}", announce=prompt(f"say.{name}", f"{name}: {key}"), target=target
    )


def menu(name: str, text: str, *items: Item, manner: Manner | None = None) -> ChooseStep:
    step = ChooseStep(id=name, menu=name, prompt=prompt(name, text), items=items, learns=False)
    return replace(step, manner=manner) if manner else step


def levels(**steps: object) -> ScenarioSet:
    """Two menus, a number of four digits, a number of up to ten, the end."""
    slots = {
        "pin": Slot(name="pin", type="digits", title={"ru": "Код"}, ask=prompt("ask.pin", "Код?"), length=(4, 4)),
        "card": Slot(
            name="card", type="digits", title={"ru": "Карта"}, ask=prompt("ask.card", "Карта?"), length=(5, 10)
        ),
    }
    made = {
        "first": menu("first", "Первое меню.", item("one", "1", "second"), item("two", "2", "end")),
        "second": menu("second", "Второе меню.", item("one", "1", "end"), item("two", "2", "pin")),
        "pin": CollectStep(id="pin", slots=("pin",), next="card"),
        "card": CollectStep(id="card", slots=("card",), next="end"),
        "end": EndStep(id="end", prompt=prompt("end", "Готово.")),
        **steps,
    }
    main = Scenario(name="main", title={"ru": "Меню"}, first="first", steps=made, slots=slots)  # type: ignore[arg-type]
    return replace(SMALL, scenarios={"main": main}, phrases={}, start="main")


def keyed(call: Ringing) -> list[str]:
    return [event.digits for event in call.turns.took(Keys)]


async def types(call: Ringing, keys: str, every: int = 10) -> None:
    for key in keys:
        await call.line.press(key)
        await call.line.hear(every)


async def test_who_knows_the_menus_types_ahead_and_each_question_takes_its_own_keys():
    async with Ringing(scenarios=levels()) as call:
        await types(call, "12051142763#")
        await call.line.hear(3 * SECOND)
        assert keyed(call) == ["1", "2", "0511", "42763"]
        assert call.turns.said[-1] == "Готово."


async def test_keys_typed_while_a_turn_is_being_taken_are_for_the_questions_to_come():
    async with Ringing(scenarios=levels()) as call:
        await call.line.hear(SECOND)
        call.turns.slow = asyncio.Event()
        await types(call, "1205114276", every=2)
        assert keyed(call) == []
        call.turns.slow.set()
        await call.line.hear(SECOND)
        assert keyed(call) == ["1", "2", "0511"]
        await types(call, "3#")
        assert keyed(call) == ["1", "2", "0511", "42763"]


async def test_nothing_is_said_of_the_questions_that_were_answered_ahead():
    async with Ringing(scenarios=levels()) as call:
        call.turns.slow = asyncio.Event()
        await types(call, "12", every=2)
        call.line.flush()
        before = call.line.sent
        call.turns.slow.set()
        await call.line.hear(4 * SECOND)
        assert call.turns.said[-1] == "Код?"
        assert call.line.sent - before == 1000  # of four prompts that were due, the one that is waited for


async def test_a_number_that_is_still_being_typed_is_not_talked_over():
    async with Ringing(scenarios=levels()) as call:
        call.turns.slow = asyncio.Event()
        await types(call, "1205", every=2)
        call.turns.slow.set()
        await call.line.hear(SECOND)
        assert call.line.queued == 0
        await types(call, "11")
        assert keyed(call) == ["1", "2", "0511"]


async def test_a_wrong_key_typed_ahead_gets_one_question_and_the_rest_is_dropped():
    async with Ringing(scenarios=levels()) as call:
        await call.line.hear(SECOND)
        said = len(call.turns.said)
        await types(call, "1905110")  # the nought of the rest would call a person
        await call.line.hear(SECOND)
        assert keyed(call) == ["1", "9"]
        assert call.turns.session.status == "bot"
        assert call.turns.said[said:].count("[not_understood]") <= 1
        heard = call.line.sent
        await call.line.hear(3 * SECOND)
        assert call.line.sent > heard  # the question is asked to its end
        await types(call, "20511")
        assert keyed(call) == ["1", "9", "2", "0511"]


async def test_the_end_of_a_wrong_burst_does_not_stop_the_question_that_is_asked_again():
    async with Ringing(scenarios=levels()) as call:
        await call.line.hear(6 * SECOND)
        await types(call, "9")
        before = call.line.flushed_ms
        await types(call, "0511")
        assert call.line.flushed_ms == before
        assert keyed(call) == ["9"]
        await call.line.hear(BURST)
        await types(call, "2")
        assert keyed(call) == ["9", "2"]


async def test_a_number_refused_ends_what_was_typed_ahead():
    async with Ringing(scenarios=levels()) as call:
        await call.line.hear(SECOND)
        await types(call, "1205114#77")
        await call.line.hear(3 * SECOND)
        assert keyed(call) == ["1", "2", "0511", "4"]
        assert call.turns.session.stack[-1].asked == "card"


async def test_a_hash_after_a_number_that_was_whole_does_not_repeat_the_next_question():
    async with Ringing(scenarios=levels()) as call:
        await types(call, "120511#")
        await call.line.hear(SECOND)
        assert keyed(call) == ["1", "2", "0511"]


async def test_a_star_goes_back_and_a_nought_calls_a_person_among_keys_typed_ahead():
    async with Ringing(scenarios=levels()) as call:
        await types(call, "12*")
        await call.line.hear(SECOND)
        assert keyed(call)[:3] == ["1", "2", "*"]
    async with Ringing(scenarios=levels()) as call:
        await types(call, "10", every=2)
        await call.line.hear(SECOND)
        assert call.turns.session.status == "waiting"


async def test_who_speaks_gives_up_what_was_typed_ahead():
    async with Ringing("что", scenarios=levels()) as call:
        await call.line.hear(SECOND)
        await types(call, "1242")
        await call.speaks()
        await call.line.hear(6 * SECOND)
        assert keyed(call) == ["1", "2"]


# --- how long is waited ------------------------------------------------------------------------------


async def test_a_number_that_may_be_longer_is_whole_after_a_pause_of_its_kind():
    async with Ringing(scenarios=levels()) as call:
        await types(call, "12051142763")
        await call.line.hear(LOOKED_UP_MS // 20 - 15)
        assert keyed(call)[-1] == "0511"
        await call.line.hear(30)
        assert keyed(call)[-1] == "42763"


async def test_a_step_says_how_long_its_keys_and_its_answer_are_waited_for():
    slow = replace(levels().scenarios["main"].steps["card"], manner=Manner(key_pause=9.0, wait=2.0))  # type: ignore[arg-type]
    async with Ringing(scenarios=levels(card=slow)) as call:
        await types(call, "120511")
        await types(call, "42763")
        await call.line.hear(8 * SECOND)
        assert keyed(call)[-1] == "0511"
        await call.line.hear(2 * SECOND)
        assert keyed(call)[-1] == "42763"
    async with Ringing(scenarios=levels(card=slow)) as call:
        await types(call, "120511")
        said = len(call.turns.said)
        await call.line.hear(4 * SECOND)  # a second of the question, two of silence
        assert len(call.turns.said) > said


async def test_a_score_of_one_key_is_taken_at_once_and_a_one_may_become_a_ten():
    score = Slot(
        name="pin", type="nps", title={"ru": "Оценка"}, ask=prompt("ask.pin", "Оценка?"), low=0, high=10,
        options=tuple(Option(id=str(each), title={"ru": str(each)}) for each in range(11)),
    )  # fmt: skip
    base = levels()
    main = replace(base.scenarios["main"], slots={**base.scenarios["main"].slots, "pin": score})
    async with Ringing(scenarios=replace(base, scenarios={"main": main})) as call:
        await types(call, "129", every=2)
        assert keyed(call) == ["1", "2", "9"]
    async with Ringing(scenarios=replace(base, scenarios={"main": main})) as call:
        await types(call, "121", every=2)
        await call.line.hear(MENU_MS // 20 - 5)
        assert keyed(call) == ["1", "2"]
        await types(call, "0")
        assert keyed(call) == ["1", "2", "10"]


# --- over what must be heard -------------------------------------------------------------------------


def notice() -> ScenarioSet:
    return levels(
        first=SayStep(
            id="first",
            next="menu",
            prompt=replace(prompt("notice", "Звонок платный."), barge_in=BargeIn(speech="deny")),
        ),
        menu=menu("menu", "Первое меню.", item("one", "1", "second"), item("two", "2", "end")),
    )


async def test_a_key_over_what_must_be_heard_is_taken_and_what_waits_behind_is_not_said():
    async with Ringing(scenarios=notice()) as call:
        await call.line.hear(10)
        assert call.line.queued > 1000  # the notice, and the menu behind it
        await types(call, "1", every=1)
        assert keyed(call) == ["1"]
        assert call.line.flushed_ms == 0
        await call.line.hear(SECOND)
        assert call.line.flushed_ms > 2000  # the first menu; the notice is over by now
        await call.line.hear(5 * SECOND)
        assert 4200 <= call.line.sent <= 4600  # the notice; the second menu, its two items and the gaps


async def test_what_must_be_heard_is_said_though_it_was_typed_over_before_it_began():
    deny = replace(prompt("second", "Второе меню. Оно платное."), barge_in=BargeIn(speech="deny"))
    second = replace(levels().scenarios["main"].steps["second"], prompt=deny)  # type: ignore[arg-type]
    async with Ringing(scenarios=levels(second=second)) as call:
        await types(call, "1205", every=2)
        await call.line.hear(SECOND)
        assert keyed(call) == ["1", "2"]
        assert call.line.sent >= 1000


# --- by their tones ----------------------------------------------------------------------------------


async def toned(call: Ringing, sound: Samples) -> None:
    still = np.zeros(FRAME * 8, np.int16)
    for frame in np.concatenate((sound, still)).reshape(-1, FRAME):
        call.line._in.put_nowait(frame)
        for _ in range(4):
            await asyncio.sleep(0)


def by_sound(**more: Any) -> Ringing:
    call = Ringing(scenarios=levels(), **more)
    call.call.__init__(call.line, replace(call.call._equipment, tones=True))  # type: ignore[misc]
    return call


async def test_a_gateway_that_names_no_keys_is_heard_by_their_tones_where_somebody_says_so():
    async with by_sound() as call:
        for each in "120511":
            await toned(call, tone(each, 100))
        assert keyed(call) == ["1", "2", "0511"]
    async with Ringing(scenarios=levels()) as call:
        await toned(call, tone("1", 100))
        assert keyed(call) == []


async def test_a_line_that_names_its_keys_is_believed_and_each_counts_once():
    async with by_sound() as call:
        await call.line.press("1")
        await toned(call, tone("1", 100))
        assert keyed(call) == ["1"]
    async with by_sound() as call:
        await toned(call, tone("1", 100))
        await call.line.press("1")
        await call.line.press("2")
        await call.line.hear(5)
        assert keyed(call) == ["1", "2"]


def test_two_keys_typed_quickly_that_the_line_tells_of_late_are_two():
    pad = TonePad(listens=True)
    sound = np.concatenate([tone("1", 60), np.zeros(4 * FRAME, np.int16), tone("1", 60), np.zeros(4 * FRAME, np.int16)])
    heard = [pad.hear(frame, at, at * 20) for at, frame in enumerate(sound.reshape(-1, FRAME))]
    assert [digit.key for digit in heard if digit is not None] == ["1", "1"]
    late = [pad.told(Digit(key=each, at_frame=0), 400 + 100 * at) for at, each in enumerate("112")]
    assert late == [False, False, True]
    assert pad.told(Digit(key="1", at_frame=0), 900)
