"""One conversation on several channels: it goes on where it stopped, in one place at a time."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.backends.calendar import booked
from bot.customers import joining, profile
from bot.customers.links import Ways
from bot.desk import agents, queue
from bot.dialogue.actions import Say, Sent, TakeOver
from bot.dialogue.events import AgentJoined, AgentSaid, Invited, Left, Started, Utterance
from bot.outbox import Outbox
from bot.ports import Identity, Outcome, Proven, Row
from bot.stores import conversations
from bot.stores.schema import links, metadata
from bot.stores.sql import Database
from bot.turn import Turn
from tests.turn.clinic import NOW, TOMORROW, Person, caller, said, serving, writer

PHONE = Identity(kind="phone", value="+79051234567")


@pytest.fixture
def ways() -> Ways:
    doors: dict[str, Callable[[str], str]] = {"telegram": lambda token: f"https://t.me/clinic?start={token}"}
    return Ways(key=b"k" * 32, doors=doors, sms="sms")


@pytest.fixture
async def turn(database: Database, ways: Ways) -> AsyncIterator[Turn]:
    with serving(database, ways=ways, delivered=("telegram",)) as (made, _):
        yield made
        await made.close()


def telegram(turn: Turn, value: str = "42") -> Person:
    return Person(turn, Identity(kind="telegram", value=value), channel="telegram")


def link_of(outcome: Outcome) -> str:
    found = next(row.entry for row in outcome.rows if isinstance(row.entry, Invited))
    return found.link.rpartition("=")[2]


async def followed(there: Person, token: str) -> Outcome:
    """A link was followed by whoever it was made for: they are asked, and say yes."""
    assert said(await there.starts(link=token))[-1] == "[offer_link]"
    return await there.says("yes")


def status(turn: Turn, conversation: str) -> str:
    with turn.database.reading() as tx:
        found = conversations.summary(tx, conversation)
        assert found is not None
        return found.status


def texts(turn: Turn, conversation: str) -> list[str]:
    with turn.database.reading() as tx:
        return [row.entry.text for row in conversations.rows(tx, conversation) if isinstance(row.entry, Say)]


async def begun(turn: Turn) -> tuple[Person, Outcome]:
    ivan = writer(turn)
    return ivan, await ivan.says("booking service=terapevt")


async def test_a_link_brings_the_booking_to_telegram_with_its_slots_and_asks_the_next_one(turn: Turn) -> None:
    ivan, chat = await begun(turn)
    invited = await ivan.says("go_on_in_telegram")
    assert said(invited) == ["[go_on_there]"]
    there = telegram(turn)
    on = await followed(there, link_of(invited))
    assert said(on)[-3:] == ["[continuing]", "[known_already]", "На какой день и час?"]
    assert status(turn, chat.conversation) == "ended"
    assert texts(turn, chat.conversation)[-1] == "[moved]"
    await there.says(f"when={TOMORROW}")
    await there.says("name=Иван_Петров")
    await there.says("phone=+79051234567")
    await there.says("yes")
    with turn.database.reading() as tx:
        assert [(each.service, each.status) for each in booked(tx)] == [("terapevt", "confirmed")]
        mine = joining.customer_of(tx, ivan.identity)
        assert mine is not None
        assert joining.customer_of(tx, there.identity) == mine
        assert [each.proof for each in joining.acts_of(tx, mine)] == ["link"]


async def test_a_link_is_used_once_and_only_ours_is_taken(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    forged = token[:-1] + ("A" if token[-1] != "A" else "B")
    for who, link in (("1", forged), ("2", "nonsense"), ("3", "Ж" * 10)):
        assert "[continuing]" not in said(await telegram(turn, who).starts(link=link))
    assert "[continuing]" in said(await followed(telegram(turn, "4"), token))
    assert "[continuing]" not in said(await telegram(turn, "5").starts(link=token))
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, telegram(turn, "5").identity) != joining.customer_of(tx, ivan.identity)


async def test_a_link_that_is_too_old_opens_nothing(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    with turn.database.writing() as tx:
        tx.execute(links.update().values(expires=NOW))
    assert "[continuing]" not in said(await telegram(turn).starts(link=token))


async def test_a_link_sent_twice_by_the_messenger_goes_on_once(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    there = telegram(turn)
    started = Started(id="update-1", at=there.tick())
    first = await there.send(started, link=token)
    again = await there.send(started, link=token)
    assert again.repeated
    assert said(again) == said(first)


async def test_where_we_are_not_nobody_is_sent(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    assert said(await ivan.says("go_on_in_viber")) == ["[not_there]", "На какой день и час?"]
    assert said(await ivan.says("go_on_in_phone")) == ["[call_us]"]
    assert said(await ivan.says(f"when={TOMORROW}"))[-1] == "Как вас зовут?"


@dataclass
class Gateway:
    """An SMS gateway: what it was given."""

    name: str = "sms"
    sent: list[tuple[str, str]] = field(default_factory=list)

    async def deliver(self, row: Row, identity: Identity) -> None:
        assert isinstance(row.entry, Say)
        self.sent.append((identity.value, row.entry.text))


async def test_a_caller_gets_the_link_by_sms_and_goes_on_in_the_messenger(turn: Turn) -> None:
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    await line.says("booking service=terapevt")
    invited = await line.says("go_on_in_telegram")
    assert said(invited) == ["[link_sent]"]
    assert [row.entry.number for row in invited.rows if isinstance(row.entry, Sent)] == [PHONE.value]
    gateway = Gateway()
    await Outbox(turn.database, {"sms": gateway, "telegram": Gateway()}, turn._bus).deliver(NOW.replace(year=2030))
    assert gateway.sent == [(PHONE.value, "[link_sms]")]
    on = await followed(telegram(turn), link_of(invited))
    assert said(on)[-1] == "На какой день и час?"
    assert texts(turn, line.conversation)[-1] == "[moved]"


async def test_a_number_gets_three_links_a_day_by_sms_and_a_premium_one_none(turn: Turn) -> None:
    replies = []
    for call, number in enumerate((PHONE.value,) * 4 + ("+78091234567",)):
        line = Person(turn, Identity(kind="phone", value=number), channel="sip", medium="voice", ids=count(100 * call))
        line.conversation = (await line.starts()).conversation
        replies.append(said(await line.says("go_on_in_telegram"))[0])
        await line.send(Left(id=line.next_id(), at=line.tick()))
    assert replies == ["[link_sent]"] * 3 + ["[write_there]"] * 2


async def test_a_caller_without_a_number_is_told_how_to_come(turn: Turn) -> None:
    page = Person(turn, Identity(kind="web", value="cookie"), channel="webrtc", medium="voice")
    page.conversation = (await page.starts()).conversation
    await page.says("booking service=terapevt")
    assert said(await page.says("go_on_in_telegram")) == ["[write_there]", "На какой день и час?"]


async def test_a_shared_contact_finds_what_the_caller_left_open(turn: Turn) -> None:
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    await line.says("booking service=terapevt")
    await line.send(Left(id="drop", at=line.tick()))
    there = telegram(turn)
    proven = (Proven(identity=PHONE, proof="contact"),)
    assert said(await there.starts(proven=proven))[-1] == "[offer_continue]"
    assert "[continuing]" in said(await there.says("yes"))
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, there.identity) == joining.customer_of(tx, PHONE)


async def test_a_shared_contact_finds_what_was_begun_in_a_chat_that_was_given_its_number(turn: Turn) -> None:
    ivan, chat = await begun(turn)
    await ivan.says(f"phone={PHONE.value}")
    there = telegram(turn)
    await there.starts()
    offered = await there.says("shared", proven=(Proven(identity=PHONE, proof="contact"),))
    assert offered.session.offer is not None
    assert offered.session.offer.conversation == chat.conversation


async def test_a_contact_shared_at_the_menu_finds_it_as_well(turn: Turn) -> None:
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    await line.says("booking service=terapevt")
    there = telegram(turn)
    await there.starts()
    proven = (Proven(identity=PHONE, proof="contact"),)
    assert said(await there.says(PHONE.value, proven=proven)) == ["[offer_continue]"]
    assert said(await there.says("yes"))[-1] == "На какой день и час?"
    assert texts(turn, line.conversation)[-1] == "[moved]"


async def test_what_is_written_late_is_answered_with_where_it_went_and_can_be_taken_back(turn: Turn) -> None:
    ivan, chat = await begun(turn)
    there = telegram(turn)
    on = await followed(there, link_of(await ivan.says("go_on_in_telegram")))
    await there.says(f"when={TOMORROW}")
    late = await ivan.says("name=Пётр_Иванов")
    assert said(late) == ["[offer_return]"]
    assert late.conversation != chat.conversation
    await there.says("name=Иван_Петров")  # who goes on there meanwhile loses nothing
    back = await ivan.says("yes")
    assert said(back)[-1] == "Ваш телефон?"
    assert status(turn, on.conversation) == "ended"
    assert texts(turn, on.conversation)[-1] == "[moved]"
    assert back.session.stack[-1].values["name"].given == "Иван"  # type: ignore[union-attr]


async def test_who_does_not_take_it_back_leaves_it_there(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    there = telegram(turn)
    on = await followed(there, link_of(await ivan.says("go_on_in_telegram")))
    assert said(await ivan.says("booking")) == ["[offer_return]"]
    assert "[stay_there]" in said(await ivan.says("no"))
    assert status(turn, on.conversation) == "bot"
    assert said(await there.says(f"when={TOMORROW}"))[-1] == "Как вас зовут?"


async def test_what_ended_there_meanwhile_is_not_taken_back(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    there = telegram(turn)
    await followed(there, link_of(await ivan.says("go_on_in_telegram")))
    await ivan.says("booking")
    for answer in (f"when={TOMORROW}", "name=Иван_Петров", "phone=+79051234567", "yes"):
        await there.says(answer)
    done = await ivan.says("yes")
    assert not any(isinstance(each, TakeOver) for each in done.actions)


async def test_it_goes_on_by_telephone_and_back_in_the_chat_again(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    await ivan.says("phone=+79051234567")
    line = caller(turn)
    call = await line.starts()
    line.conversation = call.conversation
    assert said(call)[-1] == "[offer_continue]"
    await line.says("yes")
    await line.says(f"when={TOMORROW}")
    invited = await line.says("go_on_in_telegram")
    there = telegram(turn)
    assert said(await followed(there, link_of(invited)))[-1] == "Как вас зовут?"


async def _held(turn: Turn, conversation: str) -> None:
    with turn.database.writing() as tx:
        agents.add(tx, login="anna", name="Анна", password="secret-secret", sip="", at=NOW)
    desk = Person(turn, Identity(kind="agent", value="anna"), channel="desk", conversation=conversation)
    await desk.send(AgentJoined(id="join", at=desk.tick(), agent="anna", name="Анна"))


async def test_a_person_who_has_the_conversation_has_it_where_it_goes_on(turn: Turn) -> None:
    ivan, chat = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    await _held(turn, chat.conversation)
    there = telegram(turn)
    on = await followed(there, token)
    assert said(on)[-1] == "[agent_joined]"
    assert (on.session.status, on.session.agent) == ("agent", "anna")
    desk = Person(turn, Identity(kind="agent", value="anna"), channel="desk", conversation=on.conversation)
    await desk.send(AgentSaid(id="hello", at=desk.tick(), agent="anna", text="Здесь удобнее"))
    with turn.database.reading() as tx:
        assert [(each.conversation, each.agent) for each in queue.waiting(tx)] == [(on.conversation, "anna")]
    assert status(turn, chat.conversation) == "ended"


async def test_whoever_waits_for_a_person_keeps_their_place(turn: Turn) -> None:
    ivan, chat = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    await ivan.says("operator")
    other = writer(turn, "boris")
    await other.says("operator")
    with turn.database.reading() as tx:
        before = [(each.since, each.identity != ivan.identity) for each in queue.waiting(tx)]
    on = await followed(telegram(turn), token)
    assert on.session.status == "waiting"
    with turn.database.reading() as tx:
        now = queue.waiting(tx)
        assert [(each.since, each.conversation != on.conversation) for each in now] == before
    assert status(turn, chat.conversation) == "ended"


async def test_a_split_gives_back_what_went_on_elsewhere(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    there = telegram(turn)
    there.now = ivan.now
    on = await followed(there, link_of(await ivan.says("go_on_in_telegram")))
    with turn.database.writing() as tx:
        mine = joining.customer_of(tx, ivan.identity)
        assert mine is not None
        joining.split(tx, mine, [there.identity], by="anna", at=there.tick())
        again = profile.unfinished(tx, customer=mine, caller="", channel="phone", now=there.tick())
        assert again is not None
        assert again.stack[-1].values["service"] == "terapevt"
        kept = tx.execute(
            select(conversations.conversations.c.session).where(conversations.conversations.c.id == on.conversation)
        ).scalar()
        assert kept is None
    assert "service" not in str((await there.says("main.price")).session.stack)


@pytest.mark.parametrize("point", ["after the session was written", "before the commit", "after the commit"])
async def test_a_process_that_dies_over_it_leaves_the_conversation_in_one_place(
    tmp_path: Path, ways: Ways, point: str
) -> None:
    url = f"sqlite:///{tmp_path}/govorun.db"
    database = Database(url)
    database.create()
    with serving(database, ways=ways, delivered=("telegram",)) as (turn, _):
        ivan, chat = await begun(turn)
        token = link_of(await ivan.says("go_on_in_telegram"))
        there = telegram(turn)
        assert said(await there.send(Started(id="update-1", at=NOW), link=token))[-1] == "[offer_link]"
        died = await asyncio.to_thread(
            subprocess.run, [sys.executable, "-m", "tests.turn.arriving", url, point], check=False
        )
        assert died.returncode == -signal.SIGKILL
        moved = point == "after the commit"
        assert (status(turn, chat.conversation) == "ended") == moved
        yes = Utterance(id="update-2", at=NOW, text="yes")
        on = await there.send(yes)  # the messenger brings it again
        assert on.repeated == moved
        assert said(on)[-1] == "На какой день и час?"
        assert status(turn, chat.conversation) == "ended"
        assert said(await there.says(f"when={TOMORROW}"))[-1] == "Как вас зовут?"
        await turn.close()
    database.close()


def test_links_have_the_form_that_a_telegram_deep_link_takes(ways: Ways, database: Database) -> None:
    with database.writing() as tx:
        assert ways.make(tx, conversation="none", identity=PHONE, channel="vk", at=NOW) == ""
    made: Any = ways._mac(b"x" * 12)
    assert len(made) == 16


async def test_whoever_is_known_here_is_asked_before_a_link_makes_them_one_with_whoever_made_it(turn: Turn) -> None:
    boris = telegram(turn)
    await boris.says("booking service=lor name=Борис_Котов")
    await boris.says("cancel")
    ivan, chat = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    assert said(await boris.starts(link=token))[-1] == "[offer_link]"
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, boris.identity) != joining.customer_of(tx, ivan.identity)
    await boris.says("no")
    assert status(turn, chat.conversation) == "bot"
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, boris.identity) != joining.customer_of(tx, ivan.identity)
    token = link_of(await ivan.says("go_on_in_telegram"))
    await boris.starts(link=token)
    assert said(await boris.says("yes"))[-1] == "На какой день и час?"
    with turn.database.reading() as tx:
        mine = joining.customer_of(tx, boris.identity)
        assert mine is not None
        assert mine == joining.customer_of(tx, ivan.identity)
        assert [each.proof for each in joining.acts_of(tx, mine)] == ["link"]
    assert status(turn, chat.conversation) == "ended"


async def test_a_newcomer_who_was_lured_by_somebodys_link_is_joined_with_nobody(turn: Turn) -> None:
    """Of whose link it is they learn what it goes on with and where, and no more."""
    ivan = writer(turn)
    await ivan.says("booking service=terapevt name=Иван_Петров")
    token = link_of(await ivan.says("go_on_in_telegram"))
    lured = telegram(turn)
    offered = await lured.starts(link=token)
    assert said(offered) == ["[offer_link]"]
    assert "Иван" not in str(offered.actions)
    await lured.says("no")
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, lured.identity) != joining.customer_of(tx, ivan.identity)
    assert "Иван" not in str((await lured.says("main.price")).session)


async def test_a_link_stands_sealed_in_the_journal_and_whole_in_what_is_sent(turn: Turn, ways: Ways) -> None:
    ivan, chat = await begun(turn)
    invited = await ivan.says("go_on_in_telegram")
    token = link_of(invited)
    with turn.database.reading() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(table.select()):
                assert token not in " ".join(map(str, row)), table.name
        kept = [row for row in conversations.rows(tx, chat.conversation) if isinstance(row.entry, Invited)]
    assert link_of(replace(invited, rows=tuple(map(ways.shown, kept)))) == token
    again = await ivan.send(Utterance(id="again", at=ivan.tick(), text="repeat"))
    with turn.database.reading() as tx:
        assert token not in str(conversations.rows(tx, again.conversation))


async def test_a_link_opens_nothing_on_a_channel_it_does_not_lead_to(turn: Turn) -> None:
    ivan, chat = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    other = Person(turn, Identity(kind="vk", value="1"), channel="vk")
    assert "[continuing]" not in said(await other.starts(link=token))
    assert status(turn, chat.conversation) == "bot"
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, other.identity) != joining.customer_of(tx, ivan.identity)


async def test_whoever_told_anothers_number_never_sees_what_its_owner_told_on_the_line(turn: Turn) -> None:
    ivan, _ = await begun(turn)
    token = link_of(await ivan.says("go_on_in_telegram"))
    await ivan.says("phone=+79051234567")
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    await line.says("yes")
    await line.says(f"when={TOMORROW}")
    await line.says("name=Анна_Тайная")
    for seen in (await ivan.says("main.price"), await ivan.says("yes"), await telegram(turn).starts(link=token)):
        assert "Анна" not in str(seen.session)
        assert not any(isinstance(each, TakeOver) for each in seen.actions)
    assert status(turn, line.conversation) == "bot"


async def test_a_split_forgets_what_was_looked_up_for_both(turn: Turn) -> None:
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    for answer in (f"booking service=terapevt when={TOMORROW}", "name=Анна_Тайная", "yes", "yes"):
        booking = await line.says(answer)
    with turn.database.reading() as tx:
        assert [each.status for each in booked(tx)] == ["confirmed"], said(booking)
    there = telegram(turn)
    there.now = line.now
    first = await there.starts()
    with turn.database.writing() as tx:  # long before they were joined
        where = conversations.conversations.c.id == first.conversation
        tx.execute(conversations.conversations.update().where(where).values(started=NOW.replace(year=2020)))
    wrong = (Proven(identity=PHONE, proof="contact"),)
    asked = await there.says("cancellation", proven=wrong)
    assert said(asked)[-1] == "Отменить?"
    with turn.database.writing() as tx:
        mine = joining.customer_of(tx, PHONE)
        assert mine is not None
        joining.split(tx, mine, [there.identity], by="anna", at=there.tick())
        kept = select(conversations.conversations.c.session).where(where)
        assert tx.execute(kept).scalar() is None
    assert "Отменил." not in said(await there.says("yes"))
    with turn.database.reading() as tx:
        assert [each.status for each in booked(tx)] == ["confirmed"]


async def test_what_staff_parted_is_not_joined_again_by_a_messenger_that_vouches_with_every_message(turn: Turn) -> None:
    await caller(turn).starts()
    there = Person(turn, Identity(kind="whatsapp", value="79051234567"), channel="whatsapp")
    vouched = (Proven(identity=PHONE, proof="messenger"),)
    await there.says("main.price", proven=vouched)
    with turn.database.writing() as tx:
        mine = joining.customer_of(tx, PHONE)
        assert mine is not None
        assert mine == joining.customer_of(tx, there.identity)
        joining.split(tx, mine, [there.identity], by="anna", at=there.tick())
    await there.says("main.price", proven=vouched)
    with turn.database.writing() as tx:
        assert joining.customer_of(tx, there.identity) != joining.customer_of(tx, PHONE)
        contact = joining.join(tx, there.identity, PHONE, proof="contact", at=there.tick())
        assert contact is not None  # what they do themselves proves it anew
