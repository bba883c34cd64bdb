"""actions.yaml: what the scenarios ask of the company's other programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.authoring.actions import ACTIONS, Signature
from bot.authoring.problems import Problem
from bot.authoring.reading import NAME, Reader
from bot.authoring.tree import Entry, Fields, Listing, Node, Text
from bot.dialogue import giving
from bot.dialogue.expressions import Expression
from bot.dialogue.external import External, Found, Kind, Method, Part, Sample, Secret
from bot.dialogue.values import Value

FILE = "actions.yaml"
MAX_TIMEOUT = 60  # seconds; nobody holds the line longer
MAX_RETRY = 5
KEYS = ("takes", "gives", "method", "url", "headers", "body", "timeout", "retry", "answer", "outcomes", "sample")
METHODS: tuple[Method, ...] = ("GET", "POST", "PUT", "PATCH", "DELETE")
KINDS: tuple[Kind, ...] = ("text", "number", "datetime", "date", "time", "phone")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)?")
_PART = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}|\{([^{}]*)\}|([^${}]+|.)", re.DOTALL)
_HOST = re.compile(r"https?://[^/?#\s@{}]+(?=[/?#]|$)", re.IGNORECASE)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_PATH = re.compile(r"([\w-]+(?:\.[\w-]+)*)(?:\s*\|\s*(\w+))?")


def declared(root: Node | None, problems: list[Problem]) -> dict[str, External]:
    """By name. Whatever doesn't fit becomes a problem of actions.yaml."""
    out: dict[str, External] = {}
    reader = Reader(FILE, problems)
    builtin = {name.partition(".")[0] for name in ACTIONS}
    for entry in _entries(reader, root):
        name = entry.key.value
        if not _NAME.fullmatch(name):
            reader.problem("action_name", entry.key, value=name[:60])
        elif name.partition(".")[0] in builtin:
            reader.problem("action_builtin", entry.key, name=name.partition(".")[0])
        else:
            out[name] = _action(reader, name, entry)
    return out


def signatures(actions: Mapping[str, External]) -> dict[str, Signature]:
    return {
        name: Signature(
            takes=each.takes, optional=each.optional, outcomes={"ok": each.gives, **dict.fromkeys(each.outcomes, ())}
        )
        for name, each in actions.items()
    }


def _action(reader: Reader, name: str, entry: Entry) -> External:
    fields = reader.fields(entry.value, KEYS)
    takes, optional = _takes(reader, fields.get("takes"))
    answer = _answer(reader, fields.get("answer"))
    gives = tuple(each for each, _ in reader.names(fields.get("gives"))) or tuple(answer)
    for node, each in _keys(fields.get("answer")):
        if each in answer and each not in gives:
            reader.unknown("action_gives", node, each, gives)
    body = _body(reader, fields.get("body"), takes)
    method = _method(reader, fields.get("method"), "POST" if body else "GET")
    if body and method == "GET":
        reader.problem("action_get_body", fields["body"])
    outcomes = _outcomes(reader, fields.get("outcomes"))
    made = External(
        name=name,
        takes=takes,
        optional=optional,
        gives=gives,
        method=method,
        url=address(reader, fields.get("url"), takes),
        headers=headers(reader, fields.get("headers")),
        body=body,
        timeout=float(reader.number(fields.get("timeout"), 1, MAX_TIMEOUT, 5)),
        retry=reader.number(fields.get("retry"), 0, MAX_RETRY, 2 if method == "GET" else 0),
        answer=answer or {each: Found(path=(each,)) for each in gives},
        outcomes=outcomes,
        line=entry.key.line,
    )
    made = replace(made, samples=_samples(reader, fields.get("sample"), made))
    if not made.url and not made.samples and "url" not in fields and "sample" not in fields:
        reader.problem("action_nothing", entry.key, name=name)
    return made


def _entries(reader: Reader, node: Node | None) -> tuple[Entry, ...]:
    """Names with values; none where nothing is written, and where it is something else, which is reported."""
    if isinstance(node, Fields):
        return node.entries
    if node is not None:
        reader.problem("want_fields", node)
    return ()


def _keys(node: Node | None) -> Iterable[tuple[Node, str]]:
    return [(entry.key, entry.key.value) for entry in node.entries] if isinstance(node, Fields) else []


def _takes(reader: Reader, node: Node | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    takes: list[str] = []
    optional: list[str] = []
    for item in reader.items(node):
        written = reader.text(item)
        name = written.removesuffix("?")
        if not NAME.fullmatch(name):
            reader.problem("bad_name", item, value=written)
            continue
        takes.append(name)
        if written != name:
            optional.append(name)
    return tuple(takes), tuple(optional)


def _method(reader: Reader, node: Node | None, default: Method) -> Method:
    found = reader.one_of(node, METHODS, default)
    return next((each for each in METHODS if each == found), default)


def parts(reader: Reader, node: Node, takes: Iterable[str]) -> tuple[Part, ...]:
    """Text, `${SECRET}` of the environment, and `{value}` of what the action takes."""
    out: list[Part] = []
    written = reader.text(node)
    for secret, value, text in _PART.findall(written):
        if secret:
            out.append(Secret(secret))
        elif text in ("{", "}", "$"):
            reader.problem("action_brace", node, sign=text)
        elif text:
            out.append(text)
        else:
            expression = _expression(reader, node, takes, value)
            if expression is not None:
                out.append(expression)
    return tuple(out)


def _expression(reader: Reader, node: Node, takes: Iterable[str], source: str | None = None) -> Expression | None:
    uses = len(reader.uses)
    expression = reader.expression(node, source)
    del reader.uses[uses:]
    for path in sorted(expression.names) if expression is not None else ():
        if path.partition(".")[0] not in (*takes, "now"):
            reader.unknown("unknown_name", node, path, takes)
    return expression


def address(reader: Reader, node: Node | None, takes: Iterable[str]) -> tuple[Part, ...]:
    """Where to ask is the author's to say: a value stands only after the host."""
    if node is None:
        return ()
    written = parts(reader, node, takes)
    fixed = ""
    for number, part in enumerate(written):
        if isinstance(part, Expression):
            break
        if isinstance(part, Secret):
            fixed += "https://host" if number == 0 else "secret"
        else:
            fixed += part
    whole = not any(isinstance(part, Expression) for part in written)
    found = _HOST.match(fixed)
    if found is None or (not whole and found.end() == len(fixed)):
        reader.problem("action_url", node, value=reader.text(node)[:80])
        return ()
    return written


def headers(reader: Reader, node: Node | None) -> dict[str, tuple[Part, ...]]:
    out: dict[str, tuple[Part, ...]] = {}
    for entry in _entries(reader, node):
        if not _HEADER.fullmatch(entry.key.value):
            reader.problem("action_header", entry.key, value=entry.key.value[:60])
            continue
        written = parts(reader, entry.value, ())
        if not any(isinstance(part, Expression) for part in written):
            out[entry.key.value] = written
    return out


def _body(reader: Reader, node: Node | None, takes: Iterable[str]) -> dict[str, Expression]:
    out: dict[str, Expression] = {}
    for entry in _entries(reader, node):
        expression = _expression(reader, entry.value, takes)
        if expression is not None:
            out[entry.key.value] = expression
    return out


def _answer(reader: Reader, node: Node | None) -> dict[str, Found]:
    out: dict[str, Found] = {}
    for entry in _entries(reader, node):
        name = reader.name(entry.key)
        match = _PATH.fullmatch(reader.text(entry.value))
        if match is None:
            reader.problem("action_path", entry.value, value=reader.text(entry.value)[:60])
            continue
        kind: Kind = next((each for each in KINDS if each == match[2]), "")
        if match[2] and not kind:
            reader.unknown("action_kind", entry.value, match[2], KINDS)
        if name:
            out[name] = Found(path=tuple(match[1].split(".")), kind=kind)
    return out


def _outcomes(reader: Reader, node: Node | None) -> dict[str, tuple[int, ...]]:
    out: dict[str, tuple[int, ...]] = {}
    for entry in _entries(reader, node):
        name = reader.name(entry.key, ("ok", "error"))
        statuses = tuple(reader.number(item, 100, 599, 0) for item in reader.items(entry.value))
        if name:
            out[name] = tuple(status for status in statuses if status)
    return out


def _samples(reader: Reader, node: Node | None, action: External) -> tuple[Sample, ...]:
    out: list[Sample] = []
    for item in reader.items(node):
        fields = reader.fields(item, ("when", "ok", "outcome"))
        if not isinstance(item, Fields):
            continue
        when = _expression(reader, fields["when"], action.takes) if "when" in fields else None
        if ("ok" in fields) == ("outcome" in fields):
            reader.problem("action_sample_both", item)
            continue
        if "outcome" in fields:
            known = (*action.outcomes, "error", "ok")
            outcome = reader.text(fields["outcome"])
            if outcome not in known:
                reader.unknown("unknown_outcome", fields["outcome"], outcome, known, action=action.name)
            out.append(Sample(when=when, outcome=outcome))
            continue
        data: dict[str, Value] = {}
        given = fields["ok"]
        if not isinstance(given, Fields) and not (isinstance(given, Text) and given.empty):
            reader.problem("want_fields", given)
        for entry in given.entries if isinstance(given, Fields) else ():
            name = entry.key.value
            if name not in action.gives:
                reader.unknown("action_gives", entry.key, name, action.gives)
            data[name] = value(reader, entry.value)
        out.append(Sample(when=when, data=data))
    return tuple(out)


def value(reader: Reader, node: Node) -> Value:
    """As it stands in a file: a date, a number, yes or no where it looks like one; in quotes a text."""
    if isinstance(node, Fields):
        return {entry.key.value: value(reader, entry.value) for entry in node.entries}
    if isinstance(node, Listing):
        return tuple(value(reader, item) for item in node.items)
    if not isinstance(node, Text) or node.empty:
        return None
    text = " ".join(node.value.split())
    if node.quoted:
        return text
    try:
        return giving.plain(text)
    except ValueError:
        return text
