"""The workspace of one turn: the session being changed and the actions so far. It lives for one `advance`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from bot.dialogue.actions import Action, Choice, Fault, Say
from bot.dialogue.expressions import Expression, ExpressionError, Template, sentence
from bot.dialogue.manner import FREELY, BargeIn
from bot.dialogue.meaning import Language, Option
from bot.dialogue.program import Asking, DoStep, SayStep, Step
from bot.dialogue.prompts import Within, render, tells
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.session import USUAL, Frame, Session, begun, changed
from bot.dialogue.showing import Register, show
from bot.dialogue.slot import Slot
from bot.dialogue.titles import chosen_titles
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt, Wording

NOWHERE = Frame(scenario="", step="")  # on top of an empty stack
NOTHING = Scenario(name="", title={}, first="", steps={})
OURS = ("", "answer", "change", USUAL)  # what a frame awaits where it isn't the answer to a Fetch of that id
ASKED = "asked"  # among a frame's visits: it asked something, so it was more than a word by the way


class Run:
    """session: the current state. actions: in order. now: naive wall clock of the business.

    The session and its frame on top are this run's own copies, changed in place until the turn is over; nobody else has
    seen them yet. What must stay as it is now is `changed(run.frame)`. Mappings in them are replaced, never changed.
    quiet: the customer spoke first, so the first menu isn't read out, the first question not asked. permitted: the
    customer agreed to leave the step. paused: seconds that the customer had asked for before this event. echoes: of
    the actions, what says back a value that was just told.
    """

    def __init__(self, session: Session, scenarios: ScenarioSet, now: datetime) -> None:
        self.session = changed(session)
        self.scenarios = scenarios
        self._own()
        self.now = now
        self.actions: list[Action] = []
        self.quiet = False
        self.permitted = False
        self.paused = session.pause_s
        self.echoes: list[Say] = []
        self._scopes: dict[tuple[Language, bool, bool], Within] = {}  # by language, for the ear, for a prompt

    # the stack

    @property
    def step(self) -> Step | None:
        return self.scenario.steps.get(self.frame.step)

    def item_of(self, intent: str) -> tuple[str, str, str] | None:
        """Scenario, menu step and first step of the block of the menu item with this intent."""
        return self.scenarios.items.get(intent)

    def change(self, **fields: Any) -> None:
        """Change the session. Raises TypeError on a field that doesn't exist."""
        content = self.session.__dict__
        known = len(content)
        content.update(fields)
        if len(content) != known:
            raise TypeError(f"a session has no such field: {', '.join(fields)}")
        if "stack" in fields:
            self._own()

    def put(self, **fields: Any) -> None:
        """Change the current frame. Raises TypeError on a field that doesn't exist."""
        content = self.frame.__dict__
        known = len(content)
        content.update(fields)
        if len(content) != known:
            raise TypeError(f"a frame has no such field: {', '.join(fields)}")

    def push(self, scenario: str, values: Mapping[str, Value] | None = None) -> None:
        first = self.scenarios.scenarios[scenario].first
        self._put_on_top(self.session.stack, begun(scenario, first, values or {}))

    def pop(self) -> None:
        self.change(stack=self.session.stack[:-1])

    def _own(self) -> None:
        """The frame on top may stand in a session that others have: it is copied before it is changed."""
        stack = self.session.stack
        if stack:
            self._put_on_top(stack[:-1], changed(stack[-1]))
        else:
            self.frame, self.scenario = changed(NOWHERE), NOTHING

    def _put_on_top(self, below: tuple[Frame, ...], frame: Frame) -> None:
        self.session.__dict__["stack"] = (*below, frame)
        self.frame = frame
        self.scenario = self.scenarios.scenarios.get(frame.scenario, NOTHING)

    @contextmanager
    def under(self, depth: int) -> Iterator[None]:
        """Work on a scenario further down in the stack; what stands above it is put back afterwards, as it was."""
        above = self.session.stack[depth + 1 :]
        self.change(stack=self.session.stack[: depth + 1])
        yield
        self.change(stack=(*self.session.stack, *above))

    @property
    def fetching(self) -> bool:
        """Whether the current step waits for what another program answers."""
        return self.frame.awaiting not in OURS and isinstance(self.step, DoStep)

    def go(self, step: str) -> None:
        """On to a step: whatever the frame waited for is over, and so are the misses at it."""
        self.frame.__dict__.update(step=step, awaiting="", asked=None, question=None)

    def wait(self, *, asked: str | None = None, question: str | None = None, awaiting: str = "answer") -> None:
        self.frame.__dict__.update(awaiting=awaiting, asked=asked, question=question)
        if awaiting == "answer" and len(self.session.stack) > 1 and ASKED not in self.frame.visits:
            self.visit(ASKED)

    def store(self, **values: Value) -> None:
        self.put(values={**self.frame.values, **values})

    def forget(self, *names: str) -> None:
        frame = self.frame
        if not frame.skipped and frame.values.keys().isdisjoint(names) and frame.partial.keys().isdisjoint(names):
            return
        self.put(
            values={name: value for name, value in frame.values.items() if name not in names},
            partial={name: value for name, value in frame.partial.items() if name not in names},
            skipped=tuple(name for name in frame.skipped if name not in names),
        )

    def visit(self, key: str) -> int:
        """How often this was prompted before; counts this time."""
        before = self.frame.visits.get(key, 0)
        self.put(visits={**self.frame.visits, key: before + 1})
        return before

    def understood(self) -> None:
        if self.session.misses or self.session.silences:
            self.change(misses=0, silences=0)

    # saying

    def say(
        self,
        prompt: Prompt,
        *,
        attempt: int = 0,
        choices: tuple[Choice, ...] = (),
        extra: Mapping[str, Value] | None = None,
    ) -> None:
        say = self.rendered(prompt, attempt=attempt, choices=choices, extra=extra)
        if say.text or say.choices:
            self.actions.append(say)

    def say_builtin(
        self, name: str, *, attempt: int = 0, choices: tuple[Choice, ...] = (), extra: Mapping[str, Value] | None = None
    ) -> None:
        prompt = self.scenarios.builtin.get(name)
        if prompt is None:
            self.fault(f"the built-in prompt '{name}' does not exist")
        else:
            self.say(prompt, attempt=attempt, choices=choices, extra=extra)

    def rendered(
        self,
        prompt: Prompt,
        *,
        attempt: int = 0,
        choices: tuple[Choice, ...] = (),
        extra: Mapping[str, Value] | None = None,
    ) -> Say:
        language, medium = self.session.language, self.session.medium
        key = (language, medium, attempt, self.session.pace)  # all that words without an expression depend on
        barge_in = self._barge_in(prompt) if medium == "voice" else FREELY
        kept = prompt.kept.get(key) if not choices and prompt.fixed else None
        if kept is not None and (kept.barge_in, kept.speech_after) == (barge_in.speech, barge_in.after):
            return kept
        wording = prompt.wordings.get(language) or next(iter(prompt.wordings.values()))
        text = speech = self.text(wording.text, attempt, extra)
        if medium == "voice":
            speech = self.text(wording.voice or wording.text, attempt, extra, voice=True)
        say = Say(
            text=text,
            speech=speech,
            language=language,
            choices=choices,
            barge_in=barge_in.speech,
            speech_after=barge_in.after,
            prompt=prompt.id,
            pace=self.session.pace,
            secret=speech != text and self.tells_secret(wording),
        )
        if not choices and prompt.fixed:
            prompt.kept[key] = say
        return say

    def _barge_in(self, prompt: Prompt) -> BargeIn:
        """The prompt's own, its step's, its set's."""
        if prompt.barge_in is not None:
            return prompt.barge_in
        step = self.step
        if isinstance(step, Asking | SayStep) and step.manner.barge_in is not None:
            return step.manner.barge_in
        return self.scenarios.manner.barge_in or FREELY

    def text(
        self,
        variants: tuple[Template, ...],
        attempt: int,
        extra: Mapping[str, Value] | None = None,
        *,
        voice: bool = False,
    ) -> str:
        """The variant for this attempt as it is shown, or said when `voice`."""
        template = variants[min(attempt, len(variants) - 1)]
        if template.fixed is not None:
            return template.fixed
        return render(template, self.scope(extra, voice=voice, shown=True), self.fault, self.scenarios.sensitive)

    def tells_secret(self, wording: Wording) -> bool:
        """Whether one of its variants says what only the ear may have."""
        hidden = self.scenarios.sensitive
        return bool(hidden) and any(
            tells(part, hidden) for template in (*wording.text, *wording.voice) for part in template.expressions
        )

    def choice(self, option: Option) -> Choice:
        title = option.title.get(self.session.language) or next(iter(option.title.values()), option.id)
        return Choice(id=option.id, title=sentence(title), key=option.key)

    def slot_choice(self, slot: Slot) -> Choice:
        return Choice(id=slot.name, title=sentence(slot.title.get(self.session.language) or slot.name))

    def shown(self, slot: Slot, value: Value) -> str:
        """A slot's value for the eye: a choice by its title."""
        if isinstance(value, tuple):
            return show(self.register(), self.told(slot, value))
        for option in slot.options:
            if option.id == value:
                return self.choice(option).title
        return show(self.register(), value)

    def told(self, slot: Slot, value: Value) -> Value:
        """A slot's value as a prompt can show it for eye and ear: a choice by its title, all else as it is."""
        if isinstance(value, tuple):
            return chosen_titles(value, slot)
        for option in slot.options:
            if option.id == value:
                return dict(option.title)
        return value

    def register(self, *, voice: bool = False) -> Register:
        """For whom values become text now."""
        register: Register = self.scope(voice=voice).register
        return register

    def fault(self, what: str) -> None:
        where = f"{self.frame.scenario}:{self.frame.step}" if self.session.stack else ""
        self.actions.append(Fault(where=where, what=what))

    # expressions

    def scope(self, extra: Mapping[str, Value] | None = None, *, voice: bool = False, shown: bool = False) -> Within:
        """What names mean now; the same one as long as the language is. extra: names beside the scenario's."""
        key = (self.session.language, voice, shown)
        kept = self._scopes.get(key)
        if kept is None:
            other = self._scopes.get((key[0], voice, not shown))
            if other is not None:
                register = other.register
            else:
                register = Register(key[0], voice, self.now, self.scenarios.business, self.scenarios.rows)
            kept = self._scopes[key] = Within(self.session, self.scenarios, register, shown=shown)
        return Within(self.session, self.scenarios, kept.register, extra, shown=shown) if extra else kept

    def evaluate(
        self, expression: Expression, extra: Mapping[str, Value] | None = None, *, default: Value = None
    ) -> Value:
        """The expression's value; `default`, and a Fault in the journal, where its types don't fit."""
        try:
            return expression.value(self.scope(extra))
        except ExpressionError as error:
            self.fault(f"{expression.source}: {error.what}")
            return default
