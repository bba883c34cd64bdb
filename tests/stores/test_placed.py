"""A call that we place, as the database keeps it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.stores import placed
from bot.stores.placed import LOST, STALE, Step, Wanted
from bot.stores.sql import Database

AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
WANTED = Wanted(to="+79051234567", scenarios="reminder", given={"when": datetime(2026, 11, 19, 18, 0)}, key="api:k")


def test_a_key_asks_for_one_call_and_gets_it_again(database: Database) -> None:
    with database.writing() as tx:
        first, new = placed.add(tx, WANTED, AT)
        again, repeated = placed.add(tx, WANTED, AT + timedelta(seconds=5))
        assert (new, repeated, again) == (True, False, first)
        assert first.wanted == WANTED
        assert (first.state, [step.state for step in first.steps]) == ("requested", ["requested"])


def test_the_oldest_is_claimed_once(database: Database) -> None:
    with database.writing() as tx:
        later, _ = placed.add(tx, Wanted(to="b", scenarios="x"), AT + timedelta(seconds=1))
        first, _ = placed.add(tx, Wanted(to="a", scenarios="x"), AT)
    with database.writing() as tx:
        claimed = [placed.claim(tx, owner, AT + timedelta(seconds=1)) for owner in ("one", "two", "two")]
    assert [each.id if each else None for each in claimed] == [first.id, later.id, None]
    assert [each.owner for each in claimed if each] == ["one", "two"]


def test_its_steps_are_kept_in_order_and_none_follows_the_last(database: Database) -> None:
    with database.writing() as tx:
        call, _ = placed.add(tx, WANTED, AT, owner="me")
        placed.step(tx, call.id, Step(at=AT, state="ringing", status=180))
        placed.step(tx, call.id, Step(at=AT, state="answered", status=200, by="machine", why="words"), message=True)
        placed.step(tx, call.id, Step(at=AT, state="ended"))
        found = placed.step(tx, call.id, Step(at=AT, state="failed", why="too late"))
    assert found is not None
    assert [step.state for step in found.steps] == ["requested", "ringing", "answered", "ended"]
    assert (found.state, found.status, found.by, found.why, found.message) == ("ended", 200, "machine", "words", True)


def test_a_call_is_cancelled_once_and_one_that_is_over_stays_as_it_ended(database: Database) -> None:
    with database.writing() as tx:
        waits, _ = placed.add(tx, WANTED, AT)
        over, _ = placed.add(tx, Wanted(to="b", scenarios="x"), AT, owner="me")
        placed.step(tx, over.id, Step(at=AT, state="busy", status=486))
        states = [found.state for each in (waits, over) if (found := placed.cancel(tx, each.id, AT)) is not None]
        assert states == ["cancelled", "busy"]
        assert placed.claim(tx, "me", AT) is None
        assert placed.cancel(tx, "nothing", AT) is None


def test_what_a_crash_left_has_failed_and_what_waited_too_long_too(database: Database) -> None:
    with database.writing() as tx:
        left, _ = placed.add(tx, WANTED, AT, owner="dead")
        lives, _ = placed.add(tx, Wanted(to="b", scenarios="x"), AT, owner="alive")
        old, _ = placed.add(tx, Wanted(to="c", scenarios="x"), AT - STALE)
        later = AT + LOST + timedelta(seconds=1)
        placed.heartbeat(tx, "alive", later)
        assert len(placed.tidy(tx, later)) == 2
        found = [placed.get(tx, each.id) for each in (left, lives, old)]
        assert [(each.state, each.why) for each in found if each] == [
            ("failed", "interrupted"),
            ("dialling", ""),
            ("failed", "waited too long"),
        ]
        assert [each.id for each in placed.latest(tx, limit=2)][-1] in (left.id, lives.id)
