"""`govorun understand why` and `govorun chat --why`."""

from __future__ import annotations

import json

import pytest


def test_a_wish_is_explained_in_plain_sentences_with_the_line_of_its_phrase(govorun) -> None:
    ran = govorun("understand", "why", "перенесите меня на пятницу", "--set", "clinic", LC_ALL="ru_RU.UTF-8")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("Ждали: выбор из booking")
    assert lines[1] == "Услышано: «перенесите меня на пятницу»."
    assert any(
        line.startswith("Больше всего похоже на rescheduling") and "(rescheduling.yaml:" in line for line in lines
    )
    assert lines[-1].startswith("Итог: желание rescheduling")


def test_for_programs_it_is_one_object(govorun) -> None:
    ran = govorun("understand", "why", "I need a person", "--set", "clinic", "--lang", "en", "--json", LC_ALL="C")
    told = json.loads(ran.out)
    assert told["rule"] == told["intent"] == "operator"
    assert told["because"] == "repair"
    assert told["result"].startswith("So: “operator”")
    assert {"intent", "score", "nearest", "place", "likeness"} == set(told["intents"][0])


def test_the_last_of_a_conversation_is_explained_at_the_step_it_is_said_to(govorun) -> None:
    ran = govorun("understand", "why", "запишите к терапевту", "завтра", "--set", "clinic", "--json")
    told = json.loads(ran.out)
    assert told["text"] == "завтра"
    assert told["expected"]["slot"] == "when"
    assert told["because"] == "answer"


@pytest.mark.parametrize("flag", [[], ["--why"]])
def test_a_chat_explains_only_when_it_is_asked_to(govorun, flag: list[str]) -> None:
    ran = govorun("chat", "clinic", *flag, stdin="сколько стоит приём\n", LC_ALL="ru_RU.UTF-8")
    assert ran.code == 0
    assert ("Больше всего похоже на price" in ran.out) == bool(flag)
