"""What was typed wrong, told in the reader's language."""

from __future__ import annotations

import re
from typing import Any

import typer
from rich.markup import escape
from typer import rich_utils

from bot.commands.typed import err
from bot.locale import reported

# ClickException, wherever typer keeps it: what BadParameter is a kind of.
_Mistake: Any = next(each for each in typer.BadParameter.__mro__ if each.__name__ == "ClickException")

_RUSSIAN = {
    "Input should be a valid integer, unable to parse string as an integer": "нужно целое число",
}


def run(app: typer.Typer) -> int:
    """The exit code: 2 where it was typed wrong, and a line says how. Raises what commands raise."""
    command = typer.main.get_command(app)
    try:
        code = command.main(standalone_mode=False)
    except _Mistake as error:
        if reported() == "ru" and type(error).__name__ != "NoArgsIsHelpError":
            _told(error)
        else:
            rich_utils.rich_format_error(error)
        return int(error.exit_code)
    except typer.Abort:
        rich_utils.rich_abort_error()
        return 1
    return code if isinstance(code, int) else 0


def _told(error: Any) -> None:
    context = getattr(error, "ctx", None)
    if context is not None:
        err.print(escape(context.get_usage()), soft_wrap=True)
        err.print(f"[dim]Подробнее: {escape(context.command_path)} --help[/]", soft_wrap=True)
    err.print(f"[bold red]ошибка:[/] {escape(_russian(error))}", soft_wrap=True)


def _russian(error: Any) -> str:
    """By its kind and fields; one of a kind that isn't known here in its own words."""
    kind, message = type(error).__name__, str(error.format_message())
    name = error.param.get_error_hint() if getattr(error, "param", None) is not None else ""
    if kind == "MissingParameter":
        return f"не хватает {name}"
    if kind == "BadParameter":
        return f"{name}: {_RUSSIAN.get(error.message, error.message)}" if name else message
    if kind == "NoSuchOption":
        known = ", ".join(sorted(error.possibilities or ()))
        return f"нет ключа {error.option_name}" + (f". Возможно, {known}?" if known else "")
    if found := re.match(r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?", message):
        return f"нет команды '{found[1]}'" + (f". Возможно, {found[2]}?" if found[2] else "")
    if message.startswith("Got unexpected extra argument"):
        return "лишнее: " + message.rpartition("(")[2].rstrip(")")
    return message
