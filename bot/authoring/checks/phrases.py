"""Phrases: too few to learn from, and phrases of one intent that sound like another's."""

from __future__ import annotations

from collections.abc import Mapping

from bot.authoring.checks.whole import Phrase, Whole

FEW = 5  # a language; ten and more are asked for, below five the figure of what is understood falls off a cliff


def phrases(whole: Whole) -> None:
    _few(whole)
    if whole.confused is not None:
        for language in whole.made.languages:
            _near(whole, language)


def _few(whole: Whole) -> None:
    by_intent: dict[tuple[str, str], list[Phrase]] = {}
    for phrase in whole.phrases:
        by_intent.setdefault((phrase.intent, phrase.language), []).append(phrase)
    for (intent, language), written in by_intent.items():
        texts = {text.casefold() for phrase in written for text in phrase.texts}
        if len(texts) < FEW and _learnt(whole, intent, language):
            written[0].reader.problem(
                "few_phrases", written[0].node, name=intent, count=str(len(texts)), language=language
            )


def _learnt(whole: Whole, intent: str, language: str) -> bool:
    """An intent's phrases may stand in two places, a scenario and a menu item that starts it."""
    every = whole.made.phrases.get(intent, {}).get(language, ())
    return len({text.casefold() for text in every}) < FEW


def _near(whole: Whole, language: str) -> None:
    assert whole.confused is not None
    spoken = [phrase for phrase in whole.phrases if phrase.language == language and phrase.texts]
    by_intent: dict[str, list[tuple[str, ...]]] = {}
    first: dict[str, Phrase] = {}
    for phrase in spoken:
        by_intent.setdefault(phrase.intent, []).append(phrase.texts)
        for text in phrase.texts:
            first.setdefault(text, phrase)
    told: set[tuple[int, int]] = set()
    for text, like in whole.confused(by_intent, language):
        own, other = first.get(text), first.get(like)
        if own is None or other is None or own.intent == other.intent:
            continue
        pair = (min(id(own), id(other)), max(id(own), id(other)))
        if pair in told:
            continue
        told.add(pair)
        where: Mapping[str, str] = {"place": f"{other.reader.file}:{other.node.line}"}
        own.reader.problem("near_phrases", own.node, text=text, like=like, name=other.intent, **where)
