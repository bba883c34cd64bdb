"""Misspelt words put right before a text's intent is told: 'запишеш' to 'запишешь', 'appoitment' to 'appointment'.

A noisy channel (Kernighan, Church, Gale, A Spelling Correction Program Based on a Noisy Channel Model, 1990): of the
words that exist, the one whose slip is likeliest, weighed by how often people say it. Slips by ear ('зделать',
'пиренисти') and of the finger ('стоматолгоу') cost less than others. Only words that no dictionary has are touched:
a wrong guess costs the sentence encoder little, a "corrected" real word costs much. Slot readers don't use it: names
are in no dictionary.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations, pairwise

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from spellchecker import SpellChecker

from bot.dialogue import morphology
from bot.dialogue.meaning import Language

LONGEST = 24  # letters; nobody slips in a longer word, they fall asleep on a key
MOST = 60  # letters of one text's strange words; where more are strange, the whole is. About 0.4 ms each
_SHORTEST = {"ru": 4, "en": 3}  # below it a slip makes another word
_NEVER_BEFORE = 30  # an English word said less often in the lists is a slip there, too
_ACCEPTED = 1.5  # cost above which a word is left as it was said
_FREQUENT = 0.2  # what a tenfold frequency is worth
_UNHEARD = 0.4  # what it costs that a word isn't in the list of usual ones
_OWN = 0.8  # what it is worth that the set's own phrases have the word
_FAR = {"ru": 3000, "en": 20000}  # how many of the most frequent words are looked at two slips away

# Written in chats for other words. Several words may come of one.
_CHAT = {
    "ru": {
        "спс": "спасибо", "спасиб": "спасибо", "пасиб": "спасибо", "пасибо": "спасибо", "пж": "пожалуйста",
        "пжл": "пожалуйста", "пжлст": "пожалуйста", "пжста": "пожалуйста", "плз": "пожалуйста", "плиз": "пожалуйста",
        "пажалуста": "пожалуйста", "пожалуста": "пожалуйста", "прив": "привет", "здрасте": "здравствуйте",
        "здрасьте": "здравствуйте", "драсте": "здравствуйте", "скок": "сколько", "скока": "сколько",
        "скоко": "сколько", "чо": "что", "че": "что", "шо": "что", "што": "что", "чето": "что то",
        "ща": "сейчас", "щас": "сейчас", "щаз": "сейчас", "седня": "сегодня", "сення": "сегодня",
        "севодня": "сегодня", "зфтра": "завтра", "зафтра": "завтра", "завтро": "завтра", "мож": "может", "оч": "очень",
        "ваще": "вообще", "вобще": "вообще", "вапще": "вообще", "када": "когда", "кагда": "когда", "тока": "только",
        "токо": "только", "нада": "надо", "нуна": "нужно", "нужн": "нужно", "хачу": "хочу", "хоч": "хочу",
        "магу": "могу", "немогу": "не могу", "нехочу": "не хочу", "незнаю": "не знаю", "ненадо": "не надо",
        "ненужно": "не нужно", "хз": "не знаю", "мб": "может быть", "лан": "ладно", "ладн": "ладно", "инет": "интернет",
        "тел": "телефон", "телик": "телевизор", "тв": "телевидение", "комп": "компьютер",
        "тыщ": "тысяч", "тыщу": "тысячу", "чел": "человек", "каг": "как", "ево": "его", "шоб": "чтобы", "чтоб": "чтобы",
        "кст": "кстати", "короч": "короче", "норм": "нормально", "тя": "тебя", "мя": "меня",
        "здрастуйте": "здравствуйте", "здравствуте": "здравствуйте", "здеся": "здесь", "вопщем": "в общем",
        "вобщем": "в общем",
    },
    "en": {
        "u": "you", "ur": "your", "r": "are", "pls": "please", "plz": "please", "plse": "please", "thx": "thanks",
        "thnx": "thanks", "ty": "thank you", "tmrw": "tomorrow", "tmr": "tomorrow", "tmw": "tomorrow",
        "tomoz": "tomorrow", "2moro": "tomorrow", "2day": "today", "2nite": "tonight", "appt": "appointment",
        "appts": "appointments", "abt": "about", "cuz": "because", "coz": "because",
        "idk": "i dont know", "dunno": "dont know", "wat": "what", "wut": "what", "whats": "what is",
        "wheres": "where is", "hows": "how is", "b4": "before", "wanna": "want to", "gonna": "going to",
        "gotta": "have to", "gimme": "give me", "lemme": "let me", "cya": "see you", "wont": "will not",
        "cant": "can not", "dont": "do not", "doesnt": "does not", "isnt": "is not", "im": "i am", "ive": "i have",
        "whens": "when is", "acct": "account", "addr": "address", "resched": "reschedule",
        "rn": "right now", "asap": "as soon as possible", "msg": "message", "nvm": "never mind", "sry": "sorry",
        "info": "information", "hrs": "hours", "mins": "minutes", "alot": "a lot",
        "kinda": "kind of", "sorta": "sort of",
    },
}  # fmt: skip

# Too new for the lists of words.
_NEW = frozenset(
    """
    налик нал налом безнал сбер сбп снилс омс дмс осаго каско согаз ковид эвак эвакуатор камри комбо пинкод промик
    промокод симка симкарта эсим есим вайфай роутер айфон андроид вацап ватсап телега телеграм вконтакте тикток кешбек
    кэшбек кэшбэк лагает глючит виснет забронь бронь ресо роллы сет фастфуд чекап мелирование балаяж новострой
    wifi iphone ipad android whatsapp telegram paypal covid esim sim vpn login username smartphone bluetooth chatbot
    emoji uber netflix youtube instagram tiktok bitcoin iban cvv online offline app apps esims router modem website
    voicemail bot atm mri nhs vin cashback bloodwork inbox tyre tyres broadband checkup refund refunds reschedule
    rebook invoice orthodontist physio gluten vegan takeaway
    латте ботокс филлер филлеры сторис аватарка авито хендай скайп альфабанк халяль
    venmo siri alexa matcha crossfit snapchat waitrose monzo revolut fitbit isa eircode landline
    """.split()
)
_SHORT = 4  # letters: of so short a word only very usual ones are made
_VERY_USUAL = {"ru": 3.0, "en": 5.0}  # logarithm of the times in the lists
_LETTERS = {"ru": "абвгдежзийклмнопрстуфхцчшщъыьэюя", "en": "abcdefghijklmnopqrstuvwxyz"}
_ROWS = ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEIGHBOURS = frozenset(frozenset(pair) for row in _ROWS for pair in pairwise(row))
# Letters that sound alike where people mistake them.
_ALIKE = frozenset(
    frozenset(pair)
    for pair in (
        "оа еи еэ еы ия ея иы эа ая юу шщ жш чщ цс йи ьъ ae ai ao ei io iy ou sc sz ck kq gj vf td"
    ).split()
)  # fmt: skip
_SILENT = frozenset("ьъe")
_VOWELS = frozenset("аеиоуыэюяaeiou")
_FIRST = 0.7  # dearer: nobody mistakes the first letter

# One spelling for all that sounds alike; words that become the same are candidates for each other.
_EAR: dict[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "ru": tuple(
        (re.compile(pattern), to)
        for pattern, to in (
            (r"(?:ться|тся|тца|цца|ца)$", "ца"), (r"(?:тс|дс)(?=к)", "ц"), (r"(?<=[ое])г(?=о$)", "в"),
            (r"сч|зч|жч|щ|шч|шь", "ш"), (r"чн", "шн"), (r"чт(?=о)", "шт"), (r"стн", "сн"), (r"здн", "зн"),
            (r"вств", "ств"), (r"лнц", "нц"), (r"[ьъ]", ""), (r"[оа]", "а"), (r"[еиэыяй]", "и"), (r"ю", "у"),
            *((rf"{loud}(?=[кпстфхцчш]|$)", mute) for loud, mute in ("бп", "вф", "гк", "дт", "жш", "зс")),
            (r"(.)\1+", r"\1"),
        )
    ),
    "en": tuple(
        (re.compile(pattern), to)
        for pattern, to in (
            (r"ph", "f"), (r"ght", "t"), (r"ck|qu|q", "k"), (r"c(?=[eiy])", "s"), (r"c", "k"), (r"x", "ks"),
            (r"z", "s"),
            (r"sh|tion|sion", "sh"), (r"^kn", "n"), (r"^wr", "r"), (r"wh", "w"), (r"e\b", ""), (r"[aeiouy]+", "a"),
            (r"(.)\1+", r"\1"),
        )
    ),
}  # fmt: skip


def mended(plain: str, vocabulary: frozenset[str], language: Language) -> str:
    """A normalised text with what nobody writes replaced by what was meant.

    vocabulary: words of the business's own phrases; they exist whatever a dictionary says, and are likelier.
    """
    words, left = [], MOST
    for word in plain.split():
        letters = len(word) if _strange(word, vocabulary, language) else 0
        words.append(_mended(word, vocabulary, language) if letters <= left else word)
        left -= min(letters, left)
    return " ".join(words)


def gibberish(plain: str, vocabulary: frozenset[str], language: Language) -> bool:
    """Whether not one word of a mended text is a word: 'абырвалг', 'asdf'. A figure or a sign may mean something."""
    words = plain.split()
    return all(word.isalpha() and word not in vocabulary and not _exists(word, language) for word in words)


@lru_cache(maxsize=4096)
def _strange(word: str, vocabulary: frozenset[str], language: Language) -> bool:
    """Whether it takes some milliseconds to find what was meant."""
    usual = word in vocabulary or word in _CHAT[language] or not word.isalpha()
    return not usual and _SHORTEST[language] <= len(word) <= LONGEST and not _exists(word, language)


@lru_cache(maxsize=4096)
def _mended(word: str, vocabulary: frozenset[str], language: Language) -> str:
    if _strange(word, vocabulary, language):
        return _likeliest(word, vocabulary, language)
    return word if word in vocabulary else _CHAT[language].get(word, word)


def _likeliest(word: str, vocabulary: frozenset[str], language: Language) -> str:
    best, least = word, _ACCEPTED
    parted = _parted(word, vocabulary, language)
    if parted:
        best, least = parted, 0.6
    for candidate, cost in _candidates(word, vocabulary, language):
        if len(word) <= _SHORT and cost > 1.2:
            continue  # four letters: only what sounds the same, or two keys in the wrong order
        said = _frequency(candidate, language)
        own = candidate in vocabulary
        if len(word) <= _SHORT and said < _VERY_USUAL[language] and not own:
            continue
        total = cost - _FREQUENT * said - (_OWN if own else 0.0) + (0.0 if said or own else _UNHEARD)
        if total < least:
            best, least = candidate, total
    return best


def _candidates(word: str, vocabulary: frozenset[str], language: Language) -> Iterator[tuple[str, float]]:
    """(a word that exists, what the slip costs): one slip away, sounding the same, or two slips from a usual word."""
    near = False
    for candidate, cost in _one_slip(word, _LETTERS[language]):
        if candidate in vocabulary or _exists(candidate, language):
            near = True
            yield candidate, cost
    for candidate, changes in _other_ears(word):
        if candidate in vocabulary or _exists(candidate, language):
            near = True
            yield candidate, 0.5 + 0.3 * changes
    sound = _sound(word, language)
    for candidate in _by_sound(language).get(sound, ()):
        slips = DamerauLevenshtein.distance(word, candidate)
        yield candidate, 0.8 + 0.4 * slips
    for candidate in vocabulary:
        if abs(len(candidate) - len(word)) <= 2 and candidate[:1] == word[:1] and _sound(candidate, language) == sound:
            yield candidate, 0.8 + 0.4 * DamerauLevenshtein.distance(word, candidate)
    if not near and len(word) >= 7:
        for usual in (vocabulary, _usual(language)):
            for found, slips, _ in process.extract(
                word, usual, scorer=DamerauLevenshtein.distance, score_cutoff=2, limit=5
            ):
                yield found, (1.0 if len(word) > 7 else 1.2) * slips


def _one_slip(word: str, letters: str) -> Iterator[tuple[str, float]]:
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        dearer = 0.0 if at else _FIRST
        if after:
            here, rest = after[0], after[1:]
            doubled = before[-1:] == here or here in _SILENT
            yield before + rest, dearer + (0.9 if doubled else 1.7)  # a letter too many
            for letter in letters:
                if letter != here:
                    yield before + letter + rest, dearer + _swapped(here, letter)
            if rest and rest[0] != here:
                yield before + rest[0] + here + rest[1:], dearer + 1.1
        for letter in letters:  # a letter left out
            doubled = letter in (before[-1:], after[:1]) or letter in _SILENT
            yield before + letter + after, dearer + (0.9 if doubled else 1.2 if letter in _VOWELS else 1.5)


# What a letter may stand for in a Russian word written by ear.
_HEARD = {
    "а": "о", "о": "а", "и": "е", "е": "и", "ы": "и", "э": "е", "я": "е", "б": "п", "п": "б", "в": "ф", "ф": "в",
    "г": "к", "к": "г", "д": "т", "т": "д", "ж": "ш", "ш": "ж", "з": "с", "с": "з",
}  # fmt: skip
_NOISY = frozenset("бпвфгкдтжшзсхцчщ")  # voiced and voiceless are told apart before none of these, and not at the end
_EARS = 3  # letters of one word that are written by ear


def _other_ears(word: str) -> Iterator[tuple[str, int]]:
    """(the word as its writer may have heard it, how many letters differ): 'пиренисите', 'тирапефту', 'прошол'."""
    places = [
        (at, _HEARD[letter])
        for at, letter in enumerate(word)
        if letter in _HEARD and (letter not in _NOISY or word[at + 1 : at + 2] in ("", *_NOISY))
    ]
    places += [(at, "е") for at in range(1, len(word)) if word[at] == "о" and word[at - 1] in "шжчщц"]
    for changes in range(1, _EARS + 1):
        for chosen in combinations(places[:12], changes):
            letters = list(word)
            for at, letter in chosen:
                letters[at] = letter
            yield "".join(letters), changes


def _swapped(one: str, other: str) -> float:
    pair = frozenset((one, other))
    if pair in _ALIKE:
        return 0.9
    return 1.4 if pair in _NEIGHBOURS else 2.2


def _parted(word: str, vocabulary: frozenset[str], language: Language) -> str | None:
    """'какдела', 'iwant': two usual words without the space between them."""
    if language == "ru" and word.startswith("не") and _verb(word[2:]):
        return f"не {word[2:]}"
    best, most = None, 0.0
    usual = _frequencies(language)
    for at in range(1, len(word)):
        left, right = word[:at], word[at:]
        if (len(left) > 2 or left in _ALONE) and (len(right) > 2 or right in _ALONE):
            both = [
                usual.get(part, 0) or (1000 if len(part) > 3 and part in vocabulary else 0) for part in (left, right)
            ]
            if min(both) >= _PARTED[language]:
                score = math.log(both[0]) + math.log(both[1])
                if score > most:
                    best, most = f"{left} {right}", score
    return best


def _verb(word: str) -> bool:
    return len(word) > 2 and morphology.known(word) and bool({"VERB", "INFN"} & morphology.grammemes(word)[0])


_ALONE = frozenset("я i a не на по до вы ты мы он да но за из от my me to is it we do in on at of no".split())
_PARTED = {"ru": 300, "en": 50_000}  # how often each half must be said, in the words of the lists


def _sound(word: str, language: Language) -> str:
    for pattern, to in _EAR[language]:
        word = pattern.sub(to, word)
    return word


def _frequency(word: str, language: Language) -> float:
    """Logarithm of how often people say it; of its dictionary form where the form isn't listed."""
    usual = _frequencies(language)
    times = usual.get(word, 0)
    if not times and language == "ru":
        times = (
            max((usual.get(parse.normal_form.replace("ё", "е"), 0) for parse in morphology.parses(word)[:2]), default=0)
            // 8
        )
    return math.log10(times + 1)


def _exists(word: str, language: Language) -> bool:
    if word in _NEW:
        return True
    return morphology.known(word) if language == "ru" else _frequencies("en").get(word, 0) >= _NEVER_BEFORE


@lru_cache(maxsize=2)
def _frequencies(language: Language) -> dict[str, int]:
    """How often words are said in film subtitles, by pyspellchecker's lists (MIT), as the normaliser writes them."""
    said: dict[str, int] = {}
    for word, times in SpellChecker(language=language).word_frequency.dictionary.items():
        plain = word.replace("'", "").replace("ё", "е")
        said[plain] = said.get(plain, 0) + times
    return said


@lru_cache(maxsize=2)
def _usual(language: Language) -> tuple[str, ...]:
    said = _frequencies(language)
    return tuple(
        sorted((word for word in said if len(word) >= 5), key=said.__getitem__, reverse=True)[: _FAR[language]]
    )


@lru_cache(maxsize=2)
def _by_sound(language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in _usual(language):
        found.setdefault(_sound(word, language), []).append(word)
    return found


__all__ = ["LONGEST", "gibberish", "mended"]
