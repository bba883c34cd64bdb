"""What this process asks of other programs just now, and who of its customers can't wait for the answer.

Nothing is locked meanwhile. An action's answer is an event of its own, so whatever comes in between is taken before
it. What an utterance means has to be known before it is taken, so whatever comes in between waits for that; but
whoever presses a key or wants a person puts an end to the asking, and the utterance is taken as we understand it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from bot.customers.opening import local
from bot.dialogue.events import Event, Silence, Started, Utterance
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import Value
from bot.ports import Outside
from bot.stores.pending import Pending
from bot.versions import Unasked

# After how long a customer who waits for another program gets a word: the first one, and for a caller further ones.
PATIENCE_S: Mapping[str, tuple[float, ...]] = {"voice": (0.7, 8.0), "text": (2.0,)}

Hold = Callable[[bool], Awaitable[None]]  # says a word; told whether it is the first


class Questions:
    """On one event loop. outside: None where nobody is to be asked."""

    def __init__(self, outside: Outside | None) -> None:
        self.outside = outside
        self._asking: dict[str, asyncio.Event] = {}  # by the Fetch's id; set when it is over
        self._doubts: dict[str, tuple[Unasked, asyncio.Event]] = {}  # by the key of the conversation's order
        self._next: dict[str, list[Event]] = {}  # who waits there
        self._beside: set[asyncio.Task[object]] = set()

    def __bool__(self) -> bool:
        """Whether any is open."""
        return bool(self._asking)

    # --- what an action asks ---

    def open(self, fetch: str) -> asyncio.Event | None:
        """Set when what is asked here under that id is over; None where it isn't asked here."""
        return self._asking.get(fetch)

    @contextmanager
    def asking(self, fetch: str) -> Iterator[Callable[[], timedelta]]:
        """While it is asked; gives how long that has been."""
        over = self._asking[fetch] = asyncio.Event()
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            yield lambda: timedelta(seconds=clock() - began)
        finally:
            del self._asking[fetch]
            over.set()

    async def answer(
        self, asked: Pending, scenarios: ScenarioSet, medium: str, hold: Hold
    ) -> tuple[str, Mapping[str, Value]]:
        """The other program's answer; whoever waits long for it gets a word meanwhile."""
        action = scenarios.outside(asked.fetch.name)
        if action is None or self.outside is None:
            return "error", {}  # it was taken out of actions.yaml while we were down
        now = local(asked.at, scenarios.business).replace(tzinfo=None)
        asking = asyncio.create_task(self.outside.ask(action, asked.fetch, scenarios, now))
        patience = list(PATIENCE_S[medium])
        first = True
        try:
            while not (await asyncio.wait({asking}, timeout=patience[0] if patience else None))[0]:
                if len(patience) > 1 or medium == "text":
                    patience.pop(0)
                await hold(first)
                first = False
        except asyncio.CancelledError:
            asking.cancel()
            raise
        return asking.result()

    # --- what an utterance asks ---

    async def advice(self, wanted: Unasked, key: str) -> object:
        """What the other program says of the words; None as soon as somebody comes in that order who can't wait."""
        asking = self._task(wanted.nlu.advise(wanted.question))
        hurried = asyncio.Event()
        self._doubts[key] = (wanted, hurried)
        for event in self._next.get(key, ()):
            self._hurry(key, event)
        hurry = asyncio.create_task(hurried.wait())
        try:
            await asyncio.wait({asking, hurry}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hurry.cancel()
            del self._doubts[key]
        # Left alone it ends by its own timeout; cut short, its program would count as one that fails.
        return asking.result() if asking.done() else None

    @contextmanager
    def next(self, key: str, event: Event) -> Iterator[None]:
        """While that event waits for those before it."""
        waiting = self._next.setdefault(key, [])
        waiting.append(event)
        self._hurry(key, event)
        try:
            yield
        finally:
            waiting.remove(event)
            if not waiting:
                self._next.pop(key, None)

    async def close(self) -> None:
        """Wait for what was left alone."""
        await asyncio.gather(*self._beside, return_exceptions=True)

    def _hurry(self, key: str, event: Event) -> None:
        doubt = self._doubts.get(key)
        if doubt is None or isinstance(event, Started | Silence):
            return
        wanted, hurried = doubt
        if isinstance(event, Utterance):
            self._task(_leaving(wanted, event, hurried))
        else:
            hurried.set()

    def _task(self, work: Awaitable[object]) -> asyncio.Task[object]:
        task = asyncio.ensure_future(work)
        assert isinstance(task, asyncio.Task)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
        return task


async def _leaving(wanted: Unasked, event: Utterance, hurried: asyncio.Event) -> None:
    """Off the loop: it costs what understanding costs, some 5 ms."""
    if await asyncio.to_thread(wanted.leaving, event.text):
        hurried.set()
