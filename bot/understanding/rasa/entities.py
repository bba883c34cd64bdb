"""What Rasa's entities say about our slots, read by our own readers: a slot holds nothing that they refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation

from bot.dialogue.meaning import Language, Reading, SlotSpec
from bot.dialogue.values import Value
from bot.understanding.rasa.parsing import Entity
from bot.understanding.reading import Expected
from bot.understanding.slots import readers as slots

_TIMES = {"datetime": lambda at: at, "date": datetime.date, "time": datetime.time}


def readings(
    entities: Iterable[Entity],
    specs: Mapping[str, SlotSpec],
    names: Mapping[str, str],
    *,
    language: Language,
    now: datetime,
) -> dict[str, Reading]:
    """By slot, of those in specs. names: entity -> slot where they are called differently. now: naive."""
    found: dict[str, list[Reading]] = {}
    for entity in entities:
        slot = names.get(entity.name, entity.name)
        plain = entity.name.partition(".")[0]
        spec = specs.get(slot) or specs.get(names.get(plain, plain))
        reading = _read(entity, spec, language, now) if spec is not None else None
        if spec is not None and reading is not None:
            found.setdefault(spec.name, []).append(reading)
    return {name: _joined(specs[name], each) for name, each in found.items()}


def _joined(spec: SlotSpec, found: list[Reading]) -> Reading:
    """Several of what may be several; else the first."""
    if not spec.many:
        return found[0]
    chosen: dict[Value, None] = {}
    for each in found:
        for value in each.value if isinstance(each.value, tuple) else (each.value,):
            chosen[value] = None
    return Reading(value=tuple(chosen))


def _read(entity: Entity, spec: SlotSpec, language: Language, now: datetime) -> Reading | None:
    if spec.type == "choice" and any(option.id == entity.value for option in spec.options):
        return Reading(value=(entity.value,) if spec.many else entity.value)
    if spec.type == "text":
        text = (entity.value or entity.text).strip()
        return Reading(value=text) if text else None
    told = _by_us(entity.text, spec, language, now)
    if told is None and spec.type in _TIMES:
        told = _moment(entity.value, spec, now)
    if told is None:
        told = _by_us(entity.value, spec, language, now)
    return told or (_number(entity.value) if spec.type == "number" else None)


def _by_us(words: str, spec: SlotSpec, language: Language, now: datetime) -> Reading | None:
    if not words or spec.type not in slots.READERS:
        return None
    told = slots.read(spec.type, words, lang=language, now=now, expected=Expected.of(spec))
    return told.for_dialogue if told else None


def _moment(value: str, spec: SlotSpec, now: datetime) -> Reading | None:
    """ISO 8601, as duckling writes it: "2026-11-19T15:00:00.000+03:00", in the business's own hours."""
    try:
        at = datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return None
    if at < now and not spec.past and spec.type != "time":
        return Reading(wrong="past")
    return Reading(value=_TIMES[spec.type](at))


def _number(value: str) -> Reading | None:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found) >= 10**15:
        return None
    return Reading(value=int(found) if found == found.to_integral_value() else found)
