"""What a customer told is said back with the next question, where the author says how."""

from dataclasses import replace

from bot.dialogue.scenario import ScenarioSet
from tests.dialogue.small import BOOKING, FOUR, IVAN, SMALL, THREE, Talk, prompt

SLOTS = {
    **BOOKING.slots,
    "service": replace(BOOKING.slots["service"], echo=prompt("echo.service", "Хорошо, {service|lower}.")),
    "when": replace(BOOKING.slots["when"], echo=prompt("echo.when", "В {when|time}.")),
}


def echoing(**slots: object) -> ScenarioSet:
    return replace(SMALL, scenarios={**SMALL.scenarios, "booking": replace(BOOKING, slots={**SLOTS, **slots})})  # type: ignore[dict-item]


def test_what_is_answered_is_said_back_before_the_next_question():
    talk = Talk(scenarios=echoing())
    talk.say("booking")
    assert talk.say(service="terapevt") == ["Хорошо, терапевт.", "Когда?"]
    assert talk.say(when=THREE) == ["В 15:00.", "Как вас зовут?"]


def test_what_is_told_with_the_wish_or_out_of_turn_is_said_back_too():
    talk = Talk(scenarios=echoing())
    assert talk.say("booking", when=THREE) == ["В 15:00.", "К какому врачу?"]
    assert talk.say(name=IVAN) == ["К какому врачу?"]  # which has no words for it


def test_a_button_is_an_answer_like_any_other():
    talk = Talk(scenarios=echoing())
    talk.say("booking")
    assert talk.button("terapevt") == ["Хорошо, терапевт.", "Когда?"]


def test_a_correction_is_said_back_in_the_slots_own_words():
    talk = Talk(scenarios=echoing())
    talk.say("booking", service="terapevt", when=THREE)
    assert talk.say(when=FOUR) == ["В 16:00.", "Как вас зовут?"]


def test_what_is_refused_or_told_by_half_is_not_said_back():
    talk = Talk(scenarios=echoing())
    talk.say("booking", service="terapevt")
    assert talk.say(when=THREE.replace(hour=3)) == ["Закрыто.", "<ask_time>"]


def test_a_summary_says_it_all_and_nothing_is_told_twice():
    no_name = replace(BOOKING.slots["name"], required=False)
    steps = {**BOOKING.steps, "collect": replace(BOOKING.steps["collect"], next="confirm")}
    booking = replace(BOOKING, slots={**SLOTS, "name": no_name}, steps=steps)
    talk = Talk(scenarios=replace(SMALL, scenarios={**SMALL.scenarios, "booking": booking}))
    talk.say("booking", service="terapevt", name=IVAN)
    assert talk.say(when=THREE) == ["Иван, терапевт, в 15:00. Верно?"]
    assert talk.say(when=FOUR) == ["Иван, терапевт, в 16:00. Верно?"]


def test_what_is_secret_is_not_said_back():
    talk = Talk(scenarios=echoing(when=replace(SLOTS["when"], sensitive=True)))
    assert talk.say("booking", service="lor", when=THREE) == ["Хорошо, лор.", "Как вас зовут?"]
