"""`govorun check`: what it prints, in which language, and with which code it ends."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.locale import reported
from tests.authoring.linted import PLAIN, ROOT, put

WARNED = 'steps:\n  - set: {seen: now}\n  - say: {ru: "Привет, {oops}.", en: Hello.}\n'
ONLY_WARNED = "steps:\n  - set: {seen: now}\n  - say: {ru: Привет., en: Hello.}\n"


def check(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: the language comes from its environment."""
    mine = {name: value for name, value in os.environ.items() if name not in ("LC_ALL", "LC_MESSAGES", "LANG")}
    return subprocess.run(
        [sys.executable, "-m", "bot", "check", *arguments],
        cwd=ROOT,
        env={**mine, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_error_ends_with_one_and_a_warning_with_nought_unless_strict(tmp_path: Path):
    right = put(tmp_path / "right", PLAIN.partition("en: Try}\n")[2])
    warned = put(tmp_path / "warned", ONLY_WARNED)
    wrong = put(tmp_path / "wrong", WARNED)
    codes = [
        check(str(folder), *flags).returncode
        for folder, flags in ((right, ["--strict"]), (warned, []), (warned, ["--strict"]), (wrong, []))
    ]
    assert codes == [0, 0, 1, 1]


def test_a_warning_is_told_with_its_code_and_an_error_as_before(tmp_path: Path):
    folder = put(tmp_path / "shop", ONLY_WARNED)
    told = check(str(folder), LANG="ru_RU.UTF-8")
    assert told.stdout.splitlines() == [
        f"{folder}/try.yaml:4: предупреждение variable_never_read: 'seen' задано и нигде не используется. "
        "Используйте его или удалите шаг."
    ]
    assert told.stderr.strip() == "shop: 0 ошибок, 1 предупреждение"
    (folder / "try.yaml").write_text(PLAIN.replace("Hello.", '"{oops}"'))
    told = check(str(folder), "--lang", "en", LANG="ru_RU.UTF-8")
    assert told.stdout.startswith(f"{folder}/try.yaml:4: 'oops' is not known here. Known: ")
    assert told.stderr.strip() == "shop: 1 error, 0 warnings"


def test_programs_get_the_same_as_json(tmp_path: Path):
    folder = put(tmp_path / "shop", ONLY_WARNED)
    told = json.loads(check(str(folder), "--json", "--lang", "en").stdout)
    assert told == {
        "sets": ["shop"],
        "errors": 0,
        "warnings": 1,
        "problems": [
            {
                "file": f"{folder}/try.yaml",
                "line": 4,
                "column": 5,
                "level": "warning",
                "code": "variable_never_read",
                "message": "'seen' is set and never used",
                "fix": "Use it, or delete the step.",
            }
        ],
    }


@pytest.mark.parametrize(
    ("environment", "locale"),
    [
        ({}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": ""}, "ru"),
    ],
)
def test_the_language_is_that_of_whoever_reads(
    environment: dict[str, str], locale: str, monkeypatch: pytest.MonkeyPatch
):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert reported() == locale
    assert reported("en") == "en"


@pytest.mark.parametrize("guide", ["editors.md", "editors.ru.md"])
def test_the_editor_s_patterns_read_what_is_printed(guide: str):
    blocks = re.findall(r"^```json\n(.*?)^```", (ROOT / "docs" / guide).read_text(), re.MULTILINE | re.DOTALL)
    _, tasks = map(json.loads, blocks)
    error, warning = (matcher["pattern"]["regexp"] for matcher in tasks["tasks"][0]["problemMatcher"])
    lines = {
        "error": "scenarios/clinic/main.yaml:4: 'oops' is not known here. Known: 'now'.",
        "en": "scenarios/clinic/main.yaml:4: warning dead_end: nothing is said. Say it.",
        "ru": "scenarios/clinic/tests/x.ru.txt:14: предупреждение dead_end: тихо. Скажите.",
    }
    assert re.match(error, lines["error"]).groups() == (
        "scenarios/clinic/main.yaml", "4", "'oops' is not known here. Known: 'now'.",
    )  # fmt: skip
    assert [bool(re.match(error, lines[each])) for each in ("en", "ru")] == [False, False]
    assert [re.match(warning, lines[each]).group(2, 3) for each in ("en", "ru")] == [
        ("4", "dead_end"),
        ("14", "dead_end"),
    ]
    assert not re.match(warning, lines["error"])
