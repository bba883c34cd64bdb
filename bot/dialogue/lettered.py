"""Letters by telephone keys: the key with the letter, then the letter's place on it. А is 2 1, B is 2 2.

Two keys a letter need no pauses to part them, as one key pressed several times does, and a slip spoils one letter.

    a code     digits as they are, a letter after a star:    А123ВС   *21 123 *23 *62
    an email   two keys a sign; a digit after a nought:      anna7    21 62 62 21 07
               11 dot, 12 dash, 13 underscore; a star, or the end, then the domain: by one key, or sign by sign

What is keyed so is read back before it is taken (bot.dialogue.keyed).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dialogue.meaning import Language, Option

# ITU-T E.161 for Latin; for Cyrillic the order that telephones sold in Russia show, Ё being Е.
LETTERS: Mapping[Language, Mapping[str, str]] = {
    "en": {"2": "ABC", "3": "DEF", "4": "GHI", "5": "JKL", "6": "MNO", "7": "PQRS", "8": "TUV", "9": "WXYZ"},
    "ru": {"2": "АБВГ", "3": "ДЕЖЗ", "4": "ИЙКЛ", "5": "МНОП", "6": "РСТУ", "7": "ФХЦЧ", "8": "ШЩЪЫ", "9": "ЬЭЮЯ"},
}  # fmt: skip
# What callers have most; each has its key in the prompt "ask_domain".
DOMAINS: Mapping[Language, tuple[str, ...]] = {
    "ru": ("mail.ru", "yandex.ru", "gmail.com", "bk.ru", "inbox.ru", "list.ru"),
    "en": ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "hotmail.com", "aol.com"),
}
DOMAIN = "@"  # the name of what is asked for then; no author's name can be that
EMAIL_KEYS = 120  # more than anybody keys; an address ends with # or a pause
_MARKS = {"1": ".", "2": "-", "3": "_", "4": "+"}  # after a one
_CODE = re.compile(r"\*([2-9])([1-4])|(\d)")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._+-]{0,62}[a-z0-9])?")  # RFC 5321 4.5.3.1
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}[a-z]{2,24}")

_SAID: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "mail.ru": {"ru": ("мэйл ру", "мейл ру", "майл ру", "мэйл точка ру", "мейл точка ру"), "en": ("mail dot ru",)},
    "yandex.ru": {"ru": ("яндекс", "яндекс ру", "яндекс точка ру"), "en": ("yandex", "yandex dot ru")},
    "gmail.com": {"ru": ("джимейл", "гмейл", "джимейл точка ком", "джимэйл ком"), "en": ("gmail", "gmail dot com")},
    "bk.ru": {"ru": ("бэка ру", "бк точка ру", "бэ ка точка ру"), "en": ("bk dot ru",)},
    "inbox.ru": {"ru": ("инбокс", "инбокс ру", "инбокс точка ру"), "en": ("inbox dot ru",)},
    "list.ru": {"ru": ("лист ру", "лист точка ру"), "en": ("list dot ru",)},
    "outlook.com": {"ru": ("аутлук", "аутлук точка ком"), "en": ("outlook", "outlook dot com")},
    "yahoo.com": {"ru": ("яху", "яху точка ком"), "en": ("yahoo", "yahoo dot com")},
    "icloud.com": {"ru": ("айклауд", "айклауд точка ком"), "en": ("icloud", "i cloud", "icloud dot com")},
    "hotmail.com": {"ru": ("хотмейл", "хотмейл точка ком"), "en": ("hotmail", "hotmail dot com")},
    "aol.com": {"ru": ("аол точка ком",), "en": ("aol", "a o l", "aol dot com")},
}


def code(keys: str, language: Language) -> str | None:
    """'*21123*23*6277' as 'А123ВС77'; None where a star is not followed by a letter's two keys."""
    signs: list[str] = []
    at = 0
    while at < len(keys):
        found = _CODE.match(keys, at)
        sign = found and (found[3] or _letter(found[1], found[2], language))
        if not found or not sign:
            return None
        signs.append(sign)
        at = found.end()
    return "".join(signs) or None


def email_name(keys: str) -> str | None:
    """What stands before the sign: '216262 21' as 'anna'."""
    signs = _signs(keys)
    return signs if signs and _NAME.fullmatch(signs) else None


def email_domain(keys: str, language: Language) -> str | None:
    """One key of DOMAINS, or sign by sign."""
    if len(keys) == 1:
        known = dict(zip("123456789", DOMAINS[language], strict=False))
        return known.get(keys)
    signs = _signs(keys)
    return signs if signs and _DOMAIN.fullmatch(signs) else None


def domains(language: Language) -> tuple[Option, ...]:
    """To be chosen by key, or said."""
    return tuple(
        Option(id=domain, title={"ru": domain, "en": domain}, synonyms=_SAID[domain], key=str(key))
        for key, domain in enumerate(DOMAINS[language], 1)
    )


def _signs(keys: str) -> str | None:
    """Two keys a sign."""
    pairs = [keys[at : at + 2] for at in range(0, len(keys), 2)]
    signs = [_sign(pair) for pair in pairs]
    return "".join(sign for sign in signs if sign) if all(signs) else None


def _sign(pair: str) -> str | None:
    if len(pair) < 2:
        return None
    if pair[0] == "0":
        return pair[1] if pair[1].isdigit() else None
    return _MARKS.get(pair[1]) if pair[0] == "1" else (_letter(pair[0], pair[1], "en") or "").lower() or None


def _letter(key: str, place: str, language: Language) -> str | None:
    letters = LETTERS[language].get(key, "")
    return letters[int(place) - 1] if place.isdigit() and 0 < int(place) <= len(letters) else None
