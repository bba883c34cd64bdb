"""What commands have in common: where they print, how groups look, options that many take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.console import Console

from bot.commands.frame import Command, Group
from bot.locale import Locale, said, speak

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

Language = Literal["ru", "en"]
F = TypeVar("F", bound=Callable[..., Any])
CLOCK = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
HELP = {"help_option_names": ["-h", "--help"]}


class Room(typer.Typer):
    """Commands of one room."""

    def command(self, name: str | None = None, **more: Any) -> Callable[[F], F]:
        return super().command(name, cls=Command, **more)


def group(help_text: str = "", **more: Any) -> Room:
    return Room(
        cls=Group,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings=HELP,
        help=help_text or None,
        **more,
    )


def example(*lines: str) -> str:
    """The foot of a command's help: each line as it is typed."""
    head = said("Example:", "Пример:") if len(lines) == 1 else said("Examples:", "Примеры:")
    return "\n\n".join((head, *(f"  {line}" for line in lines))) if len(lines) > 1 else f"{head} {lines[0]}"


def _reported(asked: Locale | None) -> Locale | None:
    speak(asked)
    return asked


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        help=said("Folder of the database, keys and caches.", "Папка базы данных, ключей и кэша."),
        show_default=False,
    ),
]
Lang = Annotated[Language, typer.Option("--lang", help=said("Language.", "Язык разговора."))]
Spoken = Annotated[  # of the conversation, where the set itself knows which comes first
    Language | None, typer.Option("--lang", help=said("Language.", "Язык разговора."), show_default=False)
]
Reported = Annotated[
    Locale | None,
    typer.Option(
        "--lang",
        help=said(
            "Language of what is reported; else the terminal's.",
            "На каком языке рассказывать; иначе на языке терминала.",
        ),
        show_default=False,
        callback=_reported,
        is_eager=True,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=said("For programs.", "Для программ."))]
With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar=said("NAME=VALUE", "ИМЯ=ЗНАЧЕНИЕ"),
        help=said(
            "What the scenario begins with; may be given several times.",
            "С чем начинается сценарий; можно повторять.",
        ),
    ),
]
Folder = Annotated[
    Path | None,
    typer.Argument(
        metavar=said("FOLDER", "ПАПКА"),
        help=said(
            "A set, or a folder of sets; else the folder that is served (GOVORUN_SCENARIOS).",
            "Набор или папка с наборами; иначе та, что в работе (GOVORUN_SCENARIOS).",
        ),
        show_default=False,
    ),
]
