"""Real engines for the tests that ask for them. A caller never has the bot's own voice."""

import pytest

from voice import weights
from voice.asr.whisper import Whisper
from voice.tts.rhvoice import RhVoice


@pytest.fixture(scope="session")
def whisper():
    if not weights.present("whisper-base"):
        weights.pull("whisper-base")
    engine = Whisper()
    engine.load()
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def caller():
    """Speaks as a caller: `caller("ru")` is a voice that the bot never uses."""
    voices: dict[str, RhVoice] = {}

    def of(lang: str) -> RhVoice:
        if lang not in voices:
            voices[lang] = RhVoice({"ru": "aleksandr", "en": "bdl"}[lang], lang)
        return voices[lang]

    yield of
    for voice in voices.values():
        voice.close()
