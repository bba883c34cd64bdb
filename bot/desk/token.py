"""Who may speak to the customer: the bot or one person, never both, never two. PURE.

The token is the session's own `status` and `agent`, so it changes in the same transaction as everything else.
"""

from __future__ import annotations

from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Event
from bot.dialogue.session import Session
from bot.errors import Conflict


def check(session: Session, event: Event) -> None:
    """Raises Conflict when the person who sends this event doesn't hold the conversation, or can't take it."""
    if not isinstance(event, AgentJoined | AgentSaid | AgentLeft):
        return
    if session.status == "ended":
        raise Conflict("the conversation has ended", where=session.conversation)
    held = session.status == "agent"
    if held and session.agent != event.agent:
        raise Conflict(f"{session.agent} holds it", where=session.conversation, fix="Ask them to give it back.")
    if not held and not isinstance(event, AgentJoined):
        raise Conflict("you don't hold it", where=session.conversation, fix="Accept it first.")
