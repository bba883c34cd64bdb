"""Logs: one line an occurrence, a text for people or JSON for machines, and nothing personal in either.

Code logs an event's name and fields: `log.info("turn taken", extra={"conversation": id, "ms": 12})`. Only fields
in FIELDS are written. What a customer said, is called or is reached by is not among them, so it can't leak by
a careless line; ids lead to it in the journal, behind the API's token.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType

FIELDS = (
    "conversation", "customer", "seq", "channel", "event", "action", "status", "method", "path", "ms", "part",
    "state", "agent", "reason", "error", "attempt", "count", "port", "engine", "call", "language", "scenario",
    "version", "url",
)  # fmt: skip

_NOISE = (
    "uvicorn", "pymorphy3", "aioice", "aiortc", "httpx", "httpcore", "sqlalchemy.engine", "faster_whisper",
    "aiogram", "aiohttp", "pywa", "pywa_async", "vkbottle",
)  # fmt: skip


class _Wordless(logging.Formatter):
    """Tells of an exception what and where, never its own words: a KeyError's are whatever was looked up."""

    def formatException(  # noqa: N802  logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "\n".join(_told(ei[1])) if ei[1] is not None else ""


def _told(error: BaseException) -> Iterator[str]:
    """The kind and the frames, then the same of what caused it and of the members of a group."""
    yield type(error).__name__
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
    for inner in error.exceptions if isinstance(error, BaseExceptionGroup) else ():
        yield from _told(inner)
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield "after"
        yield from _told(before)


class JsonLines(_Wordless):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "what": record.getMessage(),
        }
        line.update({name: getattr(record, name) for name in FIELDS if hasattr(record, name)})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Text(_Wordless):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name))
        line = f"{at} {record.levelname.lower():7} {record.getMessage()}" + (f"  {fields}" if fields else "")
        return line + ("\n" + self.formatException(record.exc_info) if record.exc_info else "")


def configure(level: str, form: str) -> None:
    """Send every logger of the process to stderr. form: "auto", "text" or "json"."""
    handler = logging.StreamHandler(sys.stderr)
    as_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler.setFormatter(Text() if as_text else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _NOISE:  # they log addresses, words of customers, or too much
        logging.getLogger(name).setLevel(logging.WARNING)
