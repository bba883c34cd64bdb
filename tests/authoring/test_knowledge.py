"""Answers: the folder of questions that customers ask by the way, and the small talk that ships."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring import golden
from bot.authoring.knowledge import KEYS, SMALLTALK
from bot.authoring.load import check, load
from bot.backends.calendar import Calendar
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write

ROOT = Path(__file__).parents[2]
BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})
ANSWERS = """\
parking:
  questions:
    ru: ["(есть|имеется) [ли] [у вас] парковка", куда поставить машину, где можно припарковаться, парковка платная]
    en: ["(is there|do you have) a car park", where can I park, is the parking free]
  answer: {ru: "Парковка во дворе, {business.address}.", en: "There is a car park at {business.address}."}
  more: [pets, joke]
pets:
  title: {ru: С собакой, en: With a dog}
  questions:
    ru: ["можно [прийти] с (собакой|животными)", пускаете с питомцами]
    en: ["can I bring (a dog|my pet)", are pets allowed]
  steps:
    - if: voice
      then:
        - say: {ru: Нет., en: "No, sorry."}
      else:
        - say: {ru: "С собакой, увы, нельзя.", en: "No dogs, I'm afraid."}
"""


def problems(folder: Path, answers: str) -> list[str]:
    (folder / "answers").mkdir(exist_ok=True)
    (folder / "answers" / "all.yaml").write_text(answers, encoding="utf-8")
    return [problem.text() for problem in check(folder)]


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path / "set")


def test_answers_are_read_from_their_folder_and_belong_to_the_version(shop: Path):
    before = load(shop)
    assert problems(shop, ANSWERS) == []
    after = load(shop)
    assert after.version != before.version
    parking = after.answers["answers.parking"]
    assert parking.more == ("answers.pets", "answers.joke")
    assert parking.title["ru"] == "есть ли у вас парковка?"  # of its first question
    assert "are pets allowed" in after.phrases["answers.pets"]["en"]
    assert after.answers["answers.pets"].prompt is None
    assert "answers.pets" in after.scenarios


BROKEN = (
    (
        "a: {questions: {ru: [x], en: [y]}}",
        "nothing is said to the question 'a'. Add 'answer: {ru: …, en: …}', or 'steps:'.",
    ),
    ("a: {answer: {ru: x, en: y}}", "'questions' is missing"),
    ("a: {questions: {ru: [x]}, answer: {ru: x, en: y}}", "'en' is missing"),
    ("a: {QUESTIONS, answer: {ru: x, en: y}, more: [jok]}", "answer 'jok' does not exist. Did you mean 'joke'?"),
    ('a: {QUESTIONS, answer: {ru: "{business.adres}", en: y}}', "'business.adres'"),
    (
        "a: {QUESTIONS, answer: {ru: x, en: y}, steps: [stop:]}",
        "'steps' and 'answer' don't go together. Keep one of them.",
    ),
    ("a: {QUESTIONS, steps: [sya: {ru: x, en: y}]}", "'sya'"),
    ("a: {questions: {ru: [где вы], en: [y]}, answer: {ru: x, en: y}}", "'где вы' is also a phrase of 'main.where'."),
    ("a: no", ""),
    ("- a", ""),
    ("a: [", ""),
)


@pytest.mark.parametrize(("answers", "told"), BROKEN)
def test_a_mistake_in_an_answer_is_told_with_its_file_and_line(shop: Path, answers: str, told: str):
    found = problems(shop, answers.replace("QUESTIONS", "questions: {ru: [x], en: [y]}"))
    assert any(problem.startswith(f"answers/all.yaml:1: {told}") for problem in found), found


def test_one_answer_stands_in_one_file(shop: Path):
    (shop / "answers").mkdir()
    (shop / "answers" / "first.yaml").write_text(ANSWERS, encoding="utf-8")
    assert problems(shop, "pets: {questions: {ru: [x], en: [y]}, answer: {ru: x, en: y}}") == [
        "answers/first.yaml:7: answer 'pets' is already written in answers/all.yaml. Rename one of them."
    ]


def test_small_talk_ships_and_a_set_changes_it_or_turns_it_off_by_its_name(shop: Path):
    assert "answers.joke" in load(shop).smalltalk
    assert problems(shop, "joke: no\nrobot: {answer: {ru: Я Вася., en: I'm Vasya.}}") == []
    made = load(shop)
    assert "answers.joke" not in {**made.smalltalk, **made.answers}
    assert "answers.robot" in made.smalltalk  # asked as before, answered in the set's own words
    assert made.answers["answers.robot"].prompt.wordings["en"].text[0].source == "I'm Vasya."
    assert problems(shop, "robot: {questions: {ru: [ты кто], en: [who art thou]}, answer: {ru: Я., en: Me.}}") == []
    made = load(shop)
    assert "answers.robot" not in made.smalltalk
    assert made.phrases["answers.robot"]["en"] == ("who art thou",)


def test_small_talk_gives_way_to_the_sets_own_phrases(shop: Path):
    where = (shop / "main.yaml").read_text().replace("[where are you]", "[where are you, tell me a joke]")
    (shop / "main.yaml").write_text(where)
    assert "answers.joke" not in load(shop).answers


TALKS = """\
# a question by the way, then the same question again       scenario: booking
> let me book an ENT, is there a car park?
< There is a car park at Garden Street.
< When?
> can I bring my pet
< No dogs, I'm afraid.
< When?
> tomorrow at noon, and is the parking free?
< There is a car park at Garden Street.
< Name?
> are you a robot
< I'm a program, but I know my job. Say “operator” and I'll get a person.
< Name?
> are you a robot
< Yes, I'm a program. Say “operator” if you'd rather talk to a person.
< Name?
> Anna Smith
< Phone?
> 89051234567
< ENT, right?
> can I bring a dog
< No dogs, I'm afraid.
< ENT, right?
> yes
< Done.
= booked: service lor, when 2026-11-19 12:00, phone +79051234567
= ended: done

# buttons lead on to other answers
> where can I park
< There is a car park at Garden Street.
< How can I help?
> (With a dog)
< No dogs, I'm afraid.
< How can I help?

# by telephone they are named        channel: voice
> where can I park
< There is a car park at Garden Street.
< I can also tell you: With a dog and Tell me a joke.
< How can I help?
< Book — one.
< Address — two.
"""


def test_an_answer_is_found_from_any_step_and_leads_back_to_its_question(shop: Path):
    (shop / "tests").mkdir()
    (shop / "tests" / "answers.en.txt").write_text(TALKS, encoding="utf-8")
    assert problems(shop, ANSWERS) == []
    results = golden.run(shop, nlu=BuiltinNlu.of, bench=BENCH)
    assert [result.diff for result in results if result.diff] == []


def test_the_schema_for_answers_accepts_what_the_loader_accepts(tmp_path: Path):
    schema = json.loads((ROOT / "bot" / "authoring" / "answers.schema.json").read_text())
    scenarios = json.loads((ROOT / "bot" / "authoring" / "schema.json").read_text())
    (entry, _) = schema["additionalProperties"]["anyOf"]
    assert tuple(entry["properties"]) == KEYS
    text = json.dumps(schema).replace("schema.json#/definitions", "#/definitions")
    whole = jsonschema.Draft7Validator({**json.loads(text), "definitions": scenarios["definitions"]})
    files = [SMALLTALK, *(ROOT / "scenarios").glob("*/answers/*.yaml")]
    for path in files:
        assert [e.message for e in whole.iter_errors(YAML(typ="safe", pure=True).load(path.read_text()))] == []
        named = path.read_text().splitlines()[0].partition("$schema=")[2]
        assert (path.parent / named).resolve() == ROOT / "bot" / "authoring" / "answers.schema.json"
    assert [e.message for e in whole.iter_errors(YAML(typ="safe", pure=True).load(ANSWERS))] == []
    assert list(whole.iter_errors({"a": {"questions": {"ru": ["x"]}, "anser": "y"}}))
