"""The names in an expression: slots, variables, facts, filters and functions that exist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.authoring.problems import listed, near
from bot.authoring.reading import Reader, Use
from bot.authoring.tree import Text
from bot.dialogue.callables import FILTERS, FUNCTIONS
from bot.dialogue.scenario import Business
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value

RECORDS = ("caller", "customer", "business")  # not a value, but several
CUSTOMER = ("name", "phone", "language", "email")

Rows = Mapping[str, Mapping[str, Value]]


def expression(
    reader: Reader,
    use: Use,
    names: Iterable[str],
    slots: Mapping[str, Slot],
    business: Business,
    facts: Iterable[str],
    rows: Rows,
) -> None:
    """Its names, filters and functions exist. facts: what the customer's profile may hold."""
    known = {*names, *use.known} if use.known or not isinstance(names, set) else names
    for path in sorted(use.expression.names):
        first, _, rest = path.partition(".")
        if first not in known:
            alone = isinstance(use.node, Text) and use.node.quoted and use.node.value.strip() == path
            if alone and not near(path, known):
                reader.problem("text_or_name", use.node, name=path)  # YAML took the quotes away
            elif path in rows and not near(path, known):
                reader.problem("option_name", use.node, name=path)
            else:
                reader.unknown("unknown_name", use.node, path, known)
            continue
        parts = _parts(first, slots, business, facts, rows) if first not in use.known else None
        part = rest.partition(".")[0]
        if not rest and first in RECORDS and first not in use.known and first not in slots:
            inside = [f"{first}.{each}" for each in sorted(parts or ())]
            reader.problem("whole_record", use.node, name=first, known=listed(inside))
        elif part and parts == set() and first in slots and slots[first].type != "choice":
            reader.problem("no_parts", use.node, name=first, part=part)
        elif part and parts is not None and part not in parts:
            inside = [f"{first}.{each}" for each in sorted(parts)]
            reader.problem("unknown_name", use.node, name=path, near=near(path, inside), known=listed(inside) or "—")
    for name in sorted(use.expression.filters - set(FILTERS)):
        reader.unknown("unknown_filter", use.node, name, FILTERS)
    for name in sorted(use.expression.functions - set(FUNCTIONS)):
        reader.unknown("unknown_function", use.node, name, FUNCTIONS)


def _parts(
    first: str,
    slots: Mapping[str, Slot],
    business: Business,
    facts: Iterable[str],
    rows: Rows,
) -> set[str] | None:
    """What may follow the dot; None where anything may."""
    if first == "business":
        return {"name", *business.facts}
    if first == "customer":
        return {*CUSTOMER, *facts}
    if first == "caller":
        return {"phone"}
    slot = slots.get(first)
    if slot is None:
        return None
    if slot.many:
        return set()  # of several nothing can be told by name: sum(toppings, 'price'), {toppings|title}
    if slot.type == "choice":
        return {key for option in slot.options for key in rows.get(option.id, {})}
    return {"given", "patronymic", "family"} if slot.type == "person" else set()
