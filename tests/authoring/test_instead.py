"""repair.yaml may put a scenario of the set in place of what is built in."""

from pathlib import Path

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.backends.calendar import Calendar
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write

BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})
PERSON = """\
scenario: person
title: {ru: Человек, en: A person}
slots:
  about: {type: text, ask: {ru: О чём речь?, en: What is it about?}}
steps:
  - collect: about
  - handoff: "asked for a person"
    note: "{about}"
"""
REPAIR = """\
operator: {start: person}
help: {ru: Спрашивайте., en: Just ask.}
thanks: {start: polite}
"""
POLITE = """\
scenario: polite
title: {ru: Вежливость, en: Manners}
steps:
  - say: {ru: Заходите ещё., en: Come again.}
"""
TALK = """\
# a scenario in place of a repair, then back to the question       scenario: booking
> thank you
< Come again.
< Which doctor?
> help
< Just ask.
< Which doctor?
> I want to talk to a person
< What is it about?
> my bill
< I'm calling a person. They will read our conversation and answer here.
= handoff: asked for a person

# who asks for it again in its midst gets the built-in one       scenario: booking
> operator
< What is it about?
> operator
< I'm calling a person. They will read our conversation and answer here.
= handoff: asked for a person
"""


def test_a_scenario_stands_in_for_a_repair(tmp_path: Path):
    folder = write(tmp_path / "set", person=PERSON, polite=POLITE, repair=REPAIR)
    (folder / "tests").mkdir()
    (folder / "tests" / "talk.en.txt").write_text(TALK)
    assert [problem.text() for problem in check(folder) if problem.code != "no_silence"] == []
    assert load(folder).instead == {"operator": "person", "thanks": "polite"}
    assert [result.diff for result in golden.run(folder, nlu=BuiltinNlu.of, bench=BENCH) if result.diff] == []


def test_a_scenario_or_a_wish_that_is_not_there_is_told(tmp_path: Path):
    wrong = "operator: {start: persn}\nsilence: {start: person}\n"
    found = [problem.text() for problem in check(write(tmp_path / "set", person=PERSON, repair=wrong))]
    assert "repair.yaml:1: scenario 'persn' does not exist. Did you mean 'person'?" in found
    assert any(problem.startswith("repair.yaml:2: 'silence' is no wish") for problem in found)
