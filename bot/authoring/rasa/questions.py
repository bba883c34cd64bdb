"""Rasa's slots as ours: their type by their values and names, their question, the options of a choice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.authoring.rasa.naming import named, safe, title, unique
from bot.authoring.rasa.notes import Notes
from bot.authoring.rasa.project import Project, RasaSlot, Response, Span
from bot.authoring.rasa.wording import Wording

MAX_OPTIONS = 60  # of a choice; a list of every city is no choice
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("phone", ("phone", "phone_number", "tel", "telephone", "mobile")),
    ("person", ("person", "name", "full_name", "first_name", "last_name", "client_name")),
    ("datetime", ("time", "datetime", "date_time", "when", "appointment_time")),
    ("date", ("date", "day")),
    ("money", ("amount_of_money", "amount-of-money", "payment_amount", "price", "budget", "sum")),
    ("email", ("email", "mail", "e_mail")),
    ("number", ("number", "count", "quantity", "amount", "num_people", "people", "guests", "age")),
)


@dataclass(slots=True)
class Questions:
    project: Project
    wording: Wording
    notes: Notes

    def slot(self, form: str, name: str, slots: dict[str, Any], said: str = "") -> str:
        """A slot that is asked for, into `slots`; our name of it. said: its question, where it was just said."""
        names = self.wording.names
        ours = names.setdefault(name, unique(safe(name), names.values(), "slot"))
        if ours in slots:
            return ours
        about = self.project.slots.get(name, RasaSlot(name=name, entities=(name,)))
        wanted = (f"utter_ask_{form}_{name}", f"utter_ask_{name}")
        question = next((each for each in wanted if each in self.project.responses), "")
        asked = self.project.responses.get(question)
        place = self.project.places.get(("slot", name), "")
        if not said and (asked is None or not asked.texts):
            self.notes.add("question", name, place=place)
        slots[ours] = {}
        texts = asked.texts if asked is not None and asked.texts and not said else ()
        made: dict[str, Any] = {"type": self.kind(about, asked)}
        if made["type"] == "choice":
            made["options"] = self.options(about, asked)
        at = self.project.places.get(("response", question), "")
        asks = [self.wording.prompt(each, slots, at) for each in texts] or [said or f"{title(name)}?"]
        made["ask"] = {self.wording.language: asks}
        slots[ours] = made
        return ours

    def kind(self, slot: RasaSlot, asked: Response | None) -> str:
        if slot.type == "bool":
            return "yesno"
        if slot.type in ("float", "int"):
            return "number"
        values = self.values(slot, asked)
        if 2 <= len(values) <= MAX_OPTIONS:
            return "choice"
        if len(values) > MAX_OPTIONS:
            self.notes.add("long", slot.name, len(values), self.project.places.get(("slot", slot.name), ""))
        known = {each.lower() for each in (slot.name, *slot.entities)}
        return next((kind for kind, names in _KINDS if known & set(names)), "text")

    def values(self, slot: RasaSlot, asked: Response | None) -> dict[str, list[str]]:
        """Value -> words for it: of the slot itself, of its buttons, lookups and synonyms."""
        found: dict[str, list[str]] = {value: [] for value in slot.values if value != "__other__"}
        buttons = asked.buttons if asked is not None else ()
        for button in () if found else buttons:
            if not button.payload.startswith("/") or value_of(button.payload):
                found[value_of(button.payload) or button.title] = [button.title]
        spans = [
            part
            for examples in self.project.intents.values()
            for example in examples
            for part in example.parts
            if isinstance(part, Span) and part.entity in slot.entities
        ]
        synonyms = {word.lower(): value for value, words in self.project.synonyms.items() for word in words}
        lookups = [word for entity in slot.entities for word in self.project.lookups.get(entity, ())]
        if not found and not lookups and not any(part.value for part in spans):
            return {}  # any words may fill it
        for word, value in [(part.text, part.value) for part in spans] + [(word, "") for word in lookups]:
            value = value or synonyms.get(word.lower(), "")
            if slot.values and value not in slot.values and word not in slot.values:
                continue
            found.setdefault(value or word, []).append(word)
        for value, words in self.project.synonyms.items():
            if value in found:
                found[value] += words
        return found

    def options(self, slot: RasaSlot, asked: Response | None) -> dict[str, Any]:
        values = self.values(slot, asked)
        idents = self.idents(slot, values)
        out: dict[str, Any] = {}
        for value, words in values.items():
            mine = list(dict.fromkeys(word for word in words if self.wording.spoken(word)))
            called = value if self.wording.spoken(value) or not mine else mine[0]
            more = [word for word in mine if word.lower() != called.lower()]
            out[idents[value]] = {
                "title": {self.wording.language: called},
                **({"synonyms": {self.wording.language: more}} if more else {}),
            }
        return out

    def idents(self, slot: RasaSlot, values: Mapping[str, object]) -> dict[str, str]:
        """Rasa's value -> our option's id."""
        return named(values, prefix=safe(slot.name) or "option", reserved=())


def value_of(payload: str) -> str:
    """The one value that "/inform{"cuisine": "thai"}" sends, or words that are no command."""
    if not payload.startswith("/"):
        return payload
    try:
        values = list(json.loads(payload[payload.index("{") :]).values())
    except (ValueError, AttributeError, RecursionError):
        return ""
    return str(values[0]) if len(values) == 1 else ""
