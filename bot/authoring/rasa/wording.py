"""Examples as phrases, responses as prompts: Rasa's annotations, {slots} and braces in our way of writing them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.authoring.rasa.notes import Notes
from bot.authoring.rasa.project import Project, Span, plain
from bot.dialogue.meaning import Language

MAX_EXAMPLES = 300  # of one intent; more teach nothing
_TEMPLATE = re.compile(r"\{(\w+)\}")
_SIGNS = re.compile(r"[\[\](){}|]")


def language_of(project: Project) -> Language:
    """By the letters of its examples and responses: what config.yml says is often the "en" it came with."""
    texts = [plain(example) for examples in project.intents.values() for example in examples]
    texts += [text for response in project.responses.values() for text in response.texts]
    russian = sum(is_russian(text) for text in texts)
    return "ru" if russian * 2 >= len(texts) and texts else "en"


def is_russian(text: str) -> bool:
    return any("а" <= char <= "я" or char == "ё" for char in text.lower())


@dataclass(slots=True)
class Wording:
    """names: Rasa's slot -> ours."""

    project: Project
    language: Language
    notes: Notes
    names: dict[str, str] = field(default_factory=dict)

    def said(self, intent: str, slots: Mapping[str, Any]) -> list[str]:
        """The examples as phrases: an entity whose slot is here stands as {slot}."""
        out: dict[str, None] = {}
        foreign = 0
        for example in self.project.intents.get(intent, ()):
            words = plain(example)
            if any(char.isalpha() for char in words) and not self.spoken(words):
                foreign += 1
                continue
            text = " ".join("".join(self._part(part, slots) for part in example.parts).split())
            if text and not re.fullmatch(r"\{\w+\}", text):  # a bare value is no wish
                out[text] = None
        place = self.project.places.get(("intent", intent), "")
        if foreign:
            self.notes.add("foreign", intent, foreign, place)
        if len(out) > MAX_EXAMPLES:
            self.notes.add("many", intent, len(out) - MAX_EXAMPLES, place)
        return list(out)[:MAX_EXAMPLES]

    def _part(self, part: str | Span, slots: Mapping[str, Any]) -> str:
        if isinstance(part, str):
            return _SIGNS.sub(" ", part)
        for slot in self.project.slots.values():
            name = self.names.get(slot.name, "")
            if part.entity in slot.entities and name in slots:
                return f"{{{name}}}"
        return _SIGNS.sub(" ", part.text)

    def prompt(self, text: str, slots: Mapping[str, Any], place: str = "") -> str:
        """Rasa's {slot} is ours where the scenario has it; {{ is a brace to both."""

        def value(found: re.Match[str]) -> str:
            name = self.names.get(found[1], "")
            if name in slots:
                return f"\0{name}\1"
            self.notes.add("value", found[1], place=place)
            return found[1]

        told = " ".join(text.split()).replace("{{", "\2").replace("}}", "\3")
        told = _TEMPLATE.sub(value, told).replace("{", "{{").replace("}", "}}")
        return told.translate({0: "{", 1: "}", 2: "{{", 3: "}}"})

    def spoken(self, text: str) -> bool:
        """Whether these are words of the set's language."""
        return is_russian(text) == (self.language == "ru")
