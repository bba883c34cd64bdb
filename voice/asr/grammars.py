"""What a step expects, as a grammar that Whisper's decoder is held to. PURE.

A closed set is its answers within the words one says around them; a number is its numerals, of the count that is
expected. Pieces are written as Whisper writes them: each with the space before it, the first one with a capital or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from voice.asr import carriers, numerals
from voice.ports import Hint

State = tuple[int, int]
"""Where one is in a grammar: what that means is the grammar's own."""


class Grammar(Protocol):
    """What may be said, piece by piece. fixed: it is the product's own, the same for everybody: no numbers, no titles,
    which may be customers' names."""

    start: State
    fixed: bool

    def follow(self, state: State) -> Iterable[tuple[str, State]]:
        """Pieces of text that may come next, and what then."""

    def ends(self, state: State) -> bool:
        """Whether all may be said here."""

    def told(self, text: str) -> str:
        """A sentence that was found, as it is meant."""


def grammar(hint: Hint) -> Grammar | None:
    """None where what is expected is no small grammar."""
    if hint.kind == "yesno" and hint.answers:
        return Phrases((), {carriers.BARE: hint.answers}, (), fixed=True)
    if hint.kind in ("menu", "choice") and hint.answers:
        forms: dict[str, dict[str, None]] = {}
        for answer in hint.answers:
            for form, told in carriers.inflected(hint.lang, answer).items():
                forms.setdefault(form, {}).update(dict.fromkeys(told))
        answers = {form: tuple(told) for form, told in forms.items()}
        before = [each for each in carriers.carriers(hint.lang, hint.kind) if each[1] in answers]
        return Phrases(before, answers, carriers.AFTER[hint.lang])
    if hint.kind == "digits" and hint.length is not None:
        return Digits(hint.lang, *hint.length)
    return None


class Phrases:
    """One of the answers, maybe with words before and behind it. A state: how far one is, and which form of an answer
    follows."""

    start: State = (0, 0)

    def __init__(
        self,
        before: Sequence[tuple[str, str]],
        answers: Mapping[str, Sequence[str]],
        after: Sequence[str],
        *,
        fixed: bool = False,
    ) -> None:
        """before: words, each with the form that must follow them. answers: by form."""
        self._before, self._answers, self._after = before, answers, after
        self.fixed = fixed
        self._forms = tuple(answers)

    def follow(self, state: State) -> Iterable[tuple[str, State]]:
        if state == self.start:
            for words, form in self._before:
                yield from ((text, (1, self._forms.index(form))) for text in _first(words))
            yield from ((text, (2, 0)) for words in self._answers[carriers.BARE] for text in _first(words))
        elif state[0] == 1:
            yield from ((f" {words}", (2, 0)) for words in self._answers[self._forms[state[1]]])
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
    fixed = False

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
