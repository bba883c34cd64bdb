"""Whom we may call, and when."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime, time

import pytest

from bot.errors import Conflict, Unacceptable
from bot.outreach.rules import Destination, Rules, allows, destination, hours, quiet_until

NIGHT = datetime(2026, 11, 18, 23, 30)
NOON = datetime(2026, 11, 18, 12, 0)


@pytest.mark.parametrize(
    ("written", "address", "number"),
    [
        ("8 905 123-45-67", "+79051234567", "+79051234567"),
        ("tel:+79051234567", "+79051234567", "+79051234567"),
        ("sip:89051234567@pbx.example", "sip:89051234567@pbx.example", "+79051234567"),
        ("sip:anna@10.0.0.5:5070", "sip:anna@10.0.0.5:5070", ""),
    ],
)
def test_a_destination_is_a_number_or_an_address(written: str, address: str, number: str) -> None:
    assert destination(written) == Destination(address=address, number=number)


@pytest.mark.parametrize(
    "written", ["nope", "112", "sip:@", "sip:a b@host", "http://10.0.0.5", "sip:a@b;maddr=10.9.9.9"]
)
def test_what_is_neither_is_refused(written: str) -> None:
    with pytest.raises(Unacceptable):
        destination(written)


@pytest.mark.parametrize(
    ("allowed", "to", "may"),
    [
        ((), "+79051234567", False),
        (("+7",), "+79051234567", True),
        (("+7",), "+12025550143", False),
        (("+7",), "+78091234567", False),  # a premium number wants a rule of its own
        (("+7809",), "+78091234567", True),
        (("@pbx.example",), "sip:101@pbx.example", True),
        (("@pbx.example",), "sip:101@pbx.example:5070", True),
        (("@pbx.example",), "sip:+79051234567@pbx.example", False),
        (("@pbx.example", "+7"), "sip:+79051234567@pbx.example", True),
        (("+7",), "sip:+79051234567@elsewhere.example", False),
        (("@pbx.example",), "sip:9810123456@pbx.example", False),  # a code to dial out with
        (("sip:9810123456@pbx.example",), "sip:9810123456@pbx.example", True),
        (("*",), "sip:anybody@anywhere.example", True),
    ],
)
def test_calls_go_only_where_they_are_allowed_to(allowed: tuple[str, ...], to: str, may: bool) -> None:
    found = destination(to) if to != "+78091234567" else Destination(address=to, number=to)
    assert allows(allowed, found.address, found.number) is may


@pytest.mark.parametrize(
    ("allowed", "number", "may"),
    [
        (("+7",), "+79051234567", True),
        (("+7",), "+12025550143", False),
        (("+7",), "+78091234567", False),
        ((), "+79051234567", False),
        (("+7", "@pbx.example"), "101@pbx.example", False),  # no number at all
        (("+7", "@pbx.example"), "", False),
    ],
)
def test_a_number_that_a_customer_names_is_called_under_the_same_rules(
    allowed: tuple[str, ...], number: str, may: bool
) -> None:
    assert Rules(allowed=allowed).reaches(number) is may


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("sip:anna@10.0.0.5", True),
        ("sip:101@pbx.example", True),
        ("sip:+79051234567@pbx.example", True),
        ("sip:89051234567@pbx.example", True),
        ("sip:+12025550143@pbx.example", False),
        ("sip:981012025550143@pbx.example", False),  # dialled out with 9, abroad with 8 10
        ("sip:%2B12025550143@pbx.example", False),
    ],
)
def test_an_agents_telephone_is_an_extension_or_a_number_that_may_be_called(address: str, may: bool) -> None:
    with nullcontext() if may else pytest.raises(Unacceptable):
        Rules(allowed=("+7",)).check_telephone(address)


def test_nobody_is_called_at_night_unless_it_is_forced() -> None:
    rules = Rules(allowed=("*",))
    to = destination("sip:anna@10.0.0.5")
    rules.check(to, NOON)
    rules.check(to, NIGHT, forced=True)
    with pytest.raises(Conflict) as refused:
        rules.check(to, NIGHT)
    assert refused.value.told("en").startswith("GOVORUN_QUIET_HOURS: nobody is called before 09:00")


def test_force_opens_no_destination() -> None:
    with pytest.raises(Unacceptable):
        Rules().check(destination("sip:anna@10.0.0.5"), NIGHT, forced=True)


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        ("21:00-09:00", "2026-11-18 21:00", "2026-11-19 09:00"),
        ("21:00-09:00", "2026-11-18 08:59", "2026-11-18 09:00"),
        ("21:00-09:00", "2026-11-18 09:00", None),
        ("13:00-14:00", "2026-11-18 13:30", "2026-11-18 14:00"),
        ("", "2026-11-18 03:00", None),
    ],
)
def test_quiet_hours_end(quiet: str, at: str, until: str | None) -> None:
    found = quiet_until(hours(quiet), datetime.fromisoformat(at))
    assert found == (datetime.fromisoformat(until) if until else None)


def test_hours_that_are_none_are_refused() -> None:
    assert hours("21:00-09:00") == (time(21), time(9))
    with pytest.raises(ValueError, match="late"):
        hours("late")
