"""A sensitive slot's value is heard, used and read back to its owner's ear, and found nowhere else: not in the journal,
on the desk, in an export or a log, and once the conversation is over nowhere in the database's file."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import vcon
from bot.api.records import Records
from bot.authoring.load import load
from bot.channels.lines import lines
from bot.desk import queue
from bot.dialogue import codec
from bot.dialogue.actions import Fetch, Say
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import Event, Keys, Left
from bot.dialogue.scenario import ScenarioSet
from bot.stores import conversations
from bot.stores.bus import LocalBus
from bot.stores.schema import facts, journal
from bot.stores.sql import Database
from bot.turn import Served, Turn
from bot.understanding.nlu import BuiltinNlu
from tests.turn.clinic import NOW, Person, caller, said, writer

CARD = "4276380012345678"
SPOKEN = "четыре, два, семь, шесть"
FILES = {
    "business.yaml": """\
name: {ru: Банк, en: Bank}
languages: [ru, en]
start: card
timezone: Europe/Moscow
""",
    "actions.yaml": """\
bank.check:
  takes: [card, copy]
  gives: [limit]
  sample:
    - {ok: {limit: 5000}}
""",
    "card.yaml": """\
scenario: card
title: {ru: Карта, en: Card}
phrases: {ru: ["проверьте карту [{card}]"], en: ["check the card [{card}]"]}
slots:
  card:
    type: digits
    length: 16
    sensitive: yes
    title: {ru: карта, en: card}
    ask: {ru: Номер карты?, en: Card number?}
  word: {type: text, sensitive: yes, title: {ru: слово, en: word}, ask: {ru: Кодовое слово?, en: Code word?}}
  note: {type: text, ask: {ru: Что случилось?, en: What happened?}}
steps:
  - collect: [card, word]
  - set: {copy: card}
  - confirm: {ru: "Карта {card|digits}, слово {word}. Верно?", en: "Card {card|digits}, word {word}. Right?"}
    change: [card]
  - do: bank.check(card, copy)
    error:
      - handoff: error
  - say: {ru: "Копия {copy}, лимит {limit|money}.", en: "Copy {copy}, limit {limit|money}."}
  - collect: [note]
  - end: {ru: Спасибо., en: Thanks.}
""",
}


@pytest.fixture
def scenarios(tmp_path: Path) -> ScenarioSet:
    folder = tmp_path / "bank"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return load(folder)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "govorun.db"


@pytest.fixture
async def turn(file: Path, scenarios: ScenarioSet) -> AsyncIterator[Turn]:
    database = Database(f"sqlite:///{file}")
    database.create()
    served = Served(scenarios=scenarios, nlu=BuiltinNlu(scenarios.phrases, encoder=None))
    made = Turn(database, {"bank": served}, LocalBus(), default="bank")
    yield made
    await made.close()
    database.close()


def journalled(turn: Turn) -> str:
    with turn.database.reading() as tx:
        return "\n".join(tx.execute(select(journal.c.entry)).scalars())


def kept_anywhere(file: Path, secret: str) -> list[str]:
    """The database's files that hold it."""
    return [each.name for each in sorted(file.parent.glob("govorun.db*")) if secret.encode() in each.read_bytes()]


async def through(person: Person) -> str:
    """The whole conversation, up to the last question; its id."""
    opened = await person.starts()
    person.conversation = opened.conversation
    await person.says(CARD)
    await person.says("одуванчик")
    await person.says("да")
    return opened.conversation


async def test_a_caller_hears_what_is_secret_and_the_journal_does_not(turn: Turn):
    person = caller(turn)
    person.conversation = (await person.starts()).conversation
    await person.says(CARD)
    heard = await person.says("одуванчик")
    (say,) = [action for action in heard.actions if isinstance(action, Say)]
    assert say.speech.startswith(f"Карта {SPOKEN}")
    assert "одуванчик" in say.speech
    assert say.text == "Карта •••, слово •••. Верно?"
    assert CARD not in journalled(turn)
    assert SPOKEN not in journalled(turn)
    assert "одуванчик" not in journalled(turn)


async def test_what_others_read_of_it_is_masked(turn: Turn):
    person = caller(turn)
    name = await through(person)
    with turn.database.reading() as tx:
        about = conversations.summary(tx, name)
        rows = conversations.rows(tx, name)
    assert about is not None
    told = [line.text for line in lines(rows) if line.who in ("customer", "bot")]
    assert told == [
        "Номер карты?", "•••", "Кодовое слово?", "•••", "Карта •••, слово •••. Верно?", "да",
        "Копия •••, лимит 5\u00a0000\u00a0₽.", "Что случилось?",
    ]  # fmt: skip
    exported = str(vcon.plain(about, rows))
    assert CARD not in exported
    assert "одуванчик" not in exported


async def test_the_backend_gets_the_value_and_the_journal_of_it_does_not(turn: Turn, scenarios: ScenarioSet):
    person = writer(turn)
    await through(person)
    with turn.database.reading() as tx:
        entries = [codec.load(entry) for entry in tx.execute(select(journal.c.entry)).scalars()]
    (fetch,) = [entry for entry in entries if isinstance(entry, Fetch)]
    assert dict(fetch.args) == {"card": "•••", "copy": "•••"}


async def test_keys_are_masked_one_by_one(turn: Turn):
    person = caller(turn)
    person.conversation = (await person.starts()).conversation
    outcome = await person.send(Keys(id="k", at=person.tick(), digits=CARD))
    assert said(outcome) == ["Кодовое слово?"]
    assert CARD not in journalled(turn)
    assert "•" * 16 in journalled(turn)


async def test_a_wish_that_carries_it_and_a_correction_are_masked(turn: Turn):
    person = writer(turn)
    await person.says(f"проверьте карту {CARD}")
    await person.says("одуванчик")
    other = "5469550099887766"
    outcome = await person.says(f"нет, карта {other}")
    assert said(outcome)[-1] == "Карта •••, слово •••. Верно?"
    assert CARD not in journalled(turn)
    assert other not in journalled(turn)


async def test_an_answer_that_was_not_understood_is_masked_too(turn: Turn):
    person = writer(turn)
    await person.starts()
    await person.says("4276 3800")
    await person.says("моя карта сбербанка номер не помню")
    assert "3800" not in journalled(turn)
    assert "сбербанка" not in journalled(turn)


async def test_a_call_for_a_person_stays_readable_and_the_agent_is_told_no_secret(turn: Turn):
    person = writer(turn)
    await person.starts()
    await person.says(CARD)
    await person.says("позовите оператора")
    assert "позовите оператора" in journalled(turn)
    with turn.database.reading() as tx:
        (waiting,) = queue.waiting(tx)
    assert waiting.note == "Карта. карта: •••"


async def test_once_it_is_over_the_file_holds_nothing_of_it(turn: Turn, file: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    person = caller(turn)
    await through(person)
    assert kept_anywhere(file, CARD)  # while it goes on the session needs it
    outcome = await person.says("списали деньги")
    assert outcome.session.status == "ended"
    await turn.sweep(NOW)
    assert kept_anywhere(file, CARD) == []
    assert kept_anywhere(file, "одуванчик") == []
    assert kept_anywhere(file, "списали деньги")
    assert CARD not in caplog.text
    assert "одуванчик" not in caplog.text


async def test_a_long_secret_leaves_no_page_of_the_file_behind(turn: Turn, file: Path):
    """Longer than a page of the database: what replaces it frees pages, and free pages keep their bytes."""
    person = writer(turn)
    await person.starts()
    await person.says(CARD)
    await person.says("одуванчик и мать-и-мачеха " * 200)
    await person.says("да")
    await person.says("списали деньги")
    await turn.sweep(NOW)
    assert kept_anywhere(file, "одуванчик") == []


async def test_programs_that_ask_about_a_conversation_are_shown_no_secret(turn: Turn):
    name = await through(writer(turn))
    found = await Records(turn.database).conversation(name)
    assert found is not None
    assert found.slots["card"] == "•••"
    assert found.slots["limit"] == 5000


async def test_a_caller_who_hangs_up_leaves_nothing_either(turn: Turn, file: Path):
    person = caller(turn)
    await through(person)
    await person.send(Left(id="bye", at=person.tick()))
    await turn.sweep(NOW)
    assert kept_anywhere(file, CARD) == []
    assert kept_anywhere(file, "одуванчик") == []


async def test_nothing_of_it_is_learned(turn: Turn):
    await through(caller(turn))
    with turn.database.reading() as tx:
        assert all(CARD not in value for value in tx.execute(select(facts.c.value)).scalars())


async def test_a_replay_goes_the_same_way_with_a_stand_in(turn: Turn, scenarios: ScenarioSet):
    person = caller(turn)
    name = await through(person)
    with turn.database.reading() as tx:
        rows = conversations.rows(tx, name)
    session = opening(name, scenarios)
    again: list[str] = []
    for row in rows:
        if isinstance(row.entry, Event):
            session, actions = advance(session, row.entry, scenarios)
            again += [action.text for action in actions if isinstance(action, Say)]
    assert again == [row.entry.text for row in rows if isinstance(row.entry, Say)]
    assert session.stack[-1].values["card"] == "0" * 16
