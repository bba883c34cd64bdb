"""`delegate:` as it is written, checked, drawn, explored, and played with the sample's words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring.exploring import QUICK, explore
from bot.authoring.golden import in_memory, run
from bot.authoring.load import check, lint, load
from bot.dialogue.actions import Action, Fetch, Say
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import AgentJoined, AgentLeft, Chosen, Event, Fetched, Started, Utterance
from bot.dialogue.expecting import expects
from bot.dialogue.meaning import Meaning, Reading
from bot.dialogue.program import DelegateStep
from bot.dialogue.samples import sampled
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session, Unfinished
from bot.dialogue.values import PersonName
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.rasa.flowers import FLOWERS, files
from tests.authoring.small import write
from tests.authoring.test_schema import SCHEMA

AT = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
TALKS = """\
# цветы заказаны, и разговор вернулся
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
> (Букет)
< Сколько роз?
> семь
< Записал, роз: семь.
< Ваш заказ: roses.
< Чем помочь?

# бот не понял, и человек всё же нужен
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
> ну это самое?
< Не понял.
< Скажите иначе.
> (Позовите продавца)
< Зову человека. Он прочитает наш разговор и ответит здесь.
= handoff: asked for a person

# оператора зовут, не спросив бота
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
> позовите оператора
< Зову человека. Он прочитает наш разговор и ответит здесь.
= handoff: asked for a person

# по телефону кнопки звучат, и клавиша нажимает их      channel: voice
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
< Букет — один.
< Позовите продавца — два.
> [1]
< Сколько роз?
> …
< Алло, вы меня слышите?
< Сколько роз?
> [0]
< Соединяю с оператором, оставайтесь на линии.
= handoff: asked for a person
"""


@pytest.fixture(scope="module")
def flowers(tmp_path_factory: pytest.TempPathFactory) -> ScenarioSet:
    return load(write(tmp_path_factory.mktemp("set"), **files()))


def test_the_step_is_compiled(flowers: ScenarioSet) -> None:
    (step,) = [each for each in flowers.scenarios["flowers"].steps.values() if isinstance(each, DelegateStep)]
    assert (step.action, step.bot, step.begin) == ("delegate:flowers", "flowers", "/shop_begin")
    assert (list(step.args), list(step.branches)) == (["name"], ["error"])
    assert flowers.outside(step.action) is flowers.bots["flowers"]


def test_the_sample_plays_the_bot_in_golden_conversations(tmp_path: Path) -> None:
    folder = write(tmp_path / "set", **files())
    (folder / "tests").mkdir()
    (folder / "tests" / "flowers.ru.txt").write_text(TALKS, encoding="utf-8")
    results = run(folder, nlu=BuiltinNlu.of, bench=in_memory(lambda business: {}))
    for each in results:
        assert each.passed, [(exchange.wanted, exchange.got) for exchange in each.exchanges if not exchange.same]
    assert len(results) == 4


def test_a_bot_that_nobody_answers_for_is_told_of_and_nothing_else_of_it(tmp_path: Path) -> None:
    told = {
        problem.code for problem in lint(write(tmp_path, **files())) if problem.file in ("flowers.yaml", "rasa.yaml")
    }
    assert told == {"samples_only", "few_phrases", "no_talk_for"}


def test_an_author_who_forgot_the_error_is_told(tmp_path: Path) -> None:
    forgot = FLOWERS[: FLOWERS.index("    error:")] + FLOWERS[FLOWERS.index('  - say: {ru: "Ваш') :]
    told = {problem.code for problem in lint(write(tmp_path, **files(flowers=forgot)))}
    assert "no_error_branch" in told


def test_somebody_can_come_through_it_to_an_end(flowers: ScenarioSet) -> None:
    assert explore(flowers, depth=QUICK) == ()


def test_what_was_left_open_goes_on_elsewhere_as_the_same_dialogue_of_the_bots(flowers: ScenarioSet) -> None:
    stack = talked(flowers, "c1", "Анна", Chosen(id="b", at=AT, option="1.0"))[0].stack
    unfinished = Unfinished(conversation="c1", channel="web", stack=stack)
    session, _ = advance(opening("c2", flowers), Started(id="0", at=AT, unfinished=unfinished), flowers)
    yes = Utterance(id="1", at=AT, text="да", meaning=Meaning(yes=True))
    session, actions = advance(session, yes, flowers)
    assert [each.text for each in actions if isinstance(each, Say)][-1] == "Сколько роз?"
    session, (told,) = advance(session, Utterance(id="2", at=AT, text="семь"), flowers)
    assert isinstance(told, Fetch)
    assert (told.args["sender"], told.args["message"]) == ("c1", "семь")


def test_an_agent_who_came_meanwhile_is_not_talked_over(flowers: ScenarioSet) -> None:
    session, _ = talked(flowers, "c1", "Анна")
    session, (fetch,) = advance(session, Utterance(id="2", at=AT, text="розы"), flowers)
    session, _ = advance(session, AgentJoined(id="3", at=AT, agent="olga"), flowers)
    data = {"said": ({"text": "Сколько роз?", "buttons": ()},), "back": "", "values": {}}
    assert isinstance(fetch, Fetch)
    answer = Fetched(id="4", at=AT, request=fetch.id, outcome="ok", data=data)
    session, actions = advance(session, answer, flowers)
    assert actions == ()
    session, actions = advance(session, AgentLeft(id="5", at=AT, agent="olga"), flowers)
    assert [each.text for each in actions if isinstance(each, Say)][-1] == "Сколько роз?"


def test_who_listens_to_a_caller_knows_that_another_program_asks(flowers: ScenarioSet) -> None:
    session, _ = talked(flowers, "c1", "Анна")
    assert expects(session, flowers).relayed
    assert not expects(advance(opening("c2", flowers), Started(id="0", at=AT), flowers)[0], flowers).relayed


def talked(flowers: ScenarioSet, conversation: str, name: str, *more: Event) -> tuple[Session, tuple[Action, ...]]:
    """As far as the bot's greeting, and what follows; the sample answers."""
    wish = Utterance(id="1", at=AT, text="цветы", meaning=Meaning.only("flowers"))
    named = {"name": Reading(value=PersonName(given=name))}
    events = [Started(id="0", at=AT), wish, Utterance(id="2", at=AT, text=name, meaning=Meaning(readings=named)), *more]
    session, actions = opening(conversation, flowers), ()
    for event in events:
        session, actions = advance(session, event, flowers)
        for fetch in [each for each in actions if isinstance(each, Fetch)]:
            outcome, data = sampled(flowers.outside(fetch.name), fetch.args, flowers, AT)  # type: ignore[arg-type]
            answer = Fetched(id=f"{fetch.id}/a", at=AT, request=fetch.id, outcome=outcome, data=data)
            session, actions = advance(session, answer, flowers)
    return session, actions


ALSO = """\
    also:
      florist:
        title: {ru: Кто собирает?, en: Who makes it?}
        key: 9
        phrases: {ru: [кто собирает букет, кто у вас флорист], en: [who makes the bouquet, who is the florist]}
        steps:
          - say: {ru: Наш флорист Ольга., en: Our florist Olga.}
"""
AGAIN = """\
# свои слова шага понимаются, остальное — боту
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
> (Букет)
< Сколько роз?
> кто собирает букет
< Наш флорист Ольга.
< Сколько роз?
> где вы
< Не понял.
< Скажите иначе.
> семь
< Записал, роз: семь.
< Ваш заказ: roses.
< Чем помочь?
"""
WISHES = """\
# за другим делом от бота уходят и к нему возвращаются
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
> (Букет)
< Сколько роз?
> где вы
< Садовая
< Сколько роз?
> заказать цветы
< Не понял.
< Скажите иначе.
> семь
< Записал, роз: семь.
< Ваш заказ: roses.
< Чем помочь?
"""
SURE = """\
# но сначала спросят
> заказать цветы
< Ваше имя?
> Анна
< Цветочный магазин слушает.
> (Букет)
< Сколько роз?
> где вы
< Прервать «цветы» и перейти к «адрес»?
> нет
< Сколько роз?
> семь
< Записал, роз: семь.
< Ваш заказ: roses.
< Чем помочь?
"""


@pytest.mark.parametrize(
    ("keys", "talk"),
    [
        (ALSO, AGAIN),
        ("    interrupt: allow\n", WISHES),
        ("    interrupt: confirm\n", SURE),
        (ALSO + "    interrupt: confirm\n", SURE),
    ],
)
def test_a_step_that_has_words_of_its_own_keeps_them_from_the_bot(tmp_path: Path, keys: str, talk: str) -> None:
    own = FLOWERS.replace("    with: {name: name}\n", "    with: {name: name}\n" + keys)
    folder = write(tmp_path / "set", **files(flowers=own))
    (folder / "tests").mkdir()
    (folder / "tests" / "flowers.ru.txt").write_text(talk, encoding="utf-8")
    (result,) = run(folder, nlu=BuiltinNlu.of, bench=in_memory(lambda business: {}))
    assert result.diff == ""
    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(YAML(typ="safe", pure=True).load(own))) == []


PERSON = Utterance(id="3", at=AT, text="человека", meaning=Meaning.only("operator"))
OPERATOR = """\
scenario: operator
title: {ru: Человек, en: A person}
slots:
  number: {type: digits, length: 2, ask: {ru: Номер договора?, en: Contract?}}
steps:
  - collect: number
  - say: {ru: Сейчас никого., en: Nobody now.}
"""


def test_what_the_bot_said_while_another_scenario_stood_above_it_is_said_once_that_is_done(tmp_path: Path) -> None:
    scenarios = load(write(tmp_path / "set", **files(operator=OPERATOR)))
    session, _ = talked(scenarios, "c1", "Анна")
    session, (fetch,) = advance(session, Utterance(id="2", at=AT, text="розы"), scenarios)
    assert isinstance(fetch, Fetch)
    session, _ = advance(session, PERSON, scenarios)
    data = {"said": ({"text": "Сколько роз?", "buttons": ()},), "back": "", "values": {}}
    answer = Fetched(id="4", at=AT, request=fetch.id, outcome="ok", data=data)
    session, actions = advance(session, answer, scenarios)
    assert actions == ()
    told = Meaning(readings={"number": Reading(value="42")})
    session, actions = advance(session, Utterance(id="5", at=AT, text="42", meaning=told), scenarios)
    assert [each.text for each in actions if isinstance(each, Say)][-1] == "Сколько роз?"
    session, (fetch,) = advance(session, Utterance(id="6", at=AT, text="семь"), scenarios)
    assert isinstance(fetch, Fetch)
    assert fetch.args["message"] == "семь"


def test_a_bot_that_fails_while_another_scenario_stands_above_it_calls_a_person(tmp_path: Path) -> None:
    mute = FLOWERS[: FLOWERS.index("    error:")] + FLOWERS[FLOWERS.index('  - say: {ru: "Ваш') :]
    scenarios = load(write(tmp_path / "set", **files(flowers=mute, operator=OPERATOR)))
    session, _ = talked(scenarios, "c1", "Анна")
    session, (fetch,) = advance(session, Utterance(id="2", at=AT, text="розы"), scenarios)
    assert isinstance(fetch, Fetch)
    session, _ = advance(session, PERSON, scenarios)
    session, _ = advance(session, Fetched(id="4", at=AT, request=fetch.id, outcome="error", data={}), scenarios)
    assert session.status == "waiting"


MISTAKES = {
    "flowers.yaml:10: rasa.yaml has no bot 'flower'. Did you mean 'flowers'?": (
        "delegate: flowers",
        "delegate: flower",
    ),
    "flowers.yaml:10: 'begin' is missing. Add 'begin: …'.": ("    begin: /shop_begin\n", ""),
    "flowers.yaml:12: 'Добрый день' can't carry values. Begin with an intent of the bot: 'begin: /order'.": (
        "/shop_begin",
        "Добрый день",
    ),
    "flowers.yaml:12: 'nam' is not known here.": ("{name: name}", "{name: nam}"),
    "flowers.yaml:13: 'eror' is not known here. Did you mean 'error'?": ("    error:", "    eror:"),
}


@pytest.mark.parametrize("told", MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, told: str) -> None:
    before, after = MISTAKES[told]
    problems = check(write(tmp_path, **files(flowers=FLOWERS.replace(before, after, 1))))
    assert any(problem.text("en").startswith(told) for problem in problems), [each.text("en") for each in problems]
    assert all(problem.text("ru") != problem.text("en") for problem in problems)


def test_no_do_can_ask_for_a_bot(tmp_path: Path) -> None:
    wrong = FLOWERS.replace("  - collect: name\n", "  - collect: name\n  - do: flowers.ask()\n")
    (problem,) = [each for each in check(write(tmp_path, **files(flowers=wrong))) if each.code == "unknown_action"]
    assert "delegate" not in problem.text("en")


def test_the_schema_of_editors_knows_the_step() -> None:
    read = YAML(typ="safe", pure=True)
    checker = jsonschema.Draft7Validator(SCHEMA)
    assert list(checker.iter_errors(read.load(FLOWERS))) == []
    assert list(checker.iter_errors(read.load(FLOWERS.replace("begin:", "begins:")))) != []
