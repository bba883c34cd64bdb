"""The other programs that scenarios ask, each kind by who speaks with it: actions.yaml over HTTP, Rasa's bots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.backends.http import Outside
from bot.dialogue.actions import Fetch
from bot.dialogue.delegated import Bot
from bot.dialogue.external import External
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import Value
from bot.understanding.rasa.dialogue import Bots
from bot.understanding.rasa.servers import Servers


class Programs:
    """Implements ports.Outside; `close()` when done. rasa: the servers of the process, whose bots are among them."""

    def __init__(self, rasa: Servers, http: Outside | None = None) -> None:
        self.rasa = rasa
        self._http = http or Outside()
        self._bots = Bots(rasa)

    def missing(self, action: External) -> tuple[str, ...]:
        """The names of the environment that it needs and that aren't set."""
        return self._http.missing(action)

    async def ask(
        self, action: External | Bot, fetch: Fetch, scenarios: ScenarioSet, now: datetime
    ) -> tuple[str, Mapping[str, Value]]:
        if isinstance(action, Bot):
            return await self._bots.ask(action, fetch)
        return await self._http.ask(action, fetch, scenarios, now)

    async def close(self) -> None:
        await self._http.close()
        await self.rasa.close()
