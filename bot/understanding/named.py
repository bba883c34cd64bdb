"""Whether words are just what an author wrote that callers say: a title, or an example of a wish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.scenario import ScenarioSet
from bot.understanding.words.normaliser import normalise


def is_named(text: str, expectation: Expectation, scenarios: ScenarioSet, language: Language) -> bool:
    """Word for word: a title of what may be chosen now, or an example of an intent that is understood now. What only
    resembles one is the business of Nlu. Reads all examples once a set, some 10 µs each."""
    words = normalise(text)
    if not words:
        return False
    if any(words == normalise(title) for title in expectation.hints):
        return True
    of = scenarios.once("phrases_by_words", _by_words)
    return not of.get((language, words), frozenset()).isdisjoint(expectation.intents)


def _by_words(scenarios: ScenarioSet) -> Mapping[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, scenario in scenarios.scenarios.items():
        for language, title in scenario.title.items():
            found[language, normalise(title)].add(name)
    for phrases in (scenarios.phrases, scenarios.local):
        for intent, by_language in phrases.items():
            for language, examples in by_language.items():
                for example in examples:
                    found[language, normalise(example)].add(intent)
    return {words: frozenset(intents) for words, intents in found.items()}
