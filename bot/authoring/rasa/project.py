"""A Rasa 3 project read from its YAML: examples, domain, and what follows what. Nothing in it is run.

Every .yml of the folder and below is looked at (`data/`, `domain/`): a file's keys say what is in it. Markdown and JSON
of Rasa 1 are left aside, and said to be.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.authoring.problems import Problem
from bot.authoring.rasa.flows import Flow, flows
from bot.authoring.rasa.shapes import File, written
from bot.authoring.tree import Fields, Listing, Node, Text, read
from bot.authoring.unreadable import Unreadable
from bot.errors import Unacceptable

MAX_FILES = 300
MAX_BYTES = 2 * 1024 * 1024  # of a file: ten thousand examples
SKIPPED = {"config.yml", "credentials.yml", "endpoints.yml", "config.yaml", "credentials.yaml", "endpoints.yaml"}
_NOT_LOOKED_IN = {"models", "tests", "actions", "results", "node_modules"}
_ANNOTATED = re.compile(r"\[(?P<text>[^\]\n]+)\](?:\((?P<entity>[^()\n]+)\)|(?P<json>\{[^{}\n]*\}))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words of an example that are an entity, with its role "city.from"; value: what they stand for, where that
    differs."""

    text: str
    entity: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """parts: plain words and spans in turn."""

    parts: tuple[str | Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaSlot:
    name: str
    type: str = "text"
    values: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()  # that fill it


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    title: str
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """texts: its variations. buttons: of the first that has any. other: whether it holds what we can't say."""

    texts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    other: bool = False


@dataclass(slots=True)
class Project:
    """All of it, by name. left: files that weren't read. places: of intents, responses, slots, actions and regular
    expressions, ("intent", "greet") -> "data/nlu.yml:4"; where it was met first."""

    intents: dict[str, list[Example]] = field(default_factory=dict)
    synonyms: dict[str, list[str]] = field(default_factory=dict)  # value -> words for it
    lookups: dict[str, list[str]] = field(default_factory=dict)  # entity -> words
    regexes: list[str] = field(default_factory=list)
    slots: dict[str, RasaSlot] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    places: dict[tuple[str, str], str] = field(default_factory=dict)

    def said_as(self, words: str) -> str:
        """The intent that has these words among its examples, "" where none has."""
        wanted = plain(example(words)).casefold()
        for intent, examples in self.intents.items():
            if any(plain(each).casefold() == wanted for each in examples):
                return intent
        return ""


def opened(folder: Path, locale: str = "en") -> Project:
    """Raises Unacceptable: of what can't be read, the first place, in the words of `locale`."""
    if not folder.is_dir():
        raise Unacceptable("there is no such folder", where=str(folder), fix="Name the folder that holds domain.yml")
    made = Project()
    files = list(_files(folder))
    if len(files) > MAX_FILES:
        raise Unacceptable(f"more than {MAX_FILES} YAML files", where=str(folder), fix="Name the project's own folder")
    for path in files:
        name = path.relative_to(folder).as_posix()
        root = _parsed(path, name, locale)
        if root is None or not isinstance(root, Fields):
            made.left.append(name)
            continue
        _Reading(made, name).file(root)
    made.left += [path.relative_to(folder).as_posix() for path in sorted(folder.glob("data/*.md"))]
    if not made.intents and not made.responses:
        raise Unacceptable(
            "no nlu.yml and no domain.yml of Rasa 3 are in it", where=str(folder), fix="Name the folder that holds them"
        )
    return made


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts[:-1]
        if path.suffix not in (".yml", ".yaml") or path.name in SKIPPED or not path.is_file():
            continue
        if not any(part in _NOT_LOOKED_IN or part.startswith(".") for part in inside):
            yield path


def _parsed(path: Path, name: str, locale: str) -> Node | None:
    try:
        with path.open("rb") as file:
            return read(file.read(MAX_BYTES + 1), most=MAX_BYTES)
    except OSError as error:
        raise Unacceptable(f"can't be read: {error.strerror}", where=name) from error
    except Unreadable as error:
        problem = Problem(file=name, line=error.line, column=error.column, code=error.code, params=error.params)
        what = problem.text(locale).removeprefix(f"{name}:{error.line}: ")
        raise Unacceptable(what.rstrip("."), where=f"{name}:{error.line}") from error


class _Reading:
    """One file into the project; whatever is no such thing is passed over, or is an error with its place."""

    def __init__(self, project: Project, name: str) -> None:
        self.project = project
        self.at = File(name)

    def seen(self, kind: str, name: str, node: Node) -> None:
        self.project.places.setdefault((kind, name), self.at.place(node))

    def file(self, root: Fields) -> None:
        for key, take in (
            ("nlu", self.nlu),
            ("intents", self.intents),
            ("slots", self.slots),
            ("responses", self.responses),
            ("forms", self.forms),
            ("actions", self.actions),
        ):
            node = root.get(key)
            if node is not None and not (isinstance(node, Text) and node.empty):
                take(node)
        for key in ("rules", "stories"):
            self.project.flows += flows(self.at, root.get(key), rule=key == "rules")

    # --- nlu ---

    def nlu(self, node: Node) -> None:
        for item in self.at.items(node, "nlu"):
            entry = self.at.fields(item, "nlu")
            examples = self.examples(entry.get("examples"))
            kinds = {each.key.value: written(each.value) for each in entry.entries}
            if "intent" in kinds:
                known = self.project.intents.setdefault(kinds["intent"], [])
                known += [example(text) for text in examples]
                self.seen("intent", kinds["intent"], item)
            elif "synonym" in kinds:
                self.project.synonyms.setdefault(kinds["synonym"], []).extend(examples)
            elif "lookup" in kinds:
                self.project.lookups.setdefault(kinds["lookup"], []).extend(examples)
            elif "regex" in kinds:
                self.project.regexes.append(kinds["regex"])
                self.seen("regex", kinds["regex"], item)

    def examples(self, node: Node | None) -> list[str]:
        """A block of "- …" lines, or a list of texts or of {text: …}."""
        if isinstance(node, Text):
            lines = (line.strip() for line in node.value.splitlines())
            return [line[1:].strip() for line in lines if line.startswith("-") and line[1:].strip()]
        found = []
        for item in self.at.items(node, "examples"):
            text = item.get("text") if isinstance(item, Fields) else item
            if isinstance(text, Text) and text.value.strip():
                found.append(text.value.strip().removeprefix("- "))
        return found

    # --- domain ---

    def intents(self, node: Node) -> None:
        for item in self.at.items(node, "intents"):
            name = item.entries[0].key.value if isinstance(item, Fields) and item.entries else written(item)
            if name:
                self.project.intents.setdefault(name, [])
                self.seen("intent", name, item)

    def slots(self, node: Node) -> None:
        for entry in self.at.fields(node, "slots").entries:
            about = entry.value if isinstance(entry.value, Fields) else None
            kind = written(about.get("type")) if about else "text"
            values = self.at.items(about.get("values"), "values") if about else ()
            mappings = self.at.items(about.get("mappings"), "mappings") if about else ()
            entities = [_named(each.get("entity"), each.get("role")) for each in mappings if isinstance(each, Fields)]
            self.seen("slot", entry.key.value, entry.key)
            self.project.slots[entry.key.value] = RasaSlot(
                name=entry.key.value,
                type=kind or "text",
                values=tuple(value for each in values if (value := written(each))),
                entities=tuple(each for each in entities if each) or (entry.key.value,),
            )

    def responses(self, node: Node) -> None:
        for entry in self.at.fields(node, "responses").entries:
            self.seen("response", entry.key.value, entry.key)
            texts: list[str] = []
            buttons: list[Button] = []
            other = False
            for item in self.at.items(entry.value, entry.key.value):
                variation = self.at.fields(item, entry.key.value)
                if text := written(variation.get("text")):
                    texts.append(text)
                given = self.at.items(variation.get("buttons"), "buttons")
                shown = [each for each in given if isinstance(each, Fields)]
                if not buttons:
                    buttons = [Button(title=written(b.get("title")), payload=written(b.get("payload"))) for b in shown]
                other = other or any(
                    variation.get(key) is not None for key in ("image", "custom", "attachment", "condition", "channel")
                )
            self.project.responses[entry.key.value] = Response(
                texts=tuple(texts), buttons=tuple(each for each in buttons if each.title), other=other
            )

    def forms(self, node: Node) -> None:
        for entry in self.at.fields(node, "forms").entries:
            about = entry.value if isinstance(entry.value, Fields) else None
            wanted = about.get("required_slots") if about else None
            if wanted is None and about is not None:  # of Rasa 2: slot -> mappings
                wanted = replace(about, entries=tuple(e for e in about.entries if isinstance(e.value, Listing)))
            if isinstance(wanted, Fields):
                names = tuple(each.key.value for each in wanted.entries if each.key.value != "ignored_intents")
            else:
                names = tuple(name for each in self.at.items(wanted, "required_slots") if (name := written(each)))
            self.project.forms[entry.key.value] = names

    def actions(self, node: Node) -> None:
        for each in self.at.items(node, "actions"):
            if name := written(each):
                self.project.actions.append(name)
                self.seen("action", name, each)


def example(text: str) -> Example:
    """ "запишите к [терапевту]{"entity": "service", "value": "terapevt"}" """
    parts: list[str | Span] = []
    end = 0
    for found in _ANNOTATED.finditer(text):
        entity, value = _annotation(found)
        if not entity:
            continue
        parts += [text[end : found.start()], Span(text=found["text"].strip(), entity=entity, value=value)]
        end = found.end()
    parts.append(text[end:])
    return Example(parts=tuple(part for part in parts if part))


def _annotation(found: re.Match[str]) -> tuple[str, str]:
    if found["entity"]:
        name, _, value = found["entity"].partition(":")
        return name.strip(), value.strip()
    try:
        about = json.loads(found["json"])
    except ValueError:
        return "", ""
    entity, role, value = about.get("entity"), about.get("role"), about.get("value")
    name = entity if isinstance(entity, str) else ""
    return f"{name}.{role}" if name and isinstance(role, str) else name, str(value) if value is not None else ""


def _named(entity: Node | None, role: Node | None) -> str:
    """With its role as "city.from"."""
    return ".".join(part for part in (written(entity), written(role)) if part)


def plain(said: Example) -> str:
    """The words alone."""
    return "".join(part.text if isinstance(part, Span) else part for part in said.parts)
