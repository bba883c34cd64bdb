"""The Rasa servers of a process: one client an address, however many sets ask there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping

from bot.dialogue.delegated import Rasa
from bot.dialogue.external import Part, Secret, secret
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Nlu
from bot.understanding.rasa.nlu import Own, RasaNlu
from bot.understanding.rasa.server import Server

# What was asked for ("understanding", "dialogue"), what it came to, and the seconds of it, None where none passed.
Report = Callable[[str, str, float | None], None]


def _quiet(what: str, result: str, seconds: float | None) -> None:
    """Nobody counts."""


class Servers:
    """environment: where addresses and tokens are that rasa.yaml names as ${NAME}; the process's own by default."""

    def __init__(self, environment: Mapping[str, str] | None = None, report: Report = _quiet) -> None:
        self._environment = os.environ if environment is None else environment
        self.report = report
        self._servers: dict[tuple[object, ...], Server] = {}

    def missing(self, rasa: Rasa) -> tuple[str, ...]:
        """The names of the environment that it needs and that aren't set."""
        return tuple(name for name in rasa.secrets if not secret(name, self._environment))

    def over(self, own: Own, scenarios: ScenarioSet) -> Nlu:
        """The understanding of a set: its Rasa before our own, or our own alone."""
        interpreter = scenarios.interpreter
        server = self.server(interpreter.rasa, "understanding") if interpreter is not None else None
        if interpreter is None or server is None:
            return own
        report = self.report
        return RasaNlu(own, interpreter, server, scenarios, told=lambda result: report("understanding", result, None))

    def server(self, rasa: Rasa, what: str) -> Server | None:
        """None where its address isn't whole. what: for the figures."""
        if not rasa.url or self.missing(rasa):
            return None
        url, token = self._written(rasa.url), self._written(rasa.token)
        headers = {name: self._written(parts) for name, parts in rasa.headers.items()}
        if not url.lower().startswith(("http://", "https://")):
            return None
        key = (what, url, token, rasa.timeout, *sorted(headers.items()))
        if key not in self._servers:
            report = self.report
            self._servers[key] = Server(
                url,
                token=token,
                headers=headers,
                timeout=rasa.timeout,
                report=lambda result, seconds: report(what, result, seconds),
            )
        return self._servers[key]

    def told(self, scenarios: ScenarioSet) -> list[str]:
        """What is wrong with the Rasa of a set, a line each; none where all answers."""
        lines = []
        if scenarios.interpreter is not None:
            why = self._wrong(scenarios.interpreter.rasa, "understanding")
            lines += [f"{scenarios.name}: Rasa {why}: understood without it"] if why else []
        for bot in scenarios.bots.values():
            why = self._wrong(bot.rasa, "dialogue") if bot.rasa is not None else "has no url: its sample answers"
            lines += [f"{scenarios.name}: Rasa bot {bot.name} {why}"] if why else []
        return lines

    async def close(self) -> None:
        for server in self._servers.values():
            await server.close()

    def _wrong(self, rasa: Rasa, what: str) -> str:
        if missing := self.missing(rasa):
            return f"can't be asked, {', '.join(missing)} not set"
        server = self.server(rasa, what)
        if server is None:
            return "can't be asked, its url begins with neither http:// nor https://"
        return f"{server.address} does not answer, {server.trouble}" if server.trouble else ""

    def _written(self, parts: Iterable[Part]) -> str:
        texts = (secret(part.name, self._environment) if isinstance(part, Secret) else part for part in parts)
        return "".join(text for text in texts if isinstance(text, str)).strip()
