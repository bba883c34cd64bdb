"""What PJSUA2 alone does, or does in its own way; the rest stands in test_leg_conformance.py."""

from __future__ import annotations

import ctypes
import importlib
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bot.errors import PartMissing, SettingsError
from tests.voice import lines
from tests.voice.lines import line
from tests.voice.peers import Phone, tone
from voice.audio import FRAME, Samples
from voice.pjsip.sound import BYTES, RING, Ear, Mouth, Ring
from voice.stacks import telephone
from voice.trunks import Doors

pytestmark = pytest.mark.voice


class Library:
    """Ports as the library makes them, its clock in our hands. A player fills its buffer from its file at each turn."""

    def __init__(self) -> None:
        self.buffer = (ctypes.c_int16 * RING)()
        self.port = (ctypes.c_size_t * 64)()
        self.place = 0
        self.file: Path | None = None
        begin = ctypes.addressof(self.buffer)
        self.port[9], self.port[10], self.port[11] = BYTES << 32, begin, begin

    def player(self, path: str, buffer: int) -> tuple[int, int]:
        self.file = Path(path)
        return ctypes.addressof(self.port), 1

    def writer(self, path: str, buffer: int) -> tuple[int, int]:
        return ctypes.addressof(self.port), 2

    def _moved(self, by: int) -> None:
        self.place = (self.place + by) % RING
        self.port[11] = self.port[10] + self.place * 2

    def plays(self, frames: int) -> Samples:
        heard = []
        for _ in range(frames):
            heard.append(np.ctypeslib.as_array(self.buffer)[self.place : self.place + FRAME].copy())
            self._moved(FRAME)
            if self.place == 0 and self.file is not None:
                np.ctypeslib.as_array(self.buffer)[:] = np.frombuffer(self.file.read_bytes()[44:], np.int16)
        return np.concatenate(heard)

    def records(self, sound: Samples) -> None:
        for start in range(0, sound.size, FRAME):
            np.ctypeslib.as_array(self.buffer)[self.place : self.place + FRAME] = sound[start : start + FRAME]
            self._moved(FRAME)


def test_what_is_said_without_a_pause_for_many_rounds_of_the_ring_is_heard_as_it_was():
    library = Library()
    mouth = Mouth(library)
    chance = random.Random(1)
    said = (np.arange(5 * RING) % 30_000 + 1).astype(np.int16)
    given, heard = 0, []
    while given < said.size:
        while mouth.ready and mouth.queued < 1_600 and given < said.size:
            size = min(chance.randrange(1, 1_600), said.size - given)
            mouth.write(said[given : given + size])
            given += size
        heard.append(library.plays(chance.randrange(1, 4)))
        mouth.turned()
    heard.append(library.plays(40))
    mouth.turned()
    heard.append(library.plays(RING // FRAME * 2))
    whole = np.concatenate(heard)
    assert np.array_equal(np.trim_zeros(whole), said)
    mouth.close()


@pytest.mark.parametrize("place", [0, RING - 5 * FRAME, RING - FRAME])
def test_a_flush_leaves_silence_wherever_the_clock_is_and_what_follows_is_heard_whole(place):
    library = Library()
    mouth = Mouth(library)
    library.plays((place - 4 * FRAME) % RING // FRAME)
    mouth.turned()
    mouth.write(np.full(1_600, 5, np.int16))
    library.plays(4)  # one of silence, then three of sound
    assert mouth.queued == 1_600 - 3 * FRAME
    assert mouth.flush() == 1_600 - 3 * FRAME
    assert mouth.queued == 0
    while not mouth.ready:
        assert not library.plays(1).any()
    mouth.write(np.full(800, 7, np.int16))
    assert mouth.queued == 800
    assert np.trim_zeros(library.plays(10)).tolist() == [7] * 800
    mouth.turned()
    assert not library.plays(RING // FRAME).any()
    mouth.close()


def test_what_the_far_end_says_is_read_whole_round_after_round():
    library = Library()
    ear = Ear(library)
    said = np.arange(3 * RING, dtype=np.int64).astype(np.int16)
    heard = []
    for start in range(0, said.size, 7 * FRAME):
        library.records(said[start : start + 7 * FRAME])
        heard.append(ear.read())
    assert np.array_equal(np.concatenate(heard), said)
    assert not ear.read().size


def test_a_build_that_keeps_its_sound_elsewhere_is_named_and_not_read():
    with pytest.raises(PartMissing) as missing:
        Ring(ctypes.addressof((ctypes.c_size_t * 64)()))
    assert "2.15" in missing.value.fix


def test_who_chooses_it_and_has_not_installed_it_is_told_of_its_licence_and_how(monkeypatch):
    monkeypatch.setitem(sys.modules, "pjsua2", None)
    for name in ("library", "endpoint", "calls", "leg", "accounts", "registration"):
        monkeypatch.delitem(sys.modules, f"voice.pjsip.{name}", raising=False)
    with pytest.raises(PartMissing) as missing:
        telephone("pjsua2")
    assert "GPL" in missing.value.told("en")
    assert "pip install 'govorun[pjsua2]'" in missing.value.told("ru")
    importlib.invalidate_caches()


@pytest.fixture
def chosen(monkeypatch):
    pytest.importorskip("pjsua2", reason="an extra: pip install govorun[pjsua2]")
    monkeypatch.setattr(lines, "chosen", ["pjsua2"])


async def test_the_librarys_own_limit_is_the_capacity_and_one_more_gets_486(chosen, caplog):
    async with line(capacity=50) as bot, Phone() as phone:
        limit = bot.endpoint.capacity
        assert limit < 50
        assert f"built for {limit} calls" in caplog.text
        calls = [await phone.call(bot.uri) for _ in range(limit + 1)]
        assert [call.refused for call in calls] == [0] * limit + [486]
        for leg in [await bot.leg() for _ in range(limit)]:
            leg.play(tone(700, 0.5))
        for call in calls[:limit]:
            await call.hears_within(20)


async def test_a_second_one_in_the_same_process_is_one_clear_error(chosen):
    async with line():
        second = telephone("pjsua2")(port=lines.free_port())
        with pytest.raises(SettingsError) as refused:
            await second.start(lambda leg: leg.hang_up())
        assert refused.value.what == "a process holds one PJSUA2 and no more"


def test_what_it_cannot_encrypt_is_refused_before_anybody_calls(chosen):
    with pytest.raises(SettingsError) as refused:
        telephone("pjsua2")(doors=Doors(srtp="dtls"))
    assert refused.value.fix


@pytest.mark.parametrize(
    ("doors", "what"),
    [
        (
            Doors(transports=("udp", "tls")),
            {"en": "this build of PJSUA2 has no TLS", "ru": "в этой сборке PJSUA2 нет TLS"},
        ),
        (Doors(srtp="required"), {"en": "this build of PJSUA2 has no SRTP", "ru": "в этой сборке PJSUA2 нет SRTP"}),
    ],
)
def test_a_build_without_tls_or_srtp_says_so_before_anybody_calls(chosen, monkeypatch, doors, what):
    from voice.pjsip.library import Native

    telephone("pjsua2")(doors=doors)  # the one that is installed has both
    monkeypatch.setattr(Native, "has", lambda self, function: False)
    telephone("pjsua2")()
    with pytest.raises(SettingsError) as refused:
        telephone("pjsua2")(doors=doors)
    assert {lang: refused.value.told(lang).partition(":")[2].partition(".")[0].strip() for lang in what} == what
    assert "baresip" in refused.value.told("ru")


async def test_a_codec_that_the_build_lacks_is_told_of_and_the_others_carry_the_call(chosen, caplog):
    async with line(codecs=("opus", "pcma")) as bot, Phone() as phone:
        assert (await phone.call(bot.uri)).refused == 0
    assert "this build of PJSUA2 has no opus" in caplog.text


CYCLES = """
import asyncio
from tests.voice import lines
from tests.voice.lines import line
from tests.voice.peers import Phone, tone
lines.chosen = ["pjsua2"]

async def once(n):
    async with Phone() as phone:
        async with line() as bot:
            for _ in range(n % 4):
                assert (await phone.call(bot.uri)).refused == 0
                leg = await bot.leg()
                leg.play(tone(500, 1))
            await asyncio.sleep(0.05)

async def unfinished():
    async with Phone() as phone:
        bot = lines.Line(lines.endpoint(port={port}))
        await bot.endpoint.start(bot.on_call)
        await phone.call(bot.uri)
        await bot.leg()
        return bot

for n in range(8):
    asyncio.run(once(n))
kept = asyncio.run(unfinished())
print("whole")
"""


def test_it_starts_and_stops_many_times_in_one_process_and_ends_with_it(chosen):
    script = CYCLES.replace("{port}", str(lines.free_port()))
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "whole\n"), done.stderr[-2_000:]
