"""The language in which this process reports to staff: what was asked for, else what the terminal is set to."""

from __future__ import annotations

import os
from typing import Literal

from bot.errors import Both

Locale = Literal["en", "ru"]

_asked: Locale | None = None  # `--lang` of the command that runs


def speak(asked: Locale | None) -> None:
    """Report in this language from now on; None: as the terminal is set."""
    global _asked
    _asked = asked


def reported(asked: Locale | None = None) -> Locale:
    """asked: `--lang`. Without it LC_ALL, LC_MESSAGES, LANG decide, as POSIX has them; Russian or else English."""
    if asked is not None or _asked is not None:
        return asked or _asked or "en"
    found = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ru" if found.lower().startswith("ru") else "en"


def said(en: str, ru: str) -> str:
    """The one of two texts that is in the language reported in; whoever tells it to somebody else finds both in it."""
    return Both(en, ru, ru if reported() == "ru" else en)
