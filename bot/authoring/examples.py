"""Phrases as an author wrote them, by language, to the examples that an intent learns from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.authoring.phrases import PhraseError, expand
from bot.authoring.reading import Reader
from bot.authoring.slots import samples
from bot.authoring.tree import Fields, Listing, Node
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value


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
