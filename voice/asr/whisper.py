"""Whisper by faster-whisper: Russian and English, whole utterances, short encoder window, int8 on the CPU.

Whisper's encoder takes 30 s however short the speech. Its model accepts less: features of the speech and PAD_S of
silence cost 0.33 s instead of 0.80 s and lose one word in a hundred; with less silence it falls apart. Beam 1
does too. Whisper also invents text where there is none, so what it says is believed only after `believed`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import math
import re
import time
import zlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from bot.errors import Both, PartMissing
from voice import weights
from voice.asr.belief import CERTAIN, LIKELY, answered, is_hopeless, nearby
from voice.asr.grammars import Grammar, grammar
from voice.asr.nbest import likeliest
from voice.asr.numerals import once
from voice.asr.pool import Pool, Told, Utterance, untold
from voice.asr.search import Decoder, Found, Search
from voice.asr.second import SURE, First, both, fits, is_clear, look, numbers
from voice.asr.work import Work, listening
from voice.audio import RATE, Samples, resampled, silence
from voice.errors import EngineFailed
from voice.ports import Heard, Hint, Kind

if TYPE_CHECKING:
    from ctranslate2 import StorageView
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

WHISPER_RATE = 16_000
PAD_S = 5  # of silence behind the speech in the encoder's window
QUIET_MS = 1000  # of nothing, in which sentences are heard to know how likely they are by themselves
LONGEST_S = 24  # of speech; with the pad it stays below the 30 s Whisper was trained on
BEAM = 5
REPETITION = 1.05  # penalty; without it one phone number in twenty repeats itself, with more "семь семь" loses a seven
SLOWER = 1.15  # the second time; a fifth of short Russian words that were lost are then heard
PROMPT_TOKENS = 100  # of the prompt; longer ones slow every decode
WORKERS = 2  # with one thread each: 203 ms a decode, against 454 with two threads and one worker
WAITING = 6

# What is about to be heard, in words: Whisper takes up its subject and its spelling. Long, in whole sentences and
# without commas between digit groups: on 20 Russian phone numbers in groups the letters wrong fell from 24 % to 3 %.
SUBJECT: Mapping[str, Mapping[Kind, str]] = {
    "ru": {
        "yesno": "Да. Нет. Да, верно. Нет, неверно. Да, всё правильно. Нет, лучше в другое время.",
        "datetime": "Завтра в три часа дня. На пятницу, двадцать первого ноября, в десять тридцать утра."
        " В следующую среду в половине пятого. Послезавтра вечером в шесть.",
        "date": "Завтра. Послезавтра. На пятницу, двадцать первого ноября. В следующую среду. Двадцать пятого числа."
        " Двенадцатого мая тысяча девятьсот восемьдесят пятого года.",
        "time": "В три часа дня. В половине пятого. В десять тридцать утра. Вечером в шесть. К семи. В полвосьмого.",
        "digits": "Сорок два ноль семь. Один ноль четыре два. Номер тысяча сорок два."
        " Ноль восемьсот пятнадцать ноль три.",
        "money": "Пятьсот рублей. Две тысячи триста рублей. Полторы тысячи. Сто двадцать рублей пятьдесят копеек.",
        "code": "А сто двадцать три вэ эс семьдесят семь."
        " Эм пятьсот пять ка эн девяносто девять. Бэ четыре два дробь семь.",
        "email": "Иван точка Петров собака яндекс точка ру. Анна собака мэйл точка ру."
        " Ольга девяносто два собака джимейл ком.",
        "address": "Улица Ленина, дом пять, квартира двадцать пять."
        " Проспект Мира, двенадцать, корпус два, второй подъезд.",
        "phone": "Плюс семь девятьсот шестнадцать двести восемь тридцать один девяносто четыре."
        " Восемь девятьсот три сто один пятьдесят ноль два. Девять ноль шесть два пять четыре.",
        "person": "Меня зовут Иван Петров. Анна Сергеевна Кузнецова. Запишите на имя Дмитрий Орлов.",
        "number": "Два. Пятнадцать. Сто двадцать. Нас будет четверо.",
    },
    "en": {
        "yesno": "Yes. No. Yes, that's right. No, that's wrong. No, another time is better.",
        "datetime": "Tomorrow at three p.m. On Friday, November twentieth, at half past ten."
        " Next Wednesday at a quarter to five. The day after tomorrow in the evening.",
        "date": "Tomorrow. The day after tomorrow. On Friday, November twenty-first. Next Wednesday. The twenty-fifth."
        " May twelfth, nineteen eighty-five.",
        "time": "At three p.m. At half past four. Ten thirty in the morning. Six in the evening. A quarter to eight.",
        "digits": "Four two zero seven. One oh four two. Number ten forty-two. Double seven zero one five.",
        "money": "Twenty dollars. Two thousand five hundred. Fifteen dollars fifty. One hundred and twenty pounds.",
        "code": "A B one two three four. K five six zulu. A as in apple, B as in boy, four two.",
        "email": "John dot Smith at gmail dot com. Anna underscore Brown eighty five at yahoo dot com.",
        "address": "Twelve Baker Street, apartment five. One twenty five Main Street. Flat three, forty High Street.",
        "phone": "Plus one two oh two five five five eighteen ninety-six. Nine one six double two oh eight thirty-one.",
        "person": "My name is John Smith. Anna Johnson. Book it for Michael Brown.",
        "number": "Two. Fifteen. One hundred and twenty. There will be four of us.",
    },
}
_REQUESTS = {
    "ru": "Здравствуйте, подскажите, пожалуйста. Соедините с оператором. Повторите ещё раз. К этому врачу. На завтра.",
    "en": "Hello, could you tell me, please. Let me talk to an operator. Say it again, please. For tomorrow.",
}

# Said by the training data over silence and noise, not by callers.
INVENTED = re.compile(
    r"субтитр|продолжение следует|редактор\W|dimatorzok|амара|amara\.org|подписывайтесь|спасибо за (просмотр|внимание)"
    r"|thanks for watching|thank you for watching|subtitles|please subscribe"
    r"|^\W*(you|(\w+ая )?музыка|аплодисменты|смех)\W*$",
    re.IGNORECASE,
)

# The same, and callers say it too: then it is heard surely.
POLITE = re.compile(r"^\W*(thank you( very much| so much)?|thanks|bye|спасибо)\W*$", re.IGNORECASE)


class Whisper:
    """A loaded model: Recognizers for the process. `warm` it before the first call."""

    languages = frozenset({"ru", "en"})

    def __init__(self, name: str = "whisper-base", workers: int = WORKERS, waiting: int = WAITING) -> None:
        self.name = name
        self._workers = workers
        self._pool = Pool(workers, waiting, name)
        self._model: WhisperModel | None = None
        self._tokenizers: dict[str, Tokenizer] = {}
        self._searches: dict[str, Search] = {}
        self._unwritten: dict[str, list[int]] = {}  # tokens never written; -1 stands for the model's own list

    async def warm(self) -> None:
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Blocking, about 1 s. Raises PartMissing, WeightsMissing, WeightsCorrupt."""
        if self._model is not None:
            return
        if importlib.util.find_spec("faster_whisper") is None:
            raise PartMissing(
                Both("faster-whisper is not installed", "faster-whisper не установлен"),
                where=self.name,
                fix="pip install faster-whisper",
            )
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        place = weights.path(self.name)
        model = WhisperModel(str(place), device="cpu", compute_type="int8", cpu_threads=1, num_workers=self._workers)
        for lang in self.languages:
            self._tokenizers[lang] = Tokenizer(model.hf_tokenizer, True, task="transcribe", language=lang)
        # Numerals lose what was said ("сто двадцать три сорок" to "123 40"), and words are right more often.
        self._unwritten = {"ru": [-1, *_figures(model)], "en": [-1]}
        decoder = Decoder(place / "model.bin")
        quiet = np.asarray(model.encode(_features(model, silence(QUIET_MS))), np.float32)[0]
        self._searches = {
            lang: Search(decoder, each, lang, (*each.sot_sequence, each.no_timestamps), quiet)
            for lang, each in self._tokenizers.items()
        }
        self._model = model
        self.decode(silence(500), Hint(lang="ru"))

    def start(self, hint: Hint) -> Utterance:
        if self._model is None:
            raise EngineFailed("it was not warmed", where=self.name, fix="Call warm() before the first call")
        return Utterance(self._pool, self.decode, hint)

    def close(self) -> None:
        self._pool.close()
        self._model = None

    def decode(self, sound: Samples, hint: Hint, told: Told = untold) -> Heard:
        """Sound at RATE, at most LONGEST_S of it is heard. Blocking; safe from several threads. told: of what it heard
        at first, before a second look that may take three times as long."""
        model = self._model
        if model is None:
            raise EngineFailed("it was not warmed", where=self.name)
        began = time.perf_counter()
        speech = sound[: LONGEST_S * RATE]
        try:
            first, encoded = self._freely(model, speech, hint)
            unclear = not fits(first, hint) and not is_clear(first, hint)
            if unclear:
                told(self._heard(first.hypotheses[0], first.confidence, began))
            said = grammar(hint) if unclear else None
            second: tuple[str, float] | None = None
            heard = [encoded]
            found: tuple[Found, ...] = ()
            work = Work()
            again_takes = listening(len(speech) / RATE * SLOWER + PAD_S)
            if said is not None:
                found, free = self._held(heard, (), first, said, hint, work)
                # Of digits no string was rescued by listening once more, and it takes longest.
                last = hint.kind == "digits" or work.left < again_takes
                second = answered(first, hint, found, free, LIKELY if last else CERTAIN)
                unclear = second is None and not is_hopeless(first, hint, found, free)
            if unclear and work.take(again_takes):
                again, other = self._freely(model, _slower(speech), hint)
                first, heard = both(first, again), [encoded, other]
                if said is not None and not fits(first, hint):
                    found, free = self._held(heard, found, first, said, hint, work)
                    second = answered(first, hint, found, free, LIKELY)
            second = second or look(first, hint, partial(self._scores, heard, hint.lang))
        except (RuntimeError, ValueError) as error:
            raise EngineFailed(str(error), where=self.name) from error
        return self._heard(*(second or (first.hypotheses[0], first.confidence)), began)

    def _heard(self, text: str, sure: float, began: float) -> Heard:
        spent = (time.perf_counter() - began) * 1000
        return Heard(text=text if sure else "", confidence=sure, decode_ms=spent, engine=self.name)

    def _freely(self, model: WhisperModel, speech: Samples, hint: Hint) -> tuple[First, StorageView]:
        """What it hears by itself, told what the step expects; and what the encoder made of the sound."""
        tokenizer = self._tokenizers[hint.lang]
        before = prompt_text(hint)
        tokens = _prompt(tokenizer, before)
        seconds = len(speech) / RATE
        encoded = model.encode(_features(model, speech))
        result = model.model.generate(
            encoded,
            [tokens],
            beam_size=BEAM,
            num_hypotheses=BEAM,
            repetition_penalty=REPETITION,
            suppress_tokens=self._unwritten[hint.lang],
            max_length=len(tokens) + 16 + int(10 * seconds),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
        )[0]
        texts = [once(tokenizer.decode(list(ids)).strip()) for ids in result.sequences_ids]
        best = likeliest(texts, result.scores, hint)
        text, length = texts[best], len(result.sequences_ids[best])
        score = result.scores[best] * length / (length + 1)
        sure = believed(text, score, result.no_speech_prob, seconds, before)
        return First(hypotheses=(text, *(other for other in texts if other != text)), confidence=sure), encoded

    def _held(
        self, heard: Sequence[StorageView], before: Sequence[Found], first: First, said: Grammar, hint: Hint, work: Work
    ) -> tuple[tuple[Found, ...], float]:
        """The sentences of the grammar that the sound bears out best, each time it was listened to, and the score of
        the likelier of what was heard freely. before: those of the listenings but the last. Some 300 ms each."""
        search = self._searches[hint.lang]
        memories = [search.decoder.listen(np.asarray(encoded, np.float32)[0]) for encoded in heard]
        free = [each for each in (first.hypotheses[0], first.again) if each]
        read = numbers(first, hint) if hint.kind == "digits" else nearby(first, hint)
        found, means = search.best(memories[-1], said, work, also=read), search.scores(memories[-1], free, work)
        if len(heard) > 1:
            found = search.both(memories[0], before, memories[-1], found, work)
            means = [(one + two) / 2 for one, two in zip(means, search.scores(memories[0], free, work), strict=True)]
        return found, max(means, default=0.0)

    def _scores(self, heard: Sequence[StorageView], lang: str, texts: Sequence[str]) -> list[float]:
        """Mean log probability a token of each text, given the sound alone: 12 ms a text and a time it was heard."""
        import ctranslate2

        assert self._model is not None
        tokenizer = self._tokenizers[lang]
        told = [tokenizer.encode(" " + text.strip()) for text in texts]
        scores = np.zeros(len(texts))
        for encoded in heard:
            sound = np.asarray(encoded)
            many = ctranslate2.StorageView.from_array(np.repeat(sound, len(texts), axis=0))
            aligned = self._model.model.align(many, list(tokenizer.sot_sequence), told, sound.shape[1])
            scores += [float(np.mean(np.log(np.maximum(one.text_token_probs, 1e-9)))) for one in aligned]
        return [float(score) / len(heard) for score in scores]

    def transcribed(self, sound: Samples, lang: str) -> str:
        """What the package's own transcribe() makes of sound at RATE: what `decode` is measured against."""
        if self._model is None:
            raise EngineFailed("it was not warmed", where=self.name)
        wave = resampled(sound, RATE, WHISPER_RATE).astype(np.float32) / 32768
        segments, _ = self._model.transcribe(wave, language=lang)
        return " ".join(segment.text.strip() for segment in segments)


def believed(text: str, score: float, no_speech: float, seconds: float, prompt: str = "") -> float:
    """Confidence 0..1 in what Whisper says it heard; 0.0 where it made it up.

    score: mean log probability a token. no_speech: of the <|nospeech|> token. Thresholds -1.0, 0.6 and 2.4 are
    those of Whisper's own transcribe(); the rate of speech is bounded by 30 characters a second.
    """
    letters = re.sub(r"\W+", "", text)
    raw = text.encode()
    invented = (
        not letters
        or score < -1.0
        or (no_speech > 0.6 and score < -0.7)
        or len(raw) / len(zlib.compress(raw)) > 2.4
        or len(letters) > 8 + 30 * seconds
        or INVENTED.search(text) is not None
        or (score < math.log(SURE) and POLITE.search(text) is not None)
        or (len(letters) > 4 and text.isupper())  # captions of sounds: СПОКОЙНАЯ МУЗЫКА
        or (len(letters) > 25 and letters.lower() in re.sub(r"\W+", "", prompt).lower())
    )
    return 0.0 if invented else min(1.0, math.exp(score))


def prompt_text(hint: Hint) -> str:
    """What Whisper is told it heard before."""
    subject = SUBJECT.get(hint.lang, {}).get(hint.kind) or _REQUESTS.get(hint.lang, "")
    phrases = ", ".join(hint.phrases)
    return f"{phrases}. {subject}".strip(". ") + "." if phrases or subject else ""


def _figures(model: WhisperModel) -> list[int]:
    """Tokens that hold a digit."""
    vocabulary: dict[str, int] = model.hf_tokenizer.get_vocab()
    return [id_ for text, id_ in vocabulary.items() if re.search(r"\d", text) and not text.startswith("<|")]


def _prompt(tokenizer: Tokenizer, text: str) -> list[int]:
    before = tokenizer.encode(" " + text)[-PROMPT_TOKENS:] if text else []
    start = [tokenizer.sot_prev, *before] if before else []
    return [*start, *tokenizer.sot_sequence, tokenizer.no_timestamps]


def _slower(speech: Samples) -> Samples:
    """Tempo and pitch together: for the encoder that is as good, and costs nothing."""
    return resampled(speech, RATE, round(RATE * SLOWER))


def _features(model: WhisperModel, speech: Samples) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    wave = resampled(speech, RATE, WHISPER_RATE).astype(np.float32) / 32768
    padded = np.concatenate((wave, np.zeros(PAD_S * WHISPER_RATE + -len(wave) % 320, np.float32)))
    return np.asarray(model.feature_extractor(padded, padding=0), np.float32)
