"""Text to a postal address in one form: 'ленина пять квартира двадцать пять', 'twelve baker street apartment five'.

No directory stands behind it: street names stay as they were said, large. What is sorted out is the house, its block,
the entrance, the floor and the flat; so one writes 'улица Ленина, дом 5, квартира 25' whoever dictated it and how.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.understanding.names.parts import capitalised
from bot.understanding.reading import NOTHING, Lang, Reading
from bot.understanding.words.letters import letter
from bot.understanding.words.normaliser import tokens
from bot.understanding.words.terms import Line, Term

_LONGEST = 30  # terms; an address is not told at greater length
_STREETS_RU: Mapping[str, str] = {
    form: name
    for name, forms in {
        "улица": "улица улице улицу улицы ул", "проспект": "проспект проспекте проспекта просп пр-т",
        "переулок": "переулок переулке переулка пер", "бульвар": "бульвар бульваре бульвара б-р",
        "шоссе": "шоссе ш", "площадь": "площадь площади пл", "набережная": "набережная набережной набережную наб",
        "проезд": "проезд проезде проезда", "тупик": "тупик тупике", "аллея": "аллея аллее аллею",
        "микрорайон": "микрорайон микрорайоне мкр", "квартал": "квартал квартале", "линия": "линия линии",
        "поселок": "поселок поселке пос", "деревня": "деревня деревне дер", "село": "село селе",
        "город": "город городе гор г",
    }.items()
    for form in forms.split()
}  # fmt: skip
_PARTS_RU: Mapping[str, str] = {
    form: name
    for name, forms in {
        "дом": "дом доме дома д", "корпус": "корпус корпусе корп", "строение": "строение строении стр",
        "литера": "литера литер", "подъезд": "подъезд подъезде парадная под", "этаж": "этаж этаже эт",
        "квартира": "квартира квартире квартиру кв", "офис": "офис офисе оф", "домофон": "домофон код",
        "комната": "комната комнате ком", "владение": "владение", "индекс": "индекс",
    }.items()
    for form in forms.split()
}  # fmt: skip
_LEAD_RU = frozenset(
    """
        мой адрес наш это по на в во адресу пишите запишите записывайте доставьте привезите доставка доставить везите
        милая девушка мне нам
        привозите нужно надо едьте приезжайте заберите живу я мы живем находимся ну да вот так значит у нас
        меня прописан прописана пожалуйста здравствуйте номер
    """.split()
)
_STREETS_EN: Mapping[str, str] = {
    form: name
    for name, forms in {
        "Street": "street st", "Avenue": "avenue ave av", "Road": "road rd", "Lane": "lane ln", "Drive": "drive dr",
        "Boulevard": "boulevard blvd", "Court": "court ct", "Place": "place pl", "Square": "square sq",
        "Terrace": "terrace", "Way": "way", "Close": "close", "Crescent": "crescent", "Highway": "highway hwy",
        "Parkway": "parkway", "Gardens": "gardens", "Grove": "grove", "Hill": "hill", "Row": "row",
    }.items()
    for form in forms.split()
}  # fmt: skip
_PARTS_EN: Mapping[str, str] = {
    "apartment": "apartment", "apt": "apartment", "flat": "flat", "unit": "unit", "suite": "suite", "floor": "floor",
    "room": "room", "building": "building", "zip": "zip", "entrance": "entrance",
}  # fmt: skip
_LEAD_EN = frozenset(
    "my our address is its it at to the i live we im deliver send please bring on ok well so uh um thats code".split()
)


@dataclass(slots=True)
class _Told:
    """places: city and street, as they are written. parts: 'дом', 'квартира' to what was said of them."""

    places: list[str] = field(default_factory=list)
    parts: dict[str, str] = field(default_factory=dict)


def read_address(text: str, *, lang: Lang) -> Reading:
    """One line; nothing where neither a street nor a house is told."""
    text = _WHEN[lang].sub("", text[:_CUT])
    for short, whole in _SHORT_RU if lang == "ru" else ():
        text = short.sub(whole, text)
    line = Line(tokens(text)[: _LONGEST * 2], lang)
    told = _russian(line) if lang == "ru" else _english(line)
    return Reading(value=told) if told else NOTHING


_CUT = 600  # characters
# Told in one breath before the address or after it; another slot reads it.
_SOON_RU = (
    r"(?:если можно |можно |только )?(?:через (?:пол ?часа|(?:\w+ ){0,2}(?:минут\w*|час\w*))"
    r"|(?:сегодня|завтра|послезавтра)(?: (?:утром|дн[её]м|вечером))?|как можно (?:быстрее|скорее)|побыстрее)"
)
_SOON_EN = r"in (?:an|half an|\w+) (?:hours?|minutes?)|today|tomorrow|tonight|as soon as possible|asap"


def _around(said: str) -> re.Pattern[str]:
    return re.compile(rf"^\W*(?:{said})\b[\s,]*|[\s,]*\b(?:{said})\W*$", re.IGNORECASE)


_WHEN: Mapping[Lang, re.Pattern[str]] = {"ru": _around(_SOON_RU), "en": _around(_SOON_EN)}
# As it is typed: 'пр-т Мира 25к2', 'ул. Пушкина д5 кв12'.
_SHORT_RU = tuple(
    (re.compile(short, re.IGNORECASE), whole)
    for short, whole in (
        (r"\bпр-к?т\b\.?", "проспект"),
        (r"\bб-р\b\.?", "бульвар"),
        (r"\bпер\.", "переулок"),
        (r"\bд\.?(?=\d)", "дом "),
        (r"\bкв\.?(?=\d)", "квартира "),
        (r"(?<=\d)к(?:орп)?\.?(?=\d)", " корпус "),
        (r"(?<=\d)с(?:тр)?\.?(?=\d)", " строение "),
    )
)


def _number(line: Line, at: int, lang: Lang) -> tuple[str, int] | None:
    """'пять', '5а', 'пять а', '12/3', 'пять дробь три': the number of a house or a flat, and the place after it."""
    term = line.at(at)
    said = _figures(term)
    if said is None:
        return None
    at += 1
    while line.word(at) in ("дробь", "slash", "stroke") and (more := _figures(line.at(at + 1))) is not None:
        said, at = f"{said}/{more}", at + 2
    words = [line.at(place).word for place in range(at, min(at + 4, len(line)))]
    behind = letter(words, 0, lang, words_too=False)
    ends = at + (behind[1] if behind else 0)
    joined = at < len(line) and line.tokens[line.at(at).start].joined
    bounded = ends >= len(line) or line.at(ends).word in (*_PARTS_RU, *_PARTS_EN, *_STREETS_EN) or joined
    if behind and behind[0] not in ("и", "к", "с", "в", "i") and (bounded or _name_follows(line, ends, lang)):
        return f"{said}{behind[0].upper()}", ends
    return said, at


def _name_follows(line: Line, at: int, lang: Lang) -> bool:
    return lang == "en" and line.at(at).role == "word"


def _figures(term: Term) -> str | None:
    if term.role == "marked" and all(char.isdigit() or char in "/-" for char in term.digits):
        return term.digits
    if term.role in ("cardinal", "ordinal") and isinstance(term.number, int) and term.number >= 0:
        return term.digits or str(term.number)
    return None


def _russian(line: Line) -> str:
    told, at = _Told(), _skip(line, 0, _LEAD_RU)
    street: list[str] = []
    kind = ""
    count = min(len(line), _LONGEST)

    def close() -> None:
        nonlocal street, kind
        if street:
            name = " ".join(street)
            told.places.append(f"{kind} {name}".strip())
        street, kind = [], ""

    while at < count:
        word = line.word(at)
        if word in ("в", "во") and line.word(at + 1) in _PARTS_RU:
            at += 1  # 'на Гагарина, в дом восемь'
            continue
        part = _PARTS_RU.get(word)
        number = _number(line, at + 1 + (line.word(at + 1) == "номер"), "ru") if part else None
        if part and number:
            close()
            told.parts[part], at = number
            continue
        if part and line.at(at - 1).role == "ordinal" and street:  # 'второй подъезд', 'пятый этаж'
            street.pop()
            told.parts[part] = str(line.at(at - 1).ordinal)
            close()
            at += 1
            continue
        if word in _STREETS_RU:
            if street and not kind and not _named_after(line, at):
                kind = _STREETS_RU[word]  # 'тверская улица'
                if len(street) > 1 and _bent(street[-1]) and not _bent(street[-2]):
                    told.places.append(" ".join(street[:-1]))  # 'москва тверская улица'
                    street = street[-1:]
                close()
            else:
                close()
                kind = _STREETS_RU[word]
            at += 1
            continue
        number = _number(line, at, "ru")
        if number is not None and not _names_street(line, at, street, kind):
            free = "дом" if "дом" not in told.parts else "квартира"
            if free in told.parts:
                break
            close()
            told.parts[free], at = number
            continue
        if line.at(at).role == "word" and word in ("и", "а", "э") and not street:
            at += 1
            continue
        street.append(_in_street(line.at(at), line, at))
        at += 1
    close()
    return _russian_line(told)


def _names_street(line: Line, at: int, street: list[str], kind: str) -> bool:
    """Whether the number belongs to the name: 'улица 8 марта', '50 лет октября', 'первый проезд', '9 линия'."""
    term, after = line.at(at), line.at(at + 1)
    if term.role == "ordinal":
        return True
    if after.role != "word" or after.word in _PARTS_RU or len(after.word) < 3:
        return False
    return not street and bool(kind or after.word in ("лет", "марта", "мая", "января", "июля", *_STREETS_RU))


def _named_after(line: Line, at: int) -> bool:
    """Whether a name follows the kind of street: 'москва улица ленина' names no street 'москва'."""
    after = line.at(at + 1)
    return (after.role == "word" and after.word not in _PARTS_RU) or after.role == "ordinal"


def _bent(word: str) -> bool:
    """Whether it is the form of an adjective: 'Тверская', 'Невский'."""
    return word.lower().endswith(("ая", "яя", "ий", "ый", "ой", "ое"))


def _in_street(term: Term, line: Line, at: int) -> str:
    if term.role == "word":
        return capitalised(line.tokens[term.start].raw)
    if term.role == "ordinal" and not term.digits:
        return " ".join(capitalised(token.raw) for token in line.tokens[term.start : term.stop])
    return "".join(token.raw for token in line.tokens[term.start : term.stop]) if term.digits else str(term.number)


def _russian_line(told: _Told) -> str:
    if not _has_street(told.places) and any(not _STREETLESS.isdisjoint(one.lower().split()) for one in told.places):
        return ""  # 'завтра в три'
    if not told.places or not (told.parts.keys() - {"этаж", "индекс"} or _has_street(told.places)):
        return ""
    order = [name for name in dict.fromkeys(_PARTS_RU.values()) if name in told.parts]
    return ", ".join((*told.places, *(f"{name} {told.parts[name]}" for name in order)))


_STREETLESS = frozenset(
    """
        в во на с к ко у по и не сегодня завтра послезавтра утром вечером днем час часа часов можно хочу мне нас будет
         рублей минут утра вечера дня ночи понедельник вторник среду четверг пятницу субботу воскресенье
    """.split()
)


def _has_street(places: list[str]) -> bool:
    return any(place.partition(" ")[0] in _STREETS_RU.values() for place in places)


def _skip(line: Line, at: int, words: frozenset[str]) -> int:
    while at < len(line) and line.word(at) in words:
        at += 1
    return at


def _english(line: Line) -> str:
    """'12 Baker Street, apartment 5, London 10001'."""
    at, count = _skip(line, 0, _LEAD_EN), min(len(line), _LONGEST)
    house = ""
    street: list[str] = []
    parts: dict[str, str] = {}
    town: list[str] = []
    done = False
    while at < count:
        word = line.word(at)
        number = _number(line, at, "en")
        part = _PARTS_EN.get(word)
        if part and (behind := _number(line, at + 1 + (line.word(at + 1) == "number"), "en")):
            parts[part], at = behind
            done = done or bool(street)
            continue
        if part and line.at(at - 1).role == "ordinal" and (done or not street):
            at += 1
            continue
        if number is not None and line.at(at).role == "ordinal" and _PARTS_EN.get(line.word(at + 1)):
            parts[_PARTS_EN[line.word(at + 1)]], at = number[0], at + 2  # 'second floor'
            continue
        if number is not None and not house and not street:
            term = line.at(at)
            if term.role == "ordinal" and term.stop - term.start > 1 and line.word(at + 1) in _STREETS_EN:
                house, last = _hundreds(line, term)  # 'five hundred fifth avenue'
                street.append(last)
                at += 1
                continue
            house, at = _house(line, at, number)
            continue
        if number is not None and house and not street and line.at(at).role == "ordinal":
            street.append(_nth(line.at(at), line))
            at += 1
            continue
        if number is not None and house and not done and line.at(at).role == "ordinal":
            street.append(_nth(line.at(at), line))  # '42 west 34th street'
            at += 1
            continue
        if number is not None:
            if done:
                town.append(number[0])
            at = number[1]
            continue
        if word in _STREETS_EN and street and not done:
            street.append(_STREETS_EN[word])
            done = True
        elif (word and word not in ("in", "of")) or street:
            (town if done else street).append(capitalised(line.tokens[line.at(at).start].raw))
        at += 1
    if not street or not ((house and done) or (parts and done) or (done and len(street) > 1)):
        return ""
    told = (
        f"{house} {' '.join(street)}".strip(),
        *(f"{name} {value}" for name, value in parts.items()),
        " ".join(town),
    )
    return ", ".join(part for part in told if part)


def _house(line: Line, at: int, number: tuple[str, int]) -> tuple[str, int]:
    """'one twenty five main street' is 125, 'two two one b' 221B."""
    said, after = number
    digits = len(said) == 1
    while (
        said.isdigit() and (more := _number(line, after, "en")) and line.at(after).role == "cardinal" and len(said) < 5
    ):
        digits = digits and len(more[0]) == 1  # 'one two three main street'
        short = len(said) == 1 or digits or (len(said) == 2 and len(more[0]) >= 2)
        if not short or not more[0][:1].isdigit():
            break
        said, after = said + more[0], more[1]
    return said, after


def _hundreds(line: Line, term: Term) -> tuple[str, str]:
    """A house and a street of one number: '500' and 'Fifth'."""
    words = line.tokens[term.start : term.stop]
    house = Line(words[:-1], "en").at(0)
    return str(house.number), words[-1].text.capitalize()


def _nth(term: Term, line: Line) -> str:
    """'fifth' of 'Fifth Avenue', '42nd'."""
    if term.digits:
        return "".join(token.raw for token in line.tokens[term.start : term.stop])
    if term.ordinal is not None and term.ordinal > 20:
        last = 0 if term.ordinal % 100 in (11, 12, 13) else term.ordinal % 10
        return f"{term.ordinal}{_NTH.get(last, 'th')}"  # 'forty second' is '42nd'
    return "-".join(token.raw for token in line.tokens[term.start : term.stop]).capitalize()


_NTH = {1: "st", 2: "nd", 3: "rd"}
