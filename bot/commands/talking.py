"""`govorun serve`, `chat`, `call`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

import typer

from bot import settings as settings_
from bot.commands.typed import Data, Lang, Spoken, With, example, group, out
from bot.locale import said

commands = group()
_FROM = said(
    "Begin with this scenario, or set, or SET/SCENARIO, instead of the first.",
    "Начать с этого сценария, или набора, или НАБОР/СЦЕНАРИЙ, а не с первого.",
)


@commands.command(
    help=said(
        "Answer: pages, chat, API and telephone in one process. Ctrl-C and SIGTERM finish what has begun.",
        "Отвечать: страницы, чат, API и телефон в одном процессе. Ctrl-C и SIGTERM дают начатому закончиться.",
    ),
    epilog=example("govorun serve --port 9000 --data /var/lib/govorun"),
)
def serve(
    only: Annotated[
        Literal["web", "voice"] | None,
        typer.Option("--only", help=said("One half: for a process of each.", "Одна половина: процесс на каждую.")),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(
            help=said("Address of the web; 0.0.0.0 opens it to the network.", "Адрес веба; 0.0.0.0 откроет его сети.")
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help=said("Port of the web (8080); 0 takes a free one.", "Порт веба (8080); 0 — любой свободный.")
        ),
    ] = None,
    sip_port: Annotated[int | None, typer.Option(help=said("Port of SIP (5060).", "Порт SIP (5060)."))] = None,
    data: Data = None,
) -> None:
    from bot import logs
    from bot.app import serving

    settings = settings_.load(host=host, port=port, sip_port=sip_port, data=data)
    logs.configure(settings.log_level, settings.log_format)
    asyncio.run(serving.serve(settings, only, console=out))


@commands.command(
    help=said(
        "Talk to the bot here, without a server. Ctrl-D ends it. Without --data nothing is kept.",
        "Поговорить с ботом здесь, без сервера. Ctrl-D закончит. Без --data ничего не сохранится.",
    ),
    epilog=example("govorun chat booking", "govorun chat confirmation --with 'when=2026-11-19 16:00'"),
)
def chat(
    scenario: Annotated[
        str | None, typer.Argument(metavar=said("SCENARIO", "СЦЕНАРИЙ"), help=_FROM, show_default=False)
    ] = None,
    given: With = None,
    lang: Spoken = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why",
            help=said(
                "Tell why each text is understood as it is: for authors.",
                "Объяснять, почему каждая реплика понята так: для авторов.",
            ),
        ),
    ] = False,
    data: Data = None,
) -> None:
    from bot.app import terminal

    terminal.run(
        settings_.load(), scenario=scenario, given=given or (), language=lang, data=data, explained=why, console=out
    )


@commands.command(
    help=said(
        "Place a call, and talk until either side hangs up. Exit codes: 0 talked with a person, 3 nobody answers, "
        "4 busy, 5 refused, 6 an answering machine, 7 a fax, 1 it can't be done. Ctrl-C gives it up.",
        "Позвонить и говорить, пока кто-то не положит трубку. Коды выхода: 0 — поговорили с человеком, 3 — не "
        "ответили, 4 — занято, 5 — отклонили, 6 — автоответчик, 7 — факс, 1 — не получилось. Ctrl-C прервёт звонок.",
    ),
    epilog=example("govorun call sip:anna@127.0.0.1:5070 --scenario booking"),
)
def call(
    address: Annotated[
        str,
        typer.Argument(
            metavar=said("ADDRESS", "АДРЕС"),
            help=said(
                "sip:user@host[:port], or a number where a trunk takes it.",
                "sip:имя@узел[:порт] или номер, если есть транк.",
            ),
        ),
    ],
    scenario: Annotated[str | None, typer.Option("--scenario", help=_FROM, show_default=False)] = None,
    given: With = None,
    lang: Lang = "ru",
    machine: Annotated[
        Literal["message", "hang_up", "talk"] | None,
        typer.Option(
            "--machine",
            help=said(
                "What to do with an answering machine; else as the scenario says.",
                "Что делать с автоответчиком; иначе как написано в сценарии.",
            ),
            show_default=False,
        ),
    ] = None,
    ring: Annotated[
        int, typer.Option("--ring", min=5, max=180, help=said("Seconds it may ring.", "Сколько секунд ждать ответа."))
    ] = 45,
    customer: Annotated[
        int | None,
        typer.Option(
            "--customer",
            min=1,
            help=said(
                "Whom it is for, where others may pick up: they are asked for first.",
                "Кому звонок, если трубку могут взять другие: сначала спросим, он ли это.",
            ),
            show_default=False,
        ),
    ] = None,
    data: Data = None,
) -> None:
    from bot.app.calling_words import exit_code
    from bot.app.placing import place

    try:
        progress = asyncio.run(
            place(
                settings_.load(data=data),
                address,
                scenario=scenario,
                given=given or (),
                language=lang,
                machine=machine,
                ring_s=ring,
                customer=customer,
                console=out,
            )
        )
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(130) from None
    raise typer.Exit(exit_code(progress))
