"""How a call ends from our side: the last words, the line, the conversation."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from bot.errors import GovorunError
from voice.errands import Errands
from voice.ports import CallLeg
from voice.saying import Saying
from voice.speaking import Speaking
from voice.standing import Standing
from voice.talk import Talk
from voice.transfer import LEFT_ALONE_S

log = logging.getLogger(__name__)


class Ending:
    """One a call."""

    def __init__(
        self, leg: CallLeg, speaking: Speaking, saying: Saying, talk: Talk, standing: Standing, errands: Errands
    ) -> None:
        self._leg = leg
        self._speaking = speaking
        self._saying = saying
        self._talk = talk
        self._standing = standing
        self._errands = errands

    def close(self, words: Mapping[str, str]) -> None:
        """Say that the line is closed, and close it."""
        if not self._standing.closing:
            self._standing.closing = True
            self._speaking.drop()
            self._saying.of_our_own(words)
            self.finish()

    def finish(self) -> None:
        """Hang up once all is said."""
        self._errands.run(self._finish())

    async def _finish(self) -> None:
        await self._speaking.all_said(LEFT_ALONE_S)
        await self._leg.hang_up()

    async def leave(self, reason: str) -> None:
        """The line is over. If the conversation can't be told so now, it is swept."""
        try:
            await self._talk.leave(reason)
        except GovorunError as error:
            log.error("the end of a call was not taken: %s", error)
