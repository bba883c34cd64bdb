"""Messengers deliver at least once, in bursts and out of order. Whatever they do, each event has one effect."""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.dialogue.events import Utterance
from bot.ports import Outcome
from bot.stores import conversations
from bot.stores.schema import menu_choices
from bot.stores.sql import Database
from tests.turn.clinic import NOW, serving, writer

SENDERS = ("ivan", "anna")
deliveries = st.lists(st.tuples(st.sampled_from(SENDERS), st.integers(0, 4)), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(deliveries, st.integers(1, 8))
def test_any_interleaving_of_duplicates_has_one_effect(sent: list[tuple[str, int]], at_once: int) -> None:
    asyncio.run(_deliver(sent, at_once))


async def _deliver(sent: list[tuple[str, int]], at_once: int) -> None:
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder)}/govorun.db")
        database.create()
        with serving(database) as (turn, _):
            people = {name: writer(turn, name) for name in SENDERS}
            outcomes: list[Outcome] = []
            for start in range(0, len(sent), at_once):
                burst = sent[start : start + at_once]
                outcomes += await asyncio.gather(
                    *(
                        people[name].send(Utterance(id=f"m{number}", at=NOW, text="main.price"))
                        for name, number in burst
                    )
                )
            await turn.close()
        distinct = list(dict.fromkeys(sent))
        fresh = [delivery for delivery, outcome in zip(sent, outcomes, strict=True) if not outcome.repeated]
        assert fresh == distinct  # the first of each is taken, in order; the rest are known
        answers: dict[tuple[str, int], Outcome] = {}
        for delivery, outcome in zip(sent, outcomes, strict=True):
            first = answers.setdefault(delivery, outcome)
            assert (outcome.actions, outcome.conversation) == (first.actions, first.conversation)
        with database.reading() as tx:
            assert len(tx.execute(select(menu_choices.c.id)).all()) == len(distinct)
            for name in {name for name, _ in sent}:
                talk = conversations.newest_of_sender(tx, name)
                assert talk is not None
                rows = conversations.rows(tx, talk.id)
                assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
                spoken = [row.entry.id for row in rows if isinstance(row.entry, Utterance)]
                assert spoken == [f"m{number}" for who, number in distinct if who == name]
        database.close()
