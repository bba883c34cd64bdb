"""A stored conversation beside what it would be now, turn by turn, up to where they part and a little further."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app.parting import marked
from bot.authoring.replay import Replayed, Turn
from bot.dialogue.actions import Action, End, Fault, Fetch, Handoff
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Chosen,
    Event,
    Keys,
    Left,
    Silence,
    TransferFailed,
    Utterance,
)
from bot.locale import Locale

AFTER = 2  # turns shown after the parting: what follows from it is for the author to imagine

WORDS = {
    "en": {
        "before": "then", "now": "now", "silence": "(silence)", "gone": "(gone)", "failed": "(the transfer failed)",
        "joined": "joins", "left": "leaves", "parted": "from here on another way",
        "more": "{count} more turns",
    },
    "ru": {
        "before": "тогда", "now": "теперь", "silence": "(молчание)", "gone": "(ушёл)", "failed": "(перевод не удался)",
        "joined": "входит", "left": "уходит", "parted": "отсюда другим путём",
        "more": "ещё реплик: {count}",
    },
}  # fmt: skip


def side_by_side(found: Replayed, *, locale: Locale, console: Console) -> None:
    words = WORDS[locale]
    table = Table(box=None, padding=(0, 1), pad_edge=False, expand=True)
    table.add_column("", justify="right", style="dim", width=3)
    table.add_column(words["before"], ratio=1, header_style="bold")
    table.add_column(words["now"], ratio=1, header_style="bold")
    last = max(len(found.before), len(found.now))
    shown = last if found.parted is None else min(last, found.parted + AFTER)
    plain = not console.is_terminal or console.no_color
    for number in range(1, shown + 1):
        before = found.before[number - 1] if number <= len(found.before) else None
        now = found.now[number - 1] if number <= len(found.now) else None
        heard = _heard((before or now).event, words) if before or now else ""  # type: ignore[union-attr]
        if number == found.parted:
            table.add_row("", Text(f"── {words['parted']}", style="bold yellow"))
        if heard:
            said = f"> {heard}"
            table.add_row(str(number), Text(said if before else "", "cyan"), Text(said if now else "", "cyan"))
        old, new = _lines(before), _lines(now)
        for at in range(max(len(old), len(new))):
            was, became = (side[at] if at < len(side) else "" for side in (old, new))
            if was == became:
                table.add_row("", Text(was, style="dim"), Text(became, style="dim"))
            else:
                left, right = marked(was, became, plain=plain)
                left.stylize("red")
                right.stylize("green")
                table.add_row("", left, right)
    console.print(table)
    if shown < last:
        console.print(f"… {words['more'].format(count=last - shown)}", style="dim")
    if found.why:
        console.print(found.why, style="bold red", markup=False)


def _heard(event: Event, words: dict[str, str]) -> str:
    """What came from outside, in a line; "" for the beginning."""
    if isinstance(event, Utterance):
        return event.text
    if isinstance(event, Chosen):
        return f"({event.title or event.option})"
    if isinstance(event, Keys):
        return f"[{event.digits}]"
    if isinstance(event, AgentSaid):
        return f"{event.agent}: {event.text}"
    if isinstance(event, AgentJoined):
        return f"{event.name or event.agent} {words['joined']}"
    if isinstance(event, AgentLeft):
        return f"{event.agent} {words['left']}"
    named = {Silence: "silence", Left: "gone", TransferFailed: "failed"}.get(type(event))
    return words[named] if named else ""


def _lines(turn: Turn | None) -> list[str]:
    if turn is None:
        return []
    said = [f"< {' '.join((say.speech or say.text).split())}" for say in turn.said]
    return [*said, *(line for action in turn.actions if (line := _done(action, turn)))]


def _done(action: Action, turn: Turn) -> str:
    if isinstance(action, Handoff):
        return f"= handoff: {action.reason}"
    if isinstance(action, End):
        return f"= ended: {action.reason}"
    if isinstance(action, Fault):
        return f"! {action.where}: {action.what}"
    if isinstance(action, Fetch):
        answer = turn.answers.get(action.id)
        return f"= {action.name}: {answer.outcome if answer else '…'}"
    return ""
