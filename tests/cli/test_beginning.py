"""What is typed after `govorun chat` and `--with`."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.app.beginning import typed
from bot.authoring.load import load
from bot.errors import Unacceptable, UnknownScenario
from tests.authoring.small import write
from tests.authoring.test_given import CALLED


@pytest.fixture
def sets(tmp_path: Path):
    return {"shop": load(write(tmp_path / "shop")), "rings": load(write(tmp_path / "rings", task=CALLED))}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (None, ("shop", None)),
        ("booking", ("shop", "booking")),
        ("rings", ("rings", None)),
        ("rings/task", ("rings", "task")),
        ("shop/booking", ("shop", "booking")),
    ],
)
def test_a_set_a_scenario_or_both_may_be_named(sets, name, found):
    made = typed(sets, "shop", name)
    assert (made.scenarios, made.scenario) == found


@pytest.mark.parametrize("name", ["nowhere", "nowhere/task", "shop/task"])
def test_what_is_not_there_is_told(sets, name):
    with pytest.raises(UnknownScenario, match="There are"):
        typed(sets, "shop", name)


def test_values_are_read_by_the_slots_of_the_scenario(sets):
    made = typed(sets, "shop", "rings/task", ["when=2026-11-19 16:00", "total = 5"])
    assert made.given == {"when": datetime(2026, 11, 19, 16), "total": 5}


@pytest.mark.parametrize(
    ("value", "said"),
    [("when", "gives nothing"), ("wen=5", "there is no 'wen' to give"), ("when=soon", "like 2026-11-19 16:00")],
)
def test_a_value_that_can_not_be_given_is_told(sets, value, said):
    with pytest.raises(Unacceptable, match=said):
        typed(sets, "shop", "rings/task", [value])
