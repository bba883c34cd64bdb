"""E-mail: letters come from a folder of a mailbox (IMAP), answers go by SMTP, in the thread they belong to.

A letter is read by `letters` and `quoted`, the folder by `mailbox`; here is who is answered, how, and who is not: a
machine (RFC 3834), a list, ourselves, and whoever writes more than a person can.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import partial
from hashlib import sha256

from bot.channels import letters
from bot.channels.letters import Bounce, Letter
from bot.channels.mailbox import Found, Mailbox
from bot.channels.messenger import (
    MAX_MEDIA,
    Arrival,
    Deed,
    Enclosure,
    Hook,
    Limits,
    Part,
    Post,
    Receipt,
    Refused,
    Sent,
    Spoke,
    Wrote,
    larger,
)
from bot.channels.outgoing import NOBODY, WRITTEN, Outgoing, page, place
from bot.channels.sent_copies import Copies
from bot.channels.sign_on import Password, SignOn, Tokens
from bot.dialogue.actions import Choice
from bot.errors import Both, NotAllowed
from bot.locale import said
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)

NAME = "email"
TIMEOUT_S = 30.0
GATHER_S = 5.0  # a turn that asks another program says two things, and they are one letter
SETTLE_S = 0.15
LIVED_S = 60.0  # a line that was up for so long is made anew at once
POLL_S = 30.0  # between looks into a folder whose server has no IDLE
OFTEN, OFTEN_S = 30, 3600.0  # letters of one address in an hour: more is a machine that doesn't say so
AGE_S = 3 * 86_400.0  # an older letter is for a person to answer
REMEMBERED = 10_000
MAC = 24  # of 64 hexadecimal digits
ENCLOSED = 15 << 20  # bytes of a file; a third more as it is sent, and many servers take no letter above 25 MB
UNPROVEN = "~"  # before an address that nobody vouches for: somebody else than whoever proved to have it
IMAP_PORTS = {"imaps": 993, "imap": 143}
SUBJECT = {"ru": "Сообщение", "en": "A message"}


class Email:
    """imap, smtp: "imaps://host[:port]", "smtps://host"; without the s STARTTLS. address: ours, with a name if need be.
    password: also the key of our letters' ids, so with a grant, which needs none, any secret that stays. sent: as
    `Copies` has it. authserv: whose word in Authentication-Results proves an address, "" for nobody's."""

    name = NAME

    def __init__(
        self,
        imap: str,
        smtp: str,
        address: str,
        password: str,
        *,
        user: str = "",
        grant: Tokens | None = None,
        folder: str = "INBOX",
        sent: str = "auto",
        authserv: str = "",
        timeout_s: float = TIMEOUT_S,
        gather_s: float = GATHER_S,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        logging.getLogger("aiosmtplib").setLevel(logging.WARNING)
        self._title, self._own = parseaddr(address)
        self._own = self._own.lower()
        self._user = user or self._own
        kind, host, port = place(imap, IMAP_PORTS)
        sign_on: SignOn = grant or Password(password)
        self._mailbox = Mailbox(
            host, port, tls=kind == "imaps", user=self._user, sign_on=sign_on, folder=folder, timeout_s=timeout_s
        )
        self._outgoing = Outgoing(smtp, self._own, self._user, sign_on, timeout_s=timeout_s)
        self._copies = Copies(self._mailbox, sent, timeout_s=timeout_s)
        self._authserv = authserv
        self._timeout = timeout_s
        self._now, self._clock = now, clock
        self._key = sha256(f"govorun e-mail {self._own} {password}".encode()).digest()
        self._threads: OrderedDict[str, Letter] = OrderedDict()  # what each chat wrote last
        self._often: OrderedDict[str, deque[float]] = OrderedDict()
        self._underway: set[int] = set()
        self._taken: list[int] = []
        self._passed: list[int] = []
        self._up = False
        self.limits = Limits(text=100_000, captioned=100_000, a_second=5.0, chat_s=1.0, gather_s=gather_s)

    async def open(self, hook: str) -> str:
        if not letters.ADDRESS.fullmatch(self._own):
            raise Refused(
                said("our address is none", "наш адрес — не адрес"),
                said(
                    'Set GOVORUN_EMAIL_ADDRESS="Clinic <info@clinic.example>"',
                    'Задайте GOVORUN_EMAIL_ADDRESS="Клиника <info@clinic.example>"',
                ),
            )
        await self._mailbox.open()
        self._begun()
        await self._outgoing.open()
        return self._own

    async def close(self) -> None:
        await self._copies.close()
        await self._mailbox.close()

    # in

    def receive(self, hook: Hook) -> Post:
        raise NotAllowed(said("e-mail is fetched, nobody posts it", "почту забирают сами, её не присылают"), where=NAME)

    def polled(self, open_from: Callable[[], float | None]) -> AsyncIterator[Post]:
        return self._polled()

    async def _polled(self) -> AsyncIterator[Post]:
        """A letter is marked when it is committed; until then it comes again after a restart."""
        while True:
            if not self._up:
                await self._mailbox.open()
                self._begun()
            began = self._clock()
            try:
                while True:
                    await self._marked()
                    found = await self._mailbox.new(sorted(self._underway))
                    for each in found:
                        self._underway.add(each.uid)
                        letter = await asyncio.to_thread(letters.read, each.raw, self._authserv)  # calls go on
                        yield self.read(each, letter)
                    if not found:
                        await self._mailbox.wait(lambda: bool(self._taken or self._passed), POLL_S)
            except OSError:
                self._up = False
                if self._clock() - began < LIVED_S:  # else a server that ends a quiet line when it likes
                    raise

    def _begun(self) -> None:
        """UIDs of another time mean other letters; what is under way comes again, and is known by its id."""
        self._up = True
        self._underway.clear()
        self._taken, self._passed = [], []

    async def _marked(self) -> None:
        taken, passed = self._taken[:], self._passed[:]
        if taken or passed:
            await self._mailbox.mark(taken, passed)
            del self._taken[: len(taken)], self._passed[: len(passed)]
            self._underway.difference_update(taken, passed)

    def read(self, found: Found, letter: Letter | None = None) -> Post:
        """What a letter is to us."""
        letter = letter or letters.read(found.raw, self._authserv)
        marked = partial(self._taken.append, found.uid)  # to the list of this selection, whose UID it is
        receipt = self._receipt(letter.bounce) if letter.bounce is not None else None
        if receipt is not None:
            return Post(receipts=[receipt], taken=marked)
        why = letter.machine or self._unanswered(letter, found)
        if why:
            log.info("a letter is left unanswered: %s", why)
            return Post(taken=partial(self._passed.append, found.uid))
        chat = letter.sender if letter.proven else f"{UNPROVEN}{letter.sender}"
        self._keep(chat, letter)
        at = letter.at if letter.at is not None and abs((letter.at - found.came).total_seconds()) < 600 else found.came
        arrivals = [
            Arrival(id=f"{letter.own}{end}", chat=chat, at=at, deed=deed, order=at.timestamp(), settle_s=SETTLE_S)
            for end, deed in self._deeds(letter, found)
        ]
        return Post(arrivals=arrivals, taken=marked)

    def _unanswered(self, letter: Letter, found: Found) -> str:
        if letter.sender == self._own or self._of_ours(letter.id)[0]:
            return "our own"
        if (self._now() - found.came).total_seconds() > AGE_S:
            return "too old"
        came = self._often.setdefault(letter.sender, deque(maxlen=OFTEN))
        self._often.move_to_end(letter.sender)
        while len(self._often) > REMEMBERED:
            self._often.popitem(last=False)
        now = self._clock()
        if len(came) == OFTEN and now - came[0] < OFTEN_S:
            return "too many of one address"
        came.append(now)
        return ""

    def _deeds(self, letter: Letter, found: Found) -> list[tuple[str, Deed]]:
        """Words last: they are what is answered."""
        text = letter.text
        if letter.fresh and letter.subject and letter.subject.lower() not in text.lower():
            text = f"{letter.subject}\n{text}".strip()  # many put what they want there
        deeds: list[tuple[str, Deed]] = []
        for each in letter.enclosed:
            media = f"{self._mailbox.validity}/{found.uid}/{each.number}"
            if each.kind == "voice" and not text:
                deeds.append((f"/{each.number}", Spoke(media)))
            else:
                kind = "file" if each.kind == "voice" else each.kind
                deeds.append((f"/{each.number}", Sent(kind, media=media, name=each.name, quiet=bool(text or deeds))))
        if text:
            deeds.append(("", Wrote(text)))
        return deeds or [("", Sent("other"))]

    def _keep(self, chat: str, letter: Letter) -> None:
        before = self._threads.get(chat)
        if before is None or before.at is None or letter.at is None or letter.at >= before.at:
            self._threads[chat] = replace(letter, text="", enclosed=())  # of thousands, what heads them is enough
        self._threads.move_to_end(chat)
        while len(self._threads) > REMEMBERED:
            self._threads.popitem(last=False)

    def _receipt(self, bounce: Bounce) -> Receipt | None:
        """Of a letter that we sent to whom it names: its id says so, and only who has got it knows that."""
        key, mac = self._of_ours(bounce.original)
        chats = [f"{sign}{each}" for each in bounce.recipients for sign in ("", UNPROVEN)]
        chat = next(
            (each for each in chats if key and hmac.compare_digest(mac.encode(), self._mac(key, each).encode())), None
        )
        if chat is None or not bounce.final:
            return None
        failed = Blocked() if NOBODY.match(bounce.status) else Undelivered(bounce.status or "bounced", retry_after=None)
        return Receipt(key=key, chat=chat, failed=failed)

    # out

    def link(self, token: str) -> str:
        return ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        return False

    def refuses(self, file: Enclosure) -> Both | None:
        return larger(file, ENCLOSED)

    async def send(self, chat: str, part: Part) -> None:
        letter = await self._written(chat, part)
        await self._outgoing.send(_address(chat), letter)
        self._copies.put(letter)

    async def typing(self, chat: str) -> None:
        """Nobody sees it."""

    async def fetch(self, media: str) -> bytes:
        validity, uid, number = map(int, media.split("/"))
        async with self._mailbox.beside() as box:
            if validity != box.validity:
                raise OSError("the mailbox was made anew")
            raw = await box.raw(uid)
        try:
            found = letters.part_of(raw, number)
        except LookupError:
            raise OSError("no such part") from None
        if len(found) > MAX_MEDIA:
            raise OSError("too large")
        return found

    async def _written(self, chat: str, part: Part) -> EmailMessage:
        before = self._threads.get(chat) or await self._looked_up(chat)
        letter = EmailMessage(WRITTEN)
        letter["From"] = Address(self._title, addr_spec=self._own)
        letter["To"] = _address(chat)
        subject = letters.answer_to(before.subject) if before else ""
        letter["Subject"] = subject or self._title or SUBJECT[part.language]
        letter["Date"] = format_datetime(self._now())
        letter["Message-ID"] = self._ident(part.key, chat)
        if before is not None and before.id:
            letter["In-Reply-To"] = before.id
            known = [each for each in before.references if each != before.id]
            letter["References"] = " ".join([*known[:1], *known[1:][-9:], before.id])
        letter["Auto-Submitted"] = "auto-replied" if before is not None else "auto-generated"  # RFC 3834 5
        letter["X-Auto-Response-Suppress"] = "OOF, AutoReply"
        letter["Content-Language"] = part.language
        letter.set_content(part.text)
        letter.add_alternative(page(part, self._own, subject), subtype="html")
        for file in part.files:
            main, _, sub = file.type.partition("/")
            letter.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name)
        return letter

    async def _looked_up(self, chat: str) -> Letter | None:
        """Of what they wrote before we were started."""
        try:
            async with asyncio.timeout(self._timeout), self._mailbox.beside() as box:
                raw = await box.last_of(_address(chat))
        except (OSError, Refused):
            return None  # it goes all the same; only the thread begins anew
        letter = letters.read(raw, self._authserv) if raw else None
        # The server finds a part of an address, too: what somebody else wrote about is not told to this one.
        if letter is None or (letter.sender if letter.proven else f"{UNPROVEN}{letter.sender}") != chat:
            return None
        self._keep(chat, letter)
        return letter

    # ids of ours: which part it is, and a proof that we sent it to this chat

    def _ident(self, key: str, chat: str) -> str:
        told = key or sha256(f"{self._now()}{chat}".encode()).hexdigest()[:16]
        return f"<{told.replace('/', '.')}.{self._mac(told, chat)}@{self._own.rpartition('@')[2]}>"

    def _mac(self, key: str, chat: str) -> str:
        return hmac.new(self._key, f"{key}|{chat}".encode(), sha256).hexdigest()[:MAC]

    def _of_ours(self, ident: str) -> tuple[str, str]:
        """Key and proof of an id that looks as ours do; "" of any other."""
        local, _, domain = ident.strip("<>").rpartition("@")
        key, _, mac = local.rpartition(".")
        mine = domain.lower() == self._own.rpartition("@")[2] and len(mac) == MAC and key
        return (key.replace(".", "/"), mac) if mine else ("", "")


def _address(chat: str) -> str:
    return chat.removeprefix(UNPROVEN)
