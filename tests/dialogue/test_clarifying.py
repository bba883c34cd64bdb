"""Two wishes that the words leave open: the bot asks which, and the next answer decides."""

from typing import Any

import pytest

from bot.dialogue.actions import Say
from bot.dialogue.codec import dump, load
from bot.dialogue.engine import expects
from bot.dialogue.events import Utterance
from bot.dialogue.meaning import Meaning, Reading, ScoredIntent
from tests.dialogue.small import SMALL, THREE, Talk

BOTH = Meaning(
    intents=(ScoredIntent(name="booking", score=0.8), ScoredIntent(name="price", score=0.78, behind=0.02)),
    readings={"service": Reading(value="lor")},
    either=("booking", "price"),
)


def unclear(**started: Any) -> Talk:
    talk = Talk(**started)
    assert talk.happen(Utterance, text="…", meaning=BOTH) == ["<clarify>"]
    return talk


def test_it_asks_with_both_as_buttons_and_keys_and_neither():
    talk = unclear()
    (say,) = talk.did(Say)
    assert [(choice.id, choice.title, choice.key) for choice in say.choices] == [
        ("booking", "Записаться", "1"),
        ("price", "Узнать цену", "2"),
        ("neither", "Ни то ни другое", "3"),
    ]
    expected = expects(talk.session, SMALL)
    assert [option.id for option in expected.choices] == ["booking", "price", "neither"]
    assert expected.keys == {"1": "booking", "2": "price", "3": "neither"}
    assert load(dump(talk.session)) == talk.session


def test_the_answer_decides_and_what_was_said_at_first_is_kept():
    assert unclear().say(option="booking") == ["Когда?"]  # the doctor was named already
    assert unclear().button("price") == ["От 1500 рублей.", "Что ещё?"]
    assert unclear(medium="voice").press("1") == ["Когда?"]
    assert unclear().say("price") == ["От 1500 рублей.", "Что ещё?"]
    assert unclear().say("booking", when=THREE) == ["Как вас зовут?"]


def test_neither_is_asked_for_in_other_words():
    for talk in (unclear(), unclear()):
        assert talk.session.pending is not None
    assert unclear().say(option="neither") == ["<neither>", "Чем помочь?"]
    assert unclear().say(yes=False) == ["<neither>", "Чем помочь?"]
    assert unclear().say("cancel") == ["Чем помочь?"]


def test_a_yes_decides_nothing_and_misses_lead_to_a_person():
    talk = unclear()
    assert talk.say(yes=True) == ["<not_understood>", "<clarify 2>"]
    assert talk.say() == ["<not_understood 2>", "<clarify 2>"]
    assert talk.say() == ["<to_person_text>"]


def test_silence_and_a_repair_ask_it_again():
    talk = unclear(medium="voice")
    assert talk.silent() == ["<silence>", "<clarify 2>"]
    assert talk.say("repeat") == ["<silence>", "<clarify 2>"]
    assert talk.say("help") == ["<help>", "<clarify>"]


@pytest.mark.parametrize("intent", ["menu", "greeting", "operator"])
def test_anything_else_puts_the_question_aside(intent: str):
    talk = unclear()
    talk.say(intent)
    assert talk.session.pending is None


def test_a_wish_that_is_under_way_already_is_followed_without_asking():
    talk = Talk()
    talk.say("booking", service="lor")
    assert talk.say("booking", when=THREE) == ["Как вас зовут?"]
