"""The language in which commands report: what was asked for, else what the terminal is set to."""

from __future__ import annotations

import os
from typing import Literal

Locale = Literal["en", "ru"]


def reported(asked: Locale | None = None) -> Locale:
    """asked: `--lang`. Without it LC_ALL, LC_MESSAGES, LANG decide, as POSIX has them; Russian or else English."""
    if asked is not None:
        return asked
    found = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "ru" if found.lower().startswith("ru") else "en"
