"""One session with an SMSC (SMPP 3.4): bound, kept alive, what we ask matched with what it answers."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from bot.channels import pdu
from bot.channels.messenger import Refused
from bot.channels.pdu import Malformed, Message, Pdu
from bot.locale import said

log = logging.getLogger(__name__)

WINDOW = 10  # submit_sm without an answer, at most
QUIET_S = 30.0  # of silence, until we ask whether it is there
PARTING_S = 2.0
READ = 65_536
UNKNOWN_HERE = (pdu.BIND_FAILED, pdu.INVALID_PASSWORD, pdu.INVALID_SYSTEM)


class Ended(OSError):
    """The session is over."""


@dataclass(frozen=True, slots=True)
class Came:
    """A deliver_sm. session: which of this process, from 1. sequence: of the SMSC."""

    message: Message
    session: int
    sequence: int
    answer: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    host: str
    port: int
    user: str
    password: str
    system_type: str = ""
    tls: bool = False


class Smsc:
    """number: of this session. came: takes each deliver_sm, which is answered when it says so."""

    def __init__(
        self, account: Account, number: int, came: Callable[[Came], None], *, timeout_s: float, quiet_s: float = QUIET_S
    ) -> None:
        self._account = account
        self._number = number
        self._came = came
        self._timeout, self._quiet = timeout_s, quiet_s
        self._sequence = 0
        self._asked: dict[int, asyncio.Future[Pdu]] = {}
        self._window = asyncio.Semaphore(WINDOW)
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._heard = 0.0
        self.ended = asyncio.Event()

    async def open(self) -> None:
        """Connect and bind. Raises Refused, OSError."""
        account = self._account
        context = ssl.create_default_context() if account.tls else None
        try:
            async with asyncio.timeout(self._timeout):
                reader, self._writer = await asyncio.open_connection(account.host, account.port, ssl=context)
        except ssl.SSLCertVerificationError as error:
            raise Refused(
                said(
                    f"the SMSC's certificate is not trusted: {error.verify_message}",
                    f"сертификату СМС-центра нельзя доверять: {error.verify_message}",
                ),
                said(
                    "GOVORUN_SMPP has to name it as its certificate does; SSL_CERT_FILE names certificates of your own",
                    "GOVORUN_SMPP: имя узла как в сертификате; свои сертификаты — в SSL_CERT_FILE",
                ),
            ) from None
        except (OSError, TimeoutError) as error:
            raise OSError(type(error).__name__) from None
        self._tasks = [asyncio.create_task(self._read(reader)), asyncio.create_task(self._keep())]
        bound = False
        try:
            answer = await self._ask(
                pdu.BIND_TRANSCEIVER, pdu.bind(account.user, account.password, account.system_type)
            )
            bound = answer.status == pdu.OK
        finally:  # also where whoever opens it is told to stop meanwhile
            if not bound:
                await self._end()
        if bound:
            return
        if answer.status in UNKNOWN_HERE:
            raise Refused(
                said("the SMSC does not take the login", "СМС-центр не принимает логин и пароль"),
                said(
                    "Set GOVORUN_SMPP=smpp://USER:PASSWORD@HOST:PORT",
                    "Задайте GOVORUN_SMPP=smpp://ИМЯ:ПАРОЛЬ@УЗЕЛ:ПОРТ",
                ),
            )
        raise OSError(f"SMPP {answer.status:#x}")

    async def submit(self, message: Message) -> Pdu:
        """The answer, whatever it says. Raises Ended, OSError where there is none; ValueError of what can't be sent."""
        body = message.encoded()
        async with self._window:
            return await self._ask(pdu.SUBMIT_SM, body)

    async def close(self) -> None:
        """Unbind, so that it brings what it has to whoever binds next."""
        if not self.ended.is_set():
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(PARTING_S):
                    await self._ask(pdu.UNBIND)
        await self._end()

    # in

    async def _read(self, reader: asyncio.StreamReader) -> None:
        frames = pdu.Frames()
        try:
            while more := await reader.read(READ):
                self._heard = asyncio.get_running_loop().time()
                for each in frames.fed(more):
                    self._take(each)
        except Malformed as error:
            log.warning("sms: a PDU can't be read, the line is closed: %s", error)
            self._send(Pdu(pdu.GENERIC_NACK, error.sequence, error.status))
        except OSError as error:
            log.info("sms: the line broke: %s", type(error).__name__)
        finally:
            self._drop()

    def _take(self, came: Pdu) -> None:
        if came.command & pdu.RESPONSE:
            asked = self._asked.pop(came.sequence, None)
            if asked is not None and not asked.done():
                asked.set_result(came)
        elif came.command == pdu.DELIVER_SM:
            self._delivered(came)
        elif came.command == pdu.ENQUIRE_LINK:
            self._send(Pdu(pdu.ENQUIRE_LINK | pdu.RESPONSE, came.sequence))
        elif came.command == pdu.UNBIND:
            self._send(Pdu(pdu.UNBIND | pdu.RESPONSE, came.sequence))
            self._drop()
        else:
            self._send(Pdu(pdu.GENERIC_NACK, came.sequence, pdu.INVALID_COMMAND))

    def _delivered(self, came: Pdu) -> None:
        try:
            message = pdu.message(came.body)
        except Malformed as error:
            log.warning("sms: a message can't be read: %s", error)
            self._send(Pdu(pdu.GENERIC_NACK, came.sequence, error.status))
            return
        answer = Pdu(pdu.DELIVER_SM | pdu.RESPONSE, came.sequence, body=b"\0")
        self._came(Came(message, self._number, came.sequence, lambda: self._send(answer)))

    # out

    async def _ask(self, command: int, body: bytes = b"") -> Pdu:
        if self.ended.is_set():
            raise Ended("the line is closed")
        self._sequence = self._sequence % pdu.LAST_SEQUENCE + 1
        sequence = self._sequence
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._asked[sequence] = answer
        try:
            self._send(Pdu(command, sequence, body=body))
            async with asyncio.timeout(self._timeout):
                return await answer
        except TimeoutError:
            raise OSError("no answer") from None
        finally:
            self._asked.pop(sequence, None)

    def _send(self, each: Pdu) -> None:
        if self._writer is not None and not self.ended.is_set():
            self._writer.write(each.encoded())

    async def _keep(self) -> None:
        """Ask whether it is there, where it says nothing."""
        loop = asyncio.get_running_loop()
        self._heard = loop.time()
        while True:
            await asyncio.sleep(max(0.01, self._heard + self._quiet - loop.time()))
            if loop.time() - self._heard < self._quiet:
                continue
            try:
                await self._ask(pdu.ENQUIRE_LINK)
            except OSError:
                log.info("sms: the SMSC is silent, the line is closed")
                self._drop()
                return

    # its end

    def _drop(self) -> None:
        if self.ended.is_set():
            return
        if self._writer is not None:
            self._writer.close()  # what was written still goes out
        self.ended.set()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Ended("the line broke"))

    async def _end(self) -> None:
        self._drop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
