"""The transcript's lines: what a person reads of a conversation, made from its journal rows.

The chat page, the desk, the REST channel and the API all show the same lines, so they are made here once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bot.dialogue.actions import Action, Choice, End, Handoff, Record, Say, TakeOver
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Attached,
    CalledOff,
    Chosen,
    Event,
    Keys,
    Left,
    NotDelivered,
    RungBack,
    Silence,
    Started,
    TransferFailed,
    Utterance,
)
from bot.dialogue.outbound import ROADS
from bot.ports import Row

Who = Literal["customer", "bot", "agent", "note"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """who: "note" is neither side's: it tells what happened. kind: of a note: "joined", "ended", "waiting"…

    text: what was said; of a note, a name or a reason to show with it. event: the id of the customer's or agent's
    event, by which a client knows its own line again. choices: buttons under it. since_ms: how long before
    `at` they began to speak.
    """

    conversation: str
    seq: int
    at: datetime
    who: Who
    text: str
    kind: str = ""
    agent: str = ""
    event: str = ""
    choices: tuple[Choice, ...] = ()
    since_ms: int = 0
    file: str = ""  # by which the picture or the file is fetched; clients are given an address in its place

    def wire(self) -> dict[str, Any]:
        """As JSON; empty fields are left out."""
        out: dict[str, Any] = {
            "conversation": self.conversation,
            "seq": self.seq,
            "at": self.at.isoformat(timespec="milliseconds"),
            "who": self.who,
            "text": self.text,
        }
        for name in ("kind", "agent", "event", "since_ms"):
            if value := getattr(self, name):
                out[name] = value
        if self.choices:
            out["buttons"] = buttons(self.choices)
        return out


def buttons(choices: Iterable[Choice]) -> list[dict[str, str]]:
    """As Rasa's clients know them: the payload comes back as the text of a message."""
    return [{"title": choice.title, "payload": f"/{choice.id}"} for choice in choices]


def lines(rows: Iterable[Row]) -> list[Line]:
    return [line for row in rows if (line := read(row)) is not None]


def read(row: Row) -> Line | None:
    """The row's line; None for what only machines care about (fetches, learning)."""
    make = _LINES.get(type(row.entry))
    fields = make(row.entry) if make else None
    if fields is None:
        return None
    event = row.entry.id if isinstance(row.entry, Event) else ""
    return Line(conversation=row.conversation, seq=row.seq, at=row.at, **{"event": event, **fields})


def _note(kind: str, text: str = "", **more: Any) -> dict[str, Any]:
    return {"who": "note", "kind": kind, "text": text, **more}


def _started(entry: Any) -> dict[str, Any]:
    return _note("started", entry.channel)


def _left(entry: Any) -> dict[str, Any]:
    return _note("moved" if entry.moved_to else "left", entry.reason)


def _agent_left(entry: Any) -> dict[str, Any]:
    return _note("closed" if entry.closed else "returned", agent=entry.agent)


# Read in every language.
_SIGNS: Mapping[str, str] = {
    "image": "🖼", "video": "🎬", "voice": "🎤", "file": "📎", "sticker": "🙂", "location": "📍", "contact": "👤",
    "edited": "✏️",
}  # fmt: skip


_FETCHED = ("image", "video", "voice", "file", "sticker")


def _attached(entry: Any) -> dict[str, Any]:
    sign = _SIGNS.get(entry.kind, "❔")
    file = entry.media if entry.kind in _FETCHED else ""
    return {"who": "customer", "text": f"{sign} {entry.text}".strip(), "kind": entry.kind, "file": file}


def _rung_back(entry: Any) -> dict[str, Any]:
    minutes, seconds = divmod(entry.seconds, 60)
    text = f"{minutes}:{seconds:02}" if entry.outcome == "over" else entry.name or entry.agent
    return _note(f"callback_{entry.outcome}", text, agent=entry.agent)


_LINES: Mapping[type[Event] | type[Action], Callable[[Any], dict[str, Any] | None]] = {
    Started: _started,
    Utterance: lambda e: {"who": "customer", "text": e.text, "since_ms": e.since_ms},
    Chosen: lambda e: {"who": "customer", "text": e.title or e.option, "kind": "button"},
    Attached: _attached,
    Keys: lambda e: {"who": "customer", "text": e.digits, "kind": "keys"},
    Silence: lambda e: _note("silence", f"{e.seconds:.0f}"),
    AgentJoined: lambda e: _note("joined", e.name, agent=e.agent),
    AgentSaid: lambda e: {"who": "agent", "text": e.text, "agent": e.agent, "file": e.file},
    AgentLeft: _agent_left,
    TransferFailed: lambda e: _note("transfer_failed", str(e.status or "")),
    Left: _left,
    NotDelivered: lambda e: _note("undelivered", e.why),
    RungBack: _rung_back,
    CalledOff: lambda e: _note("called_off", e.why),
    Say: lambda a: {"who": "bot", "text": a.text, "choices": a.choices},
    Record: lambda a: _note(f"record_{a.state}"),
    Handoff: lambda a: _note("waiting", a.reason),
    TakeOver: lambda a: _note("continues", a.conversation),
    End: lambda a: _note("unreached" if a.reason in ROADS else "ended", a.reason),
}
