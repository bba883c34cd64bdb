"""How wide a text is, without a font at hand: DejaVu Sans's advance widths, the widest of the faces browsers take."""

from __future__ import annotations

# Hundredths of the font's size; what isn't listed is as wide as `_ELSE`.
_WIDTHS: dict[str, int] = {}
for _letters, _width in (
    ("ijlIїі'’|", 30), (" .,:;!()[]/\\ft-·", 40), ("rсzxкvyгтз\"“”°s*", 56), ("acekoхуpбdgqhbnupвиеонпрлаэья", 63),
    ("0123456789_=+<>«»?$", 66), ("ABCEFKLPSTVXYZРСТУКХБЕЗЭГЯЬ", 70), ("wчцъыдАВДИЙЛНПУЧОHNRUGOQDJ", 80),
    ("mжюшщфмWMЖМФЦЪЫ@%&—…№", 98), ("ШЩЮ", 112), ("→↩•", 84),
):  # fmt: skip
    for _letter in _letters:
        _WIDTHS[_letter] = max(_WIDTHS.get(_letter, 0), _width)
_ELSE = 72


def width(text: str, size: float) -> float:
    """In px, for a font of that size in px."""
    return sum(_WIDTHS.get(letter, _ELSE) for letter in text) * size / 100


def fitted(text: str, room: float, size: float, lines: int) -> list[str]:
    """The text in so many lines at most, none wider than the room; what doesn't fit is cut with an ellipsis."""
    words = text.split()
    out: list[str] = []
    while words and len(out) < lines:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line += f" {words.pop(0)}"
        last = len(out) == lines - 1
        out.append(cut(line + (" …" if last and words else ""), room, size))
    return out


def cut(line: str, room: float, size: float) -> str:
    """One line, cut to the room."""
    if width(line, size) <= room:
        return line
    line = line.removesuffix(" …")
    while line and width(line + "…", size) > room:
        line = line[:-1]
    return line.rstrip(" ,.:;—-") + "…"
