"""A call's side of its conversation: the turns it takes, and where they have left the two."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.dialogue.actions import End
from bot.dialogue.events import AgentJoined, AgentLeft, Event, Left, Started
from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.scenario import Recorded
from bot.dialogue.session import Session, Status
from bot.dialogue.values import Value
from bot.ports import Further, Identity, Inbound, Outcome, Row, Turns

STATUS_AFTER: Mapping[type, Status] = {AgentJoined: "agent", AgentLeft: "bot", End: "ended", Left: "ended"}


class Talk:
    """session, expectation: as the latest turn left them; None before the first."""

    def __init__(
        self,
        turns: Turns,
        leg: str,
        *,
        channel: str,
        caller: str,
        identity: Identity,
        language: Language | None,
        scenarios: str,
        scenario: str | None,
        given: Mapping[str, Value],
        record: Recorded = "",
        answered: str = "",
        message: bool = False,
        about: int | None = None,
    ) -> None:
        """leg: its id, from which events have theirs. caller: a number, or '' for none. record, answered,
        message: as of `Started`."""
        self.session: Session | None = None
        self.expectation = Expectation()
        self._turns = turns
        self._leg = leg
        self._channel = channel
        self._caller = caller
        self._identity = identity
        self._language = language
        self._scenarios = scenarios
        self._scenario = scenario
        self._given = given
        self._record: Recorded = record
        self._answered = answered
        self._message = message
        self._about = about
        self._numbers = itertools.count(1)
        self._seen: set[int] = set()  # journal rows that were said or need not be
        self._latest = 0  # the last journal row of our own turns

    @property
    def language(self) -> Language:
        return self.session.language if self.session else self._language or "ru"

    @property
    def pace(self) -> float:
        return self.session.pace if self.session else 1.0

    @property
    def status(self) -> Status | None:
        """None before the first turn."""
        return self.session.status if self.session else None

    async def take(self, event: Event, perform: Further | None = None) -> Outcome:
        """One turn. Raises what `Turns.take` does, and then nothing has changed.

        perform: what follows when other programs answer; without it all of that is waited for.
        """

        async def further(outcome: Outcome) -> None:
            self._took(outcome)
            assert perform is not None
            await perform(outcome)

        outcome = await self._turns.take(
            Inbound(
                event=event,
                channel=self._channel,
                identity=self._identity,
                conversation=self.session.conversation if self.session else None,
                medium="voice",
                scenarios=self._scenarios,
                scenario=self._scenario,
                given=self._given,
                language=self._language,
                about=self._about,
            ),
            perform and further,
        )
        self._took(outcome)
        return outcome

    def _took(self, outcome: Outcome) -> None:
        """An answer of another program may be known before the turn that was committed before it."""
        self._seen.update(row.seq for row in outcome.rows)
        latest = max([0 if outcome.rows else self._latest, *(row.seq for row in outcome.rows)])
        if latest >= self._latest:
            self.session = outcome.session
            self.expectation = outcome.expectation
            self._latest = latest

    async def leave(self, reason: str) -> None:
        """The conversation ends with the line, unless it has ended already or never began."""
        if self.session is not None and self.session.status != "ended":
            await self.take(self.event(Left, reason=reason))

    def news(self, row: Row) -> bool:
        """Whether this row is another's and was not told of before."""
        new = self.session is not None and row.seq not in self._seen
        if new:
            self._seen.add(row.seq)
        return new

    def follow(self, row: Row) -> bool:
        """Take over the status that another's row brought; whether it brought one."""
        status = STATUS_AFTER.get(type(row.entry))
        if status is None or self.session is None or (status != "ended" and row.seq <= self._latest):
            return False
        self.session = replace(self.session, status=status)
        if status != "ended":
            self.expectation = self._turns.expectation(self.session)
        return True

    def event(self, kind: type[Event], **fields: Any) -> Event:
        return kind(id=f"{self._leg}/{next(self._numbers)}", at=datetime.now(UTC), **fields)

    def started(self) -> Event:
        return self.event(
            Started,
            medium="voice",
            channel=self._channel,
            language=self._language or "ru",
            caller=self._caller,
            record=self._record,
            answered=self._answered,
            message=self._message,
        )
