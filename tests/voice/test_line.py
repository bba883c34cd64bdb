"""What every leg shares, with time handed in."""

import asyncio

import numpy as np
import pytest

from voice.audio import FRAME
from voice.line import Events, Inlet, Outlet
from voice.ports import Digit, Ended


def tone(samples: int) -> np.ndarray:
    return np.arange(1, samples + 1, dtype=np.int16)


async def heard(inlet: Inlet) -> list[np.ndarray]:
    inlet.close()
    return [frame async for frame in inlet.frames()]


async def test_sound_of_any_length_comes_out_in_frames_of_20_ms():
    inlet = Inlet()
    inlet.open(0)
    for piece in np.split(tone(480), [100, 110, 350]):
        inlet.sound(piece, 0)
    frames = await heard(inlet)
    assert [frame.size for frame in frames] == [FRAME] * 3
    assert np.concatenate(frames).tolist() == tone(480).tolist()


async def test_a_line_without_sound_brings_silence_at_the_pace_of_the_clock():
    inlet = Inlet()
    inlet.open(1_000)
    for now in range(1_000, 2_001, 10):
        inlet.tick(now)
    assert inlet.count == 50
    assert inlet.silent_ms == 1_000
    assert not any(frame.any() for frame in await heard(inlet))


async def test_jitter_of_four_packets_puts_no_silence_into_speech():
    inlet = Inlet()
    inlet.open(0)
    for now in (0, 20, 115, 116, 117, 118):
        inlet.tick(now - 1)
        inlet.sound(tone(FRAME), now)
    assert inlet.count == 6
    assert inlet.silent_ms == 0


async def test_after_a_gap_sound_goes_on_and_the_count_is_the_clocks():
    inlet = Inlet()
    inlet.open(0)
    inlet.sound(tone(FRAME), 20)
    for now in range(20, 520, 10):
        inlet.tick(now)
    inlet.sound(tone(FRAME), 520)
    assert inlet.count == 1 + 24 + 1
    assert (await heard(inlet))[-1][0] == 1


async def test_a_reader_that_falls_behind_loses_the_oldest_frame_and_it_is_counted():
    inlet = Inlet(keep_ms=60)
    inlet.open(0)
    inlet.sound(tone(FRAME * 5), 0)
    frames = await heard(inlet)
    assert [int(frame[0]) for frame in frames] == [2 * FRAME + 1, 3 * FRAME + 1, 4 * FRAME + 1]
    assert inlet.dropped == 2


async def test_events_end_with_ended_and_nothing_follows():
    events = Events()
    events.put(Digit(key="1", at_frame=3))
    events.put(Ended(reason="caller"))
    events.put(Ended(reason="us"))
    events.put(Digit(key="2", at_frame=4))
    assert [event async for event in events.read()] == [Digit(key="1", at_frame=3), Ended(reason="caller")]


def test_queued_sound_leaves_in_order_whatever_the_pieces():
    outlet = Outlet()
    for piece in np.split(tone(1_000), [3, 700]):
        outlet.put(piece)
    taken = [outlet.take(160) for _ in range(6)]
    assert outlet.size == 40
    assert np.concatenate([*taken, outlet.take(160)]).tolist() == tone(1_000).tolist()
    assert outlet.take(160).size == 0


def test_dropped_sound_is_counted_in_samples():
    outlet = Outlet()
    outlet.put(tone(500))
    outlet.take(160)
    assert outlet.clear() == 340
    assert outlet.size == 0


def test_sound_that_could_not_be_sent_is_the_next_to_leave():
    outlet = Outlet()
    outlet.put(tone(500))
    outlet.give_back(outlet.take(200)[50:])
    assert outlet.size == 450
    assert outlet.take(450).tolist() == tone(500)[50:].tolist()


async def test_a_listener_is_told_what_waited_and_then_each_frame_as_it_comes_until_the_line_ends():
    inlet = Inlet()
    inlet.open(0)
    inlet.sound(tone(2 * FRAME), 0)
    told: list[int] = []
    listening = asyncio.create_task(inlet.listen(lambda frame: told.append(int(frame[0]))))
    await asyncio.sleep(0)
    assert told == [1, 161]
    inlet.sound(tone(FRAME)[::-1], 20)
    assert told == [1, 161, 160]
    inlet.close()
    await listening
    inlet.sound(tone(FRAME), 40)
    assert len(told) == 3


async def test_what_a_listener_breaks_on_is_raised_where_it_listens_and_not_in_whoever_moves_the_sound():
    inlet = Inlet()
    inlet.open(0)
    told: list[int] = []

    def hear(frame: np.ndarray) -> None:
        told.append(int(frame[0]))
        raise ZeroDivisionError

    listening = asyncio.create_task(inlet.listen(hear))
    await asyncio.sleep(0)
    inlet.sound(tone(3 * FRAME), 20)
    with pytest.raises(ZeroDivisionError):
        await listening
    assert told == [1]
    assert [int(frame[0]) for frame in await heard(inlet)] == [161, 321]
