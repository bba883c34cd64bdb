"""The `steps:` of a scenario laid out flat: one function a keyword, each returns the id at which its step begins.

A block is read from its last step to its first, so every step knows what follows it. Side roads (every outcome of an
action but ok, and `declined`) end the scenario when their block is done, unless they say `again`, `go` or `continue`:
nobody is booked because an author forgot to stop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.authoring.actions import Signature
from bot.authoring.menus import item
from bot.authoring.problems import listed
from bot.authoring.reading import Reader
from bot.authoring.slots import FIXED
from bot.authoring.tree import Fields, Node, Text
from bot.dialogue.expressions import Expression
from bot.dialogue.grammar import Call, Name
from bot.dialogue.scenario import (
    AgainStep,
    BranchStep,
    ChooseStep,
    CollectStep,
    ConfirmStep,
    DoStep,
    EndStep,
    HandoffStep,
    Item,
    LanguageStep,
    SayStep,
    SetStep,
    Slot,
    StartStep,
    Step,
)

DONE = ""  # as a target: the scenario is over


@dataclass(slots=True)
class Draft:
    """A scenario being laid out, and what is to be checked once the whole set is known.

    lines: where each step stands. variables: names that `set` and actions give values to. starts: scenarios named.
    phrases: intent -> nodes. needs: (value, action, node) to be found by name. targets: steps that `go` names.
    """

    reader: Reader
    name: str
    slots: Mapping[str, Slot]
    actions: Mapping[str, Signature]
    steps: dict[str, Step] = field(default_factory=dict)
    nodes: dict[str, Node] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    starts: list[tuple[str, Node]] = field(default_factory=list)
    phrases: list[tuple[str, Node]] = field(default_factory=list)
    needs: list[tuple[str, str, Node]] = field(default_factory=list)
    targets: list[tuple[str, Node]] = field(default_factory=list)
    menus: set[str] = field(default_factory=set)

    def add(self, step: Step, node: Node) -> str:
        if step.id in self.steps:
            self.reader.problem("step_twice", node, name=step.id)
        self.steps[step.id] = step
        self.nodes[step.id] = node
        return step.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step stands. path: its id. after: what follows. road: where `continue` leads, None on the main road."""

    path: str
    after: str
    road: str | None
    node: Node

    @property
    def line(self) -> int:
        return self.node.line


Values = Mapping[str, Node]


def block(draft: Draft, node: Node | None, path: str, after: str, road: str | None = None) -> str:
    """Lay out a list of steps; the id of the first, `after` when there is none."""
    items = draft.reader.items(node)
    if node is not None and not items:
        draft.reader.problem("empty_block", node)
    for index in range(len(items) - 1, -1, -1):
        after = _step(draft, items[index], f"{path}/{index}", after, road)
    return after


def _step(draft: Draft, node: Node, path: str, after: str, road: str | None) -> str:
    if not isinstance(node, Fields):
        draft.reader.problem("no_step", node, known=listed(KEYWORDS))
        return after
    found = [entry for entry in node.entries if entry.key.value in KEYWORDS]
    if not found:
        first = node.entries[0].key if node.entries else node
        name = first.value if isinstance(first, Text) else ""
        draft.reader.unknown("unknown_key" if name else "no_step", first, name, KEYWORDS)
        return after
    keyword = found[0].key.value
    others, lay = KEYWORDS[keyword]
    for entry in found[1:]:
        if entry.key.value not in others:
            draft.reader.problem("two_steps", entry.key, first=keyword, second=entry.key.value)
    own = node.get("id")
    name = draft.reader.name(own) if own is not None else ""
    place = Place(path=name or path, after=after, road=road, node=found[0].key)
    if keyword == "do":
        others = (*others, *_outcomes(draft, node.get("do")))
    fields = draft.reader.fields(
        node, ("id", *KEYWORDS, *others), open_ended=keyword == "do" and _signature(draft, node.get("do")) is None
    )
    own_fields = {key: fields[key] for key in fields if key == keyword or key in others or key not in KEYWORDS}
    return lay(draft, own_fields, place)


# --- one function a keyword ---


def _say(draft: Draft, fields: Values, at: Place) -> str:
    prompt = draft.reader.prompt(fields["say"], f"{draft.name}:{at.path}")
    return draft.add(SayStep(id=at.path, next=at.after, line=at.line, prompt=prompt), at.node)


def _collect(draft: Draft, fields: Values, at: Place) -> str:
    names = _slots(draft, fields["collect"])
    return draft.add(CollectStep(id=at.path, next=at.after, line=at.line, slots=names), at.node)


def _choose(draft: Draft, fields: Values, at: Place) -> str:
    reader = draft.reader
    menu = reader.name(fields["menu"]) if "menu" in fields else draft.name
    if menu in draft.menus:
        reader.problem("menu_twice", fields.get("menu", at.node), name=menu)
    draft.menus.add(menu)
    loop = reader.yes(fields.get("loop"), False)
    items: list[Item] = []
    source = fields.get("items")
    if not isinstance(source, Fields) or not source.entries:
        reader.problem("no_items" if source is None or isinstance(source, Fields) else "want_fields", source or at.node)
    else:
        for entry in source.entries:
            made = item(
                reader,
                entry,
                draft.name,
                menu,
                items,
                begin=lambda node, ident: block(
                    draft, node, f"{at.path}/{ident}", at.path if loop else at.after, at.path if loop else at.after
                ),
                intent=lambda name, node: draft.phrases.append((name, node)),
                starts=lambda name, node: draft.starts.append((name, node)),
            )
            if made is not None:
                items.append(made)
    return draft.add(
        ChooseStep(
            id=at.path,
            next=at.after,
            line=at.line,
            menu=menu,
            prompt=reader.prompt(fields["choose"], f"{draft.name}:{at.path}"),
            items=tuple(items),
            again=reader.prompt(fields["again"], f"{draft.name}:{at.path}.again") if "again" in fields else None,
            loop=loop,
            learns=reader.yes(fields.get("learns"), True),
        ),
        at.node,
    )


def _confirm(draft: Draft, fields: Values, at: Place) -> str:
    change: tuple[str, ...] = ()
    given = fields.get("change")
    if isinstance(given, Text) and given.value.strip() == "any":
        change = tuple(draft.slots)
    elif given is not None:
        change = _slots(draft, given)
    declined = fields.get("declined")
    return draft.add(
        ConfirmStep(
            id=at.path,
            next=at.after,
            line=at.line,
            prompt=draft.reader.prompt(fields["confirm"], f"{draft.name}:{at.path}"),
            change=change,
            declined=None if declined is None else block(draft, declined, f"{at.path}/declined", DONE, at.after),
        ),
        at.node,
    )


def _do(draft: Draft, fields: Values, at: Place) -> str:
    reader = draft.reader
    call = _call(draft, fields["do"], report=True)
    signature = _signature(draft, fields["do"])
    meanwhile = fields.get("meanwhile")
    prompt = reader.prompt(meanwhile, f"{draft.name}:{at.path}.meanwhile") if meanwhile is not None else None
    if call is None or signature is None:
        return at.after
    for outcome in signature.outcomes:
        draft.variables.update(signature.outcomes[outcome])
        if outcome != "ok" and outcome not in fields:
            reader.problem("unhandled_outcome", at.node, action=call.function, name=outcome)
    branches = {
        outcome: block(
            draft,
            fields[outcome],
            f"{at.path}/{outcome}",
            at.after if outcome == "ok" else DONE,
            None if outcome == "ok" else at.after,
        )
        for outcome in (*signature.outcomes, "error")
        if outcome in fields
    }
    return draft.add(
        DoStep(
            id=at.path,
            next=at.after,
            line=at.line,
            action=call.function,
            args=_args(draft, call, signature, fields["do"]),
            meanwhile=prompt,
            branches=branches,
        ),
        at.node,
    )


def _again(draft: Draft, fields: Values, at: Place) -> str:
    names = _slots(draft, fields["again"])
    offered = draft.reader.expression(fields.get("offered"))
    return draft.add(AgainStep(id=at.path, line=at.line, slots=names, target=DONE, offered=offered), at.node)


def _if(draft: Draft, fields: Values, at: Place) -> str:
    when = draft.reader.expression(fields["if"])
    if "then" not in fields:
        draft.reader.problem("missing_key", at.node, name="then")
    then = block(draft, fields.get("then"), f"{at.path}/then", at.after, at.road)
    otherwise = block(draft, fields.get("else"), f"{at.path}/else", at.after, at.road)
    if when is None:
        return at.after
    return draft.add(BranchStep(id=at.path, next=then, line=at.line, when=when, otherwise=otherwise), at.node)


def _set(draft: Draft, fields: Values, at: Place) -> str:
    source = fields["set"]
    assignments: dict[str, Expression] = {}
    if not isinstance(source, Fields):
        draft.reader.problem("want_fields", source)
        return at.after
    for entry in source.entries:
        name = draft.reader.name(entry.key, FIXED)
        expression = draft.reader.expression(entry.value)
        if name:
            draft.variables.add(name)
            if expression is not None:
                assignments[name] = expression
    return draft.add(SetStep(id=at.path, next=at.after, line=at.line, assignments=assignments), at.node)


def _language(draft: Draft, fields: Values, at: Place) -> str:
    language = draft.reader.one_of(fields["language"], draft.reader.languages, draft.reader.languages[0])
    return draft.add(
        LanguageStep(id=at.path, next=at.after, line=at.line, language="en" if language == "en" else "ru"), at.node
    )


def _start(draft: Draft, fields: Values, at: Place) -> str:
    name = draft.reader.name(fields["start"])
    if name:
        draft.starts.append((name, fields["start"]))
    args: dict[str, Expression] = {}
    for slot, node in draft.reader.fields(fields.get("with"), (), open_ended=True).items():
        expression = draft.reader.expression(node)
        if expression is not None:
            args[slot] = expression
    returns = draft.reader.yes(fields.get("returns"), True)
    step = StartStep(
        id=at.path, next=at.after if returns else DONE, line=at.line, scenario=name, args=args, returns=returns
    )
    return draft.add(step, at.node)


def _handoff(draft: Draft, fields: Values, at: Place) -> str:
    note = fields.get("note")
    return draft.add(
        HandoffStep(
            id=at.path,
            next=at.after,
            line=at.line,
            reason=draft.reader.text(fields["handoff"]),
            skill=draft.reader.name(fields["skill"]) if "skill" in fields else "",
            priority=draft.reader.number(fields.get("priority"), 0, 9, 0),
            note=draft.reader.prompt(note, f"{draft.name}:{at.path}.note") if note is not None else None,
        ),
        at.node,
    )


def _end(draft: Draft, fields: Values, at: Place) -> str:
    node = fields["end"]
    silent = isinstance(node, Text) and node.empty
    prompt = None if silent else draft.reader.prompt(node, f"{draft.name}:{at.path}")
    return draft.add(EndStep(id=at.path, line=at.line, prompt=prompt), at.node)


def _go(draft: Draft, fields: Values, at: Place) -> str:
    name = draft.reader.name(fields["go"])
    draft.targets.append((name, fields["go"]))
    return name


def _stop(draft: Draft, fields: Values, at: Place) -> str:
    return DONE


def _continue(draft: Draft, fields: Values, at: Place) -> str:
    if at.road is None:
        draft.reader.problem("continue_outside", at.node)
        return at.after
    return at.road


KEYWORDS: Mapping[str, tuple[tuple[str, ...], Callable[[Draft, Values, Place], str]]] = {
    "say": ((), _say),
    "collect": ((), _collect),
    "choose": (("menu", "items", "again", "loop", "learns"), _choose),
    "confirm": (("change", "declined"), _confirm),
    "do": (("meanwhile",), _do),
    "again": (("offered",), _again),
    "if": (("then", "else"), _if),
    "set": ((), _set),
    "language": ((), _language),
    "start": (("with", "returns"), _start),
    "handoff": (("skill", "priority", "note"), _handoff),
    "end": ((), _end),
    "go": ((), _go),
    "stop": ((), _stop),
    "continue": ((), _continue),
}


# --- what they share ---


def _slots(draft: Draft, node: Node) -> tuple[str, ...]:
    out = []
    for name, where in draft.reader.names(node):
        if name in draft.slots:
            out.append(name)
        else:
            draft.reader.unknown("unknown_slot", where, name, draft.slots)
    return tuple(out)


def _call(draft: Draft, node: Node | None, *, report: bool = False) -> Call | None:
    """calendar.find() and calendar.find are the same."""
    if not isinstance(node, Text):
        if report and node is not None:
            draft.reader.problem("want_text", node)
        return None
    uses = len(draft.reader.uses)
    problems = len(draft.reader.problems)
    expression = draft.reader.expression(node)
    del draft.reader.uses[uses:]  # its function is an action, and its values are kept one by one
    if not report:
        del draft.reader.problems[problems:]
    if expression is None:
        return None
    if isinstance(expression.root, Call):
        return expression.root
    if isinstance(expression.root, Name):
        return Call(".".join(expression.root.path), ())
    if report:
        draft.reader.problem("bad_action", node, value=node.value[:60])
    return None


def _signature(draft: Draft, node: Node | None) -> Signature | None:
    call = _call(draft, node)
    return draft.actions.get(call.function) if call else None


def _outcomes(draft: Draft, node: Node | None) -> tuple[str, ...]:
    call = _call(draft, node)
    signature = draft.actions.get(call.function) if call else None
    if call is not None and signature is None and node is not None:
        draft.reader.unknown("unknown_action", node, call.function, draft.actions)
    return (*signature.outcomes, "error") if signature else ()


def _args(draft: Draft, call: Call, signature: Signature, node: Node) -> dict[str, Expression]:
    if len(call.args) > len(signature.takes):
        takes = ", ".join(signature.takes)
        draft.reader.problem("too_many_args", node, name=call.function, count=str(len(signature.takes)), known=takes)
    given = dict(zip(signature.takes, call.args, strict=False))
    out: dict[str, Expression] = {}
    for name in signature.takes:
        expression = Expression(name, given.get(name, Name((name,))))
        if name in given:
            draft.reader.use(expression, node)
        else:
            draft.needs.append((name, call.function, node))
        out[name] = expression
    return out
