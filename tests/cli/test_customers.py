"""`govorun customer` and `govorun erase`, as they are typed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.customers import profile
from bot.ports import Identity
from bot.stores.sql import Database

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PHONE = Identity(kind="phone", value="+79051234567")
CHAT = Identity(kind="telegram", value="42")


@pytest.fixture
def data(tmp_path: Path) -> str:
    database = Database(f"sqlite:///{tmp_path}/govorun.db")
    database.create()
    with database.writing() as tx:
        one, other = (profile.recognise(tx, each, AT) for each in (PHONE, CHAT))
        profile.learn(tx, one, "name", "Иван", via=PHONE.via, source="said", at=AT)
        profile.learn(tx, other, "city", "Тверь", via=CHAT.via, source="agent", at=AT)
    database.close()
    return str(tmp_path)


def test_a_customer_is_shown_joined_parted_and_taken_back(govorun, data: str) -> None:
    def facts(who: str) -> dict[str, str]:
        return dict(json.loads(govorun("customer", "show", who, "--json", "--data", data).out)["facts"])

    assert facts("8 905 123-45-67") == {"name": "Иван"}
    assert govorun("customer", "merge", "1", "telegram:42", "--data", data).code == 0
    assert facts("2") == {"name": "Иван", "city": "Тверь"}
    told = govorun("customer", "show", "1", "--data", data)
    assert "Иван" in told.out
    assert "Тверь" in told.out
    assert govorun("customer", "merge", "1", "2", "--data", data).code == 1
    assert govorun("customer", "undo", "1", "--data", data).code == 0
    assert facts("2") == {"city": "Тверь"}
    govorun("customer", "merge", "1", "2", "--data", data)
    assert govorun("customer", "split", "1", "telegram:42", "--data", data).code == 0
    assert facts("telegram:42") == {"city": "Тверь"}


def test_whoever_is_erased_is_asked_about_first_and_leaves_a_tombstone(govorun, data: str) -> None:
    assert govorun("erase", "1", "--data", data, stdin="n\n").code != 0
    assert govorun("customer", "show", "1", "--data", data).code == 0
    assert govorun("erase", PHONE.value, "--yes", "--data", data).code == 0
    gone = govorun("customer", "show", "1", "--data", data)
    assert gone.code == 1
    assert "erased" in gone.err or "удал" in gone.err
    assert govorun("customer", "show", PHONE.value, "--data", data).code == 1
    assert govorun("customer", "show", "2", "--data", data).code == 0


@pytest.mark.parametrize("words", [("customer", "show", "nonsense"), ("customer", "show", "17"), ("erase", "vk:1")])
def test_who_is_nobody_is_said_in_a_line(govorun, data: str, words: tuple[str, ...]) -> None:
    told = govorun(*words, "--data", data)
    assert told.code == 1
    assert len(told.err.strip().splitlines()) == 1


def test_each_explains_itself_with_an_example(govorun) -> None:
    for words in (("show",), ("merge",), ("split",), ("undo",), ("erase",)):
        assert f"govorun customer {words[0]}" in " ".join(govorun("customer", *words, "--help").out.split())
    assert "govorun erase" in govorun("erase", "--help").out
