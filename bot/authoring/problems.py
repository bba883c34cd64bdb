"""What is wrong in a folder of scenarios: all of it at once, each with a file, a line and a mend."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import fuzz, process

from bot.authoring.messages import MESSAGES, WARNINGS
from bot.errors import ScenarioError

CLOSE = 68  # rapidfuzz ratio, 0..100: "ask_dat" to "ask_date" is 93, "taken" to "token" 80, "say" to "ask" 67


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """file: relative to the folder. line, column: from 1. code: stable, names the message. params: fill it."""

    file: str
    line: int
    column: int = 1
    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def level(self) -> Literal["error", "warning"]:
        """An error keeps the set from being served; a warning doesn't."""
        return "warning" if self.code in WARNINGS else "error"

    def what(self, locale: str = "en") -> str:
        return self._filled(0, locale)

    def fix(self, locale: str = "en") -> str:
        near = self.params.get("near")
        if near:
            return f"Возможно, '{near}'?" if locale == "ru" else f"Did you mean '{near}'?"
        return self._filled(1, locale)

    def text(self, locale: str = "en") -> str:
        """`booking.yaml:14: step 'ask_dat' does not exist. Did you mean 'ask_date'?`"""
        fix = self.fix(locale)
        return f"{self.file}:{self.line}: {self.what(locale)}." + (f" {fix}" if fix else "")

    def __str__(self) -> str:
        return self.text()

    def _filled(self, part: int, locale: str) -> str:
        texts = MESSAGES[self.code]
        text = texts.get(locale, texts["en"])[part]
        params = {**self.params, **{k[:-3]: v for k, v in self.params.items() if k.endswith("_" + locale)}}
        for name, value in params.items():
            text = text.replace(f"<{name}>", value)
        return text


class ScenarioErrors(ScenarioError):
    """A folder that can't be used. problems: all of them, by file and line."""

    def __init__(self, problems: Iterable[Problem], locale: str = "en") -> None:
        self.problems = tuple(_once(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.code))))
        first = self.problems[0]
        where = f"{first.file}:{first.line}"
        super().__init__(first.what(locale), where=where, fix=first.fix(locale))
        self.locale = locale

    def __str__(self) -> str:
        return "\n".join(problem.text(self.locale) for problem in self.problems)


def _once(problems: Iterable[Problem]) -> Iterable[Problem]:
    """What is wrong in Russian and in English on one line is told once."""
    seen: set[tuple[str, int, str, tuple[tuple[str, str], ...]]] = set()
    for problem in problems:
        key = (problem.file, problem.line, problem.code, tuple(sorted(problem.params.items())))
        if key not in seen:
            seen.add(key)
            yield problem


def near(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, or ""."""
    found = process.extractOne(name.lower(), list(known), scorer=fuzz.ratio, score_cutoff=CLOSE)
    return found[0] if found else ""


def roots(problems: Iterable[Problem], unread: Collection[str]) -> list[Problem]:
    """Without what is only wrong because a whole file can't be read. unread: the stems of such files."""
    return [
        problem
        for problem in problems
        if not (
            (problem.code == "no_table" and problem.params["name"] in unread)
            or (unread and problem.code == "unknown_name" and problem.params["known"] == "—")
        )
    ]


_TWINS = str.maketrans("асеіјорхуАВСЕНІКМОРТХУ", "aceijopxyABCEHIKMOPTXY")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\u00ad\ufeff"))


def latin(name: str) -> str:
    """The name as the eye sees it: Russian letters that look like Latin ones made Latin, nothing invisible left."""
    return name.translate(_TWINS).translate(_UNSEEN)


def listed(names: Iterable[str], limit: int = 12) -> str:
    """'a', 'b', 'c' for a message; long lists are cut."""
    known = list(names)
    return ", ".join(f"'{name}'" for name in known[:limit]) + (", …" if len(known) > limit else "")
