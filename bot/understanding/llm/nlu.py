"""The default understanding with a language model behind it, which is asked only where the default is unsure.

    nothing understood, two wishes alike, or a wish hardly told   the model is asked
    an answer read, a yes, a choice, a wish surely told           nobody is asked

Whatever the model brings or doesn't, the default's own meaning is there already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.dialogue.meaning import UNSURE, Expectation, Language, Meaning, Reading
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Advised, Learner, Nlu, Question
from bot.understanding.llm.briefing import Offer, messages, offered, schema
from bot.understanding.llm.endpoint import Endpoint, Message
from bot.understanding.llm.hiding import MAX_CHARS, hidden
from bot.understanding.llm.proposal import Command, Refused, commands_in, meaning_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt(Question):
    """What the model is asked about. inner: what the understanding before it asks its own program first."""

    expectation: Expectation
    language: Language
    now: datetime
    inner: Question | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """before: what is understood without the model, where another program had to be asked for that. commands: the
    model's; None where it brought none."""

    before: Meaning | None = None
    commands: tuple[Command, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a proposal, for whoever sets it up. result: used, nothing, refused, failed, unasked."""

    result: str
    why: str = ""
    before: Meaning = field(default_factory=Meaning)
    meaning: Meaning = field(default_factory=Meaning)
    commands: tuple[Command, ...] = ()


class ProposingNlu:
    """Implements ports.Advised and ports.Learner around any Nlu, for one scenario set. Any thread.

    below: a wish whose score is less is asked about, 0..1.
    """

    def __init__(self, inner: Nlu, scenarios: ScenarioSet, endpoint: Endpoint, *, below: float = UNSURE) -> None:
        self._inner = inner
        self._scenarios = scenarios
        self._endpoint = endpoint
        self._below = below

    # --- as the default ---

    @property
    def learnt(self) -> bool:
        return not isinstance(self._inner, Learner) or self._inner.learnt

    def learn(self) -> object:
        return self._inner.learn() if isinstance(self._inner, Learner) else None

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return self._inner.understand(text, expectation, language=language, now=now)

    def language_of(self, text: str) -> Language | None:
        return self._inner.language_of(text)

    # --- with the model ---

    def consider(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning | Question:
        doubt = Doubt(text=text, expectation=expectation, language=language, now=now)
        if isinstance(self._inner, Advised):
            found = self._inner.consider(text, expectation, language=language, now=now)
            if isinstance(found, Question):
                return replace(doubt, inner=found)
        else:
            found = self._inner.understand(text, expectation, language=language, now=now)
        return doubt if self._asks(text, expectation, found) else found

    async def advise(self, question: Question) -> object:
        assert isinstance(question, Doubt)
        before: Meaning | None = None
        if question.inner is not None and isinstance(self._inner, Advised):
            said = await self._inner.advise(replace(question.inner, medium=question.medium))
            before = await asyncio.to_thread(self._before, question, said)
            if not self._asks(question.text, question.expectation, before):
                return Advice(before=before)
        sent, wanted = self.question(question)
        written = await self._endpoint.ask(sent, wanted, medium=question.medium)
        if written is None:
            return Advice(before=before)
        try:
            return Advice(before=before, commands=commands_in(written))
        except Refused:
            self._endpoint.told("refused", 0.0)
            return Advice(before=before)

    def advised(
        self, text: str, expectation: Expectation, advice: object, *, language: Language, now: datetime
    ) -> Meaning:
        told = advice if isinstance(advice, Advice) else Advice()
        asked = Doubt(text=text, expectation=expectation, language=language, now=now)
        before = told.before or self._before(asked, None)
        if told.commands is None:
            return before
        verdict = self.judged(asked, told.commands, before)
        self._endpoint.told(verdict.result, 0.0)
        return verdict.meaning

    def question(self, doubt: Doubt) -> tuple[tuple[Message, ...], Mapping[str, Any]]:
        """What goes out: the messages, and the schema of the answer."""
        offer = self._offer(doubt)
        said = hidden(doubt.text).text
        sent = messages(offer, doubt.expectation, self._scenarios, said=said, language=doubt.language, now=doubt.now)
        return sent, schema(offer)

    def judged(self, doubt: Doubt, commands: tuple[Command, ...], before: Meaning) -> Verdict:
        """What the commands come to, with the default's meaning where they come to nothing."""
        offer = self._offer(doubt)
        said = hidden(doubt.text)
        try:
            found = meaning_of(commands, offer, said, doubt.text, language=doubt.language, now=doubt.now)
        except Refused as refused:
            return Verdict(result="refused", why=refused.why, before=before, meaning=before, commands=commands)
        if found is None:
            return Verdict(result="nothing", before=before, meaning=before, commands=commands)
        # What our own readers read in the words stands; the model adds to it.
        found = replace(found, readings={**found.readings, **_own(before, found, offer)}, language=before.language)
        return Verdict(result="used", before=before, meaning=found, commands=commands)

    def _before(self, doubt: Doubt, advice: object) -> Meaning:
        """What is understood without the model."""
        text, expectation = doubt.text, doubt.expectation
        if isinstance(self._inner, Advised) and advice is not None:
            return self._inner.advised(text, expectation, advice, language=doubt.language, now=doubt.now)
        return self._inner.understand(text, expectation, language=doubt.language, now=doubt.now)

    def _offer(self, doubt: Doubt) -> Offer:
        return offered(doubt.expectation, self._scenarios, hidden(doubt.text).text, doubt.language)

    def _asks(self, text: str, expectation: Expectation, found: Meaning) -> bool:
        """Whether the model is asked: the default is unsure, and nothing in the words must stay here."""
        if len(text) > MAX_CHARS or not any(char.isalpha() for char in text):
            return False
        if not expectation.intents and not expectation.slots and not expectation.choices:
            return False
        if not self._scenarios.sensitive.isdisjoint(expectation.slots):
            return False
        return found.unsure(self._below)


def _own(before: Meaning, found: Meaning, offer: Offer) -> Mapping[str, Reading]:
    """What the default read for the slots of what is now meant."""
    wish = found.intent
    if found.either or (wish is not None and wish not in offer.wishes):
        return {}
    taken = {*offer.slots, *(spec.name for spec in offer.wish_slots.get(wish or "", ()))}
    return {
        name: reading
        for name, reading in before.readings.items()
        if name in taken and (reading.value is not None or name not in found.readings)
    }
