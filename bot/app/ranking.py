"""`govorun menu`: what callers would have heard, and what another policy would have cost them, over stdin."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.customers.menu.announcing import SECONDS, Item, Menu, Rules
from bot.customers.menu.memory import Memory
from bot.customers.menu.past import MAX_ITEMS
from bot.customers.menu.scoring import Call, Estimate, Score, policies, scored
from bot.errors import Unacceptable
from bot.locale import said


def rank(items: Path, *, as_json: bool, console: Console) -> None:
    """A past call a line in; what that caller would have heard a line out, before learning from it.

    A line that can't be read is told on stderr, and the menu as written stands for it, so that lines stay in step.
    """
    menu = menu_of(items)
    memory = Memory(menu)
    reader = _Reader(menu)
    for call in reader.calls():
        ranking = memory.ranking(call.caller, call.at) if call else None
        order = ranking.order if ranking else menu.ids
        shortcut = ranking.shortcut if ranking else None
        if as_json:
            print(json.dumps({"order": list(order), "shortcut": shortcut}, ensure_ascii=False), flush=True)
        else:
            at_once = f"  [green]{said('at once', 'сразу')}: {escape(shortcut)}[/]" if shortcut else ""
            console.print(f"{escape(_shown(call.caller) if call else '?')}: {escape(', '.join(order))}{at_once}")
        if call:
            memory.learn(call.caller, call.choice, call.at)
    if reader.bad:
        raise typer.Exit(1)


def score(items: Path, policy: list[str], *, as_json: bool, console: Console) -> None:
    """Past calls, with the order each heard and its probability where they are known; what each policy would cost."""
    menu = menu_of(items)
    unknown = next((name for name in policy if name not in policies(menu)), None)
    if unknown is not None:
        raise Unacceptable(
            said(f"there is no policy '{unknown}'", f"политики '{unknown}' нет"),
            where="--policy",
            fix=said("There are: ", "Есть: ") + ", ".join(policies(menu)),
        )
    reader = _Reader(menu, weighed=True)
    found = scored(menu, (call for call in reader.calls() if call), policy)
    if as_json:
        print(json.dumps({each.policy: _told(each) for each in found}))
    else:
        console.print(_table(found))
    if not reader.read:
        nothing = said("no calls came; they are written out by", "звонков не пришло; их выписывает")
        print(f"stdin: {nothing} govorun menu calls SET --out calls.jsonl", file=sys.stderr)
    if reader.bad:
        raise typer.Exit(1)


def menu_of(path: Path) -> Menu:
    """["id", …], or [{"id", "seconds"?, "pinned"?, "excluded"?}, …], or {"items": […], "cap"?, "shortcut"?}."""
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
        whole = found if isinstance(found, dict) else {"items": found}
        rows = tuple(_item(row) for row in whole["items"])
        cap = whole.get("cap")
        rules = Rules(cap=None if cap is None else max(0, int(cap)), shortcut=bool(whole.get("shortcut", True)))
    except OSError as error:
        what = said(f"can't be read: {error.strerror}", f"не читается: {error.strerror}")
        raise Unacceptable(what, where=str(path)) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        what = said("that is not a list of items", "это не список пунктов")
        fix = said("Write", "Пишите") + ' ["id", …] / [{"id": "…", "seconds": 2.6, "pinned": true}, …]'
        raise Unacceptable(what, where=str(path), fix=fix) from error
    if not rows:
        raise Unacceptable(said("there are no items", "пунктов нет"), where=str(path))
    twice = next((row.id for place, row in enumerate(rows) if row.id in {each.id for each in rows[:place]}), None)
    if twice is not None:
        raise Unacceptable(said(f"'{twice}' is there twice", f"'{twice}' есть дважды"), where=str(path))
    if len(rows) > MAX_ITEMS:
        what = said(f"more than {MAX_ITEMS} items", f"больше {MAX_ITEMS} пунктов")
        raise Unacceptable(what, where=str(path))
    return Menu(rows, rules)


def _item(row: Any) -> Item:
    name = row["id"] if isinstance(row, dict) else row
    if not isinstance(name, str | int):
        raise TypeError("an item is an id")
    str(name).encode()  # half a character can't be told
    if not isinstance(row, dict):
        return Item(id=str(name))
    seconds = float(row.get("seconds", SECONDS))
    if not 0 < seconds < 600:
        raise ValueError("seconds")
    return Item(
        id=str(name),
        seconds=seconds,
        pinned=bool(row.get("pinned", False)),
        excluded=bool(row.get("excluded", False)),
    )


class _Timeless(Exception):
    def __init__(self, what: str, call: Call) -> None:
        super().__init__(what)
        self.call = call


@dataclass(slots=True)
class _Reader:
    """Calls from stdin. bad: lines that could not be read, or not wholly; read: those that could.

    weighed: what is asked of them needs the probability of each order.
    """

    menu: Menu
    weighed: bool = False
    bad: int = 0
    read: int = 0
    _latest: datetime | None = None
    _clock: datetime = datetime(1970, 1, 1)
    _unsorted: bool = False

    def calls(self) -> Iterator[Call | None]:
        columns: list[str] | None = None  # of a table; none: lines are JSON
        for number, line in enumerate(sys.stdin, 1):
            line = line.removeprefix("\ufeff") if number == 1 else line
            if not line.strip():
                continue
            if columns is None and (columns := _columns(line)):
                continue
            try:
                row = _row(line, columns) if columns else json.loads(line)
                call = _call(row, self._clock)
                if self.weighed and _probability(row.get("probability")) is None:
                    self.bad += 1
                    told = said("'probability' is above 0 and at most 1", "'probability' — больше 0 и не больше 1")
                    self._tell(number, told + said("; its order is not weighed", "; порядок этой строки не взвешен"))
            except _Timeless as error:  # who called and what they chose is worth more than when
                self.bad += 1
                told = said("taken to be at the time of the line before", "время — как у строки перед ней")
                self._tell(number, f"{error}; {told}")
                call = error.call
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
                self.bad += 1
                what = said("that is not a call", "это не звонок")
                fix = said("Write", "Пишите") + ' {"caller": "…", "at": "2026-11-18T10:00:00+03:00", "choice": "…"}'
                self._tell(number, f"{what} ({_why(error)}). {fix}")
                yield None
                continue
            self._look(number, call)
            self.read += 1
            yield call

    def _look(self, number: int, call: Call) -> None:
        if call.choice not in self.menu.index:
            told = said(f"there is no item '{call.choice}'", f"пункта '{call.choice}' нет")
            self._tell(number, told + said("; nothing is learnt from it", "; из этого ничего не выучено"))
        at = call.at.replace(tzinfo=None)
        if self._latest is not None and at < self._latest and not self._unsorted:
            self._unsorted = True
            told = said("earlier than the line before", "раньше строки перед ней")
            self._tell(number, told + said("; taken in the order they stand", "; строки берутся как стоят"))
        self._latest, self._clock = at, call.at

    def _tell(self, number: int, what: str) -> None:
        print(f"stdin:{number}: {what}", file=sys.stderr, flush=True)


def _shown(text: str) -> str:
    """As a terminal takes it: JSON may hold half a character."""
    return text.encode(errors="replace").decode()


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return said("not JSON", "не JSON")
    return str(error)


def _columns(line: str) -> list[str]:
    """Of a table, as a database writes one out; none where lines are JSON."""
    names = [name.strip() for name in next(csv.reader([line]))]
    return names if {"at"} < set(names) and {"choice", "item"} & set(names) else []


def _row(line: str, columns: list[str]) -> dict[str, str]:
    return dict(zip(columns, next(csv.reader([line])), strict=False))


def _call(row: Any, before: datetime) -> Call:
    """Names of the journal and of its table are taken, too. before: when the last one was.

    Raises ValueError and its like where it is no call, _Timeless where it only lacks its time."""
    if not isinstance(row, dict):
        raise TypeError(said("not an object", "не объект"))
    for name, other in (("caller", "customer"), ("choice", "item"), ("order", "announced")):
        row.setdefault(name, row.get(other))
    for name in ("caller", "choice"):
        if row.get(name) in (None, ""):
            raise ValueError(said(f"no '{name}'", f"нет '{name}'"))
    order = row.get("order") or ()
    order = order.split() if isinstance(order, str) else order
    if not isinstance(order, list | tuple):
        raise ValueError(said("'order' is not a list", "'order' — не список"))
    if row.get("heard") in (False, "f", "false", "0", 0):
        order = ()  # it was chosen before anything was announced
    probability = _probability(row.get("probability"))
    call = Call(
        caller=str(row["caller"]),
        at=before,
        choice=str(row["choice"]),
        order=tuple(str(item) for item in order) if probability is not None else (),
        probability=probability or 1.0,
    )
    if row.get("at") in (None, ""):
        raise _Timeless(said("no 'at'", "нет 'at'"), call)
    try:
        return replace(call, at=_at(row["at"]))
    except (ValueError, OverflowError, OSError) as error:
        raise _Timeless(said("'at' is no time", "'at' — не время"), call) from error


def _probability(value: Any) -> float | None:
    """1 where none is told; None where there is no such: nothing can be weighed by one over it."""
    if value in (None, ""):
        return 1.0
    try:
        told = float(value)
    except (TypeError, ValueError):
        return None
    return told if 0 < told <= 1 else None


def _at(value: Any) -> datetime:
    """ISO 8601, with a zone or without; or seconds since 1970."""
    if isinstance(value, bool):
        raise ValueError(said("'at' is no time", "'at' — не время"))
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    try:
        return datetime.fromisoformat(str(value).strip())
    except ValueError as error:
        raise ValueError(said("'at' is no time", "'at' — не время")) from error


def _told(score: Score) -> dict[str, Any]:
    def estimate(found: Estimate) -> dict[str, float | None]:
        known = not math.isnan(found.seconds)
        return {
            "seconds": round(found.seconds, 3) if known else None,
            "within": round(found.within, 3) if known else None,
        }

    return {
        "calls": score.calls,
        "matched": score.matched,
        "effective": round(score.effective, 1),
        "direct": estimate(score.direct),
        "ips": estimate(score.ips),
        "snips": estimate(score.snips),
        "robust": estimate(score.robust),
    }


def _table(scores: tuple[Score, ...]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    names = (said("policy", "политика"), said("calls", "звонков"), said("matched", "совпало"))
    for name in (*names, said("worth", "весят")):
        table.add_column(name, justify="left" if not table.columns else "right", no_wrap=True)
    for name in ("direct", "ips", "snips", "robust"):
        table.add_column(f"{name}, {said('s', 'с')}", justify="right")
    table.columns[0].min_width = max((len(each.policy) for each in scores), default=0)
    for each in scores:
        shown = (each.direct, each.ips, each.snips, each.robust)
        table.add_row(
            each.policy,
            str(each.calls),
            str(each.matched),
            f"{each.effective:.0f}",
            *("-" if math.isnan(found.seconds) else f"{found.seconds:.2f} ±{found.within:.2f}" for found in shown),
        )
    return table
