"""Another program of the company's, as tests need it: it answers, hangs, breaks off and lies, on a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import HTTP

Reply = tuple[int, Mapping[str, str], bytes] | float | None


@dataclass(frozen=True)
class Field:
    """Of a form. name: of its file, "" where it is none."""

    content: bytes
    name: str = ""

    @property
    def text(self) -> str:
        return self.content.decode()


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> object:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, Field]:
        """The parts of multipart/form-data (RFC 7578), by name."""
        head = b"Content-Type: " + self.headers.get("content-type", "").encode() + b"\r\n\r\n"
        whole = message_from_bytes(head + self.body, policy=HTTP)
        found = {}
        for part in whole.iter_parts():
            name = str(part.get_param("name", header="content-disposition"))
            content = part.get_payload(decode=True)
            found[name] = Field(content if isinstance(content, bytes) else b"", part.get_filename() or "")
        return found


@dataclass
class Program:
    """requests: all that came. replies: in order, the last for ever: (status, headers, body), seconds to hang, or None
    to break the line off."""

    port: int = 0
    requests: list[Request] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    drip: float = 0.0  # seconds between bytes of a body
    came: Callable[[], None] | None = None
    holds: asyncio.Event | None = None  # every answer waits for it

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, *answers: object, status: int = 200) -> None:
        self.replies = [(status, {}, json.dumps(each).encode()) for each in answers]

    def reply(self, request: Request) -> Reply:
        if not self.replies:
            return self.answer(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def answer(self, request: Request) -> Reply:
        """Where no reply is set. A double of some program in particular says here what that one does."""
        return 404, {}, b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, target, _ = head[0].split(" ")
            headers = {
                name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)
            }
            if headers.get("transfer-encoding") == "chunked":
                body = await _chunks(reader)
            else:
                body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.requests.append(Request(method, target, headers, body))
            if self.came is not None:
                self.came()
            if self.holds is not None:
                await self.holds.wait()
            reply = self.reply(self.requests[-1])
            if isinstance(reply, float):
                await asyncio.sleep(reply)
                return
            if reply is None:
                writer.transport.abort()
                return
            status, more, payload = reply
            lines = [f"HTTP/1.1 {status} x", f"content-length: {len(payload)}", "connection: close"]
            writer.write("\r\n".join([*lines, *(f"{name}: {value}" for name, value in more.items()), "", ""]).encode())
            if self.drip:
                for at in range(len(payload)):
                    writer.write(payload[at : at + 1])
                    await writer.drain()
                    await asyncio.sleep(self.drip)
            writer.write(b"" if self.drip else payload)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever asked went away, as is the point of some tests
        finally:
            writer.close()


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """RFC 9112 7.1."""
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")
    return body


@asynccontextmanager
async def program() -> AsyncIterator[Program]:
    made = Program()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
