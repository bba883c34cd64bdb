"""When prompts were heard on the telephone: kept beside the journal, which is written before anything is spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.ports import Spoken
from bot.stores.schema import conversations
from bot.stores.schema import spoken as table


def keep(tx: Connection, heard: Sequence[tuple[str, int, Spoken]]) -> None:
    """Each with its conversation and the seq of its row; the latest word of one holds. Of a conversation that is erased
    nothing is."""
    there = set(
        tx.execute(select(conversations.c.id).where(conversations.c.id.in_({each[0] for each in heard}))).scalars()
    )
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    for conversation, seq, each in heard:
        if conversation in there:
            new = {"began": each.began, "ended": each.ended, "heard_ms": each.heard_ms, "total_ms": each.total_ms}
            tx.execute(
                make(table)
                .values(conversation=conversation, seq=seq, **new)
                .on_conflict_do_update(index_elements=[table.c.conversation, table.c.seq], set_=new)
            )


def of(tx: Connection, conversation: str) -> Mapping[int, Spoken]:
    """By the seq of the journal row."""
    return {
        row.seq: Spoken(began=row.began, ended=row.ended, heard_ms=row.heard_ms, total_ms=row.total_ms)
        for row in tx.execute(select(table).where(table.c.conversation == conversation).order_by(table.c.seq))
    }
