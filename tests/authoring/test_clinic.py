"""The shipped set loads, and means what it says."""

import re
from pathlib import Path

import pytest

from bot.authoring.load import check, load
from bot.authoring.repairing import shipped
from bot.authoring.surveys import KINDS
from bot.dialogue.asking import REFUSALS
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import ScenarioSet

CLINIC = Path(__file__).parents[2] / "scenarios" / "clinic"


@pytest.fixture(scope="module")
def clinic() -> ScenarioSet:
    return load(CLINIC)


def test_the_shipped_clinic_has_no_problems():
    assert check(CLINIC) == ()


def test_the_menu_has_a_key_for_each_of_its_items_and_a_person_behind_zero(clinic):
    menu = next(step for step in clinic.scenarios["main"].steps.values() if isinstance(step, ChooseStep))
    keys = {item.option.key: item.id for item in menu.items}
    assert len(menu.items) >= 6
    assert len(keys) == len(menu.items)
    assert keys["0"] == "operator"
    assert keys["1"] == "booking"


def test_every_intent_has_at_least_ten_phrases_in_each_language(clinic):
    short = {
        (intent, language): len(clinic.phrases[intent].get(language, ()))
        for intent in clinic.phrases
        for language in clinic.languages
        if len(clinic.phrases[intent].get(language, ())) < 10
    }
    assert short == {}


OFFERS = ("offer_continue", "offer_return", "offer_person", "offer_link")
CHOSEN = (
    "who_speaks",
    "who_speaks_unnamed",
    "is_it_you",
    "not_the_one",
    "code_no_way",
    "code_too_often",
    "code_over",
    "not_called",
    "called_after",
    "called_again",
    "known_person",
    "known_phone",
    "known_value",
)


def test_every_built_in_prompt_that_the_engine_names_is_shipped_and_no_other(clinic):
    dialogue = "".join(file.read_text() for file in sorted((CLINIC.parents[1] / "bot").glob("**/*.py")))
    named = set(re.findall(r'say_builtin\(\s*"(\w+)"|"(to_person\w*)"|APOLOGY = "(\w+)"', dialogue))
    wanted = {name for names in named for name in names if name}
    wanted |= set(re.findall(r'(?:builtin_speech|_Builtin)\(\w.*, "(\w+)"\)', dialogue))
    wanted |= set(re.findall(r'"(attached_\w+)"', dialogue))
    wanted |= set(re.findall(r'because(?:: str)? ?= ?"(\w+)"', dialogue))
    wanted |= set(re.findall(r'scenarios\.builtin\.get\("(\w+)"\)', dialogue))
    wanted |= {f"keypad_{kind}" for kind in ("code", "email")}
    wanted |= {f"ask_{part}" for part in ("time", "day", "part_of_day", "domain")} | {*OFFERS, *CHOSEN, *REFUSALS}
    wanted |= {f"survey_{kind}" for kind in KINDS}
    assert set(shipped()) == wanted


def test_the_version_changes_with_the_content(clinic, tmp_path):
    for file in CLINIC.glob("*.yaml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert load(tmp_path).version == clinic.version
    (tmp_path / "address.yaml").write_text((tmp_path / "address.yaml").read_text().replace("где вы\n", "где же вы\n"))
    assert load(tmp_path).version != clinic.version
