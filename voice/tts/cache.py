"""Rendered prompts: in memory for everyone, on disk for those that are the same in every call.

What a scenario says word for word is rendered before the first call (`fill`) and kept on disk. What carries a
name, a number or a date is rendered ahead (`ahead`) or while it is spoken (`stream`), and stays in memory only:
a customer's name leaves no file behind.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bot.errors import GovorunError
from voice.audio import EMPTY, Samples, joined, read, write
from voice.errors import EngineFailed
from voice.ports import Synthesizer
from voice.tts.recorded import Recordings, sound_of

MEMORY_BYTES = 64 << 20  # 70 minutes of speech
AHEAD = 64  # renderings under way or waiting; no more is begun ahead of its time
LIVE = 2  # renderings at once for callers who wait
KEPT_DAYS = 30  # a file nobody asked for so long is deleted
FORM = "2"  # of the sound itself; a change in voice.tts.polish that can be heard changes it

log = logging.getLogger(__name__)

Key = tuple[str, str]  # language, text
Spoken = tuple[str, str, float]  # the same at a pace; 1 is the voice's own


@dataclass(slots=True, eq=False)
class _Flight:
    """One rendering that several may wait for. work: to be cancelled if it has not begun. spare: nobody waits."""

    done: asyncio.Future[Samples]
    work: Future[None]
    ahead: bool
    spare: bool = False


class Crossing:
    """Chunks from the thread that renders to the loop that plays; 30-100 ms of sound each, so at most some
    hundred a second even from the quickest voice. Ends with None."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: asyncio.Queue[Samples | None] = asyncio.Queue()

    def put(self, chunk: Samples | None) -> None:
        """From the thread."""
        self._loop.call_soon_threadsafe(self._queue.put_nowait, chunk)

    async def chunks(self) -> AsyncIterator[Samples]:
        while (chunk := await self._queue.get()) is not None:
            yield chunk


class Prompts:
    """One a process, used from its event loop. voices: one a language. directory: None keeps nothing on disk."""

    def __init__(
        self,
        voices: Mapping[str, Synthesizer],
        directory: Path | None = None,
        memory: int = MEMORY_BYTES,
        recorded: Recordings | None = None,
    ) -> None:
        self._voices = voices
        self._recorded = recorded or Recordings()
        self._directory = directory
        self._memory = memory
        self._sounds: OrderedDict[Spoken, Samples] = OrderedDict()
        self._bytes = 0
        self._flights: dict[Spoken, _Flight] = {}
        self._live = ThreadPoolExecutor(LIVE, thread_name_prefix="tts-live")
        self._ahead = ThreadPoolExecutor(1, thread_name_prefix="tts-ahead")

    def ready(self, text: str, language: str, pace: float = 1.0) -> Samples | None:
        """The prompt, if it can be played now."""
        sound = self._sounds.get((language, text, pace))
        if sound is not None:
            self._sounds.move_to_end((language, text, pace))
        return sound

    async def get(self, text: str, language: str, pace: float = 1.0) -> Samples:
        """The whole prompt. Raises EngineFailed, also where nothing speaks that language."""
        if (sound := self.ready(text, language, pace)) is not None:
            return sound
        return await asyncio.shield(self._fly((language, text, pace)).done)

    async def stream(self, text: str, language: str, pace: float = 1.0) -> AsyncIterator[Samples]:
        """The prompt in pieces, the first as soon as there is one; kept whole, even if the reader leaves."""
        if (sound := self.ready(text, language, pace)) is not None:
            yield sound
            return
        key = (language, text, pace)
        if key in self._flights and not self._flights[key].work.cancel():
            yield await self.get(text, language, pace)
            return
        crossing = Crossing(asyncio.get_running_loop())
        flight = self._fly(key, crossing=crossing)
        async for chunk in crossing.chunks():
            yield chunk
        await asyncio.shield(flight.done)

    def ahead(self, texts: Collection[str], language: str, pace: float = 1.0) -> None:
        """Render these while there is time; they may never be wanted. Failures wait until somebody asks. Where much
        waits already, these are left out: who needs one hears it as it is made."""
        for text in texts:
            if len(self._flights) >= AHEAD:
                return
            key = (language, text, pace)
            if key not in self._sounds and key not in self._flights and language in self._voices:
                self._fly(key, ahead=True).spare = True

    def call_off(self, texts: Collection[str], language: str, pace: float = 1.0) -> None:
        """What was to be rendered `ahead`, has not begun and nobody asked for since: leave it."""
        for text in texts:
            key = (language, text, pace)
            flight = self._flights.get(key)
            if flight is not None and flight.spare and flight.work.cancel():
                del self._flights[key]
                flight.done.cancel()

    def record(self, recorded: Recordings) -> None:
        """These were recorded by now. What a prompt sounded like before is forgotten where that has changed."""
        before, self._recorded = self._recorded, recorded
        for key in [key for key in self._sounds if before.of(*key[:2]) or recorded.of(*key[:2])]:
            self._bytes -= self._sounds.pop(key).nbytes

    def speaks(self, language: str) -> bool:
        return language in self._voices

    async def fill(
        self,
        texts: Collection[Key],
        progress: Callable[[int, int], None] = lambda _done, _total: None,
        *,
        aside: bool = False,
    ) -> tuple[GovorunError, ...]:
        """Have these (language, text) ready, from disk or rendered now and kept on disk. progress: done, total.
        aside: while callers talk, so that none of them waits for it.

        A prompt that can't be rendered doesn't stop the others; it is tried again when it is to be said. Returns
        what went wrong, one error a prompt.
        """
        wanted = list(dict.fromkeys(texts))
        at_once = asyncio.Semaphore(LIVE)
        failed: list[GovorunError] = []
        done = 0
        progress(0, len(wanted))

        async def have(key: Spoken) -> None:
            nonlocal done
            async with at_once:
                try:
                    await self._have(key, aside)
                except GovorunError as error:
                    failed.append(error)
            done += 1
            progress(done, len(wanted))

        await asyncio.gather(*(have((language, text, 1.0)) for language, text in wanted))
        if failed:
            log.warning("%d of %d prompts could not be rendered: %s", len(failed), len(wanted), failed[0])
        if self._directory:
            await asyncio.to_thread(_sweep, self._directory)
        return tuple(failed)

    async def _have(self, key: Spoken, aside: bool) -> None:
        """One prompt in memory, from disk if it is there; on disk if it wasn't."""
        if key in self._sounds:
            return
        file = self._file(key)
        if file and (kept := await asyncio.to_thread(_kept, file)) is not None:
            self._keep(key, kept)
            return
        rendered = await asyncio.shield(self._fly(key, ahead=aside).done)
        if file:
            await asyncio.to_thread(_write, file, rendered)

    def close(self) -> None:
        self._ahead.shutdown(wait=True, cancel_futures=True)
        self._live.shutdown(wait=True, cancel_futures=True)

    # --- rendering -----------------------------------------------------------------------------------

    def _fly(self, key: Spoken, *, ahead: bool = False, crossing: Crossing | None = None) -> _Flight:
        """The flight of this prompt: the one under way, or a new one. A caller who waits overtakes `ahead`."""
        loop = asyncio.get_running_loop()
        flight = self._flights.get(key)
        if flight and not crossing and not (flight.ahead and not ahead and flight.work.cancel()):
            flight.spare = False
            return flight
        done = flight.done if flight else loop.create_future()
        done.add_done_callback(_read_error)
        voice = self._voice(key[0])
        executor = self._ahead if ahead else self._live
        work = executor.submit(self._render, voice, key, loop, done, crossing)
        flight = self._flights[key] = _Flight(done, work, ahead)
        return flight

    def _render(
        self,
        voice: Synthesizer,
        key: Spoken,
        loop: asyncio.AbstractEventLoop,
        done: asyncio.Future[Samples],
        crossing: Crossing | None,
    ) -> None:
        """In a thread."""
        recording = self._recorded.of(*key[:2])
        pieces: list[Samples] = []
        error: BaseException | None = None
        try:
            for chunk in _recorded(recording) or voice.speak(key[1], key[2]):
                pieces.append(chunk)
                if crossing:
                    crossing.put(chunk)
        except BaseException as raised:  # noqa: BLE001 whatever a voice does, those who wait must hear of it
            error = raised
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(self._land, key, done, joined(pieces) if pieces else EMPTY, error)
            if crossing:
                crossing.put(None)

    def _land(self, key: Spoken, done: asyncio.Future[Samples], sound: Samples, error: BaseException | None) -> None:
        self._flights.pop(key, None)
        if error is not None:
            if not isinstance(error, GovorunError):
                log.error("a voice broke", exc_info=error)
                broken = EngineFailed(f"the voice broke ({type(error).__name__})", where=f"tts/{key[0]}")
                broken.__cause__, error = error, broken
            if not done.done():
                done.set_exception(error)
            return
        self._keep(key, sound)
        if not done.done():
            done.set_result(sound)

    def _keep(self, key: Spoken, sound: Samples) -> None:
        if (before := self._sounds.pop(key, None)) is not None:
            self._bytes -= before.nbytes
        self._sounds[key] = sound
        self._bytes += sound.nbytes
        while self._bytes > self._memory and len(self._sounds) > 1:
            self._bytes -= self._sounds.popitem(last=False)[1].nbytes

    def _voice(self, lang: str) -> Synthesizer:
        voice = self._voices.get(lang)
        if voice is None:
            raise EngineFailed(f"nothing on this machine speaks '{lang}'", where="tts", fix="See the log of the start")
        return voice

    def _file(self, key: Spoken) -> Path | None:
        if self._directory is None or self._recorded.of(*key[:2]):
            return None  # a recording is a file already, and may be made anew
        voice = self._voice(key[0])
        parts: tuple[str, ...] = (FORM, voice.engine, voice.voice, voice.version, key[0], key[1])
        if key[2] != 1.0:
            parts = (*parts, f"{key[2]:g}")
        return self._directory / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]}.wav"


def _recorded(file: Path | None) -> tuple[Samples, ...]:
    """What was recorded, at its own pace; nothing where it can't be used, and then the voice speaks."""
    if file is None:
        return ()
    try:
        return (sound_of(file),)
    except EngineFailed as error:
        log.warning("the voice speaks in place of a recording: %s", error)
        return ()


def _read_error(done: asyncio.Future[Samples]) -> None:
    """A failed prompt nobody asked for is no news; asking for it fails again, aloud."""
    if not done.cancelled():
        done.exception()


def _kept(file: Path) -> Samples | None:
    """A broken file counts as none and is rendered anew."""
    try:
        sound = read(file)
    except (OSError, ValueError):
        return None
    os.utime(file)
    return sound


def _write(file: Path, sound: Samples) -> None:
    """Whole or not at all. A full disk costs the next start some time, not this one its prompts."""
    part = file.with_suffix(f".{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(part, sound)
        part.replace(file)
    except OSError as error:
        log.warning("a prompt could not be kept in %s (%s); it is rendered again at the next start", file, error)
        with suppress(OSError):
            part.unlink()


def _sweep(directory: Path) -> None:
    oldest = time.time() - KEPT_DAYS * 86_400
    for file in [*directory.glob("*.wav"), *directory.glob("*.part")]:
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < oldest:
                file.unlink()
