"""The shipped clinic with a Rasa before its own understanding, for tests."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from bot.authoring.load import load
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Event, Started
from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.ports import Advised, Question
from bot.understanding.later import LaterNlu
from bot.understanding.rasa.nlu import RasaNlu
from bot.understanding.rasa.servers import Servers

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 18, 10, 0)

RASA = """\
understanding:
  url: ${RASA_URL}
  token: ${RASA_TOKEN}
  timeout: 20
bots:
  flowers:
    url: ${RASA_URL}
    gives: [flowers]
"""


def with_rasa(folder: Path, source: Path, text: str = RASA) -> ScenarioSet:
    """A copy of a set, with this rasa.yaml in it. Its token is left out where the text has no place for one."""
    folder.mkdir(exist_ok=True)
    for file in source.glob("*.yaml"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "rasa.yaml").write_text(text, encoding="utf-8")
    return load(folder)


class Heard:
    """What a text comes to, the other program asked in between as a turn does. reports: (what, result) of each."""

    def __init__(self, scenarios: ScenarioSet, environment: dict[str, str], own: LaterNlu | None = None) -> None:
        self.reports: list[tuple[str, str]] = []
        self.servers = Servers(environment, lambda what, result, _: self.reports.append((what, result)))
        self.scenarios = scenarios
        self.own = own or LaterNlu(scenarios)
        self.nlu = self.servers.over(self.own, scenarios)
        self.asked: list[Question] = []

    @property
    def rasa(self) -> RasaNlu:
        assert isinstance(self.nlu, RasaNlu)
        return self.nlu

    @property
    def results(self) -> list[str]:
        return [result for _, result in self.reports if result != "ok"]

    async def hears(self, text: str, expectation: Expectation, language: Language = "ru") -> Meaning:
        nlu = self.nlu
        assert isinstance(nlu, Advised)
        found = nlu.consider(text, expectation, language=language, now=NOW)
        if isinstance(found, Meaning):
            return found
        self.asked.append(found)
        advice = await nlu.advise(found)
        return nlu.advised(text, expectation, advice, language=language, now=NOW)

    def without(self, text: str, expectation: Expectation, language: Language = "ru") -> Meaning:
        return self.own.understand(text, expectation, language=language, now=NOW)


def at(scenarios: ScenarioSet, *events: Event, **more: Any) -> Expectation:
    """What is expected after these events of a new conversation."""
    from datetime import UTC

    session: Session = opening("c1", scenarios)
    begun = Started(id="0", at=NOW.replace(tzinfo=UTC), **more)
    for event in (begun, *events):
        session, _ = advance(session, event, scenarios)
    return expects(session, scenarios)
