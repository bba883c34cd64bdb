"""Who answered: people, answering machines, announcements, fax; synthesised, through A-law and line noise.

    python -m benchmarks.answering [--json] [--short] [--tuned]

accuracy: of people and machines, after all evidence. false_machine: people taken for machines. missed_machine: machines
taken for people to the end. first_machine_as_human: machines we began to talk to before it showed. decided_*_ms: of
people, from the end of their first hello to the verdict, which is when we begin to talk. message_ready: of machines
with a beep, whether the message would have begun after it. Wordings at odd places only: those at even places were tuned
on (--tuned reports them). Each is heard with the words of the recogniser, and without (`by_ear_*`). Words come as late
as recognition took (`recognised_ms_*`); --short takes every sixth greeting.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from benchmarks.__main__ import rows
from benchmarks._greetings import (
    HUMANS,
    LEAD_MS,
    LINES,
    MACHINES,
    OTHERS,
    VOICES,
    Beep,
    Script,
    on_the_line,
    tone,
)
from bot.errors import GovorunError
from voice import audio
from voice.answering.greeting import By, Greeting, Ready, Recognise, Sign, Verdict
from voice.asr.choice import recognizers
from voice.audio import FRAME, FRAME_MS, RATE, Samples
from voice.ports import Hint, Recognizers, Synthesizer
from voice.tts.choice import choose
from voice.vad.silero import SileroVad

AFTER_MS = 7_000  # of silence behind the greeting: we would be talking


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """beep_ms: where the last beep ends, 0 for none."""

    truth: By
    name: str
    lang: str
    line: str
    sound: Samples
    hello_ms: int
    beep_ms: int


@dataclass(slots=True)
class Told:
    verdicts: list[Verdict] = field(default_factory=list)
    ready: Ready | None = None

    @property
    def last(self) -> By | None:
        return self.verdicts[-1].by if self.verdicts else None


def cases(*, odd: bool, step: int = 1) -> Iterator[Case]:
    voices: dict[str, Synthesizer] = {}

    def spoken(text: str, lang: str, voice: str) -> Samples:
        if voice not in voices:
            voices[voice] = choose(lang, voice).synthesizer
        return audio.joined(list(voices[voice].speak(text)))

    everything: list[tuple[By, str, int, Script]] = []
    for lang in ("ru", "en"):
        everything += [("human", lang, number, script) for number, script in enumerate(HUMANS[lang])]
        everything += [("machine", lang, number, script) for number, script in enumerate(MACHINES[lang])]
    wanted = [each for each in everything if each[2] % 2 == odd][::step]
    for truth, lang, number, script in wanted:
        for place in range(2):
            voice = VOICES[lang][(number // 2 + place) % len(VOICES[lang])]
            pieces = [spoken(each, lang, voice) if isinstance(each, str) else each for each in script]
            for line in LINES:
                yield _case(truth, f"{lang} {number} {voice}", lang, line, pieces, number + place)
    for truth, scripts in OTHERS.items():
        for number, script in enumerate(scripts):
            for line in LINES:
                yield _case(truth, f"{truth} {number}", "ru", line, list(script), number)  # type: ignore[arg-type]


def _case(truth: By, name: str, lang: str, line: str, pieces: list[Samples | int | Beep], seed: int) -> Case:
    out = [audio.silence(LEAD_MS[seed % len(LEAD_MS)])]
    hello_ms = beep_ms = 0
    for each in pieces:
        if isinstance(each, int):
            out.append(audio.silence(each))
        elif isinstance(each, Beep):
            out.append(tone(each))
            beep_ms = sum(map(len, out)) * 1000 // RATE
        else:
            out.append(each)
            hello_ms = hello_ms or sum(map(len, out)) * 1000 // RATE
    out.append(audio.silence(AFTER_MS))
    sound = on_the_line(audio.joined(out), line, seed)
    return Case(truth=truth, name=name, lang=lang, line=line, sound=sound, hello_ms=hello_ms, beep_ms=beep_ms)


async def told(case: Case, ears: Recognizers | None, took_ms: list[float]) -> Told:
    vad, greeting, out = SileroVad(), Greeting(ears=ears is not None), Told()
    probability = 0.0
    coming: list[tuple[int, str]] = []

    def take(signs: tuple[Sign, ...]) -> list[Recognise]:
        wanted = []
        for sign in signs:
            if isinstance(sign, Verdict):
                out.verdicts.append(sign)
            elif isinstance(sign, Ready):
                out.ready = sign
            else:
                wanted.append(sign)
        return wanted

    for number in range(case.sound.size // FRAME):
        now = number * FRAME_MS
        while coming and coming[0][0] <= now:
            take(greeting.words(coming.pop(0)[1]))
        frame = case.sound[number * FRAME : (number + 1) * FRAME]
        for each, _ in vad.hear(frame):
            probability = each
        for wish in take(greeting.hear(frame, probability)):
            assert ears is not None
            began = time.perf_counter()
            text = await _recognised(ears, case, wish)
            ms = (time.perf_counter() - began) * 1000
            took_ms.append(ms)
            coming.append((now + min(1_000, round(ms)), text))
        if greeting.over:
            break
    return out


async def _recognised(ears: Recognizers, case: Case, wish: Recognise) -> str:
    recognizer = ears.start(Hint(lang=case.lang))
    for frame in audio.frames(case.sound[wish.from_ms * RATE // 1000 : wish.to_ms * RATE // 1000]):
        recognizer.feed(frame)
    return (await recognizer.final()).text


async def measure(ears: Recognizers | None, *, odd: bool, step: int, verbose: bool) -> dict[str, object]:
    took: list[float] = []
    decided: list[int] = []
    people = wrong_people = machines = missed = late = beeps = ready = others = wrong_others = 0
    for case in cases(odd=odd, step=step):
        heard = await told(case, ears, took)
        by = heard.last
        good = by == case.truth or (case.truth == "human" and by == "unknown")
        if verbose and not good:
            print(case.name, case.line, case.truth, [(v.by, v.why, v.at_ms) for v in heard.verdicts])
        if case.truth == "human":
            people += 1
            wrong_people += by == "machine"
            if heard.verdicts and heard.verdicts[0].by == "human":
                decided.append(heard.verdicts[0].at_ms - case.hello_ms)
        elif case.truth == "machine":
            machines += 1
            missed += not good
            late += good and heard.verdicts[0].by in ("human", "unknown")
            if case.beep_ms and good:
                beeps += 1
                ready += heard.ready is not None and heard.ready.at_ms >= case.beep_ms - 40
        else:
            others += 1
            wrong_others += not good
    return {
        "people": people,
        "machines": machines,
        "others": others,
        "accuracy": round(1 - (wrong_people + missed) / (people + machines), 4),
        "false_machine": round(wrong_people / people, 4),
        "missed_machine": round(missed / machines, 4),
        "first_machine_as_human": round(late / machines, 4),
        "wrong_others": round(wrong_others / others, 4),
        "message_ready": round(ready / beeps, 4) if beeps else None,
        "decided_p50_ms": round(float(np.percentile(decided, 50))),
        "decided_p95_ms": round(float(np.percentile(decided, 95))),
        "recognised_ms_p50": round(float(np.percentile(took, 50))) if took else None,
        "recognised_ms_p95": round(float(np.percentile(took, 95))) if took else None,
    }


async def _all(*, odd: bool, step: int, verbose: bool, deaf: bool) -> dict[str, object]:
    by_ear = await measure(None, odd=odd, step=step, verbose=verbose)
    out: dict[str, object] = {f"by_ear_{name}": value for name, value in by_ear.items() if "recognised" not in name}
    if not deaf:
        try:
            ears = recognizers("ru")
            await ears.warm()
        except GovorunError as error:
            return out | {"lost": str(error)}
        out = {**await measure(ears, odd=odd, step=step, verbose=verbose), **out}
        ears.close()
    return out


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reading.add_argument("--json", action="store_true")
    reading.add_argument("--short", action="store_true", help="every sixth greeting")
    reading.add_argument("--tuned", action="store_true", help="the wordings that were tuned on")
    reading.add_argument("--deaf", action="store_true", help="without the recogniser")
    reading.add_argument("--verbose", action="store_true", help="what went wrong, one by one")
    asked = reading.parse_args()
    step = 6 if asked.short else 1
    found = asyncio.run(_all(odd=not asked.tuned, step=step, verbose=asked.verbose, deaf=asked.deaf))
    found |= {"load": round(os.getloadavg()[0], 2)}
    if asked.json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for key, value in rows(found):
        print(f"{key:28} {value}")


if __name__ == "__main__":
    main()
