"""Copies of our letters in the mailbox's folder for what was sent (RFC 6154 names it), for whoever reads there.

Some providers put one there themselves for each letter that went by their SMTP; so it is looked for by its Message-ID
first. A copy is a courtesy: where it can't be made, the letter has gone all the same.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP

from bot.channels.mailbox import Mailbox
from bot.channels.messenger import Refused

log = logging.getLogger(__name__)

AFTER_S = 5.0  # letters of so long go by one line; and so long a provider has for its own copy
PARTING_S = 5.0
MOST = 200  # letters that wait; more are not copied


class Copies:
    """folder: its name, "auto" for the one that the server names, "no" for none."""

    def __init__(self, mailbox: Mailbox, folder: str, *, after_s: float = AFTER_S, timeout_s: float = 30.0) -> None:
        self._mailbox = mailbox
        self._folder = folder
        self._after, self._timeout = after_s, timeout_s
        self._waiting: list[tuple[str, bytes]] = []
        self._work: asyncio.Task[None] | None = None
        self._hurry = asyncio.Event()

    def put(self, letter: EmailMessage) -> None:
        """Returns at once."""
        if self._folder == "no" or len(self._waiting) >= MOST:
            return
        self._waiting.append((str(letter["Message-ID"]), letter.as_bytes(policy=SMTP)))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._made())

    async def close(self) -> None:
        self._hurry.set()
        if self._work is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._work, PARTING_S)

    async def _made(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), self._after)
        while self._waiting:
            letters, self._waiting = self._waiting, []
            try:
                async with asyncio.timeout(self._timeout), self._mailbox.beside() as box:
                    found = await box.keep(letters, "" if self._folder == "auto" else self._folder)
            except (OSError, Refused, TimeoutError) as error:
                log.warning("email: copies of %d letters were not kept: %s", len(letters), type(error).__name__)
                continue
            if not found:
                log.info("email: the mailbox names no folder for what was sent; GOVORUN_EMAIL_SENT can")
