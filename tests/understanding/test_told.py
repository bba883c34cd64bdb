"""What is told beside the question: a telephone for a number, digits and amounts in place of "yes", weak words."""

from datetime import datetime

from bot.dialogue.meaning import Expectation, Option, SlotSpec
from bot.understanding.nlu import BuiltinNlu

NOW = datetime(2026, 11, 18, 10)
NLU = BuiltinNlu({}, encoder=None)
COUNT = SlotSpec(name="count", type="number")
PHONE = SlotSpec(name="phone", type="phone")
NUMBER = SlotSpec(name="number", type="digits", length=(4, 6))
AMOUNT = SlotSpec(name="amount", type="number")
DAY = SlotSpec(name="day", type="date", past=True)
TIME = SlotSpec(name="when", type="datetime")
SOON = SlotSpec(
    name="soon",
    type="choice",
    options=(
        Option(id="now", title={"ru": "Сейчас"}),
        Option(id="later", title={"ru": "Потом"}, synonyms={"ru": ("не скоро", "ещё думаю")}),
    ),
)


def told(text: str, *specs: SlotSpec, asked: str | None = None) -> dict[str, object]:
    expectation = Expectation(asked=asked, slots={spec.name: spec for spec in specs}, yesno=asked is None)
    meaning = NLU.understand(text, expectation, language="ru", now=NOW)
    return {name: reading.value for name, reading in meaning.readings.items()}


def test_a_telephone_is_no_number_of_things():
    assert told("8 903 111 22 33", COUNT, PHONE, asked="count") == {"phone": "+79031112233"}
    assert told("тридцать три", COUNT, PHONE, asked="count") == {"count": 33}


def test_another_order_is_named_in_place_of_yes():
    assert told("нет, 1047", NUMBER, PHONE) == {"number": "1047"}
    assert told("нет, 12", NUMBER, PHONE) == {}
    assert told("нет, 1530", NUMBER, TIME).get("number") is None


def test_another_amount_is_named_where_it_can_be_no_day():
    assert told("нет, шестьсот", AMOUNT, DAY) == {"amount": 600}
    assert "amount" not in told("нет, пятого", AMOUNT, DAY)
    assert "amount" not in told("нет, пять", AMOUNT, DAY)


def test_weak_words_of_a_name_name_nothing():
    assert told("ой не три, а четыре", SOON, asked="soon") == {}
    assert told("ещё не знаю", SOON, asked="soon") == {}
    assert told("да не скоро", SOON, asked="soon") == {"soon": "later"}
