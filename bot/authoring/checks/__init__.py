"""What can only be checked when a whole scenario, or the whole set, is known. Everything here only adds problems.

flow       where steps lead, circles
names      names, filters and functions in expressions
structure  one scenario: every step leads somewhere and is reached
"""

from __future__ import annotations

from bot.authoring.checks.flow import circles, leads, starts_at_once
from bot.authoring.checks.names import expression
from bot.authoring.checks.structure import given, results, scenario

__all__ = ["circles", "expression", "given", "leads", "results", "scenario", "starts_at_once"]
