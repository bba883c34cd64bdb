"""The workspace of one turn: the session being changed and the actions so far. It lives for one `advance`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.dialogue.actions import Action, Choice, Fault, Say
from bot.dialogue.expressions import Expression, ExpressionError, Scope, Template, sentence
from bot.dialogue.meaning import Language, Option
from bot.dialogue.prompts import Register, render, scope, show
from bot.dialogue.scenario import ChooseStep, Prompt, Scenario, ScenarioSet, Slot, Step
from bot.dialogue.session import Frame, Session, changed
from bot.dialogue.values import Value


class Run:
    """session: the current state. actions: in order. now: naive wall clock of the business.

    quiet: the customer spoke first, so the next menu isn't read out.
    """

    def __init__(self, session: Session, scenarios: ScenarioSet, now: datetime) -> None:
        self.session = session
        self.scenarios = scenarios
        self.now = now
        self.actions: list[Action] = []
        self.quiet = False
        self._registers: dict[tuple[Language, bool], Register] = {}

    # the stack

    @property
    def frame(self) -> Frame:
        return self.session.stack[-1]

    @property
    def scenario(self) -> Scenario:
        return self.scenarios.scenarios[self.frame.scenario]

    @property
    def step(self) -> Step | None:
        return self.scenario.steps.get(self.frame.step) if self.session.stack else None

    def item_of(self, intent: str) -> tuple[str, str, str] | None:
        """Scenario, menu step and first step of the block of the menu item with this intent."""
        for scenario in self.scenarios.scenarios.values():
            for step in scenario.steps.values():
                if isinstance(step, ChooseStep):
                    for item in step.items:
                        if item.intent == intent:
                            return scenario.name, step.id, item.target
        return None

    def change(self, **fields: Any) -> None:
        self.session = changed(self.session, **fields)

    def put(self, **fields: Any) -> None:
        """Change the current frame."""
        stack = self.session.stack
        self.session = changed(self.session, stack=(*stack[:-1], changed(stack[-1], **fields)))

    def push(self, scenario: str, values: Mapping[str, Value] | None = None) -> None:
        frame = Frame(scenario=scenario, step=self.scenarios.scenarios[scenario].first, values=dict(values or {}))
        self.session = changed(self.session, stack=(*self.session.stack, frame))

    def pop(self) -> None:
        self.session = changed(self.session, stack=self.session.stack[:-1])

    def go(self, step: str) -> None:
        """On to a step: whatever the frame waited for is over, and so are the misses at it."""
        self.put(step=step, awaiting="", asked=None, question=None)

    def wait(self, *, asked: str | None = None, question: str | None = None, awaiting: str = "answer") -> None:
        self.put(awaiting=awaiting, asked=asked, question=question)

    def store(self, **values: Value) -> None:
        self.put(values={**self.frame.values, **values})

    def forget(self, *names: str) -> None:
        self.put(
            values={name: value for name, value in self.frame.values.items() if name not in names},
            partial={name: value for name, value in self.frame.partial.items() if name not in names},
        )

    def visit(self, key: str) -> int:
        """How often this was prompted before; counts this time."""
        before = self.frame.visits.get(key, 0)
        self.put(visits={**self.frame.visits, key: before + 1})
        return before

    def understood(self) -> None:
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
        language = self.session.language
        wording = prompt.wordings.get(language) or next(iter(prompt.wordings.values()))
        text = self.text(wording.text, attempt, extra)
        speech = text
        if self.session.medium == "voice":
            speech = self.text(wording.voice or wording.text, attempt, extra, voice=True)
        return Say(
            text=text, speech=speech, language=language, choices=choices, barge_in=prompt.barge_in, prompt=prompt.id
        )

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
        return (
            template.fixed
            if template.fixed is not None
            else render(template, self.scope(extra, voice=voice, shown=True), self.fault)
        )

    def choice(self, option: Option) -> Choice:
        title = option.title.get(self.session.language) or next(iter(option.title.values()), option.id)
        return Choice(id=option.id, title=sentence(title), key=option.key)

    def slot_choice(self, slot: Slot) -> Choice:
        return Choice(id=slot.name, title=sentence(slot.title.get(self.session.language) or slot.name))

    def shown(self, slot: Slot, value: Value) -> str:
        """A slot's value for the eye: a choice by its title."""
        for option in slot.options:
            if option.id == value:
                return self.choice(option).title
        return show(self.register(), value)

    def told(self, slot: Slot, value: Value) -> Value:
        """A slot's value as a prompt can show it for eye and ear: a choice by its title, all else as it is."""
        for option in slot.options:
            if option.id == value:
                return dict(option.title)
        return value

    def register(self, *, voice: bool = False) -> Register:
        """For whom values become text now; the same one as long as the language is."""
        register = self._registers.get((self.session.language, voice))
        if register is None:
            register = Register(self.session.language, voice, self.now, self.scenarios.business, self.scenarios.rows)
            self._registers[register.language, voice] = register
        return register

    def fault(self, what: str) -> None:
        where = f"{self.frame.scenario}:{self.frame.step}" if self.session.stack else ""
        self.actions.append(Fault(where=where, what=what))

    # expressions

    def scope(self, extra: Mapping[str, Value] | None = None, *, voice: bool = False, shown: bool = False) -> Scope:
        values = self.frame.values if self.session.stack else {}
        if extra:
            values = {**values, **extra}
        return scope(self.session, self.scenarios, self.register(voice=voice), values, shown=shown)

    def evaluate(
        self, expression: Expression, extra: Mapping[str, Value] | None = None, *, default: Value = None
    ) -> Value:
        """The expression's value; `default`, and a Fault in the journal, where its types don't fit."""
        try:
            return expression.value(self.scope(extra))
        except ExpressionError as error:
            self.fault(f"{expression.source}: {error.what}")
            return default
