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

# What the typed values are told by, as the library says it: in plain words of each language.
_SAID: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), english, russian)
    for pattern, english, russian in (
        (r"Input should be a valid integer.*", "a whole number is wanted", "нужно целое число"),
        (r"Input should be greater than or equal to (\S+)", r"it must be \1 or more", r"нужно не меньше \1"),
        (r"Input should be less than or equal to (\S+)", r"it must be \1 or less", r"нужно не больше \1"),
        (r"(?:Value error, )?'(.*)' is not one of (.*?)\.?", r"'\1' is none of \2", r"'\1' не подходит; можно \2"),
        (
            r"(?:Value error, )?'(.*)' does not match the formats? .*",
            r"'\1' is no time. Write 2026-11-18T10:00",
            r"'\1' — не время. Пишите 2026-11-18T10:00",
        ),
    )
)


def run(app: typer.Typer) -> int:
    """The exit code: 2 where it was typed wrong, and a line says how. Raises what commands raise."""
    command = typer.main.get_command(app)
    try:
        code = command.main(standalone_mode=False)
    except _Mistake as error:
        if type(error).__name__ == "BadParameter":
            error.message = _plainly(str(error.message))
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
        return f"{name}: {error.message}" if name else message
    if kind == "NoSuchOption":
        known = ", ".join(sorted(error.possibilities or ()))
        return f"нет ключа {error.option_name}" + (f". Возможно, {known}?" if known else "")
    if found := re.match(r"No such command '(.*?)'\.(?: Did you mean (.*)\?)?", message):
        return f"нет команды '{found[1]}'" + (f". Возможно, {found[2]}?" if found[2] else "")
    if message.startswith("Got unexpected extra argument"):
        return "лишнее: " + message.rpartition("(")[2].rstrip(")")
    return message


def _plainly(message: str) -> str:
    for pattern, english, russian in _SAID:
        if found := pattern.fullmatch(message):
            return found.expand(russian if reported() == "ru" else english)
    return message.removeprefix("Value error, ")
