"""What a conversation and a call are both asked for with: a scenario, what it is given, and a key, so as not to be made
twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field

from bot.api.bodies import Language
from bot.api.parts import Parts
from bot.channels import rest
from bot.customers.terms import Purpose
from bot.dialogue.values import Value
from bot.errors import Unacceptable
from bot.locale import said

Given = str | bool | int | float | list[str]


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    scenarios: str = Field("", max_length=80, description="The set; else the default.")
    scenario: str | None = Field(None, max_length=80, description="Of that set; else its first.")
    language: Language | None = None
    given: dict[str, Given] = Field(
        default_factory=dict,
        max_length=50,
        description="Values of its slots and `given:` names: 2026-11-19 16:00, +79051234567, an option's id.",
    )

    purpose: Purpose = Field(
        "service",
        description="advertising: goes to whoever consented to it, and to nobody else. service: about what they do "
        "with us; goes to whoever did not refuse that we use their data.",
    )

    def values(self, parts: Parts) -> Mapping[str, Value]:
        """What is given, as that scenario takes it. Raises NotFound, Unacceptable."""
        typed = {name: as_typed(value) for name, value in self.given.items()}
        return parts.given(self.scenarios, self.scenario, typed)


def once(what: str) -> Any:
    """The header. what: that one with the same key does, to follow "the same one"."""
    return Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=rest.MAX_ID,
        description=f"Of your own; the same one {what}.",
    )


def used_for_another(en: str, ru: str) -> Unacceptable:
    return Unacceptable(
        said(en, ru), where="Idempotency-Key", fix=said("Send a key of its own", "Пришлите для него свой ключ")
    )


def as_typed(value: Given) -> str:
    """As it would be typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)
