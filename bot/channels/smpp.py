"""SMS straight through an SMSC (SMPP 3.4), in place of an HTTP gateway: `pdu` has its bytes, `segments` the texts,
`smsc` one session; here is what comes and goes by it.

A deliver_sm is answered when it is committed, and known again by `repeats` where the SMSC heard no answer. But a
segment is answered after HOLD_S though the others aren't there, because an SMSC may wait for that before it sends them.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from bot.channels import pdu
from bot.channels.messenger import Arrival, Enclosure, Hook, Part, Post, Receipt, Refused, Stopped
from bot.channels.pdu import Address, Message, Pdu
from bot.channels.repeats import Brought, Repeats
from bot.channels.segments import DELIVERED, FAILED, KEPT, Joiner, Place, alike, opened, read, receipt, segmented
from bot.channels.sms import NAME, STOPPED, TIMEOUT_S, arrival, measured, plain
from bot.channels.smsc import QUIET_S, Account, Came, Smsc
from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Both, NotAllowed
from bot.locale import said
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)
K = TypeVar("K")
V = TypeVar("V")

PORTS = {"smpp": 2775, "smpps": 3550}
LIVED_S = 60.0  # a line that was up for so long is made anew at once
WAIT_S = 1.0  # where the SMSC is full or we are too fast: it names no time
HOLD_S = 1.0
REMEMBERED = 10_000
LATER = (pdu.BIND_STATUS, pdu.SYSTEM_ERROR, pdu.TEMPORARY)


@dataclass(slots=True)
class _Going:
    """A part on its way. taken: segments by number, and the ids that the SMSC gave. open: ids not told of yet."""

    chat: str
    reference: int
    taken: set[int] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    whole: bool = False
    failed: bool = False


class Smpp:
    """url: smpp://user:password@host[:port][/system_type], smpps:// with TLS. sender: number or name that people see.
    clock: seconds that only grow."""

    name = NAME

    def __init__(
        self,
        url: str,
        sender: str,
        *,
        segments: int = 6,
        timeout_s: float = TIMEOUT_S,
        quiet_s: float = QUIET_S,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._account = account(url)
        self._sender = sender
        self._source = _source(sender)
        self._timeout, self._quiet = timeout_s, quiet_s
        self._clock, self._now = clock, now
        self._line: Smsc | None = None
        self._opening = asyncio.Lock()
        self._sessions = 0
        self._closed = False
        self._came: asyncio.Queue[Post] = asyncio.Queue()
        self._joiner = Joiner()
        self._holding: OrderedDict[tuple[object, ...], list[Callable[[], None]]] = OrderedDict()
        self._whole: OrderedDict[tuple[object, ...], tuple[Brought, Post]] = OrderedDict()  # by segment
        self._repeats = Repeats(clock, now)
        self._going: OrderedDict[str, _Going] = OrderedDict()
        self._keys: OrderedDict[str, str] = OrderedDict()  # of parts, by the ids that the SMSC gave
        self._early: OrderedDict[str, str] = OrderedDict()  # states, by ids that we don't know yet
        self._reference = random.randrange(256)
        self.limits = measured(segments)

    async def open(self, hook: str) -> str:
        try:
            Message(source=self._source, destination=self._source, text=b"").encoded()
        except ValueError:
            raise Refused(
                said("nobody can send SMS from our name", "с таким именем СМС не отправить"),
                said("Set GOVORUN_SMS_SENDER in Latin letters", "Задайте GOVORUN_SMS_SENDER латиницей"),
            ) from None
        await self._bound()
        return self._sender or self._account.host

    async def close(self) -> None:
        self._closed = True
        if self._line is not None:
            await self._line.close()

    async def _bound(self) -> Smsc:
        """The session there is, or a new one. Raises Refused, OSError."""
        async with self._opening:
            if self._closed:
                raise OSError("closed")
            if self._line is None or self._line.ended.is_set():
                if self._line is not None:
                    await self._line.close()
                self._sessions += 1
                line = Smsc(self._account, self._sessions, self._arrived, timeout_s=self._timeout, quiet_s=self._quiet)
                await line.open()
                self._line = line
            return self._line

    # in

    def receive(self, hook: Hook) -> Post:
        raise NotAllowed(
            said("SMS come by SMPP, nobody posts them", "СМС приходят по SMPP, их не присылают"), where=NAME
        )

    def polled(self, open_from: Callable[[], float | None]) -> AsyncIterator[Post]:
        return self._polled()

    async def _polled(self) -> AsyncIterator[Post]:
        while True:
            line = await self._bound()
            began = self._clock()
            while not (line.ended.is_set() and self._came.empty()):
                try:
                    async with asyncio.timeout(HOLD_S):
                        post = await self._came.get()
                except TimeoutError:
                    for post in self._late():
                        yield post
                    continue
                yield post
            if self._clock() - began < LIVED_S:
                raise OSError("the line broke")

    def _arrived(self, came: Came) -> None:
        self._came.put_nowait(self.read(came))

    def read(self, came: Came) -> Post:
        """What a deliver_sm is to us; it is answered when that is committed."""
        told = receipt(came.message)
        if told is not None:
            return Post(receipts=self._told(*told), taken=came.answer)
        place, content = opened(came.message)
        source = came.message.source
        number = f"+{source.value}" if source.ton == pdu.INTERNATIONAL else source.value
        if place is None:
            return self._post(came, self._repeats.known(came, content), number, content, [came.answer])
        whose = (number, came.message.destination.value)
        before = self._whole.get((*whose, place, content))
        if before is not None and self._repeats.again(before[0], came):
            return Post(arrivals=before[1].arrivals, taken=came.answer)  # known by its id, when that is committed
        held = self._holding.setdefault((*whose, place.reference, place.total), [])
        held.append(came.answer)
        while len(self._holding) > KEPT:
            _let_go(self._holding.popitem(last=False)[1])
        parts = self._joiner.put(whose, place, came.message.coding, content, self._clock())
        if parts is None:
            asyncio.get_running_loop().call_later(HOLD_S, partial(_let_go, held))
            return Post()
        answers = held[:]
        held.clear()  # its clock runs on, and answers nothing of this
        del self._holding[*whose, place.reference, place.total]
        brought = self._repeats.known(came, b"".join(parts))
        post = self._post(came, brought, number, b"".join(parts), answers)
        for index, each in enumerate(parts, 1):
            _keep(self._whole, (*whose, Place(place.reference, place.total, index), each), (brought, post))
        return post

    def _post(
        self, came: Came, brought: Brought, number: str, content: bytes, answers: list[Callable[[], None]]
    ) -> Post:
        text = read(content, came.message.coding)
        found = arrival(brought.ident, number, text or "", self._now(), _order(came))

        def taken() -> None:
            brought.done = self._clock()
            _let_go(answers)

        return Post(arrivals=[found] if found else [], taken=taken, chores=self._chores(found))

    def _late(self) -> list[Post]:
        """What there is of messages whose other segments never came."""
        posts = []
        for key, coding, content in self._joiner.late(self._clock()):
            number, destination, reference, total, _ = key
            self._holding.pop((number, destination, reference, total), None)
            ident = sha256(repr((key, content)).encode()).hexdigest()
            text = read(content, coding) or ""
            at = self._now()
            found = arrival(f"{ident}/{int(at.timestamp())}", str(number), text, at, float(self._sessions << 31))
            posts.append(Post(arrivals=[found] if found else [], chores=self._chores(found)))
        return posts

    def _chores(self, found: Arrival | None) -> list[Callable[[], Awaitable[object]]]:
        if found is None or not isinstance(found.deed, Stopped):
            return []
        return [partial(self._parting, found.chat, found.id, found.language or "en")]

    async def _parting(self, chat: str, ident: str, language: Language) -> None:
        await self.send(chat, Part(text=STOPPED[language], language=language, key=f"stop/{ident}"))

    # what became of what we sent

    def _told(self, ident: str, state: str) -> list[Receipt]:
        key = next((self._keys[each] for each in alike(ident) if each in self._keys), "")
        going = self._going.get(key)
        if going is None:
            if state == DELIVERED or state in FAILED:
                _keep(self._early, alike(ident)[0], state)  # it overtook the answer that names this id
            return []
        if state in FAILED and not going.failed:
            going.failed = True
            return [Receipt(key=key, chat=going.chat, failed=Undelivered(state, retry_after=None))]
        if state == DELIVERED:
            going.open.difference_update(alike(ident))
            if going.whole and not going.open and not going.failed:
                return [Receipt(key=key, chat=going.chat)]
        return []

    def _named(self, key: str, going: _Going, ident: str) -> None:
        """The SMSC took a segment and gave it this id."""
        plain_ = alike(ident)[0]
        going.open.add(plain_)
        _keep(self._keys, plain_, key)
        early = next((self._early.pop(each) for each in alike(ident) if each in self._early), "")
        if early:
            self._came.put_nowait(Post(receipts=self._told(ident, early)))

    # out

    def link(self, token: str) -> str:
        return ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        return False

    def refuses(self, file: Enclosure) -> Both | None:
        return Both("an SMS carries no files", "в СМС файл не вложить")

    async def send(self, chat: str, part: Part) -> None:
        key = part.key or f"{chat}/{self._clock()}"
        going = self._going.get(key)
        if going is None:
            self._reference = (self._reference + 1) % 256
            going = _Going(chat, self._reference)
            _keep(self._going, key, going)
        texts = segmented(plain(part.text), going.reference)
        try:
            line = await self._bound()
        except Refused:
            raise Undelivered("its password is no longer taken", retry_after=60.0, told=True) from None
        except OSError as error:
            raise Undelivered(str(error)) from None
        for number, each in enumerate(texts):
            if number in going.taken:
                continue  # it has this one, and the handset joins the rest to it
            message = Message(
                source=self._source,
                destination=Address(pdu.INTERNATIONAL, pdu.ISDN, chat.lstrip("+")),
                text=each.content,
                coding=each.coding,
                esm_class=each.esm_class,
                registered=1,
            )
            try:
                answer = await line.submit(message)
                ident = "" if answer.status else pdu.ident(answer.body)
            except (OSError, pdu.Malformed) as error:
                raise Undelivered(str(error)) from None
            except ValueError as error:  # an address that is none
                raise Undelivered(type(error).__name__, retry_after=None) from None
            _checked(answer)
            going.taken.add(number)
            going.whole = len(going.taken) == len(texts)
            if ident:
                self._named(key, going, ident)

    async def typing(self, chat: str) -> None:
        """Nobody sees it."""

    async def fetch(self, media: str) -> bytes:
        raise OSError("an SMS brings no files")


def account(url: str) -> Account:
    """Raises Refused."""
    parts = urlsplit(url)
    try:
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        host, port = "", 0
    try:
        pdu.bind(unquote(parts.username or ""), unquote(parts.password or ""))
    except ValueError:
        host = ""
    if not host:
        raise Refused(
            said("the address of the SMSC can't be read", "адрес СМС-центра не разобрать"),
            said("Set GOVORUN_SMPP=smpp://USER:PASSWORD@HOST:PORT", "Задайте GOVORUN_SMPP=smpp://ИМЯ:ПАРОЛЬ@УЗЕЛ:ПОРТ"),
        )
    return Account(
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        system_type=unquote(parts.path.strip("/")),
        tls=parts.scheme == "smpps",
    )


def _source(sender: str) -> Address:
    """A name, an international number, or a short one of the operator's."""
    digits = sender.lstrip("+")
    if not sender:
        return Address(pdu.UNKNOWN, pdu.UNKNOWN, "")
    if not (digits.isascii() and digits.isdecimal()):
        return Address(pdu.ALPHANUMERIC, pdu.UNKNOWN, sender)
    return Address(pdu.INTERNATIONAL if len(digits) > 8 else pdu.NETWORK, pdu.ISDN, digits)


def _order(came: Came) -> float:
    """As the SMSC numbered them, one session after the other."""
    return float((came.session << 31) + came.sequence)


def _checked(answer: Pdu) -> None:
    """Raises Undelivered, Blocked."""
    status = answer.status
    if status == pdu.OK:
        return
    why = f"SMPP {status:#x}"
    if status in (pdu.THROTTLED, pdu.QUEUE_FULL):
        raise Undelivered(why, retry_after=WAIT_S, told=True)
    if status == pdu.INVALID_DESTINATION:
        raise Blocked
    if status == pdu.INVALID_SOURCE:
        raise Undelivered("its sender is refused", retry_after=60.0, told=True)
    raise Undelivered(why, retry_after=1.0 if status in LATER else None)


def _let_go(answers: list[Callable[[], None]]) -> None:
    while answers:
        answers.pop()()


def _keep(store: OrderedDict[K, V], key: K, value: V) -> None:
    store[key] = value
    while len(store) > REMEMBERED:
        store.popitem(last=False)
