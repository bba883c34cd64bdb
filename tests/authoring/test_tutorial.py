"""The tutorial shows the very files of scenarios/pizza, and what it promises of them holds."""

import re
from pathlib import Path

import pytest

from bot.authoring.talk import read

ROOT = Path(__file__).parents[2]
PIZZA = ROOT / "scenarios" / "pizza"
TUTORIALS = ("tutorial.md", "tutorial.ru.md")


def blocks(tutorial: str, kind: str) -> list[str]:
    text = (ROOT / "docs" / tutorial).read_text()
    found = re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [body for named, body in found if named == kind]


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_every_piece_of_the_tutorial_stands_in_the_set_it_builds(tutorial: str):
    files = [path.read_text() for path in PIZZA.glob("*.yaml")]
    found = blocks(tutorial, "yaml")
    assert len(found) >= 5
    assert [block for block in found if not any(block in file for file in files)] == []


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_its_golden_conversation_is_one_of_the_set(tutorial: str):
    (block,) = blocks(tutorial, "golden")
    golden = (PIZZA / "tests" / f"pizza.{'ru' if '.ru.' in tutorial else 'en'}.txt").read_text()
    assert block in golden


def test_the_scenario_takes_less_than_eighty_lines():
    assert len((PIZZA / "pizza.yaml").read_text().splitlines()) < 80


def test_each_language_has_a_whole_order_by_chat_and_by_telephone():
    for language in ("ru", "en"):
        talks = read(PIZZA / "tests" / f"pizza.{language}.txt", "pizza")
        assert {talk.channel for talk in talks} == {"text", "voice"}
