"""What a call makes of the caller's voice: whether the prompt stops, goes on or is dropped; which words are a turn."""

from __future__ import annotations

import logging

from bot.dialogue.events import Utterance
from voice.answering.listening import Listening
from voice.asides import NEVER, NOTICED_MS, is_aside, is_offered, needs
from voice.equipment import Equipment
from voice.hearing import Aside, Hearing, Said, Talking, Told
from voice.keying import Keying
from voice.recording.taping import Taping
from voice.saying import Saying
from voice.silences import Silences
from voice.speaking import Speaking
from voice.standing import Standing
from voice.talk import Talk
from voice.todo import Todo

log = logging.getLogger(__name__)

UNCLEAR = "…"  # stands in the transcript for speech that no words were found in


class Attention:
    """One a call: what `Hearing` tells, and what it asks."""

    def __init__(
        self,
        talk: Talk,
        speaking: Speaking,
        saying: Saying,
        keying: Keying,
        silences: Silences,
        taping: Taping,
        standing: Standing,
        todo: Todo,
        equipment: Equipment,
        listening: Listening | None,
    ) -> None:
        self._talk = talk
        self._speaking = speaking
        self._saying = saying
        self._keying = keying
        self._silences = silences
        self._taping = taping
        self._standing = standing
        self._todo = todo
        self._equipment = equipment
        self._listening = listening
        self._crowded = False  # the caller was told that too many speak at once
        self._to_stop = False  # the caller speaks into the seconds that speech can't stop: after them it does

    def tick(self, hearing: Hearing) -> None:
        """Every frame."""
        if self._to_stop and (not hearing.talking or self._speaking.interrupt()):
            self._to_stop = False

    def heard(self, heard: Told) -> None:
        self._silences.broken()
        speaking, taping, standing = self._speaking, self._taping, self._standing
        if isinstance(heard, Talking):
            speaking.forget()
            self._to_stop = speaking.shielded
            taping.talking(heard.began_ms)
            if speaking.interrupt():
                took_ms = standing.now_ms - heard.began_ms
                self._equipment.measured("barge_in_ms", took_ms)
                conversation = self._talk.session.conversation if self._talk.session else ""
                log.debug("speech stopped a prompt", extra={"conversation": conversation, "ms": took_ms})
        elif isinstance(heard, Aside):
            taping.nothing()
            speaking.resume()
        elif isinstance(heard, Said) and self._listening is not None and self._listening.says(heard.text):
            taping.nothing()  # a machine's words: it is hushed for
        elif isinstance(heard, Said):
            self._said(heard)
        elif heard.busy and self._unheard():
            taping.nothing()
        elif heard.speech_ms >= NOTICED_MS and not speaking.stopped and not standing.to_its_end:
            speaking.drop()
            self._todo.put(Utterance, text=UNCLEAR, confidence=0.0)
        else:
            taping.nothing()
            speaking.resume()

    def _said(self, said: Said) -> None:
        self._keying.keypad.clear()
        if self._standing.to_its_end:
            self._speaking.resume()
        else:
            self._speaking.drop()
        self._equipment.measured("silence_ms", said.decided_ms - said.ended_ms)
        self._equipment.measured("words_ms", self._standing.now_ms - said.decided_ms)
        self._speaking.owe("reply_ms", said.ended_ms)
        since = self._standing.now_ms - said.began_ms
        self._todo.put(Utterance, text=said.text, confidence=said.confidence, since_ms=since)

    def _unheard(self) -> bool:
        """Nobody could listen: the caller is told once to use the keys. Whether that was now."""
        self._equipment.unheard()
        if self._crowded or self._standing.to_its_end or not self._equipment.crowded:
            return False
        self._crowded = True
        self._speaking.drop()
        self._saying.of_our_own(self._equipment.crowded)
        return True

    async def is_whole(self, text: str) -> bool:
        whole = self._equipment.whole
        talk = self._talk
        return whole is not None and talk.session is not None and await whole(text, talk.session, talk.expectation)

    async def is_aside(self, text: str, speech_ms: int, confidence: float) -> bool:
        talk, speaking = self._talk, self._speaking
        if self._standing.to_its_end or talk.session is None:
            return False
        expectation = talk.expectation
        aside = is_aside(
            text,
            speech_ms,
            yesno=expectation.yesno,
            left_ms=speaking.left_ms,
            confidence=confidence,
            offered=is_offered(text, expectation.choices, talk.language),
            relayed=expectation.relayed,
        )
        if aside is False or self._equipment.understood is None:
            return bool(aside)
        least = needs(text, speech_ms, confidence, yesno=expectation.yesno)
        return least == NEVER or await self._equipment.understood(text, talk.session, expectation) < least
