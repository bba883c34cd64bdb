"""`govorun replay`: stored conversations against edited scenarios, as a table; one of them side by side."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.app.authors import sets_in
from bot.app.broken import loaded
from bot.app.golden import understanding
from bot.app.sides import side_by_side
from bot.authoring.replay import OUTCOMES, Replayed, Turn, replayed
from bot.channels import rest
from bot.dialogue.actions import Handoff
from bot.errors import NotFound, Unacceptable
from bot.locale import Locale
from bot.settings import Settings, prepared
from bot.stores import conversations
from bot.stores.conversations import Summary
from bot.stores.sql import Database

ROWS = 30  # conversations listed one by one; the totals count them all
_SPAN = re.compile(r"(\d{1,4})\s*([hdwm])")
_SPANS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1), "m": timedelta(days=30)}
_STYLES = {
    "breaks": "bold red", "loses": "red", "hands off": "red", "asks else": "yellow", "longer": "yellow",
    "gains": "yellow", "keeps": "green", "shorter": "green", "completes": "green", "words": "", "same": "dim",
}  # fmt: skip

WORDS = {
    "en": {
        "breaks": "breaks", "loses": "doesn't get there any more", "hands off": "now goes to a person",
        "asks else": "asks what wasn't asked then", "longer": "longer", "gains": "does more than before",
        "keeps": "no longer goes to a person", "shorter": "shorter", "completes": "another way, to the same end",
        "words": "the same way, in other words", "same": "the same",
        "nothing_stored": "no conversation is stored since then",
        "running": "conversations", "outcome": "what changes", "count": "conversations", "total": "all",
        "id": "conversation", "started": "began", "channel": "channel", "turns": "turns", "parted": "parts at",
        "where": "was → is", "nothing": "Nothing changes: {count} conversations come out the same.",
        "more": "… and {count} more: --all shows them, --json too.",
        "show": "Side by side: govorun replay {folder} --show ID",
        "empty": "no conversation of '{name}' is stored since then",
        "empty_fix": "Stored: {known}. --data says where, --since how far back, --of which set it was",
        "none_fix": "Stored: {known}. --data says where, --since how far back",
        "since": "'{value}' is no span of time", "since_fix": "Write 7d, 12h, 2w, or a day: 2026-11-01",
        "absent": "no such conversation",
    },
    "ru": {
        "breaks": "ломается", "loses": "больше не доходит до цели", "hands off": "теперь уходит к человеку",
        "asks else": "спрашивает то, чего тогда не спросили", "longer": "длиннее", "gains": "делает больше прежнего",
        "keeps": "больше не уходит к человеку", "shorter": "короче", "completes": "другим путём, к той же цели",
        "words": "тем же путём, другими словами", "same": "так же",
        "nothing_stored": "за это время нет сохранённых разговоров",
        "running": "разговоры", "outcome": "что меняется", "count": "разговоров", "total": "всего",
        "id": "разговор", "started": "начат", "channel": "канал", "turns": "реплик", "parted": "расходится на",
        "where": "было → стало", "nothing": "Ничего не меняется: разговоров, которые идут так же, — {count}.",
        "more": "… и ещё {count}: их покажет --all, а также --json.",
        "show": "Рядом, реплика за репликой: govorun replay {folder} --show ID",
        "empty": "нет сохранённых разговоров набора '{name}' за это время",
        "empty_fix": "Есть: {known}. --data говорит, где искать, --since — за какое время, --of — какой это был набор",
        "none_fix": "Есть: {known}. --data говорит, где искать, --since — за какое время",
        "since": "'{value}' — не отрезок времени", "since_fix": "Пишите 7d, 12h, 2w или день: 2026-11-01",
        "absent": "нет такого разговора",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """A stored conversation and what became of it."""

    about: Summary
    found: Replayed


def replay(
    settings: Settings,
    folder: Path,
    *,
    since: str,
    of: str,
    show: str,
    everything: bool,
    as_json: bool,
    locale: Locale,
    console: Console,
    progress: Console,
) -> bool:
    """Whether nothing breaks. Raises NotFound, Unacceptable, UnknownScenario, BrokenSets."""
    words = WORDS[locale]
    start = began(since, locale)
    database = opened(settings)
    try:
        if show:
            held = [_shown(database, folder, of, show, locale)]
            side_by_side(held[0].found, locale=locale, console=console)
            outcome = held[0].found.outcome
            console.print(f"\n{words['outcome']}: {words[outcome]}", style=_STYLES[outcome])
            return held[0].found.outcome != "breaks"
        held = list(_all(database, folder, of, start, locale, progress))
    finally:
        database.close()
    if as_json:
        print(json.dumps(_as_json(held), ensure_ascii=False))
    else:
        _table(held, folder, words=words, everything=everything, console=console)
    return all(each.found.outcome != "breaks" for each in held)


def opened(settings: Settings) -> Database:
    """The database as `serve` uses it."""
    if not settings.database_url:
        prepared(settings.data)
    database = Database(settings.database)
    database.create()
    return database


def began(since: str, locale: Locale) -> datetime | None:
    """The moment that 7d, 12h, 2w or a day means; None for all there is. Raises Unacceptable."""
    if not since:
        return None
    if span := _SPAN.fullmatch(since.strip().lower()):
        return datetime.now(UTC) - int(span[1]) * _SPANS[span[2]]
    try:
        return datetime.fromisoformat(since).astimezone(UTC)
    except ValueError:
        words = WORDS[locale]
        raise Unacceptable(words["since"].format(value=since), where="--since", fix=words["since_fix"]) from None


def _all(
    database: Database, folder: Path, of: str, since: datetime | None, locale: Locale, progress: Console
) -> Iterator[Held]:
    """Every stored conversation of every set in the folder."""
    folders = sets_in(folder, locale)
    names = {path: of if of and len(folders) == 1 else path.resolve().name for path in folders}
    with database.reading() as tx:
        found = {path: conversations.held(tx, names[path], since=since) for path in folders}
        known = conversations.sets(tx)
    total = sum(map(len, found.values()))
    if not total:
        words, one = WORDS[locale], next(iter(names.values()))
        what = words["empty"].format(name=one) if len(names) == 1 else words["nothing_stored"]
        raise NotFound(
            what, fix=words["empty_fix" if len(names) == 1 else "none_fix"].format(known=", ".join(known) or "—")
        )
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=progress, transient=True, disable=not progress.is_terminal) as bar:
        task = bar.add_task(WORDS[locale]["running"], total=total)
        for path, abouts in found.items():
            if not abouts:
                continue
            scenarios = loaded(path, locale)
            nlu = understanding(scenarios)
            for about in abouts:
                with database.reading() as tx:
                    rows = conversations.rows(tx, about.id)
                yield Held(about, replayed(about.id, rows, scenarios, nlu))
                bar.advance(task)


def _shown(database: Database, folder: Path, of: str, wanted: str, locale: Locale) -> Held:
    """One conversation, by its id, the beginning of it, or a sender of the REST channel."""
    folders = sets_in(folder, locale)
    with database.reading() as tx:
        about = conversations.summary(tx, wanted) or conversations.newest_of_sender(tx, wanted, kind=rest.NAME)
        if about is None:
            like = conversations.beginning_with(tx, wanted)
            about = like[0] if len(like) == 1 else None
        if about is None:
            raise NotFound(WORDS[locale]["absent"], where=wanted)
        rows = conversations.rows(tx, about.id)
    named = {path.resolve().name: path for path in folders}
    path = folders[0] if len(folders) == 1 else named.get(of or about.scenarios, folders[0])
    scenarios = loaded(path, locale)
    return Held(about, replayed(about.id, rows, scenarios, understanding(scenarios)))


def _table(held: list[Held], folder: Path, *, words: dict[str, str], everything: bool, console: Console) -> None:
    counts = Counter(each.found.outcome for each in held)
    if set(counts) == {"same"}:
        console.print(words["nothing"].format(count=len(held)), style="green")
        return
    totals = Table(box=None, padding=(0, 2), pad_edge=False)
    totals.add_column(words["outcome"])
    totals.add_column(words["count"], justify="right")
    for outcome in OUTCOMES:
        if counts[outcome]:
            totals.add_row(words[outcome], str(counts[outcome]), style=_STYLES[outcome])
    totals.add_row(words["total"], str(len(held)), style="bold")
    changed = sorted(
        (each for each in held if each.found.outcome not in ("same", "words")),
        key=lambda each: (OUTCOMES.index(each.found.outcome), each.about.started),
    )
    if changed:
        console.print(_listed(changed if everything else changed[:ROWS], words))
        if len(changed) > ROWS and not everything:
            console.print(words["more"].format(count=len(changed) - ROWS), style="dim")
        console.print()
    console.print(totals)
    if changed:
        console.print(f"\n{words['show'].format(folder=folder)}", style="dim", markup=False, soft_wrap=True)


def _listed(held: list[Held], words: dict[str, str]) -> Table:
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    for name in ("id", "started", "channel", "turns", "outcome", "parted", "where"):
        right = "right" if name in ("turns", "parted") else "left"
        table.add_column(words[name], justify=right, no_wrap=name in ("id", "started", "channel"))  # type: ignore[arg-type]
    for each in held:
        found = each.found
        was, became = where(found)
        length = str(len(found.before))
        table.add_row(
            each.about.id[:8], f"{each.about.started:%m-%d %H:%M}", each.about.channel,
            length if len(found.now) == len(found.before) else f"{length} → {len(found.now)}",
            words[found.outcome], str(found.parted or ""), f"{was} → {became}" if was != became else was,
            style=_STYLES[found.outcome],
        )  # fmt: skip
    return table


def where(found: Replayed) -> tuple[str, str]:
    """The prompt that was said last at the parting, then and now: where in the scenarios to look. No one's words."""
    if found.parted is None:
        return "", ""
    at = found.parted - 1
    return _prompt(found.before, at), found.why or _prompt(found.now, at)


def _prompt(turns: tuple[Turn, ...], at: int) -> str:
    if at >= len(turns):
        return "—"
    turn = turns[at]
    handed = [action for action in turn.actions if isinstance(action, Handoff)]
    return f"handoff: {handed[-1].reason}" if handed else turn.said[-1].prompt if turn.said else "—"


def _as_json(held: list[Held]) -> dict[str, Any]:
    counts = Counter(each.found.outcome for each in held)
    return {
        "total": len(held),
        "counts": {outcome.replace(" ", "_"): counts[outcome] for outcome in OUTCOMES},
        "conversations": [
            {
                "id": each.about.id,
                "set": each.about.scenarios,
                "channel": each.about.channel,
                "started": each.about.started.isoformat(),
                "outcome": each.found.outcome.replace(" ", "_"),
                "parted": each.found.parted,
                "turns_before": len(each.found.before),
                "turns_now": len(each.found.now),
                "was": where(each.found)[0],
                "is": where(each.found)[1],
                "asked_else": list(each.found.asked),
            }
            for each in held
        ],
    }
