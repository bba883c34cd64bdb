"""In which language whoever asks reads: Accept-Language (RFC 9110, 12.5.4), English where it says nothing we speak."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale import Locale


def read_by(headers: Mapping[str, str]) -> Locale:
    """headers: of a request or a socket, by lower-case name."""
    best: tuple[float, Locale] = (0.0, "en")
    for part in headers.get("accept-language", "").split(",")[:20]:
        name, _, weight = part.strip().partition(";")
        primary = name.split("-")[0].strip().lower()
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        spoken: Locale | None = "ru" if primary == "ru" else "en" if primary == "en" else None
        if spoken is not None and quality > best[0]:
            best = (quality, spoken)
    return best[1]
