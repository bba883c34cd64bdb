from bot.dialogue.meaning import Expectation, Option, SlotSpec
from voice.hints import hint
from voice.ports import Hint

DOCTORS = (Option(id="t", title={"ru": "терапевт", "en": "therapist"}), Option(id="c", title={"ru": "кардиолог"}))


def test_the_slot_asked_for_sets_the_kind_and_its_options_are_likely_words():
    expected = Expectation(asked="who", slots={"who": SlotSpec(name="who", type="choice", options=DOCTORS)})
    assert hint(expected, "ru") == Hint(lang="ru", kind="choice", phrases=("терапевт", "кардиолог"))


def test_a_slot_that_may_be_filled_but_was_not_asked_for_does_not_set_the_kind():
    expected = Expectation(slots={"phone": SlotSpec(name="phone", type="phone")}, choices=DOCTORS)
    assert hint(expected, "en").kind == "menu"


def test_a_question_of_yes_or_no_is_waited_for_as_such():
    assert hint(Expectation(yesno=True), "ru").kind == "yesno"


def test_a_menu_that_a_yes_or_no_may_answer_is_waited_for_as_a_menu():
    assert hint(Expectation(yesno=True, choices=DOCTORS), "ru").kind == "menu"
    yes_or_no = (Option(id="yes", title={"ru": "Да"}), Option(id="no", title={"ru": "Нет"}), *DOCTORS)
    assert hint(Expectation(yesno=True, choices=yes_or_no), "ru").kind == "yesno"


def test_a_slot_of_a_type_unknown_to_ears_is_free_text():
    assert hint(Expectation(asked="x", slots={"x": SlotSpec(name="x", type="colour")}), "ru").kind == "text"


def test_the_core_s_own_hints_come_first_and_nothing_twice():
    expected = Expectation(choices=DOCTORS, hints=("запись", "терапевт"))
    assert hint(expected, "ru").phrases == ("запись", "терапевт", "кардиолог")
