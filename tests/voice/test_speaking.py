"""A call's mouth by itself: what is asked of it within one moment."""

import asyncio

from tests.voice.test_call import LineDouble, SecondVoices
from voice.speaking import Speaking


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
