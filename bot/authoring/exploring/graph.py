"""The states of a set that can be reached, and where each move leads from them.

Two states are one when nothing that a scenario can tell apart differs: values of moments and texts count as "some".
The search is breadth first and bounded by states, so the same set gives the same graph on any machine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, datetime, time

from bot.authoring.exploring.moves import CALLER, NOW, Kind, Move, beginning, moves, valid
from bot.dialogue.actions import Action, CheckCode, End, Fetch, Handoff, Invite, Say, SendCode, Speaks
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import CodeChecked, CodeSent, Event, Identified
from bot.dialogue.identity import CODE
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Frame, Session

Outcome = str  # "": goes on. "end", "person": as the scenario meant it. "gave up": a person, for nothing else helped.
GIVEN_UP = ("not understood", "silence", "error")
# Of a session, what no step looks at; of the profile and the menu order the values don't matter.
_ASIDE = {
    "conversation",
    "scenarios",
    "version",
    "channel",
    "caller",
    "counter",
    "last",
    "orders",
    "customer",
    "agent",
    "pace",
    "pause_s",
}
_MOST_REFUSED = 4  # as many refusals of one slot as make a difference


@dataclass(frozen=True, slots=True)
class Edge:
    """said: what the bot said. outcome: how it ended, or "" where it leads to the state `to`."""

    move: Move
    to: Hashable
    outcome: Outcome
    actions: tuple[Action, ...]

    @property
    def kind(self) -> Kind:
        return self.move.kind

    @property
    def said(self) -> list[str]:
        return [action.text for action in self.actions if isinstance(action, Say)]


@dataclass(slots=True)
class State:
    """session: the first that was found in this state. fetch: what a backend has still to answer. came: from where,
    by which move; None where a conversation begins. edges: None: not looked at, for the search was bounded."""

    session: Session
    fetch: Fetch | None
    came: tuple[Hashable, Edge] | None
    opening: Edge | None = None
    edges: list[Edge] | None = None


@dataclass(slots=True)
class Graph:
    """whole: whether every reachable state was looked at."""

    scenarios: ScenarioSet
    states: dict[Hashable, State] = field(default_factory=dict)
    whole: bool = True

    def path(self, key: Hashable) -> list[Edge]:
        """How the state is come to, from the beginning of the conversation on."""
        out: list[Edge] = []
        state = self.states[key]
        while state.came is not None:
            before, edge = state.came
            out.append(edge)
            state = self.states[before]
        return [*([state.opening] if state.opening else []), *reversed(out)]


def taken(session: Session, move: Move, scenarios: ScenarioSet) -> tuple[Session, Fetch | None, Edge]:
    """One move: the session after it, what is asked of a backend then, and the edge."""
    after, actions = advance(session, move.event, scenarios)
    proofs = deque(_proofs(actions, after))
    while proofs:
        after, more = advance(after, proofs.popleft(), scenarios)
        actions += more
        proofs.extend(_proofs(more, after))
    fetch = next((action for action in reversed(actions) if isinstance(action, Fetch)), None)
    if fetch is not None and (not after.stack or after.stack[-1].awaiting != fetch.id):
        fetch = None
    return after, fetch, Edge(move, key_of(after, fetch), _outcome(after, actions), actions)


def _proofs(actions: tuple[Action, ...], session: Session) -> Iterator[Event]:
    """What the world says of who they are: every code comes, and the first of the samples is the right one."""
    for action in actions:
        if isinstance(action, SendCode):
            number = action.number or CALLER
            yield CodeSent(id="m/sent", at=NOW, number=number, known=not action.number)
        elif isinstance(action, CheckCode):
            right = action.code == valid(CODE)[0]
            yield CodeChecked(id="m/checked", at=NOW, right=right, left=int(not right), own=right)
            if right:
                yield Identified(id="m/identified", at=NOW, customer=session.customer)


def _outcome(session: Session, actions: tuple[Action, ...]) -> Outcome:
    if session.status == "ended":
        return "end"
    if session.status == "waiting":
        reason = next((action.reason for action in actions if isinstance(action, Handoff)), "")
        return "gave up" if reason in GIVEN_UP else "person"
    return ""


def built(
    scenarios: ScenarioSet,
    language: Language,
    *,
    limit: int,
    wishes: int,
    looked: Callable[[int], None] = lambda _: None,
) -> Graph:
    """limit: how many states are looked at. wishes: how many other scenarios are wished for in each. looked: told of
    every state, for a progress bar."""
    graph = Graph(scenarios)
    names = [scenarios.start, *(each.name for each in scenarios.scenarios.values() if each.outbound)]
    queue: deque[Hashable] = deque()

    def met(session: Session, fetch: Fetch | None, edge: Edge, came: Hashable | None) -> None:
        if edge.outcome or edge.to in graph.states:
            return
        graph.states[edge.to] = State(
            session, fetch, None if came is None else (came, edge), opening=edge if came is None else None
        )
        queue.append(edge.to)

    for name in dict.fromkeys(names):
        move = beginning(scenarios, scenarios.scenarios[name], language)
        met(*taken(opening("c", scenarios), move, scenarios), None)
    count = 0
    while queue:
        if count >= limit:
            graph.whole = False
            break
        key = queue.popleft()
        state = graph.states[key]
        state.edges = []
        count += 1
        looked(count)
        for move in moves(state.session, state.fetch, scenarios, wishes=wishes):
            after, fetch, edge = taken(state.session, move, scenarios)
            state.edges.append(edge)
            met(after, fetch, edge, key)
    return graph


# --- when two states are one ---


def key_of(session: Session, fetch: Fetch | None) -> Hashable:
    own = tuple(_brief(getattr(session, each.name)) for each in fields(session) if each.name not in _ASIDE | {"stack"})
    return own, tuple(map(_frame, session.stack)), fetch.name if fetch else ""


def _frame(frame: Frame) -> Hashable:
    visits = tuple(sorted((name, _often(name, count)) for name, count in frame.visits.items()))
    awaiting = frame.awaiting if frame.awaiting in ("", "answer", "change") else "work"
    rest = tuple(_brief(getattr(frame, each.name)) for each in fields(frame) if each.name not in ("visits", "awaiting"))
    return rest, awaiting, visits


def _often(name: str, count: int) -> int:
    return min(count, _MOST_REFUSED if name.startswith("invalid.") else 1)


def _brief(value: object) -> Hashable:
    if isinstance(value, datetime | date | time):
        return type(value).__name__
    if isinstance(value, Mapping):
        return tuple(sorted((name, _brief(each)) for name, each in value.items() if each is not None))
    if isinstance(value, tuple):
        return tuple(_brief(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return (type(value).__name__, *(_brief(getattr(value, each.name)) for each in fields(value)))
    return value if isinstance(value, Hashable) else type(value).__name__


def replied(edge: Edge) -> bool:
    """Whether a caller hears something, or will when a backend has answered or the way elsewhere is open."""
    return any(
        isinstance(action, Handoff | End | Fetch | Invite | SendCode | CheckCode | Speaks)
        or (isinstance(action, Say) and bool(action.speech or action.choices))
        for action in edge.actions
    )
