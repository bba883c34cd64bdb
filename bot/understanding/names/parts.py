"""Words of a name, and the words in which people tell it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.understanding.reading import Lang

_INTRODUCTIONS = {
    "ru": tuple(
        tuple(phrase.split())
        for phrase in (
            "меня зовут",
            "меня звать",
            "зовут меня",
            "зовут",
            "мое имя",
            "имя",
            "фамилия",
            "моя фамилия",
            "по фамилии",
            "это",
            "я",
            "на имя",
            "запишите на",
            "запишите",
            "запиши",
            "пишите",
            "на фамилию",
            "пациент",
            "клиент",
            "представлюсь",
            "для",
            "от",
            "за",
            "на",
        )
    ),
    "en": tuple(
        tuple(phrase.split())
        for phrase in (
            "my name is",
            "my names",
            "my full name is",
            "name is",
            "the name is",
            "the names",
            "i am",
            "im",
            "this is",
            "its",
            "it is",
            "call me",
            "put me down as",
            "put me down",
            "put down",
            "make it",
            "you can call me",
            "everyone calls me",
            "everybody calls me",
            "people call me",
            "they call me",
            "just call me",
            "i go by",
            "goes by",
            "is called",
            "is named",
            "name",
            "under the name",
            "under",
            "for",
            "put it under",
        )
    ),
}
SKIPPED = {
    "ru": frozenset(
        """
            да ну а и вот так э ээ эм м мм ой здравствуйте здрасте привет добрый день вечер утро доброе
            алло пожалуйста будьте добры меня зовут имя фамилия отчество мое моя на это я запишите
            запиши пишите можно просто хорошо ок сейчас ага угу звать по фамилии как сказать значит
            есть милая дорогая голубушка доченька сынок родная девушка конечно господин госпожа пациент имени отчеству
        """.split()
    ),
    "en": frozenset(
        """
            my name is names full the i am im this its it call me you can a well uh um er hello hi hey
            yes yeah sure ok okay of course please thanks thank mr mrs ms miss dr mister first last
            surname family given and under for put so good morning afternoon evening day just to be
            speaking here my mother father mom mum dad wife husband son daughter brother sister friend boss child kid
            grandson granddaughter grandchild professor prof sir lady captain dear mate bro darling
            grandma grandpa granny grandad grandfather grandmother nana auntie aunt uncle cousin nephew niece fiance
            fiancee hubby missus boyfriend girlfriend partner colleague book it called named
        """.split()
    ),
}


@dataclass(frozen=True, slots=True)
class Word:
    """text: lower case, hyphenated parts together. raw: as written."""

    text: str
    raw: str


def introduction(words: list[str], lang: Lang) -> tuple[int, int] | None:
    """Where 'меня зовут' stands, the longest phrase first; the place after it is where the name begins."""
    for phrase in _INTRODUCTIONS[lang]:
        for at in range(len(words) - len(phrase) + 1):
            if tuple(words[at : at + len(phrase)]) == phrase:
                return at, at + len(phrase)
    return None


def capitalised(text: str) -> str:
    """'иван' to 'Иван', "o'brien" to "O'Brien", 'анна-мария' to 'Анна-Мария', 'mcdonald' to 'McDonald'."""
    if any(char.isupper() for char in text[1:]) and not text.isupper():
        return text
    out: list[str] = []
    start = True
    for char in text.lower():
        out.append(char.upper() if start else char)
        start = char in "-'"
    name = "".join(out)
    if name.startswith("Mc") and len(name) > 4:
        return f"Mc{name[2:].capitalize()}"
    return name
