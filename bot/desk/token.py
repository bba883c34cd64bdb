"""Who may speak to the customer: the bot or one person, never both, never two. PURE.

The token is the session's own `status` and `agent`, so it changes in the same transaction as everything else.
"""

from __future__ import annotations

from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Event
from bot.dialogue.session import Session
from bot.errors import Conflict
from bot.locale import said


def check(session: Session, event: Event) -> None:
    """Raises Conflict when the person who sends this event doesn't hold the conversation, or can't take it."""
    if not isinstance(event, AgentJoined | AgentSaid | AgentLeft):
        return
    if session.status == "ended":
        raise Conflict(said("the conversation has ended", "разговор окончен"), where=session.conversation)
    held = session.status == "agent"
    if held and session.agent != event.agent:
        raise Conflict(
            said(f"{session.agent} holds it", f"разговор ведёт {session.agent}"),
            where=session.conversation,
            fix=said("Ask them to give it back.", "Попросите вернуть его боту."),
        )
    if not held and not isinstance(event, AgentJoined):
        raise Conflict(
            said("you don't hold it", "его ведёте не вы"),
            where=session.conversation,
            fix=said("Accept it first.", "Сначала примите его."),
        )
