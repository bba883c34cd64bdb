"""A scenario set small enough to hold in the head: a menu, a booking of three slots, a price; and one conversation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from bot.dialogue.actions import Action, Fetch, Say
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import Chosen, Event, Fetched, Keys, Silence, Started, Utterance
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.meaning import Meaning, Option, Reading, ScoredIntent
from bot.dialogue.program import AgainStep, ChooseStep, CollectStep, ConfirmStep, DoStep, Item, SayStep
from bot.dialogue.scenario import Business, Scenario, ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.slot import Rule, Slot
from bot.dialogue.values import Moment, PersonName
from bot.dialogue.wording import Prompt, Wording

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
TOMORROW = date(2026, 11, 19)
THREE = datetime(2026, 11, 19, 15)
FOUR = datetime(2026, 11, 19, 16)
IVAN = PersonName(given="Иван", family="Петров")


def prompt(id: str, *russian: str, english: str = "", voice: str = "") -> Prompt:
    wordings = {
        "ru": Wording(text=tuple(map(Template.parse, russian)), voice=(Template.parse(voice),) if voice else ())
    }
    if english:
        wordings["en"] = Wording(text=(Template.parse(english),))
    return Prompt(id=id, wordings=wordings)


BUILTIN = (
    "to_person to_person_text not_understood silence cancelled nothing_to_cancel ask_time ask_day ask_part_of_day"
    " no_such_time keep_waiting_text nobody_free"
    " what_to_change goodbye greeting_reply help offer_continue continuing in_the_past agent_left agent_joined"
    " internal_error one_moment crowded survey_csat survey_nps survey_ces"
    " keep_waiting more_answers corrected wait_ok thanks_reply transfer_failed moved declined"
    " nobody_answered queue_wait_on queue_go_on"
    " language_switched clarify neither leave_it not_now come_back usual"
    " anything_more cant_skip in_the_future out_of_range too_small too_big wrong_length wrong_length_between"
    " queue_place queue_soon queue_wait queue_long queue_callback callback_agree callback_number callback_not"
    " callback_elsewhere"
    " callback_promised agent_brief"
    " known_person known_phone known_value"
    " wrong_signs wrong_signs_between ask_domain keypad_time keypad_code keypad_email keyed_right say_it"
    " recorded may_record not_recorded"
    " attached_file attached_voice attached_sticker attached_edited attached_other"
    " continuing_named known_already offer_return offer_person stay_there go_on_there link_sent link_sms write_there"
    " not_there call_us not_called called_after called_again"
    " offer_link who_speaks who_speaks_unnamed is_it_you not_the_one new_name code_number code_sms code_sent code_ask"
    " code_wrong code_over code_right code_no_way code_too_often code_left code_needless"
)
SERVICES = (Option(id="terapevt", title={"ru": "Терапевт"}), Option(id="lor", title={"ru": "Лор"}))
ROWS: dict[str, Any] = {
    "terapevt": {"id": "terapevt", "title": {"ru": "Терапевт"}, "price": 1500},
    "lor": {"id": "lor", "title": {"ru": "Лор"}, "price": 1800},
}
SLOTS = {
    "service": Slot(
        name="service",
        type="choice",
        title={"ru": "Врач"},
        ask=prompt("booking:ask.service", "К какому врачу?", "Назовите врача."),
        options=SERVICES,
    ),
    "when": Slot(
        name="when",
        type="datetime",
        title={"ru": "Время"},
        ask=prompt("booking:ask.when", "Когда?", "День и час?"),
        rules=(Rule(when=Expression.parse("calendar.open(when)"), otherwise=prompt("closed", "Закрыто.")),),
    ),
    "name": Slot(
        name="name",
        type="person",
        title={"ru": "Имя"},
        ask=prompt("booking:ask.name", "Как вас зовут?"),
        prefill=Expression.parse("customer.name"),
        learn="name",
    ),
}
BOOKING = Scenario(
    name="booking",
    title={"ru": "Запись"},
    first="collect",
    slots=SLOTS,
    steps={
        "collect": CollectStep(id="collect", next="hold", slots=("service", "when", "name")),
        "hold": DoStep(
            id="hold",
            next="confirm",
            action="calendar.hold",
            args={"when": Expression.parse("when")},
            branches={"taken": "taken"},
        ),
        "taken": SayStep(id="taken", next="again", prompt=prompt("taken", "Занято.")),
        "again": AgainStep(id="again", slots=("when",), target="collect"),
        "confirm": ConfirmStep(
            id="confirm",
            next="done",
            prompt=prompt("confirm", "{name.given}, {service|title|lower}, в {when|time}. Верно?"),
            change=("service", "when", "name"),
        ),
        "done": SayStep(id="done", prompt=prompt("done", "Записал.")),
    },
)
PRICE = Scenario(
    name="price",
    title={"ru": "Цена"},
    first="say",
    steps={"say": SayStep(id="say", prompt=prompt("price", "От 1500 рублей."))},
)


def item(id: str, key: str, title: str) -> Item:
    option = Option(id=id, title={"ru": title}, key=key)
    return Item(id=id, option=option, intent=id, announce=prompt(f"a.{id}", f"{title} — {key}."), scenario=id)


MAIN = Scenario(
    name="main",
    title={"ru": "Меню"},
    first="hello",
    steps={
        "hello": SayStep(id="hello", next="menu", prompt=prompt("hello", "Здравствуйте!")),
        "menu": ChooseStep(
            id="menu",
            menu="main",
            prompt=prompt("menu", "Чем помочь?", "Скажите, что нужно."),
            again=prompt("menu.again", "Что ещё?"),
            loop=True,
            items=(item("booking", "1", "Записаться"), item("price", "2", "Узнать цену")),
        ),
    },
)
SMALL = ScenarioSet(
    name="small",
    version="1",
    title={"ru": "Пример"},
    languages=("ru", "en"),
    start="main",
    business=Business(name={"ru": "Пример"}, tables={"services": tuple(ROWS.values())}),
    scenarios={"main": MAIN, "booking": BOOKING, "price": PRICE},
    phrases={"booking": {}, "price": {}},
    builtin={name: prompt(name, f"<{name}>", f"<{name} 2>") for name in BUILTIN.split()},
    rows=ROWS,
)


class Talk:
    """A conversation with the small set. Each call returns what the bot said; `actions` holds all it did.

    outcome: what the calendar answers at once; "": nothing yet, the test says so itself.
    """

    def __init__(
        self, *, medium: str = "text", outcome: str = "ok", scenarios: ScenarioSet = SMALL, **started: Any
    ) -> None:
        self.scenarios = scenarios
        self.session: Session = opening("c1", scenarios)
        self.actions: tuple[Action, ...] = ()
        self.outcome = outcome
        self._number = 0
        self.hello = self.happen(Started, medium=medium, **started)

    def happen(self, kind: type[Event], **fields: Any) -> list[str]:
        self._number += 1
        event = kind(id=str(self._number), at=NOW, **fields)
        self.session, self.actions = advance(self.session, event, self.scenarios)
        said = [action.text for action in self.actions if isinstance(action, Say)]
        for action in self.actions:
            if isinstance(action, Fetch) and self.outcome:
                before = self.actions
                said += self.happen(Fetched, request=action.id, outcome=self.outcome)
                self.actions = before + self.actions
        return said

    def say(self, intent: str = "", *, yes: bool | None = None, option: str | None = None, **slots: Any) -> list[str]:
        """slots: a Reading, a Moment (of which the other part is asked), or a whole value."""
        readings = {name: _reading(value) for name, value in slots.items()}
        intents = (ScoredIntent(name=intent, score=1.0),) if intent else ()
        meaning = Meaning(intents=intents, readings=readings, yes=yes, option=option)
        return self.happen(Utterance, text="…", meaning=meaning)

    def press(self, digits: str) -> list[str]:
        return self.happen(Keys, digits=digits)

    def button(self, option: str) -> list[str]:
        return self.happen(Chosen, option=option)

    def silent(self) -> list[str]:
        return self.happen(Silence, seconds=6.0)

    def did(self, kind: type[Action]) -> list[Any]:
        return [action for action in self.actions if isinstance(action, kind)]


def _reading(value: Any) -> Reading:
    if isinstance(value, Reading):
        return value
    if isinstance(value, Moment):
        return Reading(partial=value, question="day" if value.day is None else "time")
    return Reading(value=value)
