"""`govorun publish`, `unpublish`, `history`, `rollback`, `diff`."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import settings as settings_
from bot.commands.typed import Data, Reported, err, example, group, out
from bot.locale import reported, said

commands = group()
SetName = Annotated[
    str,
    typer.Argument(metavar=said("SET", "НАБОР"), help=said("Its name, or its folder.", "Его имя или папка.")),
]
By = Annotated[
    str,
    typer.Option(
        "--by",
        metavar=said("NAME", "ИМЯ"),
        help=said("Who does it; by default, who is logged in.", "Кто это делает; без него — кто вошёл в систему."),
        show_default=False,
    ),
]
Note = Annotated[
    str,
    typer.Option(
        "--note",
        metavar=said("TEXT", "ТЕКСТ"),
        help=said("What it is about, for the history.", "О чём это, для истории."),
        show_default=False,
    ),
]


@commands.command(
    help=said(
        "Let customers talk with what the folder says now. First it is checked and tried out, and its golden "
        "conversations are run; what is found stops it.",
        "Пустить в работу то, что сейчас в папке. Сначала она проверяется и пробуется, прогоняются эталонные "
        "разговоры; найденное останавливает публикацию.",
    ),
    epilog=example(said("govorun publish clinic --note 'New hours'", "govorun publish clinic --note 'Новые часы'")),
)
def publish(
    name: SetName,
    note: Note = "",
    by: By = "",
    force: Annotated[
        bool,
        typer.Option(
            "--force",
            help=said(
                "Though golden conversations differ or somebody may get stuck; never over other errors.",
                "Хотя эталонные разговоры расходятся или можно застрять; но не вопреки другим ошибкам.",
            ),
        ),
    ] = False,
    lang: Reported = None,
    data: Data = None,
) -> None:
    from bot.app import publishing

    publishing.publish(
        settings_.load(data=data), name, note=note, by=by, force=force, locale=reported(lang), console=out, progress=err
    )


@commands.command(
    help=said(
        "Take a set out of service: no conversation begins with it any more, those under way go on.",
        "Снять набор с работы: новые разговоры с ним не начнутся, начатые продолжатся.",
    ),
    epilog=example(
        said("govorun unpublish basket --note 'Until spring'", "govorun unpublish basket --note 'До весны'")
    ),
)
def unpublish(name: SetName, note: Note = "", by: By = "", lang: Reported = None, data: Data = None) -> None:
    from bot.app import publishing

    publishing.unpublish(settings_.load(data=data), name, note=note, by=by, locale=reported(lang), console=out)


@commands.command(
    help=said("Who published what of a set, and when.", "Кто, что и когда публиковал в наборе."),
    epilog=example("govorun history clinic"),
)
def history(name: SetName, lang: Reported = None, data: Data = None) -> None:
    from bot.app import publishing

    publishing.history(settings_.load(data=data), name, locale=reported(lang), console=out)


@commands.command(
    help=said(
        "Make an earlier publication live again. Conversations under way go on as they began.",
        "Вернуть в работу прежнюю публикацию. Начатые разговоры идут, как начались.",
    ),
    epilog=example("govorun rollback clinic", "govorun rollback clinic 3"),
)
def rollback(
    name: SetName,
    number: Annotated[
        int | None,
        typer.Argument(
            metavar=said("NUMBER", "НОМЕР"),
            help=said("In the history; else the one before.", "Из истории; без него — предыдущая."),
            show_default=False,
        ),
    ] = None,
    note: Note = "",
    by: By = "",
    lang: Reported = None,
    data: Data = None,
) -> None:
    from bot.app import publishing

    settings = settings_.load(data=data)
    publishing.rollback(settings, name, number, note=note, by=by, locale=reported(lang), console=out)


@commands.command(
    help=said(
        "What changed between two publications, or between what is live and the folder, in words.",
        "Что изменилось между двумя публикациями или между тем, что в работе, и папкой, — словами.",
    ),
    epilog=example("govorun diff clinic", "govorun diff clinic 3 4"),
)
def diff(
    name: SetName,
    first: Annotated[
        str,
        typer.Argument(
            metavar=said("FROM", "ОТ"),
            help=said("Number in the history; else what is live.", "Номер из истории; без него — что в работе."),
            show_default=False,
        ),
    ] = "",
    second: Annotated[
        str,
        typer.Argument(
            metavar=said("TO", "ДО"),
            help=said("Number in the history; else the folder.", "Номер из истории; без него — папка."),
            show_default=False,
        ),
    ] = "",
    lang: Reported = None,
    data: Data = None,
) -> None:
    from bot.app import publishing

    publishing.diff(settings_.load(data=data), name, first, second, locale=reported(lang), console=out)
