from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.authoring.load import load
from bot.dialogue.keypad import read_keys
from bot.dialogue.lettered import DOMAINS, LETTERS
from bot.dialogue.meaning import Expectation, Language, Reading, SlotSpec
from bot.dialogue.values import MASK, Moment

ROOT = Path(__file__).parents[2]

NOW = datetime(2026, 11, 18, 10)


def asked(type: str, known: Moment | None = None) -> Expectation:
    return Expectation(asked="x", slots={"x": SlotSpec(name="x", type=type, known=known)})


def test_a_menu_key_chooses_and_a_confirmation_key_answers():
    assert read_keys("2", Expectation(keys={"2": "price"}), NOW, "ru").option == "price"
    assert read_keys("1", Expectation(keys={"1": "yes", "2": "no"}, yesno=True), NOW, "ru").yes is True


def test_zero_is_a_person_star_is_back_and_hash_repeats_unless_the_menu_says_otherwise():
    assert [read_keys(key, Expectation(), NOW, "ru").intent for key in "0*#"] == ["operator", "back", "repeat"]
    assert read_keys("0", Expectation(keys={"0": "x"}), NOW, "ru").intent is None


def test_a_telephone_number_is_read_with_or_without_its_eight():
    for digits in ("89051234567", "9051234567", "79051234567#"):
        assert read_keys(digits, asked("phone"), NOW, "ru").readings["x"].value == "+79051234567"
    assert not read_keys("12", asked("phone"), NOW, "ru").readings


def test_a_date_is_day_and_month_and_the_hour_follows():
    tomorrow = Moment(day=date(2026, 11, 19))
    assert read_keys("1911", asked("datetime"), NOW, "ru").readings["x"] == Reading(partial=tomorrow, question="time")
    assert read_keys("1500", asked("datetime", tomorrow), NOW, "ru").readings["x"].value == datetime(2026, 11, 19, 15)
    assert read_keys("0101", asked("datetime", Moment(time=time(9))), NOW, "ru").readings["x"].value == datetime(
        2027, 1, 1, 9
    )


def test_the_thirty_second_of_december_and_the_hour_twenty_five_are_refused():
    never = Reading(wrong="no_such_time")
    assert read_keys("3212", asked("datetime"), NOW, "ru").readings["x"] == never
    for digits in ("2560", "25"):
        assert read_keys(digits, asked("datetime", Moment(day=date(2026, 11, 19))), NOW, "ru").readings["x"] == never
    assert not read_keys("191115", asked("datetime"), NOW, "ru").readings


def test_an_hour_is_keyed_as_in_a_slot_of_its_own_and_a_leap_day_is_found_in_its_year():
    tomorrow = Moment(day=date(2026, 11, 19))
    for digits, hour in (("930", time(9, 30)), ("15#", time(15)), ("9", time(9))):
        assert read_keys(digits, asked("datetime", tomorrow), NOW, "ru").readings["x"].value == datetime.combine(
            date(2026, 11, 19), hour
        )
    before_a_leap_year = datetime(2027, 11, 18, 10)
    leap = read_keys("2902", asked("datetime"), before_a_leap_year, "ru").readings["x"]
    assert leap == Reading(partial=Moment(day=date(2028, 2, 29)), question="time")


def spelled(digits: str, type: str, language: Language, **more: Any) -> Reading | None:
    spec = SlotSpec(name="x", type=type, **more)
    return read_keys(digits, Expectation(asked="x", slots={"x": spec}), NOW, language).readings.get("x")


@pytest.mark.parametrize(
    ("keys", "language", "value"),
    [
        ("*21123*23*6277#", "ru", "А123ВС77"),
        ("*21123*23*6277", "en", "A123CN77"),
        ("1042", "ru", "1042"),
        ("*93*94", "en", "YZ"),
        ("*91*84", "ru", "ЬЫ"),
        ("*2", "ru", None),
        ("*29", "ru", None),
        ("*25*11", "en", None),
        ("*24", "en", None),
        ("**", "en", None),
    ],
)
def test_a_code_is_digits_as_they_are_and_letters_after_a_star(keys: str, language: Language, value: str | None):
    reading = spelled(keys, "code", language)
    assert (reading and reading.value) == value


@pytest.mark.parametrize("language", LETTERS)
def test_every_letter_of_the_alphabet_has_its_two_keys(language: Language):
    alphabet = {"en": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "ru": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ"}[language]
    keys = [f"{key}{place}" for key, letters in LETTERS[language].items() for place in range(1, len(letters) + 1)]
    read = [spelled(f"*{pair}", "code", language) for pair in keys]
    assert "".join(str(reading.value) for reading in read if reading) == alphabet


def test_an_email_is_its_name_then_its_domain_by_one_key_or_by_letters():
    assert spelled("21626221117461438142#", "email", "ru") == Reading(begun="anna.smith", question="domain")
    assert spelled("2162622107", "email", "en") == Reading(begun="anna7", question="domain")
    assert spelled("3", "choice", "ru", begun="anna") == Reading(value="gmail.com")
    assert spelled("1", "choice", "en", begun="anna") == Reading(value="gmail.com")
    assert spelled("32616111236361", "choice", "en", begun="anna") == Reading(value="emm.com")
    for wrong in ("3261611123636", "326161", "3261611123636111", "9"):  # half a sign, no dot, a dot at the end, no key
        assert spelled(wrong, "choice", "en", begun="anna") is None
    assert spelled("21626221*2", "email", "ru") == Reading(value="anna@yandex.ru")
    for wrong in ("9", "216", "11", "1121", "2111", "15", "20", "*1", "21*9", "21*", "a"):
        reading = spelled(wrong, "email", "ru")
        assert reading is None or reading.value is None, wrong


def test_what_is_keyed_whole_in_a_masked_journal_keeps_its_shape():
    assert spelled("*•••••*••*••••#", "code", "ru") == Reading(value="00000000")
    assert spelled("••••••••", "email", "ru") == Reading(begun=MASK, question="domain")
    assert spelled("•", "choice", "ru", begun=MASK) == spelled("••••*•", "email", "ru") == Reading(value=MASK)


def test_each_domain_is_named_with_its_key_in_the_prompt_that_asks_for_it():
    builtin = load(ROOT / "scenarios" / "survey").builtin["ask_domain"]
    for language, domains in DOMAINS.items():
        for key, domain in enumerate(domains, 1):
            text = builtin.wordings[language].text[0].source
            assert f"{domain} — {key}" in text or f"{domain}: {key}" in text
