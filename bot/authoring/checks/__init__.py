"""What can only be checked when a whole scenario, or the whole set, is known. Everything here only adds problems.

Errors, found whenever a set is loaded:

names      names, filters and functions in expressions exist
types      filters and signs get what they can take
structure  one scenario: every step leads somewhere and is reached
flow       where steps lead, circles

Warnings, found by `govorun check` alone, from the compiled set:

ways       dead ends, no way out, actions without an error branch, scenarios that nobody starts
values     used before anything sets them, set or asked and never used
said       notes left over, marks said as they stand, the wrong alphabet, equal variants, long buttons, slots without a
           title, missing cases
           title, missing cases
heard      prompts too long to listen to, menus without end, what no voice can say
phrases    too few; near those of another intent
keys       telephone keys
talks      golden conversations that are missing
comments   texts cut short by a #
allow      `# check: allow CODE why`
"""

from __future__ import annotations

from collections.abc import Callable

from bot.authoring.checks.allow import allowed
from bot.authoring.checks.comments import comments
from bot.authoring.checks.flow import circles, leads, starts_at_once
from bot.authoring.checks.heard import heard
from bot.authoring.checks.keys import keys
from bot.authoring.checks.names import expression
from bot.authoring.checks.phrases import phrases
from bot.authoring.checks.said import choices, said, titles, untitled
from bot.authoring.checks.structure import calls, given, results, scenario
from bot.authoring.checks.talks import talks
from bot.authoring.checks.values import values
from bot.authoring.checks.ways import ways
from bot.authoring.checks.whole import Whole

__all__ = [
    "allowed",
    "calls",
    "circles",
    "comments",
    "expression",
    "given",
    "leads",
    "lint",
    "results",
    "scenario",
    "starts_at_once",
]

# What looks at one text at a time is right even where another file is broken; the rest would only guess.
LOCAL: tuple[Callable[[Whole], None], ...] = (said,)
LINTS: tuple[Callable[[Whole], None], ...] = (titles, untitled, choices, heard, ways, values, keys, phrases, talks)


def lint(whole: Whole, *, broken: bool) -> None:
    """Add the warnings. broken: the set has errors, so only what is sure all the same is told."""
    for each in LOCAL if broken else (*LOCAL, *LINTS):
        each(whole)
