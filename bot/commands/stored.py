"""`govorun export` and `govorun agents`: what is stored."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bot import settings as settings_
from bot.commands.typed import Data, example, group, out
from bot.locale import said

commands = group()
agents = group(said("Who may log in at /desk.", "Кто может войти на /desk."))


@commands.command(
    help=said("Write a conversation as a vCon.", "Записать разговор как vCon."),
    epilog=example("govorun export 5e0c… --out talk.vcon.json"),
)
def export(
    conversation: Annotated[
        str,
        typer.Argument(
            metavar=said("CONVERSATION", "РАЗГОВОР"),
            help=said("Its id, or a sender of the REST channel.", "Его id или отправитель в канале REST."),
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option("--out", help=said("File; else stdout.", "Файл; без него — на экран."), show_default=False),
    ] = None,
    signed: Annotated[
        bool,
        typer.Option(
            "--signed",
            help=said("As a JWS, general JSON serialization.", "Подписанным: JWS, general JSON serialization."),
        ),
    ] = False,
    sound: Annotated[
        bool,
        typer.Option(
            "--sound",
            help=said("With the sound of recorded calls in it.", "Вместе со звуком записанных звонков."),
        ),
    ] = False,
    data: Data = None,
) -> None:
    from bot.app import keeping

    keeping.export(settings_.load(data=data), conversation, to, signed=signed, sound=sound)


@agents.command(
    "list",
    help=said("Who may log in at /desk.", "Кто может войти на /desk."),
    epilog=example("govorun agents list --data /var/lib/govorun"),
)
def agents_list(data: Data = None) -> None:
    from bot.app import keeping

    keeping.agents_list(settings_.load(data=data), console=out)


@agents.command(
    "add",
    help=said(
        "Add an agent, or give one a new password; it is asked for, or read from GOVORUN_NEW_PASSWORD.",
        "Добавить оператора или дать ему новый пароль; его спросят или возьмут из GOVORUN_NEW_PASSWORD.",
    ),
    epilog=example(
        said(
            "govorun agents add anna --name 'Anna' --sip sip:anna@10.0.0.5",
            "govorun agents add anna --name 'Анна' --sip sip:anna@10.0.0.5",
        )
    ),
)
def agents_add(
    login: Annotated[str, typer.Argument(metavar=said("LOGIN", "ЛОГИН"), help=said("One word.", "Одно слово."))],
    name: Annotated[
        str, typer.Option("--name", help=said("As customers see it.", "Как его видят клиенты."), show_default=False)
    ] = "",
    sip: Annotated[
        str, typer.Option("--sip", help=said("Where their calls go.", "Куда идут его звонки."), show_default=False)
    ] = "",
    skills: Annotated[
        str,
        typer.Option(
            "--skills",
            help=said("Words with spaces between; none is everything.", "Слова через пробел; без них — всё."),
            show_default=False,
        ),
    ] = "",
    data: Data = None,
) -> None:
    from bot.app import keeping

    password = os.environ.get("GOVORUN_NEW_PASSWORD") or typer.prompt(
        said("Password", "Пароль"), hide_input=True, confirmation_prompt=said("Once more", "Ещё раз"), err=True
    )
    keeping.agents_add(settings_.load(data=data), login, password, name=name, sip=sip, skills=skills, console=out)
