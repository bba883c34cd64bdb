"""The small safe language of scenarios: `when:` conditions and `{slot|filter}` in prompts.

    or, and, not        == != < <= > >= in        + -        name.part        function(a, b)        value|filter:arg

Nothing is evaluated but this grammar: no attributes of Python objects, no calls outside the given table, no loops,
so an expression always ends, in time proportional to its length. Errors carry the column and a mend.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from bot.dialogue.values import PersonName, Value

MAX_LENGTH = 500  # characters; a longer condition is a mistake, or somebody's attack
MAX_DEPTH = 40


class ExpressionError(Exception):
    """what: one clause. column: from 1, within the expression's text. fix: what to do, may be empty."""

    def __init__(self, what: str, column: int = 1, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.column = column
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean while evaluating. names: values by dotted path's first part. Unknown names are none.

    rows: the business's table rows by id, so that `service.price` works where `service` holds a row's id.
    functions and filters: the only callables. Both get the register first (language, ear or eye, what day it is),
    a filter then its value, both then their arguments.
    """

    names: Mapping[str, Value]
    rows: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Value]] = field(default_factory=dict)
    filters: Mapping[str, Callable[..., Value]] = field(default_factory=dict)
    register: Any = None


# --- the tree ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Filtered:
    value: Node
    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    sign: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    sign: str
    left: Node
    right: Node


Node = Literal | Name | Call | Filtered | Unary | Binary


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed expression. source: as the author wrote it."""

    source: str
    root: Node

    @classmethod
    def parse(cls, source: str) -> Expression:
        """Raises ExpressionError."""
        return cls(source, _Parser(source).whole())

    @property
    def names(self) -> frozenset[str]:
        """Free names, dotted: {"when", "customer.name"}."""
        return frozenset(".".join(node.path) for node in _walk(self.root) if isinstance(node, Name))

    @property
    def functions(self) -> frozenset[str]:
        return frozenset(node.function for node in _walk(self.root) if isinstance(node, Call))

    @property
    def filters(self) -> frozenset[str]:
        return frozenset(node.name for node in _walk(self.root) if isinstance(node, Filtered))

    def value(self, scope: Scope) -> Value:
        """Raises ExpressionError where the types don't fit; an unknown name is None."""
        return _evaluate(self.root, scope)

    def true(self, scope: Scope) -> bool:
        return bool(self.value(scope))


@dataclass(frozen=True, slots=True)
class Template:
    """Prompt text with `{expression}` in it. parts: literal text and expressions in turn. `{{` is a brace."""

    source: str
    parts: tuple[str | Expression, ...]

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


# --- parsing ----------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')|(?P<sign>==|!=|<=|>=|[<>+\-()|:,]))"
)
_LITERALS: Mapping[str, Value] = {"true": True, "false": False, "none": None}
_COMPARE = ("==", "!=", "<", "<=", ">", ">=", "in")


class _Parser:
    """Precedence climbing, one method a level, as in the grammar of the module's docstring."""

    def __init__(self, source: str) -> None:
        if len(source) > MAX_LENGTH:
            raise ExpressionError(f"longer than {MAX_LENGTH} characters", 1, "Split it with a `set` step.")
        self.tokens = list(_tokens(source))
        self.at = 0
        self.end = len(source) + 1

    def whole(self) -> Node:
        if not self.tokens:
            raise ExpressionError("empty", 1, "Write a slot's name or a condition.")
        node = self.disjunction(0)
        if self.at < len(self.tokens):
            _, text, column = self.tokens[self.at]
            fix = "Write '==' to compare." if text == "=" else "Remove it, or join the parts with 'and' or 'or'."
            raise ExpressionError(f"'{text}' is not expected here", column, fix)
        return node

    def disjunction(self, depth: int) -> Node:
        return self.joined(("or",), self.conjunction, depth)

    def conjunction(self, depth: int) -> Node:
        return self.joined(("and",), self.negation, depth)

    def negation(self, depth: int) -> Node:
        if self.take("not"):
            return Unary("not", self.negation(self.deeper(depth)))
        return self.comparison(depth)

    def comparison(self, depth: int) -> Node:
        left = self.sum(depth)
        sign = self.take(*_COMPARE)
        return Binary(sign, left, self.sum(depth)) if sign else left

    def sum(self, depth: int) -> Node:
        return self.joined(("+", "-"), self.filtered, depth)

    def joined(self, signs: tuple[str, ...], level: Callable[[int], Node], depth: int) -> Node:
        node = level(depth)
        while sign := self.take(*signs):
            node = Binary(sign, node, level(depth))
            depth = self.deeper(depth)
        return node

    def filtered(self, depth: int) -> Node:
        node = self.atom(depth)
        while self.take("|"):
            name, _ = self.expect("name", "a filter's name")
            args: list[Node] = []
            while self.take(":" if not args else ","):
                args.append(self.atom(depth))
            node = Filtered(node, name, tuple(args))
            depth = self.deeper(depth)
        return node

    def atom(self, depth: int) -> Node:
        depth = self.deeper(depth)
        if self.take("("):
            node = self.disjunction(depth)
            self.close()
            return node
        if self.take("-"):
            return Unary("-", self.atom(depth))
        if self.at >= len(self.tokens):
            raise ExpressionError("something is missing at the end", self.end, "Write a slot's name or a value.")
        kind, text, column = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return Literal(Decimal(text) if "." in text else int(text))
        if kind == "string":
            return Literal(text[1:-1])
        if kind != "name" or text in ("and", "or", "not", "in"):
            raise ExpressionError(f"'{text}' is not expected here", column, "A slot's name or a value belongs here.")
        if text in _LITERALS:
            return Literal(_LITERALS[text])
        if self.take("("):
            return Call(text, self.arguments(depth))
        return Name(tuple(text.split(".")))

    def arguments(self, depth: int) -> tuple[Node, ...]:
        args: list[Node] = []
        if not self.take(")"):
            args.append(self.disjunction(depth))
            while self.take(","):
                args.append(self.disjunction(depth))
            self.close()
        return tuple(args)

    def take(self, *texts: str) -> str:
        if self.at < len(self.tokens):
            kind, text, _ = self.tokens[self.at]
            if text in texts and kind != "string":
                self.at += 1
                return text
        return ""

    def expect(self, kind: str, what: str) -> tuple[str, int]:
        if self.at >= len(self.tokens) or self.tokens[self.at][0] != kind:
            column = self.tokens[self.at][2] if self.at < len(self.tokens) else self.end
            raise ExpressionError(f"{what} is missing", column)
        _, text, column = self.tokens[self.at]
        self.at += 1
        return text, column

    def close(self) -> None:
        if not self.take(")"):
            column = self.tokens[self.at][2] if self.at < len(self.tokens) else self.end
            raise ExpressionError("')' is missing", column, "Close the parenthesis.")

    def deeper(self, depth: int) -> int:
        if depth >= MAX_DEPTH:
            raise ExpressionError("nested too deep", 1, "Split it with a `set` step.")
        return depth + 1


def _tokens(source: str) -> Iterator[tuple[str, str, int]]:
    at = 0
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:
            rest = source[at:].lstrip()
            if not rest:
                return
            column = len(source) - len(rest) + 1
            fix = "Write '==' to compare." if rest[0] == "=" else "Only names, numbers, 'text' and signs are known."
            raise ExpressionError(f"'{rest[0]}' is not understood", column, fix)
        kind = match.lastgroup or ""
        yield kind, match.group(kind), match.start(kind) + 1
        at = match.end()


def _walk(node: Node) -> Iterator[Node]:
    yield node
    children: tuple[Node, ...] = ()
    if isinstance(node, Call):
        children = node.args
    elif isinstance(node, Filtered):
        children = (node.value, *node.args)
    elif isinstance(node, Unary):
        children = (node.operand,)
    elif isinstance(node, Binary):
        children = (node.left, node.right)
    for child in children:
        yield from _walk(child)


# --- evaluating -------------------------------------------------------------------------------------------------


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
