"""One word over a prompt: what answers, chooses or is a wish stops it; what a nod was misheard as doesn't."""

from datetime import datetime
from pathlib import Path

import pytest

from bot.app.equipping import surely_meant
from bot.authoring.load import load
from bot.dialogue.engine import advance
from bot.dialogue.events import Started
from bot.dialogue.expecting import expects
from bot.dialogue.meaning import Expectation
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.understanding.nlu import BuiltinNlu
from voice.asides import DOUBTFUL, NODDED_MS, needs

NOW = datetime(2026, 11, 18, 10)
UNSURE = DOUBTFUL - 0.1

MAIN = """
scenario: main
title: {ru: Меню, en: Menu}
steps:
  - collect: [day]
    also:
      clear:
        title: {ru: Ясно, en: Clear}
        phrases: {ru: [ясно], en: [clear]}
        steps: [{say: {ru: Хорошо., en: Good.}}]
      other: {phrases: {ru: [другой врач], en: [another doctor]}, steps: [{say: {ru: Хорошо., en: Good.}}]}
  - confirm: {ru: Верно?, en: Is that right?}
slots:
  day: {type: date, ask: {ru: На какой день?, en: On what day?}}
"""
BUSINESS = """
name: {ru: Клиника, en: Clinic}
languages: [ru, en]
start: main
hours: {mon-sun: 08:00-20:00}
"""
PRICE = """
scenario: price
title: {ru: Цены, en: Prices}
phrases: {ru: [сколько стоит приём, цена, надо узнать цену], en: [how much is it, the price]}
steps: [{say: {ru: Тысяча., en: A thousand.}}]
"""


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> ScenarioSet:
    folder: Path = tmp_path_factory.mktemp("set")
    (folder / "business.yaml").write_text(BUSINESS, encoding="utf-8")
    (folder / "main.yaml").write_text(MAIN, encoding="utf-8")
    (folder / "price.yaml").write_text(PRICE, encoding="utf-8")
    return load(folder)


@pytest.fixture(scope="module")
def nlu(scenarios: ScenarioSet) -> BuiltinNlu:
    return BuiltinNlu.of(scenarios)


@pytest.fixture(scope="module")
def day(scenarios: ScenarioSet) -> Expectation:
    """A day is asked for."""
    session = Session(conversation="1", language="ru")
    session, _ = advance(session, Started(id="1", at=NOW, medium="voice", channel="sip", language="ru"), scenarios)
    return expects(session, scenarios)


def stops(text: str, expected: Expectation, nlu: BuiltinNlu, scenarios: ScenarioSet, confidence: float) -> bool:
    """Words as short as a nod."""
    sure = surely_meant(text, expected, language="ru", now=NOW, nlu=nlu, scenarios=scenarios)
    return sure >= needs(text, NODDED_MS, confidence, yesno=expected.yesno)


@pytest.mark.parametrize(
    "text", ["завтра", "пятница", "оператор", "стоп", "повторите", "назад", "цена", "цены", "другой врач", "ясно"]
)
def test_what_answers_is_offered_or_is_a_wish_stops_a_prompt_however_shortly_and_unsurely_it_was_heard(
    text, day, nlu, scenarios
):
    assert stops(text, day, nlu, scenarios, UNSURE)


@pytest.mark.parametrize("text", ["надо", "дуда", "прошу", "понятно", "хорошо", "слушаю", "так", "да", "спасибо"])
def test_what_a_nod_was_misheard_as_does_not(text, day, nlu, scenarios):
    assert not stops(text, day, nlu, scenarios, UNSURE)


@pytest.mark.parametrize("text", ["да", "нет", "неверно"])
def test_a_yes_and_a_no_do_where_they_are_asked_for(text, nlu, scenarios):
    assert stops(text, Expectation(yesno=True), nlu, scenarios, UNSURE)


def test_words_heard_surely_need_only_mean_something(day, nlu, scenarios):
    assert stops("спасибо", day, nlu, scenarios, DOUBTFUL)
    assert not stops("дуда", day, nlu, scenarios, DOUBTFUL)
