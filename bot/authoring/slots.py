"""The `slots:` of a scenario, and the sample values with which phrases and menus show what a slot looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from bot.authoring.business import row
from bot.authoring.manners import PACE, manner
from bot.authoring.problems import listed, near
from bot.authoring.reading import Reader, blank
from bot.authoring.tree import Entry, Fields, Node, Text
from bot.dialogue.meaning import Option
from bot.dialogue.scenario import Business
from bot.dialogue.slot import Rule, Slot
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt

TYPES = (
    "choice", "datetime", "date", "time", "number", "money", "digits", "code", "phone", "email", "address", "person",
    "yesno", "text",
)  # fmt: skip
KEYS = (
    "type", "title", "ask", "from", "options", "many", "none", "length", "min", "max", "unit", "past", "instead_of",
    "valid", "invalid", "prefill", "confirm_known", "learn", "help", "unrecognized", "echo", "on_fail", "skip",
    "expect", "keypad", "sensitive", "optional", "attempts", "prove", *PACE,
)  # fmt: skip
# Which types of slot a key belongs to; a key that isn't here belongs to all.
ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "from": ("choice",),
    "options": ("choice",),
    "many": ("choice",),
    "none": ("choice",),
    "length": ("digits", "code"),
    "min": ("number", "money"),
    "max": ("number", "money"),
    "unit": ("number",),
    "past": ("date",),
    "instead_of": ("datetime",),
    "prove": ("phone",),
}
LENGTHS = (1, 19)  # of digits; the longest bank card number
_LENGTH = re.compile(r"(\d{1,2})(?:\s*(?:\.\.|-|–)\s*(\d{1,2}))?")
_OPTION = ("title", "synonyms", "key")
# Names that mean something else in every prompt and condition.
FIXED = ("customer", "caller", "business", "hours", "now", "channel", "voice", "language", "before")
_WORDS = ("and", "or", "not", "in", "true", "false", "none")

CASES = ("genitive", "dative", "accusative", "instrumental", "prepositional")

_TITLES: Mapping[str, Mapping[str, str]] = {
    "datetime": {"ru": "день и время", "en": "day and time"},
    "date": {"ru": "день", "en": "day"},
    "time": {"ru": "время", "en": "time"},
    "digits": {"ru": "номер", "en": "number"},
    "money": {"ru": "сумма", "en": "amount"},
    "code": {"ru": "номер", "en": "number"},
    "email": {"ru": "электронная почта", "en": "email address"},
    "address": {"ru": "адрес", "en": "address"},
    "phone": {"ru": "номер телефона", "en": "phone number"},
    "person": {"ru": "имя", "en": "name"},
    "number": {"ru": "число", "en": "number"},
}

_SAMPLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "datetime": {
        "ru": ("завтра", "пятницу", "завтра в три часа дня", "послезавтра утром", "двадцатое число", "понедельник"),
        "en": ("tomorrow", "on Friday", "tomorrow at three", "the day after tomorrow", "on the twentieth", "on Monday"),
    },
    "date": {
        "ru": ("завтра", "пятницу", "послезавтра", "двадцатое число", "двадцать пятое ноября"),
        "en": ("tomorrow", "on Friday", "the day after tomorrow", "on the twentieth", "November twenty-fifth"),
    },
    "time": {
        "ru": ("три часа дня", "семь вечера", "половину пятого", "десять утра", "пятнадцать тридцать"),
        "en": ("three", "seven in the evening", "half past four", "ten am", "three thirty"),
    },
    "digits": {"ru": ("1042", "сорок два ноль семь", "0420"), "en": ("1042", "one oh four two", "0420")},
    "phone": {
        "ru": ("восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь",),
        "en": ("five five five one two three four",),
    },
    "person": {"ru": ("Анна Смирнова", "Иван Петров"), "en": ("Anna Smith", "John Brown")},
    "number": {"ru": ("два", "пять"), "en": ("two", "five")},
    "money": {
        "ru": ("пятьсот рублей", "две тысячи", "полторы тысячи рублей"),
        "en": ("twenty dollars", "five hundred", "fifteen hundred dollars"),
    },
    "code": {
        "ru": ("а сто двадцать три вэ эс семьдесят семь", "бэ четыре два", "аб тысяча сорок два"),
        "en": ("a b one two three", "k five six zulu", "x y seven four"),
    },
    "email": {
        "ru": ("иван точка петров собака яндекс точка ру", "анна собака мэйл ру"),
        "en": ("john dot smith at gmail dot com", "anna at yahoo dot com"),
    },
    "address": {
        "ru": ("улица ленина дом пять квартира двадцать пять", "садовая двенадцать"),
        "en": ("twelve baker street", "one twenty five main street apartment four"),
    },
    "yesno": {"ru": ("да", "нет"), "en": ("yes", "no")},
    "text": {"ru": ("вот это",), "en": ("this one",)},
}


def slots(
    reader: Reader, node: Node | None, scenario: str, business: Business, rows: dict[str, Mapping[str, Value]]
) -> dict[str, Slot]:
    """rows: of the whole set, by id; takes the options that the slots write down themselves."""
    if node is None:
        return {}
    if not isinstance(node, Fields):
        reader.problem("want_fields", node)
        return {}
    out: dict[str, Slot] = {}
    for entry in node.entries:
        name = reader.name(entry.key, (*FIXED, *_WORDS))
        slot = _slot(reader, name, entry, scenario, business, rows) if name else None
        if slot is not None:
            out[name] = slot
    return out


def _slot(
    reader: Reader,
    name: str,
    entry: Entry,
    scenario: str,
    business: Business,
    rows: dict[str, Mapping[str, Value]],
) -> Slot | None:
    node, line = entry.value, entry.key.line
    fields = reader.fields(node, KEYS, ("type", "ask"))
    if not fields:
        return None
    kind = reader.one_of(fields.get("type"), TYPES, "text")
    place = f"{scenario}:{{}}.{name}"

    def prompt(key: str) -> Prompt | None:
        return reader.prompt(fields[key], place.format(key)) if key in fields else None

    asked = prompt("ask")
    valid = enumerate(reader.items(fields.get("valid")))
    rules = [_rule(reader, item, place.format(f"valid.{number}"), "invalid" in fields) for number, item in valid]
    for key, types in ONLY_FOR.items():
        if key in fields and kind not in types:
            reader.problem("key_of_type", fields[key], name=key, types=listed(types))
    options, own = _options(reader, fields, node, business) if kind == "choice" else ((), {})
    for ident, option in own.items():
        before = rows.setdefault(ident, option)
        if _columns(before) != _columns(option):
            reader.problem("option_twice", fields["options"], name=ident)
    low, high = bounds(reader, fields)
    many = kind == "choice" and reader.yes(fields.get("many"), False)
    none = reader.words(fields["none"]) if "none" in fields else {}
    if "none" in fields and kind == "choice" and not many:
        reader.problem("none_of_one", fields["none"])
    title = reader.by_language(fields["title"]) if "title" in fields else _TITLES.get(kind)
    if "learn" in fields and reader.yes(fields.get("sensitive"), False):
        reader.problem("sensitive_learn", fields["learn"])
    asked_back = _asked_back(reader, fields.get("confirm_known"))
    if "confirm_known" in fields and "prefill" not in fields:
        reader.problem("confirm_unknown", fields["confirm_known"], name=name)
    return Slot(
        name=name,
        type=kind,
        title=title or dict.fromkeys(reader.languages, name),
        ask=asked or blank(place.format("ask"), reader.languages),
        options=options,
        rules=tuple(rule for rule in rules if rule is not None),
        invalid=prompt("invalid"),
        help=prompt("help"),
        skip=reader.yes(fields.get("skip"), False),
        expect=reader.words(fields["expect"]) if "expect" in fields else {},
        prefill=reader.expression(fields.get("prefill")),
        confirm_known=asked_back,
        known=prompt("confirm_known") if asked_back is None and "confirm_known" in fields else None,
        learn=reader.name(fields.get("learn")) or None,
        unrecognized=prompt("unrecognized"),
        echo=prompt("echo"),
        keypad=prompt("keypad"),
        sensitive=reader.yes(fields.get("sensitive"), False),
        required=not reader.yes(fields.get("optional"), False),
        max_attempts=reader.number(fields.get("attempts"), 1, 10, 0) or None,
        length=length(reader, fields.get("length")) if kind == "digits" or "length" in fields else None,
        low=low,
        high=high,
        unit=reader.synonyms(fields["unit"]) if "unit" in fields else {},
        past=reader.yes(fields.get("past"), False),
        instead_of=_instead_of(reader, fields.get("instead_of")),
        many=many,
        none=none,
        manner=manner(reader, fields),
        line=line,
    )


def _asked_back(reader: Reader, node: Node | None) -> bool | None:
    """Yes or no; None where it says nothing, or has words of its own."""
    return reader.yes(node, False) if isinstance(node, Text) else None


def _instead_of(reader: Reader, node: Node | None) -> str:
    """The name of the value that holds the moment; known to the checks as one that is used."""
    name = reader.name(node) if isinstance(node, Text) else ""
    if name and isinstance(node, Text):
        reader.expression(node, name)
    return name or ""


def _rule(reader: Reader, node: Node, place: str, worded: bool) -> Rule | None:
    """worded: the slot's `invalid` says what a rule without words of its own leaves unsaid."""
    fields = reader.fields(node, ("when", "else"), ("when",) if worded else ("when", "else"))
    when = reader.expression(fields.get("when"))
    otherwise = reader.prompt(fields["else"], place) if "else" in fields else None
    return Rule(when=when, otherwise=otherwise) if when is not None else None


def length(reader: Reader, node: Node | None) -> tuple[int, int]:
    """How many digits: `6`, or `4..10`."""
    if node is None:
        return LENGTHS
    written = node.value.strip() if isinstance(node, Text) else ""
    found = _LENGTH.fullmatch(written)
    if found:
        fewest = int(found[1])
        most = int(found[2] or found[1])
        if LENGTHS[0] <= fewest <= most <= LENGTHS[1]:
            return fewest, most
    reader.problem("bad_length", node, value=written[:20] or "…", most=str(LENGTHS[1]))
    return LENGTHS


def bounds(reader: Reader, fields: Mapping[str, Node]) -> tuple[int | Decimal | None, int | Decimal | None]:
    low, high = reader.amount(fields.get("min")), reader.amount(fields.get("max"))
    if low is not None and high is not None and low > high:
        reader.problem("bounds_order", fields["max"], low=str(low), high=str(high))
    return low, high


def _options(
    reader: Reader, fields: Mapping[str, Node], node: Node, business: Business
) -> tuple[tuple[Option, ...], dict[str, Mapping[str, Value]]]:
    """The options, and as rows those that the slot itself writes down: {size|title}, {size.price}."""
    if "from" in fields:
        table = reader.text(fields["from"])
        if table in business.tables:
            return tuple(_of_row(row) for row in business.tables[table]), {}
        reader.unknown("no_table", fields["from"], table, business.tables)
        return (), {}
    if "options" not in fields:
        reader.problem("choice_without", node)
        return (), {}
    source = fields["options"]
    if not isinstance(source, Fields):
        reader.problem("want_fields", source)
        return (), {}
    out: list[Option] = []
    rows: dict[str, Mapping[str, Value]] = {}
    for entry in source.entries:
        ident = reader.name(entry.key)
        inner = reader.fields(entry.value, _OPTION, ("title",), open_ended=True)
        for name, value in inner.items():
            if name not in _OPTION and (meant := near(name, _OPTION)):
                reader.problem("unknown_key", value, name=name, near=meant, known=listed(_OPTION))
        if ident and "title" in inner:
            rows[ident] = row(reader, ident, inner)
            out.append(_of_row(rows[ident]))
            clash(reader, out, inner.get("key", entry.key))
    return tuple(out), rows


def clash(reader: Reader, options: Sequence[Option], node: Node) -> None:
    """Report it if the last option has the key of one before it."""
    last = options[-1]
    if last.key is None:
        return
    for option in options[:-1]:
        if option.key == last.key:
            reader.problem("key_clash", node, key=last.key, name=option.id)
            return


def _columns(row: Mapping[str, Value]) -> dict[str, Value]:
    """What a row says beside its name: {size.price} is looked up by the id alone."""
    return {name: value for name, value in row.items() if name not in ("id", *_OPTION)}


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
