"""Whether what a grammar found is believed, over scores that a test makes up."""

import pytest

from voice.asr.belief import CERTAIN, LIKELY, answered, is_hopeless, likeness, nearby, ranked
from voice.asr.search import Found
from voice.asr.second import First
from voice.hints import assents
from voice.ports import Hint

YESNO = Hint(lang="ru", kind="yesno", answers=assents("ru"))
DOCTOR = Hint(lang="ru", kind="choice", answers=("терапевт", "кардиолог", "хирург"))
MISHEARD = First(hypotheses=("Пекут один.",), confidence=0.45, again="Пикут один.")
THREE = Hint(lang="ru", kind="digits", length=(3, 3))


def found(*told: tuple[str, float, float]) -> tuple[Found, ...]:
    return tuple(Found(text=text, score=score, worth=worth) for text, score, worth in told)


def test_a_number_that_the_sound_bears_out_is_believed():
    told = answered(MISHEARD, THREE, found(("Пятьсот один", -0.9, 1.0), ("Пять пять один", -2.2, -2.0)), -0.9, LIKELY)
    assert told is not None
    assert told[0] == "Пятьсот один."
    assert LIKELY <= told[1] <= 1


@pytest.mark.parametrize(
    ("held", "free"),
    [
        ((), 0.0),
        ((("Двести два", -4.3, -7.0), ("Триста два", -4.3, -7.1)), -0.9),  # the sound bears out none of them
        ((("Двести двадцать", -3.0, -5.0), ("Триста два", -3.1, -5.1)), -0.1),  # something else was said, and clearly
    ],
)
def test_what_was_found_is_not_believed_for_want_of_better(held, free):
    assert answered(MISHEARD, THREE, found(*held), free, LIKELY) is None


def test_two_ways_to_write_one_number_are_no_rivals():
    alone = found(("Пятьсот один", -0.9, 1.0))
    twice = found(("Пятьсот один", -0.9, 1.0), ("пятьсот один", -0.9, 0.99))
    assert answered(MISHEARD, THREE, twice, -0.9, 0.0) == answered(MISHEARD, THREE, alone, -0.9, 0.0)
    rival = found(("Пятьсот один", -0.9, 1.0), ("Шестьсот один", -0.9, 0.99))
    assert answered(MISHEARD, THREE, rival, -0.9, 0.0)[1] < answered(MISHEARD, THREE, alone, -0.9, 0.0)[1]


def test_no_yes_is_made_of_a_no_and_nothing_of_nothing():
    yes = found(("Да, верно", -0.1, 3.0), ("Верно", -0.3, 2.0))
    no = First(hypotheses=("Не верь.",), confidence=0.6, again="Да верни.")
    assert answered(no, YESNO, yes, -0.3, 0.0) is None
    either = (*yes, *found(("Неверно", -3.0, -1.0)))
    told = answered(no, YESNO, either, -0.3, 0.0)
    assert told is not None
    assert told[0] == "Неверно."
    assert answered(First(hypotheses=("Благодарю.",), confidence=0.0), YESNO, yes, -0.3, 0.0) is None


@pytest.mark.parametrize("text", ["Соедините с оператором.", "Повторите, пожалуйста.", "Подождите минуту."])
@pytest.mark.parametrize("hint", [YESNO, DOCTOR, THREE])
def test_who_asks_for_something_has_not_answered(hint, text):
    held = found(("соедините с хирургом", -0.1, 3.0))
    assert answered(First(hypotheses=(text,), confidence=0.6), hint, held, -0.3, 0.0) is None
    assert answered(First(hypotheses=("Соединить.",), confidence=0.6, again=text), hint, held, -0.3, 0.0) is None


@pytest.mark.parametrize(
    ("heard", "sure", "free", "item"),
    [
        ("Запишите меня к терапевту на завтра в один на цете утра.", 0.78, -0.24, ("Дороги", -2.71, -4.01)),
        ("Спасибо до свидания.", 0.91, -0.09, ("Дорога", -2.07, -2.98)),
        ("Доскольки вы работаете.", 0.85, -1.13, ("Дороги", -2.33, -3.16)),
    ],
)
def test_a_menu_makes_no_item_of_a_wish_that_sounds_nothing_like_it(heard, sure, free, item):
    menu = Hint(lang="ru", kind="menu", answers=("адрес", "дорога", "часы работы"))
    first = First(hypotheses=(heard,), confidence=sure)
    assert answered(first, menu, found(item), free, LIKELY) is None
    unsure = First(hypotheses=("Да рога.",), confidence=sure)
    assert answered(unsure, menu, found(("Дорога", -0.6, 1.0)), -0.5, LIKELY) is not None


def test_what_is_asked_for_may_be_an_answer_itself():
    menu = Hint(lang="ru", kind="menu", answers=("сколько стоит", "адрес"))
    told = answered(
        First(hypotheses=("Сколько стоят?",), confidence=0.6), menu, found(("Сколько стоит", -0.4, 2.0)), -0.4, 0.5
    )
    assert told is not None


def test_words_are_compared_where_they_differ():
    assert likeness("ru", "Запишите меня к кардиологу.", "запишите меня к цене") < 0.4
    assert likeness("ru", "Запишите меня к тардиологу.", "запишите меня к кардиологу") > 0.8
    assert likeness("ru", "Да, верно.", "да верно") == 1.0


def test_a_wish_of_its_own_is_no_item_of_a_menu():
    menu = Hint(lang="ru", kind="menu", answers=("узнать цену", "цена", "цены", "отменить запись"))
    wish = First(hypotheses=("Запишите меня к кардиологу.",), confidence=0.6, again="Запишите меня к кардиологу.")
    held = found(("Подскажите цену", -2.4, -2.5), ("Отменить запись", -2.9, -3.0))
    assert answered(wish, menu, held, -0.5, LIKELY) is None


def test_more_is_asked_before_it_is_listened_to_once_more():
    assert CERTAIN > LIKELY


def test_a_wish_of_its_own_is_not_listened_to_once_more_and_a_short_word_is():
    menu = Hint(lang="ru", kind="menu", answers=("узнать цену", "отменить запись"))
    held = found(("Узнать цену", -3.9, -5.5), ("Отменить запись", -4.0, -5.7))
    assert is_hopeless(First(hypotheses=("Я хотел спросить про парковку.",), confidence=0.6), menu, held, -0.6)
    assert not is_hopeless(First(hypotheses=("Знать.",), confidence=0.6), menu, held, -0.6)
    assert not is_hopeless(
        First(hypotheses=("Хотел узнать цину тут.",), confidence=0.6), menu, found(("Узнать цену", -1.0, 1.0)), -0.9
    )


def test_out_of_what_was_heard_unsurely_more_is_asked():
    held = found(("Двадцать", -2.4, 0.4), ("Тридцать", -2.9, -1.5))
    two = Hint(lang="ru", kind="digits", length=(2, 2))
    assert answered(First(hypotheses=("Двацать.",), confidence=0.6), two, held, -2.4, LIKELY)
    assert answered(First(hypotheses=("Двацать.",), confidence=0.4), two, held, -2.4, LIKELY) is None


HEARD_FREELY = First(hypotheses=("Therapy.",), confidence=0.6)
DOCTORS = Hint(lang="en", kind="choice", answers=("therapist", "surgeon"))


def test_of_two_that_the_sound_bears_out_alike_what_was_heard_freely_decides():
    either = found(("Surgeon", -1.5, 0.3), ("Therapist", -1.6, 0.2))
    told = answered(HEARD_FREELY, DOCTORS, either, -1.5, 0.0)
    assert told is not None
    assert told[0] == "Therapist."
    assert [each.text for each in ranked(HEARD_FREELY, THREE, either)] == [
        "Surgeon",
        "Therapist",
    ]  # numbers: the sound alone


def test_what_sounds_like_an_answer_is_asked_of_the_sound_unless_it_was_meant():
    assert "Therapist." in nearby(HEARD_FREELY, DOCTORS)
    assert nearby(First(hypotheses=("Therapies.",), confidence=0.9), DOCTORS) == ()
    unheard = First(hypotheses=("Тардиолог.",), confidence=0.6)
    assert "Кардиолог." in nearby(unheard, DOCTOR)
    assert nearby(First(hypotheses=("Кардинал.",), confidence=0.6), DOCTOR) == ()  # a word that exists
    assert nearby(MISHEARD, THREE) == ()
