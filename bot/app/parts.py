"""The view of the house that the web has: its parts, how each does, what is served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot import vcon
from bot.api.bodies import PublicationOut, SetOut
from bot.api.parts import Parts, Site, State
from bot.api.tokens import Signer
from bot.app.beginning import beginning
from bot.app.calling import Calling
from bot.app.house import House
from bot.app.release import release
from bot.customers.links import Ways
from bot.dialogue.values import Value
from bot.locale import said
from bot.stores.versions import Publication

PROBE_S = 3.0  # how long /ready waits for the database


def unasked(house: House) -> list[str]:
    """Other programs that can't be asked, by set: "shop: samples answer orders.status, orders.last: no url"."""
    told: list[str] = []
    for each in house.sets.values():
        lacking = [name for name, action in each.actions.items() if not action.url]
        if lacking:
            names = ", ".join(lacking)
            told.append(
                f"{each.name}: " + said(f"samples answer {names}: no url", f"{names}: нет url, отвечают примеры")
            )
        for name, action in each.actions.items():
            if action.url and house.outside is not None and (missing := house.outside.missing(action)):
                told.append(f"{each.name}: {name}: {', '.join(missing)} " + said("not set", "не задано"))
    return told


def unheard(house: House) -> list[str]:
    """Rasa servers that don't answer: "clinic: Rasa http://… does not answer, HTTP 500: understood without it"."""
    return [line for each in house.sets.values() for line in (house.outside.rasa.told(each) if house.outside else ())]


def parts(house: House, *, needs_voice: bool = False) -> Parts:
    """What the web stands on. needs_voice: a process without a telephone isn't ready, however well it chats."""
    settings = house.settings

    async def sets() -> tuple[State, str]:
        told = ", ".join(shelf.told for _, shelf in sorted(house.library.shelves.items()))
        return "ready", "; ".join((told, *unasked(house), *unheard(house)))

    async def database() -> tuple[State, str]:
        try:
            await asyncio.wait_for(house.records.writable(), PROBE_S)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            return "failed", f"can't be written: {type(error).__name__}"
        return "ready", "SQLite" if house.database.sqlite else "PostgreSQL"

    async def voice() -> tuple[State, str]:
        state, detail = made.calls.state() if made.calls else ("off", "text only")
        return ("failed" if needs_voice and state == "off" else state), detail

    async def trunks() -> tuple[State, str]:
        # One that is down is no reason to send chats elsewhere; a telephone that no trunk reaches is.
        told = made.calls.trunks if made.calls else ()
        if not told:
            return "off", "none is set"
        lost = needs_voice and not any(up for _, up, _ in told)
        return "failed" if lost else "ready", "; ".join(f"{name}: {how}" for name, _, how in told)

    async def messengers() -> tuple[State, str]:
        # One that doesn't know us is no reason to send the customers of the others elsewhere.
        found = made.messengers.states if made.messengers else {}
        told = "; ".join(f"{name}: {how}" for name, (_, how) in found.items())
        return ("ready", told) if told else ("off", "none is set")

    async def model() -> tuple[State, str]:
        # One that fails is no reason to send customers elsewhere: the default understands without it.
        return ("ready", house.model.state) if house.model else ("off", "GOVORUN_LLM_URL is not set")

    async def process() -> tuple[State, str]:
        return ("failed", "draining: no new work") if house.draining else ("ready", f"Govorun {release()}")

    states: dict[str, Callable[[], Awaitable[tuple[State, str]]]] = {
        "process": process,
        "scenarios": sets,
        "database": database,
        "voice": voice,
        "trunks": trunks,
        "messengers": messengers,
        "language_model": model,
    }
    ways = house.turn.ways
    made = Parts(
        # A letter answers one; who has never written gets none from us.
        reaches=(house.turn.delivered - {"email"}) | {"web"} | ({"phone"} if settings.call_allowed else set()),
        templates=bool(settings.whatsapp_template),
        sign_in=settings.sign_in_secret.get_secret_value() if settings.sign_in_secret else "",
        shown=ways.shown if ways is not None else (lambda row: row),
        turns=house.turns,
        records=house.records,
        recordings=house.recordings,
        desk=house.desk,
        vcons=vcon.Signer(house.keys.folder),
        bus=house.bus,
        metrics=house.metrics,
        signer=Signer(house.keys.get("signing")),
        token=settings.api_token.get_secret_value() if settings.api_token else house.keys.get("api-token"),
        site=Site(
            dial=settings.dial,
            public=settings.public_url.rstrip("/"),
            agent_sip=settings.agent_sip,
            language=settings.language,
            origins=(*settings.allowed_origins, *([settings.public_url.rstrip("/")] if settings.public_url else [])),
        ),
        now=house.now,
        sets=lambda: {
            name: dict(house.sets[name].business.name)
            for name in sorted(house.sets, key=lambda name: (name != settings.scenario_set, name))
        },
        shelves=lambda: told(house),
        states=states,
        titles=lambda of, scenario: _titles(house, of, scenario),
        services=lambda of, service: _service(house, of, service),
        given=lambda of, scenario, texts: _given(house, of, scenario, texts),
        calling=Calling(house),
        ways=house.turn.ways or Ways(key=b""),
    )
    return made


def _titles(house: House, of: str, scenario: str) -> dict[str, dict[str, str]]:
    found = house.sets[of].scenarios.get(scenario) if of in house.sets else None
    titles: dict[str, dict[str, str]] = {}
    for slot in found.slots.values() if found else ():
        titles[slot.name] = dict(slot.title)
        titles |= {f"{slot.name}={option.id}": dict(option.title) for option in slot.options}
    return titles


def _service(house: House, of: str, service: str) -> Mapping[str, str]:
    """Of that set, else of whichever has one of that id: a booking may have been made in another."""
    found = sorted(house.sets.values(), key=lambda each: each.name != of)
    rows = (row for each in found for row in each.business.tables.get("services", ()) if row.get("id") == service)
    title = next(rows, {}).get("title")
    return {name: str(told) for name, told in title.items()} if isinstance(title, Mapping) else {}


def _given(house: House, of: str, scenario: str | None, texts: Mapping[str, str]) -> Mapping[str, Value]:
    default = house.settings.scenario_set
    found = house.sets.get(of or default)
    name = f"{of or default}/{scenario or (found.start if found else '')}"
    return beginning(house.sets, default, name, texts, where="given").given


def told(house: House) -> list[SetOut]:
    """The sets as /api/scenarios tells of them, the default one first."""
    shelves = sorted(house.library.shelves.values(), key=lambda each: (each.name != house.library.default, each.name))
    return [
        SetOut(
            name=shelf.name,
            title=dict(shelf.live.scenarios.business.name) if shelf.live else {},
            version=shelf.version,
            publication=PublicationOut(**_fields(shelf.publication)) if shelf.publication else None,
            draft=shelf.draft,
            problems=list(shelf.problems),
        )
        for shelf in shelves
    ]


def _fields(publication: Publication) -> dict[str, Any]:
    told = {name: value for name, value in asdict(publication).items() if name != "scenarios"}
    return told | {"withdrawn": publication.withdrawn}
