"""The frame of help in the reader's language: typer itself speaks English alone."""

from __future__ import annotations

from typing import Any

import typer
from typer import rich_utils

from bot.locale import reported, said

_FRAME = {
    "DEFAULT_STRING": "[иначе {}]",
    "REQUIRED_LONG_STRING": "[нужно]",
    "ARGUMENTS_PANEL_TITLE": "Что за ним пишут",
    "OPTIONS_PANEL_TITLE": "Ключи",
    "COMMANDS_PANEL_TITLE": "Команды",
    "ABORTED_TEXT": "Прервано.",
}
_METAVARS = {"[OPTIONS]": "[КЛЮЧИ]", "COMMAND [ARGS]...": "КОМАНДА …", "[ARGS]...": "…", "Usage:": "Пишут так:"}

if reported() == "ru":
    for name, text in _FRAME.items():
        setattr(rich_utils, name, text)


class Command(typer.core.TyperCommand):
    """Help whose frame is in the reader's language, too, and without the names of types."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        for each in self.params:
            _in_plain_words(each)

    def get_usage(self, ctx: Any) -> str:
        return _translated(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _helping(super().get_help_option(ctx))


class Group(typer.core.TyperGroup):
    """The same of a group of commands."""

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        for each in self.params:
            _in_plain_words(each)

    def get_usage(self, ctx: Any) -> str:
        return _translated(super().get_usage(ctx))

    def get_help_option(self, ctx: Any) -> Any:
        return _helping(super().get_help_option(ctx))


def _in_plain_words(parameter: Any) -> None:
    """<path> and <str> tell a programmer something; a flag takes nothing, so nothing stands beside it."""
    kind = parameter.type_descriptor
    if isinstance(parameter, typer.core.TyperArgument):
        setattr(parameter, "display_type_rich", lambda ctx: "")  # noqa: B010  a method of this one alone
    elif parameter.is_flag:
        parameter.metavar = ""
    elif parameter.metavar is None:
        if kind.is_choice:
            parameter.metavar = "|".join(str(each) for each in kind.choices or ())
        elif kind.is_path:
            parameter.metavar = said("PATH", "ПУТЬ")
        else:
            parameter.metavar = said("TEXT", "ТЕКСТ") if kind.annotation is str else said("NUMBER", "ЧИСЛО")


def _translated(usage: str) -> str:
    if reported() == "ru":
        for english, russian in _METAVARS.items():
            usage = usage.replace(english, russian)
    return usage


def _helping(option: Any) -> Any:
    if option is not None:
        option.metavar = ""
        option.help = said("Show this and stop.", "Показать это и закончить.")
    return option
