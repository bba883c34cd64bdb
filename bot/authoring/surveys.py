"""`survey:` laid out as what it is: a question that a score answers, perhaps another one, and the keeping of both."""

from __future__ import annotations

from typing import Literal

from bot.authoring.draft import Draft, Place, Values
from bot.authoring.tree import Fields
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.meaning import Option
from bot.dialogue.scenario import BranchStep, CollectStep, Prompt, RateStep, SetStep, Slot, Wording
from bot.dialogue.surveys import LOWEST, SCALES

KINDS: tuple[Literal["csat", "nps", "ces"], ...] = ("csat", "nps", "ces")
TITLES = {"score": {"ru": "оценка", "en": "score"}, "comment": {"ru": "отзыв", "en": "comment"}}
BUILTIN = "builtin:"  # begins the id of a prompt that is put in when the set's own words are known
_NONE = Expression.parse("none")


def survey(draft: Draft, fields: Values, at: Place) -> str:
    """score := none; collect score; score := number(score); [if …] collect comment; keep."""
    reader = draft.reader
    found = reader.one_of(fields["survey"], KINDS, "csat")
    kind = next((each for each in KINDS if each == found), KINDS[0])
    score, comment = _name(draft, "score", kind, at), _name(draft, "comment", kind, at)
    where = f"{draft.name}:{at.path}"
    ask = reader.prompt(fields["ask"], where) if "ask" in fields else _builtin(f"survey_{kind}", reader.languages)
    draft.variables.update(("score", "comment"))
    keep = f"{at.path}/keep"
    asked = fields.get("comment")
    when = asked.get("when") if isinstance(asked, Fields) else None
    words = asked.get("ask") if isinstance(asked, Fields) and when is not None else asked
    if when is not None:
        reader.fields(asked, ("when", "ask"), ("when", "ask"))
    draft.add(
        RateStep(
            id=keep,
            next=at.after,
            line=at.line,
            survey=kind,
            scale=SCALES[kind],
            score=score,
            comment=comment if words is not None else None,
            about=reader.expression(fields.get("about")),
        ),
        at.node,
    )
    after = keep
    slots = {score: _score(score, kind, ask, at.line)}
    if words is not None:
        prompt = reader.prompt(words, f"{where}.comment")
        slots[comment] = Slot(
            name=comment,
            type="text",
            title=TITLES["comment"],
            ask=prompt,
            skip=True,
            max_attempts=1,
            line=at.line,
        )
        after = draft.add(
            CollectStep(id=f"{at.path}/comment", next=keep, line=at.line, slots=(comment,), fails={comment: keep}),
            at.node,
        )
        condition = reader.expression(when)
        if condition is not None:
            after = draft.add(
                BranchStep(id=f"{at.path}/when", next=after, line=at.line, when=condition, otherwise=keep), at.node
            )
    draft.hidden.update(slots)
    number = Expression.parse(f"number({score})")
    told = {score: number, "score": number}
    read = draft.add(SetStep(id=f"{at.path}/read", next=after, line=at.line, assignments=told), at.node)
    asks = draft.add(
        CollectStep(id=f"{at.path}/score", next=read, line=at.line, slots=(score,), fails={score: keep}), at.node
    )
    blank = dict.fromkeys((score, comment, "score", "comment"), _NONE)
    return draft.add(SetStep(id=at.path, next=asks, line=at.line, assignments=blank), at.node)


def _name(draft: Draft, name: str, kind: str, at: Place) -> str:
    """Of the slot that holds it; a second survey in a scenario has slots of its own."""
    if name in draft.slots:
        draft.reader.problem("survey_slot", at.node, name=name)
    if name not in draft.hidden:
        return name
    number = 2
    while f"{name}{number}" in draft.hidden:
        number += 1
    return f"{name}{number}"


def _score(name: str, kind: str, ask: Prompt, line: int) -> Slot:
    keys = kind != "nps"
    options = tuple(
        Option(id=str(value), title={"ru": str(value), "en": str(value)}, key=str(value) if keys else None)
        for value in range(LOWEST[kind], SCALES[kind] + 1)
    )
    return Slot(
        name=name,
        type=kind,
        title=TITLES["score"],
        ask=ask,
        options=options,
        low=LOWEST[kind],
        high=SCALES[kind],
        line=line,
    )


def _builtin(name: str, languages: tuple[str, ...]) -> Prompt:
    wording = Wording(text=(Template("", ()),))
    return Prompt(id=f"{BUILTIN}{name}", wordings=dict.fromkeys(languages, wording))
