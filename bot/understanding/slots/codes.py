"""Text to a number with letters in it: a plate, an order, a contract. 'а сто двадцать три вэ эс семьдесят семь'.

Letters come by their names ('вэ', 'double u'), by a word that begins with them ('б борис', 'b for bravo') or as they
are written; digits as those of a telephone number do. Written large, without gaps and dashes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.slots.phones import group
from bot.understanding.words.letters import in_latin, letter
from bot.understanding.words.normaliser import tokens
from bot.understanding.words.terms import Line

LENGTHS = (2, 24)  # where the author says nothing; a VIN has seventeen signs
_LABELS: Mapping[Lang, frozenset[str]] = {
    "ru": frozenset(
        """
            номер номера госномер гос регион машины машина автомобиля авто заказ заказа код кода договор договора мой
            моя это полис бронь брони серия вот ну да так значит запишите пишите буква буквы цифры цифра
            рус россия российский дальше потом тире дефис черточка пробел меня по паспорт вин диктую государственный
        """.split()
    ),
    "en": frozenset(
        """
            number plate license licence registration reg my the its it is code order booking reference contract policy
            letter letters digit digits then dash hyphen space car well so uh um yes ok vin serial thats
        """.split()
    ),
}
_LATIN_LEAD = re.compile(r"\b(?:латин|английск)\w*(?: буквами)?[:, ]*", re.IGNORECASE)
_SLASH = frozenset(("дробь", "слэш", "слеш", "slash", "stroke"))
_TYPED = 3  # letters that a recogniser writes together: 'ab12 cde'
_WORDS: Mapping[Lang, frozenset[str]] = {
    "ru": frozenset(
        "да не нет ну на по за от до из ой ага вот это я мы вы он она как что где кто мне нас вас или так бы же".split()
    ),
    "en": frozenset(
        "no yes and the is it its in on at to of or my me we us you he she for but not so an as be do can".split()
    ),
}
_WRITTEN = 4  # letters that stand together in a code that is written


def read_code(text: str, *, lang: Lang, expected: Expected) -> Reading:
    """Large letters and digits, at least one of these; of a length that is expected where the author set one."""
    lead = _LATIN_LEAD.search(text[:200]) if lang == "ru" else None
    if lead:  # 'латинскими: эф, эс'
        told = read_code(text[lead.end() :], lang=lang, expected=expected)
        return replace(told, value=in_latin(told.value)) if isinstance(told.value, str) else told
    said_tokens = tokens(text)
    # apart: 'х' of '0х' is a letter here, and no ending of 'двух'
    line = Line([replace(token, joined=False) for token in said_tokens], lang)
    together = frozenset(at for at, token in enumerate(said_tokens) if token.joined)
    words = [line.at(at).word for at in range(len(line))]
    best: tuple[str, int, int] | None = None
    start = 0
    while start < len(line):
        said, stop = _run(line, words, start, lang, together)
        if said and (best is None or len(said) >= len(best[0])):
            best = said, start, stop
        start = max(stop, start + 1)
    if best is None:
        return NOTHING
    said, first, last = best
    fewest, most = expected.length or LENGTHS
    if not any(char.isdigit() for char in said) or (expected.length is None and not fewest <= len(said) <= most):
        return NOTHING
    rest = [at for at in range(len(line)) if not first <= at < last and words[at] not in _LABELS[lang]]
    return Reading(value=_one_alphabet(said, lang), rest=line.text(rest))


def _run(line: Line, words: list[str], start: int, lang: Lang, together: frozenset[int]) -> tuple[str, int]:
    """The signs that follow one another from here, labels between them left out, and the place after the last."""
    said, at, stop = "", start, start
    while at < len(line) and len(said) <= LENGTHS[1]:
        one = _sign(line, words, at, lang, together, begun=bool(said))
        if one is not None:
            said, at = said + one[0], one[1]
            stop = at
        elif said and words[at] in _LABELS[lang]:
            at += 1
        else:
            break
    return said.upper(), stop


def _sign(
    line: Line, words: list[str], at: int, lang: Lang, together: frozenset[int], *, begun: bool
) -> tuple[str, int] | None:
    if words[at] in _SLASH and begun:
        return "/", at + 1
    if words[at] == "o" and lang == "en":
        return "o", at + 1  # who means a nought says "oh" or "zero"
    digits = group(line, at)
    if digits is not None:
        return digits
    if line.at(at).role != "word":
        return None
    if words[at] in _LABELS[lang]:
        return None
    said = letter(words, at, lang)
    if said is not None:
        return said
    times = _TIMES.get(words[at], 0)
    repeated = letter(words, at + 1, lang) if times else None
    if repeated is not None:
        return repeated[0] * times, repeated[1]  # 'double a'
    heard = _SOUND_ALIKE.get(words[at]) if lang == "en" else None
    after = words[at + 1] if at + 1 < len(words) else ""
    if heard and (begun or line.at(at + 1).number is not None or after in _SOUND_ALIKE or len(after) == 1):
        return heard, at + 1
    token = line.tokens[line.at(at).start]
    nearby = bool({line.at(at).start, line.at(at).stop} & together)
    large = token.raw.isupper() and token.raw.isalpha()
    after_label = at + 1 + (line.word(at + 1) in _GAPS)
    beside = begun or line.at(after_label).number is not None
    short = len(token.text) <= _TYPED and beside and token.text not in _WORDS[lang]
    several = len(token.text) <= _WRITTEN and (nearby or large or short or not _spoken(token.text))
    return (token.text, at + 1) if several and token.text.isalpha() else None


_TIMES = {"double": 2, "triple": 3, "treble": 3, "дважды": 2, "двойной": 2, "двойная": 2}
_GAPS = frozenset("тире дефис черточка пробел dash hyphen space".split())
# Letters as a recogniser takes them for words.
_SOUND_ALIKE = {
    "why": "y", "tea": "t", "you": "u", "are": "r", "eye": "i", "sea": "c", "pea": "p", "be": "b", "gee": "g",
    "oh": "0", "jay": "j",
}  # fmt: skip
# ГОСТ Р 50577: the letters of a Russian plate, which are those that look alike in both alphabets.
_TO_PLATE = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")
_PLATE = re.compile(r"[АВЕКМНОРСТУХ](?:\d{3}[АВЕКМНОРСТУХ]{2}|[АВЕКМНОРСТУХ]\d{3,4})\d{2,3}")


def _one_alphabet(code: str, lang: Lang) -> str:
    """A plate heard partly in Latin letters ('икс', 'игрек') in Russian ones."""
    plate = code.translate(_TO_PLATE)
    mixed = lang == "ru" and not code.isascii()
    return plate if mixed and _PLATE.fullmatch(plate) else code


_VOWELS = frozenset("аеиоуыэюяaeiouy")


def _spoken(word: str) -> bool:
    """Whether it is a word one can say: 'вс' and 'bc' are letters."""
    return any(char in _VOWELS for char in word)
