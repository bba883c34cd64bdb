"""A stored conversation against edited scenarios: what the same person, saying the same, would hear now.

replayed(id, rows, scenarios, nlu) -> Replayed. Words are understood anew, by what the edited scenarios expect; the
clock is the journal's; what backends answered is taken from the journal, by the action and its values, in order.
Against the version that it was held with a conversation comes out the same, action for action.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from bot.dialogue.actions import Action, ChoseItem, End, Fault, Fetch, Handoff, Learn, Rated, Say
from bot.dialogue.delegated import Bot
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Event, Fetched, Started, Utterance
from bot.dialogue.meaning import UNSURE
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.ports import Nlu, Row

Outcome = Literal[
    "same", "words", "completes", "shorter", "longer", "keeps", "gains", "loses", "hands off", "asks else", "breaks"
]
# In the order of a report: what an author should look at first comes first.
OUTCOMES: tuple[Outcome, ...] = (
    "breaks", "loses", "hands off", "asks else", "longer", "gains", "keeps", "shorter", "completes", "words", "same",
)  # fmt: skip

MASK = "•"  # stands in the journal where somebody said what is nobody's business; nothing can be understood there
MAX_ANSWERS = 100  # of backends within one event; a scenario that asks on and on is broken
# Answers that change nothing outside; a conversation isn't done by them.
READING = frozenset(("calendar.hold", "calendar.free", "calendar.find", "forms.find"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What happened, and all that followed from it. answers: what backends said, by request."""

    event: Event
    actions: tuple[Action, ...] = ()
    answers: Mapping[str, Fetched] = field(default_factory=dict)

    @property
    def said(self) -> tuple[Say, ...]:
        return tuple(action for action in self.actions if isinstance(action, Say))

    def way(self) -> tuple[object, ...]:
        """What it did, whatever its words: the same for two turns that went the same way."""
        return tuple(step for action in self.actions for step in _way(action))

    def words(self) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
        return tuple((say.text, say.speech, tuple(choice.title for choice in say.choices)) for say in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """before, now: turn by turn; `now` ends where the journal can't answer. parted: the turn that first went another
    way, from 1; None where none did. asked: actions asked with other values, or unknown to the journal."""

    conversation: str
    outcome: Outcome
    before: tuple[Turn, ...]
    now: tuple[Turn, ...]
    parted: int | None = None
    asked: tuple[str, ...] = ()
    why: str = ""


def turns(rows: Iterable[Row]) -> tuple[Turn, ...]:
    """A journal by what came from outside: backends' answers belong to the turn that asked."""
    out: list[tuple[Event, list[Action], dict[str, Fetched]]] = []
    for row in rows:
        entry = row.entry
        if isinstance(entry, Fetched):
            if out:
                out[-1][2][entry.request] = entry
        elif isinstance(entry, Event):
            out.append((entry, [], {}))
        elif out and not _filler(entry, out[-1][1]):
            out[-1][1].append(entry)
    return tuple(Turn(event=event, actions=tuple(actions), answers=answers) for event, actions, answers in out)


def _filler(entry: object, before: Sequence[Action]) -> bool:
    """Whether it is a word said while a program was slow: that is the turn's, not the dialogue's."""
    asked = [action for action in before if isinstance(action, Fetch)]
    if not isinstance(entry, Say) or not asked:
        return False
    meanwhile = asked[-1].meanwhile
    return entry.prompt.endswith(":one_moment") or (meanwhile is not None and entry == meanwhile)


def replayed(conversation: str, rows: Sequence[Row], scenarios: ScenarioSet, nlu: Nlu) -> Replayed:
    """rows: the whole journal, in order."""
    before = turns(rows)
    replay = _Replay(conversation, rows, scenarios, nlu)
    why = ""
    try:
        replay.run()
    except Exception as error:  # noqa: BLE001 - outermost loop of a conversation: one that breaks hides no other
        why = type(error).__name__
    now = turns_of(replay)
    parted = next(
        (number for number, (old, new) in enumerate(zip(before, now, strict=False), 1) if old.way() != new.way()), None
    )
    if parted is None and len(now) < len(before):
        parted = len(now) + 1
    outcome = _outcome(before, now, parted, replay, scenarios, why)
    return Replayed(
        conversation=conversation, outcome=outcome, before=before, now=now, parted=parted,
        asked=tuple(replay.asked), why=why or replay.stuck,
    )  # fmt: skip


class _Replay:
    """One conversation under way. stuck: the action that the journal can't answer, "" while it can."""

    def __init__(self, conversation: str, rows: Sequence[Row], scenarios: ScenarioSet, nlu: Nlu) -> None:
        self.conversation = conversation
        self.rows = rows
        self.scenarios = scenarios
        self.nlu = nlu
        self.session: Session = opening(conversation, scenarios)
        self.made: list[tuple[Event, list[Action], dict[str, Fetched]]] = []
        self.asked: list[str] = []
        self.stuck = ""
        self._fetches = [(at, row.entry) for at, row in enumerate(rows) if isinstance(row.entry, Fetch)]
        self._answers = {
            row.entry.request: (at, row.entry) for at, row in enumerate(rows) if isinstance(row.entry, Fetched)
        }
        self._used: set[str] = set()
        self._awaited: dict[int, str] = {}  # where in the journal an answer comes late -> our request

    def run(self) -> None:
        for at, row in enumerate(self.rows):
            entry = row.entry
            if isinstance(entry, Fetched):
                request = self._awaited.pop(at, None)
                if request is not None:
                    self.take(replace(entry, request=request), at)
            elif isinstance(entry, Event):
                if isinstance(entry, Started):  # a second one: its scenarios were gone, and it began anew
                    self.session = opening(self.conversation, self.scenarios)
                self.made.append((entry, [], {}))
                self.take(self.understood(entry), at)
            if self.stuck:
                return

    def understood(self, event: Event) -> Event:
        if not isinstance(event, Utterance) or MASK in event.text or self.session.status in ("agent", "ended"):
            return event
        expectation = expects(self.session, self.scenarios)
        now = event.at.replace(tzinfo=None)
        meaning = self.nlu.understand(event.text, expectation, language=self.session.language, now=now)
        if event.meaning.proposed and meaning.unsure(UNSURE):
            return event  # a language model would be asked again; it said this then
        return replace(event, meaning=meaning)

    def take(self, event: Event, at: int) -> None:
        """One event, and what backends answered to it. at: its place in the journal."""
        waiting = [event]
        for _ in range(MAX_ANSWERS):
            if not waiting:
                return
            now = waiting.pop(0)
            if isinstance(now, Fetched):
                self.made[-1][2][now.request] = now
            self.session, actions = advance(self.session, now, self.scenarios)
            self.made[-1][1].extend(actions)
            for action in actions:
                if isinstance(action, Fetch):
                    answer = self.answer(action, now, at)
                    waiting.extend([answer] if answer else [])
        self.stuck = "an endless turn"

    def answer(self, fetch: Fetch, event: Event, at: int) -> Fetched | None:
        """What the journal answers; None where it comes later, or never (then `stuck` says so)."""
        found = self.asked_before(fetch)
        if found is None:
            self.stuck = fetch.name
            return None
        place, old = found
        self._used.add(old.id)
        come, stored = self._answers[old.id]
        if place <= self._turn_end(at) and any(_outside(row) for row in self.rows[place:come]):
            self._awaited[come] = fetch.id  # a slow program: then too other things happened before it answered
            return None
        return replace(stored, id=f"{fetch.id}/fetched", at=event.at, request=fetch.id)

    def _turn_end(self, at: int) -> int:
        """The last row that belongs to what happened at this place."""
        end = at + 1
        while end < len(self.rows) and not _outside(self.rows[end]):
            end += 1
        return end - 1

    def asked_before(self, fetch: Fetch) -> tuple[int, Fetch] | None:
        """The first time this was asked and answered: with the same values, else at all. Asked twice with the same
        values, it is answered as before."""
        known = [(at, old) for at, old in self._fetches if old.name == fetch.name and old.id in self._answers]
        fresh = [(at, old) for at, old in known if old.id not in self._used]
        for at, old in (*fresh, *reversed(known)):
            if old.args == fetch.args:
                return at, old
        self.asked.append(fetch.name)
        return fresh[0] if fresh else None


def _outside(row: Row) -> bool:
    """Whether something came from outside here: all events do but backends' answers."""
    return isinstance(row.entry, Event) and not isinstance(row.entry, Fetched)


def turns_of(replay: _Replay) -> tuple[Turn, ...]:
    return tuple(Turn(event=event, actions=tuple(actions), answers=answers) for event, actions, answers in replay.made)


def _way(action: Action) -> Iterator[object]:
    if isinstance(action, Say):
        yield "say", action.prompt, tuple(choice.id for choice in action.choices)
    elif isinstance(action, Fetch):
        yield "do", action.name, tuple(sorted((name, str(value)) for name, value in action.args.items()))
    elif isinstance(action, Handoff):
        yield "handoff", action.reason, action.skill
    elif isinstance(action, Fault):
        yield "fault", action.what
    elif isinstance(action, ChoseItem):
        yield "chose", action.menu, action.item
    elif isinstance(action, Learn):
        yield "learn", action.fact, str(action.value)
    elif isinstance(action, End):
        yield "end", action.reason
    else:
        yield repr(action)


def _outcome(
    before: tuple[Turn, ...],
    now: tuple[Turn, ...],
    parted: int | None,
    replay: _Replay,
    scenarios: ScenarioSet,
    why: str,
) -> Outcome:
    if parted is None and not why:
        return "same" if [turn.words() for turn in before] == [turn.words() for turn in now] else "words"
    if why or _count(now, Fault) > _count(before, Fault):
        return "breaks"
    if _count(now, Handoff) > _count(before, Handoff):
        return "hands off"
    if replay.stuck:
        return "asks else"
    was, became = _done(before, scenarios), _done(now, scenarios)
    kinds = sorted(name for name, _ in was), sorted(name for name, _ in became)
    if any(kinds[0].count(name) > kinds[1].count(name) for name in kinds[0]):
        return "loses"
    if _count(now, Handoff) < _count(before, Handoff):
        return "keeps"
    if kinds[0] != kinds[1]:
        return "gains"
    ends = max((at for _, at in was), default=0), max((at for _, at in became), default=0)
    return "completes" if ends[0] == ends[1] else "shorter" if ends[1] < ends[0] else "longer"


def _count(all_turns: Iterable[Turn], kind: type[Action]) -> int:
    return sum(isinstance(action, kind) for turn in all_turns for action in turn.actions)


def _done(all_turns: Sequence[Turn], scenarios: ScenarioSet) -> list[tuple[str, int]]:
    """What was achieved and in which turn: actions that came to ok and change something, and a proper end."""
    out: list[tuple[str, int]] = []
    for number, turn in enumerate(all_turns, 1):
        for action in turn.actions:
            if isinstance(action, Fetch) and action.id in turn.answers and turn.answers[action.id].outcome == "ok":
                declared = scenarios.outside(action.name)
                if isinstance(declared, Bot):
                    continue  # one more word to it, or one less, achieves nothing
                if action.name not in READING and (declared is None or declared.method != "GET"):
                    out.append((action.name, number))
            elif isinstance(action, End | Rated):
                out.append((type(action).__name__, number))
    return out
