"""The guide's examples are right: they are taken out of it and run."""

import re
import shutil
from pathlib import Path

import pytest

from bot.authoring import golden, knowledge, steps
from bot.authoring.actions import ACTIONS
from bot.authoring.load import check
from bot.authoring.slots import KEYS, TYPES
from bot.backends.calendar import Calendar
from bot.dialogue.callables import FILTERS, FUNCTIONS
from bot.understanding.nlu import BuiltinNlu

ROOT = Path(__file__).parents[2]
GUIDES = ("scenarios.md", "scenarios.ru.md")
BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})


def block(guide: str, beginning: str) -> str:
    blocks = re.findall(r"^```\w*\n(.*?)^```", (ROOT / "docs" / guide).read_text(), re.MULTILINE | re.DOTALL)
    return next(each for each in blocks if each.startswith(beginning))


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "scenarios" / "clinic", tmp_path / "clinic"))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_scenario_and_the_menu_of_the_guide_have_no_problems(guide: str, clinic: Path):
    (clinic / "booking.yaml").write_text(block(guide, "scenario: booking"))
    menu = "".join(f"  {line}\n" for line in block(guide, "- choose").splitlines())
    (clinic / "main.yaml").write_text(f"scenario: main\ntitle: {{ru: Меню, en: Menu}}\nsteps:\n{menu}")
    assert check(clinic) == ()


@pytest.mark.parametrize("guide", GUIDES)
def test_the_golden_conversation_of_the_guide_goes_as_written(guide: str, clinic: Path):
    shutil.rmtree(clinic / "tests")
    (clinic / "tests").mkdir()
    (clinic / "tests" / "guide.ru.txt").write_text(block(guide, "# "))
    (result,) = golden.run(clinic, nlu=BuiltinNlu.of, bench=BENCH)
    assert result.diff == ""


@pytest.mark.parametrize("guide", GUIDES)
def test_the_guide_names_every_word_of_the_language(guide: str):
    text = (ROOT / "docs" / guide).read_text()
    words = {*steps.KEYWORDS, *KEYS, *TYPES, *ACTIONS, *FUNCTIONS, *(set(FILTERS) - CASES)}
    assert {word for word in words if not re.search(rf"\b{re.escape(word)}\b", text)} == set()


@pytest.mark.parametrize("guide", GUIDES)
def test_the_step_of_the_guide_that_understands_more_has_no_problems(guide: str, clinic: Path):
    step = "".join(f"  {line}\n" for line in block(guide, "- collect").splitlines())
    booking = (clinic / "booking.yaml").read_text()
    before = "  - collect: [service, when]\n"
    assert before in booking
    (clinic / "booking.yaml").write_text(booking.replace(before, step + before))
    assert check(clinic) == ()


@pytest.mark.parametrize("guide", GUIDES)
def test_the_answers_of_the_guide_have_no_problems_and_every_key_is_named(guide: str, clinic: Path):
    (clinic / "answers").mkdir(exist_ok=True)
    (clinic / "answers" / "visit.yaml").write_text(block(guide, "parking:"))
    assert check(clinic) == ()
    text = (ROOT / "docs" / guide).read_text()
    words = {*knowledge.KEYS, *(name.removeprefix("answers.") for name in knowledge.shipped()[0])}
    assert {word for word in words if f"`{word}`" not in text} == set()


@pytest.mark.parametrize("guide", GUIDES)
def test_the_table_of_the_guide_has_no_problems(guide: str, clinic: Path):
    (clinic / "works.yaml").write_text(block(guide, "- id: brakes"))
    assert check(clinic) == ()


CASES = {"accusative", "instrumental", "prepositional"}  # "genitive, dative, …"
