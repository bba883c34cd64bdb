"""What a caller has to listen to: prompts that take too long, menus without end, signs that no voice can say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.authoring.checks.kinds import Kind
from bot.authoring.checks.said import BRACES
from bot.authoring.checks.types import Kinds, kind_of, kinds
from bot.authoring.checks.whole import Line, Places, Whole, lines
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.grammar import Filtered, Name
from bot.dialogue.program import ChooseStep
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt

# Letters and signs a second of the shipped voices, pauses included: RHVoice 16.2, Hibari 18.1 over ten prompts each.
PACE: Mapping[str, float] = {"ru": 16.0, "en": 18.0}
LONG = 12.0  # seconds of one prompt
MENU = 30.0  # seconds of a menu with its introduction
ITEMS = 8  # announced; who hears more has forgotten the first
# Seconds that a value takes, by kind; a title is as long as the titles are.
_SECONDS: Mapping[str, float] = {
    "datetime": 3.0, "date": 2.0, "time": 1.5, "number": 0.8, "person": 1.2, "list": 4.0, "hours": 2.0, "yesno": 0.3,
    "text": 1.5, "choice": 1.0,
}  # fmt: skip
_FILTERED: Mapping[str, float] = {
    "phone": 4.2,
    "digits": 3.0,
    "spelled": 8.0,
    "ending": 1.0,
    "money": 1.5,
    "day": 2.0,
    "date": 1.4,
    "time": 1.3,
}

_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f"
_UNSPEAKABLE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("address", re.compile(r"https?://\S+|www\.\S+|\b[\w-]+\.(?:ru|com|org|net|io|su|рф)\b|\S+@\S+\.\w+", re.I)),
    ("abbreviation", re.compile(
        r"№|\b(?:тел|ул|корп|кв|стр|просп|пр-т|пер|руб|коп|мин|сек|тыс|млн|млрд|пн|вт|ср|чт|пт|сб|вс|г|д|т\.\s?[делпк]"
        r"|tel|apt|approx|dept|ave|blvd|hrs|mins|ext|e\.g|i\.e)\.(?!\w)|\b\w/\w\b", re.I)),
    ("emoji", re.compile(f"[{_EMOJI}]")),
    ("hour", re.compile(r"\b\d{1,2}:\d{2}\b")),
    ("date", re.compile(r"\b\d{1,2}\.\d{1,2}(?:\.\d{2,4})?\b")),
    ("digits", re.compile(r"\+?\d(?:[ ()-]{0,2}\d){4,}")),
    ("sign", re.compile(r"[#*_=<>|\\^~@&→•·₽$€£%]")),
)  # fmt: skip
_LATIN = re.compile(r"\b(?!TODO|FIXME|XXX|TBD)[a-z]{2,}(?:-[a-z]+)*\b", re.I)


def heard(whole: Whole) -> None:
    drafts = {id(draft.reader): draft for draft in whole.drafts.values()}
    facts = whole.made.business.facts
    places = Places(whole.readers)
    for reader in whole.readers:
        draft = drafts.get(id(reader))
        known = kinds(draft, whole.made.business) if draft is not None else {}
        slots = draft.slots if draft is not None else {}
        for prompt, node in reader.prompts:
            if prompt.id.endswith(".note"):
                continue  # for an agent's eyes
            _spoken(reader, prompt, node, places, Clock(whole, known, slots), facts)
    for draft in whole.drafts.values():
        clock = Clock(whole, kinds(draft, whole.made.business), draft.slots)
        for ident, step in draft.steps.items():
            if isinstance(step, ChooseStep):
                _menu(draft.reader, step, draft.nodes[ident], clock)


def _spoken(
    reader: Reader, prompt: Prompt, node: Node, places: Places, clock: Clock, facts: Mapping[str, Value]
) -> None:
    told: set[tuple[str, int]] = set()
    for line in lines(prompt):
        if not line.heard:
            continue
        at = places.of(line.template, node)
        seconds = clock.of(line.template, line.language)
        if round(seconds) > LONG and ("long_prompt", at.line) not in told:
            told.add(("long_prompt", at.line))
            reader.problem("long_prompt", at, seconds=str(round(seconds)), limit=str(round(LONG)))
        for kind, what in _unspeakable(line, facts):
            if (what, at.line) not in told:
                told.add((what, at.line))
                reader.problem("unspeakable", at, text=what, **_mend(kind))


def _unspeakable(line: Line, facts: Mapping[str, Value]) -> Iterator[tuple[str, str]]:
    yield from _signs(line.words, line.language)
    for part in line.template.expressions:
        if isinstance(part.root, Name) and part.root.path[0] == "business" and len(part.root.path) == 2:
            fact = facts.get(part.root.path[1])
            value = fact.get(line.language) if isinstance(fact, Mapping) else fact
            if isinstance(value, str) and not re.fullmatch(r"\+\d{8,15}", value):
                yield from _signs(value, line.language)


def _signs(text: str, language: str) -> Iterator[tuple[str, str]]:
    for kind, pattern in _UNSPEAKABLE:
        found = pattern.search(BRACES.sub("", text))
        if found:
            yield kind, found.group().strip()
            return
    if BRACES.search(text):
        return  # "double_braces" tells of it
    if language == "ru" and (latin := _LATIN.search(text)):
        yield "latin", latin.group()


_MENDS: Mapping[str, tuple[str, str]] = {
    "address": (
        "Say where to find it, and write it in 'text:' only.",
        "Скажите, где это найти, а адрес пишите только в 'text:'.",
    ),
    "abbreviation": ("Write the whole word.", "Напишите слово целиком."),
    "emoji": ("Keep it in 'text:' and give 'voice:' without it.", "Оставьте его в 'text:', а в 'voice:' уберите."),
    "hour": (
        "Write it in words, or say a value with {…|time} or {hours|spoken}.",
        "Напишите словами или скажите значением: {…|time}, {hours|spoken}.",
    ),
    "date": ("Write it in words, or say a value with {…|day}.", "Напишите словами или скажите значением: {…|day}."),
    "digits": (
        "Keep the number in business.yaml and say {business.phone|phone}.",
        "Храните номер в business.yaml и говорите {business.phone|phone}.",
    ),
    "sign": ("Write it in words.", "Напишите словом."),
    "latin": (
        "Write it in Russian letters as it sounds, in 'voice:'.",
        "Напишите в 'voice:' русскими буквами, как звучит.",
    ),
}


def _mend(kind: str) -> dict[str, str]:
    english, russian = _MENDS[kind]
    return {"mend": english, "mend_ru": russian}


class Clock:
    """How long a template takes to say, in seconds."""

    def __init__(self, whole: Whole, known: Kinds, slots: Mapping[str, Slot]) -> None:
        self.whole = whole
        self.known = known
        self.slots = slots

    def of(self, template: Template, language: str) -> float:
        letters = sum(len(part) for part in template.parts if isinstance(part, str))
        return letters / PACE[language] + sum(self.value(part, language) for part in template.expressions)

    def value(self, part: Expression, language: str) -> float:
        root = part.root
        if isinstance(root, Filtered) and root.name in _FILTERED:
            return _FILTERED[root.name]
        if isinstance(root, Name) and root.path[0] == "business":
            facts: Mapping[str, Value] = {**self.whole.made.business.facts, "name": self.whole.made.business.name}
            fact = facts.get(root.path[-1])
            text = fact.get(language) if isinstance(fact, Mapping) else fact
            return len(str(text or "")) / PACE[language]
        kind: Kind | None = kind_of(part, self.known, self.whole.made.rows, self.slots)
        if isinstance(root, Filtered) and isinstance(root.value, Name):
            slot = self.slots.get(root.value.path[0])
            titles = [option.title.get(language, "") for option in slot.options[:100]] if slot else []
            if titles:
                return sum(map(len, titles)) / len(titles) / PACE[language]
            kind = self.known.get(root.value.path[0]) or kind
        return _SECONDS.get(kind.name, 1.5) if kind is not None else 1.5


def _menu(reader: Reader, step: ChooseStep, node: Node, clock: Clock) -> None:
    announced = [item for item in step.items if item.option.key != "0"]
    if len(announced) > ITEMS:
        reader.problem("long_menu", node, count=str(len(announced)), limit=str(ITEMS), seconds=_whole(step, clock))
        return
    for language in step.prompt.wordings:
        seconds = _seconds(step, language, clock)
        if round(seconds) > MENU:
            reader.problem("slow_menu", node, seconds=str(round(seconds)), limit=str(round(MENU)))
            return


def _whole(step: ChooseStep, clock: Clock) -> str:
    return str(round(max(_seconds(step, language, clock) for language in step.prompt.wordings)))


def _seconds(step: ChooseStep, language: str, clock: Clock) -> float:
    total = 0.0
    for prompt in (step.prompt, *(item.announce for item in step.items)):
        wording = prompt.wordings.get(language)
        if wording is not None:
            total += clock.of((wording.voice or wording.text)[0], language)
    return total
