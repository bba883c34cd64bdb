"""Text to an address of electronic mail: 'иван точка петров собака яндекс ру', 'j o h n at gmail dot com'."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.understanding.reading import NOTHING, Lang, Reading
from bot.understanding.words.letters import latin, letter
from bot.understanding.words.normaliser import MAX_CHARS, clean, tokens
from bot.understanding.words.terms import Line, Term

# RFC 5321 4.5.3.1: 64 octets before the sign, 255 after it; and of RFC 5322 what mail services give out.
_WRITTEN = re.compile(r"[a-z0-9][a-z0-9._%+-]{0,63}@[a-z0-9](?:[a-z0-9-]{0,62}\.){1,4}[a-z]{2,24}", re.IGNORECASE)
_AT: Mapping[Lang, frozenset[str]] = {
    "ru": frozenset("собака собаку собачка собачку собакой эт эдт at".split()),
    "en": frozenset(("at",)),
}
_MARKS: Mapping[str, str] = {
    "точка": ".", "точку": ".", "тчк": ".", "dot": ".", "point": ".", "period": ".",
    "тире": "-", "дефис": "-", "минус": "-", "черточка": "-", "dash": "-", "hyphen": "-", "minus": "-",
    "подчеркивание": "_", "подчерк": "_", "подчеркиванье": "_", "underscore": "_", "underline": "_", "plus": "+",
    "плюс": "+",
}  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "дважды": 2, "трижды": 3}
_BEFORE_MARK = frozenset(("нижнее", "нижний", "знак", "символ", "under"))
# How services and zones are said and heard.
_SAID: Mapping[str, str] = {
    "яндекс": "yandex", "янтекс": "yandex", "мэйл": "mail", "мейл": "mail", "майл": "mail", "меил": "mail",
    "джимейл": "gmail", "джимэйл": "gmail", "гмейл": "gmail", "гмэйл": "gmail", "жимейл": "gmail", "жимэйл":
    "gmail", "хотмэйл": "hotmail", "мэил": "mail", "протон": "proton", "гмайл": "gmail", "жмейл": "gmail",
    "джимаил": "gmail", "рамблер": "rambler", "аутлук": "outlook", "хотмейл": "hotmail", "инбокс": "inbox",
    "айклауд": "icloud", "лист": "list", "бк": "bk", "яху": "yahoo", "протонмейл": "protonmail", "корп": "corp",
    "офис": "office", "инфо": "info", "админ": "admin", "ру": "ru", "ком": "com", "нет": "net", "орг": "org",
    "су": "su", "кз": "kz", "юа": "ua", "про": "pro", "онлайн": "online",
}  # fmt: skip
_ZONES = frozenset("ru com net org su by kz ua info edu gov io co uk us de fr me biz pro online dev app рф".split())
_LEAD = frozenset(
    """
        моя мой электронная электронный почта почту имейл емейл имэйл мейл майл адрес это пишите запишите записывайте
        вот так да значит ну диктую пожалуйста на у меня отправьте пришлите присылайте my email mail is its it
        address the e sure yes send to me and write please ok okay so thats that would be
    """.split()
)
_SIGNS = 3  # signs that are tried, from the last: who puts an address right says it again
_NAME, _DOMAIN = 64, 24  # terms before and after the sign; spelled, each letter is one
_SERVICES = frozenset(("mail", "мейл", "майл"))
_SKIPPED = frozenset(
    """
        маленькими маленькая большими латинскими английскими буквами буква слитно одним словом без пробелов потом дальше
        далее все all lower case lowercase letters one word no spaces then
    """.split()
)
_TRANSLIT = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [*"a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch".split(), "", "y", "", "e", "yu", "ya"],
        strict=True,
    )
)  # fmt: skip


def read_email(text: str, *, lang: Lang) -> Reading:
    """In small letters; nothing where it is no whole address."""
    written = _WRITTEN.search(clean(text[:MAX_CHARS]).replace(" @ ", "@"))
    if written is not None:
        rest = f"{text[: written.start()]} {text[written.end() :]}"[:MAX_CHARS]
        return Reading(value=written[0].lower(), rest=" ".join(token.text for token in tokens(rest)))
    line = Line(tokens(text.replace("@", " собака " if lang == "ru" else " at ")[:MAX_CHARS]), lang)
    signs = [at for at in range(1, len(line)) if line.word(at) in _AT[lang]]
    for at in signs[: -_SIGNS - 1 : -1]:
        found = _address(line, at, lang)
        if found is not None:
            return found
    return NOTHING


def _address(line: Line, at: int, lang: Lang) -> Reading | None:
    start = at
    while start > max(0, at - _NAME) and not _ends_lead(line, start - 1, at):
        start -= 1
    stop = at + 1
    while stop < min(len(line), at + _DOMAIN) and (
        len(line.word(stop)) == 1
        or line.word(stop) not in _LEAD - _SERVICES
        or stop == at + 1  # 'at my company dot org'
        or line.word(stop - 1) in _DOTS  # 'at proton dot me'
    ):
        stop += 1
    start = max(start, _anew(line, start, at))
    name = _joined(line, range(start, at), lang)
    for end in range(stop, at + 1, -1):
        apart = line.word(end - 1) in _ZONES or line.word(end - 1) in _SAID
        domain = _zoned(_joined(line, range(at + 1, end), lang)) if apart else _joined(line, range(at + 1, end), lang)
        address = f"{name}@{domain}"
        if _WRITTEN.fullmatch(address) and ".." not in address and domain.rpartition(".")[2] in _ZONES:
            rest = line.text([*range(start), *range(end, len(line))])
            return Reading(value=address, rest=rest)
    return None


_DOTS = frozenset(("точка", "точку", "dot", "point", "period"))
_AMENDS = frozenset(
    (("ой",), ("точнее",), ("вернее",), ("то", "есть"), ("sorry",), ("i", "mean"), ("no", "wait"), ("oh", "no"))
)


def _anew(line: Line, start: int, at: int) -> int:
    """Where the name begins that is meant: after 'ой нет', after the 'а' of 'не маша, а саша'."""
    found = start
    for here in range(start, at - 1):
        for words in _AMENDS:
            if tuple(line.word(here + place) for place in range(len(words))) == words:
                found = here + len(words)
        if line.word(here) == "не" and line.word(here + 2) in ("а", "но") and here + 3 < at:
            found = here + 3
    while found < at - 1 and line.word(found) in ("нет", "не", "no", "sorry") and len(line.word(found)) > 1:
        found += 1
    return found


def _ends_lead(line: Line, here: int, at: int) -> bool:
    """Whether this word leads up to the address: 'моя почта …'; but not a letter of it, nor 'info' before the sign."""
    word = line.word(here)
    if len(word) == 1:  # 'у меня', 'e mail'; any other letter is spelled
        return (word, line.word(here + 1)) in (("у", "меня"), ("e", "mail"))
    return word in _LEAD and here != at - 1


def _joined(line: Line, places: Sequence[int], lang: Lang) -> str:
    words = [line.at(at).word for at in places]
    out, index = "", 0
    while index < len(places):
        term, word = line.at(places[index]), words[index]
        after = words[index + 1] if index + 1 < len(words) else ""
        times = _TIMES.get(word, 0) if after not in ("u", "you", "") else 0
        if times and (len(after) == 1 or line.at(places[index + 1]).integer in range(10)):
            one = after if len(after) == 1 else str(line.at(places[index + 1]).integer)
            out, index = out + ("0" if one == "o" and not out else one) * times, index + 2  # 'double o seven'
        elif term.integer in (2, 3) and not term.digits and after in ("нуля", "ноля", "нолика"):
            out, index = out + "0" * (term.integer or 0), index + 2
        elif word == "sign" and not index:
            index += 1  # 'at sign'
        elif word == "o" and lang == "en":
            out, index = out + "o", index + 1  # the letter, which elsewhere is a nought
        elif (term.role == "word" and word in _SKIPPED) or _led_by(word, after):
            index += 1
        elif word == "score" and index and words[index - 1] == "under":
            out, index = out + "_", index + 1
        elif word in _MARKS and term.role == "word":
            out, index = out + _MARKS[word], index + 1
        elif term.role != "word":
            out, index = out + _figures(term), index + 1
        elif word in _SAID:
            out, index = out + _SAID[word], index + 1
        else:
            said = letter(words, index, lang, words_too=False)
            out += latin(said[0]) if said else "".join(_TRANSLIT.get(char, char) for char in word)
            index = said[1] if said else index + 1
    return out


def _led_by(word: str, after: str) -> bool:
    """'one word', 'одним словом', 'нижнее подчёркивание': words that say nothing of themselves."""
    if word in _BEFORE_MARK:
        return after in _MARKS or after == "score"
    return (word, after) in (("one", "word"), ("одним", "словом"))


def _figures(term: Term) -> str:
    return term.digits if term.digits else str(term.number)


def _zoned(domain: str) -> str:
    """'yandexru' to 'yandex.ru': who says no 'dot' means one before the zone."""
    if "." in domain:
        return domain
    for zone in sorted(_ZONES, key=len, reverse=True):
        if domain.endswith(zone) and len(domain) > len(zone) + 1:
            return f"{domain[: -len(zone)]}.{zone}"
    return domain
