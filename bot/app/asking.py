"""`govorun understand`: what the bot would make of words, over stdin."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.api.bodies import plain
from bot.authoring.load import load
from bot.customers.opening import zone
from bot.dialogue.meaning import Language, Option
from bot.errors import GovorunError, Unacceptable
from bot.locale import said
from bot.settings import load as settings
from bot.understanding.intents.evaluation import evaluate
from bot.understanding.reading import Expected, Reading
from bot.understanding.slots import readers as slots


def intents(train: Path, test: Path, oos: Path | None, language: Language, *, as_json: bool, console: Console) -> None:
    figures = evaluate(train, test, oos, language)
    if as_json:
        print(json.dumps(figures))
        return
    table = Table.grid(padding=(0, 3))
    for name, value in figures.items():
        shown = "-" if value is None else f"{value:.1%}" if not name.endswith(("50", "95", "_s")) else f"{value:.2f}"
        table.add_row(f"[dim]{name}[/]", shown)
    console.print(table)


def slot(
    kind: str, language: Language, now: datetime | None, options: str | None, *, as_json: bool, console: Console
) -> None:
    """A line in, a line out, at once: programs talk to it through a pipe."""
    business_now, expected = _expected(kind, options)
    clock = now or business_now
    for text in _lines():
        reading = _read(kind, text, language, clock, expected)
        told = {
            "text": text,
            "value": plain(reading.value),
            "alternatives": [plain(each) for each in reading.alternatives],
            "question": reading.question,
        }
        if as_json:
            print(json.dumps(told, ensure_ascii=False), flush=True)
        else:
            more = f"  [yellow]ask for {reading.question}[/]" if reading.question else ""
            either = (
                f"  [dim]or {', '.join(str(each) for each in told['alternatives'])}[/]" if reading.alternatives else ""
            )
            console.print(f"{escape(text)}  [bold]{escape(str(told['value']))}[/]{either}{more}")


def _read(kind: str, text: str, language: Language, now: datetime, expected: Expected) -> Reading:
    """A text slot holds what was said, as it was said."""
    if kind == "text":
        return Reading(value=text.strip() or None)
    return slots.read(kind, text, lang=language, now=now, expected=expected)


def _expected(kind: str, options: str | None) -> tuple[datetime, Expected]:
    """The wall clock and what is expected, as the default set has them; without one, this machine's."""
    choices = _options(options) if options else ()
    chosen = settings()
    try:
        business = load(chosen.scenarios / chosen.scenario_set).business
    except GovorunError:
        return datetime.now(), Expected(options=choices, asked=True)
    if kind == "choice" and not choices:
        choices = tuple(_service(row) for row in business.tables.get("services", ()))
    now = datetime.now(UTC).astimezone(zone(business)).replace(tzinfo=None)
    # No opening hours: asked alone, "завтра в семь" is seven in the morning or in the evening.
    return now, Expected(options=choices, asked=True)


def _service(row: Any) -> Option:
    title = row.get("title")
    synonyms = row.get("synonyms")
    return Option(
        id=str(row["id"]),
        title=dict(title) if isinstance(title, dict) else {"ru": str(title), "en": str(title)},
        synonyms={k: tuple(v) for k, v in synonyms.items()} if isinstance(synonyms, dict) else {},
    )


def _options(text: str) -> tuple[Option, ...]:
    """ "terapevt=терапевт,врач; dentist=стоматолог" """
    made: list[Option] = []
    for part in text.split(";"):
        name, _, words = part.partition("=")
        titles = [word.strip() for word in words.split(",") if word.strip()]
        if not name.strip() or not titles:
            raise Unacceptable(
                said(f"'{part.strip()}' is not an option", f"'{part.strip()}' — не вариант"),
                where="--options",
                fix=said("Write id=title,synonym", "Пишите id=название,синоним"),
            )
        both = {"ru": titles[0], "en": titles[0]}
        made.append(Option(id=name.strip(), title=both, synonyms={k: tuple(titles[1:]) for k in both}))
    return tuple(made)


def _lines() -> Iterator[str]:
    for line in sys.stdin:
        if text := line.rstrip("\n"):
            yield text
