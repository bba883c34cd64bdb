"""Text to an amount of money: 'две тысячи пятьсот рублей пятьдесят копеек', '1 500 ₽', 'twenty dollars fifty'.

The amount is in the business's currency; who names another one has not answered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.slots.numbers import read_number
from bot.understanding.words.normaliser import MAX_CHARS, normalise

# Words and signs of a currency, by ISO 4217.
_CURRENCIES: Mapping[str, str] = {
    "RUB": r"руб(?:л\w+|ль|лик\w*)?|рэ|р|деревянн\w+|rubles?|roubles?|rub",
    "USD": r"доллар\w*|бакс\w*|dollars?|bucks?|usd",
    "EUR": r"евро|euros?|eur",
    "GBP": r"фунт\w*|pounds?|quid|gbp",
    "KZT": r"тенге|tenge|kzt",
    "BYN": r"byn",
    "UAH": r"грив\w+|hryvnias?|uah",
}
_SIGNS = {"₽": "RUB", "$": "USD", "€": "EUR", "£": "GBP", "₸": "KZT", "₴": "UAH"}
_THOUSANDS = re.compile(r"(\d)[кkКK]\b")  # '5к'
_A = re.compile(r"(?:^|\s)(?:a|an)$")
_NOUGHT = re.compile(r"^\s*(?:и |and )?(?:ноль|oh|zero) (?=\w)")
_PARTS = r"копе\w+|коп|kope(?:c?k)s?|пенс\w*|цент\w*|тиын\w*|cents?|pence|pennies|penny|p"
_WHOLE = re.compile(rf"\b(?P<whole>{'|'.join(f'(?P<{code}>{words})' for code, words in _CURRENCIES.items())})\b")
_PART = re.compile(rf"\b(?:{_PARTS})\b")
_AMENDED = re.compile(r"\s*(?:ой|нет|вернее|точнее|то есть|простите|извините|no|sorry|i mean|make it|oh|wait)\b")
# What people call a sum without a currency.
_SLANG = {
    "полтинник": "пятьдесят", "полтинника": "пятьдесят", "стольник": "сто", "сотня": "сто", "сотку": "сто",
    "пятихатка": "пятьсот", "пятихатку": "пятьсот", "пятисотка": "пятьсот", "косарь": "тысяча", "косаря": "тысячи",
    "косарей": "тысяч", "штука": "тысяча", "штуку": "тысячу", "штуки": "тысячи", "штук": "тысяч", "тонна": "тысяча",
    "кусок": "тысяча", "куска": "тысячи", "кусков": "тысяч", "лям": "миллион", "ляма": "миллиона", "лямов": "миллионов",
    "червонец": "десять", "чирик": "десять",
}  # fmt: skip
_SLANG_EN = {"grand": "thousand", "tenner": "ten", "fiver": "five", "nickel": "0.05", "dime": "0.10"}


def read_money(text: str, *, lang: Lang, expected: Expected) -> Reading:
    """int, or Decimal where there are parts of a hundred. Never less than nothing."""
    plain, named = _plain(text, lang)
    found = _WHOLE.search(plain)
    if found is not None:
        named = next(code for code in _CURRENCIES if found[code])
    if named and expected.currency and named != expected.currency:
        return NOTHING
    if found is None:
        return _bare(plain, lang)
    before = plain[: found.start()].rstrip()
    whole = read_number("one" if _A.search(before) else before, lang=lang)
    after = plain[found.end() :]
    anew = _AMENDED.match(after)
    if anew and (told := read_money(after[anew.end() :], lang=lang, expected=expected)).value is not None:
        return told  # 'сто рублей, ой, двести'
    part = _PART.search(after)
    cents = read_number(_NOUGHT.sub("", after[: part.start()] if part else after), lang=lang)
    if whole.value is None and whole.alternatives:
        return whole
    if not isinstance(whole.value, int | Decimal) or whole.value < 0:
        # 'рублей пятьсот': the amount behind its currency
        return Reading(value=cents.value) if _amount(cents.value) and not part else NOTHING
    follows = part is not None or (cents.value is not None and not cents.rest)
    if not follows or not isinstance(cents.value, int) or not 0 <= cents.value < 100 or whole.value % 1:
        return Reading(value=whole.value, rest=_rest(whole.rest, after))
    amount = whole.value + Decimal(cents.value) / 100
    rest = _rest(whole.rest, cents.rest, after[part.end() :] if part else "")
    return Reading(value=int(amount) if amount == int(amount) else amount, rest=rest)


def _amount(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value >= 0


def _plain(text: str, lang: Lang) -> tuple[str, str]:
    """Normalised, signs and slang in words; and the currency of a sign."""
    cut = text[:MAX_CHARS]
    sign = next((code for mark, code in _SIGNS.items() if mark in cut), "")
    for mark, code in _SIGNS.items():
        cut = cut.replace(mark, f" {'' if cut.strip().startswith(mark) else code.lower()} ")
    cut = _THOUSANDS.sub(r"\1 тысяч" if lang == "ru" else r"\1 thousand", cut)
    words = normalise(cut.replace("\u00a0", " ")).split()
    slang = _SLANG if lang == "ru" else _SLANG_EN
    return " ".join(slang.get(word, word) for word in words), sign


def _bare(plain: str, lang: Lang) -> Reading:
    """An amount without a currency, or parts of a hundred alone."""
    part = _PART.search(plain)
    told = read_number(plain[: part.start()] if part else plain, lang=lang)
    if part and isinstance(told.value, int):
        return Reading(value=Decimal(told.value) / 100, rest=_rest(told.rest, plain[part.end() :]))
    if told.value is not None and not _amount(told.value):
        return NOTHING
    return told


def _rest(*parts: str) -> str:
    return " ".join(" ".join(parts).split())
