"""`govorun publish`, `history`, `rollback`, `diff`: which version of a set customers talk with, and who decided it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.app import authors, golden
from bot.app.locale import Locale
from bot.authoring import changes
from bot.authoring.files import compiled, contents
from bot.authoring.problems import ScenarioErrors, near
from bot.errors import Conflict, NotFound, ScenarioError, Unacceptable, UnknownScenario
from bot.settings import Settings, prepared
from bot.stores import versions
from bot.stores.sql import Database
from bot.stores.versions import Publication

ATTEMPTS = 5  # at a number that somebody else took at the same moment
FOLDER = ("folder", "draft", "папка", "черновик")  # how `diff` calls what is not published

WORDS: Mapping[Locale, Mapping[str, str]] = {
    "en": {
        "broken": "'<set>' has errors, nothing was published",
        "mend": "Mend them: --force publishes over failed conversations, never over errors",
        "failed": "golden conversations of '<set>' differ, nothing was published",
        "force": "Mend them; `govorun test --update` accepts what was meant so; --force publishes all the same",
        "forced": "published all the same, for --force was given:",
        "same": "'<set>' is as it was published: publication <number>",
        "done": "<set>: publication <number> is live. A running server takes it within a second.",
        "undone": "<set>: back to publication <restored>, as publication <number>. "
        "A running server takes it within a second.",
        "draft": "The folder is a draft from now on: what is saved there is served after the next publication.",
        "never": "'<set>' was never published",
        "publish": "Publish it: govorun publish <set>",
        "alone": "there is nothing before publication <number> to go back to",
        "nothing": "no difference",
        "live": "live",
        "no_such": "'<set>' has no publication <number>",
        "numbers": "There are: <known>",
        "back": "back to <restored>",
        "unknown": "there is no scenario set '<set>'",
        "known": "There are: <known>",
        "near": "Did you mean '<near>'?",
        "unreadable": "can't be read: <problem>",
    },
    "ru": {
        "broken": "в наборе '<set>' есть ошибки, ничего не опубликовано",
        "mend": "Исправьте их: --force публикует вопреки разговорам, но не вопреки ошибкам",
        "failed": "эталонные разговоры набора '<set>' расходятся, ничего не опубликовано",
        "force": "Исправьте их; что изменено нарочно, примет `govorun test --update`; всё равно опубликует --force",
        "forced": "публикуется всё равно: так велит --force",
        "same": "'<set>' такой же, как опубликован: публикация <number>",
        "done": "<set>: публикация <number> в работе. Работающий сервер возьмёт её через секунду.",
        "undone": "<set>: снова публикация <restored>, теперь под номером <number>. "
        "Работающий сервер возьмёт её через секунду.",
        "draft": "Папка теперь черновик: сохранённое в ней пойдёт в работу после следующей публикации.",
        "never": "'<set>' ещё не публиковали",
        "publish": "Опубликуйте: govorun publish <set>",
        "alone": "до публикации <number> не к чему возвращаться",
        "nothing": "различий нет",
        "live": "в работе",
        "no_such": "у '<set>' нет публикации <number>",
        "numbers": "Есть: <known>",
        "back": "возврат к <restored>",
        "unknown": "нет набора '<set>'",
        "known": "Есть: <known>",
        "near": "Возможно, '<near>'?",
        "unreadable": "не читается: <problem>",
    },
}


def publish(
    settings: Settings, name: str, *, note: str, by: str, force: bool, locale: Locale, console: Console
) -> None:
    """Check, run the golden conversations, make the folder's version live.

    force: over conversations that differ. Raises ScenarioError where it has errors or conversations differ.
    """
    folder = _folder(settings, name, locale)
    name = folder.resolve().name
    files = _contents(folder, locale)
    try:
        made = compiled(name, files)
    except ScenarioErrors as error:
        for problem in error.problems:
            console.print(f"{folder}/{problem.text(locale)}", markup=False, soft_wrap=True)
        raise ScenarioError(_say("broken", locale, set=name), fix=_say("mend", locale)) from error
    for line in authors.check(folder).lines(locale):  # warnings: told, and in nobody's way
        console.print(line, markup=False, soft_wrap=True)
    if (folder / "tests").is_dir() and not golden.report(folder, locale=locale, console=console, progress=console):
        if not force:
            raise ScenarioError(_say("failed", locale, set=name), fix=_say("force", locale))
        console.print(_say("forced", locale), style="yellow")
    with _database(settings) as database:
        now = datetime.now(UTC)
        with database.reading() as tx:
            live = versions.published(tx).get(name)
        if live is not None and live.version == made.version:
            console.print(_say("same", locale, set=name, number=live.number))
            return
        text = {path: data.decode("utf-8-sig") for path, data in files.items()}
        done = _numbered(database, name, made.version, by=by, note=note, at=now, files=text)
        if live is not None:
            with database.reading() as tx:
                _show(_kept(tx, name, live.version), files, locale, console)
        console.print(_say("done", locale, set=name, number=done.number), style="green", markup=False, soft_wrap=True)
        if live is None:
            console.print(_say("draft", locale), style="dim", soft_wrap=True)


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
            raise NotFound(_say("alone", locale, number=known[0].number))
        if wanted.version == known[0].version:
            console.print(_say("same", locale, set=name, number=known[0].number))
            return
        done = _numbered(database, name, wanted.version, by=by, note=note, at=datetime.now(UTC), restored=wanted.number)
        with database.reading() as tx:
            _show(_kept(tx, name, known[0].version), _kept(tx, name, wanted.version), locale, console)
    said = _say("undone", locale, set=name, number=done.number, restored=wanted.number)
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
        notes = [_say("live", locale)] if each is known[0] else []
        notes += [_say("back", locale, restored=each.restored)] if each.restored else []
        notes += [each.note] if each.note else []
        at = f"{each.at.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(str(each.number), at, escape(each.by), each.version[:8], escape("; ".join(notes)))
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
                version = known[0].version if known else versions.last_served(tx, name)
                if version is None:
                    raise _never(settings, asked, locale)
                return _kept(tx, name, version)
            return _kept(tx, name, _number(known, which, name, locale).version)

        _show(files(first), files(second or FOLDER[0]), locale, console)


# --- what they stand on ---


def _show(before: Mapping[str, bytes], after: Mapping[str, bytes], locale: Locale, console: Console) -> None:
    found = changes.changes(before, after, locale)
    if not found:
        console.print(_say("nothing", locale), style="dim")
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
    at: datetime,
    files: Mapping[str, str] | None = None,
    restored: int | None = None,
) -> Publication:
    """Raises Conflict where others publish without end."""
    for _ in range(ATTEMPTS):
        try:
            with database.writing() as tx:
                if files is not None:
                    versions.keep(tx, name, version, files, at)
                return versions.publish(tx, name, version, by=by or _user(), note=note, at=at, restored=restored)
        except IntegrityError:
            continue
    raise Conflict("somebody else publishes it at this very moment", where=name, fix="Try again")


def _kept(tx: Connection, name: str, version: str) -> dict[str, bytes]:
    """Raises NotFound: only a hand in the database takes a published version away."""
    found = versions.files(tx, name, version)
    if found is None:
        raise NotFound("the files of that version are gone", where=f"{name} {version}")
    return {path: text.encode() for path, text in found.items()}


def _before(known: tuple[Publication, ...]) -> Publication | None:
    """The newest that is another version than the live one; a rollback of a rollback goes further back."""
    live = known[0]
    below = live.restored or live.number
    return next((each for each in known if each.number < below and each.version != live.version), None)


def _number(known: tuple[Publication, ...], wanted: str | int, name: str, locale: Locale) -> Publication:
    """By its number, or by the beginning of its version."""
    said = str(wanted).lstrip("#№")
    for each in known:
        if said == str(each.number) or (len(said) >= 6 and each.version.startswith(said)):
            return each
    numbers = ", ".join(str(each.number) for each in known) or "—"
    raise NotFound(_say("no_such", locale, set=name, number=said), fix=_say("numbers", locale, known=numbers))


def _contents(folder: Path, locale: Locale) -> dict[str, bytes]:
    """Raises Unacceptable where a file of the set can't be read."""
    try:
        return contents(folder)
    except OSError as error:
        said = _say("unreadable", locale, problem=error.strerror)
        raise Unacceptable(said, where=str(error.filename or folder)) from error


def _never(settings: Settings, asked: str, locale: Locale) -> NotFound:
    """Of a set that is there. Raises UnknownScenario where it isn't: a slip of the fingers."""
    name = _folder(settings, asked, locale).resolve().name
    return NotFound(_say("never", locale, set=name), fix=_say("publish", locale, set=name))


def _folder(settings: Settings, name: str, locale: Locale) -> Path:
    """A set by its name, or by its folder. Raises UnknownScenario."""
    for folder in (settings.scenarios / name, Path(name)):
        if any(folder.glob("business.y*ml")):
            return folder
    known = sorted(path.parent.name for path in settings.scenarios.glob("*/business.y*ml"))
    meant = near(name, known)
    fix = _say("near", locale, near=meant) if meant else _say("known", locale, known=", ".join(known) or "—")
    raise UnknownScenario(_say("unknown", locale, set=name), fix=fix)


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


def _say(key: str, locale: Locale, **params: object) -> str:
    text = WORDS[locale][key]
    for name, value in params.items():
        text = text.replace(f"<{name}>", str(value))
    return text
