"""`outbound:` of a scenario, and `phone.call`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app.golden import BENCH
from bot.authoring import golden
from bot.authoring.load import load
from bot.authoring.problems import ScenarioErrors
from bot.backends.phone import Phone
from bot.dialogue.actions import End, Fetch, Say
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import Answered, Fetched, Started
from bot.dialogue.scenario import Redial
from bot.dialogue.session import Someone
from bot.dialogue.values import PersonName
from bot.errors import Unacceptable
from bot.ports import Asker
from bot.stores import placed
from bot.stores.schema import placed_calls
from bot.stores.sql import Database
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write

HEAD = "scenario: task\ntitle: {ru: Дело, en: Task}\n"
STEPS = """\
slots:
  name: {type: person, ask: {ru: Имя?, en: Name?}}
steps:
  - collect: name
  - say: {ru: Записал., en: Noted.}
"""
WHOLE = (
    HEAD
    + """\
outbound:
  announce: {ru: Звонит робот., en: A robot calls.}
  voicemail: {ru: "{name|name}, ждём вас.", en: "See you, {name|name}."}
  on_machine:
    - do: forms.save('machine')
    - say: {ru: До встречи., en: Goodbye.}
  on_busy:
    - say: {ru: Занято., en: Busy.}
    - collect: name
  on_no_answer:
    - do: forms.save('unanswered')
"""
    + STEPS
)
X = "# x  scenario: task, given: name Anna Smith, answered: "


@pytest.mark.parametrize(
    ("answered", "follows"),
    [
        ("human", "< A robot calls.\n< Noted.\n= ended: done\n"),
        ("machine", "< See you, Anna.\n= saved: machine\n< Goodbye.\n= ended: machine\n"),
        ("no_answer", "= saved: unanswered\n= ended: no_answer\n"),
        ("refused", "= saved: unanswered\n= ended: refused\n"),
        ("busy", "= ended: busy\n"),  # nobody hears, and nobody answers a question
        ("fax", "= saved: machine\n= ended: fax\n"),
    ],
)
def test_each_end_of_a_call_goes_its_own_way(tmp_path: Path, answered: str, follows: str) -> None:
    assert _goes(tmp_path, WHOLE, X + answered + "\n" + follows) == ""


def test_a_machine_found_out_late_gets_the_message_in_place_of_the_conversation(tmp_path: Path) -> None:
    talk = (
        "# x  scenario: task, answered: human\n< A robot calls.\n< Name?\n> Anna Smith\n< Noted.\n= ended: done\n\n"
        "# y  scenario: task, given: name Anna Smith, answered: human\n"
    )
    steps = WHOLE.replace("  - say: {ru: Записал., en: Noted.}", "  - confirm: {ru: Верно?, en: Right?}")
    talk = talk.replace("< Noted.\n= ended: done\n", "< Right?\n> yes\n= ended: done\n") + (
        "< A robot calls.\n< Right?\n! answering machine\n"
        "< See you, Anna.\n= saved: machine\n< Goodbye.\n= ended: machine\n"
    )
    assert _goes(tmp_path, steps, talk) == ""


@pytest.mark.parametrize("found_out", ["at once", "late"])
def test_the_machine_of_a_household_gets_a_message_that_tells_nothing_of_anybody_and_no_more(
    tmp_path: Path, found_out: str
) -> None:
    steps = WHOLE.replace(
        '{ru: "{name|name}, ждём вас.", en: "See you, {name|name}."}', "{ru: Ждём вас., en: See you.}"
    )
    for name, source, left in (("own", WHOLE, []), ("any", steps, ["See you."])):
        scenarios = load(write(tmp_path / name, task=source))
        at = datetime(2026, 11, 18, 10, tzinfo=UTC)
        session = opening("c", scenarios)
        started = Started(
            id="1",
            at=at,
            medium="voice",
            language="en",
            scenario="task",
            answered="machine" if found_out == "at once" else "human",
            message=found_out == "at once",
            asked_for=Someone(id="phone:+79051234567#2", name=PersonName(given="Anna")),
        )
        session, actions = advance(session, started, scenarios)
        if found_out == "late":
            session, actions = advance(session, Answered(id="2", at=at, by="machine", message=True), scenarios)
        fetch = next(each for each in actions if isinstance(each, Fetch))
        session, more = advance(session, Fetched(id="3", at=at, request=fetch.id, outcome="ok", data={}), scenarios)
        assert [each.text for each in (*actions, *more) if isinstance(each, Say)] == left
        assert [each.reason for each in more if isinstance(each, End)] == ["machine"]


def test_a_call_whose_author_says_nothing_begins_with_the_built_in_sentence(tmp_path: Path) -> None:
    talk = "# x  scenario: task, answered: human\n< Hello! This is a robot calling for Shop.\n< Name?\n"
    assert _goes(tmp_path, HEAD + STEPS, talk) == ""


def test_what_is_written_first_says_so_only_where_the_author_does(tmp_path: Path) -> None:
    assert _goes(tmp_path / "a", HEAD + "outbound: yes\n" + STEPS, "# x  scenario: task\n< Name?\n") == ""
    assert _goes(tmp_path / "b", WHOLE, "# x  scenario: task\n< A robot calls.\n< Name?\n") == ""


@pytest.mark.parametrize(
    ("outbound", "told"),
    [
        ("{announce: {ru: Р., en: R.}, machine: message}", "'machine: message' without a message"),
        ("{announce: {ru: Р., en: R.}, machine: shout}", "'message', 'hang_up', 'talk'"),
        ("{announce: {ru: Р., en: R.}, on_buzy: [stop: ]}", "Did you mean 'on_busy'?"),
        ("{again: 11}", "0 to 10"),
        ("{again: {after: 5}}", "'times'"),
        ("{again: {times: 2, afer: 5}}", "Did you mean 'after'?"),
        ("{again: {times: 2, busy_after: 0}}", "1 to 1440"),
        ("maybe", "maybe"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_line(tmp_path: Path, outbound: str, told: str) -> None:
    with pytest.raises(ScenarioErrors) as caught:
        load(write(tmp_path / "set", task=f"{HEAD}outbound: {outbound}\n{STEPS}"), locale="en")
    assert "task.yaml:3" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("again", "redial"),
    [
        ("2", Redial(times=2)),
        ("{times: 3, after: 90, busy_after: 2, machines: no}",
         Redial(times=3, after_s=5_400, busy_after_s=120, machines=False)),
    ],
)  # fmt: skip
def test_its_author_says_how_often_who_was_not_reached_is_called_again(
    tmp_path: Path, again: str, redial: Redial
) -> None:
    loaded = load(write(tmp_path / "set", task=f"{HEAD}outbound: {{again: {again}}}\n{STEPS}"), locale="en")
    about = loaded.scenarios["task"].outbound
    assert about is not None
    assert about.redial == redial


def test_its_steps_are_checked_like_any(tmp_path: Path) -> None:
    broken = WHOLE.replace("forms.save('unanswered')", "forms.sav('unanswered')")
    with pytest.raises(ScenarioErrors, match=r"forms\.save"):
        load(write(tmp_path / "set", task=broken), locale="en")


def test_a_call_that_would_begin_no_scenario_of_the_set_is_told_by_its_line(tmp_path: Path) -> None:
    asking = WHOLE + "  - do: phone.call('+79051234567', 'taks', name)\n"
    with pytest.raises(ScenarioErrors) as caught:
        load(write(tmp_path / "set", task=asking), locale="en")
    assert "scenario 'taks' does not exist. Did you mean 'task'?" in str(caught.value)
    load(write(tmp_path / "other", task=asking.replace("'taks'", "'other/taks'")), locale="en")  # of a set we don't see
    load(write(tmp_path / "right", task=asking.replace("'taks'", "'task'")), locale="en")


def test_a_scenario_asks_for_one_call_however_often_its_request_is_made(tmp_path: Path, database: Database) -> None:
    phone = Phone(load(write(tmp_path / "set", task=WHOLE)))
    fetch = Fetch(id="c1/1", name="phone.call", args={"to": "+79051234567", "scenario": "task", "name": "Anna"})
    asker = Asker(conversation="c1", customer=1)
    with database.writing() as tx:
        answers = [phone.call(fetch, asker, now=None, tx=tx) for _ in range(2)]  # type: ignore[arg-type]
        (made,) = tx.execute(select(placed_calls.c.id)).scalars().all()
        kept = placed.get(tx, made)
    assert answers == [("ok", {"call": made})] * 2
    assert kept is not None
    assert (kept.wanted.to, kept.wanted.scenarios, kept.wanted.scenario) == ("+79051234567", "set", "task")
    assert (kept.wanted.given, kept.wanted.origin) == ({"name": "Anna"}, "scenario")


def test_a_call_to_nobody_or_about_nothing_is_a_mistake(tmp_path: Path, database: Database) -> None:
    phone = Phone(load(write(tmp_path / "set", task=WHOLE)))
    for args in ({"scenario": "task"}, {"to": "+79051234567"}, {"to": "+79051234567", "scenario": "nothing"}):
        fetch = Fetch(id="c1/1", name="phone.call", args=args)
        with database.writing() as tx, pytest.raises(Unacceptable):
            phone.call(fetch, Asker(conversation="c1", customer=1), now=None, tx=tx)  # type: ignore[arg-type]


def _goes(folder: Path, task: str, talk: str) -> str:
    folder.mkdir(exist_ok=True)
    made = write(folder / "set", task=task)
    (made / "tests").mkdir(exist_ok=True)
    (made / "tests" / "x.en.txt").write_text(talk)
    return "".join(result.diff for result in golden.run(made, nlu=BuiltinNlu.of, bench=BENCH))
