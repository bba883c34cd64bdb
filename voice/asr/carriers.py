"""The words one says around an answer, and the form that the answer then takes. PURE.

"Запишите к" wants a dative and a person, "мне нужна" a feminine noun, "хочу" a verb too: of sentences that nobody says
a decoder that is held to them still finds one that sounds like what was said ("запишите к цене").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dialogue import morphology
from voice.ports import Kind

BARE = ""
"""The form of an answer that is said alone."""

_TO = ("к", "мне к", "мне нужно к", "мне надо к", "хочу к", "я хочу к", "можно к", "давайте к", "я бы хотел к",
       "я бы хотела к", "на приём к", "запишите к", "запишите меня к", "хочу записаться к", "записаться к",
       "можно записаться к")  # fmt: skip
_FOR = ("на", "мне на", "хочу на", "можно на", "давайте на", "я бы хотел на", "я бы хотела на", "запишите на",
        "запишите меня на", "хочу записаться на", "записаться на", "можно записаться на")  # fmt: skip

# By the form that follows: a case, with "person" or "thing" behind it where it takes only such; a gender or number of a
# nominative; "verb"; "clause" for what has no head that could be inflected.
_RU: Mapping[str, Sequence[str]] = {
    "nomn": ("интересует", "у меня", "это", "можно"),
    "masc": ("нужен", "мне нужен"),
    "femn": ("нужна", "мне нужна"),
    "neut": ("нужно", "мне нужно"),
    "plur": ("нужны", "мне нужны", "интересуют"),
    "accs": ("хочу", "я хочу", "я бы хотел", "я бы хотела", "мне", "мне бы", "можно", "давайте", "узнать",
             "хочу узнать", "подскажите", "скажите", "подскажите, пожалуйста", "скажите, пожалуйста"),
    "gent": ("насчёт", "по поводу"),
    "ablt": ("соедините с", "соедините меня с"),
    "verb": ("хочу", "я хочу", "я бы хотел", "я бы хотела", "хотел бы", "хотела бы", "мне нужно", "мне надо", "нужно",
             "надо", "можно", "мне бы", "давайте", "здравствуйте, хочу"),
    "clause": ("подскажите", "скажите", "подскажите, пожалуйста", "скажите, пожалуйста", "у меня", "я", "а", "хочу"),
}  # fmt: skip
_RU_CHOICE: Mapping[str, Sequence[str]] = {"datv person": _TO, "accs thing": _FOR}
_EN = (
    "a", "an", "the", "my", "your", "to", "to the", "I need", "I need a", "I need an", "I need to", "I want",
    "I want a", "I want an", "I want to", "I'd like", "I'd like a", "I'd like an", "I'd like the", "I'd like to",
    "can I have a", "can I get a", "can I", "give me a", "it's", "it's a", "what are your", "what's your",
    "tell me the", "tell me your", "where is the", "I want to know my", "I'm interested in a", "let it be the",
    "maybe a", "just a", "I have", "the nearest",
)  # fmt: skip
AFTER = {"ru": (", пожалуйста",), "en": (", please",)}


def carriers(lang: str, kind: Kind) -> tuple[tuple[str, str], ...]:
    """What is said before an answer, each with the form that follows it. kind: a visit is only made to what may be
    chosen ("запишите на стрижку"), not to an item of a menu."""
    if lang != "ru":
        return tuple((words, BARE) for words in _EN)
    told = {**_RU, **_RU_CHOICE} if kind == "choice" else _RU
    return tuple((words, form) for form, each in told.items() for words in each)


def inflected(lang: str, answer: str) -> Mapping[str, tuple[str, ...]]:
    """An answer in the forms that it may take: by each form that `carriers` ask for, and BARE."""
    text = answer.lower() if lang == "ru" else answer
    if lang != "ru":
        return {BARE: (text,)}
    words = text.split()
    head = next((at for at, word in enumerate(words) if "NOUN" in morphology.parses(word)[0].tag), None)
    if "INFN" in morphology.parses(words[0])[0].tag:
        return _verb(text, words)
    if len(words) == 1 and "ADJF" in morphology.parses(words[0])[0].tag:
        head = 0  # "зубной"
    if head is None or not all("ADJF" in morphology.parses(word)[0].tag for word in words[:head]):
        return {BARE: (text,), "clause": (text,)}
    return _noun(text, words, head)


def _verb(text: str, words: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    asked = morphology.parses(words[0])[0].inflect({"impr", "plur", "excl"})
    told = (text,) if asked is None or words[0].endswith("ся") else (text, " ".join((asked.word, *words[1:])))
    return {BARE: told, "verb": (text,)}


def _noun(text: str, words: Sequence[str], head: int) -> Mapping[str, tuple[str, ...]]:
    readings = morphology.parses(words[head])
    noun = next((each for each in readings if "nomn" in each.tag and "Name" not in each.tag), readings[0])
    person = "anim" in noun.tag or "ADJF" in noun.tag
    number = "plur" if "plur" in noun.tag else "sing"
    gender = str(noun.tag.gender or "masc")

    def case(name: str) -> str:
        told = []
        for at, word in enumerate(words):
            parse = noun if at == head else morphology.parses(word)[0]
            wanted = {name} if at == head and "NOUN" in noun.tag else {name, number}
            if "ADJF" in parse.tag and number == "sing":
                wanted |= {"masc" if person else gender}
            form = parse.inflect(wanted) if at <= head else None
            told.append(form.word if form is not None else word)
        return " ".join(told)

    cases = {name: case(name) for name in ("gent", "datv", "accs", "ablt")}
    forms: dict[str, tuple[str, ...]] = {name: (word,) for name, word in cases.items()}
    forms["nomn"] = forms["plur" if number == "plur" else gender] = (text,)
    forms["datv person" if person else "accs thing"] = forms["datv" if person else "accs"]
    forms[BARE] = tuple(dict.fromkeys((text, cases["accs"], cases["gent"], cases["datv"])))
    return forms
