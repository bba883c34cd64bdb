"""`govorun publish`, `unpublish`, `history`, `rollback`, `diff`: which version of a set customers talk with, if any,
and who decided it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.app import authors, golden
from bot.app.publishing_words import say
from bot.authoring import changes
from bot.authoring.exploring import DEEP
from bot.authoring.files import compiled, contents
from bot.authoring.messages import exploring
from bot.authoring.problems import ScenarioErrors, near
from bot.errors import Conflict, NotFound, ScenarioError, Unacceptable, UnknownScenario
from bot.locale import Locale
from bot.settings import Settings, prepared
from bot.stores import versions
from bot.stores.sql import Database
from bot.stores.versions import Publication

ATTEMPTS = 5  # at a number that somebody else took at the same moment
DEPTH = DEEP  # of the trying out before a publication: some seconds a set
FOLDER = ("folder", "draft", "папка", "черновик")  # how `diff` calls what is not published


def publish(
    settings: Settings,
    name: str,
    *,
    note: str,
    by: str,
    force: bool,
    locale: Locale,
    console: Console,
    progress: Console | None = None,
) -> None:
    """Check, try it out, run the golden conversations, make the folder's version live.

    force: over conversations that differ and over what trying it out finds: that set is served from its folder too.
    progress: where the waiting is shown. Raises ScenarioError where it has errors or conversations differ.
    """
    folder = _folder(settings, name, locale)
    name = folder.resolve().name
    files = _contents(folder, locale)
    try:
        made = compiled(name, files)
    except ScenarioErrors as error:
        for problem in error.problems:
            console.print(f"{folder}/{problem.text(locale)}", markup=False, soft_wrap=True)
        raise ScenarioError(say("broken", locale, set=name), fix=say("mend", locale)) from error
    with _database(settings) as database, database.reading() as tx:
        live = versions.published(tx).get(name)
    if live is not None and live.version == made.version:
        console.print(say("same", locale, set=name, number=live.number), markup=False, soft_wrap=True)
        return
    _tried(folder, name, force=force, locale=locale, console=console, progress=progress or console)
    with _database(settings) as database:
        text = {path: data.decode("utf-8-sig") for path, data in files.items()}
        done = _numbered(database, name, made.version, by=by, note=note, locale=locale, files=text)
        if live is not None and not live.withdrawn:
            with database.reading() as tx:
                _show(_kept(tx, name, live.version, locale), files, locale, console)
    console.print(say("done", locale, set=name, number=done.number), style="green", markup=False, soft_wrap=True)
    if live is None:
        console.print(say("draft", locale), style="dim", soft_wrap=True)


def _tried(folder: Path, name: str, *, force: bool, locale: Locale, console: Console, progress: Console) -> None:
    """All that is wrong is told before it stops. Raises ScenarioError."""
    checked = authors.check(folder, locale=locale, deep=progress, depth=DEPTH)
    stops = [each for each in checked.found if each[1].level == "error" or each[1].code in exploring.MESSAGES]
    others = [each for each in checked.found if each not in stops]  # told, and in nobody's way
    for line in replace(checked, found=(*others, *stops)).lines(locale):
        console.print(line, markup=False, soft_wrap=True)
    wrong = ["stuck"] if stops else []
    if (folder / "tests").is_dir() and not golden.report(folder, locale=locale, console=console, progress=progress):
        wrong.append("failed")
    if not wrong:
        return
    if not force:
        raise ScenarioError(
            "; ".join(say(each, locale, set=name) for each in wrong),
            fix=say("allow" if wrong == ["stuck"] else "force", locale),
        )
    console.print(say("forced", locale), style="yellow")


def unpublish(settings: Settings, name: str, *, note: str, by: str, locale: Locale, console: Console) -> None:
    """Take a set out of service: conversations under way go on, none begins. It is a publication of nothing.

    Raises UnknownScenario where there is no such set, Conflict where conversations begin with it.
    """
    asked, name = name, _name(settings, name, locale)
    if name == settings.scenario_set:
        raise Conflict(say("first", locale, set=name), fix=say("another", locale))
    with _database(settings) as database:
        with database.reading() as tx:
            live = versions.published(tx).get(name)
        if live is None:
            _folder(settings, asked, locale)  # never published: it is live in its folder, if there is one
        elif live.withdrawn:
            console.print(say("already", locale, set=name, number=live.number), markup=False, soft_wrap=True)
            return
        done = _numbered(database, name, versions.WITHDRAWN, by=by, note=note, locale=locale)
    console.print(say("taken", locale, set=name, number=done.number), style="green", markup=False, soft_wrap=True)
    console.print(say("again", locale, set=name), style="dim", markup=False, soft_wrap=True)


def rollback(
    settings: Settings, name: str, number: int | None, *, note: str, by: str, locale: Locale, console: Console
) -> None:
    """Make an earlier publication live again, as a new one. number: None for the one before the live one.

    Raises NotFound where there is none.
    """
    asked, name = name, _name(settings, name, locale)
    with _database(settings) as database:
        with database.reading() as tx:
            known = versions.history(tx, name)
        if not known:
            raise _never(settings, asked, locale)
        wanted = _before(known) if number is None else _number(known, number, name, locale)
        if wanted is None:
            raise NotFound(say("alone", locale, number=known[0].number), fix=say("publish", locale, set=name))
        if wanted.version == known[0].version:
            console.print(say("same", locale, set=name, number=known[0].number))
            return
        done = _numbered(database, name, wanted.version, by=by, note=note, locale=locale, restored=wanted.number)
        if not known[0].withdrawn:
            with database.reading() as tx:
                now, then = (_kept(tx, name, each.version, locale) for each in (known[0], wanted))
                _show(now, then, locale, console)
    said = say("undone", locale, set=name, number=done.number, restored=wanted.number)
    console.print(said, style="green", markup=False, soft_wrap=True)


def history(settings: Settings, name: str, *, locale: Locale, console: Console) -> None:
    """Who published what and when, the newest first. Raises NotFound where nobody did."""
    asked, name = name, _name(settings, name, locale)
    with _database(settings) as database, database.reading() as tx:
        known = versions.history(tx, name)
    if not known:
        raise _never(settings, asked, locale)
    heads = ("№", "когда", "кто", "версия", "заметка") if locale == "ru" else ("no.", "at", "by", "version", "note")
    table = Table(*heads, box=None, header_style="dim")
    for each in known:
        notes = [say("live", locale)] if each is known[0] and not each.withdrawn else []
        notes += [say("out", locale)] if each.withdrawn else []
        notes += [say("back", locale, restored=each.restored)] if each.restored else []
        notes += [each.note] if each.note else []
        at = f"{each.at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(str(each.number), at, escape(each.by), each.version[:8] or "—", escape("; ".join(notes)))
    console.print(table)


def diff(settings: Settings, name: str, first: str, second: str, *, locale: Locale, console: Console) -> None:
    """What changed from one publication to another, or to the folder. first: "" for what is live, second: "" for the
    folder. Raises NotFound, UnknownScenario."""
    asked, name = name, _name(settings, name, locale)
    with _database(settings) as database, database.reading() as tx:
        known = versions.history(tx, name)

        def files(which: str) -> Mapping[str, bytes]:
            if which.lower() in FOLDER:
                return _contents(_folder(settings, asked, locale), locale)
            if not which:
                served = [each.version for each in known if not each.withdrawn]
                version = served[0] if served else versions.last_served(tx, name)
                if version is None:
                    raise _never(settings, asked, locale)
                return _kept(tx, name, version, locale)
            return _kept(tx, name, _number(known, which, name, locale).version, locale)

        _show(files(first), files(second or FOLDER[0]), locale, console)


# --- what they stand on ---


def _show(before: Mapping[str, bytes], after: Mapping[str, bytes], locale: Locale, console: Console) -> None:
    found = changes.changes(before, after, locale)
    if not found:
        console.print(say("nothing", locale), style="dim")
    for each in found:
        for line in each.lines(locale):
            console.print(line, markup=False, soft_wrap=True)


def _numbered(
    database: Database,
    name: str,
    version: str,
    *,
    by: str,
    note: str,
    locale: Locale,
    files: Mapping[str, str] | None = None,
    restored: int | None = None,
) -> Publication:
    """Raises Conflict where others publish without end."""
    at = datetime.now(UTC)
    for _ in range(ATTEMPTS):
        try:
            with database.writing() as tx:
                if files is not None:
                    versions.keep(tx, name, version, files, at)
                return versions.publish(tx, name, version, by=by or _user(), note=note, at=at, restored=restored)
        except IntegrityError:
            continue
    raise Conflict(say("crowd", locale), where=name, fix=say("try", locale))


def _kept(tx: Connection, name: str, version: str, locale: Locale) -> dict[str, bytes]:
    """Raises NotFound: only a hand in the database takes a published version away."""
    found = versions.files(tx, name, version)
    if found is None:
        raise NotFound(say("gone", locale), where=f"{name} {version}")
    return {path: text.encode() for path, text in found.items()}


def _before(known: tuple[Publication, ...]) -> Publication | None:
    """The newest that is another version than the live one; a rollback of a rollback goes further back. Of a set that
    is out of service, what it was taken out of."""
    live = known[0]
    below = live.restored or live.number
    return next(
        (each for each in known if each.number < below and each.version not in (live.version, versions.WITHDRAWN)), None
    )


def _number(known: tuple[Publication, ...], wanted: str | int, name: str, locale: Locale) -> Publication:
    """By its number, or by the beginning of its version."""
    said = str(wanted).lstrip("#№")
    known = tuple(each for each in known if not each.withdrawn)
    for each in known:
        if said == str(each.number) or (len(said) >= 6 and each.version.startswith(said)):
            return each
    numbers = ", ".join(str(each.number) for each in known) or "—"
    raise NotFound(say("no_such", locale, set=name, number=said), fix=say("numbers", locale, known=numbers))


def _contents(folder: Path, locale: Locale) -> dict[str, bytes]:
    """Raises Unacceptable where a file of the set can't be read."""
    try:
        return contents(folder)
    except OSError as error:
        said = say("unreadable", locale, problem=error.strerror)
        raise Unacceptable(said, where=str(error.filename or folder)) from error


def _never(settings: Settings, asked: str, locale: Locale) -> NotFound:
    """Of a set that is there. Raises UnknownScenario where it isn't: a slip of the fingers."""
    name = _folder(settings, asked, locale).resolve().name
    return NotFound(say("never", locale, set=name), fix=say("publish", locale, set=name))


def _folder(settings: Settings, name: str, locale: Locale) -> Path:
    """A set by its name, or by its folder. Raises UnknownScenario."""
    for folder in (settings.scenarios / name, Path(name)):
        if any(folder.glob("business.y*ml")):
            return folder
    known = sorted(path.parent.name for path in settings.scenarios.glob("*/business.y*ml"))
    meant = near(name, known)
    fix = say("near", locale, near=meant) if meant else say("known", locale, known=", ".join(known) or "—")
    raise UnknownScenario(say("unknown", locale, set=name), fix=fix)


def _name(settings: Settings, name: str, locale: Locale) -> str:
    """Of a set, which may have lost its folder by now."""
    try:
        return _folder(settings, name, locale).resolve().name
    except UnknownScenario:
        return name


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown"


@contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    prepared(settings.data)
    database = Database(settings.database)
    database.create()
    try:
        yield database
    finally:
        database.close()
