"""The pool is tried with a decode that waits until the test lets it go."""

import asyncio
import threading

import numpy as np
import pytest

from voice.asr.pool import Pool, Told, Utterance, untold
from voice.audio import FRAME, Samples
from voice.errors import RecognizersBusy
from voice.ports import Heard, Hint

HINT = Hint(lang="ru")
ONE = np.ones(FRAME, np.int16)


class Decoder:
    """Hears how many frames it was given, once it may."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.given: list[int] = []
        self.doubts = False

    def __call__(self, sound: Samples, hint: Hint, told: Told = untold) -> Heard:
        if self.doubts:
            told(Heard(text="кадры?", confidence=0.3))
        assert self.gate.wait(20)
        self.given.append(len(sound) // FRAME)
        return Heard(text=f"{len(sound) // FRAME} кадров", confidence=0.9)


@pytest.fixture
def decoder():
    return Decoder()


@pytest.fixture
def pool():
    pool = Pool(workers=1, waiting=1, name="asr")
    yield pool
    pool.close()


def utterance(pool: Pool, decoder: Decoder, frames: int = 10) -> Utterance:
    one = Utterance(pool, decoder, HINT)
    for _ in range(frames):
        one.feed(ONE)
    return one


async def test_the_decode_begun_at_the_first_silence_is_the_result(pool, decoder):
    one = utterance(pool, decoder)
    one.pause()
    one.feed(ONE)
    assert (await one.final()).text == "10 кадров"
    assert decoder.given == [10]


async def test_speech_that_goes_on_throws_the_early_decode_away(pool, decoder):
    one = utterance(pool, decoder)
    one.pause()
    one.resume()
    one.feed(ONE)
    one.pause()
    assert (await one.final()).text == "11 кадров"


async def test_a_decode_that_has_not_begun_is_never_done(pool, decoder):
    decoder.gate.clear()
    first, second = utterance(pool, decoder, 1), utterance(pool, decoder, 2)
    first.pause()
    second.pause()
    second.abandon()
    decoder.gate.set()
    await first.final()
    assert decoder.given == [1]


async def test_what_was_heard_at_first_is_told_while_it_listens_once_more(pool, decoder):
    decoder.doubts = True
    decoder.gate.clear()
    one = utterance(pool, decoder)
    one.pause()
    async with asyncio.timeout(20):
        assert (await one.first()).text == "кадры?"
    assert decoder.given == []
    decoder.gate.set()
    assert (await one.settled()).text == "10 кадров"


async def test_of_what_is_heard_surely_and_of_what_goes_on_nothing_is_told_at_first(pool, decoder):
    one = utterance(pool, decoder)
    assert await one.first() is None
    one.pause()
    async with asyncio.timeout(20):
        assert await one.first() is None
    decoder.gate.clear()
    other = utterance(pool, decoder)
    other.pause()
    waiting = asyncio.create_task(other.first())
    await asyncio.sleep(0)
    other.resume()
    async with asyncio.timeout(20):
        assert await waiting is None
    decoder.gate.set()


async def test_a_full_pool_says_so_at_once(pool, decoder):
    decoder.gate.clear()
    waiting = [asyncio.create_task(utterance(pool, decoder).final()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(RecognizersBusy):
        await utterance(pool, decoder).final()
    decoder.gate.set()
    assert [heard.text for heard in await asyncio.gather(*waiting)] == ["10 кадров"] * 2


async def test_an_early_decode_that_found_no_place_is_tried_again_at_the_end(pool, decoder):
    decoder.gate.clear()
    waiting = [asyncio.create_task(utterance(pool, decoder).final()) for _ in range(2)]
    await asyncio.sleep(0)
    late = utterance(pool, decoder)
    late.pause()
    decoder.gate.set()
    await asyncio.gather(*waiting)
    assert (await late.final()).text == "10 кадров"


async def test_places_come_back(pool, decoder):
    for _ in range(5):
        await utterance(pool, decoder).final()
    abandoned = utterance(pool, decoder)
    abandoned.pause()
    abandoned.abandon()
    async with asyncio.timeout(20):
        while pool.busy:
            await asyncio.sleep(0.001)


async def test_a_pause_can_be_asked_what_was_heard_so_far(pool, decoder):
    one = utterance(pool, decoder)
    assert await one.settled() is None
    one.pause()
    heard = await one.settled()
    assert heard
    assert heard.text == "10 кадров"


async def test_a_decode_that_was_thrown_away_settles_nothing(pool, decoder):
    decoder.gate.clear()
    one = utterance(pool, decoder)
    one.pause()
    asked = asyncio.create_task(one.settled())
    await asyncio.sleep(0)
    one.resume()
    decoder.gate.set()
    assert await asked is None


async def test_an_engine_that_breaks_is_heard_of(pool):
    def broken(sound: Samples, hint: Hint, told: Told) -> Heard:
        raise ValueError("boom")

    with pytest.raises(ValueError, match="boom"):
        await utterance(pool, broken).final()
    assert (await utterance(pool, Decoder()).final()).text
