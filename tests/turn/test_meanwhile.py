"""What comes while another program is asked is taken at once; the answer meets what the conversation has come to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import turn as turning
from bot.body import transaction
from bot.body.serving import MAX_ADVICE
from bot.dialogue.actions import Handoff
from bot.dialogue.events import AgentJoined, Chosen, Event, Fetched, Keys, Left, Utterance
from bot.ports import Identity, Inbound, Outcome
from bot.stores import conversations
from bot.stores.schema import inbox, pending
from bot.stores.sql import Database
from bot.turn import Turn
from tests.programs import Program, program
from tests.turn.clinic import NOW, Person, caller, said, writer
from tests.turn.orders import ordering
from tests.turn.test_advised import Asking

ASK = "order phone=+79051234567"
ANSWER = ["Заказ в пути.", "Что ещё?"]


class Slow:
    """A program that answers when it is told to."""

    def __init__(self, made: Program) -> None:
        self.made = made
        self.came = asyncio.Event()
        made.came = self.came.set
        made.says({"state": "в пути"})
        made.holds = asyncio.Event()

    async def asked(self) -> None:
        await asyncio.wait_for(self.came.wait(), 20)

    def answers(self) -> None:
        assert self.made.holds is not None
        self.made.holds.set()


@pytest.fixture
async def shop() -> AsyncIterator[Slow]:
    async with program() as made:
        slow = Slow(made)
        yield slow
        slow.answers()


@pytest.fixture
async def turn(database: Database, shop: Slow) -> AsyncIterator[Turn]:
    with ordering(database, shop.made.url) as (made, _):
        yield made
        shop.answers()
        await made.close()


def journal(database: Database, conversation: str) -> list[Any]:
    with database.reading() as tx:
        rows = conversations.rows(tx, conversation)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    return [row.entry for row in rows]


def texts(entries: list[Any]) -> list[str]:
    return [entry.text for entry in entries if hasattr(entry, "text")]


def count(database: Database, table: Any) -> int:
    with database.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(table)).scalar_one())


async def at_once(taking: Any) -> Outcome:
    return await asyncio.wait_for(taking, 20)


async def called(turn: Turn) -> Person:
    ivan = caller(turn)
    ivan.conversation = (await ivan.starts()).conversation
    return ivan


async def test_a_caller_who_presses_0_gets_a_person_and_the_answer_comes_too_late(turn: Turn, shop: Slow) -> None:
    ivan = await called(turn)
    asked = asyncio.create_task(ivan.says(ASK))
    await shop.asked()
    pressed = await at_once(ivan.send(Keys(id="zero", at=ivan.tick(), digits="0")))
    assert not asked.done()
    assert [type(action) for action in pressed.actions if isinstance(action, Handoff)] == [Handoff]
    assert pressed.session.status == "waiting"
    shop.answers()
    outcome = await at_once(asked)
    assert said(outcome) == []
    assert outcome.session.status == "waiting"
    entries = journal(turn.database, outcome.conversation)
    assert isinstance(entries[-1], Fetched)  # what came too late is in the journal
    assert len(shop.made.requests) == 1
    assert count(turn.database, pending) == 0


async def test_a_caller_who_asks_for_a_person_in_words_gets_one_at_once(turn: Turn, shop: Slow) -> None:
    ivan = await called(turn)
    asked = asyncio.create_task(ivan.says(ASK))
    await shop.asked()
    assert (await at_once(ivan.says("operator"))).session.status == "waiting"
    shop.answers()
    assert (await at_once(asked)).session.status == "waiting"


async def test_what_else_a_caller_says_is_answered_with_one_moment_and_the_answer_is_still_taken(
    turn: Turn, shop: Slow
) -> None:
    ivan = await called(turn)
    asked = asyncio.create_task(ivan.says(ASK))
    await shop.asked()
    assert said(await at_once(ivan.says("service=коробка"))) == ["[one_moment]"]
    shop.answers()
    assert said(await at_once(asked)) == ANSWER


async def test_who_calls_it_off_hears_nothing_of_the_answer(turn: Turn, shop: Slow) -> None:
    ivan = await called(turn)
    asked = asyncio.create_task(ivan.says(ASK))
    await shop.asked()
    assert "Чем помочь?" in said(await at_once(ivan.says("cancel")))
    shop.answers()
    outcome = await at_once(asked)
    assert said(outcome) == []
    assert outcome.expectation.keys  # the menu, at which they are by now
    assert said(await ivan.says("main.price"))[0] == "Приём стоит 1500 рублей."


async def test_a_caller_who_hangs_up_is_gone_at_once(turn: Turn, shop: Slow) -> None:
    ivan = await called(turn)
    asked = asyncio.create_task(ivan.says(ASK))
    await shop.asked()
    assert (await at_once(ivan.send(Left(id="bye", at=ivan.tick())))).session.status == "ended"
    assert not asked.done()
    shop.answers()
    assert said(await at_once(asked)) == []
    assert count(turn.database, pending) == 0


async def test_what_is_written_meanwhile_is_told_one_moment_once_and_taken_after_the_answer(
    turn: Turn, shop: Slow
) -> None:
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    assert said(await at_once(anna.says("service=коробка"))) == ["[one_moment]"]
    assert said(await at_once(anna.says("main.price"))) == []
    shop.answers()
    outcome = await at_once(asked)
    assert said(outcome) == [*ANSWER, "Записал: коробка.", "Чем помочь?", "Приём стоит 1500 рублей.", "Чем помочь?"]
    entries = journal(turn.database, outcome.conversation)
    spoken = [entry.text for entry in entries if isinstance(entry, Utterance)]
    assert spoken == [ASK, "service=коробка", "main.price"]
    assert len(shop.made.requests) == 1


async def test_what_was_written_meanwhile_is_in_the_journal_though_the_answer_breaks_the_turn(
    turn: Turn, shop: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = transaction.advance

    def broken(session: Any, event: Event, scenarios: Any) -> Any:
        if isinstance(event, Fetched):
            raise ZeroDivisionError
        return real(session, event, scenarios)

    monkeypatch.setattr(transaction, "advance", broken)
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    await at_once(anna.says("service=коробка"))
    shop.answers()
    outcome = await at_once(asked)
    assert said(outcome) == ["[internal_error]"]
    assert outcome.session.status == "waiting"
    assert texts(journal(turn.database, outcome.conversation))[-2:] == ["service=коробка", "[internal_error]"]


async def test_what_was_asked_about_words_written_meanwhile_counts_however_many_there_were(
    turn: Turn, shop: Slow
) -> None:
    nlu = Asking()
    (name,) = turn.sets
    turn.swap({name: replace(turn.sets[name], nlu=nlu)})
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    for number in range(6):
        await at_once(anna.says(f"service=вещь{number}?"))
    shop.answers()
    assert "Записал: вещь0." in said(await at_once(asked))
    assert nlu.asked == [f"service=вещь{number}?" for number in range(MAX_ADVICE + 1)]


async def test_a_button_pressed_meanwhile_is_taken_after_the_answer(turn: Turn, shop: Slow) -> None:
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    assert said(await at_once(anna.send(Chosen(id="b", at=anna.tick(), option="price")))) == ["[one_moment]"]
    shop.answers()
    await at_once(asked)
    assert any(isinstance(entry, Chosen) for entry in journal(turn.database, (await asked).conversation))


async def test_who_wants_a_person_has_what_they_wrote_before_in_order(turn: Turn, shop: Slow) -> None:
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    await at_once(anna.says("service=коробка"))
    wants = await at_once(anna.says("operator"))
    assert wants.session.status == "waiting"
    shop.answers()
    outcome = await at_once(asked)
    entries = journal(turn.database, outcome.conversation)
    assert [entry.text for entry in entries if isinstance(entry, Utterance)] == [ASK, "service=коробка", "operator"]
    assert isinstance(entries[-1], Fetched)
    assert texts(entries)[-1] != ANSWER[-1]


async def test_an_agent_who_comes_meanwhile_finds_what_was_written(turn: Turn, shop: Slow) -> None:
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    conversation = (await at_once(anna.says("service=коробка"))).conversation
    joined = AgentJoined(id="j", at=anna.tick(), agent="olga", name="Ольга")
    await at_once(
        turn.take(
            Inbound(
                event=joined, channel="desk", identity=Identity(kind="agent", value="olga"), conversation=conversation
            )
        )
    )
    kinds: list[type[Event]] = [
        type(entry) for entry in journal(turn.database, conversation) if isinstance(entry, Utterance | AgentJoined)
    ]
    assert kinds == [Utterance, Utterance, AgentJoined]
    shop.answers()
    assert (await at_once(asked)).session.status == "agent"


async def test_what_was_said_first_of_all_keeps_its_place_before_what_was_written_next(turn: Turn, shop: Slow) -> None:
    anna = writer(turn, "anna")
    begun = asyncio.create_task(anna.says("service=коробка", scenario="lookup"))
    await shop.asked()
    assert said(await at_once(anna.says("main.price"))) == ["[one_moment]"]
    shop.answers()
    outcome = await at_once(begun)
    assert said(outcome)[:3] == [*ANSWER, "Записал: коробка."]
    spoken = [entry.text for entry in journal(turn.database, outcome.conversation) if isinstance(entry, Utterance)]
    assert spoken == ["service=коробка", "main.price"]


async def test_the_same_message_sent_twice_while_it_is_asked_is_asked_once_and_answered_twice(
    turn: Turn, shop: Slow
) -> None:
    event = Utterance(id="same", at=NOW, text=ASK)
    first = asyncio.create_task(writer(turn).send(event))
    await shop.asked()
    again = asyncio.create_task(writer(turn).send(event))
    await asyncio.sleep(0.1)
    assert not again.done()
    shop.answers()
    assert said(await at_once(first)) == said(await at_once(again)) == ANSWER
    assert (await again).repeated
    assert len(shop.made.requests) == 1


async def test_a_message_sent_again_gets_its_own_answer_without_what_was_said_in_between(
    turn: Turn, shop: Slow
) -> None:
    ivan = await called(turn)
    event = Utterance(id="same", at=ivan.tick(), text=ASK)
    asked = asyncio.create_task(ivan.send(event))
    await shop.asked()
    await at_once(ivan.says("service=коробка"))
    shop.answers()
    await at_once(asked)
    again = await at_once(ivan.send(event))
    assert again.repeated
    assert said(again) == ANSWER
    assert [row.entry.text for row in again.rows if isinstance(row.entry, Utterance)] == [ASK]


async def test_who_does_not_wait_for_the_answer_has_it_later(turn: Turn, shop: Slow) -> None:
    came: list[Outcome] = []

    async def further(outcome: Outcome) -> None:
        came.append(outcome)

    anna = writer(turn, "anna")
    first = await at_once(turn.take(anna.inbound(Utterance(id="m", at=anna.tick(), text=ASK)), further))
    assert said(first) == []
    assert first.session.stack[-1].awaiting
    assert came == []
    shop.answers()
    async with asyncio.timeout(20):
        while not came:
            await asyncio.sleep(0.02)
    assert said(came[0]) == ANSWER


async def test_another_process_takes_what_comes_meanwhile(database: Database, turn: Turn, shop: Slow) -> None:
    ivan = await called(turn)
    asked = asyncio.create_task(ivan.says(ASK))
    await shop.asked()
    with ordering(database, shop.made.url) as (other, _):
        there = caller(other)
        there.conversation = ivan.conversation
        pressed = await at_once(there.send(Keys(id="zero", at=ivan.tick(), digits="0")))
        assert pressed.session.status == "waiting"
        await other.close()
    shop.answers()
    assert said(await at_once(asked)) == []
    journal(database, pressed.conversation)  # without a gap


async def test_what_was_written_meanwhile_outlives_the_process(database: Database, shop: Slow, monkeypatch) -> None:
    monkeypatch.setattr(turning, "PARTING_S", 0.1)
    with ordering(database, shop.made.url) as (turn, _):
        anna = writer(turn, "anna")
        asked = asyncio.create_task(anna.says(ASK))
        await shop.asked()
        await at_once(anna.says("service=коробка"))
        await asyncio.wait_for(turn.close(), 20)
        await asyncio.gather(asked, return_exceptions=True)
    assert count(database, pending) == 1
    shop.answers()
    with ordering(database, shop.made.url) as (later, _):
        assert await later.resume(NOW) == 1
        async with asyncio.timeout(20):
            while count(database, pending):
                await asyncio.sleep(0.02)
        entries = journal(database, writer_conversation(database))
        assert texts(entries)[-4:] == ["Что ещё?", "service=коробка", "Записал: коробка.", "Чем помочь?"]
        again = Utterance(id="anna-1", at=NOW, text="service=коробка")
        assert (await at_once(writer(later, "anna").send(again))).repeated
        await later.close()
    assert count(database, inbox) == 2
    assert len({each.headers["idempotency-key"] for each in shop.made.requests}) == 1


def writer_conversation(database: Database) -> str:
    with database.reading() as tx:
        found = conversations.newest_of_sender(tx, "anna")
    assert found is not None
    return found.id


async def test_any_number_of_words_in_between_leave_one_order_and_one_answer(turn: Turn, shop: Slow) -> None:
    anna = writer(turn, "anna")
    asked = asyncio.create_task(anna.says(ASK))
    await shop.asked()
    burst = [asyncio.create_task(anna.says(f"service=вещь{number}")) for number in range(5)]
    await asyncio.sleep(0)
    shop.answers()
    outcomes = [await at_once(each) for each in (asked, *burst)]
    entries = journal(turn.database, outcomes[0].conversation)
    assert sum(isinstance(entry, Fetched) for entry in entries) == 1
    spoken = [entry.text for entry in entries if isinstance(entry, Utterance)]
    assert spoken == [ASK, *(f"service=вещь{number}" for number in range(5))]
    assert count(turn.database, pending) == 0
