from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert, update

from bot.backends.calendar import HOLD, Calendar, booked
from bot.dialogue.actions import Fetch
from bot.dialogue.hours import CLOSED, Holiday, Hours
from bot.dialogue.scenario import Business
from bot.dialogue.values import PersonName, Value
from bot.errors import Unacceptable
from bot.ports import Asker
from bot.stores.schema import bookings, conversations, customers
from bot.stores.sql import Database

NOW = datetime(2026, 11, 23, 10, 0)  # a Monday
THREE = datetime(2026, 11, 24, 15, 0)
IVAN = Asker(conversation="ivan", customer=1)
ANNA = Asker(conversation="anna", customer=2)


def business(minutes: int = 30) -> Business:
    return Business(
        name={"ru": "Клиника"},
        hours=Hours.daily(time(9), time(20)),
        tables={"services": ({"id": "terapevt", "minutes": minutes}, {"id": "dentist", "minutes": 60})},
    )


@dataclass
class Office:
    """A calendar with a database; every call is a transaction of its own, as in different turns."""

    database: Database
    calendar: Calendar = field(default_factory=lambda: Calendar(business()))
    ids: Iterator[int] = field(default_factory=count)

    def ask(self, call: str, /, asker: Asker = IVAN, *, id: str = "", now: datetime = NOW, **args: Value) -> Any:
        request = Fetch(id=id or f"r{next(self.ids)}", name=f"calendar.{call}", args=args)
        with self.database.writing() as tx:
            outcome, data = self.calendar.call(request, asker, now=now, tx=tx)
        return (outcome, data) if data else outcome

    def book(self, asker: Asker = IVAN, when: datetime = THREE, service: str = "terapevt", **more: Value) -> int:
        outcome, data = self.ask("book", asker, service=service, when=when, **more)
        assert outcome == "ok"
        return int(data["booking"])

    def statuses(self) -> list[str]:
        with self.database.reading() as tx:
            return [booking.status for booking in booked(tx)]


@pytest.fixture
def office(database: Database) -> Office:
    at = datetime.now(UTC)
    with database.writing() as tx:
        for number, name in ((1, "ivan"), (2, "anna")):
            tx.execute(insert(customers).values(id=number, created=at))
            row: Mapping[str, Any] = {
                "channel": "rest",
                "kind": "rest",
                "value": name,
                "medium": "text",
                "scenarios": "clinic",
                "status": "bot",
                "version": 0,
                "seq": 0,
                "started": at,
                "updated": at,
            }
            tx.execute(insert(conversations).values(id=name, customer=number, **row))
        tx.execute(insert(conversations).values(id="call", customer=1, **row | {"value": "call"}))
    return Office(database)


def test_a_held_place_is_kept_from_others_until_it_is_booked(office: Office) -> None:
    assert office.ask("hold", service="terapevt", when=THREE) == "ok"
    assert office.ask("hold", ANNA, service="terapevt", when=THREE)[0] == "taken"
    assert office.ask("hold", service="terapevt", when=THREE) == "ok"  # again, by its own holder
    office.book(name=PersonName(given="Иван"), phone="+79051234567")
    assert office.ask("book", ANNA, service="terapevt", when=THREE)[0] == "taken"
    assert office.statuses() == ["confirmed"]


def test_a_place_held_in_a_chat_is_the_customers_own_when_they_go_on_by_telephone(office: Office) -> None:
    assert office.ask("hold", service="terapevt", when=THREE) == "ok"
    calling = replace(IVAN, conversation="call")
    assert office.ask("hold", calling, service="terapevt", when=THREE) == "ok"
    assert office.ask("hold", ANNA, service="terapevt", when=THREE)[0] == "taken"
    office.book(calling)
    assert office.statuses() == ["confirmed"]


def test_the_same_time_of_another_service_is_free(office: Office) -> None:
    office.book()
    office.book(ANNA, service="dentist")


def test_a_hold_that_nobody_confirms_is_let_go(office: Office) -> None:
    office.ask("hold", service="terapevt", when=THREE)
    with office.database.writing() as tx:
        tx.execute(update(bookings).values(expires=datetime.now(UTC) - HOLD))
    assert office.ask("hold", ANNA, service="terapevt", when=THREE) == "ok"


def test_another_choice_lets_the_first_place_go(office: Office) -> None:
    office.ask("hold", service="terapevt", when=THREE)
    office.ask("hold", service="terapevt", when=THREE + timedelta(hours=1))
    assert office.ask("hold", ANNA, service="terapevt", when=THREE) == "ok"


def test_a_taken_place_names_the_nearest_free_ones_in_order(office: Office) -> None:
    office.book()
    office.book(when=THREE - timedelta(minutes=30))
    outcome, data = office.ask("hold", ANNA, service="terapevt", when=THREE)
    assert outcome == "taken"
    assert [at.time() for at in data["free"]] == [time(14), time(15, 30), time(16)]
    assert {at.date() for at in data["free"]} == {date(2026, 11, 24)}


@pytest.mark.parametrize(
    "when",
    [
        NOW - timedelta(hours=1),  # past
        datetime(2026, 11, 24, 8, 30),  # not open yet
        datetime(2026, 11, 24, 20, 0),  # closing
        datetime(2026, 11, 24, 15, 10),  # between two places
    ],
)
def test_a_time_that_is_no_place_is_answered_with_free_ones(office: Office, when: datetime) -> None:
    for call in ("hold", "book"):
        outcome, data = office.ask(call, service="terapevt", when=when)
        assert outcome == "taken"
        assert len(data["free"]) == 3
        assert all(at > NOW for at in data["free"])
    assert office.statuses() == []


def test_the_last_place_of_the_day_ends_at_closing(office: Office) -> None:
    assert office.ask("hold", service="dentist", when=datetime(2026, 11, 24, 19, 0)) == "ok"
    office.calendar = Calendar(business(minutes=45))
    assert office.ask("hold", service="terapevt", when=datetime(2026, 11, 24, 18, 45)) == "ok"
    assert office.ask("hold", service="terapevt", when=datetime(2026, 11, 24, 19, 30))[0] == "taken"


def test_a_visit_is_as_long_as_any_table_says_whatever_the_table_is_called(office: Office) -> None:
    works = {"works": ({"id": "brakes", "minutes": 90}, {"id": "wash"})}
    office.calendar = Calendar(replace(business(), tables=works))
    office.book(when=THREE, service="brakes")
    assert office.ask("hold", ANNA, service="brakes", when=THREE + timedelta(minutes=60))[0] == "taken"


def test_a_full_day_offers_the_days_beside_it(office: Office) -> None:
    for hour in range(9, 20):
        office.book(when=datetime(2026, 11, 24, hour), service="dentist")
    _, data = office.ask("hold", ANNA, service="dentist", when=THREE)
    assert [at.date().day for at in data["free"]] == [23, 23, 25] or [at.date().day for at in data["free"]] == [
        23,
        25,
        25,
    ]


def test_a_service_that_became_shorter_does_not_overlap_what_is_booked(office: Office) -> None:
    office.calendar = Calendar(business(minutes=60))
    office.book()
    office.calendar = Calendar(business(minutes=30))
    assert office.ask("hold", ANNA, service="terapevt", when=THREE + timedelta(minutes=30))[0] == "taken"


def test_a_request_asked_twice_is_answered_the_same_and_done_once(office: Office) -> None:
    first = office.ask("book", id="one", service="terapevt", when=THREE)
    assert office.ask("book", id="one", service="terapevt", when=THREE) == first
    (_, data) = first
    assert office.ask("cancel", id="two", booking=data["booking"]) == "ok"
    assert office.ask("cancel", id="two", booking=data["booking"]) == "ok"
    assert office.ask("cancel", booking=data["booking"]) == "gone"
    assert office.statuses() == ["cancelled"]


def test_the_next_visit_is_found_and_how_many_there_are(office: Office) -> None:
    assert office.ask("find") == "none"
    office.book(when=THREE + timedelta(days=1))
    soonest = office.book()
    office.book(ANNA, when=THREE + timedelta(hours=1))
    outcome, data = office.ask("find")
    assert (outcome, data) == ("ok", {"booking": soonest, "service": "terapevt", "when": THREE, "count": 2})
    assert office.ask("find", now=THREE + timedelta(days=3)) == "none"  # what is over isn't found


def test_a_proven_number_finds_and_cancels_what_is_booked_under_it(office: Office) -> None:
    booking = office.book(phone="+79051234567")
    line = Asker(conversation="anna", customer=2, phone="+79051234567")
    assert office.ask("find", line)[1]["booking"] == booking
    assert office.ask("cancel", line, booking=booking) == "ok"


def test_nobody_cancels_anothers_booking_by_its_number(office: Office) -> None:
    booking = office.book(phone="+79051234567")
    for asker in (ANNA, Asker(conversation="anna", customer=2, phone="+79050000000")):
        assert office.ask("cancel", asker, booking=booking) == "gone"
        assert office.ask("confirm", asker, booking=booking) == "gone"
    assert office.statuses() == ["confirmed"]


def test_a_cancelled_place_can_be_booked_again(office: Office) -> None:
    office.ask("cancel", booking=office.book())
    office.book(ANNA)
    assert sorted(office.statuses()) == ["cancelled", "confirmed"]


def test_a_call_that_makes_no_sense_is_the_scenarios_mistake(office: Office) -> None:
    with pytest.raises(Unacceptable, match="It can: hold, book, free, find, cancel, confirm"):
        office.ask("bok")
    with pytest.raises(Unacceptable, match="needs a service and a datetime"):
        office.ask("hold", service="terapevt", when="завтра")


def test_places_lie_within_that_days_hours_and_none_on_a_holiday(office: Office) -> None:
    week = (((time(9), time(20)),),) * 5
    hours = Hours((*week, ((time(10), time(12)),), CLOSED), (Holiday(first=(11, 30), last=(11, 30)),))
    office.calendar = Calendar(replace(business(), hours=hours))
    saturday = datetime(2026, 11, 28, 11, 0)
    assert office.ask("hold", service="terapevt", when=saturday) == "ok"
    assert office.ask("hold", service="terapevt", when=saturday.replace(hour=15))[0] == "taken"
    sunday_or_holiday = [office.ask("hold", service="terapevt", when=datetime(2026, 11, day, 12)) for day in (29, 30)]
    assert [outcome for outcome, _ in sunday_or_holiday] == ["taken", "taken"]
    free = sunday_or_holiday[1][1]["free"]
    assert {at.date() for at in free}.isdisjoint({date(2026, 11, 29), date(2026, 11, 30)})


def test_no_place_reaches_into_the_lunch_break(office: Office) -> None:
    hours = Hours((((time(9), time(13)), (time(14, 15), time(16))),) * 7)
    office.calendar = Calendar(replace(business(), hours=hours))
    day = datetime(2026, 11, 24)
    outcomes = {}
    for at in (time(12), time(12, 30), time(13), time(14), time(14, 15), time(15, 15), time(15, 45)):
        outcome = office.ask("hold", service="dentist", when=datetime.combine(day, at))
        outcomes[f"{at:%H:%M}"] = outcome if isinstance(outcome, str) else outcome[0]
    assert [at for at, outcome in outcomes.items() if outcome == "ok"] == ["12:00", "14:15"]


def test_places_go_on_after_midnight_where_the_business_does(office: Office) -> None:
    hours = Hours(((), ((time(22), time(2)),), *((),) * 5))  # of Tuesday alone
    office.calendar = Calendar(replace(business(), hours=hours))
    night = datetime(2026, 11, 25, 1, 0)  # of Wednesday
    outcome, data = office.ask("free", service="dentist", day=night.date())
    assert (outcome, data["free"]) == ("ok", (night.replace(hour=0), night))
    assert office.ask("hold", service="dentist", when=night) == "ok"
    assert office.ask("hold", service="dentist", when=night.replace(hour=2))[0] == "taken"
    assert office.ask("hold", service="dentist", when=night.replace(hour=22))[0] == "taken"


def test_free_places_are_told_from_morning_to_evening_of_the_first_day_that_has_any(office):
    today = NOW.date()
    assert office.ask("free", service="dentist") == (
        "ok",
        {"free": tuple(datetime.combine(today, time(hour)) for hour in (11, 15, 19))},
    )
    late = datetime.combine(today, time(19, 30))
    assert office.ask("free", service="dentist", now=late)[1]["free"][0] == datetime(2026, 11, 24, 9)


def test_free_places_of_a_day_leave_out_what_is_taken(office):
    office.book(when=datetime(2026, 11, 24, 9), service="dentist")
    outcome, data = office.ask("free", service="dentist", day=date(2026, 11, 24))
    assert (outcome, data["free"][0]) == ("ok", datetime(2026, 11, 24, 10))


def test_a_full_day_says_what_is_near(office):
    for hour in range(9, 20):
        office.book(when=datetime(2026, 11, 24, hour), service="dentist")
    outcome, data = office.ask("free", service="dentist", day=date(2026, 11, 24))
    assert outcome == "none"
    assert {at.date() for at in data["free"]} <= {date(2026, 11, 23), date(2026, 11, 25)}
