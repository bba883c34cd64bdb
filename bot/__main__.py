"""`govorun`: the command line. A command is thin: it reads what was typed, calls a room, prints what came back.

Exit codes: 0 done; 1 it can't be done, and one line on stderr says why; 2 the command was typed wrong.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from bot import settings as settings_
from bot.errors import GovorunError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

app = typer.Typer(
    name="govorun",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="A bot that answers in chat and on the telephone. Отвечает в чате и по телефону.",
    epilog="Settings are GOVORUN_* variables: docs/settings.md. Try: govorun chat, govorun serve.",
)

Data = Annotated[
    Path | None, typer.Option("--data", help="Folder of the database, keys and caches.", envvar="GOVORUN_DATA")
]
Lang = Annotated[Literal["ru", "en"], typer.Option("--lang", help="Language.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable.")]


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from bot.app.text import release

        out.print(f"govorun {release()}")
        raise typer.Exit


@app.command(epilog="Example: govorun serve --port 9000 --data /var/lib/govorun")
def serve(
    only: Annotated[
        Literal["web", "voice"] | None, typer.Option("--only", help="Half of it: for a process of each kind.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address of the web; 0.0.0.0 opens it to the network.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the web; 0 takes a free one.")] = None,
    sip_port: Annotated[int | None, typer.Option(help="Port of SIP.")] = None,
    data: Data = None,
) -> None:
    """Answer: pages, chat, API, telephone, all in one process. Ctrl-C and SIGTERM finish what has begun."""
    from bot import logs
    from bot.app import serving

    settings = settings_.load(host=host, port=port, sip_port=sip_port, data=data)
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(serving.serve(settings, only, console=out))


@app.command(epilog="Example: govorun chat booking --lang en")
def chat(
    scenario: Annotated[str | None, typer.Argument(help="Begin with this scenario instead of the menu.")] = None,
    lang: Annotated[Literal["ru", "en"] | None, typer.Option("--lang", help="Language.")] = None,
    data: Data = None,
) -> None:
    """Talk to the bot here, without a server. Ctrl-D ends it. Without --data nothing is kept."""
    from bot.app import terminal

    terminal.run(settings_.load(), scenario=scenario, language=lang, data=data, console=out)


def main() -> NoReturn:
    """The entry point. What went wrong is one line: where, what, how to mend it."""
    try:
        app(standalone_mode=True)
    except GovorunError as error:
        for line in getattr(error, "lines", ()):
            err.print(line, style="red", markup=False)
        err.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)  # `govorun … | head`
    sys.exit(0)


if __name__ == "__main__":
    main()
