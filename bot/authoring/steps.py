"""The `steps:` of a scenario laid out flat: one function a keyword, each returns the id at which its step begins.

A block is read from its last step to its first, so every step knows what follows it. Side roads (every outcome of an
action but ok, `declined`, `cancelled`) end the scenario when their block is done, unless they say `again`, `go` or
`continue`: nobody is booked because an author forgot to stop.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.authoring import branching, delegating, doing, proving
from bot.authoring.doing import outcomes, signature_of
from bot.authoring.draft import DONE, Draft, Place, Values
from bot.authoring.local import WAITING, YES_NO, asked_by_keys, waiting
from bot.authoring.manners import manner
from bot.authoring.menus import item
from bot.authoring.problems import listed, near
from bot.authoring.slots import FIXED
from bot.authoring.surveys import survey
from bot.authoring.tree import Fields, Listing, Node, Text
from bot.dialogue.expressions import Expression
from bot.dialogue.program import (
    AgainStep,
    ChooseStep,
    CollectStep,
    ConfirmStep,
    EndStep,
    HandoffStep,
    Item,
    LanguageStep,
    SayStep,
    SetStep,
    StartStep,
)

_STUCK = re.compile(r"(\w+):\S")  # "collect:[service]": to YAML a text


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
        stuck = _STUCK.match(node.value) if isinstance(node, Text) else None
        if isinstance(node, Text) and stuck is not None and stuck[1] in KEYWORDS:
            draft.reader.problem("no_space", node, name=stuck[1], value=node.value[:40])
        else:
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
        others = (*others, *outcomes(draft, node.get("do")))
        node = _outcomes_only(draft, node, ("id", *KEYWORDS, *others))
    fields = draft.reader.fields(
        node, ("id", *KEYWORDS, *others), open_ended=keyword == "do" and signature_of(draft, node.get("do")) is None
    )
    own_fields = {key: fields[key] for key in fields if key == keyword or key in others or key not in KEYWORDS}
    return lay(draft, own_fields, place)


def _outcomes_only(draft: Draft, node: Fields, known: Sequence[str]) -> Fields:
    """Without blocks of steps for what an action never ends with, which are told of."""
    signature = signature_of(draft, node.get("do"))
    call = node.get("do")
    if signature is None or not isinstance(call, Text):
        return node
    odd = [
        entry
        for entry in node.entries
        if entry.key.value not in known and isinstance(entry.value, Listing) and not near(entry.key.value, known)
    ]
    action = call.value.partition("(")[0].strip()
    for entry in odd:
        ends = listed((*signature.outcomes, "error"))
        draft.reader.problem("unknown_outcome", entry.key, action=action, name=entry.key.value, near="", known=ends)
    return replace(node, entries=tuple(entry for entry in node.entries if entry not in odd)) if odd else node


# --- one function a keyword ---


def _say(draft: Draft, fields: Values, at: Place) -> str:
    prompt = draft.reader.prompt(fields["say"], f"{draft.name}:{at.path}")
    step = SayStep(id=at.path, next=at.after, line=at.line, prompt=prompt, manner=manner(draft.reader, fields))
    return draft.add(step, at.node)


def _collect(draft: Draft, fields: Values, at: Place) -> str:
    names = _slots(draft, fields["collect"])
    also = waiting(draft, fields, at, asked_by_keys(draft.slots[name] for name in names), block)
    return draft.add(CollectStep(id=at.path, next=at.after, line=at.line, slots=names, **also), at.node)


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
            cap=reader.number(fields["cap"], 0, 99, 99) if "cap" in fields else None,
            shortcut=reader.yes(fields.get("shortcut"), True),
            **waiting(draft, fields, at, (each.option for each in items), block),
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
            **waiting(draft, fields, at, YES_NO, block),
        ),
        at.node,
    )


def _again(draft: Draft, fields: Values, at: Place) -> str:
    names = _slots(draft, fields["again"])
    offered = draft.reader.expression(fields.get("offered"))
    return draft.add(AgainStep(id=at.path, line=at.line, slots=names, target=DONE, offered=offered), at.node)


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
    if not returns and "results" in fields:
        draft.reader.problem("results_gone", fields["results"])
    gone = fields.get("cancelled")
    if not returns and gone is not None:
        draft.reader.problem("cancelled_gone", gone)
    step = StartStep(
        id=at.path,
        next=at.after if returns else DONE,
        line=at.line,
        scenario=name,
        args=args,
        returns=returns,
        results=_results(draft, name, fields.get("results")),
        cancelled=None if gone is None else block(draft, gone, f"{at.path}/cancelled", DONE, at.after),
    )
    return draft.add(step, at.node)


def _results(draft: Draft, scenario: str, source: Node | None) -> dict[str, Expression]:
    """What is left over of the other scenario; its expressions know that scenario's names, and are checked with it."""
    out: dict[str, Expression] = {}
    if source is not None and not isinstance(source, Fields):
        draft.reader.problem("want_fields", source)
    for entry in source.entries if isinstance(source, Fields) else ():
        name = draft.reader.name(entry.key, FIXED)
        uses = len(draft.reader.uses)
        expression = draft.reader.expression(entry.value)
        del draft.reader.uses[uses:]
        if name and expression is not None:
            draft.variables.add(name)
            draft.results.append((scenario, expression, entry.value))
            out[name] = expression
    return out


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
    "say": (("barge_in",), _say),
    "collect": (WAITING, _collect),
    "choose": (("menu", "items", "again", "loop", "learns", "cap", "shortcut", *WAITING), _choose),
    "confirm": (("change", "declined", *WAITING), _confirm),
    "do": (("meanwhile", "timeout", "retry"), partial(doing.do, block)),
    "delegate": (("begin", "with", "error", *WAITING), partial(delegating.delegate, block)),
    "again": (("offered",), _again),
    "if": (("then", "else"), partial(branching.if_, block)),
    "case": (("of", "else"), partial(branching.case, block)),
    "set": ((), _set),
    "survey": (("ask", "comment", "about", *WAITING), partial(survey, block)),
    "language": ((), _language),
    "start": (("with", "returns", "results", "cancelled"), _start),
    "handoff": (("skill", "priority", "note"), _handoff),
    "prove": (("unproven",), partial(proving.prove, block)),
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
