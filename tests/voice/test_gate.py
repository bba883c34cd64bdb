"""Which windows of a line the model is spared, and that it hears what it heard before."""

import numpy as np
import pytest

from voice import audio
from voice.audio import RATE, Samples
from voice.endpointing import PATIENCE, Endpointer, Mark
from voice.vad.gate import FIRST, HANG, Gate
from voice.vad.silero import WINDOW, SileroVad

pytestmark = pytest.mark.voice


def opened(levels: list[float], spoken: float = 0.0) -> list[bool]:
    """After the call's first windows. levels: dBFS of windows; spoken: what the model says of each."""
    gate = Gate()
    for _ in range(FIRST):
        gate.opens(0.0)
    result = []
    for dbfs in levels:
        power = 10 ** (dbfs / 10) * 32768**2
        result.append(gate.opens(power))
        if result[-1]:
            gate.heard(power, spoken)
    return result


def test_a_quiet_line_is_skipped_and_a_voice_is_not():
    assert not any(opened([-90.0] * 100))
    assert all(opened([-30.0] * 10))


def test_the_first_windows_of_a_call_are_all_judged():
    gate = Gate()
    assert all(gate.opens(0.0) for _ in range(FIRST))
    assert not gate.opens(0.0)


def test_a_pause_between_words_is_the_models_to_judge():
    assert opened([-30.0] + [-90.0] * 30) == [True] * (1 + HANG) + [False] * (30 - HANG)


def test_what_the_model_takes_for_speech_keeps_the_gate_open_however_soft():
    assert all(opened([-30.0] + [-60.0] * 100, spoken=0.9))


def test_steady_noise_is_known_for_noise_within_seconds():
    hiss = opened([-48.0] * 400)
    assert hiss[0]
    assert not any(hiss[300:])
    assert opened([-48.0] * 400 + [-41.5])[-1]  # a voice over it


def test_what_is_loud_is_always_judged_however_noisy_the_line():
    assert all(opened([-39.0] * 1_000))


class Open(Gate):
    def opens(self, power: float) -> bool:
        return True


def starts(vad: SileroVad, sound: Samples) -> list[int]:
    """ms at which an utterance began."""
    endpointer = Endpointer(PATIENCE["text"])
    edges = [edge for probability, _ in vad.hear(sound) for edge in endpointer.hear(probability)]
    return [edge.at_ms for edge in edges if edge.mark is Mark.SPEECH_STARTED]


@pytest.mark.parametrize("noise_dbfs", [-80.0, -60.0, -50.0])
def test_behind_the_gate_the_same_speech_is_heard_at_the_same_time(caller, noise_dbfs):
    said = [audio.joined(list(caller("ru").speak(text))) for text in ("Да.", "Шестого, в четверг.", "Ну нет")]
    sound = audio.joined([piece for each in said for piece in (audio.silence(4000), each)] + [audio.silence(3000)])
    hiss = np.random.default_rng(1).normal(0, 32768 * 10 ** (noise_dbfs / 20), len(sound))
    line = audio.from_alaw(audio.to_alaw((sound + hiss).clip(-32768, 32767).astype(np.int16)))
    gated, open_ = SileroVad(), SileroVad()
    open_._gate = Open()
    here, there = starts(gated, line), starts(open_, line)
    assert len(here) == len(there)
    assert all(abs(a - b) <= 96 for a, b in zip(here, there, strict=True))  # three windows of 32 ms
    assert gated.worked < open_.worked * 0.85


def test_a_caller_who_listens_costs_the_model_nothing():
    vad = SileroVad()
    vad.hear(audio.silence(2_100))
    before = vad.worked
    vad.hear(np.random.default_rng(2).normal(0, 20, 60 * RATE).astype(np.int16))
    assert vad.worked == before
    assert before <= 2_100 * RATE // 1000 // WINDOW + 1
