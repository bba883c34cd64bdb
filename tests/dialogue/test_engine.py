from dataclasses import replace
from datetime import datetime

import pytest

from bot.dialogue.actions import ChoseItem, End, Fault, Fetch, Handoff, Invite, Learn, Say, TakeOver, Withdraw
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Fetched,
    Invited,
    Left,
    Started,
    TransferFailed,
    Utterance,
)
from bot.dialogue.expressions import Expression
from bot.dialogue.meaning import Meaning, Reading
from bot.dialogue.program import BranchStep, ChooseStep, CollectStep, EndStep, HandoffStep, SayStep, StartStep
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.session import Unfinished
from bot.dialogue.slot import Slot
from bot.dialogue.values import Moment
from tests.dialogue.small import FOUR, IVAN, MAIN, NOW, PRICE, SLOTS, SMALL, THREE, TOMORROW, Talk, item, prompt


def booked() -> Talk:
    talk = Talk()
    talk.say("booking", service="terapevt", when=THREE)
    talk.say(name=IVAN)
    return talk


def test_a_conversation_begins_with_a_greeting_and_the_menu_with_buttons():
    talk = Talk()
    assert talk.hello == ["Здравствуйте!", "Чем помочь?"]
    assert [choice.title for choice in talk.did(Say)[1].choices] == ["Записаться", "Узнать цену"]


def test_a_caller_hears_each_item_announced_in_the_order_they_usually_want():
    talk = Talk(medium="voice", orders={"main": ("price", "booking")})
    assert talk.hello == ["Здравствуйте!", "Чем помочь?", "Узнать цену — 2.", "Записаться — 1."]
    assert talk.press("1") == ["К какому врачу?"]  # the digit stayed with its item
    assert talk.did(ChoseItem) == [ChoseItem(menu="main", item="booking", order=("price", "booking"), heard=True)]


def test_who_speaks_first_is_not_read_the_menu():
    talk = Talk(spoke_first=True)
    assert talk.hello == ["Здравствуйте!"]
    assert talk.say("booking", service="terapevt", when=THREE) == ["Как вас зовут?"]


def test_who_speaks_first_is_not_asked_what_they_may_have_said():
    """A set may begin with its question: "хочу к терапевту" should not be met with "К какому врачу?"."""
    at_once = replace(SMALL, start="booking")
    talk = Talk(scenarios=at_once, spoke_first=True)
    assert talk.hello == []
    assert talk.say(service="terapevt") == ["Когда?"]
    greeted = Talk(scenarios=at_once, spoke_first=True)
    assert greeted.say("greeting") == ["К какому врачу?"]
    assert greeted.say("greeting") == ["<greeting_reply>", "К какому врачу?"]


def test_who_only_greets_gets_the_menu():
    assert Talk(spoke_first=True).say("greeting") == ["Чем помочь?"]


def test_what_was_said_at_once_is_not_asked():
    talk = Talk()
    assert talk.say("booking", service="terapevt", when=THREE) == ["Как вас зовут?"]
    assert talk.say(name=IVAN) == ["Иван, терапевт, в 15:00. Верно?"]
    assert talk.say(yes=True) == ["Записал.", "Что ещё?"]
    assert talk.did(Learn) == [Learn(fact="name", value=IVAN)]


def test_a_correction_while_something_else_is_asked_is_said_back():
    talk = Talk()
    talk.say("booking", service="lor", when=THREE)
    assert talk.say(when=FOUR) == ["<corrected>", "Как вас зовут?"]
    assert talk.say(service="terapevt", name=IVAN)[0] == "<corrected>"


def test_half_a_moment_is_asked_for_its_other_half():
    talk = Talk()
    talk.say("booking", service="terapevt")
    assert talk.say(when=Moment(day=TOMORROW)) == ["<ask_time>"]
    assert expects(talk.session, SMALL).slots["when"].known == Moment(day=TOMORROW)


def test_a_correction_while_confirming_is_taken_in_the_same_turn():
    talk = booked()
    assert talk.say(yes=False, when=FOUR) == ["Иван, терапевт, в 16:00. Верно?"]
    assert len(talk.did(Fetch)) == 1  # and the new time is held


def test_a_plain_no_is_asked_what_to_change():
    talk = booked()
    assert talk.say(yes=False) == ["<what_to_change>"]
    assert talk.button("when") == ["Когда?"]
    assert talk.say(when=FOUR) == ["Иван, терапевт, в 16:00. Верно?"]


def test_a_taken_place_leads_back_to_the_time_alone():
    talk = Talk(outcome="taken")
    talk.say("booking", service="terapevt", when=THREE)
    assert talk.say(name=IVAN) == ["Занято.", "Когда?"]


def test_an_impossible_time_keeps_the_day():
    talk = Talk()
    assert talk.say("booking", service="lor", when=datetime(2026, 11, 19, 21)) == ["Закрыто.", "<ask_time>"]


def test_the_past_is_refused():
    talk = Talk()
    assert talk.say("booking", service="lor", when=datetime(2026, 11, 17, 12)) == ["<in_the_past>", "Когда?"]


def test_four_refused_times_bring_a_person():
    talk = Talk()
    talk.say("booking", service="lor")
    for _ in range(4):
        said = talk.say(when=datetime(2026, 11, 19, 21))
    assert said[-1] == "<to_person_text>"


def test_after_a_person_was_called_for_a_time_one_that_fits_is_taken():
    talk = Talk()
    talk.say("booking", service="lor")
    for _ in range(4):
        talk.say(when=datetime(2026, 11, 19, 21))
    talk.happen(AgentJoined, agent="anna")
    talk.happen(AgentLeft, agent="anna")
    assert talk.say(when=THREE) == ["Как вас зовут?"]


def test_refusals_before_a_time_that_fitted_count_no_more():
    talk = Talk()
    talk.say("booking", service="lor")
    for _ in range(3):
        talk.say(when=datetime(2026, 11, 19, 21))
    talk.say(when=THREE)
    assert talk.say(when=datetime(2026, 11, 19, 21)) == ["Закрыто.", "<ask_time>"]


def test_a_digression_comes_back_to_the_question():
    talk = Talk()
    talk.say("booking", service="lor")
    assert talk.say("price") == ["От 1500 рублей.", "Когда?"]


def test_a_question_about_a_price_is_not_an_answer_though_it_names_a_doctor():
    talk = Talk()
    talk.say("booking")
    assert talk.say("price", service="lor") == ["От 1500 рублей.", "К какому врачу?"]


PRICED = replace(
    PRICE,
    first="ask",
    slots={"service": replace(SLOTS["service"], prefill=Expression.parse("before.service"))},
    steps={
        "ask": CollectStep(id="ask", next="say", slots=("service",)),
        "say": SayStep(id="say", prompt=prompt("price", "{service}, от 1500 рублей.")),
    },
)


@pytest.mark.parametrize("yes", [True, False])
def test_whoever_asks_a_price_means_what_they_have_just_booked(yes: bool):
    talk = Talk(scenarios=replace(SMALL, scenarios={**SMALL.scenarios, "price": PRICED}))
    talk.say("booking", service="lor", when=THREE, name=IVAN, phone="+79051234567")
    if yes:
        talk.say(yes=True)
        assert talk.session.done["service"] == "lor"
        assert talk.say("price")[0] == "Лор, от 1500 рублей."
        assert talk.button("price") == ["К какому врачу?"]
    else:  # nothing was done
        talk.say("cancel")
        assert talk.say("price") == ["К какому врачу?"]


def test_a_secret_of_what_is_done_is_kept_for_nobody():
    booking = SMALL.scenarios["booking"]
    hidden = replace(booking, slots={**booking.slots, "name": replace(booking.slots["name"], sensitive=True)})
    talk = Talk(scenarios=replace(SMALL, scenarios={**SMALL.scenarios, "booking": hidden}))
    talk.say("booking", service="lor", when=THREE, name=IVAN, phone="+79051234567")
    talk.say(yes=True)
    assert set(talk.session.done) == {"service", "when"}


def with_telegram() -> ScenarioSet:
    menu = MAIN.steps["menu"]
    assert isinstance(menu, ChooseStep)
    telegram = replace(item("telegram", "8", "Продолжить в Телеграме"), scenario=None, continues="telegram")
    telegram = replace(telegram, intent="go_on_in_telegram")
    main = replace(MAIN, steps={**MAIN.steps, "menu": replace(menu, items=(*menu.items, telegram))})
    return replace(SMALL, scenarios={**SMALL.scenarios, "main": main})


@pytest.mark.parametrize("how", ["key", "button", "word"])
def test_an_item_of_the_menu_leads_to_another_channel_as_the_wish_does(how: str):
    talk = Talk(medium="voice", scenarios=with_telegram())
    ask = {
        "key": lambda: talk.press("8"),
        "button": lambda: talk.button("telegram"),
        "word": lambda: talk.say("go_on_in_telegram"),
    }
    ask[how]()
    assert [invite.to for invite in talk.did(Invite)] == ["telegram"]
    assert talk.happen(Invited, to="telegram", link="t.me/x", sent=True) == ["<link_sent>"]
    assert talk.press("1")[-1] == "К какому врачу?"  # the menu stands meanwhile


def test_a_wish_for_what_is_under_way_fills_its_slots():
    talk = Talk()
    talk.say("booking")
    assert talk.say("booking", service="lor") == ["Когда?"]


def test_a_wish_for_what_waits_for_a_scenario_of_its_own_asks_that_one_again():
    """ "How much do I owe?" once more while its account is asked: there is no result yet to go on with."""
    paying = Scenario(
        name="paying",
        title={"ru": "Баланс"},
        first="start",
        steps={
            "start": StartStep(
                id="start", next="say", scenario="price_of", results={"cost": Expression.parse("service")}
            ),
            "say": SayStep(id="say", prompt=prompt("owed", "Итого {cost}.")),
        },
    )
    asking = Scenario(
        name="price_of",
        title={"ru": "Счёт"},
        first="ask",
        slots={"service": SLOTS["service"]},
        steps={"ask": CollectStep(id="ask", slots=("service",))},
    )
    talk = Talk(scenarios=replace(SMALL, scenarios={**SMALL.scenarios, "paying": paying, "price_of": asking}))
    assert talk.say("paying") == ["К какому врачу?"]
    assert talk.say("paying") == ["К какому врачу?"]
    assert talk.say("price") == ["От 1500 рублей.", "К какому врачу?"]
    assert talk.say(service="lor")[0] == "Итого lor."


def test_a_yes_to_what_is_to_be_corrected_agrees_to_nothing():
    talk = booked()
    assert talk.say(yes=False) == ["<what_to_change>"]
    assert talk.say(yes=True) == ["Иван, терапевт, в 15:00. Верно?"]
    assert talk.say(yes=True)[0] == "Записал."


def test_a_miss_gets_another_wording_and_then_a_person():
    talk = Talk(medium="voice")
    talk.say("booking")
    assert talk.say() == ["<not_understood>", "Назовите врача."]
    assert talk.say() == ["<to_person>"]
    assert talk.did(Handoff)[0].reason == "not understood"


def test_a_chat_is_given_one_more_try():
    talk = Talk()
    talk.say("booking")
    assert [talk.say()[0] for _ in range(3)] == ["<not_understood>", "<not_understood 2>", "<to_person_text>"]


def test_silence_is_counted_apart_in_words_and_together_in_patience():
    talk = Talk(medium="voice")
    talk.say("booking")
    assert talk.silent() == ["<silence>", "Назовите врача."]
    assert talk.silent() == ["<to_person>"]


def test_silence_after_all_is_done_ends_the_call():
    talk = Talk(medium="voice")
    talk.say("price")
    talk.silent()
    assert talk.silent() == ["<goodbye>"]
    assert talk.did(End)


def test_an_answer_forgives_earlier_misses():
    talk = Talk(medium="voice")
    talk.say("booking")
    talk.say()
    talk.say(service="lor")
    assert talk.say() == ["<not_understood>", "День и час?"]


def test_cancel_leaves_the_scenario_and_at_the_menu_it_is_harmless():
    talk = Talk()
    talk.say("booking")
    assert talk.say("cancel") == ["<cancelled>", "Что ещё?"]
    assert talk.say("cancel") == ["<nothing_to_cancel>", "Что ещё?"]


def test_repeat_says_the_same_again():
    talk = Talk()
    said = talk.say("booking")
    assert talk.say("repeat") == said


def test_back_goes_to_the_slot_before():
    talk = Talk()
    talk.say("booking", service="lor")
    assert talk.say("back") == ["К какому врачу?"]


def test_no_thanks_after_all_is_done_is_goodbye():
    talk = Talk()
    talk.say("price")
    assert talk.say(yes=False) == ["<goodbye>"]
    assert talk.session.status == "ended"


def test_a_known_customer_is_not_asked_the_name():
    talk = Talk(customer={"name": IVAN})
    assert talk.say("booking", service="lor", when=THREE) == ["Иван, лор, в 15:00. Верно?"]


@pytest.mark.parametrize(("language", "told"), [("ru", "оператор"), ("en", "a person")])
def test_a_person_without_a_name_is_told_of_in_the_language_of_the_conversation(language, told):
    joined = prompt("agent_joined", "<{agent}>", english="<{agent}>")
    scenarios = replace(SMALL, builtin={**SMALL.builtin, "agent_joined": joined})
    session, _ = advance(opening("c", scenarios), Started(id="1", at=NOW, language=language), scenarios)
    _, actions = advance(session, AgentJoined(id="2", at=NOW, agent="agent7"), scenarios)
    assert [action.text for action in actions if isinstance(action, Say)] == [f"<{told}>"]


def test_a_person_gets_what_is_known_and_the_bot_is_silent():
    talk = Talk()
    talk.say("booking", service="lor")
    talk.say("operator")
    assert talk.did(Handoff)[0].note == "Запись. Врач: Лор"
    assert talk.happen(AgentJoined, agent="anna", name="Анна") == ["<agent_joined>"]
    assert talk.say(when=THREE) == []
    assert talk.happen(AgentSaid, agent="anna", text="Добрый день") == []


def test_given_back_the_bot_goes_on_where_it_stopped():
    talk = Talk()
    talk.say("booking", service="lor")
    talk.say("operator")
    talk.happen(AgentJoined, agent="anna")
    assert talk.happen(AgentLeft, agent="anna") == ["<agent_left>", "Когда?"]


def test_who_waits_for_a_person_can_think_better_of_it():
    talk = Talk()
    talk.say("operator")
    assert talk.say("cancel") == ["<cancelled>", "Что ещё?"]
    assert talk.did(Withdraw)


def test_a_caller_who_waits_is_not_left_in_silence():
    talk = Talk(medium="voice")
    talk.say("operator")
    assert talk.silent() == ["<keep_waiting>"]


def test_a_caller_is_not_held_for_ever():
    talk = Talk(medium="voice")
    talk.say("booking")
    talk.say("operator")
    said = [talk.silent() for _ in range(8)]
    assert said[6] == ["<keep_waiting>"]
    assert said[7] == ["<nobody_free>", "К какому врачу?"]
    assert talk.did(Withdraw)


def test_a_transfer_that_nobody_answers_brings_the_caller_back():
    talk = Talk(medium="voice")
    talk.say("booking")
    talk.say("operator")
    assert talk.happen(TransferFailed, status=486) == ["<transfer_failed>", "К какому врачу?"]


def while_a_person_is_there(outcome: str) -> Talk:
    """The place is held, and a person comes before the calendar has answered, and leaves again."""
    talk = Talk()
    talk.say("booking", service="terapevt", when=THREE)
    held, actions = advance(
        talk.session,
        Utterance(id="n", at=NOW, text="…", meaning=Meaning(readings={"name": Reading(value=IVAN)})),
        SMALL,
    )
    (fetch,) = (action for action in actions if isinstance(action, Fetch))
    talk.session = held
    talk.happen(AgentJoined, agent="anna")
    assert talk.happen(Fetched, request=fetch.id, outcome=outcome) == []
    return talk


def test_what_a_backend_answers_while_a_person_is_there_is_gone_on_from_when_they_leave():
    talk = while_a_person_is_there("ok")
    assert talk.happen(AgentLeft, agent="anna") == ["<agent_left>", "Иван, терапевт, в 15:00. Верно?"]


def test_a_failure_while_a_person_is_there_ends_what_was_under_way():
    talk = while_a_person_is_there("error")
    assert talk.happen(AgentLeft, agent="anna") == ["<agent_left>", "Что ещё?"]


def unfinished() -> Unfinished:
    chat = Talk()
    chat.say("booking", service="lor")
    return Unfinished(conversation="c0", channel="web", stack=chat.session.stack)


def test_what_was_left_open_elsewhere_is_offered_and_continued_at_its_slot():
    talk = Talk(medium="voice", unfinished=unfinished())
    assert talk.hello == ["Здравствуйте!", "<offer_continue>"]
    assert talk.say(yes=True) == ["<continuing>", "<known_already>", "Когда?"]
    assert talk.did(TakeOver) == [TakeOver(conversation="c0")]


def test_who_writes_hello_first_is_offered_it_too():
    talk = Talk(unfinished=unfinished(), spoke_first=True)
    assert talk.say("greeting") == ["<offer_continue>"]
    assert talk.say(yes=True) == ["<continuing>", "<known_already>", "Когда?"]


def test_a_declined_offer_leads_to_the_menu():
    talk = Talk(unfinished=unfinished())
    assert talk.say(yes=False) == ["Чем помочь?"]


def test_another_wish_puts_the_offer_aside():
    talk = Talk(unfinished=unfinished())
    assert talk.say("price")[0] == "От 1500 рублей."
    assert talk.session.offer is None


def test_a_button_of_the_menu_puts_the_offer_aside():
    talk = Talk(unfinished=unfinished())
    assert talk.button("price")[0] == "От 1500 рублей."
    assert talk.session.offer is None


def test_a_person_who_is_an_item_of_the_menu_is_reached_past_the_offer():
    menu = MAIN.steps["menu"]
    assert isinstance(menu, ChooseStep)
    person = replace(menu, items=(*menu.items, item("operator", "9", "Оператор")))
    scenarios = {
        **SMALL.scenarios,
        "main": replace(MAIN, steps={**MAIN.steps, "menu": person}),
        "operator": Scenario(
            name="operator",
            title={"ru": "Оператор"},
            first="go",
            steps={"go": HandoffStep(id="go", reason="asked")},
        ),
    }
    for wished in (lambda talk: talk.say("operator"), lambda talk: talk.button("operator")):
        talk = Talk(unfinished=unfinished(), scenarios=replace(SMALL, scenarios=scenarios))
        assert wished(talk) == ["<to_person_text>"]
        assert talk.did(Handoff)


def test_a_caller_who_hangs_up_leaves_the_booking_open():
    talk = Talk(medium="voice")
    talk.say("booking", service="lor")
    talk.happen(Left)
    assert talk.session.status == "ended"
    assert len(talk.session.stack) == 2


def test_an_ended_conversation_says_nothing_more():
    talk = Talk()
    talk.say("goodbye")
    assert talk.say("booking") == []


def test_an_unknown_outcome_is_a_fault_and_brings_a_person():
    talk = Talk(outcome="on fire")
    talk.say("booking", service="lor", when=THREE)
    assert talk.say(name=IVAN) == ["<internal_error>", "<to_person_text>"]
    assert talk.did(Fault)


def test_the_same_events_give_the_same_session_and_actions():
    first, second = booked(), booked()
    assert first.session == second.session
    assert first.actions == second.actions


def test_a_session_from_another_version_finds_its_way_to_the_menu():
    talk = Talk()
    talk.say("booking")
    talk.session = type(talk.session)(
        conversation="c1", stack=(talk.session.stack[0], type(talk.session.stack[1])(scenario="booking", step="gone"))
    )
    assert talk.say() != []


def test_the_core_asks_for_a_menu_key_and_a_yes():
    talk = Talk()
    assert expects(talk.session, SMALL).keys == {"1": "booking", "2": "price"}
    assert expects(booked().session, SMALL).yesno


def test_the_recogniser_is_told_what_may_be_said_at_once_with_a_wish():
    assert expects(Talk().session, SMALL).hints == ("Записаться", "Узнать цену", "Терапевт", "Лор")


def test_a_stored_utterance_advances_alike():
    talk = Talk()
    event = Utterance(id="9", at=NOW, text="?")
    assert advance(talk.session, event, SMALL) == advance(talk.session, event, SMALL)


def test_started_in_a_language_the_set_lacks_takes_its_first():
    session, _ = advance(Talk().session, Started(id="1", at=NOW, language="en"), SMALL)
    assert session.language == "en"


def test_a_choice_is_shown_by_its_title_and_compared_and_kept_by_its_id():
    """Options written in the scenario itself are in no table, so that nothing but the slot knows their titles."""
    step = replace(
        SMALL.scenarios["booking"].steps["confirm"], prompt=prompt("confirm", "{service}, {service|lower}: {service}?")
    )
    hold = replace(SMALL.scenarios["booking"].steps["hold"], args={"service": Expression.parse("service")})
    old = SMALL.scenarios["booking"]
    booking = replace(old, steps={**old.steps, "confirm": step, "hold": hold})
    talk = Talk(scenarios=replace(SMALL, scenarios={**SMALL.scenarios, "booking": booking}, rows={}))
    assert talk.say("booking", service="terapevt", when=THREE, name=IVAN) == ["Терапевт, терапевт: Терапевт?"]
    (fetch,) = talk.did(Fetch)
    assert type(fetch.args["service"]) is str


def test_slower_repeats_at_a_slower_pace_and_stays_there():
    talk = Talk(medium="voice")
    talk.say("booking", service="lor")
    assert {say.pace for say in talk.did(Say)} == {1.0}
    assert talk.say("slower") == ["Когда?"]
    assert {say.pace for say in talk.did(Say)} == {0.85}
    talk.say(when=THREE)
    assert {say.pace for say in talk.did(Say)} == {0.85}
    for _ in range(9):
        talk.say("slower")
    assert {say.pace for say in talk.did(Say)} == {0.6}  # and no slower


def test_slower_in_writing_repeats():
    talk = Talk()
    assert talk.say("slower") == ["Здравствуйте!", "Чем помочь?"]
    assert {say.pace for say in talk.did(Say)} == {1.0}


def test_a_minute_asked_for_is_given_until_something_is_said():
    talk = Talk(medium="voice")
    talk.say("booking", service="lor")
    assert talk.say("wait") == ["<wait_ok>"]
    assert talk.session.pause_s == 60
    assert talk.say() == []  # to somebody else
    assert (talk.session.pause_s, talk.session.misses) == (30, 0)
    assert talk.say(when=THREE) == ["Как вас зовут?"]
    assert talk.session.pause_s == 0
    assert talk.say() == ["<not_understood>", "Как вас зовут?"]


def yes_or_no() -> ScenarioSet:
    asked = Slot(name="ready", type="yesno", title={"ru": "Готовы"}, ask=prompt("ready", "Готовы?"))
    steps = {
        "ask": CollectStep(id="ask", next="branch", slots=("ready",)),
        "branch": BranchStep(id="branch", next="yes", otherwise="no", when=Expression.parse("ready")),
        "yes": EndStep(id="yes", prompt=prompt("yes", "Начинаем.")),
        "no": EndStep(id="no", prompt=prompt("no", "Тогда потом.")),
    }
    only = Scenario(name="only", title={"ru": "Вопрос"}, first="ask", slots={"ready": asked}, steps=steps)
    return replace(SMALL, start="only", scenarios={**SMALL.scenarios, "only": only})


def test_yes_and_no_fill_a_slot_that_asks_for_them_in_words_by_button_and_by_key():
    assert Talk(scenarios=yes_or_no()).say(yes=True) == ["Начинаем."]
    assert Talk(scenarios=yes_or_no()).say(yes=False) == ["Тогда потом."]
    talk = Talk(scenarios=yes_or_no())
    assert [choice.id for choice in talk.did(Say)[-1].choices] == ["yes", "no"]
    assert talk.button("no") == ["Тогда потом."]
    assert Talk(scenarios=yes_or_no(), medium="voice").press("1") == ["Начинаем."]


def test_cancelling_all_that_a_conversation_was_about_ends_it():
    talk = Talk(scenarios=yes_or_no())
    assert talk.say("cancel") == ["<cancelled>", "<goodbye>"]
    assert talk.session.status == "ended"
    assert "<nothing_to_cancel>" in Talk().say("cancel")  # at a menu there is nothing to cancel


def test_a_minute_is_over_when_somebody_goes_on_talking():
    talk = Talk(medium="voice")
    talk.say("booking", service="lor")
    talk.say("wait")
    assert [talk.say() for _ in range(3)] == [[], [], ["<not_understood>", "День и час?"]]


def test_menu_in_a_set_without_one_begins_anew_and_repeats_nothing():
    """The last question was a confirmation: "menu", then "yes", would book the same again."""
    talk = Talk(scenarios=replace(SMALL, start="booking"))
    talk.say(service="terapevt", when=THREE)
    assert talk.say(name=IVAN) == ["Иван, терапевт, в 15:00. Верно?"]
    assert talk.say("menu") == ["К какому врачу?"]
    assert talk.session.stack[-1].values == {}
