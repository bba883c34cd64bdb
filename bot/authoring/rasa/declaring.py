"""rasa.yaml: a Rasa server that is asked what words mean, and the Rasa bots that steps hand the dialogue to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.authoring.actions import Signature
from bot.authoring.http import MAX_TIMEOUT, address, headers, parts, value
from bot.authoring.problems import Problem
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Node, Text
from bot.dialogue.delegated import (
    BOT_TIMEOUT_S,
    DELEGATE,
    FALLBACK,
    THRESHOLD,
    TIMEOUT_S,
    YES_NO,
    Bot,
    Interpreter,
    Rasa,
    Scripted,
)
from bot.dialogue.meaning import REPAIRS
from bot.dialogue.values import Value

FILE = "rasa.yaml"
SERVER = ("url", "token", "headers", "timeout")
INTERPRETER = (*SERVER, "threshold", "fallback", "intents", "entities", "languages")
BOT = (*SERVER, "gives", "sample")
SAMPLE = ("heard", "says", "buttons", "back", "values")
BACK = ("no", "yes", "operator")
SHORTEST_S = 0.1


@dataclass(slots=True)
class Declared:
    """What the file says. targets: names of the set that Rasa's stand for, with the node each is written at."""

    reader: Reader
    interpreter: Interpreter | None = None
    bots: Mapping[str, Bot] = field(default_factory=dict)
    intents: list[tuple[str, Node]] = field(default_factory=list)
    slots: list[tuple[str, Node]] = field(default_factory=list)

    @property
    def signatures(self) -> dict[str, Signature]:
        """What a step that hands the dialogue to a bot gets of it; no `do:` can name it."""
        return {f"{DELEGATE}{name}": Signature(outcomes={"ok": bot.gives}) for name, bot in self.bots.items()}

    def check(self, intents: Iterable[str], slots: Iterable[str]) -> None:
        """Report what the set, whole now, doesn't have."""
        known = {*intents, *REPAIRS, *YES_NO}
        for name, node in self.intents:
            if name not in known:
                self.reader.unknown("rasa_intent", node, name, known)
        there = set(slots)
        for name, node in self.slots:
            if name not in there:
                self.reader.unknown("rasa_slot", node, name, there)


def declared(root: Node | None, problems: list[Problem], languages: tuple[str, ...]) -> Declared:
    """Whatever doesn't fit becomes a problem of rasa.yaml."""
    made = Declared(Reader(FILE, problems, languages))
    if root is None:
        return made
    fields = made.reader.fields(root, ("understanding", "bots"))
    if "understanding" in fields:
        made.interpreter = _interpreter(made, fields["understanding"], languages)
    made.bots = _bots(made.reader, fields.get("bots"))
    return made


def _interpreter(made: Declared, node: Node, languages: tuple[str, ...]) -> Interpreter | None:
    reader = made.reader
    fields = reader.fields(node, INTERPRETER, ("url",))
    if "url" not in fields:
        return None
    fallback = tuple(reader.text(each) for each in reader.items(fields.get("fallback")))
    spoken = tuple(reader.one_of(each, languages, "") for each in reader.items(fields.get("languages")))
    return Interpreter(
        rasa=_rasa(reader, node, fields, TIMEOUT_S),
        threshold=_amount(reader, fields.get("threshold"), 0, 1, THRESHOLD),
        fallback=fallback or FALLBACK,
        intents=_names(reader, fields.get("intents"), made.intents),
        entities=_names(reader, fields.get("entities"), made.slots),
        languages=tuple(each for each in spoken if each) or languages,
    )


def _rasa(reader: Reader, node: Node, fields: Mapping[str, Node], timeout: float) -> Rasa:
    return Rasa(
        url=address(reader, fields.get("url"), ()),
        token=parts(reader, fields["token"], ()) if "token" in fields else (),
        headers=headers(reader, fields.get("headers")),
        timeout=_amount(reader, fields.get("timeout"), SHORTEST_S, MAX_TIMEOUT, timeout),
        line=node.line,
    )


def _amount(reader: Reader, node: Node | None, low: float, high: float, default: float) -> float:
    if node is None:
        return default
    problems = len(reader.problems)
    found = reader.amount(node)
    if found is not None and low <= found <= high:
        return float(found)
    if len(reader.problems) == problems:
        reader.problem("rasa_between", node, value=str(found), low=f"{low:g}", high=f"{high:g}")
    return default


def _names(reader: Reader, node: Node | None, targets: list[tuple[str, Node]]) -> dict[str, str]:
    """Rasa's name -> ours. Rasa's names may hold anything."""
    out: dict[str, str] = {}
    if node is None:
        return out
    if not isinstance(node, Fields):
        reader.problem("want_fields", node)
        return out
    for entry in node.entries:
        name = reader.text(entry.value)
        if name:
            out[entry.key.value] = name
            targets.append((name, entry.value))
    return out


def _bots(reader: Reader, node: Node | None) -> dict[str, Bot]:
    out: dict[str, Bot] = {}
    if node is None:
        return out
    if not isinstance(node, Fields):
        reader.problem("want_fields", node)
        return out
    for entry in node.entries:
        name = reader.name(entry.key)
        fields = reader.fields(entry.value, BOT)
        if not name or not isinstance(entry.value, Fields):
            continue
        gives = tuple(each for each, _ in reader.names(fields.get("gives")))
        script = tuple(_scripted(reader, item, gives) for item in reader.items(fields.get("sample")))
        if "url" not in fields and not script:
            reader.problem("rasa_nobody", entry.key, name=name)
        out[name] = Bot(
            name=name,
            rasa=_rasa(reader, entry.key, fields, BOT_TIMEOUT_S) if "url" in fields else None,
            gives=gives,
            script=script,
            line=entry.key.line,
        )
    return out


def _scripted(reader: Reader, node: Node, gives: tuple[str, ...]) -> Scripted:
    fields = reader.fields(node, SAMPLE)
    back = reader.one_of(fields.get("back"), BACK, "no")
    values: dict[str, Value] = {}
    given = fields.get("values")
    if given is not None and not isinstance(given, Fields):
        reader.problem("want_fields", given)
    for entry in given.entries if isinstance(given, Fields) else ():
        if entry.key.value not in gives:
            reader.unknown("action_gives", entry.key, entry.key.value, gives)
        values[entry.key.value] = value(reader, entry.value)
    buttons = fields.get("buttons")
    if buttons is not None and not isinstance(buttons, Fields):
        reader.problem("want_fields", buttons)
    return Scripted(
        heard=_heard(reader, fields.get("heard")),
        says=tuple(reader.text(each) for each in reader.items(fields.get("says"))),
        buttons={entry.key.value: reader.text(entry.value) for entry in buttons.entries}
        if isinstance(buttons, Fields)
        else {},
        back={"yes": "back", "operator": "operator"}.get(back, ""),
        values=values,
    )


def _heard(reader: Reader, node: Node | None) -> str | None:
    return reader.text(node) if isinstance(node, Text) else None
