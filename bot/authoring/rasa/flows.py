"""Rules and stories of Rasa 3 as lines of steps, each with the place where it is written.

A story that ends in a checkpoint goes on in those that begin with it, and one with an `or` is told once for each of
its ways; so nothing of either is left in what `joined` gives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bot.authoring.rasa.shapes import File, written
from bot.authoring.tree import Fields, Node, Text

MAX_WAYS = 64  # of one story, by its `or`s and its checkpoints
LONGEST = 200  # steps of one way

Kind = Literal["intent", "words", "action", "said", "loop", "slot", "checkpoint", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. name: of the intent, action, form ("" where one ends), slot or checkpoint; or what is said, of the
    customer ("words") and of the bot ("said"). value: of a slot; "" where it is no plain one. entities: of an intent.
    ways: the other ways of an `or`. place: file and line."""

    kind: Kind
    name: str
    place: str = ""
    value: str = ""
    entities: tuple[str, ...] = ()
    ways: tuple[Step, ...] = ()

    @property
    def told(self) -> tuple[str, str, str]:
        """What makes two steps of two stories one."""
        return self.kind, self.name, self.value

    @property
    def customers(self) -> bool:
        return self.kind in ("intent", "words")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A rule or a story. rule: what always follows, where a story is an example of it. under: what must hold."""

    name: str
    steps: tuple[Step, ...]
    rule: bool = False
    under: tuple[Step, ...] = ()
    place: str = ""


def flows(file: File, node: Node | None, *, rule: bool) -> Iterator[Flow]:
    """Raises Unacceptable."""
    what = "rules" if rule else "stories"
    for item in file.items(node, what):
        about = file.fields(item, what)
        yield Flow(
            name=written(about.get("rule")) or written(about.get("story")),
            steps=tuple(_steps(file, about.get("steps"), "steps")),
            rule=rule,
            under=tuple(_steps(file, about.get("condition"), "condition")),
            place=file.place(item),
        )


def _steps(file: File, node: Node | None, what: str) -> Iterator[Step]:
    for item in file.items(node, what):
        if isinstance(item, Fields):  # "..." of Rasa 2 says nothing
            yield from _step(file, item)


def _step(file: File, node: Fields) -> Iterator[Step]:
    place = file.place(node)
    either = node.get("or")
    if either is not None:
        ways = [step for each in file.items(either, "or") if isinstance(each, Fields) for step in _step(file, each)]
        if ways:
            yield replace(ways[0], ways=tuple(ways[1:]))
        return
    was_set = node.get("slot_was_set")
    if was_set is not None:
        yield from _slots(file, was_set)
        return
    kinds: tuple[tuple[str, Kind], ...] = (
        ("intent", "intent"), ("user", "words"), ("action", "action"), ("bot", "said"), ("active_loop", "loop"),
        ("checkpoint", "checkpoint"),
    )  # fmt: skip
    for key, kind in kinds:
        found = node.get(key)
        if found is not None:
            entities = _entities(file, node.get("entities"))
            yield Step(kind=kind, name=written(found).removeprefix("/"), place=place, entities=entities)
            return
    yield Step(kind="other", name=node.entries[0].key.value if node.entries else "", place=place)


def _entities(file: File, node: Node | None) -> tuple[str, ...]:
    """Their names, of "- city" and of "- city: Rome"."""
    found = []
    for item in file.items(node, "entities"):
        if isinstance(item, Fields) and item.entries:
            found.append(item.entries[0].key.value)
        elif name := written(item):
            found.append(name)
    return tuple(found)


def _slots(file: File, node: Node) -> Iterator[Step]:
    """ "- city: Rome", "- city", "{city: Rome}". `requested_slot` is Rasa's own: which question of a form is open."""
    for item in (node,) if isinstance(node, Fields) else file.items(node, "slot_was_set"):
        entries: list[tuple[str, Node | None]] = [(written(item), None)]
        if isinstance(item, Fields):
            entries = [(each.key.value, each.value) for each in item.entries]
        for name, value in entries:
            if name and name != "requested_slot":
                empty = isinstance(value, Text) and value.empty
                yield Step(kind="slot", name=name, place=file.place(item), value="none" if empty else written(value))


@dataclass(slots=True)
class Joined:
    """ways: stories and rules without checkpoints and `or`s. left: steps that could not be followed, each with why:
    "checkpoint", "circle", "ways"."""

    ways: list[Flow]
    left: list[tuple[str, Step]]


def joined(given: Sequence[Flow]) -> Joined:
    made = Joined([], [])
    begun: dict[str, list[Flow]] = {}
    for flow in given:
        for step in _opening(flow):
            begun.setdefault(step.name, []).append(flow)
    for flow in given:
        if not _opening(flow):
            _follow(flow, (), begun, made, frozenset())
    led = {step.name for flow in given for step in flow.steps[len(_opening(flow)) :] if step.kind == "checkpoint"}
    for name, those in begun.items():
        if name not in led:  # nothing leads there: it stands as it is
            for flow in those:
                _follow(replace(flow, steps=flow.steps[len(_opening(flow)) :]), (), begun, made, frozenset())
    return made


def _opening(flow: Flow) -> tuple[Step, ...]:
    """The checkpoints it begins with, as one may be an `or` of several."""
    found: list[Step] = []
    for step in flow.steps:
        if step.kind != "checkpoint":
            break
        found.append(step)
    return tuple(found)


def _follow(
    flow: Flow, before: tuple[Step, ...], begun: Mapping[str, Sequence[Flow]], made: Joined, passed: frozenset[str]
) -> None:
    """Every way through it into made.ways."""
    steps = flow.steps
    mark = next((at for at, step in enumerate(steps) if step.kind == "checkpoint"), None)
    told = (*before, *steps[:mark])
    if mark is None or len(told) > LONGEST:
        whole = [replace(flow, steps=tuple(way)) for way in _ways(told)]
        room = MAX_WAYS * 8 - len(made.ways)
        if (len(whole) > MAX_WAYS or len(whole) > room) and steps:
            made.left.append(("ways", steps[0]))
        made.ways += whole[: max(0, min(MAX_WAYS, room))]
        return
    step = steps[mark]
    further = [each for each in begun.get(step.name, ()) if each is not flow]
    if step.name in passed or not further:
        made.left.append(("circle" if step.name in passed or begun.get(step.name) else "checkpoint", step))
        rest = replace(flow, steps=steps[mark + 1 :])
        _follow(rest, told, begun, made, passed)
        return
    if mark + 1 < len(steps):
        _follow(replace(flow, steps=steps[mark + 1 :]), told, begun, made, passed | {step.name})
    for other in further:
        rest = replace(other, name=flow.name, rule=flow.rule, under=flow.under, place=flow.place)
        rest = replace(rest, steps=other.steps[len(_opening(other)) :])
        _follow(rest, told, begun, made, passed | {step.name})


def _ways(steps: Sequence[Step]) -> list[list[Step]]:
    """One line of steps for each way through its `or`s, MAX_WAYS and one at most."""
    found: list[list[Step]] = [[]]
    for step in steps:
        each = (replace(step, ways=()), *step.ways)
        found = [[*way, one] for way in found for one in each][: MAX_WAYS + 1]
    return found
