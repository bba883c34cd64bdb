"""What can go wrong with sound; a branch of bot.errors.

GovorunError
├── EngineFailed       a recogniser or a voice broke on this piece; the next may work
├── RecognizersBusy    every worker decodes and the queue is full: offer the keys, or to wait
├── LegFailed          the line could not be answered, or was lost
│   └── LinesBusy      as many calls are up as this process may have
├── PartMissing        (bot.errors) an engine or its library isn't installed
├── WeightsMissing     (bot.errors) weights aren't on this disk
└── WeightsCorrupt     (bot.errors) weights aren't what the manifest names
"""

from __future__ import annotations

from bot.errors import GovorunError, PartMissing, WeightsCorrupt, WeightsMissing

__all__ = [
    "EngineFailed",
    "GovorunError",
    "LegFailed",
    "LinesBusy",
    "PartMissing",
    "RecognizersBusy",
    "WeightsCorrupt",
    "WeightsMissing",
]


class EngineFailed(GovorunError):
    pass


class RecognizersBusy(GovorunError):
    status = 503


class LegFailed(GovorunError):
    """A call could not be answered or placed. sip_status: the far end's final status, 0 where none came."""

    status = 502

    def __init__(self, what: str, *, where: str = "", fix: str = "", sip_status: int = 0) -> None:
        super().__init__(what, where=where, fix=fix)
        self.sip_status = sip_status


class LinesBusy(LegFailed):
    status = 503


class CallOver(LegFailed):
    """The call that was meant has ended."""

    status = 410
