"""Letters by their names: what is dictated sign by sign, a plate, a contract, an address of electronic mail."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue import spoken_en, spoken_ru
from bot.dialogue.meaning import Language


def _names(text: str) -> dict[str, str]:
    return {letter: name.replace("_", " ") for letter, name in (pair.split(":") for pair in text.split())}


CYRILLIC = _names(
    "а:а б:бэ в:вэ г:гэ д:дэ е:е ё:ё ж:жэ з:зэ и:и й:и_краткое к:ка л:эль м:эм н:эн о:о п:пэ р:эр с:эс т:тэ у:у ф:эф"
    " х:ха ц:цэ ч:че ш:ша щ:ща ъ:твёрдый_знак ы:ы ь:мягкий_знак э:э ю:ю я:я"
)
LATIN = _names(
    "a:эй b:би c:си d:ди e:е f:эф g:джи h:эйч i:ай j:джей k:кей l:эль m:эм n:эн o:о p:пи q:кью r:ар s:эс t:ти u:ю v:ви"
    " w:дабл_ю x:икс y:игрек z:зет"
)
LATIN_LEAD = "латинскими"  # before letters that have one name in both alphabets
_SIGNS: Mapping[Language, Mapping[str, str]] = {
    "ru": {
        "@": "собака",
        ".": "точка",
        "-": "дефис",
        "_": "нижнее подчёркивание",
        "/": "дробь",
        "+": "плюс",
        "%": "процент",
    },
    "en": {"@": "at", ".": "dot", "-": "dash", "_": "underscore", "/": "slash", "+": "plus", "%": "percent"},
}
# Parts of an address that people say as words.
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "ru": {
        "yandex": "яндекс", "mail": "мэйл", "gmail": "джимейл", "rambler": "рамблер", "outlook": "аутлук",
        "inbox": "инбокс", "hotmail": "хотмейл", "icloud": "айклауд", "yahoo": "яху", "list": "лист", "ru": "ру",
        "com": "ком", "org": "орг", "net": "нет", "info": "инфо",
    },
    "en": dict.fromkeys(
        "yandex mail gmail rambler outlook inbox hotmail icloud yahoo list com org net info".split(), ""
    ),
}  # fmt: skip


def spelled(text: str, language: Language) -> str:
    """'А123ВС' as 'а, один, два, три, вэ, эс'; 'ivan@mail.ru' as 'ай, ви, эй, эн, собака, мэйл, точка, ру'."""
    name, at, domain = text.rpartition("@")
    said = _signs(name + at, language)
    for place, part in enumerate(domain.split(".")) if at else ():
        said += [_SIGNS[language]["."]] if place else []
        known = _WORDS[language].get(part.lower())
        said += _signs(part, language) if known is None else [known or part.lower()]
    said += [] if at else _signs(domain, language)
    latin = language == "ru" and not at and any(char.isascii() and char.isalpha() for char in text)
    return ", ".join([LATIN_LEAD, *said] if latin else said)


def _signs(text: str, language: Language) -> list[str]:
    return [_sign(char, language) for char in text if not char.isspace()]


def _sign(char: str, language: Language) -> str:
    if char in "0123456789":
        if language == "en":
            return "zero" if char == "0" else spoken_en.digit(int(char))  # "oh" is a letter here
        return spoken_ru.digit(int(char))
    small = char.lower()
    if language == "ru":
        small = CYRILLIC.get(small) or LATIN.get(small) or small
    return _SIGNS[language].get(char, small if language == "ru" else char.upper() if char.isalpha() else char)
