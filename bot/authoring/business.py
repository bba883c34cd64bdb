"""business.yaml and the tables beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.authoring.hours import hours
from bot.authoring.manners import MANNER, manner
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Listing, Node, Text
from bot.dialogue.manner import Manner
from bot.dialogue.scenario import Business, Recorded
from bot.dialogue.values import Value

RECORD: tuple[Recorded, ...] = ("off", "on", "ask")
_KNOWN = ("name", "languages", "start", "hours", "holidays", "timezone", "record", *MANNER)
_ROW = ("id", "title", "synonyms", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What business.yaml says: the business itself, the set's languages, where a conversation begins.

    manner, record: as of a ScenarioSet.
    """

    business: Business
    languages: tuple[str, ...]
    start: str
    start_node: Node
    manner: Manner
    record: Recorded


def head(reader: Reader, root: Node) -> Head:
    """Every field beyond the known ones is a fact that prompts can say: {business.address}."""
    fields = reader.fields(root, _KNOWN, ("name", "languages", "start"), open_ended=True)
    languages = tuple(
        dict.fromkeys(reader.one_of(item, ("ru", "en"), "ru") for item in reader.items(fields.get("languages")))
    )
    reader.languages = languages or ("ru", "en")
    facts: dict[str, Value] = {}
    for key, node in fields.items():
        if key not in _KNOWN:
            if isinstance(node, Fields) and any(e.key.value in reader.languages for e in node.entries):
                facts[key] = reader.by_language(node)
            else:
                facts[key] = reader.value(node)
    business = Business(
        name=reader.by_language(fields.get("name")),
        hours=hours(reader, fields.get("hours"), fields.get("holidays")),
        timezone=_timezone(reader, fields.get("timezone")),
        facts=facts,
    )
    return Head(
        business=business,
        languages=reader.languages,
        start=reader.name(fields.get("start")),
        start_node=fields.get("start", root),
        manner=manner(reader, fields),
        record=_record(reader, fields.get("record")),
    )


def table(reader: Reader, root: Listing, seen: set[str]) -> tuple[Mapping[str, Value], ...]:
    """Rows with "id" and "title" by language; "synonyms" are lists by language, everything else stays as it is.

    seen: ids of all tables so far: `service.price` looks a row up by its id alone.
    """
    rows: dict[str, Mapping[str, Value]] = {}
    cells: dict[str, list[tuple[Node, Value]]] = {}
    for item in root.items:
        fields = reader.fields(item, _ROW, ("id", "title"), open_ended=True)
        ident = reader.name(fields.get("id"))
        if not ident:
            continue
        if ident in seen:
            reader.problem("row_twice", fields["id"], name=ident)
            continue
        seen.add(ident)
        made = row(reader, ident, fields)
        if "key" in fields:
            other = next((str(r["id"]) for r in rows.values() if made["key"] and r.get("key") == made["key"]), "")
            if other:
                reader.problem("key_clash", fields["key"], key=str(made["key"]), name=other)
        for key, node in fields.items():
            if key not in _ROW and not _by_language(node):
                cells.setdefault(key, []).append((node, made[key]))
        rows[ident] = made
        reader.rows[ident] = item
    _columns(reader, cells)
    if not rows and not root.items:
        reader.problem("no_rows", root)
    return tuple(rows.values())


def row(reader: Reader, ident: str, fields: Mapping[str, Node]) -> dict[str, Value]:
    """One row of a table; also an option that a slot writes down itself."""
    out: dict[str, Value] = {"id": ident}
    for key, node in fields.items():
        if key == "synonyms":
            out[key] = reader.synonyms(node)
        elif key == "title":
            out[key] = reader.by_language(node)
        elif _by_language(node):
            out[key] = _forms(reader, node)
        elif key == "key":
            out[key] = key_of(reader, node)
        elif key != "id":
            out[key] = reader.value(node)
    return out


def _by_language(node: Node) -> bool:
    return isinstance(node, Fields) and any(entry.key.value in ("ru", "en") for entry in node.entries)


def _columns(reader: Reader, cells: Mapping[str, list[tuple[Node, Value]]]) -> None:
    """A column of numbers holds numbers: a visit of "30 min" would silently take the usual time, "1800 р" no price."""
    for name, column in cells.items():
        numbers = sum(isinstance(value, int | Decimal) and not isinstance(value, bool) for _, value in column)
        for node, value in column:
            counted = numbers and isinstance(value, str) and value[:1].isdigit()  # "4800 р" beside 2400
            if isinstance(value, str) and (counted or numbers > len(column) // 2 or name == "minutes"):
                reader.problem("mixed_column", node, name=name, value=value[:40])


def key_of(reader: Reader, node: Node | None) -> str | None:
    """A telephone key."""
    if node is None:
        return None
    value = node.value.strip() if isinstance(node, Text) else ""
    if len(value) == 1 and value in "0123456789*#":
        return value
    reader.problem("bad_key", node, value=value[:20])
    return None


def _forms(reader: Reader, node: Node) -> Mapping[str, str]:
    """A word form, dative: {ru: терапевту}; English needs none, so languages may be missing."""
    return {name: reader.text(value) for name, value in reader.fields(node, ("ru", "en")).items()}


def _record(reader: Reader, node: Node | None) -> Recorded:
    """YAML's own on and off are texts here, as everything is."""
    found = reader.one_of(node, RECORD, "")
    return next((each for each in RECORD if each == found), "")


def _timezone(reader: Reader, node: Node | None) -> str:
    value = reader.text(node)
    if not value or node is None:
        return ""
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reader.problem("bad_timezone", node, value=value[:40])
        return ""
    return value
