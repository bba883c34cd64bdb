"""What the checks read: a compiled set, and where in its files each thing stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Literal

from bot.authoring.draft import Draft
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.wording import Prompt, Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One line of `phrases:`. intent: what it asks for. texts: what its template stands for."""

    reader: Reader
    intent: str
    language: str
    node: Node
    source: str
    texts: tuple[str, ...]


# intent -> its phrases, each as the texts it stands for; and the language. Gives pairs (text, like): if nobody had
# written `text` under its own intent, it would be taken for that of `like`: bot.understanding.intents.confusions.
Confusions = Callable[[Mapping[str, Sequence[Sequence[str]]], str], Iterable[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """A set to be looked over. folder: where it lies. confused: tells phrases that are taken for another intent's."""

    folder: Path
    made: ScenarioSet
    drafts: Mapping[str, Draft]
    readers: Sequence[Reader]
    phrases: Sequence[Phrase]
    confused: Confusions | None = None

    @property
    def rows(self) -> dict[str, tuple[Reader, Node]]:
        """Where each row of a table stands, by its id."""
        return {ident: (reader, node) for reader in self.readers for ident, node in reader.rows.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One variant of a prompt as one ear or eye gets it. said: "both" where text and speech are the same."""

    template: Template
    language: str
    attempt: int
    said: Literal["text", "voice", "both"]

    @property
    def heard(self) -> bool:
        return self.said != "text"

    @property
    def words(self) -> str:
        """Without what stands in braces."""
        return " ".join(part for part in self.template.parts if isinstance(part, str))


def lines(prompt: Prompt) -> Iterator[Line]:
    for language, wording in prompt.wordings.items():
        yield from _lines(wording, language)


def _lines(wording: Wording, language: str) -> Iterator[Line]:
    for attempt, template in enumerate(wording.text):
        same = not wording.voice or (attempt < len(wording.voice) and wording.voice[attempt] == template)
        yield Line(template=template, language=language, attempt=attempt, said="both" if same else "text")
    for attempt, template in enumerate(wording.voice):
        if attempt >= len(wording.text) or wording.text[attempt] != template:
            yield Line(template=template, language=language, attempt=attempt, said="voice")


def expressions(thing: object) -> Iterator[Expression]:
    """Every expression inside a step, a slot or a prompt, however deep."""
    if isinstance(thing, Expression):
        yield thing
    elif isinstance(thing, Template):
        yield from thing.expressions
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from expressions(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from expressions(value)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for part in fields(thing):
            yield from expressions(getattr(thing, part.name))


def prompts(thing: object) -> Iterator[Prompt]:
    """Every prompt inside a step or a slot."""
    if isinstance(thing, Prompt):
        yield thing
    elif isinstance(thing, Mapping):
        for value in thing.values():
            yield from prompts(value)
    elif isinstance(thing, tuple):
        for value in thing:
            yield from prompts(value)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for part in fields(thing):
            yield from prompts(getattr(thing, part.name))


class Places:
    """Where expressions, templates and texts stand, by identity: the compiled set holds the very same objects."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self._nodes: dict[int, Node] = {}
        for reader in readers:
            self._nodes.update((id(use.expression), use.node) for use in reader.uses)
            self._nodes.update((id(template), node) for template, node in reader.templates)
            self._nodes.update((id(texts), node) for texts, node in reader.texts)
            self._nodes.update((id(prompt), node) for prompt, node in reader.prompts)

    def of(self, thing: object, otherwise: Node) -> Node:
        return self._nodes.get(id(thing), otherwise)
