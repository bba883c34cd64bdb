"""Plain words where a messenger's app would make bold, slanted, struck or code of them: signs that look the same in
place of those that it takes for markup."""

from __future__ import annotations

import re

# A sign at the edge of a word, and what begins a line.
ALIKE = {"*": "∗", "_": "ˍ", "~": "∼", "`": "‵", ">": "›"}
_MARKUP = re.compile(r"\S*://\S*|(?<!\w)[*_~`](?=\S)|(?m:^)>(?=\s)")


def plain(text: str) -> str:
    """Addresses stay as they are."""

    def alike(found: re.Match[str]) -> str:
        return found.group() if "://" in found.group() else ALIKE[found.group()]

    return _MARKUP.sub(alike, text)
