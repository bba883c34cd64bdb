"""`phone.call`: a scenario asks for a call. It is placed once its turn is committed, by whoever has a telephone.

    phone.call(phone, 'reminder/reminder', name, when)     ok {call, refused}

Who asked us not to call is not called: then `refused` says so, in the journal too, and the call stands as failed.
Whether a call may go there, and at this hour, is looked at once more before it is dialled; how it ended is told to the
scenario that the call begins, and stands in GET /api/calls/{id}.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.dialogue.actions import Fetch
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import Value
from bot.errors import Unacceptable
from bot.ports import Asker
from bot.stores import placed
from bot.stores.placed import Step, Wanted


class Phone:
    """scenarios: the set that asks; a scenario named without a set is of this one. unwanted: why a call is not to be
    made now, "" where it may be. whom: the customer it is for, and why there is none where there must be; who asks is
    meant, where the number is theirs."""

    def __init__(
        self,
        scenarios: ScenarioSet,
        unwanted: Callable[[Connection, str], str] = lambda *_: "",
        whom: Callable[[Connection, Wanted, int], tuple[int | None, str]] = lambda *_: (None, ""),
    ) -> None:
        self._scenarios = scenarios
        self._unwanted = unwanted
        self._whom = whom

    def call(self, request: Fetch, asker: Asker, *, now: datetime, tx: Connection) -> tuple[str, Mapping[str, Value]]:
        """Raises Unacceptable on a call that makes no sense: a mistake of the scenario."""
        if request.name != "phone.call":
            raise Unacceptable(f"the telephone can't '{request.name}'", fix="It can: phone.call.")
        args = dict(request.args)
        to, scenario = str(args.pop("to", "") or ""), str(args.pop("scenario", "") or "")
        in_set, slash, name = scenario.rpartition("/")
        if not to or not scenario:
            raise Unacceptable("phone.call needs a number and a scenario", fix="Write phone.call(phone, 'reminder').")
        if not slash and name not in self._scenarios.scenarios:
            raise Unacceptable(f"there is no scenario '{name}'", where=request.name)
        language = self._scenarios.languages[0]
        wanted = Wanted(
            to=to[:200],
            scenarios=in_set or self._scenarios.name,
            scenario=name,
            given={name: value for name, value in args.items() if value is not None},
            language="en" if language == "en" else "ru",
            origin="scenario",
            asked_in=self._scenarios.name,
            key=f"scenario:{request.id}",
        )
        at = datetime.now(UTC)
        customer, nobody = self._whom(tx, wanted, asker.customer)
        made, new = placed.add(tx, replace(wanted, customer=customer), at)
        why = (nobody or self._unwanted(tx, wanted.to)) if new else made.why if made.state == "failed" else ""
        if new and why:
            placed.step(tx, made.id, Step(at=at, state="failed", why=why))
        return "ok", {"call": made.id, **({"refused": why} if why else {})}
