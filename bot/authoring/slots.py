"""The `slots:` of a scenario, and the sample values with which phrases and menus show what a slot looks like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.authoring.business import key_of
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Node
from bot.dialogue.meaning import Option
from bot.dialogue.scenario import Business, Rule, Slot
from bot.dialogue.values import Value

TYPES = ("choice", "datetime", "number", "phone", "person", "yesno", "text")
KEYS = (
    "type", "title", "ask", "from", "options", "valid", "prefill", "learn",
    "unrecognized", "keypad", "sensitive", "optional", "attempts",
)  # fmt: skip
# Names that mean something else in every prompt and condition.
FIXED = ("customer", "caller", "business", "hours", "now", "channel", "voice", "language", "before")
_WORDS = ("and", "or", "not", "in", "true", "false", "none")

CASES = ("genitive", "dative", "accusative", "instrumental", "prepositional")

_TITLES: Mapping[str, Mapping[str, str]] = {
    "datetime": {"ru": "день и время", "en": "day and time"},
    "phone": {"ru": "номер телефона", "en": "phone number"},
    "person": {"ru": "имя", "en": "name"},
    "number": {"ru": "число", "en": "number"},
}

_SAMPLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "datetime": {
        "ru": ("завтра", "пятницу", "завтра в три часа дня", "послезавтра утром", "двадцатое число", "понедельник"),
        "en": ("tomorrow", "on Friday", "tomorrow at three", "the day after tomorrow", "on the twentieth", "on Monday"),
    },
    "phone": {
        "ru": ("восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь",),
        "en": ("five five five one two three four",),
    },
    "person": {"ru": ("Анна Смирнова", "Иван Петров"), "en": ("Anna Smith", "John Brown")},
    "number": {"ru": ("два", "пять"), "en": ("two", "five")},
    "yesno": {"ru": ("да", "нет"), "en": ("yes", "no")},
    "text": {"ru": ("вот это",), "en": ("this one",)},
}


def slots(reader: Reader, node: Node | None, scenario: str, business: Business) -> dict[str, Slot]:
    if node is None:
        return {}
    if not isinstance(node, Fields):
        reader.problem("want_fields", node)
        return {}
    out: dict[str, Slot] = {}
    for entry in node.entries:
        name = reader.name(entry.key, (*FIXED, *_WORDS))
        slot = _slot(reader, name, entry.value, scenario, business, entry.key.line) if name else None
        if slot is not None:
            out[name] = slot
    return out


def _slot(reader: Reader, name: str, node: Node, scenario: str, business: Business, line: int) -> Slot | None:
    fields = reader.fields(node, KEYS, ("type", "ask"))
    if not fields:
        return None
    kind = reader.one_of(fields.get("type"), TYPES, "text")
    place = f"{scenario}:{{}}.{name}"
    asked = reader.prompt(fields["ask"], place.format("ask")) if "ask" in fields else None
    valid = enumerate(reader.items(fields.get("valid")))
    rules = [_rule(reader, item, place.format(f"valid.{number}")) for number, item in valid]
    options: tuple[Option, ...] = ()
    if kind == "choice":
        options = _options(reader, fields, node, business)
    else:
        for key in ("from", "options"):
            if key in fields:
                reader.problem("unwanted_from", fields[key], name=key)
    title = reader.by_language(fields["title"]) if "title" in fields else _TITLES.get(kind)
    if asked is None:
        return None
    return Slot(
        name=name,
        type=kind,
        title=title or dict.fromkeys(reader.languages, name),
        ask=asked,
        options=options,
        rules=tuple(rule for rule in rules if rule is not None),
        prefill=reader.expression(fields.get("prefill")),
        learn=reader.name(fields.get("learn")) or None,
        unrecognized=reader.prompt(fields["unrecognized"], place.format("unrecognized"))
        if "unrecognized" in fields
        else None,
        keypad=reader.prompt(fields["keypad"], place.format("keypad")) if "keypad" in fields else None,
        sensitive=reader.yes(fields.get("sensitive"), False),
        required=not reader.yes(fields.get("optional"), False),
        max_attempts=reader.number(fields.get("attempts"), 1, 10, 0) or None,
        line=line,
    )


def _rule(reader: Reader, node: Node, place: str) -> Rule | None:
    fields = reader.fields(node, ("when", "else"), ("when", "else"))
    when = reader.expression(fields.get("when"))
    otherwise = reader.prompt(fields["else"], place) if "else" in fields else None
    return Rule(when=when, otherwise=otherwise) if when is not None and otherwise is not None else None


def _options(reader: Reader, fields: Mapping[str, Node], node: Node, business: Business) -> tuple[Option, ...]:
    if "from" in fields:
        table = reader.text(fields["from"])
        if table in business.tables:
            return tuple(_of_row(row) for row in business.tables[table])
        reader.unknown("no_table", fields["from"], table, business.tables)
        return ()
    if "options" not in fields:
        reader.problem("choice_without", node)
        return ()
    source = fields["options"]
    if not isinstance(source, Fields):
        reader.problem("want_fields", source)
        return ()
    out: list[Option] = []
    for entry in source.entries:
        ident = reader.name(entry.key)
        inner = reader.fields(entry.value, ("title", "synonyms", "key"), ("title",))
        if ident and "title" in inner:
            out.append(
                Option(
                    id=ident,
                    title=reader.by_language(inner["title"]),
                    synonyms=reader.synonyms(inner["synonyms"]) if "synonyms" in inner else {},
                    key=key_of(reader, inner.get("key")),
                )
            )
            clash(reader, out, inner.get("key", entry.key))
    return tuple(out)


def clash(reader: Reader, options: Sequence[Option], node: Node) -> None:
    """Report it if the last option has the key of one before it."""
    last = options[-1]
    for option in options[:-1]:
        if last.key is not None and option.key == last.key:
            reader.problem("key_clash", node, key=last.key, name=option.id)


def _of_row(row: Mapping[str, Value]) -> Option:
    """Its word forms count as synonyms: "к лору" is what people say, and "лор" is too short to guess at."""
    title, synonyms, key = row.get("title"), row.get("synonyms"), row.get("key")
    words: dict[str, tuple[str, ...]] = {}
    for forms in (synonyms, *(row.get(case) for case in CASES)):
        if isinstance(forms, Mapping):
            for language, more in forms.items():
                also = tuple(map(str, more)) if isinstance(more, tuple) else (str(more),)
                words[str(language)] = (*words.get(str(language), ()), *also)
    return Option(
        id=str(row["id"]),
        title={str(k): str(v) for k, v in title.items()} if isinstance(title, Mapping) else {},
        synonyms=words,
        key=str(key) if key is not None else None,
    )


def samples(slot: Slot, form: str, language: str, rows: Mapping[str, Mapping[str, Value]]) -> Sequence[str]:
    """Values as they stand in a phrase. form: a case the table may hold, {service|dative}; "" for any wording."""
    if slot.type != "choice":
        return _SAMPLES[slot.type].get(language, ())
    return tuple(dict.fromkeys(_named(slot.options, form, language, rows)))


def _named(
    options: Iterable[Option], form: str, language: str, rows: Mapping[str, Mapping[str, Value]]
) -> Iterable[str]:
    for option in options:
        forms = rows.get(option.id, {}).get(form) if form else None
        if isinstance(forms, Mapping) and forms.get(language):
            yield str(forms[language])
        else:
            yield option.title.get(language, option.id)
            if not form:
                yield from option.synonyms.get(language, ())[:2]
