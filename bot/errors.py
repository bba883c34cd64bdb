"""The error tree. Every error says where, what, and how to mend it; callers read fields, never text.

GovorunError
├── ScenarioError       a scenario file can't be used (file:line)
├── SettingsError       a setting is missing or wrong
├── UnknownScenario     nobody has written a scenario of that name
├── NotFound            no such conversation, customer, booking, weights
├── NotAllowed          a wrong or missing token or password
├── Unacceptable        an input is empty, too long or malformed
├── Conflict            somebody else holds it: an agent, a writer, a place in the calendar
├── PortTaken           a network port is in use
├── PartMissing         an optional engine or library isn't installed
├── WeightsMissing      weights aren't on this disk
└── WeightsCorrupt      weights are on disk, but are not what the manifest names
"""

from __future__ import annotations

import traceback


class GovorunError(Exception):
    """where: a file:line, a setting, a URL. what: one clause. fix: what to do now, one clause, may be empty."""

    status = 500  # of the problem document (RFC 9457) that HTTP answers
    retry_s = 2  # what Retry-After says beside 429 and 503

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.where = where
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.fix}" if self.fix else head


class ScenarioError(GovorunError):
    status = 422


class SettingsError(GovorunError):
    pass


class UnknownScenario(GovorunError):
    status = 404


class NotFound(GovorunError):
    status = 404


class NotAllowed(GovorunError):
    status = 401


class Unacceptable(GovorunError):
    status = 422


class TooLong(Unacceptable):
    status = 413


class Conflict(GovorunError):
    status = 409


class Unavailable(GovorunError):
    status = 503


class PortTaken(GovorunError):
    pass


class PartMissing(GovorunError):
    pass


class WeightsMissing(GovorunError):
    pass


class WeightsCorrupt(GovorunError):
    pass


def place(error: BaseException) -> str:
    """The error's kind and where it rose, for logs; never its words, which may hold what a customer said."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return f"{type(error).__name__} at " + " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
