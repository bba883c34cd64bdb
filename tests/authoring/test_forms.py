"""forms.save and forms.find in scenarios: what they take and bring, and how golden conversations tell of them."""

from pathlib import Path

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.backends.calendar import Calendar
from bot.backends.forms import Forms
from tests.authoring.small import write
from tests.authoring.test_language import HEAD, words

BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business), "forms": Forms()})
STEPS = """\
  - collect: [service, when, name]
  - do: forms.save('callback', name, when, service.price)
  - say: {ru: "Заявка {number}.", en: "Your number is {number|digits}."}
  - start: status
"""
STATUS = """\
scenario: status
title: {ru: Статус, en: Status}
steps:
  - do: forms.find('callback')
    none:
      - say: {ru: Нет., en: None.}
  - say: {ru: "{number}: {status}", en: "{number} {status} {service_price} {when|time}"}
"""


def test_a_form_is_saved_numbered_found_and_told(tmp_path: Path):
    folder = write(tmp_path / "set", task=HEAD + STEPS, status=STATUS)
    (folder / "tests").mkdir()
    talk = "# x  scenario: task\n< Who?\n> lor one Anna\n< Your number is 1001.\n< 1001 new 2100 1 pm\n"
    (folder / "tests" / "x.en.txt").write_text(talk + "= saved: callback, when 2026-11-19 13:00\n= ended: done\n")
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    assert result.diff == ""


def test_a_form_that_was_saved_must_be_told(tmp_path: Path):
    folder = write(tmp_path / "set", task=HEAD + STEPS, status=STATUS)
    (folder / "tests").mkdir()
    (folder / "tests" / "x.en.txt").write_text("# x  scenario: task\n< Who?\n> lor one\n< …\n= ended: done\n")
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    assert "+ = saved: callback, when 2026-11-19 13:00, service_price 2100" in result.diff


def test_values_beyond_the_kind_are_kept_by_the_name_of_what_they_are(tmp_path: Path):
    steps = load(write(tmp_path / "set", task=HEAD + STEPS, status=STATUS)).scenarios["task"].steps
    assert list(steps["steps/1"].args) == ["form", "name", "when", "service_price"]


def test_one_value_twice_and_a_name_nobody_saved_are_found(tmp_path: Path):
    twice = HEAD + STEPS.replace("name, when,", "name, name|lower,")
    status = STATUS.replace("{service_price}", "{colour}").replace(" {when|time}", "")
    found = [problem.text() for problem in check(write(tmp_path / "set", task=twice, status=status))]
    assert found[0].startswith("status.yaml:7: 'colour' is not known here.")
    assert found[1] == (
        "task.yaml:9: forms.save gets 'name' twice. Leave one out, or give it another name with 'set:' before."
    )
