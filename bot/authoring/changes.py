"""What changed between two versions of a set, in words of whoever wrote it: prompts, slots, steps, phrases, hours.

The files are compared as what they hold, not line by line: a moved comment is no change, a phrase that was added is one
line, and a step is told by what it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from bot.authoring.tree import Fields, Listing, Node, Text, read
from bot.authoring.unreadable import Unreadable

Locale = Literal["en", "ru"]
Kind = Literal["changed", "added", "removed"]

LONG = 160  # characters of a text that are shown

_KINDS: Mapping[Locale, Mapping[Kind, str]] = {
    "en": {"changed": "changed", "added": "added", "removed": "removed"},
    "ru": {"changed": "изменено", "added": "добавлено", "removed": "убрано"},
}
# Of a key: what a person calls it. A key that isn't here is said as it is written.
_NAMES: Mapping[str, tuple[str, str]] = {
    "ru": ("in Russian", "по-русски"),
    "en": ("in English", "по-английски"),
    "text": ("for the eye", "на экране"),
    "voice": ("for the ear", "голосом"),
    "ask": ("question", "вопрос"),
    "title": ("title", "название"),
    "name": ("name", "имя"),
    "phrases": ("phrases", "фразы"),
    "questions": ("questions", "вопросы"),
    "answer": ("answer", "ответ"),
    "synonyms": ("synonyms", "синонимы"),
    "key": ("key", "клавиша"),
    "hours": ("opening hours", "часы работы"),
    "holidays": ("holidays", "праздники"),
    "timezone": ("time zone", "часовой пояс"),
    "languages": ("languages", "языки"),
    "start": ("begins with", "начинается с"),
    "type": ("type", "тип"),
    "valid": ("what must hold", "проверка"),
    "when": ("when", "когда"),
    "else": ("otherwise", "иначе"),
    "then": ("then", "тогда"),
    "if": ("if", "если"),
    "unrecognized": ("when not understood", "когда не поняли"),
    "invalid": ("when it can't be taken", "когда не годится"),
    "help": ("help", "подсказка"),
    "keypad": ("how to key it", "как набрать"),
    "again": ("once more", "снова"),
    "change": ("what may be corrected", "что можно поправить"),
    "declined": ("after no", "после отказа"),
    "cancelled": ("when cancelled", "если отменили"),
    "echo": ("said back", "повторяет"),
    "note": ("note for the agent", "записка оператору"),
    "price": ("price", "цена"),
    "minutes": ("minutes", "минуты"),
    "steps": ("steps", "шаги"),
    "say": ("says", "говорит"),
    "collect": ("asks for", "спрашивает"),
    "confirm": ("confirms", "подтверждает"),
    "choose": ("menu", "меню"),
    "do": ("action", "действие"),
    "set": ("sets", "запоминает"),
    "handoff": ("to a person", "к человеку"),
    "delegate": ("to a Rasa bot", "к боту Rasa"),
    "end": ("ends", "прощается"),
    "stop": ("done", "закончено"),
    "go": ("goes to", "переходит"),
    "survey": ("survey", "опрос"),
}
# Of the key above it: what the names below are.
_WITHIN: Mapping[str, tuple[str, str]] = {
    "slots": ("slot '{}'", "слот «{}»"),
    "items": ("item '{}'", "пункт «{}»"),
    "options": ("option '{}'", "вариант «{}»"),
    "also": ("phrase '{}'", "фраза «{}»"),
}
_PLACES: Mapping[str, tuple[str, str]] = {
    "step": ("step", "шаг"),
    "variant": ("variant", "вариант"),
    "row": ("row", "строка"),
}
_VARIANTS = ("ru", "en", "text", "voice")  # lists below which are variants of a prompt
_SETS_OF_TEXTS = ("phrases", "questions", "synonyms")  # where the order says nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """where: what a person calls the place, from the outside in. before, after: "" where there is nothing."""

    kind: Kind
    where: tuple[str, ...]
    before: str = ""
    after: str = ""

    def text(self, locale: Locale) -> str:
        told = {
            "changed": f"{_quoted(self.before, locale)} → {_quoted(self.after, locale)}",
            "added": _quoted(self.after, locale),
            "removed": _quoted(self.before, locale),
        }[self.kind]
        return f"{_KINDS[locale][self.kind]}: {', '.join(self.where)}: {told}" if self.where else told


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChanges:
    """title: of the scenario the file holds, or "". kind: of the file itself. changes: empty where only comments,
    spaces or the order changed, or where the whole file came or went."""

    file: str
    title: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    readable: bool = True

    def lines(self, locale: Locale) -> list[str]:
        name = f"{self.title} ({self.file})" if self.title else self.file
        if self.kind != "changed":
            whole = {"en": ("new file", "file removed"), "ru": ("новый файл", "файл убран")}[locale]
            return [f"{name}: {whole[self.kind == 'removed']}"]
        if not self.readable:
            why = {"en": "can't be read; govorun check says why", "ru": "не читается; почему, скажет govorun check"}
            return [f"{name}: {why[locale]}"]
        nothing = {"en": "only comments or layout", "ru": "только оформление и пометки"}[locale]
        return (
            [name, *(f"  {change.text(locale)}" for change in self.changes)] if self.changes else [f"{name}: {nothing}"]
        )


def changes(before: Mapping[str, bytes], after: Mapping[str, bytes], locale: Locale = "en") -> tuple[FileChanges, ...]:
    """By file, in the order of their names; a file that stayed as it was is left out."""
    out: list[FileChanges] = []
    for file in sorted({*before, *after}):
        old, new = before.get(file), after.get(file)
        if old == new:
            continue
        old_tree, new_tree = _tree(old), _tree(new)
        title = _title(new_tree or old_tree, locale)
        if old is None or new is None:
            out.append(FileChanges(file=file, title=title, kind="added" if old is None else "removed"))
            continue
        if old_tree is None or new_tree is None:
            out.append(FileChanges(file=file, title=title, kind="changed", readable=False))
            continue
        found = tuple(_compared((), old_tree, new_tree, locale))
        out.append(FileChanges(file=file, title=title, kind="changed", changes=found))
    return tuple(out)


def _tree(data: bytes | None) -> Node | None:
    """None where it can't be read: a draft may be broken, and the rest is told all the same."""
    try:
        return read(data) if data is not None else None
    except Unreadable:
        return None


def _title(tree: Node | None, locale: Locale) -> str:
    title = tree.get("title") if isinstance(tree, Fields) else None
    if isinstance(title, Fields):
        title = title.get(locale) or (title.entries[0].value if title.entries else None)
    return title.value if isinstance(title, Text) else ""


# --- comparing ---


def _compared(path: tuple[str, ...], old: Node | None, new: Node | None, locale: Locale) -> Iterator[Change]:
    where = _where(path, locale)
    if old is None or new is None:
        if old is not new:
            kind: Kind = "added" if old is None else "removed"
            yield Change(kind=kind, where=where, before=_said(path, old, locale), after=_said(path, new, locale))
    elif isinstance(old, Text) and isinstance(new, Text):
        if old.value.split() != new.value.split():
            yield Change(kind="changed", where=where, before=_short(old, locale), after=_short(new, locale))
    elif isinstance(old, Fields) and isinstance(new, Fields):
        names = [entry.key.value for entry in new.entries]
        names += [entry.key.value for entry in old.entries if entry.key.value not in names]
        for name in names:
            yield from _compared((*path, name), old.get(name), new.get(name), locale)
    elif isinstance(old, Listing) and isinstance(new, Listing):
        yield from _lists(path, old.items, new.items, locale)
    elif isinstance(old, Listing | Text) and isinstance(new, Listing | Text):  # one alone is a list of one
        yield from _lists(path, _items(old), _items(new), locale)
    else:
        yield Change(kind="changed", where=where, before=_short(old, locale), after=_short(new, locale))


def _items(node: Listing | Text) -> tuple[Node, ...]:
    return node.items if isinstance(node, Listing) else (node,)


def _lists(path: tuple[str, ...], old: Sequence[Node], new: Sequence[Node], locale: Locale) -> Iterator[Change]:
    where = _where(path, locale)
    if any(name in _SETS_OF_TEXTS for name in path) and all(isinstance(item, Text) for item in (*old, *new)):
        before, after = [_whole(item) for item in old], [_whole(item) for item in new]
        for text in after:
            if text not in before:
                yield Change(kind="added", where=where, after=text)
        for text in before:
            if text not in after:
                yield Change(kind="removed", where=where, before=text)
        return
    if all(isinstance(item, Text) for item in (*old, *new)) and path and path[-1] not in _VARIANTS:
        names = [", ".join(map(_whole, items)) for items in (old, new)]  # of slots, days, languages: one thing
        if names[0] != names[1]:
            yield Change(kind="changed", where=where, before=_cut(names[0]), after=_cut(names[1]))
        return
    keys_old, keys_new = [_key(item) for item in old], [_key(item) for item in new]
    matcher = SequenceMatcher(None, [_whole(item) for item in old], [_whole(item) for item in new], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        for one, other in _paired(keys_old[a:b], keys_new[c:d]):
            was = old[a + one] if one is not None else None
            now = new[c + other] if other is not None else None
            place = (c + other if other is not None else a + (one or 0)) + 1
            yield from _compared((*path, _step(now or was, place)), was, now, locale)


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[int | None, int | None]]:
    """Which of the replaced items is which of the new: those of one kind, in order; the rest came or went."""
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(range(a, b), range(c, d), strict=True)
        else:
            yield from ((at, None) for at in range(a, b))
            yield from ((None, at) for at in range(c, d))


def _key(item: Node) -> str:
    """What makes an item of a list the same one: a row's id, a step's kind; any text is a text."""
    if not isinstance(item, Fields) or not item.entries:
        return type(item).__name__
    ident = item.get("id")
    return f"id {ident.value}" if isinstance(ident, Text) else item.entries[0].key.value


def _step(item: Node | None, place: int) -> str:
    """As a part of the path: "#3 say", "#lor" for a table's row."""
    if isinstance(item, Fields) and item.entries:
        ident = item.get("id")
        return f"#{ident.value}" if isinstance(ident, Text) else f"#{place} {item.entries[0].key.value}"
    return f"#{place}"


# --- telling ---


def _where(path: tuple[str, ...], locale: Locale) -> tuple[str, ...]:
    out: list[str] = []
    russian = locale == "ru"
    for index, name in enumerate(path):
        above = path[index - 1] if index else ""
        step = _stepped(path[index - 1]) if index else ""
        if above in _WITHIN:
            out.append(_WITHIN[above][russian].format(name))
        elif name.startswith("#"):
            number, _, keyword = name[1:].partition(" ")
            word = _PLACES["step" if keyword else "variant" if number.isdigit() else "row"][russian]
            out.append(f"{word} {number}" + (f" ({_name(keyword, locale)})" if keyword else ""))
        elif name in _WITHIN or name in ("steps", step):
            continue  # said by what stands below it, or by the step itself
        else:
            out.append(_name(name, locale))
    return tuple(out)


def _stepped(name: str) -> str:
    """The keyword of a step in a path, or ""."""
    return name.partition(" ")[2] if name.startswith("#") else ""


def _name(key: str, locale: Locale) -> str:
    return _NAMES[key][locale == "ru"] if key in _NAMES else key


def _said(path: tuple[str, ...], node: Node | None, locale: Locale) -> str:
    """Something that came or went; a step without its keyword, which stands in its place already."""
    if path and _stepped(path[-1]) and isinstance(node, Fields) and len(node.entries) == 1:
        return _short(node.entries[0].value, locale)
    return _short(node, locale)


def _short(node: Node | None, locale: Locale) -> str:
    if node is None:
        return ""
    if isinstance(node, Fields):
        spoken = node.get(locale)
        if spoken is not None:
            return _short(spoken, locale)
        return _cut(
            "; ".join(f"{_name(each.key.value, locale)}: {_short(each.value, locale)}" for each in node.entries)
        )
    if isinstance(node, Listing):
        return _cut(", ".join(_short(item, locale) for item in node.items))
    assert isinstance(node, Text)
    return _cut(" ".join(node.value.split()))


def _whole(node: Node) -> str:
    """Everything in it, so that equal ones are equal."""
    if isinstance(node, Fields):
        return "{" + ", ".join(f"{each.key.value}: {_whole(each.value)}" for each in node.entries) + "}"
    if isinstance(node, Listing):
        return "[" + ", ".join(map(_whole, node.items)) + "]"
    assert isinstance(node, Text)
    return " ".join(node.value.split())


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"


def _quoted(text: str, locale: Locale) -> str:
    return f"«{text}»" if locale == "ru" else f'"{text}"'
