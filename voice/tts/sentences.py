"""A long text in pieces that a voice renders one after the other, so that the first is heard while the rest is made."""

from __future__ import annotations

import re

LONGEST = 400  # letters; models that render a text whole refuse, or slur, much longer ones

_END = re.compile(r"(?<=[.!?…])[»\")]*\s+")
_PAUSE = re.compile(r"(?<=[,;:—])\s+")


def sentences(text: str, longest: int = LONGEST) -> tuple[str, ...]:
    """Cut at the ends of sentences; a sentence of more than `longest` letters at its commas, then between words."""
    whole = [part.strip() for part in _END.split(text) if part.strip()]
    return tuple(piece for part in whole for piece in _short(part, longest))


def _short(text: str, longest: int) -> list[str]:
    if len(text) <= longest:
        return [text]
    for cut in (_PAUSE, re.compile(r"\s+")):
        places = [match.end() for match in cut.finditer(text, 0, longest)]
        if places:
            return [text[: places[-1]].strip(), *_short(text[places[-1] :], longest)]
    return [text[:longest], *_short(text[longest:], longest)]
