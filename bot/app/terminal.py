"""`govorun chat`: the dialogue in a terminal, without a server; the same turn, a store of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from uuid import uuid4

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from bot.app import house as houses
from bot.app import why
from bot.app.beginning import Beginning, typed
from bot.app.cached import thrown_away
from bot.channels.lines import Line, lines
from bot.dialogue.actions import Choice
from bot.dialogue.events import Chosen, Event, Left, Started, Utterance
from bot.dialogue.meaning import Language
from bot.ports import Identity, Inbound, Outcome
from bot.settings import Settings

CHANNEL = "terminal"
WORDS = {
    "ru": {
        "hint": "Ctrl-D закончит разговор, номер выберет ответ.",
        "bye": "До свидания.",
        "waiting": "Разговор ждёт оператора. Здесь его некому взять: /desk есть у govorun serve.",
        "ended": "Разговор окончен.",
        "prompt": "вы",
    },
    "en": {
        "hint": "Ctrl-D ends it, a number picks an answer.",
        "bye": "Goodbye.",
        "waiting": "The conversation waits for an agent. Nobody can take it here: govorun serve has /desk.",
        "ended": "The conversation is over.",
        "prompt": "you",
    },
}


def run(
    settings: Settings,
    *,
    scenario: str | None,
    given: Sequence[str] = (),
    language: Language | None,
    data: Path | None,
    explained: bool = False,
    console: Console,
) -> None:
    """Talk until Ctrl-D or the end. scenario: SET/SCENARIO, or either. given: name=value, what it begins with.
    data: where to keep it; None for a folder that goes away. explained: say why each text was understood as it was.

    Raises GovorunError: BrokenSets, UnknownScenario, Unacceptable.
    """
    with nullcontext(data) if data is not None else thrown_away(settings) as folder, console.status("…"):
        house = houses.build(settings.model_copy(update={"data": folder, "database_url": ""}), tried=True)
        begin = typed(house.sets, settings.scenario_set, scenario, given)
        console_stop = Talk(house, console, begin, language=language or settings.language, explained=explained)
    try:
        asyncio.run(console_stop.run())
    finally:
        asyncio.run(house.close())


class Talk:
    """One conversation, line by line."""

    def __init__(
        self, house: houses.House, console: Console, begin: Beginning, *, language: Language, explained: bool = False
    ) -> None:
        self._house = house
        self._console = console
        self._begin = begin
        self._language: Language = language
        self._identity = Identity(kind=CHANNEL, value=uuid4().hex)
        self._choices: tuple[Choice, ...] = ()
        self._explained = explained
        self._places: why.Places | None = None

    async def run(self) -> None:
        words = WORDS[self._language]
        self._console.print(words["hint"], style="dim")
        outcome = await self._take(Started(id=uuid4().hex, at=self._house.now()))
        while outcome.session.status != "ended":
            self._language = outcome.session.language
            typed = await asyncio.to_thread(self._read)
            if typed is None:
                await self._take(Left(id=uuid4().hex, at=self._house.now(), reason="closed the chat"))
                self._console.print(WORDS[self._language]["bye"], style="dim")
                return
            if typed:
                event = self._event(typed)
                if self._explained and isinstance(event, Utterance):
                    await asyncio.to_thread(self._explain, event, outcome)
                outcome = await self._take(event)
        self._console.print(WORDS[self._language]["ended"], style="dim")

    def _explain(self, event: Utterance, before: Outcome) -> None:
        """Why it will be understood as it will be, before the bot answers."""
        served, session = self._house.turn.serving(before.session), before.session
        if self._places is None:
            self._places = why.places(self._house.settings.scenarios / served.scenarios.name)
        told = why.of(served.nlu, served.scenarios, event.text, before.expectation, session.language, self._house.now())
        for line in why.sentences(told, self._places):
            self._console.print(Text(f"  {line}"), style="dim", soft_wrap=True)

    def _read(self) -> str | None:
        """What was typed; None at the end of input."""
        try:
            return self._console.input(f"[bold cyan]{WORDS[self._language]['prompt']}[/] ").strip()
        except EOFError:
            self._console.print()
            return None

    def _event(self, typed: str) -> Event:
        at, name = self._house.now(), uuid4().hex
        if typed.isdigit() and 0 < int(typed) <= len(self._choices):
            choice = self._choices[int(typed) - 1]
            return Chosen(id=name, at=at, option=choice.id, title=choice.title)
        return Utterance(id=name, at=at, text=typed)

    async def _take(self, event: Event) -> Outcome:
        outcome = await self._house.turns.take(
            Inbound(
                event=event,
                channel=CHANNEL,
                identity=self._identity,
                scenarios=self._begin.scenarios,
                scenario=self._begin.scenario,
                given=self._begin.given,
                language=None if isinstance(event, Utterance) else self._language,
            )
        )
        self._choices = ()
        for line in lines(outcome.rows):
            self._show(line)
        return outcome

    def _show(self, line: Line) -> None:
        if line.who == "bot":
            self._console.print(Text.assemble(("▌ ", "green"), line.text))
            if line.choices:
                self._choices = line.choices
                for number, choice in enumerate(line.choices, 1):
                    self._console.print(f"  [bold]{number}[/] {escape(choice.title)}", style="cyan")
        elif line.kind == "waiting":
            self._console.print(WORDS[self._language]["waiting"], style="yellow")
