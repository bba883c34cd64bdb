"""How values look in a chat and sound on a telephone."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from bot.dialogue import prompts, spoken
from bot.dialogue.meaning import Language
from bot.dialogue.values import PersonName
from tests.dialogue.small import SMALL

NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday


@pytest.mark.parametrize(
    ("when", "language", "written", "said"),
    [
        (date(2026, 11, 18), "ru", "сегодня, 18 ноября", "сегодня, восемнадцатого ноября"),
        (date(2026, 11, 19), "ru", "завтра, 19 ноября", "завтра, девятнадцатого ноября"),
        (date(2026, 11, 20), "ru", "послезавтра, 20 ноября", "послезавтра, двадцатого ноября"),
        (date(2026, 11, 24), "ru", "во вторник, 24 ноября", "во вторник, двадцать четвёртого ноября"),
        (date(2026, 11, 16), "ru", "в понедельник, 16 ноября", "в понедельник, шестнадцатого ноября"),
        (date(2027, 1, 3), "ru", "в воскресенье, 3 января", "в воскресенье, третьего января"),
        (
            date(2027, 11, 18),
            "ru",
            "в четверг, 18 ноября 2027 года",
            "в четверг, восемнадцатого ноября две тысячи двадцать седьмого года",
        ),
        (date(2026, 11, 19), "en", "tomorrow, November 19", "tomorrow, November nineteenth"),
        (date(2026, 11, 24), "en", "Tuesday, November 24", "Tuesday, November twenty-fourth"),
        (
            date(2027, 11, 18),
            "en",
            "Thursday, November 18, 2027",
            "Thursday, November eighteenth, twenty twenty-seven",
        ),
    ],
)
def test_a_day_is_named_from_today(when: date, language: Language, written: str, said: str) -> None:
    assert spoken.day(when, NOW, language, voice=False) == written
    assert spoken.day(when, NOW, language, voice=True) == said


@pytest.mark.parametrize(
    ("moment", "ru", "ru_said", "en", "en_said"),
    [
        (time(15), "15:00", "пятнадцать часов", "3 pm", "three in the afternoon"),
        (time(15, 30), "15:30", "пятнадцать тридцать", "3:30 pm", "three thirty in the afternoon"),
        (time(9), "9:00", "девять часов утра", "9 am", "nine in the morning"),
        (time(9, 5), "9:05", "девять ноль пять утра", "9:05 am", "nine oh five in the morning"),
        (time(21), "21:00", "двадцать один час", "9 pm", "nine at night"),
        (time(22, 10), "22:10", "двадцать два десять", "10:10 pm", "ten ten at night"),
        (time(12), "12:00", "двенадцать часов", "12 pm", "noon"),
        (time(0), "0:00", "ноль часов", "12 am", "midnight"),
        (time(1), "1:00", "час ночи", "1 am", "one in the morning"),
    ],
)
def test_an_hour_stands_after_its_preposition(moment: time, ru: str, ru_said: str, en: str, en_said: str) -> None:
    assert spoken.time(moment, "ru", voice=False) == ru
    assert spoken.time(moment, "ru", voice=True) == ru_said
    assert spoken.time(moment, "en", voice=False) == en
    assert spoken.time(moment, "en", voice=True) == en_said


@pytest.mark.parametrize(
    ("amount", "currency", "language", "written", "said"),
    [
        (1500, "RUB", "ru", "1 500 ₽", "тысяча пятьсот рублей"),
        (1, "RUB", "ru", "1 ₽", "один рубль"),
        (22, "RUB", "ru", "22 ₽", "двадцать два рубля"),
        (Decimal("1500.50"), "RUB", "ru", "1 500,50 ₽", "тысяча пятьсот рублей пятьдесят копеек"),
        (Decimal("0.01"), "RUB", "ru", "0,01 ₽", "одна копейка"),
        (2, "UAH", "ru", "2 ₴", "две гривны"),
        (300, "XAF", "ru", "300 XAF", "триста XAF"),
        (1500, "USD", "en", "$1,500", "one thousand five hundred dollars"),
        (1, "EUR", "en", "€1", "one euro"),
        (Decimal("9.99"), "USD", "en", "$9.99", "nine dollars and ninety-nine cents"),
        (1500, "RUB", "en", "1,500 ₽", "one thousand five hundred rubles"),
        (-5, "USD", "en", "-$5", "minus five dollars"),
    ],
)
def test_money_has_its_sign_in_figures_and_its_case_in_words(
    amount: int | Decimal, currency: str, language: Language, written: str, said: str
) -> None:
    assert spoken.money(amount, currency, language, voice=False).replace("\u00a0", " ") == written
    assert spoken.money(amount, currency, language, voice=True) == said


@pytest.mark.parametrize(
    ("number", "language", "written", "said"),
    [
        (
            "+79051234567",
            "ru",
            "+7 905 123-45-67",
            "восемь, девятьсот пять, сто двадцать три, сорок пять, шестьдесят семь",
        ),
        (
            "+79160070507",
            "ru",
            "+7 916 007-05-07",
            "восемь, девятьсот шестнадцать, ноль ноль семь, ноль пять, ноль семь",
        ),
        # 'сто, двадцать три' would be heard as 123
        ("+79051002345", "ru", "+7 905 100-23-45", "восемь, девятьсот пять, один ноль ноль, двадцать три, сорок пять"),
        ("+79051234567", "en", "+7 905 123-45-67", "plus seven, nine oh five, one two three, four five, six seven"),
        ("+14155552671", "en", "+1 415 555 2671", "plus one, four one five, five five five, two six seven one"),
        ("no number", "ru", "no number", "no number"),
    ],
)
def test_a_phone_is_told_in_groups(number: str, language: Language, written: str, said: str) -> None:
    assert spoken.phone(number, language, voice=False) == written
    assert spoken.phone(number, language, voice=True) == said


def test_opening_hours_are_told_from_and_to() -> None:
    assert spoken.hours(time(9), time(20), "ru", voice=False) == "с 9:00 до 20:00"
    assert spoken.hours(time(9, 30), time(20), "ru", voice=True) == "с девяти тридцати до двадцати"
    assert spoken.hours(time(9), time(20), "en", voice=False) == "from 9 am to 8 pm"
    assert spoken.hours(time(0), time(0), "ru", voice=True) == "круглосуточно"


@pytest.mark.parametrize(
    ("n", "form"), [(0, "мест"), (1, "место"), (2, "места"), (5, "мест"), (11, "мест"), (21, "место"), (112, "мест")]
)
def test_a_noun_goes_with_its_number(n: int, form: str) -> None:
    assert spoken.plural(n, ("место", "места", "мест"), "ru") == form


def test_an_english_noun_has_two_forms() -> None:
    assert [spoken.plural(n, ("place", "places"), "en") for n in (0, 1, 2)] == ["places", "place", "places"]


@pytest.mark.parametrize(
    ("value", "case", "gender", "said"),
    [
        (2, "nominative", "feminine", "две"),
        (21, "genitive", "feminine", "двадцати одной"),
        (40, "genitive", "masculine", "сорока"),
        (1000, "nominative", "masculine", "тысяча"),
        (Decimal("1.5"), "nominative", "masculine", "полтора"),
        (Decimal("2.5"), "nominative", "feminine", "две с половиной"),
        (Decimal("0.25"), "nominative", "masculine", "ноль целых двадцать пять сотых"),
        (-3, "nominative", "masculine", "минус три"),
    ],
)
def test_a_russian_number_bends(value: int | Decimal, case: str, gender: str, said: str) -> None:
    assert spoken.number(value, "ru", voice=True, case=case, gender=gender) == said


def test_figures_use_the_decimal_mark_of_the_language() -> None:
    assert spoken.number(Decimal("2.50"), "ru", voice=False) == "2,5"
    assert spoken.number(Decimal("2.50"), "en", voice=False) == "2.5"


def test_a_code_is_told_figure_by_figure() -> None:
    assert spoken.digits("4501", "ru", voice=True) == "четыре, пять, ноль, один"
    assert spoken.digits("4501", "en", voice=True) == "four, five, oh, one"
    assert spoken.digits("4501", "ru", voice=False) == "4501"


def test_a_list_ends_in_a_conjunction() -> None:
    assert spoken.join(["14:30", "15:00", "16:00"], "ru") == "14:30, 15:00 или 16:00"
    assert spoken.join(["one", "two"], "en", word="and") == "one and two"
    assert spoken.join(["one"], "en") == "one"
    assert spoken.join([], "en") == ""


@pytest.mark.parametrize(
    ("given", "patronymic", "family", "dative"),
    [
        ("Иван", "Сергеевич", "Петров", "Ивану Сергеевичу Петрову"),
        ("Анна", "", "Петрова", "Анне Петровой"),
        ("Мария", "", "Шевченко", "Марии Шевченко"),
        ("Фёдор", "", "Соловьев", "Фёдору Соловьеву"),
        ("John", "", "Smith", "John Smith"),
    ],
)
def test_a_name_bends_with_its_gender(given: str, patronymic: str, family: str, dative: str) -> None:
    assert spoken.name(PersonName(given=given, patronymic=patronymic, family=family), "dative") == dative


def test_a_date_alone_stands_after_until() -> None:
    register = prompts.Register("ru", True, NOW, SMALL.business, {})
    assert f"до {prompts.FILTERS['date'](register, date(2026, 12, 3))}" == "до третьего декабря"


def test_money_after_a_preposition_is_bent_where_it_differs() -> None:
    def said(amount: int | Decimal) -> str:
        return spoken.money(amount, "RUB", "ru", voice=True, case="accusative")

    assert said(1200) == "тысячу двести рублей"
    assert said(500) == "пятьсот рублей"
    assert said(Decimal("1.01")) == "один рубль одну копейку"
