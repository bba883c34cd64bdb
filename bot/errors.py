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


class Both(str):
    """A text that knows itself in English and in Russian: who it is told to is known only where it is told."""

    en: str
    ru: str

    def __new__(cls, en: str, ru: str, own: str = "") -> Both:
        """own: which of the two it is as a plain string; English without it."""
        made = super().__new__(cls, own or en)
        made.en, made.ru = en, ru
        return made

    def __reduce__(self) -> tuple[type[Both], tuple[str, str, str]]:
        return Both, (self.en, self.ru, str(self))


def worded(text: str, language: str) -> str:
    """The text in that language, "en" or "ru", where it knows itself in it; else as it is."""
    return (text.ru if language == "ru" else text.en) if isinstance(text, Both) else text


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
        return _sentence(self.where, self.what, self.fix)

    def told(self, language: str) -> str:
        """The same, to somebody who reads that language: "en" or "ru"."""
        return _sentence(self.where, worded(self.what, language), worded(self.fix, language))


def _sentence(where: str, what: str, fix: str) -> str:
    head = f"{where}: {what}" if where else what
    return f"{head}. {fix}" if fix else head


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
