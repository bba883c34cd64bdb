from __future__ import annotations

from sqlalchemy import select

from bot.dialogue.events import Utterance
from bot.ports import rows_of
from bot.stores import conversations
from bot.stores.schema import journal
from bot.stores.sql import Database
from tests.turn.clinic import serving, writer


async def test_what_came_after_the_customers_last_words_is_read_without_the_rest(database: Database) -> None:
    with serving(database) as (turn, _):
        ivan = writer(turn)
        for _ in range(3):
            last = await ivan.says("main.price")
        first = last.rows[0].seq
        with database.reading() as tx:
            lately = conversations.lately(tx, last.conversation, before=first)
            whole = conversations.rows(tx, last.conversation)
            assert conversations.lately(tx, last.conversation, before=1) == ()
        assert isinstance(lately[0].entry, Utterance)
        assert lately == tuple(row for row in whole if lately[0].seq <= row.seq < first)
        assert sum(isinstance(row.entry, Utterance) for row in lately) == 1
        await turn.close()


async def test_a_message_of_the_bus_gives_the_rows_of_the_journal_back(database: Database) -> None:
    with serving(database) as (turn, bus):
        ivan = writer(turn)
        first = await ivan.says("booking")
        async with bus.subscribe(f"conversation.{first.conversation}") as live:
            second = await ivan.says("service=terapevt when=2026-11-24T15:00 name=Иван_Петров")
            told = rows_of(await anext(live))
        with database.reading() as tx:
            kept = conversations.rows(tx, first.conversation, first=second.rows[0].seq)
            kinds = tx.execute(select(journal.c.kind).order_by(journal.c.seq)).scalars().all()
        assert told == second.rows == kept
        assert kinds[0] == "Started"
        await turn.close()
