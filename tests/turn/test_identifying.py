"""Who somebody is: which of a family calls, whether a new name is a new person, a code to the telephone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import func, select

from bot.backends.calendar import booked
from bot.customers import codes, erasing, joining, persons, profile, terms
from bot.customers.links import Ways
from bot.dialogue import codec
from bot.dialogue.actions import Say, Speaks
from bot.dialogue.events import Chosen, CodeSent, Identified, Keys, Started, Utterance
from bot.dialogue.session import Identifying, Session
from bot.dialogue.values import PersonName
from bot.errors import Conflict
from bot.outbox import Outbox
from bot.ports import Identity, Outcome, Row
from bot.stores import conversations
from bot.stores.schema import conversations as talks
from bot.stores.schema import metadata, phone_codes
from bot.stores.sql import Database
from bot.turn import Turn
from tests.turn.clinic import NOW, TOMORROW, Person, caller, said, serving, writer

PHONE = Identity(kind="phone", value="+79051234567")
IVAN = PersonName(given="Иван", family="Петров")
MARIA = PersonName(given="Мария", family="Петрова")


@pytest.fixture
def ways() -> Ways:
    return Ways(key=b"k" * 32, sms="sms")


@pytest.fixture
async def turn(database: Database, ways: Ways) -> AsyncIterator[Turn]:
    with serving(database, ways=ways) as (made, _):
        yield made
        await made.close()


def family(turn: Turn) -> tuple[int, int]:
    """Ivan and Maria, who share a telephone; what each has told."""
    with turn.database.writing() as tx:
        ivan = profile.recognise(tx, PHONE, NOW)
        profile.learn(tx, ivan, "name", IVAN, via=PHONE.via, source="said", at=NOW)
        profile.learn(tx, ivan, "illness", "тайна Ивана", via=PHONE.via, source="said", at=NOW)
        maria = persons.add(tx, PHONE, at=NOW, name=MARIA)
        profile.learn(tx, maria.customer, "illness", "тайна Марии", via=maria.identity.via, source="said", at=NOW)
    return ivan, maria.customer


_calls = count(1)


def rings(turn: Turn, *, after: Person | None = None) -> Person:
    """One more call from that number."""
    line = caller(turn)
    line.ids = count(1000 * next(_calls))
    line.now = after.now if after is not None else line.now
    return line


async def chooses(who: Person, option: str) -> Outcome:
    return await who.send(Chosen(id=who.next_id(), at=who.tick(), option=option))


def customer_of(turn: Turn, conversation: str) -> int:
    with turn.database.reading() as tx:
        found = conversations.summary(tx, conversation)
        assert found is not None
        return found.customer


# --- one telephone ------------------------------------------------------------------------------


async def test_who_of_a_family_calls_is_asked_before_anything_of_either_is_known(turn: Turn) -> None:
    _, maria = family(turn)
    line = rings(turn)
    begun = await line.starts()
    line.conversation = begun.conversation
    assert said(begun) == ["[who_speaks]"]
    asked = next(each for each in begun.actions if isinstance(each, Say))
    assert [each.title for each in asked.choices] == ["Иван Петров", "Мария Петрова", "Другой человек"]
    assert dict(begun.session.customer) == {}
    assert "тайна" not in str(begun.rows)
    known = await line.press("2")
    assert said(known)[0] == "Чем помочь?"
    assert known.session.customer["illness"] == "тайна Марии"
    assert "Ивана" not in str(known.rows)
    assert customer_of(turn, begun.conversation) == maria


async def test_what_one_leaves_open_is_offered_to_no_other(turn: Turn) -> None:
    ivan, maria = family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    await chooses(line, "person.2")
    await line.says(f"booking service=terapevt when={TOMORROW}")
    with turn.database.writing() as tx:
        open_one = talks.c.id == line.conversation
        tx.execute(talks.update().where(open_one).values(channel="elsewhere", status="ended"))
    for option, offered in (("person.1", False), ("somebody_else", False), ("person.2", True)):
        again = rings(turn, after=line)
        again.conversation = (await again.starts()).conversation
        assert again.conversation != line.conversation
        found = await chooses(again, option)
        assert (found.session.offer is not None) is offered, option
    with turn.database.reading() as tx:
        assert len(persons.behind(tx, PHONE)) == 3
        assert {each.customer for each in persons.behind(tx, PHONE)} > {ivan, maria}


async def test_bookings_of_a_familys_number_are_found_by_whose_they_are_alone(turn: Turn) -> None:
    family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    await chooses(line, "person.2")
    for answer in (f"booking service=terapevt when={TOMORROW}", "yes"):
        done = await line.says(answer)
    with turn.database.reading() as tx:
        assert [each.phone for each in booked(tx)] == [PHONE.value], said(done)
    other = rings(turn, after=line)
    other.conversation = (await other.starts()).conversation
    await chooses(other, "person.1")
    assert "Отменить?" not in said(await other.says("cancellation"))
    same = rings(turn, after=line)
    same.conversation = (await same.starts()).conversation
    await chooses(same, "person.2")
    assert "Отменить?" in said(await same.says("cancellation"))


async def test_whoever_says_a_name_that_is_known_is_that_one_and_a_new_name_is_somebody_new(turn: Turn) -> None:
    _, maria = family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    found = await line.send(_says(line, "who=Мария"))
    assert found.session.customer["name"] == MARIA
    other = rings(turn)
    other.conversation = (await other.starts()).conversation
    new = await other.send(_says(other, "who=Пётр"))
    assert dict(new.session.customer) == {}
    assert customer_of(turn, other.conversation) not in (maria, customer_of(turn, line.conversation))


def _says(line: Person, text: str) -> Utterance:
    return Utterance(id=line.next_id(), at=line.tick(), text=text)


async def test_what_was_said_before_the_question_is_done_after_its_answer(turn: Turn) -> None:
    family(turn)
    sms = Person(turn, PHONE, channel="sms")
    first = await sms.says("booking service=terapevt")
    assert said(first) == ["[who_speaks]"]
    known = await chooses(sms, "person.1")
    assert said(known)[-1] == "На какой день и час?"
    assert known.session.stack[-1].values["service"] == "terapevt"


async def test_who_does_not_say_is_served_as_nobody_and_teaches_nobody_anything(turn: Turn) -> None:
    ivan, maria = family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    assert said(await line.says("hmm")) == ["[who_speaks]"]
    assert said(await line.says("hmm"))[0] == "Чем помочь?"
    for answer in (f"booking service=terapevt when={TOMORROW} name=Пётр_Чужой", "yes"):
        await line.says(answer)
    with turn.database.reading() as tx:
        assert [profile.facts_of(tx, each)["name"] for each in (ivan, maria)] == [IVAN, MARIA]
        assert len(persons.behind(tx, PHONE)) == 2


async def test_a_telephone_rests_for_who_does_not_say_who_they_are(turn: Turn) -> None:
    family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    for _ in range(2):
        await line.says("hmm")
    with turn.database.reading() as tx:
        terms.may_call(tx, PHONE.value, NOW)
    told = await line.says("do_not_call")
    assert isinstance(told.session.identifying, Identifying)
    assert told.session.identifying.kind == "nobody"
    with turn.database.reading() as tx, pytest.raises(Conflict, match="asked us not to call"):
        terms.may_call(tx, PHONE.value, NOW)


async def test_who_does_not_say_finds_what_nobody_of_them_booked(turn: Turn) -> None:
    """Neither the first's, whose the number is, nor what another nobody did."""
    ivan, _ = family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    await chooses(line, "person.1")
    for answer in (f"booking service=terapevt when={TOMORROW}", "yes"):
        await line.says(answer)
    with turn.database.reading() as tx:
        assert [each.customer for each in booked(tx)] == [ivan]
    for _ in range(2):
        other = rings(turn, after=line)
        other.conversation = (await other.starts()).conversation
        for unclear in ("hmm", "hmm"):
            await other.says(unclear)
        assert "Отменить?" not in said(await other.says("cancellation"))
        assert customer_of(turn, other.conversation) != ivan


async def test_where_too_many_share_a_number_one_more_is_served_as_nobody(turn: Turn) -> None:
    ivan, _ = family(turn)
    with turn.database.writing() as tx:
        for number in range(persons.MOST - 2):
            persons.add(tx, PHONE, at=NOW, name=f"Сын {number}")
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    await chooses(line, "somebody_else")
    for answer in (f"booking service=terapevt when={TOMORROW} name=Пётр_Чужой", "yes"):
        await line.says(answer)
    with turn.database.reading() as tx:
        assert profile.facts_of(tx, ivan)["name"] == IVAN
        assert ivan not in {each.customer for each in booked(tx)}
        assert len(persons.behind(tx, PHONE)) == persons.MOST


async def test_where_one_went_on_is_offered_to_no_other_of_the_family(turn: Turn) -> None:
    _, maria = family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    await chooses(line, "person.2")
    await line.says(f"booking service=terapevt when={TOMORROW}")
    chat = writer(turn)
    chat.now = line.now
    await chat.says("hmm")
    with turn.database.writing() as tx:
        joining.join(tx, persons.behind(tx, PHONE)[1].identity, chat.identity, proof="link", at=line.now)
        there = talks.c.value == chat.identity.value
        begun = tx.execute(select(talks.c.session).where(talks.c.id == line.conversation)).scalar_one()
        session = codec.load(begun)
        assert isinstance(session, Session)
        moved_to = tx.execute(select(talks.c.id).where(there)).scalar_one()
        tx.execute(talks.update().where(there).values(session=begun, customer=maria))
        moved = codec.dump(replace(session, moved=moved_to))
        tx.execute(
            talks.update().where(talks.c.id == line.conversation).values(session=moved, status="ended", customer=maria)
        )
    for option, offered in (("person.1", False), ("person.2", True)):
        again = rings(turn, after=line)
        again.conversation = (await again.starts()).conversation
        found = await chooses(again, option)
        assert (found.session.offer is not None) is offered, option


async def test_a_call_of_ours_to_a_family_tells_whoever_picks_up_nothing_of_any(turn: Turn) -> None:
    family(turn)
    line = rings(turn)
    begun = await line.send(Started(id=line.next_id(), at=line.tick(), answered="human"))
    assert dict(begun.session.customer) == {}
    assert "[who_speaks]" not in said(begun)


# --- a new name ---------------------------------------------------------------------------------


async def books_as(turn: Turn, name: str) -> tuple[Person, Outcome]:
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    await line.says(f"booking service=terapevt when={TOMORROW} name={name}")
    return line, await line.says("yes")


async def known(turn: Turn) -> int:
    with turn.database.writing() as tx:
        ivan = profile.recognise(tx, PHONE, NOW)
        profile.learn(tx, ivan, "name", IVAN, via=PHONE.via, source="said", at=NOW)
    return ivan


async def test_a_new_name_on_a_known_number_is_asked_about_and_overwrites_nothing(turn: Turn) -> None:
    ivan = await known(turn)
    line, done = await books_as(turn, "Мария_Петрова")
    assert said(done)[-1] == "[new_name]"
    with turn.database.reading() as tx:
        assert profile.facts_of(tx, ivan)["name"] == IVAN
    after = await chooses(line, "somebody_else")
    assert said(after)[0] == "Чем помочь?"
    with turn.database.reading() as tx:
        first, second = persons.behind(tx, PHONE)
        assert (first.name, second.name) == (IVAN, MARIA)
        assert profile.facts_of(tx, ivan)["name"] == IVAN
        assert [each.customer for each in booked(tx)] == [second.customer]
    assert customer_of(turn, done.conversation) == second.customer


@pytest.mark.parametrize(("answer", "name"), [("name_is_wrong", MARIA), ("for_another", IVAN), ("", IVAN)])
async def test_a_mistake_is_mended_and_a_booking_for_another_changes_no_name(
    turn: Turn, answer: str, name: PersonName
) -> None:
    ivan = await known(turn)
    line, _ = await books_as(turn, "Мария_Петрова")
    after = await chooses(line, answer) if answer else await line.says("main.price")
    assert after.session.identifying is None
    with turn.database.reading() as tx:
        assert profile.facts_of(tx, ivan)["name"] == name
        assert len(persons.behind(tx, PHONE)) == 1


async def test_the_same_name_more_fully_is_no_new_person(turn: Turn) -> None:
    with turn.database.writing() as tx:
        ivan = profile.recognise(tx, PHONE, NOW)
        profile.learn(tx, ivan, "name", PersonName(given="Иван"), via=PHONE.via, source="said", at=NOW)
    _, done = await books_as(turn, "Иван_Петров")
    assert "[new_name]" not in said(done)
    with turn.database.reading() as tx:
        assert profile.facts_of(tx, ivan)["name"] == IVAN


async def test_in_a_messenger_of_ones_own_a_name_is_simply_changed(turn: Turn) -> None:
    ivan = writer(turn)
    for name in ("Иван_Петров", "Пётр_Петров"):
        for answer in (f"booking service=terapevt when={TOMORROW} name={name} phone=+79051234567", "yes"):
            done = await ivan.says(answer)
        assert "[new_name]" not in said(done)


# --- a code to the telephone --------------------------------------------------------------------


class Gateway:
    """An SMS gateway: what it was given."""

    name = "sms"

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    async def deliver(self, row: Row, identity: Identity) -> None:
        assert isinstance(row.entry, Say)
        self.sent.append((identity.value, row.entry.text))


async def code_of(turn: Turn, ways: Ways) -> str:
    """What came by SMS, last."""
    gateway = Gateway()
    box = Outbox(turn.database, {"sms": gateway}, turn._bus, shown=ways.shown)
    while await box.deliver(NOW.replace(year=2030)):
        pass
    number, text = gateway.sent[-1]
    assert number == PHONE.value
    found = re.search(r"\d{6}", text)
    assert found is not None, text
    return found[0]


async def wants(who: Person) -> Outcome:
    assert said(await who.says("prove_number"))[-1] == "[code_number]"
    return await who.says(f"own_number={PHONE.value}")


async def test_the_code_that_came_by_sms_makes_the_chat_and_the_number_one_persons(turn: Turn, ways: Ways) -> None:
    ivan_number = await known(turn)
    chat = writer(turn)
    await chat.says("hmm")
    assert said(await wants(chat)) == ["[code_sent]"]
    code = await code_of(turn, ways)
    right = await chat.says(f"sent_code={code}")
    assert said(right)[0] == "[code_right]"
    assert right.session.customer["name"] == IVAN
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, chat.identity) == joining.customer_of(tx, PHONE) == ivan_number
        assert [each.proof for each in joining.acts_of(tx, ivan_number)] == ["code"]
        for table in metadata.sorted_tables:
            for row in tx.execute(table.select()):
                assert code not in " ".join(map(str, row)), table.name


async def test_a_code_of_another_is_worth_nothing_and_five_guesses_are_all(turn: Turn, ways: Ways) -> None:
    mine, other = writer(turn), writer(turn, "boris")
    other.now += timedelta(minutes=1)
    for each in (mine, other):
        await each.says("hmm")
        await wants(each)
    code = await code_of(turn, ways)  # the other's, who asked last
    for left in range(codes.TRIES - 1, -1, -1):
        wrong = await mine.says(f"sent_code={code}")
        assert said(wrong)[0] == ("[code_wrong]" if left else "[code_over]")
    assert wrong.session.identifying is None
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, mine.identity) != joining.customer_of(tx, PHONE)
    assert said(await other.says(f"sent_code={code}"))[0] == "[code_right]"


async def test_a_code_is_good_for_ten_minutes_and_once(turn: Turn, ways: Ways) -> None:
    chat = writer(turn)
    await chat.says("hmm")
    await wants(chat)
    code = await code_of(turn, ways)
    chat.now += timedelta(minutes=10)
    assert said(await chat.says(f"sent_code={code}"))[0] == "[code_over]"
    with turn.database.writing() as tx:
        made = codes.send(tx, ways, PHONE.value, asker=chat.identity.via, conversation=_any(turn), at=chat.now)
        code = ways.opened(made.sealed)
        mine = {"asker": chat.identity.via, "at": chat.now}
        assert codes.check(tx, ways, PHONE.value, code, **mine).right  # type: ignore[arg-type]
        assert not codes.check(tx, ways, PHONE.value, code, **mine).right  # type: ignore[arg-type]


def _any(turn: Turn) -> str:
    with turn.database.reading() as tx:
        return str(tx.execute(select(talks.c.id).limit(1)).scalar_one())


async def test_a_number_gets_three_codes_a_day_and_a_premium_one_none(turn: Turn) -> None:
    replies = []
    for at in range(4):
        chat = writer(turn, f"writer-{at}")
        await chat.says("hmm")
        replies.append(said(await wants(chat))[0])
    assert replies == ["[code_sent]"] * 3 + ["[code_too_often]"]
    chat = writer(turn, "caller of premium numbers")
    await chat.says("prove_number")
    assert said(await chat.says("own_number=+78095551234"))[0] == "[code_no_way]"
    with turn.database.reading() as tx:
        assert tx.execute(select(func.count()).select_from(phone_codes)).scalar() == 3


async def test_made_up_visitors_get_so_many_codes_an_hour_and_no_more(
    turn: Turn,
) -> None:
    assert turn.ways is not None
    turn.ways.codes_an_hour = 2
    replies = []
    for at in range(3):
        chat = writer(turn, f"writer-{at}")
        await chat.says("prove_number")
        replies.append(said(await chat.says(f"own_number=+7905123450{at}"))[0])
    assert replies == ["[code_sent]"] * 2 + ["[code_too_often]"]


async def test_who_never_said_who_they_are_is_erased_with_the_last_of_the_number(turn: Turn) -> None:
    ivan, maria = family(turn)
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    for unclear in ("hmm", "hmm", "goodbye"):
        await line.says(unclear)
    with turn.database.writing() as tx:
        for number, left in ((ivan, 1), (maria, 0)):
            erasing.erase(tx, number, sounds=lambda _: 0, by="anna", at=line.now)
            assert tx.execute(select(func.count()).select_from(talks)).scalar() == left


async def test_where_no_sms_goes_out_nobody_is_joined_on_a_guess(database: Database) -> None:
    with serving(database, ways=Ways(key=b"k" * 32)) as (turn, _):
        chat = writer(turn)
        await chat.says("hmm")
        answer = await wants(chat)
        assert said(answer)[0] == "[code_no_way]"
        assert [each.why for row in answer.rows if isinstance(each := row.entry, CodeSent)] == ["no_way"]
        with turn.database.reading() as tx:
            assert joining.customer_of(tx, PHONE) is None
        await turn.close()


async def test_a_caller_from_a_hidden_number_proves_theirs_by_keys_and_goes_on(turn: Turn, ways: Ways) -> None:
    await known(turn)
    hidden = Person(turn, Identity(kind="sip", value="anonymous-1"), channel="sip", medium="voice")
    hidden.conversation = (await hidden.starts()).conversation
    await hidden.says("booking service=terapevt")
    await hidden.says("prove_number")
    assert said(await hidden.press("89051234567")) == ["[code_sent]"]
    code = await code_of(turn, ways)
    right = await hidden.press(code)
    assert said(right) == ["[code_right]", "На какой день и час?"]
    assert [row.entry.digits for row in right.rows if isinstance(row.entry, Keys)] == [code]
    with turn.database.reading() as tx:
        rows = conversations.rows(tx, right.conversation)
        kept = [row.entry.digits for row in rows if isinstance(row.entry, Keys)]
        assert kept[-1] == "••••••"
        assert joining.customer_of(tx, hidden.identity) == joining.customer_of(tx, PHONE)


async def test_a_familys_number_that_is_proven_is_asked_whose_it_is(turn: Turn, ways: Ways) -> None:
    _, maria = family(turn)
    chat = writer(turn)
    await chat.says("hmm")
    await wants(chat)
    right = await chat.says(f"sent_code={await code_of(turn, ways)}")
    assert said(right) == ["[code_right]", "[who_speaks]"]
    assert "тайна" not in str(right.rows)
    found = await chooses(chat, "person.2")
    assert found.session.customer["illness"] == "тайна Марии"
    assert [each.number for each in found.actions if isinstance(each, Speaks)] == [PHONE.value]
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, chat.identity) == maria


async def test_whoever_thinks_better_of_it_goes_on_where_they_were(turn: Turn) -> None:
    chat = writer(turn)
    await chat.says("booking service=terapevt")
    await wants(chat)
    left = await chat.says("cancel")
    assert said(left) == ["[code_left]", "На какой день и час?"]
    line = rings(turn)
    line.conversation = (await line.starts()).conversation
    assert said(await line.says("prove_number"))[0] == "[code_number]"
    assert said(await line.says(f"own_number={PHONE.value}"))[0] == "[code_needless]"
    assert not any(isinstance(row.entry, Identified) for row in left.rows)
