"""The prompt cache, over a voice that counts what it renders and waits when told to."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import numpy as np
import pytest

from voice.audio import RATE, Samples
from voice.errors import EngineFailed
from voice.tts.cache import AHEAD, Prompts


class Voice:
    """One chunk of 100 ms a word. Waits at its gate; breaks on "сломайся"."""

    engine, voice, version, lang = "test", "one", "1", "ru"

    def __init__(self) -> None:
        self.rendered: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        assert self.gate.wait(20)
        self.rendered.append(text if pace == 1.0 else f"{text} x{pace:g}")
        for word in text.split():
            if word == "сломайся":
                raise EngineFailed("it broke")
            if word == "взорвись":
                raise ZeroDivisionError
            yield np.full(RATE // 10, len(word) * 100, np.int16)

    def close(self) -> None:
        pass


@pytest.fixture
def voice():
    return Voice()


@pytest.fixture
def prompts(voice):
    made = Prompts({"ru": voice})
    yield made
    voice.gate.set()
    made.close()


async def test_a_slower_prompt_is_another_one(prompts, voice):
    usual = await prompts.get("добрый день", "ru")
    slower = await prompts.get("добрый день", "ru", 0.85)
    assert voice.rendered == ["добрый день", "добрый день x0.85"]
    assert prompts.ready("добрый день", "ru") is usual
    assert prompts.ready("добрый день", "ru", 0.85) is slower


async def test_a_prompt_is_rendered_once(prompts, voice):
    assert prompts.ready("добрый день", "ru") is None
    first = await prompts.get("добрый день", "ru")
    assert len(first) == 2 * RATE // 10
    assert await prompts.get("добрый день", "ru") is first is prompts.ready("добрый день", "ru")
    assert voice.rendered == ["добрый день"]


async def test_callers_who_want_the_same_prompt_share_one_rendering(prompts, voice):
    voice.gate.clear()
    waiting = [asyncio.create_task(prompts.get("добрый день", "ru")) for _ in range(20)]
    await asyncio.sleep(0)
    voice.gate.set()
    assert {len(sound) for sound in await asyncio.gather(*waiting)} == {2 * RATE // 10}
    assert voice.rendered == ["добрый день"]


async def test_one_who_stops_waiting_does_not_take_it_from_the_others(prompts, voice):
    voice.gate.clear()
    leaving, staying = (asyncio.create_task(prompts.get("добрый день", "ru")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    voice.gate.set()
    assert len(await staying)


async def test_a_stream_gives_pieces_and_keeps_the_whole(prompts, voice):
    pieces = [piece async for piece in prompts.stream("раз два три", "ru")]
    assert len(pieces) == 3
    kept = prompts.ready("раз два три", "ru")
    assert kept is not None
    assert np.array_equal(kept, np.concatenate(pieces))
    assert [len(piece) async for piece in prompts.stream("раз два три", "ru")] == [3 * RATE // 10]


async def test_a_stream_left_in_the_middle_is_still_kept(prompts):
    async with aclosing(prompts.stream("раз два три", "ru")) as stream:
        async for _ in stream:
            break
    assert len(await prompts.get("раз два три", "ru")) == 3 * RATE // 10


async def test_a_caller_overtakes_what_is_rendered_ahead(prompts, voice):
    voice.gate.clear()
    prompts.ahead(["один", "два", "три"], "ru")
    wanted = asyncio.create_task(prompts.get("три", "ru"))
    await asyncio.sleep(0)
    voice.gate.set()
    await wanted
    async with asyncio.timeout(20):
        while prompts.ready("два", "ru") is None:
            await asyncio.sleep(0.001)
    assert sorted(voice.rendered) == ["два", "один", "три"]


async def test_a_stream_overtakes_what_is_rendered_ahead(prompts, voice):
    voice.gate.clear()
    prompts.ahead(["один", "два слова"], "ru")

    async def read() -> list[Samples]:
        return [piece async for piece in prompts.stream("два слова", "ru")]

    wanted = asyncio.create_task(read())
    await asyncio.sleep(0)
    voice.gate.set()
    assert len(await wanted) == 2


async def test_a_broken_voice_tells_everyone_who_waits_and_is_tried_again(prompts, voice):
    with pytest.raises(EngineFailed):
        await prompts.get("сломайся", "ru")
    with pytest.raises(EngineFailed):
        async for _ in prompts.stream("сломайся", "ru"):
            pass
    assert len(await prompts.get("живая", "ru"))


async def test_whatever_a_voice_does_is_an_error_of_the_engine(prompts):
    with pytest.raises(EngineFailed, match="ZeroDivisionError"):
        await prompts.get("взорвись", "ru")


async def test_a_prompt_rendered_ahead_that_fails_disturbs_nobody(prompts, voice):
    prompts.ahead(["сломайся"], "ru")
    await asyncio.sleep(0.05)
    with pytest.raises(EngineFailed):
        await prompts.get("сломайся", "ru")


async def test_a_language_nothing_speaks_is_an_error_of_the_engine(prompts):
    prompts.ahead(["hello"], "en")
    with pytest.raises(EngineFailed, match="nothing on this machine speaks 'en'"):
        await prompts.get("hello", "en")


async def test_fixed_prompts_survive_a_restart_and_others_leave_no_file(tmp_path, voice):
    first = Prompts({"ru": voice}, tmp_path)
    seen: list[tuple[int, int]] = []
    await first.fill([("ru", "добрый день"), ("ru", "до свидания")], lambda done, total: seen.append((done, total)))
    await first.get("Иван Петров", "ru")
    first.close()
    assert seen == [(0, 2), (1, 2), (2, 2)]
    assert len(list(tmp_path.iterdir())) == 2

    second = Prompts({"ru": voice}, tmp_path)
    await second.fill([("ru", "добрый день")])
    second.close()
    assert second.ready("добрый день", "ru") is not None
    assert sorted(voice.rendered) == ["Иван Петров", "до свидания", "добрый день"]


async def test_a_prompt_that_breaks_while_all_are_prepared_costs_itself_only(tmp_path, voice):
    prompts = Prompts({"ru": voice}, tmp_path)
    failed = await prompts.fill([("ru", "сломайся"), ("ru", "добрый день"), ("en", "hello")])
    prompts.close()
    assert [error.what for error in failed] == ["it broke", "nothing on this machine speaks 'en'"]
    assert prompts.ready("добрый день", "ru") is not None


async def test_another_version_of_a_voice_renders_anew(tmp_path, voice):
    for version in ("1", "2"):
        voice.version = version
        prompts = Prompts({"ru": voice}, tmp_path)
        await prompts.fill([("ru", "добрый день")])
        prompts.close()
    assert voice.rendered == ["добрый день", "добрый день"]


async def test_a_broken_file_is_rendered_anew(tmp_path, voice):
    prompts = Prompts({"ru": voice}, tmp_path)
    await prompts.fill([("ru", "добрый день")])
    prompts.close()
    file = next(tmp_path.iterdir())
    file.write_bytes(b"RIFF")
    again = Prompts({"ru": voice}, tmp_path)
    await again.fill([("ru", "добрый день")])
    again.close()
    assert len(file.read_bytes()) > 1000


async def test_a_place_that_cannot_be_written_costs_nothing_but_the_file(tmp_path, voice):
    (tmp_path / "file").write_text("")
    prompts = Prompts({"ru": voice}, tmp_path / "file" / "prompts")
    await prompts.fill([("ru", "добрый день")])
    prompts.close()
    assert prompts.ready("добрый день", "ru") is not None


async def test_memory_has_an_end_and_the_longest_unused_goes_first(voice):
    prompts = Prompts({"ru": voice}, memory=3 * RATE // 10 * 2)
    for text in ("один", "два", "три"):
        await prompts.get(text, "ru")
    prompts.ready("один", "ru")
    await prompts.get("четыре", "ru")
    prompts.close()
    assert prompts.ready("два", "ru") is None
    assert prompts.ready("один", "ru") is not None


class Noted(Voice):
    """Tells what was begun, rendered or not."""

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[str] = []

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        self.begun.append(text)
        yield from super().speak(text, pace)


async def test_prompts_of_an_edit_take_no_place_from_callers(tmp_path):
    voice = Noted()
    prompts = Prompts({"ru": voice}, tmp_path)
    voice.gate.clear()
    filling = asyncio.create_task(prompts.fill([("ru", f"новый текст {n}") for n in range(3)], aside=True))
    waiting = asyncio.create_task(prompts.get("слово для звонящего", "ru"))
    async with asyncio.timeout(20):
        while len(voice.begun) < 2:
            await asyncio.sleep(0.001)
    of_the_edit = [text for text in voice.begun if text.startswith("новый текст")]  # the disk says which comes first
    assert len(of_the_edit) == 1
    assert "слово для звонящего" in voice.begun
    voice.gate.set()
    await waiting
    assert await filling == ()
    assert prompts.ready("новый текст 2", "ru") is not None
    assert len(list(tmp_path.glob("*.wav"))) == 3
    assert (prompts.speaks("ru"), prompts.speaks("en")) == (True, False)
    prompts.close()


async def test_what_was_foreseen_is_left_when_the_caller_speaks_and_what_is_wanted_is_not(prompts, voice):
    voice.gate.clear()
    prompts.ahead(["первое", "второе", "третье"], "ru")
    wanted = asyncio.create_task(prompts.get("третье", "ru"))
    await asyncio.sleep(0)
    prompts.call_off(["первое", "второе", "третье"], "ru")
    voice.gate.set()
    await wanted
    assert await prompts.get("четвёртое", "ru") is not None
    assert "второе" not in voice.rendered  # the first had begun
    assert "третье" in voice.rendered


async def test_what_was_called_off_is_rendered_when_it_is_wanted_after_all(prompts, voice):
    voice.gate.clear()
    prompts.ahead(["первое", "второе"], "ru")
    prompts.call_off(["первое", "второе"], "ru")
    voice.gate.set()
    assert len(await prompts.get("второе", "ru")) == RATE // 10


async def test_no_more_is_begun_ahead_than_can_be_wanted_soon(prompts, voice):
    voice.gate.clear()
    prompts.ahead([f"фраза {number}" for number in range(200)], "ru")
    await asyncio.sleep(0)
    prompts.call_off([f"фраза {number}" for number in range(AHEAD, 200)], "ru")
    voice.gate.set()
    await prompts.get(f"фраза {AHEAD - 1}", "ru")
    assert len(voice.rendered) <= AHEAD
