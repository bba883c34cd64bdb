"""Scores as people say them."""

import pytest

from bot.understanding.slots.scores import read_score

CSAT_RU = {
    "пять": 5, "5": 5, "на троечку": 3, "ну четвёрка": 4, "пять баллов": 5, "четыре из пяти": 4, "твёрдая пятёрка": 5,
    "пятёрка с плюсом": 5, "отлично": 5, "всё отлично": 5, "хорошо": 4, "неплохо": 4, "очень хорошо": 5, "нормально": 3,
    "так себе": 2, "плохо": 2, "не очень": 2, "очень плохо": 1, "ужасно": 1, "кол": 1, "единица": 1, "двойку": 2,
    "я бы поставил три": 3, "не пять, а четыре": 4, "оценка три": 3, "супер": 5, "не понравилось": 2, "понравилось": 4,
}  # fmt: skip
CSAT_EN = {
    "five": 5, "4 out of 5": 4, "three stars": 3, "I'd give it a four": 4, "excellent": 5, "very good": 5, "good": 4,
    "not good": 2, "not bad": 3, "terrible": 1, "okay": 3, "five of five": 5, "a solid four": 4, "one": 1,
}  # fmt: skip
NPS_RU = {
    "десять": 10, "восемь из десяти": 8, "десятка": 10, "ноль": 0, "девяточку": 9, "семь": 7, "0": 0, "10": 10,
    "ни за что": 0, "обязательно": 10, "однозначно порекомендую": 10, "восемь баллов": 8,
}  # fmt: skip
NPS_EN = {"ten out of ten": 10, "zero": 0, "seven": 7, "definitely": 10, "never": 0, "8/10": 8, "nine out of 10": 9}
CES_RU = {"очень легко": 5, "легко": 4, "сложно": 2, "несложно": 4, "очень сложно": 1, "нелегко": 2, "пять": 5}
CES_EN = {"very easy": 5, "easy": 4, "not easy": 2, "difficult": 2, "very hard": 1, "2": 2}
TOLD = [
    (survey, lang, text, value)
    for survey, lang, table in (
        ("csat", "ru", CSAT_RU), ("csat", "en", CSAT_EN), ("nps", "ru", NPS_RU), ("nps", "en", NPS_EN),
        ("ces", "ru", CES_RU), ("ces", "en", CES_EN),
    )
    for text, value in table.items()
]  # fmt: skip


@pytest.mark.parametrize(("survey", "lang", "text", "value"), TOLD)
def test_a_score_is_read(survey, lang, text, value):
    assert read_score(text, survey, lang=lang).value == value


@pytest.mark.parametrize(
    ("survey", "lang", "text"),
    [
        ("csat", "ru", "не знаю"),
        ("csat", "ru", "а что это"),
        ("csat", "ru", "три с половиной"),
        ("nps", "ru", "хорошо"),
        ("nps", "en", "good"),
        ("csat", "en", "from one to five"),
        ("csat", "ru", ""),
    ],
)
def test_what_is_no_score_is_not_guessed(survey, lang, text):
    assert read_score(text, survey, lang=lang).value is None


def test_a_score_beyond_the_scale_is_told_so_that_it_can_be_refused():
    assert read_score("пятнадцать", "nps", lang="ru").value == 15


def test_nothing_is_left_of_a_score_said_with_its_scale():
    assert read_score("ну на пять из пяти", "csat", lang="ru").rest == ""
    assert read_score("ten out of ten", "nps", lang="en").rest == ""
    assert read_score("пять, а сколько стоит приём", "csat", lang="ru").rest != ""
