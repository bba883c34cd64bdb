"""Who may import whom, and what keeps the dialogue pure."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
VOICE_SEES = {"turn", "ports", "dialogue", "errors"}
ABOVE_VOICE = {"__main__", "commands", "app", "console", "api", "settings", "logs"}  # the layers forbid these already


def parts(package: str) -> set[str]:
    """Names of the modules and packages that stand directly in a package."""
    found = (
        path.stem for path in (ROOT / package).iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    )
    return set(found) - {"__init__"}


def test_every_import_goes_downwards() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_every_part_of_bot_has_its_place_in_the_layers() -> None:
    layers = " ".join(CONTRACTS[0]["layers"]).replace("|", " ").replace("(", " ").replace(")", " ").split()
    assert {f"bot.{part}" for part in parts("bot")} <= set(layers)


def test_every_part_of_bot_that_voice_must_not_see_is_named() -> None:
    (voice,) = [contract for contract in CONTRACTS if contract.get("source_modules") == ["voice"]]
    named = set(voice["forbidden_modules"])
    assert {f"bot.{part}" for part in parts("bot") - VOICE_SEES - ABOVE_VOICE} == named


IMPURE_CALLS = {"now", "utcnow", "today", "open", "print", "input", "eval", "exec", "__import__"}


@pytest.mark.parametrize("module", sorted((ROOT / "bot/dialogue").glob("**/*.py")), ids=lambda path: path.stem)
def test_the_dialogue_asks_no_clock_and_opens_nothing(module: Path) -> None:
    calls = [node.func for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Call)]
    names = {call.attr if isinstance(call, ast.Attribute) else getattr(call, "id", "") for call in calls}
    assert not names & IMPURE_CALLS
