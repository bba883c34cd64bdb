"""What Whisper may be believed, and what it hears on a real line: RHVoice through A-law."""

import re

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from voice import audio
from voice.asr.numerals import digits
from voice.asr.whisper import LONGEST_S, PAD_S, SLOWER, believed, prompt_text
from voice.asr.work import BUDGET, Work, listening
from voice.audio import RATE, Samples
from voice.errors import EngineFailed
from voice.hints import assents
from voice.ports import Hint


def test_plain_words_are_believed_as_much_as_they_scored():
    assert believed("Да, верно.", score=-0.2, no_speech=0.01, seconds=1.0) == pytest.approx(0.819, abs=0.001)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ... ",
        "Субтитры сделал DimaTorzok",
        "Продолжение следует...",
        "Редактор субтитров А.Семкин",
        "Thanks for watching!",
        "СПОКОЙНАЯ МУЗЫКА",
        "ДВЕРЬ СКРИПИТ",
        "Музыка",
    ],
)
def test_what_the_training_data_says_over_silence_is_not_believed(text):
    assert believed(text, score=-0.1, no_speech=0.0, seconds=3.0) == 0.0


def test_unlikely_words_are_not_believed():
    assert believed("Ма там", score=-1.3, no_speech=0.1, seconds=1.0) == 0.0
    assert believed("Ага", score=-0.8, no_speech=0.9, seconds=1.0) == 0.0
    assert believed("Ага", score=-0.8, no_speech=0.1, seconds=1.0) > 0


@pytest.mark.parametrize("text", ["Thank you.", "Thanks!", "Спасибо."])
def test_thanks_are_believed_only_where_they_were_surely_heard(text):
    assert believed(text, score=-0.9, no_speech=0.1, seconds=1.0) == 0.0
    assert believed(text, score=-0.4, no_speech=0.1, seconds=1.0) > 0.6
    assert believed(text[:-1] + " for a booking", score=-0.9, no_speech=0.1, seconds=1.5) > 0


def test_a_loop_is_not_believed():
    assert believed("сорок пять " * 20, score=-0.1, no_speech=0.0, seconds=8.0) == 0.0


def test_more_words_than_a_mouth_can_say_are_not_believed():
    assert believed("запишите меня к терапевту завтра в три часа", score=-0.2, no_speech=0.0, seconds=0.4) == 0.0


def test_the_prompt_given_back_is_not_believed():
    prompt = prompt_text(Hint(lang="ru", kind="datetime"))
    assert believed("в десять тридцать утра. В следующую среду", -0.1, 0.0, 4.0, prompt) == 0.0
    assert believed("завтра в три часа", -0.1, 0.0, 2.0, prompt) > 0


def test_the_prompt_holds_what_may_be_said_and_how():
    told = prompt_text(Hint(lang="ru", kind="choice", phrases=("терапевт", "кардиолог")))
    assert told.startswith("терапевт, кардиолог. ")
    assert "девятьсот" in prompt_text(Hint(lang="ru", kind="phone"))


# --- on a real line ----------------------------------------------------------------------------------

RU = [
    ("запишите меня к терапевту на пятницу", "menu"),
    ("отмените мою запись пожалуйста", "menu"),
    ("сколько стоит приём кардиолога", "menu"),
    ("меня зовут Анна Сергеевна Кузнецова", "person"),
    ("завтра в четыре", "datetime"),
    ("двадцать пятого ноября в половине шестого", "datetime"),
    ("да", "yesno"),
    ("нет", "yesno"),
    ("восемь девятьсот шестьдесят один пятьсот сорок два девяносто девять одиннадцать", "phone"),
]
EN = [
    ("I would like to see a dentist on Friday", "menu"),
    ("please cancel my appointment", "menu"),
    ("next Monday at ten in the morning", "datetime"),
    ("yes that's right", "yesno"),
    ("no", "yesno"),
]


def on_the_line(voice, text: str) -> Samples:
    speech = audio.joined(list(voice.speak(text)))
    return audio.from_alaw(audio.to_alaw(np.concatenate((audio.silence(300), speech, audio.silence(100)))))


def words(text: str) -> list[str]:
    return re.sub(r"[^\w']+", " ", text.lower().replace("ё", "е").replace("10", "ten")).split()


@pytest.mark.voice
@pytest.mark.parametrize(("lang", "said"), [("ru", RU), ("en", EN)])
def test_callers_are_understood_through_a_law(whisper, caller, lang, said):
    wrong = total = 0
    for text, kind in said:
        heard = whisper.decode(on_the_line(caller(lang), text), Hint(lang=lang, kind=kind))
        wrong += Levenshtein.distance(words(text), words(heard.text))
        total += len(words(text))
    assert wrong / total < 0.12


@pytest.mark.voice
def test_russian_numbers_are_written_in_words(whisper, caller):
    heard = whisper.decode(on_the_line(caller("ru"), "двадцать пятого в три часа"), Hint(lang="ru", kind="datetime"))
    assert not re.search(r"\d", heard.text)


@pytest.mark.voice
def test_silence_and_noise_say_nothing(whisper):
    noise = (np.random.default_rng(3).normal(0, 300, 2 * RATE)).astype(np.int16)
    for sound in (audio.silence(2000), noise, np.zeros(0, np.int16)):
        assert whisper.decode(sound, Hint(lang="ru")).text == ""


@pytest.mark.voice
def test_speech_longer_than_the_window_is_cut_not_refused(whisper, caller):
    speech = on_the_line(caller("ru"), "я хочу записаться к врачу на завтра. " * 14)
    assert len(speech) > LONGEST_S * RATE
    assert whisper.decode(speech, Hint(lang="ru")).decode_ms > 0


@pytest.mark.voice
async def test_an_utterance_fed_by_frames_is_heard_before_it_is_asked_for(whisper, caller):
    utterance = whisper.start(Hint(lang="ru", kind="yesno"))
    for frame in audio.frames(on_the_line(caller("ru"), "да, верно")):
        utterance.feed(frame)
    utterance.pause()
    settled = await utterance.settled()
    assert settled
    assert words(settled.text) == ["да", "верно"]
    assert await utterance.final() is settled


def noisy(sound: Samples, snr_db: float) -> Samples:
    noise = np.random.default_rng(5).normal(size=len(sound)) * 32768 * 10 ** ((audio.speech_level(sound) - snr_db) / 20)
    return np.clip(sound + noise, -32768, 32767).astype(np.int16)


@pytest.mark.voice
def test_answers_of_a_closed_set_are_heard_in_noise(whisper, caller):
    doctors = ("терапевт", "стоматолог", "кардиолог", "окулист", "хирург", "педиатр")
    for text, hint in (
        ("да, верно", Hint(lang="ru", kind="yesno", answers=assents("ru"))),
        ("не надо", Hint(lang="ru", kind="yesno", answers=assents("ru"))),
        ("к кардиологу", Hint(lang="ru", kind="choice", phrases=doctors, answers=doctors)),
        ("мне нужен хирург", Hint(lang="ru", kind="choice", phrases=doctors, answers=doctors)),
    ):
        heard = whisper.decode(noisy(on_the_line(caller("ru"), text), 15), hint)
        assert words(heard.text)[-1][:6] == words(text)[-1][:6], heard.text


@pytest.mark.voice
def test_who_asks_for_something_else_is_not_taken_for_a_yes_or_no(whisper, caller):
    hint = Hint(lang="ru", kind="yesno", answers=assents("ru"))
    for text in ("повторите, пожалуйста", "соедините с оператором", "подождите минуту"):
        heard = whisper.decode(on_the_line(caller("ru"), text), hint).text
        assert words(heard)[0][:5] == words(text)[0][:5]
        assert "да" not in words(heard)


@pytest.mark.voice
def test_a_telephone_told_in_groups_has_all_its_digits(whisper, caller):
    text = "восемь девятьсот два четыреста семьдесят девять сорок семь пятьдесят четыре"
    heard = whisper.decode(on_the_line(caller("ru"), text), Hint(lang="ru", kind="phone"))
    assert digits(heard.text, "ru") == "89024794754"


def test_an_engine_that_was_not_warmed_says_so():
    from voice.asr.whisper import Whisper

    engine = Whisper()
    with pytest.raises(EngineFailed, match="not warmed"):
        engine.start(Hint(lang="ru"))
    engine.close()


@pytest.mark.voice
def test_only_where_it_listens_once_more_it_tells_what_it_heard_at_first(whisper, caller):
    hint, told = Hint(lang="ru", kind="menu", answers=("цены", "адрес")), []
    whisper.decode(on_the_line(caller("ru"), "какой у вас адрес"), hint, told.append)
    assert told == []
    heard = whisper.decode(on_the_line(caller("ru"), "турник"), hint, told.append)
    assert [each.text for each in told] != [""]
    assert told[0].decode_ms < heard.decode_ms


@pytest.mark.voice
def test_what_is_unclear_takes_no_more_work_than_it_may(whisper, caller, monkeypatch):
    doctors = Hint(lang="ru", kind="choice", answers=("терапевт", "кардиолог", "хирург"))
    sound = on_the_line(caller("ru"), "у меня вчера сломалась стиральная машина")
    listened: list[int] = []
    freely = whisper._freely
    monkeypatch.setattr(whisper, "_freely", lambda *told: listened.append(len(told[1])) or freely(*told))
    works: list[Work] = []

    def begun(left: int) -> None:
        monkeypatch.setattr("voice.asr.whisper.Work", lambda: works.append(Work(left)) or works[-1])
        monkeypatch.setattr("voice.asr.whisper.is_hopeless", lambda *told: False)
        monkeypatch.setattr("voice.asr.whisper.is_clear", lambda *told: False)

    begun(BUDGET)
    whisper.decode(sound, doctors)
    assert len(listened) == 2
    assert -BUDGET / 2 < works[-1].left < BUDGET / 2  # what was begun with little left is ended
    listened.clear()
    begun(20)
    whisper.decode(sound, doctors)
    assert len(listened) == 1
    assert listening(LONGEST_S * SLOWER + PAD_S) > BUDGET - 40  # beside a walk nothing so long is listened to twice
