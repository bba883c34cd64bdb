"""What a language model adds to the intents: accuracy with and without it on the sets of tests/data, and its price.

The model is the one that GOVORUN_LLM_URL and GOVORUN_LLM_MODEL name, asked as a conversation asks it: only where the
default is unsure, with the list of wishes, its answer read strictly. It is given five seconds, so that a slow machine
shows what the model knows; `ms_p95` says whether a customer would have waited for it.

without, with_it   share of test utterances whose intent is right (none understood counts as wrong)
foreign, foreign_with_it   share of foreign requests that nothing was made of
asked              share of test utterances that the model was asked about
used, nothing, refused, failed   what became of those, as shares of what was asked

Without an endpoint there is nothing to measure: {"skipped": …}.

python -m benchmarks.language_model [--json] [--sets clinic_ru,cafe_en] [--limit 50]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from benchmarks.understanding import DATA, SETS
from bot.app.advice import endpoint
from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.dialogue.scenario import Business, ScenarioSet
from bot.ports import Question
from bot.settings import Settings, load
from bot.understanding.intents.evaluation import labelled
from bot.understanding.intents.model import shipped_encoder, train
from bot.understanding.llm import Endpoint, ProposingNlu

PATIENCE_S = 5.0
NOW = datetime(2026, 11, 18, 10, 0)


class Intents:
    """The default's intents alone, as an Nlu."""

    def __init__(self, phrases: Mapping[str, Sequence[str]], language: Language) -> None:
        self._model = train(phrases, language, shipped_encoder())

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return Meaning(intents=self._model.rank(text)[:2])

    def language_of(self, text: str) -> Language | None:
        return None


async def measured(
    phrases: Mapping[str, Sequence[str]],
    own: Sequence[tuple[str, str]],
    foreign: Sequence[str],
    language: Language,
    model: Endpoint,
) -> dict[str, float]:
    """own: text and intent. foreign: texts of no intent."""
    scenarios = ScenarioSet(
        name="measured",
        version="",
        title={},
        languages=(language,),
        start="",
        business=Business(name={}),
        scenarios={},
        phrases={intent: {language: tuple(said)} for intent, said in phrases.items()},
    )
    counted: Counter[str] = Counter()
    spent: list[float] = []

    def told(result: str, seconds: float) -> None:
        counted[result] += 1
        if result in ("answered", "failed"):
            spent.append(seconds * 1000)

    model.told = told
    nlu = ProposingNlu(Intents(phrases, language), scenarios, model)
    expectation = Expectation(intents=tuple(phrases))

    async def both(text: str) -> tuple[str | None, str | None]:
        before = nlu.understand(text, expectation, language=language, now=NOW)
        found = nlu.consider(text, expectation, language=language, now=NOW)
        if isinstance(found, Question):
            advice = await nlu.advise(found)
            found = nlu.advised(text, expectation, advice, language=language, now=NOW)
        return before.intent, found.intent

    ours = [(*await both(text), wanted) for text, wanted in own]
    asked = counted["asked"]
    became = {name: round(counted[name] / max(1, asked), 4) for name in ("used", "nothing", "refused", "failed")}
    theirs = [await both(text) for text in foreign]
    return {
        "without": _share(before == wanted for before, _, wanted in ours),
        "with_it": _share(after == wanted for _, after, wanted in ours),
        "foreign": _share(before is None for before, _ in theirs),
        "foreign_with_it": _share(after is None for _, after in theirs),
        "asked": round(asked / max(1, len(own)), 4),
        **became,
        "ms_p50": round(statistics.median(spent), 1) if spent else 0.0,
        "ms_p95": round(sorted(spent)[int(0.95 * len(spent))], 1) if spent else 0.0,
    }


def _share(found: object) -> float:
    listed = list(found)  # type: ignore[call-overload]
    return round(sum(listed) / len(listed), 4) if listed else 0.0


async def _all(settings: Settings, sets: Sequence[tuple[str, Language]], limit: int) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for area, language in sets:
        model = endpoint(settings)
        assert model is not None
        phrases: dict[str, list[str]] = {}
        for text, intent in labelled(DATA / f"intents_{area}_{language}_train.csv"):
            phrases.setdefault(intent, []).append(text)
        own = labelled(DATA / f"intents_{area}_{language}_test.csv")
        foreign = [text for text, _ in labelled(DATA / f"intents_oos_{language}.csv")]
        found[f"{area}_{language}"] = await measured(phrases, own[:limit], foreign[:limit], language, model)
        await model.close()
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.language_model", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    parser.add_argument("--sets", default="", help="some of the sets: clinic_ru,cafe_en")
    parser.add_argument("--limit", type=int, default=10_000, help="utterances of a set, at most")
    given = parser.parse_args(arguments)
    settings = load()
    if not settings.llm_url:
        print(json.dumps({"skipped": "GOVORUN_LLM_URL is not set"}))
        return 0
    patient = settings.model_copy(update={"llm_timeout_s": PATIENCE_S})
    sets = [each for each in SETS if not given.sets or "_".join(each) in given.sets.split(",")]
    figures: dict[str, object] = {"model": settings.llm_model}
    figures |= asyncio.run(_all(patient, sets, given.limit))
    figures["load"] = [round(each, 2) for each in os.getloadavg()]
    print(json.dumps(figures) if given.json else json.dumps(figures, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
