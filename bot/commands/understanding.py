"""`govorun understand`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.typed import CLOCK, AsJson, Folder, Lang, Language, Reported, Spoken, example, group, out
from bot.locale import said

understand = group(
    said("What words mean to the bot: intents and slots.", "Что слова значат для бота: желания и слоты.")
)

SetOption = Annotated[
    str,
    typer.Option(
        "--set",
        metavar=said("SET", "НАБОР"),
        help=said("The scenario set; else the default one.", "Набор сценариев; иначе тот, с которого начинают."),
        show_default=False,
    ),
]


class SlotType(StrEnum):
    datetime = "datetime"
    date = "date"
    time = "time"
    number = "number"
    digits = "digits"
    phone = "phone"
    money = "money"
    code = "code"
    email = "email"
    address = "address"
    text = "text"
    person = "person"
    yesno = "yesno"
    choice = "choice"


@understand.command(
    help=said(
        "Learn intents from one file and measure them on another.",
        "Выучить желания по одному файлу и измерить на другом.",
    ),
    epilog=example("govorun understand intents --train train.csv --test test.csv --lang ru --json"),
)
def intents(
    train: Annotated[
        Path, typer.Option("--train", help=said("CSV with the columns text,intent.", "CSV с колонками text,intent."))
    ],
    test: Annotated[
        Path,
        typer.Option("--test", help=said("The same, not seen in training.", "То же, чего не видели при обучении.")),
    ],
    oos: Annotated[
        Path | None,
        typer.Option(
            "--oos",
            help=said("CSV of texts that belong to no intent.", "CSV текстов, которые ни к чему не относятся."),
            show_default=False,
        ),
    ] = None,
    lang: Lang = "ru",
    as_json: AsJson = False,
) -> None:
    from bot.app import asking

    asking.intents(train, test, oos, lang, as_json=as_json, console=out)


@understand.command(
    help=said("Read a slot from each line of stdin.", "Прочитать слот из каждой строки ввода."),
    epilog=example(
        said(
            "echo 'tomorrow at three' | govorun understand slot datetime --lang en",
            "echo 'завтра в три часа дня' | govorun understand slot datetime --lang ru",
        )
    ),
)
def slot(
    kind: Annotated[SlotType, typer.Argument(metavar=said("TYPE", "ТИП"), help=said("What to read.", "Что читать."))],
    lang: Lang = "ru",
    now: Annotated[
        datetime | None,
        typer.Option(
            "--now",
            formats=CLOCK,
            metavar="2026-11-18T10:00",
            help=said("The clock; else the business's own.", "Который час; без него — часы организации."),
            show_default=False,
        ),
    ] = None,
    options: Annotated[
        str | None,
        typer.Option(
            "--options",
            help=said(
                "Of a choice: 'id=title,synonym; id=title'. Else the clinic's services.",
                "Для choice: 'id=название,синоним; id=название'. Без них — услуги клиники.",
            ),
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    from bot.app import asking

    asking.slot(kind.value, lang, now, options, as_json=as_json, console=out)


@understand.command(
    help=said(
        "Ask the language model of the settings what it would propose, and show what would come of it.",
        "Спросить языковую модель из настроек, что она предложит, и показать, что из этого выйдет.",
    ),
    epilog=example(
        said(
            "govorun understand model 'a dentist please' 'well, some time next week'",
            "govorun understand model 'запишите к терапевту' 'ну на той неделе как-нибудь'",
        )
    ),
)
def model(
    said_: Annotated[
        list[str],
        typer.Argument(
            metavar=said("TEXT", "ТЕКСТ"),
            help=said("A conversation; the last is asked about.", "Разговор; спрашивают о последнем."),
        ),
    ],
    scenarios: SetOption = "",
    lang: Spoken = None,
    show: Annotated[
        bool, typer.Option("--show", help=said("Show what goes out, too.", "Показать и то, что уходит."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    from bot import settings
    from bot.app import proposals

    proposals.propose(
        settings.load(), said_, scenarios=scenarios, language=lang, show=show, as_json=as_json, console=out
    )


@understand.command(
    help=said(
        "Tell why a text is understood as it is: what the step expects, which rule, slots and phrases speak for what.",
        "Объяснить, почему реплика понята так: чего ждёт шаг, какое правило, какие слоты и фразы за что говорят.",
    ),
    epilog=example(
        said(
            "govorun understand why 'move me to friday' --lang en",
            "govorun understand why 'сдвиньте меня на пятницу'",
        ),
        said(
            "govorun understand why 'a dentist please' 'well, tomorrow' --lang en",
            "govorun understand why 'запишите к терапевту' 'ну завтра'",
        ),
    ),
)
def why(
    said_: Annotated[
        list[str],
        typer.Argument(
            metavar=said("TEXT", "ТЕКСТ"),
            help=said("A conversation; the last is explained.", "Разговор; объясняется последняя реплика."),
        ),
    ],
    scenarios: SetOption = "",
    lang: Spoken = None,
    as_json: AsJson = False,
) -> None:
    from bot import settings
    from bot.app import why as explaining

    explaining.explain(settings.load(), said_, scenarios=scenarios, language=lang, as_json=as_json, console=out)


@understand.command(
    help=said(
        "Show which wishes are mixed up, by which phrases, what words they share, and what to do. Each phrase is "
        "judged by what was learnt without it.",
        "Показать, какие желания путаются, из-за каких фраз, что у них общего и что делать. О каждой фразе судят по "
        "тому, что выучено без неё.",
    ),
    epilog=example(
        "govorun understand confusions scenarios/clinic",
        "govorun understand confusions --train train.csv --language ru --json",
    ),
)
def confusions(
    folder: Folder = None,
    train: Annotated[
        Path | None,
        typer.Option(
            "--train",
            help=said(
                "CSV with the columns text,intent, in place of sets.", "CSV с колонками text,intent вместо наборов."
            ),
            show_default=False,
        ),
    ] = None,
    speak: Annotated[
        Language | None,
        typer.Option(
            "--language",
            help=said("Of the phrases: one language alone.", "Язык фраз: только этот один."),
            show_default=False,
        ),
    ] = None,
    lang: Reported = None,
    as_json: AsJson = False,
) -> None:
    from bot import settings
    from bot.app import confusing

    confusing.confusions(folder or settings.load().scenarios, train, speak, as_json=as_json, console=out)
