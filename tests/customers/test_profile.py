from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, insert, text

from bot.customers import habits, profile
from bot.customers.habits import Habits
from bot.dialogue import codec
from bot.dialogue.values import PersonName
from bot.ports import Identity
from bot.stores.schema import bookings
from bot.stores.sql import Database
from tests.turn.clinic import clinic

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
LINE = Identity(kind="phone", value="+79051234567")
CHAT = Identity(kind="web", value="cookie")


def test_an_identity_is_one_customer_for_ever(database: Database) -> None:
    with database.writing() as tx:
        ivan = profile.recognise(tx, CHAT, AT)
        assert profile.recognise(tx, CHAT, AT) == ivan
        assert profile.recognise(tx, Identity(kind="rest", value="cookie"), AT) != ivan


def test_a_phone_told_in_a_chat_is_a_fact_and_no_identity(database: Database) -> None:
    with database.writing() as tx:
        ivan = profile.recognise(tx, CHAT, AT)
        profile.learn(tx, ivan, "phone", LINE.value, via=CHAT.via, source="said", at=AT)
        found = profile.profile(tx, ivan)
        assert found is not None
        assert found.facts == {"phone": LINE.value}
        assert found.identities == (CHAT,)
        assert profile.proven_phone(tx, ivan) == ""
        assert profile.recognise(tx, LINE, AT) != ivan


def test_what_was_told_last_holds_and_none_forgets_it(database: Database) -> None:
    with database.writing() as tx:
        ivan = profile.recognise(tx, CHAT, AT)
        profile.learn(tx, ivan, "name", PersonName(given="Иван"), via=CHAT.via, source="said", at=AT)
        profile.learn(tx, ivan, "name", PersonName(given="Пётр"), via=CHAT.via, source="said", at=AT)
        assert profile.facts_of(tx, ivan) == {"name": PersonName(given="Пётр")}
        profile.learn(tx, ivan, "name", None, via=CHAT.via, source="said", at=AT)
        assert profile.facts_of(tx, ivan) == {}


def test_a_caller_is_known_by_the_name_their_number_is_booked_under(database: Database) -> None:
    def book(name: str, day: int, status: str = "confirmed") -> None:
        tx.execute(
            insert(bookings).values(
                service="terapevt",
                starts=datetime(2026, 11, day, 15, 0),
                minutes=30,
                status=status,
                name=codec.dump(PersonName(given=name)),
                phone=LINE.value,
                created=AT,
            )
        )

    with database.writing() as tx:
        caller = profile.recognise(tx, LINE, AT)
        book("Иван", 24)
        book("Анна", 25)
        book("Ева", 26, status="cancelled")
        assert profile.greeting_facts(tx, caller, LINE.value) == {"name": PersonName(given="Анна")}
        assert profile.greeting_facts(tx, caller, "") == {}
        profile.learn(tx, caller, "name", PersonName(given="Олег"), via=LINE.via, source="said", at=AT)
        assert profile.greeting_facts(tx, caller, LINE.value) == {"name": PersonName(given="Олег")}


def test_what_was_told_elsewhere_or_long_ago_is_doubted(database: Database) -> None:
    chat = Identity(kind="telegram", value="777")
    with database.writing() as tx:
        caller = profile.recognise(tx, LINE, AT)
        profile.learn(tx, caller, "name", PersonName(given="Олег"), via=LINE.via, source="said", at=AT)
        profile.learn(tx, caller, "city", "Тверь", via=chat.via, source="agent", at=AT)
        assert profile.doubtful(tx, caller, LINE, AT) == ()
        assert profile.doubtful(tx, caller, chat, AT) == ("name",)
        assert set(profile.doubtful(tx, caller, LINE, AT + timedelta(days=181))) == {"name", "city"}


def test_what_they_agreed_to_is_not_doubted_until_it_is_told_anew(database: Database) -> None:
    chat = Identity(kind="telegram", value="777")
    with database.writing() as tx:
        caller = profile.recognise(tx, LINE, AT)
        profile.learn(tx, caller, "name", PersonName(given="Олег"), via=LINE.via, source="said", at=AT)
        later = AT + timedelta(days=1)
        profile.agreed(tx, caller, "name", via=chat.via, at=later)
        assert profile.doubtful(tx, caller, chat, later) == ()
        assert profile.doubtful(tx, caller, Identity(kind="vk", value="5"), later) == ("name",)
        assert profile.doubtful(tx, caller, chat, later + timedelta(days=181)) == ("name",)
        assert profile.facts_of(tx, caller) == {"name": PersonName(given="Олег")}  # nothing more is known of them
        assert [fact.name for fact in profile.told(tx, caller)] == ["name"]
        anew = later + timedelta(days=1)
        profile.learn(tx, caller, "name", PersonName(given="Оля"), via=LINE.via, source="said", at=anew)
        assert profile.doubtful(tx, caller, chat, anew) == ("name",)


def test_a_menu_follows_this_customer_first_and_the_crowd_for_strangers(database: Database) -> None:
    scenarios = clinic()
    with database.writing() as tx:
        regular, stranger = (
            profile.recognise(tx, Identity(kind="rest", value=name), AT) for name in ("regular", "stranger")
        )
        for day in range(5):
            habits.chose(tx, regular, "clinic", "main", "price", AT + timedelta(days=day))
        for number in range(30):
            other = profile.recognise(tx, Identity(kind="rest", value=f"n{number}"), AT)
            habits.chose(tx, other, "clinic", "main", "cancellation", AT + timedelta(minutes=number))
            habits.chose(tx, other, "another", "main", "operator", AT)  # another business's menu of that name
            habits.chose(tx, other, "another", "main", "operator", AT)
        now = AT + timedelta(days=6)
        assert Habits().orders(tx, regular, scenarios, now)["main"][0] == "price"
        assert Habits().orders(tx, stranger, scenarios, now)["main"][0] == "cancellation"


def test_a_menu_nobody_used_is_read_as_written(database: Database) -> None:
    with database.writing() as tx:
        assert Habits().orders(tx, profile.recognise(tx, CHAT, AT), clinic(), AT) == {}


def test_what_was_left_open_is_not_looked_for_among_everybodys(database: Database) -> None:
    """By who has it or whose number it was; not among all that ended today, which may be a hundred thousand."""
    asked = {"customer": 1, "caller": "+7905", "said": "x", "channel": "sip", "since": AT, "scenarios": ""}
    with database.reading() as tx:
        ran: list[tuple[str, Any]] = []
        event.listen(tx, "before_cursor_execute", lambda _tx, _cursor, sql, values, *_: ran.append((sql, values)))
        if not database.sqlite:  # to read a whole table is quickest while it is empty
            tx.execute(text("SET LOCAL enable_seqscan = off"))
        for statement in (profile._OPEN, profile._OPEN_OF_CALLER):
            tx.execute(statement, asked)
            sql, values = ran[-1]
            explained = tx.exec_driver_sql(("EXPLAIN QUERY PLAN " if database.sqlite else "EXPLAIN ") + sql, values)
            plan = "\n".join(str(row) for row in explained)
            assert "conversations_of_customer" in plan
            assert "conversations_by_status" not in plan
            assert "SCAN conversations" not in plan
