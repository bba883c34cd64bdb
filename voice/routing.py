"""What a dialled number talks to. PURE."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.dialogue.meaning import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """number: as it is dialled, "+74951112233", "101", a name; "*" at its end stands for anything. trunk: only calls
    that come by it; "" all. scenarios: a set, "" the default one. scenario: of that set, "" where it begins."""

    number: str
    trunk: str = ""
    scenarios: str = ""
    scenario: str = ""
    language: Language | None = None

    def takes(self, called: str, trunk: str = "") -> bool:
        if self.trunk and self.trunk != trunk:
            return False
        wanted, got = bare(self.number), bare(called)
        if not wanted.endswith("*"):
            return got == wanted
        as_dialled = f"8{got[1:]}" if re.fullmatch(r"7\d{10}", got) else got  # a beginning may be written either way
        return got.startswith(wanted[:-1]) or as_dialled.startswith(wanted[:-1])


def bare(number: str) -> str:
    """A number without what people write between its digits; 8 and +7 before a Russian ten are one; names in lower
    case."""
    text = number.strip().lower()
    if not re.fullmatch(r"\+?[\d() .-]*\*?", text):
        return text
    text = re.sub(r"[() .+-]", "", text)
    return f"7{text[1:]}" if re.fullmatch(r"8\d{10}", text) else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The first that fits. Without any route: a number talks to the default set, a name to the set or in the language
    of that name."""

    listed: Sequence[Route] = ()
    sets: Collection[str] = ()
    languages: Collection[Language] = ("ru", "en")

    def find(self, called: str, trunk: str = "") -> Route | None:
        """None: nobody answers that number here."""
        name = called.lower()
        language = next((each for each in self.languages if each == name), None)
        known = name in self.sets or language is not None
        for route in self.listed:
            if route.takes(called, trunk) and not (known and route.number.rstrip().endswith("*")):  # of numbers
                return route
        if name in self.sets:
            return Route(number=called, scenarios=name)
        if language or name in ("", "govorun"):
            return Route(number=called, language=language)
        if self.listed:
            return None
        return Route(number=called) if name.lstrip("+").isdigit() else None
