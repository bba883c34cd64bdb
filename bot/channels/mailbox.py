"""A folder of a mailbox over IMAP (RFC 3501, IDLE: RFC 2177), by IMAPClient in a thread of its own.

What was taken bears a keyword at the server, so the mailbox itself remembers it: whichever process comes next goes on
there, and UIDs, which a server may give anew (UIDVALIDITY), are never kept beyond one selection of the folder. Where a
server keeps no keywords, \\Seen stands in for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from typing import Any, TypeVar

from imapclient import IMAPClient
from imapclient.exceptions import CapabilityError, IMAPClientError, LoginError
from imapclient.imapclient import SENT

from bot.channels.messenger import Refused
from bot.channels.sign_on import MAILBOX, SignOn, WrongLogin, not_taken
from bot.locale import reported, said

log = logging.getLogger(__name__)
T = TypeVar("T")

KEYWORD = "Govorun"  # of what was taken
SEEN = b"\\Seen"
BATCH = 20  # mails of one reading
WHOLE = 20 * 1024 * 1024  # bytes; of a larger mail its beginning is read, where the words stand
BEGINNING = 512 * 1024
FRESH = timedelta(hours=1)  # of what lies in a folder that was never read before, so much is answered
# RFC 2177 allows 29 minutes; but routers forget a quiet line, some servers forget to tell, and what is told together
# with the beginning of IDLE is not heard: so nothing waits longer than this.
IDLE_S = 60.0
STEP_S = 5.0  # of it, so that what was taken meanwhile is marked
NOTE = {
    "ru": (
        "Эту папку читает Говорун",
        "Говорун отвечает на письма, которые приходят сюда. То, что лежало здесь раньше, он не трогает.\n"
        f"Прочитанное им помечено ключевым словом {KEYWORD}: если снять его с письма, Говорун возьмёт письмо снова.",
    ),
    "en": (
        "Govorun reads this folder",
        "Govorun answers the mail that comes here. What lay here before is left alone.\n"
        f"What it has read bears the keyword {KEYWORD}: take it off a mail, and Govorun takes the mail anew.",
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """uid: within this selection. came: when the server got it. cut: only the beginning of raw was read."""

    uid: int
    came: datetime
    raw: bytes
    cut: bool = False


class Gone(OSError):
    """The line broke, or never was."""


class Mailbox:
    """tls: from the first byte; else STARTTLS, which only a server on this machine may lack. All of it blocks, in a
    thread of its own; none of it is called twice at a time."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: bool,
        user: str,
        sign_on: SignOn,
        folder: str = "INBOX",
        timeout_s: float = 20.0,
    ) -> None:
        logging.getLogger("imapclient").setLevel(logging.WARNING)  # it would log what people write
        self._host, self._port, self._tls = host, port, tls
        self._user, self._sign_on, self._folder = user, sign_on, folder
        self._timeout = timeout_s
        self._client: IMAPClient | None = None
        self._thread = ThreadPoolExecutor(1, "mailbox")
        self._keyword = True
        self.validity = 0
        self._closed = False

    async def open(self, *, begin: bool = True) -> None:
        """Connect anew, and begin with the folder where nobody has yet. Raises Refused, OSError."""
        word = await self._sign_on.word()
        try:
            await self._run(self._open, begin, word)
        except WrongLogin:
            if not self._sign_on.spoilt(word):
                raise
            await self._run(self._open, begin, await self._sign_on.word())

    @contextlib.asynccontextmanager
    async def beside(self) -> AsyncIterator[Mailbox]:
        """A second line, for what is wanted while the first waits. Raises Refused, OSError."""
        other = Mailbox(
            self._host,
            self._port,
            tls=self._tls,
            user=self._user,
            sign_on=self._sign_on,
            folder=self._folder,
            timeout_s=self._timeout,
        )
        try:
            await other.open(begin=False)
            yield other
        finally:
            await other.close()

    async def new(self, known: Sequence[int] = ()) -> list[Found]:
        """What isn't marked and isn't known, the oldest first, at most BATCH. Raises OSError."""
        return await self._run(self._new, frozenset(known))

    async def mark(self, taken: Sequence[int], quiet: Sequence[int] = ()) -> None:
        """taken: and answered, so nobody needs to read them. quiet: those that people may still want to see as new."""
        await self._run(self._mark, list(taken), list(quiet))

    async def wait(self, stirred: Callable[[], bool], poll_s: float) -> None:
        """Until something comes, `stirred`, or it is time to look anyway. poll_s: where the server can't tell."""
        idles = await self._run(lambda: self._at.has_capability("IDLE"))
        until = time.monotonic() + (IDLE_S if idles else poll_s)
        if not idles:
            while time.monotonic() < until and not stirred():
                await asyncio.sleep(min(STEP_S, poll_s) / 10)
            await self._run(lambda: self._at.noop())
            return
        await self._run(lambda: self._at.idle())
        came: list[Any] = []
        while not came and time.monotonic() < until and not stirred():
            asked = time.monotonic()
            came = await self._run(lambda: self._at.idle_check(timeout=STEP_S))
            if not came and time.monotonic() - asked < STEP_S / 2:
                break  # IMAPClient is silent about a line that ended: what follows says so
        await self._run(lambda: self._at.idle_done())

    async def raw(self, uid: int) -> bytes:
        """One whole mail. Raises OSError where it isn't there."""
        return await self._run(self._raw, uid)

    async def last_of(self, sender: str) -> bytes | None:
        """The headers of what somebody wrote last. Raises OSError."""
        return await self._run(self._last_of, sender)

    async def keep(self, letters: Sequence[tuple[str, bytes]], folder: str) -> bool:
        """Put each, by its Message-ID, into that folder, or "" the one for what was sent, where it isn't there yet;
        whether there is such a folder. Raises OSError."""
        return await self._run(self._keep, list(letters), folder)

    async def close(self) -> None:
        self._closed = True
        client = self._client
        if client is not None:
            with contextlib.suppress(OSError, AttributeError):
                client.socket().shutdown(2)  # whoever waits in IDLE
        self._thread.shutdown(wait=False, cancel_futures=True)

    # in the thread

    async def _run(self, work: Callable[..., T], *args: Any) -> T:
        if self._closed:
            raise Gone("closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, partial(work, *args))
        except RuntimeError:  # the thread is gone: we are closing
            raise Gone("closed") from None

    @property
    def _at(self) -> _Line:
        return _Line(self._client)

    def _open(self, begin: bool, word: str) -> None:
        self._drop()
        client = self._connected()
        try:
            if self._sign_on.bearer:
                client.oauth2_login(self._user, word)
            else:
                client.login(self._user, word)
        except LoginError:
            with _broken():
                client.shutdown()
            raise not_taken(self._sign_on, MAILBOX) from None
        except (OSError, IMAPClientError, imaplib.IMAP4.error) as error:
            raise Gone(type(error).__name__) from None
        self._client = client
        try:
            told = self._at.select_folder(self._folder)
        except Gone as gone:
            if gone.args != (imaplib.IMAP4.error.__name__,):  # its NO; else the line
                raise
            raise Refused(
                said(f"the mailbox has no folder {self._folder!r}", f"в ящике нет папки {self._folder!r}"),
                said("Set GOVORUN_EMAIL_FOLDER", "Задайте GOVORUN_EMAIL_FOLDER"),
            ) from None
        self.validity = int(told.get(b"UIDVALIDITY", 0))
        self._keyword = b"\\*" in told.get(b"PERMANENTFLAGS", (b"\\*",))
        if begin and self._keyword and not self._begun(told):
            self._begin()

    def _connected(self) -> IMAPClient:
        context = ssl.create_default_context()
        try:
            client = IMAPClient(
                self._host,
                self._port,
                ssl=self._tls,
                ssl_context=context if self._tls else None,
                timeout=self._timeout,
                use_uid=True,
            )
            if not self._tls:
                self._start_tls(client, context)
        except (ssl.SSLError, ssl.CertificateError) as error:
            raise Refused(
                said(
                    f"the mailbox's certificate is not trusted: {error.reason}",
                    f"сертификату ящика нельзя доверять: {error.reason}",
                )
                if isinstance(error, ssl.SSLError)
                else said("the mailbox's certificate is not trusted", "сертификату ящика нельзя доверять"),
                said(
                    "GOVORUN_EMAIL_IMAP has to name it as its certificate does; SSL_CERT_FILE names your own ones",
                    "GOVORUN_EMAIL_IMAP: имя как в сертификате; свои сертификаты — в SSL_CERT_FILE",
                ),
            ) from None
        except (OSError, IMAPClientError, imaplib.IMAP4.error) as error:
            raise Gone(type(error).__name__) from None
        return client

    def _start_tls(self, client: IMAPClient, context: ssl.SSLContext) -> None:
        if client.has_capability("STARTTLS") and not self.here:
            client.starttls(context)
        elif not self.here:
            raise Refused(
                said("the mailbox's server offers no encryption", "сервер почтового ящика не предлагает шифрования"),
                said("Write GOVORUN_EMAIL_IMAP=imaps://…", "Напишите GOVORUN_EMAIL_IMAP=imaps://…"),
            )

    @property
    def here(self) -> bool:
        return self._host in ("localhost", "127.0.0.1", "::1")

    def _begun(self, told: dict[bytes, Any]) -> bool:
        known = any(flag.lower() == KEYWORD.lower().encode() for flag in told.get(b"FLAGS", ()))
        return known or bool(self._at.search(["KEYWORD", KEYWORD]))

    def _begin(self) -> None:
        """What lay here before is no letter to us. The note is marked, so that this folder counts as begun from now."""
        old = [uid for uid, came in self._came(self._at.search(["ALL"])).items() if datetime.now(UTC) - came > FRESH]
        if old:
            self._at.add_flags(old, [KEYWORD], silent=True)
        subject, text = NOTE[reported()]
        note = EmailMessage()
        note["From"] = note["To"] = self._user if "@" in self._user else "govorun@localhost"
        note["Subject"], note["Auto-Submitted"] = subject, "auto-generated"
        note.set_content(text)
        self._at.append(self._folder, note.as_bytes(), flags=(KEYWORD, SEEN))

    def _came(self, uids: Sequence[int]) -> dict[int, datetime]:
        found = self._at.fetch(uids, ["INTERNALDATE"]) if uids else {}
        return {uid: _aware(data.get(b"INTERNALDATE")) for uid, data in found.items()}

    def _new(self, known: frozenset[int]) -> list[Found]:
        self._at.noop()  # a search alone need not know what came meanwhile
        uids = self._at.search(["UNKEYWORD", KEYWORD] if self._keyword else ["UNSEEN"])
        wanted = sorted(set(uids) - known)[:BATCH]
        if not wanted:
            return []
        sizes = self._at.fetch(wanted, ["RFC822.SIZE", "INTERNALDATE"])
        found = []
        for uid in wanted:
            if uid not in sizes:
                continue  # somebody removed it meanwhile
            cut = int(sizes[uid].get(b"RFC822.SIZE", 0)) > WHOLE
            what = f"BODY.PEEK[]<0.{BEGINNING}>" if cut else "BODY.PEEK[]"
            raw = self._body(uid, what)
            if raw is not None:
                found.append(Found(uid, _aware(sizes[uid].get(b"INTERNALDATE")), raw, cut))
        return found

    def _body(self, uid: int, what: str) -> bytes | None:
        told = self._at.fetch([uid], [what]).get(uid, {})
        return next((value for key, value in told.items() if key.startswith(b"BODY[")), None)

    def _mark(self, taken: list[int], quiet: list[int]) -> None:
        for uids, flags in ((taken, [KEYWORD, SEEN]), (quiet, [KEYWORD])):
            if uids:
                self._at.add_flags(uids, flags if self._keyword else [SEEN], silent=True)

    def _raw(self, uid: int) -> bytes:
        found = self._body(uid, "BODY.PEEK[]")
        if found is None:
            raise OSError("the mail is gone")
        return found

    def _last_of(self, sender: str) -> bytes | None:
        uids = self._at.search(["FROM", sender], "US-ASCII" if sender.isascii() else "UTF-8")
        return self._body(max(uids), "BODY.PEEK[HEADER]") if uids else None

    def _keep(self, letters: list[tuple[str, bytes]], folder: str) -> bool:
        folder = folder or self._at.find_special_folder(SENT)
        if not folder:
            return False
        self._at.select_folder(folder)
        for ident, raw in letters:
            if not self._at.search(["HEADER", "Message-ID", ident]):
                self._at.append(folder, raw, flags=(SEEN,))
        return True

    def _drop(self) -> None:
        if self._client is not None:
            with contextlib.suppress(Exception):  # whatever a broken line makes of it
                self._client.shutdown()
            self._client = None


class _Line:
    """IMAPClient with one error for all that a line can do."""

    def __init__(self, client: IMAPClient | None) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if self._client is None:
            raise Gone("not connected")
        method = getattr(self._client, name)

        def call(*args: Any, **more: Any) -> Any:
            with _broken():
                return method(*args, **more)

        return call


@contextlib.contextmanager
def _broken() -> Iterator[None]:
    try:
        yield
    except (IMAPClientError, CapabilityError, imaplib.IMAP4.error, OSError, ValueError, AttributeError) as error:
        raise Gone(type(error).__name__) from None


def _aware(came: object) -> datetime:
    """IMAPClient gives naive times of this machine."""
    return came.astimezone(UTC) if isinstance(came, datetime) else datetime.now(UTC)
