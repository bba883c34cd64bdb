"""Small talk: "ты робот?", "how are you", abuse. Told by a model of its own: it takes nothing from a business.

Its questions count where the words are the very question, or where nothing else was understood. A wrong guess costs
a friendly word in place of "I didn't get that".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.dialogue.meaning import Expectation, Language, ScoredIntent
from bot.understanding.intents.cache import IntentCache
from bot.understanding.intents.encoders import Encoder
from bot.understanding.intents.local import Phrases
from bot.understanding.intents.model import IntentModel
from bot.understanding.repairs import without_politeness
from bot.understanding.words.normaliser import normalise

ABUSE = "answers.abuse"
LIKELY = 0.8  # below it a guess isn't worth a word
SURER = 0.93  # above it small talk is heard in words in which a scenario is heard less surely than LIKELY
_LONGEST = 12  # words; who says more has something to say
# Roots that stand in no decent word, at the beginning of one.
_OBSCENE: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"\b(?:на|по|от|за|вы|до|об|у|ни|охр?е?н?)?(?:ху[йяеёи]\w*|пизд\w*|бляд\w*|бля\b|блять|еб(?:ан|ал|ать|ну|ись|у\b|уч)\w*|"
        r"муда[кч]\w*|гандон\w*|говн\w*|дерьм\w*|сук[аи]\b|сволоч\w*|уебо?к?\w*|пидор\w*|жоп\w*)"
    ),
    "en": re.compile(
        r"\b(?:(?:mother)?fuck\w*|shit\w*|bullshit|bitch\w*|bastards?|assholes?|arseholes?|cunts?|dickheads?|wankers?|pricks?)\b"
    ),
}


class SmallTalk:
    """questions: intent -> language -> examples. Serves any thread."""

    def __init__(self, questions: Phrases, cache: IntentCache, encoder: Encoder | None) -> None:
        self._models: dict[Language, IntentModel] = {}
        self._exact: dict[tuple[Language, str], str] = {}
        for language in _LANGUAGES:
            said = {intent: each[language] for intent, each in questions.items() if each.get(language)}
            if said:
                self._models[language] = _model(said, language, cache, encoder)
            for intent, examples in said.items():
                self._exact.update({(language, normalise(text)): intent for text in examples})

    def asked(self, plain: str, language: Language, expectation: Expectation) -> str | None:
        """The intent whose very question it is, fillers and greetings aside."""
        intent = self._exact.get((language, plain)) or self._exact.get((language, _bare(plain, language)))
        return intent if intent in expectation.intents else None

    def surer(
        self, plain: str, language: Language, expectation: Expectation, best: ScoredIntent
    ) -> ScoredIntent | None:
        """Small talk that the words are far more likely to be than `best`. On the 620 utterances of tests/data it
        takes none away."""
        if best.score >= LIKELY:
            return None
        guess = self.guess(plain, language, expectation)
        return guess if guess is not None and guess.score >= max(SURER, best.score) else None

    def guess(self, plain: str, language: Language, expectation: Expectation) -> ScoredIntent | None:
        """The likeliest intent of words that meant nothing else, or None."""
        if ABUSE in expectation.intents and _OBSCENE[language].search(plain):
            return ScoredIntent(name=ABUSE, score=1.0)
        model = self._models.get(language)
        if model is None or not 1 < len(plain.split()) <= _LONGEST:
            return None
        ranked = model.rank(plain, [name for name in model.names if name in expectation.intents])
        return ranked[0] if ranked and ranked[0].score >= LIKELY else None


_LANGUAGES: tuple[Language, ...] = ("ru", "en")
_OPENINGS: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(r"^(?:(?:здравствуй(?:те)?|привет|добр(?:ый|ое|ой) (?:день|утро|вечер)|а|ну|и) )+"),
    "en": re.compile(r"^(?:(?:hello|hi|hey|good (?:morning|day|evening|afternoon)|and|so) )+"),
}


_KEPT: dict[object, IntentModel] = {}  # most sets keep the same small talk; learnt once a process
_MANY = 16


def _model(
    said: Mapping[str, Sequence[str]], language: Language, cache: IntentCache, encoder: Encoder | None
) -> IntentModel:
    key = (language, type(encoder), tuple((intent, tuple(texts)) for intent, texts in said.items()))
    if key not in _KEPT:
        if len(_KEPT) >= _MANY:
            _KEPT.clear()
        _KEPT[key] = cache.model(said, language, encoder, finer=False)
    return _KEPT[key]


def _bare(plain: str, language: Language) -> str:
    return without_politeness(_OPENINGS[language].sub("", plain), language)


__all__ = ["ABUSE", "SmallTalk"]
