"""A server that keeps failing is left alone, ever longer, and tried by one message at a time."""

from __future__ import annotations

from bot.understanding.rasa.breaker import FAILURES, FIRST_S, LONGEST_S, Breaker


def failing(times: int, now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        assert breaker.begin(now)
        breaker.badly(now)
    return breaker


def test_a_failure_or_two_leave_it_asked() -> None:
    assert not failing(FAILURES - 1).open(0.0)


def test_it_is_left_alone_after_three_in_a_row_and_says_so_once() -> None:
    breaker = failing(FAILURES - 1)
    assert breaker.badly(0.0)
    assert breaker.open(0.0)
    assert not breaker.begin(FIRST_S - 0.1)


def test_an_answer_between_begins_the_count_anew() -> None:
    breaker = failing(FAILURES - 1)
    assert not breaker.well()
    breaker.badly(0.0)
    assert not breaker.open(0.0)


def test_one_message_alone_tries_it_again() -> None:
    breaker = failing(FAILURES)
    assert breaker.begin(FIRST_S)
    assert not breaker.begin(FIRST_S)
    assert breaker.well()
    assert breaker.begin(FIRST_S)


def test_each_trial_that_fails_doubles_the_rest_up_to_a_minute() -> None:
    breaker, now, rests = failing(FAILURES), 0.0, []
    for _ in range(6):
        now += breaker.rest
        assert breaker.begin(now)
        assert not breaker.badly(now)
        rests.append(breaker.rest)
    assert rests == [10.0, 20.0, 40.0, LONGEST_S, LONGEST_S, LONGEST_S]


def test_a_trial_that_was_given_up_lets_the_next_one_try() -> None:
    breaker = failing(FAILURES)
    breaker.begin(FIRST_S)
    breaker.dropped()
    assert breaker.begin(FIRST_S)
