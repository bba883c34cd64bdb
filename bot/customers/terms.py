"""What a customer wants of us: their language, where we may write, when not to call, and what they consented to.

Language, preferred channel and the hours are facts like any other (`bot.customers.profile`): each has its source, time
and identity, what was told last holds, and a split gives them back to whose they are. Consents are never overwritten:
what was once given can be shown years later, with the words it was given to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal, cast, get_args

from sqlalchemy import Connection, bindparam, insert, select

from bot.customers import joining, persons
from bot.customers.profile import facts_of, learn
from bot.dialogue import codec
from bot.dialogue.values import Value
from bot.errors import Conflict, NotFound, Unacceptable
from bot.locale import said
from bot.ports import Identity
from bot.stores.schema import consents, facts, identities

ConsentKind = Literal["recording", "personal_data", "marketing"]
Purpose = Literal["service", "advertising"]  # of what we begin: about what they do with us, or to sell them something
CONSENTS: tuple[ConsentKind, ...] = get_args(ConsentKind)
LANGUAGE, CHANNEL, DO_NOT_CALL = "language", "preferred_channel", "do_not_call"  # facts
CHANNELS = ("telegram", "whatsapp", "vk", "max", "viber", "email", "sms", "web", "phone")
ALWAYS = "always"
_HOURS = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DoNotCall:
    """until: not before that instant, aware. hours: from when to when not, by the clock of the business, over midnight
    too. Neither: never."""

    until: datetime | None = None
    hours: tuple[time, time] | None = None

    @classmethod
    def of(cls, text: Value) -> DoNotCall | None:
        """As a fact has it: "always", "until 2026-12-01T00:00:00+03:00", "00:00-18:00"; None of anything else."""
        if text == ALWAYS:
            return cls()
        if not isinstance(text, str):
            return None
        if text.startswith("until "):
            try:
                until = datetime.fromisoformat(text.removeprefix("until "))
            except ValueError:
                return None
            return cls(until=until) if until.tzinfo is not None else None
        found = _HOURS.fullmatch(text)
        if found is None:
            return None
        try:
            return cls(hours=(time.fromisoformat(found[1]), time.fromisoformat(found[2])))
        except ValueError:
            return None

    def __str__(self) -> str:
        if self.until is not None:
            return f"until {self.until.isoformat()}"
        if self.hours is not None:
            return f"{self.hours[0]:%H:%M}-{self.hours[1]:%H:%M}"
        return ALWAYS

    def forbids(self, now: datetime) -> bool:
        """now: aware, on the clock of the business."""
        if self.until is not None:
            return now < self.until
        if self.hours is None:
            return True
        begin, end = self.hours
        at = now.time().replace(tzinfo=None)
        return begin <= at < end if begin < end else at >= begin or at < end

    def ends(self, now: datetime) -> datetime | None:
        """When one that forbids now no longer does; None for never."""
        if self.hours is None:
            return self.until
        end = self.hours[1]
        until = now.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
        return until + timedelta(days=1) if until <= now else until


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """kind: one of CONSENTS. given: or refused, or taken back. source: "said", "agent", "api", "site". by: of the
    staff, "" for the customer. version: of the text; text: the words they were asked in."""

    kind: str
    given: bool
    source: str
    at: datetime
    via: str = ""
    by: str = ""
    version: str = ""
    text: str = ""
    conversation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """consents: the latest of each kind."""

    language: str | None = None
    preferred_channel: str | None = None
    do_not_call: DoNotCall | None = None
    consents: tuple[Consent, ...] = ()

    def consented(self, kind: ConsentKind) -> bool | None:
        """None where they were never asked."""
        return next((each.given for each in self.consents if each.kind == kind), None)


def terms(tx: Connection, customer: int) -> Terms:
    known = facts_of(tx, customer)
    language, channel = known.get(LANGUAGE), known.get(CHANNEL)
    latest = {each.kind: each for each in history(tx, customer)}
    return Terms(
        language=language if isinstance(language, str) else None,
        preferred_channel=channel if isinstance(channel, str) else None,
        do_not_call=DoNotCall.of(known.get(DO_NOT_CALL)),
        consents=tuple(latest[kind] for kind in CONSENTS if kind in latest),
    )


def history(tx: Connection, customer: int) -> tuple[Consent, ...]:
    """All that was ever agreed to, refused and taken back, the oldest first."""
    return tuple(
        Consent(
            kind=row.kind,
            given=row.given,
            source=row.source,
            at=row.at,
            via=row.via,
            by=row.by,
            version=row.version,
            text=row.text,
            conversation=row.conversation,
        )
        for row in tx.execute(_CONSENTS, {"customer": customer})
    )


_CONSENTS = select(consents).where(consents.c.customer == bindparam("customer")).order_by(consents.c.at, consents.c.id)


def consent(tx: Connection, customer: int, told: Consent) -> None:
    """Keep it. Raises Unacceptable of a kind that there is not."""
    if told.kind not in CONSENTS:
        raise Unacceptable(
            said(f"there is no consent '{told.kind}'", f"нет согласия «{told.kind}»"),
            where="consents.kind",
            fix=said(f"There are: {', '.join(CONSENTS)}", f"Есть: {', '.join(CONSENTS)}"),
        )
    tx.execute(
        insert(consents).values(
            customer=customer,
            via=told.via,
            kind=told.kind,
            given=told.given,
            source=told.source,
            by=told.by,
            version=told.version[:120],
            text=told.text,
            conversation=told.conversation,
            at=told.at,
        )
    )


def agreed(tx: Connection, customer: int, fact: str, value: Value, *, source: str, at: datetime, via: str) -> None:
    """Keep one of language, preferred channel, do_not_call. value: as the fact has it; None forgets.

    Raises Unacceptable of what it can't be.
    """
    wrong = (
        (fact == LANGUAGE and value not in ("ru", "en", None))
        or (fact == CHANNEL and value is not None and value not in CHANNELS)
        or (fact == DO_NOT_CALL and value is not None and DoNotCall.of(value) is None)
    )
    if wrong:
        takes = {LANGUAGE: "ru, en", CHANNEL: ", ".join(CHANNELS), DO_NOT_CALL: "always, until …, 00:00-18:00"}[fact]
        raise Unacceptable(
            said("it can't be that", "такого значения нет"),
            where=fact,
            fix=said(f"It can be: {takes}", f"Можно: {takes}"),
        )
    learn(tx, customer, fact, value, source=source, at=at, via=via)


def kept_under(tx: Connection, customer: int, identity: Identity | None = None) -> str:
    """The identity that what the staff say of a customer is kept under: the one that is meant, else their oldest.

    Raises NotFound where it isn't theirs.
    """
    number = joining.current(tx, customer)
    owned = tx.execute(
        select(identities.c.kind, identities.c.value).where(identities.c.customer == number).order_by(identities.c.home)
    ).all()
    vias = [f"{row.kind}:{row.value}" for row in owned]
    if identity is not None and identity.via not in vias:
        raise NotFound(said("no such identity of this customer", "у клиента нет такого признака"), where=identity.kind)
    if not vias:
        raise NotFound(said("no such customer", "нет такого клиента"), where=str(customer))
    return identity.via if identity is not None else vias[0]


def of_number(tx: Connection, number: str) -> tuple[Terms, ...]:
    """The terms that hold for a telephone number: of everybody who is proven to have it, in a household of each;
    where nobody is, of those who told it as theirs. A claim can't silence somebody else's telephone."""
    proven = persons.customers_of(tx, Identity(kind="phone", value=number))
    if proven:
        return tuple(terms(tx, each) for each in proven)
    claimed = tx.execute(
        select(facts.c.customer).where(facts.c.fact == "phone", facts.c.value == codec.dump(number)).distinct()
    ).scalars()
    return tuple(terms(tx, cast(int, each)) for each in claimed)


def may_call(tx: Connection, number: str, now: datetime, *, forced: bool = False, purpose: Purpose = "service") -> None:
    """Whether somebody with that number lets us call now. forced: whoever asks answers for the hour, and for the hour
    alone: who wants no calls is called by nobody.

    now: aware, on the clock of the business. Raises Conflict, which says until when.
    """
    for each in of_number(tx, number) if number else ():
        _allowed(each, now, forced=forced, purpose=purpose)
    if number and purpose == "advertising" and not of_number(tx, number):
        raise _unasked()


def may_begin(
    tx: Connection, customer: int | None, now: datetime, *, forced: bool = False, purpose: Purpose = "service"
) -> None:
    """Whether we may begin a conversation with this customer by ourselves, in writing too. customer: None of somebody
    whom we don't know, who has told us nothing yet.

    Raises Conflict, which says until when.
    """
    if customer is not None:
        _allowed(terms(tx, customer), now, forced=forced, purpose=purpose)
    elif purpose == "advertising":
        raise _unasked()


def _allowed(of: Terms, now: datetime, *, forced: bool, purpose: Purpose) -> None:
    if of.consented("personal_data") is False:
        raise Conflict(
            said("this customer refused that we use their data", "клиент не согласен на обработку своих данных"),
            where="consents.personal_data",
            fix=said("Wait until they turn to us", "Дождитесь, когда он обратится сам"),
        )
    if purpose == "advertising" and not of.consented("marketing"):
        raise _unasked() if of.consented("marketing") is None else _refused()
    told = of.do_not_call
    if told is None or not told.forbids(now) or (forced and told.hours is not None):
        return
    until = told.ends(now)
    if until is None:
        what = said("this customer asked us not to call", "клиент просил не звонить")
    else:
        until = until.astimezone(now.tzinfo)
        what = said(
            f"this customer asked us not to call before {until:%Y-%m-%d %H:%M}",
            f"клиент просил не звонить до {until:%d.%m.%Y %H:%M}",
        )
    raise Conflict(
        what,
        where="do_not_call",
        fix=said("Wait, or answer when they turn to us", "Подождите или ответьте, когда он обратится сам"),
    )


def _refused() -> Conflict:
    return Conflict(
        said("this customer wants no advertising", "клиент отказался от рекламы"),
        where="consents.marketing",
        fix=said("Send them none", "Не присылайте её"),
    )


def _unasked() -> Conflict:
    return Conflict(
        said("this customer did not agree to advertising", "клиент не соглашался на рекламу"),
        where="consents.marketing",
        fix=said("Ask for their consent first", "Сначала спросите согласия"),
    )
