"""`hours:` and `holidays:` of business.yaml, and what scenarios do with them."""

from datetime import date, datetime, time
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring.load import check, load
from bot.dialogue.expressions import Expression, Scope, Template
from bot.dialogue.hours import CLOSED, Hours, Spans
from bot.dialogue.prompts import Within, render
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.showing import Register
from bot.dialogue.values import Value
from tests.authoring.small import changed, write
from tests.authoring.test_schema import SCHEMA

LONG: Spans = ((time(9), time(20)),)
SHORT: Spans = ((time(10), time(16)),)
BREAK: Spans = ((time(9), time(13)), (time(14), time(20)))
NIGHT: Spans = ((time(22), time(6)),)
SATURDAY = datetime(2026, 11, 21, 15, 0)


def made(folder: Path, lines: str) -> ScenarioSet:
    return load(write(folder, business=changed("business", "start: main", f"start: main\n{lines}")))


@pytest.mark.parametrize(
    ("written", "week"),
    [
        ("09:00-20:00", (LONG,) * 7),
        ("{mon-fri: 09:00-20:00, sat: 10:00-16:00, sun: closed}", (*(LONG,) * 5, SHORT, CLOSED)),
        ("{пн-пт: 9:00–20:00, сб: 10:00-16:00}", (*(LONG,) * 5, SHORT, CLOSED)),
        ("{weekdays: 09:00-20:00, выходные: закрыто}", (*(LONG,) * 5, CLOSED, CLOSED)),
        ('{"mon, wed, fri": 09:00-20:00}', (LONG, CLOSED, LONG, CLOSED, LONG, CLOSED, CLOSED)),
        ("{sat-mon: 10:00-16:00}", (SHORT, CLOSED, CLOSED, CLOSED, CLOSED, SHORT, SHORT)),
        ("00:00-24:00", (((time(0), time(0)),),) * 7),
        ("{mon-fri: 09:00-13:00 and 14:00-20:00, sat: 10:00-16:00}", (*(BREAK,) * 5, SHORT, CLOSED)),
        ('{пн-пт: "14:00-20:00, 9:00-13:00", сб: [09:00-13:00, 14:00-20:00]}', (*(BREAK,) * 6, CLOSED)),
        ("09:00-13:00 и 14:00-20:00", (BREAK,) * 7),
        ("[09:00-13:00, 14:00-20:00]", (BREAK,) * 7),
        ("{fri-sat: 22:00-06:00, sun: 06:00-07:00}", (*(CLOSED,) * 4, NIGHT, NIGHT, ((time(6), time(7)),))),
    ],
)
def test_a_week_is_written_as_a_sign_on_the_door(tmp_path: Path, written: str, week: tuple[Spans, ...]):
    assert made(tmp_path, f"hours: {written}").business.hours == Hours(week)
    data = YAML(typ="safe", pure=True).load((tmp_path / "business.yaml").read_text())
    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(data)) == []


@pytest.mark.parametrize(
    ("written", "ru", "en"),
    [
        ("09:00-14:00 and 13:00-20:00", "09:00-14:00 и 13:00-20:00 одного дня пересекаются", "overlap"),
        ("18:00-24:00 and 20:00-21:00", "18:00-00:00 и 20:00-21:00 одного дня пересекаются", "overlap"),
        ("22:00-06:00 and 23:00-23:30", "22:00-06:00 и 23:00-23:30 одного дня пересекаются", "overlap"),
        (
            "{fri: 22:00-10:00, sat: 09:00-12:00}",
            "22:00-10:00 продолжается, когда 'sat' уже открыт",
            "'sat' has opened",
        ),
        ("20:00-21:00, 09:00-10:00 and 09:30-11:00", "09:00-10:00 и 09:30-11:00", "overlap"),
        ("{mon-fri: 09:00-13:00, 14:00-20:00}", "14:00-20:00 осталось одно после запятой", "stands alone"),
        ("09:00-25:00", "'09:00-25:00' — не часы работы", "isn't a span of hours"),
        ("09:00-13:00 and closed", "'closed' — не часы работы", "isn't a span of hours"),
        ("10:00-10:00", "'10:00-10:00' — не часы работы", "isn't a span of hours"),
    ],
)
def test_hours_that_cannot_be_are_told_once(tmp_path: Path, written: str, ru: str, en: str):
    folder = write(tmp_path, business=changed("business", "start: main", f"start: main\nhours: {written}"))
    (problem,) = check(folder)
    assert (problem.file, problem.line) == ("business.yaml", 4)
    assert ru in problem.text("ru")
    assert en in problem.text("en")


def test_conditions_and_prompts_know_the_break_and_the_night(tmp_path: Path):
    shop = made(tmp_path, "hours: {sat: 09:00-13:00 and 16:00-20:00, mon: 22:00-06:00}")
    known = within(shop)
    for source, value in (
        ("open_now()", False),
        ("next_open()", SATURDAY.replace(hour=16)),
        ("calendar.open(night)", True),
        ("calendar.open(monday)", True),
    ):
        assert Expression.parse(source).value(known) == value, source
    faults: list[str] = []
    told = render(Template.parse("Сегодня {hours_of(now)|spoken}, {hours_of(monday)|spoken}"), known, faults.append)
    assert told == "Сегодня с 9:00 до 13:00 и с 16:00 до 20:00, с 22:00 до 6:00"
    assert faults == []


def test_holidays_are_dates_of_one_year_or_of_every_year_or_several_days(tmp_path: Path):
    lines = "holidays: {2026-12-31: 09:00-15:00, 01-01..01-08: closed, 2026-12-30..2027-01-02: 10:00-11:00}"
    hours = made(tmp_path, lines).business.hours
    assert hours.of(date(2026, 12, 31)) == ((time(9), time(15)),)
    assert hours.of(date(2027, 1, 1)) == ((time(10), time(11)),)
    assert hours.of(date(2028, 1, 8)) == CLOSED
    assert hours.of(date(2028, 1, 9)) == LONG
    data = YAML(typ="safe", pure=True).load((tmp_path / "business.yaml").read_text())
    data["holidays"] = {str(day): span for day, span in data["holidays"].items()}  # this reader makes dates of them
    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(data)) == []


@pytest.fixture
def shop(tmp_path: Path) -> ScenarioSet:
    return made(tmp_path, "hours: {mon-fri: 09:00-20:00, sat: 10:00-16:00}")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("open_now()", True),
        ("next_open()", SATURDAY),
        ("next_open(late)", datetime(2026, 11, 23, 9, 0)),
        ("calendar.open(late)", False),
        ("calendar.open(sunday)", False),
        ("calendar.open(monday)", True),
        ("not hours_of(sunday)", True),
        ("hours_of(late) and not calendar.open(late)", True),
        ("hours_of(nothing)", None),
    ],
)
def test_conditions_ask_when_it_is_open(shop: ScenarioSet, source: str, value: Value):
    assert Expression.parse(source).value(within(shop)) == value


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{hours|spoken}", "По будням с 9:00 до 20:00, в субботу с 10:00 до 16:00, воскресенье — выходной"),
        ("{hours}", "По будням с 9:00 до 20:00, в субботу с 10:00 до 16:00, воскресенье — выходной"),
        ("Сегодня {hours_of(now)|spoken}", "Сегодня с 10:00 до 16:00"),
        ("Завтра {hours_of(sunday)|spoken}", "Завтра выходной"),
        ("{next_open(late)|day}, {next_open(late)|time}", "Послезавтра, 23 ноября, 9:00"),
    ],
)
def test_prompts_tell_when_it_is_open(shop: ScenarioSet, template: str, text: str):
    faults: list[str] = []
    assert render(Template.parse(template), within(shop), faults.append) == text
    assert faults == []


def within(shop: ScenarioSet) -> Scope:
    values: dict[str, Value] = {
        "late": SATURDAY.replace(hour=17),
        "sunday": date(2026, 11, 22),
        "monday": date(2026, 11, 23),
        "night": datetime(2026, 11, 24, 3, 0),
    }
    register = Register("ru", False, SATURDAY, shop.business, shop.rows)
    return Within(Session(conversation="x"), shop, register, values)
