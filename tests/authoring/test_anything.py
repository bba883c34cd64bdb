"""Whatever happens, in whatever order: no error, always a reply, and never a dead end.

A hundred random conversations a set in `make test`; `make explore` has ten thousand.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.authoring.exploring.moves import NOW, Move, answers, beginning, invalid, moves, valid
from bot.authoring.load import load
from bot.dialogue import codec
from bot.dialogue.actions import Action, End, Fault, Fetch, Handoff, Invite, Say, TakeOver
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Chosen,
    Event,
    Fetched,
    Invited,
    Keys,
    Left,
    Silence,
    Started,
    TransferFailed,
    Utterance,
)
from bot.dialogue.meaning import REPAIRS, Meaning, Reading, ScoredIntent, SlotSpec
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session, Unfinished
from bot.dialogue.slot import Slot
from bot.dialogue.values import Moment

SETS = sorted(file.parent for file in (Path(__file__).parents[2] / "scenarios").glob("*/business.yaml"))
CUSTOMERS = (Utterance, Chosen, Keys, Silence)
PATIENCE = 11  # an answerless prompt each; `attempts` may be ten
WORDS = ("", "да", "хочу записаться на завтра", "{name}", "{{", "\x00", "😀" * 50, "what is your price?", "а" * 2000)


class Dice:
    """Bytes that hypothesis draws, and shrinks, as throws; None when there are no more."""

    def __init__(self, thrown: bytes) -> None:
        self.thrown = iter(thrown)
        self.over = False

    def throw(self, sides: int) -> int:
        value = next(self.thrown, None)
        self.over = value is None
        return (value or 0) % max(1, sides)

    def pick(self, of: tuple[object, ...]) -> object:
        return of[self.throw(len(of))] if of else None


class Conversation:
    """One conversation, thrown by dice. Every step is checked."""

    def __init__(self, scenarios: ScenarioSet, dice: Dice, *, name: str = "c", behind: Fetch | None = None) -> None:
        """behind: what a program is asked for the conversation that may go on here; its answer comes here then."""
        self.scenarios = scenarios
        self.dice = dice
        self.session: Session = opening(name, scenarios)
        self.fetch: Fetch | None = None
        self.behind = behind
        self.last: Event | None = None
        self.at = NOW
        self.faults: list[Fault] = []

    def begin(self, unfinished: Unfinished | None = None) -> None:
        names = tuple(self.scenarios.scenarios)
        name = self.scenarios.start if self.dice.throw(3) else str(self.dice.pick(names))
        move = beginning(self.scenarios, self.scenarios.scenarios[name], "ru" if self.dice.throw(2) else "en")
        assert isinstance(move.event, Started)
        voice = self.dice.throw(3) > 0
        self.happen(
            replace(
                move.event,
                medium="voice" if voice else "text",
                scenario=None if name == self.scenarios.start else name,
                given=move.event.given if self.dice.throw(4) else {},
                unfinished=unfinished,
                customer={"name": "Анна"} if self.dice.throw(2) else {},
            )
        )

    def go_on(self) -> None:
        while not self.dice.over and self.session.status != "ended":
            if self.fetch is not None and self.dice.throw(16):
                self.answer()
            else:
                self.happen(self.event())

    def answer(self) -> None:
        assert self.fetch is not None
        outcome, data = answers(self.fetch, self.scenarios)[self.dice.throw(len(answers(self.fetch, self.scenarios)))]
        if not self.dice.throw(16):
            outcome, data = "strange", {}
        self.happen(Fetched(id=self.fetch.id, at=self.at, request=self.fetch.id, outcome=outcome, data=data))

    def happen(self, event: Event) -> None:
        before = self.session
        self.at += timedelta(seconds=self.dice.throw(3) * 7)
        event = replace(event, at=self.at)
        self.session, actions = advance(before, event, self.scenarios)
        assert advance(before, event, self.scenarios) == (self.session, actions), "not twice the same"
        self.faults += [action for action in actions if isinstance(action, Fault)]
        fetches = [action for action in actions if isinstance(action, Fetch)]
        waited = self.fetch is not None
        answered = isinstance(event, Fetched) and self.fetch is not None and event.request == self.fetch.id
        if any(isinstance(action, TakeOver) for action in actions):
            self.fetch = self.behind
        if fetches:
            self.fetch = fetches[-1]
        elif answered or all(frame.awaiting != getattr(self.fetch, "id", "") for frame in self.session.stack):
            self.fetch = None
        asked = isinstance(event, CUSTOMERS) and not waited and not before.pause_s  # "wait a minute": nothing is due
        if before.status == "bot" and (asked or answered):
            assert replied(actions) or answered_late(event, before), f"no reply to {event}"
        if isinstance(event, Invited):
            assert replied(actions), f"no reply to {event}"
        self.last = event
        for action in actions:
            if isinstance(action, Invite):
                there = self.dice.throw(3)
                self.happen(Invited(id="i", at=self.at, to=action.to, link="t.me/x" if there else "", sent=there == 2))

    # what may happen

    def event(self) -> Event:
        kind = self.dice.throw(24)
        if kind < 10 and self.session.status == "bot" and self.fetch is None:
            possible: list[Move] = list(moves(self.session, None, self.scenarios, wishes=30))
            return possible[self.dice.throw(len(possible))].event
        if kind < 14:
            return Utterance(id="e", at=self.at, text=str(self.dice.pick(WORDS)), meaning=self.meaning())
        if kind == 14:
            return Keys(id="e", at=self.at, digits=str(self.dice.pick(("0", "1", "5", "9", "*", "#", "1911", "12#"))))
        if kind == 15:
            return Chosen(id="e", at=self.at, option=str(self.dice.pick((*self.intents(), "yes", "no", "strange"))))
        if kind == 16 and self.last is not None and not isinstance(self.last, Started):
            return self.last
        rare: tuple[Event, ...] = (
            Silence(id="e", at=self.at, seconds=6.0),
            AgentJoined(id="e", at=self.at, agent="anna", name="Анна"),
            AgentSaid(id="e", at=self.at, agent="anna", text="Здравствуйте"),
            AgentLeft(id="e", at=self.at, agent="anna", closed=not self.dice.throw(4)),
            TransferFailed(id="e", at=self.at, status=486),
            Fetched(id="e", at=self.at, request="c:99", outcome="ok", data={}),
            Left(id="e", at=self.at, moved_to="other" if self.dice.throw(2) else None),
        )
        if kind < 23:
            return rare[self.dice.throw(len(rare) - 1)]
        return rare[self.dice.throw(len(rare))]

    def intents(self) -> tuple[str, ...]:
        return (*self.scenarios.phrases, *REPAIRS)

    def meaning(self) -> Meaning:
        intents = tuple(
            ScoredIntent(name=str(self.dice.pick((*self.intents(), "strange"))), score=0.7)
            for _ in range(self.dice.throw(3))
        )
        either = tuple(intent.name for intent in intents) if len(intents) == 2 and self.dice.throw(2) else ()
        readings = {}
        slots = self.slots()
        for _ in range(self.dice.throw(4)):
            if slots:
                slot = slots[self.dice.throw(len(slots))]
                readings[slot.name] = self.reading(slot)
        return Meaning(
            intents=intents,
            either=either,
            readings=readings,
            yes=(None, None, True, False)[self.dice.throw(4)],
            option=(None, None, "yes", "no", "strange", slots[0].name if slots else None)[self.dice.throw(6)],
            language=(None, None, None, "ru", "en")[self.dice.throw(5)],
        )

    def slots(self) -> tuple[Slot, ...]:
        """Those of the scenario under way, and such of others whose names it doesn't use for something else."""
        stack = self.session.stack
        own = self.scenarios.scenarios[stack[-1].scenario].slots if stack else {}
        others = {name: slot for each in self.scenarios.scenarios.values() for name, slot in each.slots.items()}
        return tuple({**others, **own}.values())

    def reading(self, slot: Slot) -> Reading:
        spec = SlotSpec(
            name=slot.name,
            type=slot.type,
            options=slot.keyed_options,
            length=slot.length,
            low=slot.low,
            high=slot.high,
            past=slot.past,
            many=slot.many,
            none=slot.none,
        )
        if slot.type == "datetime" and self.dice.throw(2):
            return (
                Reading(partial=Moment(day=date(2026, 11, 20)), question="time"),
                Reading(partial=Moment(time=time(7), either_half=True), question="part_of_day"),
                Reading(partial=Moment(time=time(15)), question="day"),
                Reading(wrong="past"),
                Reading(wrong="no_such_time"),
            )[self.dice.throw(5)]
        values = (*valid(spec), *invalid(spec))
        return Reading(value=values[self.dice.throw(len(values))] if values else None)

    # how it must end

    def come_to_an_end(self) -> None:
        """Nothing more is said, or nothing that is understood: then a person, or the end."""
        for _ in range(PATIENCE):
            if self.fetch is not None:
                event: Event = Fetched(id="f", at=self.at, request=self.fetch.id, outcome="error")
            elif self.session.status == "agent":
                event = AgentLeft(id="e", at=self.at, agent="anna")
            elif self.session.status == "bot" and self.session.medium == "voice":
                event = Silence(id="e", at=self.at, seconds=6.0)
            elif self.session.status == "bot":
                event = Utterance(id="e", at=self.at, text="мгм")
            else:
                return
            self.happen(event)
        assert self.session.status in ("waiting", "ended"), "a dead end"


def replied(actions: tuple[Action, ...]) -> bool:
    return any(
        isinstance(action, Handoff | End | Fetch | Invite)
        or (isinstance(action, Say) and bool(action.speech or action.choices))
        for action in actions
    )


def answered_late(event: Event, before: Session) -> bool:
    """A backend's answer after the customer went elsewhere changes nothing: they are asked something else already."""
    return isinstance(event, Fetched) and bool(before.stack) and before.stack[-1].awaiting != event.request


@cache
def compiled(folder: Path) -> ScenarioSet:
    return load(folder)


def begun(scenarios: ScenarioSet, dice: Dice) -> Conversation:
    """A conversation; one of four goes on from what was left open in another one."""
    unfinished, behind = None, None
    if not dice.throw(4):
        other = Conversation(scenarios, Dice(bytes(dice.throw(256) for _ in range(12))), name="other")
        other.begin()
        other.go_on()
        if len(other.session.stack) > 1:
            unfinished = Unfinished(conversation="other", channel="web", stack=other.session.stack)
            behind = other.fetch
    conversation = Conversation(scenarios, dice, behind=behind)
    conversation.begin(unfinished)
    return conversation


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
@settings(suppress_health_check=list(HealthCheck))
@given(thrown=st.binary(min_size=8, max_size=120))
def test_whatever_happens_there_is_a_reply_and_an_end(folder: Path, thrown: bytes):
    conversation = begun(compiled(folder), Dice(thrown))
    conversation.go_on()
    assert codec.load(codec.dump(conversation.session)) == conversation.session
    conversation.come_to_an_end()
