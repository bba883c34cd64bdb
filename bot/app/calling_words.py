"""How a call goes, in words for whoever sits at the terminal, and as an exit code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from rich.markup import escape

from bot.locale import said

# Exit codes of `govorun call`; 1 and 2 are what they are everywhere: it can't be done, it was typed wrong.
EXIT: Mapping[str, int] = {"no_answer": 3, "busy": 4, "refused": 5, "machine": 6, "fax": 7, "failed": 1}


class Told(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def status(self) -> int: ...
    @property
    def by(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def message(self) -> bool: ...


def told(progress: Told) -> str:
    """One line of rich markup."""
    if progress.state == "answered" and progress.message:
        return f"[bold]{said('leaving a message', 'оставляю сообщение')}[/]"
    if progress.state == "answered":
        return _answered(progress)
    if progress.state == "ringing":
        early = said(" (there is sound already)", " (уже слышен звук)") if progress.status == 183 else ""
        return f"[dim]{said('it rings', 'гудки')}{early}[/]"
    if progress.state == "ended":
        left = said(", a message was left", ", сообщение оставлено") if progress.message else ""
        return f"[green]{said('over', 'разговор закончен')}{left}[/]"
    if progress.state == "failed":
        why = escape(progress.why or str(progress.status or ""))
        return f"[red]{said('it did not come about', 'не получилось')}[/]" + (f": {why}" if why else "")
    status = f" ({progress.status})" if progress.status else ""
    lines = {
        "dialling": f"[dim]{said('dialling', 'набираю')}[/]",
        "busy": f"[yellow]{said('busy', 'занято')}[/]{status}",
        "no_answer": f"[yellow]{said('nobody answers', 'не отвечают')}[/]{status}",
        "refused": f"[yellow]{said('refused', 'звонок отклонён')}[/]{status}",
    }
    return lines.get(progress.state, escape(progress.state))


def _answered(progress: Told) -> str:
    who = {
        "": said("answered, listening who it is", "трубку взяли, слушаю кто"),
        "human": said("a person", "отвечает человек"),
        "machine": said("an answering machine", "автоответчик"),
        "fax": said("a fax", "факс"),
        "unknown": said("silence: we begin", "молчат: начинаем сами"),
    }
    text = who.get(progress.by, progress.by)
    return f"[bold]{text}[/]" + (f" [dim]{escape(progress.why)}[/]" if progress.by and progress.why else "")


def exit_code(progress: Told) -> int:
    """0: we talked with a person, or with somebody who kept silent."""
    if progress.state == "ended":
        return EXIT.get(progress.by, 0)
    return EXIT.get(progress.state, 1)
