"""A golden conversation that went otherwise, shown to whoever wrote it: where it parted, and which words differ."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path

from rich.console import Console
from rich.text import Text

from bot.authoring.comparing import Compared, Result
from bot.locale import Locale

BEFORE = 2  # exchanges shown before the parting, so that one sees where one is
AFTER = 4  # exchanges shown that differ; what comes after a parting mostly follows from it

WORDS = {
    "en": {
        "customer": "customer",
        "bot": "bot",
        "done": "done",
        "other": "happens",
        "wanted": "expected",
        "got": "got",
        "nothing": "nothing",
        "parted": "here it parted, line {line}",
        "before": "{count} turns as written",
        "after": "{count} more turns went otherwise",
    },
    "ru": {
        "customer": "клиент",
        "bot": "бот",
        "done": "сделано",
        "other": "событие",
        "wanted": "ждали",
        "got": "вышло",
        "nothing": "ничего",
        "parted": "здесь разошлись, строка {line}",
        "before": "реплик как написано: {count}",
        "after": "ещё реплик иначе: {count}",
    },
}
FEW = 0.3  # share of the shorter line's words that are the same, under which marks only hide the sentence
_WORD = re.compile(r"[^\s,.!?;]+|[,.!?;]+")
_SIGNS = {"<": "bot", "=": "done", ">": "customer", "!": "other"}


def show(result: Result, folder: Path, *, locale: Locale, console: Console) -> None:
    words = WORDS[locale]
    console.print()
    head = Text.assemble((f"{folder / result.file}:{result.line}", "bold"), " ", result.title)
    console.print(head, soft_wrap=True)
    exchanges = result.exchanges
    first = next(number for number, each in enumerate(exchanges) if not each.same)
    if first > BEFORE:
        console.print(f"  … {words['before'].format(count=first - BEFORE)}", style="dim", markup=False)
    shown = 0
    for number, each in enumerate(exchanges[max(0, first - BEFORE) :], max(0, first - BEFORE)):
        if shown == AFTER:
            break
        if each.same and number > first:
            continue
        _said(each.begins, words, console)
        if each.same:
            for line in each.got:
                _said(line, words, console)
            continue
        if number == first:
            console.print(f"  ── {words['parted'].format(line=each.line)}", style="bold yellow", markup=False)
        _differing(each, words, console)
        shown += 1
    left = sum(not each.same for each in exchanges) - shown
    if left > 0:
        console.print(f"  … {words['after'].format(count=left)}", style="dim", markup=False)


def _said(line: str, words: dict[str, str], console: Console) -> None:
    if line:
        _row(words[_SIGNS[line[0]]], Text(line[2:] if line[0] != "=" else line), words, console, style="dim")


def _row(label: str, text: Text, words: dict[str, str], console: Console, *, style: str) -> None:
    width = max(map(len, (words[key] for key in ("customer", "bot", "done", "other", "wanted", "got"))))
    console.print(Text.assemble("  ", (label.ljust(width), style), "  ", text), style=style, soft_wrap=True)


def _differing(each: Compared, words: dict[str, str], console: Console) -> None:
    """Lines that were as written, in passing; of the others what was expected over what came, word by word."""
    for sign in ("<", "="):
        wanted = [line for line in each.wanted if line[0] == sign]
        got = [line for line in each.got if line[0] == sign]
        for old, new in paired(wanted, got):
            if old == new:
                _said(str(old), words, console)
                continue
            plain = not console.is_terminal or console.no_color
            before, after = marked(_text(old), _text(new), plain=plain)
            nothing = Text(f"({words['nothing']})", style="dim")
            _row(words["wanted"], before if old is not None else nothing, words, console, style="red")
            _row(words["got"], after if new is not None else nothing, words, console, style="green")


def _text(line: str | None) -> str:
    """As the file writes it; what the bot said without its sign."""
    return "" if line is None else line[2:] if line[0] == "<" else line


def paired(wanted: Sequence[str], got: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Each line with the one that came in its place; None where there is none."""
    matcher = difflib.SequenceMatcher(None, wanted, got, autojunk=False)
    for _, first, last, begin, end in matcher.get_opcodes():
        yield from zip_longest(wanted[first:last], got[begin:end])


def marked(wanted: str, got: str, *, plain: bool) -> tuple[Text, Text]:
    """The words that differ, set off: by colour, or in brackets where there is none. None are where all do."""
    old, new = ([each[0] for each in _WORD.finditer(line)] for line in (wanted, got))
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    same = [word for block in matcher.get_matching_blocks() for word in old[block.a : block.a + block.size]]
    words = min(sum(word[0].isalnum() for word in each) for each in (old, new))
    if sum(word[0].isalnum() for word in same) <= FEW * words:
        return Text(wanted), Text(got)
    changed = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        _set_off(wanted, [(first, last) for _, first, last, _, _ in changed], plain=plain),
        _set_off(got, [(begin, end) for _, _, _, begin, end in changed], plain=plain),
    )


def _set_off(line: str, spans: Sequence[tuple[int, int]], *, plain: bool) -> Text:
    """spans: first word and the one after the last."""
    words = [each.span() for each in _WORD.finditer(line)]
    text, at = Text(), 0
    for first, last in spans:
        if first == last:
            continue
        begin, end = words[first][0], words[last - 1][1]
        text.append(line[at:begin])
        text.append(f"[{line[begin:end]}]" if plain else line[begin:end], style="" if plain else "bold reverse")
        at = end
    return text.append(line[at:])
