"""How long a caller waits, on the wire: whole calls to a whole `govorun serve`, from a real SIP peer, by voice.

    python -m benchmarks.latency [--json] [--calls 4] [--at-once 1] [--short] [--four]

A telephone in this process calls the shipped clinic, books a visit by voice (speech of a voice the bot never uses,
A-law, one RTP packet every 20 ms) and answers what it is asked, whatever way the conversation takes. Then keys are
pressed in calls of their own, into the silence of a menu of one word. Nothing is mocked: telephone, recognition,
understanding, database, synthesis.

    p50_ms, p95_ms  from the last packet with the caller's speech (louder than -45 dBFS) to the arrival of the first
                    packet with the bot's, of utterances that were not cut in two
    by_question     p50 of the same by what the bot had asked
    false_cutoffs   share of utterances with a pause of 300-600 ms inside (from loud packet to loud packet) that the bot
                    took for two, by its transcript, or spoke into, by the wire
    four_p50_ms, four_p95_ms  the same as p50_ms, p95_ms of four more calls that speak at once, `four_turns` utterances
    key_p50_ms, key_p95_ms  from the first packet of a key (RFC 4733) to the first packet of the answer
    turns           utterances measured;  misheard: questions that had to be asked again
    unanswered      utterances to which nothing was said for 20 s: the call ends there, and they are in no percentile
    talked_over     utterances at whose end a prompt still sounded, so that the reply can't be told from it: likewise
    booked          calls that reached their end
    stages_ms       where the time goes by the server's own count, means: silence (waiting for more words), words
                    (recognition after that), turn (understanding, dialogue, commit), sound (first of the answer)
    compared        with the plain way: wait 700 ms (the least that cut only 1 in 24 utterances with pauses), then let
                    the recogniser's package decode its 30 s window; of the first eight, on the same machine
    load, others    of the machine: load average at the end; cores that other processes used meanwhile
    prompts_ready   share of the prompts that had been rendered before they were wanted
    lost_packets, longest_gap_ms, levels_dbfs  of the bot's sound: by the numbers of its packets; between two of them;
                    of the softest and the loudest second and more that it spoke

Four calls one after another, then four at once: some eight minutes. --short: two calls in three minutes, none at once
without --four; with --calls 4, four in as long, each the first three utterances. Cut by SIGTERM or SIGINT it
prints what it has, with "cut": true, and no `compared`. The callers' side costs some 3 % of a core a call.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from benchmarks import _keys
from benchmarks import _wire as wire
from benchmarks._cut import until_cut
from benchmarks._wire import LOUD_DBFS, Machine, falls_silent, percentile
from tests.spine.served import Served
from tests.voice.peers import Phone, PhoneCall
from voice.asr.whisper import Whisper
from voice.audio import Samples, joined
from voice.ports import Hint, Kind
from voice.tts.rhvoice import RhVoice

log = logging.getLogger(__name__)

STILL_S = 0.1  # before the end of an utterance: a prompt that sounds then was not stopped
PLAIN_WAIT_MS = 700
PLAIN_UTTERANCES = 8
NO_ANSWER_S = 20.0  # it asks again after six
MOST_TURNS = 14  # of one call
FEW_TURNS = 3  # of one of many short ones
TWO = 2  # whole calls are short enough; of more only the beginnings
KEY_CALLS, KEYS = 4, 6  # calls, and keys of each: half a minute
FOUR = 4  # calls that speak at once
NUMBERS = "905300"  # of the callers who show theirs
VOICES = ("elena", "aleksandr")

Pieces = tuple[str | int, ...]  # words, and pauses in ms


@dataclass(frozen=True, slots=True)
class Question:
    """What the bot asks, known by its words; what callers answer, in turn."""

    name: str
    words: str
    kind: Kind
    answers: tuple[Pieces, ...]


# The first whose words stand in the bot's last lines.
QUESTIONS = (
    Question("confirm", r"верно\?", "yesno", (("Да",), ("Да", 300, "всё правильно"), ("Да, верно",))),
    Question(
        "phone",
        "номер телефона|номер по цифрам",
        "phone",
        (
            ("восемь девятьсот пять", 500, "сто двадцать три", 450, "сорок пять", 400, "шестьдесят семь"),
            ("восемь девятьсот двадцать шесть", 600, "триста двенадцать", 400, "сорок", 300, "семнадцать"),
        ),
    ),
    Question(
        "name",
        "зовут|имя и фамил",
        "person",
        (
            ("Иван", 350, "Петров"),
            ("Меня зовут", 500, "Анна Кузнецова"),
            ("Меня зовут", 400, "Мария Иванова"),
            ("Дмитрий Орлов",),
        ),
    ),
    Question(
        "when",
        "день и час|день и время|какой день|есть .* в ",
        "datetime",
        (
            ("В пятницу", 450, "в десять утра"),
            ("Послезавтра", 350, "в час дня"),
            ("В понедельник", 600, "в шестнадцать часов"),
            ("В среду в одиннадцать утра",),
        ),
    ),
    Question(
        "time", "какое время|в котором часу", "datetime", (("В десять утра",), ("В шестнадцать", 300, "тридцать"))
    ),
    Question("service", "какому врачу|назовите врача", "choice", (("К терапевту",), ("К кардиологу",), ("Окулист",))),
    Question(
        "menu",
        "чем помочь|чем ещё помочь|своими словами|слушаю",
        "menu",
        (
            ("Хочу записаться к терапевту", 450, "завтра в три часа дня"),
            ("Запишите меня", 350, "к кардиологу"),
            ("Здравствуйте", 500, "мне нужно записаться", 300, "к стоматологу на завтра"),
            ("Можно записаться к окулисту", 600, "на пятницу"),
        ),
    ),
)
DONE = re.compile(r"вы записаны", re.IGNORECASE)
AFTER: tuple[Pieces, ...] = (
    ("Где вы находитесь?",),
    ("Сколько стоит", 350, "приём кардиолога?"),
    ("Скажите", 450, "где вы находитесь?"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance. wait_ms: None where the bot's answer can't be told from the one to its first half, or from what
    still sounded when it ended (over)."""

    question: str
    kind: Kind
    sound: Samples
    paused: bool
    cut: bool
    over: bool
    wait_ms: float | None


@dataclass(slots=True)
class Measured:
    said: list[Said] = field(default_factory=list)
    keys_ms: list[float] = field(default_factory=list)
    misheard: int = 0
    unanswered: int = 0
    booked: int = 0
    lost: int = 0
    gaps_ms: list[float] = field(default_factory=list)
    levels: list[float] = field(default_factory=list)

    def line(self, call: PhoneCall) -> None:
        """What the bot sounded like in a call that is over."""
        self.lost += wire.lost(call)
        self.gaps_ms.append(wire.longest_gap_ms(call))
        self.levels += wire.levels(call)


class Mouth:
    """Sounds of callers, made before the calls."""

    def __init__(self) -> None:
        self._voices = [RhVoice(name, "ru", 1.0) for name in VOICES]
        self._made: dict[tuple[int, Pieces], Samples] = {}

    def speak(self, caller: int, pieces: Pieces) -> Samples:
        key = (caller % len(self._voices), pieces)
        if key not in self._made:
            voice = self._voices[key[0]]
            self._made[key] = wire.with_pauses(
                [joined(list(voice.speak(piece))) if isinstance(piece, str) else piece for piece in pieces]
            )
        return self._made[key]

    def prepare(self, callers: int) -> None:
        for caller in range(min(callers, len(self._voices))):
            for pieces in (*(answer for each in QUESTIONS for answer in each.answers), *AFTER):
                self.speak(caller, pieces)

    def close(self) -> None:
        for voice in self._voices:
            voice.close()


class NoAnswer(Exception):
    """The bot fell silent for good."""


class Caller:
    """One call after another by one telephone."""

    def __init__(self, served: Served, mouth: Mouth, measured: Measured, *, whole: bool = True) -> None:
        """whole: to the end of the booking and beyond; else the first utterances alone."""
        self._served, self._mouth, self._measured, self._whole = served, mouth, measured, whole

    async def call(self, number: int) -> None:
        # Every other caller hides the number, and is asked for it.
        user = "anonymous" if number % 2 else f"8{NUMBERS}{1_000 + number}"
        known = {each["id"] for each in await self._served.get("/api/conversations?channel=sip&limit=500")}
        async with Phone(user=user) as phone:
            call = await phone.call(self._served.sip)
            if user == "anonymous":
                conversation = await self._conversation(known)
            else:
                conversation = await wire.conversation_of(self._served, user)
            await call.hears_within(10, since=call.answered_at)
            await asyncio.sleep(1.5)  # the menu is cut short: nobody waits for ten items
            try:
                await self._book(call, conversation, number)
                if not self._whole:
                    call.hang_up()
                    self._measured.line(call)
                    return
                await self._say(call, conversation, number, "after", "menu", AFTER[number % len(AFTER)])
            except NoAnswer as error:
                log.warning("%s", error)
                call.hang_up()
                return
            call.hang_up()
            self._measured.line(call)
        log.info("call %d took %.0f s", number, time.monotonic() - call.answered_at)

    async def _book(self, call: PhoneCall, conversation: str, number: int) -> None:
        asked: dict[str, int] = defaultdict(int)
        for _ in range(MOST_TURNS if self._whole else FEW_TURNS):
            _, told = await wire.transcript(self._served, conversation)
            if DONE.search(told):
                self._measured.booked += 1
                return
            question = next((each for each in QUESTIONS if re.search(each.words, told, re.IGNORECASE)), None)
            if question is None:
                raise NoAnswer(f"call {number}: a caller would not know what to say to {told!r}")
            pieces = question.answers[(number + asked[question.name]) % len(question.answers)]
            self._measured.misheard += asked[question.name] > 0
            asked[question.name] += 1
            await self._say(call, conversation, number, question.name, question.kind, pieces)

    async def _say(
        self, call: PhoneCall, conversation: str, number: int, question: str, kind: Kind, pieces: Pieces
    ) -> None:
        sound = self._mouth.speak(number, pieces)
        before, _ = await wire.transcript(self._served, conversation)
        began = time.monotonic()
        still = not call.loud(began - STILL_S)
        call.say(sound)
        ended = await call.said() - wire.tail_s(sound)
        try:
            replied = await call.hears_within(NO_ANSWER_S, since=ended, dbfs=LOUD_DBFS)
        except TimeoutError:
            self._measured.unanswered += 1
            _, told = await wire.transcript(self._served, conversation)
            raise NoAnswer(f"call {number}, {question}: no answer to {pieces}; the bot wrote: {told!r}") from None
        await falls_silent(call, replied)
        after, _ = await wire.transcript(self._served, conversation)
        into = [at for at in call.loud(began) if at < ended]
        cut = after - before > 1 or (still and bool(into))
        paused = len(pieces) > 1
        over = not cut and any(at > ended - STILL_S for at in into)
        wait = None if cut or over else (replied - ended) * 1000
        self._measured.said.append(Said(question, kind, sound, paused, cut, over, wait))
        how = "cut" if cut else "talked over" if wait is None else f"{wait:.0f} ms"
        log.info("call %d, %s: %s, %s", number, question, pieces, how)

    async def _conversation(self, known: set[str]) -> str:
        """Of a caller who hides the number: the one that wasn't there before, and isn't a number's."""
        async with asyncio.timeout(10):
            while True:
                for each in await self._served.get("/api/conversations?channel=sip&limit=500"):
                    if each["id"] not in known and NUMBERS not in each["sender"]:
                        return str(each["id"])
                await asyncio.sleep(0.1)


@dataclass(slots=True)
class Found:
    """All there is so far."""

    alone: Measured = field(default_factory=Measured)
    together: Measured = field(default_factory=Measured)
    stages: dict[str, float] = field(default_factory=dict)
    ready: float | None = None
    compared: dict[str, float] = field(default_factory=dict)

    def figures(self) -> dict[str, object]:
        told = figures(self.alone, self.stages)
        waits = [each.wait_ms for each in self.together.said if each.wait_ms is not None]
        if waits:
            told |= {
                "four_p50_ms": _ms(waits, 50),
                "four_p95_ms": _ms(waits, 95),
                "four_turns": len(waits),
                "four_booked": self.together.booked,
                "four_unanswered": self.together.unanswered,
                "four_cut": sum(each.cut for each in self.together.said),
                "four_talked_over": sum(each.over for each in self.together.said),
                "four_longest_gap_ms": round(max(self.together.gaps_ms, default=0.0)),
            }
        return told | {"prompts_ready": self.ready, "compared": self.compared}


async def measure(found: Found, calls: int, at_once: int, four: int, *, whole: bool) -> None:
    """One after another, then `four` at once; the server's own means of the former, and the share of prompts that were
    ready in all; then the plain way."""
    mouth, measured = Mouth(), found.alone
    await asyncio.to_thread(mouth.prepare, calls)
    async with _keys.product() as served:
        for first in range(0, calls, at_once):
            batch = range(first, min(first + at_once, calls))
            await asyncio.gather(*(Caller(served, mouth, measured, whole=whole).call(number) for number in batch))
        found.stages = stages_of((await served.client.get("/metrics")).text)
        await _keys.keys_of(served, KEY_CALLS, KEYS, measured.keys_ms)
        if four:
            # One of them hides the number: whose conversation is whose has to be known.
            numbers = [100 + 2 * each for each in range(four - 1)] + [101]
            await asyncio.gather(*(Caller(served, mouth, found.together).call(number) for number in numbers))
        found.ready = share_ready((await served.client.get("/metrics")).text)
    mouth.close()
    found.compared = await asyncio.to_thread(plain_way, measured.said)


def share_ready(metrics: str) -> float:
    count = {was: float(found) for was, found in re.findall(r'govorun_prompts_total\{ready="(\w+)"\} (\S+)', metrics)}
    return round(count.get("yes", 0.0) / max(1.0, sum(count.values())), 3)


def stages_of(metrics: str) -> dict[str, float]:
    """Means of the server's own measurements within calls, ms."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for kind, what, value in re.findall(r'govorun_call_seconds_(sum|count)\{what="(\w+)"\} (\S+)', metrics):
        found[what][kind] = float(value)
    return {what: round(each["sum"] / each["count"] * 1000, 1) for what, each in found.items() if each.get("count")}


def plain_way(said: Sequence[Said]) -> dict[str, float]:
    """The same utterances the plain way; and how long our decode of them takes alone."""
    whisper = Whisper()
    whisper.load()
    ours: list[float] = []
    plain: list[float] = []
    for each in said[:PLAIN_UTTERANCES]:
        ours.append(whisper.decode(each.sound, Hint(lang="ru", kind=each.kind)).decode_ms)
        began = time.perf_counter()
        whisper.transcribed(each.sound, "ru")
        plain.append((time.perf_counter() - began) * 1000)
    whisper.close()
    return {
        "plain_p50_ms": round(PLAIN_WAIT_MS + percentile(plain, 50)),
        "plain_p95_ms": round(PLAIN_WAIT_MS + percentile(plain, 95)),
        "plain_decode_p50_ms": round(percentile(plain, 50)),
        "our_decode_p50_ms": round(percentile(ours, 50)),
        "our_decode_p95_ms": round(percentile(ours, 95)),
    }


def _ms(values: Sequence[float], share: float) -> int | None:
    """None where nothing was measured."""
    return round(percentile(values, share)) if values else None


def figures(measured: Measured, stages: dict[str, float]) -> dict[str, object]:
    waits = [each.wait_ms for each in measured.said if each.wait_ms is not None]
    paused = [each for each in measured.said if each.paused]
    by_question: dict[str, list[float]] = defaultdict(list)
    for each in measured.said:
        if each.wait_ms is not None:
            by_question[each.question].append(each.wait_ms)
    return {
        "p50_ms": _ms(waits, 50),
        "p95_ms": _ms(waits, 95),
        "false_cutoffs": round(sum(each.cut for each in paused) / max(1, len(paused)), 3),
        "key_p50_ms": _ms(measured.keys_ms, 50),
        "key_p95_ms": _ms(measured.keys_ms, 95),
        "turns": len(waits),
        "paused": len(paused),
        "keys": len(measured.keys_ms),
        "booked": measured.booked,
        "misheard": measured.misheard,
        "unanswered": measured.unanswered,
        "talked_over": sum(each.over for each in measured.said),
        "by_question": {name: round(percentile(each, 50)) for name, each in by_question.items()},
        "cut": sorted(each.question for each in paused if each.cut),
        "stages_ms": stages,
        "lost_packets": measured.lost,
        "longest_gap_ms": round(max(measured.gaps_ms, default=0.0)),
        "levels_dbfs": [round(level, 1) for level in (min(measured.levels), max(measured.levels))]
        if measured.levels
        else [],
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--calls", type=int, default=0, help="one after another; 4, or 2 with --short")
    parser.add_argument("--short", action="store_true", help="two calls, or of more their beginnings; none at once")
    parser.add_argument("--four", action="store_true", help="those that speak at once, with --short too")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="callers who speak at the same time")
    options = parser.parse_args()
    logging.basicConfig(level="WARNING", format="%(message)s", force=True)
    log.setLevel("WARNING" if options.json else "INFO")
    machine = Machine()
    calls = options.calls or (TWO if options.short else FOUR)
    whole = not options.short or calls <= TWO
    four = FOUR if options.four or not options.short else 0
    found = Found()

    def tell(**more: object) -> None:
        asked = {"calls": calls, "at_once": options.at_once}
        wire.tell(found.figures() | asked | machine.figures() | more, as_json=options.json)

    try:
        if not until_cut(measure(found, calls, options.at_once, four, whole=whole), partial(tell, cut=True)):
            return 1
    except (TimeoutError, httpx.HTTPError) as error:
        tell(cut=True)
        raise SystemExit(f"a call went wrong: {error or type(error).__name__}") from error
    tell()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
