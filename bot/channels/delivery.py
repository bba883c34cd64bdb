"""What was said, brought to a messenger: in parts that fit, at its pace, and nothing twice that we know it has."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.channels.messenger import Enclosure, Messenger, Part, Receipt, Unfit
from bot.channels.pace import Pace
from bot.channels.splitting import split, utf8
from bot.dialogue.actions import Choice, Say, Sent
from bot.dialogue.events import AgentSaid
from bot.ports import Blocked, Identity, Row, Undelivered
from bot.stores.reach import Reach

log = logging.getLogger(__name__)

REMEMBERED = 10_000  # parts that the messenger has
SHORTEST_HOLD_S = 0.05

Report = Callable[[str, str], None]
"""The messenger's name and what became of a part: sent, told to wait, failed, blocked."""

Enclosing = Callable[[str], Awaitable[Enclosure | None]]
"""A file of an agent's by its id; None where it is gone."""


async def nothing(ident: str) -> None:
    """Of a house without files."""


class Delivery:
    """A `ports.Channel` over a messenger. reach: who wants to hear nothing there. enclosing: what agents send. clock:
    seconds that only grow."""

    def __init__(
        self,
        messenger: Messenger,
        reach: Reach,
        *,
        enclosing: Enclosing = nothing,
        report: Report = lambda name, what: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = messenger.name
        self._messenger = messenger
        self._reach = reach
        self._enclosing = enclosing
        self._report = report
        self._pace = Pace(messenger.limits, clock)
        self._has: OrderedDict[str, None] = OrderedDict()

    @property
    def gather_s(self) -> float | None:
        return self._messenger.limits.gather_s

    async def deliver(self, row: Row, identity: Identity) -> None:
        """Raises Undelivered with what is left undone; called again, it goes on there."""
        await self.deliver_together((row,), identity)

    async def deliver_together(self, rows: tuple[Row, ...], identity: Identity) -> None:
        chat = identity.value.removeprefix("+") if identity.kind == "phone" else identity.value
        identity = Identity(kind=self.name, value=chat)  # a link by SMS goes to the telephone number of a call
        if await asyncio.to_thread(self._reach.lost, self.name, identity):
            raise Blocked
        files = await self._files(rows)
        for part in parts(joined(rows), self._messenger, files) if rows else ():
            if part.key in self._has:
                continue
            await self._pace.turn(chat)
            try:
                await self._send(chat, part)
            except Blocked:
                self._report(self.name, "blocked")
                await asyncio.to_thread(self._reach.lose, self.name, identity)
                raise
            except Undelivered as error:
                self._report(self.name, "waits" if error.told else "failed")
                if error.told and error.retry_after is not None:
                    self._pace.hold(chat, max(error.retry_after, SHORTEST_HOLD_S))
                raise
            self._report(self.name, "sent")
            self._keep(part.key)

    async def _files(self, rows: Sequence[Row]) -> list[Enclosure]:
        """That go as such; of others the text has the link."""
        named = [row.entry.file for row in rows if isinstance(row.entry, AgentSaid) and row.entry.file]
        found = [await self._enclosing(ident) for ident in named]
        return [file for file in found if file is not None and not self._messenger.refuses(file)]

    async def _send(self, chat: str, part: Part) -> None:
        try:
            await self._messenger.send(chat, part)
        except Unfit as error:
            links = [file.link for file in part.files if file.link]
            log.warning("%s does not take a file: %s", self.name, error)
            if not links:
                raise
            await self._messenger.send(chat, replace(part, text="\n".join([part.text, *links]), files=()))

    def arrived(self, receipt: Receipt) -> None:
        """The messenger says that it has this part, whatever we had made of its answer."""
        self._keep(receipt.key)

    def _keep(self, key: str) -> None:
        self._has[key] = None
        while len(self._has) > REMEMBERED:
            self._has.popitem(last=False)


def joined(rows: Sequence[Row]) -> Row:
    """All of it in the last one; what could be chosen before that stands as a list where it was said."""
    *before, last = [row for row in rows if isinstance(row.entry, Say | AgentSaid | Sent)] or [rows[-1]]
    entry = last.entry
    if not before or not isinstance(entry, Say | AgentSaid | Sent):
        return last
    return replace(last, entry=replace(entry, text="\n\n".join([*map(_listed, before), entry.text])))


def _listed(row: Row) -> str:
    entry = row.entry
    assert isinstance(entry, Say | AgentSaid | Sent)
    choices = entry.choices if isinstance(entry, Say) else ()
    return f"{entry.text}\n\n{numbered(choices)}" if choices else entry.text


def parts(row: Row, messenger: Messenger, files: Sequence[Enclosure] = ()) -> list[Part]:
    """A journal row as the messenger takes it; buttons, or the list that stands for them, and files come last."""
    entry = row.entry
    if not isinstance(entry, Say | AgentSaid | Sent):
        return []
    limits = messenger.limits
    choices = entry.choices if isinstance(entry, Say) else ()
    fit = bool(choices) and messenger.fits(choices)
    text = entry.text if fit or not choices else f"{entry.text}\n\n{numbered(choices)}"
    texts = split(text, limits.text, limits.length) or ([" "] if choices else [])
    if fit and limits.length(texts[-1]) > limits.captioned:
        texts[-1:] = split(texts[-1], limits.captioned, limits.length)
    last = len(texts) - 1
    return [
        Part(
            text=each,
            choices=choices if fit and number == last else (),
            payloads=payloads(row, choices, limits.payload) if fit and number == last else (),
            wants_phone=isinstance(entry, Say) and entry.wants == "phone" and number == last,
            files=files if number == last else (),
            language=entry.language if isinstance(entry, Say | Sent) else "ru",
            key=f"{row.conversation}/{row.seq}/{number}",
        )
        for number, each in enumerate(texts)
    ]


def numbered(choices: Sequence[Choice]) -> str:
    return "\n".join(f"{number}. {choice.title}" for number, choice in enumerate(choices, 1))


def payloads(row: Row, choices: Sequence[Choice], limit: int) -> list[str]:
    """What a button carries: "/id", or where that is too long its place in the journal: "~conversation.seq.number"."""
    return [
        own if utf8(own := f"/{choice.id}") <= limit else f"~{row.conversation}.{row.seq}.{number}"
        for number, choice in enumerate(choices)
    ]
