"""The menu that learns. PURE: what was chosen before in, the order of announcing out (docs/menu.md).

past         a caller's latest choices, five bytes each
crowd        what this caller will choose, and what everybody's calls say of how to guess it
announcing   from chances to an order: lengths, pins, caps, stability, near ties, the shortcut
memory       a menu and all its callers, for replays and benchmarks
guard        whether it serves callers better than the menu as written
scoring      what another policy would have cost the same callers
beginnings   .json: the weights a menu begins with, by model, feature and number of known calls

A digit stays with its item always: people dislike moving targets (Findlater and McGrenere 2004).
"""

from __future__ import annotations

from bot.customers.menu.announcing import Item, Menu, Ranking, Rules
from bot.customers.menu.memory import Memory

__all__ = ["Item", "Memory", "Menu", "Ranking", "Rules"]
