"""Letters on their way out: SMTP (RFC 5321) by aiosmtplib, and how an answer looks as HTML."""

from __future__ import annotations

import asyncio
import html
import re
import ssl
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy, default
from urllib.parse import quote, urlsplit

import aiosmtplib

from bot.channels.messenger import Part, Refused
from bot.channels.sign_on import OUTGOING, SignOn, not_taken
from bot.locale import said
from bot.ports import Blocked, Undelivered

SMTP_PORTS = {"smtps": 465, "smtp": 587}
# RFC 3463: of these the address is at fault; other 5.x are about us, our letter or their policy.
NOBODY = re.compile(r"^5\.(?:1\.[0-9]+|2\.[01]|7\.13)$")
_ITEM = re.compile(r"^(\d+)\. (.+)$")


class _Idents(UnstructuredHeader, BaseHeader):
    """Of other mails. The standard library writes one that is longer than a line (Outlook's are) as an encoded word,
    by which no program finds the thread."""

    max_count = 1

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split()) + policy.linesep


_HEADERS = HeaderRegistry()
for _each in ("In-Reply-To", "References"):
    _HEADERS.map_to_type(_each, _Idents)
WRITTEN = default.clone(header_factory=_HEADERS)


class Outgoing:
    """url: "smtps://host[:port]", or "smtp://host" with STARTTLS, which only a server on this machine may lack. own:
    the address that letters come from, and bounces go to."""

    def __init__(self, url: str, own: str, user: str, sign_on: SignOn, *, timeout_s: float) -> None:
        self._smtp = place(url, SMTP_PORTS)
        self._own, self._user, self._sign_on = own, user, sign_on
        self._timeout = timeout_s

    async def open(self) -> None:
        """Whether it takes our login. Raises Refused, OSError."""
        try:
            async with asyncio.timeout(self._timeout):
                await (await self._connected()).quit()
        except aiosmtplib.SMTPAuthenticationError:
            raise not_taken(self._sign_on, OUTGOING) from None
        except (aiosmtplib.SMTPException, ssl.SSLError) as error:
            if why := _untrusted(error):
                raise _bad_certificate(why) from None
            raise OSError(f"SMTP: {type(error).__name__}") from None

    async def send(self, to: str, letter: EmailMessage) -> None:
        """Raises Undelivered, Blocked."""
        try:
            async with asyncio.timeout(self._timeout):
                line = await self._connected()
                try:
                    await line.send_message(letter, sender=self._own, recipients=[to])
                finally:
                    line.close()
        except (aiosmtplib.SMTPAuthenticationError, Refused):
            raise Undelivered("its password is no longer taken", retry_after=60.0, told=True) from None
        except aiosmtplib.SMTPSenderRefused:
            raise Undelivered("its sender is refused", retry_after=60.0, told=True) from None
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = error.recipients[0]
            raise _undelivered(refused.code, refused.message, of_address=True) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _undelivered(error.code, error.message) from None
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
            if _untrusted(error):
                raise Undelivered("the certificate is not trusted", retry_after=60.0, told=True) from None
            raise Undelivered(type(error).__name__) from None
        except (UnicodeError, ValueError) as error:  # an address that no server of ours can write to
            raise Undelivered(type(error).__name__, retry_after=None) from None

    async def _connected(self) -> aiosmtplib.SMTP:
        kind, host, port = self._smtp
        here = host in ("localhost", "127.0.0.1", "::1")
        line = aiosmtplib.SMTP(
            hostname=host,
            port=port,
            use_tls=kind == "smtps",
            start_tls=None if kind == "smtps" or here else True,
            validate_certs=not here,
            timeout=self._timeout,
        )
        await line.connect()
        try:
            await self._known(line, here=here)
        except (aiosmtplib.SMTPException, Refused, OSError):
            line.close()
            raise
        return line

    async def _known(self, line: aiosmtplib.SMTP, *, here: bool) -> None:
        word = await self._sign_on.word()
        if not word or (here and not line.supports_extension("auth")):
            return
        try:
            await self._login(line, word)
        except aiosmtplib.SMTPAuthenticationError:
            if not self._sign_on.spoilt(word):
                raise
            await self._login(line, await self._sign_on.word())

    async def _login(self, line: aiosmtplib.SMTP, word: str) -> None:
        if self._sign_on.bearer:
            await line.auth_xoauth2(self._user, word)
        else:
            await line.login(self._user, word)


def place(url: str, ports: dict[str, int]) -> tuple[str, str, int]:
    """Scheme, host and port. Raises Refused."""
    try:
        parts = urlsplit(url if "://" in url else f"{next(iter(ports))}://{url}")
        host, port = parts.hostname or "", parts.port or ports.get(parts.scheme, 0)
    except ValueError:
        host, port, parts = "", 0, urlsplit("")
    if not host or parts.scheme not in ports:
        wanted = " | ".join(f"{each}://host" for each in ports)
        raise Refused(
            said("the address of its server can't be read", "адрес его сервера не разобрать"),
            said(f"GOVORUN_EMAIL_…: write {wanted}", f"GOVORUN_EMAIL_…: пишите {wanted}"),
        )
    return parts.scheme, host, port


def page(part: Part, own: str, subject: str) -> str:
    """The same as HTML: paragraphs, lists, and each thing to choose a letter that is already written."""
    blocks: list[str] = []
    for block in re.split(r"\n\s*\n", part.text.strip()):
        lines = block.split("\n")
        items = [_ITEM.match(line) for line in lines]
        if all(items):
            first = items[0].group(1) if items[0] else "1"
            told = "".join(f"<li>{_offered(item.group(2), own, subject)}</li>" for item in items if item)
            blocks.append(f'<ol start="{first}">{told}</ol>')
        else:
            blocks.append(f"<p>{'<br>'.join(html.escape(line) for line in lines)}</p>")
    return f'<html lang="{part.language}"><body>{"".join(blocks)}</body></html>'


def _offered(title: str, own: str, subject: str) -> str:
    told = f"mailto:{quote(own)}?subject={quote(subject)}&body={quote(title)}"
    return f'<a href="{html.escape(told)}">{html.escape(title)}</a>'


def _undelivered(code: int, message: str, *, of_address: bool = False) -> Undelivered:
    """4xx: greylisting, a full disk, too many: later. 5xx: never; of the address itself: nobody is there."""
    status = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", message)
    told = status.group() if status else ""
    if code < 500:
        return Undelivered(f"SMTP {code} {told}".strip())
    if NOBODY.match(told) or (of_address and not told):
        return Blocked()
    return Undelivered(f"SMTP {code} {told}".strip(), retry_after=None)


def _untrusted(error: BaseException) -> str:
    """What OpenSSL has against the certificate, "" where that isn't it. aiosmtplib wraps it."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, ssl.SSLCertVerificationError):
            return at.verify_message or at.reason
        at = at.__cause__ or at.__context__
    return ""


def _bad_certificate(why: str) -> Refused:
    return Refused(
        said(
            f"the certificate of the server for outgoing mail is not trusted: {why}",
            f"сертификату сервера исходящей почты нельзя доверять: {why}",
        ),
        said(
            "GOVORUN_EMAIL_SMTP has to name it as its certificate does; SSL_CERT_FILE names certificates of your own",
            "GOVORUN_EMAIL_SMTP: имя как в сертификате; свои сертификаты — в SSL_CERT_FILE",
        ),
    )
