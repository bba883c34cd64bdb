"""The small clinic with a question to another program in it: `order`; `lookup` asks before anything is said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bot.backends.calendar import Calendar
from bot.backends.http import Outside
from bot.dialogue.external import External, Found, Secret
from bot.dialogue.program import CollectStep, DoStep, SayStep
from bot.dialogue.scenario import Scenario
from bot.ports import Backend
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from bot.turn import Served, Turn
from tests.turn.clinic import Plain, clinic, expression, prompt, slot, title

STATUS = External(
    name="orders.status",
    takes=("number",),
    gives=("state",),
    method="POST",
    url=(Secret("SHOP_URL"), "/orders/", expression("number")),
    body={"number": expression("number")},
    timeout=60,  # tests hold the answer back
    answer={"state": Found(path=("state",))},
    outcomes={"none": (404,)},
)


def asking(name: str, *, first: str) -> Scenario:
    return Scenario(
        name=name,
        title=title(name),
        first=first,
        slots={"phone": slot("phone", "phone", "Ваш телефон?"), "service": slot("service", "text", "Что ещё?")},
        steps={
            "collect": CollectStep(id="collect", next="ask", slots=("phone",)),
            "ask": DoStep(
                id="ask",
                next="say",
                action="orders.status",
                args={"number": expression("phone")},
                meanwhile=prompt("order:meanwhile", "Секунду, смотрю заказ."),
                branches={"none": "gone", "error": "broken"},
            ),
            "say": SayStep(id="say", next="more", prompt=prompt("order:say", "Заказ {state}.")),
            "gone": SayStep(id="gone", prompt=prompt("order:gone", "Нет такого заказа.")),
            "broken": SayStep(id="broken", prompt=prompt("order:broken", "Не могу узнать.")),
            "more": CollectStep(id="more", next="end", slots=("service",)),
            "end": SayStep(id="end", prompt=prompt("order:end", "Записал: {service}.")),
        },
    )


@contextmanager
def ordering(database: Database, url: str, *, outside: bool = True, **more: Any) -> Iterator[tuple[Turn, LocalBus]]:
    made = clinic()
    builtin = {**made.builtin, "one_moment": prompt("one_moment", "[one_moment]")}
    scenarios = replace(
        made,
        builtin=builtin,
        scenarios={
            **made.scenarios,
            "order": asking("order", first="collect"),
            "lookup": asking("lookup", first="ask"),
        },
        phrases={**made.phrases, "order": {"ru": ("order",)}},
        actions={"orders.status": STATUS},
    )
    backends: Mapping[str, Backend] = {"calendar": Calendar(scenarios.business)}
    served = Served(scenarios=scenarios, nlu=Plain(), backends=backends)
    bus = LocalBus()
    asks = Outside({"SHOP_URL": url}) if outside else None
    yield Turn(database, {"clinic": served}, bus, default="clinic", outside=asks, **more), bus
