"""`do:`: what is asked of the calendar, the forms and your other programs."""

from __future__ import annotations

from collections.abc import Mapping

from bot.authoring.actions import Signature
from bot.authoring.draft import DONE, Block, Draft, Place, Values
from bot.authoring.http import MAX_RETRY, MAX_TIMEOUT
from bot.authoring.problems import near
from bot.authoring.tree import Node, Text
from bot.dialogue.delegated import DELEGATE
from bot.dialogue.expressions import Expression
from bot.dialogue.grammar import Call, Filtered, Literal, Name
from bot.dialogue.program import DoStep


def do(block: Block, draft: Draft, fields: Values, at: Place) -> str:
    reader = draft.reader
    call = call_of(draft, fields["do"], report=True)
    signature = signature_of(draft, fields["do"])
    meanwhile = fields.get("meanwhile")
    prompt = reader.prompt(meanwhile, f"{draft.name}:{at.path}.meanwhile") if meanwhile is not None else None
    if call is not None and signature is None and (meant := near(call.function, draft.actions)):
        for names in draft.actions[meant].outcomes.values():
            draft.variables.update(names)  # told of already: what it would bring isn't missing besides
    if call is None or signature is None:
        return at.after
    for outcome in signature.outcomes:
        draft.variables.update(signature.outcomes[outcome])
        if outcome != "ok" and outcome not in fields:
            reader.problem("unhandled_outcome", at.node, action=call.function, name=outcome)
    branches = {
        outcome: block(
            draft,
            fields[outcome],
            f"{at.path}/{outcome}",
            at.after if outcome == "ok" else DONE,
            None if outcome == "ok" else at.after,
        )
        for outcome in (*signature.outcomes, "error")
        if outcome in fields
    }
    args = _args(draft, call, signature, fields["do"])
    _kept(draft, call, args)
    return draft.add(
        DoStep(
            id=at.path,
            next=at.after,
            line=at.line,
            action=call.function,
            args=args,
            meanwhile=prompt,
            branches=branches,
            timeout=float(timeout) if (timeout := reader.number(fields.get("timeout"), 1, MAX_TIMEOUT, 0)) else None,
            retry=reader.number(fields["retry"], 0, MAX_RETRY, 0) if "retry" in fields else None,
        ),
        at.node,
    )


def call_of(draft: Draft, node: Node | None, *, report: bool = False) -> Call | None:
    """calendar.find() and calendar.find are the same."""
    if not isinstance(node, Text):
        if report and node is not None:
            draft.reader.problem("want_text", node)
        return None
    uses = len(draft.reader.uses)
    problems = len(draft.reader.problems)
    expression = draft.reader.expression(node)
    del draft.reader.uses[uses:]  # its function is an action, and its values are kept one by one
    if not report:
        del draft.reader.problems[problems:]
    if expression is None:
        return None
    if isinstance(expression.root, Call):
        return expression.root
    if isinstance(expression.root, Name):
        return Call(".".join(expression.root.path), ())
    if report:
        draft.reader.problem("bad_action", node, value=node.value[:60])
    return None


def signature_of(draft: Draft, node: Node | None) -> Signature | None:
    call = call_of(draft, node)
    return draft.actions.get(call.function) if call else None


def outcomes(draft: Draft, node: Node | None) -> tuple[str, ...]:
    call = call_of(draft, node)
    signature = draft.actions.get(call.function) if call else None
    if call is not None and signature is None and node is not None:
        draft.reader.unknown("unknown_action", node, call.function, filter(_called, draft.actions))
    return (*signature.outcomes, "error") if signature else ()


def _args(draft: Draft, call: Call, signature: Signature, node: Node) -> dict[str, Expression]:
    if len(call.args) > len(signature.takes) and not signature.more:
        takes = ", ".join(signature.takes)
        draft.reader.problem("too_many_args", node, name=call.function, count=str(len(signature.takes)), known=takes)
    given = dict(zip(signature.takes, call.args, strict=False))
    out: dict[str, Expression] = {}
    for name in signature.takes:
        expression = Expression(name, given.get(name, Name((name,))))
        if name in given:
            draft.reader.use(expression, node)
        elif name not in signature.optional:
            draft.needs.append((name, call.function, node))
        out[name] = expression
    if signature.more:
        out |= _further(draft, call, signature, node, out)
    return out


def _further(
    draft: Draft, call: Call, signature: Signature, node: Node, taken: Mapping[str, Expression]
) -> dict[str, Expression]:
    """The values beyond what an action takes in any case, each by the name of what it is."""
    out: dict[str, Expression] = {}
    for number, value in enumerate(call.args[len(signature.takes) :], 1):
        root = value
        while isinstance(root, Filtered):
            root = root.value
        name = "_".join(root.path) if isinstance(root, Name) else f"value{number}"
        if name in taken or name in out:
            draft.reader.problem("arg_twice", node, name=call.function, arg=name)
        out[name] = Expression(name, value)
        draft.reader.use(out[name], node)
    return out


def _kept(draft: Draft, call: Call, args: Mapping[str, Expression]) -> None:
    """Which forms hold what, so that who finds one knows the names of what was saved in it."""
    kind = call.args[0] if call.args else None
    if not isinstance(kind, Literal) or not isinstance(kind.value, str):
        return
    if call.function == "forms.save":
        draft.saved.append((kind.value, tuple(name for name in args if name != "form")))
    elif call.function == "forms.find":
        draft.found.append(kind.value)


def _called(action: str) -> bool:
    """Whether `do:` can ask for it: a bot is handed the dialogue by `delegate:` alone."""
    return not action.startswith(DELEGATE)
