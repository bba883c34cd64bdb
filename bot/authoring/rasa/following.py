"""What follows what: all rules and stories as trees of steps, one for each word of the customer's that begins one.

Where two stories say the same, they are one branch; where they part, the branches stand beside each other in the order
in which they were written, rules first. A greeting that only says hello begins nothing: what stands after it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.authoring.rasa.flows import Flow, Step, joined
from bot.authoring.rasa.notes import Notes
from bot.authoring.rasa.project import Project

# What every conversation here understands by itself.
BUILT_IN: Mapping[str, str] = {
    **dict.fromkeys(("greet", "greeting", "hello", "hi"), "greeting"),
    **dict.fromkeys(("goodbye", "bye"), "goodbye"),
    **dict.fromkeys(("thank", "thanks", "thank_you", "thankyou"), "thanks"),
    **dict.fromkeys(("affirm", "yes", "agree", "confirm"), "yes"),
    **dict.fromkeys(("deny", "no", "disagree", "decline"), "no"),
    **dict.fromkeys(("restart", "session_start", "back", "nlu_fallback", "out_of_scope"), "fallback"),
}
YES_NO = ("yes", "no")
_ENDS_FORM = ("action_deactivate_loop", "action_deactivate_form")
OF_RASA = ("action_listen", "action_restart", "action_session_start", "action_back", "action_default_fallback",
           "action_unlikely_intent", *_ENDS_FORM)  # fmt: skip


@dataclass(slots=True)
class Node:
    """A step and what may follow it."""

    step: Step
    then: list[Node] = field(default_factory=list)

    @property
    def below(self) -> Iterator[Node]:
        """All that follows it."""
        for node in self.then:
            yield node
            yield from node.below


@dataclass(slots=True)
class Following:
    """begins: intent -> what follows it. full: form -> what follows when all is told. within: form -> what the
    customer may say in its midst. after: action -> what may be said after it, wherever it stands. hello: what the bot
    says to a greeting."""

    begins: dict[str, list[Node]] = field(default_factory=dict)
    full: dict[str, list[Node]] = field(default_factory=dict)
    within: dict[str, list[Node]] = field(default_factory=dict)
    after: dict[str, list[Node]] = field(default_factory=dict)
    hello: tuple[Step, ...] = ()

    def amid(self, intent: str) -> list[tuple[Node, bool]]:
        """Where it is said in the midst of something; whether that is a form, whose question is then open."""
        trees = [nodes for tree in (self.begins, self.full, self.after) for nodes in tree.values()]
        found = [(node, _form(above)) for nodes in trees for above, node in _pairs(nodes)]
        found += [(node, True) for nodes in self.within.values() for node in nodes]
        return [(node, inside) for node, inside in found if node.step.told[:2] == ("intent", intent)]


def _pairs(nodes: Iterable[Node], above: Step | None = None) -> Iterator[tuple[Step | None, Node]]:
    """Each node with the step before it."""
    for node in nodes:
        yield above, node
        yield from _pairs(node.then, node.step)


def following(project: Project, notes: Notes) -> Following:
    found = joined(project.flows)
    for why, step in found.left:
        notes.add(why, step.name, place=step.place)
    made = Following()
    for flow in sorted(found.ways, key=lambda each: not each.rule):
        _grow(made, flow, tuple(_known(flow.steps, project, notes)), project, notes)
    return made


def _known(steps: Sequence[Step], project: Project, notes: Notes) -> Iterator[Step]:
    """Words as the intent they are an example of, "action: form" as the form itself; no step twice in a row."""
    last: Step | None = None
    for step in steps:
        if step.kind == "words":
            intent = project.said_as(step.name)
            if not intent:
                notes.add("words", step.name, place=step.place)
                return
            step = replace(step, kind="intent", name=intent)
        elif step.kind == "action" and step.name in project.forms:
            step = replace(step, kind="loop")
        elif step.kind == "action" and step.name in _ENDS_FORM:
            step = replace(step, kind="loop", name="")
        elif step.kind == "other":
            notes.add("other", step.name, place=step.place)
            continue
        elif step.kind == "action" and step.name in OF_RASA:
            continue
        if last is None or step.kind != "loop" or step.told != last.told:
            yield step
        last = step


def _grow(made: Following, flow: Flow, steps: tuple[Step, ...], project: Project, notes: Notes) -> None:
    """One way, where it belongs."""
    head = next((at for at, each in enumerate(steps) if each.kind not in ("slot", "loop") or _form(each)), len(steps))
    under = (*flow.under, *steps[:head])
    steps = steps[head:]
    slots = tuple(each for each in under if each.kind == "slot")
    form = next((each.name for each in under if each.kind == "loop" and each.name), "")
    if steps and _form(steps[0]):
        form, steps = steps[0].name, steps[1:]
        if steps and steps[0].kind == "loop":
            _insert(made.full.setdefault(form, []), (*slots, *steps[1:]))
            return
    if form:
        if steps and steps[0].kind == "intent":
            _insert(made.within.setdefault(form, []), (steps[0], *slots, *steps[1:]))
        return
    while steps and steps[0].kind == "intent" and BUILT_IN.get(steps[0].name) in ("greeting", "fallback"):
        said = next((at for at, each in enumerate(steps) if at and each.kind == "intent"), len(steps))
        if BUILT_IN[steps[0].name] == "greeting":
            made.hello = made.hello or steps[1:said]
            for each in steps[1:said]:
                if each.kind == "loop" and each.name:
                    notes.add("greeted", each.name, place=each.place)
        steps = steps[said:]
    if not steps:
        return
    if steps[0].kind == "intent":
        _insert(made.begins.setdefault(steps[0].name, []), (*slots, *steps[1:]))
        return
    asks = next((at for at, each in enumerate(steps) if each.kind == "intent"), None)
    if asks:
        _insert(made.after.setdefault(steps[asks - 1].name, []), steps[asks:])


def _form(step: Step | None) -> bool:
    return step is not None and step.kind == "loop" and bool(step.name)


def _insert(nodes: list[Node], steps: Iterable[Step]) -> None:
    for step in steps:
        node = next((each for each in nodes if each.step.told == step.told), None)
        if node is None:
            node = Node(step)
            nodes.append(node)
        elif set(step.entities) - set(node.step.entities):
            node.step = replace(node.step, entities=tuple(dict.fromkeys((*node.step.entities, *step.entities))))
        nodes = node.then


def merged(*trees: Iterable[Node]) -> list[Node]:
    """Trees as one: what they say alike stands once."""
    out: list[Node] = []
    for nodes in trees:
        for node in nodes:
            known = next((each for each in out if each.step.told == node.step.told), None)
            if known is None:
                out.append(Node(node.step, list(node.then)))
            else:
                known.then = merged(known.then, node.then)
    return out
