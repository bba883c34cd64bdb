"""`hours:` and `holidays:` of business.yaml, and what scenarios do with them."""

from datetime import date, datetime, time
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring.load import load
from bot.dialogue.expressions import Expression, Scope, Template
from bot.dialogue.hours import Hours, Span
from bot.dialogue.prompts import Within, render
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.showing import Register
from bot.dialogue.values import Value
from tests.authoring.small import changed, write
from tests.authoring.test_schema import SCHEMA

LONG: Span = (time(9), time(20))
SHORT: Span = (time(10), time(16))
SATURDAY = datetime(2026, 11, 21, 15, 0)


def made(folder: Path, lines: str) -> ScenarioSet:
    return load(write(folder, business=changed("business", "start: main", f"start: main\n{lines}")))


@pytest.mark.parametrize(
    ("written", "week"),
    [
        ("09:00-20:00", (LONG,) * 7),
        ("{mon-fri: 09:00-20:00, sat: 10:00-16:00, sun: closed}", (*(LONG,) * 5, SHORT, None)),
        ("{пн-пт: 9:00–20:00, сб: 10:00-16:00}", (*(LONG,) * 5, SHORT, None)),
        ("{weekdays: 09:00-20:00, выходные: закрыто}", (*(LONG,) * 5, None, None)),
        ('{"mon, wed, fri": 09:00-20:00}', (LONG, None, LONG, None, LONG, None, None)),
        ("{sat-mon: 10:00-16:00}", (SHORT, None, None, None, None, SHORT, SHORT)),
        ("00:00-24:00", ((time(0), time(0)),) * 7),
    ],
)
def test_a_week_is_written_as_a_sign_on_the_door(tmp_path: Path, written: str, week: tuple[Span | None, ...]):
    assert made(tmp_path, f"hours: {written}").business.hours == Hours(week)
    data = YAML(typ="safe", pure=True).load((tmp_path / "business.yaml").read_text())
    assert list(jsonschema.Draft7Validator(SCHEMA).iter_errors(data)) == []


def test_holidays_are_dates_of_one_year_or_of_every_year_or_several_days(tmp_path: Path):
    lines = "holidays: {2026-12-31: 09:00-15:00, 01-01..01-08: closed, 2026-12-30..2027-01-02: 10:00-11:00}"
    hours = made(tmp_path, lines).business.hours
    assert hours.of(date(2026, 12, 31)) == (time(9), time(15))
    assert hours.of(date(2027, 1, 1)) == (time(10), time(11))
    assert hours.of(date(2028, 1, 8)) is None
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
    }
    register = Register("ru", False, SATURDAY, shop.business, shop.rows)
    return Within(Session(conversation="x"), shop, register, values)
