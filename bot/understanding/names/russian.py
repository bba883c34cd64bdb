"""Russian names: given name, patronymic and family name by their morphology, put into the nominative."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import DamerauLevenshtein

from bot.dialogue import morphology
from bot.dialogue.morphology import Parse
from bot.dialogue.values import PersonName
from bot.understanding.names.parts import SKIPPED, Word, capitalised, introduction
from bot.understanding.reading import NOTHING, Reading

_FEW = 7  # words around a name without an introduction; more of them tell of something else
_CASES = {
    "запишите": "acc",
    "запиши": "acc",
    "пишите": "acc",
    "на": "acc",
    "имя": "gen",
    "для": "gen",
    "от": "gen",
    "за": "acc",
}
_KINDS = ("Name", "Patr", "Surn")


@dataclass(frozen=True, slots=True)
class _Guess:
    """One way to take a word as a part of a name. gender: '' where the form leaves it open."""

    kind: str
    case: str
    gender: str
    score: float
    nominative: str


def russian_name(words: list[Word], intro: tuple[int, int] | None, *, asked: bool = False) -> Reading:
    """asked: a name was just asked for, so that one or two words of no dictionary are one."""
    skipped = SKIPPED["ru"]
    words = _joined(_formal(words))
    intro = introduction([word.text for word in words], "ru")
    meant = [word for word in words if word.text not in skipped]
    led = [word for word in words[intro[1] :] if word.text not in skipped] if intro else []
    case = _CASES.get(words[intro[1] - 1].text, "nom") if intro else "nom"
    strong = _strong(words, intro)
    name = _pair(words, meant) or _capitals(words)
    if name is not None:
        return Reading(value=name)
    for group, sure in (
        ([word for word in meant if not _relative(word)] if any(map(_relative, meant)) else meant, strong),
        ([word for word in led or meant if not _relative(word)][:3], False),
        (led[:3], strong),
        (led[:2], strong),
        (led[:1], strong),
        (_nicknamed(meant), False),
        (_run(words), False),
    ):
        if not 1 <= len(group) <= 3:
            continue
        name = _named(group, sure=sure, case=case)
        if name is not None:
            used = {word.text for word in group}
            rest = " ".join(word.text for word in meant if word.text not in used)
            return Reading(value=name, rest=rest)
    if asked and 1 <= len(meant) <= 2 and all(_foreign(word) for word in meant):
        large = [capitalised(word.raw) for word in meant]
        return Reading(value=PersonName(given=large[0], family=" ".join(large[1:])))
    if asked and len(meant) == 3 and meant[0].text in _FAR_FAMILIES and all(len(word.text) < 7 for word in meant):
        large = [capitalised(word.raw) for word in meant]
        return Reading(value=PersonName(given=" ".join(large[1:]), family=large[0]))  # 'ким чен ын'
    return NOTHING


# How patronymics are said and heard, and given names before them: 'марь иванна', 'сан саныч', 'сергевна'.
_SAID_FATHERS = {
    "иваныч": "иванович", "палыч": "павлович", "саныч": "александрович", "николаич": "николаевич", "иванна": "ивановна",
    "михалыч": "михайлович", "сергеич": "сергеевич", "алексеич": "алексеевич", "андреич": "андреевич",
    "василич": "васильевич", "григорич": "григорьевич", "дмитрич": "дмитриевич", "сергевна": "сергеевна",
    "андревна": "андреевна", "алексевна": "алексеевна", "николавна": "николаевна", "михална": "михайловна",
    "пална": "павловна", "санна": "александровна", "степаныч": "степанович", "семеныч": "семенович",
    "дмитривна": "дмитриевна", "васильна": "васильевна", "григорьна": "григорьевна", "евгенич": "евгеньевич",
    "юрич": "юрьевич", "анатолич": "анатольевич", "валерич": "валерьевич", "викторна": "викторовна",
}  # fmt: skip
_CLIPPED = {
    "пал": "павел",
    "сан": "александр",
    "марь": "мария",
    "марья": "мария",
    "ван": "иван",
    "алексан": "александр",
}
_RELATIVES = frozenset(
    """
        мама папа мать отец муж жена сын дочь дочка сынок брат сестра бабушка дедушка бабуля дед внук внучка тетя дядя
        теща свекровь тесть свекор невеста жених подруга друг племянник племянница ребенок мальчик девочка супруг
        супруга доча мамочка сестренка братик баба
    """.split()
)
_FAR_FAMILIES = frozenset("ким ли пак цой хан нгуен чан ван чен лю чжан ян тен шин фам ле хо ву чжао сун".split())


def _formal(words: list[Word]) -> list[Word]:
    """'Марь Иванна' as 'Мария Ивановна'."""
    out: list[Word] = []
    for at, word in enumerate(words):
        after = words[at + 1].text if at + 1 < len(words) else ""
        if word.text in _SAID_FATHERS and at and (words[at - 1].text in _CLIPPED or _has(words[at - 1], "Name")):
            out.append(Word(_SAID_FATHERS[word.text], _SAID_FATHERS[word.text]))
        elif word.text in _CLIPPED and (after in _SAID_FATHERS or after.endswith(("ович", "евич", "овна", "евна"))):
            out.append(Word(_CLIPPED[word.text], _CLIPPED[word.text]))
        else:
            out.append(word)
    return out


def _joined(words: list[Word]) -> list[Word]:
    """'Салтыков Щедрин Михаил', 'Анна Мария Смирнова': two names of one kind beside one of the other are one."""
    said = [word for word in words if word.text not in SKIPPED["ru"]]
    if len(said) != 3:
        return words
    for first, second, third in ((said[0], said[1], said[2]), (said[1], said[2], said[0])):
        for kind, other in (("Surn", "Name"), ("Name", "Surn")):
            alike = _has(first, kind) and _has(second, kind) and not (_has(first, other) or _has(second, other))
            if alike and _has(third, other) and not _has(third, kind) and not any(_has(word, "Patr") for word in said):
                at = words.index(first)
                both = Word(f"{first.text}-{second.text}", f"{first.raw}-{second.raw}")
                return [*words[:at], both, *words[at + 2 :]] if words[at + 1] is second else words
    return words


def _has(word: Word, kind: str) -> bool:
    return any(guess.kind == kind and guess.case in ("", "nom") for guess in _guesses(word))


def _relative(word: Word) -> bool:
    """'Бабушку', 'сыну': whose name follows."""
    return any(str(parse.normal_form).replace("ё", "е") in _RELATIVES for parse in morphology.parses(word.text)[:1])


_VOWELS = frozenset("аеёиоуыэюяaeiouy")
_SHORT_FAMILIES = frozenset(("ли", "ким", "пак", "цой", "хан", "ян"))


def _foreign(word: Word) -> bool:
    """'Джамшут', 'нгуен': a word that can be said and is in no dictionary; 'незнаю' and 'нехочу' are slips."""
    if word.text in _SHORT_FAMILIES:
        return True
    vowels = sum(letter in _VOWELS for letter in word.text)
    if not 3 <= len(word.text) <= 20 or not vowels or not _unfamiliar(word):
        return False
    if word.text[:2] in ("не", "по", "за", "на") and morphology.known(word.text[2:]):
        return False
    return len(set(word.text)) > 2 and not any(
        DamerauLevenshtein.distance(word.text, known) <= 1 for known in SKIPPED["ru"] if len(known) > 3
    )


def _pair(words: list[Word], meant: list[Word]) -> PersonName | None:
    """'Мухаммед Али': of two given names side by side the second is the family's."""
    if len(meant) != 2 or words.index(meant[1]) != words.index(meant[0]) + 1:
        return None
    kinds = [{guess.kind for guess in _guesses(word) if guess.case in ("", "nom")} for word in meant]
    if kinds != [{"Name"}, {"Name"}] or not all(_plausible(_guesses(word), word) for word in meant):
        return None
    return PersonName(given=capitalised(meant[0].raw), family=capitalised(meant[1].raw))


def _capitals(words: list[Word]) -> PersonName | None:
    """'Нгуен Ван Хунг': whoever writes every word large, and words no dictionary has, writes a name."""
    large = all(word.raw[0].isupper() and word.raw[1:].islower() for word in words)
    if not large or not 2 <= len(words) <= 3 or not any(_unfamiliar(word) for word in words):
        return None
    if any(_guesses(word) or word.text in SKIPPED["ru"] for word in words):
        return None
    return PersonName(given=words[0].raw, family=" ".join(word.raw for word in words[1:]))


def _nicknamed(meant: list[Word]) -> list[Word]:
    """'Наталья, можно просто Наташа': two given names are one person's."""
    given = [any(guess.kind == "Name" for guess in _guesses(word)) for word in meant]
    return meant[:1] if len(meant) == 2 and all(given) else []


def _run(words: list[Word]) -> list[Word]:
    """The last name within a few words: 'не Иван, а Пётр', 'для дочери Насти', 'Сергей беспокоит'."""
    if len(words) > _FEW:
        return []
    runs: list[list[Word]] = [[]]
    for place, word in enumerate(words):
        denied = place > 0 and words[place - 1].text == "не"
        if word.text not in SKIPPED["ru"] and not denied and _surely_named(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    named = [run for run in runs if run]
    return named[-1] if named else []


def _surely_named(word: Word) -> bool:
    """Whether the word is more often a name than anything else."""
    guesses = [guess for guess in _guesses(word) if guess.kind in ("Name", "Patr", "Surn")]
    total = sum(parse.score for parse in morphology.parses(word.text))
    return bool(sum(guess.score for guess in guesses) >= 0.5 * total) and word.text not in _NOT_NAMES


def surely_named(words: list[str]) -> bool:
    """Whether these words alone, which nobody asked for, are a name in the nominative: one of them a given name that
    is rarely anything else, the others names too or in no dictionary."""
    given = 0
    for text in words:
        word = Word(text, text)
        guesses = [guess for guess in _guesses(word) if guess.case in ("", "nom")]
        if _surely_named(word) and any(guess.kind == "Name" for guess in guesses):
            given += 1
        elif not guesses and not _unfamiliar(word):
            return False
    return given > 0


def _strong(words: list[Word], intro: tuple[int, int] | None) -> bool:
    """Whether the introduction promises a name even of a kind no dictionary has."""
    return intro is not None and " ".join(word.text for word in words[intro[0] : intro[1]]) not in (
        "это",
        "я",
        "запишите",
        "запиши",
        "пишите",
        "запишите на",
        "для",
        "от",
        "за",
        "на",
    )


def _named(group: list[Word], *, sure: bool, case: str) -> PersonName | None:
    """The most consistent way to take these words as one name; None when they are none."""
    if any(not word.text.replace("-", "").isalpha() for word in group):
        return None
    if len({word.text for word in group}) < len(group):
        return None
    best: tuple[tuple[float, ...], dict[str, str]] | None = None
    every = [_guesses(word) for word in group]
    for chosen in product(*[[*guesses, None] for guesses in every]):
        kinds = [guess.kind for guess in chosen if guess]
        if not kinds or len(set(kinds)) < len(kinds):
            continue
        cases = {guess.case for guess in chosen if guess and guess.case}
        genders = {guess.gender for guess in chosen if guess and guess.gender}
        if len(cases) > 1 or len(genders) > 1:
            continue
        parts = _completed(group, chosen)
        if parts is None:
            continue
        order = _order(chosen)
        rank = (
            float(len(kinds)),
            float(cases <= {case}) + 0.5 * float(cases <= {"nom"}),
            order,
            sum(guess.score for guess in chosen if guess),
        )
        if best is None or rank > best[0]:
            best = rank, parts
    if best is not None:
        if len(group) == 1 and not sure and not _plausible(every[0], group[0]):
            return None
        return PersonName(
            given=best[1].get("Name", ""), patronymic=best[1].get("Patr", ""), family=best[1].get("Surn", "")
        )
    if sure and all(_unfamiliar(word) for word in group) and len(group) <= 3:
        large = [capitalised(word.raw) for word in group]
        return PersonName(given=large[0], family=" ".join(large[1:]))
    return None


def _order(chosen: tuple[_Guess | None, ...]) -> float:
    kinds = [guess.kind if guess else "Surn" for guess in chosen]
    return float(
        kinds in (["Name"], ["Name", "Surn"], ["Name", "Patr"], ["Surn", "Name", "Patr"], ["Name", "Patr", "Surn"])
    )


def _plausible(guesses: list[_Guess], word: Word) -> bool:
    """Whether a lone word is rather a name than something else ('том', 'роман' is, 'дай' is none)."""
    if word.text in _NOT_NAMES or word.text in _ALSO_NAMES:
        return word.text in _ALSO_NAMES
    total = sum(parse.score for parse in morphology.parses(word.text))
    return bool(sum(guess.score for guess in guesses) >= 0.07 * total)


_NOT_NAMES = frozenset("май мая маем ли".split())
_ALSO_NAMES = frozenset("слава света майя том тома лада люба али рая ада".split())  # rarer as names than as words


def _completed(group: list[Word], chosen: tuple[_Guess | None, ...]) -> dict[str, str] | None:
    """The parts by kind; one word that no dictionary has as a name may be the family name beside a given one."""
    parts = {guess.kind: guess.nominative for guess in chosen if guess}
    left = [word for word, guess in zip(group, chosen, strict=True) if guess is None]
    if not left:
        return parts
    if len(left) > 1 or not parts.keys() & {"Name", "Patr"}:
        return None
    free = "Surn" if "Surn" not in parts else "Name" if "Name" not in parts else ""
    if not free or not (_unfamiliar(left[0]) or (free == "Surn" and _noun(left[0]))):
        return None
    parts[free] = capitalised(left[0].raw)
    return parts


def _unfamiliar(word: Word) -> bool:
    return len(word.text) > 1 and not morphology.known(word.text)


def _noun(word: Word) -> bool:
    """A common noun that may be a family name: Мороз, Заяц; only in the nominative and never a word of time."""
    first = morphology.parses(word.text)[0]
    return (
        first.tag.POS in ("NOUN", "ADJF")
        and "Name" not in first.tag
        and "nomn" in first.tag
        and "sing" in first.tag
        and word.text not in _NO_FAMILY
    )


_NO_FAMILY = frozenset(
    """
        терапевт стоматолог кардиолог врач доктор прием запись завтра сегодня понедельник вторник среда
        четверг пятница суббота воскресенье утро вечер день ночь час оператор человек телефон номер
        адрес цена стоимость год пациент клиент жена муж сын дочь ребенок мама папа бабушка отмена
        стрижка маникюр консультация
    """.split()
)


def _guesses(word: Word) -> list[_Guess]:
    found: dict[tuple[str, str, str], _Guess] = {}
    for parse in morphology.parses(word.text):
        kind = next((kind for kind in _KINDS if kind in parse.tag.grammemes), None)
        if kind is None or "plur" in parse.tag:
            continue
        genders = [gender for gender in ("masc", "femn") if gender in parse.tag.grammemes]
        gender = genders[0] if len(genders) == 1 else ""
        case = "" if "Fixd" in parse.tag.grammemes else str(parse.tag.case or "")[:3]
        key = (kind, case, gender)
        if key not in found:
            # 'Анне' is rather a bent Анна than an Anne who doesn't bend
            score = parse.score * (0.1 if "Fixd" in parse.tag.grammemes else 1)
            found[key] = _Guess(kind, case, gender, score, _nominative(word, parse, case))
    return list(found.values())


def _nominative(word: Word, parse: Parse, case: str) -> str:
    if case in ("", "nom"):
        return capitalised(word.raw)
    gender = parse.tag.gender
    wanted = {"nomn", "sing"} | ({gender} if gender in ("masc", "femn") else set())
    form = parse.inflect(wanted)
    text = form.word if form is not None else parse.normal_form
    if "ё" not in word.raw.lower():
        text = text.replace("ё", "е")  # letters that nobody wrote are not added
    return capitalised(text)
