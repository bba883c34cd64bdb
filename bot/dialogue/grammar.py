"""The grammar of scenarios' expressions: text to a tree. What it means is in `expressions`.

or, and, not        == != < <= > >= in        + -        name.part        function(a, b)        value|filter:arg
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.dialogue.values import Value

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


_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*)"
    r"|(?P<string>\"[^\"]*\"|'[^']*')|(?P<sign>==|!=|<=|>=|[<>+\-()|:,]))"
)
_LITERALS: Mapping[str, Value] = {"true": True, "false": False, "none": None}
_COMPARE = ("==", "!=", "<", "<=", ">", ">=", "in")


class Parser:
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


def walk(node: Node) -> Iterator[Node]:
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
        yield from walk(child)
