"""A call's mouth by itself: what is asked of it within one moment."""

import asyncio

from tests.voice.test_call import LineDouble, SecondVoices
from voice.audio import level, silence
from voice.comfort import Noise
from voice.floor import Spoken
from voice.speaking import DEAD_MS, Speaking


async def test_what_is_said_right_after_a_drop_is_not_lost_with_what_was_dropped():
    voices = SecondVoices()
    voices.cached = False
    line = LineDouble()
    speaking = Speaking(line, voices, lambda name, value: None)
    speaking.say("menu", "ru")
    await asyncio.sleep(0)
    speaking.drop()
    speaking.say("answer", "ru")
    for _ in range(20):
        await asyncio.sleep(0)
        speaking.tick()
    assert voices.asked == ["menu", "answer"]
    assert line.queued == 1000


async def test_what_a_machine_was_spared_is_not_said_to_it_later():
    voices, line = SecondVoices(), LineDouble()
    speaking = Speaking(line, voices, lambda name, value: None)
    speaking.say("this call is recorded", "ru", barge_in=False)
    await asyncio.sleep(0)
    speaking.silence()
    assert line.queued == 0
    speaking.say("message", "ru")
    await asyncio.sleep(0)
    speaking.drop()
    await asyncio.sleep(0)
    assert line.queued == 0


class Wishes(SecondVoices):
    """Keeps what it was asked to render ahead."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead_of_time: list[str] = []

    def ahead(self, texts, language, pace=1.0):
        self.ahead_of_time += texts

    def call_off(self, texts, language, pace=1.0):
        self.ahead_of_time = [text for text in self.ahead_of_time if text not in texts]


def test_what_is_foreseen_takes_the_place_of_what_was_foreseen_before():
    voices = Wishes()
    speaking = Speaking(LineDouble(), voices, lambda name, value: None)
    speaking.foresee([("ru", "да", 1.0), ("ru", "нет", 1.0)])
    speaking.foresee([("ru", "когда", 1.0)])
    assert voices.ahead_of_time == ["когда"]
    speaking.forget()
    assert voices.ahead_of_time == []


async def test_it_is_told_whether_a_prompt_was_rendered_in_time():
    voices, ready = SecondVoices(), []
    speaking = Speaking(LineDouble(), voices, lambda name, value: None, ready.append)
    speaking.say("one", "ru")
    await asyncio.sleep(0)
    voices.cached = False
    speaking.say("two", "ru")
    await asyncio.sleep(0)
    assert ready == [True, False]


def filled(speaking: Speaking, line: LineDouble, frames: int, *, hush: bool = False) -> int:
    """ms of sound that went out in so many frames."""
    before = line.sent
    for _ in range(frames):
        if speaking.tick():
            speaking.fill(hush=hush)
        sent = min(20, line.queued)
        line.queued -= sent
        line.sent += sent
    return line.sent - before


async def test_a_line_that_has_been_silent_for_long_has_some_noise_and_no_more_than_a_frame_waits():
    line = LineDouble()
    speaking = Speaking(line, SecondVoices(), lambda name, value: None, noise=Noise(-64))
    assert filled(speaking, line, DEAD_MS // 20 - 1) == 0
    assert filled(speaking, line, 50) == 1000
    assert speaking.idle
    assert speaking.tick()
    speaking.fill()
    assert line.queued == 20
    speaking.say("menu", "ru")
    await asyncio.sleep(0)
    assert line.queued == 1020


async def test_no_noise_keeps_an_answer_waiting():
    line = LineDouble()
    speaking = Speaking(line, SecondVoices(), lambda name, value: None, noise=Noise(-64))
    assert filled(speaking, line, 2 * DEAD_MS // 20, hush=True) == 0
    assert filled(speaking, line, DEAD_MS // 20 - 1) == 0  # the caller has just fallen silent
    assert filled(speaking, line, 50) == 1000


async def test_no_noise_keeps_the_answer_to_a_key_waiting():
    line = LineDouble()
    speaking = Speaking(line, SecondVoices(), lambda name, value: None, noise=Noise(-64))
    filled(speaking, line, DEAD_MS // 20 + 5)
    speaking.drop()
    speaking.owe("key_ms", 0)
    assert filled(speaking, line, 10) == 0  # a turn takes its time
    assert speaking.idle


def test_noise_is_as_loud_as_it_was_asked_for_and_never_loud():
    for asked, got in ((-64, -64), (-20, -50)):
        noise = Noise(asked)
        levels = [level(noise.frame()) for _ in range(100)]
        assert abs(sum(levels) / 100 - got) < 1.5


def test_noise_does_not_come_round_every_second():
    noise = Noise(-60)
    frames = [noise.frame().tobytes() for _ in range(150)]
    assert frames[:50] != frames[50:100]


class Watched(LineDouble):
    looks = 0

    @property
    def queued_ms(self) -> int:
        self.looks += 1
        return self.queued


async def test_what_was_heard_is_looked_at_seldom_and_the_end_of_a_prompt_is_seen_in_its_own_frame():
    voices, line = SecondVoices(), Watched()
    speaking = Speaking(line, voices, lambda name, value: None)
    speaking.say("menu", "ru")
    await asyncio.sleep(0)
    assert filled(speaking, line, 50) == 1000
    assert not speaking.idle
    speaking.tick()
    assert speaking.idle
    assert line.looks < 15


async def test_after_a_long_prompt_was_stopped_the_end_of_a_short_one_is_seen_in_its_own_frame():
    voices, line = SecondVoices(), LineDouble()
    speaking = Speaking(line, voices, lambda name, value: None)
    speaking.say("menu", "ru")
    await asyncio.sleep(0)
    filled(speaking, line, 2)
    speaking.drop()
    voices.ready = lambda text, language, pace=1.0: silence(60)  # type: ignore[method-assign]
    speaking.say("hm", "ru")
    await asyncio.sleep(0)
    assert filled(speaking, line, 3) == 60
    assert not speaking.idle
    speaking.tick()
    assert speaking.idle


async def test_it_is_told_when_each_prompt_was_heard_and_how_much_of_one_that_was_cut_off():
    line, told = LineDouble(), list[tuple[int, int, int, int, int]]()

    def spoken(row: int, heard: Spoken, now_ms: int) -> None:
        told.append((row, heard.began_ms, heard.ended_ms, heard.heard_ms, heard.total_ms))

    speaking = Speaking(line, SecondVoices(), lambda name, value: None, spoken=spoken)
    await ticks(speaking, line, 10)
    speaking.say("first", "ru", row=3)
    speaking.say("second", "ru", row=4)
    speaking.say("third", "ru", row=5)
    await ticks(speaking, line, 80)
    speaking.interrupt()
    speaking.drop()
    first, second, third = told
    assert (first, second) == ((3, 200, 1200, 1000, 1000), (4, 1350, 1800, 450, 1000))  # 150 ms between the two
    assert third == (5, -1, -1, 0, 1000)  # nobody heard any of it


async def test_a_prompt_that_goes_on_after_a_nod_began_when_it_first_did():
    line, told = LineDouble(), list[Spoken]()
    speaking = Speaking(
        line, SecondVoices(), lambda name, value: None, spoken=lambda row, heard, now: told.append(heard)
    )
    speaking.say("first", "ru", row=3)
    await ticks(speaking, line, 20)
    speaking.interrupt()
    await ticks(speaking, line, 25)
    speaking.resume()
    await ticks(speaking, line, 60)
    (heard,) = told
    assert (heard.began_ms, heard.whole) == (0, True)
    assert heard.ended_ms >= 1500  # the nod took half a second


async def ticks(speaking: Speaking, line: LineDouble, frames: int) -> None:
    for _ in range(frames):
        await asyncio.sleep(0)
        line.queued = max(0, line.queued - 20)
        speaking.tick()
