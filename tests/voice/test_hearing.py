"""How long the ears wait: frames of loud or silent sound, a recogniser that says what the script says."""

import asyncio

import numpy as np
import pytest

from tests.voice.test_call import LoudnessVad
from voice.asides import NOD_MS
from voice.audio import FRAME, FRAME_MS
from voice.endpointing import PATIENCE
from voice.errors import EngineFailed
from voice.hearing import LATER_MS, SOONER_MS, Aside, Hearing, Said, Told
from voice.ports import Heard, Hint, Kind

DATE = PATIENCE["datetime"]


class Ears:
    """Knows at every pause what was said: the script's first line at the first, and so on."""

    name, languages = "script", frozenset({"ru"})

    def __init__(self, *script: str, broken: bool = False) -> None:
        self.script, self.broken, self.pauses = script, broken, 0

    async def warm(self) -> None: ...

    def close(self) -> None: ...

    def start(self, hint: Hint):
        return self

    def feed(self, frame) -> None: ...

    def pause(self) -> None:
        self.pauses += 1

    def resume(self) -> None: ...

    def abandon(self) -> None: ...

    partial = ""

    async def settled(self) -> Heard | None:
        if self.broken:
            raise EngineFailed("it broke")
        return await self.final()

    async def final(self) -> Heard:
        return Heard(text=self.script[self.pauses - 1], confidence=1.0)


class Endings:
    """Says the same of every pause."""

    def __init__(self, over: float | None) -> None:
        self.over = over
        self.asked_ms: list[int] = []

    async def ended(self, sound) -> float | None:
        self.asked_ms.append(len(sound) // 8)
        return self.over


async def heard(
    picture: str,
    ears: Ears,
    whole: set[str],
    thinks: int = 0,
    *,
    endings: Endings | None = None,
    kind: Kind = "datetime",
) -> list[tuple[str, int]]:
    """What was told, and after how many ms of the silence that ended the picture. A letter is 100 ms.

    thinks: frames until it is known whether words are whole."""
    told: list[tuple[str, int]] = []
    silent_ms = 0

    def tell(what: Told) -> None:
        if isinstance(what, Said):
            told.append((what.text, silent_ms))

    async def is_whole(text: str) -> bool:
        for _ in range(6 * thinks):
            await asyncio.sleep(0)
        return text in whole

    hearing = Hearing(LoudnessVad(), {"ru": ears}, tell, is_whole, endings=endings)
    hearing.expect(Hint(lang="ru", kind=kind))
    for letter in picture:
        silent_ms = 0 if letter == "#" else silent_ms
        for _ in range(5):
            hearing.hear(np.full(FRAME, 9000 if letter == "#" else 0, np.int16))
            silent_ms += FRAME_MS if letter == "." else 0
            for _ in range(6):
                await asyncio.sleep(0)
    hearing.close()
    return told


async def test_half_an_answer_is_waited_for():
    told = await heard("####..........", Ears("завтра"), whole={"завтра в три"})
    assert told == [("завтра", pytest.approx(DATE.silence_ms, abs=40))]


async def test_a_whole_answer_is_taken_sooner():
    told = await heard("####..........", Ears("завтра в три"), whole={"завтра в три"})
    assert told == [("завтра в три", pytest.approx(DATE.whole_ms, abs=40))]


async def test_a_whole_answer_that_goes_on_is_waited_for_again():
    ears = Ears("завтра в три", "завтра в три или нет")
    told = await heard("####..####..........", ears, whole={"завтра в три"})
    assert told == [("завтра в три или нет", pytest.approx(DATE.silence_ms, abs=40))]


async def test_what_was_whole_before_the_caller_went_on_says_nothing_of_the_rest():
    ears = Ears("завтра в три", "завтра в три или", "завтра в три или в четыре")
    told = await heard("####..####..........", ears, whole={"завтра в три"}, thinks=20)
    assert told == [("завтра в три или", pytest.approx(DATE.silence_ms, abs=40))]


async def test_an_engine_that_breaks_at_a_pause_is_asked_again_at_the_end():
    told = await heard("####..........", Ears("завтра", broken=True), whole={"завтра"})
    assert told == [("завтра", pytest.approx(DATE.silence_ms, abs=40))]


@pytest.mark.parametrize(("over", "moved"), [(0.95, -SOONER_MS), (0.5, 0), (0.02, LATER_MS), (None, 0)])
async def test_where_anything_may_be_said_a_pause_that_sounds_like_an_end_is_waited_out_less(over, moved):
    endings = Endings(over)
    told = await heard("####..............", Ears("хотел бы"), whole=set(), endings=endings, kind="text")
    assert told == [("хотел бы", pytest.approx(PATIENCE["text"].silence_ms + moved, abs=40))]
    assert endings.asked_ms == [pytest.approx(440, abs=60)]  # the speech, and the pause so far


async def test_a_short_answer_is_judged_by_its_words_alone():
    endings = Endings(0.02)
    told = await heard("####..........", Ears("завтра"), whole=set(), endings=endings)
    assert told == [("завтра", pytest.approx(DATE.silence_ms, abs=40))]
    assert endings.asked_ms == []


@pytest.mark.parametrize(("nod", "silent_ms"), [("угу", 40), ("так", NOD_MS)])
async def test_after_a_hum_a_prompt_goes_on_as_soon_as_it_is_known_after_a_word_a_little_later(nod, silent_ms):
    gone_on: list[int] = []
    frames = 0

    async def aside(text: str, speech_ms: int, confidence: float) -> bool:
        return True

    def tell(what: Told) -> None:
        if isinstance(what, Aside):
            gone_on.append(frames * FRAME_MS)

    hearing = Hearing(LoudnessVad(), {"ru": Ears(nod)}, tell, aside=aside)
    hearing.expect(Hint(lang="ru", kind="menu"))
    for loudness in (*[0] * 50, *[9000] * 20, *[0] * 30):
        frames = 0 if loudness else frames + 1
        hearing.hear(np.full(FRAME, loudness, np.int16), over=True)
        for _ in range(8):
            await asyncio.sleep(0)
    hearing.close()
    assert gone_on == [silent_ms]
