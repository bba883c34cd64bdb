"""The scenario sets of a process: what is live, what was, and what the folder says by now.

A set that was never published is live in its folder: each good save is served to the conversations that begin after
it, a broken one leaves the last good version in place. Once published, the published version is live and the folder
is a draft; one taken out of service is served to nobody new. Whatever is served is kept in the database first, so
that a conversation under way goes on with the version it began with, in every process and after a restart.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.app.backends import backends
from bot.app.broken import BrokenSets
from bot.app.library_words import say
from bot.authoring.files import Fingerprint, compiled, contents, fingerprint, sets_in
from bot.authoring.load import check
from bot.authoring.problems import Problem, ScenarioErrors
from bot.dialogue.scenario import ScenarioSet
from bot.errors import UnknownScenario
from bot.locale import Locale
from bot.ports import Nlu
from bot.stores import versions
from bot.stores.sql import Database
from bot.stores.versions import Publication
from bot.turn import Served
from bot.understanding.later import LaterNlu

log = logging.getLogger("govorun.scenarios")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One set as it stands. seen: the folder when it was last compiled. problems: of the edit that is kept out, as
    `folder/file:line: problem. fix`. publication: what is live, None while the folder itself is.
    draft: whether the folder says something else than what is published.
    """

    name: str
    live: Served | None = None
    publication: Publication | None = None
    problems: tuple[str, ...] = ()
    seen: Fingerprint = ()
    draft: bool = False
    locale: Locale = "en"

    @property
    def withdrawn(self) -> bool:
        return self.publication is not None and self.publication.withdrawn

    @property
    def version(self) -> str:
        return self.live.scenarios.version if self.live else ""

    @property
    def told(self) -> str:
        """`clinic 1a2b3c4d`, and what there is to know of it."""
        more = [say("publication", self.locale, number=self.publication.number)] if self.publication else []
        if self.problems:
            more.append(say("kept_out", self.locale, problem=self.problems[0]))
        state = self.version[:8] or say("out" if self.withdrawn else "not_served", self.locale)
        return f"{self.name} {state}" + (f" ({'; '.join(more)})" if more else "")


@dataclass(frozen=True, slots=True)
class News:
    """What changed. sets: all that are live now. lines: to be told, each with whether it is good news."""

    sets: Mapping[str, Served]
    lines: tuple[tuple[bool, str], ...]


@dataclass(slots=True)
class Library:
    """`open` once; then `look` every second, in a thread: it compiles and trains. One thread at a time.

    folder: of sets. default: the set that is never taken away. cache: of what understanding learnt. around: what
    goes around each set's understanding.
    """

    folder: Path
    default: str
    database: Database
    cache: Path | None = None
    around: Callable[[LaterNlu, ScenarioSet], Nlu] | None = None
    locale: Locale = "en"  # of what is told of the sets
    shelves: dict[str, Shelf] = field(default_factory=dict)
    _moving: dict[str, Fingerprint] = field(default_factory=dict)  # folders that changed at the last look

    def open(self) -> dict[str, Served]:
        """Raises BrokenSets with every problem of every set that no earlier version can stand in for, and
        UnknownScenario where the default set isn't there."""
        if not self.folder.is_dir():
            raise UnknownScenario(
                say("no_folder", self.locale), where=str(self.folder), fix=say("set_folder", self.locale)
            )
        published = self._published()
        found = sets_in(self.folder)
        for name, path in found.items():
            shelf = self._made(Shelf(name=name, locale=self.locale), path, published.get(name))
            if shelf.live is None and shelf.problems and (last := self._last(name)) is not None:
                log.error("the scenarios are broken, their last good version is served", extra={"scenario": name})
                shelf = replace(shelf, live=last)
            self.shelves[name] = shelf
        broken = [line for shelf in self.shelves.values() if shelf.live is None for line in shelf.problems]
        if broken:
            raise BrokenSets(broken, self.locale)
        if self.default not in self.shelves:
            known = ", ".join(self.shelves) or say("none", self.locale)
            raise UnknownScenario(
                say("no_set", self.locale, name=self.default),
                where=str(self.folder),
                fix=say("known", self.locale, known=known),
            )
        return self._live()

    def look(self) -> News | None:
        """What changed since the last look, None where nothing did. Raises OSError, SQLAlchemyError."""
        published = self._published()
        found = sets_in(self.folder)
        before = dict(self.shelves)
        for name, path in found.items():
            shelf = self.shelves.get(name, Shelf(name=name, locale=self.locale))
            if self._changed(shelf, path, published.get(name)):
                self.shelves[name] = self._made(shelf, path, published.get(name))
        for name in set(self.shelves) - set(found) - {self.default}:
            if self._moving.get(name) == ():
                del self.shelves[name]
            self._moving[name] = ()  # some editors delete a file before they write it again
        lines = tuple(line for name in sorted({*before, *self.shelves}) for line in self._told(name, before.get(name)))
        return News(self._live(), lines) if lines else None

    def find(self, name: str, version: str) -> Served | None:
        """A version that is kept, compiled and learnt; None where it isn't, or can't be read by this Govorun."""
        with self.database.reading() as tx:
            files = versions.files(tx, name, version)
        if files is None:
            return None
        try:
            made = compiled(name, {path: text.encode() for path, text in files.items()})
        except ScenarioErrors as error:
            log.error(
                "a version that is kept can't be read by this Govorun: %s",
                error.problems[0].text(),
                extra={"scenario": name, "version": version},
            )
            return None
        return self._served(replace(made, version=version), at_once=True)

    def tidy(self, now: datetime) -> int:
        """Say what is served here and forget the versions that nobody needs; how many."""
        live = [(name, shelf.version) for name, shelf in self.shelves.items() if shelf.live]
        with self.database.writing() as tx:
            versions.still_served(tx, live, now)
            return versions.tidy(tx, now)

    # --- one set ---

    def _changed(self, shelf: Shelf, path: Path, publication: Publication | None) -> bool:
        """A folder counts once it holds still from one look to the next: an editor may write a file in pieces."""
        if (publication.number if publication else 0) != (shelf.publication.number if shelf.publication else 0):
            return True
        now = fingerprint(path)
        if now == shelf.seen:
            self._moving.pop(shelf.name, None)
            return False
        still = self._moving.get(shelf.name) == now
        self._moving[shelf.name] = now
        return still

    def _made(self, shelf: Shelf, path: Path, publication: Publication | None) -> Shelf:
        """The shelf as the folder, or the publication, has it now; what was live stays where that is broken."""
        seen = fingerprint(path)
        shelf = replace(shelf, seen=seen, publication=publication, problems=(), draft=False)
        if publication is not None and publication.withdrawn:
            return self._withdrawn(shelf, publication)
        try:
            files = contents(path)
        except OSError:
            unreadable = (say("unreadable", self.locale, path=path),)
            return replace(shelf, problems=self._lines(path, check(path)) or unreadable)
        if publication is not None:
            return self._of_publication(shelf, files, publication)
        try:
            made = compiled(path.resolve().name, files)
        except ScenarioErrors as error:
            return replace(shelf, problems=self._lines(path, error.problems))
        if made.version == shelf.version:
            return shelf
        text = {name: data.decode("utf-8-sig") for name, data in files.items()}
        with self.database.writing() as tx:
            versions.keep(tx, shelf.name, made.version, text, datetime.now(UTC))
        return replace(shelf, live=self._served(made))

    def _withdrawn(self, shelf: Shelf, publication: Publication) -> Shelf:
        """Another process may be set to begin with it: it goes on there, and says so."""
        if shelf.name != self.default:
            return replace(shelf, live=None)
        told = say("needed", self.locale, name=shelf.name, number=publication.number)
        return replace(shelf, problems=(told,))

    def _of_publication(self, shelf: Shelf, files: Mapping[str, bytes], publication: Publication) -> Shelf:
        with self.database.reading() as tx:
            kept = versions.files(tx, shelf.name, publication.version)
        draft = kept is not None and kept != {name: data.decode("utf-8-sig", "replace") for name, data in files.items()}
        shelf = replace(shelf, draft=draft)
        if shelf.version == publication.version:
            return shelf
        live = self.find(shelf.name, publication.version)
        if live is None:
            return replace(shelf, problems=(say("unread", self.locale, name=shelf.name, number=publication.number),))
        return replace(shelf, live=live)

    def _last(self, name: str) -> Served | None:
        with self.database.reading() as tx:
            version = versions.last_served(tx, name)
        return self.find(name, version) if version else None

    def _served(self, scenarios: ScenarioSet, *, at_once: bool = False) -> Served:
        """The default set learns now, another when somebody first talks with it."""
        nlu = LaterNlu(scenarios, cache=self.cache)
        if at_once or scenarios.name == self.default:
            nlu.learn()
        around = self.around(nlu, scenarios) if self.around else nlu
        return Served(scenarios=scenarios, nlu=around, backends=backends(scenarios))

    # --- all of them ---

    def _published(self) -> dict[str, Publication]:
        with self.database.reading() as tx:
            return versions.published(tx)

    def _live(self) -> dict[str, Served]:
        return {name: shelf.live for name, shelf in sorted(self.shelves.items()) if shelf.live is not None}

    def _told(self, name: str, before: Shelf | None) -> list[tuple[bool, str]]:
        now = self.shelves.get(name)
        if now is None:
            return [(True, say("gone", self.locale, name=name))]
        lines: list[tuple[bool, str]] = []
        version, of = now.version[:8], now.publication
        if now.problems and (before is None or now.problems != before.problems):
            kept = say("goes_on" if now.live else "nothing", self.locale, version=version)
            edit = [(False, say("edit", self.locale, name=name, kept=kept))] if not now.withdrawn else []
            lines += [*((False, line) for line in now.problems), *edit]
        if now.live is None:
            if of is not None and now.withdrawn and (before is None or before.publication != of):
                lines.append((True, say("withdrawn", self.locale, name=name, number=of.number, by=of.by)))
        elif before is None or before.version != now.version:
            if of:
                by = say("by", self.locale, number=of.number, by=of.by)
                lines.append((True, say("live", self.locale, name=name, publication=by, version=version)))
            else:
                key = "new" if before is None else "changed"
                lines.append((True, say(key, self.locale, name=name, version=version)))
        elif now.publication != before.publication and of and not now.problems:
            number = say("publication", self.locale, number=of.number)
            lines.append((True, say("same_live", self.locale, name=name, publication=number)))
        elif before.problems and not now.problems:
            lines.append((True, say("mended", self.locale, name=name, version=version)))
        return lines

    def _lines(self, path: Path, problems: tuple[Problem, ...]) -> tuple[str, ...]:
        return tuple(f"{path}/{problem.text(self.locale)}" for problem in problems)
