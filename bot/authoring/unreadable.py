"""Why a file is no YAML, in words of somebody who writes scenarios and has never heard of YAML."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError

_FAR = 5  # lines from an open bracket to where the parser gave up that are looked through
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_ODD_SPACE = re.compile(r"^[ -]*[\u00a0\u2007\u202f\u3000\u200b-\u200d\u2060\ufeff]|[:-][\u00a0\u2007\u202f\u3000]")
_DASH = re.compile(r"^ *-[A-Za-z_]+:(?:\s|$)")
_NAMED = re.compile(r"^( *)([A-Za-z_]+):(?:\s|$)")
_CURLY = re.compile(r"[\[{,:]\s*[“”„‟«]")
# A quoted text after which the same value goes on: a quote inside it, or one that nobody closed.
_CALL = re.compile(r"\w\([^()\"]*,\s*'[^']*'\s*\)")  # sum(toppings, 'price')
_INNER = re.compile(r"""[\[{,:]\s*(?:"(?:[^"\\]|\\.)*"\s*[^\s,}\]:#]|'(?:[^']|'')*'\s*[^\s,}\]:#])""")
_BRACE = re.compile(r"""[^\s\[{,:"']\s*\{[\w.]+(?:\|[^{}]*)?\}|[:,\[]\s*\{[\w.]+(?:\|[^{}]*)?\}\s*[^\s,}\]]""")
_COLON = re.compile(r"[{,]\s*\w+:\s[^,{}\[\]\"']*:\s")


class Unreadable(Exception):
    """code: of the message in bot.authoring.messages. line, column: from 1."""

    def __init__(self, code: str, line: int = 1, column: int = 1, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.column = column
        self.params = params


def explained(error: MarkedYAMLError, text: str) -> Unreadable:
    """What the parser calls "mapping values are not allowed here" as the slip of the hand that it comes from."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    problem, context = str(error.problem or error.context or ""), str(error.context or "")
    lines = text.splitlines()
    start = error.context_mark.line + 1 if error.context_mark else line
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if "'\\t'" in problem or re.match(r" *\t", written):
        return Unreadable("tab", line, column)
    inside = "flow mapping" in context or "flow sequence" in context
    slip = _slip(lines, start if inside else max(1, line - 1), line, inside=inside)
    if slip is not None:
        return slip
    if "mapping values are not allowed" in problem:
        key = _NAMED.match(written)
        return Unreadable("indent" if key and column == key.end(2) + 1 else "colon", line, column)
    if "quoted scalar" in context:
        return Unreadable("open_quote", start, error.context_mark.column + 1 if error.context_mark else 1)
    if inside:
        return Unreadable("open_bracket", start, 1, sign="}" if "mapping" in context else "]")
    sign = _first_sign(error, problem, written, column)
    if sign:
        return Unreadable("odd_start", line, column, name=sign)
    if "could not find expected ':'" in problem:
        return Unreadable("no_colon", start, 1)
    if "<block end>" in problem or "<document start>" in problem or "did not find expected" in problem:
        at, name = _without_dash(lines, line)
        return Unreadable("no_dash", at, 1, name=name) if name else Unreadable("indent", line, column)
    return Unreadable("unreadable", line, column, problem=problem or "YAML")


def _slip(lines: list[str], start: int, line: int, *, inside: bool) -> Unreadable | None:
    """What the hand did, where it can be seen: on the line, the one above, or since the bracket that stays open."""
    numbers = range(max(1, start), min(line, start + _FAR, len(lines)) + 1)
    for number in reversed(numbers) if not inside else numbers:
        written = lines[number - 1]
        if (odd := _ODD_SPACE.search(written)) is not None:
            return Unreadable("odd_space", number, odd.end())
        if _DASH.match(written):
            return Unreadable("dash_space", number)
        if number != line and not inside:
            continue  # the line above may be right, and its quotes too
        if (found := _CURLY.search(written)) is not None:
            return Unreadable("curly_quotes", number, found.end())
        if inside and (found := _CALL.search(written)) is not None and written.count('"', 0, found.start()) % 2 == 0:
            return Unreadable("comma_call", number, found.start() + 1)
        if (found := _INNER.search(written)) is not None:
            return Unreadable("inner_quotes", number, found.start() + 1)
        bare = _QUOTED.sub('""', written)
        if (found := _BRACE.search(bare)) is not None:
            return Unreadable("brace_text", number)
        if inside and _COLON.search(bare) is not None:
            return Unreadable("colon", number)
        if inside and _cut_by_hash(bare):
            return Unreadable("hash", number)
    return None


def _cut_by_hash(bare: str) -> bool:
    """Whether a # inside a text hides the bracket that closes it."""
    before = re.split(r"\s#", bare, maxsplit=1)[0]
    return before != bare and _open(before) > 0 >= _open(bare)


def _open(written: str) -> int:
    return sum(written.count(sign) for sign in "[{") - sum(written.count(sign) for sign in "]}")


def _first_sign(error: MarkedYAMLError, problem: str, written: str, column: int) -> str:
    """The sign with which no plain text may begin, where the parser stumbled over one."""
    if "cannot start any token" in problem:
        return next(iter(re.findall(r"character '(.+?)'", problem)), "?")
    if "expected URI" in problem or "expected alphabetic or numeric" in problem:
        at = error.context_mark.column if error.context_mark else column - 1
        return written[at : at + 1] or "!"
    found = re.search(r"expected the node content, but found '([-?|>&*!])'", problem)
    return found[1] if found else ""


def _without_dash(lines: list[str], line: int) -> tuple[int, str]:
    """Where a name stands without a dash among neighbours, as far in as it, that have one; else "".

    The parser stumbles over the name, or over the dash that comes after it.
    """
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    key, dashed = _NAMED.match(written), written.lstrip(" ").startswith("- ")
    if key is None and not dashed:
        return line, ""
    far = len(written) - len(written.lstrip(" "))
    for number in range(line - 1, 0, -1):
        above = lines[number - 1]
        indent = len(above) - len(above.lstrip(" "))
        if not above.strip() or indent > far:
            continue
        before = _NAMED.match(above)
        if indent < far or (key is None) == (before is None):
            return line, ""
        return (number, before[2]) if before else (line, key[2] if key else "")
    return line, ""
