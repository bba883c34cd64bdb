"""How well callers are heard: words wrong (WER) and slots right, through A-law, with noise and lost packets.

    python -m benchmarks.recognition [--json] [--short | --long] [--tuned] [--kinds yesno,digits] [--conditions clean]
                                     [--each N] [--engines whisper,bare,pocketsphinx] [--lang ru]
    python -m benchmarks.recognition --noises [--json] [--lang ru]

All speech is synthesised (RHVoice, hibari). Reported are wordings, menus and numbers of `benchmarks._measured` by
voices that the recogniser was not tuned on; --tuned tells those that it was, each mistake by itself. How the line
sounds stands in `benchmarks._acoustics`; "line" is 15 dB of pink noise and 3 % of packets lost. A slot counts as
right when understanding reads from the words heard what it reads from the words said (a menu's and a choice's option,
a yes or no, the digits). The same sound goes to each engine: `whisper` is ours, told what the step expects; `bare`
the same weights as their package runs them, 30 s window, told nothing, and on every third utterance only, for it
takes five times as long; `pocketsphinx` hears English by its grammars. `cpu_ms` is processor time an utterance, each
language in a process of its own. By itself every second text of yes/no, digits, menu and choice is told, every fourth
of the others, by one voice after another, in four conditions: some eight minutes on two cores; --short every third of
the closed sets alone, Russian and English, clean and at `line`, some three minutes; --long all by every voice in every
condition, for hours.

--noises gives the same ears the sixty sounds of `benchmarks._noises` as if a detector had let them pass, each to a step
that expects yes or no, digits, a menu or a choice in turn: how many are heard as words, and how many of these are then
understood as an answer. About two minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.__main__ import rows
from benchmarks._acoustics import CALLERS, CONDITIONS, TUNED_CALLERS, Caller, Callers, on_the_line
from benchmarks._noises import sixty
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
SOME_CONDITIONS = ("clean", "line", "loss_3pct", "pink_10db")
FEW_CONDITIONS = ("clean", "line")
EACH, SHORT_EACH = 2, 3  # every second text of a closed set, every third with --short; of the others half as many
BARE_EACH = 3
DIGITS = 4  # that a step expects which hears noise

Ears = Callable[[Samples, Hint], str]
T, F = TypeVar("T"), TypeVar("F")


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


def expected(lang: str, kind: Kind, text: str, tuned: bool) -> Hint:
    """What the step would tell the ears: as `voice.hints` makes it of the dialogue's expectation."""
    return awaited(lang, kind, len(str(value(kind, text, lang, tuned)[0])) if kind == "digits" else 0, tuned)


def awaited(lang: str, kind: Kind, count: int, tuned: bool) -> Hint:
    """count: of digits."""
    slot = SlotSpec(
        name="x",
        type="choice" if kind == "menu" else kind,
        options=options(kind, tuned),
        length=(count, count) if count else None,
    )
    told = hint(Expectation(asked="x", slots={"x": slot}), lang)  # type: ignore[arg-type]
    return Hint(lang=lang, kind=kind, phrases=told.phrases, answers=told.answers, length=told.length)


def value(kind: Kind, text: str, lang: str, tuned: bool) -> tuple[object, object]:
    """What understanding reads. "Семёнова" is spelled in two ways."""
    offered = options(kind, tuned)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """each: every so many-th text of a closed set; of the others half as many. everybody: each text by all voices."""

    lang: str
    kinds: tuple[Kind, ...]
    conditions: tuple[str, ...]
    engines: tuple[str, ...]
    each: int
    everybody: bool
    tuned: bool
    tell: bool


def utterances(plan: Plan) -> Iterator[Utterance]:
    """Every text by every voice, or by one voice after another."""
    mouths = Callers()
    lang, callers = plan.lang, (TUNED_CALLERS if plan.tuned else CALLERS)[plan.lang]
    try:
        for kind in plan.kinds:
            each = plan.each if kind in CLOSED or plan.everybody else 2 * plan.each
            for number, text in enumerate(said(lang, kind, plan.tuned)[::each]):
                for caller in callers if plan.everybody else (callers[number % len(callers)],):
                    speech = mouths.speech(caller, lang, text)
                    for condition in plan.conditions:
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


def measure(heard: Iterable[Utterance], ears: Ears, *, tuned: bool, tell: bool) -> dict[str, Tally]:
    """By language, and by language and kind, condition, voice, voice and condition, condition and kind."""
    tallies: dict[str, Tally] = {}
    for one in heard:
        told = expected(one.lang, one.kind, one.text, tuned)
        began = time.process_time()
        text = ears(one.sound, told)
        spent = (time.process_time() - began) * 1000
        wrong = Levenshtein.distance(words(one.text), words(text))
        right = value(one.kind, one.text, one.lang, tuned) == value(one.kind, text, one.lang, tuned)
        if tell and not right:
            print(f"{one.caller.name:<14} {one.condition:<10} {one.kind:<8} {one.text} | {text}", flush=True)
        lang, kind, condition, voice = one.lang, one.kind, one.condition, one.caller.name
        names = [lang, f"{lang}.{kind}", f"{lang}.{condition}", f"{lang}.{condition}.{kind}"]
        if kind in CLOSED:
            names += [f"{lang}.closed", f"{lang}.{condition}.closed", f"{lang}.{voice}.closed"]
        for name in (*names, f"{lang}.{voice}", f"{lang}.{voice}.{condition}"):
            tally = tallies.setdefault(name, Tally())
            tally.wrong += wrong
            tally.words += len(words(one.text))
            tally.slots += 1
            tally.right += right
            tally.cpu_ms.append(spent)
    return tallies


def measured(plan: Plan) -> dict[str, dict[str, dict[str, float]]]:
    """Of one language, by engine."""
    figures: dict[str, dict[str, dict[str, float]]] = {}
    heard = list(utterances(plan))
    for name, languages, ears, close in engines(plan.engines):
        if plan.lang in languages.split():
            few = heard if name != "bare" or plan.everybody else _every(heard, BARE_EACH)
            tallies = measure(few, ears, tuned=plan.tuned, tell=plan.tell and name == "whisper")
            figures[name] = {key: tally.figures() for key, tally in sorted(tallies.items())}
        close()
    return figures


def noised(lang: str) -> dict[str, object]:
    """What the ears make of what nobody said."""
    whisper = Whisper()
    whisper.load()
    words_heard: list[str] = []
    answers: list[str] = []
    spent: list[float] = []
    for number, (noise, sound) in enumerate(sixty(lang)):
        kind = CLOSED[number % len(CLOSED)]
        told = awaited(lang, kind, DIGITS, False)
        began = time.process_time()
        text = whisper.decode(sound, told).text
        spent.append((time.process_time() - began) * 1000)
        if text:
            words_heard.append(f"{noise}, {kind}: {text}")
            if value(kind, text, lang, False)[0] is not None:
                answers.append(words_heard[-1])
    whisper.close()
    return {
        "noises": len(spent),
        "heard_as_words": len(words_heard),
        "understood_as_answers": len(answers),
        "words": words_heard,
        "answers": answers,
        "cpu_ms_p50": round(float(np.percentile(spent, 50))),
        "cpu_ms_p95": round(float(np.percentile(spent, 95))),
    }


def _every(heard: Sequence[Utterance], step: int) -> list[Utterance]:
    """Every so many-th text in all its conditions."""
    texts = dict.fromkeys((one.kind, one.text, one.caller) for one in heard)
    some = set(list(texts)[::step])
    return [one for one in heard if (one.kind, one.text, one.caller) in some]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recognition", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    much = parser.add_mutually_exclusive_group()
    much.add_argument("--short", "--quick", action="store_true", help="closed sets alone, fewer texts, two conditions")
    much.add_argument("--long", action="store_true", help="every utterance by every voice in every condition")
    much.add_argument(
        "--noises", action="store_true", help="sounds that are no answer, and how many are taken for words"
    )
    parser.add_argument("--tuned", action="store_true", help="wordings and voices that were tuned on, mistakes named")
    parser.add_argument("--kinds", default="")
    parser.add_argument("--conditions", default="")
    parser.add_argument("--each", type=int, default=0, help="every Nth text of closed sets, every 2Nth of others")
    parser.add_argument("--engines", default="whisper,bare,pocketsphinx")
    parser.add_argument("--lang", default=",".join(CALLERS))
    arguments = parser.parse_args()
    usual = CONDITIONS if arguments.long else FEW_CONDITIONS if arguments.short else SOME_CONDITIONS
    langs = arguments.lang.split(",")
    if arguments.noises:
        return show(dict(zip(langs, spread(noised, langs), strict=True)), arguments.json)
    plans = [
        Plan(
            lang=lang,
            kinds=tuple(arguments.kinds.split(",")) if arguments.kinds else CLOSED if arguments.short else KINDS,
            conditions=tuple(arguments.conditions.split(",") if arguments.conditions else usual),
            engines=tuple(arguments.engines.split(",")),
            each=arguments.each or (1 if arguments.long else SHORT_EACH if arguments.short else EACH),
            everybody=arguments.long,
            tuned=arguments.tuned,
            tell=arguments.tuned and not arguments.json,
        )
        for lang in langs
    ]
    figures: dict[str, dict[str, dict[str, float]]] = {}
    began = time.monotonic()
    for found in spread(measured, plans):
        for engine, by in found.items():
            figures.setdefault(engine, {}).update(by)

    def of(engine: str, key: str) -> dict[str, float]:
        return {lang: figures[engine][lang][key] for lang in langs if lang in figures.get(engine, {})}

    told = {
        "wer": of("whisper", "wer"),
        "slot_rate": of("whisper", "slot_rate"),
        "bare_wer": of("bare", "wer"),
        "bare_slot_rate": of("bare", "slot_rate"),
        "closed_sets": {
            engine: {key: by[key]["slot_rate"] for key in by if key.split(".")[-1] in (*CLOSED, "closed")}
            for engine, by in figures.items()
        },
        "tuned": arguments.tuned,
        "took_s": round(time.monotonic() - began),
        **figures,
        "load": round(os.getloadavg()[0], 2),
    }
    return show(told, arguments.json)


def spread(work: Callable[[T], F], over: Sequence[T]) -> list[F]:
    """Each in a process of its own."""
    with ProcessPoolExecutor(len(over), multiprocessing.get_context("spawn")) as processes:
        return list(processes.map(work, over))


def show(told: Mapping[str, object], as_json: bool) -> int:
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        for key, figure in rows(dict(told)):
            print(f"{key:<50} {figure}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
