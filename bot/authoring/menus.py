"""The items of a menu."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.authoring.business import key_of
from bot.authoring.reading import Reader
from bot.authoring.slots import clash
from bot.authoring.tree import Entry, Node
from bot.dialogue.expressions import Template
from bot.dialogue.meaning import Option
from bot.dialogue.places import TOWARDS, WISHES
from bot.dialogue.program import Item
from bot.dialogue.wording import Prompt, Wording

_KEYS = ("title", "key", "phrases", "synonyms", "announce", "start", "steps", "continue", "pinned", "learns")
PLACES_TO = tuple(WISHES.values())
_SPOKEN: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "0": "ноль", "1": "один", "2": "два", "3": "три", "4": "четыре", "5": "пять", "6": "шесть", "7": "семь",
        "8": "восемь", "9": "девять", "*": "звёздочка", "#": "решётка",
    },
    "en": {
        "0": "zero", "1": "one", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
        "8": "eight", "9": "nine", "*": "star", "#": "hash",
    },
}  # fmt: skip


def item(
    reader: Reader,
    entry: Entry,
    scenario: str,
    menu: str,
    before: Sequence[Item],
    *,
    begin: Callable[[Node, str], str],
    intent: Callable[[str, Node], None],
    starts: Callable[[str, Node], None],
) -> Item | None:
    """begin: lays out the item's own block. intent: takes the item's phrases. starts: takes a scenario it names."""
    ident = reader.name(entry.key)
    fields = reader.fields(entry.value, _KEYS, ("title",))
    if not ident or "title" not in fields:
        return None
    title = reader.by_language(fields["title"])
    option = Option(
        id=ident,
        title=title,
        synonyms=reader.synonyms(fields["synonyms"]) if "synonyms" in fields else {},
        key=key_of(reader, fields.get("key")),
    )
    clash(reader, [*(other.option for other in before), option], fields.get("key", entry.key))
    started = reader.name(fields["start"]) if "start" in fields else ""
    if started:
        starts(started, fields["start"])
    does = [key for key in ("start", "steps", "continue") if key in fields]
    if len(does) > 1:
        reader.problem("item_both", fields[does[1]])
    continues = reader.one_of(fields["continue"], PLACES_TO, "") if "continue" in fields else ""
    name = f"{TOWARDS}{continues}" if continues else started or f"{menu}.{ident}"
    if "phrases" in fields and continues:
        reader.problem("item_understood", fields["phrases"], name=continues)
    elif "phrases" in fields:
        intent(name, fields["phrases"])
    announce = f"{scenario}:{menu}.{ident}.announce"
    return Item(
        id=ident,
        option=option,
        intent=name,
        announce=reader.prompt(fields["announce"], announce) if "announce" in fields else _announced(option, announce),
        target=begin(fields["steps"], ident) if "steps" in fields else "",
        scenario=started or None,
        continues=continues,
        pinned=reader.yes(fields.get("pinned"), False),
        excluded=not reader.yes(fields.get("learns"), True),
    )


def _announced(option: Option, ident: str) -> Prompt:
    """«Запись к врачу — один.», short: a caller listens to all of them."""
    wordings: dict[str, Wording] = {}
    for language, title in option.title.items():
        text, voice = f"{title}.", f"{title}."
        if option.key is not None:
            text = f"{title} — {option.key}."
            voice = f"{title} — {_SPOKEN[language][option.key]}."
        wordings[language] = Wording(text=(_plain(text),), voice=(_plain(voice),))
    return Prompt(id=ident, wordings=wordings)


def _plain(text: str) -> Template:
    return Template(text, (text,))
