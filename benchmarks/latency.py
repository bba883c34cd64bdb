"""How long a caller waits, on the wire: whole calls to a whole `govorun serve`, from a real SIP peer, by voice.

    python -m benchmarks.latency [--json] [--calls 6] [--at-once 1] [--short]

A telephone in this process calls the shipped clinic, books a visit by voice (speech of a voice the bot never uses,
A-law, one RTP packet every 20 ms) and answers what it is asked, whatever way the conversation takes; then it presses
two keys. Nothing is mocked: telephone, recognition, understanding, database, synthesis.

    p50_ms, p95_ms  from the last packet with the caller's speech (louder than -45 dBFS) to the arrival of the first
                    packet with the bot's, of utterances that were not cut in two
    by_question     p50 of the same by what the bot had asked
    false_cutoffs   share of utterances with a pause of 300-600 ms inside that the bot took for two, by its transcript,
                    or spoke into, by the wire
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

One call at a time by default; --short: two calls, and none at once. The callers' side costs some 3 % of a core a call.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np

from benchmarks.__main__ import rows
from tests.spine.served import Served
from tests.voice.peers import Phone, PhoneCall
from voice import audio
from voice.asr.whisper import Whisper
from voice.audio import Samples
from voice.ports import Hint, Kind
from voice.tts.rhvoice import RhVoice

log = logging.getLogger(__name__)

LOUD_DBFS = -45.0
STILL_S = 0.1  # before the end of an utterance: a prompt that sounds then was not stopped
QUIET_S = 0.8  # of the bot: it has said all; its longest pause between two sentences is about half of that
PLAIN_WAIT_MS = 700
PLAIN_UTTERANCES = 8
NO_ANSWER_S = 20.0  # it asks again after six
MOST_TURNS = 14  # of one call
KEYS = ("6", "5")
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
        "день и час|день и время|есть .* в ",
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


class Mouth:
    """Sounds of callers, made before the calls."""

    def __init__(self) -> None:
        self._voices = [RhVoice(name, "ru", 1.0) for name in VOICES]
        self._made: dict[tuple[int, Pieces], Samples] = {}

    def speak(self, caller: int, pieces: Pieces) -> Samples:
        key = (caller % len(self._voices), pieces)
        if key not in self._made:
            voice = self._voices[key[0]]
            self._made[key] = audio.joined(
                [audio.joined(list(voice.speak(p))) if isinstance(p, str) else audio.silence(p) for p in pieces]
            )
        return self._made[key]

    def prepare(self, callers: int) -> None:
        for caller in range(min(callers, len(self._voices))):
            for pieces in (*(answer for each in QUESTIONS for answer in each.answers), *AFTER):
                self.speak(caller, pieces)

    def close(self) -> None:
        for voice in self._voices:
            voice.close()


def tail_s(sound: Samples) -> float:
    """What follows the last loud packet of it: the dying away of the voice, no more speech."""
    loud = [audio.level(frame) > LOUD_DBFS for frame in audio.frames(sound)]
    return loud[::-1].index(True) * audio.FRAME_MS / 1000


class NoAnswer(Exception):
    """The bot fell silent for good."""


class Caller:
    """One call after another by one telephone."""

    def __init__(self, served: Served, mouth: Mouth, measured: Measured) -> None:
        self._served, self._mouth, self._measured = served, mouth, measured

    async def call(self, number: int) -> None:
        # Every other caller hides the number, and is asked for it.
        user = "anonymous" if number % 2 else f"8{NUMBERS}{1_000 + number}"
        known = {each["id"] for each in await self._served.get("/api/conversations?channel=sip&limit=500")}
        async with Phone(user=user) as phone:
            call = await phone.call(self._served.sip)
            conversation = await self._conversation(known, user)
            await call.hears_within(10, since=call.answered_at)
            await asyncio.sleep(1.5)  # the menu is cut short: nobody waits for ten items
            try:
                await self._book(call, conversation, number)
                await self._say(call, conversation, number, "after", "menu", AFTER[number % len(AFTER)])
            except NoAnswer as error:
                log.warning("%s", error)
                call.hang_up()
                return
            for key in KEYS:
                await falls_silent(call, time.monotonic())
                await self._press(call, key)
            call.hang_up()
        log.info("call %d took %.0f s", number, time.monotonic() - call.answered_at)

    async def _book(self, call: PhoneCall, conversation: str, number: int) -> None:
        asked: dict[str, int] = defaultdict(int)
        for _ in range(MOST_TURNS):
            _, told = await self._transcript(conversation)
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
        before, _ = await self._transcript(conversation)
        began = time.monotonic()
        still = not call.loud(began - STILL_S)
        call.say(sound)
        ended = await call.said() - tail_s(sound)
        try:
            replied = await call.hears_within(NO_ANSWER_S, since=ended, dbfs=LOUD_DBFS)
        except TimeoutError:
            self._measured.unanswered += 1
            _, told = await self._transcript(conversation)
            raise NoAnswer(f"call {number}, {question}: no answer to {pieces}; the bot wrote: {told!r}") from None
        await falls_silent(call, replied)
        after, _ = await self._transcript(conversation)
        into = [at for at in call.loud(began) if at < ended]
        cut = after - before > 1 or (still and bool(into))
        paused = len(pieces) > 1
        over = not cut and any(at > ended - STILL_S for at in into)
        wait = None if cut or over else (replied - ended) * 1000
        self._measured.said.append(Said(question, kind, sound, paused, cut, over, wait))
        how = "cut" if cut else "talked over" if wait is None else f"{wait:.0f} ms"
        log.info("call %d, %s: %s, %s", number, question, pieces, how)

    async def _press(self, call: PhoneCall, key: str) -> None:
        pressed = len(call.wire.pressed)
        call.press(key)
        while len(call.wire.pressed) == pressed:
            await asyncio.sleep(0.005)
        at = call.wire.pressed[-1][0]
        answered = await call.hears_within(10, since=at, dbfs=LOUD_DBFS)
        self._measured.keys_ms.append((answered - at) * 1000)

    async def _conversation(self, known: set[str], user: str) -> str:
        async with asyncio.timeout(10):
            while True:
                for each in await self._served.get("/api/conversations?channel=sip"):
                    shows = user[1:] in each["sender"] if user != "anonymous" else NUMBERS not in each["sender"]
                    if each["id"] not in known and shows:
                        return str(each["id"])
                await asyncio.sleep(0.1)

    async def _transcript(self, conversation: str) -> tuple[int, str]:
        """The customer's utterances so far, and what the bot said since the last."""
        lines = (await self._served.get(f"/api/conversations/{conversation}"))["transcript"]
        told: list[str] = []
        for line in lines:
            if line["who"] == "customer":
                told.clear()
            elif line["who"] == "bot":
                told.append(line["text"])
        return sum(line["who"] == "customer" for line in lines), " ".join(told)


async def falls_silent(call: PhoneCall, since: float) -> None:
    async with asyncio.timeout(60):
        while time.monotonic() - max(call.loud(max(since, time.monotonic() - 2 * QUIET_S)), default=since) < QUIET_S:
            await asyncio.sleep(0.05)


async def measure(calls: int, at_once: int, four: int) -> tuple[Measured, Measured, dict[str, float], float]:
    """One after another, then `four` at once; the server's own means of the former, and the share of prompts that were
    ready in all."""
    mouth, measured, together = Mouth(), Measured(), Measured()
    mouth.prepare(calls)
    with tempfile.TemporaryDirectory() as folder:
        async with Served(Path(folder) / "data", voice=True, log_level="error") as served:
            voice = str((await served.get("/ready"))["parts"]["voice"])
            if "Lost" in voice:
                raise SystemExit(f"not everything is installed: {voice}")
            for first in range(0, calls, at_once):
                batch = range(first, min(first + at_once, calls))
                await asyncio.gather(*(Caller(served, mouth, measured).call(number) for number in batch))
            stages = stages_of((await served.client.get("/metrics")).text)
            if four:
                # One of them hides the number: whose conversation is whose has to be known.
                numbers = [100 + 2 * each for each in range(four - 1)] + [101]
                await asyncio.gather(*(Caller(served, mouth, together).call(number) for number in numbers))
            ready = share_ready((await served.client.get("/metrics")).text)
    mouth.close()
    return measured, together, stages, ready


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


def percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("nan")


class Machine:
    """Cores that were busy since it was made, by us (this process and its children) and by others."""

    def __init__(self) -> None:
        self._began, self._busy, self._ours = time.monotonic(), _busy_s(), _ours_s()

    def others(self) -> float:
        """Call it once the children are over: only then are they counted."""
        busy, ours = _busy_s() - self._busy, _ours_s() - self._ours
        return round(max(0.0, busy - ours) / (time.monotonic() - self._began), 2)


def _busy_s() -> float:
    """Of all cores since the start of the machine; proc(5)."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _ours_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def figures(measured: Measured, stages: dict[str, float]) -> dict[str, object]:
    waits = [each.wait_ms for each in measured.said if each.wait_ms is not None]
    paused = [each for each in measured.said if each.paused]
    by_question: dict[str, list[float]] = defaultdict(list)
    for each in measured.said:
        if each.wait_ms is not None:
            by_question[each.question].append(each.wait_ms)
    return {
        "p50_ms": round(percentile(waits, 50)),
        "p95_ms": round(percentile(waits, 95)),
        "false_cutoffs": round(sum(each.cut for each in paused) / max(1, len(paused)), 3),
        "key_p50_ms": round(percentile(measured.keys_ms, 50)),
        "key_p95_ms": round(percentile(measured.keys_ms, 95)),
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
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.latency", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--calls", type=int, default=6)
    parser.add_argument("--short", action="store_true", help="two calls, none at once")
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="callers who speak at the same time")
    options = parser.parse_args()
    logging.basicConfig(level="WARNING", format="%(message)s", force=True)
    log.setLevel("WARNING" if options.json else "INFO")
    machine = Machine()
    try:
        if options.short:
            options.calls = min(options.calls, 2)
        four = 0 if options.short else FOUR
        measured, together, stages, ready = asyncio.run(measure(options.calls, options.at_once, four))
    except (TimeoutError, httpx.HTTPError) as error:
        raise SystemExit(f"a call went wrong: {error or type(error).__name__}") from error
    found = figures(measured, stages)
    waits = [each.wait_ms for each in together.said if each.wait_ms is not None]
    if waits:
        found |= {
            "four_p50_ms": round(percentile(waits, 50)),
            "four_p95_ms": round(percentile(waits, 95)),
            "four_turns": len(waits),
            "four_booked": together.booked,
            "four_unanswered": together.unanswered,
            "four_cut": sum(each.cut for each in together.said),
        }
    found |= {
        "prompts_ready": ready,
        "others": machine.others(),
        "compared": plain_way(measured.said),
        "calls": options.calls,
        "at_once": options.at_once,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for key, figure in rows(found):
            print(f"{key:<44} {figure}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
