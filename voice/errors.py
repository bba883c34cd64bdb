"""What can go wrong with sound; a branch of bot.errors.

GovorunError
├── EngineFailed       a recogniser or a voice broke on this piece; the next may work
├── RecognizersBusy    every worker decodes and the queue is full: offer the keys, or to wait
├── LegFailed          the line could not be answered, or was lost
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
    """status: SIP final response that says why, where one came; else 500."""
