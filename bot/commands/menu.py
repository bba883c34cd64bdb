"""`govorun menu`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot import settings as settings_
from bot.commands.typed import AsJson, Data, example, group, out
from bot.locale import said

menu = group(said("The menu that learns.", "Меню, которое учится."))

Items = Annotated[
    Path,
    typer.Option(
        "--items",
        help=said(
            'JSON: ["id", …] or [{"id": …, "seconds": 2.6, "pinned": true, "excluded": true}, …], or '
            '{"items": […], "cap": 2, "shortcut": false}; in the order of the menu as written. seconds: of the '
            "announcement.",
            'JSON: ["id", …] или [{"id": …, "seconds": 2.6, "pinned": true, "excluded": true}, …], или '
            '{"items": […], "cap": 2, "shortcut": false}; в порядке меню, как оно написано. seconds: сколько '
            "длится объявление пункта.",
        ),
    ),
]


@menu.command(
    help=said(
        'Replay past calls, a JSON object a line {"caller","at","choice"} in time order: the order each caller would '
        "have heard, before learning from that call. A line that can't be read is told on stderr, and the exit code is "
        "1 in the end.",
        'Прогнать прошлые звонки, по объекту JSON в строке {"caller","at","choice"} по порядку времени: что услышал бы '
        "каждый, прежде чем меню выучит этот звонок. О строке, которая не читается, сказано в stderr, и код возврата "
        "в конце 1.",
    ),
    epilog=example(
        "govorun menu rank --items items.json < calls.jsonl",
        """echo '{"caller": "+7905…", "at": "2026-11-18T10:00:00+03:00", "choice": "pay"}' | """
        "govorun menu rank --items items.json --json",
    ),
)
def rank(items: Items, as_json: AsJson = False) -> None:
    from bot.app import ranking

    ranking.rank(items, as_json=as_json, console=out)


@menu.command(
    help=said(
        'Score policies by old calls, a JSON object a line {"caller","at","choice"}, with "order" and "probability" '
        "where they were journalled: seconds until the wanted item is heard, each with its 95 % interval, as if the "
        "caller had wanted the same (direct), by inverse propensity (ips, snips), and doubly robust.",
        'Оценить политики по старым звонкам, по объекту JSON в строке {"caller","at","choice"}, с "order" и '
        '"probability", где они записаны: сколько секунд до нужного пункта, с 95-процентным интервалом: будто '
        "звонивший хотел бы того же (direct), по обратной вероятности (ips, snips) и дважды устойчиво (robust).",
    ),
    epilog=example(
        "govorun menu score --items items.json < calls.jsonl",
        "govorun menu score --items items.json --policy fixed --policy learned --json < calls.jsonl",
    ),
)
def score(
    items: Items,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help=said(
                "One of: fixed, most_recent, decayed, most_frequent, learned. Else all of them.",
                "Одна из: fixed, most_recent, decayed, most_frequent, learned. Иначе все.",
            ),
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from bot.app import ranking

    ranking.score(items, policy or [], as_json=as_json, console=out)


@menu.command(
    help=said(
        "Write out what was chosen in a menu, with the order each caller heard and its probability, as `menu rank` and "
        "`menu score` read it.",
        "Выписать, что выбирали в меню, с порядком, который слышал каждый, и его вероятностью: так, как читают "
        "`menu rank` и `menu score`.",
    ),
    epilog=example(
        "govorun menu calls clinic --items items.json --out calls.jsonl",
        "govorun menu score --items items.json < calls.jsonl",
    ),
)
def calls(
    scenarios: Annotated[
        str,
        typer.Argument(metavar=said("SET", "НАБОР"), help=said("Its name, or a folder.", "Его имя или папка.")),
    ],
    name: Annotated[
        str,
        typer.Option("--menu", help=said("Which, where it has several.", "Какое, если их много."), show_default=False),
    ] = "",
    to: Annotated[
        Path | None,
        typer.Option("--out", help=said("File; else stdout.", "Файл; без него — на экран."), show_default=False),
    ] = None,
    items: Annotated[
        Path | None,
        typer.Option(
            "--items",
            help=said("Write the menu itself here, for --items.", "Сюда записать само меню, для --items."),
            show_default=False,
        ),
    ] = None,
    data: Data = None,
) -> None:
    from bot.app import choices

    choices.calls(settings_.load(data=data), scenarios, name, to, items)
