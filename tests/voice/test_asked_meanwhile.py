"""A caller while another program is asked: the real turn behind the line, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.dialogue.events import Fetched, Keys
from bot.ports import Further, Inbound, Outcome
from bot.stores import conversations
from bot.stores.pending import waiting
from bot.stores.sql import Database
from bot.turn import Turn
from tests.programs import Program, program
from tests.turn.orders import ordering
from tests.voice.test_call import SECOND, LineDouble, LoudnessVad, ScriptedEars, SecondVoices
from voice.call import Call
from voice.equipment import Equipment
from voice.vad.spare import Vads

ASK = "order phone=+79051234567"


class Asked:
    """A call that has been greeted, and asked something of a program that thinks."""

    def __init__(self, turn: Turn, bus: object, shop: Program, *heard: str) -> None:
        self.line = LineDouble()
        self.voices = SecondVoices()
        self.shop = shop
        self.turn = turn
        self.call = Call(
            self.line,
            Equipment(
                turns=turn,
                bus=bus,  # type: ignore[arg-type]
                vads=Vads(LoudnessVad),
                ears={"ru": ScriptedEars(ASK, *heard)},
                voices=self.voices,
                apology={"ru": "Что-то не получилось."},
                moment={"ru": "Одну секунду."},
                closing={"ru": "Перезвоните, пожалуйста."},
            ),
        )

    async def begins(self) -> None:
        self.task = asyncio.create_task(self.call.run())
        await self.until(lambda: "Operator: 0" in self.voices.asked)
        await self.line.hear(SECOND, 5000)
        await self.until(lambda: len(self.shop.requests) == 1)

    async def until(self, so: Callable[[], bool]) -> None:
        """The line goes on, and the database has its own pace."""
        async with asyncio.timeout(30):
            while not so():
                await self.line.hear(2)
                await asyncio.sleep(0.005)

    def answers(self) -> None:
        assert self.shop.holds is not None
        self.shop.holds.set()

    async def over(self) -> None:
        await self.line.caller_hangs_up()
        async with asyncio.timeout(20):
            await self.task


@pytest.fixture
async def asked(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Asked]:
    database = Database(f"sqlite:///{tmp_path}/govorun.db")
    database.create()
    async with program() as shop:
        shop.says({"state": "в пути"})
        shop.holds = asyncio.Event()
        with ordering(database, shop.url) as (turn, bus):
            made = Asked(turn, bus, shop, *getattr(request, "param", ()))
            await made.begins()
            yield made
            made.answers()
            await made.over()
            await turn.close()
    database.close()


async def test_a_caller_who_presses_0_is_given_a_person_while_the_program_still_thinks(asked: Asked) -> None:
    await asked.line.press("0")
    await asked.until(lambda: "[to_person]" in asked.voices.asked)
    asked.answers()
    database = asked.turn.database

    def answered() -> bool:
        with database.reading() as tx:
            found = conversations.newest_of_sender(tx, "+79051234567")
            return found is not None and any(isinstance(row.entry, Fetched) for row in conversations.rows(tx, found.id))

    await asked.until(answered)
    await asked.line.hear(SECOND)
    assert not [text for text in asked.voices.asked if text.startswith("Заказ")]


@pytest.mark.parametrize("asked", [("ну что там",)], indirect=True)
async def test_the_answer_is_said_when_it_comes_and_the_question_after_it_is_answered(asked: Asked) -> None:
    await asked.line.hear(2 * SECOND)
    await asked.line.hear(SECOND, 5000)
    await asked.until(lambda: "[one_moment]" in asked.voices.asked)
    asked.answers()
    await asked.until(lambda: asked.voices.asked[-2:] == ["Заказ в пути.", "Что ещё?"])
    assert asked.voices.asked.count("Заказ в пути.") == 1


async def test_an_answer_taken_before_the_next_words_is_said_before_the_reply_to_them(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, late = asked.turn.take, asyncio.Event()

    async def held(inbound: Inbound, further: Further | None = None) -> Outcome:
        await late.wait()
        return await real(inbound, further)

    monkeypatch.setattr(asked.turn, "take", held)
    await asked.line.press("0")
    await asked.line.hear(2 * SECOND)
    asked.answers()

    def answered() -> bool:
        with asked.turn.database.reading() as tx:
            return not waiting(tx)

    await asked.until(answered)
    late.set()
    await asked.until(lambda: {"[to_person]", "Что ещё?"} <= set(asked.voices.asked))
    told = [text for text in asked.voices.asked if text in ("Заказ в пути.", "Что ещё?", "[to_person]")]
    assert told == ["Заказ в пути.", "Что ещё?", "[to_person]"]


async def test_what_is_keyed_meanwhile_is_for_the_question_that_follows(asked: Asked) -> None:
    await asked.line.press("5")
    await asked.line.press("0")
    await asked.line.hear(3 * SECOND)
    assert "[to_person]" not in asked.voices.asked
    asked.answers()
    taken: list[object] = []

    def keyed() -> bool:
        with asked.turn.database.reading() as tx:
            found = conversations.newest_of_sender(tx, "+79051234567")
            rows = conversations.rows(tx, found.id) if found is not None else ()
        taken[:] = [row.entry for row in rows if isinstance(row.entry, Fetched | Keys)]
        return bool(taken) and isinstance(taken[-1], Keys)

    await asked.until(keyed)
    assert [type(entry) for entry in taken[-2:]] == [Fetched, Keys]
    assert taken[-1].digits == "5"  # type: ignore[attr-defined]


@pytest.mark.parametrize("asked", [("operator",)], indirect=True)
async def test_a_caller_who_asks_for_a_person_in_words_is_not_kept_waiting(asked: Asked) -> None:
    await asked.line.hear(2 * SECOND)
    await asked.line.hear(SECOND, 5000)
    await asked.until(lambda: "[to_person]" in asked.voices.asked)


async def test_who_hangs_up_ends_the_conversation_at_once(asked: Asked) -> None:
    await asked.line.caller_hangs_up()
    async with asyncio.timeout(20):
        await asked.task
    assert asked.line.over
    with asked.turn.database.reading() as tx:
        found = conversations.newest_of_sender(tx, "+79051234567")
    assert found is not None
    assert found.status == "ended"
