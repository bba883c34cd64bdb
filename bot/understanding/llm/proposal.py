"""What the model wrote, read strictly: a Meaning of the kind the default makes, or nothing.

One thing amiss (a command that isn't possible now, an id that isn't on the list, a field too many) and all of it is
refused: who makes up one thing may have made up the rest. A slot takes only what our own reader reads in the words that
were proposed, and names, telephones, numbers of orders and the like only in words that the customer said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from bot.dialogue.meaning import KNOWLEDGE, Language, Meaning, Reading, ScoredIntent, SlotSpec
from bot.understanding.llm.briefing import MAX_COMMANDS, Offer
from bot.understanding.llm.hiding import Hidden
from bot.understanding.reading import Expected
from bot.understanding.slots import readers as slots
from bot.understanding.words.normaliser import normalise

MAX_WRITTEN = 8_000  # characters
MAX_WORDS = 200  # characters of one value
SCORE = 0.7  # of a proposed wish
FIELDS = ("do", "what", "words")
WITHOUT_ID = ("yes", "no", "none")
# What the model may say in other words than the customer: "в полседьмого вечера" as 18:30. The rest stands as said.
RESTATED = ("datetime", "date", "time", "number", "choice", "yesno", "csat", "nps", "ces")
_STEM = 3  # letters: "Петрову" is Пётр's or Петров's
_THOUGHT = re.compile(r"^\s*<think>.*?</think>", re.DOTALL)


class Refused(Exception):
    """why: for whoever sets it up, without a word of the customer's or the model's."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    do: str
    what: str = ""
    words: str = ""


def commands_in(written: str) -> tuple[Command, ...]:
    """Out of the model's text: one object, fenced or after some thinking, with nothing that isn't known.

    Raises Refused.
    """
    if len(written) > MAX_WRITTEN:
        raise Refused("too long")
    bare = _THOUGHT.sub("", written)
    first, last = bare.find("{"), bare.rfind("}")
    if first < 0 or last < first:
        raise Refused("no JSON object")
    try:
        told = json.loads(bare[first : last + 1], object_pairs_hook=_once, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise Refused("no JSON object") from None
    if not isinstance(told, dict) or set(told) != {"commands"} or not isinstance(told["commands"], list):
        raise Refused("not a list of commands")
    if not 1 <= len(told["commands"]) <= MAX_COMMANDS:
        raise Refused("no command, or too many")
    return tuple(dict.fromkeys(map(_command, told["commands"])))  # who says a thing twice means it once


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is there twice")
    return found


def _constant(_: str) -> NoReturn:
    raise ValueError("no JSON")


def _command(told: object) -> Command:
    if not isinstance(told, dict) or not set(told) <= set(FIELDS) or "do" not in told:
        raise Refused("a command of another shape")
    fields = {name: told.get(name) or "" for name in FIELDS}
    if not all(isinstance(value, str) for value in fields.values()):
        raise Refused("a field that is no text")
    if len(fields["words"]) > MAX_WORDS:
        raise Refused("a value too long")
    return Command(**fields)


def meaning_of(
    commands: Sequence[Command], offer: Offer, said: Hidden, text: str, *, language: Language, now: datetime
) -> Meaning | None:
    """What the commands come to; None where the model says that nothing fits. said: the words as they went out; text:
    as they were said. Raises Refused."""
    for command in commands:
        _check(command, offer)
    kinds = {command.do for command in commands}
    if "none" in kinds:
        if len(commands) > 1:
            raise Refused("nothing, and something besides")
        return None
    either = _either(commands)
    if either:
        return Meaning(
            intents=tuple(ScoredIntent(name=name, score=SCORE) for name in either), either=either, proposed=True
        )
    wishes = tuple(dict.fromkeys(each.what for each in commands if each.do in ("start", "answer", "repair")))
    single = [each for each in commands if each.do in ("yes", "no", "choose", "change")]
    if len(wishes) > 1 or len(single) > 1 or (wishes and single):
        raise Refused("two things at once")
    specs = dict(offer.slots)
    if wishes and wishes[0] in offer.wishes:
        specs |= {spec.name: spec for spec in offer.wish_slots.get(wishes[0], ())}
    readings: dict[str, Reading] = {}
    for each in commands:
        if each.do != "set":
            continue
        if each.what not in specs or each.what in readings:
            raise Refused("a slot that the wish doesn't take, or one twice")
        found = _read(specs[each.what], said.back(each.words), text, language, now)
        if found is not None:
            readings[each.what] = found
    if not readings and not wishes and not single:
        raise Refused("a value that can't be read")
    one = single[0] if single else None
    if one is not None and one.do == "change" and readings:
        raise Refused("two things at once")
    return Meaning(
        intents=tuple(ScoredIntent(name=name, score=SCORE) for name in wishes),
        readings=readings,
        yes={"yes": True, "no": False}.get(one.do) if one else None,
        option=one.what if one is not None and one.do in ("choose", "change") else None,
        proposed=True,
    )


def _check(command: Command, offer: Offer) -> None:
    """Raises Refused where it isn't among what was offered."""
    if command.do not in offer.commands:
        raise Refused("a command that isn't possible now")
    along = {spec.name for specs in offer.wish_slots.values() for spec in specs}
    may: Mapping[str, frozenset[str]] = {
        "start": frozenset(offer.wishes),
        "answer": frozenset(offer.wishes),
        "clarify": frozenset(wish for wish in offer.wishes if not wish.startswith(KNOWLEDGE)),
        "repair": frozenset(offer.repairs),
        "set": frozenset(offer.slots) | along,
        "change": frozenset(offer.changeable),
        "choose": frozenset(option.id for option in offer.choices),
    }
    if command.do not in WITHOUT_ID and command.what not in may[command.do]:
        raise Refused("an id that isn't on the list")
    if command.do == "set" and not command.words.strip():
        raise Refused("a slot without a value")


def _either(commands: Sequence[Command]) -> tuple[str, ...]:
    """The two wishes that are to be asked about. Two that are to be started are no less a question."""
    clarified = tuple(dict.fromkeys(each.what for each in commands if each.do == "clarify"))
    if clarified:
        if len(clarified) != 2 or any(each.do != "clarify" for each in commands):
            raise Refused("not two wishes to choose from")
        return clarified
    started = tuple(dict.fromkeys(each.what for each in commands if each.do == "start"))
    if len(started) == 2 and all(each.do == "start" and not each.what.startswith(KNOWLEDGE) for each in commands):
        return started
    return ()


def _read(spec: SlotSpec, words: str, text: str, language: Language, now: datetime) -> Reading | None:
    """By our own reader; None where it reads nothing, or where the customer said nothing of the kind."""
    chosen = next((option.id for option in spec.options if option.id == words.strip()), None)
    if chosen is not None:
        return Reading(value=(chosen,) if spec.many else chosen)
    if spec.type not in RESTATED and not _said(words, text):
        return None
    found = slots.read(spec.type, words, lang=language, now=now, expected=Expected.of(replace(spec, asked=True)))
    return found.for_dialogue if found else None  # a day that is in no calendar was the model's own


def _said(words: str, text: str) -> bool:
    """Whether each of the words was said, if in another case or gender."""
    heard = normalise(text).split()
    proposed = normalise(words).split()
    return bool(proposed) and all(any(_alike(word, other) for other in heard) for word in proposed)


def _alike(word: str, other: str) -> bool:
    if word == other or not (word.isalpha() and other.isalpha()):
        return word == other
    return len(word) > _STEM and len(other) > _STEM and word[:_STEM] == other[:_STEM]
