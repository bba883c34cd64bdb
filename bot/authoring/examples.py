"""Phrases as authors wrote them, by language, to the examples that each intent of a set learns from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.authoring.checks.whole import Phrase
from bot.authoring.draft import Draft
from bot.authoring.phrases import PhraseError, expand
from bot.authoring.reading import Reader
from bot.authoring.slots import samples
from bot.authoring.tree import Fields, Listing, Node, Text
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value

TAUGHT = 4  # texts of one phrase, spread over all that it means; twelve taught no more and took three times as long
MAX_TEXTS = 100_000  # that the phrases of one set may mean; the understanding learns from a few thousand


def by_language(reader: Reader, node: Node, languages: tuple[str, ...]) -> Iterable[tuple[str, Node]]:
    fields = reader.spoken(node)
    for name in languages:
        if isinstance(node, Fields) and name not in fields:
            reader.problem("missing_key", node, name=name)
    for language, items in fields.items():
        for item in reader.items(items):
            if isinstance(item, Listing):
                reader.problem("phrase_list", item)
            else:
                yield language, item


def expanded(
    reader: Reader,
    node: Node,
    known: Mapping[str, Slot],
    language: str,
    rows: Mapping[str, Mapping[str, Value]],
) -> tuple[str, ...]:
    source = reader.text(node)
    if not source:
        return ()
    try:
        return expand(
            source,
            # a choice whose options are broken is told of there, not at every phrase
            lambda name, form: (samples(known[name], form, language, rows) or (name,)) if name in known else None,
        )
    except PhraseError as error:
        if error.code == "unknown_slot":
            reader.unknown(error.code, node, error.params["name"], known)
        else:
            reader.problem(error.code, node, **error.params)
        return ()


def of_set(
    drafts: Mapping[str, Draft],
    questions: Iterable[tuple[Reader, str, Node]],
    languages: tuple[str, ...],
    rows: Mapping[str, Mapping[str, Value]],
    phrases: list[Phrase],
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Intent -> language -> examples of scenarios, menu items and answers. phrases: takes each as it was written."""
    out: dict[str, dict[str, dict[str, None]]] = {}
    said: dict[tuple[str, str], str] = {}
    count = 0
    # An item's phrases may name the slots of the scenario it starts.
    written = [
        (draft.reader, intent, node, drafts.get(intent, draft).slots)
        for draft in drafts.values()
        for intent, node in draft.phrases
    ]
    written += [(reader, intent, node, {}) for reader, intent, node in questions]
    for reader, intent, node, slots_ in written:
        for language, items in by_language(reader, node, languages):
            texts = out.setdefault(intent, {}).setdefault(language, {})
            stands_for = expanded(reader, items, slots_, language, rows)
            count += len(stands_for)
            if count > MAX_TEXTS:
                reader.problem("phrases_bomb", items, limit=str(MAX_TEXTS))
                return {}
            source = items.value if isinstance(items, Text) else ""
            phrases.append(
                Phrase(reader=reader, intent=intent, language=language, node=items, source=source, texts=stands_for)
            )
            for text in stands_for:
                other = said.setdefault((language, text.casefold()), intent)
                if other != intent:
                    reader.problem("phrase_clash", items, text=text, name=other)
            texts.update(dict.fromkeys(stands_for[:TAUGHT]))
    return {intent: {language: tuple(texts) for language, texts in spoken.items()} for intent, spoken in out.items()}


def of_steps(
    drafts: Iterable[Draft], languages: tuple[str, ...], rows: Mapping[str, Mapping[str, Value]]
) -> dict[str, dict[str, tuple[str, ...]]]:
    """What single steps understand. It may be what is understood elsewhere too, but not twice at one step."""
    out: dict[str, dict[str, tuple[str, ...]]] = {}
    for draft in drafts:
        said: dict[tuple[str, str, str], str] = {}
        for intent, node in draft.local:
            step, _, name = intent.rpartition(".")
            for language, items in by_language(draft.reader, node, languages):
                texts = expanded(draft.reader, items, draft.slots, language, rows)
                for text in texts:
                    other = said.setdefault((step, language, text.casefold()), name)
                    if other != name:
                        draft.reader.problem("phrase_clash", items, text=text, name=other)
                known = out.setdefault(intent, {}).get(language, ())
                out[intent][language] = (*known, *texts)
    return out
