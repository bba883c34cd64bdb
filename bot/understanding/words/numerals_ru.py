"""Russian number words in every case, as the recogniser writes them (е for ё)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bot.understanding.words.numeral import Numeral, Rank


def _cardinals() -> dict[str, Numeral]:
    words: dict[str, Numeral] = {}

    def add(value: int | Decimal, rank: Rank, direct: str, oblique: str = "") -> None:
        for word in direct.split():
            words[word] = Numeral(value, rank)
        for word in oblique.split():
            words[word] = Numeral(value, rank, oblique=True)

    add(0, Rank.ZERO, "ноль нуль нолик зеро", "ноля нуля нолю нулю нолем нулем")
    add(
        1,
        Rank.UNIT,
        "один одна одно одну раз единица единицу",
        "одного одной одному одним одном одною единицы",
    )
    add(2, Rank.UNIT, "два две двойка двойку", "двух двум двумя двойки")
    add(3, Rank.UNIT, "три тройка тройку", "трех трем тремя тройки")
    add(4, Rank.UNIT, "четыре четверка четверку", "четырех четырем четырьмя четверки")
    add(5, Rank.UNIT, "пять пятерка пятерку", "пяти пятью пятерки")
    add(6, Rank.UNIT, "шесть шестерка шестерку", "шести шестью шестерки")
    add(7, Rank.UNIT, "семь семерка семерку", "семи семью семерки")
    add(8, Rank.UNIT, "восемь восьмерка восьмерку", "восьми восемью восьмью восьмерки")
    add(9, Rank.UNIT, "девять девятка девятку", "девяти девятью девятки")
    add(10, Rank.TEEN, "десять десяток", "десяти десятью десятка")
    stems = "один две три четыр пят шест сем восем девят"
    for value, stem in enumerate(stems.split(), start=11):
        stem = f"{stem}надцат"
        add(value, Rank.TEEN, f"{stem}ь", f"{stem}и {stem}ью")
    add(20, Rank.TEN, "двадцать", "двадцати двадцатью")
    add(30, Rank.TEN, "тридцать", "тридцати тридцатью")
    add(40, Rank.TEN, "сорок", "сорока")
    for value, (direct, oblique) in {
        50: ("пять", "пяти"),
        60: ("шесть", "шести"),
        70: ("семь", "семи"),
        80: ("восемь", "восьми"),
    }.items():
        add(value, Rank.TEN, f"{direct}десят", f"{oblique}десяти {direct[:-1]}ьюдесятью")
    add(90, Rank.TEN, "девяносто", "девяноста")
    add(50, Rank.TEN, "полсотни")
    add(100, Rank.HUNDRED, "сто сотня сотню", "ста сотни")
    add(200, Rank.HUNDRED, "двести", "двухсот двумстам двумястами двухстах")
    add(300, Rank.HUNDRED, "триста", "трехсот тремстам тремястами трехстах")
    add(400, Rank.HUNDRED, "четыреста", "четырехсот четыремстам четырьмястами четырехстах")
    for value, (direct, oblique) in {
        500: ("пять", "пяти"),
        600: ("шесть", "шести"),
        700: ("семь", "семи"),
        800: ("восемь", "восьми"),
        900: ("девять", "девяти"),
    }.items():
        add(value, Rank.HUNDRED, f"{direct}сот", f"{oblique}сот {oblique}стам {oblique}стах {direct}юстами")
    add(
        1_000,
        Rank.SCALE,
        "тысяча тысячу тысячи тысяч тыщ тыща тыщу тыщи тыс",
        "тысяче тысячам тысячей тысячами тысячах тысячью",
    )
    add(
        1_000_000,
        Rank.SCALE,
        "миллион миллиона миллионов млн",
        "миллиону миллионам миллионом миллионами миллионе миллионах",
    )
    # As they are called, and as they are heard.
    add(1_000, Rank.SCALE, "косарь косаря косарей косаря")
    add(1_000_000, Rank.SCALE, "лям ляма лямов")
    add(50, Rank.ALONE, "полтос полтосик")
    add(500, Rank.ALONE, "пятихатка пятихатку пятихатки")
    add(500_000, Rank.ALONE, "полляма")
    add(5, Rank.ALONE, "пяток пятерочка пятерочку")
    add(10, Rank.ALONE, "десяточка десяточку")
    add(6, Rank.UNIT, "шесь шысть")
    add(50, Rank.TEN, "писят пийсят пятьдесь")
    add(60, Rank.TEN, "шесят шисят шейсят")
    add(1_000_000_000, Rank.SCALE, "миллиард миллиарда миллиардов млрд", "миллиарду миллиардом")
    add(500, Rank.ALONE, "полтысячи")
    add(500_000, Rank.ALONE, "полмиллиона")
    # 1.5: 'полтора', 'полторы тысячи'; then nothing smaller may follow.
    add(Decimal("1.5"), Rank.TEEN, "полтора полторы", "полутора")
    add(2, Rank.UNIT, "пара пару парочка парочку", "парой пары парочки")
    add(12, Rank.TEEN, "дюжина дюжину", "дюжины")
    add(6, Rank.ALONE, "полдюжины")
    # What is said of coins and notes.
    add(20, Rank.ALONE, "двадцатка двадцатку")
    add(30, Rank.ALONE, "тридцатка тридцатку")
    add(100, Rank.ALONE, "сотка сотку")
    return words


def _collectives() -> dict[str, Numeral]:
    words: dict[str, Numeral] = {}
    for value, forms in {
        2: "двое двоих двоим двоими вдвоем оба обе обоих обеих обоим",
        3: "трое троих троим троими втроем",
        4: "четверо четверых четверым четверыми вчетвером",
        5: "пятеро пятерых пятерым пятерыми впятером",
        6: "шестеро шестерых шестерым шестерыми вшестером",
        7: "семеро семерых семерым семерыми всемером",
        8: "восьмеро восьмерых восьмером ввосьмером",
        9: "девятеро девятерых вдевятером",
        10: "десятеро десятерых вдесятером",
    }.items():
        for word in forms.split():
            words[word] = Numeral(value, Rank.ALONE, collective=True)
    return words


_ADJECTIVE = "ый ого ому ым ом ая ой ую ою ое ые ых ыми"
_STRESSED = "ой ого ому ым ом ая ую ою ое ые ых ыми"


def _ordinals() -> dict[str, Numeral]:
    words: dict[str, Numeral] = {}

    def add(value: int, rank: Rank, stem: str, endings: str = _ADJECTIVE) -> None:
        for ending in endings.split():
            words[stem + ending] = Numeral(value, rank, ordinal=True)

    add(1, Rank.UNIT, "перв")
    add(2, Rank.UNIT, "втор", _STRESSED)
    add(3, Rank.UNIT, "трет", "ий ьего ьему ьим ьем ья ьей ью ье ьи ьих его ему ье")
    add(4, Rank.UNIT, "четверт")
    add(5, Rank.UNIT, "пят")
    add(6, Rank.UNIT, "шест", _STRESSED)
    add(7, Rank.UNIT, "седьм", _STRESSED)
    add(8, Rank.UNIT, "восьм", _STRESSED)
    add(9, Rank.UNIT, "девят")
    add(0, Rank.ZERO, "нулев", _STRESSED)
    add(10, Rank.TEEN, "десят")
    for value, stem in enumerate("один две три четыр пят шест сем восем девят".split(), start=11):
        add(value, Rank.TEEN, f"{stem}надцат")
    for value, stem in {
        20: "двадцат",
        30: "тридцат",
        40: "сороков",
        50: "пятидесят",
        60: "шестидесят",
        70: "семидесят",
        80: "восьмидесят",
        90: "девяност",
    }.items():
        add(value, Rank.TEN, stem, _STRESSED if value == 40 else _ADJECTIVE)
    hundreds = "сот двухсот трехсот четырехсот пятисот шестисот семисот восьмисот девятисот"
    for value, stem in enumerate(hundreds.split(), start=1):
        add(value * 100, Rank.HUNDRED, stem)
    add(1_000, Rank.SCALE, "тысячн")
    # A year: 'две тысячи двадцать шестого' ends in a unit; 'двухтысячного' is one word.
    add(2_000, Rank.ALONE, "двухтысячн")
    return words


def _glued(words: dict[str, Numeral]) -> dict[str, Numeral]:
    """'Двадцатьпятого', as it is typed: it leaves no room for tens and units, as the teens don't."""
    tens = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто".split()
    units = {word: one for word, one in words.items() if one.rank is Rank.UNIT and len(word) > 2}
    return {
        ten + word: replace(one, value=words[ten].value + one.value, rank=Rank.TEEN)
        for ten in tens
        for word, one in units.items()
    }


PLAIN: dict[str, Numeral] = {**_cardinals(), **_collectives(), **_ordinals()}  # what a misspelt word may be meant for
WORDS = PLAIN | _glued(PLAIN)
del PLAIN["раз"], WORDS["раз"]  # 'ещё раз' is no number

# 'тысяч пять' is about five thousand; 'тысяча пять' is 1005.
INVERTED = {"тысяч": 1_000, "тыщ": 1_000, "миллионов": 1_000_000, "миллиардов": 1_000_000_000}
FEW = {"тысячи": 1_000, "сотни": 100}  # 'тысячи три'; but 'тысячи двух' is of 1002

ORDINAL_SUFFIXES = frozenset("й го му ый ой ая я ую ю ое е ого ому ым ом ых".split())
CARDINAL_SUFFIXES = frozenset("х ти ми тью мя и".split())
WHOLE = frozenset("целых целая целую".split())
FRACTIONS = {
    "десятых": 10,
    "десятая": 10,
    "десятую": 10,
    "сотых": 100,
    "сотая": 100,
    "тысячных": 1000,
}
