"""Another program is being asked, and the customer doesn't wait in silence."""

from dataclasses import replace

from bot.dialogue.actions import Fetch, Handoff
from bot.dialogue.events import AgentLeft, Fetched
from bot.dialogue.program import ConfirmStep, SayStep
from bot.dialogue.scenario import Scenario
from tests.dialogue.small import IVAN, SMALL, THREE, Talk, prompt

OPERATOR = Scenario(
    name="operator",
    title={"ru": "Оператор"},
    first="which",
    steps={
        "which": ConfirmStep(id="which", next="bye", prompt=prompt("which", "Соединить с врачом?"), declined="no"),
        "no": SayStep(id="no", prompt=prompt("no", "Хорошо.")),
        "bye": SayStep(id="bye", prompt=prompt("bye", "Никого нет.")),
    },
)
STAFFED = replace(SMALL, scenarios={**SMALL.scenarios, "operator": OPERATOR})


def holding() -> Talk:
    """The calendar has been asked for a place, and has not answered."""
    talk = Talk(scenarios=STAFFED, outcome="")
    talk.say("booking", service="terapevt", when=THREE)
    assert talk.say(name=IVAN) == []
    assert talk.did(Fetch)[0].id == "c1:1"
    return talk


def answered(talk: Talk, outcome: str = "ok") -> list[str]:
    return talk.happen(Fetched, request="c1:1", outcome=outcome)


def test_an_answer_that_comes_while_a_person_is_asked_for_is_kept_and_nothing_is_sent_again():
    talk = holding()
    assert talk.say("operator") == ["Соединить с врачом?"]
    assert answered(talk) == []
    assert talk.say(yes=True) == ["Никого нет.", "Иван, терапевт, в 15:00. Верно?"]
    assert talk.did(Fetch) == []


def test_a_scenario_that_is_over_before_the_answer_leaves_the_question_to_be_answered():
    talk = holding()
    talk.say("operator")
    assert talk.say(yes=True) == ["Никого нет.", "<one_moment>"]
    assert talk.did(Fetch) == []
    assert answered(talk, "taken") == ["Занято.", "Когда?"]


def test_cancelling_what_was_begun_meanwhile_sends_nothing_again():
    talk = holding()
    talk.say("operator")
    assert talk.say("cancel") == ["<cancelled>"]
    assert talk.did(Fetch) == []
    assert answered(talk) == ["Иван, терапевт, в 15:00. Верно?"]


def test_an_answer_nobody_is_prepared_for_calls_a_person_whatever_is_under_way():
    talk = holding()
    talk.say("operator")
    assert answered(talk, "error") == ["<internal_error>", "<to_person_text>"]
    assert talk.did(Handoff)[0].reason == "error"
    talk.happen(AgentLeft, agent="anna")
    assert talk.did(Fetch) == []


def test_an_answer_to_what_was_left_for_the_menu_is_nobodys():
    talk = holding()
    assert talk.say("menu") == ["Чем помочь?"]
    before = talk.session
    assert answered(talk) == []
    assert talk.session.stack == before.stack
