"""Rasa's names as ours: latin letters, digits and "_", none twice, none that means something here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.authoring.reading import NAME
from bot.authoring.slots import FIXED

RESERVED = {*FIXED, "and", "or", "not", "in", "true", "false", "none", "main"}


def named(names: Iterable[str], *, prefix: str, reserved: Iterable[str] = RESERVED) -> dict[str, str]:
    """Each name as ours can be. prefix: for one that begins otherwise than ours may."""
    out: dict[str, str] = {}
    for name in names:
        out[name] = unique(safe(name), (*out.values(), *reserved), prefix)
    return out


def safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")


def unique(name: str, taken: Iterable[str], prefix: str) -> str:
    known = set(taken)
    wanted = name if NAME.fullmatch(name) else f"{prefix}_{name}".rstrip("_") if name else prefix
    found, number = wanted, 1
    while found in known:
        number += 1
        found = f"{wanted}_{number}"
    return found


def title(name: str) -> str:
    """ "order_pizza" as people read it: "Order pizza"."""
    words = re.sub(r"[_\W]+", " ", name).strip() or name
    return words[:1].upper() + words[1:]
