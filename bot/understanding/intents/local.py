"""What single steps understand besides their answers: "не знаю, к кому" where a doctor is asked for.

Each step has a model of its own, taught what it is by its few phrases and what it is not by the set's other ones. So a
phrase of one step is nothing anywhere else, and takes nothing from the scenarios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from bot.dialogue.meaning import Expectation, Language, ScoredIntent
from bot.understanding.intents.cache import IntentCache
from bot.understanding.intents.encoders import Encoder
from bot.understanding.intents.model import IntentModel
from bot.understanding.repairs import without_politeness
from bot.understanding.words.normaliser import normalise

LIKELY = 0.62  # as nlu.LIKELY
OTHERS = 250  # phrases of the set that teach a step what it is not; more cost a second a step and teach no more

Phrases = Mapping[str, Mapping[str, Sequence[str]]]


class Local:
    """phrases: "scenario:step.id" -> language -> examples. others: the set's own. Serves any thread."""

    def __init__(self, phrases: Phrases, others: Phrases, cache: IntentCache, encoder: Encoder | None) -> None:
        self._models: dict[tuple[str, Language], IntentModel] = {}
        self._exact: dict[tuple[str, Language], dict[str, str]] = {}
        for language in _LANGUAGES:
            against = spread(others, language)
            for step in dict.fromkeys(_step(intent) for intent in phrases):
                said = {
                    name: each[language] for name, each in phrases.items() if _step(name) == step and language in each
                }
                if said:
                    self._models[step, language] = cache.model(said, language, encoder, against=against, finer=False)
                    exact = {normalise(text): name for name, texts in said.items() for text in texts}
                    self._exact[step, language] = exact

    def said(self, plain: str, language: Language, expectation: Expectation) -> ScoredIntent | None:
        """What the very words say at this step, whatever they mean elsewhere."""
        exact = self._exact.get((self._here(expectation), language), {})
        name = exact.get(plain) or exact.get(without_politeness(plain, language))
        return ScoredIntent(name=name, score=1.0) if name in expectation.intents and name is not None else None

    def guess(self, plain: str, language: Language, expectation: Expectation) -> ScoredIntent | None:
        model = self._models.get((self._here(expectation), language))
        ranked = model.rank(plain, expectation.intents) if model is not None else ()
        return ranked[0] if ranked and ranked[0].score >= LIKELY else None

    @staticmethod
    def _here(expectation: Expectation) -> str:
        """The step that waits: its own intents stand first."""
        first = next(iter(expectation.intents), "")
        return _step(first) if ":" in first else ""


_LANGUAGES: tuple[Language, ...] = ("ru", "en")


def _step(intent: str) -> str:
    return intent.rpartition(".")[0]


def spread(phrases: Phrases, language: Language) -> tuple[str, ...]:
    """At most OTHERS of the phrases of one language, from all over."""
    texts = [text for each in phrases.values() for text in each.get(language, ())]
    step = max(1, -(-len(texts) // OTHERS))
    return tuple(islice(texts, 0, None, step))


__all__ = ["Local", "Phrases", "spread"]
