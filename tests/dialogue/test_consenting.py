"""Whether a call is recorded: told, asked, paused around what is secret; facts of the journal, all of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.actions import Record, Say
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import AgentJoined, Event, Keys, Silence, Started, Utterance
from bot.dialogue.meaning import Meaning, Reading, ScoredIntent
from bot.dialogue.scenario import Recorded, ScenarioSet
from bot.dialogue.session import Session
from tests.dialogue.small import NOW, SMALL

FIRST = ["Здравствуйте!", "Чем помочь?"]


def recorded(record: Recorded = "") -> ScenarioSet:
    return replace(SMALL, record=record)


def secret() -> ScenarioSet:
    """Whose booking asks for a doctor that nobody may know of."""
    booking = SMALL.scenarios["booking"]
    slots = {**booking.slots, "service": replace(booking.slots["service"], sensitive=True)}
    return replace(SMALL, record="on", scenarios={**SMALL.scenarios, "booking": replace(booking, slots=slots)})


class Line:
    def __init__(self, scenarios: ScenarioSet, record: Any = "off", medium: Any = "voice") -> None:
        self.scenarios = scenarios
        self.session: Session = opening("c", scenarios)
        self.said: list[str] = []
        self.did: list[str] = []
        self.order: list[str] = []
        self.take(Started(id="1", at=NOW, medium=medium, record=record))

    def take(self, event: Event) -> list[str]:
        self.session, actions = advance(self.session, event, self.scenarios)
        self.said = [action.text for action in actions if isinstance(action, Say)]
        self.did = [action.state for action in actions if isinstance(action, Record)]
        self.order = [type(action).__name__ for action in actions]
        return self.said

    def says(self, **meaning: Any) -> list[str]:
        return self.take(Utterance(id="2", at=NOW, text="…", meaning=Meaning(**meaning)))

    def presses(self, digits: str) -> list[str]:
        return self.take(Keys(id="3", at=NOW, digits=digits))


def test_a_call_that_is_recorded_is_told_so_before_anything_else():
    line = Line(recorded("on"))
    assert line.said[0] == "<recorded>"
    assert line.said[1:3] == FIRST
    assert line.did == ["on"]
    assert line.session.recording == "on"


@pytest.mark.parametrize(
    ("of_set", "of_settings", "told"),
    [("", "on", True), ("", "off", False), ("off", "on", False), ("on", "off", True), ("on", "", False)],
)
def test_the_set_decides_and_where_it_does_not_who_runs_it_and_nobody_where_nothing_is_kept(
    of_set: Recorded, of_settings: str, told: bool
):
    line = Line(recorded(of_set), of_settings)
    assert (line.said[0] == "<recorded>") is told
    assert (line.did == ["on"]) is told


def test_a_chat_is_not_recorded():
    assert Line(recorded("on"), medium="text").did == []


def test_who_is_asked_is_asked_before_anything_else_and_a_yes_begins_the_recording_and_the_call():
    for yes in (Meaning(yes=True), None):
        line = Line(recorded("ask"))
        assert line.said == ["<may_record>"]
        assert line.did == []
        assert expects(line.session, line.scenarios).yesno
        said = line.says(yes=True) if yes else line.presses("1")
        assert line.did == ["on"]
        assert said[:2] == FIRST


@pytest.mark.parametrize("how", ["says", "presses"])
def test_a_no_keeps_nothing_and_the_call_goes_on(how: str):
    line = Line(recorded("ask"))
    said = line.says(yes=False) if how == "says" else line.presses("2")
    assert line.did == ["off"]
    assert said == ["<not_recorded>", *FIRST, *said[3:]]
    assert line.session.recording == ""


def test_who_says_what_they_came_for_did_not_consent_and_is_heard():
    line = Line(recorded("ask"))
    said = line.says(intents=(ScoredIntent(name="booking", score=1.0),))
    assert line.did == ["off"]
    assert "<not_recorded>" not in said
    assert said[-1] == "К какому врачу?"
    assert line.session.stack[-1].scenario == "booking"


def test_a_nought_calls_a_person_without_consent():
    line = Line(recorded("ask"))
    line.presses("0")
    assert line.did == ["off"]
    assert line.session.status == "waiting"


def test_what_was_not_understood_is_asked_once_more_and_then_is_a_no():
    line = Line(recorded("ask"))
    assert line.says() == ["<may_record 2>"]
    assert line.did == []
    assert line.take(Silence(id="4", at=NOW))[0] == "<not_recorded>"
    assert line.did == ["off"]
    assert line.session.misses == 0


def test_a_language_models_yes_is_no_consent():
    line = Line(recorded("ask"))
    line.says(yes=True, proposed=True)
    assert line.did == []
    assert line.session.recording == "asked"


def test_a_person_who_joins_ends_the_question_without_consent():
    line = Line(recorded("ask"))
    line.take(AgentJoined(id="5", at=NOW, agent="anna"))
    assert line.did == ["off"]


def test_nothing_is_kept_while_a_secret_is_asked_for_and_what_follows_is():
    line = Line(secret())
    line.says(intents=(ScoredIntent(name="booking", score=1.0),))
    assert line.did == ["paused"]
    assert line.order[0] == "Record"  # before the question is said
    line.take(Silence(id="6", at=NOW))
    assert line.did == []
    line.says(readings={"service": Reading(value="lor")})
    assert line.did == ["resumed"]
    assert line.session.recording == "on"


def test_a_secret_asked_for_at_once_pauses_what_has_just_begun():
    started = replace(secret(), start="booking")
    line = Line(started)
    assert line.did == ["on", "paused"]
    assert line.order[:3] == ["Say", "Record", "Record"]


def test_without_a_recording_there_is_nothing_to_pause():
    line = Line(replace(secret(), record="off"))
    line.says(intents=(ScoredIntent(name="booking", score=1.0),))
    assert line.did == []
