"""A golden conversation held against what really happened: where they part, line by line.

compared    what was written and what happened, an exchange at a time, in the words of the file where they cover it
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.authoring.talk import Exchange, Talk

# These must be written down where they happen; others are compared only where they are.
MUST_BE_TOLD = ("booked", "cancelled", "confirmed", "saved", "rated", "handoff", "ended")
ANYTHING = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One exchange. begins: the line that opens it, "> да", "" for the bot's first words. line: where that stands.

    wanted, got: lines as the file writes them, "< Как вас зовут?", "= booked: …". same: it went as written.
    """

    line: int
    begins: str
    wanted: tuple[str, ...]
    got: tuple[str, ...]
    same: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One golden conversation as it went. title, language: as its file has them."""

    file: str
    line: int
    title: str
    language: str = ""
    exchanges: tuple[Compared, ...] = ()

    @property
    def passed(self) -> bool:
        return all(each.same for each in self.exchanges)

    @property
    def parted(self) -> Compared | None:
        """The first exchange that went otherwise."""
        return next((each for each in self.exchanges if not each.same), None)

    @property
    def diff(self) -> str:
        """ "" when it went as written; else the whole conversation, with + and - where it didn't."""
        if self.passed:
            return ""
        lines = [f"{self.file}:{self.line}: {self.title}"]
        for each in self.exchanges:
            if each.begins:
                lines.append(f"  {each.begins}")
            if each.same:
                lines.extend(f"  {line}" for line in each.got)
            else:
                lines.extend(line for line in difflib.ndiff(each.wanted, each.got) if line[0] != "?")
        return "\n".join(lines)


def compared(talk: Talk, actual: Sequence[Exchange]) -> Result:
    """actual: as many exchanges as the talk has, or one where it has none."""
    wanted = talk.exchanges or [Exchange(line=talk.line)]
    pairs = [
        Compared(
            line=each.line,
            begins=each.begins,
            wanted=tuple(lines(each)),
            got=tuple(lines(told := _told(each, got))),
            same=_same(each, told),
        )
        for each, got in zip(wanted, actual, strict=False)
    ]
    return Result(file=talk.file, line=talk.line, title=talk.title, language=talk.language, exchanges=tuple(pairs))


def lines(exchange: Exchange) -> list[str]:
    """What the bot said and did, as the file writes it."""
    return [*(f"< {line}" for line in exchange.bot), *(f"= {effect}" for effect in exchange.effects)]


def _told(wanted: Exchange, got: Exchange) -> Exchange:
    """What happened, in the words of the file where they cover it, so that only what differs shows in the diff."""
    told = [
        effect
        for effect in got.effects
        if effect.partition(":")[0] in MUST_BE_TOLD or any(_covers(each, effect) for each in wanted.effects)
    ]
    return Exchange(
        line=got.line,
        customer=got.customer,
        bot=_worded(wanted.bot, got.bot, _heard),
        effects=_worded(wanted.effects, told, _covers),
    )


def _worded(wanted: list[str], got: list[str], covers: Callable[[str, str], bool]) -> list[str]:
    left = list(wanted)
    out = []
    for line in got:
        same = next((each for each in left if covers(each, line)), None)
        if same is not None:
            left.remove(same)
        out.append(line if same is None else same)
    return out


def _heard(wanted: str, line: str) -> bool:
    return wanted.strip() != ANYTHING and _pattern(wanted).fullmatch(_flat(line)) is not None


def _same(wanted: Exchange, got: Exchange) -> bool:
    """Each effect written down happened, with every value written down; and nothing else that must be told."""
    said = bool(_pattern(" ".join(wanted.bot)).fullmatch(_flat(" ".join(got.bot))))
    return said and sorted(wanted.effects) == sorted(got.effects)


def _covers(effect: str, done: str) -> bool:
    kind, _, values = effect.partition(":")
    did, _, what = done.partition(":")
    happened = {value.strip() for value in what.split(",")}
    return kind.strip() == did and all(value.strip() in happened for value in values.split(",") if value.strip())


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(_flat(part)) for part in re.split(ANYTHING, text)))


def _flat(text: str) -> str:
    return " ".join(text.split())
