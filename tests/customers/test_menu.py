from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from bot.customers.menu import SURE, SURE_AFTER, Memory, estimate, rank

ITEMS = ("booking", "price", "address", "cancellation", "hours", "operator")


def test_without_history_the_menu_is_read_as_written() -> None:
    assert rank(ITEMS, (), {}).order == ITEMS
    assert rank(ITEMS, (), {}).shortcut is None


def test_what_everybody_wants_is_announced_first_to_a_stranger() -> None:
    assert rank(ITEMS, (), {"address": 30, "price": 20}).order[:2] == ("address", "price")


def test_what_a_caller_chose_stands_over_what_everybody_chooses() -> None:
    assert rank(ITEMS, ("price", "price"), {"booking": 10_000}).order[0] == "price"


def test_a_fresh_choice_weighs_more_than_an_old_one() -> None:
    assert rank(ITEMS, ("price", "address"), {}).order[:2] == ("address", "price")
    assert rank(ITEMS, ("address",) * 3 + ("price",) * 3, {}).order[0] == "price"


def test_one_slip_does_not_break_a_habit() -> None:
    assert rank(ITEMS, ("price",) * 6 + ("address",), {}).order[0] == "price"


def test_a_pinned_item_keeps_its_place() -> None:
    ranking = rank(ITEMS, ("operator",) * 9 + ("hours",), {}, pinned=("operator", "booking"))
    assert ranking.order == ("booking", "hours", "price", "address", "cancellation", "operator")


def test_a_shortcut_is_offered_only_to_a_firm_habit() -> None:
    assert rank(ITEMS, ("price",) * (SURE_AFTER - 1), {"price": 1e9}).shortcut is None
    assert rank(ITEMS, ("price", "address") * 10, {}).shortcut is None
    assert rank(ITEMS, ("price",) * 20, {}).shortcut == "price"


def test_an_item_the_menu_no_longer_has_is_passed_over() -> None:
    assert rank(("a", "b"), ("gone", "b"), {"gone": 99}).order == ("b", "a")
    memory = Memory(("a", "b"))
    memory.learn("x", "gone")
    assert memory.own == {}


@given(
    st.lists(st.sampled_from(ITEMS), max_size=60),
    st.dictionaries(st.sampled_from(ITEMS), st.floats(0, 1e6)),
    st.sets(st.sampled_from(ITEMS)),
)
def test_every_item_is_announced_once_and_chances_sum_to_one(
    own: list[str], everybody: dict[str, float], pinned: set[str]
) -> None:
    ranking = rank(ITEMS, own, everybody, pinned=pinned)
    assert sorted(ranking.order) == sorted(ITEMS)
    assert all(ranking.order.index(item) == ITEMS.index(item) for item in pinned)
    chances = estimate(ITEMS, own, everybody)
    assert abs(sum(chances.values()) - 1) < 1e-9
    assert ranking.shortcut is None or chances[ranking.shortcut] >= SURE


def test_callers_with_habits_hear_their_item_sooner_than_from_a_fixed_menu() -> None:
    """Seconds until the wanted item is heard, of 2.6 s each: 300 callers of firm habit, 10 calls each."""
    chance = random.Random(1)
    memory = Memory(ITEMS)
    habits = {f"caller{number}": chance.choice(ITEMS) for number in range(300)}
    waited: dict[str, float] = {"fixed": 0.0, "learned": 0.0}
    for _ in range(10):
        for caller, habit in habits.items():
            choice = habit if chance.random() < 0.9 else chance.choice(ITEMS)
            waited["fixed"] += 2.6 * (ITEMS.index(choice) + 1)
            waited["learned"] += 2.6 * (memory.ranking(caller).order.index(choice) + 1)
            memory.learn(caller, choice)
    assert waited["learned"] < 0.6 * waited["fixed"]
