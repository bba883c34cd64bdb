"""What is written in prompts and titles: notes left over, the wrong alphabet, equal variants, buttons too long."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.authoring.checks.kinds import CASES
from bot.authoring.checks.whole import Line, Places, Whole, lines
from bot.authoring.draft import Draft
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.expressions import Expression
from bot.dialogue.grammar import Filtered, Name, walk
from bot.dialogue.meaning import Option
from bot.dialogue.program import Asking, ChooseStep, ConfirmStep
from bot.dialogue.values import Value

_LEFT = re.compile(r"\b(TODO|FIXME|XXX+|TBD|lorem ipsum|ТУДУ|TODO:|ДОПИСАТЬ|ЗАГЛУШКА)\b|\?\?\?", re.IGNORECASE)
_CYRILLIC = re.compile(r"[а-яё]+(?:[ -][а-яё]+)*", re.IGNORECASE)
_CURLY = re.compile(r"[“”„‟][^“”„‟]*[“”‟]")
BRACES = re.compile(r"\{[a-z_][\w.]*(?:\|[^{}]*)?\}", re.IGNORECASE)  # as it is said: {{name}} in the file
_OWN_NAME = ("по-русски", "русский", "русский язык")  # a language is offered in its own words
_LATIN_WORD = re.compile(r"[a-z]{2,}", re.IGNORECASE)
_MIXED = re.compile(r"(?=\w*[a-z])(?=\w*[а-яё])\w+", re.IGNORECASE)
# A WhatsApp reply button holds 20 characters, a row of its list 24; up to three choices are buttons.
# https://developers.facebook.com/docs/whatsapp/cloud-api/messages/interactive-reply-buttons-messages
BUTTON, BUTTONS, ROW = 20, 3, 24
MAX_ROWS = 500  # looked at for a case, each time one is asked for


def said(whole: Whole) -> None:
    places = Places(whole.readers)
    for reader in whole.readers:
        for prompt, node in reader.prompts:
            told: set[tuple[str, int]] = set()
            for line in lines(prompt):
                at = places.of(line.template, node)
                for code, what in (*_faults(line.words, line.language), *_written(line.words)):
                    if (code, at.line) not in told:
                        told.add((code, at.line))
                        reader.problem(code, at, text=what, language=line.language, **_names(line.language))
            _variants(reader, tuple(lines(prompt)), places, node)
        for texts, node in reader.texts:
            for language, text in texts.items():
                for code, what in _faults(text, language) if len(set(texts.values())) > 1 else ():
                    reader.problem(code, node, text=what, language=language, **_names(language))
    for phrase in whole.phrases:
        for code, what in _faults(phrase.source, phrase.language):
            if code != "untranslated":
                phrase.reader.problem(code, phrase.node, text=what, **_names(phrase.language))


def _names(language: str) -> dict[str, str]:
    return {
        "tongue": {"ru": "Russian", "en": "English"}[language],
        "tongue_ru": {"ru": "русском", "en": "английском"}[language],
    }


def _written(text: str) -> Iterator[tuple[str, str]]:
    """Marks that would be said as they stand, though they were meant otherwise."""
    if _CURLY.fullmatch(text.strip()):
        yield "curly_around", text.strip()[:40]
    braces = BRACES.search(text)
    if braces:
        yield "double_braces", braces.group()


def _faults(text: str, language: str) -> Iterator[tuple[str, str]]:
    left = _LEFT.search(text)
    if left:
        yield "left_note", left.group()
    mixed = _MIXED.search(text)
    if mixed and not any(sign.isdigit() for sign in mixed.group()):
        yield "mixed_letters", mixed.group()
        return
    if language == "en" and (foreign := _CYRILLIC.search(text)) and foreign.group().casefold() not in _OWN_NAME:
        yield "untranslated", foreign.group()[:40]
    if language == "ru" and not _CYRILLIC.search(text) and len(_LATIN_WORD.findall(text)) > 1:
        yield "untranslated", text.strip()[:40]


def _variants(reader: Reader, every: tuple[Line, ...], places: Places, node: Node) -> None:
    """A second variant is there to help who did not get the first: the same words again don't."""
    for said in ("text", "voice"):
        seen: dict[tuple[str, str], int] = {}
        for line in every:
            if line.said not in (said, "both"):
                continue
            words = " ".join(line.template.source.casefold().split())
            if words and (line.language, words) in seen:
                reader.problem("same_variant", places.of(line.template, node), text=line.template.source[:40])
                return
            seen[line.language, words] = line.attempt


# --- what is chosen from ---


def untitled(whole: Whole) -> None:
    """Slots that "what should I change?" would offer by their Latin ids."""
    for draft in whole.drafts.values():
        changed = {name for step in draft.steps.values() if isinstance(step, ConfirmStep) for name in step.change}
        for name in sorted(changed & draft.slots.keys()):
            slot = draft.slots[name]
            if slot.title.get("ru") == name:
                draft.reader.problem("untitled_slot", Node(line=slot.line, column=1), name=name)


def titles(whole: Whole) -> None:
    """Buttons that a messenger would cut."""
    places = Places(whole.readers)
    rows = whole.rows
    told: set[int] = set()
    for draft in whole.drafts.values():
        for slot in draft.slots.values():
            _fit(draft.reader, slot.options, Node(line=slot.line, column=1), places, rows, told)
        for ident, step in draft.steps.items():
            if isinstance(step, ChooseStep):
                options = tuple(item.option for item in step.items)
                _fit(draft.reader, options, draft.nodes[ident], places, rows, told)
            if isinstance(step, Asking):
                local = tuple(also.option for also in step.also)
                _fit(draft.reader, local, draft.nodes[ident], places, rows, told)


def _fit(
    reader: Reader,
    options: tuple[Option, ...],
    node: Node,
    places: Places,
    rows: Mapping[str, tuple[Reader, Node]],
    told: set[int],
) -> None:
    limit = BUTTON if len(options) <= BUTTONS else ROW
    for option in options:
        owner, at = rows.get(option.id, (reader, places.of(option.title, node)))
        for title in option.title.values():
            if len(title) > limit and id(at) not in told:
                told.add(id(at))
                owner.problem("long_title", at, text=title, count=str(len(title)), limit=str(limit))


def choices(whole: Whole) -> None:
    """`{service|dative}` wants the table's column."""
    places = Places(whole.readers)
    for draft in whole.drafts.values():
        for prompt, node in draft.reader.prompts:
            for line in lines(prompt):
                for part in line.template.expressions:
                    at = places.of(part, node)
                    if line.language == "ru":
                        _case(draft, part, whole, at)
        for phrase in whole.phrases:
            if phrase.reader is draft.reader and phrase.language == "ru":
                for name, case in re.findall(r"\{(\w+)\|(\w+)\}", phrase.source):
                    _column(draft, name, case, whole, phrase.node)


def _case(draft: Draft, part: Expression, whole: Whole, at: Node) -> None:
    for node in walk(part.root):
        if isinstance(node, Filtered) and isinstance(node.value, Name) and len(node.value.path) == 1:
            _column(draft, node.value.path[0], node.name, whole, at)


def _column(draft: Draft, name: str, case: str, whole: Whole, at: Node) -> None:
    slot = draft.slots.get(name)
    if slot is None or slot.type != "choice" or case not in CASES:
        return
    lacking = [option.id for option in slot.options[:MAX_ROWS] if not _has(whole.made.rows.get(option.id, {}), case)]
    if lacking:
        shown = ", ".join(f"'{each}'" for each in lacking[:3]) + (", …" if len(lacking) > 3 else "")
        _once(draft, "no_case", at, name=name, case=case, names=shown)


def _has(row: Mapping[str, Value], case: str) -> bool:
    forms = row.get(case)
    return isinstance(forms, str) or (isinstance(forms, Mapping) and bool(forms.get("ru")))


def _once(draft: Draft, code: str, at: Node, **params: str) -> None:
    file = draft.reader.file
    if not any(p.code == code and p.file == file and p.line == at.line for p in draft.reader.problems):
        draft.reader.problem(code, at, **params)
