"""A real IMAP server, Dovecot, as a process of its own, and a line to it that can be cut."""

from __future__ import annotations

import asyncio
import grp
import imaplib
import json
import os
import pwd
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import ClassVar

import pytest

from voice.certificate import self_signed

PASSWORD = "mailbox-secret-7c1e"
DOVECOT = "/usr/sbin/dovecot"


SECURE = "127.0.0.2"  # of this machine, and no address that may do without encryption


@dataclass
class Dovecot:
    """Any login has a mailbox of its own here, with one password. secure, starting: ports at SECURE, of TLS and of
    STARTTLS alone. tokens: whose each is, by which XOAUTH2 lets them in."""

    port: int
    folder: Path
    secure: int = 0
    starting: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def certificate(self) -> Path:
        return certificate()

    def sent(self, user: str) -> list[bytes]:
        """What lies in the folder for it."""
        with self.box(user) as line:
            line.select("Sent")
            _, told = line.uid("FETCH", "1:*", "(FLAGS BODY.PEEK[])")
        return [each[1] for each in told if isinstance(each, tuple)]

    @contextmanager
    def box(self, user: str) -> Iterator[imaplib.IMAP4]:
        line = imaplib.IMAP4("127.0.0.1", self.port)
        try:
            line.login(user, PASSWORD)
            line.select("INBOX")
            yield line
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                line.logout()

    def put(self, user: str, raw: bytes, came: datetime | None = None) -> int:
        """Its UID."""
        with self.box(user) as line:
            when = imaplib.Time2Internaldate(came) if came else ""
            kind, told = line.append("INBOX", "", when, raw)
            assert kind == "OK", told
            return int(told[0].split(b"]")[0].split()[-1])  # UIDPLUS: [APPENDUID 1700000000 7]

    def flags(self, user: str) -> dict[int, set[str]]:
        with self.box(user) as line:
            _, told = line.uid("FETCH", "1:*", "(FLAGS)")
        found = {}
        for each in told:
            if isinstance(each, bytes):
                uid = int(each.split(b"UID ")[1].split()[0].rstrip(b")"))
                found[uid] = set(each.split(b"FLAGS (")[1].split(b")")[0].decode().split())
        return found

    def anew(self, user: str) -> None:
        """The mailbox is made anew from its files: other UIDs, and no keyword of a mail is known any more."""
        cur = self.folder / "mail" / user / "cur"
        for each in cur.parent.glob("dovecot*"):
            each.unlink()


@cache
def certificate() -> Path:
    """That nobody trusts who isn't told to, with its key."""
    return self_signed(Path(mkdtemp(prefix="govorun-tls-")) / "own.pem", SECURE)


class _TokenInfo(BaseHTTPRequestHandler):
    """Whose token it is, as Dovecot asks (tokeninfo_url)."""

    tokens: ClassVar[dict[str, str]]

    def do_GET(self) -> None:
        whose = self.tokens.get(self.path.rpartition("=")[2])
        body = json.dumps({"email": whose} if whose else {"error": "invalid_token"}).encode()
        self.send_response(200 if whose else 400)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def dovecot() -> Iterator[Dovecot]:
    if not Path(DOVECOT).exists():
        pytest.skip("Dovecot isn't installed: apt-get install dovecot-imapd")
    folder = Path(mkdtemp(prefix="govorun-mail-"))  # of short name: it holds sockets
    root = os.geteuid() == 0
    me = "nobody" if root else pwd.getpwuid(os.geteuid()).pw_name
    group = grp.getgrgid(pwd.getpwnam(me).pw_gid).gr_name
    users = "" if root else f"default_internal_user = {me}\ndefault_login_user = {me}\ndefault_internal_group = {group}"
    (folder / "mail").mkdir()
    folder.chmod(0o755)
    if root:
        shutil.chown(folder / "mail", me, group)
    with ExitStack() as free:
        port, secure, starting = (
            free.enter_context(socket.create_server((host, 0))).getsockname()[1]
            for host in ("127.0.0.1", SECURE, SECURE)
        )
    tokens: dict[str, str] = {}
    info = ThreadingHTTPServer(("127.0.0.1", 0), type("_", (_TokenInfo,), {"tokens": tokens}))
    threading.Thread(target=info.serve_forever, daemon=True).start()
    (folder / "oauth2.conf").write_text(
        f"tokeninfo_url = http://127.0.0.1:{info.server_address[1]}/?access_token=\nusername_attribute = email\n"
    )
    (folder / "dovecot.conf").write_text(
        f"""
protocols = imap
listen = 127.0.0.1
auth_mechanisms = plain login xoauth2
base_dir = {folder}/run
log_path = {folder}/log
ssl = yes
ssl_cert = <{certificate()}
ssl_key = <{certificate()}
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
{users}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={me} gid={group} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener starting {{
    address = {SECURE}
    port = {starting}
  }}
  inet_listener imaps {{
    address = {SECURE}
    port = {secure}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
}}
"""
    )
    server = subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "dovecot.conf")])
    try:
        _answers(port, folder)
        yield Dovecot(port, folder, secure, starting, tokens)
    finally:
        info.shutdown()
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(port: int, folder: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            line = imaplib.IMAP4("127.0.0.1", port, timeout=5)
        except (OSError, imaplib.IMAP4.error):
            if time.monotonic() > until:
                log = folder / "log"
                raise AssertionError(log.read_text() if log.exists() else "Dovecot says nothing") from None
            time.sleep(0.05)
        else:
            line.logout()
            return


@dataclass
class Line:
    """Between us and the server. hidden: what of its words isn't let through. cuts: how often it is cut yet, each time
    a mail is waited for. lines: how many there were."""

    port: int = 0
    hidden: bytes = b""
    cuts: int = 0
    lines: int = 0
    idles: int = 0
    open: list[asyncio.StreamWriter] = field(default_factory=list)

    def cut(self) -> None:
        for each in self.open:
            each.transport.abort()


@asynccontextmanager
async def line_to(port: int) -> AsyncIterator[Line]:
    made = Line()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, ours: bool) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                if ours and b"IDLE" in data:
                    made.idles += 1
                    if made.cuts:
                        made.cuts -= 1
                        made.cut()
                        return
                if not ours and made.hidden:
                    data = data.replace(made.hidden, b"X" * len(made.hidden))
                writer.write(data)
                await writer.drain()
        with suppress(ConnectionError):
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.lines += 1
        there, back = await asyncio.open_connection("127.0.0.1", port)
        made.open += [writer, back]
        await asyncio.gather(pass_on(reader, back, ours=True), pass_on(there, writer, ours=False))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.cut()
        server.close()
