"""`govorun check`, `test`, `graph`, `replay`, `new`: for whoever writes scenarios."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import settings as settings_
from bot.commands.typed import CLOCK, AsJson, Data, Folder, Language, Reported, err, example, group, out
from bot.locale import reported, said

commands = group()


@commands.command(
    help=said(
        "Look scenarios over: each mistake with its file, its line and how to mend it. "
        "Exit code 1 where there are errors; warnings are only told.",
        "Проверить сценарии: каждая ошибка с файлом, строкой и тем, как её исправить. "
        "Код выхода 1, если есть ошибки; о предупреждениях только говорится.",
    ),
    epilog=example("govorun check scenarios/clinic", "govorun check scenarios/ --strict", "govorun check --deep"),
)
def check(
    folder: Folder = None,
    lang: Reported = None,
    strict: Annotated[
        bool, typer.Option("--strict", help=said("Warnings fail too.", "Предупреждения — тоже ошибки."))
    ] = False,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            help=said(
                "Try out thousands of turns a conversation may take: can nobody get stuck? Some seconds a set.",
                "Перепробовать тысячи поворотов разговора: нельзя ли в нём застрять? Несколько секунд на набор.",
            ),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from bot.app import authors, telephony

    locale = reported(lang)
    settings = settings_.load()
    found = authors.check(
        folder or settings.scenarios,
        locale=locale,
        deep=err if deep else None,
        telephone=telephony.file_of(settings) if folder is None else None,
    )
    if as_json:
        print(json.dumps(found.data(locale), ensure_ascii=False, indent=1))
    else:
        for line in found.lines(locale):
            print(line)
        style = "red" if found.errors else "yellow" if found.warnings else "green"
        err.print(found.summary(locale), style=style)
    if found.errors or (strict and found.warnings):
        raise typer.Exit(1)


@commands.command(
    "test",
    help=said(
        "Run the golden conversations; where one goes another way, show where. Exit code 1 where any does.",
        "Прогнать эталонные разговоры и показать, где какой пошёл иначе. Код выхода 1, если такие есть.",
    ),
    epilog=example(
        "govorun test scenarios/clinic",
        said("govorun test --only 'a correction'", "govorun test --only 'правка'"),
        "govorun test scenarios/clinic --update",
        "govorun test --record clinic",
    ),
)
def golden(
    folder: Folder = None,
    only: Annotated[
        str,
        typer.Option(
            "--only",
            metavar=said("WORDS", "СЛОВА"),
            help=said("Words of a title, or FILE, or FILE:LINE.", "Слова из названия, или ФАЙЛ, или ФАЙЛ:СТРОКА."),
            show_default=False,
        ),
    ] = "",
    update: Annotated[
        bool,
        typer.Option(
            "--update",
            help=said(
                "Show what differs, then write what happened into the files.",
                "Показать отличия, затем записать в файлы то, что вышло.",
            ),
        ),
    ] = False,
    sure: Annotated[
        bool, typer.Option("--yes", "-y", help=said("Don't ask before writing.", "Не спрашивать перед записью."))
    ] = False,
    record: Annotated[
        str,
        typer.Option(
            "--record",
            metavar=said("SET", "НАБОР"),
            help=said(
                "Talk to this set here, and keep it as a golden conversation.",
                "Поговорить здесь с этим набором и сохранить разговор как эталонный.",
            ),
            show_default=False,
        ),
    ] = "",
    title: Annotated[
        str,
        typer.Option(
            "--title",
            help=said("Of a recorded conversation; else it is asked for.", "Название записанного; иначе его спросят."),
            show_default=False,
        ),
    ] = "",
    speak: Annotated[
        Language | None,
        typer.Option(
            "--language",
            help=said("Spoken in a recorded conversation.", "На каком языке говорят в записанном."),
            show_default=False,
        ),
    ] = None,
    channel: Annotated[
        Literal["text", "voice"],
        typer.Option("--channel", help=said("Of a recorded one: chat or telephone.", "Записанного: чат или телефон.")),
    ] = "text",
    caller: Annotated[
        str,
        typer.Option(
            "--caller",
            help=said("Of a recorded one: the number the line shows.", "Записанного: номер, который видит линия."),
            show_default=False,
        ),
    ] = "",
    now: Annotated[
        datetime | None,
        typer.Option(
            "--now",
            formats=CLOCK,
            metavar="2026-11-18T10:00",
            help=said("Of a recorded one: its clock.", "Записанного: который там час."),
            show_default=False,
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            min=1,
            metavar=said("NUMBER", "ЧИСЛО"),
            help=said("How many at a time; as many as the machine has cores.", "Сколько сразу; по числу ядер машины."),
            show_default=False,
        ),
    ] = None,
    lang: Reported = None,
    as_json: AsJson = False,
) -> None:
    from bot.app import golden, recording

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


@commands.command(
    help=said(
        "Draw a scenario step by step, or how the scenarios of a set lead to each other.",
        "Нарисовать сценарий шаг за шагом или как сценарии набора ведут друг к другу.",
    ),
    epilog=example("govorun graph clinic --out clinic.svg", "govorun graph clinic/booking --out booking.svg"),
)
def graph(
    scenario: Annotated[
        str,
        typer.Argument(
            metavar=said("SET[/SCENARIO]", "НАБОР[/СЦЕНАРИЙ]"),
            help=said(
                "A set, a scenario of it, a scenario of the set that conversations begin with, or a path.",
                "Набор, его сценарий, сценарий набора, с которого начинаются разговоры, или путь.",
            ),
        ),
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help=said(
                "The drawing to write; any browser opens it. Else NAME.svg in this folder.",
                "Куда записать рисунок; его откроет любой браузер. Иначе ИМЯ.svg в этой папке.",
            ),
            show_default=False,
        ),
    ] = None,
    lang: Reported = None,
) -> None:
    from bot.app import graph

    graph.graph(settings_.load(), scenario, to, locale=reported(lang), progress=err)


@commands.command(
    help=said(
        "Run past conversations against edited scenarios: what would change for people. Exit code 1 where one breaks.",
        "Прогнать прошлые разговоры по изменённым сценариям: что изменилось бы для людей. "
        "Код выхода 1, если какой-то ломается.",
    ),
    epilog=example("govorun replay scenarios/clinic --since 7d", "govorun replay scenarios/clinic --show 3094dc7b"),
)
def replay(
    folder: Folder = None,
    since: Annotated[
        str,
        typer.Option(
            "--since",
            metavar="7d",
            help=said(
                "How far back: 7d, 12h, 2w, or a day, 2026-11-01; all by default.",
                "За какое время: 7d — дней, 12h — часов, 2w — недель, или с дня 2026-11-01; без него — все.",
            ),
            show_default=False,
        ),
    ] = "",
    of: Annotated[
        str,
        typer.Option(
            "--of",
            metavar=said("SET", "НАБОР"),
            help=said(
                "Whose conversations, where the folder's name is another.",
                "Чьи разговоры, если папка называется иначе.",
            ),
            show_default=False,
        ),
    ] = "",
    show: Annotated[
        str,
        typer.Option(
            "--show",
            metavar="ID",
            help=said("One conversation, then and now, with its words.", "Один разговор, тогда и теперь, со словами."),
            show_default=False,
        ),
    ] = "",
    everything: Annotated[
        bool,
        typer.Option("--all", help=said("List every conversation that changes.", "Перечислить все, что изменятся.")),
    ] = False,
    data: Data = None,
    lang: Reported = None,
    as_json: AsJson = False,
) -> None:
    from bot.app import replay

    settings = settings_.load(data=data)
    if not replay.replay(
        settings, folder or settings.scenarios, since=since, of=of, show=show, everything=everything, as_json=as_json,
        locale=reported(lang), console=out, progress=err,
    ):  # fmt: skip
        raise typer.Exit(1)


@commands.command(
    help=said(
        "Begin a set of your own by copying a ready one. Says where it stands and what to type next.",
        "Начать свой набор, скопировав готовый. Скажет, где он лежит и что набрать дальше.",
    ),
    epilog=example(
        said(
            "govorun new salon --from clinic --title 'Lily Salon'",
            "govorun new salon --from clinic --title 'Салон «Лилия»'",
        )
    ),
)
def new(
    name: Annotated[
        str,
        typer.Argument(
            metavar=said("NAME", "ИМЯ"),
            help=said(
                "Of the new set and its folder: latin letters, digits, _ and -.",
                "Имя нового набора и его папки: латинские буквы, цифры, _ и -.",
            ),
        ),
    ],
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar=said("SET", "НАБОР"),
            help=said("A ready set: clinic, booking, …; or a path.", "Готовый набор: clinic, booking, …; или путь."),
        ),
    ],
    into: Annotated[
        Path | None,
        typer.Option(
            "--into",
            help=said(
                "The folder of sets; else GOVORUN_SCENARIOS, else scenarios/ here.",
                "Папка наборов; иначе GOVORUN_SCENARIOS, иначе scenarios/ здесь.",
            ),
            show_default=False,
        ),
    ] = None,
    title: Annotated[
        str,
        typer.Option(
            "--title",
            help=said("What the business is called; else its name.", "Как называется организация; иначе как набор."),
            show_default=False,
        ),
    ] = "",
    title_en: Annotated[
        str,
        typer.Option(
            "--title-en",
            help=said("The same in English, where it differs.", "То же по-английски, если отличается."),
            show_default=False,
        ),
    ] = "",
    lang: Reported = None,
) -> None:
    from bot.app import making

    titles = {"ru": title or title_en, "en": title_en or title} if title or title_en else {}
    making.new(settings_.load(), name, source, into, titles=titles, locale=reported(lang), console=out)
