"""When the business is open, and how that is told."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import codec, timetable
from bot.dialogue.hours import CLOSED, Holiday, Hours, Spans
from bot.dialogue.meaning import Language

LONG: Spans = ((time(9), time(20)),)
SHORT: Spans = ((time(10), time(16)),)
BREAK: Spans = ((time(9), time(13)), (time(14), time(20)))
NIGHT: Spans = ((time(22), time(6)),)
WEEK = Hours((*(LONG,) * 5, SHORT, CLOSED))
NEW_YEAR = (
    Holiday(first=(12, 31), last=(12, 31), year=2026, spans=((time(9), time(15)),)),
    Holiday(first=(1, 1), last=(1, 8)),
)
TODAY = date(2026, 11, 18)  # a Wednesday


def test_each_weekday_has_its_hours():
    assert WEEK.of(date(2026, 11, 20)) == LONG
    assert WEEK.of(date(2026, 11, 21)) == SHORT
    assert WEEK.of(date(2026, 11, 22)) == CLOSED
    assert WEEK.of(datetime(2026, 11, 21, 23, 0)) == SHORT


def test_a_holiday_goes_before_the_week_and_one_of_a_year_before_one_of_every_year():
    hours = Hours(WEEK.week, (*NEW_YEAR, Holiday(first=(12, 31), last=(12, 31))))
    assert hours.of(date(2026, 12, 31)) == ((time(9), time(15)),)
    assert hours.of(date(2027, 12, 31)) == CLOSED
    assert [hours.of(date(2030, 1, day)) for day in (1, 8, 9)] == [CLOSED, CLOSED, LONG]


def test_a_holiday_may_go_over_the_end_of_the_year():
    once = Hours(WEEK.week, (Holiday(first=(12, 30), last=(1, 3), year=2026),))
    assert [once.of(date(2026, 12, day)) for day in (29, 30)] == [LONG, CLOSED]
    assert once.of(date(2027, 1, 1)) == CLOSED
    assert once.of(date(2026, 1, 1)) == LONG
    assert once.of(date(2027, 12, 31)) == LONG
    always = Hours(WEEK.week, (Holiday(first=(12, 30), last=(1, 3)),))
    assert always.of(date(2030, 1, 1)) == CLOSED


def test_closing_time_is_too_late_and_midnight_ends_the_day():
    assert WEEK.is_open(datetime(2026, 11, 21, 15, 59))
    assert not WEEK.is_open(datetime(2026, 11, 21, 16, 0))
    late = Hours.daily(time(18), time(0))
    assert late.is_open(datetime(2026, 11, 21, 23, 59))
    assert not late.is_open(datetime(2026, 11, 22, 0, 0))
    assert late.next_open(datetime(2026, 11, 22, 0, 0)) == datetime(2026, 11, 22, 18, 0)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        (datetime(2026, 11, 18, 12, 0), datetime(2026, 11, 18, 12, 0)),
        (datetime(2026, 11, 18, 7, 0), datetime(2026, 11, 18, 9, 0)),
        (datetime(2026, 11, 20, 20, 0), datetime(2026, 11, 21, 10, 0)),
        (datetime(2026, 11, 21, 16, 0), datetime(2026, 11, 23, 9, 0)),
        (datetime(2026, 12, 31, 15, 0), datetime(2027, 1, 9, 10, 0)),
    ],
)
def test_the_next_opening_skips_nights_sundays_and_holidays(at: datetime, opens: datetime):
    assert Hours(WEEK.week, NEW_YEAR).next_open(at) == opens


def test_a_lunch_break_is_closed_and_the_next_opening_is_its_end():
    hours = Hours((*(BREAK,) * 5, SHORT, CLOSED))
    assert [hours.is_open(datetime(2026, 11, 18, hour, minute)) for hour, minute in ((12, 59), (13, 0), (14, 0))] == [
        True,
        False,
        True,
    ]
    assert hours.next_open(datetime(2026, 11, 18, 13, 30)) == datetime(2026, 11, 18, 14, 0)
    assert hours.around() == (time(9), time(20))


def test_what_is_open_over_midnight_is_so_until_the_next_morning_also_before_a_day_that_is_closed():
    hours = Hours((*(NIGHT,) * 6, CLOSED), (Holiday(first=(11, 19), last=(11, 19)),))
    assert hours.is_open(datetime(2026, 11, 18, 23, 0))
    assert hours.is_open(datetime(2026, 11, 19, 5, 59))  # of the evening before
    assert not hours.is_open(datetime(2026, 11, 19, 6, 0))
    assert not hours.is_open(datetime(2026, 11, 19, 23, 0))
    assert hours.is_open(datetime(2026, 11, 22, 3, 0))
    assert hours.next_open(datetime(2026, 11, 19, 6, 0)) == datetime(2026, 11, 20, 22, 0)
    assert hours.of(datetime(2026, 11, 18, 23, 0)) == NIGHT
    assert hours.around() == (time(22), time(6))
    assert Hours((BREAK, NIGHT, *(CLOSED,) * 5)).around() == (time(9), time(6))
    assert Hours((((time(5), time(6)),), NIGHT, *(CLOSED,) * 5)).around() == (time(0), time(0))


def test_what_never_opens_says_so():
    never = Hours((CLOSED,) * 7)
    assert never.next_open(datetime(2026, 11, 18)) is None
    assert never.around() is None


@given(
    st.lists(st.sampled_from([LONG, SHORT, CLOSED, BREAK, NIGHT, ((time(0), time(0)),)]), min_size=7, max_size=7),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),
)
def test_the_next_opening_is_open_and_nothing_before_it_is(week: list[Spans], at: datetime):
    hours = Hours(tuple(week), NEW_YEAR)
    opens = hours.next_open(at)
    if opens is None:
        assert not any(week)
    else:
        assert hours.is_open(opens)
        assert opens >= at
        assert opens == at or not hours.is_open(at)


@pytest.mark.parametrize(
    ("week", "language", "voice", "says"),
    [
        (WEEK.week, "ru", False, "по будням с 9:00 до 20:00, в субботу с 10:00 до 16:00, воскресенье — выходной"),
        (WEEK.week, "ru", True,
         "по будням с девяти до двадцати, в субботу с десяти до шестнадцати, воскресенье — выходной"),
        (WEEK.week, "en", False, "on weekdays from 9 am to 8 pm, on Saturday from 10 am to 4 pm, closed on Sunday"),
        (WEEK.week, "en", True,
         "on weekdays from nine in the morning to eight in the evening, "
         "on Saturday from ten in the morning to four in the afternoon, closed on Sunday"),
        ((LONG,) * 7, "ru", False, "с 9:00 до 20:00"),
        ((CLOSED, LONG, SHORT, LONG, SHORT, CLOSED, CLOSED), "ru", False,
         "во вторник и четверг с 9:00 до 20:00, в среду и пятницу с 10:00 до 16:00, "
         "понедельник, суббота и воскресенье — выходные"),
        ((LONG, LONG, LONG, LONG, SHORT, SHORT, LONG), "ru", False,
         "с понедельника по четверг и в воскресенье с 9:00 до 20:00, в пятницу и субботу с 10:00 до 16:00"),
        ((LONG, LONG, LONG, CLOSED, SHORT, CLOSED, CLOSED), "en", False,
         "Monday to Wednesday from 9 am to 8 pm, on Friday from 10 am to 4 pm, "
         "closed on Thursday, Saturday and Sunday"),
        ((((time(0), time(0)),),) * 7, "ru", True, "круглосуточно"),
        ((((time(18), time(0)),),) * 7, "ru", False, "с 18:00 до 24:00"),
        ((((time(18), time(0)),),) * 7, "en", False, "from 6 pm to midnight"),
        ((CLOSED,) * 7, "ru", False, "временно не работаем"),
        ((*(BREAK,) * 5, SHORT, CLOSED), "ru", False,
         "по будням с 9:00 до 13:00 и с 14:00 до 20:00, в субботу с 10:00 до 16:00, воскресенье — выходной"),
        ((BREAK,) * 7, "ru", True, "с девяти до тринадцати и с четырнадцати до двадцати"),
        ((BREAK,) * 7, "en", False, "from 9 am to 1 pm and from 2 pm to 8 pm"),
        ((NIGHT,) * 7, "ru", False, "с 22:00 до 6:00"),
        ((NIGHT,) * 7, "ru", True, "с двадцати двух до шести"),
        ((NIGHT,) * 7, "en", True, "from ten at night to six in the morning"),
    ],
)  # fmt: skip
def test_the_week_is_told_as_a_receptionist_tells_it(
    week: tuple[Spans, ...], language: Language, voice: bool, says: str
):
    assert timetable.said(Hours(week), TODAY, language, voice=voice) == says


@pytest.mark.parametrize(
    ("today", "language", "voice", "says"),
    [
        (date(2026, 12, 20), "ru", False, []),
        (date(2026, 12, 28), "ru", False, ["31 декабря с 9:00 до 15:00", "с 1 по 8 января не работаем"]),
        (date(2026, 12, 28), "ru", True,
         ["тридцать первого декабря с девяти до пятнадцати", "с первого по восьмое января не работаем"]),
        (date(2026, 12, 28), "en", False, ["on December 31 from 9 am to 3 pm", "closed from January 1 to January 8"]),
        (date(2027, 1, 5), "ru", False, ["с 5 по 8 января не работаем"]),
        (date(2027, 1, 8), "ru", False, ["8 января — выходной"]),
    ],
)  # fmt: skip
def test_holidays_of_the_coming_week_are_told_too(today: date, language: Language, voice: bool, says: list[str]):
    assert timetable.soon(Hours(WEEK.week, NEW_YEAR), today, language, voice=voice) == says


def test_a_holiday_on_a_sunday_that_is_closed_anyway_is_no_news():
    hours = Hours(WEEK.week, (Holiday(first=(11, 22), last=(11, 22)),))
    assert timetable.soon(hours, TODAY, "ru", voice=False) == []


def test_hours_are_kept_with_the_session_that_names_them():
    hours = Hours(WEEK.week, NEW_YEAR)
    assert codec.load(codec.dump(hours)) == hours
