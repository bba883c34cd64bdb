"""Whose telephone rings next, how long it takes, and who is rung back: on the queue's own rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from sqlalchemy import insert, select, update

from bot.channels.lines import lines
from bot.desk import agents, callbacks, hunting, queue
from bot.dialogue import codec
from bot.dialogue.actions import Record, RingBack
from bot.dialogue.events import Left, Queued
from bot.errors import Conflict
from bot.ports import AgentLine, Identity, Place
from bot.stores import conversations, schema
from tests.desk.conftest import Office
from tests.turn.clinic import NOW, Person, caller, said, writer

ANNA = AgentLine(agent="anna", sip="sip:anna@x", name="Anna")


async def waits(office: Office, number: int) -> str:
    """Somebody who asked for a person; who has the lower number asked before."""
    line = caller(office.turn, f"+7905123450{number}")
    line.now = NOW + timedelta(minutes=number)
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    return line.conversation


def staff(office: Office, login: str, *, sip: str = "", skills: Sequence[str] = (), here: bool = True) -> None:
    with office.database.writing() as tx:
        agents.add(
            tx, login=login, name=login.title(), password="long enough", at=NOW, sip=sip, skills=frozenset(skills)
        )
        agents.attend(tx, login, "here" if here else "away", NOW)


def rings(
    office: Office,
    conversation: str,
    *tried: str,
    default: str = "",
    missed: dict[str, datetime] | None = None,
    queued: bool = False,
) -> str | None:
    with office.database.reading() as tx:
        now = NOW + timedelta(minutes=10)
        line = hunting.next_line(tx, conversation, tried, now, default=default, missed=missed, queued=queued)
        return line.agent if line else None


def served(office: Office, conversation: str, agent: str, *, minutes: float, ended: datetime) -> None:
    """A conversation that agent has had."""
    with office.database.writing() as tx:
        row = {"conversation": conversation, "seq": 900 + int(minutes * 10), "reason": "", "status": "closed"}
        begun = ended - timedelta(minutes=minutes)
        tx.execute(insert(schema.handoffs).values(**row, agent=agent, created=begun, accepted=begun, done=ended))


async def test_who_has_been_without_a_call_longest_is_rung_first_and_who_is_away_or_has_no_telephone_never(
    office: Office,
) -> None:
    waiting = await waits(office, 1)
    staff(office, "anna", sip="sip:anna@x")
    staff(office, "boris", sip="sip:b@x")
    staff(office, "clara")
    staff(office, "dan", sip="sip:d@x", here=False)
    served(office, waiting, "anna", minutes=3, ended=NOW)
    assert rings(office, waiting) == "boris"
    assert rings(office, waiting, "boris") == "anna"
    assert rings(office, waiting, "boris", "anna") is None
    assert rings(office, waiting, missed={"boris": NOW + timedelta(minutes=1)}) == "anna"  # he let the last one ring


async def test_the_telephone_of_the_settings_rings_last_and_without_anybody_at_the_desk(office: Office) -> None:
    waiting = await waits(office, 1)
    assert rings(office, waiting, default="sip:office@x") == "sip:office@x"
    staff(office, "anna", sip="sip:anna@x")
    assert rings(office, waiting, default="sip:office@x") == "anna"
    assert rings(office, waiting, "anna", default="sip:office@x") == "sip:office@x"
    assert rings(office, waiting, "anna", "sip:office@x", default="sip:office@x") is None


async def test_only_who_has_the_skill_is_rung(office: Office) -> None:
    waiting = await waits(office, 1)
    with office.database.writing() as tx:
        tx.execute(update(schema.handoffs).values(skill="billing"))
    staff(office, "anna", sip="sip:anna@x", skills=["sales"])
    assert rings(office, waiting) is None
    staff(office, "boris", sip="sip:b@x", skills=["billing", "sales"])
    assert rings(office, waiting) == "boris"


async def test_who_came_first_is_served_first_by_whoever_is_free(office: Office) -> None:
    first, second = await waits(office, 1), await waits(office, 2)
    staff(office, "anna", sip="sip:anna@x")
    assert rings(office, second) is None
    assert rings(office, first) == "anna"
    staff(office, "boris", sip="sip:b@x")
    assert rings(office, second) == "boris"  # one for each


async def test_an_agent_with_a_caller_is_not_rung_until_that_is_over(office: Office) -> None:
    first, second = await waits(office, 1), await waits(office, 2)
    staff(office, "anna", sip="sip:anna@x")
    with office.database.writing() as tx:
        queue.claim(tx, first, "anna")
    assert rings(office, second, default="sip:anna@x") is None
    with office.database.writing() as tx:
        queue.release(tx, first, "anna")
    assert rings(office, first) == "anna"


async def test_of_two_calls_that_want_one_agent_at_once_one_rings(office: Office) -> None:
    waiting = await waits(office, 1)
    staff(office, "anna", sip="sip:anna@x")
    with office.database.writing() as tx:
        tx.execute(update(schema.handoffs).values(created=datetime.now(UTC)))
    assert (await office.desk.next(waiting, frozenset())) == ANNA
    assert (await office.desk.next(waiting, frozenset())) is None
    (shown,) = await office.desk.queue()
    assert (shown.agent, shown.transfer) == ("anna", "transferring")
    await office.desk.missed(waiting, "anna")
    (shown,) = await office.desk.queue()
    assert (shown.agent, shown.transfer) == ("", "failed")


def test_the_wait_is_how_long_others_took_shared_among_who_is_there():
    assert hunting.estimate(1, [180, 180, 180], 1) == 180
    assert hunting.estimate(4, [180, 180, 180], 2) == 360
    assert hunting.estimate(1, [180, 180], 1) is None  # too few to tell
    assert hunting.estimate(1, [180, 180, 180], 0) is None
    assert hunting.estimate(1, [*[120.0] * 18, 9_000, 9_000], 1) == 120  # two windows that were forgotten open


async def test_a_place_is_told_with_what_is_known(office: Office) -> None:
    first, second = await waits(office, 1), await waits(office, 2)
    staff(office, "anna", sip="sip:anna@x")

    def place(conversation: str) -> Place | None:
        with office.database.reading() as tx:
            return hunting.place(tx, conversation, NOW + timedelta(minutes=10))

    assert place(second) == Place(position=2, agents=1)
    for minutes in (2, 3, 4):
        served(office, first, "anna", minutes=minutes, ended=NOW)
    assert place(second) == Place(position=2, agents=1, wait_s=360)
    assert place(first) == Place(position=1, agents=1, wait_s=180)
    assert place("no-such") is None


async def test_a_customer_who_writes_is_told_the_place_where_others_are_before_them(office: Office) -> None:
    assert said(await writer(office.turn, "ivan").says("operator")) == ["[to_person_text]"]
    second = writer(office.turn, "pavel")
    second.now += timedelta(minutes=1)
    assert said(await second.says("operator")) == ["[to_person_text]", "[queue_place]"]


async def promised(office: Office, events: int = 1) -> Person:
    """A caller who is rung back. events: the number of their first."""
    line = caller(office.turn)
    line.ids = count(events)
    line.now = datetime.now(UTC) - timedelta(minutes=5)
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    await line.send(Queued(id=f"q{events}", at=line.tick(), position=2, agents=1, callback=True))
    return line


async def test_a_caller_who_would_rather_be_rung_back_hangs_up_and_keeps_the_place(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    ended = await line.press("1")
    assert ended.session.status == "ended"
    assert [action.number for action in ended.actions if isinstance(action, RingBack)] == ["+79051234567"]
    (waiting,) = await office.desk.queue()
    assert (waiting.callback, waiting.callback_state, waiting.status) == ("+79051234567", "waiting", "waiting")
    (due,) = await office.desk.due()
    assert (due.number, due.language, due.attempt) == ("+79051234567", "ru", 1)
    await office.turn.sweep(line.now + timedelta(hours=1))
    assert len(await office.desk.queue()) == 1


async def test_a_callback_is_had_by_one_agent_and_ends_when_they_talked(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    (due,) = await office.desk.due()
    assert await office.desk.take(due, frozenset()) is None  # nobody is there
    staff(office, "anna", sip="sip:anna@x")
    assert await office.desk.take(due, frozenset()) == ANNA
    assert await office.desk.take(due, frozenset()) is None
    assert await office.desk.due() == ()
    await office.desk.calling(due, ANNA)
    (shown,) = await office.desk.queue()
    assert (shown.agent, shown.transfer, shown.callback_state, shown.attempts) == ("anna", "connected", "calling", 1)
    await office.desk.done(due, 60)
    assert await office.desk.queue() == ()


async def test_a_customer_who_is_not_reached_is_called_again_later_and_then_left_to_people_with_a_note(
    office: Office,
) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    staff(office, "anna", sip="sip:anna@x")
    now = datetime.now(UTC)
    for attempt in range(callbacks.TRIES):
        with office.database.writing() as tx:
            (due,) = callbacks.due(tx, now)
            assert due.attempt == attempt + 1
            assert callbacks.take(tx, due.conversation, now)
            callbacks.calling(tx, due.conversation, ANNA, now)
            callbacks.unreached(tx, due.conversation, "Не дозвонились.", now)
            assert callbacks.due(tx, now) == ()  # not at once
        now += callbacks.PAUSE
    assert await office.desk.due() == ()
    (task,) = await office.desk.queue()
    assert (task.callback_state, task.status, task.agent) == ("unreached", "waiting", "")
    assert task.note.endswith("Не дозвонились.")
    anna = await office.desk.agent("anna")
    assert anna is not None
    assert await office.desk.accept(task.conversation, anna) is None  # she rings them herself
    (task,) = await office.desk.queue()
    assert (task.agent, task.status) == ("anna", "accepted")
    with pytest.raises(Conflict):
        await office.desk.accept(task.conversation, anna)
    await office.desk.close(task.conversation, anna)
    assert await office.desk.queue() == ()


async def test_what_became_of_a_callback_is_in_the_journal_of_the_conversation_it_was_promised_in(
    office: Office,
) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    staff(office, "anna", sip="sip:anna@x")
    (due,) = await office.desk.due()
    assert not due.recorded
    await office.desk.take(due, frozenset())
    await office.desk.calling(due, ANNA)
    await office.desk.unreached(due, "Не дозвонились.")
    await office.desk.calling(due, ANNA)
    await office.desk.answered(due, ANNA, recorded=True)
    await office.desk.done(due, 75)
    with office.database.reading() as tx:
        rows = conversations.rows(tx, due.conversation)
    told = [(line.kind, line.text) for line in lines(rows)][-3:]
    assert told == [("callback_unreached", ""), ("callback_talks", ANNA.name or ANNA.agent), ("callback_over", "1:15")]
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


async def test_a_callback_of_who_was_recorded_knows_it(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    (due,) = await office.desk.due()
    for state, recorded in (("on", True), ("paused", True), ("off", False)):
        with office.database.writing() as tx:
            seq = len(conversations.rows(tx, due.conversation)) + 1
            tx.execute(
                insert(schema.journal).values(
                    conversation=due.conversation,
                    seq=seq,
                    at=datetime.now(UTC),
                    kind="Record",
                    entry=codec.dump(Record(state=state)),
                )
            )
            assert [each.recorded for each in callbacks.due(tx, datetime.now(UTC))] == [recorded]


async def test_a_callback_of_a_process_that_died_is_taken_up_by_another(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    staff(office, "anna", sip="sip:anna@x")
    (due,) = await office.desk.due()
    await office.desk.take(due, frozenset())
    await office.desk.calling(due, ANNA)
    with office.database.writing() as tx:  # the lease has run out
        tx.execute(update(schema.callbacks).values(due=datetime.now(UTC)))
    (orphan,) = await office.desk.due()
    assert (orphan.orphan, orphan.attempt) == (True, 2)
    assert await office.desk.take(orphan, frozenset()) == ANNA
    with office.database.reading() as tx:
        assert tx.execute(select(schema.callbacks.c.state)).scalar_one() == "ringing"


async def test_a_callback_over_which_process_after_process_dies_is_left_to_people(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    staff(office, "anna", sip="sip:anna@x")
    for _ in range(callbacks.TRIES):
        (due,) = await office.desk.due()
        assert await office.desk.take(due, frozenset()) == ANNA
        await office.desk.calling(due, ANNA)
        with office.database.writing() as tx:  # the lease has run out
            tx.execute(update(schema.callbacks).values(due=datetime.now(UTC)))
    (orphan,) = await office.desk.due()
    assert await office.desk.take(orphan, frozenset()) is None
    assert await office.desk.due() == ()
    (task,) = await office.desk.queue()
    assert (task.callback_state, task.status, task.agent, task.attempts) == (
        "unreached",
        "waiting",
        "",
        callbacks.TRIES,
    )


async def test_a_number_that_we_may_not_call_becomes_a_task_with_a_note(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    (due,) = await office.desk.due()
    await office.desk.give_up(due, "Сами туда не звоним.")
    assert await office.desk.due() == ()
    (task,) = await office.desk.queue()
    assert (task.callback_state, task.status) == ("expired", "waiting")
    assert task.note.endswith("Сами туда не звоним.")


async def test_a_promise_that_nobody_could_keep_becomes_a_task(office: Office) -> None:
    line = await promised(office)
    await line.press("1")
    await line.press("1")
    await office.turn.sweep(datetime.now(UTC) + callbacks.KEPT + timedelta(minutes=1))
    assert await office.desk.due() == ()
    (task,) = await office.desk.queue()
    assert task.callback_state == "expired"


async def test_who_waits_on_after_nobody_answered_gives_way_to_who_was_before_them(office: Office):
    staff(office, "anna", sip="sip:anna@x")
    first, second = await waits(office, 1), await waits(office, 2)
    assert rings(office, second, "boris") == "anna"  # in the middle of being served
    assert rings(office, second, "boris", queued=True) is None
    assert rings(office, first, "boris", queued=True) == "anna"


async def test_an_agent_whose_telephone_was_not_answered_is_none_to_wait_for(office: Office):
    staff(office, "anna", sip="sip:anna@x")
    staff(office, "boris", sip="sip:boris@x")
    conversation = await waits(office, 1)
    with office.database.reading() as tx:
        told = [hunting.place(tx, conversation, NOW, tried) for tried in ((), ("anna",), ("anna", "boris"))]
    assert [place.agents if place else None for place in told] == [2, 1, 0]


async def test_who_is_promised_it_again_is_rung_once_at_the_place_they_had(office: Office) -> None:
    first = await promised(office)
    for _ in range(2):
        await first.press("1")
    with office.database.reading() as tx:
        had = tx.execute(select(schema.handoffs.c.created)).scalar_one()
    second = await promised(office, events=100)
    for _ in range(2):
        await second.press("1")
    (due,) = await office.desk.due()
    (waiting,) = await office.desk.queue()
    assert due.conversation == waiting.conversation == second.conversation != first.conversation
    with office.database.reading() as tx:
        row = schema.handoffs.c.conversation == second.conversation
        assert tx.execute(select(schema.handoffs.c.created).where(row)).scalar_one() == had
        told = [line for line in lines(conversations.rows(tx, first.conversation or "")) if line.kind == "called_off"]
    assert [line.text for line in told] == ["they asked again"]


async def test_who_is_on_the_line_again_is_not_rung_and_not_at_all_once_a_person_has_served_them(
    office: Office,
) -> None:
    first = await promised(office)
    for _ in range(2):
        await first.press("1")
    again = caller(office.turn)
    again.ids = count(100)
    again.now = datetime.now(UTC)
    again.conversation = (await again.starts()).conversation
    assert await office.desk.due() == ()
    await again.send(Left(id="gone", at=again.tick()))
    assert len(await office.desk.due()) == 1  # they said nothing, and nobody has served them
    staff(office, "anna")
    anna = await office.desk.agent("anna")
    assert anna is not None
    wrote = writer(office.turn, "ivan")
    wrote.identity = Identity(kind="phone", value=first.identity.value)
    wrote.now = datetime.now(UTC)
    await wrote.says("operator")
    (_, other) = await office.desk.queue()
    await office.desk.accept(other.conversation, anna)
    await office.desk.close(other.conversation, anna)
    assert await office.desk.due() == ()
    assert await office.desk.queue() == ()
