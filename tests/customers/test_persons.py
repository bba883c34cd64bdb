"""Two people on one telephone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.customers import joining, persons, profile
from bot.errors import Conflict, NotFound, Unacceptable
from bot.ports import Identity
from bot.stores.sql import Database

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PHONE = Identity(kind="phone", value="+79051234567")
OTHER = Identity(kind="phone", value="+790512345671")
CHAT = Identity(kind="telegram", value="42")


def test_a_second_person_behind_a_number_has_a_profile_of_their_own(database: Database) -> None:
    with database.writing() as tx:
        ivan = profile.recognise(tx, PHONE, AT)
        profile.learn(tx, ivan, "name", "Иван", via=PHONE.via, source="said", at=AT)
        maria = persons.add(tx, PHONE, at=AT, name="Мария")
        profile.learn(tx, maria.customer, "city", "Тверь", via=maria.identity.via, source="said", at=AT)
        assert [(each.name, each.customer) for each in persons.behind(tx, PHONE)] == [
            ("Иван", ivan),
            ("Мария", maria.customer),
        ]
        assert profile.facts_of(tx, ivan) == {"name": "Иван"}
        assert persons.household(tx, maria.customer) == persons.household(tx, ivan)
        profile.recognise(tx, OTHER, AT)
        assert len(persons.behind(tx, OTHER)) == 1


def test_two_persons_who_proved_to_be_one_are_one_again_and_parted_by_taking_it_back(database: Database) -> None:
    with database.writing() as tx:
        ivan = profile.recognise(tx, PHONE, AT)
        maria = persons.add(tx, PHONE, at=AT, name="Мария")
        act = joining.merge(tx, ivan, maria.customer, by="anna", note="", at=AT)
        assert len(persons.behind(tx, PHONE)) == 1
        assert persons.household(tx, ivan) == ()
        joining.undo(tx, act.id, by="anna", at=AT)
        assert len(persons.behind(tx, PHONE)) == 2


def test_a_person_behind_a_number_has_a_telegram_of_their_own(database: Database) -> None:
    with database.writing() as tx:
        ivan = profile.recognise(tx, PHONE, AT)
        maria = persons.add(tx, PHONE, at=AT, name="Мария")
        profile.recognise(tx, CHAT, AT)
        joining.join(tx, maria.identity, CHAT, proof="link", at=AT)
        assert profile.recognise(tx, CHAT, AT) == maria.customer != ivan


def test_who_cannot_share_an_identity_is_said(database: Database) -> None:
    with database.writing() as tx:
        with pytest.raises(NotFound):
            persons.add(tx, PHONE, at=AT)
        profile.recognise(tx, PHONE, AT)
        chat = profile.recognise(tx, CHAT, AT)
        with pytest.raises(Unacceptable):
            persons.add(tx, CHAT, at=AT)
        with pytest.raises(NotFound):
            persons.part(tx, chat, name="Мария", at=AT)
        for _ in range(persons.MOST - 1):
            persons.add(tx, PHONE, at=AT)
        with pytest.raises(Conflict):
            persons.add(tx, PHONE, at=AT)
