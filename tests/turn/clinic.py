"""A small clinic for tests of the turn: a menu, a booking with the real calendar, a person.

Its understanding is a double that reads what is meant from the text itself: "service=terapevt when=2026-11-24T15:00",
"yes", "no", "operator", "booking". Everything after it is the real thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from bot.backends.calendar import Calendar
from bot.customers.opening import script
from bot.dialogue.actions import Say
from bot.dialogue.events import Event, Keys, Started, Utterance
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.meaning import Expectation, Language, Meaning, Option, Reading, ScoredIntent
from bot.dialogue.program import AgainStep, ChooseStep, CollectStep, ConfirmStep, DoStep, HandoffStep, Item, SayStep
from bot.dialogue.scenario import Business, Scenario, ScenarioSet
from bot.dialogue.slot import Slot
from bot.dialogue.values import PersonName, Value
from bot.dialogue.wording import Prompt, Wording
from bot.ports import Backend, Identity, Inbound, Outcome
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from bot.turn import Served, Turn

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # a Monday; ten in the morning in Moscow
TOMORROW = "2026-11-24T15:00"


def prompt(name: str, text: str) -> Prompt:
    template = (Template.parse(text),)
    return Prompt(id=name, wordings={"ru": Wording(text=template), "en": Wording(text=template)})


def title(text: str) -> dict[str, str]:
    return {"ru": text, "en": text}


def expression(text: str) -> Expression:
    return Expression.parse(text)


def item(name: str, key: str, *, scenario: str | None = None, target: str = "") -> Item:
    return Item(
        id=name,
        option=Option(id=name, title=title(name), key=key),
        intent=scenario or f"main.{name}",
        announce=prompt(f"main:{name}", f"{name}: {key}"),
        target=target,
        scenario=scenario,
    )


SERVICES = (
    {"id": "terapevt", "title": title("терапевт"), "minutes": 30},
    {"id": "dentist", "title": title("стоматолог"), "minutes": 60},
)


def slot(name: str, kind: str, ask: str, **more: Any) -> Slot:
    return Slot(name=name, type=kind, title=title(name), ask=prompt(f"booking:ask.{name}", ask), **more)


def clinic(name: str = "clinic") -> ScenarioSet:
    main = Scenario(
        name="main",
        title=title("main"),
        first="menu",
        steps={
            "menu": ChooseStep(
                id="menu",
                menu="main",
                prompt=prompt("main:menu", "Чем помочь?"),
                loop=True,
                items=(
                    item("booking", "1", scenario="booking"),
                    item("price", "2", target="price"),
                    item("cancellation", "3", scenario="cancellation"),
                    item("operator", "0", target="person"),
                ),
            ),
            "price": SayStep(id="price", next="menu", prompt=prompt("main:price", "Приём стоит 1500 рублей.")),
            "person": HandoffStep(id="person", reason="asked", skill="registry", next="menu"),
        },
    )
    booking = Scenario(
        name="booking",
        title=title("Запись"),
        first="collect",
        slots={
            "service": slot(
                "service",
                "choice",
                "К какому врачу?",
                options=tuple(Option(id=str(row["id"]), title=row["title"]) for row in SERVICES),  # type: ignore[arg-type]
            ),
            "when": slot("when", "datetime", "На какой день и час?"),
            "name": slot("name", "person", "Как вас зовут?", prefill=expression("customer.name"), learn="name"),
            "phone": slot("phone", "phone", "Ваш телефон?", prefill=expression("caller.phone"), learn="phone"),
        },
        steps={
            "collect": CollectStep(id="collect", next="hold", slots=("service", "when", "name", "phone")),
            "hold": DoStep(
                id="hold",
                next="confirm",
                action="calendar.hold",
                args={"service": expression("service"), "when": expression("when")},
                branches={"taken": "taken"},
            ),
            "taken": SayStep(id="taken", next="again", prompt=prompt("booking:taken", "Это время занято.")),
            "again": AgainStep(id="again", slots=("when",), target="collect"),
            "confirm": ConfirmStep(
                id="confirm", next="book", prompt=prompt("booking:confirm", "Всё верно?"), change=("when",)
            ),
            "book": DoStep(
                id="book",
                next="done",
                action="calendar.book",
                args={name: expression(name) for name in ("service", "when", "name", "phone")},
                branches={"taken": "taken"},
            ),
            "done": SayStep(id="done", prompt=prompt("booking:done", "Записал.")),
        },
    )
    cancellation = Scenario(
        name="cancellation",
        title=title("Отмена"),
        first="find",
        steps={
            "find": DoStep(id="find", next="sure", action="calendar.find", branches={"none": "nothing"}),
            "sure": ConfirmStep(id="sure", next="cancel", prompt=prompt("cancellation:sure", "Отменить?")),
            "cancel": DoStep(
                id="cancel",
                next="cancelled",
                action="calendar.cancel",
                args={"booking": expression("booking")},
                branches={"gone": "nothing"},
            ),
            "cancelled": SayStep(id="cancelled", prompt=prompt("cancellation:done", "Отменил.")),
            "nothing": SayStep(id="nothing", prompt=prompt("cancellation:none", "Записей нет.")),
        },
    )
    builtin = {
        name: prompt(name, "[code_sms] {code}" if name == "code_sms" else f"[{name}]")
        for name in (
            "not_understood",
            "silence",
            "cancelled",
            "internal_error",
            "attached_file",
            "attached_voice",
            "attached_sticker",
            "attached_edited",
            "attached_other",
            "to_person",
            "to_person_text",
            "agent_joined",
            "agent_left",
            "goodbye",
            "offer_continue",
            "continuing",
            "continuing_named",
            "known_already",
            "offer_return",
            "offer_person",
            "stay_there",
            "go_on_there",
            "link_sent",
            "link_sms",
            "write_there",
            "not_there",
            "not_called",
            "called_after",
            "called_again",
            "offer_link",
            "who_speaks",
            "who_speaks_unnamed",
            "is_it_you",
            "not_the_one",
            "new_name",
            "code_number",
            "code_sms",
            "code_sent",
            "code_ask",
            "code_wrong",
            "code_over",
            "code_right",
            "code_no_way",
            "code_too_often",
            "code_left",
            "code_needless",
            "call_us",
            "one_moment",
            "moved",
            "transfer_failed",
            "what_to_change",
            "declined",
            "help",
            "nothing_to_cancel",
            "greeting_reply",
            "thanks_reply",
            "queue_place",
            "queue_wait",
            "queue_soon",
            "queue_callback",
            "callback_agree",
            "callback_promised",
        )
    }
    return ScenarioSet(
        name=name,
        version="1",
        title=title("Клиника"),
        languages=("ru", "en"),
        start="main",
        business=Business(name=title("Клиника"), timezone="Europe/Moscow", tables={"services": SERVICES}),
        scenarios={"main": main, "booking": booking, "cancellation": cancellation},
        phrases={intent: {"ru": (intent,)} for intent in ("booking", "cancellation", "main.price", "main.operator")},
        builtin=builtin,
        rows={str(row["id"]): row for row in SERVICES},
    )


class Plain:
    """Reads the meaning that the text spells out. The word "boom" is a fault in the code behind understanding."""

    def language_of(self, text: str) -> Language | None:
        return script(text)

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        intents: tuple[ScoredIntent, ...] = ()
        readings: dict[str, Reading] = {}
        yes = None
        for word in text.split():
            name, _, value = word.partition("=")
            if word == "boom":
                raise ZeroDivisionError("Иван Петров")
            if value:
                readings[name] = Reading(value=_value(name, value))
            elif word in ("yes", "no"):
                yes = word == "yes"
            elif word in expectation.intents:
                intents = (ScoredIntent(name=word, score=1.0),)
        return Meaning(intents=intents, readings=readings, yes=yes)


def _value(name: str, value: str) -> Value:
    if name == "when":
        return datetime.fromisoformat(value)
    if name == "name":
        given, _, family = value.partition("_")
        return PersonName(given=given, family=family)
    return value


@dataclass
class Person:
    """Somebody on a channel; every event gets an id and a later second."""

    turn: Turn
    identity: Identity
    channel: str = "rest"
    medium: str = "text"
    now: datetime = NOW
    conversation: str | None = None
    ids: Iterator[int] = field(default_factory=count)

    async def says(self, text: str, **more: Any) -> Outcome:
        return await self.send(Utterance(id=self.next_id(), at=self.tick(), text=text), **more)

    async def press(self, digits: str) -> Outcome:
        return await self.send(Keys(id=self.next_id(), at=self.tick(), digits=digits))

    async def starts(self, **more: Any) -> Outcome:
        return await self.send(Started(id=self.next_id(), at=self.tick()), **more)

    async def send(self, event: Event, **more: Any) -> Outcome:
        return await self.turn.take(self.inbound(event, **more))

    def inbound(self, event: Event, **more: Any) -> Inbound:
        return Inbound(
            event=event,
            channel=self.channel,
            identity=self.identity,
            medium=self.medium,
            **{"conversation": self.conversation, **more},
        )

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def next_id(self) -> str:
        return f"{self.identity.value}-{next(self.ids)}"


def said(outcome: Outcome) -> list[str]:
    return [action.text for action in outcome.actions if isinstance(action, Say)]


@contextmanager
def serving(
    database: Database, *, backends: Mapping[str, Backend] | None = None, **more: Any
) -> Iterator[tuple[Turn, LocalBus]]:
    bus = LocalBus()
    scenarios = clinic()
    calendar: Mapping[str, Backend] = {"calendar": Calendar(scenarios.business)}
    served = Served(scenarios=scenarios, nlu=Plain(), backends=calendar if backends is None else backends)
    yield Turn(database, {"clinic": served}, bus, default="clinic", **more), bus


def writer(turn: Turn, sender: str = "ivan") -> Person:
    return Person(turn, Identity(kind="rest", value=sender))


def caller(turn: Turn, phone: str = "+79051234567") -> Person:
    return Person(turn, Identity(kind="phone", value=phone), channel="sip", medium="voice")


WHOLE = f"booking service=terapevt when={TOMORROW} name=Иван_Петров phone=+79051234567"
