"""A caller as people are: listens to the question, answers it, and says it again when asked again.

The recogniser is real and mishears now and then, so no test may stand on one hearing of one sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from tests.spine.served import Served
from tests.voice.peers import Baresip, PhoneCall
from voice.audio import Samples

Speak = Callable[[str], Samples]
QUIET_S = 0.8  # longer than the bot's own pauses between sentences
TRIES = 4  # the bot hands over to a person after three misses
NOTHING: Mapping[str, str] = {}


class Caller:
    """number: as the conversations show it, '+79051230001'."""

    def __init__(self, served: Served, number: str, line: PhoneCall | Baresip, speak: Speak) -> None:
        self.number = number
        self._served = served
        self._line = line
        self._speak = speak
        self._call: str | None = None  # its conversation's id

    async def transcript(self) -> list[dict[str, Any]]:
        """Of this call; empty before it has begun."""
        if self._call is None:
            calls = await calls_of(self._served, self.number)
            self._call = next((each["id"] for each in calls if each["status"] != "ended"), None)
        whole = await self._served.get(f"/api/conversations/{self._call}") if self._call else {"transcript": []}
        return list(whole["transcript"])

    async def hears(self, word: str, *, after: int = 0, within_s: float = 60) -> str:
        """Wait for a line of the bot's with that word, among those after the first `after`; the line."""
        lines: list[dict[str, Any]] = []
        try:
            async with asyncio.timeout(within_s):
                while True:
                    lines = await self.transcript()
                    for line in lines[after:]:
                        if line["who"] == "bot" and word in line["text"].lower():
                            return str(line["text"])
                    await asyncio.sleep(0.2)
        except TimeoutError:
            raise AssertionError(f"the bot did not say {word!r}: {_written(lines)}") from None

    async def listens(self, within_s: float = 60) -> None:
        """Until the bot has said its say."""
        async with asyncio.timeout(within_s):
            while self._line.quiet_s < QUIET_S:
                await asyncio.sleep(0.05)

    async def says(self, words: str, until: str, asked: Mapping[str, str] = NOTHING) -> str:
        """Answer the question, again where it is asked again, until the bot says that; the bot's line. asked: what is
        said instead to a question with that word, by one of whom a part was misheard."""

        def answer(question: str) -> None:
            said = next((told for word, told in asked.items() if word in question), words)
            self._line.say(self._speak(said))

        return await self._answers(answer, until)

    async def presses(self, keys: str, until: str) -> str:
        line = self._line
        assert isinstance(line, PhoneCall)
        return await self._answers(lambda _: [line.press(key) for key in keys], until)

    async def _answers(self, answer: Callable[[str], object], until: str) -> str:
        """answer: gets the bot's last line, in small letters."""
        begun = len(await self.transcript())
        lines: list[dict[str, Any]] = []
        for _ in range(TRIES):
            await self.listens()
            lines = await self.transcript()
            before = len(lines)
            answer(next((str(line["text"]).lower() for line in reversed(lines) if line["who"] == "bot"), ""))
            async with asyncio.timeout(60):
                while True:
                    await asyncio.sleep(0.2)
                    lines = await self.transcript()
                    said = [str(line["text"]) for line in lines[begun:] if line["who"] == "bot"]
                    for text in said:
                        if until in text.lower():
                            return text
                    if any(line["who"] == "bot" for line in lines[before:]):
                        break  # it says something else: it has not understood
            await asyncio.sleep(QUIET_S)  # its words are on the way to the line
        raise AssertionError(f"the bot did not say {until!r}: {_written(lines[begun:])}")


async def calls_of(served: Served, number: str) -> list[dict[str, Any]]:
    """Conversations with that caller, the newest first, with their transcripts."""
    found = await served.get("/api/conversations?channel=sip")
    theirs = [each for each in found if number in each["sender"]]
    return [await served.get(f"/api/conversations/{each['id']}") for each in theirs]


def _written(lines: list[dict[str, Any]]) -> str:
    return "\n".join(f"{line['who']}: {line['text']}" for line in lines)
