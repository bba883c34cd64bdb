"""Voice messages of messengers, heard by the recognisers of calls. Imported when the first one comes: a bot that only
reads and writes loads none."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from bot.dialogue.meaning import Expectation, Language
from bot.settings import Settings

if TYPE_CHECKING:
    from voice.ports import Recognizers

Shared = Callable[[], Awaitable["Mapping[str, Recognizers]"]]


class MessageEars:
    """A `ports.Ears`. shared: the recognisers of the telephone half by language, once they are warm."""

    def __init__(self, settings: Settings, shared: Shared | None = None) -> None:
        self._settings = settings
        self._shared = shared
        self._own: dict[str, Recognizers] = {}  # by name
        self._loading = asyncio.Lock()

    async def hear(self, sound: bytes, expectation: Expectation, language: Language) -> tuple[str, float] | None:
        """Raises PartMissing, WeightsMissing where nobody here can hear, and as ports.Ears has it."""
        from voice import hints, messages
        from voice.vad.silero import SileroVad

        engine = await self._engine(language)
        samples = await asyncio.to_thread(messages.decoded, sound)
        hint = await asyncio.to_thread(hints.hint, expectation, language)
        heard = await messages.hear(samples, hint, engine, await asyncio.to_thread(SileroVad))
        return (heard.text, heard.confidence) if heard else None

    def close(self) -> None:
        for engine in self._own.values():
            engine.close()

    async def _engine(self, language: Language) -> Recognizers:
        from voice.asr.choice import EARS, recognizers

        if self._shared is not None and (found := (await self._shared()).get(language)) is not None:
            return found
        name = {"ru": self._settings.ears_ru, "en": self._settings.ears_en}[language] or EARS
        async with self._loading:
            if name not in self._own:
                made = await asyncio.to_thread(recognizers, language, name, self._settings.decoders)
                await made.warm()
                self._own[name] = made
        return self._own[name]
