"""Logs: one line an occurrence, a text for people or JSON for machines, and nothing personal in either.

Code logs an event's name and fields: `log.info("turn taken", extra={"conversation": id, "ms": 12})`. Only fields
in FIELDS are written. What a customer said, is called or is reached by is not among them, so it can't leak by
a careless line; ids lead to it in the journal, behind the API's token.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

FIELDS = (
    "conversation", "customer", "seq", "channel", "event", "action", "status", "method", "path", "ms", "part",
    "state", "agent", "reason", "error", "attempt", "count", "port", "engine", "call", "language", "scenario",
    "version", "url",
)  # fmt: skip

_NOISE = ("uvicorn", "pymorphy3", "aioice", "aiortc", "httpx", "httpcore", "sqlalchemy.engine", "faster_whisper")


class JsonLines(logging.Formatter):
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


class Text(logging.Formatter):
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
