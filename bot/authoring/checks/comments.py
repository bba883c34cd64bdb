"""Comments that were never meant as such: "Call #5" without quotes ends at the space."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from bot.authoring.problems import Problem

# A plain text of two words or of Russian letters, a space, and a # with something right behind it.
_CUT = re.compile(r"(?:: |- |\{|, )(?P<text>[^#\"'{}\[\]]*[^\s\"'{}\[\]|>]) (?P<cut>#[^\s#!].*)$")
_WORDS = re.compile(r"[а-яё]|\S\s+\S", re.IGNORECASE)


def comments(sources: Mapping[str, str]) -> Iterable[Problem]:
    for file, text in sources.items():
        if " #" not in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = _CUT.search(line)
            if found and _WORDS.search(found["text"]):
                cut = found["cut"].strip()[:40]
                yield Problem(
                    file=file, line=number, column=found.start("cut") + 1, code="cut_by_hash", params={"text": cut}
                )
