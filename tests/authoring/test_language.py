"""What the steps of the language do, on the pure engine: small scenarios, an understanding that knows ten words."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from bot.authoring import golden
from bot.backends.calendar import Calendar
from bot.dialogue.meaning import Expectation, Language, Meaning, Reading
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import PersonName
from tests.authoring.small import write

BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})
HEAD = """\
scenario: task
title: {ru: Дело, en: Task}
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Who?}}
  when: {type: datetime, ask: {ru: Когда?, en: When?}}
  name: {type: person, optional: yes, ask: {ru: Имя?, en: Name?}}
steps:
"""
WORDS = {
    "lor": Reading(value="lor"),
    "noon": Reading(value=datetime(2026, 11, 19, 12)),
    "one": Reading(value=datetime(2026, 11, 19, 13)),
    "friday": Reading(value=datetime(2026, 11, 20, 12)),
    "Anna": Reading(value=PersonName(given="Anna")),
}
SLOTS = {"lor": "service", "noon": "when", "one": "when", "friday": "when", "Anna": "name"}


class Words:
    """Reads each of the words it knows into its slot; "yes", "no" and "cancel"; nothing else."""

    def language_of(self, text: str) -> Language | None:
        return None

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        if text == "cancel":
            return Meaning.only(text)
        readings = {SLOTS[word]: WORDS[word] for word in text.split() if word in WORDS}
        return Meaning(readings=readings, yes={"yes": True, "no": False}.get(text))


def words(_: ScenarioSet) -> Words:
    return Words()


@pytest.fixture
def goes(tmp_path: Path) -> Callable[..., None]:
    def run(steps: str, talk: str, **others: str) -> None:
        folder = write(tmp_path / "set", task=HEAD + steps, **others)
        (folder / "tests").mkdir()
        header = "# x  now: 2026-11-18 10:00, scenario: task, taken: lor 2026-11-19 12:00\n"
        (folder / "tests" / "talk.en.txt").write_text(header + talk)
        (result,) = golden.run(folder, nlu=words, bench=BENCH)
        assert result.diff == ""

    return run


COLLECT = "  - collect: [service, when, name]\n"
DONE = "  - say: {ru: Готово., en: Done.}\n"


def test_an_optional_slot_is_taken_when_said_and_never_asked_for(goes):
    steps = COLLECT + '  - say: "{service|title} {name}"\n'
    goes(steps, "< Who?\n> lor\n< When?\n> one Anna\n< ENT Anna\n= ended: done\n")


def test_a_side_road_ends_the_scenario(goes):
    steps = COLLECT + "  - do: calendar.hold(service, when)\n    taken: [say: {ru: Занято., en: Taken.}]\n" + DONE
    goes(steps, "< Who?\n> lor noon\n< Taken.\n= ended: done\n")


def test_continue_leads_from_a_side_road_back_to_the_main_one(goes):
    steps = COLLECT + "  - do: calendar.hold(service, when)\n    taken:\n      - say: {ru: Занято., en: Taken.}\n"
    goes(steps + "      - continue:\n" + DONE, "< Who?\n> lor noon\n< Taken.\n< Done.\n= ended: done\n")


def test_after_times_of_one_day_were_offered_only_the_hour_is_asked(goes):
    steps = COLLECT + "  - do: calendar.hold(service, when)\n    taken:\n      - again: when\n        offered: free\n"
    goes(steps + DONE, "< Who?\n> lor noon\n< At what time?\n> one\n< Done.\n= ended: done\n")


def test_again_asks_the_whole_question_when_nothing_was_offered(goes):
    steps = COLLECT + "  - do: calendar.hold(service, when)\n    taken:\n      - again: when\n"
    goes(steps + DONE, "< Who?\n> lor noon\n< When?\n> one\n< Done.\n= ended: done\n")


def test_a_plain_no_without_a_declined_block_asks_what_to_change(goes):
    steps = COLLECT + '  - confirm: "{when|time}?"\n    change: any\n' + DONE
    goes(
        steps,
        "< Who?\n> lor one\n< 1 pm?\n> no\n< What should I change?\n> friday\n< 12 pm?\n> yes\n"
        "< Done.\n= ended: done\n",
    )


def test_a_declined_block_ends_the_scenario(goes):
    steps = COLLECT + "  - confirm: {ru: Верно?, en: Right?}\n    declined: [say: {ru: Ладно., en: Fine.}]\n" + DONE
    goes(steps, "< Who?\n> lor one\n< Right?\n> no\n< Fine.\n= ended: done\n")


def test_both_ways_of_an_if_come_together_again(goes):
    steps = COLLECT + "  - if: name\n    then: [say: '{name}']\n    else: [say: '?']\n" + DONE
    goes(steps, "< Who?\n> lor one Anna\n< Anna\n< Done.\n= ended: done\n")


def test_stop_ends_the_scenario_and_not_the_block_alone(goes):
    steps = COLLECT + "  - if: not name\n    then: [stop: ]\n" + DONE
    goes(steps, "< Who?\n> lor one\n= ended: done\n")


def test_go_leads_to_the_step_with_that_id(goes):
    steps = COLLECT + "  - confirm: {ru: Верно?, en: Right?}\n    declined: [go: last]\n  - say: {ru: Да., en: Yes.}\n"
    goes(
        steps + "  - id: last\n    say: {ru: Готово., en: Done.}\n",
        "< Who?\n> lor one\n< Right?\n> no\n< Done.\n= ended: done\n",
    )


def test_another_scenario_gets_values_and_comes_back(goes):
    other = (
        "scenario: other\ntitle: {ru: Другое, en: Other}\nslots:\n  name: {type: person, ask: {ru: Имя?, en: Name?}}\n"
    )
    other += "steps:\n  - collect: name\n  - say: '{name}!'\n"
    steps = COLLECT + "  - start: other\n    with: {name: name}\n" + DONE
    goes(steps, "< Who?\n> lor one Anna\n< Anna!\n< Done.\n= ended: done\n", other=other)


def test_another_scenario_may_take_over_for_good(goes):
    other = "scenario: other\ntitle: {ru: Другое, en: Other}\nsteps:\n  - say: {ru: Тут., en: Here.}\n"
    steps = "  - start: other\n    returns: no\n"
    goes(
        "  - collect: service\n  - collect: when\n" + steps, "< Who?\n> lor one\n< Here.\n= ended: done\n", other=other
    )


def test_a_value_gets_a_name_and_the_language_changes(goes):
    steps = (
        COLLECT
        + "  - set: {doctor: service}\n  - language: ru\n"
        + '  - say: "{doctor|title}"\n  - end: {ru: Пока., en: Bye.}\n'
    )
    goes(steps, "< Who?\n> lor one\n< Лор\n< Пока.\n= language: ru\n= ended: done\n")


def test_attempts_says_after_how_many_questions_a_person_is_asked(tmp_path: Path):
    text = HEAD.replace("from: doctors,", "from: doctors, attempts: 1,") + "  - collect: [service, when]\n"
    folder = write(tmp_path / "set", task=text)
    (folder / "tests").mkdir()
    (folder / "tests" / "x.en.txt").write_text(
        "# x scenario: task\n< Who?\n> a\n< I'm calling …\n= handoff: not understood\n"
    )
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    assert result.diff == ""


FIND = """\
  - do: calendar.find()
    none:
      - say: {ru: Нет., en: No visit.}
  - say: {ru: "{service|title}.", en: "{service|title}, {when|time}."}
"""


def test_a_visit_in_the_header_is_the_customers_own(tmp_path):
    folder = write(tmp_path / "set", task=HEAD + FIND + "  - collect: [service, when]\n")
    (folder / "tests").mkdir()
    header = "# x  now: 2026-11-18 10:00, scenario: task, visit: lor 2026-11-19 12:00\n"
    (folder / "tests" / "talk.en.txt").write_text(header + "< ENT, 12 pm.\n= ended: done\n")
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    assert result.diff == ""


def test_a_visit_that_the_calendar_cannot_have_is_told(tmp_path):
    folder = write(tmp_path / "set", task=HEAD + FIND + "  - collect: [service, when]\n")
    (folder / "tests").mkdir()
    header = "# x  now: 2026-11-18 10:00, scenario: task, visit: lor 2026-11-19 12:10\n"
    (folder / "tests" / "talk.en.txt").write_text(header + "< No visit.\n= ended: done\n")
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    assert "+ < ! nobody can have a visit: lor 2026-11-19 12:10" in result.diff
