"""'Как можно скорее': the next half hour at which the business is open."""

from datetime import datetime, time

import pytest

from bot.dialogue.hours import Hours
from bot.understanding.reading import Expected, Lang
from bot.understanding.slots import readers as slots

OPEN = Expected(open_hours=Hours.daily(time(9), time(20)))
MORNING = datetime(2026, 11, 18, 10, 4)


def read(text: str, lang: Lang = "ru", now: datetime = MORNING) -> object:
    return slots.read("datetime", text, lang=lang, now=now, expected=OPEN).value


@pytest.mark.parametrize(
    "text", ["как можно скорее", "на ближайшее время", "любое свободное время", "чем скорее тем лучше", "срочно"]
)
def test_the_soonest_is_the_next_half_hour(text: str):
    assert read(text) == datetime(2026, 11, 18, 11, 0)


@pytest.mark.parametrize("text", ["as soon as possible", "ASAP please", "the earliest available", "any time"])
def test_the_soonest_in_english(text: str):
    assert read(text, "en") == datetime(2026, 11, 18, 11, 0)


def test_after_closing_the_soonest_is_tomorrow_at_opening():
    assert read("как можно скорее", now=datetime(2026, 11, 18, 21, 0)) == datetime(2026, 11, 19, 9, 0)
    assert read("как можно скорее", now=datetime(2026, 11, 18, 23, 50)) == datetime(2026, 11, 19, 9, 0)


def test_before_opening_the_soonest_is_today_at_opening():
    assert read("как можно скорее", now=datetime(2026, 11, 18, 6, 0)) == datetime(2026, 11, 18, 9, 0)


@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        ("на первое декабря в три", "ru", 1),
        ("в ближайший понедельник в три", "ru", 23),
        ("the first of december at three", "en", 1),
    ],
)
def test_a_day_that_was_named_is_that_day(text: str, lang: Lang, day: int):
    value = read(text, lang)
    assert isinstance(value, datetime)
    assert value.day == day


@pytest.mark.parametrize("text", ["тридцать второе декабря", "не знаю", "к терапевту", "первый раз у вас"])
def test_other_words_are_no_moment(text: str):
    assert read(text) is None


def test_the_soonest_skips_the_days_that_are_closed():
    weekdays = Expected(open_hours=Hours((*(((time(9), time(20)),),) * 5, (), ())))
    friday = datetime(2026, 11, 20, 19, 50)
    value = slots.read("datetime", "как можно скорее", lang="ru", now=friday, expected=weekdays).value
    assert value == datetime(2026, 11, 23, 9, 0)


def test_the_hours_of_the_day_that_was_named_decide_between_morning_and_evening():
    bar = Expected(open_hours=Hours((*(((time(14), time(0)),),) * 5, ((time(6), time(12)),), ())))
    for text, hour in (("в пятницу в восемь", 20), ("в субботу в восемь", 8), ("завтра в девять", 21)):
        value = slots.read("datetime", text, lang="ru", now=MORNING, expected=bar).value
        assert isinstance(value, datetime), text
        assert value.hour == hour, text
