"""Waiting for a person: the place and the wait in words, being rung back instead, and what an agent is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.dialogue.actions import End, Handoff, RingBack, Withdraw
from bot.dialogue.engine import expects
from bot.dialogue.events import Queued, TransferFailed
from bot.dialogue.queueing import NUMBER, PLACES, WAITS, told_minutes
from tests.dialogue.small import IVAN, SMALL, Talk, prompt


def queued(
    *, callback: bool = True, position: int = 2, wait_s: int | None = 170, caller: str = "+79051234567"
) -> tuple[Talk, list[str]]:
    """On the telephone, asked for a person in the middle of a booking; and what is said of the place."""
    talk = Talk(medium="voice", caller=caller)
    talk.say("booking")
    talk.say(service="lor")
    talk.say("operator")
    return talk, talk.happen(Queued, position=position, wait_s=wait_s, agents=2, callback=callback)


def waiting(**more: Any) -> Talk:
    return queued(**more)[0]


@pytest.mark.parametrize(
    ("seconds", "minutes"),
    [(None, None), (0, 0), (59, 0), (60, 1), (61, 2), (170, 3), (600, 10), (601, 15), (1_300, 25), (4_000, 70)],
)
def test_a_wait_is_rounded_up_to_what_one_says(seconds: int | None, minutes: int | None):
    assert told_minutes(seconds) == minutes


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(1, "минуты"), (2, "двух минут"), (3, "трёх минут"), (5, "пяти минут"), (21, "двадцати одной минуты"),
     (40, "сорока минут")],
)  # fmt: skip
def test_a_wait_stands_in_the_genitive(minutes: int, said: str):
    assert WAITS["ru"](minutes) in (said, said.replace("ё", "е"))


def test_a_wait_in_english():
    assert [WAITS["en"](minutes) for minutes in (1, 3)] == ["a minute", "three minutes"]


def test_a_place_agrees_with_its_word_whoever_calls():
    assert [PLACES["ru"](place) for place in (1, 2, 3, 11)] == ["первое", "второе", "третье", "одиннадцатое"]
    assert PLACES["en"](2) == "two"


def test_the_place_is_told_with_the_wait_and_without_one_where_nothing_is_known():
    assert queued()[1] == ["<queue_place>", "<queue_wait>", "<queue_callback>"]
    assert queued(wait_s=30)[1] == ["<queue_place>", "<queue_soon>", "<queue_callback>"]
    assert queued(wait_s=5_000)[1] == ["<queue_place>", "<queue_long>", "<queue_callback>"]
    assert queued(wait_s=None)[1] == ["<queue_place>", "<queue_callback>"]


def test_no_callback_is_offered_or_understood_where_none_can_be_made():
    talk, said = queued(callback=False)
    assert said == ["<queue_place>", "<queue_wait>"]
    assert talk.press("1") == []
    assert talk.session.status == "waiting"


def test_the_offer_is_made_once_the_place_whenever_it_changes():
    talk = waiting(position=3)
    said = talk.happen(Queued, position=2, wait_s=60, agents=2, callback=True)
    assert said == ["<queue_place>", "<queue_wait>"]


def test_the_callers_own_number_is_read_back_and_rung():
    talk = waiting()
    assert talk.press("1") == ["<callback_agree>"]
    assert talk.say(yes=True) == ["<callback_promised>"]
    assert [action.number for action in talk.did(RingBack)] == ["+79051234567"]
    assert talk.did(End)[0].reason == "callback"
    assert not talk.did(Withdraw)  # the place is kept


def test_another_number_is_asked_for_and_read_back():
    talk = waiting()
    talk.press("1")
    assert talk.say(yes=False) == ["<callback_number>"]
    assert expects(talk.session, SMALL).asked == NUMBER.name
    assert talk.press("89167654321") == ["<callback_agree>"]
    assert talk.say(yes=True) == ["<callback_promised>"]
    assert [action.number for action in talk.did(RingBack)] == ["+79167654321"]


def test_a_number_that_is_told_with_the_no_is_taken():
    talk = waiting()
    talk.press("1")
    assert talk.say(yes=False, **{NUMBER.name: "+79167654321"}) == ["<callback_agree>"]
    talk.say(yes=True)
    assert [action.number for action in talk.did(RingBack)] == ["+79167654321"]


def test_who_has_no_number_is_asked_for_one():
    talk = waiting(caller="")
    assert talk.press("1") == ["<callback_number>"]


def test_a_number_that_we_may_not_call_is_agreed_on_with_nobody():
    talk = Talk(medium="voice", caller="+12025550123")
    talk.say("booking")
    talk.say("operator")
    talk.happen(Queued, position=2, agents=2, callback=True, numbers=("+7905", "+7916"))
    assert talk.press("1") == ["<callback_number>"]  # their own is none that we call
    assert talk.press("84951112233") == ["<callback_elsewhere>", "<callback_number 2>"]
    assert talk.press("89167654321") == ["<callback_agree>"]
    assert talk.say(yes=False, **{NUMBER.name: "+18095550100"}) == ["<callback_elsewhere>", "<callback_number>"]
    assert talk.press("84951112233") == ["<callback_elsewhere>", "<callback_number 2>"]
    assert talk.press("84951112233") == ["<callback_elsewhere>", "<callback_not>"]
    assert not talk.did(RingBack)
    assert talk.session.status == "waiting"


def test_who_does_not_answer_waits_on():
    talk = waiting()
    talk.press("1")
    assert talk.silent() == ["<callback_agree 2>"]
    assert talk.silent() == ["<callback_not>"]
    assert talk.session.status == "waiting"
    assert talk.press("1") == ["<callback_agree>"]


def test_a_place_that_changes_while_a_number_is_asked_for_interrupts_nobody():
    talk = waiting()
    talk.press("1")
    assert talk.happen(Queued, position=1, agents=2, callback=True) == []
    assert talk.say(yes=True) == ["<callback_promised>"]


def test_star_is_back_to_the_bot_at_the_same_question():
    talk = waiting()
    assert talk.press("*") == ["<cancelled>", "Когда?"]
    assert talk.session.status == "bot"
    assert talk.did(Withdraw)


def test_zero_tells_the_place_again():
    talk = waiting()
    assert talk.press("0") == ["<queue_place>", "<queue_wait>"]


def test_a_caller_for_whom_people_are_there_is_not_sent_away_after_two_minutes():
    talk = waiting()
    for _ in range(20):
        assert talk.silent() == ["<keep_waiting>"]


def test_after_a_telephone_nobody_answered_nothing_is_asked_twice():
    talk = Talk(medium="voice")
    talk.say("booking")
    asked = talk.say(service="lor")[-1]
    talk.say("operator")
    assert talk.happen(TransferFailed) == ["<transfer_failed>", asked]
    assert talk.session.stack[-1].values["service"] == "lor"


TOLD = replace(SMALL, builtin={**SMALL.builtin, "agent_brief": prompt("agent_brief", "Звонит {who}. {about}")})


def told(reason: str = "operator", **started: Any) -> str:
    """What an agent hears of somebody who asked for a person in the middle of a booking."""
    talk = Talk(medium="voice", scenarios=TOLD, **started)
    talk.say("booking")
    talk.say(service="lor", name=IVAN)
    if reason == "operator":
        talk.say("operator")
    else:
        for _ in range(2):
            talk.silent()
    (handoff,) = talk.did(Handoff)
    return str(handoff.brief)


def test_an_agent_is_told_who_calls_what_about_and_what_is_known():
    said = told(caller="+79051234567")
    assert said.startswith("Звонит Иван")
    assert "номер восемь, девятьсот пять, сто двадцать три, сорок пять, шестьдесят семь" in said
    assert said.endswith("Врач — Лор.") or said.endswith("Врач — лор.")


def test_an_agent_is_told_why_where_the_bot_gave_up():
    assert "Клиента не слышно." in told("silence")


def test_who_is_not_known_is_a_customer():
    talk = Talk(medium="voice", scenarios=TOLD)
    talk.say("operator")
    assert talk.did(Handoff)[0].brief == "Звонит клиент."


def test_nobody_is_told_of_a_customer_who_writes():
    talk = Talk(scenarios=TOLD)
    talk.say("operator")
    assert talk.did(Handoff)[0].brief == ""


def test_what_must_not_be_kept_is_not_told():
    slots = {**SMALL.scenarios["booking"].slots}
    slots["service"] = replace(slots["service"], sensitive=True)
    booking = replace(SMALL.scenarios["booking"], slots=slots)
    hidden = replace(TOLD, scenarios={**TOLD.scenarios, "booking": booking})
    talk = Talk(medium="voice", scenarios=hidden)
    talk.say("booking")
    talk.say(service="lor", name=IVAN)
    talk.say("operator")
    assert "Лор" not in talk.did(Handoff)[0].brief


# --- nobody answered ---------------------------------------------------------------------------------


def unanswered(*, agents: int = 1, callback: bool = True) -> tuple[Talk, list[str]]:
    """Somebody who waits, and for whom no telephone was answered; and what they are told."""
    talk = waiting(callback=callback)
    return talk, talk.happen(TransferFailed, position=2, wait_s=170, agents=agents, callback=callback)


def test_who_could_still_be_served_is_told_that_nobody_answered_and_asked_whether_to_wait():
    talk, said = unanswered()
    assert said == [
        "<nobody_answered>", "<queue_place>", "<queue_wait>", "<queue_callback>", "<queue_wait_on>", "<queue_go_on>",
    ]  # fmt: skip
    assert talk.session.status == "waiting"
    assert not talk.did(Withdraw)
    assert unanswered(callback=False)[1] == said[:3] + said[4:]
    assert unanswered(agents=0)[1] == [said[0], *said[3:]]


@pytest.mark.parametrize("key", ["2", ""])
def test_who_wants_to_wait_waits_on_and_is_told_the_place_as_before(key: str):
    talk, _ = unanswered()
    assert (talk.press(key) if key else talk.say("operator")) == ["<callback_not>"]
    assert talk.session.status == "waiting"
    assert talk.happen(Queued, position=1, wait_s=None, agents=1, callback=True) == ["<queue_place>"]


def test_who_would_rather_be_rung_back_is():
    talk, _ = unanswered()
    assert talk.press("1") == ["<callback_agree>"]
    assert talk.press("1") == ["<callback_promised>"]
    assert [action.number for action in talk.did(RingBack)] == ["+79051234567"]


def test_who_goes_on_with_the_bot_is_asked_where_it_stopped_and_out_of_the_queue():
    talk, _ = unanswered()
    assert talk.press("*")[-1] == "Когда?"
    assert talk.session.status == "bot"
    assert talk.did(Withdraw)


def test_who_says_nothing_is_asked_once_more_and_then_waits_on_where_there_is_somebody_to_wait_for():
    talk, _ = unanswered()
    assert talk.silent() == ["<queue_callback>", "<queue_wait_on>", "<queue_go_on>"]
    assert talk.silent() == ["<callback_not>"]
    assert talk.session.status == "waiting"


def test_who_says_nothing_is_back_with_the_bot_where_nobody_is_there():
    talk, _ = unanswered(agents=0)
    talk.silent()
    said = talk.silent()
    assert said[0] == "<nobody_free>"
    assert talk.session.status == "bot"


def test_who_is_agreeing_on_a_number_is_not_disturbed_by_a_telephone_that_nobody_answered():
    talk = waiting()
    talk.press("1")
    assert talk.happen(TransferFailed, position=2, agents=1, callback=True) == []
    assert talk.say(yes=True) == ["<callback_promised>"]


def test_where_nobody_could_be_waited_for_the_bot_takes_the_caller_back_at_once():
    talk = waiting(callback=False)
    assert talk.happen(TransferFailed)[0] == "<transfer_failed>"
    assert talk.session.status == "bot"
