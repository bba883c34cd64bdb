"""A scenario set as a Rasa project: what its customers say, for Rasa 3 to learn from.

nlu.yml      every phrase with its templates expanded, the slots in it marked as entities
domain.yml   intents, entities, slots filled from them, the questions as `utter_ask_SLOT`
config.yml   a pipeline to begin with; left alone where there is one already
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from bot.authoring.checks.whole import Phrase
from bot.authoring.examples import TAUGHT
from bot.authoring.load import written
from bot.authoring.phrases import expand
from bot.authoring.slots import samples
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.slot import Slot
from bot.dialogue.wording import Prompt

VERSION = "3.1"  # of Rasa's training data format
NLU, DOMAIN, CONFIG = "nlu.yml", "domain.yml", "config.yml"
# DIET and a line of refusal: what Rasa's own templates begin with, less what English alone needs.
PIPELINE: Mapping[str, Any] = {
    "recipe": "default.v1",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": 100, "constrain_similarities": True, "random_seed": 1},
        {"name": "EntitySynonymMapper"},
        {"name": "FallbackClassifier", "threshold": 0.4, "ambiguity_threshold": 0.1},
    ],
    "policies": [{"name": "MemoizationPolicy"}, {"name": "RulePolicy"}],
}
# What a slot of ours is in Rasa: dates, names and phones are texts there.
_TYPES: Mapping[str, str] = {"number": "any", "yesno": "bool"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written. examples: of all intents together. left: files that stood there already."""

    files: tuple[Path, ...]
    intents: int
    examples: int
    left: tuple[Path, ...] = ()


def export(source: Path, folder: Path, *, languages: Sequence[Language] = ()) -> Exported:
    """Write the set in `source` as a Rasa project into `folder`. languages: of the phrases; () for all the set has.

    nlu.yml and domain.yml are written anew. Raises ScenarioErrors, OSError.
    """
    scenarios, phrases = written(source)
    spoken = tuple(each for each in scenarios.languages if not languages or each in languages)
    said = examples(scenarios, phrases, spoken)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        NLU: nlu(scenarios, said, spoken),
        DOMAIN: _yaml(domain(scenarios, said, spoken[0] if spoken else "ru")),
    }
    config = folder / CONFIG
    left = (config,) if config.exists() else ()
    if not left:
        language = spoken[0] if len(spoken) == 1 else "xx"  # Rasa's word for several at once
        files[CONFIG] = _yaml({"language": language, **PIPELINE})
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return Exported(
        files=tuple(folder / name for name in files),
        intents=len(said),
        examples=sum(map(len, said.values())),
        left=left,
    )


def examples(scenarios: ScenarioSet, phrases: Sequence[Phrase], languages: Sequence[str]) -> dict[str, list[str]]:
    """Intent -> what is said, in Rasa's markup: "запишите к [терапевту]{"entity": "service", "value": "terapevt"}"."""
    said: dict[str, dict[str, None]] = {}
    owners = {scenario.file: scenario.slots for scenario in scenarios.scenarios.values()}
    for phrase in phrases:
        if phrase.language not in languages:
            continue
        intent = scenarios.scenarios.get(phrase.intent)
        slots = intent.slots if intent is not None else owners.get(phrase.reader.file, {})
        texts = expand(phrase.source, _marked(slots, phrase.language, scenarios))[:TAUGHT]
        said.setdefault(phrase.intent, {}).update(dict.fromkeys(texts))
    return {intent: list(texts) for intent, texts in sorted(said.items())}


def _marked(
    slots: Mapping[str, Slot], language: str, scenarios: ScenarioSet
) -> Callable[[str, str], Sequence[str] | None]:
    def of(name: str, form: str) -> Sequence[str] | None:
        slot = slots.get(name)
        if slot is None:
            return None
        if slot.type != "choice":
            return [f"[{text}]({name})" for text in samples(slot, form, language, scenarios.rows)]
        return [
            _choice(text, name, option.id)
            for option in slot.options
            for text in samples(replace(slot, options=(option,)), form, language, scenarios.rows)
        ] or [name]

    return of


def _choice(text: str, entity: str, value: str) -> str:
    if text == value:
        return f"[{text}]({entity})"
    return f"[{text}]{json.dumps({'entity': entity, 'value': value}, ensure_ascii=False)}"


def nlu(scenarios: ScenarioSet, said: Mapping[str, Sequence[str]], languages: Sequence[str]) -> str:
    """nlu.yml as text: intents, then every option's words as a synonym of its id, then lookups of them all."""
    lines = [f'version: "{VERSION}"', "", "nlu:"]
    for intent, texts in said.items():
        lines += block("intent", intent, texts)
    words = _words(scenarios, languages)
    for option, each in _by_option(words).items():
        lines += block("synonym", option, each)
    for entity, options in words.items():
        lines += block("lookup", entity, [word for each in options.values() for word in each])
    return "\n".join(lines) + "\n"


def block(kind: str, name: str, texts: Sequence[str]) -> list[str]:
    """The lines of one entry of nlu.yml; none where there are no texts."""
    if not texts:
        return []
    return [f"- {kind}: {json.dumps(name, ensure_ascii=False)}", "  examples: |", *(f"    - {text}" for text in texts)]


def _words(scenarios: ScenarioSet, languages: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Slot -> option -> titles and synonyms, of every choice that is collected."""
    out: dict[str, dict[str, list[str]]] = {}
    for scenario in scenarios.scenarios.values():
        for slot in scenario.slots.values():
            for option in slot.options if slot.type == "choice" else ():
                known = out.setdefault(slot.name, {}).setdefault(option.id, [])
                for language in languages:
                    more = (option.title.get(language, ""), *option.synonyms.get(language, ()))
                    known += [text for text in more if text and text not in known]
    return {name: options for name, options in out.items() if any(options.values())}


def _by_option(words: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    out: dict[str, dict[str, None]] = {}
    for options in words.values():
        for option, texts in options.items():
            out.setdefault(option, {}).update(dict.fromkeys(text for text in texts if text != option))
    return {option: list(texts) for option, texts in out.items() if texts}


def domain(scenarios: ScenarioSet, said: Mapping[str, Sequence[str]], language: str) -> dict[str, Any]:
    """domain.yml: a slot of the same name in two scenarios is one slot of Rasa's."""
    slots: dict[str, Any] = {}
    responses: dict[str, Any] = {}
    for scenario in scenarios.scenarios.values():
        for slot in scenario.slots.values():
            made: dict[str, Any] = {"type": _TYPES.get(slot.type, "text")}
            if slot.type == "choice" and not slot.many:
                made = {"type": "categorical", "values": [option.id for option in slot.options]}
            elif slot.many:
                made = {"type": "list"}
            mapping = {"type": "from_entity", "entity": slot.name}
            slots.setdefault(slot.name, {**made, "influence_conversation": False, "mappings": [mapping]})
            responses.setdefault(f"utter_ask_{slot.name}", _variants(slot.ask, language))
    return {
        "version": VERSION,
        "intents": list(said),
        "entities": list(slots),
        "slots": slots,
        "responses": responses,
    }


def _variants(prompt: Prompt, language: str) -> list[dict[str, str]]:
    wording = prompt.wordings.get(language) or next(iter(prompt.wordings.values()))
    return [{"text": template.source} for template in wording.text]


def _yaml(tree: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(tree), allow_unicode=True, sort_keys=False, width=120)
