"""A step as a box: what it does, in plain words, and where it leads. One method a kind of step, and their table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.authoring.checks.flow import leads
from bot.authoring.graph_words import WORDS
from bot.dialogue.program import (
    AgainStep,
    Asking,
    BranchStep,
    CaseStep,
    ChooseStep,
    CollectStep,
    ConfirmStep,
    DelegateStep,
    DoStep,
    EndStep,
    HandoffStep,
    LanguageStep,
    ProveStep,
    RateStep,
    SayStep,
    SetStep,
    StartStep,
    Step,
)
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.wording import Prompt

DONE = ""
_NAMES = re.compile(r"'[^']*'|\"[^\"]*\"|[A-Za-z_][\w.]*")
_PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A way out of a box, or a line in it. target: a box's id; None where it leads nowhere here. key: on a telephone.
    down: it is the road that goes on under the box."""

    text: str
    target: str | None = None
    key: str = ""
    note: str = ""
    down: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """kind: of the table above. lines: what it says. main: where the road goes on; None where it stops for good.
    direct: the box itself leads there; else only its side roads come together there."""

    id: str
    kind: str
    head: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    main: str | None = None
    direct: bool = True
    whole: str = ""

    def targets(self) -> tuple[str, ...]:
        out = [row.target for row in self.rows if row.target is not None]
        return tuple(dict.fromkeys([*out, *([self.main] if self.main is not None and self.direct else [])]))


def titled(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()), "")


class Drawing:
    """Steps of one scenario as boxes."""

    def __init__(self, scenario: Scenario, scenarios: ScenarioSet, language: str) -> None:
        self.scenario = scenario
        self.scenarios = scenarios
        self.language = language
        self.words = WORDS[language]

    def box(self, step: Step) -> Box:
        kind = KINDS.get(type(step))
        name, make = kind if kind else ("step", lambda _, step: ({}))
        made: dict[str, Any] = {"head": self.words[name], "main": step.next, **make(self, step)}
        rows = list(made.pop("rows", ()))
        if isinstance(step, Asking):
            for each in step.also:
                title = self.named(each.option.title) or each.option.id
                said = f"{self.words['also']}: {title}"
                rows.append(Row(text=said, target=each.target or None, key=each.option.key or ""))
        known = {row.target for row in rows} | {made["main"]}
        rows.extend(Row(text=self.words["else"], target=to) for to in leads(step) if to not in known)
        return Box(id=step.id, kind=name, rows=tuple(rows), **made)

    def named(self, texts: Mapping[str, str]) -> str:
        return titled(texts, self.language)

    def said(self, prompt: Prompt | None) -> str:
        """The first variant, for the eye."""
        if prompt is None:
            return ""
        wording = prompt.wordings.get(self.language) or next(iter(prompt.wordings.values()))
        return self.shown(" ".join(wording.text[0].source.split()))

    def all_said(self, *prompts: Prompt | None) -> str:
        """Every variant in the language, and what is for the ear alone."""
        out: list[str] = []
        for prompt in prompts:
            if prompt is None:
                continue
            wording = prompt.wordings.get(self.language) or next(iter(prompt.wordings.values()))
            out.extend(" ".join(each.source.split()) for each in (*wording.text, *wording.voice))
        return "\n".join(dict.fromkeys(out))

    def after(self, step: Step, ways: Iterable[str], otherwise: str) -> str:
        """Where several ways come together again, without coming through the step that parted them."""
        met = [set(self.onward(way, step.id)) for way in ways if way != DONE]
        return next((name for name in self.onward(otherwise, step.id) if any(name in each for each in met)), DONE)

    def onward(self, first: str, barred: str) -> list[str]:
        """Steps from `first` on, the nearest first."""
        out: list[str] = []
        waiting = [first]
        while waiting:
            name = waiting.pop(0)
            if name in self.scenario.steps and name not in out and name != barred:
                out.append(name)
                waiting.extend(leads(self.scenario.steps[name]))
        return out

    def plain(self, source: str) -> str:
        """A condition in words: slots by their titles, `and` and `or` in the reader's language."""
        told = _NAMES.sub(lambda found: self.name_of(found[0]), source)
        return told.replace("==", "=").replace("!=", "≠").replace(">=", "≥").replace("<=", "≤")

    def name_of(self, name: str) -> str:
        first, _, rest = name.partition(".")
        slot = self.scenario.slots.get(first)
        if slot is not None and not rest:
            return self.named(slot.title) or name
        return self.words.get(f"={name}", name)

    def shown(self, text: str) -> str:
        """What is said, with the places of values named: ‹врач›, ‹день›."""
        return _PLACE.sub(self.place, text)

    def place(self, found: re.Match[str]) -> str:
        name, _, filters = found[1].partition("|")
        named = {"day": "=day", "time": "=time"}.get(filters.strip())
        told = self.words[named] if named else self.name_of(name.strip())
        return f"‹{told}›"

    # a kind each

    def say(self, step: SayStep) -> Mapping[str, Any]:
        return {"lines": (self.said(step.prompt),), "whole": self.all_said(step.prompt)}

    def collect(self, step: CollectStep) -> Mapping[str, Any]:
        slots = [self.scenario.slots[name] for name in step.slots if name in self.scenario.slots]
        rows = []
        for slot in slots:
            title = self.named(slot.title) or slot.name
            optional = "" if slot.required else " ?"
            rows.append(Row(text=f"{title}{optional} — {self.said(slot.ask)}", note=slot.type))
        for name, target in step.fails.items():
            slot_title = self.named(self.scenario.slots[name].title) or name
            rows.append(Row(text=f"{slot_title}: {self.words['fails']}", target=target))
        return {"rows": rows, "whole": self.all_said(*(slot.ask for slot in slots))}

    def choose(self, step: ChooseStep) -> Mapping[str, Any]:
        rows = []
        for item in step.items:
            other = self.scenarios.scenarios.get(item.scenario or "")
            note = self.named(other.title) if other else item.continues
            title = self.named(item.option.title)
            rows.append(
                Row(
                    text=title if not note or note == title else f"{title} → {note}",
                    target=item.target or None,
                    key=item.option.key or "",
                )
            )
        if step.loop:
            rows.append(Row(text=self.words["loop"]))
        return {
            "lines": (self.said(step.prompt),),
            "rows": rows,
            "main": None if step.loop else step.next,
            "whole": self.all_said(step.prompt, step.again),
        }

    def confirm(self, step: ConfirmStep) -> Mapping[str, Any]:
        rows = []
        if step.change:
            names = [self.named(self.scenario.slots[name].title) or name for name in step.change]
            rows.append(Row(text=f"{self.words['change']}: {', '.join(names)}"))
        if step.declined is not None:
            rows.append(Row(text=self.words["declined"], target=step.declined))
            rows.append(Row(text=self.words["yes"], down=True))
        return {"lines": (self.said(step.prompt),), "rows": rows, "whole": self.all_said(step.prompt)}

    def do(self, step: DoStep) -> Mapping[str, Any]:
        call = f"{step.action}({', '.join(step.args)})"
        asked = ", ".join(self.name_of(name) for name in step.args if name != "form")
        named = self.words.get(f"={step.action}", step.action)
        told = f"{named}: {asked}" if asked else named
        rows = [
            Row(text=self.words.get(name, name), target=to, note=name)
            for name, to in step.branches.items()
            if name != "ok"
        ]
        main = step.branches.get("ok", step.next)
        if rows:
            rows.append(Row(text=self.words["ok"], down=True))
        return {"lines": (told,), "rows": rows, "main": main, "whole": "\n".join([call, self.all_said(step.meanwhile)])}

    def delegate(self, step: DelegateStep) -> Mapping[str, Any]:
        rows = [Row(text=self.words["error"], target=to, note="error") for to in step.branches.values()]
        if rows:
            rows.append(Row(text=self.words["ok"], down=True))
        return {"lines": (step.bot,), "rows": rows, "whole": f"{step.bot}: {step.begin}"}

    def branch(self, step: BranchStep) -> Mapping[str, Any]:
        join = self.after(step, [step.next], step.otherwise)
        ways = (("yes", step.next), ("else", step.otherwise))
        rows = [Row(text=self.words[name], target=to) for name, to in ways if to != join]
        if len(rows) == 1:
            rows.append(Row(text=self.words["else" if step.otherwise == join else "yes"], down=True))
        made = {"lines": (self.plain(step.when.source),), "rows": rows, "main": join, "whole": step.when.source}
        return {**made, "direct": join in (step.next, step.otherwise)}

    def case(self, step: CaseStep) -> Mapping[str, Any]:
        join = self.after(step, step.ways.values(), step.next)
        rows = [Row(text=value, target=to) for value, to in step.ways.items() if to != join]
        aside = step.next if step.next != join else None
        rows.append(Row(text=self.words["else"], target=aside, down=aside is None))
        made = {"lines": (self.plain(step.value.source),), "rows": rows, "main": join, "whole": step.value.source}
        return {**made, "direct": join in (step.next, *step.ways.values())}

    def remember(self, step: SetStep) -> Mapping[str, Any]:
        lines = tuple(f"{name} = {self.plain(each.source)}" for name, each in step.assignments.items())
        return {"lines": lines, "whole": "\n".join(lines)}

    def rate(self, step: RateStep) -> Mapping[str, Any]:
        return {"lines": (step.survey.upper(),)}

    def language_(self, step: LanguageStep) -> Mapping[str, Any]:
        return {"lines": ({"ru": "Русский", "en": "English"}[step.language],)}

    def start(self, step: StartStep) -> Mapping[str, Any]:
        other = self.scenarios.scenarios.get(step.scenario)
        lines = [self.named(other.title) if other else step.scenario]
        if step.returns:
            lines.append(self.words["comes_back"])
        rows = [] if step.cancelled is None else [Row(text=self.words["cancelled"], target=step.cancelled)]
        return {"lines": tuple(lines), "rows": rows, "main": step.next if step.returns else DONE}

    def hand_off(self, step: HandoffStep) -> Mapping[str, Any]:
        parts = (step.reason, step.skill, self.said(step.note))
        return {"lines": tuple(part for part in parts if part), "whole": self.all_said(step.note)}

    def prove(self, step: ProveStep) -> Mapping[str, Any]:
        line = self.name_of(step.slot) if step.slot else self.plain("customer.phone")
        rows = [] if step.unproven is None else [Row(text=self.words["unproven"], target=step.unproven)]
        return {"lines": (line,), "rows": rows}

    def end(self, step: EndStep) -> Mapping[str, Any]:
        lines = (self.said(step.prompt),) if step.prompt else ()
        return {"lines": lines, "main": None, "whole": self.all_said(step.prompt)}

    def again(self, step: AgainStep) -> Mapping[str, Any]:
        return {"lines": (", ".join(map(self.name_of, step.slots)),), "main": step.target}


KINDS: Mapping[type[Step], tuple[str, Callable[[Any, Any], Mapping[str, Any]]]] = {
    SayStep: ("say", Drawing.say),
    CollectStep: ("collect", Drawing.collect),
    ChooseStep: ("choose", Drawing.choose),
    ConfirmStep: ("confirm", Drawing.confirm),
    DoStep: ("do", Drawing.do),
    DelegateStep: ("delegate", Drawing.delegate),
    BranchStep: ("if", Drawing.branch),
    CaseStep: ("case", Drawing.case),
    SetStep: ("set", Drawing.remember),
    RateStep: ("rate", Drawing.rate),
    LanguageStep: ("language", Drawing.language_),
    StartStep: ("start", Drawing.start),
    HandoffStep: ("handoff", Drawing.hand_off),
    ProveStep: ("prove", Drawing.prove),
    EndStep: ("end", Drawing.end),
    AgainStep: ("again", Drawing.again),
}
