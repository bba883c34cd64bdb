"""Mutilated files: whatever happens to a file, the author gets problems with lines, never a traceback or a hang.

Every kind of file, a thousand mutilations: the same ones each time, for the dice are seeded by the number.
"""

import os
import random
import re
import tracemalloc
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bot.authoring import talk
from bot.authoring.load import lint
from bot.authoring.problems import Problem, ScenarioErrors
from bot.authoring.tree import MAX_BYTES
from tests.authoring.linted import AROUND
from tests.authoring.small import FILES

SIGNS = [*"{}[]()|&*!%@`'\":#,?>-\t\n\\~^", ": ", "- ", "  ", "ё", "\x00", "\ufeff", "{{", "]]", "*a", "&a ", "<<: "]

# A file of every kind, right as it is.
WHOLE: Mapping[str, str] = {
    **{name: text for name, text in FILES.items() if name != "main.yaml"},
    "main.yaml": FILES["main.yaml"],
    "actions.yaml": AROUND["actions.yaml"],
    "repair.yaml": """\
not_understood: {ru: [Не понял., Скажите иначе.], en: [I missed that., Say it another way.]}
cancelled: {ru: "Хорошо, {text}.", en: {text: Fine., voice: All right.}}
""".replace("{text}", "отменил"),
    "answers/common.yaml": """\
parking:
  questions: {ru: [где парковка, "(есть|имеется) [ли] парковка"], en: [where to park, is there a car park]}
  answer: {ru: Во дворе., en: In the courtyard.}
  more: [pets]
pets:
  questions: {ru: [можно ли с собакой], en: [are dogs allowed]}
  steps:
    - say: {ru: Можно., en: They are.}
joke: no
""",
    "orders.yaml": """\
scenario: orders
title: {ru: Заказ, en: Order}
phrases: {ru: [где мой заказ], en: [where is my order]}
slots:
  number: {type: digits, length: 4..10, ask: {ru: [Номер заказа?, Какой номер?], en: What is its number?}}
  size:
    type: choice
    options: {big: {title: {ru: большая, en: large}, key: 1}, small: {title: {ru: малая, en: small}, key: 2}}
    ask: {ru: Какая?, en: Which size?}
steps:
  - collect: [number, size]
  - do: orders.status(number)
    error: [{handoff: orders, note: {ru: "{number}", en: "{number}"}}]
  - case: size
    of:
      big: [{say: {ru: "Большая, {state}.", en: "Large, {state}."}}]
    else:
      - say: {ru: "{state}", en: "{state}"}
""",
    "tests/booking.ru.txt": """\
# запись                        now: 2026-11-18 10:00, caller: +79051234567
< Чем помочь?
> [1]
< К кому?
> лор
= handoff: устал
""",
}  # fmt: skip


def cut(text: str, dice: random.Random) -> str:
    return text[: dice.randrange(len(text))]


def lines_lost(text: str, dice: random.Random) -> str:
    lines = text.splitlines()
    at = dice.randrange(len(lines))
    del lines[at : at + dice.randrange(1, 4)]
    return "\n".join(lines)


def lines_doubled(text: str, dice: random.Random) -> str:
    lines = text.splitlines()
    at = dice.randrange(len(lines))
    some = lines[at : at + dice.randrange(1, 6)]
    return "\n".join([*lines[:at], *(some * dice.choice((2, 2, 50))), *lines[at:]])


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


def retyped(text: str, dice: random.Random) -> str:
    """A value of another type."""
    found = list(re.finditer(r"(?<=: )[^\n{\[]+", text)) or list(re.finditer(r"\S+", text))
    one = dice.choice(found)
    other = dice.choice(
        ["null", "1", "-0.5", "{}", "[]", "yes", '""', "{x|y|z}", "-", "[[]]", "{ru: {ru: {}}}", "1e99"]
    )
    return text[: one.start()] + other + text[one.end() :]


def word_replaced(text: str, dice: random.Random) -> str:
    words = text.split(" ")
    other = ["null", "service", "{when}", "{free|list}", "go:", "steps:", "again:", "ru:", "_", "__class__", "*x", "'"]
    words[dice.randrange(len(words))] = dice.choice(other)
    return " ".join(words)


def ends_of_lines(text: str, dice: random.Random) -> str:
    return typed_into(text, dice).replace("\n", dice.choice(("\r\n", "\r", "\n\r", "\x85", "\u2028")))


def tabs(text: str, dice: random.Random) -> str:
    return re.sub(
        r"^(  )+", lambda match: "\t" * (len(match[0]) // 2) if dice.random() < 0.5 else match[0], text, flags=re.M
    )


def other_encoding(text: str, dice: random.Random) -> bytes:
    return text.encode(dice.choice(("cp1251", "koi8-r", "utf-16", "utf-32", "cp866")), "replace")


def binary(text: str, dice: random.Random) -> bytes:
    data = bytearray(text.encode())
    for _ in range(dice.randrange(1, 30)):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def nested(text: str, dice: random.Random) -> str:
    sign = dice.choice(("[", "{a: ", "- ", "? ", "{[", "&a [", "(", "!!x "))
    at = dice.choice([match.end() for match in re.finditer(r": |- ", text)] or [0])
    return text[:at] + sign * dice.choice((20, 45, 5_000)) + text[at:]


def spliced(text: str, dice: random.Random) -> str:
    """The head of one file and the tail of another."""
    other = dice.choice(sorted(WHOLE.values()))
    return text[: dice.randrange(len(text))] + other[dice.randrange(len(other)) :]


Mutation = Callable[[str, random.Random], str | bytes]
MUTATIONS: tuple[Mutation, ...] = (
    cut, lines_lost, lines_doubled, lines_swapped, indented, typed_into, retyped, word_replaced, ends_of_lines, tabs,
    other_encoding, binary, nested, spliced,
)  # fmt: skip
COUNT = 1_008
BATCH = 72  # a test; the whole thousand takes about half a minute of one core


def lay(folder: Path) -> None:
    for name, text in WHOLE.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


def told(folder: Path) -> tuple[Problem, ...]:
    """What `govorun check` and `govorun test` say of the files; any other exception is a failure."""
    problems = lint(folder)
    for path in sorted((folder / "tests").glob("*.txt")):
        try:
            talk.read(path, f"tests/{path.name}")
        except ScenarioErrors as error:
            problems += error.problems
    return problems


def placed(problem: Problem, folder: Path) -> None:
    file = folder / problem.file
    data = file.read_bytes() if file.is_file() else b""
    last = max(data.count(b"\n"), len(data.decode("utf-8-sig", "replace").splitlines()), data.count(b"\r")) + 2
    assert 1 <= problem.line <= last, problem.text()
    assert problem.text("en").startswith(f"{problem.file}:{problem.line}: ")
    for locale in ("en", "ru"):
        assert not re.search(
            r"<[a-z_]+>", problem.what(locale) + problem.fix(locale).replace(problem.params.get("near", "\0"), "")
        ), f"{problem.code}: a name in the message was not filled in"


def test_the_files_that_are_mutilated_are_right(tmp_path: Path):
    lay(tmp_path)
    assert [problem.text() for problem in told(tmp_path) if problem.level == "error"] == []


@pytest.mark.parametrize("first", range(0, COUNT, BATCH))
def test_a_mutilated_file_is_valid_or_told_about(first: int, tmp_path: Path):
    lay(tmp_path)
    found = 0
    for number in range(first, first + BATCH):
        dice = random.Random(number)
        mutate = MUTATIONS[number % len(MUTATIONS)]
        name = sorted(WHOLE)[number // len(MUTATIONS) % len(WHOLE)]
        made = mutate(WHOLE[name], dice)
        (tmp_path / name).write_bytes(made.encode("utf-8", "surrogatepass") if isinstance(made, str) else made)
        problems = told(tmp_path)
        assert len(problems) < 600
        for problem in problems:
            placed(problem, tmp_path)
        found += any(problem.level == "error" for problem in problems)
        (tmp_path / name).write_text(WHOLE[name])
    assert found > BATCH // 2, "the mutations do nothing"


# --- bombs: small files that mean much, and files that are much ---

HEAD = "scenario: booking\ntitle: {ru: а, en: a}\n"
BOMBS: Mapping[str, tuple[str, Callable[[], str | bytes]]] = {
    "ten megabytes of a list": ("booking.yaml", lambda: "- a\n" * 2_500_000),
    "ten megabytes of one text": ("booking.yaml", lambda: "scenario: " + "a" * 10_000_000),
    "ten megabytes of a conversation": ("tests/booking.ru.txt", lambda: "> а\n" * 2_500_000),
    "a billion laughs": (
        "booking.yaml",
        lambda: "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    ),
    "an alias to itself": ("booking.yaml", lambda: "a: &a [*a]\nscenario: x\n"),
    "a book said a thousand times": (
        "booking.yaml",
        lambda: HEAD + "steps:\n  - say: &a {ru: \"" + "{service} " * 15_000 + "\", en: a}\n"
        + "  - say: *a\n" * 1_000,
    ),
    "a phrase that means millions": (
        "booking.yaml", lambda: FILES["booking.yaml"].replace("  ru: [", '  ru: ["' + "(a|b|c|d) " * 12 + '", ', 1)
    ),
    "many phrases that mean thousands": (
        "booking.yaml",
        lambda: FILES["booking.yaml"].replace(
            "  ru: [", "  ru: [" + "".join(f'"к{n} ' + "(a|b|c|d|e|f) " * 5 + '", ' for n in range(600)), 1
        ),
    ),
    "ten thousand steps": (
        "booking.yaml",
        lambda: HEAD + "steps:\n" + "".join(f"  - set: {{v{n}: v{n - 1}}}\n" for n in range(8_000)),
    ),
    "ten thousand misspelt steps": (
        "booking.yaml",
        lambda: HEAD + "steps:\n" + "".join(f"  - go: s{n}\n" for n in range(9_000)),
    ),
    "thousands of rows with a key": (
        "doctors.yaml", lambda: "".join(f"- {{id: r{n}, title: {{ru: а, en: a}}, key: 1}}\n" for n in range(4_000))
    ),
    "thousands of columns": (
        "doctors.yaml",
        lambda: "- id: a\n  title: {ru: а, en: a}\n" + "".join(f"  c{n}: 1\n" for n in range(15_000)),
    ),
    "thousands of slots to change": (
        "booking.yaml",
        lambda: HEAD + "slots:\n"
        + "".join(f"  s{n}: {{type: text, ask: {{ru: а, en: a}}}}\n" for n in range(3_000))
        + "steps:\n" + "  - confirm: {ru: а, en: a}\n    change: any\n" * 1_000,
    ),
    "an expression within an expression": (
        "booking.yaml", lambda: FILES["booking.yaml"].replace("calendar.open(when)", "(" * 5_000 + "when" + ")" * 5_000)
    ),
    "a comment of a hundred kilobytes": (
        "booking.yaml", lambda: FILES["booking.yaml"] + "# check: allow x y\n" * 5_000
    ),
}  # fmt: skip


# Odd, and large, but what they say can be done.
HARMLESS = ("many phrases that mean thousands", "thousands of columns", "a comment of a hundred kilobytes")


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_told_about_without_filling_memory(what: str, tmp_path: Path):
    lay(tmp_path)
    name, made = BOMBS[what]
    text = made()
    (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
    tracemalloc.start()
    try:
        problems = told(tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 400 * MAX_BYTES  # 100 MB
    assert any(problem.level == "error" for problem in problems) != (what in HARMLESS)
    for problem in problems:
        placed(problem, tmp_path)


def test_a_pipe_in_the_folder_is_not_waited_for(tmp_path: Path):
    lay(tmp_path)
    os.mkfifo(tmp_path / "pipe.yaml")
    assert [(problem.file, problem.code) for problem in told(tmp_path) if problem.level == "error"] == [
        ("pipe.yaml", "unreadable_file")
    ]
