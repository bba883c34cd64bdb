"""What `do:` can ask for: each action's values and outcomes, so that a misspelt one is found before anybody calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """takes: its values in order; one left out is the slot or variable of that name. optional: may be missing.

    outcomes: name -> the data that comes with it; every one but "ok" is a side road. "error" is always possible.
    """

    takes: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    outcomes: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: {"ok": ()})


CALENDAR: Mapping[str, Signature] = {
    # Is the place free? If so it is kept for this conversation for a few minutes. free: datetimes near by.
    "calendar.hold": Signature(takes=("service", "when"), outcomes={"ok": (), "taken": ("free",)}),
    "calendar.book": Signature(
        takes=("service", "when", "name", "phone"), outcomes={"ok": ("booking",), "taken": ("free",)}
    ),
    # The next booking of the person who asks. count: how many there are.
    "calendar.find": Signature(outcomes={"ok": ("booking", "service", "when", "count"), "none": ()}),
    "calendar.cancel": Signature(takes=("booking",), outcomes={"ok": (), "gone": ()}),
    "calendar.confirm": Signature(takes=("booking",), outcomes={"ok": (), "gone": ()}),
}
