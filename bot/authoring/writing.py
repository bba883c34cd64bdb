"""Golden conversations written down: what is expected brought up to date, and a conversation that was just held.

updated     a file's text with what really happened in place of what was expected; notes, blank lines, order kept
recorded    a conversation as the lines of a file
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

from bot.authoring.comparing import MUST_BE_TOLD, Compared, Result
from bot.authoring.player import TROUBLE
from bot.authoring.talk import Exchange, Talk

KEPT = (*MUST_BE_TOLD, "language", "continued")  # effects that a recorded conversation holds


def mendable(result: Result) -> bool:
    """Whether what happened could be what is wanted: a missing button or a fault of the scenario never is."""
    return not any(line.startswith(f"< {TROUBLE}") for each in result.exchanges for line in each.got)


def updated(text: str, results: Iterable[Result]) -> str:
    """text: the file. results: of its conversations; those that can't be mended are left as they are."""
    lines = text.splitlines()
    newline = "\r\n" if "\r\n" in text else "\n"
    changed = [each for result in results if mendable(result) for each in result.exchanges if not each.same]
    for each in sorted(changed, key=lambda one: one.line, reverse=True):  # from below, so that places above stay
        _rewrite(lines, each)
    return newline.join(lines) + (newline if text.endswith(("\n", "\r")) else "")


def _rewrite(lines: list[str], each: Compared) -> None:
    """The lines of one exchange; the notes between them stay where they are."""
    opens = each.line - 1
    start = opens if not each.begins and lines[opens].strip()[:1] in ("<", "=") else opens + 1
    end = start
    while end < len(lines) and not _opens(lines[end]):
        end += 1
    at = [index for index in range(start, end) if lines[index].strip()[:1] in ("<", "=")]
    written = [_normal(lines[index]) for index in at]
    out: dict[int, list[str]] = {}  # by the line before which they go
    gone: set[int] = set()
    for tag, first, last, begin, finish in difflib.SequenceMatcher(
        None, written, each.got, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            continue
        gone.update(at[first:last])
        place = at[first] if first < len(at) else (at[-1] + 1 if at else start)
        out.setdefault(place, []).extend(each.got[begin:finish])
    for index in range(end, start - 1, -1):
        if index in gone:
            del lines[index]
        lines[index:index] = out.get(index, [])


def _opens(line: str) -> bool:
    """Whether an exchange or a conversation begins here."""
    sign = line.strip()
    return sign[:1] in (">", "!") or (sign.startswith("#") and not sign.startswith("##"))


def _normal(line: str) -> str:
    text = line.strip()
    return f"{text[0]} {text[1:].strip()}"


def recorded(talk: Talk, exchanges: Sequence[Exchange]) -> str:
    """A conversation as a file has it, ending with a blank line."""
    header = f"# {_flat(talk.title)}       now: {talk.now:%Y-%m-%d %H:%M}"
    for name in ("channel", "caller", "customer", "phone", "scenario", "given", "stub", "continues", "answered"):
        value = str(getattr(talk, name))
        if value and (name, value) != ("channel", "text"):
            header += f", {name}: {value}"
    if talk.doubtful:
        header += f", doubtful: {', '.join(talk.doubtful)}"
    if talk.rank:
        header += f", rank: {', '.join(talk.rank)}"
    if talk.taken:
        header += ", taken: " + ", ".join(f"{service} {when:%Y-%m-%d %H:%M}" for service, when in talk.taken)
    lines = [header]
    for each in exchanges:
        if each.begins:
            lines.append(_flat(each.begins))
        lines.extend(f"< {_flat(said)}" for said in each.bot)
        lines.extend(f"= {effect}" for effect in each.effects if effect.partition(":")[0] in KEPT)
    return "\n".join(lines) + "\n\n"


def _flat(text: str) -> str:
    return " ".join(text.split())
