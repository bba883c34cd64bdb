"""`govorun export` and `govorun agents`: what is stored, without a server."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot import vcon
from bot.api import sounds
from bot.channels import rest
from bot.customers import profile
from bot.desk import agents
from bot.errors import NotFound, Unacceptable
from bot.locale import reported, said
from bot.recordings import Recordings
from bot.settings import Keys, Settings, prepared
from bot.stores import conversations, spoken
from bot.stores.sql import Database


def _open(settings: Settings) -> Database:
    prepared(settings.data)
    database = Database(settings.database)
    database.create()
    return database


def export(settings: Settings, name: str, to: Path | None, *, signed: bool, sound: bool = False) -> None:
    """sound: of recorded calls, in the vCon itself. Raises NotFound, Unacceptable where the file can't be written."""
    database = _open(settings)
    with database.reading() as tx:
        about = conversations.summary(tx, name) or conversations.newest_of_sender(tx, name, kind=rest.NAME)
        if about is None:
            raise NotFound(
                said("no such conversation", "нет такого разговора"),
                where=name,
                fix=said(
                    f"Is --data right? It looked in {settings.data}", f"Верна ли --data? Искали в {settings.data}"
                ),
            )
        rows = conversations.rows(tx, about.id)
        heard = spoken.of(tx, about.id)
        known = profile.facts_of(tx, about.customer).get("name")
    recorded = sounds.told(Recordings(settings.recorded), about.id, settings.public_url.rstrip("/"), inside=sound)
    made = vcon.plain(about, rows, name=str(known or ""), recorded=recorded, spoken=heard)
    if signed:
        made = vcon.Signer(Keys(settings.data).folder).sign(made)
    text = json.dumps(made, ensure_ascii=False, indent=2)
    if to is None:
        sys.stdout.write(text + "\n")
        return
    try:
        to.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        what = said(f"can't be written: {error.strerror}", f"не записать: {error.strerror}")
        raise Unacceptable(what, where=str(to)) from error


def agents_list(settings: Settings, *, console: Console) -> None:
    with _open(settings).reading() as tx:
        found = agents.everybody(tx)
    heads = ("логин", "имя", "телефон", "умения") if reported() == "ru" else ("login", "name", "telephone", "skills")
    table = Table(*heads, box=None, header_style="dim")
    for each in found:
        table.add_row(
            each.login, each.name, each.sip or "-", " ".join(sorted(each.skills)) or said("everything", "всё")
        )
    console.print(table)


def agents_add(
    settings: Settings, login: str, password: str, *, name: str, sip: str, skills: str, console: Console
) -> None:
    """Raises Unacceptable on a login or a password that won't do."""
    if not login or any(char.isspace() for char in login) or len(login) > 80:
        what = said("a login is one word of at most 80 characters", "логин — одно слово, не длиннее 80 знаков")
        raise Unacceptable(what, where=login)
    with _open(settings).writing() as tx:
        if agents.get(tx, login) is None:
            agents.add(
                tx,
                login=login,
                name=name or login,
                password=password,
                at=datetime.now(UTC),
                sip=sip,
                skills=frozenset(skills.split()),
            )
            console.print(said(f"{login} may log in at /desk", f"{login} может войти на /desk"))
        else:
            agents.change(tx, login, password=password, name=name or None, sip=sip or None)
            console.print(said(f"{login} has a new password", f"у {login} новый пароль"))
