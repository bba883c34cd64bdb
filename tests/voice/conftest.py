"""Real engines for the tests that ask for them. A caller never has the bot's own voice."""

import pytest

from tests.voice import lines
from voice import weights
from voice.asr.whisper import Whisper
from voice.tts.rhvoice import RhVoice


@pytest.fixture(params=lines.STACKS)
def stack(request, monkeypatch):
    """Each SIP stack in turn makes the lines of the test. Of one alone: parametrize("stack", [...], indirect=True)."""
    if request.param == "pjsua2":
        pytest.importorskip("pjsua2", reason="an extra: pip install govorun[pjsua2]")
    monkeypatch.setattr(lines, "chosen", [request.param])
    return request.param


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
