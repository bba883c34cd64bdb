"""What is said over a prompt by somebody who only listens on."""

import pytest

from bot.dialogue.meaning import Meaning, Option, Reading, ScoredIntent
from voice.asides import (
    ANSWER_MS,
    DOUBTFUL,
    HARDLY,
    JUST_SO,
    LIKELY,
    NEVER,
    NOD_MS,
    NODDED_MS,
    NOTICED_MS,
    SHORT_MS,
    SURELY,
    UNSURE_MS,
    how_surely,
    is_aside,
    is_offered,
    is_rather_a_nod,
    needs,
    nod_ms,
)


def aside(
    text: str,
    ms: int = 400,
    *,
    yesno: bool = False,
    left_ms: int = 5_000,
    confidence: float = 1.0,
    offered: bool = False,
    relayed: bool = False,
):
    return is_aside(text, ms, yesno=yesno, left_ms=left_ms, confidence=confidence, offered=offered, relayed=relayed)


@pytest.mark.parametrize(
    "text",
    ["Угу.", "Ага", "У-гу", "Ммм", "Мм-хм.", "Так, так.", "Да-да-да.", "Ну да", "Понятно", "Хорошо.", "Ясно, ага",
     "Mm-hmm.", "Uh-huh", "Yeah.", "Okay", "I see.", "Got it", "Right, right", "Да"],
)  # fmt: skip
def test_a_nod_is_no_interruption(text):
    assert aside(text) is True


@pytest.mark.parametrize("text", ["Угу, а на завтра можно?", "Да, хочу записаться", "okay but what about Friday"])
def test_a_nod_that_goes_on_is_one(text):
    assert aside(text, 1_500) is False


def test_a_yes_is_an_answer_where_one_is_asked_for():
    assert aside("да", yesno=True) is False
    assert aside("хорошо", yesno=True) is False


def test_a_hum_answers_a_question_only_at_its_end():
    assert aside("угу", yesno=True) is True
    assert aside("угу", yesno=True, left_ms=ANSWER_MS) is False


def test_a_short_sound_without_words_is_a_cough_and_a_long_one_is_not():
    assert aside("", NOTICED_MS - 20) is True
    assert aside("…", NOTICED_MS) is False


def test_a_word_or_two_must_mean_something_and_more_words_count_anyhow():
    assert aside("нуда ли", SHORT_MS) is None
    assert aside("совсем другое дело", SHORT_MS + 20) is False


@pytest.mark.parametrize("text", ["Алло!", "Здравствуйте.", "Добрый день", "Hello?", "Good morning"])
def test_a_greeting_returned_is_no_interruption_whatever_is_asked(text):
    assert aside(text) is True
    assert aside(text, yesno=True) is True


def test_a_greeting_that_goes_on_is_one():
    assert aside("Здравствуйте, мне нужен терапевт", 1_800) is False


@pytest.mark.parametrize(
    ("text", "ms"),
    [("Угу.", 0), ("Uh-huh", 0), ("Да.", NOD_MS), ("Угу, да", NOD_MS), ("Got it", NOD_MS), ("", NOD_MS),
     ("Нет.", UNSURE_MS)],
)  # fmt: skip
def test_after_a_hum_nothing_is_waited_for_and_longest_after_a_word_that_may_begin_a_sentence(text, ms):
    assert nod_ms(text) == ms


def surely(meaning: Meaning, *, yesno: bool = False, asked: str | None = None, named: bool = False) -> float:
    return how_surely(meaning, yesno=yesno, asked=asked, named=named)


def test_a_yes_that_nobody_asked_for_means_nothing_over_a_prompt_and_a_wish_does():
    assert surely(Meaning(yes=True)) == 0
    assert surely(Meaning(yes=True), yesno=True) == JUST_SO
    assert LIKELY < surely(Meaning.only("price")) < SURELY
    assert surely(Meaning(), yesno=True) == 0


def test_an_answer_an_option_a_wish_known_everywhere_and_an_authors_own_words_are_surely_meant():
    assert surely(Meaning(option="first")) == JUST_SO
    assert surely(Meaning(readings={"day": Reading(value=1)}), asked="day") == JUST_SO
    assert surely(Meaning.only("operator")) == SURELY
    assert surely(Meaning(), named=True) == JUST_SO


def test_what_is_read_in_passing_what_was_learnt_and_politeness_are_not():
    assert surely(Meaning(readings={"day": Reading(value=1)}), asked="name") == LIKELY
    assert LIKELY < surely(Meaning(intents=(ScoredIntent(name="booking", score=0.86),))) < SURELY
    assert 0 < surely(Meaning(intents=(ScoredIntent(name="about", score=0.53),))) < LIKELY
    assert surely(Meaning(intents=(ScoredIntent(name="operator", score=0.51),))) < LIKELY
    assert 0 < surely(Meaning.only("thanks")) < SURELY


@pytest.mark.parametrize(
    ("text", "ms", "confidence", "least"),
    [
        ("надо", NODDED_MS, DOUBTFUL - 0.1, SURELY),
        ("надо", NODDED_MS, DOUBTFUL, LIKELY),
        ("надо", NODDED_MS + 20, DOUBTFUL - 0.1, LIKELY),
        ("дорога", NODDED_MS, HARDLY - 0.02, NEVER),
        ("понятно", NODDED_MS, 0.9, JUST_SO),
        ("угу", NODDED_MS, 0.9, NEVER),
        ("алло", NODDED_MS, 0.9, NEVER),
        ("", NODDED_MS, 0.0, NEVER),
    ],
)
def test_what_is_as_short_as_a_nod_and_hardly_heard_must_surely_be_meant(text, ms, confidence, least):
    assert needs(text, ms, confidence, yesno=False) == least


def test_of_an_answer_that_is_asked_for_less_is_needed():
    assert needs("нет", NODDED_MS, DOUBTFUL - 0.1, yesno=True) == LIKELY


@pytest.mark.parametrize(
    ("guess", "found", "lang", "nod"),
    [("Дуда.", "Дорога.", "ru", True), ("Дорого.", "Дорога.", "ru", False), ("Понетно", "Понедельник", "ru", True),
     ("Убор.", "Дорога.", "ru", True), ("Сандувые.", "Садовая.", "ru", False),
     ("Абриста", "Адрес", "ru", False), ("", "Адрес", "ru", False), ("Uh, huh.", "Help", "en", True)],
)  # fmt: skip
def test_what_sounds_more_like_a_nod_than_like_the_answer_found_in_it_is_one(guess, found, lang, nod):
    assert is_rather_a_nod(guess, found, lang) is nod


@pytest.mark.parametrize("text", ["Вечер.", "Утро", "День", "Morning.", "evening", "Afternoon", "Good"])
def test_a_part_of_the_day_alone_is_an_answer_and_no_greeting(text):
    assert aside(text, yesno=text == "Good") is not True


@pytest.mark.parametrize(("text", "language"), [("Хорошо.", "ru"), ("так себе", "ru"), ("Great", "en"), ("okay", "en")])
def test_what_may_be_chosen_is_no_nod_however_unsurely_it_was_heard(text, language):
    moods = (
        Option(id="good", title={"ru": "Хорошо", "en": "Great"}),
        Option(id="so", title={"ru": "Так себе", "en": "So-so"}, synonyms={"en": ("okay",)}),
    )
    assert is_offered(text, moods, language)
    assert not is_offered("угу", moods, language)
    assert not is_offered("", moods, language)
    assert aside(text, NODDED_MS, confidence=HARDLY, offered=True) is False


def test_a_nod_that_was_taken_for_a_choice_by_a_hair_is_let_pass():
    assert aside("дорога", NODDED_MS, confidence=HARDLY - 0.02, offered=True) is True


def test_at_the_end_of_what_another_program_asks_a_nod_may_be_the_answer():
    assert aside("да", relayed=True) is True
    assert aside("yes", relayed=True, left_ms=ANSWER_MS) is False
    assert aside("угу", relayed=True, left_ms=ANSWER_MS) is False


def test_a_hardly_heard_word_as_short_as_a_nod_says_nothing_to_another_program():
    assert aside("надо", NODDED_MS, confidence=DOUBTFUL - 0.1, relayed=True) is True
    assert aside("надо", NODDED_MS, confidence=DOUBTFUL, relayed=True) is False


def test_a_word_that_means_nothing_to_us_may_mean_something_to_another_program():
    assert aside("пионы", SHORT_MS, relayed=True) is False
