"""rasa.yaml: who is asked what words mean, which bots the dialogue goes to, and its mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring.load import check, load
from bot.authoring.rasa import declaring
from bot.dialogue.delegated import FALLBACK, Scripted
from bot.dialogue.external import Secret
from tests.authoring.small import write

SCHEMA = json.loads((Path(declaring.__file__).parents[1] / "rasa.schema.json").read_text())
RASA = """\
understanding:
  url: ${RASA_URL}
  token: ${RASA_TOKEN}
  headers: {X-From: govorun}
  timeout: 0.5
  threshold: 0.7
  fallback: [nlu_fallback, other]
  languages: [ru]
  intents: {book_visit: booking, where: main.where, bye: goodbye, affirm: yes}
  entities: {doctor: service, city.from: name}
bots:
  flowers:
    url: https://flowers.example:5005
    gives: [order]
    sample:
      - heard: букет
        says: Сколько роз?
        buttons: {Семь: /seven}
      - says: [Записал., Спасибо!]
        back: yes
        values: {order: 1042}
  person: {sample: [{back: operator}]}
"""


def test_all_of_it_is_read(tmp_path: Path) -> None:
    made = load(write(tmp_path, rasa=RASA))
    asked = made.interpreter
    assert asked is not None
    assert (asked.rasa.url, asked.rasa.token) == ((Secret("RASA_URL"),), (Secret("RASA_TOKEN"),))
    assert (asked.rasa.timeout, asked.threshold, asked.languages) == (0.5, 0.7, ("ru",))
    assert asked.fallback == ("nlu_fallback", "other")
    assert asked.intents == {"book_visit": "booking", "where": "main.where", "bye": "goodbye", "affirm": "yes"}
    assert asked.entities == {"doctor": "service", "city.from": "name"}
    flowers = made.bots["flowers"]
    assert flowers.rasa is not None
    assert (flowers.rasa.url, flowers.rasa.timeout, flowers.gives) == (
        ("https://flowers.example:5005",),
        5.0,
        ("order",),
    )
    assert flowers.script == (
        Scripted(heard="букет", says=("Сколько роз?",), buttons={"Семь": "/seven"}),
        Scripted(says=("Записал.", "Спасибо!"), back="back", values={"order": 1042}),
    )
    assert made.bots["person"].script == (Scripted(back="operator"),)


def test_an_address_is_enough(tmp_path: Path) -> None:
    made = load(write(tmp_path, rasa="understanding: {url: http://127.0.0.1:5005}\n"))
    assert made.interpreter is not None
    assert (made.interpreter.fallback, made.interpreter.languages) == (FALLBACK, ("ru", "en"))
    assert (made.interpreter.rasa.timeout, made.interpreter.threshold) == (1.0, 0.6)


def test_without_the_file_there_is_none(tmp_path: Path) -> None:
    made = load(write(tmp_path))
    assert (made.interpreter, made.bots) == (None, {})


MISTAKES = {
    "rasa.yaml:1: 'understandig' is not known here. Did you mean 'understanding'?": ("understanding:", "understandig:"),
    "rasa.yaml:5: 'timeot' is not known here. Did you mean 'timeout'?": ("timeout:", "timeot:"),
    "rasa.yaml:2: '127.0.0.1:5005' doesn't say which server to ask. "
    "Begin with https://server/, values only after that.": (
        "${RASA_URL}",
        "127.0.0.1:5005",
    ),
    "rasa.yaml:2: '{' has no pair here. Values are written {name}, secrets ${NAME}, in capitals.": (
        "url: ${RASA_URL}",
        "url: 'http://x/{'",
    ),
    "rasa.yaml:5: '0' is not between 0.1 and 60. Write it in figures: 0.6.": ("timeout: 0.5", "timeout: 0"),
    "rasa.yaml:5: 'soon' is not a number. Write it in figures: 10, or 2.5.": ("timeout: 0.5", "timeout: soon"),
    "rasa.yaml:6: '7' is not between 0 and 1. Write it in figures: 0.6.": ("threshold: 0.7", "threshold: 7"),
    "rasa.yaml:8: 'de' can't stand here. Write one of 'ru', 'en'.": ("languages: [ru]", "languages: [de]"),
    "rasa.yaml:9: there is no intent 'bokking' that Rasa's could stand for. Did you mean 'booking'?": (
        "book_visit: booking",
        "book_visit: bokking",
    ),
    "rasa.yaml:10: there is no slot 'servise' that the entity could fill. Did you mean 'service'?": (
        "doctor: service",
        "doctor: servise",
    ),
    "rasa.yaml:21: 'oder' is not among what it gives. Did you mean 'order'?": ("{order: 1042}", "{oder: 1042}"),
    "rasa.yaml:20: 'maybe' can't stand here. Write one of 'no', 'yes', 'operator'.": ("back: yes", "back: maybe"),
    "rasa.yaml:22: nobody speaks for the bot 'person'. Give its 'url:', or a 'sample:' while there is none.": (
        "person: {sample: [{back: operator}]}",
        "person: {gives: [x]}",
    ),
    "rasa.yaml:9: names with values belong here. Write 'name: value' lines, indented by two spaces.": (
        "intents: {book_visit: booking, where: main.where, bye: goodbye, affirm: yes}",
        "intents: [booking]",
    ),
}


@pytest.mark.parametrize("told", MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, told: str) -> None:
    before, after = MISTAKES[told]
    assert before in RASA
    problems = check(write(tmp_path, rasa=RASA.replace(before, after, 1)))
    assert told in [problem.text("en").split(" Known")[0] for problem in problems]
    assert all(problem.text("ru") != problem.text("en") for problem in problems)


def test_the_schema_of_editors_takes_what_the_loader_takes() -> None:
    checker = jsonschema.Draft7Validator(SCHEMA)
    read = YAML(typ="safe", pure=True)
    assert list(checker.iter_errors(read.load(RASA))) == []
    assert list(checker.iter_errors(read.load(RASA.replace("threshold", "treshold")))) != []
    parts = SCHEMA["properties"]
    assert set(parts["understanding"]["properties"]) == set(declaring.INTERPRETER)
    bot = parts["bots"]["additionalProperties"]["properties"]
    assert set(bot) == set(declaring.BOT)
    assert set(bot["sample"]["items"]["properties"]) == set(declaring.SAMPLE)
