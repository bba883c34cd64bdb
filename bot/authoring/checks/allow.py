"""`# check: allow CODE why`: an author who knows better says so where it stands, and is not told again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.authoring.messages import ERRORS, WARNINGS
from bot.authoring.problems import Problem, listed, near

_ALLOW = re.compile(r"(?:^|\s)#\s*check:\s*allow\b[ \t]*(?P<code>[A-Za-z_]*)[ \t]*(?P<why>.*)$")
MAX_ALLOWED = 200  # in one file; more are not looked at
_COMMENT = re.compile(r"\s*(?:#.*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Allowed:
    """written, line: where the comment stands, and the line it speaks of."""

    written: int
    line: int
    code: str
    why: str


def allowed(problems: Iterable[Problem], sources: Mapping[str, str], unlooked: Iterable[str] = ()) -> list[Problem]:
    """The problems without the warnings that are allowed, with what is wrong in the allowing itself.

    unlooked: codes that nobody looked for this time, so that allowing them isn't idle.
    """
    every = list(problems)
    by_file = {file: list(_found(text)) for file, text in sources.items() if "check:" in text}
    out: list[Problem] = []
    used: set[tuple[str, int]] = set()
    for problem in every:
        allow = next(
            (
                each
                for each in by_file.get(problem.file, ())
                if each.code == problem.code and problem.line in (each.line, each.written) and each.why
            ),
            None,
        )
        if allow is not None and problem.level == "warning":
            used.add((problem.file, allow.written))
        else:
            out.append(problem)
    broken = any(problem.level == "error" for problem in out)
    for file, found in by_file.items():
        for each in found:
            out.extend(_wrong(file, each, (file, each.written) in used, broken or each.code in set(unlooked)))
    return out


def _found(text: str) -> Iterable[_Allowed]:
    """From the last line up: a comment on a line of its own speaks of the next line that says something."""
    lines = text.splitlines()
    about = len(lines)
    count = 0
    for number in range(len(lines), 0, -1):
        line = lines[number - 1]
        if not _COMMENT.match(line):
            about = number
        match = _ALLOW.search(line) if "check:" in line else None
        if match is not None and count < MAX_ALLOWED:
            count += 1
            yield _Allowed(written=number, line=about, code=match["code"], why=match["why"].strip())


def _wrong(file: str, allow: _Allowed, used: bool, unsure: bool) -> Iterable[Problem]:
    if allow.code not in WARNINGS:
        code = "allow_error" if allow.code in ERRORS else "allow_unknown"
        offered = near(allow.code, WARNINGS) if code == "allow_unknown" and allow.code else ""
        params = {"name": allow.code, "known": listed(sorted(WARNINGS))} | ({"near": offered} if offered else {})
        yield Problem(file=file, line=allow.written, code=code, params=params)
    elif not allow.why:
        yield Problem(file=file, line=allow.written, code="allow_why", params={"name": allow.code})
    elif not used and not unsure:
        yield Problem(file=file, line=allow.written, code="allow_unused", params={"name": allow.code})
