"""Menus in the database: what is kept of a choice, and what becomes of a menu that serves worse than it was written."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.customers import profile
from bot.customers.habits import SAVED_AFTER, Habits
from bot.customers.menu.guard import ENOUGH
from bot.dialogue.actions import ChoseItem
from bot.ports import Identity
from bot.stores.schema import menu_choices, menu_models
from bot.stores.sql import Database
from tests.turn.clinic import clinic

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHAT = Identity(kind="web", value="cookie")


def test_a_choice_is_kept_with_all_that_its_order_is_judged_by(database: Database) -> None:
    scenarios, habits = clinic(), Habits()
    with database.writing() as tx:
        visitor = profile.recognise(tx, CHAT, AT)
        items = habits.known(tx, visitor, scenarios, AT).orders.get("main", ())
        assert items == ()
        written = tuple(item.id for item in scenarios.scenarios["main"].steps["menu"].items)  # type: ignore[attr-defined]
        order = (written[1], written[0], *written[2:])
        action = ChoseItem(
            menu="main", item=written[1], order=order, heard=True, learned=order, probability=0.96, would=written[1]
        )
        habits.chose(tx, visitor, scenarios, action, AT, via="web:cookie")
        row = tx.execute(select(menu_choices)).one()
        assert (row.via, row.item, row.place, row.heard) == ("web:cookie", written[1], 1, True)
        assert row.announced.split() == row.learned.split() == list(order)
        assert (row.probability, row.would, row.offered) == (0.96, written[1], "")
        assert row.learned_seconds < row.fixed_seconds


def test_a_menu_that_serves_worse_than_written_is_read_as_written_until_it_serves_better(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    scenarios, told = clinic(), []
    habits = Habits(lambda *each: told.append(each))
    with database.writing() as tx:
        visitor = profile.recognise(tx, CHAT, AT)
        for number in range(ENOUGH + 10):
            action = ChoseItem(menu="main", item="price", heard=True)
            habits.chose(tx, visitor, scenarios, action, AT + timedelta(minutes=number))
        now = AT + timedelta(hours=3)
        known = habits.known(tx, visitor, scenarios, now)
        assert known.orders["main"][0] == "price"
        assert known.habits["main"].shortcut == known.habits["main"].would == "price"

        tx.execute(update(menu_choices).values(learned_seconds=menu_choices.c.fixed_seconds + 1))
        with caplog.at_level(logging.WARNING):
            known = habits.known(tx, visitor, scenarios, now + timedelta(hours=1))
        assert "main" not in known.orders
        assert known.habits["main"].shortcut == ""
        assert known.habits["main"].order[0] == known.habits["main"].would == "price"  # still watched
        assert "as written" in caplog.text
        assert told[-1][:2] == ("clinic", "main")
        assert told[-1][3] is False
        assert not habits.verdicts()["clinic", "main"].trusted

        tx.execute(update(menu_choices).values(learned_seconds=menu_choices.c.fixed_seconds - 1))
        assert "main" in habits.known(tx, visitor, scenarios, now + timedelta(hours=2)).orders


def test_what_was_learnt_of_signs_is_kept_for_the_next_process(database: Database) -> None:
    scenarios, habits = clinic(), Habits()
    with database.writing() as tx:
        visitor = profile.recognise(tx, CHAT, AT)
        habits.known(tx, visitor, scenarios, AT)
        for number in range(3):
            action = ChoseItem(menu="main", item="price")
            habits.chose(tx, visitor, scenarios, action, AT + number * SAVED_AFTER)
        assert len(tx.execute(select(menu_models.c.menu)).all()) == 1
        after = AT + 4 * SAVED_AFTER
        again = Habits().known(tx, visitor, scenarios, after)
        assert again == habits.known(tx, visitor, scenarios, after)
        tx.execute(update(menu_models).values(model='{"items": 3}'))
        assert Habits().known(tx, visitor, scenarios, after).orders["main"][0] == "price"


def test_the_same_conversation_hears_the_same_order_in_every_process(database: Database) -> None:
    scenarios = clinic()
    with database.writing() as tx:
        visitor = profile.recognise(tx, CHAT, AT)
        for key in ("a", "b", "c"):
            first, second = (Habits().known(tx, visitor, scenarios, AT, key) for _ in range(2))
            assert first == second
