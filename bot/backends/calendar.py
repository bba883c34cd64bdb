"""The built-in booking calendar: one place a service at a time, from opening to closing.

    calendar.hold(service, when)                ok | taken {free}
    calendar.book(service, when, name, phone)   ok {booking} | taken {free}
    calendar.free(service, day?)                ok {free} | none {free}
    calendar.find()                             none | ok {booking, service, when, count}
    calendar.cancel(booking)                    ok | gone
    calendar.confirm(booking)                   ok | gone

Times are the naive wall clock of the business. Places begin at every opening of the day, one every `minutes` of the
service, and end before it closes: none reaches into the lunch break. The unique index "one_place_one_booking" is what
keeps two customers from one place, in however many processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from bot.dialogue import codec
from bot.dialogue.actions import Fetch
from bot.dialogue.scenario import Business
from bot.dialogue.values import Value
from bot.errors import Unacceptable
from bot.ports import Asker
from bot.stores.schema import bookings, requests

HOLD = timedelta(minutes=10)  # how long a place waits for "yes"; a booking by telephone takes about three
OFFERED = 3  # free places named when one is taken; more can't be kept in mind by ear
AHEAD = timedelta(days=14)  # how far free places are looked for
MINUTES = 30  # of a service that doesn't say

Answer = tuple[str, Mapping[str, Value]]
Ask = tuple[Fetch, Asker, datetime, Connection]


@dataclass(frozen=True, slots=True)
class Place:
    service: str
    starts: datetime
    minutes: int


class Calendar:
    """business: hours, and tables, whatever they are called, whose rows have "id" and "minutes", a visit's length."""

    def __init__(self, business: Business) -> None:
        self._hours = business.hours
        self._minutes = {
            str(row["id"]): _minutes(row["minutes"])
            for rows in business.tables.values()
            for row in rows
            if "minutes" in row
        }

    def call(self, request: Fetch, asker: Asker, *, now: datetime, tx: Connection) -> Answer:
        """Raises Unacceptable on a call or an argument that makes no sense: a mistake of the scenario."""
        kind = request.name.partition(".")[2]
        function = CALLS.get(kind)
        if function is None:
            raise Unacceptable(f"the calendar can't '{kind}'", fix=f"It can: {', '.join(CALLS)}.")
        done = tx.execute(select(requests.c.outcome, requests.c.data).where(requests.c.id == request.id)).one_or_none()
        if done is not None:
            return done.outcome, cast(Mapping[str, Value], codec.load(done.data))
        outcome, data = function(self, request, asker, now, tx)
        if kind not in ("find", "free"):  # they change nothing, and a replayed one may as well look again
            tx.execute(
                insert(requests).values(id=request.id, outcome=outcome, data=codec.dump(data), at=datetime.now(UTC))
            )
        return outcome, data

    def hold(self, request: Fetch, asker: Asker, now: datetime, tx: Connection) -> Answer:
        """Keep a place for this conversation for HOLD; what it held before is let go."""
        place = self._place(request)
        at = datetime.now(UTC)
        tx.execute(delete(bookings).where(bookings.c.conversation == asker.conversation, bookings.c.status == "held"))
        tx.execute(delete(bookings).where(_held_by(asker, place)))
        if not self._exists(place, now) or not self._take(tx, place, asker, at, status="held", expires=at + HOLD):
            return "taken", {"free": self._free(tx, place, now)}
        return "ok", {}

    def book(self, request: Fetch, asker: Asker, now: datetime, tx: Connection) -> Answer:
        """Book; a place held by this conversation becomes the booking."""
        place = self._place(request)
        at = datetime.now(UTC)
        who = {
            "name": codec.dump(request.args["name"]) if request.args.get("name") else "",
            "phone": str(request.args.get("phone") or asker.phone)[:20],
        }
        held = tx.execute(
            update(bookings).where(_held_by(asker, place)).values(status="confirmed", expires=None, created=at, **who)
        )
        if not held.rowcount and not (
            self._exists(place, now) and self._take(tx, place, asker, at, status="confirmed", expires=None, **who)
        ):
            return "taken", {"free": self._free(tx, place, now)}
        booking = tx.execute(
            select(bookings.c.id).where(
                bookings.c.status == "confirmed",
                bookings.c.service == place.service,
                bookings.c.starts == place.starts,
            )
        ).scalar_one()
        return "ok", {"booking": booking}

    def free(self, request: Fetch, asker: Asker, now: datetime, tx: Connection) -> Answer:
        """Up to OFFERED free places of that day, from morning to evening; without a day, of the first that has any.

        "none": nothing is free on that day; `free` then has the nearest places, if there are any.
        """
        service, day = request.args.get("service"), request.args.get("day")
        if not isinstance(service, str) or not isinstance(day, date | None):
            raise Unacceptable(f"{request.name} needs a service, and a date if any")
        on = day.date() if isinstance(day, datetime) else day
        place = Place(service, datetime.combine(on or now.date(), time()), self._minutes.get(service, MINUTES))
        places = self._places(tx, place, now)
        first = on or next((at.date() for at in places), None)
        of_day = [at for at in places if at.date() == first]
        if not of_day:
            return "none", {"free": _nearest(places, place)}
        last = len(of_day) - 1
        spread = dict.fromkeys(of_day[round(last * part / (OFFERED - 1))] for part in range(OFFERED))
        return "ok", {"free": tuple(spread)}

    def find(self, _: Fetch, asker: Asker, now: datetime, tx: Connection) -> Answer:
        """The soonest visit still ahead, and how many there are."""
        ahead = tx.execute(
            select(bookings.c.id, bookings.c.service, bookings.c.starts)
            .where(_own(asker), bookings.c.status == "confirmed", bookings.c.starts >= now)
            .order_by(bookings.c.starts)
        ).all()
        if not ahead:
            return "none", {}
        first = ahead[0]
        return "ok", {"booking": first.id, "service": first.service, "when": first.starts, "count": len(ahead)}

    def cancel(self, request: Fetch, asker: Asker, now: datetime, tx: Connection) -> Answer:
        return self._change(tx, request, asker, status="cancelled")

    def confirm(self, request: Fetch, asker: Asker, now: datetime, tx: Connection) -> Answer:
        """The customer says again that they will come."""
        return self._change(tx, request, asker, reminded=True)

    def _change(self, tx: Connection, request: Fetch, asker: Asker, **values: object) -> Answer:
        booking = request.args.get("booking")
        changed = tx.execute(
            update(bookings)
            .where(bookings.c.id == booking, _own(asker), bookings.c.status == "confirmed")
            .values(**values)
        )
        return ("ok" if changed.rowcount else "gone"), {}

    def _place(self, request: Fetch) -> Place:
        service, when = request.args.get("service"), request.args.get("when")
        if not isinstance(service, str) or not isinstance(when, datetime):
            raise Unacceptable(f"{request.name} needs a service and a datetime")
        return Place(service, when.replace(second=0, microsecond=0), self._minutes.get(service, MINUTES))

    def _exists(self, place: Place, now: datetime) -> bool:
        before = replace(place, starts=place.starts - timedelta(days=1))  # whose evening may go on after midnight
        return place.starts > now and any(place.starts in self._day(each) for each in (place, before))

    def _day(self, place: Place) -> Iterator[datetime]:
        """Every place in that day's hours, which may end after midnight; none on a day that is closed."""
        step = timedelta(minutes=place.minutes)
        for starts, closes in self._hours.moments(place.starts):
            while starts + step <= closes:
                yield starts
                starts += step

    def _take(self, tx: Connection, place: Place, asker: Asker, at: datetime, **values: object) -> bool:
        """Whether the place is ours now; the unique index decides."""
        tx.execute(delete(bookings).where(bookings.c.status == "held", bookings.c.expires < at))
        if self._overlapped(tx, place):
            return False
        try:
            with tx.begin_nested():
                tx.execute(
                    insert(bookings).values(
                        service=place.service,
                        starts=place.starts,
                        minutes=place.minutes,
                        customer=asker.customer,
                        via=asker.via,
                        conversation=asker.conversation,
                        created=at,
                        **values,
                    )
                )
        except IntegrityError:
            return False
        return True

    def _overlapped(self, tx: Connection, place: Place) -> bool:
        """Whether a booking made while the service took longer reaches into the place."""
        return any(
            starts < place.starts + timedelta(minutes=place.minutes)
            and place.starts < starts + timedelta(minutes=minutes)
            for starts, minutes in _taken(
                tx, place.service, place.starts - timedelta(days=1), place.starts + timedelta(days=1)
            )
        )

    def _free(self, tx: Connection, place: Place, now: datetime) -> tuple[Value, ...]:
        """The free places nearest to the one wanted, in the order of time."""
        return _nearest(self._places(tx, place, now), place)

    def _places(self, tx: Connection, place: Place, now: datetime) -> list[datetime]:
        """Every free place of the service from AHEAD before the one wanted to AHEAD after it, in the order of time."""
        start = max(now, place.starts - AHEAD).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        end = max(now, place.starts) + AHEAD
        taken = [
            (starts, starts + timedelta(minutes=minutes))
            for starts, minutes in _taken(tx, place.service, start - timedelta(days=1), end)
        ]
        length = timedelta(minutes=place.minutes)
        free: list[datetime] = []
        day = start
        while day < end:
            for starts in self._day(Place(place.service, day, place.minutes)):
                if starts > now and not any(begin < starts + length and starts < finish for begin, finish in taken):
                    free.append(starts)
            day += timedelta(days=1)
        return free


CALLS: Mapping[str, Callable[[Calendar, Fetch, Asker, datetime, Connection], Answer]] = {
    "hold": Calendar.hold,
    "book": Calendar.book,
    "free": Calendar.free,
    "find": Calendar.find,
    "cancel": Calendar.cancel,
    "confirm": Calendar.confirm,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """when: naive wall clock of the business. name: as it is spoken."""

    id: int
    service: str
    when: datetime
    status: str
    name: str
    phone: str
    customer: int | None
    conversation: str | None


def booked(tx: Connection, *, customer: int | None = None, limit: int = 1_000) -> tuple[Booking, ...]:
    """Confirmed and cancelled bookings, by time."""
    wanted = select(bookings).where(bookings.c.status != "held").order_by(bookings.c.starts, bookings.c.id).limit(limit)
    if customer is not None:
        wanted = wanted.where(bookings.c.customer == customer)
    return tuple(_booking(row) for row in tx.execute(wanted))


def _booking(row: Row[Any]) -> Booking:
    return Booking(
        id=row.id,
        service=row.service,
        when=row.starts,
        status=row.status,
        name=str(codec.load(row.name)) if row.name else "",
        phone=row.phone,
        customer=row.customer,
        conversation=row.conversation,
    )


def _held_by(asker: Asker, place: Place) -> ColumnElement[bool]:
    """Held in this conversation, or by the same customer in the one that goes on here: their chat, now their call."""
    return and_(
        bookings.c.status == "held",
        or_(bookings.c.conversation == asker.conversation, bookings.c.customer == asker.customer),
        bookings.c.service == place.service,
        bookings.c.starts == place.starts,
    )


def _own(asker: Asker) -> Any:
    """A booking of this customer, or on the number their line proved."""
    own = bookings.c.customer == asker.customer
    return or_(own, and_(bookings.c.phone == asker.phone, bookings.c.phone != "")) if asker.phone else own


def _taken(tx: Connection, service: str, first: datetime, last: datetime) -> list[tuple[datetime, int]]:
    found = tx.execute(
        select(bookings.c.starts, bookings.c.minutes).where(
            bookings.c.service == service,
            bookings.c.status.in_(("held", "confirmed")),
            bookings.c.starts.between(first, last),
        )
    )
    return [(row.starts, row.minutes) for row in found]


def _nearest(free: Sequence[datetime], place: Place) -> tuple[Value, ...]:
    # The same day first: somebody who asks for Friday at three would rather hear Friday at five than Thursday.
    nearest = sorted(free, key=lambda at: (abs((at.date() - place.starts.date()).days), abs(at - place.starts)))
    return tuple(sorted(nearest[:OFFERED]))


def _minutes(value: Value) -> int:
    return value if isinstance(value, int) and value > 0 else MINUTES
