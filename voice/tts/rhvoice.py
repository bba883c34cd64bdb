"""RHVoice: Russian (and English) speech by Debian's library; streams, first sound after some 5-100 ms.

A thin binding of RHVoice.h (LGPL 2.1, library 1.x). Packages: librhvoice5, rhvoice-russian, rhvoice-english.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from queue import LifoQueue, SimpleQueue

import numpy as np

from bot.errors import Both, PartMissing
from voice.audio import Samples, joined
from voice.errors import EngineFailed
from voice.tts.polish import Polish, gain_for

LICENCES = {
    # of the voices in Debian's packages, by name; any other voice is non-commercial
    "anna": "LGPL-2.1",
    "elena": "LGPL-2.1",
    "irina": "LGPL-2.1",
    "aleksandr": "LGPL-2.1",
    "aleksandr-hq": "CC-BY-SA-4.0",
    "alan": "LGPL-2.1",
    "bdl": "LGPL-2.1",
    "clb": "LGPL-2.1",
    "slt": "LGPL-2.1",
}
AT_ONCE = 2  # engines a voice; each is 4 ms to make and speaks twenty times faster than it sounds
SAMPLE = {"ru": "Здравствуйте, чем я могу вам помочь сегодня?", "en": "Good morning, how can I help you today?"}
FIX = Both(
    "apt install librhvoice5 rhvoice-russian (in Debian's non-free component)",
    "apt install librhvoice5 rhvoice-russian (в Debian — раздел non-free)",
)

_SetRate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_PlaySpeech = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_uint, ctypes.c_void_p)


class _Callbacks(ctypes.Structure):
    """RHVoice_callbacks; those not wanted must be null."""

    _fields_ = (
        ("set_sample_rate", _SetRate),
        ("play_speech", _PlaySpeech),
        ("process_mark", ctypes.c_void_p),
        ("word_starts", ctypes.c_void_p),
        ("word_ends", ctypes.c_void_p),
        ("sentence_starts", ctypes.c_void_p),
        ("sentence_ends", ctypes.c_void_p),
        ("play_audio", ctypes.c_void_p),
        ("done", ctypes.c_void_p),
    )


class _InitParams(ctypes.Structure):
    _fields_ = (
        ("data_path", ctypes.c_char_p),
        ("config_path", ctypes.c_char_p),
        ("resource_paths", ctypes.POINTER(ctypes.c_char_p)),
        ("callbacks", _Callbacks),
        ("options", ctypes.c_uint),
    )


class _SynthParams(ctypes.Structure):
    _fields_ = (
        ("voice_profile", ctypes.c_char_p),
        ("absolute_rate", ctypes.c_double),  # -1..1
        ("absolute_pitch", ctypes.c_double),
        ("absolute_volume", ctypes.c_double),
        ("relative_rate", ctypes.c_double),  # 1 is the voice's own
        ("relative_pitch", ctypes.c_double),
        ("relative_volume", ctypes.c_double),
        ("punctuation_mode", ctypes.c_int),
        ("punctuation_list", ctypes.c_char_p),
        ("capitals_mode", ctypes.c_int),
        ("flags", ctypes.c_int),
    )


class _VoiceInfo(ctypes.Structure):
    _fields_ = (
        ("language", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("gender", ctypes.c_int),
        ("country", ctypes.c_char_p),
    )


def _library() -> ctypes.CDLL:
    """Raises PartMissing."""
    names = [os.environ.get("GOVORUN_RHVOICE_LIB"), ctypes.util.find_library("RHVoice"), "libRHVoice.so.5"]
    for name in filter(None, names):
        try:
            library = ctypes.CDLL(name)
            break
        except OSError:
            continue
    else:
        raise PartMissing(Both("RHVoice is not installed", "RHVoice не установлен"), where="libRHVoice.so", fix=FIX)
    library.RHVoice_get_version.restype = ctypes.c_char_p
    library.RHVoice_new_tts_engine.argtypes = (ctypes.POINTER(_InitParams),)
    library.RHVoice_new_tts_engine.restype = ctypes.c_void_p
    library.RHVoice_delete_tts_engine.argtypes = (ctypes.c_void_p,)
    library.RHVoice_delete_tts_engine.restype = None
    library.RHVoice_get_number_of_voices.argtypes = (ctypes.c_void_p,)
    library.RHVoice_get_number_of_voices.restype = ctypes.c_uint
    library.RHVoice_get_voices.argtypes = (ctypes.c_void_p,)
    library.RHVoice_get_voices.restype = ctypes.POINTER(_VoiceInfo)
    library.RHVoice_new_message.argtypes = (
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.POINTER(_SynthParams),
        ctypes.c_void_p,
    )
    library.RHVoice_new_message.restype = ctypes.c_void_p
    library.RHVoice_delete_message.argtypes = (ctypes.c_void_p,)
    library.RHVoice_delete_message.restype = None
    library.RHVoice_speak.argtypes = (ctypes.c_void_p,)
    library.RHVoice_speak.restype = ctypes.c_int
    return library


def _data() -> Path:
    for place in (os.environ.get("GOVORUN_RHVOICE_DATA"), "/usr/share/RHVoice", "/usr/local/share/RHVoice"):
        if place and (Path(place) / "voices").is_dir():
            return Path(place)
    raise PartMissing(
        Both("RHVoice has no voices on this machine", "у RHVoice на этой машине нет голосов"),
        where="/usr/share/RHVoice",
        fix=FIX,
    )


class _Engine:
    """One RHVoice engine; speaks one text at a time and pushes its raw sound into `chunks`, None at the end."""

    def __init__(self, library: ctypes.CDLL, data: Path) -> None:
        self._library = library
        self.chunks: SimpleQueue[Samples | None] = SimpleQueue()
        self.rate = 24_000
        self.stop = False
        callbacks = _Callbacks(set_sample_rate=_SetRate(self._set_rate), play_speech=_PlaySpeech(self._play))
        nothing = (ctypes.c_char_p * 1)(None)
        # RHVoice keeps pointers into these, so they live as long as the engine
        self._params = _InitParams(str(data).encode(), b"/etc/RHVoice", nothing, callbacks, 0)
        self._handle = library.RHVoice_new_tts_engine(ctypes.byref(self._params))
        if not self._handle:
            raise PartMissing(Both("RHVoice does not start", "RHVoice не запускается"), where=str(data), fix=FIX)

    def voices(self) -> dict[str, str]:
        """Name to language: {"anna": "ru", …}."""
        infos = self._library.RHVoice_get_voices(self._handle)
        count = self._library.RHVoice_get_number_of_voices(self._handle)
        return {infos[i].name.decode().lower(): infos[i].language.decode() for i in range(count)}

    def speak(self, text: str, params: _SynthParams) -> bool:
        """Blocks until all is said or `stop` is set; False when the text was refused."""
        raw = text.encode()
        self.stop = False
        try:
            message = self._library.RHVoice_new_message(self._handle, raw, len(raw), 0, ctypes.byref(params), None)
            if not message:
                return False
            self._library.RHVoice_speak(message)
            self._library.RHVoice_delete_message(message)
            return True
        finally:
            self.chunks.put(None)

    def close(self) -> None:
        self._library.RHVoice_delete_tts_engine(self._handle)

    def _set_rate(self, rate: int, _data: object) -> int:
        self.rate = rate
        return 1

    def _play(self, samples: object, count: int, _data: object) -> int:
        raw = ctypes.string_at(samples, count * 2)  # type: ignore[arg-type]
        self.chunks.put(np.frombuffer(raw, np.int16))
        return 0 if self.stop else 1


class RhVoice:
    """One voice of RHVoice; a Synthesizer. Raises PartMissing when the library or the voice isn't there."""

    engine = "rhvoice"

    def __init__(self, voice: str, lang: str, speed: float = 1.0) -> None:
        self._library, self._data = _library(), _data()
        self.voice, self.lang = voice, lang
        self.forbidden = "" if voice in LICENCES else "for non-commercial use only"
        first = _Engine(self._library, self._data)
        known = first.voices()
        if voice not in known:
            names = ", ".join(name for name, its in known.items() if its == lang) or "none for this language"
            raise PartMissing(
                Both(f"RHVoice has no voice '{voice}'", f"у RHVoice нет голоса '{voice}'"),
                where="voices",
                fix=Both(f"There are: {names}", f"Есть: {names}"),
            )
        self._speed = speed
        self.version = f"{self._library.RHVoice_get_version().decode()}x{speed:g}"
        self._free: LifoQueue[_Engine] = LifoQueue()
        self._free.put(first)
        for _ in range(AT_ONCE - 1):
            self._free.put(_Engine(self._library, self._data))
        sample = joined(list(self._raw(SAMPLE[lang], first_rate := [24_000])))
        self._gain = gain_for(sample, first_rate[0])

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        rate = [24_000]
        polish: Polish | None = None
        for chunk in self._raw(text, rate, pace):
            polish = polish or Polish(rate[0], self._gain)
            if len(out := polish.feed(chunk)):
                yield out
        if polish and len(out := polish.flush()):
            yield out

    def close(self) -> None:
        for _ in range(AT_ONCE):
            self._free.get().close()

    def _raw(self, text: str, rate: list[int], pace: float = 1.0) -> Iterator[Samples]:
        if not text.strip():
            return
        params = _SynthParams(self.voice.capitalize().encode(), 0, 0, 0, self._speed * pace, 1, 1, 0, None, 0, 0)
        engine = self._free.get()
        said: list[bool] = []
        thread = threading.Thread(target=lambda: said.append(engine.speak(text, params)), name="rhvoice", daemon=True)
        thread.start()
        try:
            while (chunk := engine.chunks.get()) is not None:
                rate[0] = engine.rate
                yield chunk
        finally:
            engine.stop = True
            thread.join()
            while not engine.chunks.empty():
                engine.chunks.get()
            self._free.put(engine)
        if said == [False]:
            raise EngineFailed("RHVoice refused this text", where=f"rhvoice/{self.voice}")
