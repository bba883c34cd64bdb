"""`delegate:`: a step that hands the dialogue to a Rasa bot of rasa.yaml."""

from __future__ import annotations

from bot.authoring.draft import DONE, Block, Draft, Place, Values
from bot.authoring.local import waiting
from bot.dialogue.delegated import COMMAND, DELEGATE
from bot.dialogue.expressions import Expression
from bot.dialogue.program import DelegateStep


def delegate(block: Block, draft: Draft, fields: Values, at: Place) -> str:
    reader = draft.reader
    name = reader.name(fields["delegate"])
    action = f"{DELEGATE}{name}"
    signature = draft.actions.get(action)
    if name and signature is None:
        bots = [each.removeprefix(DELEGATE) for each in draft.actions if each.startswith(DELEGATE)]
        reader.unknown("rasa_bot", fields["delegate"], name, bots)
    if "begin" not in fields:
        reader.problem("missing_key", at.node, name="begin")
    begin = reader.text(fields.get("begin"))
    args: dict[str, Expression] = {}
    for entity, node in reader.fields(fields.get("with"), (), open_ended=True).items():
        expression = reader.expression(node)
        if expression is not None:
            args[entity] = expression
    if args and not begin.startswith(COMMAND):
        reader.problem("rasa_begin", fields["with"], value=begin[:60])
    draft.variables.update(signature.outcomes["ok"] if signature else ())
    error = fields.get("error")
    branches = {"error": block(draft, error, f"{at.path}/error", DONE, at.after)} if error is not None else {}
    also = waiting(draft, fields, at, (), block, usual="deny")
    step = DelegateStep(
        id=at.path,
        next=at.after,
        line=at.line,
        action=action,
        bot=name,
        begin=begin,
        args=args,
        branches=branches,
        **also,
    )
    return draft.add(step, at.node)
