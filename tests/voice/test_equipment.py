"""What a switchboard says when engines or weights are missing, and that it takes calls all the same."""

import pytest

from bot.errors import PartMissing
from tests.voice.peers import Phone, free_port
from voice.audio import EMPTY
from voice.switchboard import Lines, Switchboard
from voice.tts.choice import Choice

pytestmark = pytest.mark.voice


class Mute:
    engine = voice = version = lang = "mute"

    def speak(self, text: str, pace: float = 1.0):
        yield EMPTY

    def close(self) -> None: ...


@pytest.fixture
def quick(monkeypatch):
    asked: list[tuple[str, str, float]] = []

    def choose(language: str, voice: str = "", speed: float = 1.0) -> Choice:
        asked.append((language, voice, speed))
        return Choice(synthesizer=Mute())

    monkeypatch.setattr("voice.switchboard.choose", choose)
    return asked


async def warmed(lines: Lines) -> tuple[Switchboard, dict]:
    given: dict = {}

    def equipment(ears, prompts):
        given.update(ears)
        return {}

    board = Switchboard(lines, equipment)
    await board.warm(())
    await board.close()
    return board, given


async def test_without_weights_calls_are_taken_by_keys_and_the_loss_is_said(tmp_path, monkeypatch, quick):
    monkeypatch.setenv("GOVORUN_MODELS", str(tmp_path))
    board, ears = await warmed(Lines(data=tmp_path))
    assert ears == {}
    assert "govorun models pull whisper-base" in board.warnings[0]
    assert "callers use the keys" in board.warnings[0]


async def test_a_recogniser_nobody_has_costs_its_language_only(tmp_path, quick, whisper):
    board, ears = await warmed(Lines(data=tmp_path, ears={"en": f"vosk:{tmp_path}/none"}))
    assert set(ears) == {"ru"}
    assert len(board.warnings) == 1
    assert "speech in 'en'" in board.warnings[0]


async def test_the_voices_and_the_pace_that_were_set_are_asked_for(tmp_path, quick, whisper):
    await warmed(Lines(data=tmp_path, voices={"ru": "rhvoice/elena"}, speed=1.2))
    assert quick == [("ru", "rhvoice/elena", 1.2), ("en", "", 1.2)]


async def test_without_any_voice_there_are_no_calls(tmp_path, monkeypatch):
    def choose(*_: object) -> Choice:
        raise PartMissing("nothing speaks", where="tts")

    monkeypatch.setattr("voice.switchboard.choose", choose)
    with pytest.raises(PartMissing, match="nothing on this machine can speak"):
        await warmed(Lines(data=tmp_path))


async def test_who_calls_before_all_is_loaded_gets_503_at_once(tmp_path):
    board = Switchboard(Lines(port=free_port(), data=tmp_path), lambda ears, prompts: None)
    await board.open()
    try:
        async with Phone() as phone:
            assert (await phone.call(f"sip:100@127.0.0.1:{board._lines.port}")).refused == 503
    finally:
        await board.close()
