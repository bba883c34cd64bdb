"""Long texts in parts that a messenger takes: cut between paragraphs, else sentences, else words, else anywhere that
doesn't tear a character."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_ENDS = (
    re.compile(r"\n\s*\n\s*"),
    re.compile(r"\n\s*"),
    re.compile(r"(?<=[.!?…])[\"»”')]*\s+"),
    re.compile(r"(?<=[,;:])\s+"),
    re.compile(r"\s+"),
)
_LEAST = 0.3  # of a part: a cut that leaves less is no better than a worse one further on
_JOINS = "\u200d\ufe0f"  # a joined emoji goes on, or has a form of its own


def split(text: str, limit: int, length: Callable[[str], int] = len) -> list[str]:
    """Parts of at most `limit` each, in order, no word of it lost; [] of nothing. length: as the messenger counts."""
    parts: list[str] = []
    rest = text.strip()
    while length(rest) > limit:
        head, rest = _cut(rest, _fitting(rest, limit, length))
        parts.append(head)
    return [*parts, rest] if rest else parts


def utf16(text: str) -> int:
    """As Telegram counts: an emoji is two."""
    return len(text) + sum(char > "\uffff" for char in text)


def utf8(text: str) -> int:
    return len(text.encode())


def clipped(text: str, limit: int, length: Callable[[str], int] = len) -> str:
    """A button's title that fits, with "…" where something was cut off."""
    if length(text) <= limit:
        return text
    return text[: _whole(text, _fitting(text, limit - length("…"), length))].rstrip() + "…"


def _fitting(text: str, limit: int, length: Callable[[str], int]) -> int:
    """How many characters from the beginning fit, at least one."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, most: int) -> tuple[str, str]:
    for end in _ENDS:
        # A cut may stand right behind what fits: the space there is dropped.
        found = [each for each in end.finditer(text, 0, most + 1) if each.start() <= most and each.end() > each.start()]
        good = [each for each in found if len(text[: each.start()].strip()) >= most * _LEAST]
        if good:
            closing = good[-1]
            kept = closing.group().rstrip()
            head = text[: closing.start()] + kept
            if len(head) <= most:
                return head.rstrip(), text[closing.end() :].lstrip()
    at = _whole(text, most)
    return text[:at].rstrip() or text[:at], text[at:].lstrip()


def _whole(text: str, most: int) -> int:
    """Where to cut at the latest, so that no accent or emoji is torn."""
    at = most
    while 1 < at < len(text) and _torn(text, at):
        at -= 1
    return at if at > 1 else most


def _torn(text: str, at: int) -> bool:
    return text[at] in _JOINS or text[at - 1] == "\u200d" or bool(unicodedata.combining(text[at]))
