"""`govorun customer`: who is known, without a server."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection

from bot.api.bodies import plain
from bot.api.customers import act_out, consent_out, do_not_call_out, moment_out, person_out, told_out
from bot.customers import erasing, joining, persons, profile, terms
from bot.customers.timeline import timeline
from bot.errors import NotFound, Unacceptable
from bot.locale import reported, said
from bot.outreach.rules import destination
from bot.ports import Identity
from bot.recordings import Recordings
from bot.settings import Settings, prepared
from bot.stores.sql import Database

T = TypeVar("T")
MOMENTS = 20  # of the timeline, that are shown


def show(settings: Settings, who: str, *, as_json: bool, console: Console) -> None:
    """Raises NotFound."""

    def read(tx: Connection) -> dict[str, Any]:
        number = _number(tx, who)
        known, wants = profile.profile(tx, number), terms.terms(tx, number)
        assert known is not None  # it was found a moment ago
        return {
            "id": number,
            "facts": {name: plain(value) for name, value in known.facts.items()},
            "told": [told_out(each) for each in profile.told(tx, number)],
            "identities": [each.via for each in known.identities],
            "language": wants.language,
            "preferred_channel": wants.preferred_channel,
            "do_not_call": do_not_call_out(wants.do_not_call),
            "consents": [consent_out(each) for each in wants.consents],
            "persons": [person_out(each) for each in persons.household(tx, number)],
            "joined": [act_out(each) for each in joining.acts_of(tx, number)],
            "timeline": [moment_out(each) for each in timeline(tx, number, limit=MOMENTS)],
        }

    found = _with(settings, read)
    if as_json:
        print(json.dumps(found, ensure_ascii=False, default=_instant))
        return
    russian = reported() == "ru"
    heading = f"Клиент {found['id']}" if russian else f"Customer {found['id']}"
    console.print(f"[bold]{heading}[/]  {escape('  '.join(found['identities']))}", soft_wrap=True)
    table = Table(box=None, show_header=False, pad_edge=False)
    for fact in found["told"]:
        if found["facts"].get(fact["fact"]) == fact["value"]:
            source = f"{fact['source']}, {fact['via']}, {fact['at'][:16]}"
            table.add_row(escape(fact["fact"]), escape(str(fact["value"])), f"[dim]{escape(source)}[/]")
    for each in found["consents"]:
        given = said("given", "дано") if each["given"] else said("refused", "отказ")
        table.add_row(escape(each["kind"]), given, f"[dim]{escape(each['source'])}, {each['at']:%Y-%m-%dT%H:%M}[/]")
    console.print(table)
    for each in found["persons"]:
        named = each["name"] or said("no name", "без имени")
        console.print(said("shares the telephone: ", "на том же телефоне: ") + escape(f"{each['customer']} {named}"))
    for act in found["joined"]:
        vias = " ".join(f"{each['kind']}:{each['value']}" for each in act["identities"])
        undone = said(" (taken back)", " (отменено)") if act["undone"] else ""
        kind = said("joined", "соединено") if act["kind"] == "join" else said("parted", "разделено")
        console.print(f"{act['id']}: {kind} {escape(vias)}, {act['proof']}{undone}", soft_wrap=True)
    for moment in found["timeline"]:
        what = f"{moment['kind']} {moment['about']} {moment['what']}"
        console.print(f"[dim]{moment['at']:%Y-%m-%d %H:%M}[/]  {escape(what)}", soft_wrap=True)


def merge(settings: Settings, who: str, other: str, *, note: str, by: str, console: Console) -> None:
    """Raises NotFound, Conflict where they are one already."""

    def write(tx: Connection) -> joining.Act:
        one, two = _number(tx, who), _number(tx, other)
        return joining.merge(tx, one, two, by=by, note=note, at=datetime.now(UTC))

    act = _with(settings, write, writing=True)
    console.print(
        said(
            f"They are one. Undo: govorun customer undo {act.id}",
            f"Это один человек. Отменить: govorun customer undo {act.id}",
        )
    )


def split(settings: Settings, who: str, identities: Sequence[str], *, note: str, by: str, console: Console) -> None:
    """Raises NotFound, Unacceptable."""

    def write(tx: Connection) -> joining.Act:
        apart = [_identity(each) for each in identities]
        return joining.split(tx, _number(tx, who), apart, by=by, note=note, at=datetime.now(UTC))

    act = _with(settings, write, writing=True)
    console.print(
        said(
            f"They are parted. Undo: govorun customer undo {act.id}",
            f"Разделены. Отменить: govorun customer undo {act.id}",
        )
    )


def undo(settings: Settings, act: int, *, by: str, console: Console) -> None:
    """Raises NotFound, Conflict."""
    _with(settings, lambda tx: joining.undo(tx, act, by=by, at=datetime.now(UTC)), writing=True)
    console.print(said("As if it had never been.", "Как если бы этого не было."))


def about(settings: Settings, who: str) -> str:
    """Whom that names, in words. Raises NotFound."""

    def read(tx: Connection) -> str:
        number = _number(tx, who)
        known = profile.profile(tx, number)
        vias = ", ".join(each.via for each in known.identities) if known else ""
        name = str(known.facts.get("name") or "") if known else ""
        return " ".join(part for part in (str(number), name, f"({vias})") if part)

    return _with(settings, read)


def erase(settings: Settings, who: str, *, by: str, console: Console) -> None:
    """Raises NotFound, Conflict while a person talks with them."""
    sounds = Recordings(settings.recorded).erase
    at = datetime.now().astimezone()
    made = _with(settings, lambda tx: erasing.erase(tx, _number(tx, who), sounds=sounds, by=by, at=at), writing=True)
    removed = ", ".join(f"{name} {count}" for name, count in made.removed.items() if count)
    console.print(said(f"Customer {made.number} is erased: {removed}", f"Клиент {made.number} стёрт: {removed}"))


def _with(settings: Settings, body: Callable[[Connection], T], *, writing: bool = False) -> T:
    prepared(settings.data)
    database = Database(settings.database)
    database.create()
    try:
        with database.writing() if writing else database.reading() as tx:
            return body(tx)
    finally:
        database.close()


def _number(tx: Connection, who: str) -> int:
    """Raises NotFound, and says so where they were erased."""
    if who.isascii() and who.isdigit() and len(who) < 10:
        number = int(who)
        found = joining.current(tx, number)
        if found is None:
            raise erasing.missing(tx, number)
        return found
    found = joining.customer_of(tx, _identity(who))
    if found is None:
        raise NotFound(
            said("nobody is known by it", "по этому признаку никто не известен"),
            where=who[:80],
            fix=said("Is --data right?", "Верна ли --data?"),
        )
    return found


def _identity(text: str) -> Identity:
    """kind:value, or a telephone number as people write it. Raises Unacceptable."""
    kind, colon, value = text.partition(":")
    if colon and kind.isalpha() and value:
        return Identity(kind=kind, value=value)
    try:
        return Identity(kind="phone", value=destination(text).number)
    except Unacceptable:
        raise Unacceptable(
            said("this is no customer", "это не клиент"),
            where=text[:80],
            fix=said("Write 17, +79051234567 or telegram:42", "Пишите 17, +79051234567 или telegram:42"),
        ) from None


def _instant(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
