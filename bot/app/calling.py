"""Calls that somebody asks for: kept for whoever has a telephone, read and cancelled."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection

from bot.app.house import House
from bot.customers import called, terms
from bot.errors import NotFound, Unavailable
from bot.locale import said
from bot.outreach.rules import Rules, destination, hours
from bot.settings import Settings
from bot.stores import placed
from bot.stores.placed import Placed, Wanted

log = logging.getLogger("govorun.calls")

MAX_WAITING = 200  # requests; more are refused: whoever has so many needs a campaign, not single calls


def rules(settings: Settings) -> Rules:
    return Rules(allowed=tuple(settings.call_allowed), quiet=hours(settings.quiet_hours))


T = TypeVar("T")


class Calling:
    """What the API and the command ask of it, with or without a telephone in this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rules = rules(house.settings)

    async def request(self, wanted: Wanted) -> tuple[Placed, bool]:
        """Keep it for whoever has a telephone; whether it is new. Raises Unacceptable, Unavailable, Conflict
        in quiet hours, where the customer wants no calls, and where nobody says for which of a family it is."""
        to, now = destination(wanted.to), self._house.now()
        self._rules.check(to, now, forced=wanted.forced)

        def keep(tx: Connection) -> tuple[Placed, bool]:
            meant = called.for_whom(tx, to.number, wanted.customer, wanted.given)
            terms.may_call(tx, to.number, now, forced=wanted.forced, purpose=wanted.purpose)
            if placed.waiting(tx, datetime.now(UTC)) >= MAX_WAITING:
                raise Unavailable(
                    said("too many calls wait already", "слишком много звонков уже ждёт"),
                    fix=said("Try again when some are over", "Попробуйте, когда часть закончится"),
                )
            return placed.add(tx, replace(wanted, customer=meant), datetime.now(UTC))

        made, new = await self._write(keep)
        if new:
            await self._house.bus.publish("calls", {"requested": made.id})
        return made, new

    def telephone(self, address: str) -> None:
        """Whether an agent may name it as theirs. Raises Unacceptable."""
        self._rules.check_telephone(address)

    async def get(self, ident: str) -> Placed:
        """Raises NotFound."""
        found = await asyncio.to_thread(self._read, lambda tx: placed.get(tx, ident))
        if found is None:
            raise NotFound(said("no such call", "нет такого звонка"), where=ident[:80])
        return found

    async def latest(self, limit: int, state: placed.State | None, before: datetime | None) -> list[Placed]:
        return await asyncio.to_thread(
            self._read, lambda tx: placed.latest(tx, limit=limit, state=state, before=before)
        )

    async def cancel(self, ident: str) -> Placed:
        """One that is over stays as it ended. Raises NotFound."""
        found = await self._write(lambda tx: placed.cancel(tx, ident, datetime.now(UTC)))
        if found is None:
            raise NotFound(said("no such call", "нет такого звонка"), where=ident[:80])
        await self._house.bus.publish("calls", {"cancelled": ident})
        return found

    async def _write(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._house.database.writing() as tx:
                return work(tx)

        return await asyncio.to_thread(run)

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._house.database.reading() as tx:
            return work(tx)
