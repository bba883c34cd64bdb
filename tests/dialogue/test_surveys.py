"""A survey is two questions, and many people leave at the second: what they gave at the first counts."""

from dataclasses import replace

import pytest

from bot.dialogue.actions import Rated
from bot.dialogue.events import AgentJoined, AgentLeft, Left
from bot.dialogue.expressions import Expression
from bot.dialogue.meaning import Option
from bot.dialogue.program import CollectStep, RateStep, SayStep, SetStep
from bot.dialogue.scenario import Scenario
from bot.dialogue.slot import Slot
from tests.dialogue.small import SMALL, Talk, item, prompt

SCORE = Slot(
    name="score",
    type="csat",
    title={"ru": "оценка"},
    ask=prompt("score", "Оцените от 1 до 5."),
    options=tuple(Option(id=str(n), title={"ru": str(n)}, key=str(n)) for n in range(1, 6)),
    low=1,
    high=5,
)
COMMENT = Slot(name="comment", type="text", title={"ru": "отзыв"}, ask=prompt("comment", "Что улучшить?"), skip=True)
SURVEY = Scenario(
    name="survey",
    title={"ru": "Опрос"},
    first="score",
    slots={"score": SCORE, "comment": COMMENT},
    steps={
        "score": CollectStep(id="score", next="read", slots=("score",), fails={"score": "keep"}),
        "read": SetStep(id="read", next="ask", assignments={"score": Expression.parse("number(score)")}),
        "ask": CollectStep(id="ask", next="keep", slots=("comment",), fails={"comment": "keep"}),
        "keep": RateStep(id="keep", next="thanks", survey="csat", scale=5, score="score", comment="comment"),
        "thanks": SayStep(id="thanks", prompt=prompt("thanks", "Спасибо!")),
    },
)
MENU = SMALL.scenarios["main"].steps["menu"]
SURVEYED = replace(
    SMALL,
    scenarios={
        **SMALL.scenarios,
        "survey": SURVEY,
        "main": replace(
            SMALL.scenarios["main"],
            steps={
                **SMALL.scenarios["main"].steps,
                "menu": replace(MENU, items=(*MENU.items, item("survey", "3", "Оценить"))),  # type: ignore[attr-defined]
            },
        ),
    },
    phrases={**SMALL.phrases, "survey": {}},
)


def scored(*, start: str = "main") -> Talk:
    talk = Talk(scenarios=replace(SURVEYED, start=start))
    if start == "main":
        talk.say("survey")
    assert talk.say(score=4) == ["Что улучшить?"]
    return talk


def scores(talk: Talk) -> list[tuple[int, str]]:
    return [(rated.score, rated.comment) for rated in talk.did(Rated)]


@pytest.mark.parametrize("start", ["main", "survey"])
@pytest.mark.parametrize("wish", ["cancel", "menu", "goodbye"])
def test_whoever_leaves_at_the_comment_has_given_the_score(wish: str, start: str):
    talk = scored(start=start)
    talk.say(wish)
    assert scores(talk) == [(4, "")]


@pytest.mark.parametrize("digress", [False, True])
def test_whoever_hangs_up_at_the_comment_has_given_the_score(digress: bool):
    talk = scored()
    if digress:
        talk.say("booking")
    talk.happen(Left)
    assert scores(talk) == [(4, "")]


def test_whoever_goes_on_elsewhere_gives_the_score_there():
    talk = scored()
    talk.happen(Left, moved_to="c2")
    assert scores(talk) == []


def test_whoever_asks_for_a_person_at_the_comment_has_given_the_score_when_that_one_closes():
    talk = scored()
    talk.say("operator")
    talk.happen(AgentJoined, agent="anna")
    talk.happen(AgentLeft, agent="anna", closed=True)
    assert scores(talk) == [(4, "")]


def test_back_at_the_comment_asks_for_the_score_again():
    talk = scored()
    assert talk.say("back") == ["Оцените от 1 до 5."]
    assert talk.say(score=5) == ["Что улучшить?"]
    talk.say(comment="Ничего")
    assert scores(talk) == [(5, "Ничего")]


def test_the_score_stays_while_no_better_one_is_given():
    talk = scored()
    talk.say("back")
    talk.say("cancel")
    assert scores(talk) == [(4, "")]


def test_a_survey_without_a_score_is_kept_nowhere():
    talk = Talk(scenarios=SURVEYED)
    talk.say("survey")
    talk.say("cancel")
    assert scores(talk) == []


def test_a_survey_asked_once_more_does_not_take_the_score_of_the_first():
    anew = {
        "thanks": replace(SURVEY.steps["thanks"], next="blank"),
        "blank": SetStep(id="blank", next="score", assignments={"score": Expression.parse("none")}),
    }
    twice = replace(SURVEY, steps={**SURVEY.steps, **anew})
    talk = Talk(scenarios=replace(SURVEYED, start="survey", scenarios={**SURVEYED.scenarios, "survey": twice}))
    talk.say(score=4)
    talk.say("back")
    talk.say(score=5)
    assert talk.say("skip") == ["Спасибо!", "Оцените от 1 до 5."]
    talk.say("goodbye")
    assert scores(talk) == []
