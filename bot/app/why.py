"""`govorun understand why` and `govorun chat --why`: why words were understood as they were, in plain sentences."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console

from bot.api.bodies import plain
from bot.app import house as houses
from bot.app.cached import thrown_away
from bot.authoring.load import written
from bot.dialogue.events import Started, Utterance
from bot.dialogue.meaning import Expectation, Language, Reading
from bot.dialogue.scenario import ScenarioSet
from bot.errors import GovorunError
from bot.locale import said
from bot.ports import Identity, Inbound, Learner, Nlu
from bot.settings import Settings
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.why import LINE, Because, Why, why
from bot.understanding.words.normaliser import normalise

# (language, normalised phrase) -> "booking.yaml:8"
Places = Mapping[tuple[str, str], str]


def explain(
    settings: Settings,
    texts: Sequence[str],
    *,
    scenarios: str,
    language: Language | None,
    as_json: bool,
    console: Console,
) -> None:
    """texts: a conversation; the last of it is explained. Raises UnknownScenario."""
    with thrown_away(settings) as folder:
        house = houses.build(settings.model_copy(update={"data": folder, "database_url": ""}), tried=True)
        try:
            told, places = asyncio.run(_explained(house, texts, scenarios, language or settings.language))
        finally:
            asyncio.run(house.close())
    if as_json:
        print(json.dumps(data(told, places), ensure_ascii=False))
        return
    for line in sentences(told, places):
        console.print(line, soft_wrap=True, markup=False, emoji=False)


async def _explained(
    house: houses.House, texts: Sequence[str], scenarios: str, language: Language
) -> tuple[Why, Places]:
    me = Identity(kind="terminal", value=uuid4().hex)
    first = Started(id=uuid4().hex, at=house.now())
    outcome = await house.turns.take(
        Inbound(event=first, channel="terminal", identity=me, scenarios=scenarios, language=language)
    )
    for text in texts[:-1]:
        event = Utterance(id=uuid4().hex, at=house.now(), text=text)
        outcome = await house.turns.take(Inbound(event=event, channel="terminal", identity=me))
    served = house.turn.serving(outcome.session)
    told = of(served.nlu, served.scenarios, texts[-1], outcome.expectation, outcome.session.language, house.now())
    return told, places(house.settings.scenarios / served.scenarios.name)


def of(nlu: Nlu, scenarios: ScenarioSet, text: str, expectation: Expectation, language: Language, now: datetime) -> Why:
    """nlu: may be one around ours: what is told is what ours makes of it. now: of the business."""
    own = nlu.learn() if isinstance(nlu, Learner) else nlu
    assert isinstance(own, BuiltinNlu)
    return why(own, scenarios.phrases, text, expectation, language=language, now=now.replace(tzinfo=None))


def places(folder: Path) -> Places:
    """Where each phrase of a set stands; nothing where the folder isn't there any more, or is broken just now."""
    try:
        _, phrases = written(folder)
    except (GovorunError, OSError):
        return {}
    return {
        (phrase.language, normalise(text)): f"{phrase.reader.file}:{phrase.node.line}"
        for phrase in reversed(phrases)
        for text in phrase.texts
    }


def data(told: Why, where: Places) -> dict[str, Any]:
    """As `--json` prints it."""
    return {
        "text": told.text,
        "heard": told.heard,
        "written": told.written,
        "language": told.language,
        "expected": {"slot": told.asked, "yesno": told.yesno, "options": list(told.options)},
        "rule": told.rule,
        "yes": told.yes,
        "intents": [
            {
                "intent": guess.intent,
                "score": guess.score,
                "nearest": guess.nearest,
                "place": _place(told, guess.nearest, where),
                "likeness": guess.likeness,
            }
            for guess in told.guesses
        ],
        "line": LINE,
        "needed": told.needed,
        "slots": {name: plain(reading.value) for name, reading in told.readings.items()},
        "left": told.left,
        "because": told.because,
        "intent": told.meaning.intent,
        "result": sentences(told, where)[-1],
    }


def sentences(told: Why, where: Places) -> list[str]:
    """One after the other: what was expected, what was heard, what phrases and readers say, what came of it."""
    lines = [_expected(told), _heard(told)]
    if told.rule is not None:
        lines.append(said(f"A rule knows these words: {told.rule}.", f"Эти слова знает правило: {told.rule}."))
    if told.yes is not None:
        lines.append(said("The words hold a ", "В словах есть ") + _yes(told.yes) + ".")
    for name, reading in told.readings.items():
        value = plain(reading.value)
        if value is not None:
            lines.append(said(f"Slot {name}: {value}.", f"Слот {name}: {value}."))
        elif _parts(reading):
            part = ", ".join(_parts(reading))
            lines.append(said(f"Slot {name}: a part of it: {part}.", f"Слот {name}: пока только часть: {part}."))
    if told.readings and told.left:
        lines.append(said(f"No slot took: “{told.left}”.", f"Ни один слот не взял: «{told.left}»."))
    for number, guess in enumerate(told.guesses):
        place = _place(told, guess.nearest, where)
        at = f" ({place})" if place else ""
        first = said("Most like", "Больше всего похоже на") if number == 0 else said("Then", "Затем")
        lines.append(
            said(
                f"{first} {guess.intent}, {guess.score:.2f}: its nearest phrase is “{guess.nearest}”{at}, "
                f"likeness {guess.likeness:.2f}.",
                f"{first} {guess.intent}, {guess.score:.2f}: ближайшая фраза — «{guess.nearest}»{at}, "
                f"сходство {guess.likeness:.2f}.",
            )
        )
    lines.append(said("So: ", "Итог: ") + _result(told))
    return lines


def _parts(reading: Reading) -> list[str]:
    """What is known so far, and what has to be asked."""
    known = reading.partial
    told = [str(each) for each in (known.day, known.time, known.part) if each is not None] if known else []
    either = [str(plain(each)) for each in reading.alternatives]
    asked = [said(f"ask for {reading.question}", f"спросить: {reading.question}")] if reading.question else []
    return [*told, *either, *asked]


def _place(told: Why, phrase: str, where: Places) -> str | None:
    return where.get((told.language, normalise(phrase)))


def _yes(yes: bool) -> str:
    return said("yes", "«да»") if yes else said("no", "«нет»")


def _expected(told: Why) -> str:
    waited = []
    if told.asked is not None:
        waited.append(said(f"the slot {told.asked}", f"слот {told.asked}"))
    if told.yesno:
        waited.append(said("yes or no", "«да» или «нет»"))
    if told.options:
        shown = ", ".join(told.options[:6]) + (", …" if len(told.options) > 6 else "")
        waited.append(said(f"a choice of {shown}", f"выбор из {shown}"))
    what = "; ".join(waited) if waited else said("any wish", "любое желание")
    return said(f"Expected: {what}.", f"Ждали: {what}.")


def _heard(told: Why) -> str:
    how = {
        "as_is": "",
        "layout": said(", typed on the other keyboard layout", ", набрано в другой раскладке"),
        "translit": said(", Russian in Latin letters", ", по-русски латинскими буквами"),
    }[told.written]
    slips = ""
    if told.written == "as_is" and told.heard != normalise(told.text):
        slips = said(", slips of the finger put right", ", опечатки исправлены")
    if not told.heard:
        return said("Heard: no word.", "Услышано: ни одного слова.")
    return said(f"Heard: “{told.heard}”{how}{slips}.", f"Услышано: «{told.heard}»{how}{slips}.")


def _result(told: Why) -> str:
    best = told.guesses[0] if told.guesses else None
    name = told.meaning.intent or ""
    slots = ", ".join(told.meaning.readings)
    needed = f"{told.needed:.2f}"
    score = f"{best.score:.2f}" if best is not None else "0"
    with_slots = said(f", with {slots}", f", вместе с {slots}") if slots else ""
    says: Mapping[Because, str] = {
        "key": said("a digit of the menu was typed.", "набрана цифра из меню."),
        "yesno": said(f"an answer, {_yes(bool(told.meaning.yes))}.", f"ответ: {_yes(bool(told.meaning.yes))}."),
        "repair": said(
            f"“{name}”, which every conversation understands; a rule decides it before phrases are looked at.",
            f"«{name}» понимает любой разговор; это решает правило, до фраз дело не доходит.",
        ),
        "option": said(f"the option {told.meaning.option} was named.", f"назван вариант {told.meaning.option}."),
        "words": said(
            f"{name}{with_slots}: by its very words, by small talk or by what its slots take.",
            f"{name}{with_slots}: по самим словам, как болтовня или по тому, что взяли слоты.",
        ),
        "answer": said(f"an answer to the question: {slots}.", f"ответ на вопрос: {slots}."),
        "either": said(
            f"{' or '.join(told.meaning.either)}: too close, so the customer is asked.",
            f"{' или '.join(told.meaning.either)}: слишком близко, поэтому клиента переспросят.",
        ),
        "wish": said(f"the wish {name}{with_slots}.", f"желание {name}{with_slots}."),
        "below": said(
            f"not understood: {score} is below the reject line {LINE:.2f}. If it should be understood, add a phrase "
            "like it.",
            f"не понято: {score} ниже черты отказа {LINE:.2f}. Если это надо понимать, добавьте похожую фразу.",
        ),
        "weak": said(
            f"not understood: a wish that interrupts a question needs {needed}, and this has {score}.",
            f"не понято: чтобы перебить вопрос, желанию нужно {needed}, а здесь {score}.",
        ),
        "foreign": said(
            "not understood: what it is most like isn't expected at this step.",
            "не понято: того, на что это похоже, на этом шаге не ждут.",
        ),
    }
    return says[told.because]


__all__ = ["Places", "data", "explain", "of", "places", "sentences"]
