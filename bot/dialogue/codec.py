"""Events, actions and sessions as JSON and back, so that what is stored replays exactly.

A dataclass becomes {"_": "Utterance", field: value…}; fields that hold their default are left out. A field
that a later version adds takes its default; one that it drops is ignored, so old journals stay readable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from bot.dialogue import actions, events, hours, meaning, session, values

KIND = "_"

_CLASSES: dict[str, type] = {
    cls.__name__: cls
    for module in (events, actions, session, meaning, values, hours)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__
}


def dump(value: object) -> str:
    """To one line of JSON. Raises TypeError on a type the dialogue has no business holding."""
    return json.dumps(encode(value), ensure_ascii=False, separators=(",", ":"))


def load(text: str) -> Any:
    """From `dump`'s JSON. Raises ValueError where the text names a kind that does not exist."""
    return decode(json.loads(text))


def encode(value: object) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime):
        return {KIND: "datetime", "v": value.isoformat()}
    if isinstance(value, date):
        return {KIND: "date", "v": value.isoformat()}
    if isinstance(value, time):
        return {KIND: "time", "v": value.isoformat()}
    if isinstance(value, Decimal):
        return {KIND: "decimal", "v": str(value)}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if is_dataclass(value) and type(value).__name__ in _CLASSES:
        cls: Any = type(value)
        out: dict[str, Any] = {KIND: cls.__name__}
        for name, default in _defaults(cls):
            item = getattr(value, name)
            if default is MISSING or item != default:
                out[name] = encode(item)
        return out
    raise TypeError(f"the dialogue can't hold a {type(value).__name__}")


def decode(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(decode(item) for item in value)
    if not isinstance(value, dict):
        return value
    kind = value.get(KIND)
    if kind is None:
        return {key: decode(item) for key, item in value.items()}
    if kind in _SCALARS:
        return _SCALARS[kind](value["v"])
    if kind not in _CLASSES:
        raise ValueError(f"stored by a version that knew a kind '{kind}'; this one doesn't")
    cls = _CLASSES[kind]
    known = {name for name, _ in _defaults(cls)}
    return cls(**{key: decode(item) for key, item in value.items() if key in known})


_SCALARS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "decimal": Decimal,
}


@cache
def _defaults(cls: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((field.name, _default(field)) for field in fields(cls))


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    if field.default_factory is not MISSING:
        return field.default_factory()
    return MISSING
