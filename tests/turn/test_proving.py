"""`prove:` in a scenario: what is personal is told to nobody who has not shown that the telephone is theirs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.authoring.load import load
from bot.customers import joining, profile
from bot.customers.links import Ways
from bot.dialogue.actions import Handoff, Say, SendCode
from bot.dialogue.events import Silence
from bot.outbox import Outbox
from bot.ports import Identity, Outcome, Row
from bot.stores import conversations
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from bot.turn import Served, Turn
from bot.understanding.nlu import BuiltinNlu
from tests.turn.clinic import NOW, Person, caller, said, writer

NUMBER = "+79051234567"
FILES = {
    "business.yaml": "name: {ru: Банк, en: Bank}\nlanguages: [ru, en]\nstart: main\ntimezone: Europe/Moscow\n",
    "main.yaml": """\
scenario: main
title: {ru: Меню, en: Menu}
steps:
  - choose: {ru: Чем помочь?, en: What is it?}
    loop: yes
    items:
      balance: {title: {ru: Остаток, en: Balance}, key: 1, start: balance}
      history: {title: {ru: История, en: History}, key: 2, start: history}
      limit: {title: {ru: Лимит, en: Limit}, key: 3, start: limit}
""",
    "balance.yaml": """\
scenario: balance
title: {ru: Остаток, en: Balance}
phrases: {ru: [какой остаток], en: [what is my balance]}
steps:
  - prove: customer
    unproven:
      - say: {ru: "Тогда остаток не скажу.", en: "Then I can't tell the balance."}
  - say: {ru: "Остаток 1500 рублей.", en: "You have 1500 roubles."}
""",
    "history.yaml": """\
scenario: history
title: {ru: История, en: History}
phrases: {ru: [покажи историю], en: [show the history]}
steps:
  - prove: customer
  - say: {ru: "Три покупки.", en: "Three purchases."}
""",
    "limit.yaml": """\
scenario: limit
title: {ru: Лимит, en: Limit}
phrases: {ru: [поменяй лимит], en: [change the limit]}
slots:
  phone: {type: phone, prove: yes, ask: {ru: Ваш телефон?, en: Your telephone?}}
steps:
  - collect: [phone]
  - say: {ru: "Лимит для {phone} поменян.", en: "The limit of {phone} is changed."}
""",
}


@pytest.fixture
def ways() -> Ways:
    return Ways(key=b"k" * 32, sms="sms")


@pytest.fixture
async def turn(tmp_path: Path, ways: Ways) -> AsyncIterator[Turn]:
    folder = tmp_path / "bank"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    scenarios = load(folder)
    database = Database(f"sqlite:///{tmp_path / 'govorun.db'}")
    database.create()
    served = Served(scenarios=scenarios, nlu=BuiltinNlu(scenarios.phrases, encoder=None))
    made = Turn(database, {"bank": served}, LocalBus(), default="bank", ways=ways, delivered=("telegram",))
    yield made
    await made.close()
    database.close()


class Gateway:
    """What it was given to send."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[tuple[str, str]] = []

    async def deliver(self, row: Row, identity: Identity) -> None:
        text = row.entry.text if isinstance(row.entry, Say) else ""
        if found := re.search(r"\d{6}", text):
            self.sent.append((identity.via, found[0]))


async def codes_sent(turn: Turn, ways: Ways) -> list[tuple[str, str]]:
    """To whom and which, of those that were not looked at before."""
    gateways = {name: Gateway(name) for name in ("sms", "telegram")}
    box = Outbox(turn.database, gateways, turn._bus, shown=ways.shown)
    while await box.deliver(NOW.replace(year=2030)):
        pass
    return [sent for each in gateways.values() for sent in each.sent]


async def rung(turn: Turn, phone: str = NUMBER) -> Person:
    line = caller(turn, phone)
    line.conversation = (await line.starts()).conversation
    return line


def asks_for_a_code(outcome: Outcome) -> bool:
    return "шесть цифр" in said(outcome)[-1].lower() or "six digits" in said(outcome)[-1].lower()


@pytest.mark.parametrize("by_keys", [True, False])
async def test_on_a_call_the_code_is_keyed_or_said_and_what_was_asked_for_follows(
    turn: Turn, ways: Ways, by_keys: bool
) -> None:
    line = await rung(turn)
    asked = await line.says("какой остаток")
    assert said(asked) == ["Отправила СМС с кодом на номер, который кончается на 67. Введите шесть цифр из неё."]
    [(to, code)] = await codes_sent(turn, ways)
    assert to == f"phone:{NUMBER}"
    assert not any("1500" in text for text in said(asked))
    told = await (line.press(code) if by_keys else line.says(" ".join(code)))
    assert said(told)[:2] == ["Спасибо, номер подтверждён.", "Остаток 1500 рублей."]
    again = await line.says("покажи историю")
    assert "Три покупки." in said(again)  # once is enough for a conversation
    assert not await codes_sent(turn, ways)


async def test_in_a_chat_the_code_goes_to_the_telephone_that_is_known_and_to_no_other(turn: Turn, ways: Ways) -> None:
    chat = writer(turn)
    await chat.says("меню")
    with turn.database.writing() as tx:
        profile.recognise(tx, Identity(kind="phone", value=NUMBER), NOW)
        joining.join(tx, chat.identity, Identity(kind="phone", value=NUMBER), proof="contact", at=NOW)
        mine = joining.customer_of(tx, chat.identity)
        assert mine is not None
        profile.learn(tx, mine, "phone", "+79990000000", source="said", at=NOW, via=chat.identity.via)  # anybody may
    assert asks_for_a_code(await chat.says("какой остаток"))
    [(to, code)] = await codes_sent(turn, ways)
    assert to == f"phone:{NUMBER}"
    assert said(await chat.says("111111" if code != "111111" else "222222")) == ["Код не подходит. Попробуйте ещё раз."]
    assert "Остаток 1500 рублей." in said(await chat.says(code))


async def test_whoever_is_known_by_no_number_is_asked_for_one_and_is_that_numbers_from_then_on(
    turn: Turn, ways: Ways
) -> None:
    with turn.database.writing() as tx:
        ivan = profile.recognise(tx, Identity(kind="phone", value=NUMBER), NOW)
        profile.learn(tx, ivan, "name", "Иван", source="said", at=NOW, via=f"phone:{NUMBER}")
    chat = writer(turn)
    assert said(await chat.says("какой остаток"))[-1] == "На какой номер прислать код?"
    await chat.says("+7 905 123-45-67")
    [(_, code)] = await codes_sent(turn, ways)
    told = await chat.says(code)
    assert "Остаток 1500 рублей." in said(told)
    assert told.session.customer["name"] == "Иван"
    with turn.database.reading() as tx:
        assert joining.customer_of(tx, chat.identity) == ivan


async def test_who_proves_nothing_hears_nothing_but_what_the_author_says_to_that(turn: Turn) -> None:
    line = await rung(turn)
    await line.says("какой остаток")
    for _ in range(2):
        over = await line.send(Silence(id=line.next_id(), at=line.tick(), seconds=6))
    assert "Тогда остаток не скажу." in said(over)
    assert not any("1500" in each for each in said(over))
    chat = writer(turn)
    await chat.says("покажи историю")
    await chat.says("ммм")
    left = await chat.says("ммм")
    assert [each.reason for each in left.actions if isinstance(each, Handoff)] == ["who they are is not proven"]
    assert not any("покупки" in each for each in said(left))


async def test_a_slot_that_is_to_be_proven_is_before_anything_is_done_with_it(turn: Turn, ways: Ways) -> None:
    chat = writer(turn)
    await chat.says("поменяй лимит")
    assert asks_for_a_code(await chat.says("8 905 123-45-67"))
    [(to, code)] = await codes_sent(turn, ways)
    assert to == f"phone:{NUMBER}"
    assert any("поменян" in each for each in said(await chat.says(code)))
    await chat.says("поменяй лимит")
    other = await chat.says("8 905 765-43-21")
    assert [each.number for each in other.actions if isinstance(each, SendCode)] == ["+79057654321"]


async def test_a_word_by_the_way_sends_no_second_code_and_a_wish_leaves_without_one(turn: Turn, ways: Ways) -> None:
    line = await rung(turn)
    await line.says("какой остаток")
    [(_, code)] = await codes_sent(turn, ways)
    left = await line.says("отмена")
    assert not any("1500" in each for each in said(left))
    asked = await line.says("какой остаток")
    assert said(asked)[-1] == "Какие шесть цифр в сообщении?"
    assert not await codes_sent(turn, ways)
    assert "Остаток 1500 рублей." in said(await line.press(code))


async def test_where_no_sms_goes_the_code_comes_to_the_messenger_of_whoever_has_the_number(
    turn: Turn, ways: Ways
) -> None:
    ways.sms = ""
    telegram = Identity(kind="telegram", value="42")
    with turn.database.writing() as tx:
        profile.recognise(tx, Identity(kind="phone", value=NUMBER), NOW)
        profile.recognise(tx, telegram, NOW)
        joining.join(tx, telegram, Identity(kind="phone", value=NUMBER), proof="contact", at=NOW)
        ivan = joining.customer_of(tx, telegram)
    stranger = await rung(turn, "+79990000001")  # from somebody else's telephone
    stranger.now += timedelta(minutes=1)
    await stranger.says("подтвердить номер")
    sent = await stranger.says("восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь")
    assert said(sent) == ["Сообщение с кодом ждёт вас в Телеграме. Введите шесть цифр из него."]
    [(to, code)] = await codes_sent(turn, ways)
    assert to == telegram.via
    assert said(await stranger.says(" ".join(code)))[0] == "Спасибо, номер подтверждён."
    with turn.database.reading() as tx:
        assert stranger.conversation is not None
        about = conversations.summary(tx, stranger.conversation)
        assert about is not None
        assert about.customer == joining.customer_of(tx, telegram) == ivan
        assert joining.customer_of(tx, stranger.identity) != ivan  # whose telephone that is nobody has proven


async def test_a_forged_line_shows_nothing_of_its_owner_to_who_proves_another_number(turn: Turn, ways: Ways) -> None:
    mallory = "+79052222222"
    owner = Identity(kind="phone", value=NUMBER)
    with turn.database.writing() as tx:
        ivan = profile.recognise(tx, owner, NOW)
        profile.learn(tx, ivan, "name", "Иван", source="said", at=NOW, via=owner.via)
    forged = await rung(turn)
    await forged.says("подтвердить номер")
    await forged.says("восемь девятьсот пять двести двадцать два двадцать два двадцать два")
    [(to, code)] = await codes_sent(turn, ways)
    assert to == f"phone:{mallory}"
    right = await forged.says(" ".join(code))
    assert said(right)[0] == "Спасибо, номер подтверждён."
    assert "name" not in right.session.customer
    with turn.database.reading() as tx:
        assert forged.conversation is not None
        about = conversations.summary(tx, forged.conversation)
        assert about is not None
        assert about.customer == joining.customer_of(tx, Identity(kind="phone", value=mallory)) != ivan
        assert not joining.acts_of(tx, ivan)


async def test_who_has_anothers_chat_in_hand_does_not_pass_by_a_number_of_their_own(turn: Turn, ways: Ways) -> None:
    chat = writer(turn)
    await chat.says("меню")
    with turn.database.writing() as tx:
        profile.recognise(tx, Identity(kind="phone", value=NUMBER), NOW)
        joining.join(tx, chat.identity, Identity(kind="phone", value=NUMBER), proof="contact", at=NOW)
    await chat.says("подтвердить номер")
    await chat.says("8 905 222-22-22")
    [(to, code)] = await codes_sent(turn, ways)
    assert to == "phone:+79052222222"
    before = await chat.says("какой остаток")  # while that code is still awaited
    assert [each for each, _ in await codes_sent(turn, ways)] == [f"phone:{NUMBER}"]  # which they don't read
    after = await chat.says(code)
    assert not any("1500" in each for each in (*said(before), *said(after)))
    await chat.says("отмена")
    await chat.says("подтвердить номер")
    await chat.says("8 905 222-22-22")
    [(to, code)] = await codes_sent(turn, ways)
    assert to == "phone:+79052222222"
    assert "Спасибо, номер подтверждён." in said(await chat.says(code))
    last = await chat.says("какой остаток")
    assert not any("1500" in each for each in said(last))
