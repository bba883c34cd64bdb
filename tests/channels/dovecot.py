"""A real IMAP server, Dovecot, as a process of its own, and a line to it that can be cut."""

from __future__ import annotations

import asyncio
import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

import pytest

PASSWORD = "mailbox-secret-7c1e"
DOVECOT = "/usr/sbin/dovecot"


@dataclass
class Dovecot:
    """Any login has a mailbox of its own here, with one password."""

    port: int
    folder: Path

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
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (folder / "dovecot.conf").write_text(
        f"""
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
log_path = {folder}/log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 0
first_valid_gid = 0
{users}
passdb {{
  driver = static
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
  inet_listener imaps {{
    port = 0
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
}}
"""
    )
    server = subprocess.Popen([DOVECOT, "-F", "-c", str(folder / "dovecot.conf")])
    try:
        _answers(port, folder)
        yield Dovecot(port, folder)
    finally:
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
