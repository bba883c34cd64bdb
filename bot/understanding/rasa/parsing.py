"""What `/model/parse` answers, as far as it can be believed.

{"intent": {"name": "booking", "confidence": 0.98}, "intent_ranking": [{"name", "confidence"}…],
 "entities": [{"entity", "value", "start", "end", "role"?, "confidence_entity"?}…],
 "response_selector": {"faq": {"response": {"intent_response_key": "faq/parking"}}}}
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from bot.understanding.rasa.server import Unanswered, readable

MAX_RANKED = 10
MAX_ENTITIES = 30
MAX_NAME = 200  # characters of an intent or an entity
MAX_VALUE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """confidence: 0..1."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """name: with its role as "city.from". text: the words it was found in. value: what Rasa made of them."""

    name: str
    text: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """ranking: the likeliest first, the fallback too. found: what a retrieval intent chose, "faq/parking", or ""."""

    ranking: tuple[Ranked, ...]
    entities: tuple[Entity, ...] = ()
    found: str = ""


def parsed(answer: Any, text: str) -> Parsed:
    """text: what was asked about. Raises Unanswered where it is no such answer."""
    if not isinstance(answer, dict) or not isinstance(answer.get("intent"), dict):
        raise Unanswered("malformed", "the answer names no intent")
    first = _ranked(answer["intent"])
    if first is None and answer["intent"].get("name") is not None:
        raise Unanswered("malformed", "the answer's intent has no name or no confidence")
    others = answer.get("intent_ranking")
    ranked = [_ranked(each) for each in others[:MAX_RANKED]] if isinstance(others, list) else []
    ranking = (first, *(each for each in ranked if each and each.name != first.name)) if first is not None else ()
    given = answer.get("entities")
    entities = [_entity(each, text) for each in given[:MAX_ENTITIES]] if isinstance(given, list) else []
    return Parsed(
        ranking=ranking,
        entities=tuple(each for each in entities if each is not None),
        found=_selected(answer.get("response_selector"), first.name if first else ""),
    )


def _ranked(given: Any) -> Ranked | None:
    if not isinstance(given, dict):
        return None
    name, confidence = given.get("name"), given.get("confidence")
    if not isinstance(name, str) or not name or isinstance(confidence, bool) or not isinstance(confidence, int | float):
        return None
    if not math.isfinite(confidence):
        return None
    return Ranked(name=name[:MAX_NAME], confidence=min(1.0, max(0.0, float(confidence))))


def _entity(given: Any, text: str) -> Entity | None:
    if not isinstance(given, dict) or not isinstance(given.get("entity"), str) or not given["entity"]:
        return None
    role, value = given.get("role"), given.get("value")
    start, end = given.get("start"), given.get("end")
    inside = isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)
    words = text[start:end] if inside else ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        value = words  # duckling gives mappings for spans of time and sums; the words themselves are read then
    name = given["entity"][:MAX_NAME]
    return Entity(
        name=f"{name}.{role[:MAX_NAME]}" if isinstance(role, str) and role else name,
        text=words,
        value=readable(str(value)[:MAX_VALUE]),
    )


def _selected(given: Any, intent: str) -> str:
    """Of the retrieval intent that won: the key of the response that was chosen."""
    chosen = given.get(intent) if isinstance(given, dict) else None
    response = chosen.get("response") if isinstance(chosen, dict) else None
    key = response.get("intent_response_key") if isinstance(response, dict) else None
    return key[:MAX_NAME] if isinstance(key, str) else ""
