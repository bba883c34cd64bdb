"""README and docs/ tell the truth: links lead somewhere, commands, targets, flags and variables exist.

A shell block that is marked runs: ```sh run executes from the repository's root and must exit 0; where a ```text
block follows at once, each of its lines must be in what was printed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.__main__ import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("**/*.md"))]
BLOCK = re.compile(r"^```(?P<kind>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = {page: page.relative_to(ROOT).as_posix() for page in PAGES}


def name_of(page: Path) -> str:
    return NAMES[page]


def prose(page: Path) -> str:
    return BLOCK.sub("", page.read_text())


def code(page: Path) -> list[str]:
    """What a page shows as typed: lines of its shell blocks and its inline code."""
    blocks = [
        block["body"].splitlines() for block in BLOCK.finditer(page.read_text()) if block["kind"].startswith("sh")
    ]
    return [line.strip() for lines in blocks for line in lines] + re.findall(r"`([^`\n]+)`", prose(page))


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    astray = []
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            astray.append(link)
    assert not astray


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for line in code(page) for target in re.findall(r"\bmake ([a-z]+)", line)}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_variable_is_read_somewhere(page: Path) -> None:
    settings = (ROOT / "bot/settings.py").read_text()
    fields = {f"GOVORUN_{field.upper()}" for field in re.findall(r"^    ([a-z_]+): ", settings, re.MULTILINE)}
    sources = [*(ROOT / "bot").rglob("*.py"), *(ROOT / "voice").rglob("*.py"), ROOT / "docker/install"]
    spelled = {name for path in sources for name in re.findall(r"GOVORUN_[A-Z_]+[A-Z]", path.read_text())}
    named = set(re.findall(r"GOVORUN_[A-Z_]*[A-Z](?!\*)\b", page.read_text()))
    assert named <= fields | spelled


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_it_names_exists(page: Path) -> None:
    """Paths of the repository in inline code; what is made at run time is not there yet."""
    made = (".venv", "data/", "models/", "wheels", "docker/.env")
    paths = {item for item in re.findall(r"`([\w./-]+/[\w./-]*)`", prose(page)) if not item.startswith(("/", *made))}
    assert not {path for path in paths if not (ROOT / path).exists() and (ROOT / path.split("/")[0]).exists()}


@cache
def govorun() -> Any:
    return typer.main.get_command(app)


def flags_of(words: list[str]) -> set[str] | None:
    """The flags of the command that begins these words: ['models', 'pull', …]. None where there is no such command."""
    command = govorun()
    for word in words:
        if not hasattr(command, "commands"):
            break
        if word not in command.commands:
            return None
        command = command.commands[word]
    return {flag for parameter in command.params for flag in parameter.opts} | {"--help"}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_govorun_command_and_flag_exists(page: Path) -> None:
    unknown = []
    for line in code(page):
        for words in re.findall(r"(?:^|[\s/|])govorun ((?:[^\s|;&#]+ ?)+)", line):
            if re.match(r"[a-z]+\b[^:]", words + " "):
                known = flags_of([word for word in words.split() if not word.startswith("-")])
                used = set(re.findall(r"(--[a-z-]+)", words))
                unknown += [f"govorun {words}"] if known is None else sorted(used - known)
    assert not unknown


def runnable() -> list[tuple[str, str, str]]:
    """(page:line, commands, what must be printed) of every block that is marked to run."""
    found = []
    for page in PAGES:
        if page.name.endswith(".ru.md"):
            continue  # shows the same blocks as the English page, which is held to
        text = page.read_text()
        for block in BLOCK.finditer(text):
            if block["kind"].split() != ["sh", "run"]:
                continue
            after = BLOCK.match(text, block.end() + 2)
            expected = after["body"] if after and after["kind"] == "text" else ""
            found.append((f"{NAMES[page]}:{text.count(chr(10), 0, block.start()) + 1}", block["body"], expected))
    return found


RUNNABLE = runnable()


@pytest.mark.parametrize(("place", "commands", "expected"), RUNNABLE, ids=[place for place, _, _ in RUNNABLE])
def test_a_shell_block_that_is_marked_runs(place: str, commands: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "govorun").write_text(f'#!/bin/sh\nexec {sys.executable} -m bot "$@"\n')
    (tmp_path / "govorun").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "GOVORUN_DATA": str(tmp_path),
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }
    ran = subprocess.run(
        ["sh", "-eu", "-c", commands],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, f"{place}\n{ran.stdout}{ran.stderr}"
    absent = [line for line in expected.splitlines() if line.strip() not in ran.stdout + ran.stderr]
    assert not absent, f"{place} printed\n{ran.stdout}{ran.stderr}"


PAIRS = [page for page in PAGES if page.name.endswith(".ru.md")]


@pytest.mark.parametrize("russian", PAIRS, ids=name_of)
def test_the_russian_page_says_what_the_english_one_says(russian: Path) -> None:
    """As far as a program can tell: the same headings in number, the same commands, tables of the same length."""
    english = russian.with_name(russian.name.replace(".ru.md", ".md"))
    for pattern in (r"^#+ ", r"^\|", r"^```"):
        counts = [len(re.findall(pattern, page.read_text(), re.MULTILINE)) for page in (russian, english)]
        assert counts[0] == counts[1], pattern
    shown = [
        [
            re.sub(r"\s*#.*", "", block["body"], flags=re.MULTILINE)
            for block in BLOCK.finditer(page.read_text())
            if block["kind"] != "golden"  # a conversation is in the page's own language
        ]
        for page in (russian, english)
    ]
    assert shown[0] == shown[1]


def test_the_page_of_settings_is_made_from_the_settings() -> None:
    from tests.house.settings_page import page

    told = (ROOT / "docs/settings.md").read_text()
    assert told == page(), "python -m tests.house.settings_page > docs/settings.md"


def test_the_picture_shows_what_the_clinic_really_says() -> None:
    """Every line of a bot's bubble stands in a golden conversation."""
    picture = (ROOT / "docs/images/conversation.svg").read_text(encoding="utf-8")
    said = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "scenarios/clinic/tests").glob("*.txt"))
    rows = re.findall(r'class="bott"[^>]*>([^<]+)<', picture)
    assert len(rows) > 10
    assert [row for row in rows if row not in said] == []
