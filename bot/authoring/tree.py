"""A YAML file as a small tree that knows its lines. Only text, lists and mappings: no tags, nothing is constructed.

libyaml reads a good file, ten times as fast as the pure parser. What it refuses goes to the pure one, whose errors are
finer and which knows a little more of YAML 1.2.

Bounds: MAX_BYTES a file, MAX_DEPTH levels, MAX_NODES nodes with aliases expanded; no file can hang or fill memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import yaml as libyaml
from ruamel.yaml import YAML, events
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from bot.authoring.unreadable import Unreadable, explained

MAX_BYTES = 256 * 1024  # the pure parser reads about 150 kB/s; a long real scenario is 10 kB
MAX_DEPTH = 40
MAX_NODES = 50_000
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf")  # how docx and xlsx, doc and xls, PDF and RTF begin
LETTERS = 50  # of a text that weigh as much as one more node

Kinds: TypeAlias = tuple[type[Any], ...]

# Each kind of event, of either parser.
ALIAS: Kinds = (libyaml.AliasEvent, events.AliasEvent)
DOCUMENT: Kinds = (libyaml.DocumentStartEvent, events.DocumentStartEvent)
SCALAR: Kinds = (libyaml.ScalarEvent, events.ScalarEvent)
SEQUENCE: Kinds = (libyaml.SequenceStartEvent, events.SequenceStartEvent)
SEQUENCE_END: Kinds = (libyaml.SequenceEndEvent, events.SequenceEndEvent)
MAPPING: Kinds = (libyaml.MappingStartEvent, events.MappingStartEvent)
MAPPING_END: Kinds = (libyaml.MappingEndEvent, events.MappingEndEvent)
NODE: Kinds = (*SCALAR, *SEQUENCE, *MAPPING, *ALIAS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """line, column: from 1. weight: nodes in it, aliases counted each time they are used."""

    line: int
    column: int
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Node):
    """value: as written. quoted: in quotes or a block, so "1" is a text and never a number."""

    value: str
    quoted: bool = False

    @property
    def empty(self) -> bool:
        return not self.quoted and self.value in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    key: Text
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields(Node):
    """inline: written in braces, {ru: …, en: …}."""

    entries: tuple[Entry, ...]
    inline: bool = False

    def get(self, key: str) -> Node | None:
        return next((entry.value for entry in self.entries if entry.key.value == key), None)


def read_file(path: Path) -> bytes:
    """A file's bytes, one more than `read` takes at most, so that no size fills memory. Raises OSError."""
    if not path.is_file():  # a pipe would wait for ever
        raise OSError("not a file")
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def read(data: bytes, *, most: int = MAX_BYTES) -> Node | None:
    """Parse one file; None when there is nothing in it. Raises Unreadable, and nothing else, on any bytes."""
    if len(data) > most:
        raise Unreadable("too_big", limit=str(most // 1024))
    if data.startswith(_OFFICE):
        raise Unreadable("not_text")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", data.count(b"\n", 0, error.start) + 1) from None
    if libyaml.__with_libyaml__:
        try:
            return _Tree(libyaml.parse(data, Loader=libyaml.CSafeLoader)).document()
        except libyaml.YAMLError:
            pass  # the pure parser says better what is wrong
    return _pure(text)


def _pure(text: str) -> Node | None:
    yaml = YAML(typ="safe", pure=True)
    try:
        return _Tree(yaml.parse(text)).document()
    except MarkedYAMLError as error:
        raise explained(error, text) from None
    except ReaderError as error:
        at = error.position if isinstance(error.position, int) else 0
        raise Unreadable("odd_character", text.count("\n", 0, at) + 1) from None
    except (YAMLError, ValueError, TypeError, AttributeError, AssertionError, LookupError) as error:
        # The parser itself trips over some mutilated files ("%YAML x"); the author still gets a line to look at.
        raise Unreadable("unreadable", problem=type(error).__name__) from None


class _Tree:
    """Builds the tree from parser events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, Node] = {}
        self.weight = 0

    def document(self) -> Node | None:
        root: Node | None = None
        for event in self.events:
            if isinstance(event, DOCUMENT) and root is not None:
                raise Unreadable("two_documents", event.start_mark.line + 1)
            if isinstance(event, NODE):
                root = self.node(event, 0)
        return None if isinstance(root, Text) and root.empty else root

    def node(self, event: Any, depth: int) -> Node:
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if depth > MAX_DEPTH:
            raise Unreadable("too_deep", line, column, limit=str(MAX_DEPTH))
        if isinstance(event, ALIAS):
            known = self.anchors.get(event.anchor)
            if known is None:
                raise Unreadable("unknown_alias", line, column, name=str(event.anchor))
            self.count(known.weight, line)
            return known
        if event.tag is not None:
            raise Unreadable("tag", line, column, tag=str(event.tag))
        self.count(1, line)
        node = self.made(event, line, column, depth)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def made(self, event: Any, line: int, column: int, depth: int) -> Node:
        if isinstance(event, SCALAR):
            weight = 1 + len(event.value) // LETTERS  # so that an alias can't say a book a thousand times
            self.count(weight - 1, line)
            return Text(line=line, column=column, weight=weight, value=event.value, quoted=bool(event.style))
        if isinstance(event, SEQUENCE):
            items = []
            while not isinstance(child := next(self.events), SEQUENCE_END):
                items.append(self.node(child, depth + 1))
            weight = 1 + sum(item.weight for item in items)
            return Listing(line=line, column=column, weight=weight, items=tuple(items))
        entries: list[Entry] = []
        names: set[str] = set()
        while not isinstance(child := next(self.events), MAPPING_END):
            key = self.node(child, depth + 1)
            if not isinstance(key, Text):
                raise Unreadable("odd_key", key.line, key.column)
            if key.value in names:
                raise Unreadable("twice", key.line, key.column, name=key.value[:40])
            names.add(key.value)
            entries.append(Entry(key=key, value=self.node(next(self.events), depth + 1)))
        weight = 1 + sum(1 + entry.value.weight for entry in entries)
        return Fields(line=line, column=column, weight=weight, entries=tuple(entries), inline=bool(event.flow_style))

    def count(self, nodes: int, line: int) -> None:
        self.weight += nodes
        if self.weight > MAX_NODES:
            raise Unreadable("too_many", line, limit=str(MAX_NODES))
