"""Another program is asked between two transactions: nothing waits for it but its own conversation, nothing is lost."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from bot import questions
from bot import turn as turning
from bot.dialogue.events import Fetched, Left, Utterance
from bot.stores import conversations
from bot.stores.bus import LocalBus
from bot.stores.schema import inbox, pending
from bot.stores.sql import Database
from bot.turn import Turn
from tests.programs import Program, program
from tests.turn.clinic import NOW, caller, said, writer
from tests.turn.orders import ordering

ROOT = Path(__file__).parents[2]
ASK = "order phone=+79051234567"


@pytest.fixture
async def shop() -> AsyncIterator[Program]:
    async with program() as made:
        made.says({"state": "в пути"})
        yield made


@pytest.fixture
async def turns(database: Database, shop: Program) -> AsyncIterator[tuple[Turn, LocalBus]]:
    with ordering(database, shop.url) as made:
        yield made
        await made[0].close()


def open_questions(database: Database) -> int:
    with database.reading() as tx:
        return int(tx.execute(select(func.count()).select_from(pending)).scalar_one())


async def test_the_answer_of_another_program_comes_back_as_the_next_event(turns, shop: Program) -> None:
    turn, _ = turns
    outcome = await writer(turn).says(ASK)
    assert said(outcome) == ["Заказ в пути.", "Что ещё?"]
    assert [row.seq for row in outcome.rows] == list(range(1, len(outcome.rows) + 1))
    assert [each.json for each in shop.requests] == [{"number": "+79051234567"}]
    assert shop.requests[0].headers["idempotency-key"] == f"{outcome.conversation}:1"
    assert open_questions(turn.database) == 0
    assert said(await writer(turn).says("да")) != []


async def test_an_outcome_and_a_failure_go_their_own_ways(turns, shop: Program) -> None:
    turn, _ = turns
    shop.says({}, status=404)
    assert said(await writer(turn, "anna").says(ASK)) == ["Нет такого заказа.", "Чем помочь?"]
    shop.replies = [(500, {}, b"")]
    assert said(await writer(turn, "boris").says(ASK)) == ["Не могу узнать.", "Чем помочь?"]


async def test_no_transaction_is_open_while_the_other_program_thinks(turns, shop: Program) -> None:
    """Another customer is served, and the database is written, while the first one waits."""
    turn, _ = turns
    came = asyncio.Event()
    shop.came = came.set
    shop.replies = [30.0]
    waits = asyncio.create_task(writer(turn, "anna").says(ASK))
    await asyncio.wait_for(came.wait(), 10)
    assert open_questions(turn.database) == 1
    with turn.database.writing() as tx:
        tx.execute(text("DELETE FROM told"))
    other = await asyncio.wait_for(writer(turn, "boris").says("main.price"), 10)
    assert said(other)[0] == "Приём стоит 1500 рублей."
    assert not waits.done()
    waits.cancel()


async def test_what_was_said_along_with_it_follows_the_answer(turns, shop: Program) -> None:
    turn, _ = turns
    outcome = await writer(turn).says("service=коробка", scenario="lookup")
    assert said(outcome) == ["Заказ в пути.", "Что ещё?", "Записал: коробка."]
    kinds = [type(row.entry).__name__ for row in outcome.rows]
    assert kinds.index("Fetched") < kinds.index("Utterance")


async def test_a_message_sent_again_gets_the_whole_answer_again(turns, shop: Program) -> None:
    turn, _ = turns
    event = Utterance(id="same", at=NOW, text=ASK)
    first = await writer(turn).send(event)
    again = await writer(turn).send(event)
    assert again.repeated
    assert said(again) == said(first) == ["Заказ в пути.", "Что ещё?"]
    assert len(shop.requests) == 1


async def test_a_caller_who_waits_hears_a_word_at_once_and_only_once(turns, shop: Program, monkeypatch) -> None:
    turn, bus = turns
    monkeypatch.setattr(questions, "PATIENCE_S", {"voice": (0.05, 8.0), "text": (8.0,)})
    shop.replies = [(200, {}, b'{"state": "x"}')]
    shop.drip = 0.02
    ivan = caller(turn)
    begun = await ivan.starts()
    ivan.conversation = begun.conversation
    async with bus.subscribe(f"conversation.{begun.conversation}") as live:
        outcome = await ivan.says(ASK)
        messages = []
        while not messages or not messages[-1].get("rows") or len(messages) < 3:
            messages.append(await asyncio.wait_for(anext(live), 5))
    meant = [message for message in messages if message.get("meanwhile")]
    assert len(meant) == 1
    assert [row["entry"]["text"] for row in meant[0]["rows"]] == ["Секунду, смотрю заказ."]
    assert said(outcome) == ["Заказ x.", "Что ещё?"]  # what was said meanwhile is not said again
    with turn.database.reading() as tx:
        rows = conversations.rows(tx, begun.conversation)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


async def test_a_writer_who_waits_sees_a_word_after_a_while(turns, shop: Program, monkeypatch) -> None:
    turn, _ = turns
    monkeypatch.setattr(questions, "PATIENCE_S", {"voice": (0.7, 8.0), "text": (0.05,)})
    shop.drip = 0.02
    outcome = await writer(turn).says(ASK)
    assert said(outcome) == ["Заказ в пути.", "Что ещё?"]
    with turn.database.reading() as tx:
        texts = [row.entry.text for row in conversations.rows(tx, outcome.conversation) if hasattr(row.entry, "speech")]
    assert texts == ["Секунду, смотрю заказ.", "Заказ в пути.", "Что ещё?"]


async def test_a_caller_who_hangs_up_meanwhile_leaves_nothing_open(turns, shop: Program) -> None:
    turn, _ = turns
    ivan = caller(turn)
    ivan.conversation = (await ivan.starts()).conversation
    came = asyncio.Event()
    shop.came = came.set
    shop.drip = 0.02
    asked = asyncio.create_task(ivan.says(ASK))
    await asyncio.wait_for(came.wait(), 10)
    left = await ivan.send(Left(id="bye", at=ivan.tick()))
    await asked
    assert left.session.status == "ended"
    assert open_questions(turn.database) == 0


async def test_an_answer_that_breaks_the_turn_is_apologised_for_once(turns, shop: Program, monkeypatch) -> None:
    turn, _ = turns
    from bot.body import transaction

    real = transaction.advance

    def broken(session, event, scenarios):
        if isinstance(event, Fetched):
            raise ZeroDivisionError
        return real(session, event, scenarios)

    monkeypatch.setattr(transaction, "advance", broken)
    outcome = await writer(turn).says(ASK)
    assert said(outcome) == ["[internal_error]"]
    assert outcome.session.status == "waiting"
    assert open_questions(turn.database) == 0


async def test_without_other_programs_the_samples_answer(database: Database) -> None:
    with ordering(database, "http://127.0.0.1:1", outside=False) as (turn, _):
        assert said(await writer(turn).says(ASK))[0] == "Не могу узнать."
        await turn.close()


async def test_who_is_asked_long_ago_by_another_process_is_asked_again_by_the_sweep(database_url: str, shop) -> None:
    database = Database(database_url)
    database.create()
    with ordering(database, shop.url) as (turn, _):
        shop.replies = [30.0]
        came = asyncio.Event()
        shop.came = came.set
        waits = asyncio.create_task(writer(turn).says(ASK))
        await asyncio.wait_for(came.wait(), 10)
        shop.says({"state": "готов"})
        with ordering(database, shop.url) as (other, _):
            assert await other.resume(NOW + timedelta(seconds=30), older=turning.STALE) == 0
            assert await other.resume(NOW + timedelta(minutes=10), older=turning.STALE) == 1
            while open_questions(database):
                await asyncio.sleep(0.02)
            await other.close()
        waits.cancel()
    assert [each.headers["idempotency-key"] for each in shop.requests[:1]] == [
        shop.requests[1].headers["idempotency-key"]
    ]
    database.close()


async def test_a_stop_does_not_wait_for_a_program_that_hangs(database: Database, shop: Program, monkeypatch) -> None:
    monkeypatch.setattr(turning, "PARTING_S", 0.1)
    shop.replies = [30.0]
    came = asyncio.Event()
    shop.came = came.set
    with ordering(database, shop.url) as (turn, _):
        waits = asyncio.create_task(writer(turn).says(ASK))
        await asyncio.wait_for(came.wait(), 10)
        await asyncio.wait_for(turn.close(), 20)
        with pytest.raises(asyncio.CancelledError):
            await waits
    assert open_questions(database) == 1  # and is asked again at the next start


@pytest.mark.parametrize("point", ["while the other program is asked", "before its answer is kept"])
async def test_a_process_killed_meanwhile_asks_again_with_the_same_key(database_url: str, shop, point: str) -> None:
    database = Database(database_url)
    database.create()
    if point.startswith("while"):
        shop.replies = [30.0]
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.turn.asking", database_url, shop.url, point, "first", ASK, cwd=ROOT
    )
    if point.startswith("while"):
        while not shop.requests:
            await asyncio.sleep(0.02)
        killed.send_signal(signal.SIGKILL)
    assert await killed.wait() == -signal.SIGKILL
    assert open_questions(database) == 1
    shop.says({"state": "готов"})
    with ordering(database, shop.url) as (turn, _):
        assert await turn.resume(NOW) == 1
        while open_questions(database):
            await asyncio.sleep(0.02)
        assert await turn.resume(NOW) == 0
        # Whoever got no answer sends it again, and gets the whole of it.
        again = await writer(turn).send(Utterance(id="first", at=NOW, text=ASK))
        assert again.repeated
        assert said(again)[0].startswith("Заказ ")
        assert said(again)[-1] == "Что ещё?"
        with database.reading() as tx:
            rows = conversations.rows(tx, again.conversation)
            assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
            assert sum(isinstance(row.entry, Fetched) for row in rows) == 1
            assert tx.execute(select(func.count()).select_from(inbox)).scalar() == 1
        await turn.close()
    assert len({each.headers["idempotency-key"] for each in shop.requests}) == 1
    database.close()


async def test_who_sends_again_before_the_sweep_has_it_asked_at_once(database_url: str, shop) -> None:
    database = Database(database_url)
    database.create()
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.turn.asking", database_url, shop.url, "before its answer is kept", "first", ASK,
        cwd=ROOT,
    )  # fmt: skip
    assert await killed.wait() == -signal.SIGKILL
    with ordering(database, shop.url) as (turn, _):
        again = await writer(turn).send(Utterance(id="first", at=NOW, text=ASK))
        assert said(again) == ["Заказ в пути.", "Что ещё?"]
        await turn.close()
    assert len({each.headers["idempotency-key"] for each in shop.requests}) == 1
    database.close()
