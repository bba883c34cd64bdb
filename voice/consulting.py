"""An agent's telephone was answered: who calls and why is told in a sentence, and they take the caller or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from bot.dialogue.meaning import Language
from voice.audio import FRAME_MS
from voice.equipment import Equipment
from voice.hearing import Hearing, Said, Told
from voice.ports import CallLeg, Digit, Ended, Hint
from voice.speaking import Speaking

Answer = Literal["accepted", "refused", "gone"]

TAKES, REFUSES = "1", "2"
BREATH_MS = 400  # between "hello?" at the other end and our words: the receiver is still on its way to the ear
THINKS_MS = 8_000  # after the sentence, before it is said once more
ANSWER_WORDS = 4  # a machine's greeting has more, and a "да" somewhere in it is no answer
SAID_TWICE = 2  # and then it is a no: an answering machine has nothing to say to it


class Consultation:
    """One agent's line, until the answer is known; the line is left as it is.

    stays: the agent takes the caller by staying on the line to the end of the sentence; else by 1 or a yes.
    """

    def __init__(
        self,
        leg: CallLeg,
        equipment: Equipment,
        *,
        language: Language,
        stays: bool,
        agrees: Callable[[str, Language], bool | None] | None,
    ) -> None:
        """agrees: whether words mean yes or no; None of what is neither."""
        self._leg = leg
        self._equipment = equipment
        self._language = language
        self._stays = stays
        self._agrees = agrees
        self._speaking = Speaking(leg, equipment.voices, lambda name, value: None)
        self._answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    async def ask(self, sentence: str, question: str) -> Answer:
        """sentence: who calls and why. question: which key does what, for who doesn't stay."""
        words = sentence if self._stays else f"{sentence} {question}".strip()
        vad = self._equipment.vads.take()
        hearing = Hearing(vad, self._equipment.ears, self._heard)
        hearing.expect(Hint(lang=self._language, kind="yesno"))
        tasks = [
            asyncio.create_task(self._listen(hearing, words), name="consult-listen"),
            asyncio.create_task(self._watch(), name="consult-watch"),
        ]
        try:
            waited: list[asyncio.Future[Any]] = [self._answer, *tasks]  # a line that ends says nothing more
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            return self._answer.result() if self._answer.done() else "gone"
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._speaking.drop()
            self._speaking.close()
            hearing.close()
            self._equipment.vads.give_back(vad)

    async def _listen(self, hearing: Hearing, words: str) -> None:
        """The agent's line counts the time: words after a breath, once more after a while, then it is a no."""
        said = quiet = frames = 0
        told = False  # once, to its end
        async for frame in self._leg.frames():
            frames += 1
            if self._speaking.tick():
                self._speaking.fill()
            # "Да, слушаю" of who picks up is no yes, nor is a machine's greeting; a key is heard at any time.
            hearing.hear(frame, deaf=partial(bool, self._stays or not told))
            if frames * FRAME_MS < BREATH_MS:
                continue
            quiet = quiet + 1 if self._speaking.idle and not hearing.active else 0
            told = told or bool(said and self._speaking.idle)
            if not said:
                said = 1
                self._speaking.say(words, self._language)
            elif quiet and self._stays:
                self._is("accepted")
                return
            elif quiet * FRAME_MS >= THINKS_MS:
                if said >= SAID_TWICE:
                    self._is("refused")
                    return
                said += 1
                quiet = 0
                self._speaking.say(words, self._language)

    async def _watch(self) -> None:
        async for event in self._leg.events():
            if isinstance(event, Ended):
                self._is("gone")
            elif isinstance(event, Digit) and event.key in (TAKES, REFUSES):
                self._is("accepted" if event.key == TAKES else "refused")

    def _heard(self, told: Told) -> None:
        if isinstance(told, Said) and self._agrees is not None:
            short = len(told.text.split()) <= ANSWER_WORDS
            agreed = self._agrees(told.text, self._language) if short else None
            if agreed is not None:
                self._is("accepted" if agreed else "refused")

    def _is(self, answer: Answer) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)
