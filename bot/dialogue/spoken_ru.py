"""Russian words for values, in the case in which prompts need them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from num2words import num2words  # type: ignore[import-untyped]

from bot.dialogue import morphology
from bot.dialogue.values import PersonName

CASES = {
    "nominative": "nomn",
    "genitive": "gent",
    "dative": "datv",
    "accusative": "accs",
    "instrumental": "ablt",
    "prepositional": "loct",
}
_MONTHS = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
_WEEKDAYS = (
    "в понедельник",
    "во вторник",
    "в среду",
    "в четверг",
    "в пятницу",
    "в субботу",
    "в воскресенье",
)
_NEAR = {-1: "вчера", 0: "сегодня", 1: "завтра", 2: "послезавтра"}
_HOURS = ("час", "часа", "часов")
# unit: forms with one, two, five; its gender; the same for the hundredth part
_CURRENCIES = {
    "RUB": (("рубль", "рубля", "рублей"), "m", ("копейка", "копейки", "копеек"), "f"),
    "BYN": (("рубль", "рубля", "рублей"), "m", ("копейка", "копейки", "копеек"), "f"),
    "UAH": (("гривна", "гривны", "гривен"), "f", ("копейка", "копейки", "копеек"), "f"),
    "USD": (("доллар", "доллара", "долларов"), "m", ("цент", "цента", "центов"), "m"),
    "EUR": (("евро", "евро", "евро"), "m", ("цент", "цента", "центов"), "m"),
    "GBP": (("фунт", "фунта", "фунтов"), "m", ("пенс", "пенса", "пенсов"), "m"),
    "KZT": (("тенге", "тенге", "тенге"), "m", ("тиын", "тиына", "тиынов"), "m"),
    "GEL": (("лари", "лари", "лари"), "m", ("тетри", "тетри", "тетри"), "m"),
    "TRY": (("лира", "лиры", "лир"), "f", ("куруш", "куруша", "курушей"), "m"),
}
_TENTHS = {1: ("десятая", "десятых"), 2: ("сотая", "сотых"), 3: ("тысячная", "тысячных")}


def plural_form(n: int) -> int:
    """0 with 1, 21, 101 (место); 1 with 2-4, 22 (места); 2 with 0, 5-20, 11-14 (мест)."""
    n = abs(n)
    if n % 10 == 1 and n % 100 != 11:
        return 0
    if 2 <= n % 10 <= 4 and not 12 <= n % 100 <= 14:
        return 1
    return 2


# Making the words of a number takes thirty microseconds, and a conversation says the same few.
@lru_cache(maxsize=4096)
def cardinal(n: int, *, case: str = "nominative", gender: str = "masculine") -> str:
    """'двадцать один', 'двадцати одной'; a lone thousand goes without its 'одна'."""
    words = str(num2words(n, lang="ru", case=case, gender=gender[0], animate=False))
    for one in ("одна тысяча", "одной тысячи", "одну тысячу", "одной тысяче"):
        if words.startswith(one):
            return words[len(one.split()[0]) + 1 :]
    return words


@lru_cache(maxsize=4096)
def ordinal(n: int, *, case: str = "nominative", gender: str = "masculine") -> str:
    return str(num2words(n, lang="ru", to="ordinal", case=case, gender=gender[0], animate=False))


def number(value: int | Decimal, *, case: str = "nominative", gender: str = "masculine") -> str:
    """'полтора', 'два с половиной', 'ноль целых двадцать пять сотых'; beyond three decimals digit by digit."""
    if value < 0:
        return f"минус {number(-value, case=case, gender=gender)}"
    whole = int(value)
    if value == whole:
        return cardinal(whole, case=case, gender=gender)
    fraction = Decimal(value) - whole
    if fraction == Decimal("0.5") and whole:
        if whole == 1:
            return "полтора" if gender[0] != "f" else "полторы"
        return f"{cardinal(whole, case=case, gender=gender)} с половиной"
    figures = f"{fraction.normalize():f}".partition(".")[2]
    if len(figures) not in _TENTHS:
        return f"{cardinal(whole)} запятая {' '.join(digit(int(figure)) for figure in figures)}"
    parts = int(figures)
    one, many = _TENTHS[len(figures)]
    wholes = "целая" if plural_form(whole) == 0 else "целых"
    tenths = one if plural_form(parts) == 0 else many
    return f"{cardinal(whole, gender='f')} {wholes} {cardinal(parts, gender='f')} {tenths}"


def day_name(when: date, ahead: int) -> str:
    """ahead: days from today."""
    return _NEAR.get(ahead, _WEEKDAYS[when.weekday()])


def calendar_day(when: date, *, voice: bool, year: bool) -> str:
    month = _MONTHS[when.month - 1]
    if not voice:
        return f"{when.day} {month} {when.year} года" if year else f"{when.day} {month}"
    said = f"{ordinal(when.day, case='genitive')} {month}"
    return f"{said} {ordinal(when.year, case='genitive')} года" if year else said


def through_day(when: date) -> str:
    """After 'по': 'восьмое января'."""
    return f"{ordinal(when.day, case='accusative', gender='neuter')} {_MONTHS[when.month - 1]}"


def clock(moment: time, *, voice: bool) -> str:
    """In the accusative. Hours of the first half of the day carry their part, for 'девять' may be either."""
    if not voice:
        return f"{moment.hour}:{moment.minute:02d}"
    hour = moment.hour
    part = "" if hour == 0 or hour >= 12 else " ночи" if hour < 4 else " утра"
    if moment.minute:
        minutes = cardinal(moment.minute) if moment.minute >= 10 else f"ноль {cardinal(moment.minute)}"
        return f"{cardinal(hour)} {minutes}{part}"
    if hour == 1:
        return f"час{part}"
    return f"{cardinal(hour)} {_HOURS[plural_form(hour)]}{part}"


def hours(opens: time, closes: time, *, voice: bool) -> str:
    if not voice:
        until = clock(closes, voice=False) if closes != time(0) else "24:00"
        return f"с {clock(opens, voice=False)} до {until}"
    return f"с {edge(opens)} до {edge(closes)}"


def edge(moment: time) -> str:
    """In the genitive: 'девяти', 'девяти тридцати', 'часа'."""
    if moment.hour == 0 and moment.minute == 0:
        return "полуночи"
    hour = "часа" if moment.hour == 1 and not moment.minute else cardinal(moment.hour, case="genitive")
    if not moment.minute:
        return hour
    minutes = cardinal(moment.minute, case="genitive")
    return f"{hour} {minutes}" if moment.minute >= 10 else f"{hour} ноль {minutes}"


def money(amount: int | Decimal, currency: str, *, case: str = "nominative") -> str:
    """case: nominative or accusative, which differ where something feminine is counted: "тысячу", "одну копейку"."""
    if amount < 0:
        return f"минус {money(-amount, currency, case=case)}"
    if currency not in _CURRENCIES:
        return f"{number(amount)} {currency}"
    unit, gender, hundredth, hundredth_gender = _CURRENCIES[currency]
    whole, cents = divmod(round(amount * 100), 100)
    said = f"{cardinal(whole, case=case, gender=gender)} {_counted(unit, whole, case)}"
    if not cents:
        return said
    small = f"{cardinal(cents, case=case, gender=hundredth_gender)} {_counted(hundredth, cents, case)}"
    return f"{said} {small}" if whole else small


def _counted(forms: Sequence[str], n: int, case: str) -> str:
    form = forms[plural_form(n)]
    return f"{form[:-1]}у" if case == "accusative" and form == forms[0] and form.endswith("а") else form


def phone(groups: Sequence[str]) -> str:
    """Groups as numbers; a Russian number begins with eight, as people say it."""
    first, *rest = groups
    lead = "восемь" if first == "7" else f"плюс {_group(first)}"
    pieces = [piece for group in rest for piece in _short(group)]
    said: list[str] = []
    follows = 0  # the number that the next piece begins with
    for piece in reversed(pieces):
        zeros = len(piece) - len(piece.rstrip("0"))
        # 'сто, двадцать три' would be heard as 123, so such a hundred is told figure by figure
        if piece.strip("0") and 0 < follows < 10**zeros:
            said.insert(0, " ".join(digit(int(figure)) for figure in piece))
            follows = int(piece[0])
        else:
            said.insert(0, _group(piece))
            follows = 0 if piece.startswith("0") else int(piece)
    return ", ".join([lead, *said])


def _short(group: str) -> list[str]:
    """Pieces of two or three figures: longer ones nobody catches."""
    if len(group) <= 3:
        return [group]
    head = len(group) % 2 + 2
    return [group[:head], *(group[at : at + 2] for at in range(head, len(group), 2))]


def _group(figures: str) -> str:
    """'45' as 'сорок пять', '05' as 'ноль пять', '007' as 'ноль ноль семь'."""
    zeros = len(figures) - len(figures.lstrip("0"))
    words = ["ноль"] * zeros
    if figures[zeros:]:
        words.append(cardinal(int(figures[zeros:])))
    return " ".join(words)


def digit(n: int) -> str:
    return cardinal(n)


def name(value: PersonName, case: str) -> str:
    gender = _gender(value)
    parts = [
        _inflected(value.given, "Name", case, gender),
        _inflected(value.patronymic, "Patr", case, gender),
        _inflected(value.family, "Surn", case, gender),
    ]
    return " ".join(part for part in parts if part)


def _gender(value: PersonName) -> str:
    """'masc', 'femn' or '' where neither part tells."""
    for word, kind in ((value.patronymic, "Patr"), (value.given, "Name"), (value.family, "Surn")):
        for parse in morphology.parses(word.lower()) if word else ():
            if kind in parse.tag and "nomn" in parse.tag and parse.tag.gender in ("masc", "femn"):
                return str(parse.tag.gender)
    return ""


def _inflected(word: str, kind: str, case: str, gender: str) -> str:
    if not word or case not in CASES or case == "nominative":
        return word
    wanted = {CASES[case], "sing"}
    for parse in morphology.parses(word.lower()):
        tag = parse.tag
        if kind not in tag or "nomn" not in tag or "Fixd" in tag or (gender and tag.gender not in (gender, "ms-f")):
            continue
        form = parse.inflect(wanted)
        if form is not None:
            text = str(form.word) if "ё" in word.lower() else str(form.word).replace("ё", "е")
            return "-".join(part.capitalize() for part in text.split("-"))
    return word
