"""What is said, as its author wrote it: a prompt in each language, its variants by attempt, for the eye and the ear."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bot.dialogue.actions import Say
from bot.dialogue.expressions import Template
from bot.dialogue.manner import BargeIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language's variants of a prompt, by attempt; the last one serves every further attempt.

    voice: variants for the ear where they differ from text, else empty.
    """

    text: tuple[Template, ...]
    voice: tuple[Template, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """id: where it stands, "booking:ask.when". wordings: language -> Wording. barge_in: None: as its step or set says.

    kept: what was made of it in words that never change, by what they depend on; for whoever renders it.
    """

    id: str
    wordings: Mapping[str, Wording]
    barge_in: BargeIn | None = None
    kept: dict[tuple[str, str, int, float], Say] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def fixed(self) -> bool:
        """Whether no variant has an expression in it."""
        templates = (each for wording in self.wordings.values() for each in (*wording.text, *wording.voice))
        return all(each.fixed is not None for each in templates)
