import pytest

from bot.dialogue.meaning import Expectation, Option, SlotSpec
from bot.understanding.slots.yesno import read_yesno
from voice.hints import ASSENTS, hint

DOCTORS = (Option(id="t", title={"ru": "терапевт", "en": "therapist"}), Option(id="c", title={"ru": "кардиолог"}))


def test_the_slot_asked_for_sets_the_kind_and_its_options_are_likely_words():
    expected = Expectation(asked="who", slots={"who": SlotSpec(name="who", type="choice", options=DOCTORS)})
    told = hint(expected, "ru")
    assert (told.lang, told.kind, told.phrases) == ("ru", "choice", ("терапевт", "кардиолог"))


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


def test_the_answers_of_a_choice_are_its_titles_and_other_names_in_this_language_alone():
    dentist = Option(id="d", title={"ru": "стоматолог"}, synonyms={"ru": ("зубной",), "en": ("tooth doctor",)})
    assert hint(Expectation(choices=(dentist, *DOCTORS)), "ru").answers == (
        "стоматолог",
        "терапевт",
        "кардиолог",
        "зубной",
    )
    assert hint(Expectation(choices=(dentist, *DOCTORS)), "en").answers == ("therapist", "tooth doctor")


def test_what_is_told_freely_has_no_closed_set_of_answers():
    assert hint(Expectation(asked="x", slots={"x": SlotSpec(name="x", type="person")}), "ru").answers == ()


def test_ears_know_how_many_digits_are_expected():
    code = SlotSpec(name="code", type="digits", length=(4, 6))
    assert hint(Expectation(asked="code", slots={"code": code}), "ru").length == (4, 6)


@pytest.mark.parametrize("lang", ["ru", "en"])
@pytest.mark.parametrize("answer", [True, False])
def test_every_yes_and_no_that_ears_listen_for_is_understood_as_one(lang, answer):
    assert "да" in hint(Expectation(yesno=True), "ru").answers
    for text in ASSENTS[answer][lang]:
        assert read_yesno(text, lang=lang).value is answer, text


def test_what_has_no_words_is_no_answer_that_may_be_heard():
    """Another program names its own buttons."""
    blank = Option(id="b", title={"ru": " "}, synonyms={"ru": ("\u00a0", "другое")})
    assert hint(Expectation(choices=(*DOCTORS, blank)), "ru").answers == ("терапевт", "кардиолог", "другое")
