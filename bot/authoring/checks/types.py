"""A small type checker for expressions: a filter given what it can't take is told of before anybody calls.

It knows what slots, columns, facts and actions hold. An unknown kind fits everywhere.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal

from bot.authoring.checks.kinds import (
    CHOICE,
    COMPARED,
    DATE,
    DATETIME,
    FILTERS_TAKE,
    FUNCTIONS_GIVE,
    FUNCTIONS_TAKE,
    GIVEN,
    HOURS,
    LIST,
    NOTHING,
    NUMBER,
    PERSON,
    SLOT_KINDS,
    SUMMED,
    TEXT,
    TIME,
    YES_NO,
    Kind,
    join,
    shown,
)  # fmt: skip
from bot.authoring.draft import Draft
from bot.authoring.problems import listed, near
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue import grammar
from bot.dialogue.callables import FILTERS, FUNCTIONS
from bot.dialogue.expressions import Expression
from bot.dialogue.program import DoStep, SetStep
from bot.dialogue.scenario import Business
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value

MAX_ROWS = 500  # looked at each time a column is named; of more it is not told what it holds
Kinds = Mapping[str, Kind | None]
Rows = Mapping[str, Mapping[str, Value]]


def types(draft: Draft, business: Business, rows: Rows) -> None:
    """Every expression of a scenario, with what its names hold."""
    names = kinds(draft, business)
    for use in draft.reader.uses:
        known = {**names, **dict.fromkeys(use.known)} if use.known else names
        Checker(draft.reader, use.node, known, rows, draft.slots).kind(use.expression.root)
    for slot in draft.slots.values():
        if slot.prefill is None:
            continue
        wanted = slot_kind(slot)
        silent = Checker(None, Node(line=slot.line, column=1), names, rows, draft.slots)
        given = silent.kind(slot.prefill.root)
        if given is not None and wanted is not None and given != NOTHING and not _fits(given, wanted):
            node = next((use.node for use in draft.reader.uses if use.expression is slot.prefill), silent.node)
            draft.reader.problem(
                "wrong_prefill", node, name=slot.name, **_both("kind", wanted), **_both("given", given)
            )  # fmt: skip


def kinds(draft: Draft, business: Business) -> dict[str, Kind | None]:
    """What every name of a scenario holds, as far as it can be told."""
    names: dict[str, Kind | None] = {
        "customer": None,
        "caller": None,
        "before": None,
        "business": None,
        "hours": HOURS,
        "now": DATETIME,
        "channel": TEXT,
        "voice": YES_NO,
        "language": TEXT,
        **dict.fromkeys(draft.variables),
        **{slot.name: slot_kind(slot) for slot in draft.slots.values()},
        **{f"business.{name}": value_kind(value) for name, value in business.facts.items()},
        "caller.phone": TEXT,
        "business.name": TEXT,
    }
    told: dict[str, list[Kind | None]] = {name: [kind] for name, kind in names.items() if name in draft.slots}
    for step in draft.steps.values():
        if isinstance(step, DoStep) and (signature := draft.actions.get(step.action)):
            for outcome in signature.outcomes.values():
                for name in outcome:
                    told.setdefault(name, []).append(GIVEN.get((step.action, name)))
    sets = [step for step in draft.steps.values() if isinstance(step, SetStep)]
    known_to_be_given = {*told, *(name for step in sets for name in step.assignments)}
    for name, found in told.items():
        names[name] = join(found)
    for _ in range(3):  # a variable set from a variable set from a variable: no author goes further
        assigned: dict[str, list[Kind | None]] = {name: list(found) for name, found in told.items()}
        for step in sets:
            for name, expression in step.assignments.items():
                silent = Checker(None, Node(line=1, column=1), names, {}, draft.slots)
                assigned.setdefault(name, []).append(silent.kind(expression.root))
        names.update({name: join(found) for name, found in assigned.items() if name in known_to_be_given})
    return names


def slot_kind(slot: Slot) -> Kind | None:
    if slot.type == "choice":
        one = Kind(CHOICE.name, ids=frozenset(option.id for option in slot.options))
        return Kind(LIST.name, of=one) if getattr(slot, "many", False) else one
    return SLOT_KINDS.get(slot.type)


def value_kind(value: Value) -> Kind | None:
    """Of business data."""
    if isinstance(value, bool):
        return YES_NO
    if isinstance(value, int | Decimal):
        return NUMBER
    if isinstance(value, Mapping):  # by language, or a fact with facts inside
        return TEXT if set(value) <= {"ru", "en"} else None
    if isinstance(value, tuple):
        return Kind(LIST.name, of=join(value_kind(item) for item in value))
    for type_, kind in ((datetime, DATETIME), (date, DATE), (time, TIME), (str, TEXT)):
        if isinstance(value, type_):
            return kind
    return None


def _both(name: str, kind: Kind) -> dict[str, str]:
    return {name: shown(kind, "en"), f"{name}_ru": shown(kind, "ru")}


def _fits(given: Kind, wanted: Kind) -> bool:
    return given.name == wanted.name or TEXT in (given, wanted) or wanted.name == TEXT.name


@dataclass(frozen=True, slots=True)
class Checker:
    """Walks one expression. reader: None to infer only, and to tell nothing."""

    reader: Reader | None
    node: Node
    names: Kinds
    rows: Rows
    slots: Mapping[str, Slot]

    def kind(self, node: grammar.Node) -> Kind | None:
        walkers: Mapping[type, Callable[..., Kind | None]] = {
            grammar.Literal: lambda each: NOTHING if each.value is None else value_kind(each.value),
            grammar.Name: self.of_name,
            grammar.Call: self.of_call,
            grammar.Filtered: self.of_filtered,
            grammar.Unary: self.of_unary,
            grammar.Binary: self.of_binary,
        }
        return walkers[type(node)](node)

    def of_name(self, node: grammar.Name) -> Kind | None:
        if len(node.path) == 1:
            return self.names.get(node.path[0])
        whole = ".".join(node.path)
        if whole in self.names:
            return self.names[whole]
        first = self.names.get(node.path[0])
        if first is None or len(node.path) > 2:
            return None
        if first == PERSON:
            return TEXT
        if first.name == CHOICE.name and len(first.ids) <= MAX_ROWS:
            column = [
                value_kind(self.rows[each][node.path[1]]) for each in first.ids if node.path[1] in self._row(each)
            ]
            return join(column) if column else None
        return None

    def _row(self, ident: str) -> Mapping[str, Value]:
        return self.rows.get(ident, {})

    def of_call(self, node: grammar.Call) -> Kind | None:
        given = [self.kind(argument) for argument in node.args]
        function = FUNCTIONS.get(node.function)
        if function is None:
            return None
        self.counted(f"{node.function}()", function, len(given), 1)
        for kind, takes in zip(given, FUNCTIONS_TAKE.get(node.function, ()), strict=False):
            self.taken(f"{node.function}()", kind, takes)
        if node.function == "first" and given and given[0] is not None:
            return given[0].of
        return FUNCTIONS_GIVE.get(node.function)

    def of_filtered(self, node: grammar.Filtered) -> Kind | None:
        value = self.kind(node.value)
        for argument in node.args:
            self.kind(argument)
        apply = FILTERS.get(node.name)
        if apply is None:
            return None
        self.counted(f"|{node.name}", apply, len(node.args), 2)
        takes = FILTERS_TAKE.get(node.name)
        if takes is not None:
            self.taken(f"|{node.name}", value, takes)
        return TEXT

    def of_unary(self, node: grammar.Unary) -> Kind | None:
        operand = self.kind(node.operand)
        if node.sign == "not":
            return YES_NO
        self.taken("'-'", operand, (NUMBER,))
        return NUMBER

    def of_binary(self, node: grammar.Binary) -> Kind | None:
        left, right = self.kind(node.left), self.kind(node.right)
        if node.sign in ("and", "or"):
            return join([left, right])
        if node.sign in ("==", "!="):
            self.equal(node, left, right)
            return YES_NO
        if node.sign == "in":
            self.inside(node, left, right)
            return YES_NO
        if node.sign == "+" and {left, right} == {DATE, TIME}:
            return DATETIME
        fits = COMPARED if node.sign in ("<", "<=", ">", ">=") else SUMMED[node.sign]
        for kind in (left, right):
            self.taken(f"'{node.sign}'", kind, fits)
        if (
            left is not None
            and right is not None
            and {left.name, right.name} <= {each.name for each in fits}
            and left.name != right.name
        ):
            self.tell("mixed_types", sign=node.sign, **_both("first", left), **_both("second", right))
        if node.sign in ("+", "-"):
            return left if left is not None and left == right and node.sign == "+" else None
        return YES_NO

    def equal(self, node: grammar.Binary, left: Kind | None, right: Kind | None) -> None:
        if left is None or right is None or NOTHING in (left, right):
            return
        for kind, other, named in ((left, node.right, node.left), (right, node.left, node.right)):
            if kind.name == CHOICE.name and isinstance(other, grammar.Literal) and isinstance(other.value, str):
                self.one_of(kind, other.value, named)
                return
        alike = left.name == right.name or {left.name, right.name} == {CHOICE.name, TEXT.name}
        if not alike:
            self.tell("never_equal", **_both("first", left), **_both("second", right))

    def inside(self, node: grammar.Binary, left: Kind | None, right: Kind | None) -> None:
        if right is not None and right.name not in (LIST.name, TEXT.name, NOTHING.name):
            self.taken("'in'", right, (LIST, TEXT))
        of = right.of if right is not None else None
        if of is None or of.name != CHOICE.name or not isinstance(node.left, grammar.Literal):
            return
        if isinstance(node.left.value, str):
            self.one_of(of, node.left.value, node.right)

    def one_of(self, kind: Kind, value: str, named: grammar.Node) -> None:
        if kind.ids and value not in kind.ids:
            name = ".".join(named.path) if isinstance(named, grammar.Name) else "…"
            ids = sorted(kind.ids)
            self.tell("never_chosen", name=name, value=value, near=near(value, ids), known=listed(ids))

    def taken(self, what: str, kind: Kind | None, takes: Iterable[Kind]) -> None:
        wanted = tuple(takes)
        if kind is None or kind == NOTHING or not wanted or kind.name in {each.name for each in wanted}:
            return
        self.tell(
            "wrong_type",
            name=what,
            known=", ".join(shown(each, "en") for each in wanted),
            known_ru=", ".join(shown(each, "ru") for each in wanted),
            **_both("kind", kind),
        )

    def counted(self, what: str, function: Callable[..., Value], given: int, own: int) -> None:
        """own: the parameters that aren't the author's: register, and a filter's value."""
        try:
            parameters = list(inspect.signature(function).parameters.values())[own:]
        except (TypeError, ValueError):
            return
        if any(each.kind is each.VAR_POSITIONAL for each in parameters):
            return
        least = sum(each.default is each.empty for each in parameters)
        if not least <= given <= len(parameters):
            most = len(parameters)
            count = str(least) if least == most else f"{least}-{most}"
            self.tell("wrong_count", name=what, count=count, given=str(given))

    def tell(self, code: str, **params: str) -> None:
        if self.reader is not None:
            self.reader.problem(code, self.node, **params)


def kind_of(expression: Expression, names: Kinds, rows: Rows, slots: Mapping[str, Slot]) -> Kind | None:
    """What an expression gives, nothing told."""
    return Checker(None, Node(line=1, column=1), names, rows, slots).kind(expression.root)
