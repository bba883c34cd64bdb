"""`govorun call`: one call that somebody at this machine asks for, with the telephone half to itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from bot.app.beginning import typed
from bot.app.calling_words import told
from bot.app.house import build
from bot.app.voice import VoiceHalf
from bot.customers import called
from bot.dialogue.fixed import fixed_prompts
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Machine, ScenarioSet
from bot.errors import GovorunError
from bot.locale import said
from bot.outreach.rules import destination
from bot.settings import Settings
from bot.stores import reached
from bot.stores.placed import Wanted
from voice.dialling import Progress
from voice.sip.host import check_free


async def place(
    settings: Settings,
    address: str,
    *,
    scenario: str | None,
    given: Sequence[str] = (),
    language: Language,
    machine: Machine | None = None,
    ring_s: int = 45,
    customer: int | None = None,
    console: Console,
) -> Progress:
    """Call somebody and talk until either side hangs up; how it ended. scenario: SET/SCENARIO, or either. given:
    name=value. machine: what to do with an answering machine, None: as the scenario says.
    customer: whom it is for, whoever picks up.

    Raises GovorunError: Unacceptable of what is no address, NotFound and Conflict of whom nobody can ask for.
    """
    to = destination(address)
    if _taken(settings):  # a server runs beside us: calls go out from another port
        settings = settings.model_copy(update={"sip_port": _free_port(settings.sip_host)})
    house = await asyncio.to_thread(build, settings)
    begin = typed(house.sets, settings.scenario_set, scenario, given)
    with house.database.reading() as tx:
        customer = called.for_whom(tx, to.number, customer, begin.given)
        talks = reached.on_the_line(tx, reached.Party.of(tx, to.number, customer), house.now())
    if talks:
        console.print(said("They are on the line with us now", "Этот клиент сейчас говорит с нами"), highlight=False)
    half = VoiceHalf(house)
    wanted = Wanted(
        to=address,
        scenarios=begin.scenarios,
        scenario=begin.scenario,
        given=begin.given,
        language=language,
        machine=machine,
        ring_s=ring_s,
        customer=customer,
        origin="command",
    )

    async def tell(progress: Progress) -> None:
        console.print(told(progress), highlight=False)

    await house.start()
    try:
        await half.start(console, takes=False, prompts=_first(house.sets[begin.scenarios], begin.scenario, language))
        await half.warmed()
        console.print(said("Calling", "Звоню:") + f" [bold]{escape(to.address)}[/]", highlight=False)
        return await half.dialler.now(wanted, tell)
    finally:
        await half.drain(0)
        await house.close()


def _first(scenarios: ScenarioSet, name: str | None, language: Language) -> tuple[tuple[str, str], ...]:
    """What the call begins with: it must not wait for more, and the rest is rendered when it is said."""
    about = scenarios.scenarios[name or scenarios.start].outbound
    prompts = (about.announce, about.voicemail) if about else ()
    return fixed_prompts([each for each in prompts if each is not None], language)


def _taken(settings: Settings) -> bool:
    try:
        check_free(settings.sip_host, settings.sip_port)
    except GovorunError:
        return True
    return False


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind((host, 0))
        return int(made.getsockname()[1])
