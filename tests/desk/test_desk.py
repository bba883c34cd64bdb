from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.desk import agents
from bot.desk.desk import MAX_FAILURES
from bot.desk.queue import CALL
from bot.dialogue.actions import Say
from bot.dialogue.events import AgentSaid, Left, TransferFailed, Utterance
from bot.errors import Conflict, NotAllowed, NotFound, Unacceptable
from bot.ports import Row
from bot.stores import conversations
from tests.desk.conftest import Office
from tests.turn.clinic import NOW, caller, said, writer


def journal(office: Office, conversation: str) -> tuple[Row, ...]:
    with office.database.reading() as tx:
        return conversations.rows(tx, conversation)


async def test_who_asks_for_a_person_waits_in_the_queue_with_every_line(office: Office) -> None:
    ivan = writer(office.turn)
    await ivan.says("main.price")
    asked = await ivan.says("operator")
    (waiting,) = await office.desk.queue()
    assert (waiting.conversation, waiting.status, waiting.medium) == (asked.conversation, "waiting", "text")
    spoken = [row.entry.text for row in journal(office, asked.conversation) if isinstance(row.entry, Utterance)]
    assert spoken == ["main.price", "operator"]


async def test_an_agent_writes_and_gives_the_customer_back_to_the_bot(office: Office) -> None:
    ivan, anna = writer(office.turn), office.hire("anna")
    conversation = (await ivan.says("operator")).conversation
    await office.desk.accept(conversation, anna)
    (line,) = await office.desk.queue()
    assert (line.status, line.agent) == ("accepted", "anna")
    assert said(await ivan.says("main.price")) == []  # the bot is silent while a person speaks
    await office.desk.say(conversation, anna, "Здравствуйте, это Анна.")
    back = await office.desk.give_back(conversation, anna)
    assert back.session.status == "bot"
    assert await office.desk.queue() == ()
    assert "Приём стоит 1500 рублей." in said(await ivan.says("main.price"))
    written = [row.entry.text for row in journal(office, conversation) if isinstance(row.entry, AgentSaid)]
    assert written == ["Здравствуйте, это Анна."]


async def test_of_two_agents_at_once_one_gets_the_conversation(office: Office) -> None:
    conversation = (await writer(office.turn).says("operator")).conversation
    people = [office.hire(login) for login in ("anna", "boris", "clara")]
    tried = await asyncio.gather(
        *(office.desk.accept(conversation, person) for person in people), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict) for each in tried) == 2


async def test_only_the_agent_who_holds_it_may_speak(office: Office) -> None:
    anna, boris = office.hire("anna"), office.hire("boris")
    conversation = (await writer(office.turn).says("operator")).conversation
    with pytest.raises(Conflict, match="Accept it first"):
        await office.desk.say(conversation, anna, "Здравствуйте")
    await office.desk.accept(conversation, anna)
    with pytest.raises(Conflict, match="anna holds it"):
        await office.desk.say(conversation, boris, "Здравствуйте")
    with pytest.raises(Conflict, match="anna holds it"):
        await office.desk.close(conversation, boris)
    await office.desk.close(conversation, anna)
    with pytest.raises(Conflict, match="has ended"):
        await office.desk.accept(conversation, boris)


async def test_the_bot_neither_speaks_nor_listens_while_a_person_holds_the_conversation(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    ivan, anna = writer(office.turn), office.hire("anna")
    conversation = (await ivan.says("operator")).conversation
    joined = await office.desk.accept(conversation, anna)
    assert joined is not None
    for words in ("booking", "operator", "cancel", "boom"):
        await ivan.says(words)
    assert caplog.text == ""  # "boom" would have broken the understanding
    after = [row for row in journal(office, conversation) if row.seq > joined.rows[-1].seq]
    assert not any(isinstance(row.entry, Say) for row in after)


async def test_an_agents_request_sent_twice_is_one_line(office: Office) -> None:
    anna = office.hire("anna")
    conversation = (await writer(office.turn).says("operator")).conversation
    await office.desk.accept(conversation, anna)
    for _ in range(2):
        await office.desk.say(conversation, anna, "Здравствуйте", event="page-1")
    assert sum(isinstance(row.entry, AgentSaid) for row in journal(office, conversation)) == 1


async def test_an_agent_may_take_a_conversation_that_nobody_gave(office: Office) -> None:
    anna = office.hire("anna")
    conversation = (await writer(office.turn).says("booking")).conversation
    await office.desk.accept(conversation, anna)
    (line,) = await office.desk.queue()
    assert (line.status, line.agent, line.reason) == ("accepted", "anna", "joined")


async def test_who_goes_away_leaves_the_queue(office: Office) -> None:
    ivan = writer(office.turn)
    await ivan.says("operator")
    await ivan.send(Left(id="bye", at=ivan.tick()))
    assert await office.desk.queue() == ()


async def test_an_empty_line_and_an_unknown_conversation_are_refused(office: Office) -> None:
    anna = office.hire("anna")
    conversation = (await writer(office.turn).says("operator")).conversation
    await office.desk.accept(conversation, anna)
    with pytest.raises(Unacceptable):
        await office.desk.say(conversation, anna, "  ")
    with pytest.raises(NotFound):
        await office.desk.accept("no-such", anna)


async def test_a_call_is_sent_to_the_telephone_of_the_agent_who_takes_it(office: Office) -> None:
    line, anna = caller(office.turn), office.hire("anna", sip="sip:anna@127.0.0.1")
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    async with office.bus.subscribe(f"conversation.{line.conversation}") as live:
        assert await office.desk.accept(line.conversation, anna) is None
        assert (await anext(live))["transfer"] == {"to": "sip:anna@127.0.0.1", "agent": "anna", "name": "Anna"}
    with pytest.raises(Conflict):
        await office.desk.accept(line.conversation, anna)  # it is ringing there already
    (waiting,) = await office.desk.queue()
    assert (waiting.agent, waiting.transfer) == ("anna", "transferring")
    await line.send(Left(id="refer", at=line.tick(), reason="transferred"))
    (talking,) = await office.desk.queue()  # before the agent's eyes while they talk
    assert (talking.status, talking.agent, talking.transfer) == ("accepted", "anna", "transferred")
    await office.desk.close(line.conversation, anna)
    assert await office.desk.queue() == ()


async def test_while_one_agents_telephone_rings_another_cannot_write_into_the_call(office: Office) -> None:
    line, anna, boris = caller(office.turn), office.hire("anna", sip="sip:anna@127.0.0.1"), office.hire("boris")
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    await office.desk.accept(line.conversation, anna)
    with pytest.raises(Conflict, match="anna's telephone is ringing"):
        await office.desk.accept(line.conversation, boris)
    await line.send(TransferFailed(id="486", at=line.tick(), status=486))
    joined = await office.desk.accept(line.conversation, boris)  # she did not answer: the call is free again
    assert joined is not None
    assert joined.session.agent == "boris"


async def test_a_transferred_call_that_nobody_closes_leaves_the_queue_by_itself(office: Office) -> None:
    line, anna = caller(office.turn), office.hire("anna", sip="sip:anna@127.0.0.1")
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    await office.desk.accept(line.conversation, anna)
    await line.send(Left(id="refer", at=line.tick(), reason="transferred"))
    await office.turn.sweep(line.now + CALL - timedelta(minutes=1))
    assert len(await office.desk.queue()) == 1
    await office.turn.sweep(line.now + CALL + timedelta(minutes=1))
    assert await office.desk.queue() == ()


async def test_a_caller_hears_what_an_agent_without_a_telephone_writes(office: Office) -> None:
    line, boris = caller(office.turn), office.hire("boris")
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    joined = await office.desk.accept(line.conversation, boris)
    assert joined is not None
    assert joined.session.status == "agent"


async def test_a_telephone_that_does_not_answer_gives_the_caller_back(office: Office) -> None:
    line, anna = caller(office.turn), office.hire("anna", sip="sip:anna@127.0.0.1")
    line.conversation = (await line.starts()).conversation
    await line.says("operator")
    await office.desk.accept(line.conversation, anna)
    back = await line.send(TransferFailed(id="486", at=line.tick(), status=486))
    assert back.session.status == "bot"
    await line.says("operator")  # and may ask again
    (waiting,) = await office.desk.queue()
    assert (waiting.status, waiting.transfer) == ("waiting", "")


async def test_the_desk_is_told_of_every_change_of_its_queue(office: Office) -> None:
    ivan, anna = writer(office.turn), office.hire("anna")
    async with office.bus.subscribe("desk") as live:
        conversation = (await ivan.says("operator")).conversation
        await office.desk.accept(conversation, anna)
        await office.desk.give_back(conversation, anna)
        told = [(await anext(live))["status"] for _ in range(3)]
    assert told == ["waiting", "agent", "bot"]


async def test_the_first_agents_password_is_made_once_and_works(office: Office) -> None:
    password = await office.desk.open()
    assert password is not None
    assert await office.desk.open() is None
    assert (await office.desk.login("agent", password)).login == "agent"
    with office.database.reading() as tx:
        stored = tx.exec_driver_sql("SELECT password FROM agents").scalar_one()
    assert password not in stored
    assert stored.startswith("scrypt$")


async def test_a_wrong_password_and_a_wrong_login_are_told_nothing_apart(office: Office) -> None:
    office.hire("anna")
    for login, password in (("anna", "wrong"), ("nobody", "long enough")):
        with pytest.raises(NotAllowed, match="the login or the password is wrong"):
            await office.desk.login(login, password)


async def test_guessing_passwords_comes_to_a_rest(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "matches", lambda *_: False)
    for _ in range(MAX_FAILURES):
        with pytest.raises(NotAllowed):
            await office.desk.login("anna", "guess")
    with pytest.raises(NotAllowed, match="Wait a minute") as refused:
        await office.desk.login("anna", "guess")
    assert (refused.value.status, refused.value.retry_s) == (429, 60)


async def test_a_short_password_is_refused(office: Office) -> None:
    with office.database.writing() as tx, pytest.raises(Unacceptable, match="less than 8"):
        agents.add(tx, login="x", name="x", password="short", at=NOW)


async def test_presence_is_kept_and_told(office: Office) -> None:
    anna = office.hire("anna")
    async with office.bus.subscribe("desk") as live:
        await office.desk.attend(anna, "here")
        assert await anext(live) == {"agent": "anna", "presence": "here"}
    assert [agent.presence for agent in await office.desk.agents()] == ["here"]
