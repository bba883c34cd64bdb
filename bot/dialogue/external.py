"""What a set's actions.yaml declares: how another program is asked, and what answers in its place while it is tried.

Who sends the request is bot.backends.http; what the samples answer is bot.dialogue.samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.expressions import Expression
from bot.dialogue.values import Value

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Kind = Literal["", "text", "number", "datetime", "date", "time", "phone"]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value of the environment, `${NAME}`: the author writes its name, and nobody its value."""

    name: str


_OUR_OWN = "GOVORUN_"  # begins the names of our settings; of these only secrets are for authors
_SECRET = "GOVORUN_SECRET_"


def secret(name: str, environment: Mapping[str, str]) -> str:
    """`${ORDERS}` is GOVORUN_SECRET_ORDERS, or ORDERS; our own settings are nobody's business. "" if not set."""
    found = environment.get(_SECRET + name.removeprefix(_SECRET), "")
    if not found and not name.startswith(_OUR_OWN):
        found = environment.get(name, "")
    return found.strip()


# Text as the author wrote it, secrets, and (of a URL) values, which are quoted.
Part = str | Secret | Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where in the JSON answer a value stands, ("order", "eta"), and how it is read."""

    path: tuple[str, ...]
    kind: Kind = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """when: of the values asked with; None always holds. data: of "ok"."""

    when: Expression | None = None
    outcome: str = "ok"
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """takes: in order; optional may be missing. gives: what "ok" brings. url: () while there is none yet.

    timeout: seconds for each try. retry: further tries. outcomes: name -> HTTP statuses. line: in actions.yaml.
    """

    name: str
    takes: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    method: Method = "GET"
    url: tuple[Part, ...] = ()
    headers: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    body: Mapping[str, Expression] = field(default_factory=dict)
    timeout: float = 5.0
    retry: int = 0
    answer: Mapping[str, Found] = field(default_factory=dict)
    outcomes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()
    line: int = 0

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the environment that it needs."""
        parts = (*self.url, *(part for header in self.headers.values() for part in header))
        return tuple(dict.fromkeys(part.name for part in parts if isinstance(part, Secret)))
