"""Turns of speakers as every engine gives them: in order, numbered by who spoke first, without crumbs."""

from __future__ import annotations

from collections.abc import Iterable

from voice.ports import SpeakerTurn

DIARIZED_RATE = 16_000  # Hz, of the sound that engines take
APART_MS = 1_000  # one speaker's pause shorter than this is no new turn
CRUMB_MS = 200  # shorter than a word; an engine's slip at a border


def numbered(segments: Iterable[tuple[str, float, float]]) -> tuple[SpeakerTurn, ...]:
    """(an engine's name of a speaker, start, end) in seconds, in any order."""
    numbers: dict[str, int] = {}
    turns: list[SpeakerTurn] = []
    for name, start, end in sorted(segments, key=lambda each: each[1]):
        start_ms, end_ms = round(start * 1000), round(end * 1000)
        if end_ms - start_ms < CRUMB_MS:
            continue
        speaker = numbers.setdefault(name, len(numbers) + 1)
        if turns and turns[-1].speaker == speaker and start_ms - turns[-1].end_ms < APART_MS:
            turns[-1] = SpeakerTurn(speaker=speaker, start_ms=turns[-1].start_ms, end_ms=max(end_ms, turns[-1].end_ms))
        else:
            turns.append(SpeakerTurn(speaker=speaker, start_ms=start_ms, end_ms=end_ms))
    return tuple(turns)
