"""`govorun rasa`: our phrases as Rasa's training data, a Rasa project as a scenario set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bot import settings as settings_
from bot.commands.publishing import SetName
from bot.commands.typed import Reported, example, group, out
from bot.locale import reported, said

commands = group(
    said(
        "An existing Rasa: our phrases to it, its project to a scenario set.",
        "Уже имеющаяся Rasa: наши фразы — ей, её проект — в набор сценариев.",
    )
)
Speak = Annotated[
    Literal["ru", "en"] | None,
    typer.Option(
        "--language",
        help=said("Of the phrases: one language alone.", "Язык фраз: только этот один."),
        show_default=False,
    ),
]


@commands.command(
    help=said(
        "Write what customers say to a set as Rasa's training data: templates expanded, slots marked as entities.",
        "Записать фразы клиентов как учебные данные Rasa: шаблоны раскрыты, слоты отмечены сущностями.",
    ),
    epilog=example("govorun rasa export clinic rasa/ --language ru"),
)
def export(
    name: SetName,
    folder: Annotated[
        Path,
        typer.Argument(
            metavar=said("DIR", "ПАПКА"),
            help=said(
                "Where nlu.yml, domain.yml and config.yml go.", "Куда записать nlu.yml, domain.yml и config.yml."
            ),
        ),
    ],
    speak: Speak = None,
    lang: Reported = None,
) -> None:
    from bot.app import rasa

    rasa.export(settings_.load(), name, folder, language=speak, locale=reported(lang), console=out)


@commands.command(
    "import",
    help=said(
        "Make a set of a Rasa 3 project: intents, responses, forms, slots. Says what could not be taken.",
        "Сделать набор из проекта Rasa 3: намерения, ответы, формы, слоты. Говорит, что взять не удалось.",
    ),
    epilog=example("govorun rasa import old-bot/ scenarios/pizzeria"),
)
def import_(
    project: Annotated[
        Path,
        typer.Argument(
            metavar=said("PROJECT", "ПРОЕКТ"),
            help=said("The folder of domain.yml and data/.", "Папка с domain.yml и data/."),
        ),
    ],
    folder: Annotated[
        Path,
        typer.Argument(
            metavar=said("DIR", "ПАПКА"),
            help=said("The new set, beside the others.", "Новый набор, рядом с другими."),
        ),
    ],
    title: Annotated[
        str,
        typer.Option(
            "--title",
            metavar=said("TEXT", "ТЕКСТ"),
            help=said("What the business is called.", "Как называется компания."),
            show_default=False,
        ),
    ] = "",
    speak: Speak = None,
    lang: Reported = None,
) -> None:
    from bot.app import rasa

    if not rasa.import_(project, folder, title=title, language=speak, locale=reported(lang), console=out):
        raise typer.Exit(1)
