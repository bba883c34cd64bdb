"""The small safe language of scenarios: `when:` conditions and `{slot|filter}` in prompts.

Nothing is evaluated but the grammar of `bot.dialogue.grammar`: no attributes of Python objects, no calls outside the
given table, no loops, so an expression always ends, in time proportional to its length. Errors carry the column and a
mend.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from bot.dialogue.grammar import Binary, Call, ExpressionError, Filtered, Literal, Name, Node, Parser, Unary, walk
from bot.dialogue.values import PersonName, Value

__all__ = ["Expression", "ExpressionError", "Scope", "Template", "sentence"]


class Names(Protocol):
    """What can be asked for the value of a name: a mapping, or what makes the value only when it is asked for."""

    def get(self, name: str, /) -> Value: ...


@dataclass(slots=True)
class Scope:
    """What names mean while evaluating. names: values by dotted path's first part. Unknown names are none.

    rows: the business's table rows by id, so that `service.price` works where `service` holds a row's id.
    functions and filters: the only callables. Both get the register first (language, ear or eye, what day it is),
    a filter then its value, both then their arguments.
    """

    names: Names
    rows: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Value]] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., Value]] = field(default_factory=dict)
    register: Any = None

    def get(self, name: str, /) -> Value:
        return self.names.get(name)


Evaluate: TypeAlias = Callable[[Scope], Value]


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. source: as the author wrote it. value: the tree as one function, compiled once.

    `value` raises ExpressionError where the types don't fit; an unknown name is None.
    """

    source: str
    root: Node
    value: Evaluate = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _compiled(self.root))

    @classmethod
    @lru_cache(maxsize=8_192)
    def parse(cls, source: str) -> Expression:
        """Raises ExpressionError."""
        return cls(source, Parser(source).whole())

    @property
    def names(self) -> frozenset[str]:
        """Free names, dotted: {"when", "customer.name"}."""
        return frozenset(".".join(node.path) for node in walk(self.root) if isinstance(node, Name))

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(node.function for node in walk(self.root) if isinstance(node, Call))

    @property
    def filters(self) -> frozenset[str]:
        return frozenset(node.name for node in walk(self.root) if isinstance(node, Filtered))

    def true(self, scope: Scope) -> bool:
        return bool(self.value(scope))


@dataclass(frozen=True, slots=True)
class Template:
    """Prompt text with `{expression}` in it. parts: literal text and expressions in turn. `{{` is a brace.

    fixed: the whole text, from its capital letter on, where no expression is in it; else None.
    """

    source: str
    parts: tuple[str | Expression, ...]
    fixed: str | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        texts = [part for part in self.parts if isinstance(part, str)]
        object.__setattr__(self, "fixed", sentence("".join(texts)) if len(texts) == len(self.parts) else None)

    @classmethod
    @lru_cache(maxsize=8_192)  # a set that is edited is read whole again
    def parse(cls, source: str) -> Template:
        """Raises ExpressionError with the column in the whole text."""
        parts: list[str | Expression] = []
        text = ""
        at = 0
        while at < len(source):
            char = source[at]
            if source[at : at + 2] in ("{{", "}}"):
                text += char
                at += 2
            elif char == "{":
                end = source.find("}", at)
                if end < 0:
                    raise ExpressionError("'{' is never closed", at + 1, "Write '{name}', or '{{' for a brace itself.")
                if text:
                    parts.append(text)
                    text = ""
                try:
                    parts.append(Expression.parse(source[at + 1 : end]))
                except ExpressionError as error:
                    raise ExpressionError(error.what, at + 1 + error.column, error.fix) from None
                at = end + 1
            elif char == "}":
                raise ExpressionError("'}' without a '{' before it", at + 1, "Write '}}' for a brace itself.")
            else:
                text += char
                at += 1
        if text:
            parts.append(text)
        return cls(source, tuple(parts))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        return tuple(part for part in self.parts if isinstance(part, Expression))

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for part in self.expressions for name in part.names)

    def render(self, scope: Scope, show: Callable[[Value], str]) -> str:
        """show: how a bare value becomes text in this language and register."""
        return "".join(part if isinstance(part, str) else show(part.value(scope)) for part in self.parts)


def sentence(text: str) -> str:
    """With its first letter capital, whatever value it begins with."""
    text = text.strip()
    return text[:1].upper() + text[1:]


# A node becomes a function of the scope: one function for each kind of node makes it.


def _compiled(node: Node) -> Evaluate:
    return _COMPILE[type(node)](node)


def _literal(node: Literal) -> Evaluate:
    return lambda _: node.value


def _name(node: Name) -> Evaluate:
    first, rest = node.path[0], node.path[1:]
    if not rest:
        return lambda scope: scope.get(first)

    def value(scope: Scope) -> Value:
        found = scope.get(first)
        for part in rest:
            found = _part(found, part, scope)
        return found

    return value


def _part(value: Value, part: str, scope: Scope) -> Value:
    if isinstance(value, str):
        return scope.rows.get(value, {}).get(part)
    if isinstance(value, (dict, Mapping)):  # a dict is seen at once
        return value.get(part)
    if isinstance(value, PersonName) and part in PersonName.__slots__:
        found: Value = getattr(value, part)
        return found
    return None


def _call(node: Call) -> Evaluate:
    name, args = node.function, [_compiled(arg) for arg in node.args]

    def value(scope: Scope) -> Value:
        function = scope.functions.get(name)
        if function is None:
            raise ExpressionError(f"there is no function '{name}'")
        given = [arg(scope) for arg in args]
        try:
            return function(scope.register, *given)
        except (TypeError, AttributeError, ValueError):
            raise ExpressionError(f"{name}() can't take {_types(given)}") from None

    return value


def _filtered(node: Filtered) -> Evaluate:
    name, args = node.name, [_compiled(arg) for arg in (node.value, *node.args)]
    first = args[0]

    def alone(scope: Scope) -> Value:
        """Without arguments of its own, as most filters are: no list is made for one value."""
        apply = scope.filters.get(name)
        if apply is None:
            raise ExpressionError(f"there is no filter '{name}'")
        given = first(scope)
        try:
            return apply(scope.register, given)
        except (TypeError, AttributeError, ValueError):
            raise ExpressionError(f"the filter '{name}' can't take {_types([given])}") from None

    def value(scope: Scope) -> Value:
        apply = scope.filters.get(name)
        if apply is None:
            raise ExpressionError(f"there is no filter '{name}'")
        given = [arg(scope) for arg in args]
        try:
            return apply(scope.register, *given)
        except (TypeError, AttributeError, ValueError):
            raise ExpressionError(f"the filter '{name}' can't take {_types(given)}") from None

    return value if node.args else alone


def _unary(node: Unary) -> Evaluate:
    operand = _compiled(node.operand)
    if node.sign == "not":
        return lambda scope: not operand(scope)

    def value(scope: Scope) -> Value:
        found = operand(scope)
        if isinstance(found, (int, Decimal)) and not isinstance(found, bool):
            return -found
        raise ExpressionError(f"'-' can't take {_types([found])}")

    return value


def _binary(node: Binary) -> Evaluate:
    left, right = _compiled(node.left), _compiled(node.right)
    if node.sign == "or":
        return lambda scope: left(scope) or right(scope)
    if node.sign == "and":
        return lambda scope: left(scope) and right(scope)
    apply = _OPERATORS[node.sign]

    def value(scope: Scope) -> Value:
        first, second = left(scope), right(scope)
        try:
            return apply(first, second)
        except TypeError:
            raise ExpressionError(f"'{node.sign}' can't take {_types([first, second])}") from None

    return value


def _in(left: Value, right: Value) -> Value:
    if isinstance(right, str):
        return str(left) in right
    return isinstance(right, (tuple, dict, Mapping)) and any(left == item for item in right)


def _sum(left: Any, right: Any) -> Any:
    if type(left) is date and isinstance(right, time):
        return datetime.combine(left, right)  # a day and an hour that were asked for one by one
    return left + right


def _of_two(apply: Callable[[Any, Any], Any], empty: Value) -> Callable[[Value, Value], Value]:
    """An empty slot is neither before nor after anything, and adds up to nothing."""
    return lambda left, right: empty if left is None or right is None else apply(left, right)


_OPERATORS: Mapping[str, Callable[[Value, Value], Value]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "in": _in,
    "+": _of_two(_sum, None),
    "-": _of_two(operator.sub, None),
    "<": _of_two(operator.lt, False),
    "<=": _of_two(operator.le, False),
    ">": _of_two(operator.gt, False),
    ">=": _of_two(operator.ge, False),
}

_COMPILE: Mapping[type, Callable[[Any], Evaluate]] = {
    Literal: _literal,
    Name: _name,
    Call: _call,
    Filtered: _filtered,
    Unary: _unary,
    Binary: _binary,
}

_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "yes/no"),
    (int, "a number"),
    (Decimal, "a number"),
    (str, "text"),
    (datetime, "a date and time"),
    (date, "a date"),
    (time, "a time"),
    (PersonName, "a name"),
)


def _types(values: list[Value]) -> str:
    return " and ".join(
        "nothing" if value is None else next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "a list")
        for value in values
    )
