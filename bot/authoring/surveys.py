"""`survey:` laid out as what it is: a question that a score answers, perhaps another one, and the keeping of both."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.authoring.draft import Block, Draft, Place, Values
from bot.authoring.local import asked_by_keys, waiting
from bot.authoring.tree import Fields, Node
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.meaning import Option
from bot.dialogue.program import BranchStep, CollectStep, RateStep, SetStep
from bot.dialogue.slot import Slot
from bot.dialogue.surveys import LOWEST, SCALES
from bot.dialogue.wording import Prompt, Wording

KINDS: tuple[Literal["csat", "nps", "ces"], ...] = ("csat", "nps", "ces")
TITLES = {"score": {"ru": "оценка", "en": "score"}, "comment": {"ru": "отзыв", "en": "comment"}}
BUILTIN = "builtin:"  # begins the id of a prompt that is put in when the set's own words are known
_NONE = Expression.parse("none")


def survey(block: Block, draft: Draft, fields: Values, at: Place) -> str:
    """score := none; collect score; score := number(score); [if …] collect comment; keep.

    `also` belongs to the question for the score: to the free words of a comment everything is an answer.
    """
    reader = draft.reader
    found = reader.one_of(fields["survey"], KINDS, "csat")
    kind = next((each for each in KINDS if each == found), KINDS[0])
    score, comment = _name(draft, "score", kind, at), _name(draft, "comment", kind, at)
    where = f"{draft.name}:{at.path}"
    ask = reader.prompt(fields["ask"], where) if "ask" in fields else _builtin(f"survey_{kind}", reader.languages)
    draft.variables.update(("score", "comment"))
    keep = f"{at.path}/keep"
    slots = {score: _score(score, kind, ask, at.line)}
    asked = replace(at, path=f"{at.path}/score")
    local = waiting(draft, fields, asked, asked_by_keys(slots.values()), block)
    words, when = _comment(draft, fields.get("comment"))
    if words is not None:
        slots[comment] = Slot(
            name=comment,
            type="text",
            title=TITLES["comment"],
            ask=reader.prompt(words, f"{where}.comment"),
            skip=True,
            max_attempts=1,
            line=at.line,
        )
    draft.hidden.update(slots)
    after = draft.add(
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
    if words is not None:
        ident = f"{at.path}/comment"
        wait = {"fails": {comment: keep}, "interrupt": local["interrupt"], "manner": local["manner"]}
        after = draft.add(CollectStep(id=ident, next=keep, line=at.line, slots=(comment,), **wait), at.node)
    if when is not None:
        ident = f"{at.path}/when"
        after = draft.add(BranchStep(id=ident, next=after, line=at.line, when=when, otherwise=keep), at.node)
    number = Expression.parse(f"number({score})")
    told = {score: number, "score": number}
    read = draft.add(SetStep(id=f"{at.path}/read", next=after, line=at.line, assignments=told), at.node)
    fails = {score: keep}
    asks = CollectStep(id=asked.path, next=read, line=at.line, slots=(score,), fails=fails, **local)
    draft.add(asks, at.node)
    blank = dict.fromkeys((score, comment, "score", "comment"), _NONE)
    return draft.add(SetStep(id=at.path, next=asks.id, line=at.line, assignments=blank), at.node)


def _comment(draft: Draft, node: Node | None) -> tuple[Node | None, Expression | None]:
    """The words it is asked for by, and the condition on which it is."""
    when = node.get("when") if isinstance(node, Fields) else None
    if when is None:
        return node, None
    assert isinstance(node, Fields)
    draft.reader.fields(node, ("when", "ask"), ("when", "ask"))
    words = node.get("ask")
    return words, draft.reader.expression(when) if words is not None else None


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
