"""How well callers are heard: words wrong (WER) and slots right, through A-law, with noise and lost packets.

    python -m benchmarks.recognition [--json] [--short | --long] [--kinds yesno,digits] [--conditions clean]
                                     [--each N] [--engines whisper,bare,pocketsphinx]

What callers say is in `benchmarks._utterances`, how the line sounds in `benchmarks._acoustics`. A slot counts as right
when understanding reads from the words heard what it reads from the words said (a menu's and a choice's option, a
yes or no, the digits). The same sound goes to each engine: `whisper` is ours, told what the step expects; `bare`
the same weights as their package runs them, 30 s window, told nothing; `pocketsphinx` hears English by its
grammars. `cpu_ms` is processor time an utterance. By itself every third utterance is told, each by one voice after
another, in three conditions: some fifteen minutes; --short takes every eighth, --long all by every voice in every
condition, for hours.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.__main__ import rows
from benchmarks._acoustics import CALLERS, CONDITIONS, Caller, Callers, on_the_line
from benchmarks._utterances import KINDS, options, said
from bot.dialogue.meaning import Expectation, SlotSpec
from bot.errors import PartMissing
from bot.understanding.reading import Expected
from bot.understanding.slots import readers as slots
from voice import audio
from voice.asr.choice import recognizers
from voice.asr.whisper import Whisper
from voice.audio import Samples
from voice.hints import hint
from voice.ports import Hint, Kind, Recognizers

NOW = datetime(2026, 11, 18, 10)
CLOSED: tuple[Kind, ...] = ("yesno", "digits", "menu", "choice")
SOME_CONDITIONS = ("clean", "pink_15db", "loss_3pct")
EACH, SHORT_EACH = 3, 8  # every third utterance by itself, every eighth with --short

Ears = Callable[[Samples, Hint], str]


@dataclass
class Tally:
    wrong: int = 0
    words: int = 0
    right: int = 0
    slots: int = 0
    cpu_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        figures = {
            "wer": round(self.wrong / max(1, self.words), 4),
            "slot_rate": round(self.right / max(1, self.slots), 4),
            "utterances": self.slots,
        }
        if self.cpu_ms:
            figures["cpu_ms_p50"] = round(float(np.percentile(self.cpu_ms, 50)))
            figures["cpu_ms_p95"] = round(float(np.percentile(self.cpu_ms, 95)))
        return figures


def words(text: str) -> list[str]:
    return re.sub(r"[^\w']+", " ", text.lower().replace("ё", "е")).split()


def expected(lang: str, kind: Kind, text: str) -> Hint:
    """What the step would tell the ears: as `voice.hints` makes it of the dialogue's expectation."""
    count = len(str(value(kind, text, lang)[0])) if kind == "digits" else 0
    slot = SlotSpec(
        name="x",
        type="choice" if kind == "menu" else kind,
        options=options(kind),
        length=(count, count) if count else None,
    )
    told = hint(Expectation(asked="x", slots={"x": slot}), lang)  # type: ignore[arg-type]
    return Hint(lang=lang, kind=kind, phrases=told.phrases, answers=told.answers, length=told.length)


def value(kind: Kind, text: str, lang: str) -> tuple[object, object]:
    """What understanding reads. "Семёнова" is spelled in two ways."""
    offered = options(kind)
    slot_type = "choice" if kind == "menu" else kind
    wanted = Expected(options=offered) if offered else Expected()
    reading = slots.read(slot_type, text, lang=lang, now=NOW, expected=wanted)  # type: ignore[arg-type]
    plain = reading.value.replace("ё", "е") if isinstance(reading.value, str) else reading.value
    return plain, reading.partial


@dataclass(frozen=True, slots=True)
class Utterance:
    lang: str
    kind: Kind
    text: str
    caller: Caller
    condition: str
    sound: Samples


def utterances(kinds: Sequence[Kind], conditions: Sequence[str], each: int, everybody: bool) -> Iterator[Utterance]:
    """Every text by every voice, or by one voice after another."""
    mouths = Callers()
    try:
        for lang, callers in CALLERS.items():
            for kind in kinds:
                for number, text in enumerate(said(lang, kind)[::each]):
                    for caller in callers if everybody else (callers[number % len(callers)],):
                        speech = mouths.speech(caller, lang, text)
                        for condition in conditions:
                            sound = on_the_line(speech, lang, CONDITIONS[condition])
                            yield Utterance(lang, kind, text, caller, condition, sound)
    finally:
        mouths.close()


def engines(only: Sequence[str]) -> Iterator[tuple[str, str, Ears, Callable[[], None]]]:
    """Name, languages, ears and how to close them."""
    whisper = Whisper()
    whisper.load()
    if "whisper" in only:
        yield "whisper", "ru en", lambda sound, told: whisper.decode(sound, told).text, lambda: None
    if "bare" in only:
        yield "bare", "ru en", lambda sound, told: whisper.transcribed(sound, told.lang), lambda: None
    if "pocketsphinx" in only:
        try:
            sphinx = recognizers("en", "pocketsphinx")
            asyncio.run(sphinx.warm())
        except PartMissing as error:
            print(f"pocketsphinx is left out: {error}", file=sys.stderr)
        else:
            yield "pocketsphinx", "en", lambda sound, told: asyncio.run(streamed(sphinx, sound, told)), sphinx.close
    whisper.close()


async def streamed(engine: Recognizers, sound: Samples, told: Hint) -> str:
    utterance = engine.start(told)
    for frame in audio.frames(sound):
        utterance.feed(frame)
    return (await utterance.final()).text


def measure(heard: Iterable[Utterance], ears: Ears, languages: str, tell: bool) -> dict[str, Tally]:
    """By language, and by language and kind, condition, voice, kind and condition."""
    tallies: dict[str, Tally] = {}
    for one in heard:
        if one.lang not in languages.split():
            continue
        told = expected(one.lang, one.kind, one.text)
        began = time.process_time()
        text = ears(one.sound, told)
        spent = (time.process_time() - began) * 1000
        wrong = Levenshtein.distance(words(one.text), words(text))
        right = value(one.kind, one.text, one.lang) == value(one.kind, text, one.lang)
        if tell and not right:
            print(f"{one.caller.name:<14} {one.condition:<10} {one.kind:<8} {one.text} | {text}")
        lang, kind, condition = one.lang, one.kind, one.condition
        names = [
            lang,
            f"{lang}.{kind}",
            f"{lang}.{condition}",
            f"{lang}.{one.caller.name}",
            f"{lang}.{condition}.{kind}",
        ]
        for name in names:
            tally = tallies.setdefault(name, Tally())
            tally.wrong += wrong
            tally.words += len(words(one.text))
            tally.slots += 1
            tally.right += right
            tally.cpu_ms.append(spent)
    return tallies


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recognition", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--short", "--quick", action="store_true", help="every eighth utterance")
    much.add_argument("--long", action="store_true", help="every utterance by every voice in every condition")
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--conditions", default="")
    parser.add_argument("--each", type=int, default=0, help="every Nth utterance alone")
    parser.add_argument("--engines", default="whisper,bare,pocketsphinx")
    arguments = parser.parse_args()
    conditions = arguments.conditions.split(",") if arguments.conditions else SOME_CONDITIONS
    if arguments.long and not arguments.conditions:
        conditions = tuple(CONDITIONS)
    each = arguments.each or (1 if arguments.long else SHORT_EACH if arguments.short else EACH)
    figures: dict[str, dict[str, dict[str, float]]] = {}
    for name, languages, ears, close in engines(arguments.engines.split(",")):
        every = utterances(arguments.kinds.split(","), conditions, each, arguments.long)
        tallies = measure(every, ears, languages, tell=not arguments.json and name == "whisper")
        figures[name] = {key: tally.figures() for key, tally in sorted(tallies.items())}
        close()
    told = {
        "wer": {lang: figures["whisper"][lang]["wer"] for lang in CALLERS} if "whisper" in figures else {},
        "slot_rate": {lang: figures["whisper"][lang]["slot_rate"] for lang in CALLERS} if "whisper" in figures else {},
        "bare_wer": {lang: figures["bare"][lang]["wer"] for lang in CALLERS} if "bare" in figures else {},
        "bare_slot_rate": {lang: figures["bare"][lang]["slot_rate"] for lang in CALLERS} if "bare" in figures else {},
        "closed_sets": {
            engine: {key: by[key]["slot_rate"] for key in by if key.split(".")[-1] in CLOSED}
            for engine, by in figures.items()
        },
        **figures,
        "load": round(os.getloadavg()[0], 2),
    }
    if arguments.json:
        print(json.dumps(told))
    else:
        for key, figure in rows(told):
            print(f"{key:<50} {figure}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
