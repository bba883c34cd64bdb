"""What a step expects, as a grammar that Whisper's decoder is held to. PURE.

A closed set is its answers within the words one says around them; a number is its numerals, of the count that is
expected. Pieces are written as Whisper writes them: each with the space before it, the first one with a capital or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from voice.asr import closed, numerals
from voice.ports import Hint

State = tuple[int, int]
"""Where one is in a grammar: what that means is the grammar's own."""


class Grammar(Protocol):
    """What may be said, piece by piece."""

    start: State

    def follow(self, state: State) -> Iterable[tuple[str, State]]:
        """Pieces of text that may come next, and what then."""

    def ends(self, state: State) -> bool:
        """Whether all may be said here."""

    def told(self, text: str) -> str:
        """A sentence that was found, as it is meant."""


_BEFORE = {
    "ru": (
        "к", "на", "по", "мне", "мне к", "мне на", "мне бы", "мне нужен", "мне нужна", "мне нужно", "мне нужны",
        "нужен", "нужна", "нужно", "нужны", "хочу", "я хочу", "хочу к", "хочу на", "я бы хотел", "я бы хотела",
        "я бы хотел к", "я бы хотела к", "я бы хотел на", "я бы хотела на", "хочу записаться к",
        "хочу записаться на", "запишите к",
        "запишите на", "запишите меня к", "запишите меня на", "можно", "можно к", "можно на", "давайте", "давайте к",
        "давайте на", "интересует", "интересуют", "узнать", "хочу узнать", "подскажите", "скажите", "насчёт", "у меня",
    ),
    "en": (
        "a", "an", "the", "my", "your", "to", "to the", "I need", "I need a", "I need an", "I need to", "I want",
        "I want a", "I want to", "I'd like", "I'd like a", "I'd like an", "I'd like to", "can I have a", "can I get a",
        "give me a", "it's", "it's a", "what are your", "what's your", "tell me the", "tell me your", "where is the",
        "I want to know my", "I'm interested in a", "let it be the", "maybe a", "just a",
    ),
}  # fmt: skip
_AFTER = {"ru": (", пожалуйста",), "en": (", please",)}


def grammar(hint: Hint) -> Grammar | None:
    """None where what is expected is no small grammar."""
    if hint.kind == "yesno" and hint.answers:
        return Phrases((), hint.answers, ())
    if hint.kind in ("menu", "choice") and hint.answers:
        forms = (form.removeprefix("к ") for answer in hint.answers for form in closed.forms(hint.lang, answer))
        return Phrases(_BEFORE[hint.lang], tuple(dict.fromkeys(forms)), _AFTER[hint.lang])
    if hint.kind == "digits" and hint.length is not None:
        return Digits(hint.lang, *hint.length)
    return None


class Phrases:
    """One of the answers, maybe with words before and behind it. A state: how far one is, and nothing else."""

    start: State = (0, 0)

    def __init__(self, before: Sequence[str], answers: Sequence[str], after: Sequence[str]) -> None:
        self._before, self._answers, self._after = before, answers, after

    def follow(self, state: State) -> Iterable[tuple[str, State]]:
        if state == self.start:
            yield from ((text, (1, 0)) for words in self._before for text in _first(words))
            yield from ((text, (2, 0)) for words in self._answers for text in _first(words))
        elif state == (1, 0):
            yield from ((f" {words}", (2, 0)) for words in self._answers)
        elif state == (2, 0):
            yield from ((words, (3, 0)) for words in self._after)

    def ends(self, state: State) -> bool:
        return state >= (2, 0)

    def told(self, text: str) -> str:
        return text


class Digits:
    """Numerals, by digits and in groups, of so many digits in all. A state: of what sort the last numeral was, NONE at
    the beginning, and how many digits there are so far."""

    start: State = (numerals.NONE, 0)

    def __init__(self, lang: str, least: int, most: int) -> None:
        self._lang, self._least, self._most = lang, least, most
        self._sorts = numerals.sorts(lang)

    def follow(self, state: State) -> Iterable[tuple[str, State]]:
        before, count = state
        for word, sort in self._sorts.items():
            last, more = numerals.added(self._lang, before, sort)
            if more < 0 or count + more > self._most or (before == numerals.UNIT and word == "десять"):
                continue  # "семь десять" is how a small model writes "семьдесят"
            for written in (word, *numerals.apart(word, self._lang)):
                for text in _first(written) if before == numerals.NONE else (f" {written}",):
                    yield text, (last, count + more)
            if self._lang == "en" and before == numerals.TEN and sort == numerals.UNIT:
                yield f"-{word}", (last, count + more)

    def ends(self, state: State) -> bool:
        _, count = state
        return count >= self._least

    def told(self, text: str) -> str:
        return numerals.whole(text.replace("-", " "), self._lang)


def _first(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((f" {words[:1].upper()}{words[1:]}", f" {words}")))
