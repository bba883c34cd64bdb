"""Russian text with figures, signs and abbreviations to words alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

from bot.dialogue import morphology, spoken_ru
from bot.dialogue.spelled import CYRILLIC

_N = r"\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)|\d+"
_DASH = r"\s?[-–—]\s?"
_GENITIVE = frozenset("с со до от после около из без для у более менее больше меньше свыше".split())
_DATIVE = frozenset(("к", "ко"))
_CURRENCIES = {"р": "RUB", "₽": "RUB", "$": "USD", "д": "USD", "€": "EUR", "е": "EUR", "£": "GBP", "ф": "GBP"}
_MONEY = r"₽|руб(?:\.|л(?:ь|я|ей|ях|ям|ями)\b)?|р\.(?!\w)|\$|доллар\w*|€|евро\b|£|фунт\w*"
_WORDS = {
    "ул.": "улица", "просп.": "проспект", "пр-т": "проспект", "пр.": "проспект", "пер.": "переулок", "б-р": "бульвар",
    "наб.": "набережная", "пл.": "площадь", "ш.": "шоссе", "мкр.": "микрорайон", "д.": "дом", "кв.": "квартира",
    "корп.": "корпус", "к.": "корпус", "стр.": "строение", "эт.": "этаж", "оф.": "офис", "каб.": "кабинет",
    "г.": "город", "обл.": "область", "р-н": "район", "пос.": "посёлок", "тел.": "телефон", "доб.": "добавочный",
    "им.": "имени", "и т.д.": "и так далее", "и т. д.": "и так далее", "т.е.": "то есть", "т. е.": "то есть",
    "и др.": "и другие", "и т.п.": "и тому подобное", "№": "номер", "&": "и", "24/7": "круглосуточно",
}  # fmt: skip
_UNITS = {
    "мин": ("минута", "минуты", "минут"), "ч": ("час", "часа", "часов"), "сек": ("секунда", "секунды", "секунд"),
    "тыс": ("тысяча", "тысячи", "тысяч"), "млн": ("миллион", "миллиона", "миллионов"),
    "млрд": ("миллиард", "миллиарда", "миллиардов"), "шт": ("штука", "штуки", "штук"), "кг": ("килограмм", "килограмма",
    "килограммов"), "км": ("километр", "километра", "километров"), "см": ("сантиметр", "сантиметра", "сантиметров"),
    "мм": ("миллиметр", "миллиметра", "миллиметров"), "м": ("метр", "метра", "метров"), "гр": ("грамм", "грамма",
    "граммов"), "л": ("литр", "литра", "литров"), "мл": ("миллилитр", "миллилитра", "миллилитров"),
    "чел": ("человек", "человека", "человек"), "%": ("процент", "процента", "процентов"),
}  # fmt: skip
_FEMININE = frozenset(("мин", "сек", "тыс", "шт"))
_DAYS = {
    "пн": "понедельник", "вт": "вторник", "ср": "среда", "чт": "четверг", "пт": "пятница", "сб": "суббота",
    "вс": "воскресенье",
}  # fmt: skip
# Endings of ordinals as people write them behind figures.
_ENDINGS = {
    "й": ("nominative", "masculine"), "ый": ("nominative", "masculine"), "ой": ("nominative", "masculine"),
    "я": ("nominative", "feminine"), "ая": ("nominative", "feminine"), "е": ("nominative", "neuter"),
    "ое": ("nominative", "neuter"), "го": ("genitive", "masculine"), "ого": ("genitive", "masculine"),
    "му": ("dative", "masculine"), "ю": ("accusative", "feminine"), "ую": ("accusative", "feminine"),
    "м": ("prepositional", "masculine"), "ом": ("prepositional", "masculine"),
}  # fmt: skip
_MONTHS = "января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря"
_YEARS = {"год": "nominative", "года": "genitive", "году": "prepositional", "г.": "genitive"}

Found = re.Match[str]


def _before(found: Found) -> str:
    return found.string[: found.start()].rstrip().rpartition(" ")[2].lower()


def _case(found: Found) -> str:
    word = _before(found)
    return "genitive" if word in _GENITIVE else "dative" if word in _DATIVE else "nominative"


def _phone(found: Found) -> str:
    digits = re.sub(r"\D", "", found[0])
    return spoken_ru.phone(["7", digits[1:4], digits[4:7], digits[7:9], digits[9:]])


def _plate(found: Found) -> str:
    first, number, last, region = found[1], found[2], found[3], found[4]
    letters = " ".join(CYRILLIC[char] for char in last.lower())
    return f"{CYRILLIC[first.lower()]} {_group(number)} {letters} {_group(region)}"


def _group(figures: str) -> str:
    lead = len(figures) - len(figures.lstrip("0"))
    rest = figures.lstrip("0")
    return " ".join(["ноль"] * lead + ([spoken_ru.cardinal(int(rest))] if rest else []))


def _date(found: Found) -> str | None:
    day, month = int(found["day"]), int(found["month"])
    year = found["year"]
    try:
        when = date(int(year) + (2000 if len(year) == 2 else 0) if year else 2000, month, day)
    except ValueError:
        return None
    return spoken_ru.calendar_day(when, voice=True, year=bool(year))


def _month_day(found: Found) -> str | None:
    day = int(found[1])
    return f"{spoken_ru.ordinal(day, case='genitive')} {found[2]}" if 1 <= day <= 31 else None


def _iso(found: Found) -> str | None:
    try:
        return spoken_ru.calendar_day(date(int(found[1]), int(found[2]), int(found[3])), voice=True, year=True)
    except ValueError:
        return None


def _clock(found: Found) -> str:
    moment = time(int(found[1]), int(found[2]))
    if _before(found) in _GENITIVE:
        return spoken_ru.edge(moment)
    if moment.minute:
        return f"{spoken_ru.cardinal(moment.hour)} {_group(found[2])}"
    return spoken_ru.clock(moment, voice=True)


def _hours(found: Found) -> str | None:
    if int(found[1]) > 23 or int(found[3]) > 24 or max(int(found[2]), int(found[4])) > 59:
        return None
    opens, closes = (time(int(found[at]) % 24, int(found[at + 1])) for at in (1, 3))
    lead = "" if _before(found) == "с" else "с "
    return f"{lead}{spoken_ru.edge(opens)} до {spoken_ru.edge(closes)}"


def _money(found: Found) -> str:
    sign = found["sign"] or found["lead"]
    amount = Decimal(re.sub(r"[ \u00a0]", "", found["sum"]).replace(",", "."))
    amount += Decimal(found["cents"] or 0) / 100
    scale = {"тыс": 1_000, "млн": 1_000_000, "млрд": 1_000_000_000}.get((found["scale"] or "").rstrip("."), 1)
    amount *= scale
    exact = int(amount) if amount == int(amount) else amount
    case = "accusative" if _before(found) in ("на", "за", "в") else "nominative"
    return spoken_ru.money(exact, _CURRENCIES[sign[0].lower()], case=case)


def _unit(found: Found) -> str:
    value = Decimal(re.sub(r"[ \u00a0]", "", found[1]).replace(",", "."))
    unit = found[2].rstrip(".").lower()
    one, few, many = _UNITS[unit]
    if value != int(value):
        return f"{spoken_ru.number(value)} {few}"
    gender = "feminine" if unit in _FEMININE else "masculine"
    case = _case(found)
    said = spoken_ru.cardinal(int(value), case=case, gender=gender)
    form = (one, few, many)[spoken_ru.plural_form(int(value))]
    if case == "genitive":
        form = few if spoken_ru.plural_form(int(value)) == 0 else many
    return f"{said} {form}"


def _year(found: Found) -> str:
    word = found[2]
    case = _YEARS[word]
    if word == "г.":
        case = "prepositional" if _before(found) == "в" else "genitive" if _before(found) else "nominative"
        word = {"prepositional": "году", "genitive": "года", "nominative": "год"}[case]
    return f"{spoken_ru.ordinal(int(found[1]), case=case)} {word}"


def _ordinal(found: Found) -> str:
    case, gender = _ENDINGS[found[2]]
    return spoken_ru.ordinal(int(found[1]), case=case, gender=gender)


def _range(found: Found) -> str | None:
    first, last = int(found[1]), int(found[2])
    if first >= last:
        return None
    lead = "" if _before(found) in ("от", "с") else "от "
    return f"{lead}{spoken_ru.cardinal(first, case='genitive')} до {spoken_ru.cardinal(last, case='genitive')}"


def _decimal(found: Found) -> str:
    return spoken_ru.number(Decimal(found[0].replace(",", ".")))


def _fraction(found: Found) -> str:
    return f"{spoken_ru.cardinal(int(found[1]))} дробь {spoken_ru.cardinal(int(found[2]))}"


def _number(found: Found) -> str:
    figures = re.sub(r"\D", "", found[0])
    if (len(figures) > 6 and not re.search(r"\D", found[0])) or (figures[0] == "0" and len(figures) > 1):
        return ", ".join(spoken_ru.digit(int(figure)) for figure in figures)  # the number of an order, of a card
    after = re.match(r"\s([а-яё]+)", found.string[found.end() :])
    case, gender = _case(found), "masculine"
    if after:
        case, gender = _agrees(after[1], case)
    return spoken_ru.cardinal(int(figures), case=case, gender=gender)


def _agrees(noun: str, case: str) -> tuple[str, str]:
    """The case and gender that what is counted asks for: 'две минуты', 'с двумя гостями'."""
    parse = next((each for each in morphology.parses(noun) if "NOUN" in each.tag), None)
    if parse is None:
        return case, "masculine"
    gender = {"femn": "feminine", "neut": "neuter"}.get(str(parse.tag.gender), "masculine")
    told = {"datv": "dative", "ablt": "instrumental", "loct": "prepositional"}.get(str(parse.tag.case))
    return told or case, gender


def _word(found: Found) -> str:
    return _WORDS[found[0].lower()]


def _counts(found: Found) -> str:
    return _DAYS[found[0].rstrip(".").lower()]


def _escaped(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


RULES: tuple[tuple[re.Pattern[str], Callable[[Found], str | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), rule)
    for pattern, rule in (
        (r"(?<![\w+])(?:\+7|8)[ \u00a0-]?\(?\d{3}\)?[ \u00a0-]?\d{3}[ \u00a0-]?\d{2}[ \u00a0-]?\d{2}(?!\d)", _phone),
        (r"(?<!\w)([авекмнорстух]) ?(\d{3}) ?([авекмнорстух]{2}) ?(\d{2,3})(?!\w)", _plate),
        (r"(?<![\d.])(\d{4})-(\d{2})-(\d{2})(?![\d-])", _iso),
        (r"(?<![\d.,])(?P<day>\d{1,2})\.(?P<month>\d{2})(?:\.(?P<year>\d{4}|\d{2}))?(?![\d]|[.,]\d)(?:\s?г\.)?", _date),
        (rf"(?<!\d)(\d{{1,2}}):(\d\d){_DASH}(\d{{1,2}}):(\d\d)(?!\d)", _hours),
        (r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])", _clock),
        (
            rf"(?:(?P<lead>[$€£₽])\s?)?(?<!\d)(?P<sum>(?:{_N})(?:[.,]\d{{1,2}})?)(?(lead)|\s?(?:(?P<scale>тыс\.?|млн|млрд)\s)?"
            rf"(?P<sign>{_MONEY}))(?:\s?(?P<cents>\d{{1,2}})\s?коп(?:\.|\w+)?)?",
            _money,
        ),
        (rf"(?<![\d.,])(\d{{1,2}}) ({_MONTHS})(?!\w)", _month_day),
        (r"(?<!\d)((?:19|20)\d\d)\s?(года|году|год|г\.)(?!\w)", _year),
        (r"(?<!\d)(\d+)-(ого|ому|ый|ой|ая|ое|ую|ом|го|му|й|я|е|ю|м)(?!\w)", _ordinal),
        (
            rf"(?<![\w,.])((?:{_N})(?:,\d+)?)\s?(%|(?:мин|сек|тыс|шт|чел|млн|млрд|кг|км|см|мм|мл|гр|ч|м|л)(?![\w²³])\.?)",
            _unit,
        ),
        (rf"(?<![\w./-])(\d{{1,3}}){_DASH}(\d{{1,3}})(?![\w/]|-\d|[.,]\d)", _range),
        (rf"(?<!\w)(?:{_escaped(_WORDS)})(?!\w)", _word),
        (rf"(?<!\w)(?:{'|'.join(_DAYS)})(?:\.|(?!\w))", _counts),
        (r"(?<![\w,.])\d+,\d+(?!\w|[.,]\d)", _decimal),
        (r"(?<![\w/])(\d{1,4})/(\d{1,4})(?![\w/])", _fraction),
        (rf"(?<![\w.,])(?:{_N})(?!\w|[.,]\d)", _number),
    )
)
