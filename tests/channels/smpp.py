"""An SMSC as SMPP 3.4 has it, on a real socket: it throttles, breaks the line in the middle of a window, answers in
another order, cuts PDUs into segments of TCP, and brings again what it heard no answer to."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self
from urllib.parse import quote

from bot.channels import pdu
from bot.channels.messenger import Hook, Messenger, Post
from bot.channels.pdu import Address, Frames, Malformed, Message, Pdu
from bot.channels.segments import Joiner, opened, read, segmented
from bot.channels.smpp import Smpp
from bot.channels.smsc import Came
from tests.channels.double import Double, Shown
from tests.channels.dovecot import SECURE, certificate
from tests.channels.sms import LINE

USER, PASSWORD, SENDER = "clinic", "p@ss:w/rd", "Clinic"


@dataclass
class Peer:
    """Somebody's line to the SMSC."""

    smsc: SmppDouble
    writer: asyncio.StreamWriter
    bound: bool = False
    held: list[Pdu] = field(default_factory=list)

    def send(self, each: Pdu) -> None:
        raw = each.encoded()
        for at in range(0, len(raw), self.smsc.torn or len(raw)):
            self.writer.write(raw[at : at + (self.smsc.torn or len(raw))])

    async def serve(self, reader: asyncio.StreamReader) -> None:
        frames = Frames()
        with suppress(Malformed, OSError):
            while more := await reader.read(4096):
                for each in frames.fed(more):
                    self.smsc.took(self, each)
        self.writer.close()


class _Incoming(list[dict[str, Any]]):
    """What is added is delivered to whoever binds."""

    def __init__(self, double: SmppDouble) -> None:
        super().__init__()
        self._double = double

    def __iadd__(self, more: Any) -> Self:
        for each in more:
            self._double.waiting += self._double.delivered(each)
        self._double.deliver()
        return self


@dataclass
class SmppDouble(Double):
    """submits: what we sent, as it was taken. waiting: deliver_sm that nobody answered yet. torn: octets of one write.
    reverse: so many answers are held and given in the opposite order. nacks: of ours. told: commands that came."""

    NAME: ClassVar[str] = "sms"
    VOUCHES: ClassVar[bool] = True
    SHARES_CONTACTS: ClassVar[bool] = False
    SHARES_NUMBER: ClassVar[bool] = False
    BEGINS: ClassVar[bool] = False
    BUTTONS: ClassVar[bool] = False
    HEARS: ClassVar[bool] = False
    FILES: ClassVar[bool] = False
    FORBIDDEN: ClassVar[Sequence[str]] = ("image", "captioned", "sticker", "location", "edited", "unknown", "group")

    submits: list[Message] = field(default_factory=list)
    waiting: list[Pdu] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)
    nacks: list[Pdu] = field(default_factory=list)
    told: list[int] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    status: dict[int, int] = field(default_factory=dict)  # of the submit_sm of that number, from 1
    torn: int = 0
    reverse: int = 0
    silent: bool = False
    secure: bool = False  # TLS alone
    joiner: Joiner = field(default_factory=Joiner)

    @property
    def address(self) -> str:
        scheme, host = ("smpps", SECURE) if self.secure else ("smpp", "127.0.0.1")
        return f"{scheme}://{USER}:{quote(PASSWORD, safe='')}@{host}:{self.port}"

    def settings(self) -> dict[str, str]:
        return {"smpp": self.address, "sms_sender": SENDER}

    def messenger(self, timeout_s: float) -> Messenger:
        return self.line(timeout_s)

    def line(self, timeout_s: float = 20.0, **more: Any) -> Smpp:
        self.updates = _Incoming(self)
        return Smpp(self.address, SENDER, timeout_s=timeout_s, now=self.now, **more)

    def secrets(self) -> Sequence[str]:
        return PASSWORD, quote(PASSWORD, safe="")

    # people

    def delivered(self, told: dict[str, Any]) -> list[Pdu]:
        """Their SMS as deliver_sm."""
        text, chat = str(told["text"]), str(told["from"])
        made = segmented(text.encode("utf-16-be", "replace").decode("utf-16-be"), next(self.numbers) % 256)
        return [
            Pdu(
                pdu.DELIVER_SM,
                int(told["number"]) * 10 + index,
                body=Message(
                    source=Address(pdu.INTERNATIONAL, pdu.ISDN, chat[:20]),
                    destination=Address(pdu.NETWORK, pdu.ISDN, "1234"),
                    text=each.content,
                    coding=each.coding,
                    esm_class=each.esm_class,
                ).encoded(),
            )
            for index, each in enumerate(made)
        ]

    def sealed(self, body: object) -> Hook:
        return Hook(method="SMPP", headers={}, query={}, body=json.dumps(body).encode())

    def wrote(self, chat: str, text: str) -> Hook:
        return self.sealed({"from": chat, "text": text, "number": next(self.numbers)})

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        return self.wrote(chat, button[1])

    def odd(self, chat: str, kind: str) -> Hook:
        assert kind == "blocked"
        return self.wrote(chat, "Стоп")

    def forged(self, hook: Hook) -> Sequence[Hook]:
        return [hook]  # nobody may post any of it

    async def bring(self, messenger: Messenger, hook: Hook) -> Post:
        assert isinstance(messenger, Smpp)
        told = json.loads(hook.body)
        try:
            made = self.delivered(told)
        except (TypeError, KeyError, ValueError):
            made = [Pdu(pdu.DELIVER_SM, 1, body=hook.body)]
        post = Post()
        for each in made:
            try:
                post = messenger.read(Came(pdu.message(each.body), 1, each.sequence, lambda: None))
            except Malformed:
                return Post()
        return post

    # the SMSC

    def deliver(self) -> None:
        for peer in self.peers[-1:]:
            if peer.bound and not peer.writer.is_closing():
                for each in self.waiting:
                    peer.send(each)

    def receipt(self, number: int, stat: str, *, form: str = "{number}", tlv: bool = False) -> Pdu:
        """Of the submit_sm of that number, from 1."""
        sent = self.submits[number - 1]
        ident = form.format(number=number)
        text = f"id:{ident} sub:001 dlvrd:001 submit date:2611231000 done date:2611231001 stat:{stat} err:000 Text:x"
        states = {"DELIVRD": 2, "UNDELIV": 5}
        tlvs = {pdu.RECEIPTED_ID: ident.encode() + b"\0", pdu.MESSAGE_STATE: bytes((states[stat],))} if tlv else {}
        message = Message(
            source=sent.destination,
            destination=sent.source,
            text=b"" if tlv else text.encode(),
            esm_class=pdu.RECEIPT,
            tlvs=tlvs,
        )
        return Pdu(pdu.DELIVER_SM, 1_000_000 + next(self.numbers), body=message.encoded())

    def took(self, peer: Peer, each: Pdu) -> None:
        self.told.append(each.command)
        if self.silent:
            return
        if each.command == pdu.GENERIC_NACK:
            self.nacks.append(each)
        elif each.command == pdu.DELIVER_SM | pdu.RESPONSE:
            self.answered.append(each.sequence)
            self.waiting = [one for one in self.waiting if one.sequence != each.sequence]
        elif each.command == pdu.BIND_TRANSCEIVER:
            good = self.known and pdu.bound(each.body)[:2] == (USER, PASSWORD)
            peer.bound = good
            peer.send(Pdu(each.command | pdu.RESPONSE, each.sequence, pdu.OK if good else 0x0E, b"smsc\0" * good))
            self.deliver()
        elif each.command in (pdu.ENQUIRE_LINK, pdu.UNBIND):
            peer.send(Pdu(each.command | pdu.RESPONSE, each.sequence))
        elif each.command == pdu.SUBMIT_SM:
            self.submitted(peer, each)

    def submitted(self, peer: Peer, each: Pdu) -> None:
        message = pdu.message(each.body)
        place, content = opened(message)
        chat = message.destination.value
        self.tries += place is None or place.number == 1
        trouble = self.trouble.pop(0) if self.trouble else ""
        if chat in self.blocked or trouble == "blocked":
            return self.answer_(peer, each, pdu.INVALID_DESTINATION)
        if trouble == "flood":
            return self.answer_(peer, each, pdu.THROTTLED)
        if trouble == "full":
            return self.answer_(peer, each, pdu.QUEUE_FULL)
        if trouble == "broken":
            peer.writer.close()
            return None
        if trouble[:2] == "0x":
            return self.answer_(peer, each, int(trouble, 16))
        self.submits.append(message)
        number = len(self.submits)
        if place is not None:
            parts = self.joiner.put((chat,), place, message.coding, content, 0.0)
            content = b"".join(parts) if parts else b""
        if content:
            text = read(content, message.coding) or ""
            listed = tuple((title, number_) for number_, title in LINE.findall(text))
            self.shown.append(Shown(chat, LINE.sub("", text).strip(), listed=listed, whole=text))
        if trouble == "early":
            peer.send(self.receipt(number, "UNDELIV"))
        if trouble != "deaf":
            self.answer_(peer, each, pdu.OK, f"{number}".encode() + b"\0")
        return None

    def answer_(self, peer: Peer, each: Pdu, status: int, body: bytes = b"") -> None:
        peer.held.append(Pdu(each.command | pdu.RESPONSE, each.sequence, status, body))
        if len(peer.held) >= self.reverse:
            while peer.held:
                peer.send(peer.held.pop())

    async def peer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made = Peer(self, writer)
        self.peers.append(made)
        await made.serve(reader)

    @classmethod
    @asynccontextmanager
    async def running(cls, **more: Any) -> AsyncIterator[Self]:
        made = cls(**more)
        context = None
        if made.secure:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate())
        server = await asyncio.start_server(made.peer, SECURE if made.secure else "127.0.0.1", 0, ssl=context)
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            server.close()
            for each in made.peers:
                each.writer.close()
