"""Who took the call: tones, words and time, without a line."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from voice.answering.greeting import Greeting, Ready, Recognise, Sign, Verdict
from voice.answering.tones import Tone, Tones
from voice.answering.words import Speaker, who_speaks
from voice.audio import FRAME, RATE, Samples

QUIET = np.zeros(FRAME, np.int16)


def tone(*hz: float, ms: int, loud: float = 4000.0) -> Samples:
    at = np.arange(RATE * ms // 1000) / RATE
    return np.sum([loud * np.sin(2 * np.pi * each * at) for each in hz], axis=0).astype(np.int16)


def silence(ms: int) -> Samples:
    return np.zeros(RATE * ms // 1000, np.int16)


def heard(*sounds: Samples, noise: float = 0.0) -> list[Tone]:
    sound = np.concatenate(sounds).astype(np.float64)
    sound += np.random.default_rng(1).standard_normal(sound.size) * noise
    tones = Tones()
    frames = sound.astype(np.int16)[: sound.size // FRAME * FRAME].reshape(-1, FRAME)
    return [each.tone for frame in frames for each in tones.hear(frame)]


@pytest.mark.parametrize("hz", [520.0, 620.0, 800.0, 1000.0, 1400.0, 1800.0])
@pytest.mark.parametrize("ms", [120, 400, 1000])
def test_a_steady_tone_is_a_beep(hz: float, ms: int) -> None:
    assert heard(silence(200), tone(hz, ms=ms), silence(400), noise=300) == [Tone.BEEP]


def test_three_rising_tones_announce_and_are_no_beep() -> None:
    sit = [tone(hz, ms=330) for hz in (950.0, 1400.0, 1800.0)]
    assert heard(silence(200), *sit, silence(400)) == [Tone.SIT]


@pytest.mark.parametrize("pitch", [(425.0,), (440.0, 480.0), (400.0, 450.0)])
def test_a_ringing_tone_is_told_from_a_beep(pitch: tuple[float, ...]) -> None:
    assert heard(silence(200), tone(*pitch, ms=1000), silence(400)) == [Tone.RINGING]


def test_a_busy_tone_is_told_after_its_third_beat() -> None:
    beats = [part for _ in range(4) for part in (tone(425.0, ms=350), silence(350))]
    assert heard(silence(200), *beats)[:1] == [Tone.BUSY]


def test_a_fax_is_told() -> None:
    assert heard(silence(200), tone(2100.0, ms=2600)) == [Tone.FAX]
    assert heard(silence(200), tone(1100.0, ms=500), silence(400)) == [Tone.FAX]


def test_a_voice_that_glides_and_noise_are_no_tones() -> None:
    at = np.arange(RATE) / RATE
    glide = (4000 * np.sin(2 * np.pi * (400 * at + 150 * at**2))).astype(np.int16)
    assert heard(glide, silence(200)) == []
    assert heard(silence(2000), noise=3000) == []


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Алло?", Speaker.PERSON),
        ("Да, слушаю вас.", Speaker.PERSON),
        ("Hello, who is this?", Speaker.PERSON),
        ("Ромашка, Анна, добрый день", Speaker.UNCLEAR),
        ("Я за рулём, перезвоните позже", Speaker.UNCLEAR),
        ("", Speaker.UNCLEAR),
        ("Это Маша, оставьте сообщение.", Speaker.MACHINE),
        ("Абонент не отвечает, говорите после сигнала", Speaker.MACHINE),
        ("Здравствуйте, я голосовой помощник. Что ему передать?", Speaker.MACHINE),
        ("Для соединения с отделом продаж нажмите 1", Speaker.MACHINE),
        ("Please leave a message after the tone", Speaker.MACHINE),
        ("Hi, the person you're calling is using a screening service", Speaker.MACHINE),
        ("Телефон абонента выключен или находится вне зоны действия сети", Speaker.ANNOUNCEMENT),
        ("Набранный вами номер не обслуживается", Speaker.ANNOUNCEMENT),
        ("The mailbox is full and cannot accept any messages", Speaker.ANNOUNCEMENT),
    ],
)
def test_words_tell_machines_from_people(text: str, speaker: Speaker) -> None:
    told = who_speaks(text)
    if text.startswith("The mailbox"):
        assert told in (Speaker.ANNOUNCEMENT, Speaker.MACHINE)
    else:
        assert told is speaker


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("Вы дозвонили. Мы меня не заметили. Довариться после знала.", Speaker.MACHINE),
        ("Нонер Времен на заблазь Уровон.", Speaker.ANNOUNCEMENT),
        ("Набравимый вами, мирный обслуживается.", Speaker.ANNOUNCEMENT),
        ("Да, Марина слушает.", Speaker.UNCLEAR),
        ("Да, слушаю вас.", Speaker.PERSON),
        ("Сейчас не могу говорить, я вам перезвоню", Speaker.UNCLEAR),
        ("Запишите меня к стоматологу", Speaker.UNCLEAR),
        ("Мне нужно заблокировать карту", Speaker.UNCLEAR),
        ("Thursday at a quarter to ten", Speaker.UNCLEAR),
    ],
)
def test_a_machines_words_that_a_recogniser_got_wrong_are_known_by_their_sound(text: str, speaker: Speaker) -> None:
    assert who_speaks(text, by_sound=True) is speaker
    assert who_speaks(text) in (Speaker.UNCLEAR, Speaker.PERSON)


class Line:
    """ "###...": a mark is 100 ms; # speech, . silence, b a beep. `words`: what comes of each request, at once."""

    def __init__(self, *words: str | None, ears: bool = True) -> None:
        self.greeting = Greeting(ears=ears)
        self.words = list(words)
        self.signs: list[Sign] = []

    def _frames(self, marks: str) -> Iterator[tuple[Samples, float]]:
        voice = (np.random.default_rng(2).standard_normal(FRAME) * 3000).astype(np.int16)
        for mark in marks:
            beep = tone(1000.0, ms=100)
            for part in range(5):
                frame = beep[part * FRAME : (part + 1) * FRAME] if mark == "b" else voice if mark == "#" else QUIET
                yield frame, 1.0 if mark == "#" else 0.0

    def hears(self, marks: str) -> list[Sign]:
        for frame, probability in self._frames(marks):
            signs = list(self.greeting.hear(frame, probability))
            while any(isinstance(each, Recognise) for each in signs):
                self.signs += [each for each in signs if not isinstance(each, Recognise)]
                word = self.words.pop(0) if self.words else ""
                signs = [] if word is None else list(self.greeting.words(word))
            self.signs += signs
        return self.signs

    @property
    def verdicts(self) -> list[tuple[str, str]]:
        return [(each.by, each.why) for each in self.signs if isinstance(each, Verdict)]


def test_a_short_hello_and_silence_are_a_person_half_a_second_after_it() -> None:
    line = Line(ears=False)
    (verdict,) = line.hears("....######.......")
    assert isinstance(verdict, Verdict)
    assert (verdict.by, verdict.why) == ("human", "hello")
    assert 440 <= verdict.at_ms - 1000 <= 500
    assert abs(verdict.ended_ms - 1000) <= 20


def test_a_word_that_only_people_say_is_answered_sooner() -> None:
    (verdict,) = Line("Алло?").hears("....######.......")
    assert isinstance(verdict, Verdict)
    assert 240 <= verdict.at_ms - 1000 <= 300


def test_who_keeps_silent_is_spoken_to() -> None:
    line = Line()
    assert line.hears("." * 29) == []
    line.hears("..")
    assert line.verdicts == [("unknown", "silence")]


def test_a_breath_is_no_hello() -> None:
    line = Line(ears=False)
    line.hears("...#......................")
    assert line.verdicts == []


def test_a_long_greeting_without_words_is_a_machine_and_its_beep_makes_it_ready() -> None:
    line = Line(ears=False)
    line.hears("..." + "#" * 52 + "....bbb..")
    assert line.verdicts == [("machine", "long")]
    assert [type(each) for each in line.signs] == [Verdict, Ready]
    assert line.greeting.over


def test_a_receptionist_whose_words_are_no_machines_is_a_person() -> None:
    line = Line("стоматология улыбка", "стоматология улыбка администратор ольга слушаю вас")
    line.hears("..." + "#" * 36 + "..........")
    assert line.verdicts == [("human", "hello")]


def test_words_tell_a_machine_before_its_greeting_is_over() -> None:
    line = Line("вы позвонили ивану оставьте сообщение")
    line.hears("..." + "#" * 26)
    assert line.verdicts == [("machine", "words")]


def test_a_machine_that_says_hello_first_is_found_out_while_we_talk() -> None:
    line = Line("алло", "я не могу ответить оставьте сообщение")
    line.hears("..######........" + "#" * 15 + "..")
    assert line.verdicts == [("human", "hello"), ("machine", "words")]
    line.hears("..bbbb....")
    assert isinstance(line.signs[-1], Ready)


def test_a_late_beep_finds_a_machine_out_but_a_short_one_does_not() -> None:
    line = Line(None)
    line.hears("..######......bbb...")
    assert line.verdicts == [("human", "hello"), ("machine", "beep")]
    line = Line("алло")
    line.hears("..######......bb...")
    assert line.verdicts == [("human", "hello")]


def test_an_assistant_without_a_beep_is_ready_when_it_has_been_silent() -> None:
    line = Line("я голосовой помощник что передать")
    line.hears("..." + "#" * 30 + "." * 29)
    assert line.verdicts == [("machine", "words")]
    last = line.signs[-1]
    assert isinstance(last, Ready)
    assert not last.beep


def test_an_announcement_takes_no_message() -> None:
    line = Line("телефон абонента выключен")
    line.hears("..." + "#" * 30 + "." * 40)
    (verdict,) = [each for each in line.signs if isinstance(each, Verdict)]
    assert (verdict.by, verdict.why, verdict.message) == ("machine", "announcement", False)
    assert not any(isinstance(each, Ready) for each in line.signs)


def test_a_key_is_a_person_and_ends_the_watch() -> None:
    line = Line()
    line.hears("...")
    (verdict,) = line.greeting.pressed()
    assert isinstance(verdict, Verdict)
    assert (verdict.by, verdict.why) == ("human", "key")
    line.greeting.pressed()
    assert line.greeting.over
