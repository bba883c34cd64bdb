"""Which numbers may be called: "+7905" allows those that begin so, "*" all; premium ones must be named."""

from __future__ import annotations

from collections.abc import Iterable

PREMIUM = ("+7809", "+1900", "+1976", "+449", "+3389")  # cost more than a call: a rule must name them


def reaches(allowed: Iterable[str], number: str) -> bool:
    """number: E.164."""
    rules = [rule.strip() for rule in allowed]
    if "*" in rules or number in rules:
        return True
    premium = next((each for each in PREMIUM if number.startswith(each)), "")
    return any(rule.startswith("+") and number.startswith(rule) and len(rule) >= len(premium) for rule in rules)
