"""What is said in a call, and by whom it was decided: a turn, an agent, or the call itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.dialogue.actions import Action, Say
from voice.equipment import Equipment
from voice.recording.taping import Taping
from voice.speaking import Speaking
from voice.standing import Standing
from voice.talk import Talk


class Saying:
    """One a call."""

    def __init__(
        self, speaking: Speaking, talk: Talk, taping: Taping, standing: Standing, equipment: Equipment
    ) -> None:
        self._speaking = speaking
        self._talk = talk
        self._taping = taping
        self._standing = standing
        self._equipment = equipment
        self._asked: tuple[Say, ...] = ()  # what was said last

    def say(self, say: Say, row: int = 0) -> None:
        """As a turn decided. row: seq of its journal row, so that the recording is heard from where it was said."""
        if self._standing.hushed:
            return
        if say.secret:
            self._taping.secret()
        self._speaking.say(
            say.speech,
            say.language,
            barge_in=say.barge_in == "allow",
            pace=say.pace,
            speech_after=say.speech_after,
            row=row,
        )

    def of_our_own(self, words: Mapping[str, str]) -> None:
        """By language: what no turn decides."""
        if self._standing.hushed:
            return
        language = self._talk.language
        self._speaking.say(words.get(language, ""), language, pace=self._talk.pace)

    def of_agents(self, text: str, row: int) -> None:
        self._speaking.say(text, self._talk.language, pace=self._talk.pace, row=row)

    def asks(self, actions: Sequence[Action]) -> None:
        """A turn decided this: what it says is what a caller who was lost hears again."""
        self._asked = tuple(action for action in actions if isinstance(action, Say)) or self._asked

    def again(self) -> None:
        for say in self._asked:
            self.say(say)

    async def foresee(self) -> None:
        """What will probably be said next is rendered meanwhile."""
        talk, likely = self._talk, self._equipment.likely
        if likely is not None and talk.session is not None and not self._standing.over:
            self._speaking.foresee(await likely(talk.session, talk.expectation))
