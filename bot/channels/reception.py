"""What people do in a messenger, brought to the turn: each thing once, those of one chat in order, all of it committed
before the messenger is told that we have it. If we go down before that, it sends it again."""

from __future__ import annotations

import asyncio
import logging
from bisect import insort
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.delivery import Delivery
from bot.channels.messenger import (
    Arrival,
    Began,
    Contact,
    Deed,
    Edited,
    Messenger,
    Post,
    Pressed,
    Receipt,
    Sent,
    Spoke,
    Stopped,
    Wrote,
)
from bot.dialogue.actions import Choice, Fetch, Say
from bot.dialogue.events import Attached, Chosen, Event, Fetched, NotDelivered, Started, Utterance
from bot.dialogue.meaning import Expectation
from bot.dialogue.session import Session
from bot.errors import Conflict, GovorunError, NotFound, Unacceptable, Unavailable, UnknownScenario, place
from bot.ports import Blocked, Ears, Identity, Inbound, Outcome, Proven, Row, Turns
from bot.stores import conversations
from bot.stores.intake import MAX_TEXT
from bot.stores.reach import Reach
from bot.stores.sql import Database

log = logging.getLogger(__name__)

JUST_NOW = timedelta(minutes=1)  # a clock of whole seconds, or a little off: it is now
SLOW_S = 0.7  # a turn that takes longer shows that we type
ASKED_S = 60.0  # for how long at most, while another program is asked
HEARING_S = 30.0  # for a voice message, fetched and recognised
TRIED = 3  # times that one arrival may break us: by then it is the arrival, and others wait behind it
REMEMBERED = 1_000  # arrivals that did
_AWAY = (GovorunError, SQLAlchemyError, OSError, TimeoutError)  # something of ours is away; sent again it is taken
_LOST = (NotFound, Conflict, Unacceptable, UnknownScenario)  # sent again it would be no better


@dataclass(order=True)
class _Waiting:
    """An arrival that waits for its turn. ready: when what may precede it has had time to come."""

    order: float
    number: int
    ready: float = field(compare=False)
    arrival: Arrival = field(compare=False)
    taken: asyncio.Future[None] = field(compare=False)


class Reception:
    """One a messenger. ears: None where nobody here can hear. now: aware, the clock of the business."""

    def __init__(
        self,
        messenger: Messenger,
        delivery: Delivery,
        turns: Turns,
        database: Database,
        reach: Reach,
        *,
        now: Callable[[], datetime],
        ears: Ears | None = None,
        report: Callable[[str, str], None] = lambda name, what: None,
    ) -> None:
        self.messenger = messenger
        self._delivery = delivery
        self._turns = turns
        self._database = database
        self._reach = reach
        self._ears = ears
        self._now = now
        self._report = report
        self._numbers = count()
        self._waiting: dict[str, list[_Waiting]] = {}  # by chat
        self._woken: dict[str, asyncio.Event] = {}
        self._underway: dict[str, asyncio.Future[None]] = {}  # by the arrival's id
        self._tasks: set[asyncio.Task[None]] = set()
        self._broke: OrderedDict[str, int] = OrderedDict()  # by the arrival's id, how often

    async def take(self, post: Post) -> None:
        """Returns when all of it is committed. Raises Unavailable where some is not: it must be sent again."""
        for chore in post.chores:
            self._begin(self._done(chore))
        for receipt in post.receipts:
            await self._receipt(receipt)
        taken = [self._queued(arrival) for arrival in post.arrivals]
        results = await asyncio.gather(*map(asyncio.shield, taken), return_exceptions=True)
        failed = next((each for each in results if isinstance(each, BaseException)), None)
        if failed is not None:
            raise failed
        post.taken()

    async def close(self) -> None:
        """Finish what was taken."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    # in order

    def _queued(self, arrival: Arrival) -> asyncio.Future[None]:
        """Resolves when it is taken. What comes a second time meanwhile waits for the first."""
        known = self._underway.get(arrival.id)
        if known is not None:
            return known
        loop = asyncio.get_running_loop()
        taken: asyncio.Future[None] = loop.create_future()
        self._underway[arrival.id] = taken
        one = _Waiting(arrival.order, next(self._numbers), loop.time() + arrival.settle_s, arrival, taken)
        if arrival.chat not in self._waiting:
            self._waiting[arrival.chat] = []
            self._woken[arrival.chat] = asyncio.Event()
            self._begin(self._serve(arrival.chat))
        insort(self._waiting[arrival.chat], one)
        self._woken[arrival.chat].set()
        return taken

    async def _serve(self, chat: str) -> None:
        """What one chat brings, the first first, until there is no more of it."""
        queue, woken = self._waiting[chat], self._woken[chat]
        loop = asyncio.get_running_loop()
        while queue:
            woken.clear()
            early = queue[0].ready - loop.time()
            if early > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), early)
                continue
            one = queue[0]
            try:
                await self._take(one.arrival)
            except Exception as error:  # noqa: BLE001  the outermost loop of a chat; told to whoever waits for it
                if self._hopeless(one.arrival, error):
                    one.taken.set_result(None)
                else:
                    one.taken.set_exception(error if isinstance(error, GovorunError) else _broken(self.name, error))
                    one.taken.exception()  # whoever posted it may be gone
            else:
                one.taken.set_result(None)
            queue.remove(one)
            del self._underway[one.arrival.id]
        del self._waiting[chat], self._woken[chat]

    def _hopeless(self, arrival: Arrival, error: Exception) -> bool:
        """Whether it broke us so often that it must not come again: all that follows would wait for it."""
        if isinstance(error, _AWAY):
            return False
        times = self._broke.pop(arrival.id, 0) + 1
        if times >= TRIED:
            log.error("%s: what came is given up, it broke us %d times: %s", self.name, times, place(error))
            self._report(self.name, "given_up")
            return True
        self._broke[arrival.id] = times
        while len(self._broke) > REMEMBERED:
            self._broke.popitem(last=False)
        return False

    # one of them

    @property
    def name(self) -> str:
        return self.messenger.name

    async def _take(self, arrival: Arrival) -> None:
        identity = Identity(kind=self.name, value=arrival.chat)
        deed = arrival.deed
        self._report(self.name, type(deed).__name__.lower())
        if isinstance(deed, Stopped):
            await asyncio.to_thread(self._reach.lose, self.name, identity)
            return
        await asyncio.to_thread(self._reach.found, self.name, identity)
        now = self._now()
        at = now if abs(now - arrival.at) < JUST_NOW else min(arrival.at, now)
        typing = Typing(self.messenger, arrival.chat)
        try:
            for inbound in await self._inbound(replace(arrival, at=at), deed, identity):
                try:
                    typing.follow(await self._turns.take(inbound, typing.further))
                except _LOST as error:
                    log.warning("%s: what came was not taken: %s", self.name, type(error).__name__)
                    return
        finally:
            typing.taken()

    async def _inbound(self, arrival: Arrival, deed: Deed, identity: Identity) -> list[Inbound]:
        events: Iterable[Event]
        link, proven = "", list(arrival.proven)
        own: dict[str, Any] = {"id": arrival.id, "at": arrival.at}
        if isinstance(deed, Wrote):
            events = [await self._wrote(deed.text, identity, own)]
        elif isinstance(deed, Pressed):
            events = [await self._pressed(deed, identity, own)]
        elif isinstance(deed, Began):
            link = deed.link
            events = [Started(**own)]
        elif isinstance(deed, Spoke):
            events = [await self._spoke(deed, identity, own, arrival)]
        elif isinstance(deed, Contact):
            events = [Utterance(**own, text=deed.phone)]
            if deed.own:
                proven.append(Proven(identity=Identity(kind="phone", value=deed.phone), proof="contact"))
        elif isinstance(deed, Sent):
            said = deed.caption.strip()
            seen = Attached(**own, kind=deed.kind, text=deed.name, media=deed.media, quiet=deed.quiet or bool(said))
            told = Utterance(id=f"{arrival.id}/caption", at=arrival.at, text=_short(said)) if said else None
            events = [seen, *([told] if told else [])]
        elif isinstance(deed, Edited):
            events = [Attached(**own, kind="edited", text=_short(deed.text))]
        else:
            raise AssertionError(deed)
        return [
            Inbound(
                event=event,
                channel=self.name,
                identity=identity,
                language=None if isinstance(event, Utterance) else arrival.language,
                link=link,
                proven=tuple(proven),
            )
            for event in events
        ]

    async def _wrote(self, text: str, identity: Identity, own: dict[str, Any]) -> Event:
        text = _short(text.strip())
        if text.rstrip(".)").isdecimal() and len(text) <= 3:
            choice = await asyncio.to_thread(self._of_list, identity, int(text.rstrip(".)")))
            if choice is not None:
                return Chosen(**own, option=choice.id, title=choice.title)
        return Utterance(**own, text=text or "…")

    def _of_list(self, identity: Identity, number: int) -> Choice | None:
        """What stands under that number in the list that was written last, where buttons did not fit."""
        with self._database.reading() as tx:
            talk = self._open(tx, identity)
            said = last_said(conversations.rows(tx, talk.id, first=max(1, talk.seq - 20))) if talk else None
        if said is None or not said.choices or self.messenger.fits(said.choices):
            return None
        return said.choices[number - 1] if 0 < number <= len(said.choices) else None

    async def _pressed(self, deed: Pressed, identity: Identity, own: dict[str, Any]) -> Event:
        if deed.payload.startswith("~"):
            choice = await asyncio.to_thread(self._sealed, deed.payload, identity)
            if choice is not None:
                return Chosen(**own, option=choice.id, title=choice.title)
        elif option := deed.payload.removeprefix("/").strip():
            return Chosen(**own, option=option, title=deed.title)
        return Utterance(**own, text=deed.title or "…")

    def _sealed(self, payload: str, identity: Identity) -> Choice | None:
        """The choice that "~conversation.seq.number" stands for; None where it isn't one of theirs."""
        conversation, _, rest = payload[1:].rpartition(".")[0].rpartition(".")
        number = payload.rpartition(".")[2]
        if not (rest.isdecimal() and number.isdecimal()) or max(len(rest), len(number)) > 9:
            return None  # no number of ours; a database takes none that long
        with self._database.reading() as tx:
            about = conversations.summary(tx, conversation)
            rows = conversations.rows(tx, conversation, first=int(rest), last=int(rest))
        if about is None or about.identity != identity or not rows or not isinstance(rows[0].entry, Say):
            return None
        choices = rows[0].entry.choices
        return choices[int(number)] if int(number) < len(choices) else None

    async def _spoke(self, deed: Spoke, identity: Identity, own: dict[str, Any], arrival: Arrival) -> Event:
        heard = None
        try:
            async with asyncio.timeout(HEARING_S):
                session = await asyncio.to_thread(self._session, identity)
                if self._ears is not None:
                    sound = await self.messenger.fetch(deed.media)
                    expectation = self._turns.expectation(session) if session else Expectation()
                    language = session.language if session else arrival.language or "ru"
                    heard = await self._ears.hear(sound, expectation, language)
        except (OSError, TimeoutError, GovorunError) as error:
            log.warning("%s: a voice message was not heard: %s", self.name, place(error))
        self._report(self.name, "heard" if heard else "unheard")
        if heard is None:
            return Attached(**own, kind="voice", media=deed.media)
        text, confidence = heard
        return Utterance(**own, text=_short(text), confidence=confidence)

    def _session(self, identity: Identity) -> Session | None:
        with self._database.reading() as tx:
            talk = self._open(tx, identity)
            return conversations.session(tx, talk.id) if talk else None

    def _open(self, tx: Connection, identity: Identity) -> conversations.Summary | None:
        talk = conversations.newest_of_sender(tx, identity.value, kind=identity.kind)
        return talk if talk is not None and talk.ended is None and talk.channel == self.name else None

    # beside it

    async def _receipt(self, receipt: Receipt) -> None:
        """What the messenger had taken and then could not deliver, noted where a person reads it."""
        self._delivery.arrived(receipt)
        if receipt.failed is None:
            return
        identity = Identity(kind=self.name, value=receipt.chat)
        if isinstance(receipt.failed, Blocked):
            await asyncio.to_thread(self._reach.lose, self.name, identity)
        conversation, _, rest = receipt.key.rpartition("/")[0].rpartition("/")
        if rest.isdecimal():
            await lost(self._turns, self.name, identity, conversation, int(rest), str(receipt.failed), self._now())

    async def _done(self, chore: Callable[[], Awaitable[object]]) -> None:
        try:
            done = await chore()
            if isinstance(done, Receipt):
                await self._receipt(done)
        except Exception as error:  # noqa: BLE001  nobody waits for it
            log.warning("%s: a chore was left undone: %s", self.name, place(error))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class Typing:
    """Shows that an answer is under way where it takes long: while it is thought about, and while another program is
    asked after that."""

    def __init__(self, messenger: Messenger, chat: str) -> None:
        self._messenger = messenger
        self._chat = chat
        self._asked: set[str] = set()
        self._taken = False
        self._showing = asyncio.create_task(self._show()) if messenger.limits.typing_s else None

    def follow(self, outcome: Outcome) -> None:
        for row in outcome.rows:
            if isinstance(row.entry, Fetch):
                self._asked.add(row.entry.id)
            elif isinstance(row.entry, Fetched):
                self._asked.discard(row.entry.request)
        self._over()

    async def further(self, outcome: Outcome) -> None:
        self.follow(outcome)

    def taken(self) -> None:
        self._taken = True
        self._over()

    def _over(self) -> None:
        if self._taken and not self._asked and self._showing is not None:
            self._showing.cancel()

    async def _show(self) -> None:
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(ASKED_S):
                await asyncio.sleep(SLOW_S)
                while True:
                    await self._messenger.typing(self._chat)
                    await asyncio.sleep(self._messenger.limits.typing_s * 0.8)


async def lost(
    turns: Turns, channel: str, identity: Identity, conversation: str, seq: int, why: str, at: datetime
) -> None:
    """Note in the conversation that what was said there never arrived, for whoever reads it."""
    event = NotDelivered(id=f"{conversation}/{seq}/lost", at=at, seq=seq, why=why[:80])
    try:
        await turns.take(Inbound(event=event, channel=channel, identity=identity, conversation=conversation))
    except GovorunError as error:
        log.warning("%s: what was lost could not be noted: %s", channel, type(error).__name__)


def last_said(rows: Sequence[Row]) -> Say | None:
    return next((row.entry for row in reversed(rows) if isinstance(row.entry, Say)), None)


def _short(text: str) -> str:
    return text[:MAX_TEXT] or "…"


def _broken(name: str, error: Exception) -> Unavailable:
    log.error("%s: what came could not be taken: %s", name, place(error))
    return Unavailable("it could not be taken")
