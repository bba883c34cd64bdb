"""`govorun menu calls`: what was chosen in a menu, from the database, as `menu rank` and `menu score` read it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from bot.authoring import ready
from bot.authoring.load import load
from bot.customers.habits import menu_of
from bot.customers.menu.announcing import Item, Menu
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import ScenarioSet
from bot.errors import NotFound, Unacceptable
from bot.locale import reported, said
from bot.settings import Settings, prepared
from bot.stores.schema import menu_choices
from bot.stores.sql import Database


def calls(settings: Settings, name: str, menu: str, to: Path | None, items: Path | None) -> None:
    """A line a choice, in time order; items: where to write the menu itself. Raises NotFound, ScenarioErrors,
    Unacceptable where a file can't be written."""
    scenarios = load(ready.find(name, ready.shelves(settings.scenarios), reported()))
    step = _menu(scenarios, menu)
    if items is not None:
        _write(items, json.dumps(_told(menu_of(step, scenarios.languages[0])), ensure_ascii=False) + "\n")
    prepared(settings.data)
    database = Database(settings.database)
    database.create()
    try:
        with database.reading() as tx:
            lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in _chosen(tx, scenarios.name, step.menu))
            if to is None:
                sys.stdout.writelines(lines)
            else:
                _write(to, "".join(lines))
    finally:
        database.close()


def _menu(scenarios: ScenarioSet, name: str) -> ChooseStep:
    found = {
        step.menu: step
        for scenario in scenarios.scenarios.values()
        for step in scenario.steps.values()
        if isinstance(step, ChooseStep) and step.learns
    }
    if name in found:
        return found[name]
    if not name and len(found) == 1:
        return next(iter(found.values()))
    what = said("which menu?", "какое меню?") if not name else said("there is no such menu", "такого меню нет")
    fix = said("--menu, one of: ", "--menu, одно из: ") + ", ".join(found) if found else ""
    raise NotFound(what, where=name or scenarios.name, fix=fix)


def _chosen(tx: Connection, scenarios: str, menu: str) -> Iterator[dict[str, Any]]:
    """The order is told where it was heard before they chose: another could not have made a difference else."""
    wanted = (menu_choices.c.scenarios == scenarios) & (menu_choices.c.menu == menu)
    rows = tx.execution_options(yield_per=1000).execute(
        select(menu_choices).where(wanted).order_by(menu_choices.c.at, menu_choices.c.id)
    )
    for row in rows:
        told = {"caller": str(row.customer), "at": row.at.isoformat(), "choice": row.item}
        heard = {"order": row.announced.split(), "probability": row.probability} if row.heard and row.announced else {}
        yield told | heard


def _told(menu: Menu) -> dict[str, Any]:
    def item(each: Item) -> dict[str, Any]:
        flags = {"pinned": each.pinned, "excluded": each.excluded}
        return {"id": each.id, "seconds": each.seconds, **{name: True for name, is_set in flags.items() if is_set}}

    return {"items": [item(each) for each in menu.items], "cap": menu.rules.cap, "shortcut": menu.rules.shortcut}


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        what = said(f"can't be written: {error.strerror}", f"не записать: {error.strerror}")
        raise Unacceptable(what, where=str(path)) from error
