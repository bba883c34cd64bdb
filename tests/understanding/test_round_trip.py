"""Whatever the bot says, by figures or by words, it understands when it is said back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

import phonenumbers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.dialogue import spoken
from bot.dialogue.spelled import CYRILLIC, LATIN, spelled
from bot.dialogue.values import PersonName
from bot.understanding.reading import Lang
from bot.understanding.slots.readers import read

NOW = datetime(2026, 11, 18, 10, 0)
LANGS = st.sampled_from(["ru", "en"])
VOICES = st.booleans()

MANY = settings(max_examples=300, deadline=None)


@MANY
@given(st.integers(1, 2 * 365 * 24 * 60), LANGS, VOICES)
@example(60 * 14 + 5, "ru", True)  # five past midnight
@example(60 * 14 + 5, "en", True)
@example(60 * 26, "en", True)  # noon
def test_a_moment_is_read_back_as_it_was_said(minutes: int, lang: Lang, voice: bool):
    moment = NOW + timedelta(minutes=minutes)
    joint = "в" if lang == "ru" else "at"
    said = f"{spoken.day(moment, NOW, lang, voice=voice)} {joint} {spoken.time(moment, lang, voice=voice)}"
    if lang == "ru" and not voice and 1 <= moment.hour <= 5:
        return  # '3:30' without a part of day is taken for the afternoon
    assert read("datetime", said, lang=lang, now=NOW).value == moment, said


@MANY
@given(st.integers(0, 24 * 60 - 1), LANGS, VOICES)
def test_an_hour_is_read_back_on_a_known_day(minute: int, lang: Lang, voice: bool):
    clock = time(minute // 60, minute % 60)
    if lang == "ru" and not voice and 1 <= clock.hour <= 5:
        return
    joint = "завтра в" if lang == "ru" else "tomorrow at"
    said = f"{joint} {spoken.time(clock, lang, voice=voice)}"
    value = read("datetime", said, lang=lang, now=NOW).value
    assert isinstance(value, datetime), said
    assert value.time() == clock, said


@MANY
@given(st.integers(-(10**9), 10**9), LANGS, VOICES)
@example(1001, "ru", True)
@example(1_000_000, "ru", True)
@example(110, "en", True)
def test_a_whole_number_is_read_back(number: int, lang: Lang, voice: bool):
    said = spoken.number(number, lang, voice=voice)
    if not voice and number < 0:
        said = f"минус {-number}" if lang == "ru" else f"minus {-number}"
    assert read("number", said, lang=lang, now=NOW).value == number, said


@MANY
@given(st.integers(1, 99_999), st.sampled_from(["nominative", "genitive", "dative", "instrumental", "prepositional"]))
def test_a_russian_number_is_read_back_in_every_case(number: int, case: str):
    said = spoken.number(number, "ru", voice=True, case=case)
    assert read("number", f"примерно {said}", lang="ru", now=NOW).value == number, said


@MANY
@given(st.decimals(0, 9999, places=2), LANGS, VOICES)
def test_a_fraction_is_read_back(number: Decimal, lang: Lang, voice: bool):
    said = spoken.number(number, lang, voice=voice)
    assert read("number", said, lang=lang, now=NOW).value == number, said


@MANY
@given(st.integers(0, 5_000_000), LANGS)
def test_an_amount_is_read_back(amount: int, lang: Lang):
    said = spoken.money(amount, "RUB", lang, voice=True)
    assert read("number", said, lang=lang, now=NOW).value == amount, said


@MANY
@given(st.integers(0, 10**8), st.integers(0, 99), LANGS, VOICES)
def test_an_amount_with_its_hundredths_is_read_back(whole: int, hundredths: int, lang: Lang, voice: bool):
    amount = whole + Decimal(hundredths) / 100
    currency = "RUB" if lang == "ru" else "USD"
    said = spoken.money(amount, currency, lang, voice=voice)
    assert read("money", said, lang=lang, now=NOW).value == amount, said


PLATES = {"ru": "АВЕКМНОРСТУХ", "en": "ABCDEFGHJKLMNPQRSTUVWXYZ"}


@MANY
@given(st.data(), LANGS, VOICES)
def test_a_plate_is_read_back(data: st.DataObject, lang: Lang, voice: bool):
    letters = st.text(PLATES[lang], min_size=1, max_size=3)
    digits = st.text("0123456789", min_size=1, max_size=4)
    code = data.draw(letters) + data.draw(digits) + data.draw(letters)
    said = spelled(code, lang) if voice else code
    assert read("code", said, lang=lang, now=NOW).value == code, said


def test_every_letter_of_both_alphabets_is_read_back():
    for letter in (*CYRILLIC.keys() - {"ё"}, *LATIN):  # Ё is in no number, and is written as Е
        code = f"{letter}7{letter}42".upper()
        assert read("code", spelled(code, "ru"), lang="ru", now=NOW).value == code
    for letter in LATIN:
        code = f"{letter}7{letter}42".upper()
        assert read("code", spelled(code, "en"), lang="en", now=NOW).value == code


@MANY
@given(
    st.from_regex(r"[a-z][a-z0-9]{0,8}([._-][a-z0-9]{1,6})?", fullmatch=True),
    st.sampled_from(["yandex.ru", "gmail.com", "mail.ru", "acme.co.uk", "x5.com", "my-firm.org"]),
    LANGS,
)
def test_an_address_of_mail_is_read_back(name: str, domain: str, lang: Lang):
    address = f"{name}@{domain}"
    assert read("email", spelled(address, lang), lang=lang, now=NOW).value == address
    assert read("email", f"my email is {address}", lang=lang, now=NOW).value == address


def _given_out(number: str) -> bool:
    """Whether the numbering plan gives such numbers out; a reader refuses the others on purpose."""
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


MOBILE = (
    st.tuples(st.integers(900, 969), st.integers(0, 9_999_999))
    .map(lambda pair: f"+7{pair[0]}{pair[1]:07d}")
    .filter(_given_out)
)


@MANY
@given(MOBILE, LANGS, VOICES)
@example("+79001000507", "ru", True)
@example("+79051002345", "ru", True)
@example("+79050000000", "ru", True)
@example("+79001002030", "ru", True)
def test_a_phone_number_is_read_back(number: str, lang: Lang, voice: bool):
    said = spoken.phone(number, lang, voice=voice)
    assert read("phone", said, lang=lang, now=NOW).value == number, said


@pytest.mark.parametrize("number", ["+14155552671", "+442079460958", "+4930901820", "+77012345678", "+375291234567"])
@pytest.mark.parametrize("voice", [True, False])
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_a_foreign_number_is_read_back(number: str, voice: bool, lang: Lang):
    assert read("phone", spoken.phone(number, lang, voice=voice), lang=lang, now=NOW).value == number


@pytest.mark.parametrize("case", ["nominative", "genitive", "dative", "accusative", "instrumental", "prepositional"])
@pytest.mark.parametrize(
    "parts",
    [
        ("Иван", "Сергеевич", "Петров"),
        ("Анна", "", "Соколова"),
        ("Мария", "Ивановна", "Шевченко"),
        ("Илья", "", "Кузнецов"),
        ("Ольга", "", "Белая"),
    ],
)
def test_a_name_is_read_back_from_every_case(parts: tuple[str, str, str], case: str):
    name = PersonName(given=parts[0], patronymic=parts[1], family=parts[2])
    lead = {"accusative": "запишите ", "genitive": "на имя "}.get(case, "")
    assert read("person", lead + spoken.name(name, case), lang="ru", now=NOW).value == name
