"""What must hold in every state of a scenario set:

stuck          from every state some answer, or what a backend answers, leads on to the end or to a person whom the
               author meant: no asking for a person, no cancelling, no giving up after silence
no_good_end    who answers all that is asked, and for whom all works, comes to an end
no_patience    who says nothing, or nothing that is understood, is with a person or at the end after a few prompts
no_reply       whatever happens, a caller hears something

A counterexample is a conversation in the notation of golden conversations.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Literal

from bot.authoring.exploring.graph import Edge, Graph, built, key_of, replied, taken
from bot.authoring.exploring.moves import CALLER, Kind, moves
from bot.authoring.problems import Problem
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session

Code = Literal["stuck", "no_good_end", "no_patience", "no_reply"]

PATIENCE = 8  # prompts in a row that bring no answer; a scenario's `attempts` may be five
_ASKED = 4 * PATIENCE  # edges in which other programs may be asked meanwhile
_SEARCHED = 400  # states looked at once more, told apart by all they hold, before anything is said to be stuck
_WILLING: tuple[Kind, ...] = ("good", "no")
_ANSWERS: tuple[Kind, ...] = ("good", "no", "else")


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """states: how many are looked at. wishes: how many other scenarios are wished for in each."""

    states: int
    wishes: int


QUICK = Depth(states=120, wishes=2)  # well below a second a set
DEEP = Depth(states=2000, wishes=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """talk: the lines of a golden conversation that leads there. step: where it happened."""

    code: Code
    scenario: str
    step: str
    talk: tuple[str, ...]


def explore(
    scenarios: ScenarioSet,
    *,
    language: Language | None = None,
    depth: Depth = DEEP,
    looked: Callable[[int], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """One finding for each step and rule that it breaks. looked: told of every state, for a progress bar."""
    spoken = language if language in scenarios.languages else None
    first: Language = spoken or ("en" if scenarios.languages[0] == "en" else "ru")
    graph = built(scenarios, first, limit=depth.states, wishes=depth.wishes, looked=looked)
    found: dict[tuple[str, str, str], Finding] = {}
    for finding in (*_no_reply(graph), *_no_patience(graph), *_no_good_end(graph), *_stuck(graph)):
        found.setdefault((finding.code, finding.scenario, finding.step), finding)
    stuck = {(each.scenario, each.step) for each in found.values() if each.code == "no_good_end"}
    return tuple(each for each in found.values() if each.code != "stuck" or (each.scenario, each.step) not in stuck)


def problems(
    scenarios: ScenarioSet,
    *,
    language: Language | None = None,
    depth: Depth = QUICK,
    looked: Callable[[int], None] = lambda _: None,
) -> Iterator[Problem]:
    """The findings as `govorun check` tells them."""
    for finding in explore(scenarios, language=language, depth=depth, looked=looked):
        scenario = scenarios.scenarios[finding.scenario]
        step = scenario.steps.get(finding.step)
        talk = "".join(f"\n    {line}" for line in finding.talk)
        yield Problem(file=scenario.file, line=step.line if step else 1, code=finding.code, params={"talk": talk})


# --- the rules ---


def _no_reply(graph: Graph) -> Iterator[Finding]:
    for key, state in graph.states.items():
        for edge in state.edges or ():
            asked_to_wait = state.session.pause_s  # then words to others are let pass, for a minute at most
            if not replied(edge) and not asked_to_wait:
                yield _finding("no_reply", graph, key, edge)


def _no_patience(graph: Graph) -> Iterator[Finding]:
    for key, state in graph.states.items():
        if state.edges is None or state.fetch is not None or state.session.pause_s:
            continue  # who asked for a minute may speak to somebody else
        for kind in ("silence", "miss"):
            talk = _endless(state.session, kind, graph.scenarios)
            if talk:
                yield _finding("no_patience", graph, key, *talk)


def _endless(session: Session, kind: str, scenarios: ScenarioSet) -> list[Edge]:
    """The same non-answer again and again; empty where it comes to an end in time. What another program is asked
    meanwhile it answers so that the same question comes once more, where it can."""
    talk: list[Edge] = []
    asking = _place(session)
    for _ in range(PATIENCE):
        move = next(each for each in moves(session, None, scenarios, wishes=0) if each.kind == kind)
        session, fetch, edge = taken(session, move, scenarios)
        talk.append(edge)
        while fetch is not None and not edge.outcome:
            if len(talk) >= _ASKED:
                return []
            answers = [taken(session, each, scenarios) for each in moves(session, fetch, scenarios, wishes=0)]
            session, fetch, edge = min(answers, key=lambda each: (bool(each[2].outcome), _place(each[0]) != asking))
            talk.append(edge)
        if edge.outcome:
            return []
    return talk


def _place(session: Session) -> tuple[str, str] | None:
    return (session.stack[-1].scenario, session.stack[-1].step) if session.stack else None


def _no_good_end(graph: Graph) -> Iterator[Finding]:
    """Along good answers alone, from the beginning; 'no' may lead out of a question that is asked on and on."""
    met: list[Hashable] = [key for key, state in graph.states.items() if state.came is None]
    known = set(met)
    for key in met:
        for edge in graph.states[key].edges or ():
            if edge.kind == "good" and not edge.outcome and edge.to not in known:
                known.add(edge.to)
                met.append(edge.to)
    ends = _that_end(graph, _WILLING)
    yield from (
        _finding("no_good_end", graph, key) for key in met if key not in ends and _hopeless(graph, key, *_WILLING)
    )


def _stuck(graph: Graph) -> Iterator[Finding]:
    ends = _that_end(graph, _ANSWERS)
    for key in graph.states:
        if key not in ends and _hopeless(graph, key, *_ANSWERS):
            yield _finding("stuck", graph, key)


def _that_end(graph: Graph, kinds: tuple[Kind, ...]) -> set[Hashable]:
    """States from which such moves lead to an end that was meant; one that was not looked at may."""
    before: dict[Hashable, list[Hashable]] = {}
    ends: list[Hashable] = []
    for key, state in graph.states.items():
        if state.edges is None:
            ends.append(key)
            continue
        for edge in state.edges:
            if edge.kind not in kinds:
                continue
            if edge.outcome in ("end", "person"):
                ends.append(key)
            elif not edge.outcome:
                before.setdefault(edge.to, []).append(key)
    found = set(ends)
    while ends:
        for key in before.get(ends.pop(), ()):
            if key not in found:
                found.add(key)
                ends.append(key)
    return found


def _hopeless(graph: Graph, key: Hashable, *kinds: Kind) -> bool:
    """Looked at once more from this very session, for the graph takes alike for one: does nothing lead to an end?"""
    state = graph.states[key]
    queue = [(state.session, state.fetch)]
    known = {_exactly(state.session)}
    for at, (session, fetch) in enumerate(queue):
        if at >= _SEARCHED:
            return False
        for move in moves(session, fetch, graph.scenarios, wishes=0):
            if move.kind not in kinds:
                continue
            after, asked, edge = taken(session, move, graph.scenarios)
            if edge.outcome in ("end", "person"):
                return False
            if not edge.outcome and (exact := _exactly(after)) not in known:
                known.add(exact)
                queue.append((after, asked))
    return True


def _exactly(session: Session) -> str:
    values = [sorted((name, str(value)) for name, value in frame.values.items()) for frame in session.stack]
    return f"{key_of(session, None)} {values}"


# --- the counterexample ---


def _finding(code: Code, graph: Graph, key: Hashable, *more: Edge) -> Finding:
    frame = graph.states[key].session.stack[-1]
    talk = [line for edge in (*graph.path(key), *more) for line in _lines(edge)]
    header = f"# {code}   channel: voice, caller: {CALLER}"
    return Finding(code=code, scenario=frame.scenario, step=frame.step, talk=(header, *talk))


def _lines(edge: Edge) -> Iterator[str]:
    if edge.move.line:
        yield edge.move.line
    for text in edge.said:
        yield f"< {text}"
