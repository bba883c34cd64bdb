"""Values as people write them (figures) and say them (words): the opposite direction of understanding.

With voice every figure becomes words in the right case and gender, for a synthesiser reads '15:30' or '2 места'
as it pleases. Whatever is said here, understanding reads back as the same value.
"""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as Time  # noqa: N812
from decimal import Decimal
from functools import lru_cache
from types import ModuleType

from bot.dialogue import spoken_en, spoken_ru
from bot.dialogue.meaning import Language
from bot.dialogue.values import PersonName

LONG_AGO = 14  # days; nobody tells a birthday by its weekday
LATELY = 180  # days; what is over so short a time ago is not taken for another year
_NARROW = "\u00a0"  # no-break space: between groups of thousands and before a currency sign
_WORDS: dict[Language, ModuleType] = {"ru": spoken_ru, "en": spoken_en}
_SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "UAH": "₴", "BYN": "Br", "GEL": "₾", "TRY": "₺"}


def number(
    value: int | Decimal, language: Language, *, voice: bool, case: str = "nominative", gender: str = "masculine"
) -> str:
    """'21' or 'двадцать один'; case and gender bend Russian words ('двадцати одной').

    Figures are not grouped: a number may be that of an order. case: as spoken_ru.CASES.
    """
    if not voice:
        return _figures(value, language)
    if language == "ru":
        return spoken_ru.number(value, case=case, gender=gender)
    return spoken_en.number(value)


def day(value: date, now: datetime, language: Language, *, voice: bool) -> str:
    """'завтра, 19 ноября', 'в пятницу, двадцатого ноября'; 'tomorrow, November 19'.

    The year is added where the nearest such day would be another one, or where it is half a year away. What is long
    over has no name but its date: '12 мая 1985 года'.
    """
    return _day(value.date() if isinstance(value, datetime) else value, now.date(), language, voice)


@lru_cache(maxsize=4096)  # a conversation names the same day again and again, and so do all of a week's
def _day(when: date, today: date, language: Language, voice: bool) -> str:
    ahead = (when - today).days
    coming = -LATELY < ahead < 365 or (ahead == 365 and when < _year_later(today))
    year = not coming or (when.year != today.year and ahead > 180)
    words = _WORDS[language]
    calendar: str = words.calendar_day(when, voice=voice, year=year)
    if -ahead > LONG_AGO:
        return calendar
    return f"{words.day_name(when, ahead)}, {calendar}"


def date_alone(when: date, language: Language, *, voice: bool, through: bool = False) -> str:
    """'19 ноября', 'девятнадцатого ноября', 'November 19'; through: after 'по': 'по девятнадцатое ноября'."""
    if through and voice and language == "ru":
        return spoken_ru.through_day(when)
    said: str = _WORDS[language].calendar_day(when, voice=voice, year=False)
    return said


def _year_later(today: date) -> date:
    try:
        return today.replace(year=today.year + 1)
    except ValueError:  # the twenty-ninth of February
        return today.replace(year=today.year + 1, month=3, day=1)


def time(value: datetime | Time, language: Language, *, voice: bool) -> str:
    """As it stands after 'в' or 'at': '15:30', 'пятнадцать тридцать', 'девять часов утра'; '3:30 pm'."""
    return _clock(value.time() if isinstance(value, datetime) else value, language, voice)


@lru_cache(maxsize=4096)
def _clock(moment: Time, language: Language, voice: bool) -> str:
    said: str = _WORDS[language].clock(moment, voice=voice)
    return said


def hours(opens: Time, closes: Time, language: Language, *, voice: bool) -> str:
    """'с 9:00 до 20:00', 'с девяти до двадцати', 'from 9 am to 8 pm'; the whole day when both are one."""
    if opens == closes:
        return "круглосуточно" if language == "ru" else "around the clock"
    said: str = _WORDS[language].hours(opens, closes, voice=voice)
    return said


def money(amount: int | Decimal, currency: str, language: Language, *, voice: bool, case: str = "nominative") -> str:
    """'1 500 ₽' with no-break spaces, 'тысяча пятьсот рублей'; '$1,500', 'one thousand five hundred dollars'.

    currency: ISO 4217. One without words of its own is said by its code. case: nominative, or accusative as it stands
    after "на": "на тысячу рублей".
    """
    if voice and language == "ru":
        return spoken_ru.money(amount, currency, case=case)
    if voice:
        said: str = _WORDS[language].money(amount, currency)
        return said
    figures = _figures(amount, language, grouped=True, places=2)
    sign = _SIGNS.get(currency, currency)
    if language == "en" and sign in ("$", "€", "£"):
        return f"-{sign}{figures[1:]}" if figures.startswith("-") else f"{sign}{figures}"
    return f"{figures}{_NARROW}{sign}"


def plural(n: int, forms: tuple[str, ...], language: Language) -> str:
    """The form that goes with n: Russian has three (место, места, мест), English two (place, places)."""
    if language == "en" or len(forms) < 3:
        return forms[0] if abs(n) == 1 else forms[-1]
    return forms[spoken_ru.plural_form(n)]


def join(items: list[str], language: Language, *, word: str | None = None) -> str:
    """'a, b или c'; word: another conjunction in place of 'или' and 'or'."""
    if len(items) < 2:
        return "".join(items)
    conjunction = word or ("или" if language == "ru" else "or")
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def phone(e164: str, language: Language, *, voice: bool) -> str:
    """'+7 905 123-45-67', 'восемь, девятьсот пять, сто двадцать три, сорок пять, шестьдесят семь'.

    Anything that is no E.164 number is returned as it is.
    """
    if not (e164.startswith("+") and e164[1:].isdigit()):
        return e164
    groups = _groups(e164)
    if not voice:
        if e164.startswith("+7") and len(groups) == 5:
            return f"+7 {groups[1]} {'-'.join(groups[2:])}"
        return "+" + " ".join(groups)
    said: str = _WORDS[language].phone(groups)
    return said


def _groups(e164: str) -> list[str]:
    """Country code, then the groups in which the country writes its numbers; +7 in 3-3-2-2."""
    if e164.startswith("+7") and len(e164) == 12:
        return ["7", e164[2:5], e164[5:8], e164[8:10], e164[10:]]
    import phonenumbers  # 30 ms to load, and only for foreign numbers

    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return [e164[1:]]
    written = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return written[1:].replace("-", " ").split()


def digits(text: str, language: Language, *, voice: bool) -> str:
    """A code: '4521', or digit by digit 'четыре, пять, два, один'; what is no digit stays."""
    if not voice:
        return text
    words = _WORDS[language]
    return ", ".join(words.digit(int(char)) if char in "0123456789" else char for char in text if not char.isspace())


def name(value: PersonName, case: str) -> str:
    """A Russian name in a case ('genitive': 'Ивана Петрова'); parts that can't be bent stay as they are."""
    return spoken_ru.name(value, case)


def _figures(value: int | Decimal, language: Language, *, grouped: bool = False, places: int | None = None) -> str:
    """'1500', '1 500,50', '1,500.50'. places: how many decimals a fraction is shown with."""
    whole = value == int(value)
    text = f"{int(value)}" if whole else f"{value:.{places}f}" if places else f"{Decimal(value).normalize():f}"
    left, _, right = text.partition(".")
    if grouped:
        left = f"{int(left):,}" if left not in ("-0", "") else left
        left = left.replace(",", _NARROW if language == "ru" else ",")
    mark = "," if language == "ru" else "."
    return f"{left}{mark}{right}" if right else left
