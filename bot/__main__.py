"""`govorun`: the command line.

Exit codes: 0 done; 1 it can't be done, and a line on stderr says why; 2 the command was typed wrong.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from bot.commands import customers, menu, mistyped, publishing, rasa, scenarios, sound, stored, talking, understanding
from bot.commands.typed import err, group, out
from bot.errors import GovorunError
from bot.locale import reported, said, speak

app = group(
    said("A bot that answers in chat and on the telephone.", "Бот, который отвечает в чате и по телефону."),
    epilog=said(
        "Settings are GOVORUN_* variables: docs/settings.md. Begin with: govorun chat, govorun serve.",
        "Настройки — переменные GOVORUN_*: docs/settings.md. Начните с govorun chat или govorun serve.",
    ),
)
for room in (talking, scenarios, publishing):
    app.add_typer(room.commands)
app.add_typer(understanding.understand, name="understand")
app.add_typer(menu.menu, name="menu")
app.add_typer(rasa.commands, name="rasa")
app.add_typer(sound.commands)
app.add_typer(sound.models, name="models")
app.add_typer(stored.commands)
app.add_typer(stored.agents, name="agents")
app.add_typer(customers.customer, name="customer")
app.add_typer(customers.commands)


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help=said("Print the version and stop.", "Показать версию и закончить."), is_eager=True
        ),
    ] = False,
) -> None:
    if version:
        from bot.app.release import release

        out.print(f"govorun {release()}")
        raise typer.Exit


def main() -> NoReturn:
    """The entry point. What went wrong is a line: where, what, how to mend it."""
    try:
        sys.exit(mistyped.run(app))
    except GovorunError as error:
        for line in getattr(error, "lines", ()):
            print(line, file=sys.stderr)
        _failed(error.told(reported()))
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] in ("bot", "voice"):
            raise  # ours: a fault, not a part that wasn't installed
        _failed(
            said(
                f"{error.name} isn't installed. Run: make install",
                f"не установлен {error.name}. Наберите: make install",
            )
        )
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # `govorun … | head`: nothing more to say, and no complaint
        sys.exit(0)
    finally:
        speak(None)


def _failed(line: str) -> NoReturn:
    err.print(f"[bold red]{said('error:', 'ошибка:')}[/] {escape(line)}", soft_wrap=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
