"""The second look, over scores that a test makes up: what is believed instead of what was heard freely."""

from collections.abc import Sequence

import pytest

from bot.understanding.slots.yesno import read_yesno
from voice.asr.second import First, both, fits, is_clear, look
from voice.hints import ASSENTS, assents
from voice.ports import Hint

YESNO = Hint(lang="ru", kind="yesno", answers=assents("ru"))
DOCTOR = Hint(lang="ru", kind="choice", answers=("терапевт", "кардиолог", "хирург"))
PHONE = Hint(lang="ru", kind="phone")
CODE = Hint(lang="ru", kind="digits", length=(4, 4))


class Sound:
    """Scores texts as if it held some of them: those named, and -4 for any other."""

    def __init__(self, **scores: float) -> None:
        self.scores: dict[str, float] = {}
        self.asked: list[Sequence[str]] = []

    @classmethod
    def of(cls, scores: dict[str, float]) -> "Sound":
        made = cls()
        made.scores = scores
        return made

    def __call__(self, texts: Sequence[str]) -> list[float]:
        self.asked.append(texts)
        return [self.scores.get(text, -4.0) for text in texts]


def first(*texts: str, sure: float = 0.6) -> First:
    return First(hypotheses=texts, confidence=sure)


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (YESNO, "Да, верно."),
        (DOCTOR, "К кардиологу."),
        (PHONE, "Восемь девятьсот шестнадцать двести восемь тридцать один девяносто четыре."),
        (CODE, "Сорок два ноль семь."),
        (DOCTOR, "Хорошо."),
        (Hint(lang="en", kind="menu", answers=("right ear", "prices")), "Right."),
        (Hint(lang="ru", kind="datetime"), "Завтра в три часа дня."),
        (Hint(lang="ru", kind="text"), "Шиндесят три."),
        (Hint(lang="ru", kind="person"), "Анна Шиндесят."),
    ],
)
def test_what_fits_the_step_is_not_looked_at_again(hint, text):
    sound = Sound()
    look(first(text), hint, sound)
    assert sound.asked == []


def test_an_answer_that_the_sound_bears_out_is_believed():
    sound = Sound.of({"Тардиолог.": -0.7, "Кардиолог.": -1.2})
    told = look(first("Тардиолог."), DOCTOR, sound)
    assert told is not None
    assert told[0] == "Кардиолог."
    assert told[1] == pytest.approx(0.301, abs=0.01)


def test_an_answer_that_the_sound_does_not_bear_out_is_refused():
    assert look(first("Гинеколог."), DOCTOR, Sound.of({"Гинеколог.": -0.3, "Кардиолог.": -2.8})) is None


def test_who_says_something_else_is_not_taken_for_having_answered():
    sound = Sound.of({"Повторите, пожалуйста.": -0.2, "Давайте, пожалуйста.": -1.9})
    assert look(first("Повторите, пожалуйста."), YESNO, sound) is None


@pytest.mark.parametrize("text", ["Повторите, пожалуйста.", "Соедините с оператором.", "Не знаю.", "Подождите минуту."])
def test_a_request_is_no_yes_however_near_one_sounds(text):
    sound = Sound.of({"Да, пожалуйста.": -0.1, "Повторите да, пожалуйста.": -0.1, "Да.": -0.1, "Не так.": -0.1})
    assert look(first(text), YESNO, sound) is None


class AllButSaid:
    """Bears out whatever wasn't heard: the worst that a score can do."""

    def __call__(self, texts: Sequence[str]) -> list[float]:
        return [-0.01] * (len(texts) - 1) + [-3.0]


@pytest.mark.parametrize("sure", [0.0, 0.3, 0.6, 0.9])
@pytest.mark.parametrize(
    ("lang", "text"),
    [("ru", text) for text in (*ASSENTS[False]["ru"], "Нет верно.", "Не, давайте.", "Не надо ладно.", "Нельзя.")]
    + [("en", text) for text in (*ASSENTS[False]["en"], "Not right.", "No okay.", "I don't agree.", "Isn’t right.")],
)
def test_whatever_the_scores_a_no_is_never_a_yes(lang, text, sure):
    hint = Hint(lang=lang, kind="yesno", answers=assents(lang))
    told = look(first(text, "Да.", "Yes.", sure=sure), hint, AllButSaid())
    assert told is None or read_yesno(told[0], lang=lang).value is False


@pytest.mark.parametrize("sure", [0.0, 0.3, 0.6])
@pytest.mark.parametrize("text", ["Не хирург.", "Не к хирургу.", "Нет, не хирук."])
def test_a_choice_that_is_denied_is_not_made(text, sure):
    told = look(first(text, "Хирург.", sure=sure), DOCTOR, AllButSaid())
    assert told is None or "не" in told[0].lower().replace(",", "").split()


def test_a_yes_is_put_into_no_other_sentence():
    sound = Sound.of({})
    look(first("Поторите, пожалуйста.", sure=0.3), YESNO, sound)
    assert [text for texts in sound.asked for text in texts if "оторите" in text] == ["Поторите, пожалуйста."]


def test_of_words_that_were_not_believed_an_answer_may_be_left():
    sound = Sound.of({"Благодарю.": -1.6, "Ладно.": -2.0})
    heard = First(hypotheses=("Благодарю.", "Вадная."), confidence=0.0, again="Ладная.")
    told = look(heard, YESNO, sound)
    assert told is not None
    assert told[0] == "Ладно."


def test_what_was_not_believed_either_time_is_no_answer_whatever_the_scores():
    assert look(first("Благодарю.", "Да.", sure=0.0), YESNO, AllButSaid()) is None


@pytest.mark.parametrize("hint", [YESNO, Hint(lang="ru", kind="menu", answers=("цены",)), Hint(lang="ru", kind="text")])
def test_what_the_prompt_put_into_noise_is_not_told(hint):
    assert look(first("Да, верно.", sure=0.44), hint, Sound.of({"Да, верно.": -3.3})) == ("", 0.0)
    assert look(first("Да, верно.", sure=0.44), hint, Sound.of({"Да, верно.": -1.5})) is None


def test_heard_alike_both_times_is_surer():
    one, other = first("Да.", sure=0.4), first("Да!", "Два.", sure=0.7)
    assert both(one, other).confidence == 0.7
    assert fits(both(one, other), YESNO)
    assert not fits(both(one, first("Два.", sure=0.9)), YESNO)


def test_a_whole_sentence_that_was_surely_heard_is_not_listened_to_again():
    assert is_clear(first("Я хотел спросить про парковку.", sure=0.8), DOCTOR)
    assert not is_clear(first("Я хотел спросить про парковку.", sure=0.6), DOCTOR)
    assert is_clear(first("Повторите.", sure=0.8), DOCTOR)
    assert not is_clear(first("Кардилог.", sure=0.9), DOCTOR)
    assert not is_clear(first("Я хотел прасить пра парковку.", sure=0.9), DOCTOR)


def test_noise_that_is_like_no_answer_stays_nothing():
    assert look(first("Благодарю.", sure=0.0), YESNO, Sound.of({})) is None


def test_a_heard_answer_is_only_left_for_a_likelier_one():
    assert (
        look(first("Три.", sure=0.4), Hint(lang="ru", kind="number"), Sound.of({"Три.": -0.5, "Тридцать.": -1.0}))
        is None
    )


def test_a_telephone_is_read_so_that_its_digits_are_as_many_as_they_must_be():
    heard = "Восемь девятьсот два четыре сто семьдесят девять сорок семь пятьдесят четыре."
    meant = "Восемь девятьсот два четыреста семьдесят девять сорок семь пятьдесят четыре."
    told = look(first(heard), PHONE, Sound.of({heard: -0.4, meant: -0.5}))
    assert told is not None
    assert told[0] == meant


def test_a_digit_dropped_of_two_alike_is_given_back():
    heard = "Девять один пять три три восемь четыре четыре четыре."
    meant = "Девять девять один пять три три восемь четыре четыре четыре."
    told = look(first(heard), PHONE, Sound.of({heard: -0.8, meant: -0.75}))
    assert told is not None
    assert told[0] == meant


def test_a_word_that_no_code_has_becomes_a_digit():
    told = look(
        first("Сорок два тем семь."), CODE, Sound.of({"Сорок два тем семь.": -0.7, "Сорок два семь семь.": -1.1})
    )
    assert told is not None
    assert told[0] == "Сорок два семь семь."


def test_a_misheard_month_is_mended():
    heard, meant = "Треть его декабря в девять.", "Третьего декабря в девять."
    told = look(first(heard), Hint(lang="ru", kind="datetime"), Sound.of({heard: -0.5, meant: -0.6}))
    assert told is not None
    assert told[0] == meant


def test_no_more_is_scored_than_a_caller_can_wait_for():
    sound = Sound.of({})
    many = Hint(lang="ru", kind="menu", answers=tuple(f"пункт номер {number}" for number in range(40)))
    look(first("Фунт нойер."), many, sound)
    assert all(len(texts) <= 9 for texts in sound.asked)


def test_a_group_that_may_be_read_in_two_ways_is_decided_by_the_sound():
    heard = "Восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь."
    other = "Восемь девятьсот пятьсот двадцать три сорок пять шестьдесят семь."
    assert look(first(heard), PHONE, Sound.of({heard: -0.4, other: -0.6})) is None
    told = look(first(heard), PHONE, Sound.of({heard: -0.6, other: -0.4}))
    assert told is not None
    assert told[0] == other


def test_a_day_that_is_denied_is_not_made_a_day():
    sound = Sound.of({"В пятницу в субботу.": -0.1})
    assert look(first("Не в пятницу, а в субботу."), Hint(lang="ru", kind="datetime"), sound) is None
    assert sound.asked == []


def test_words_beside_a_day_that_may_be_meant_are_only_left_out_for_a_score_as_good():
    heard = "Запишите завтра в три."
    datetime = Hint(lang="ru", kind="datetime")
    assert (
        look(first(heard), datetime, Sound.of({heard: -0.4, "Завтра в три.": -0.9, "Часа завтра в три.": -0.9})) is None
    )
