"""Mutilated files: whatever happens to a file, the author gets problems with lines, never a traceback or a hang."""

import random
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.authoring.load import load
from bot.authoring.problems import Problem, ScenarioErrors
from tests.authoring.small import FILES

CLINIC = Path(__file__).parents[2] / "scenarios" / "clinic"
SIGNS = [*"{}[]()|&*!%@`'\":#,?>-\t\n\\~^", ": ", "- ", "  ", "ё", "\x00", "\ufeff", "{{", "]]", "*a", "&a ", "<<: "]


def cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text))]


def without_line(text: str, dice: random.Random) -> str:
    lines = text.splitlines()
    del lines[dice.randrange(len(lines))]
    return "\n".join(lines)


def line_twice(text: str, dice: random.Random) -> str:
    lines = text.splitlines()
    at = dice.randrange(len(lines))
    lines.insert(at, lines[at])
    return "\n".join(lines)


def lines_swapped(text: str, dice: random.Random) -> str:
    lines = text.splitlines()
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "\n".join(lines)


def indented(text: str, dice: random.Random) -> str:
    lines = text.splitlines()
    at = dice.randrange(len(lines))
    lines[at] = " " * dice.randrange(9) + lines[at].lstrip()
    return "\n".join(lines)


def typed_into(text: str, dice: random.Random) -> str:
    for _ in range(dice.randrange(1, 4)):
        at = dice.randrange(len(text))
        text = text[:at] + dice.choice(SIGNS) + text[at + dice.randrange(2) :]
    return text


def word_replaced(text: str, dice: random.Random) -> str:
    words = text.split(" ")
    words[dice.randrange(len(words))] = dice.choice(["null", "1", "{}", "[]", "yes", '""', "service", "{x|y|z}", "-"])
    return " ".join(words)


MUTATIONS: tuple[Callable[[str, random.Random], str], ...] = (
    cut, without_line, line_twice, lines_swapped, indented, typed_into, word_replaced,
)  # fmt: skip


@pytest.mark.parametrize("mutate", MUTATIONS, ids=lambda mutate: mutate.__name__)
def test_a_mutilated_set_is_loaded_or_told_about(mutate: Callable[[str, random.Random], str], tmp_path: Path):
    dice = random.Random(mutate.__name__)
    clinic = {file.name: file.read_text() for file in CLINIC.glob("*.yaml")}
    found = 0
    for number in range(45):
        files = clinic if number % 3 == 0 else FILES
        victim = dice.choice(sorted(files))
        for old in tmp_path.iterdir():
            old.unlink()
        for name, text in files.items():
            (tmp_path / name).write_text(mutate(text, dice) if name == victim else text)
        begun = time.monotonic()
        problems = told(tmp_path)
        assert time.monotonic() - begun < 10, f"{victim} took too long"
        found += bool(problems)
        for problem in problems:
            file = tmp_path / problem.file
            last = file.read_text().count("\n") + 2 if file.exists() else 1
            assert 1 <= problem.line <= last, problem.text()
            assert problem.text("en").startswith(f"{problem.file}:{problem.line}: ")
            assert not re.search(r"<[a-z]+>", problem.text("ru")), "a name in the message was not filled in"
    assert found >= 5, "the mutations do nothing"


def told(folder: Path) -> tuple[Problem, ...]:
    try:
        load(folder)
    except ScenarioErrors as error:
        return error.problems
    return ()
