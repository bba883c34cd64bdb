"""RHVoice's C library by ctypes: the calls of RHVoice.h that synthesis needs.

librhvoice5 is LGPL-2.1+; the Python packages that wrap it are GPL and stay out of this product. The header is the
same in 1.8 (Debian 12) and 1.14 (Debian 13). The library is found by its soname, the voices in /usr/share/RHVoice.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import PartMissing

SONAME = "libRHVoice.so.5"
DATA = Path("/usr/share/RHVoice")
CONFIGURATION = Path("/etc/RHVoice")
FIX = "sudo apt-get install librhvoice5 rhvoice-russian (Debian: component non-free), or make install"

_ON_RATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_ON_SPEECH = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_uint, ctypes.c_void_p)


class _Callbacks(ctypes.Structure):
    _fields_ = [
        ("set_sample_rate", _ON_RATE),
        ("play_speech", _ON_SPEECH),
        ("process_mark", ctypes.c_void_p),
        ("word_starts", ctypes.c_void_p),
        ("word_ends", ctypes.c_void_p),
        ("sentence_starts", ctypes.c_void_p),
        ("sentence_ends", ctypes.c_void_p),
        ("play_audio", ctypes.c_void_p),
        ("done", ctypes.c_void_p),
    ]


class _InitParams(ctypes.Structure):
    _fields_ = [
        ("data_path", ctypes.c_char_p),
        ("config_path", ctypes.c_char_p),
        ("resource_paths", ctypes.c_void_p),
        ("callbacks", _Callbacks),
        ("options", ctypes.c_uint),
    ]


class _VoiceInfo(ctypes.Structure):
    _fields_ = [
        ("language", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("gender", ctypes.c_int),
        ("country", ctypes.c_char_p),
    ]


class _SynthParams(ctypes.Structure):
    _fields_ = [
        ("voice_profile", ctypes.c_char_p),
        ("absolute_rate", ctypes.c_double),
        ("absolute_pitch", ctypes.c_double),
        ("absolute_volume", ctypes.c_double),
        ("relative_rate", ctypes.c_double),
        ("relative_pitch", ctypes.c_double),
        ("relative_volume", ctypes.c_double),
        ("punctuation_mode", ctypes.c_int),
        ("punctuation_list", ctypes.c_char_p),
        ("capitals_mode", ctypes.c_int),
        ("flags", ctypes.c_int),
    ]


@dataclass(frozen=True, slots=True)
class Voice:
    """name: as the library spells it ('Anna'). language: a code ('ru')."""

    name: str
    language: str


def _load() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(SONAME)
    except OSError as error:
        raise PartMissing(f"RHVoice is not on this machine ({error})", fix=FIX) from None
    library.RHVoice_get_version.restype = ctypes.c_char_p
    library.RHVoice_new_tts_engine.argtypes = [ctypes.POINTER(_InitParams)]
    library.RHVoice_new_tts_engine.restype = ctypes.c_void_p
    library.RHVoice_delete_tts_engine.argtypes = [ctypes.c_void_p]
    library.RHVoice_get_number_of_voices.argtypes = [ctypes.c_void_p]
    library.RHVoice_get_number_of_voices.restype = ctypes.c_uint
    library.RHVoice_get_voices.argtypes = [ctypes.c_void_p]
    library.RHVoice_get_voices.restype = ctypes.POINTER(_VoiceInfo)
    library.RHVoice_new_message.argtypes = [
        ctypes.c_void_p,
        ctypes.c_char_p,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.POINTER(_SynthParams),
        ctypes.c_void_p,
    ]
    library.RHVoice_new_message.restype = ctypes.c_void_p
    library.RHVoice_delete_message.argtypes = [ctypes.c_void_p]
    library.RHVoice_speak.argtypes = [ctypes.c_void_p]
    library.RHVoice_speak.restype = ctypes.c_int
    return library


class RHVoice:
    """One engine of the library; loading it takes about 30 ms, a voice is loaded when it first speaks.

    Not thread-safe: one `speak` at a time. Raises PartMissing where the library or its voices are absent.
    """

    def __init__(self, data: Path = DATA, configuration: Path = CONFIGURATION) -> None:
        self._library = _load()
        self._take: Callable[[NDArray[np.int16], int], bool] = lambda samples, rate: False  # noqa: ARG005
        self._failed: BaseException | None = None
        self._rate = 0
        # The library keeps these pointers: they must live as long as the engine.
        self._callbacks = _Callbacks(set_sample_rate=_ON_RATE(self._on_rate), play_speech=_ON_SPEECH(self._on_speech))
        asked = _InitParams(str(data).encode(), str(configuration).encode(), None, self._callbacks, 0)
        self._engine: int | None = self._library.RHVoice_new_tts_engine(ctypes.byref(asked))
        if not self._engine:
            raise PartMissing("RHVoice has no voices", where=str(data), fix=FIX)

    @property
    def version(self) -> str:
        return str(self._library.RHVoice_get_version().decode())

    def voices(self) -> tuple[Voice, ...]:
        count = self._library.RHVoice_get_number_of_voices(self._engine)
        infos = self._library.RHVoice_get_voices(self._engine)
        return tuple(Voice(infos[i].name.decode(), infos[i].language.decode()) for i in range(count))

    def speak(
        self, text: str, voice: str, take: Callable[[NDArray[np.int16], int], bool], *, rate: float = 1.0
    ) -> bool:
        """Render the text, giving every piece of sound to take(int16 mono samples, Hz) as it is made.

        Blocking and CPU-bound, and it releases the GIL between pieces. take answers False to stop; what it raises
        is raised here. voice: a name, or 'Anna+Slt' where another voice reads another alphabet. rate: 1.0 is the
        voice's own. Returns whether the library accepted the text; text that speaks of nothing (' ', '...') is no
        error and gives no sound.
        """
        self._take, self._failed = take, None
        said = text.encode()
        manner = _SynthParams(voice_profile=voice.encode(), relative_rate=rate, relative_pitch=1.0, relative_volume=1.0)
        message = self._library.RHVoice_new_message(self._engine, said, len(said), 0, ctypes.byref(manner), None)
        if not message:
            return False
        try:
            accepted = bool(self._library.RHVoice_speak(message))
        finally:
            self._library.RHVoice_delete_message(message)
        if self._failed is not None:
            raise self._failed
        return accepted

    def close(self) -> None:
        engine, self._engine = self._engine, None
        if engine:
            self._library.RHVoice_delete_tts_engine(engine)

    def _on_rate(self, rate: int, _user: int | None) -> int:
        self._rate = rate
        return 1

    def _on_speech(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _user: int | None) -> int:
        # The memory is the library's and gone after this call: copy. An exception cannot cross C: keep it.
        try:
            piece = np.ctypeslib.as_array(samples, shape=(count,)).astype(np.int16, copy=True)
            return int(self._take(piece, self._rate))
        except BaseException as failed:  # noqa: BLE001, raised again by speak
            self._failed = failed
            return 0
