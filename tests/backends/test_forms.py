"""What scenarios keep for the staff: numbers that can be said, one effect a request, and nobody else's form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from bot.backends import forms
from bot.backends.forms import Forms
from bot.dialogue.actions import Fetch
from bot.dialogue.values import PersonName
from bot.errors import NotFound, Unacceptable
from bot.ports import Asker
from bot.stores import conversations
from bot.stores.sql import Database
from bot.turn import Turn
from tests.turn.clinic import Person, clinic, writer

NOW = datetime(2026, 11, 18, 10, 0)
IVAN = PersonName(given="Иван", family="Петров")


async def asker(turn: Turn, name: str, phone: str = "") -> Asker:
    """Somebody whose conversation is kept, as a turn would have it."""
    person: Person = writer(turn, name)
    outcome = await person.says("привет")
    with turn.database.reading() as tx:
        about = conversations.summary(tx, outcome.conversation)
    assert about is not None
    return Asker(conversation=about.id, customer=about.customer, phone=phone)


def save(database: Database, who: Asker, request: str = "r1", **args: Any) -> int:
    with database.writing() as tx:
        fetch = Fetch(id=request, name="forms.save", args={"form": "callback", **args})
        outcome, data = Forms(clinic()).call(fetch, who, now=NOW, tx=tx)
    assert outcome == "ok"
    return int(str(data["number"]))


def find(database: Database, who: Asker, kind: str = "callback") -> tuple[str, Any]:
    with database.writing() as tx:
        return Forms().call(Fetch(id="f", name="forms.find", args={"form": kind}), who, now=NOW, tx=tx)


async def test_a_form_has_a_number_of_four_digits_and_is_found_by_who_saved_it(turn: Turn) -> None:
    anna = await asker(turn, "anna")
    number = save(turn.database, anna, name=IVAN, when=datetime(2026, 11, 19, 16), note=None)
    assert number == 1001
    outcome, data = find(turn.database, anna)
    assert outcome == "ok"
    assert data == {"name": IVAN, "when": datetime(2026, 11, 19, 16), "number": number, "status": "new", "created": NOW}
    assert find(turn.database, anna, "ticket") == ("none", {})


async def test_the_same_request_saves_once(turn: Turn) -> None:
    anna = await asker(turn, "anna")
    assert save(turn.database, anna, "r1") == save(turn.database, anna, "r1")
    assert save(turn.database, anna, "r2") == 1002
    with turn.database.reading() as tx:
        assert [form.number for form in forms.kept(tx)] == [1002, 1001]


async def test_nobody_finds_anothers_form_but_by_the_number_their_line_proves(turn: Turn) -> None:
    anna, boris = await asker(turn, "anna", "+79051234567"), await asker(turn, "boris")
    save(turn.database, anna)
    assert find(turn.database, boris)[0] == "none"
    assert (
        find(turn.database, Asker(conversation=boris.conversation, customer=boris.customer, phone="+79051234567"))[0]
        == "ok"
    )


async def test_a_form_that_is_done_is_not_found_any_more(turn: Turn) -> None:
    anna = await asker(turn, "anna")
    first, second = save(turn.database, anna, "a"), save(turn.database, anna, "b")
    with turn.database.writing() as tx:
        assert forms.settle(tx, second, "done", agent="olga").agent == "olga"
    assert find(turn.database, anna)[1]["number"] == first
    with turn.database.writing() as tx:
        forms.settle(tx, first, "working")
    assert find(turn.database, anna)[1]["status"] == "working"
    with turn.database.reading() as tx:
        assert [form.number for form in forms.kept(tx, statuses=("new", "working"))] == [first]
    with pytest.raises(NotFound), turn.database.writing() as tx:
        forms.settle(tx, 999, "done")


async def test_a_form_keeps_what_its_fields_and_choices_were_called(turn: Turn) -> None:
    anna = await asker(turn, "anna")
    save(turn.database, anna, service="dentist", other="x")
    with turn.database.reading() as tx:
        (form,) = forms.kept(tx)
    assert form.labels["service"].value == {"ru": "стоматолог", "en": "стоматолог"}
    assert form.labels["service"].title == {"ru": "service", "en": "service"}
    assert "other" not in form.labels


async def test_a_call_without_a_kind_or_with_a_whole_book_is_a_mistake_of_the_scenario(turn: Turn) -> None:
    anna = await asker(turn, "anna")
    for name, args in (
        ("forms.save", {}),
        ("forms.lose", {"form": "x"}),
        ("forms.save", {"form": "x", "t": "я" * 30_000}),
    ):
        with pytest.raises(Unacceptable), turn.database.writing() as tx:
            Forms().call(Fetch(id="q", name=name, args=args), anna, now=NOW, tx=tx)
