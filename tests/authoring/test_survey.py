"""`survey:` as customers meet it: words, buttons, keys, a comment or none, and nobody called for a score."""

from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write
from tests.authoring.test_language import BENCH

HEAD = """\
scenario: task
title: {ru: Опрос, en: Survey}
phrases:
  ru: [хочу оценить вашу работу, оставить отзыв]
  en: [I want to rate you, leave a review]
steps:
"""
CSAT = """\
  - survey: csat
    comment: {ru: Что улучшить?, en: What could be better?}
    about: "'visit'"
  - if: score and score < 4
    then: [say: {ru: Жаль., en: Sorry to hear that.}]
  - say: {ru: "Спасибо.", en: "Thanks {score} {comment}."}
"""


@pytest.fixture
def talks(tmp_path: Path):
    def run(steps: str, talk: str, header: str = "", language: str = "en", **others: str) -> str:
        folder = write(tmp_path / "set", **{"task": HEAD + steps} | others)
        (folder / "tests").mkdir(exist_ok=True)
        (folder / "tests" / f"x.{language}.txt").write_text(f"# x  scenario: task{header}\n{talk}")
        (result,) = golden.run(folder, nlu=BuiltinNlu.of, bench=BENCH)
        return result.diff

    return run


def test_a_score_and_a_comment_are_kept_and_are_variables(talks):
    talk = "< How would you rate us …\n> four out of five\n< What could be better?\n> the music is too loud\n"
    talk += "< Thanks 4 the music is too loud.\n= rated: csat 4, comment the music is too loud, about visit\n"
    talk += "= ended: done\n"
    assert talks(CSAT, talk) == ""


def test_what_is_sensitive_is_not_written_beside_a_score(talks):
    slots = "slots:\n  card: {type: digits, length: 8, sensitive: yes, ask: {ru: Карта?, en: Card?}}\n"
    task = HEAD.replace("steps:\n", f"{slots}steps:\n") + "  - collect: [card]\n  - survey: csat\n    about: card\n"
    talk = "< Card?\n> 12345678\n< How would …\n> five\n= rated: csat 5, about •••\n= ended: done\n"
    assert talks("", talk, task=task) == ""


def test_a_bad_score_without_a_comment(talks):
    talk = "< Оцените, …\n> на двоечку\n< Что улучшить?\n> нет\n< Жаль.\n< Спасибо.\n= rated: csat 2\n= ended: done\n"
    assert talks(CSAT, talk, language="ru") == ""


def test_a_button_and_a_yes_that_says_nothing_yet(talks):
    talk = "< How would …\n> (5)\n< What could be better?\n> yes\n< Sure, take your time.\n> more parking\n"
    assert talks(CSAT, talk + "< Thanks 5 more parking.\n= rated: csat 5, comment more parking\n= ended: done\n") == ""


def test_a_key_and_silence_by_telephone(talks):
    talk = "< How would …\n> [3]\n< What could be better?\n> …\n< Sorry to hear that.\n< Thanks three …\n"
    assert talks(CSAT, talk + "= rated: csat 3\n= ended: done\n", ", channel: voice") == ""


def test_who_says_no_number_is_asked_once_more_and_then_left_alone(talks):
    talk = "< Оцените, …\n> бегемот\n< Простите, …\n< Назовите число …\n> паровоз\n< Спасибо.\n= ended: done\n"
    assert talks(CSAT, talk, ", channel: voice", language="ru") == ""


def test_who_is_silent_is_not_sent_to_a_person(talks):
    talk = "< Оцените, …\n> …\n< Алло, вы меня слышите?\n< Назовите число …\n> …\n< Спасибо.\n= ended: done\n"
    assert talks(CSAT, talk, ", channel: voice", language="ru") == ""


def test_a_score_beyond_the_scale_is_refused_in_words(talks):
    talk = "< How likely …\n> fifteen\n< It has to be a number from 0 to 10.\n< How likely …\n> ten\n< 10\n"
    assert talks('  - survey: nps\n  - say: "{score}"\n', talk + "= rated: nps 10\n= ended: done\n") == ""


@pytest.mark.parametrize(("keys", "score"), [("10", 10), ("0", 0), ("7#", 7)])
def test_nps_takes_two_keys(talks, keys: str, score: int):
    talk = f"< How likely …\n> [{keys}]\n= rated: nps {score}\n= ended: done\n"
    assert talks("  - survey: nps\n", talk, ", channel: voice") == ""


def test_words_of_ones_own_and_a_comment_for_some(talks):
    steps = """\
  - survey: ces
    ask: {ru: Легко?, en: Was it easy?}
    comment: {when: score < 3, ask: {ru: Почему?, en: Why?}}
"""
    assert talks(steps, "< Was it easy?\n> very easy\n= rated: ces 5\n= ended: done\n") == ""
    talk = "< Was it easy?\n> difficult\n< Why?\n> long forms\n= rated: ces 2, comment long forms\n= ended: done\n"
    assert talks(steps, talk) == ""


def test_two_surveys_in_a_scenario_ask_each_for_itself(talks):
    steps = CSAT.replace('  - say: {ru: "Спасибо.", en: "Thanks {score} {comment}."}\n', "") + "  - survey: nps\n"
    talk = "< How would …\n> five\n< What …\n> no\n< How likely …\n= rated: csat 5\n> eight\n= rated: nps 8\n"
    assert talks(steps, talk + "= ended: done\n") == ""


def test_the_sets_own_words_replace_the_built_in_question(talks):
    repair = "survey_nps: {ru: Посоветуете?, en: Would you recommend us?}\n"
    talk = "< Would you recommend us?\n> nine\n= rated: nps 9\n= ended: done\n"
    assert talks("  - survey: nps\n", talk, repair=repair) == ""


def test_a_rating_that_happened_must_be_told(talks):
    assert "+ = rated: nps 9" in talks("  - survey: nps\n", "< How likely …\n> nine\n= ended: done\n")


def test_mistakes_of_a_survey_are_told(tmp_path: Path):
    steps = "  - survey: cast\n    coment: {ru: а, en: b}\n"
    assert [problem.text() for problem in check(write(tmp_path / "a", task=HEAD + steps))] == [
        "task.yaml:7: 'cast' can't stand here. Did you mean 'csat'?",
        "task.yaml:8: 'coment' is not known here. Did you mean 'comment'?",
    ]
    slots = "slots:\n  score: {type: number, ask: {ru: а, en: b}}\nsteps:\n  - collect: score\n"
    told = [p.text() for p in check(write(tmp_path / "b", task=HEAD.replace("steps:\n", slots) + "  - survey: nps\n"))]
    assert told == ["task.yaml:10: a survey keeps its own 'score'. Name the slot otherwise."]


def test_a_survey_has_no_fault_of_its_own(tmp_path: Path):
    folder = write(tmp_path / "set", task=HEAD + CSAT + "  - survey: nps\n")
    told = [problem.code for problem in check(folder) if problem.file == "task.yaml"]
    assert not {"slot_never_read", "variable_never_read", "not_asked_again"} & set(told)
    slots = load(folder).scenarios["task"].slots
    assert {slot.high for slot in slots.values() if slot.type in ("csat", "nps")} == {5, 10}


RATHER_NOT = """\
    also:
      rather_not:
        title: {ru: Не хочу, en: Rather not}
        key: 9
        phrases:
          ru: [не хочу оценивать, не буду ничего оценивать, отстаньте с оценками, без оценок, воздержусь от оценки]
          en: [I'd rather not rate, no ratings please, leave me alone with ratings, I won't rate that, rather not]
        steps:
          - say: {ru: Как скажете., en: As you like.}
          - stop:
"""


def test_a_survey_understands_phrases_of_its_own(talks):
    steps = CSAT.replace("    about: \"'visit'\"\n", RATHER_NOT)
    assert talks(steps, "< How …\n> I'd rather not rate\n< As you like.\n= ended: done\n") == ""


def test_a_caller_may_say_so_by_key(talks):
    steps = CSAT.replace("    about: \"'visit'\"\n", RATHER_NOT)
    talk = "< Оцените …\n> [9]\n< Как скажете.\n= ended: done\n"
    assert talks(steps, talk, ", channel: voice", "ru") == ""


def test_a_survey_may_refuse_to_be_left(talks):
    steps = CSAT.replace("    about: \"'visit'\"\n", "    interrupt: deny\n")
    talk = "< How …\n> book a lor please\n< Let's finish this first: survey.\n< How …\n> 5\n< What …\n> no\n"
    assert talks(steps, talk + "< Thanks 5 .\n= rated: csat 5\n= ended: done\n") == ""


def test_a_key_that_is_a_score_is_no_phrases_key(tmp_path: Path):
    for kind, key in (("csat", "5"), ("nps", "9")):
        steps = f"  - survey: {kind}\n" + RATHER_NOT.replace("key: 9", f"key: {key}")
        (problem,) = check(write(tmp_path / kind, task=HEAD + steps))
        assert problem.code == "key_clash"


def test_whoever_leaves_at_the_comment_has_given_a_score(talks):
    talk = "< How …\n> 4\n< What could be better?\n> cancel\n= rated: csat 4, about visit\n< All right, never mind.\n"
    assert talks(CSAT, talk + "< Goodbye!\n= ended: done\n") == ""
    talk = "< How …\n> 4\n< What could be better?\n> go back\n< How …\n> 5\n< What could be better?\n> no\n"
    assert talks(CSAT, talk + "< Thanks 5 .\n= rated: csat 5, about visit\n= ended: done\n") == ""
