"""A call's recording: two channels, aligned, silent where it must be, whole on disk whatever happens."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from bot.dialogue.events import Utterance
from bot.dialogue.values import MASK
from tests.dialogue.small import SMALL
from tests.voice.test_call import SECOND, LineDouble, Ringing
from voice.audio import FRAME, RATE, Samples, from_alaw
from voice.recording.disk import Disk
from voice.recording.leg import RecordedLeg
from voice.recording.packing import MAKING, Packing, pack
from voice.recording.tape import HELD_FRAMES, Tape
from voice.recording.tones import HIGH, KEYS, LOW, ToneKeys
from voice.recording.wav import HEAD, PART, Growing, encoded, mended
from voice.tts.rhvoice import RhVoice

RECORDED = replace(SMALL, record="on")


def hum(frames: int, hertz: float, loudness: int = 4000) -> Samples:
    at = np.arange(frames * FRAME) / RATE
    return (loudness * np.sin(2 * np.pi * hertz * at)).astype(np.int16)


def key(name: str, ms: int, *, phase: float = 0.0, off: float = 0.0, twist_db: float = 0.0) -> Samples:
    row = next(at for at, names in enumerate(KEYS) if name in names)
    low, high = LOW[row], HIGH[KEYS[row].index(name)]
    at = np.arange(RATE * ms // 1000) / RATE
    louder = 10 ** (twist_db / 20)
    both = np.sin(2 * np.pi * low * (1 + off) * at + phase) + louder * np.sin(2 * np.pi * high * (1 + off) * at)
    return (5000 * both).astype(np.int16)


# --- the tape ----------------------------------------------------------------------------------------


class Deck:
    """A tape and the line beside it: each frame takes 20 ms off what is queued."""

    def __init__(self) -> None:
        self.tape = Tape()
        self.queued = 0
        self.out: list[Samples] = []

    def play(self, sound: Samples) -> None:
        self.tape.played(sound)
        self.queued += len(sound)

    def flush(self) -> None:
        self.tape.flushed(self.queued)
        self.queued = 0

    def hear(self, sound: Samples) -> None:
        for at in range(0, len(sound), FRAME):
            self.queued = max(0, self.queued - FRAME)
            self.out.append(self.tape.heard(sound[at : at + FRAME], self.queued))

    def still(self, frames: int) -> None:
        self.hear(np.zeros(frames * FRAME, np.int16))

    def whole(self) -> tuple[Samples, Samples]:
        pairs = np.concatenate([*self.out, self.tape.rest()])
        return pairs[:, 0], pairs[:, 1]


def loud(sound: Samples) -> list[tuple[int, int]]:
    """From which frame to which there is sound."""
    frames = np.abs(sound.reshape(-1, FRAME)).max(axis=1) > 300
    edges = np.flatnonzero(np.diff(np.concatenate(([0], frames.astype(np.int8), [0]))))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def test_what_the_caller_says_is_on_the_left_and_what_they_are_played_on_the_right_at_its_moment():
    deck = Deck()
    deck.still(50)
    deck.play(hum(100, 300))
    deck.still(70)
    deck.hear(hum(30, 500))
    deck.still(200)
    left, right = deck.whole()
    assert len(left) == len(right) == 350 * FRAME
    assert loud(left) == [(120, 150)]
    assert loud(right) == [(50, 150)]
    assert np.array_equal(left[120 * FRAME : 150 * FRAME], hum(30, 500))
    assert np.array_equal(right[50 * FRAME : 150 * FRAME], hum(100, 300))


def test_sound_that_was_flushed_is_not_in_it_and_what_follows_stands_where_it_was_heard():
    deck = Deck()
    deck.play(hum(100, 300))
    deck.still(30)
    deck.flush()
    deck.still(20)
    deck.play(hum(40, 300))
    deck.still(150)
    _, right = deck.whole()
    assert loud(right) == [(0, 30), (50, 90)]


def test_packets_that_leave_in_bursts_make_no_holes_in_what_was_played():
    tape, out = Tape(), []
    sound = hum(90, 440)
    tape.played(sound)
    queued = len(sound)
    for number in range(150):
        if number % 3 == 0:
            queued = max(0, queued - 3 * FRAME)
        out.append(tape.heard(np.zeros(FRAME, np.int16), queued))
    right = np.concatenate([*out, tape.rest()])[:, 1]
    first = int(np.flatnonzero(right)[0])
    assert first <= 3 * FRAME
    assert np.array_equal(right[first - 1 : first - 1 + len(sound)], sound)


def test_while_it_is_hushed_both_channels_are_silent_and_go_on_afterwards():
    deck = Deck()
    deck.play(hum(150, 300))
    deck.hear(hum(50, 500))
    deck.tape.hush()
    deck.hear(hum(50, 500))
    deck.tape.unhush()
    deck.hear(hum(50, 500))
    left, right = deck.whole()
    assert loud(left) == loud(right) == [(0, 50), (100, 150)]


def test_hushed_twice_is_unhushed_twice():
    deck = Deck()
    deck.tape.hush()
    deck.tape.hush()
    deck.tape.unhush()
    deck.hear(hum(10, 500))
    assert deck.tape.hushed
    assert loud(deck.whole()[0]) == []


def test_what_was_said_before_it_was_known_to_be_secret_is_silenced():
    deck = Deck()
    deck.hear(hum(400, 500))
    deck.tape.doubt(350)
    deck.hear(hum(400, 500))
    assert len(np.concatenate(deck.out)) == 350 * FRAME  # nothing of what is in doubt is on its way to the disk
    deck.tape.silence(350, 600)
    deck.tape.doubt(None)
    deck.hear(hum(1, 500))
    assert loud(deck.whole()[0]) == [(0, 350), (600, 801)]


def test_little_is_held_in_memory():
    deck = Deck()
    deck.hear(hum(3000, 500))
    assert len(np.concatenate(deck.out)) == (3000 - HELD_FRAMES) * FRAME
    assert len(deck.tape._right) < (HELD_FRAMES + 120) * FRAME


def test_no_tone_of_a_key_is_in_it():
    deck = Deck()
    speech = hum(50, 350) // 2
    deck.hear(speech)
    for name in "0511":
        deck.hear(key(name, 100))
        deck.still(4)
    deck.hear(speech)
    left, _ = deck.whole()
    ear = ToneKeys()
    sounding = 0
    for at in range(0, len(left), FRAME):
        ear.hear(left[at : at + FRAME])
        sounding += ear.sounding
    assert sounding == 0
    spoken = loud(left)
    assert spoken[0][0] == 0
    assert spoken[0][1] >= 45
    assert spoken[-1][0] <= 50 + 4 * 9 + 5


# --- tones -------------------------------------------------------------------------------------------


def heard(sound: Samples) -> str:
    ear = ToneKeys()
    return "".join(ear.hear(sound[at : at + FRAME]) for at in range(0, len(sound) - FRAME + 1, FRAME))


@pytest.mark.parametrize("off", [-0.015, 0.0, 0.015])  # Q.24: a receiver takes 1.5 % of either side
@pytest.mark.parametrize("twist_db", [-4.0, 0.0, 4.0])
def test_every_key_is_heard_by_its_tone_whenever_it_begins(off: float, twist_db: float):
    noise = np.random.default_rng(1)
    missed = []
    for name in "".join(KEYS):
        for late in range(0, FRAME, 40):
            still = np.zeros(FRAME * 2 + late, np.int16)
            sound = np.concatenate((still, key(name, 60, off=off, twist_db=twist_db), np.zeros(800, np.int16)))
            sound = sound + noise.normal(0, 40, len(sound)).astype(np.int16)
            if heard(sound) != name:
                missed.append((name, late))
    assert missed == []


def test_one_key_pressed_twice_is_two_and_held_long_is_one():
    gap = np.zeros(RATE * 80 // 1000, np.int16)
    assert heard(np.concatenate((key("5", 100), gap, key("5", 100), gap))) == "55"
    assert heard(np.concatenate((key("5", 3000), gap))) == "5"


def test_speech_is_no_key():
    voice = RhVoice("elena", "ru", 1.0)
    words = "Здравствуйте, мой номер восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь, запишите меня."
    try:
        speech = np.concatenate(list(voice.speak(words)))
    finally:
        voice.close()
    assert len(speech) > 4 * RATE
    assert heard(speech) == ""


def test_a_note_a_chord_of_one_group_and_noise_are_no_keys():
    assert heard(hum(100, 697)) == ""
    assert heard(hum(100, 697) + hum(100, 852)) == ""
    assert heard(hum(100, 697) + hum(100, 1209) + hum(100, 2000, 8000)) == ""
    noise = np.random.default_rng(2).normal(0, 4000, RATE * 20)
    assert heard(np.clip(noise, -32000, 32000).astype(np.int16)) == ""


# --- the file ----------------------------------------------------------------------------------------


def opened(path: Path) -> tuple[int, Samples]:
    """Rate and pairs, as any player reads them."""
    data = path.read_bytes()
    assert data[:4] == b"RIFF"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    if data[20] == 6:
        flat = from_alaw(data[HEAD.size :])
        return int.from_bytes(data[24:28], "little"), flat.reshape(-1, 2)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        pairs = np.frombuffer(file.readframes(file.getnframes()), np.int16).reshape(-1, 2)
        return file.getframerate(), pairs


def pairs(frames: int) -> Samples:
    return np.stack((hum(frames, 400), hum(frames, 600)), axis=1)


@pytest.mark.parametrize("form", ["wav", "g711"])
def test_a_file_has_its_own_name_once_it_is_whole(tmp_path: Path, form: str):
    file = Growing(tmp_path / "c1.wav", form)  # type: ignore[arg-type]
    file.add(pairs(50))
    assert [path.name for path in tmp_path.iterdir()] == [f"c1.wav{PART}"]
    assert file.finish() == tmp_path / "c1.wav"
    rate, found = opened(tmp_path / "c1.wav")
    assert rate == RATE
    assert found.shape == (50 * FRAME, 2)
    assert np.abs(found - pairs(50)).max() <= (0 if form == "wav" else 140)
    assert (tmp_path / "c1.wav").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("form", ["wav", "g711"])
def test_what_a_killed_process_left_is_mended_and_what_a_live_one_writes_is_left_alone(tmp_path: Path, form: str):
    killed = (
        "import os, signal, sys, numpy as np, pathlib\n"
        "from voice.recording.wav import Growing\n"
        f"file = Growing(pathlib.Path(sys.argv[1]) / 'dead.wav', '{form}')\n"
        "file.add(np.ones((8000, 2), np.int16) * 1000)\n"
        "os.write(file._file, b'x')\n"  # the half of a sample
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", killed, str(tmp_path)], check=False, cwd=Path(__file__).parents[2])
    lives = Growing(tmp_path / "alive.wav", "wav")
    lives.add(pairs(10))
    assert mended(tmp_path) == (tmp_path / "dead.wav",)
    _, found = opened(tmp_path / "dead.wav")
    assert found.shape == (8000, 2)
    assert np.abs(found - 1000).max() <= 32
    lives.add(pairs(10))
    lives.finish()
    assert opened(tmp_path / "alive.wav")[1].shape == (20 * FRAME, 2)
    assert mended(tmp_path) == ()


def unpacked(path: Path) -> Samples:
    """Pairs, at the rate the recording was made with."""
    with av.open(str(path)) as file:
        resampled = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
        frames = [each for frame in file.decode(audio=0) for each in resampled.resample(frame)]
        frames += resampled.resample(None)
    return np.concatenate([frame.to_ndarray().reshape(-1, 2) for frame in frames])


@pytest.mark.parametrize("form", ["flac", "opus"])
def test_a_finished_file_is_made_smaller_with_its_sides_apart_and_its_time_kept(tmp_path: Path, form: Packing):
    file = Growing(tmp_path / "c1.wav", "wav", began=1_000_000.0)
    left = np.stack((hum(150, 400), np.zeros(150 * FRAME, np.int16)), axis=1)
    file.add(left)
    assert file.finish(form) == tmp_path / f"c1.{form}"
    assert [path.name for path in tmp_path.iterdir()] == [f"c1.{form}"]
    made = tmp_path / f"c1.{form}"
    found = unpacked(made)
    assert abs(len(found) - len(left)) <= RATE // 50
    if form == "flac":
        assert np.array_equal(found, left)
    loudness = [float(np.sqrt(np.mean(np.square(side.astype(float))))) for side in found.T]
    assert loudness[0] > 2000
    assert loudness[1] < loudness[0] / 1000
    assert made.stat().st_size < left.nbytes / 2
    assert made.stat().st_mtime == 1_000_003.0
    assert made.stat().st_mode & 0o077 == 0


def test_what_cannot_be_packed_stays_a_wav(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("voice.recording.wav.pack", full)
    file = Growing(tmp_path / "c1.wav", "g711")
    file.add(pairs(10))
    assert file.finish("opus") == tmp_path / "c1.wav"
    assert file.unpacked is not None
    assert opened(tmp_path / "c1.wav")[1].shape == (10 * FRAME, 2)


def test_half_a_pack_of_a_dead_process_goes_and_its_sound_stays(tmp_path: Path):
    dead = Growing(tmp_path / "c1.wav", "wav")
    dead.add(pairs(10))
    os.close(dead._file)
    (tmp_path / f"c1.flac{MAKING}").write_bytes(b"fLaC")
    (tmp_path / f"c1.2.flac{MAKING}").write_bytes(b"fLaC")  # of a call that lives
    assert mended(tmp_path) == (tmp_path / "c1.wav",)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"c1.2.flac{MAKING}", "c1.wav"]


def test_what_was_packed_whole_is_not_kept_twice_though_its_process_died_then(tmp_path: Path):
    dead = Growing(tmp_path / "c1.wav", "wav")
    dead.add(pairs(10))
    pack(tmp_path / f"c1.wav{PART}", HEAD.size, tmp_path / "c1.flac", "flac")
    os.close(dead._file)
    assert mended(tmp_path) == ()
    assert [path.name for path in tmp_path.iterdir()] == ["c1.flac"]


async def test_calls_that_wait_for_a_busy_packer_keep_no_thread_from_others(tmp_path: Path):
    disk = Disk(lambda name: tmp_path / f"{name}.wav")
    legs = [RecordedLeg(LineDouble(), disk) for _ in range(64)]
    for leg in legs:
        leg._whole = threading.Event()  # not packed yet
    waiting = [asyncio.create_task(leg.saved(60)) for leg in legs]
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        assert await asyncio.to_thread(lambda: "a turn") == "a turn"
    for leg in legs:
        assert leg._whole is not None
        leg._whole.set()
    await asyncio.gather(*waiting)


def test_a_file_tells_by_its_time_when_its_last_sound_was_made(tmp_path: Path):
    file = Growing(tmp_path / "c1.wav", "g711", began=1_000_000.0)
    file.add(pairs(100))
    assert (tmp_path / f"c1.wav{PART}").stat().st_mtime == 1_000_002.0
    file.add(pairs(50))
    file.finish()
    assert (tmp_path / "c1.wav").stat().st_mtime == 1_000_003.0


def test_calls_are_packed_aside_while_others_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    held, asked = threading.Event(), threading.Event()

    def slow(*given: object, **more: object) -> None:
        asked.set()
        assert held.wait(60)
        pack(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("voice.recording.wav.pack", slow)
    disk = Disk(lambda name: tmp_path / f"{name}.wav", "flac")
    first = disk.begin("c1")
    first.add(pairs(50))
    whole = first.finish()
    assert asked.wait(60)
    second = disk.begin("c2")
    second.add(pairs(50))
    deadline = time.monotonic() + 60
    while not ((part := tmp_path / f"c2.wav{PART}").exists() and part.stat().st_size > HEAD.size):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not whole.is_set()
    second.finish()
    held.set()
    disk.close(60)
    assert whole.is_set()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c1.flac", "c2.flac"]
    assert np.array_equal(unpacked(tmp_path / "c1.flac"), pairs(50))


def test_nothing_recorded_leaves_no_file(tmp_path: Path):
    assert Growing(tmp_path / "c1.wav", "wav").finish() is None
    assert list(tmp_path.iterdir()) == []


def test_a_second_of_sound_takes_32_kilobytes_or_16():
    assert len(encoded("wav", pairs(50))) == 32_000
    assert len(encoded("g711", pairs(50))) == 16_000


def test_a_full_disk_is_told_of_once_and_no_call_waits_for_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    disk = Disk(lambda name: tmp_path / f"{name}.wav")
    real = os.write
    full = [False]

    def write(file: int, data: bytes) -> int:
        if full[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(file, data)

    monkeypatch.setattr("voice.recording.wav.os.write", write)
    first, second = disk.begin("c1"), disk.begin("c2")
    first.add(pairs(50))
    second.add(pairs(50))
    settled(disk)
    full[0] = True
    for _ in range(20):
        first.add(pairs(50))
        second.add(pairs(50))
    settled(disk)
    full[0] = False
    first.finish()
    second.finish()
    third = disk.begin("c3")
    third.add(pairs(50))
    third.finish()
    disk.close()
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert told == ["calls are not recorded: No space left on device; they go on"]
    assert {path.name for path in tmp_path.iterdir()} == {"c1.wav", "c2.wav", "c3.wav"}
    assert opened(tmp_path / "c1.wav")[1].shape == (50 * FRAME, 2)  # as far as it went


def settled(disk: Disk) -> None:
    done: list[int] = []
    disk.do(lambda: done.append(1))
    until(lambda: bool(done))


def until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_the_end_of_a_call_and_a_no_reach_a_disk_that_hung_and_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("voice.recording.disk.PENDING", 10)
    disk = Disk(lambda name: tmp_path / f"{name}.wav")
    held = [True]
    first, second = disk.begin("c1"), disk.begin("c2")
    first.add(pairs(50))
    second.add(pairs(50))
    settled(disk)
    disk.do(lambda: until(lambda: not held[0]))
    for _ in range(20):
        first.add(pairs(1))
    third = disk.begin("c3")
    second.drop()  # the caller said no
    done = first.finish(), third.finish()
    assert disk.lost >= 10
    held[0] = False
    disk.close()
    assert all(each.is_set() for each in done)
    assert {path.name for path in tmp_path.iterdir()} == {"c1.wav"}


def test_a_slow_disk_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voice.recording.disk.PENDING", 10)
    disk = Disk(lambda name: tmp_path / f"{name}.wav")
    held = [True]
    recording = disk.begin("c1")
    disk.do(lambda: until(lambda: not held[0]))
    for _ in range(100):
        recording.add(pairs(1))
    assert disk.lost >= 80
    held[0] = False
    recording.finish()
    disk.close()


# --- in a call ---------------------------------------------------------------------------------------


class Taped:
    """A call that is recorded, in virtual time; its journal comes over the bus as the real one's does."""

    def __init__(self, folder: Path, *heard: str, record: str = "off", scenarios: object = RECORDED) -> None:
        self.disk = Disk(lambda name: folder / f"{name}.wav")
        self.call = Ringing(*heard, scenarios=scenarios)  # type: ignore[arg-type]
        self.call.call.__init__(  # type: ignore[misc]
            self.call.line, replace(self.call.call._equipment, disk=self.disk, record=record)
        )
        self.line = self.call.line
        self.file = folder / "c1.wav"

    async def __aenter__(self) -> Taped:
        await self.call.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.call.__aexit__()
        self.disk.close()

    async def journals(self, text: str | None = None) -> None:
        """The latest utterance, as it is kept."""
        said = self.call.turns.took(Utterance)[-1]
        await self.call.others(self.call.turns.seq, replace(said, text=text or said.text))


async def test_a_call_is_recorded_as_it_was_heard(tmp_path: Path):
    async with Taped(tmp_path, "цена") as taped:
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=SECOND)
        await taped.journals()
        await taped.line.hear(3 * SECOND)
        frames = taped.call.call._standing.frames
        sent = taped.line.sent
    _, found = opened(taped.file)
    left, right = found[:, 0], found[:, 1]
    assert abs(len(left) // FRAME - frames) <= 1
    (began, ended), *more = loud(left)
    assert more == []
    assert ended - began == SECOND
    assert began in (3 * SECOND, 3 * SECOND + 1)
    gaps = 3 * 150  # between prompts, as long as they were played
    assert abs(np.count_nonzero(right) * 1000 // RATE + gaps - sent) <= 20  # the caller heard no more and no less


async def test_an_utterance_says_how_long_ago_it_began_so_that_it_can_be_found_in_the_recording(tmp_path: Path):
    async with Taped(tmp_path, "цена") as taped:
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=SECOND)
        await taped.line.hear(3 * SECOND)
        (said,) = taped.call.turns.took(Utterance)
        line = taped.call.call._standing.now_ms
    assert 1000 <= said.since_ms <= line - 3000


async def test_without_a_word_of_it_nothing_is_recorded(tmp_path: Path):
    async with Taped(tmp_path, scenarios=SMALL) as taped:
        await taped.line.hear(SECOND)
    assert list(tmp_path.iterdir()) == []


async def test_the_settings_may_want_it_where_the_scenarios_do_not_say(tmp_path: Path):
    async with Taped(tmp_path, record="on", scenarios=SMALL) as taped:
        await taped.line.hear(SECOND)
        assert taped.call.turns.said[0] == "<recorded>"
    assert taped.file.exists()


async def test_who_says_no_is_not_on_the_disk_and_who_says_yes_is_from_then_on(tmp_path: Path):
    async with Taped(tmp_path, scenarios=replace(SMALL, record="ask")) as taped:
        await taped.line.hear(SECOND)
        await taped.line.press("2")
        await taped.line.hear(3 * SECOND)
        assert taped.call.turns.said[1] == "<not_recorded>"
    assert list(tmp_path.iterdir()) == []
    async with Taped(tmp_path, scenarios=replace(SMALL, record="ask")) as taped:
        await taped.line.hear(2 * SECOND)
        await taped.line.press("1")
        await taped.line.hear(3 * SECOND)
    assert len(opened(taped.file)[1]) // FRAME in range(3 * SECOND - 2, 3 * SECOND + 3)


def sensitive() -> object:
    booking = RECORDED.scenarios["booking"]
    slots = {**booking.slots, "service": replace(booking.slots["service"], sensitive=True)}
    return replace(RECORDED, scenarios={**RECORDED.scenarios, "booking": replace(booking, slots=slots)})


async def test_while_a_secret_is_asked_for_both_channels_are_silent(tmp_path: Path):
    async with Taped(tmp_path, "запись", "кто-то", scenarios=sensitive()) as taped:
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=SECOND)
        await taped.journals()
        asked = taped.call.call._standing.frames
        await taped.line.hear(SECOND // 2)
        await taped.call.speaks(frames=SECOND)
        await taped.journals(MASK)
        await taped.line.hear(3 * SECOND)
    _, found = opened(taped.file)
    assert [began for began, _ in loud(found[:, 0])] == [pytest.approx(3 * SECOND, abs=1)]
    assert loud(found[:, 1])[-1][1] <= asked  # nor was the question


async def test_a_secret_told_before_anybody_asked_is_silenced_when_the_journal_masks_it(tmp_path: Path):
    async with Taped(tmp_path, "цена", "цена") as taped:
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=SECOND)
        await taped.journals()
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=2 * SECOND)
        await taped.journals(f"карта {MASK}")
        await taped.line.hear(3 * SECOND)
    _, found = opened(taped.file)
    assert len(loud(found[:, 0])) == 1


async def test_after_a_lost_line_a_secret_is_silenced_and_nothing_that_was_said_before_it(tmp_path: Path):
    async with Taped(tmp_path, "цена", "цена") as taped:
        await taped.line.hear(3 * SECOND)
        await taped.line.hear(10, 5000)
        await taped.line.held(True, lost=True)
        await taped.line.held(False, lost=True)
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=SECOND)
        await taped.journals()
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=2 * SECOND)
        await taped.journals(f"карта {MASK}")
        await taped.line.hear(3 * SECOND)
    _, found = opened(taped.file)
    assert [ended - began for began, ended in loud(found[:, 0])] == [10, SECOND]


async def test_what_is_said_early_of_a_secret_is_silenced_from_its_beginning(tmp_path: Path):
    async with Taped(tmp_path, "запись", "кто-то", scenarios=sensitive()) as taped:
        await taped.line.hear(3 * SECOND)
        taped.call.turns.slow = asyncio.Event()
        await taped.call.speaks(frames=SECOND)
        await taped.line.hear(SECOND // 2, 5000)  # their answer, before the question
        taped.call.turns.slow.set()
        await taped.line.hear(SECOND // 2, 5000)
        await taped.journals()
        await taped.line.hear(SECOND)
        await taped.journals(MASK)
        await taped.line.hear(2 * SECOND)
    _, found = opened(taped.file)
    assert len(loud(found[:, 0])) == 1


async def test_what_was_secret_and_nobody_took_is_not_kept_when_the_caller_hangs_up(tmp_path: Path):
    async with Taped(tmp_path, "цена", scenarios=sensitive()) as taped:
        await taped.line.hear(3 * SECOND)
        await taped.line.hear(SECOND, 5000)
    _, found = opened(taped.file)
    assert loud(found[:, 0]) == []


async def test_what_may_be_secret_is_not_kept_though_it_was_asked_by_nobody_and_its_turn_was_not_taken(tmp_path: Path):
    async with Taped(tmp_path, "цена", scenarios=sensitive()) as taped:
        await taped.line.hear(3 * SECOND)
        taped.call.turns.broken = True
        await taped.call.speaks(frames=SECOND)
        taped.call.turns.broken = False
        await taped.line.hear(3 * SECOND)
    _, found = opened(taped.file)
    assert loud(found[:, 0]) == []


async def test_what_a_key_was_pressed_over_is_not_kept_where_it_may_be_secret(tmp_path: Path):
    async with Taped(tmp_path, "цена", scenarios=sensitive()) as taped:
        await taped.line.hear(3 * SECOND)
        await taped.line.hear(SECOND, 5000)
        await taped.line.press("9")  # no choice of this menu
        await taped.line.hear(SECOND // 2, 5000)  # the rest of it
        await taped.line.hear(3 * SECOND)
        await taped.call.speaks(frames=SECOND)
        await taped.journals()
        await taped.line.hear(3 * SECOND)
    _, found = opened(taped.file)
    assert [began for began, _ in loud(found[:, 0])] == [pytest.approx(7.5 * SECOND, abs=1)]


async def test_what_only_the_ear_may_have_is_not_on_the_right(tmp_path: Path):
    async with Taped(tmp_path) as taped:
        await taped.line.hear(10 * SECOND)
        before = taped.call.call._standing.frames
        say = taped.call.turns.session.last[0]
        taped.call.call._saying.say(replace(say, speech="Ваш код ноль пять.", text=MASK, secret=True))
        await taped.line.hear(3 * SECOND)
    _, found = opened(taped.file)
    spoken = [each for each in loud(found[:, 1]) if each[1] > before]
    assert spoken == []
