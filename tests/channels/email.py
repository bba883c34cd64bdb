"""E-mail as it behaves: a real mailbox (Dovecot), a real server for outgoing mail (aiosmtpd) that is out of sorts, and
the letters that people's programs make."""

from __future__ import annotations

import asyncio
import atexit
import json
import re
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import format_datetime
from functools import cache
from html.parser import HTMLParser
from typing import Any, ClassVar, Self
from uuid import uuid4

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from bot.channels.email import Email
from bot.channels.mailbox import Found
from bot.channels.messenger import Hook, Messenger, Post
from tests.channels.double import Double, Given, Shown
from tests.channels.dovecot import PASSWORD, SECURE, Dovecot, certificate, dovecot

AUTHSERV = "mx.clinic.example"
LINE = re.compile(r"^(\d+)\. (.+)$")
SERVED = ExitStack()


@cache
def mailboxes() -> Dovecot:
    """One server for all tests of this process."""
    atexit.register(SERVED.close)
    return SERVED.enter_context(dovecot())


class _Incoming(list[dict[str, Any]]):
    """What is added lies in the mailbox."""

    def __init__(self, double: EmailDouble) -> None:
        super().__init__()
        self._double = double

    def __iadd__(self, more: Any) -> Self:
        for each in more:
            self._double.put(self._double.raw(each))
        return self


@dataclass
class EmailDouble(Double):
    """letters: what our server for outgoing mail was given."""

    NAME: ClassVar[str] = "email"
    IVAN: ClassVar[str] = "ivan@example.org"
    ANNA: ClassVar[str] = "anna@mail.example.org"
    GATHERS: ClassVar[bool] = True
    NAMES_PICTURES: ClassVar[bool] = True
    SHARES_CONTACTS: ClassVar[bool] = False
    SHARES_NUMBER: ClassVar[bool] = False
    BEGINS: ClassVar[bool] = False
    BUTTONS: ClassVar[bool] = False
    FORBIDDEN: ClassVar[Sequence[str]] = ("sticker", "location", "edited")

    letters: list[Message] = field(default_factory=list)
    user: str = field(default_factory=lambda: f"box-{uuid4().hex[:8]}")
    imap: int = 0  # of another line to the mailbox
    tls: Any = None
    secure: str = ""  # "tls", "starttls": both lines, at an address that may not do without
    tokens: set[str] = field(default_factory=set)  # that let in besides the password

    @property
    def own(self) -> str:
        return f"{self.user}@clinic.example"

    def lines(self) -> tuple[str, str]:
        """IMAP and SMTP."""
        if self.secure == "tls":
            return f"imaps://{SECURE}:{mailboxes().secure}", f"smtps://{SECURE}:{self.port}"
        if self.secure:
            return f"imap://{SECURE}:{mailboxes().starting}", f"smtp://{SECURE}:{self.port}"
        return f"imap://127.0.0.1:{self.imap or mailboxes().port}", f"smtp://127.0.0.1:{self.port}"

    def settings(self) -> dict[str, str]:
        imap, smtp = self.lines()
        return {
            "email_imap": imap,
            "email_smtp": smtp,
            "email_address": f"Клиника <{self.own}>",
            "email_user": self.user,
            "email_password": PASSWORD,
            "email_authserv": AUTHSERV,
        }

    def messenger(self, timeout_s: float) -> Messenger:
        return self.mailbox(timeout_s)

    def mailbox(self, timeout_s: float = 20.0, **more: Any) -> Email:
        told = self.settings()
        self.updates = _Incoming(self)
        return Email(
            told["email_imap"],
            told["email_smtp"],
            told["email_address"],
            PASSWORD,
            user=self.user,
            **{"timeout_s": timeout_s, "authserv": AUTHSERV, "gather_s": 0.0, "now": self.now, **more},
        )

    def secrets(self) -> Sequence[str]:
        return (PASSWORD,)

    # people

    def put(self, raw: bytes) -> int:
        return mailboxes().put(self.user, raw, self.now())

    def raw(self, told: Mapping[str, Any]) -> bytes:
        """What their program makes of it; whatever has another form is put in as it is."""
        if set(told) - {"from", "id", "text", "date", "headers", "files"}:
            return str(told).encode()
        letter = EmailMessage(policy=policy.default.clone(refold_source="none"))
        domain = str(told["from"]).rpartition("@")[2]
        lines = {
            "Authentication-Results": f"{AUTHSERV}; dmarc=pass (p=none) header.from={domain}",
            "From": f"Иван <{told['from']}>",
            "To": self.own,
            "Subject": "Re: Вопрос",
            "Message-ID": f"<{told['id']}@mail.example.org>",
            "In-Reply-To": "<1@clinic.example>",
            "Date": told["date"],
            **(told["headers"] if isinstance(told["headers"], dict) else {"X-Odd": told["headers"]}),
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value is not None)
        letter.set_content(str(told["text"]).encode(errors="replace").decode(), cte="base64")
        for each in told["files"] if isinstance(told["files"], list) else ():
            if not isinstance(each, list) or len(each) != 3:
                continue
            kind, name, content = each
            main, _, sub = kind.partition("/")
            letter.add_attachment(content.encode(), maintype=main, subtype=sub, filename=name)
        return head.encode() + letter.as_bytes(policy=policy.SMTP)

    def letter(self, chat: str, text: str, files: Sequence[tuple[str, str, str]] = (), **headers: Any) -> Hook:
        number = next(self.numbers)
        at = self.now().replace(microsecond=0)
        told = {
            "from": chat,
            "id": f"letter-{number}",
            "text": text,
            "date": format_datetime(at.replace(minute=number % 60 // 10, second=number % 10 * 5)),
            "headers": {name.replace("_", "-"): value for name, value in headers.items()},
            "files": [list(each) for each in files],
        }
        return self.sealed(told)

    def sealed(self, body: object) -> Hook:
        return Hook(method="MAIL", headers={}, query={}, body=json.dumps(body).encode())

    def wrote(self, chat: str, text: str) -> Hook:
        return self.letter(chat, text)

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        return self.wrote(chat, button[1])  # the number in the list

    def spoke(self, chat: str, sound: bytes) -> Hook:
        hook = self.letter(chat, "", [("audio/ogg", "voice.ogg", sound.decode())])
        self.files["voice.ogg"] = sound
        return Hook(method="LAID", headers={}, query={}, body=hook.body)

    def odd(self, chat: str, kind: str) -> Hook:
        if kind == "image":
            return self.letter(chat, "", [("image/jpeg", "анализ.jpg", "jpeg")])
        if kind == "captioned":
            return self.letter(chat, "booking", [("image/jpeg", "x.jpg", "jpeg")])
        if kind == "unknown":
            return self.letter(chat, "", [("application/pkcs7-mime", "smime.p7m", "x")])
        if kind == "group":
            return self.letter(chat, "main.price", List_Id="<all.example.org>", Precedence="list")
        assert kind == "blocked"
        return Hook(method="RAW", headers={}, query={}, body=self.bounce(chat))

    def bounce(self, chat: str, status: str = "5.1.1", action: str = "failed") -> bytes:
        """Of the letter that was sent to them last, as Postfix tells of it."""
        last = next(each for each in reversed(self.letters) if str(each["To"]) == chat)
        mark = "=_report"
        return (
            f"Return-Path: <>\r\nFrom: MAILER-DAEMON@example.org\r\nTo: {self.own}\r\nSubject: Undelivered Mail\r\n"
            "Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
            f'Content-Type: multipart/report; report-type=delivery-status; boundary="{mark}"\r\n\r\n'
            f"--{mark}\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n"
            f"--{mark}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.example.org\r\n\r\n"
            f"Final-Recipient: rfc822; {chat}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
            f"--{mark}\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: {last['Message-ID']}\r\nTo: {chat}\r\n\r\n--{mark}--\r\n"
        ).encode()

    def forged(self, hook: Hook) -> Sequence[Hook]:
        return [hook]  # nobody may post any of it

    async def bring(self, messenger: Messenger, hook: Hook) -> Post:
        assert isinstance(messenger, Email)
        if hook.method == "RAW":
            return messenger.read(Found(next(self.numbers), self.now(), hook.body))
        told = json.loads(hook.body)
        raw = self.raw(told) if isinstance(told, dict) else str(told).encode()
        uid = next(self.numbers)
        if hook.method == "LAID":
            await messenger.open("")
            uid = self.put(raw) if self.files else 999_999  # removed by somebody meanwhile
        return messenger.read(Found(uid, self.now(), raw))

    # the server for outgoing mail

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802  as aiosmtpd names it
        """developers.google.com/workspace/gmail/imap/xoauth2-protocol"""
        user, bearer, *_ = b64decode(args[1]).decode().split("\1")
        good = bearer.removeprefix("auth=Bearer ") in self.tokens and user == f"user={self.user}"
        return AuthResult(success=good, handled=False)

    async def handle_RCPT(  # noqa: N802  as aiosmtpd names it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 authentication required"
        self.tries += 1
        trouble = self.trouble.pop(0) if self.trouble else ""
        if address in self.blocked or trouble == "blocked":
            return "550 5.1.1 no such user here"
        if trouble == "flood":
            return "451 4.7.1 greylisted, try again later"
        if trouble == "broken":
            return "421 4.3.2 shutting down"
        if trouble[:1].isdecimal():
            return trouble
        session.deaf = trouble == "deaf"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append(letter)
        [chat] = envelope.rcpt_tos
        self.shown += shown(chat, letter)
        assert isinstance(letter, EmailMessage)
        for each in letter.iter_attachments():
            content = each.get_payload(decode=True)
            assert isinstance(content, bytes)
            picture = each.get_content_maintype() == "image"
            self.given.append(Given(chat, each.get_filename() or "", content, picture))
        if session.deaf:
            await asyncio.sleep(3600)
        return "250 2.0.0 queued"

    @classmethod
    @asynccontextmanager
    async def running(cls, **more: Any) -> AsyncIterator[Self]:
        made = cls(**more)

        def authenticator(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: Any) -> AuthResult:
            return AuthResult(success=made.known and told.password == PASSWORD.encode(), handled=False)

        context = None
        if made.secure:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate())
            made.tls = context if made.secure == "starttls" else None
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(
                made,
                hostname="127.0.0.1",
                auth_require_tls=False,
                authenticator=authenticator,
                tls_context=made.tls,
                require_starttls=made.secure == "starttls",
            ),
            SECURE if made.secure else "127.0.0.1",
            0,
            ssl=context if made.secure == "tls" else None,
        )
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            server.close()


def shown(chat: str, letter: Message) -> list[Shown]:
    """What a reader sees: of each paragraph one, a list with what stands above it."""
    assert isinstance(letter, EmailMessage)
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content().replace("\r\n", "\n").strip()
    found: list[Shown] = []
    for block in re.split(r"\n\s*\n", text):
        items = [LINE.match(line) for line in block.split("\n")]
        if all(items) and found:
            above = found.pop()
            listed = tuple((item.group(2), item.group(1)) for item in items if item)
            found.append(Shown(chat, above.text, listed=listed, whole=f"{above.text}\n\n{block}"))
        else:
            found.append(Shown(chat, block))
    seen = _Seen()
    seen.feed(html.get_content().replace("\r\n", "\n"))
    alike = "".join("".join(seen.found).split()) == "".join(re.sub(r"(?m)^\d+\. ", "", text).split())
    odd = set(seen.tags) - {"html", "body", "p", "br", "ol", "li", "a"}
    return [found[0], *found[1:]] if alike and not odd else [Shown(chat, text, markup=(*odd, html.get_content()))]


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.found.append(data)
