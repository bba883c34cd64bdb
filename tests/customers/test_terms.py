"""What a customer wants of us: language, channel, hours, consents; and who must obey."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, timezone

import pytest

from bot.customers import joining, persons, profile, terms
from bot.customers.terms import Consent, DoNotCall
from bot.errors import Conflict, NotFound, Unacceptable
from bot.ports import Identity
from bot.stores.sql import Database

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
MOSCOW = timezone(timedelta(hours=3))
PHONE = Identity(kind="phone", value="+79051234567")
CHAT = Identity(kind="telegram", value="42")


@pytest.mark.parametrize("told", ["always", "until 2026-12-01T00:00:00+03:00", "00:00-18:00", "21:00-09:00"])
def test_when_not_to_call_is_written_and_read_back(told: str) -> None:
    assert str(DoNotCall.of(told)) == told


@pytest.mark.parametrize(
    "told", ["", "sometimes", "25:00-26:00", "until tomorrow", "until 2026-12-01T00:00:00", 7, None]
)
def test_what_tells_no_hours_is_none(told: object) -> None:
    assert DoNotCall.of(told) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "hour", "forbidden"),
    [
        ("00:00-18:00", 17, True),
        ("00:00-18:00", 18, False),
        ("21:00-09:00", 23, True),
        ("21:00-09:00", 8, True),
        ("21:00-09:00", 9, False),
        ("always", 12, True),
    ],
)
def test_the_hours_are_those_of_the_business(told: str, hour: int, forbidden: bool) -> None:
    found = DoNotCall.of(told)
    assert found is not None
    assert found.forbids(datetime(2026, 11, 23, hour, tzinfo=MOSCOW)) is forbidden


def test_a_day_not_to_call_before_ends() -> None:
    told = DoNotCall(until=datetime(2026, 12, 1, tzinfo=MOSCOW))
    assert told.forbids(datetime(2026, 11, 30, 20, 59, tzinfo=UTC))
    assert not told.forbids(datetime(2026, 11, 30, 21, 0, tzinfo=UTC))
    assert DoNotCall(hours=(time(0), time(18))).ends(datetime(2026, 11, 23, 10, tzinfo=MOSCOW)) == datetime(
        2026, 11, 23, 18, tzinfo=MOSCOW
    )


def test_a_number_is_not_called_where_its_owner_said_so_on_another_channel(database: Database) -> None:
    with database.writing() as tx:
        for each in (PHONE, CHAT):
            profile.recognise(tx, each, AT)
        joining.join(tx, PHONE, CHAT, proof="contact", at=AT)
        number = profile.recognise(tx, CHAT, AT)
        terms.may_call(tx, PHONE.value, AT)
        terms.agreed(tx, number, terms.DO_NOT_CALL, "always", source="said", at=AT, via=CHAT.via)
        with pytest.raises(Conflict, match="asked us not to call"):
            terms.may_call(tx, PHONE.value, AT, forced=True)
        joining.split(tx, number, [CHAT], by="anna", at=AT)
        terms.may_call(tx, PHONE.value, AT)


def test_who_told_somebody_elses_number_cannot_silence_it(database: Database) -> None:
    with database.writing() as tx:
        stranger = profile.recognise(tx, CHAT, AT)
        profile.learn(tx, stranger, "phone", PHONE.value, via=CHAT.via, source="said", at=AT)
        terms.agreed(tx, stranger, terms.DO_NOT_CALL, "always", source="said", at=AT, via=CHAT.via)
        with pytest.raises(Conflict):  # nobody is proven to have it: to be asked in vain is worse than not to be called
            terms.may_call(tx, PHONE.value, AT)
        profile.recognise(tx, PHONE, AT)
        terms.may_call(tx, PHONE.value, AT)


def test_in_a_household_the_number_rests_where_one_of_them_said_so(database: Database) -> None:
    with database.writing() as tx:
        profile.recognise(tx, PHONE, AT)
        maria = persons.add(tx, PHONE, at=AT, name="Мария")
        terms.agreed(tx, maria.customer, terms.DO_NOT_CALL, "00:00-18:00", source="said", at=AT, via=maria.identity.via)
        with pytest.raises(Conflict) as caught:
            terms.may_call(tx, PHONE.value, datetime(2026, 11, 23, 10, tzinfo=MOSCOW))
        assert "до 23.11.2026 18:00" in caught.value.told("ru")
        terms.may_call(tx, PHONE.value, datetime(2026, 11, 23, 10, tzinfo=MOSCOW), forced=True)
        terms.may_call(tx, PHONE.value, datetime(2026, 11, 23, 18, tzinfo=MOSCOW))


def test_a_consent_taken_back_is_the_one_that_holds_and_the_first_one_stays(database: Database) -> None:
    with database.writing() as tx:
        number = profile.recognise(tx, PHONE, AT)
        for days, given in enumerate((True, False)):
            told = Consent(
                kind="marketing",
                given=given,
                source="said",
                at=AT + timedelta(days=days),
                via=PHONE.via,
                version="v2",
                text="Можно присылать скидки?",
            )
            terms.consent(tx, number, told)
        held = terms.terms(tx, number)
        assert held.consented("marketing") is False
        assert held.consented("recording") is None
        assert [(each.given, each.version, each.text) for each in terms.history(tx, number)] == [
            (True, "v2", "Можно присылать скидки?"),
            (False, "v2", "Можно присылать скидки?"),
        ]
        with pytest.raises(Unacceptable):
            terms.consent(tx, number, Consent(kind="everything", given=True, source="said", at=AT, via=PHONE.via))


@pytest.mark.parametrize(("fact", "value"), [("language", "de"), ("preferred_channel", "pigeon"), ("do_not_call", "x")])
def test_what_a_term_cannot_be_is_refused(database: Database, fact: str, value: str) -> None:
    with database.writing() as tx:
        number = profile.recognise(tx, PHONE, AT)
        with pytest.raises(Unacceptable):
            terms.agreed(tx, number, fact, value, source="api", at=AT, via=PHONE.via)
        with pytest.raises(NotFound):
            terms.kept_under(tx, number, CHAT)
