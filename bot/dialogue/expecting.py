"""`expects`: what would be understood now. The one place that knows; everybody who listens asks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time

from bot.dialogue import delegating, identity, queueing
from bot.dialogue.asking import served
from bot.dialogue.choosing import chosen
from bot.dialogue.keypad import LETTERED, digits_expected
from bot.dialogue.lettered import DOMAIN, domains
from bot.dialogue.meaning import REPAIRS, Expectation, Language, Option, SlotSpec
from bot.dialogue.pending import NO, YES
from bot.dialogue.pending import options as pending_options
from bot.dialogue.program import Asking, ChooseStep, CollectStep, ConfirmStep, DelegateStep, DoStep
from bot.dialogue.run import OURS
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Frame, Pending, Session
from bot.dialogue.slot import Slot
from bot.dialogue.usual import asks_usual
from bot.dialogue.values import Moment

_YES = replace(YES, key=None)  # beside the items of a menu, whose keys stay theirs
_YES_NO_KEYS = {"1": "yes", "2": "no"}


def expects(session: Session, scenarios: ScenarioSet) -> Expectation:
    """Pure and quick. Nothing is expected while a person speaks, or when the conversation is over."""
    expected = _expects(session, scenarios)
    if session.topic and session.status == "bot":
        expected = _following(expected, session, scenarios)
    if session.medium != "voice" or session.status != "bot" or not session.stack:
        return expected
    return _paced(expected, session.stack[-1], scenarios)


def _following(expected: Expectation, session: Session, scenarios: ScenarioSet) -> Expectation:
    """What may be asked once more in half a sentence: "а у лора?". Of a moment that was told the parts stay."""
    scenario = scenarios.scenarios.get(session.topic)
    served = Frame(scenario=session.topic, step="", values=session.done)
    slots = tuple(_spec(slot, served, scenarios) for slot in scenario.slots.values()) if scenario else ()
    return replace(expected, topic=session.topic, topic_slots=slots)


def _paced(expected: Expectation, frame: Frame, scenarios: ScenarioSet) -> Expectation:
    """How long an answer and its keys are waited for: as the slot says, else its step, else the set."""
    scenario = scenarios.scenarios[frame.scenario]
    step, slot = scenario.steps.get(frame.step), scenario.slots.get(frame.asked or "")
    busy = isinstance(step, DoStep) and frame.awaiting not in OURS
    manners = [each for each in (slot, step, scenarios) if isinstance(each, Slot | Asking | ScenarioSet)]
    wait = next((each.manner.wait for each in manners if each.manner.wait is not None), None)
    pause = next((each.manner.key_pause for each in manners if each.manner.key_pause is not None), None)
    if wait is None and pause is None and not busy:
        return expected
    return replace(expected, wait=wait, key_pause=pause, busy=busy)


def _expects(session: Session, scenarios: ScenarioSet) -> Expectation:
    if session.status == "waiting":
        return queueing.expected(session)
    if session.status != "bot" or not session.stack:
        return Expectation()
    frame = session.stack[-1]
    intents = _intents(frame, scenarios)
    intent_slots = scenarios.once("intent_slots", _intent_slots)
    if session.offer is not None or session.recording == "asked":
        return Expectation(yesno=True, choices=(YES, NO), keys=_YES_NO_KEYS, intents=intents, intent_slots=intent_slots)
    if identity.is_open(session):
        return _identifying(identity.expected(session), intents, intent_slots, session)
    step = scenarios.scenarios[frame.scenario].steps.get(frame.step)
    expected = _at_step(session, scenarios, intents, intent_slots)
    if session.pending is not None:
        return _decides(expected, session.pending, session, scenarios)
    also = tuple(each.option for each in step.also) if isinstance(step, Asking) else ()
    if not also:
        return expected
    return replace(
        expected,
        keys={**expected.keys, **_keys(also)},
        intents=(*(option.id for option in also if option.id in scenarios.local), *expected.intents),
        hints=(*expected.hints, *_hints(also, session.language)),
    )


def _identifying(
    expected: Expectation,
    intents: tuple[str, ...],
    intent_slots: Mapping[str, tuple[SlotSpec, ...]],
    session: Session,
) -> Expectation:
    """Who speaks first says what they came for, which is understood as if nothing were asked."""
    asked = session.identifying
    if asked is not None and asked.kind == "who" and not asked.told:
        return replace(expected, intents=intents, intent_slots=intent_slots)
    own = (*expected.intents, *(each for each in intents if each not in expected.intents and each not in REPAIRS))
    return replace(expected, intents=own, intent_slots=intent_slots)


def _decides(expected: Expectation, pending: Pending, session: Session, scenarios: ScenarioSet) -> Expectation:
    """A pending question besides what the step asked, which may be answered still; but free text."""
    wishes = pending_options(pending, scenarios)
    asked = expected.slots.get(expected.asked or "")
    answered = pending.kind in ("interrupt", "known") and asked is not None and asked.type != "text"
    return replace(
        expected,
        asked=expected.asked if answered else None,
        slots={name: spec for name, spec in expected.slots.items() if spec.type != "text"},
        choices=wishes,
        keys=_keys(wishes),
        digits=0,
        letters=False,
        yesno=True,
        hints=_hints(wishes, session.language),
    )


def _at_step(
    session: Session,
    scenarios: ScenarioSet,
    intents: tuple[str, ...],
    intent_slots: Mapping[str, tuple[SlotSpec, ...]],
) -> Expectation:
    """What the step itself expects, wherever it waits."""
    frame = session.stack[-1]
    scenario = scenarios.scenarios[frame.scenario]
    step = scenario.steps.get(frame.step)
    if isinstance(step, ChooseStep):
        return _menu(frame, scenarios, session.language, intent_slots)
    if isinstance(step, CollectStep) and frame.asked:
        asked = _domain(frame, session.language) or _spec(scenario.slots[frame.asked], frame, scenarios, asked=True)
        rest = (slot for name, slot in scenario.slots.items() if name != asked.name and slot.type != "text")
        return Expectation(
            asked=asked.name,
            slots={asked.name: asked} | {slot.name: _spec(slot, frame, scenarios) for slot in rest},
            choices=(YES, NO) if asked.type == "yesno" else asked.options,
            keys=_YES_NO_KEYS if asked.type == "yesno" else _keys(asked.options),
            yesno=asked.type == "yesno" or (asked.type == "text" and scenario.slots[frame.asked].skip),
            digits=digits_expected(asked),
            letters=asked.type in LETTERED or bool(asked.begun),
            changeable=tuple(
                Option(id=name, title=slot.title)
                for name, slot in scenario.slots.items()
                if name != frame.asked and frame.values.get(name) is not None
            ),
            intents=intents,
            intent_slots=intent_slots,
            hints=(
                *scenario.slots[frame.asked].expect.get(session.language, ()),
                *_hints(asked.options, session.language),
            ),
        )
    if isinstance(step, DelegateStep):
        choices = delegating.choices(frame, step, scenarios)
        ours = bool(step.also) or step.interrupt != "deny"  # then it isn't just any words that are expected
        return Expectation(
            asked=None if ours else delegating.SAID,
            slots={} if ours else {delegating.SAID: delegating.spec()},
            choices=choices,
            keys=_keys(choices),
            intents=(*delegating.OURS, *delegating.wishes(frame, step, scenarios)),
            intent_slots=intent_slots if step.interrupt != "deny" else {},
            relayed=True,
            hints=_hints(choices, session.language),
        )
    if isinstance(step, ConfirmStep):
        slots = {name: _spec(scenario.slots[name], frame, scenarios) for name in step.change}
        changing = frame.awaiting == "change"
        named = tuple(Option(id=name, title=scenario.slots[name].title) for name in step.change)
        choices = named if changing else (YES, NO, *named)
        return Expectation(
            slots=slots,
            choices=choices,
            keys={} if changing else _YES_NO_KEYS,
            yesno=True,
            question="" if changing else _question(session),
            intents=intents,
            intent_slots=intent_slots,
        )
    return Expectation(intents=intents, intent_slots=intent_slots)


def _menu(
    frame: Frame, scenarios: ScenarioSet, language: Language, intent_slots: Mapping[str, tuple[SlotSpec, ...]]
) -> Expectation:
    """Of what was said a menu keeps only whether something was done at it: four of them are made, and kept."""
    step = scenarios.scenarios[frame.scenario].steps[frame.step]
    assert isinstance(step, ChooseStep)
    usual = asks_usual(frame)
    done = served(frame, step) or usual

    def make(_: ScenarioSet) -> Expectation:
        choices = tuple(item.option for item in step.items)
        return Expectation(
            choices=(_YES, *choices) if usual else choices,
            keys=_keys(choices),
            yesno=done,
            intents=_intents(frame, scenarios),
            intent_slots=intent_slots,
            hints=_hints((*choices, *_said_at_once(intent_slots)), language),
        )

    return scenarios.once(("menu", frame.scenario, step.id, language, done, usual), make)


def _intent_slots(scenarios: ScenarioSet) -> Mapping[str, tuple[SlotSpec, ...]]:
    return {
        name: tuple(_spec(slot, None, scenarios) for slot in scenario.slots.values())
        for name, scenario in scenarios.scenarios.items()
        if scenario.slots and name in scenarios.phrases
    }


def _spec(slot: Slot, frame: Frame | None, scenarios: ScenarioSet, *, asked: bool = False) -> SlotSpec:
    known = None
    if frame is not None:
        partial = frame.partial.get(slot.name)
        value = frame.values.get(slot.name)
        if isinstance(partial, Moment):
            known = partial
        elif isinstance(value, datetime):
            known = Moment(day=value.date(), time=value.time())
        elif isinstance(value, date):
            known = Moment(day=value)
        elif isinstance(value, time):
            known = Moment(time=value)
    hours = scenarios.business.hours if slot.type in ("datetime", "time") else None
    return SlotSpec(
        name=slot.name,
        type=slot.type,
        options=slot.keyed_options,
        known=known,
        open_hours=hours,
        length=slot.length,
        currency=str(scenarios.business.facts.get("currency", "RUB")) if slot.type == "money" else "",
        low=slot.low,
        unit=slot.unit,
        high=slot.high,
        past=slot.past,
        instead_of=_instead_of(slot, frame),
        many=slot.many,
        none=slot.none,
        chosen=chosen(frame, slot) if frame is not None and slot.many else (),
        asked=asked,
        skip=slot.skip,
    )


def _domain(frame: Frame, language: Language) -> SlotSpec | None:
    """What is asked for where the name of an email was keyed."""
    name = frame.partial.get(frame.asked or "") if frame.question == "domain" else None
    if not isinstance(name, str):
        return None
    return SlotSpec(name=DOMAIN, type="choice", options=domains(language), asked=True, begun=name)


def _instead_of(slot: Slot, frame: Frame | None) -> Moment | None:
    before = frame.values.get(slot.instead_of) if frame is not None and slot.instead_of else None
    return Moment(day=before.date(), time=before.time()) if isinstance(before, datetime) else None


def _intents(frame: Frame, scenarios: ScenarioSet) -> tuple[str, ...]:
    """The step's own first, then every scenario and item that has phrases, then the built-in repairs."""

    def make(_: ScenarioSet) -> tuple[str, ...]:
        step = scenarios.scenarios[frame.scenario].steps.get(frame.step)
        own = [item.intent for item in step.items] if isinstance(step, ChooseStep) else []
        rest = [name for name in scenarios.phrases if name not in own]
        return (*own, *rest, *scenarios.smalltalk, *REPAIRS)

    return scenarios.once(("intents", frame.scenario, frame.step), make)


def _question(session: Session) -> str:
    return session.last[-1].text if session.last else ""


def _keys(choices: Iterable[Option]) -> dict[str, str]:
    return {option.key: option.id for option in choices if option.key}


def _said_at_once(intent_slots: Mapping[str, tuple[SlotSpec, ...]]) -> Iterable[Option]:
    """What may be named together with a wish: "запишите к терапевту"."""
    return (option for specs in intent_slots.values() for spec in specs for option in spec.options)


def _hints(choices: Iterable[Option], language: Language) -> tuple[str, ...]:
    titles = (option.title[language] for option in choices if language in option.title)
    return tuple(dict.fromkeys(titles))
