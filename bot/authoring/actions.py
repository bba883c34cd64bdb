"""What `do:` can ask for: each action's values and outcomes, so that a misspelt one is found before anybody calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """takes: its values in order; one left out is the slot or variable of that name. optional: may be missing.

    more: any further values may follow, each named by what it is: service.price is service_price.
    outcomes: name -> the data that comes with it; every one but "ok" is a side road. "error" is always possible.
    """

    takes: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    more: bool = False
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"ok": ()})


CALENDAR: Mapping[str, Signature] = {
    # Is the place free? If so it is kept for this conversation for a few minutes. free: datetimes near by.
    "calendar.hold": Signature(takes=("service", "when"), outcomes={"ok": (), "taken": ("free",)}),
    "calendar.book": Signature(
        takes=("service", "when", "name", "phone"), outcomes={"ok": ("booking",), "taken": ("free",)}
    ),
    # What is free on a day; without one, on the first day that has anything. free: datetimes, three at most.
    "calendar.free": Signature(
        takes=("service", "day"), optional=("day",), outcomes={"ok": ("free",), "none": ("free",)}
    ),
    # The next booking of the person who asks. count: how many there are.
    "calendar.find": Signature(outcomes={"ok": ("booking", "service", "when", "count"), "none": ()}),
    "calendar.cancel": Signature(takes=("booking",), outcomes={"ok": (), "gone": ()}),
    "calendar.confirm": Signature(takes=("booking",), outcomes={"ok": (), "gone": ()}),
}

FORMS: Mapping[str, Signature] = {
    # Kept for the staff, who see it on the desk. number: of four digits or more, to be said to the customer.
    "forms.save": Signature(takes=("form",), more=True, outcomes={"ok": ("number",)}),
    # The asker's newest form of that kind that isn't done: with it, every value that was saved in it.
    "forms.find": Signature(takes=("form",), outcomes={"ok": ("number", "status", "created"), "none": ()}),
}

PHONE: Mapping[str, Signature] = {
    # We call that number, and the scenario begins when it is answered: 'reminder', or 'set/reminder'.
    # refused: why whoever has that number is not called now, where they asked for that; else null.
    "phone.call": Signature(takes=("to", "scenario"), more=True, outcomes={"ok": ("call", "refused")}),
}

ACTIONS: Mapping[str, Signature] = {**CALENDAR, **FORMS, **PHONE}
