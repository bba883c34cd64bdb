"""`govorun understand model`: what a language model is told about some words, what it proposes, what comes of it."""

from __future__ import annotations

import asyncio
import json
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from rich.console import Console
from rich.markup import escape

from bot.api.bodies import plain
from bot.app import house as houses
from bot.dialogue.events import Started, Utterance
from bot.dialogue.meaning import Language, Meaning
from bot.errors import SettingsError
from bot.locale import said as said_
from bot.ports import Identity, Inbound
from bot.settings import Settings
from bot.understanding.llm import ProposingNlu
from bot.understanding.llm.nlu import Doubt, Verdict
from bot.understanding.llm.proposal import Refused, commands_in


def propose(
    settings: Settings,
    said: Sequence[str],
    *,
    scenarios: str,
    language: Language | None,
    show: bool,
    as_json: bool,
    console: Console,
) -> None:
    """said: a conversation; the last of it is what the model is asked about, whether or not the default is sure.

    Raises SettingsError where no model is set, UnknownScenario.
    """
    if not settings.llm_url:
        raise SettingsError(
            said_("no language model is set", "языковая модель не задана"),
            where="GOVORUN_LLM_URL",
            fix=said_("For example", "Например") + " http://127.0.0.1:11434/v1",
        )
    with tempfile.TemporaryDirectory(prefix="govorun-model-") as folder:
        house = houses.build(settings.model_copy(update={"data": Path(folder), "database_url": ""}), tried=True)
        try:
            told = asyncio.run(_asked(house, said, scenarios, language or settings.language))
        finally:
            asyncio.run(house.close())
    if not show:
        told.pop("sent")
    if as_json:
        print(json.dumps(told, ensure_ascii=False))
        return
    for name, value in told.items():
        if name == "sent":
            for message in value:
                console.print(f"[dim]{message['role']}[/]\n{escape(message['content'])}", soft_wrap=True)
            continue
        shown = value if isinstance(value, str | int | float) else json.dumps(value, ensure_ascii=False)
        console.print(f"[dim]{name:<10}[/] {escape(str(shown))}", soft_wrap=True)


async def _asked(house: houses.House, said: Sequence[str], scenarios: str, language: Language) -> dict[str, Any]:
    me = Identity(kind="terminal", value=uuid4().hex)
    first = Started(id=uuid4().hex, at=house.now())
    outcome = await house.turns.take(
        Inbound(event=first, channel="terminal", identity=me, scenarios=scenarios, language=language)
    )
    for text in said[:-1]:
        event = Utterance(id=uuid4().hex, at=house.now(), text=text)
        outcome = await house.turns.take(Inbound(event=event, channel="terminal", identity=me))
    nlu = house.turn.serving(outcome.session).nlu
    assert isinstance(nlu, ProposingNlu)
    assert house.model is not None
    now, session = house.now().replace(tzinfo=None), outcome.session
    doubt = Doubt(text=said[-1], expectation=outcome.expectation, language=session.language, now=now)
    before = nlu.understand(said[-1], outcome.expectation, language=session.language, now=now)
    considered = nlu.consider(said[-1], outcome.expectation, language=session.language, now=now)
    sent, schema = nlu.question(doubt)
    began = time.perf_counter()
    written = await house.model.ask(sent, schema)
    spent = time.perf_counter() - began
    verdict = _verdict(nlu, doubt, written, before)
    return {
        "text": said[-1],
        "default": _plain(before),
        "asked": isinstance(considered, Doubt),
        "sent": [dict(message) for message in sent],
        "wrote": written or "",
        "result": verdict.result,
        "why": verdict.why,
        "meaning": _plain(verdict.meaning),
        "ms": round(spent * 1000),
    }


def _verdict(nlu: ProposingNlu, doubt: Doubt, written: str | None, before: Meaning) -> Verdict:
    if written is None:
        return Verdict(result="failed", why="see the log", before=before, meaning=before)
    try:
        return nlu.judged(doubt, commands_in(written), before)
    except Refused as refused:
        return Verdict(result="refused", why=refused.why, before=before, meaning=before)


def _plain(meaning: Meaning) -> Mapping[str, Any]:
    """What of it says something."""
    told: dict[str, Any] = {
        "intents": {each.name: round(each.score, 2) for each in meaning.intents},
        "readings": {
            name: plain(reading.value) if reading.value is not None else {"question": reading.question}
            for name, reading in meaning.readings.items()
        },
        "yes": meaning.yes,
        "option": meaning.option,
        "either": list(meaning.either),
    }
    return {name: value for name, value in told.items() if value or value is False}
