"""`govorun customer` and `govorun erase`: who is known, made one, parted, erased; without a server."""

from __future__ import annotations

from typing import Annotated

import typer

from bot import settings as settings_
from bot.commands.typed import AsJson, Data, example, group, out
from bot.locale import said

customer = group(
    said("Who is known: show, join, part, erase.", "Кого мы знаем: показать, соединить, разделить, стереть.")
)
commands = group()

Who = Annotated[
    str,
    typer.Argument(
        metavar=said("CUSTOMER", "КЛИЕНТ"),
        help=said(
            "A number of theirs: 17; or an identity: +79051234567, telegram:42.",
            "Номер клиента: 17; или признак: +79051234567, telegram:42.",
        ),
    ),
]
By = Annotated[str, typer.Option("--by", help=said("Who does it; kept with it.", "Кто это делает; хранится с этим."))]
Note = Annotated[str, typer.Option("--note", help=said("Why you know.", "Откуда известно."), show_default=False)]
Yes = Annotated[bool, typer.Option("--yes", help=said("Don't ask.", "Не переспрашивать."))]


@customer.command(
    help=said("What is known of a customer, and how it came.", "Что известно о клиенте и откуда."),
    epilog=example("govorun customer show 17", "govorun customer show +79051234567"),
)
def show(who: Who, as_json: AsJson = False, data: Data = None) -> None:
    from bot.app import customers

    customers.show(settings_.load(data=data), who, as_json=as_json, console=out)


@customer.command(
    help=said("Two customers are one person.", "Два клиента — один человек."),
    epilog=example(
        said("govorun customer merge 17 23 --note 'named both'", "govorun customer merge 17 23 --note 'назвал оба'")
    ),
)
def merge(
    who: Who,
    other: Annotated[
        str, typer.Argument(metavar=said("OTHER", "ДРУГОЙ"), help=said("The same person.", "Тот же человек."))
    ],
    note: Note = "",
    by: By = "command",
    data: Data = None,
) -> None:
    from bot.app import customers

    customers.merge(settings_.load(data=data), who, other, note=note, by=by, console=out)


@customer.command(
    help=said("These identities are somebody else's.", "Эти признаки — другого человека."),
    epilog=example("govorun customer split 17 telegram:42"),
)
def split(
    who: Who,
    identities: Annotated[
        list[str],
        typer.Argument(
            metavar=said("IDENTITY…", "ПРИЗНАК…"), help=said("Some of theirs, not all.", "Часть его признаков.")
        ),
    ],
    note: Note = "",
    by: By = "command",
    data: Data = None,
) -> None:
    from bot.app import customers

    customers.split(settings_.load(data=data), who, identities, note=note, by=by, console=out)


@customer.command(
    help=said("Take a join or a split back, as if it had never been.", "Отменить соединение или разделение."),
    epilog=example("govorun customer undo 5"),
)
def undo(
    act: Annotated[
        int,
        typer.Argument(
            metavar=said("ACT", "ДЕЙСТВИЕ"),
            help=said("Its number, as `show` has it.", "Его номер, как в `show`."),
            min=1,
        ),
    ],
    by: By = "command",
    data: Data = None,
) -> None:
    from bot.app import customers

    customers.undo(settings_.load(data=data), act, by=by, console=out)


@customer.command(
    "erase",
    help=said(
        "Erase a person everywhere: talks, recordings, facts, habits. It can't be undone.",
        "Стереть человека везде: разговоры, записи, сведения, привычки. Отменить нельзя.",
    ),
    epilog=example("govorun customer erase 17 --yes"),
)
@commands.command(
    "erase",
    help=said(
        "Erase a person everywhere: talks, recordings, facts, habits. It can't be undone.",
        "Стереть человека везде: разговоры, записи, сведения, привычки. Отменить нельзя.",
    ),
    epilog=example("govorun erase +79051234567", "govorun erase 17 --yes"),
)
def erase(who: Who, yes: Yes = False, by: By = "command", data: Data = None) -> None:
    from bot.app import customers

    settings = settings_.load(data=data)
    told = customers.about(settings, who)
    if not yes:
        typer.confirm(said(f"Erase {told} for good?", f"Стереть навсегда: {told}?"), abort=True, err=True)
    customers.erase(settings, who, by=by, console=out)
