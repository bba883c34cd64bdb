"""`case:`, `results:`, and what a scenario is started with, as golden conversations say it."""

from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.authoring.problems import ScenarioErrors
from bot.dialogue import giving
from bot.dialogue.values import PersonName
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write
from tests.authoring.test_language import BENCH, COLLECT, DONE, HEAD, goes, words

__all__ = ["goes"]
CASE = """\
  - case: service
    of:
      lor: [say: {ru: Уши., en: Ears.}]
      okulist: [say: {ru: Глаза., en: Eyes.}]
    else: [say: {ru: Что-то., en: Something.}]
"""
CALLED = """\
scenario: task
title: {ru: Дело, en: Task}
outbound: yes
given: [booking, total]
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Who?}}
  when: {type: datetime, ask: {ru: Когда?, en: When?}}
  name: {type: person, ask: {ru: Имя?, en: Name?}}
steps:
  - say: "{name} {service|title} {when} {booking} {total}"
  - collect: when
"""


def test_a_case_goes_the_way_of_its_value(goes):
    goes(COLLECT + CASE + DONE, "< Who?\n> lor one\n< Ears.\n< Done.\n= ended: done\n")


def test_a_case_that_is_none_of_them_goes_by_else_and_on(goes):
    steps = COLLECT + CASE.replace("      lor: [say: {ru: Уши., en: Ears.}]\n", "") + DONE
    goes(steps, "< Who?\n> lor one\n< Something.\n< Done.\n= ended: done\n")


def test_a_case_without_an_else_goes_on(goes):
    steps = COLLECT + "  - case: name\n    of: {Anna: [say: {ru: А., en: A.}], none: [say: {ru: Б., en: B.}]}\n" + DONE
    goes(steps, "< Who?\n> lor one\n< B.\n< Done.\n= ended: done\n")


@pytest.mark.parametrize(
    ("value", "key"),
    [("count('abc')", "3"), ("true", "yes"), ("none", "none"), ("2.50", "2.5"), ("language", "en")],
)
def test_numbers_yes_no_and_nothing_are_cases_too(goes, value: str, key: str):
    steps = COLLECT + f"  - case: {value}\n    of: {{{key}: [say: {{ru: Да., en: Yes.}}]}}\n"
    goes(steps, "< Who?\n> lor one\n< Yes.\n= ended: done\n")


def told(tmp_path: Path, task: str, **others: str) -> list[str]:
    return [problem.text() for problem in check(write(tmp_path / "set", task=task, **others))]


def test_a_case_of_a_choice_that_it_never_is_is_found(tmp_path: Path):
    assert told(tmp_path, HEAD + COLLECT + CASE.replace("okulist:", "okulst:")) == [
        "task.yaml:12: it is never 'okulst'. Did you mean 'okulist'?"
    ]


def test_a_case_without_ways_is_found(tmp_path: Path):
    assert told(tmp_path, HEAD + COLLECT + "  - case: name\n") == ["task.yaml:9: 'of' is missing. Add 'of: …'."]


OTHER = """\
scenario: other
title: {ru: Другое, en: Other}
given: [greeting]
slots:
  when: {type: datetime, ask: {ru: Когда?, en: When?}}
steps:
  - say: "{greeting}"
  - collect: when
"""


def test_results_are_what_the_other_scenario_was_worth_when_it_was_done(goes):
    goes(
        "  - collect: service\n  - start: other\n    with: {greeting: language}\n    results: {chosen: when}\n"
        '  - say: "{chosen|time}"\n  - collect: when\n',
        "< Who?\n> lor\n< En\n< When?\n> one\n< 1 pm\n< When?\n> one\n= ended: done\n",
        other=OTHER,
    )


def test_results_that_the_other_scenario_does_not_have_are_found(tmp_path: Path):
    steps = HEAD + COLLECT + "  - start: other\n    results: {chosen: whn}\n    with: {hello: name}\n"
    steps += '  - say: "{chosen}"\n'
    assert told(tmp_path, steps, other=OTHER) == [
        "task.yaml:9: slot 'hello' does not exist. Slots here: 'greeting', 'when'.",
        "task.yaml:10: 'whn' is not known here. Did you mean 'when'?",
    ]


WHO = "  - collect: service\n"
BRIEF = OTHER.replace("given: [greeting]\n", "").replace('  - say: "{greeting}"\n', "")


def test_cancelling_a_scenario_that_was_started_for_its_results_cancels_the_whole(goes):
    goes(
        WHO + '  - start: other\n    results: {chosen: when}\n  - say: "{chosen|time}"\n  - collect: when\n',
        "< Who?\n> lor\n< When?\n> cancel\n< All right, never mind.\n< Goodbye!\n= ended: done\n",
        other=BRIEF,
    )


def test_cancelled_says_what_happens_then_and_may_go_on(goes):
    steps = "  - start: other\n    results: {chosen: when}\n    cancelled:\n"
    steps += "      - say: {ru: Потом., en: Later then.}\n      - continue:\n  - collect: when\n"
    goes(
        WHO + steps + DONE,
        "< Who?\n> lor\n< When?\n> cancel\n< All right, never mind.\n< Later then.\n"
        "< When?\n> one\n< Done.\n= ended: done\n",
        other=BRIEF,
    )


def test_cancelled_of_a_scenario_that_never_comes_back_is_refused(tmp_path: Path):
    steps = HEAD + COLLECT + "  - start: other\n    returns: no\n    cancelled: [stop: ]\n"
    steps = steps.replace("    returns", "    with: {greeting: name}\n    returns")
    assert told(tmp_path, steps, other=OTHER) == [
        "task.yaml:12: 'cancelled' of a scenario that never comes back. Remove 'returns: no', or these steps."
    ]


def test_results_of_a_scenario_that_never_comes_back_are_refused(tmp_path: Path):
    steps = HEAD + COLLECT + "  - start: other\n    returns: no\n    results: {chosen: when}\n"
    assert told(tmp_path, steps, other=OTHER) == [
        "task.yaml:11: 'results' of a scenario that never comes back. Remove 'returns: no', or the results."
    ]


def test_an_outbound_scenario_knows_what_it_was_given_and_asks_only_for_the_rest(tmp_path: Path):
    folder = write(tmp_path / "set", task=CALLED)
    (folder / "tests").mkdir()
    (folder / "tests" / "x.en.txt").write_text(
        "# x  scenario: task, given: service lor, name Anna Smith, booking 17, total 2.5\n"
        "< Anna Smith ENT 17 2.5\n< When?\n"
        "# y  scenario: task, given: service ENT, when 2026-11-19 16:00, booking a, b\n"
        "< ENT …4 pm a, b\n= ended: done\n"
    )
    results = golden.run(folder, nlu=words, bench=BENCH)
    assert [result.diff for result in results] == ["", ""]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("servce lor", "there is no 'servce' to give. It takes 'service', 'when', 'name', 'booking', 'total'"),
        ("when soon", "'when' can't be read. Write it like this: 2026-11-19 16:00"),
        ("service zub", "'service' can't be read. Write it like this: lor | okulist"),
    ],
)
def test_what_can_not_be_given_is_told_with_its_line(tmp_path: Path, given: str, said: str):
    folder = write(tmp_path / "set", task=CALLED)
    (folder / "tests").mkdir()
    (folder / "tests" / "x.en.txt").write_text(f"\n# x  scenario: task, given: {given}\n< Anna\n")
    with pytest.raises(ScenarioErrors) as caught:
        golden.run(folder, nlu=words, bench=BENCH)
    assert f"tests/x.en.txt:2: {said}" in str(caught.value)


def test_given_texts_are_read_by_the_type_of_their_slot(tmp_path: Path):
    scenario = load(write(tmp_path / "set", task=CALLED)).scenarios["task"]
    booking = load(tmp_path / "set").scenarios["booking"]
    assert giving.read({"name": "Иван Иванович Петров", "when": "2026-11-19T16:00"}, scenario) == {
        "name": PersonName(given="Иван", patronymic="Иванович", family="Петров"),
        "when": datetime(2026, 11, 19, 16),
    }
    assert giving.read({"phone": "8 (905) 123-45-67"}, booking) == {"phone": "+79051234567"}
    for text, value in (
        ("0042", "0042"), ("42", 42), ("2.50", Decimal("2.50")), ("2026-11-19", date(2026, 11, 19)),
        ("9:30", time(9, 30)), ("да", True), ("корзина", "корзина"),
    ):  # fmt: skip
        assert giving.read({"total": text}, scenario) == {"total": value}
    with pytest.raises(giving.NotGiven):
        giving.read({"when": "2026-02-30 10:00"}, scenario)


ORDERED = """\
scenario: task
title: {ru: Заказ, en: Order}
slots:
  number: {type: digits, length: 4, ask: {ru: Номер?, en: Number?}}
  extras:
    type: choice
    many: yes
    ask: {ru: Что ещё?, en: What else?}
    options: {cheese: {title: {ru: сыр, en: cheese}}, ham: {title: {ru: ветчина, en: ham}}}
steps:
  - collect: [number, extras]
"""


def test_a_given_number_keeps_its_zeros_and_a_choice_of_several_is_given_whole(tmp_path: Path):
    scenario = load(write(tmp_path / "set", task=ORDERED)).scenarios["task"]
    assert giving.read({"number": "00-42"}, scenario) == {"number": "0042"}
    for text in ("ham and cheese", "сыр, ветчина"):
        assert giving.read({"extras": text}, scenario) == {"extras": ("cheese", "ham")}
    assert giving.read({"extras": "cheese"}, scenario) == {"extras": ("cheese",)}
    assert giving.read({"extras": "none"}, scenario) == {"extras": ()}
    for name, text, like in (("number", "12", "1234"), ("number", "abcd", "1234"), ("extras", "egg", "cheese and ham")):
        with pytest.raises(giving.NotGiven) as caught:
            giving.read({name: text}, scenario)
        assert caught.value.like == like


OUTBOUND = """\
scenario: task
title: {ru: Напоминание, en: Reminder}
outbound: yes
given: [booking]
slots:
  when: {type: datetime, ask: {ru: Когда?, en: When?}}
steps:
  - say: {ru: "Здравствуйте, это Лавка.", en: "Hello, this is the Shop."}
  - confirm: {ru: "Вы придёте в {when|time}?", en: "Will you come at {when|time}?"}
    declined: [say: {ru: Жаль., en: Pity.}]
  - say: {ru: Ждём., en: See you.}
"""


@pytest.mark.parametrize(("language", "hello"), [("ru", "алло"), ("en", "hello")])
def test_who_picks_up_with_a_hello_hears_the_first_words_again(tmp_path: Path, language: str, hello: str):
    folder = write(tmp_path / "set", task=OUTBOUND)
    (folder / "tests").mkdir()
    (folder / "tests" / f"x.{language}.txt").write_text(
        "# x  scenario: task, channel: voice, caller: +79051234567, given: when 2026-11-19 16:00\n"
        + {"ru": "< Здравствуйте, …\n< Вы придёте …\n", "en": "< Hello, …\n< Will you …\n"}[language]
        + f"> {hello}\n"
        + {"ru": "< Здравствуйте, …\n< Вы придёте …\n", "en": "< Hello, …\n< Will you …\n"}[language]
        + {"ru": "> да\n< Ждём.\n", "en": "> yes\n< See you.\n"}[language]
        + "= ended: done\n"
    )
    (result,) = golden.run(folder, nlu=BuiltinNlu.of, bench=BENCH)
    assert result.diff == ""


@pytest.mark.parametrize(("bounds", "like"), [("min: 2, max: 9", "2..9"), ("min: 2", "2.."), ("max: 9", "..9")])
def test_a_number_out_of_its_bounds_cannot_be_given(tmp_path: Path, bounds: str, like: str):
    size = f"size: {{type: number, {bounds}, ask: {{ru: Сколько?, en: How many?}}}}"
    task = CALLED.replace("  service:", f"  {size}\n  service:").replace("{total}", "{total} {size}")
    scenario = load(write(tmp_path, task=task)).scenarios["task"]
    assert giving.read({"size": "5"}, scenario) == {"size": 5}
    wrong = "1" if "min" in bounds else "10"
    with pytest.raises(giving.NotGiven) as error:
        giving.read({"size": wrong}, scenario)
    assert error.value.like == like


CHECKED = """\
scenario: task
title: {ru: Дело, en: Task}
given: [day]
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Who?}}
  when:
    type: datetime
    ask: {ru: Когда?, en: When?}
    valid:
      - when: calendar.open(when)
        else: {ru: Закрыто., en: Closed.}
  seats: {type: number, max: 5, optional: yes, ask: {ru: Сколько?, en: How many?}}
steps:
  - collect: [service, when, seats]
  - say: "{service|title} {when|time} {seats}"
"""


def handed(tmp_path: Path, given: str, talk: str, **others: str) -> str:
    business = (
        "name: {ru: Лавка, en: Shop}\nlanguages: [ru, en]\nstart: main\naddress: {ru: Садовая, en: Garden Street}\n"
        "hours: 09:00-18:00\n"
    )
    folder = write(tmp_path / "set", **{"task": CHECKED, "business": business, **others})
    (folder / "tests").mkdir()
    (folder / "tests" / "x.en.txt").write_text(f"# x  now: 2026-11-18 10:00, scenario: task, given: {given}\n{talk}")
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    return result.diff


@pytest.mark.parametrize(
    ("given", "talk"),
    [
        ("service lor, when 2026-11-19 16:00", "< ENT 4 pm\n= ended: done\n"),
        ("service lor, when 2026-11-19 22:00", "< Closed.\n< At what time?\n> noon\n< ENT 12 pm\n= ended: done\n"),
        (
            "service lor, when 2026-11-17 16:00",
            "< That time has already passed.\n< When?\n> noon\n< ENT 12 pm\n= ended: done\n",
        ),
    ],
)
def test_what_was_handed_over_and_can_not_be_is_asked_for_with_the_reason(tmp_path: Path, given: str, talk: str):
    assert handed(tmp_path, given, talk) == ""


def test_what_another_scenario_hands_over_is_looked_at_too(tmp_path: Path):
    other = CHECKED.replace("task", "other").replace("given: [day]\n", "")
    task = HEAD + COLLECT + "  - start: other\n    with: {seats: number('7')}\n"
    talk = "< Who?\n> lor noon Anna\n< Who?\n> lor\n< When?\n> one\n< It has to be 5 or less.\n< How many?\n"
    talk += "> cancel\n< All right, never mind.\n= ended: done\n"
    assert (
        handed(tmp_path, "when 2026-11-19 12:00", talk.replace("lor noon Anna", "lor Anna"), task=task, other=other)
        == ""
    )


def test_a_result_that_can_not_be_is_asked_for(tmp_path: Path):
    other = CHECKED.replace("task", "other").replace("given: [day]\n", "")
    begin = "  - start: other\n    results: {seats: number('9')}\n"
    task = CHECKED.replace("  - collect: [", begin + "  - collect: [")
    talk = "< Who?\n> lor noon\n< ENT 12 pm\n< Who?\n> lor\n< When?\n> one\n< It has to be 5 or less.\n< How many?\n"
    talk += "> cancel\n< All right, never mind.\n< Goodbye!\n= ended: done\n"
    assert handed(tmp_path, "day 2", talk, task=task, other=other) == ""
