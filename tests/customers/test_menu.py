from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers.menu import Item, Memory, Menu, Rules
from bot.customers.menu.announcing import AGREED, ASKED, EXPLORED, NAMED, REFUSED, SHORTCUT_AFTER, SHORTCUT_FROM
from bot.customers.menu.crowd import FEATURES, MODELS, Crowd, kept, restored
from bot.customers.menu.guard import ENOUGH, judged_of
from bot.customers.menu.past import KEPT, NOTHING, minutes, past, unpacked
from bot.customers.menu.scoring import Call, scored

ITEMS = ("booking", "price", "address", "cancellation", "hours", "operator")
AT = datetime(2026, 1, 5, 10, 0)


def menu(*ids: str, **rules: object) -> Menu:
    return Menu([Item(id=name) for name in ids or ITEMS], Rules(**rules))  # type: ignore[arg-type]


def chances(**known: float) -> np.ndarray:
    """Of ITEMS; what is not named shares the rest."""
    rest = (1 - sum(known.values())) / (len(ITEMS) - len(known))
    return np.array([known.get(name, rest) for name in ITEMS])


def after(*choices: str, caller: str = "x", apart: timedelta = timedelta(days=3)) -> tuple[Memory, datetime]:
    memory, at = Memory(menu()), AT
    for choice in choices:
        memory.learn(caller, choice, at)
        at += apart
    return memory, at


# the order


def test_without_any_call_the_menu_is_read_as_written() -> None:
    ranking = Memory(menu()).ranking("anybody", AT)
    assert ranking.order == ITEMS
    assert ranking.shortcut is None


def test_what_everybody_wants_is_announced_first_to_a_stranger() -> None:
    memory = Memory(menu())
    for number in range(60):
        memory.learn(f"caller{number}", "address" if number % 3 else "price", AT + timedelta(hours=number))
    assert memory.ranking("stranger", AT + timedelta(days=4)).order[:2] == ("address", "price")


def test_what_a_caller_chose_stands_over_what_everybody_chooses() -> None:
    memory = Memory(menu())
    for number in range(100):
        memory.learn(f"caller{number}", "booking", AT + timedelta(minutes=number))
    for day in range(4):
        memory.learn("x", "price", AT + timedelta(days=day + 1))
    assert memory.ranking("x", AT + timedelta(days=6)).order[0] == "price"


def test_one_slip_does_not_break_a_habit() -> None:
    memory, at = after(*["price"] * 8, "address")
    assert memory.ranking("x", at).order[0] == "price"


def test_a_new_habit_is_followed_before_it_is_as_old_as_the_one_before() -> None:
    memory, at = after(*["price"] * 12, *["address"] * 7)
    assert memory.ranking("x", at).order[0] == "address"


def test_where_callers_alternate_the_menu_comes_to_see_it() -> None:
    memory, at, chance = Memory(menu()), AT, random.Random(4)
    pairs = {f"c{number}": chance.sample(ITEMS, 2) for number in range(40)}
    for turn in range(12):
        for caller, pair in pairs.items():
            at += timedelta(minutes=37)
            memory.learn(caller, pair[turn % 2], at)
    first = [memory.ranking(caller, at + timedelta(days=1)).order[0] for caller in pairs]
    assert sum(order == pair[0] for order, pair in zip(first, pairs.values(), strict=True)) >= 36


def test_where_callers_want_one_thing_in_the_morning_the_menu_comes_to_see_it() -> None:
    memory, day, chance = Memory(menu()), AT, random.Random(5)
    pairs = {f"c{number}": chance.sample(ITEMS, 2) for number in range(40)}
    for _ in range(14):
        for caller, pair in pairs.items():
            morning = chance.random() < 0.5
            memory.learn(caller, pair[0] if morning else pair[1], day.replace(hour=9 if morning else 19))
        day += timedelta(days=1)
    for hour, place in ((9, 0), (19, 1)):
        first = [memory.ranking(caller, day.replace(hour=hour)).order[0] for caller in pairs]
        assert sum(order == pair[place] for order, pair in zip(first, pairs.values(), strict=True)) >= 36


def test_a_long_announcement_comes_later_than_a_short_one_as_likely() -> None:
    items = [Item(id="long", seconds=9.0), Item(id="short", seconds=2.0)]
    assert Menu(items).rank(np.array([0.5, 0.5])).order == ("short", "long")
    assert Menu(items).rank(np.array([0.9, 0.1])).order == ("long", "short")


def test_what_is_pinned_or_excluded_keeps_its_place() -> None:
    items = [Item(id=name, pinned=name == "operator", excluded=name == "booking") for name in ITEMS]
    order = Menu(items).rank(chances(operator=0.6, booking=0.3)).order
    assert (order[0], order[-1]) == ("booking", "operator")


def test_an_excluded_item_is_neither_learnt_nor_offered() -> None:
    memory = Memory(Menu([Item(id="a"), Item(id="b", excluded=True)]))
    for day in range(20):
        memory.learn("x", "b", AT + timedelta(days=day))
    assert memory.callers == {}
    assert memory.menu.rank(np.array([0.01, 0.99]), calls=20).shortcut is None


@given(st.permutations(range(6)), st.integers(0, 6), st.sets(st.integers(0, 5)))
def test_no_item_moves_further_than_the_author_allows(wanted: list[int], cap: int, pinned: set[int]) -> None:
    items = [Item(id=name, pinned=place in pinned) for place, name in enumerate(ITEMS)]
    likely = np.array([0.5 ** (wanted.index(place) + 1) for place in range(6)])
    order = Menu(items, Rules(cap=cap)).rank(likely).order
    assert sorted(order) == sorted(ITEMS)
    movable = [name for place, name in enumerate(ITEMS) if place not in pinned]
    moved = [name for name in order if name in movable]
    assert all(abs(moved.index(name) - movable.index(name)) <= cap for name in movable)
    assert all(order[place] == ITEMS[place] for place in pinned)


def test_an_order_that_was_heard_is_kept_until_another_is_worth_hearing() -> None:
    heard = (1, 0, 2, 3, 4, 5)
    nearly = chances(booking=0.301, price=0.3)
    assert menu().rank(nearly, heard=heard).order[:2] == ("price", "booking")
    assert menu().rank(chances(booking=0.5, price=0.2), heard=heard).order[:2] == ("booking", "price")


def test_an_order_the_author_no_longer_allows_is_not_kept() -> None:
    heard = (5, 0, 1, 2, 3, 4)
    assert menu(cap=1).rank(chances(), heard=heard).order == ITEMS


# near ties


def test_near_ties_are_tried_as_often_as_told_and_the_same_for_the_same_key() -> None:
    explorer = menu(explore=True)
    likely = chances(booking=0.3, price=0.29)
    drawn = [explorer.rank(likely, key=f"call{number}") for number in range(3_000)]
    other = [each for each in drawn if each.order != each.best]
    assert 0.5 * EXPLORED < len(other) / len(drawn) < 1.5 * EXPLORED
    assert explorer.rank(likely, key="call7") == drawn[7]
    probabilities = {each.order: each.probability for each in drawn}
    assert sum(probabilities.values()) == pytest.approx(1.0)
    for each in other:
        before, now = (explorer.wait(explorer.numbered(order) or (), likely) for order in (each.best, each.order))
        assert now - before <= 0.08 + 1e-9


def test_without_leave_nothing_is_tried() -> None:
    assert all(menu().rank(chances(), key=f"{number}").probability == 1.0 for number in range(50))


# the shortcut


def test_a_shortcut_is_offered_to_a_firm_habit_alone() -> None:
    firm, at = after(*["price"] * 15)
    assert firm.ranking("x", at).shortcut == "price"
    chance = random.Random(4)
    wavering, at = after(*(chance.choice(["price", "address", "hours"]) for _ in range(15)))
    assert wavering.ranking("x", at).shortcut is None
    in_turn, at = after(*["price", "address", "hours"] * 5)
    assert in_turn.ranking("x", at).shortcut == "price"  # in turn is a habit, too
    assert menu().rank(chances(price=0.99), calls=SHORTCUT_AFTER - 1).shortcut is None
    assert menu().rank(chances(price=SHORTCUT_FROM - 0.01), calls=50).shortcut is None
    assert menu(shortcut=False).rank(chances(price=0.99), calls=50).shortcut is None


def test_a_shortcut_that_would_cost_more_than_it_saves_is_not_offered() -> None:
    assert menu().rank(chances(price=0.84), calls=50).shortcut is None  # it would be the first to be announced anyway
    last = Menu([*(Item(id=name) for name in ITEMS[:-1]), Item(id="operator", pinned=True)])
    assert last.rank(chances(operator=0.84), calls=50).shortcut == "operator"


def test_before_anybody_called_a_short_announcement_is_no_reason_to_go_first() -> None:
    items = [Item(id="long", seconds=9.0), Item(id="short", seconds=2.0)]
    assert Memory(Menu(items)).ranking("anybody", AT).order == ("long", "short")


def test_what_a_shortcut_costs_is_counted() -> None:
    assert menu().cost(ITEMS, None, "price") == pytest.approx(5.2 + NAMED)
    assert menu().cost(ITEMS, "price", "price") == pytest.approx(2.6 + ASKED + AGREED)
    refused = 2.6 + ASKED + REFUSED + 2.6 + NAMED  # the item that was refused is announced last
    assert menu().cost(ITEMS, "booking", "price") == pytest.approx(refused)


# memory


def test_a_caller_is_kept_in_a_few_bytes_and_comes_back_whole() -> None:
    own = past((number % 6, 1_000_000.0 + number) for number in range(KEPT + 20))
    assert len(own.packed()) == 5 * KEPT
    again = unpacked(own.packed())
    assert again.items.tolist() == own.items.tolist()
    assert again.at.tolist() == own.at.tolist()
    longer = again.and_then(3, 2_000_000.0)
    assert (len(longer.items), longer.items[-1], longer.at[-1]) == (KEPT, 3, 2_000_000.0)


def test_what_everybody_taught_comes_back_from_json() -> None:
    memory, at = after(*["price", "address"] * 10)
    again = restored(json.loads(json.dumps(kept(memory.crowd))))
    own = past([(1, minutes(AT))])
    assert np.allclose(again.guess(own, minutes(at)).chances, memory.crowd.guess(own, minutes(at)).chances, atol=1e-4)
    with pytest.raises(ValueError, match="shape"):
        restored(kept(memory.crowd) | {"standing": [0.0]})


def test_everybodys_choices_counted_anew_are_as_if_counted_one_by_one() -> None:
    chance = random.Random(5)
    choices = [(chance.randrange(4), 600.0 + 50 * number) for number in range(300)]
    one_by_one, at_once = Crowd(4), Crowd(4)
    for item, at in choices:
        one_by_one.count(item, int(at // 60) % 24)
    at_once.recount(choices)
    assert np.allclose(at_once.counts, one_by_one.counts)
    assert np.allclose(at_once.hours, one_by_one.hours)
    at_once.recount([])
    assert at_once.calls == 0


def test_saturday_is_like_sunday_and_not_like_monday() -> None:
    saturday = minutes(datetime(2026, 11, 21, 10))
    features = {
        day: Crowd(2).guess(past([(1, saturday)]), saturday + 1440 * days).features[FEATURES.index("weekend")]
        for day, days in (("sunday", 1), ("monday", 2), ("the next saturday", 7))
    }
    assert features["sunday"][1] == features["the next saturday"][1] > features["monday"][1]


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(-1e7, 6e7)), max_size=60),
    st.floats(-1e7, 6e7),
)
def test_chances_are_chances_whatever_the_clock_says(choices: list[tuple[int, float]], at: float) -> None:
    """Also of calls out of order, long before 1970, and years apart."""
    crowd = Crowd(6)
    crowd.learn(crowd.guess(NOTHING, at), 2)
    guess = crowd.guess(past(choices), at)
    assert guess.chances.sum() == pytest.approx(1.0)
    assert (guess.chances > 0).all()
    assert guess.features.shape == (len(FEATURES), 6)
    assert guess.each.shape == (len(MODELS), 6)


def test_an_item_the_menu_no_longer_has_is_passed_over() -> None:
    memory = Memory(menu())
    memory.learn("x", "gone", AT)
    assert memory.callers == {}


# the guard


def test_a_learnt_order_that_costs_more_is_given_up_and_comes_back_when_it_saves() -> None:
    assert judged_of([-1.0, -0.5] * (ENOUGH // 2 - 1)).trusted  # too few to tell
    assert not judged_of([-1.0, -0.5] * ENOUGH).trusted
    assert judged_of([1.0, -1.0] * ENOUGH).trusted  # neither better nor worse
    assert not judged_of([1.0, -1.0] * ENOUGH, trusted=False).trusted  # no reason to go back
    assert judged_of([1.0, 0.2] * ENOUGH, trusted=False).trusted
    assert judged_of([]).trusted


# scoring


def test_old_calls_score_a_policy_that_was_not_in_force() -> None:
    """Two items, announced either way by a fair coin. Who hears a first waits 2.6 s for a. The truth is known."""
    chance, two = random.Random(3), menu("a", "b")
    calls = []
    for number in range(4_000):
        order = ("a", "b") if chance.random() < 0.5 else ("b", "a")
        choice = "a" if chance.random() < 0.8 else "b"
        at = AT + timedelta(minutes=number)
        calls.append(Call(caller=f"c{number}", at=at, choice=choice, order=order, probability=0.5))
    found = {score.policy: score for score in scored(two, calls)}
    truth = 2.6 * 0.8 + 5.2 * 0.2
    for name in ("fixed", "learned"):
        score = found[name]
        for estimate in (score.direct, score.ips, score.snips, score.robust):
            assert abs(estimate.seconds - truth) < max(0.12, 1.5 * estimate.within)
        assert 1_900 < score.matched < 2_100
    assert found["fixed"].snips.within < found["fixed"].ips.within  # what normalising is for


def test_scores_see_that_people_choose_what_comes_first() -> None:
    """Everybody takes the first item they hear: `direct` can't know, the other three do."""
    chance, two = random.Random(3), menu("a", "b")
    calls = []
    for number in range(3_000):
        order = ("a", "b") if chance.random() < 0.5 else ("b", "a")
        at = AT + timedelta(minutes=number)
        calls.append(Call(caller=f"c{number}", at=at, choice=order[0], order=order, probability=0.5))
    (fixed,) = scored(two, calls, ("fixed",))
    assert fixed.direct.seconds > 3.6
    assert all(abs(each.seconds - 2.6) < 0.2 for each in (fixed.ips, fixed.snips, fixed.robust))


def test_calls_without_a_journalled_order_are_scored_directly_alone() -> None:
    calls = [Call(caller="x", at=AT + timedelta(days=day), choice="price") for day in range(9)]
    (fixed,) = scored(menu(), calls, ("fixed",))
    assert (fixed.calls, fixed.matched) == (9, 0)
    assert fixed.direct.seconds == pytest.approx(5.2)
    assert fixed.snips.seconds != fixed.snips.seconds  # nan: nothing speaks
