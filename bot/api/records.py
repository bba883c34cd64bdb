"""Reading what is stored, off the event loop. Writing is the turn's alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, TypeVar

from sqlalchemy import Connection, Select, select

from bot.backends.calendar import Booking, booked
from bot.backends.forms import Form, Status, kept, settle
from bot.backends.ratings import Rating, Survey
from bot.backends.ratings import Summary as Totals
from bot.backends.ratings import kept as given
from bot.backends.ratings import summary as totals
from bot.customers import erasing, finding, joining, persons, profile, reaching, signing_in, terms
from bot.customers.erasing import Erasure
from bot.customers.joining import Act
from bot.customers.links import Ways
from bot.customers.persons import Person
from bot.customers.profile import Fact
from bot.customers.signing_in import Claims
from bot.customers.terms import Consent, Purpose, Terms
from bot.customers.timeline import Moment, timeline
from bot.desk import queue
from bot.desk.queue import Waiting
from bot.dialogue.session import Session
from bot.dialogue.values import MASK, Value
from bot.errors import NotFound
from bot.ports import Identity, Profile, Row, Spoken
from bot.stores import conversations, files, spoken
from bot.stores.conversations import Summary
from bot.stores.files import File
from bot.stores.schema import conversations as table
from bot.stores.sql import Database

T = TypeVar("T")
Rated = tuple[Totals, tuple[Rating, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation without its journal. scenario, slots: of the scenario under way. name: the customer's, or ""."""

    about: Summary
    language: str = ""
    scenario: str = ""
    slots: Mapping[str, Value] = field(default_factory=dict)
    name: str = ""


class Records:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversation(self, name: str) -> Conversation | None:
        return await self._read(lambda tx: _whole(tx, conversations.summary(tx, name)))

    async def led_to(self, ways: Ways, token: str) -> Conversation | None:
        """What a one-time link goes on with; the link stays good."""
        return await self._read(lambda tx: _whole(tx, conversations.summary(tx, ways.conversation(tx, token))))

    async def of_sender(self, value: str, *, kind: str) -> Conversation | None:
        """The newest of that identity, whatever its channel."""
        return await self._read(lambda tx: _whole(tx, conversations.newest_of_sender(tx, value, kind=kind)))

    async def latest(self, identity: Identity, *, channel: str) -> Conversation | None:
        """The newest of that identity on that channel."""
        wanted = select(table.c.id).where(
            table.c.kind == identity.kind, table.c.value == identity.value, table.c.channel == channel
        )
        found = await self._read(lambda tx: _all(tx, wanted.order_by(table.c.started.desc()).limit(1)))
        return found[0] if found else None

    async def conversations(
        self,
        *,
        statuses: Sequence[str] = (),
        channel: str | None = None,
        customer: int | None = None,
        before: datetime | None = None,
        limit: int = 50,
    ) -> list[Conversation]:
        """The newest first. before: changed before that, for the next page."""

        wanted = select(table.c.id).order_by(table.c.updated.desc()).limit(limit)
        if statuses:
            wanted = wanted.where(table.c.status.in_(statuses))
        if channel is not None:
            wanted = wanted.where(table.c.channel == channel)
        if customer is not None:
            wanted = wanted.where(table.c.customer == customer)
        if before is not None:
            wanted = wanted.where(table.c.updated < before)
        return await self._read(lambda tx: _all(tx, wanted))

    async def rows(self, conversation: str, after: int = 0) -> tuple[Row, ...]:
        """The journal after that seq, in order."""
        return await self._read(lambda tx: conversations.rows(tx, conversation, first=after + 1))

    async def spoken(self, conversation: str) -> Mapping[int, Spoken]:
        """When what its rows say was heard on the telephone, by seq."""
        return await self._read(lambda tx: spoken.of(tx, conversation))

    async def lately(self, conversation: str, before: int) -> tuple[Row, ...]:
        """The journal from the customer's last words before that seq, up to it."""
        return await self._read(lambda tx: conversations.lately(tx, conversation, before=before))

    async def customer(self, number: int) -> Profile | None:
        """Of one that was joined to another, that other."""
        return await self._read(lambda tx: profile.profile(tx, joining.current(tx, number) or number))

    async def told(self, number: int) -> tuple[Fact, ...]:
        return await self._read(lambda tx: profile.told(tx, number))

    async def timeline(self, number: int, *, limit: int, before: datetime | None = None) -> tuple[Moment, ...] | None:
        """The newest first; None where nobody has that number."""

        def read(tx: Connection) -> tuple[Moment, ...] | None:
            now = joining.current(tx, number)
            return None if now is None else timeline(tx, now, limit=limit, before=before)

        return await self._read(read)

    async def acts(self, number: int) -> tuple[Act, ...]:
        """What was joined and parted of a customer's identities."""
        return await self._read(lambda tx: joining.acts_of(tx, joining.current(tx, number) or number))

    async def merge(self, one: int, other: int, *, by: str, note: str = "") -> Act:
        """Raises NotFound, Conflict."""
        return await self._write(lambda tx: joining.merge(tx, one, other, by=by, note=note, at=datetime.now(UTC)))

    async def split(self, number: int, apart: Sequence[Identity], *, by: str, note: str = "") -> Act:
        """Raises NotFound, Unacceptable."""
        return await self._write(lambda tx: joining.split(tx, number, apart, by=by, note=note, at=datetime.now(UTC)))

    async def terms(self, number: int) -> Terms:
        """What they want of us, as it stands."""
        return await self._read(lambda tx: terms.terms(tx, joining.current(tx, number) or number))

    async def consents(self, number: int) -> tuple[Consent, ...]:
        """All that was ever agreed to, the oldest first."""
        return await self._read(lambda tx: terms.history(tx, joining.current(tx, number) or number))

    async def household(self, number: int) -> tuple[Person, ...]:
        """With whom they share a telephone, themselves among them; () for nobody."""
        return await self._read(lambda tx: persons.household(tx, joining.current(tx, number) or number))

    async def person(
        self, number: int, *, name: Value, talks: Sequence[str] = (), shared: Identity | None = None
    ) -> Person:
        """Somebody else comes by this customer's telephone. Raises NotFound, Unacceptable, Conflict."""
        at = datetime.now(UTC)
        return await self._write(lambda tx: persons.part(tx, number, name=name, at=at, talks=talks, shared=shared))

    async def change(
        self,
        number: int,
        facts: Mapping[str, Value],
        consents: Sequence[Consent] = (),
        *,
        source: str,
        identity: Identity | None = None,
    ) -> None:
        """Keep facts, language, preferred channel and do-not-call among them (None forgets), and consents.

        Raises NotFound, Unacceptable.
        """

        def write(tx: Connection) -> None:
            now = joining.current(tx, number)
            if now is None:
                raise erasing.missing(tx, number)
            via, at = terms.kept_under(tx, now, identity), datetime.now(UTC)
            for name, value in facts.items():
                if name in (terms.LANGUAGE, terms.CHANNEL, terms.DO_NOT_CALL):
                    terms.agreed(tx, now, name, value, source=source, at=at, via=via)
                else:
                    profile.learn(tx, now, name, value, source=source, at=at, via=via)
            for each in consents:
                terms.consent(tx, now, replace(each, via=via, source=source, at=at))

        await self._write(write)

    async def may_begin(
        self, identity: Identity, *, channel: str, event: str, now: datetime, forced: bool, purpose: Purpose
    ) -> None:
        """Whether we may begin with them by ourselves; what was begun by that event is told again. Raises Conflict."""

        def read(tx: Connection) -> None:
            if conversations.seen(tx, channel, identity, event) is None:
                terms.may_begin(tx, joining.customer_of(tx, identity), now, forced=forced, purpose=purpose)

        await self._read(read)

    async def ways(
        self, number: int, channels: Collection[str], *, now: datetime, templates: bool = False
    ) -> reaching.Found:
        """Where they are reached when we begin. Raises NotFound."""

        def read(tx: Connection) -> reaching.Found:
            found = joining.current(tx, number)
            if found is None:
                raise erasing.missing(tx, number)
            return reaching.ways(tx, found, channels=channels, at=now, templates=templates)

        return await self._read(read)

    async def erase(self, number: int, *, sounds: Callable[[str], int], by: str, at: datetime) -> Erasure:
        """Raises NotFound, Conflict."""
        return await self._write(lambda tx: erasing.erase(tx, number, sounds=sounds, by=by, at=at))

    async def missing(self, number: int) -> NotFound:
        """Why nobody has that number."""
        return await self._read(lambda tx: erasing.missing(tx, number))

    async def sign_in(self, visitor: Identity, claims: Claims) -> Literal["", "other"]:
        """Raises NotAllowed."""
        return await self._write(lambda tx: signing_in.sign_in(tx, visitor, claims, at=datetime.now(UTC)))

    async def undo(self, act: int, *, by: str) -> Act:
        """Raises NotFound, Conflict."""
        return await self._write(lambda tx: joining.undo(tx, act, by=by, at=datetime.now(UTC)))

    async def bookings(self, *, customer: int | None = None) -> tuple[Booking, ...]:
        return await self._read(lambda tx: booked(tx, customer=customer))

    async def forms(
        self,
        *,
        kind: str | None = None,
        statuses: Sequence[str] = (),
        before: int | None = None,
        limit: int = 100,
    ) -> tuple[Form, ...]:
        """What scenarios kept, the newest first. before: of a lower number."""
        return await self._read(lambda tx: kept(tx, kind=kind, statuses=statuses, before=before, limit=limit))

    async def settle_form(self, number: int, status: Status, *, agent: str = "") -> Form:
        """Raises NotFound."""

        def write() -> Form:
            with self._database.writing() as tx:
                return settle(tx, number, status, agent=agent)

        return await asyncio.to_thread(write)

    async def ratings(
        self,
        *,
        survey: Survey | None = None,
        scenarios: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> Rated:
        """The sum of all of them, and the newest. before: of a lower id."""

        def read(tx: Connection) -> Rated:
            return (
                totals(tx, survey=survey, scenarios=scenarios, since=since, until=until),
                given(tx, survey=survey, scenarios=scenarios, since=since, until=until, before=before, limit=limit),
            )

        return await self._read(read)

    async def find_customers(self, text: str) -> tuple[int, ...]:
        """Who may be meant by a number, a telephone, a name; who talked with us last first."""
        return await self._read(lambda tx: finding.find(tx, text))

    async def handed_over(self, talks: Sequence[str]) -> dict[str, list[dict[str, str]]]:
        """Of each of these conversations, when a person was wanted, why, and who came."""
        return await self._read(lambda tx: queue.history(tx, talks))

    async def keep_file(self, owner: str, name: str, content: bytes) -> File:
        """Raises Unacceptable, TooLong, Conflict."""
        at = datetime.now(UTC)
        return await self._write(lambda tx: files.keep(tx, owner=owner, name=name, content=content, at=at))

    async def sent_file(self, ident: str, conversation: str) -> None:
        await self._write(lambda tx: files.sent(tx, ident, conversation))

    async def sweep_files(self) -> int:
        return await self._write(lambda tx: files.sweep(tx, datetime.now(UTC)))

    async def file(self, ident: str) -> File | None:
        return await self._read(lambda tx: files.about(tx, ident))

    async def content(self, ident: str) -> bytes | None:
        return await self._read(lambda tx: files.content(tx, ident))

    async def queue(self) -> list[tuple[Waiting, Conversation]]:
        """Who waits for a person and who has one, in the desk's order."""

        def read(tx: Connection) -> list[tuple[Waiting, Conversation]]:
            return [
                (waiting, whole)
                for waiting in queue.waiting(tx)
                if (whole := _whole(tx, conversations.summary(tx, waiting.conversation))) is not None
            ]

        return await self._read(read)

    async def writable(self) -> bool:
        """Whether the database takes a write now."""

        def write() -> bool:
            with self._database.writing():
                return True

        return await asyncio.to_thread(write)

    async def _write(self, body: Callable[[Connection], T]) -> T:
        def within() -> T:
            with self._database.writing() as tx:
                return body(tx)

        return await asyncio.to_thread(within)

    async def _read(self, body: Callable[[Connection], T]) -> T:
        def within() -> T:
            with self._database.reading() as tx:
                return body(tx)

        return await asyncio.to_thread(within)


def _all(tx: Connection, wanted: Select[str]) -> list[Conversation]:
    found = (_whole(tx, conversations.summary(tx, name)) for (name,) in tx.execute(wanted).all())
    return [each for each in found if each is not None]


def _shown(values: Mapping[str, Value], sensitive: Collection[str]) -> dict[str, Value]:
    return {key: MASK if key in sensitive else value for key, value in values.items() if value is not None}


def _whole(tx: Connection, about: Summary | None) -> Conversation | None:
    if about is None:
        return None
    session: Session | None = conversations.session(tx, about.id)
    name = profile.facts_of(tx, about.customer).get("name")
    if session is None:
        return Conversation(about=about, name=str(name or ""))
    frame = session.stack[-1] if session.stack else None
    return Conversation(
        about=about,
        language=session.language,
        scenario=frame.scenario if frame else "",
        slots=_shown(frame.values, session.sensitive) if frame else {},
        name=str(name or ""),
    )
