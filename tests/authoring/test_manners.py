"""`barge_in:`, `wait:`, `key_pause:` and `record:` as they are written, and what is told of those that don't fit."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.authoring.load import check, load
from bot.dialogue.actions import Say
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Event, Keys, Started
from bot.dialogue.manner import PLAIN, BargeIn, Manner
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from tests.authoring.small import FILES, changed, write

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
MENU = "  - choose: {ru: Чем помочь?, en: How can I help?}\n"
COLLECT = "  - collect: [service, when, name, phone]\n"


def menu(more: str) -> str:
    return changed("main", MENU, MENU + "".join(f"    {line}\n" for line in more.splitlines()))


def business(more: str) -> str:
    return FILES["business.yaml"] + more


def begin(scenarios: ScenarioSet, medium: str = "voice") -> tuple[Session, tuple[Say, ...]]:
    return step(scenarios, opening("c", scenarios), Started(id="1", at=NOW, medium=medium))  # type: ignore[arg-type]


def step(scenarios: ScenarioSet, session: Session, event: Event) -> tuple[Session, tuple[Say, ...]]:
    session, actions = advance(session, event, scenarios)
    return session, tuple(action for action in actions if isinstance(action, Say))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("allow", BargeIn()),
        ("deny", BargeIn(speech="deny")),
        ("{speech_after: 2s}", BargeIn(after=2.0)),
        ("{speech_after: 1.5}", BargeIn(after=1.5)),
        ("{speech_after: 800ms}", BargeIn(after=0.8)),
        ("{speech_after: 3 с}", BargeIn(after=3.0)),
    ],
)
def test_a_step_says_whether_speech_may_stop_it(tmp_path: Path, written: str, meant: BargeIn):
    scenarios = load(write(tmp_path, main=menu(f"barge_in: {written}")))
    _, said = begin(scenarios)
    assert {(say.barge_in, say.speech_after) for say in said} == {(meant.speech, meant.after)}


def test_a_prompts_own_word_counts_before_its_steps_and_that_before_the_sets(tmp_path: Path):
    files = {"business": business("barge_in: deny\n"), "main": menu("barge_in: {speech_after: 2s}")}
    scenarios = load(write(tmp_path, **files))
    session, said = begin(scenarios)
    assert (said[0].barge_in, said[0].speech_after) == ("allow", 2.0)
    session, said = step(scenarios, session, Keys(id="2", at=NOW, digits="1"))
    assert [(say.text, say.barge_in) for say in said] == [("К кому?", "deny")]
    own = files["main"].replace("Чем помочь?, en", "Чем помочь?, barge_in: deny, en")
    _, said = begin(load(write(tmp_path, **{**files, "main": own})))
    assert (said[0].barge_in, said[0].speech_after) == ("deny", None)


def test_what_one_set_forbids_another_does_not(tmp_path: Path):
    """The built-in prompts are rendered once for all sets of a process."""
    strict = load(write(tmp_path / "strict", business=business("barge_in: deny\n")))
    free = load(write(tmp_path / "free"))
    for scenarios, barge_in in ((strict, "deny"), (free, "allow"), (strict, "deny")):
        session, _ = begin(scenarios)
        _, said = step(scenarios, session, Keys(id="2", at=NOW, digits="9"))
        assert {say.barge_in for say in said} == {barge_in}


def test_a_chat_knows_no_barge_in_and_no_waiting(tmp_path: Path):
    scenarios = load(write(tmp_path, business=business("barge_in: deny\nwait: 9s\n")))
    session, said = begin(scenarios, "text")
    assert {say.barge_in for say in said} == {"allow"}
    assert expects(session, scenarios).wait is None


def test_the_nearest_waiting_counts(tmp_path: Path):
    booking = changed("booking", COLLECT, COLLECT + "    wait: 11s\n    key_pause: 7s\n")
    slow = booking.replace("service: {type: choice,", "service: {type: choice, key_pause: 9s,")
    scenarios = load(write(tmp_path, business=business("wait: 8s\nkey_pause: 2s\n"), booking=slow))
    session, _ = begin(scenarios)
    assert (expects(session, scenarios).wait, expects(session, scenarios).key_pause) == (8.0, 2.0)
    session, _ = step(scenarios, session, Keys(id="2", at=NOW, digits="1"))
    assert (expects(session, scenarios).wait, expects(session, scenarios).key_pause) == (11.0, 9.0)
    session, _ = step(scenarios, session, Keys(id="3", at=NOW, digits="1"))
    assert expects(session, scenarios).asked == "when"
    assert expects(session, scenarios).key_pause == 7.0


def test_a_set_without_any_of_it_is_plain(tmp_path: Path):
    scenarios = load(write(tmp_path))
    assert scenarios.manner == PLAIN
    assert scenarios.record == ""
    session, _ = begin(scenarios)
    assert (expects(session, scenarios).wait, expects(session, scenarios).key_pause) == (None, None)


def test_a_set_says_how_all_of_it_is_asked_and_whether_it_is_recorded(tmp_path: Path):
    written = "barge_in: {speech_after: 1s}\nwait: 10\nkey_pause: 500ms\nrecord: ask\n"
    scenarios = load(write(tmp_path, business=business(written)))
    assert scenarios.manner == Manner(barge_in=BargeIn(after=1.0), wait=10.0, key_pause=0.5)
    assert scenarios.record == "ask"
    assert not {"barge_in", "wait", "key_pause", "record"} & set(scenarios.business.facts)


@pytest.mark.parametrize(
    ("more", "code", "russian"),
    [
        ("barge_in: maybe\n", "bad_barge_in", "'maybe' не говорит, можно ли перебить фразу речью"),
        ("barge_in: {speech_after: long}\n", "want_seconds", "'long' — не время от 0.1 до 60 секунд"),
        ("barge_in: {speech_after: 90s}\n", "want_seconds", "'90s' — не время от 0.1 до 60 секунд"),
        ("barge_in: {speech_afer: 2s}\n", "unknown_key", "'speech_afer' здесь не бывает"),
        ("wait: 0\n", "want_seconds", "'0' — не время от 1 до 120 секунд"),
        ("key_pause: 2 min\n", "want_seconds", "'2 min' — не время от 0.5 до 30 секунд"),
        ("record: always\n", "want_one_of", "'always' здесь не годится"),
    ],
)
def test_what_does_not_fit_is_told_with_its_line(tmp_path: Path, more: str, code: str, russian: str):
    problems = check(write(tmp_path, business=business(more)))
    assert problems[0].code == code
    assert problems[0].line == 5
    assert russian in problems[0].text("ru")
    assert problems[0].text("en") != problems[0].text("ru")
