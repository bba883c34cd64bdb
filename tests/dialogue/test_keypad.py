from datetime import date, datetime, time

from bot.dialogue.keypad import read_keys
from bot.dialogue.meaning import Expectation, Reading, SlotSpec
from bot.dialogue.values import Moment

NOW = datetime(2026, 11, 18, 10)


def asked(type: str, known: Moment | None = None) -> Expectation:
    return Expectation(asked="x", slots={"x": SlotSpec(name="x", type=type, known=known)})


def test_a_menu_key_chooses_and_a_confirmation_key_answers():
    assert read_keys("2", Expectation(keys={"2": "price"}), NOW).option == "price"
    assert read_keys("1", Expectation(keys={"1": "yes", "2": "no"}, yesno=True), NOW).yes is True


def test_zero_is_a_person_star_is_back_and_hash_repeats_unless_the_menu_says_otherwise():
    assert [read_keys(key, Expectation(), NOW).intent for key in "0*#"] == ["operator", "back", "repeat"]
    assert read_keys("0", Expectation(keys={"0": "x"}), NOW).intent is None


def test_a_telephone_number_is_read_with_or_without_its_eight():
    for digits in ("89051234567", "9051234567", "79051234567#"):
        assert read_keys(digits, asked("phone"), NOW).readings["x"].value == "+79051234567"
    assert not read_keys("12", asked("phone"), NOW).readings


def test_a_date_is_day_and_month_and_the_hour_follows():
    tomorrow = Moment(day=date(2026, 11, 19))
    assert read_keys("1911", asked("datetime"), NOW).readings["x"] == Reading(partial=tomorrow, question="time")
    assert read_keys("1500", asked("datetime", tomorrow), NOW).readings["x"].value == datetime(2026, 11, 19, 15)
    assert read_keys("0101", asked("datetime", Moment(time=time(9))), NOW).readings["x"].value == datetime(
        2027, 1, 1, 9
    )


def test_the_thirty_second_of_december_and_the_hour_twenty_five_are_refused():
    never = Reading(wrong="no_such_time")
    assert read_keys("3212", asked("datetime"), NOW).readings["x"] == never
    for digits in ("2560", "25"):
        assert read_keys(digits, asked("datetime", Moment(day=date(2026, 11, 19))), NOW).readings["x"] == never
    assert not read_keys("191115", asked("datetime"), NOW).readings


def test_an_hour_is_keyed_as_in_a_slot_of_its_own_and_a_leap_day_is_found_in_its_year():
    tomorrow = Moment(day=date(2026, 11, 19))
    for digits, hour in (("930", time(9, 30)), ("15#", time(15)), ("9", time(9))):
        assert read_keys(digits, asked("datetime", tomorrow), NOW).readings["x"].value == datetime.combine(
            date(2026, 11, 19), hour
        )
    before_a_leap_year = datetime(2027, 11, 18, 10)
    leap = read_keys("2902", asked("datetime"), before_a_leap_year).readings["x"]
    assert leap == Reading(partial=Moment(day=date(2028, 2, 29)), question="time")
