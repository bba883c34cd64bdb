"""Letters given by telephone keys: asked about, read back before they are taken, and what can't be keyed at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.dialogue import masking
from bot.dialogue.actions import Handoff, Say
from bot.dialogue.engine import expects
from bot.dialogue.events import Keys, Utterance
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import CollectStep, SayStep
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.slot import Slot
from tests.dialogue.small import NOW, SMALL, Talk, prompt

SAYS = {"keyed_right": "Набрано: {value}?", "wrong_signs_between": "Не {count}."}


def asks(type: str, **more: object) -> ScenarioSet:
    """A scenario that asks for one slot, and says it."""
    slot = replace(Slot(name="it", type=type, title={"ru": "Это"}, ask=prompt("it", "Скажите.", "Ещё раз.")), **more)
    said = prompt("said", "Записано.") if slot.sensitive else prompt("said", "Записано: {it}.")
    scenario = Scenario(
        name="main",
        title={"ru": "Дело"},
        first="ask",
        slots={"it": slot},
        steps={"ask": CollectStep(id="ask", next="said", slots=("it",)), "said": SayStep(id="said", prompt=said)},
    )
    builtin = {**SMALL.builtin, **{name: prompt(name, text) for name, text in SAYS.items()}}
    return replace(SMALL, scenarios={"main": scenario}, phrases={}, builtin=builtin)


def call(type: str, **more: object) -> Talk:
    return Talk(medium="voice", scenarios=asks(type, **more))


def test_a_plate_is_read_back_and_taken_on_a_yes():
    talk = call("code")
    assert talk.press("*21123*23*6277#") == ["Набрано: А123ВС77?"]
    assert expects(talk.session, talk.scenarios).keys == {"1": "yes", "2": "no"}
    assert talk.press("1") == ["Записано: А123ВС77."]


def test_a_plate_keyed_amiss_is_asked_for_anew_and_at_last_a_person_comes():
    talk = call("code")
    for _ in range(3):
        assert talk.press("*22123") == ["Набрано: Б123?"]
        assert talk.press("2") == ["Скажите."]
    talk.press("*22123")
    assert talk.say(yes=False) == ["<to_person>"]
    assert talk.did(Handoff)[0].reason == "not understood"


def test_whoever_says_it_after_all_is_not_held_to_the_keys():
    talk = call("code")
    talk.press("*22123")
    assert talk.say(it="А123ВС77") == ["Записано: А123ВС77."]
    talk = call("code")
    talk.press("*22123")
    assert talk.say() == ["<not_understood>", "Набрано: Б123?"]
    assert talk.silent()[-1] == "<to_person>"
    talk = call("code")
    talk.press("*22123")
    assert talk.say("operator") == ["<to_person>"]


def test_digits_alone_are_sure_and_a_code_of_another_length_is_refused_at_once():
    assert call("code").press("1042") == ["Записано: 1042."]
    talk = call("code", length=(8, 9))
    assert talk.press("*2112") == ["Не 3.", "Скажите."]
    assert talk.press("*21123*23*6277") == ["Набрано: А123ВС77?"]


def test_an_email_is_keyed_in_two_parts():
    talk = call("email")
    assert talk.press("21626221#") == ["<ask_domain>"]
    expected = expects(talk.session, talk.scenarios)
    assert expected.keys["1"] == "mail.ru"
    assert (expected.asked, expected.letters, expected.slots["@"].begun) == ("@", True, "anna")
    assert talk.press("9") == ["<not_understood>", "<ask_domain 2>"]
    assert talk.press("2") == ["Набрано: anna@yandex.ru?"]
    assert talk.press("1") == ["Записано: anna@yandex.ru."]


def test_the_domain_may_be_said_spelled_or_the_whole_address_told():
    talk = call("email")
    talk.press("21626221")
    assert talk.say(option="gmail.com") == ["Набрано: anna@gmail.com?"]
    talk = call("email")
    talk.press("21626221")
    assert talk.press("32616111236361#") == ["Набрано: anna@emm.com?"]
    talk = call("email")
    talk.press("21626221")
    assert talk.say(it="ivan@mail.ru") == ["Записано: ivan@mail.ru."]


def test_a_no_to_an_email_begins_it_anew():
    talk = call("email")
    talk.press("21626221")
    talk.press("1")
    assert talk.press("2") == ["Скажите."]
    assert expects(talk.session, talk.scenarios).asked == "it"


@pytest.mark.parametrize("type", ["code", "email"])
def test_a_caller_who_was_not_understood_hears_how_letters_are_keyed(type: str):
    assert call(type).say() == ["<not_understood>", "Ещё раз.", f"<keypad_{type}>"]
    own = prompt("own", "Наберите восемь знаков.")
    assert call(type, keypad=own).say() == ["<not_understood>", "Ещё раз.", "Наберите восемь знаков."]
    assert Talk(scenarios=asks(type)).say() == ["<not_understood>", "Ещё раз."]


@pytest.mark.parametrize("type", ["person", "address", "text"])
def test_what_no_caller_can_key_is_said_so_with_a_way_out(type: str):
    talk = call(type)
    assert talk.press("5") == ["<say_it>", "Ещё раз."]
    assert talk.press("0") == ["<to_person>"]


def test_the_keys_of_a_secret_are_hidden_and_read_back_to_the_ear_alone():
    scenarios = asks("code", sensitive=True)
    talk = Talk(medium="voice", scenarios=scenarios)
    before = talk.session
    talk.press("*21123")
    (say,) = talk.did(Say)
    assert (say.text, say.speech, say.secret) == ("Набрано: •••?", "Набрано: А123?", True)
    keys = Keys(id="k", at=NOW, digits="*21123")
    assert masking.kept(keys, before, scenarios) == replace(keys, digits="*•••••")
    assert masking.secrets((talk.session,), None, scenarios) == {"А123"}
    yes = Keys(id="k", at=NOW, digits="1")
    assert masking.kept(yes, talk.session, scenarios) == yes
    assert talk.press("1") == ["Записано."]


@pytest.mark.parametrize(
    ("type", "keys"), [("code", ["*•••••", "1"]), ("email", ["••••••••", "•", "1"]), ("email", ["••••••••*•", "1"])]
)
def test_a_replay_of_a_secret_that_was_spelled_goes_the_same_way(type: str, keys: list[str]):
    talk = Talk(medium="voice", scenarios=asks(type, sensitive=True))
    assert [talk.press(each) for each in keys][-1] == ["Записано."]


def test_a_yes_that_a_model_proposes_takes_nothing():
    talk = call("code")
    talk.press("*22123")
    proposed = Meaning(yes=True, proposed=True)
    assert talk.happen(Utterance, text="ну", meaning=proposed) == ["<not_understood>", "Набрано: Б123?"]


def test_who_repeats_a_secret_to_a_person_is_hidden_too():
    scenarios = asks("digits", sensitive=True)
    talk = Talk(scenarios=scenarios)
    frame = replace(talk.session.stack[-1], values={"it": "42760012"})
    waiting = replace(talk.session, status="waiting", stack=(replace(frame, asked=None, awaiting=""),))
    again = Utterance(id="u", at=NOW, text="повторяю: сорок два семьдесят шесть 0012")
    assert masking.kept(again, waiting, scenarios) == replace(again, text="повторяю: •••")
    card = replace(again, text="карта 4276 1600 1234 5675")
    assert masking.kept(card, None, SMALL) == replace(card, text="карта •••")  # nobody asked for it


def test_a_caller_whose_day_is_known_hears_how_the_hour_is_keyed_not_the_day():
    talk = call("datetime", keypad=prompt("own", "Или число и месяц."))
    assert talk.say() == ["<not_understood>", "Ещё раз.", "Или число и месяц."]
    assert talk.press("1911") == ["<ask_time>"]
    assert talk.say() == ["<not_understood>", "<ask_time 2>", "<keypad_time>"]
    assert talk.press("1500") == ["Записано: завтра, 19 ноября, в 15:00."]
