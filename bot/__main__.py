"""`govorun`: the command line. A command is thin: it reads what was typed, calls a room, prints what came back.

Exit codes: 0 done; 1 it can't be done, and a line on stderr says why; 2 the command was typed wrong.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from bot import settings as settings_
from bot.errors import GovorunError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_CONTEXT = {"help_option_names": ["-h", "--help"]}


def _group(help_text: str, **more: object) -> typer.Typer:
    return typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings=_CONTEXT,
        help=help_text,
        **more,  # type: ignore[arg-type]
    )


app = _group(
    "A bot that answers in chat and on the telephone. Отвечает в чате и по телефону.",
    epilog="Settings are GOVORUN_* variables: docs/settings.md. Begin with: govorun chat, govorun serve.",
)
understand = _group("What words mean to the bot: intents and slots.")
menu = _group("The menu that learns.")
models = _group("Weights of recognition: what there is, and getting it.")
agents = _group("Who may log in at /desk.")
app.add_typer(understand, name="understand")
app.add_typer(menu, name="menu")
app.add_typer(models, name="models")
app.add_typer(agents, name="agents")

Data = Annotated[Path | None, typer.Option("--data", help="Folder of the database, keys and caches.")]
Lang = Annotated[Literal["ru", "en"], typer.Option("--lang", help="Language.")]
CLOCK = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


class SlotType(StrEnum):
    datetime = "datetime"
    date = "date"
    time = "time"
    number = "number"
    digits = "digits"
    phone = "phone"
    person = "person"
    yesno = "yesno"
    choice = "choice"


@app.callback(invoke_without_command=True)
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.", is_eager=True)] = False,
) -> None:
    if version:
        from bot.app.text import release

        out.print(f"govorun {release()}")
        raise typer.Exit


# --- serve and talk ---------------------------------------------------------------------------------------------


@app.command(epilog="Example: govorun serve --port 9000 --data /var/lib/govorun")
def serve(
    only: Annotated[
        Literal["web", "voice"] | None, typer.Option("--only", help="One half: for a process of each.")
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address of the web; 0.0.0.0 opens it to the network.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the web [8080]; 0 takes a free one.")] = None,
    sip_port: Annotated[int | None, typer.Option(help="Port of SIP [5060].")] = None,
    data: Data = None,
) -> None:
    """Answer: pages, chat, API and telephone in one process. Ctrl-C and SIGTERM finish what has begun."""
    from bot import logs
    from bot.app import serving

    settings = settings_.load(host=host, port=port, sip_port=sip_port, data=data)
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(serving.serve(settings, only, console=out))


With = Annotated[
    list[str] | None,
    typer.Option("--with", metavar="NAME=VALUE", help="What the scenario begins with; may be given several times."),
]


@app.command(epilog="Example: govorun chat confirmation --with 'when=2026-11-19 16:00'")
def chat(
    scenario: Annotated[
        str | None, typer.Argument(help="Begin with this scenario, or set, or SET/SCENARIO, instead of the first.")
    ] = None,
    given: With = None,
    lang: Annotated[Literal["ru", "en"] | None, typer.Option("--lang", help="Language.")] = None,
    data: Data = None,
) -> None:
    """Talk to the bot here, without a server. Ctrl-D ends it. Without --data nothing is kept."""
    from bot.app import terminal

    terminal.run(settings_.load(), scenario=scenario, given=given or (), language=lang, data=data, console=out)


@app.command(epilog="Example: govorun call sip:anna@127.0.0.1:5070 --scenario booking")
def call(
    address: Annotated[str, typer.Argument(help="sip:user@host[:port]")],
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="Begin with this scenario, or set, or SET/SCENARIO.")
    ] = None,
    given: With = None,
    lang: Lang = "ru",
    data: Data = None,
) -> None:
    """Place a call, and talk until either side hangs up. Exit code 1 where nobody answers."""
    from bot.app import voice

    asyncio.run(
        voice.place(
            settings_.load(data=data), address, scenario=scenario, given=given or (), language=lang, console=out
        )
    )


# --- scenarios --------------------------------------------------------------------------------------------------

Folder = Annotated[
    Path | None, typer.Argument(help="A set, or a folder of sets; GOVORUN_SCENARIOS by default.", show_default=False)
]
Locale = Annotated[
    Literal["en", "ru"] | None,
    typer.Option("--lang", help="Language of what is reported; LC_ALL or LANG by default.", show_default=False),
]


@app.command(epilog="Example: govorun check scenarios/ --strict")
def check(
    folder: Folder = None,
    lang: Locale = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Try out thousands of states: can each still come to an end?")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Find what is wrong in scenarios: `file:line: problem. fix`. Exit code 1 on errors; warnings are only told."""
    from bot.app import authors
    from bot.app.locale import reported

    locale = reported(lang)
    found = authors.check(folder or settings_.load().scenarios, locale=locale, deep=err if deep else None)
    if as_json:
        print(json.dumps(found.data(locale), ensure_ascii=False, indent=1))
    else:
        for line in found.lines(locale):
            print(line)
        style = "red" if found.errors else "yellow" if found.warnings else "green"
        err.print(found.summary(locale), style=style)
    if found.errors or (strict and found.warnings):
        raise typer.Exit(1)


@app.command("test", epilog="Example: govorun test scenarios/clinic --only 'правка'")
def golden(
    folder: Folder = None,
    only: Annotated[str, typer.Option("--only", metavar="WORDS", help="Words of a title, or FILE, or FILE:LINE.")] = "",
    update: Annotated[
        bool, typer.Option("--update", help="Show what differs, then write what happened into the files.")
    ] = False,
    sure: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask before writing.")] = False,
    record: Annotated[
        str,
        typer.Option("--record", metavar="SET", help="Talk to this set here, and keep it as a golden conversation."),
    ] = "",
    title: Annotated[str, typer.Option("--title", help="Of a recorded conversation; else it is asked for.")] = "",
    speak: Annotated[
        Literal["ru", "en"] | None, typer.Option("--language", help="Spoken in a recorded conversation.")
    ] = None,
    channel: Annotated[Literal["text", "voice"], typer.Option("--channel", help="Of a recorded one.")] = "text",
    caller: Annotated[str, typer.Option("--caller", help="Of a recorded one: the number the line shows.")] = "",
    now: Annotated[datetime | None, typer.Option("--now", formats=CLOCK, help="Of a recorded one: its clock.")] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes at a time; as many as there are cores.")
    ] = None,
    lang: Locale = None,
    as_json: AsJson = False,
) -> None:
    """Run the golden conversations; where one differs, show where it parted. Exit code 1 where any does."""
    from bot.app import golden, recording
    from bot.app.locale import reported

    settings, locale = settings_.load(), reported(lang)
    if record:
        recording.record(
            recording.found(record, settings.scenarios), language=speak or settings.language, title=title, now=now,
            channel=channel, caller=caller, locale=locale, console=out,
        )  # fmt: skip
    elif not golden.report(
        folder or settings.scenarios, locale=locale, only=only, update=update, sure=sure, as_json=as_json, jobs=jobs,
        console=out, progress=err,
    ):  # fmt: skip
        raise typer.Exit(1)


@app.command(epilog="Example: govorun graph clinic/booking --out booking.svg")
def graph(
    scenario: Annotated[str, typer.Argument(help="SET, SET/SCENARIO, a scenario of the default set, or a path.")],
    to: Annotated[Path | None, typer.Option("--out", help="SVG to write; else one beside you, or stdout.")] = None,
    lang: Locale = None,
) -> None:
    """Draw a scenario step by step, or how the scenarios of a set start each other."""
    from bot.app import graph
    from bot.app.locale import reported

    graph.graph(settings_.load(), scenario, to, locale=reported(lang), progress=err)


@app.command(epilog="Example: govorun replay scenarios/clinic --since 7d")
def replay(
    folder: Folder = None,
    since: Annotated[str, typer.Option("--since", help="How far back: 7d, 12h, 2w, or a day; all by default.")] = "",
    of: Annotated[
        str, typer.Option("--of", metavar="SET", help="The stored set, where the folder's name differs.")
    ] = "",
    show: Annotated[
        str, typer.Option("--show", metavar="ID", help="One conversation, then and now, with its words.")
    ] = "",
    everything: Annotated[bool, typer.Option("--all", help="List every conversation that changes.")] = False,
    data: Data = None,
    lang: Locale = None,
    as_json: AsJson = False,
) -> None:
    """Run stored conversations against edited scenarios: what would change. Exit code 1 where one breaks."""
    from bot.app import replay
    from bot.app.locale import reported

    settings = settings_.load(data=data)
    if not replay.replay(
        settings, folder or settings.scenarios, since=since, of=of, show=show, everything=everything, as_json=as_json,
        locale=reported(lang), console=out, progress=err,
    ):  # fmt: skip
        raise typer.Exit(1)


@app.command(epilog="Example: govorun new salon --from clinic --title 'Салон «Лилия»'")
def new(
    name: Annotated[str, typer.Argument(help="Of the new set and its folder: latin letters, digits, _ and -.")],
    source: Annotated[str, typer.Option("--from", help="A ready set: clinic, booking, …; or a path to any set.")],
    into: Annotated[
        Path | None,
        typer.Option("--into", help="The folder of sets; GOVORUN_SCENARIOS by default.", show_default=False),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What the business is called; else its name.")] = "",
    title_en: Annotated[str, typer.Option("--title-en", help="The same in English, where it differs.")] = "",
    lang: Locale = None,
) -> None:
    """Begin a set of your own by copying a ready one. Says what to type next."""
    from bot.app import making
    from bot.app.locale import reported

    titles = {"ru": title or title_en, "en": title_en or title} if title or title_en else {}
    making.new(settings_.load(), name, source, into, titles=titles, locale=reported(lang), console=out)


SetName = Annotated[str, typer.Argument(metavar="SET", help="Its name, or its folder.")]
By = Annotated[str, typer.Option("--by", help="Who does it; by default, who is logged in.", show_default=False)]
Note = Annotated[str, typer.Option("--note", help="What it is about, for the history.")]


@app.command(epilog="Example: govorun publish clinic --note 'Новые часы'")
def publish(
    name: SetName,
    note: Note = "",
    by: By = "",
    force: Annotated[
        bool, typer.Option("--force", help="Though golden conversations differ; never over errors.")
    ] = False,
    lang: Locale = None,
    data: Data = None,
) -> None:
    """Make the folder's version live, once it is checked and its golden conversations went as written."""
    from bot.app import publishing
    from bot.app.locale import reported

    settings = settings_.load(data=data)
    publishing.publish(settings, name, note=note, by=by, force=force, locale=reported(lang), console=out)


@app.command(epilog="Example: govorun history clinic")
def history(name: SetName, lang: Locale = None, data: Data = None) -> None:
    """Who published what of a set, and when."""
    from bot.app import publishing
    from bot.app.locale import reported

    publishing.history(settings_.load(data=data), name, locale=reported(lang), console=out)


@app.command(epilog="Example: govorun rollback clinic 3")
def rollback(
    name: SetName,
    number: Annotated[
        int | None, typer.Argument(metavar="VERSION", help="Number in the history; else the one before.")
    ] = None,
    note: Note = "",
    by: By = "",
    lang: Locale = None,
    data: Data = None,
) -> None:
    """Make an earlier publication live again. Conversations under way go on as they began."""
    from bot.app import publishing
    from bot.app.locale import reported

    settings = settings_.load(data=data)
    publishing.rollback(settings, name, number, note=note, by=by, locale=reported(lang), console=out)


@app.command(epilog="Example: govorun diff clinic 3 4")
def diff(
    name: SetName,
    first: Annotated[str, typer.Argument(metavar="A", help="Number in the history; else what is live.")] = "",
    second: Annotated[str, typer.Argument(metavar="B", help="Number in the history; else the folder.")] = "",
    lang: Locale = None,
    data: Data = None,
) -> None:
    """What changed between two publications, or between what is live and the folder, in words."""
    from bot.app import publishing
    from bot.app.locale import reported

    publishing.diff(settings_.load(data=data), name, first, second, locale=reported(lang), console=out)


# --- understanding ----------------------------------------------------------------------------------------------


@understand.command(epilog="Example: govorun understand intents --train train.csv --test test.csv --lang ru --json")
def intents(
    train: Annotated[Path, typer.Option("--train", help="CSV with the columns text,intent.")],
    test: Annotated[Path, typer.Option("--test", help="The same, not seen in training.")],
    oos: Annotated[Path | None, typer.Option("--oos", help="CSV of texts that belong to no intent.")] = None,
    lang: Lang = "ru",
    as_json: AsJson = False,
) -> None:
    """Learn intents from one file and measure them on another."""
    from bot.app import asking

    asking.intents(train, test, oos, lang, as_json=as_json, console=out)


@understand.command(epilog="Example: echo 'завтра в три часа дня' | govorun understand slot datetime --lang ru")
def slot(
    kind: Annotated[SlotType, typer.Argument(metavar="TYPE", help="What to read.")],
    lang: Lang = "ru",
    now: Annotated[
        datetime | None,
        typer.Option(
            "--now",
            formats=CLOCK,
            help="The clock: 2026-11-18T10:00; else the business's own.",
        ),
    ] = None,
    options: Annotated[
        str | None,
        typer.Option("--options", help="Of a choice: 'id=title,synonym; id=title'. Else the clinic's services."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read a slot from each line of stdin."""
    from bot.app import asking

    asking.slot(kind.value, lang, now, options, as_json=as_json, console=out)


@understand.command(epilog="Example: govorun understand model 'запишите к терапевту' 'ну на той неделе как-нибудь'")
def model(
    said: Annotated[list[str], typer.Argument(metavar="TEXT…", help="A conversation; the last is asked about.")],
    scenarios: Annotated[str, typer.Option("--set", help="The scenario set; else the default one.")] = "",
    lang: Annotated[Literal["ru", "en"] | None, typer.Option("--lang", help="Language.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Show what goes out, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the language model of the settings what it would propose, and show what would come of it."""
    from bot.app import proposals

    proposals.propose(
        settings_.load(), said, scenarios=scenarios, language=lang, show=show, as_json=as_json, console=out
    )


@menu.command(epilog="Example: govorun menu rank --items items.json < calls.jsonl")
def rank(
    items: Annotated[Path, typer.Option("--items", help='JSON: ["id", …] or [{"id": …, "pinned": true}, …].')],
    as_json: AsJson = False,
) -> None:
    """Replay past calls, a JSON object a line `{"caller","at","choice"}`: the order each caller would have heard."""
    from bot.app import asking

    asking.rank(items, as_json=as_json, console=out)


# --- sound ------------------------------------------------------------------------------------------------------


@app.command(epilog="Example: govorun listen call.wav --lang ru --expect datetime --json")
def listen(
    file: Annotated[Path, typer.Argument(help="WAV, or what ffmpeg reads.")],
    lang: Lang = "ru",
    expect: Annotated[str | None, typer.Option("--expect", help="The kind of slot that is asked for.")] = None,
    realtime: Annotated[bool, typer.Option("--realtime", help="At the pace of a call.")] = False,
    as_json: AsJson = False,
) -> None:
    """Recognise a file as a call would."""
    from bot.app import sound

    sound.listen(file, lang, expect, realtime=realtime, as_json=as_json, console=out)


@app.command(epilog="Example: govorun say 'Здравствуйте!' --lang ru --out hello.wav")
def say(
    text: Annotated[str, typer.Argument()],
    to: Annotated[Path, typer.Option("--out", help="WAV to write.")],
    lang: Lang = "ru",
    rate: Annotated[int, typer.Option("--rate", min=8000, max=48000, help="Hz.")] = 8000,
    voice: Annotated[str, typer.Option("--voice", help="rhvoice/anna, hibari/heart, espeak-ng; else the best.")] = "",
    as_json: AsJson = False,
) -> None:
    """Speak a text into a file."""
    from bot.app import sound

    sound.say(text, lang, to, rate, voice, as_json=as_json, console=out)


@models.command("list")
def models_list(as_json: AsJson = False) -> None:
    """What weights there are, under which licence, and which are on this disk."""
    from bot.app import sound

    sound.models_list(as_json=as_json, console=out)


@models.command("pull", epilog="Example: govorun models pull whisper-base")
def models_pull(
    name: Annotated[str | None, typer.Argument(help="Weights; without a name the ones a first start needs.")] = None,
) -> None:
    """Get weights: goes on where it stopped, and keeps nothing whose sha256 is wrong."""
    from bot.app import sound

    sound.models_pull(name, console=err)


# --- what is stored ---------------------------------------------------------------------------------------------


@app.command(epilog="Example: govorun export 5e0c… --out talk.vcon.json")
def export(
    conversation: Annotated[str, typer.Argument(help="Its id, or a sender of the REST channel.")],
    to: Annotated[Path | None, typer.Option("--out", help="File; else stdout.")] = None,
    signed: Annotated[bool, typer.Option("--signed", help="As a JWS, general JSON serialization.")] = False,
    data: Data = None,
) -> None:
    """Write a conversation as a vCon."""
    from bot.app import keeping

    keeping.export(settings_.load(data=data), conversation, to, signed=signed)


@agents.command("list")
def agents_list(data: Data = None) -> None:
    """Who may log in at /desk."""
    from bot.app import keeping

    keeping.agents_list(settings_.load(data=data), console=out)


@agents.command("add", epilog="Example: govorun agents add anna --name 'Анна' --sip sip:anna@10.0.0.5")
def agents_add(
    login: Annotated[str, typer.Argument(help="One word.")],
    name: Annotated[str, typer.Option("--name", help="As customers see it.")] = "",
    sip: Annotated[str, typer.Option("--sip", help="Where their calls go.")] = "",
    skills: Annotated[str, typer.Option("--skills", help="Words with spaces between; none is everything.")] = "",
    data: Data = None,
) -> None:
    """Add an agent, or give one a new password; it is asked for, or read from GOVORUN_NEW_PASSWORD."""
    from bot.app import keeping

    password = os.environ.get("GOVORUN_NEW_PASSWORD") or typer.prompt(
        "Password", hide_input=True, confirmation_prompt=True, err=True
    )
    keeping.agents_add(settings_.load(data=data), login, password, name=name, sip=sip, skills=skills, console=out)


def main() -> NoReturn:
    """The entry point. What went wrong is a line: where, what, how to mend it."""
    try:
        app()
    except GovorunError as error:
        for line in getattr(error, "lines", ()):
            print(line, file=sys.stderr)
        err.print(f"[bold red]error:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(1)
    except ImportError as error:
        if error.name is None or error.name.partition(".")[0] in ("bot", "voice"):
            raise  # ours: a fault, not a part that wasn't installed
        err.print(f"[bold red]error:[/] {escape(error.name)} isn't installed. Run: make install", soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # `govorun … | head`: nothing more to say, and no complaint
        sys.exit(0)
    sys.exit(0)


if __name__ == "__main__":
    main()
