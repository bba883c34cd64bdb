"""kill -9 at every point of a turn: nothing is lost, nothing is doubled, the sender just sends again."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.backends.calendar import booked
from bot.dialogue.actions import Say
from bot.dialogue.events import Utterance
from bot.stores import conversations
from bot.stores.schema import bookings, inbox, outbox
from bot.stores.sql import Database
from tests.turn.clinic import NOW, WHOLE, said, serving, writer

ROOT = Path(__file__).parents[2]
POINTS = (
    "before the conversation is found",
    "after the core advanced",
    "after the calendar wrote",
    "after the session was written",
    "before the commit",
    "after the commit",
)


@pytest.mark.parametrize("point", POINTS)
async def test_a_process_killed_in_a_turn_loses_and_doubles_nothing(database_url: str, point: str) -> None:
    database = Database(database_url)
    database.create()
    with serving(database, delivered=("rest",)) as (turn, _):
        await writer(turn).send(Utterance(id="first", at=NOW, text=WHOLE))
        killed = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.turn.crashing", database_url, point, "second", "yes", cwd=ROOT
        )
        assert await killed.wait() == -signal.SIGKILL
        committed = point == "after the commit"
        with database.reading() as tx:
            statuses = tx.execute(select(bookings.c.status)).scalars().all()
        assert statuses == (["confirmed"] if committed else ["held"])

        # The messenger got no answer, so it sends the event again; and once more, for it is not sure.
        again = await writer(turn).send(Utterance(id="second", at=NOW, text="yes"))
        once_more = await writer(turn).send(Utterance(id="second", at=NOW, text="yes"))
        assert again.repeated == committed
        assert once_more.repeated
        assert said(again) == said(once_more) == ["Записал.", "Чем помочь?"]

        with database.reading() as tx:
            assert [booking.status for booking in booked(tx)] == ["confirmed"]
            rows = conversations.rows(tx, again.conversation)
            assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
            assert sum(isinstance(row.entry, Utterance) for row in rows) == 2
            assert tx.execute(select(func.count()).select_from(inbox)).scalar() == 2
            to_send = tx.execute(select(outbox.c.seq).order_by(outbox.c.seq)).scalars().all()
            assert to_send == [row.seq for row in rows if isinstance(row.entry, Say)]
        await turn.close()
    database.close()
