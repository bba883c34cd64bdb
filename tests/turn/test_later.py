"""A set that nobody talked with yet has not learnt; its first conversation waits for it, and for nothing else."""

import asyncio

from bot.turn import Turn
from bot.understanding.later import LaterNlu
from tests.turn.clinic import Plain, clinic, said, writer


class Slow(Plain):
    """As LaterNlu: it learns when it is told to, and not inside a transaction."""

    def __init__(self, turn: Turn) -> None:
        self.learnt = False
        self.turn = turn

    def learn(self) -> None:
        with self.turn.database.writing():  # would wait for ever if the turn held it
            self.learnt = True


async def test_learning_happens_once_and_outside_the_transaction(turn: Turn) -> None:
    served = turn.sets[turn.default]
    slow = Slow(turn)
    turn.swap({**turn.sets, turn.default: type(served)(scenarios=served.scenarios, nlu=slow, backends=served.backends)})
    answer = await asyncio.wait_for(writer(turn).says("main.price"), 20)
    assert said(answer)
    assert slow.learnt


def test_what_was_learnt_is_learnt_once() -> None:
    later = LaterNlu(clinic())
    assert later.language_of("hello") == "en"
    assert not later.learnt
    assert later.learn() is later.learn()
    assert later.learnt
