"""A scenario while it is being laid out: what the functions of `steps`, one a keyword, write into."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.authoring.actions import Signature
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.expressions import Expression
from bot.dialogue.program import Step
from bot.dialogue.slot import Slot

DONE = ""  # as a target: the scenario is over


@dataclass(slots=True)
class Draft:
    """A scenario being laid out, and what is to be checked once the whole set is known.

    lines: where each step stands. variables: names that `set` and actions give values to. starts: scenarios named.
    phrases: intent -> nodes. needs: (value, action, node) to be found by name. targets: steps that `go` names.
    hidden: slots that a step brings with it. given: names that whoever starts it may give values to, so that nobody
    need ask for them. results: (scenario, expression of that scenario's own names, node). saved, found: forms by kind,
    and the names of what is kept in them.
    local: intent -> phrases that one step alone understands. roads: first steps besides that of the scenario itself.
    rings: where it says that we call.
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
    given: set[str] = field(default_factory=set)
    hidden: dict[str, Slot] = field(default_factory=dict)
    saved: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    results: list[tuple[str, Expression, Node]] = field(default_factory=list)
    menus: set[str] = field(default_factory=set)
    local: list[tuple[str, Node]] = field(default_factory=list)
    roads: tuple[str, ...] = ()
    rings: Node | None = None

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

# Lays out a list of steps: (draft, node, path, after, road) to the id of the first. `steps.block` is the only one; a
# keyword that has a module of its own is given it, for it can't import what imports it.
Block = Callable[[Draft, Node | None, str, str, str | None], str]
