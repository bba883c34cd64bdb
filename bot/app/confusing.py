"""`govorun understand confusions`: which wishes are mixed up, by which phrases, and what to do about it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from rich.console import Console

from bot.app.authors import sets_in
from bot.authoring.load import written
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import Started
from bot.dialogue.expecting import expects
from bot.dialogue.meaning import REPAIRS, Language
from bot.errors import Unacceptable
from bot.locale import reported, said
from bot.understanding.answering import content
from bot.understanding.intents.confusions import mixed_up
from bot.understanding.intents.evaluation import labelled
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.repairs import repair
from bot.understanding.slots.choices import forms
from bot.understanding.words.normaliser import normalise

LANGUAGES: tuple[Language, ...] = ("ru", "en")
ALIKE = 0.6  # cosine; what is lost with nothing so near stands alone among its own, and is not confused
SAME = 0.84  # nearer than this the two say the same


@dataclass(frozen=True, slots=True)
class Mixed:
    """`text` of `intent`, unseen, would be taken for `other`, whose `like` is the nearest. shared: words of both, in
    dictionary form. likeness: their cosine. place, like_place: "booking.yaml:8"."""

    language: Language
    intent: str
    other: str
    text: str
    place: str
    like: str
    like_place: str
    likeness: float
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """A phrase that isn't heard as its own: by "rule", by another "wish", or by "nobody"."""

    language: Language
    intent: str
    text: str
    place: str
    by: str
    heard: str


@dataclass(frozen=True, slots=True)
class _Said:
    intent: str
    place: str
    texts: tuple[str, ...]


def confusions(folder: Path, train: Path | None, language: Language | None, *, as_json: bool, console: Console) -> None:
    """Of the sets in a folder, or of a CSV with the columns text,intent. Raises UnknownScenario, ScenarioErrors,
    Unacceptable."""
    found: dict[str, tuple[list[Mixed], list[Taken]]] = {}
    if train is not None:
        found[train.name] = _of_csv(train, language or "ru")
    else:
        for path in sets_in(folder, reported()):
            found[path.name] = _of_set(path, language)
    if as_json:
        print(
            json.dumps(
                {
                    name: {"mixed": [asdict(one) for one in mixed], "taken": [asdict(one) for one in taken]}
                    for name, (mixed, taken) in found.items()
                },
                ensure_ascii=False,
            )
        )
        return
    for name, (mixed, taken) in found.items():
        for line in sentences(name, mixed, taken):
            console.print(line, soft_wrap=True, markup=False, emoji=False)


def _of_set(folder: Path, only: Language | None) -> tuple[list[Mixed], list[Taken]]:
    made, phrases = written(folder)
    nlu = BuiltinNlu.of(made)
    began = Started(id="confusions", at=datetime.now(UTC))
    session, _ = advance(opening("confusions", made), began, made)
    mixed: list[Mixed] = []
    taken: list[Taken] = []
    for language in LANGUAGES:
        if language not in made.languages or only not in (None, language):
            continue
        spoken = [
            _Said(one.intent, f"{one.reader.file}:{one.node.line}", one.texts)
            for one in phrases
            if one.language == language and one.texts
        ]
        mixed += _mixed(spoken, language)
        expectation = expects(replace(session, language=language), made)
        for one in spoken:
            meaning = nlu.understand(one.texts[0], expectation, language=language, now=began.at.replace(tzinfo=None))
            heard = {*(each.name for each in meaning.intents), *meaning.either, meaning.option}
            if one.intent not in heard and one.intent.rpartition(".")[2] != meaning.option:
                answer = "yes" if meaning.yes else "no" if meaning.yes is False else ""
                name = meaning.intent or meaning.option or answer
                by = "rule" if name in (*REPAIRS, "yes", "no") else "wish" if name else "nobody"
                taken.append(Taken(language, one.intent, one.texts[0], one.place, by, name))
    return mixed, taken


def _of_csv(path: Path, language: Language) -> tuple[list[Mixed], list[Taken]]:
    rows = labelled(path)
    if not rows:
        raise Unacceptable(said("has no rows", "нет строк"), where=str(path))
    spoken = [_Said(intent, f"{path.name}:{line}", (text,)) for line, (text, intent) in enumerate(rows, 2)]
    rules = [(one, repair(normalise(one.texts[0]), language)) for one in spoken]
    taken = [
        Taken(language, one.intent, one.texts[0], one.place, "rule", wish)
        for one, wish in rules
        if wish is not None and wish != one.intent
    ]
    return _mixed(spoken, language), taken


def _mixed(spoken: Sequence[_Said], language: Language) -> list[Mixed]:
    by_intent: dict[str, list[tuple[str, ...]]] = {}
    first: dict[str, _Said] = {}
    for one in spoken:
        by_intent.setdefault(one.intent, []).append(one.texts)
        for text in one.texts:
            first.setdefault(text, one)
    found = []
    for text, like, cosine in mixed_up(by_intent, language, near=ALIKE):
        own, other = first[text], first[like]
        if own.intent != other.intent:
            shared = tuple(sorted(_words(text, language) & _words(like, language)))
            found.append(
                Mixed(language, own.intent, other.intent, text, own.place, like, other.place, round(cosine, 2), shared)
            )
    return found


def _words(text: str, language: Language) -> set[str]:
    """Those that say something, in dictionary form."""
    return {forms(word, language)[0] for word in normalise(text).split() if content(word, language)}


def sentences(name: str, mixed: Sequence[Mixed], taken: Sequence[Taken]) -> Iterator[str]:
    """A pair of wishes after the other, those mixed up by most phrases first."""
    if not mixed and not taken:
        yield said(f"{name}: no wishes are mixed up.", f"{name}: желания не путаются.")
        return
    yield f"{name}:"
    sizes = Counter(_pair(one) for one in mixed)
    ordered = sorted(mixed, key=lambda one: (-sizes[_pair(one)], _pair(one), -one.likeness))
    for (language, one, other), some in groupby(ordered, key=_pair):
        listed = list(some)
        yield said(
            f"  {one} and {other} ({language}) are mixed up by {len(listed)}:",
            f"  {one} и {other} ({language}) путаются, фраз: {len(listed)}:",
        )
        for each in listed:
            yield said(
                f"    {each.place}: “{each.text}” sounds like {each.other}: “{each.like}” ({each.like_place}), "
                f"likeness {each.likeness:.2f}",
                f"    {each.place}: «{each.text}» звучит как {each.other}: «{each.like}» ({each.like_place}), "
                f"сходство {each.likeness:.2f}",
            )
        yield f"    {_advice(one, other, listed)}"
    for lost in taken:
        yield f"  {lost.place}: {_taken(lost)}"


def _pair(one: Mixed) -> tuple[Language, str, str]:
    first, second = sorted((one.intent, one.other))
    return one.language, first, second


def _advice(one: str, other: str, some: Sequence[Mixed]) -> str:
    if any(each.likeness >= SAME for each in some):
        return said(
            "They say the same: keep each phrase under one of the two, or make one wish of both and ask.",
            "Они говорят одно и то же: оставьте каждую фразу у одного из двух или сделайте из них одно желание и "
            "переспрашивайте.",
        )
    words = Counter(word for each in some for word in each.shared)
    if words:
        shared = ", ".join(word for word, _ in words.most_common(5))
        return said(
            f"These two share: {shared}. Add to each some phrases with what only it is about, and without these words.",
            f"Общее у них: {shared}. Добавьте каждому фраз о том, что есть только у него, и без этих слов.",
        )
    return said(
        f"No word is shared, but they are worded alike: add to {one} and {other} phrases worded otherwise.",
        f"Общих слов нет, но построены они похоже: добавьте в {one} и {other} фраз, сказанных иначе.",
    )


def _taken(each: Taken) -> str:
    says: Mapping[str, str] = {
        "rule": said(
            f"“{each.text}” of {each.intent} is never heard as such: the rule “{each.heard}” takes it. Word it "
            "otherwise, or override the rule in repair.yaml.",
            f"«{each.text}» ({each.intent}) так не услышат: её забирает правило «{each.heard}». Скажите иначе или "
            "переопределите правило в repair.yaml.",
        ),
        "wish": said(
            f"“{each.text}” of {each.intent} is heard as {each.heard}. Keep it in one place.",
            f"«{each.text}» ({each.intent}) слышится как {each.heard}. Оставьте её в одном месте.",
        ),
        "nobody": said(
            f"“{each.text}” of {each.intent} isn't understood at the beginning: it stands too far from its other "
            "phrases, or is like what no business is asked. Add some like it.",
            f"«{each.text}» ({each.intent}) в начале разговора не понимается: далека от других своих фраз или похожа "
            "на то, о чём просят не вас. Добавьте похожих.",
        ),
    }
    return says[each.by]
