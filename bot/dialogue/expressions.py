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
from typing import Any, Protocol

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


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. source: as the author wrote it."""

    source: str
    root: Node

    @classmethod
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

    def value(self, scope: Scope) -> Value:
        """Raises ExpressionError where the types don't fit; an unknown name is None."""
        return _evaluate(self.root, scope)

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


def _evaluate(node: Node, scope: Scope) -> Value:
    return _EVALUATE[type(node)](node, scope)


def _name(node: Name, scope: Scope) -> Value:
    value: Value = scope.names.get(node.path[0])
    for part in node.path[1:]:
        if isinstance(value, str):
            value = scope.rows.get(value, {}).get(part)
        elif isinstance(value, Mapping):
            value = value.get(part)
        elif isinstance(value, PersonName) and part in PersonName.__slots__:
            value = getattr(value, part)
        else:
            return None
    return value


def _call(node: Call, scope: Scope) -> Value:
    function = scope.functions.get(node.function)
    if function is None:
        raise ExpressionError(f"there is no function '{node.function}'")
    args = [_evaluate(arg, scope) for arg in node.args]
    try:
        return function(scope.register, *args)
    except (TypeError, AttributeError, ValueError):
        raise ExpressionError(f"{node.function}() can't take {_types(args)}") from None


def _filtered(node: Filtered, scope: Scope) -> Value:
    apply = scope.filters.get(node.name)
    if apply is None:
        raise ExpressionError(f"there is no filter '{node.name}'")
    value = _evaluate(node.value, scope)
    args = [_evaluate(arg, scope) for arg in node.args]
    try:
        return apply(scope.register, value, *args)
    except (TypeError, AttributeError, ValueError):
        raise ExpressionError(f"the filter '{node.name}' can't take {_types([value, *args])}") from None


def _unary(node: Unary, scope: Scope) -> Value:
    value = _evaluate(node.operand, scope)
    if node.sign == "not":
        return not value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return -value
    raise ExpressionError(f"'-' can't take {_types([value])}")


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _binary(node: Binary, scope: Scope) -> Value:
    left = _evaluate(node.left, scope)
    if node.sign == "or":
        return left or _evaluate(node.right, scope)
    if node.sign == "and":
        return left and _evaluate(node.right, scope)
    right = _evaluate(node.right, scope)
    if node.sign == "==":
        return left == right
    if node.sign == "!=":
        return left != right
    if node.sign == "in":
        if isinstance(right, str | tuple | Mapping):
            return any(left == item for item in right) if not isinstance(right, str) else str(left) in right
        return False
    if left is None or right is None:  # an empty slot is neither before nor after anything
        return False if node.sign in ("<", "<=", ">", ">=") else None
    if node.sign == "+" and type(left) is date and isinstance(right, time):
        return datetime.combine(left, right)  # a day and an hour that were asked for one by one
    try:
        result: Value = _ARITHMETIC[node.sign](left, right)
    except TypeError:
        raise ExpressionError(f"'{node.sign}' can't take {_types([left, right])}") from None
    return result


_EVALUATE: Mapping[type, Callable[[Any, Scope], Value]] = {
    Literal: lambda node, _: node.value,
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
