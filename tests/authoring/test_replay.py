"""Stored conversations against edited scenarios: the same where nothing was edited, else what changed."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app.backends import backends
from bot.authoring.load import load
from bot.authoring.replay import Replayed, replayed, turns
from bot.dialogue.actions import Fetch, Say
from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Chosen, Fetched, Keys, Left, Silence, Utterance
from bot.ports import Nlu, Row
from bot.stores import conversations
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from bot.turn import Served, Turn
from bot.understanding.nlu import BuiltinNlu
from tests.turn.clinic import Person, caller, writer

CLINIC = Path(__file__).parents[2] / "scenarios" / "clinic"


@dataclass
class Held:
    """What was held, by who held it."""

    cache: Path
    rows: dict[str, tuple[Row, ...]]

    def against(self, folder: Path) -> dict[str, Replayed]:
        scenarios = load(folder)
        nlu = BuiltinNlu.of(scenarios, cache=self.cache)
        return {name: replayed(rows[0].conversation, rows, scenarios, nlu) for name, rows in self.rows.items()}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """Conversations of the clinic by text and by telephone, through the real turn."""
    folder = tmp_path_factory.mktemp("held")
    database = Database(f"sqlite:///{folder}/govorun.db")
    database.create()
    scenarios = load(CLINIC)
    nlu: Nlu = BuiltinNlu.of(scenarios, cache=folder)
    served = Served(scenarios=scenarios, nlu=nlu, backends=backends(scenarios))

    async def hold() -> dict[str, str]:
        turn = Turn(database, {"clinic": served}, LocalBus(), default="clinic")
        found = {}
        for name, script in SCRIPTS.items():
            person = (caller if name.startswith("voice") else writer)(turn, PHONES.get(name, name))
            found[name] = await script(person)
        await turn.close()
        return found

    found = asyncio.run(hold())
    with database.reading() as tx:
        rows = {name: conversations.rows(tx, ident) for name, ident in found.items()}
    database.close()
    return Held(folder, rows)


async def booked(person: Person) -> str:
    lines = ("запишите к терапевту завтра в три", "Иван Петров", "89051234567", "да", "отмените мою запись", "да")
    return [await person.says(line) for line in lines][-1].conversation


async def astray(person: Person) -> str:
    await person.says("сколько стоит лор?")
    await person.says("бла бла бла")
    await person.says("хрю")
    return (await person.says("позовите человека")).conversation


async def to_a_person(person: Person) -> str:
    asked = await person.says("позовите человека")
    talk = asked.conversation
    await person.send(AgentJoined(id="a1", at=person.tick(), agent="anna", name="Анна"), conversation=talk)
    await person.send(AgentSaid(id="a2", at=person.tick(), agent="anna", text="Здравствуйте"), conversation=talk)
    await person.says("запишите меня к лору", conversation=talk)
    await person.send(AgentLeft(id="a3", at=person.tick(), agent="anna"), conversation=talk)
    return (await person.says("где вы находитесь?", conversation=talk)).conversation


async def left_open(person: Person) -> str:
    await person.says("запишите к кардиологу в пятницу в одиннадцать")
    await person.says("Анна Смирнова")
    return (await person.says("8 905 123-45-68")).conversation


async def goes_on_by_voice(person: Person) -> str:
    started = await person.starts()
    talk = started.conversation
    await person.says("да", conversation=talk)
    await person.send(Silence(id="s", at=person.tick(), seconds=7.0), conversation=talk)
    await person.send(Keys(id="k", at=person.tick(), digits="1"), conversation=talk)
    return (await person.send(Left(id="l", at=person.tick()), conversation=talk)).conversation


async def english(person: Person) -> str:
    await person.says("hello, how much is a visit to the dentist?")
    return (await person.send(Chosen(id="c", at=person.tick(), option="address", title="Find us"))).conversation


PHONES = {"voice goes on": "+79051234568"}
SCRIPTS: dict[str, Callable[[Person], object]] = {
    "booked": booked,
    "astray": astray,
    "to a person": to_a_person,
    "left open": left_open,
    "voice goes on": goes_on_by_voice,
    "english": english,
}


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Path]:
    """The clinic with some texts of some files replaced: file="was => is"."""

    def edit(**edits: tuple[str, str]) -> Path:
        folder = tmp_path / "clinic"
        shutil.copytree(CLINIC, folder, ignore=shutil.ignore_patterns("tests"))
        for name, (was, becomes) in edits.items():
            path = folder / f"{name}.yaml"
            text = path.read_text(encoding="utf-8")
            assert was in text
            path.write_text(text.replace(was, becomes, 1), encoding="utf-8")
        return folder

    return edit


def test_against_the_unchanged_version_every_conversation_comes_out_the_same(held: Held):
    for name, found in held.against(CLINIC).items():
        assert found.outcome == "same", (name, found.parted)
        assert [turn.actions for turn in found.before] == [turn.actions for turn in found.now], name


def test_what_was_held_is_worth_replaying(held: Held):
    kinds = {type(row.entry).__name__ for rows in held.rows.values() for row in rows}
    assert kinds >= {"Fetched", "Silence", "Keys", "Chosen", "TakeOver", "Handoff", "AgentSaid", "Learn", "ChoseItem"}


def test_other_words_are_no_other_way(held: Held, edited):
    found = held.against(edited(booking=("Какой у вас номер телефона?", "Ваш телефон?")))
    assert found["booked"].outcome == "words"
    assert found["booked"].parted is None
    assert found["english"].outcome == "same"


def test_another_order_of_questions_is_another_way(held: Held, edited):
    order = ("  - collect: [service, when]\n", "  - collect: [phone, service, when]\n")
    found = held.against(edited(booking=order))
    assert (found["booked"].outcome, found["booked"].parted) == ("completes", 2)
    assert found["astray"].outcome == "same"


def test_an_answer_nobody_asks_for_any_more_is_a_correction(held: Held, edited):
    known = ("    prefill: caller.phone or customer.phone\n", "    prefill: \"'+79051234567'\"\n")
    found = held.against(edited(booking=known))
    assert (found["booked"].outcome, found["booked"].parted) == ("completes", 3)


def test_a_confirmation_less_is_shorter(held: Held, edited):
    folder = edited()
    text = (folder / "cancellation.yaml").read_text(encoding="utf-8")
    without = re.sub(r"  - confirm:\n(?:    .*\n)+", "", text)
    assert without != text
    (folder / "cancellation.yaml").write_text(without, encoding="utf-8")
    found = held.against(folder)["booked"]
    assert (found.outcome, found.parted) == ("shorter", 6)


def test_a_person_in_the_way_is_told(held: Held, edited):
    with_person = (
        "  - collect: [service, when]\n",
        "  - handoff: asked\n  - collect: [service, when]\n",
    )
    found = held.against(edited(booking=with_person))
    assert (found["booked"].outcome, found["booked"].parted) == ("hands off", 2)
    assert found["astray"].outcome == "same"


def test_who_needs_no_person_any_more_is_told(held: Held, edited):
    folder = edited()
    text = (folder / "operator.yaml").read_text(encoding="utf-8")
    (folder / "operator.yaml").write_text(
        text[: text.index("steps:")] + "steps:\n  - say: {ru: Никого нет., en: Nobody is here.}\n", encoding="utf-8"
    )
    found = held.against(folder)
    assert found["astray"].outcome == "keeps"


def test_what_the_journal_cannot_answer_is_told(held: Held, edited):
    asked = (
        "  - collect: [service, when]\n",
        "  - do: calendar.find()\n    none:\n      - continue:\n  - collect: [service, when]\n",
    )
    found = held.against(edited(booking=asked))["left open"]
    assert (found.outcome, found.why, found.parted) == ("asks else", "calendar.find", 2)


def test_a_scenario_that_is_gone_loses_what_was_done(held: Held, edited):
    folder = edited(main=("        start: cancellation\n", "        start: price\n"))
    (folder / "cancellation.yaml").unlink()
    found = held.against(folder)["booked"]
    assert found.outcome == "loses"
    assert found.parted is not None


def test_words_that_the_edited_phrases_understand_are_understood(held: Held, edited):
    found = held.against(
        edited(price=("    - расценки на услуги\n", "    - расценки на услуги\n    - бла бла бла\n    - хрю\n"))
    )
    assert found["astray"].outcome != "same"
    assert found["astray"].parted == 3


def rows(*entries: object) -> list[Row]:
    return [
        Row(conversation="c", seq=seq, at=entry.at if hasattr(entry, "at") else None, entry=entry)
        for seq, entry in enumerate(entries, 1)
    ]  # type: ignore[arg-type]


def test_a_word_said_while_a_program_was_slow_is_not_the_dialogues(held: Held):
    at = next(iter(held.rows.values()))[0].at
    filler = Say(text="Минутку.", speech="Минутку.", language="ru", prompt="builtin:one_moment")
    said = Say(text="Готово.", speech="Готово.", language="ru", prompt="x:done")
    fetch = Fetch(id="f", name="orders.status")
    journal = rows(
        Utterance(id="u", at=at, text="где заказ"),
        fetch,
        filler,
        Fetched(id="a", at=at, request="f", outcome="ok"),
        said,
    )
    (turn,) = turns(journal)
    assert turn.said == (said,)
    assert turn.answers["f"].outcome == "ok"
