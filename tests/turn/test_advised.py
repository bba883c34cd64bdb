"""An understanding that asks another program is asked between two tries of the transaction; none waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from sqlalchemy import text as sql

from bot.dialogue.events import Chosen, Event, Keys, Utterance
from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.ports import Advised, Question
from bot.stores.sql import Database
from bot.turn import Served, Turn
from tests.turn.clinic import NOW, Plain, said, serving, writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered(Question):
    number: int = 0


@dataclass
class Asking(Plain):
    """Asks about whatever ends with "?", and is told the word before it. restless: each time about something else."""

    asked: list[str] = field(default_factory=list)
    waits: asyncio.Event | None = None
    came: asyncio.Event = field(default_factory=asyncio.Event)
    silent: bool = False
    restless: bool = False
    considered: int = 0

    def consider(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning | Question:
        if not text.endswith("?"):
            return self.understand(text, expectation, language=language, now=now)
        self.considered += 1
        return Numbered(text=text, number=self.considered if self.restless else 0)

    async def advise(self, question: Question) -> object:
        self.asked.append(question.text)
        self.came.set()
        if self.waits is not None:
            await self.waits.wait()
        return None if self.silent else question.text.rstrip("?")

    def advised(
        self, text: str, expectation: Expectation, advice: object, *, language: Language, now: datetime
    ) -> Meaning:
        words = advice if isinstance(advice, str) else "hm"
        return self.understand(words, expectation, language=language, now=now)


@contextmanager
def asking(database: Database, nlu: Asking) -> Iterator[Turn]:
    with serving(database) as (turn, _):
        served = turn.sets["clinic"]
        turn.swap({"clinic": Served(scenarios=served.scenarios, nlu=nlu, backends=served.backends)})
        yield turn


def test_an_understanding_that_asks_is_told_from_one_that_does_not() -> None:
    assert isinstance(Asking(), Advised)
    assert not isinstance(Plain(), Advised)


async def test_what_the_other_program_says_is_what_was_meant(database: Database) -> None:
    nlu = Asking()
    with asking(database, nlu) as turn:
        outcome = await writer(turn).says("booking?")
        assert said(outcome)[-1] == "К какому врачу?"
        (event,) = [row.entry for row in outcome.rows if isinstance(row.entry, Utterance)]
        assert (event.text, event.meaning.intent) == ("booking?", "booking")
        assert nlu.asked == ["booking?"]
        await turn.close()


async def test_nobody_is_asked_where_the_words_are_plain(database: Database) -> None:
    nlu = Asking()
    with asking(database, nlu) as turn:
        assert said(await writer(turn).says("booking"))[-1] == "К какому врачу?"
        assert nlu.asked == []
        await turn.close()


async def test_no_transaction_is_open_while_the_other_program_thinks(database: Database) -> None:
    nlu = Asking(waits=asyncio.Event())
    with asking(database, nlu) as turn:
        slow = asyncio.create_task(writer(turn, "anna").says("booking?"))
        await asyncio.wait_for(nlu.came.wait(), 20)
        with database.writing() as tx:
            tx.execute(sql("DELETE FROM told"))
        other = await asyncio.wait_for(writer(turn, "boris").says("main.price"), 20)
        assert said(other)[0] == "Приём стоит 1500 рублей."
        assert nlu.waits is not None
        nlu.waits.set()
        assert said(await slow)[-1] == "К какому врачу?"
        await turn.close()


async def test_an_event_that_comes_again_is_not_asked_about_again(database: Database) -> None:
    nlu = Asking()
    with asking(database, nlu) as turn:
        ivan = writer(turn)
        event = Utterance(id="m1", at=ivan.tick(), text="booking?")
        first, again = await ivan.send(event), await ivan.send(event)
        assert again.repeated
        assert said(again) == said(first)
        assert nlu.asked == ["booking?"]
        await turn.close()


async def test_a_program_that_brings_nothing_leaves_it_to_us(database: Database) -> None:
    nlu = Asking(silent=True)
    with asking(database, nlu) as turn:
        ivan = writer(turn)
        await ivan.says("booking")
        assert said(await ivan.says("hm?")) != []
        await turn.close()


async def test_an_understanding_that_asks_on_and_on_is_not_heard_for_ever(database: Database) -> None:
    nlu = Asking(restless=True)
    with asking(database, nlu) as turn:
        assert said(await writer(turn).says("booking?")) != []
        assert 1 < len(nlu.asked) < 10
        await turn.close()


@pytest.mark.parametrize(
    "impatient",
    [
        Keys(id="m2", at=NOW, digits="0"),
        Utterance(id="m2", at=NOW, text="operator"),
        Chosen(id="m2", at=NOW, option="booking"),
    ],
)
async def test_who_cannot_wait_puts_an_end_to_the_asking(database: Database, impatient: Event) -> None:
    """Their words before it are taken as we understand them, and first."""
    nlu = Asking(waits=asyncio.Event())
    with asking(database, nlu) as turn:
        ivan = writer(turn)
        await ivan.says("main.price")
        slow = asyncio.create_task(ivan.says("booking?"))
        await asyncio.wait_for(nlu.came.wait(), 20)
        at_once = await asyncio.wait_for(ivan.send(replace(impatient, at=ivan.tick())), 20)
        assert slow.done()
        assert said(await slow)[0] == "[not_understood]"
        assert at_once.session.status == "waiting" or at_once.session.stack[-1].scenario == "booking"
        assert (await slow).rows[-1].seq < at_once.rows[0].seq
        assert nlu.waits is not None
        nlu.waits.set()
        await turn.close()


async def test_who_came_before_it_was_asked_puts_an_end_to_it_too(database: Database) -> None:
    nlu = Asking(waits=asyncio.Event())
    with asking(database, nlu) as turn:
        ivan = writer(turn)
        await ivan.says("main.price")
        both = asyncio.gather(ivan.says("booking?"), ivan.says("operator"))
        _, wants = await asyncio.wait_for(both, 20)
        assert wants.session.status == "waiting"
        assert nlu.waits is not None
        nlu.waits.set()
        await turn.close()


async def test_what_else_is_written_meanwhile_waits_till_the_words_before_it_are_understood(
    database: Database,
) -> None:
    nlu = Asking(waits=asyncio.Event())
    with asking(database, nlu) as turn:
        ivan = writer(turn)
        slow = asyncio.create_task(ivan.says("booking?"))
        await asyncio.wait_for(nlu.came.wait(), 20)
        after = asyncio.create_task(ivan.says("service=terapevt"))
        await asyncio.sleep(0.1)
        assert not after.done()
        assert nlu.waits is not None
        nlu.waits.set()
        assert said(await asyncio.wait_for(slow, 20))[-1] == "К какому врачу?"
        assert said(await asyncio.wait_for(after, 20))[-1] == "На какой день и час?"
        await turn.close()
