"""An existing Rasa as the understanding of a set: its intents and entities behind our rules.

what our rules decide     yes and no, keys, digits, repairs, what was asked for and read whole: Rasa isn't asked
else                      Rasa's intent takes the place of ours; our readers read the slots, Rasa's entities what
                          they left
Rasa doesn't know, or
doesn't answer            our own understanding, as if there were no Rasa
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn, Protocol

from bot.dialogue.delegated import AFFIRMED, Interpreter, harmless
from bot.dialogue.meaning import REPAIRS, Expectation, Language, Meaning, Reading, ScoredIntent, SlotSpec
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Nlu, Question
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.rasa.entities import readings
from bot.understanding.rasa.parsing import Parsed, Ranked, parsed
from bot.understanding.rasa.server import Server, Unanswered
from bot.understanding.words.normaliser import normalise

log = logging.getLogger(__name__)

PARSE = "/model/parse"
MAX_STRANGERS = 100  # intents unknown to the set that are told of, once each

# What came of an answer, for whoever counts: understood, fallback, unsure, unknown.
Told = Callable[[str], None]


class Own(Nlu, Protocol):
    """Our own understanding, which may have to learn first: bot.understanding.later.LaterNlu."""

    @property
    def learnt(self) -> bool: ...

    def learn(self) -> BuiltinNlu: ...


class _Undecided(Exception):
    """Our rules leave it to the intents. plain: the words they leave, normalised."""

    def __init__(self, plain: str) -> None:
        super().__init__("intents are needed")
        self.plain = plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What Rasa said, with the text it was asked about."""

    said: Parsed


class RasaNlu:
    """Implements ports.Nlu, ports.Learner and ports.Advised for one set. `understand` alone is our own."""

    def __init__(
        self,
        own: Own,
        interpreter: Interpreter,
        server: Server,
        scenarios: ScenarioSet,
        *,
        told: Told = lambda result: None,
    ) -> None:
        self._own = own
        self._interpreter = interpreter
        self._server = server
        self._told = told
        self._known = frozenset((*scenarios.phrases, *scenarios.smalltalk, *REPAIRS))
        self._yes_no = {**AFFIRMED, **{name: to for name, to in interpreter.intents.items() if to in ("yes", "no")}}
        self._strangers: set[str] = set()

    @property
    def learnt(self) -> bool:
        return self._own.learnt

    def learn(self) -> BuiltinNlu:
        return self._own.learn()

    def language_of(self, text: str) -> Language | None:
        return self._own.language_of(text)

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return self.learn().understand(text, expectation, language=language, now=now)

    def consider(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning | Question:
        own = self.learn()
        if self._server.alone or language not in self._interpreter.languages:
            return own.understand(text, expectation, language=language, now=now)
        try:
            return own.ranked_by(_undecided).understand(text, expectation, language=language, now=now)
        except _Undecided as left:
            asked = harmless(text if left.plain in normalise(text) else left.plain)
            if asked:
                return Question(text=asked)
            return own.understand(text, expectation, language=language, now=now)

    async def advise(self, question: Question) -> Advice | None:
        text = question.text
        try:
            return Advice(said=await self._server.post(PARSE, {"text": text}, lambda answer: parsed(answer, text)))
        except Unanswered:
            return None  # logged and counted where it came about

    def advised(
        self, text: str, expectation: Expectation, advice: object, *, language: Language, now: datetime
    ) -> Meaning:
        own = self.learn()
        if not isinstance(advice, Advice):
            return own.understand(text, expectation, language=language, now=now)
        said = advice.said
        ranking = self._ranking(said)
        if ranking is not None:
            own = own.ranked_by(lambda plain, expected, language: _among(ranking, expected))
        meaning = own.understand(text, expectation, language=language, now=now)
        yes = self._yes(said) if expectation.yesno else None
        if yes is not None and meaning.yes is None and meaning.option is None and not meaning.intents:
            meaning = replace(meaning, yes=yes)
        return self._with_entities(meaning, said, expectation, language, now)

    # --- intents ---

    def _ranking(self, said: Parsed) -> tuple[ScoredIntent, ...] | None:
        """The intents that Rasa is sure of, by our names; None where our own have to tell."""
        first = said.ranking[0] if said.ranking else None
        if first is None or first.name in self._interpreter.fallback:
            self._told("fallback")
            return None
        if first.confidence < self._interpreter.threshold:
            self._told("unsure")
            return None
        if first.name in self._yes_no and self._named(first.name, said) not in self._known:
            self._told("understood")
            return ()
        if self._named(first.name, said) not in self._known:
            self._told("unknown")
            self._meet(first)
            return None
        self._told("understood")
        return tuple(
            ScoredIntent(
                name=name, score=round(each.confidence, 4), behind=round(first.confidence - each.confidence, 4)
            )
            for each in said.ranking
            if each.confidence >= self._interpreter.threshold and (name := self._named(each.name, said)) in self._known
        )

    def _named(self, name: str, said: Parsed) -> str:
        """Our name of an intent; what a retrieval intent chose has a name of its own."""
        mapped = self._interpreter.intents
        if said.found and said.ranking and name == said.ranking[0].name:
            return mapped.get(said.found) or mapped.get(name, said.found if said.found in self._known else name)
        return mapped.get(name, name)

    def _yes(self, said: Parsed) -> bool | None:
        first = said.ranking[0] if said.ranking else None
        if first is None or first.confidence < self._interpreter.threshold:
            return None
        return {"yes": True, "no": False}.get(self._yes_no.get(first.name, ""))

    def _meet(self, stranger: Ranked) -> None:
        """Told of once: an intent like "inform", of which only the entities count, comes with every message."""
        if stranger.name not in self._strangers and len(self._strangers) < MAX_STRANGERS:
            self._strangers.add(stranger.name)
            log.info("Rasa's intent %r is none of the set's; rasa.yaml can say which it stands for", stranger.name[:60])

    # --- entities ---

    def _with_entities(
        self, meaning: Meaning, said: Parsed, expectation: Expectation, language: Language, now: datetime
    ) -> Meaning:
        if not said.entities or meaning.option is not None:
            return meaning
        specs = _fillable(meaning, expectation)
        more = readings(said.entities, specs, self._interpreter.entities, language=language, now=now)
        return replace(meaning, readings={**more, **meaning.readings}) if more else meaning


def _fillable(meaning: Meaning, expectation: Expectation) -> Mapping[str, SlotSpec]:
    """The slots that entities may fill: of a wish its own; of an answer those that are open; where nothing at all was
    understood, any that is expected, for then a value that was told before is being corrected."""
    if meaning.intents:
        specs: Iterable[SlotSpec] = expectation.intent_slots.get(meaning.intents[0].name, ())
    elif meaning == Meaning():
        specs = expectation.slots.values()
    else:
        told = {option.id for option in expectation.changeable}
        specs = (spec for name, spec in expectation.slots.items() if name not in told)
    return {spec.name: spec for spec in specs if not _told(meaning.readings.get(spec.name))}


def _told(reading: Reading | None) -> bool:
    return reading is not None and (reading.value is not None or reading.partial is not None)


def _undecided(plain: str, expected: Sequence[str], language: Language) -> NoReturn:
    raise _Undecided(plain)


def _among(ranking: Sequence[ScoredIntent], expected: Sequence[str]) -> tuple[ScoredIntent, ...]:
    """One that isn't expected may be what is meant: then nothing is, rather than the best of the wrong ones."""
    if not ranking or ranking[0].name not in expected:
        return ()
    return tuple(each for each in ranking if each.name in expected)
