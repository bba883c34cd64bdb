"""What a caller says over a prompt without wanting the floor: "угу", "ага", "mhm", "алло?". PURE.

Sound is stopped long before words are known, so this decides whether the prompt goes on where it was. The first
140-220 ms of sound don't tell: trained on them, a classifier that lets 5 % of the real interruptions wait knew
1-3 % of the backchannels whose words it had not been trained on. What tells is words, length, and what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.meaning import REPAIRS, Meaning, Option
from voice.asr.closed import alike

ANSWER_MS = 1_200  # before the end of a question a hum begins to be its answer
SURELY = 0.9  # as `how_surely`: a rule's, or word for word; what was learnt is no guide: «надо» for "да-да" has 0.86
JUST_SO = 1.0  # the same of words that are nods elsewhere: word for word what may be said now
LEARNT = 0.85  # of that at most, whatever its score
LIKELY = 0.7  # the same of what was learnt: "болит зуб" has 0.90, "a doctor" 0.89; «я знаю» for "ясно" has 0.53
NEVER = 2.0  # nothing would do
POLITE = frozenset({"thanks", "greeting", "goodbye"})
NODLIKE = 0.75  # of likeness by sound, 0..1
UNLIKE = 0.4  # of it: «убор» and "дорога" have 0.17, «сандувые» and "садовая" 0.57
SHORT_MS = 700  # of speech: a word or two, which a recogniser often gets wrong; they must mean something here
NODDED_MS = 400  # of speech: hums and nods are no longer, and hardly a word that is meant
DOUBTFUL = 0.6  # of a recogniser's confidence: «надо» for "да-да", "I have" for "uh huh" had 0.53, short words have 0.8
HARDLY = 0.15  # of confidence in what may be chosen: real choices had 0.18 and more, «дорога» for "ага" had 0.13
NOD_MS = 200  # of silence after a nod before the prompt goes on: at a comma ("так, подождите") many voices have less
UNSURE_MS = 400  # the same after a word that means nothing here: "нет, не надо" has up to 320 at its comma
NOTICED_MS = 500  # of speech without words: shorter is a cough, longer deserves "I didn't catch that"

# As people and recognisers write them; signs between letters are gone, a letter said long is written once.
HUMS = frozenset(
    """угу ага мгм мхм ым хм м гм у эм э ухум угум уху ого аха ахах
    mhm mhmm mh uhuh aha uh um hm mm mmhm mmhmm uhhuh ahah hmhm uhu""".split()
)
NODS = frozenset(
    """да так ну вот понятно ясно хорошо ладно окей ок понял поняла точно верно слушаю конечно отлично правильно
    нуда дада yes yeah yep ok okay right sure alright allright fine good great isee gotit iunderstand ofcourse ohok
    oh""".split()
)
SPOKEN = {  # of the two, those that are long enough to tell what only sounds like one
    "ru": ("угу", "ага", "дада", "нуда", "угуугу", "понятно", "ясно", "хорошо", "ладно"),
    "en": ("uhhuh", "mhm", "yeah", "okay", "right", "isee", "allright", "gotit", "sure"),
}
GREETINGS = frozenset("алло але ало здравствуйте привет hello hi hey".split())
GOOD = frozenset("добрый доброе good".split())
PARTS = frozenset("день утро вечер morning afternoon evening".split())  # of a day; they greet beside GOOD alone


def is_aside(
    text: str,
    speech_ms: int,
    *,
    yesno: bool,
    left_ms: int,
    confidence: float = 1.0,
    offered: bool = False,
    relayed: bool = False,
) -> bool | None:
    """Whether the prompt goes on as if nothing had been said; None: if these words mean nothing here.

    text: as recognised, "" for no words. speech_ms: how long it was. yesno: a yes or no is asked for. left_ms: of the
    prompts that play or wait. confidence: 0..1 in the text.
    offered: they name what may be chosen now, as `is_offered`; a second look at the sound is seldom sure of what it
    found, and right (measured: "адрес" 0.30, "один" 0.20 on a clean line). relayed: another program understands them,
    and whether it asks for a yes nobody here knows: at the end of its words a nod may be the answer.
    A greeting alone is none of the bot's business while it speaks: people return its own.
    """
    words = _words(text)
    if not words:
        return speech_ms < NOTICED_MS
    if all(word in HUMS for word in words):
        return not ((yesno or relayed) and left_ms <= ANSWER_MS)
    if offered and confidence >= HARDLY:
        return False
    if _greets(words):
        return True
    if all(word in HUMS | NODS for word in words) or "".join(words) in NODS:
        return not (yesno or (relayed and left_ms <= ANSWER_MS))
    if speech_ms <= NODDED_MS and confidence < (DOUBTFUL if relayed else HARDLY) and not yesno:
        return True
    if relayed:
        return False
    return None if speech_ms <= SHORT_MS else False


def needs(text: str, speech_ms: int, confidence: float, *, yesno: bool) -> float:
    """How surely words that `is_aside` takes for a nod, or leaves open, must mean something here to be none, as
    `how_surely`; 2.0: whatever they mean. Whatever answers the question, is an option or a wish stops the prompt, also
    said in one short word that was heard unsurely; what only resembles a wish doesn't."""
    words = _words(text)
    if not words or all(word in HUMS for word in words) or _greets(words):
        return NEVER
    if is_nod(text):
        return JUST_SO
    if speech_ms > NODDED_MS or confidence >= DOUBTFUL or yesno:
        return LIKELY
    return SURELY if confidence >= HARDLY else NEVER


def is_offered(text: str, choices: Sequence[Option], language: str) -> bool:
    """Whether the words are just how one of these is called: "хорошо" may be one, and is no nod then."""
    words = _words(text)
    return bool(words) and any(
        words == _words(name)
        for option in choices
        for name in (option.title.get(language, ""), *option.synonyms.get(language, ()))
    )


def how_surely(meaning: Meaning, *, yesno: bool, asked: str | None, named: bool) -> float:
    """0..1: how surely a word or two over a prompt were meant for the bot. asked: the slot asked for, where not all
    answers it. named: they are word for word what an author lets callers say now. A yes where none is asked for is
    nothing: recognisers make «надо» of "да-да"."""
    if named or meaning.option is not None or (yesno and meaning.yes is not None) or asked in meaning.readings:
        return JUST_SO
    score = meaning.intents[0].score if meaning.intents else 0.0
    if meaning.intent in REPAIRS and meaning.intent not in POLITE and score >= SURELY:
        return SURELY
    told = replace(meaning, yes=None, intents=()) != Meaning()
    return max(LIKELY if told else 0.0, min(LEARNT, score))


def is_nod(text: str) -> bool:
    """Whether it is nothing but hums, nods and greetings."""
    words = _words(text)
    if not words or "".join(words) in NODS or _greets(words):
        return bool(words)
    rest = [word for word in words if word not in HUMS | NODS]
    return not rest or _greets(rest)


def is_rather_a_nod(guess: str, found: str, lang: str) -> bool:
    """Whether what was heard at first, and taken for a nod, sounds more like one than like the answer that was then
    found in it, or nothing like that: of «дуда», «убор» and «абрат» for "да-да", "угу" and "ага" a search of what is
    expected makes "дорога"."""
    if not guess:
        return False
    answer = alike(lang, guess, found)
    near = max((alike(lang, guess, nod) for nod in SPOKEN.get(lang, ())), default=0.0)
    return answer < UNLIKE or (near >= NODLIKE and near > answer)


def nod_ms(text: str) -> int:
    """Of silence before a prompt that these words stopped goes on: none after a hum, which seldom begins a sentence;
    after "да" or "так" more may follow. Who does go on stops the prompt again."""
    words = _words(text)
    if words and all(word in HUMS for word in words):
        return 0
    return NOD_MS if not words or is_nod(text) else UNSURE_MS


def _greets(words: Sequence[str]) -> bool:
    found = set(words)
    if not found or not found <= GREETINGS | GOOD | PARTS:
        return False
    return bool(found & GREETINGS) or bool(found & GOOD and found & PARTS)


def _words(text: str) -> list[str]:
    joined = re.sub(r"(?<=\w)[-‐–'’](?=\w)", "", text.lower().replace("ё", "е"))
    words = re.findall(r"\w+", joined)
    return [_once(word) for word in words]


def _once(word: str) -> str:
    """ "Мммм", "даа", "да-да-да" as they are looked up."""
    short = re.sub(r"(\w)\1{2,}", r"\1", word)
    short = re.sub(r"([аеиоуымэ])\1", r"\1", short)
    return re.sub(r"^(да|так|ну|ага|угу|ok|yes)\1+$", r"\1", short)
