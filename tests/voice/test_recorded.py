"""A person's recordings in place of the voice: pairs of a text and a sound in a set's folder."""

import asyncio

import numpy as np
import pytest

from voice import audio
from voice.audio import RATE, Samples
from voice.errors import EngineFailed
from voice.tts.cache import Prompts
from voice.tts.polish import SPEECH_DBFS
from voice.tts.recorded import FOLDER, judged, recordings, sound_of

TEXT = "Здравствуйте! Это клиника."


def tone(ms: int, size: float = 6000, rate: int = RATE) -> Samples:
    return (size * np.sin(2 * np.pi * 500 * np.arange(ms * rate // 1000) / rate)).astype(np.int16)


def breath(ms: int, size: float = 3.0, rate: int = RATE) -> Samples:
    return (size * np.random.default_rng(1).standard_normal(ms * rate // 1000)).astype(np.int16)


class Machine:
    """A voice that says ten milliseconds of silence for each letter, so that nobody takes it for a recording."""

    engine, voice, version, lang, forbidden = "machine", "one", "1", "ru", ""

    def speak(self, text: str, pace: float = 1.0):
        yield audio.silence(10 * len(text))

    def close(self) -> None: ...


@pytest.fixture
def clinic(tmp_path):
    """The folder of a set; `put` records a text there."""
    folder = tmp_path / "clinic" / FOLDER / "ru"
    folder.mkdir(parents=True)

    def put(name: str, text: str, sound: Samples, rate: int = 44_100):
        (folder / f"{name}.txt").write_text(text, encoding="utf-8-sig")
        audio.write(folder / f"{name}.wav", sound, rate)
        return folder / f"{name}.wav"

    put.set = tmp_path / "clinic"
    put.folder = folder
    return put


def studio(ms: int, rate: int = 44_100) -> Samples:
    """As a studio sends it: silence around, some other loudness, another rate."""
    return np.concatenate((breath(400, rate=rate), tone(ms, 1500, rate), breath(600, rate=rate)))


async def test_just_these_words_are_heard_as_they_were_recorded(clinic, tmp_path):
    clinic("greeting", f"  {TEXT.replace(' ', chr(10))}\n", studio(900))
    prompts = Prompts({"ru": Machine()}, tmp_path / "cache", recorded=recordings([clinic.set]))
    try:
        sound = await prompts.get(TEXT, "ru")
        assert audio.duration_ms(sound) == pytest.approx(900, abs=60)
        assert audio.speech_level(sound) == pytest.approx(SPEECH_DBFS, abs=1)
        other = await prompts.get(TEXT + " Да?", "ru")
        assert not other.any()
    finally:
        prompts.close()
    assert not list((tmp_path / "cache").glob("*")), "a recording needs no second file"


async def test_what_was_recorded_anew_is_heard_without_a_restart(clinic):
    prompts = Prompts({"ru": Machine()}, recorded=recordings([clinic.set]))
    try:
        assert not (await prompts.get(TEXT, "ru")).any()
        clinic("greeting", TEXT, studio(500))
        prompts.record(recordings([clinic.set]))
        assert (await prompts.get(TEXT, "ru")).any()
        clinic("greeting", TEXT, studio(1500))
        prompts.record(recordings([clinic.set]))
        assert audio.duration_ms(await prompts.get(TEXT, "ru")) > 1200
    finally:
        prompts.close()


async def test_a_recording_that_cannot_be_read_leaves_the_word_to_the_voice(clinic, caplog):
    clinic("greeting", TEXT, studio(500)).write_bytes(b"no sound")
    prompts = Prompts({"ru": Machine()}, recorded=recordings([clinic.set]))
    try:
        assert len(await prompts.get(TEXT, "ru")) == RATE * 10 * len(TEXT) // 1000
    finally:
        prompts.close()
    assert "in place of a recording" in caplog.text


async def test_a_recording_streams_too(clinic):
    clinic("greeting", TEXT, studio(500))
    prompts = Prompts({"ru": Machine()}, recorded=recordings([clinic.set]))
    try:
        pieces = [piece async for piece in prompts.stream(TEXT, "ru", 0.8)]
        assert np.concatenate(pieces).any()
    finally:
        prompts.close()
    await asyncio.sleep(0)


def test_a_sound_without_words_and_words_that_are_no_text_are_told(clinic):
    audio.write(clinic.folder / "lonely.wav", tone(100))
    (clinic.folder / "odd.txt").write_bytes(b"\xff\xfe\x00")
    faults = recordings([clinic.set]).faults
    assert any("lonely.txt" in fault for fault in faults)
    assert any("odd.txt" in fault for fault in faults)


def test_of_two_sets_that_say_the_same_the_first_is_heard(clinic, tmp_path):
    mine = clinic("greeting", TEXT, tone(100))
    second = tmp_path / "pizza" / FOLDER / "ru"
    second.mkdir(parents=True)
    (second / "a.txt").write_text(TEXT)
    audio.write(second / "a.wav", tone(100))
    assert recordings([clinic.set, tmp_path / "pizza"]).of("ru", TEXT) == mine


def test_a_set_without_recordings_has_none(tmp_path):
    found = recordings([tmp_path / "nothing"])
    assert (found.sounds, found.faults) == ({}, ())


@pytest.mark.parametrize(
    ("sound", "told"),
    [
        (np.concatenate((breath(300), tone(500, 120), breath(300))), "too quiet"),
        (
            np.concatenate((breath(300), np.clip(tone(500, 30_000).astype(int) * 3, -32768, 32767).astype(np.int16))),
            "clip",
        ),
        (np.concatenate((breath(300, 900.0), tone(500, 6000), breath(300, 900.0))), "noisy"),
    ],
    ids=["quiet", "clipped", "noisy"],
)
def test_what_a_listener_would_mind_is_told(clinic, sound, told):
    (fault,) = judged(clinic("bad", TEXT, sound, RATE))
    assert told in fault


def test_a_good_recording_has_no_fault(clinic):
    assert judged(clinic("good", TEXT, studio(700))) == ()


@pytest.mark.parametrize(("sound", "told"), [(audio.silence(500), "silent"), (audio.silence(121_000), "longer than")])
def test_what_cannot_be_used_is_refused_with_a_reason(clinic, sound, told):
    with pytest.raises(EngineFailed, match=told):
        sound_of(clinic("bad", TEXT, sound, RATE))
