from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select

from bot.backends.calendar import booked
from bot.dialogue.actions import Action, Fetch, Handoff, Say
from bot.dialogue.events import Fetched, Left, Silence, Started, Utterance
from bot.dialogue.values import Value
from bot.errors import NotFound, TooLong, Unacceptable, Unavailable, UnknownScenario
from bot.ports import Asker, Row, rows_of
from bot.stores import conversations, schema
from bot.stores.bus import LocalBus
from bot.stores.schema import customers
from bot.stores.sql import Database
from bot.turn import Served, Turn
from tests.turn.clinic import NOW, TOMORROW, WHOLE, Plain, caller, clinic, said, serving, writer


def journal(turn: Turn, conversation: str) -> list[Row]:
    with turn.database.reading() as tx:
        return list(conversations.rows(tx, conversation))


def summary(turn: Turn, conversation: str) -> conversations.Summary:
    with turn.database.reading() as tx:
        found = conversations.summary(tx, conversation)
    assert found is not None
    return found


async def test_a_booking_goes_from_the_first_words_to_the_calendar(turn: Turn) -> None:
    ivan = writer(turn)
    asked = await ivan.says(WHOLE)
    assert said(asked)[-1] == "Всё верно?"
    done = await ivan.says("yes")
    assert "Записал." in said(done)
    with turn.database.reading() as tx:
        (booking,) = booked(tx)
    assert (booking.service, booking.when, booking.status) == (
        "terapevt",
        datetime.fromisoformat(TOMORROW),
        "confirmed",
    )
    assert (booking.name, booking.phone, booking.conversation) == ("Иван Петров", "+79051234567", done.conversation)


async def test_a_cancelled_booking_frees_its_place(turn: Turn) -> None:
    ivan, anna = writer(turn), writer(turn, "anna")
    await ivan.says(WHOLE)
    await ivan.says("yes")
    assert "Это время занято." in said(await anna.says(WHOLE))
    await ivan.says("cancellation")
    assert "Отменил." in said(await ivan.says("yes"))
    assert said(await anna.says(f"when={TOMORROW}"))[-1] == "Всё верно?"


async def test_the_first_words_open_a_conversation_that_began_just_before_them(turn: Turn) -> None:
    outcome = await writer(turn).says("main.price")
    first, *_ = outcome.rows
    assert isinstance(first.entry, Started)
    assert first.entry.spoke_first
    assert first.entry.id == "ivan-0/start"
    assert first.entry.at.isoformat() == "2026-11-23T10:00:01+03:00"  # the business's clock


async def test_the_journal_counts_without_gaps_in_the_order_things_happened(turn: Turn) -> None:
    ivan = writer(turn)
    for words in (WHOLE, "yes", "main.price"):
        last = await ivan.says(words)
    rows = journal(turn, last.conversation)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    kinds = [type(row.entry).__name__ for row in rows]
    assert kinds[:2] == ["Started", "Utterance"]
    assert kinds[kinds.index("Fetch") + 1] == "Fetched"


async def test_a_repeated_event_answers_what_was_answered_and_does_nothing(turn: Turn) -> None:
    ivan = writer(turn)
    await ivan.says(WHOLE)
    yes = Utterance(id="again", at=ivan.tick(), text="yes")
    once = await ivan.send(yes)
    await ivan.says("main.price")
    twice = await ivan.send(yes)
    assert twice.repeated
    assert not once.repeated
    assert twice.actions == once.actions
    assert [row.seq for row in twice.rows] == [row.seq for row in once.rows]
    with turn.database.reading() as tx:
        assert len(booked(tx)) == 1


async def test_anothers_event_id_neither_reads_nor_swallows_an_event(turn: Turn) -> None:
    await writer(turn).send(Utterance(id="same", at=NOW, text="main.price"))
    other = await writer(turn, "anna").send(Utterance(id="same", at=NOW, text="booking"))
    assert not other.repeated
    assert said(other)[-1] == "К какому врачу?"


async def test_first_words_sent_at_once_begin_one_conversation(turn: Turn) -> None:
    ivan = writer(turn)
    events = [Utterance(id=f"e{number}", at=NOW, text="main.price") for number in range(8)]
    outcomes = await asyncio.gather(*(ivan.send(event) for event in events))
    assert len({outcome.conversation for outcome in outcomes}) == 1
    spoken = [row.entry for row in journal(turn, outcomes[0].conversation) if isinstance(row.entry, Utterance)]
    assert [entry.id for entry in spoken] == [event.id for event in events]  # in the order they came


async def test_two_processes_take_turns(database_url: str) -> None:
    from bot.stores.sql import Database

    one, two = Database(database_url), Database(database_url)
    one.create()
    with serving(one) as (first, _), serving(two) as (second, _):
        people = [writer(first), writer(second)]
        outcomes = await asyncio.gather(
            *(people[number % 2].send(Utterance(id=f"e{number}", at=NOW, text="main.price")) for number in range(20))
        )
        assert len({outcome.conversation for outcome in outcomes}) == 1
        rows = journal(first, outcomes[0].conversation)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert sum(isinstance(row.entry, Utterance) for row in rows) == 20
        await first.close()
        await second.close()
    one.close()
    two.close()


async def test_one_place_goes_to_one_of_two_who_ask_at_once(turn: Turn) -> None:
    people = [writer(turn, f"person{number}") for number in range(6)]
    answers = await asyncio.gather(*(person.says(WHOLE) for person in people))
    assert sorted("Это время занято." in said(answer) for answer in answers) == [False] + [True] * 5


@pytest.mark.parametrize(
    ("text", "error", "status"),
    [
        ("", Unacceptable, 422),
        (" \n ", Unacceptable, 422),
        ("я" * 10_001, TooLong, 413),
        ("x" * 1_000_000, TooLong, 413),
    ],
)
async def test_an_empty_or_endless_text_is_refused_before_anything_is_kept(
    turn: Turn, text: str, error: type[Unacceptable], status: int
) -> None:
    with pytest.raises(error) as refused:
        await writer(turn).says(text)
    assert refused.value.status == status
    with turn.database.reading() as tx:
        assert tx.execute(select(schema.conversations.c.id)).all() == []


async def test_text_that_no_database_takes_is_mended(turn: Turn) -> None:
    outcome = await writer(turn).says("main.price \ud800 \0 \U0001f600")
    spoken = [row.entry.text for row in journal(turn, outcome.conversation) if isinstance(row.entry, Utterance)]
    assert spoken == ["main.price \ufffd  \U0001f600"]


async def test_an_unknown_scenario_is_refused_with_a_mend(turn: Turn) -> None:
    with pytest.raises(UnknownScenario, match=r"There are: booking, cancellation, main\."):
        await writer(turn).says("да", scenario="bokking")
    with pytest.raises(UnknownScenario, match=r"There are: clinic\."):
        await writer(turn).says("да", scenarios="hotel")


async def test_a_conversation_that_ended_is_followed_by_a_new_one(turn: Turn) -> None:
    ivan = writer(turn)
    first = await ivan.says("main.price")
    await ivan.send(Left(id="bye", at=ivan.tick()))
    assert summary(turn, first.conversation).ended is not None
    second = await ivan.says("main.price")
    assert second.conversation != first.conversation


async def test_a_day_of_silence_begins_a_conversation_anew(turn: Turn) -> None:
    ivan = writer(turn)
    first = await ivan.says("booking")
    ivan.now += timedelta(hours=23)
    assert (await ivan.says("service=terapevt")).conversation == first.conversation
    ivan.now += timedelta(hours=25)
    assert (await ivan.says("main.price")).conversation != first.conversation
    (*_, last) = [row.entry for row in journal(turn, first.conversation) if isinstance(row.entry, Left)]
    assert last.reason == "idle"


async def test_the_sweep_ends_what_fell_silent(turn: Turn) -> None:
    ivan, line = writer(turn), caller(turn)
    chat, call = await ivan.says("main.price"), await line.starts()
    assert await turn.sweep(NOW + timedelta(hours=2)) == 1
    assert summary(turn, call.conversation).status == "ended"
    assert summary(turn, chat.conversation).status == "bot"


async def test_a_call_has_the_name_its_adapter_gave_and_is_new_even_beside_another(turn: Turn) -> None:
    line = caller(turn)
    first = await line.starts(conversation="4a52b8ce-0000-4000-8000-000000000001")
    assert first.conversation == "4a52b8ce-0000-4000-8000-000000000001"
    second = await line.starts()
    assert second.conversation != first.conversation
    assert summary(turn, first.conversation).status == "bot"


async def test_a_second_start_changes_nothing_in_a_conversation_under_way(turn: Turn) -> None:
    line = caller(turn)
    first = await line.starts()
    again = await line.starts(conversation=first.conversation)
    assert again.rows == ()
    assert again.session == first.session


async def test_nobody_reaches_anothers_conversation_by_its_id(turn: Turn) -> None:
    ivan = writer(turn)
    mine = await ivan.says("booking")
    with pytest.raises(NotFound):
        await writer(turn, "eve").says("main.price", conversation=mine.conversation)
    with pytest.raises(NotFound):
        await ivan.says("main.price", conversation="no-such")
    with pytest.raises(NotFound):
        await writer(turn, "nobody").send(Silence(id="s", at=NOW, seconds=5))


@pytest.mark.parametrize(
    ("words", "language"), [("здравствуйте", "ru"), ("hello there", "en"), ("12345", "ru"), ("ok да хочу", "ru")]
)
async def test_the_first_words_decide_the_language(turn: Turn, words: str, language: str) -> None:
    assert (await writer(turn).says(words)).session.language == language


async def test_what_the_bot_says_reaches_whoever_watches_in_order(watched: tuple[Turn, LocalBus]) -> None:
    turn, bus = watched
    ivan = writer(turn)
    first = await ivan.says("main.price")
    async with bus.subscribe(f"conversation.{first.conversation}") as live:
        second = await ivan.says("booking")
        third = await ivan.says("service=terapevt")
        seen = [*rows_of(await anext(live)), *rows_of(await anext(live))]
    assert seen == [*second.rows, *third.rows]


async def test_a_fault_in_our_code_keeps_the_words_and_offers_a_person(
    turn: Turn, caplog: pytest.LogCaptureFixture
) -> None:
    ivan = writer(turn)
    await ivan.says("booking")
    sorry = await ivan.says("service=terapevt boom")
    assert said(sorry) == ["[internal_error]"]
    assert sorry.session.stack[-1].values.get("service") is None  # nothing half done
    kept = [row.entry.text for row in journal(turn, sorry.conversation) if isinstance(row.entry, Utterance)]
    assert kept == ["booking", "service=terapevt boom"]
    assert "ZeroDivisionError" in caplog.text
    assert "Иван" not in caplog.text  # an error's words may hold what a customer said
    assert said(await ivan.says("service=terapevt"))[-1] == "На какой день и час?"  # and life goes on


async def test_a_second_fault_in_a_row_calls_a_person(turn: Turn) -> None:
    ivan = writer(turn)
    await ivan.says("boom")
    again = await ivan.says("boom")
    assert again.session.status == "waiting"
    assert any(isinstance(action, Handoff) for action in again.actions)


async def test_a_conversation_whose_first_turn_broke_begins_with_the_next(turn: Turn) -> None:
    ivan = writer(turn)
    broken = await ivan.says("boom")
    whole = await ivan.says("booking")
    assert whole.conversation == broken.conversation
    assert said(whole)[-1] == "К какому врачу?"


async def test_a_turn_goes_on_when_its_sender_hangs_up(watched: tuple[Turn, LocalBus]) -> None:
    turn, _ = watched
    ivan = writer(turn)
    await ivan.says(WHOLE)
    task = asyncio.create_task(ivan.says("yes"))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await turn.close()
    with turn.database.reading() as tx:
        assert [booking.status for booking in booked(tx)] == ["confirmed"]


async def test_a_call_goes_on_with_what_was_begun_in_a_chat_that_gave_its_number(
    watched: tuple[Turn, LocalBus],
) -> None:
    turn, bus = watched
    ivan, line = writer(turn), caller(turn)
    chat = await ivan.says(f"booking service=terapevt phone={line.identity.value}")
    call = await line.starts()
    assert said(call)[-1] == "[offer_continue]"
    line.conversation = call.conversation
    async with bus.subscribe(f"conversation.{chat.conversation}") as live:
        on = await line.says("yes")
        told = rows_of(await anext(live))
    assert said(on)[-1] == "На какой день и час?"
    assert [entry.text for row in told if isinstance(entry := row.entry, Say)] == ["[moved]"]
    assert summary(turn, chat.conversation).status == "ended"
    assert [row.seq for row in journal(turn, chat.conversation)][-1] == told[-1].seq


async def test_a_call_from_another_number_is_offered_nothing(turn: Turn) -> None:
    await writer(turn).says("booking service=terapevt phone=+79051234567")
    assert "[offer_continue]" not in said(await caller(turn, "+79050000000").starts())


async def test_a_dropped_call_is_offered_to_go_on(turn: Turn) -> None:
    line = caller(turn)
    call = await line.starts()
    line.conversation = call.conversation
    await line.says("booking service=terapevt")
    await line.send(Left(id="drop", at=line.tick()))
    line.conversation = None
    assert "[offer_continue]" in said(await line.starts())


async def test_somebody_who_booked_is_not_asked_the_name_again(turn: Turn) -> None:
    ivan, line = writer(turn), caller(turn)
    await ivan.says(WHOLE)
    await ivan.says("yes")
    call = await line.starts()
    line.conversation = call.conversation
    asked = await line.says("booking service=dentist when=2026-11-25T10:00")
    assert said(asked)[-1] == "Всё верно?"


async def test_a_number_told_in_a_chat_opens_nobodys_bookings(turn: Turn) -> None:
    ivan, eve = writer(turn), writer(turn, "eve")
    await ivan.says(WHOLE)
    await ivan.says("yes")
    await eve.says(f"booking service=dentist when=2026-11-25T10:00 name=Ева phone={'+79051234567'}")
    await eve.says("no")
    assert "Записей нет." in said(await eve.says("cancellation"))
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    await line.says("no")
    assert said(await line.says("cancellation"))[-1] == "Отменить?"  # the line proves the number


async def test_the_menu_is_announced_in_the_order_this_person_likes(turn: Turn) -> None:
    ivan = writer(turn)
    for _ in range(3):
        await ivan.says("main.price")
    await ivan.send(Left(id="bye", at=ivan.tick()))
    again = await ivan.starts()
    assert again.session.orders["main"][0] == "price"


async def test_what_an_outbox_delivers_is_written_with_the_turn(database: object) -> None:
    from sqlalchemy import select

    from bot.stores.schema import outbox
    from bot.stores.sql import Database

    assert isinstance(database, Database)
    with serving(database, delivered=("rest",)) as (turn, _):
        outcome = await writer(turn).says("main.price")
        with database.reading() as tx:
            due = tx.execute(select(outbox.c.seq)).scalars().all()
        assert due == [row.seq for row in outcome.rows if isinstance(row.entry, Say)]
        await turn.close()


def test_every_action_says_who_acts_on_it() -> None:
    from bot.turn import EFFECTS

    for_the_reader = {"Say", "Sent", "End", "Record"}  # the line itself says, hangs up, records; the outbox sends
    kinds = {kind.__name__ for kind in Action.__subclasses__()}
    assert kinds == for_the_reader | {kind.__name__ for kind in EFFECTS}


class Clashing:
    """A backend with a fault: it always writes a row that is there already."""

    def call(self, request: Fetch, asker: Asker, *, now: datetime, tx: Connection) -> tuple[str, dict[str, Value]]:
        tx.execute(insert(customers).values(id=asker.customer, created=NOW))
        raise AssertionError("the database let it pass")


class Down:
    """A backend whose service is away."""

    def call(self, request: Fetch, asker: Asker, *, now: datetime, tx: Connection) -> tuple[str, dict[str, Value]]:
        raise ConnectionRefusedError("Иван Петров")


async def test_a_backend_that_clashes_with_the_database_costs_an_apology_not_the_words(database: Database) -> None:
    with serving(database, backends={"calendar": Clashing()}) as (turn, _):
        sorry = await writer(turn).says(WHOLE)
        assert said(sorry) == ["[internal_error]"]
        assert any(isinstance(row.entry, Utterance) for row in journal(turn, sorry.conversation))
        await turn.close()


async def test_a_service_that_is_away_is_an_outcome_of_the_scenario(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(database, backends={"calendar": Down()}) as (turn, _):
        outcome = await writer(turn).says(WHOLE)
        assert [row.entry.outcome for row in outcome.rows if isinstance(row.entry, Fetched)] == ["error"]
        assert outcome.session.status == "waiting"  # no branch for it: a person goes on
        assert "ConnectionRefusedError" in caplog.text
        assert "Иван" not in caplog.text
        await turn.close()


async def test_a_database_that_is_away_takes_nothing_and_says_try_again(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    database.create()
    with serving(database) as (turn, _):
        await writer(turn).says("main.price")
        with database.writing() as tx:
            tx.exec_driver_sql("ALTER TABLE journal RENAME TO gone")
        with pytest.raises(Unavailable) as error:
            await writer(turn, "anna").says("main.price")
        assert error.value.status == 503
        with database.writing() as tx:
            tx.exec_driver_sql("ALTER TABLE gone RENAME TO journal")
        assert not (await writer(turn, "anna").says("main.price")).repeated
        await turn.close()
    database.close()


async def test_an_edited_scenario_goes_on_where_it_can_and_else_begins_anew(turn: Turn) -> None:
    ivan = writer(turn)
    await ivan.says("booking service=terapevt")
    served = turn.sets["clinic"]
    edited = replace(served.scenarios, version="2")
    turn.sets = {"clinic": replace(served, scenarios=edited)}
    assert said(await ivan.says(f"when={TOMORROW}"))[-1] == "Как вас зовут?"
    without = replace(edited, version="3", scenarios={"main": edited.scenarios["main"]}, phrases={})
    turn.sets = {"clinic": replace(served, scenarios=without)}
    anew = await ivan.says("main.price")
    assert [type(row.entry).__name__ for row in anew.rows][:2] == ["Started", "Utterance"]
    assert anew.session.version == "3"


async def test_a_conversation_whose_scenarios_are_gone_is_followed_by_a_new_one(turn: Turn) -> None:
    ivan = writer(turn)
    old = await ivan.says("booking")
    hotel = clinic("hotel")
    turn.sets = {"hotel": Served(scenarios=hotel, nlu=Plain())}
    turn.default = "hotel"
    new = await ivan.says("booking")
    assert new.conversation != old.conversation
    assert summary(turn, old.conversation).status == "ended"
    assert await turn.sweep(NOW + timedelta(days=9)) == 1
