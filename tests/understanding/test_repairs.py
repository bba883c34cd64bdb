"""The wishes that every conversation understands."""

from __future__ import annotations

import time

import pytest

from bot.dialogue.meaning import REPAIRS, Language
from bot.understanding.repairs import repair
from bot.understanding.words.normaliser import normalise

RUSSIAN = """
отмена | хватит | не надо, передумал | нет, отмена | всё, передумала | стоп | отмените, пожалуйста = cancel
повторите, пожалуйста | что? | а? | не расслышал | что вы сказали | ещё раз | алло | вы меня слышите = repeat
всё, я готов | нашла = repeat
помедленнее | не так быстро | говорите медленнее, пожалуйста = slower
подождите | секундочку | минутку, сейчас посмотрю | сейчас найду ручку = wait
номер договора щас посмотрю | ну так сейчас в паспорте гляну | секунду, поищу квитанцию | я сейчас уточню у жены = wait
назад | вернись назад | на шаг назад = back
помощь | что ты умеешь | что мне говорить | какие есть варианты = help
меню | главное меню | вернуться в главное меню | начать сначала = menu
позовите человека | оператор | соедини с живым | дайте оператора | хочу поговорить с человеком = operator
не хочу разговаривать с роботом | переключите меня на администратора | соедините со специалистом = operator
здравствуйте | добрый день | привет | Здравствуйте! = greeting
спасибо | спасибо большое за помощь | нет, спасибо = thanks
до свидания | спасибо, до свидания | пока | это всё | спасибо, всё | нет, это всё, спасибо = goodbye
большое спасибо, пока всё = goodbye
по-английски, пожалуйста | давайте на английском | english please = language
"""
ENGLISH = """
cancel | never mind | stop | I changed my mind | forget it = cancel
can you repeat that please | what? | sorry, what did you say | I didn't catch that | ok I'm back | found it = repeat
speak slower please | slow down = slower
wait a minute | hold on, let me check my calendar | one second = wait
let me just find my card | i'll grab my insurance card | i need to dig out the paperwork = wait
back | go back = back
help | what can you do = help
main menu | start over = menu
operator | I want to talk to a human | connect me to a person | can I speak to someone = operator
get me a real person | let me talk to the manager | I don't want to talk to a robot = operator
hello | good morning = greeting
thanks | thank you very much = thanks
bye | that's all, thank you | no, that's all = goodbye
do you speak russian | in russian please | switch to russian = language
"""
# A wish with an object, an answer, a question: the scenarios' own.
NOT_RUSSIAN = """
отмените мою запись | отмените запись | не надо в пятницу | подождите, не в пятницу, а в субботу | нас пять человек
столик на шесть человек | хочу записаться к специалисту | мне нужен специалист по глазам | не надо оператора
здравствуйте, хочу записаться | запишите меня к английскому врачу | сколько стоит | да | нет | Пока не знаю
как пройти к врачу | терапевт | я хочу отменить приём | сколько ещё ждать | повторный приём | назад мне нельзя
хочу сейчас найти мастера | завтра в пять посмотрю
"""
NOT_ENGLISH = """
cancel my appointment | a table for one person | I want to book someone | I need a dentist | put me down for tomorrow
I need a person to look at my teeth | can you call my wife | transfer my appointment to friday | yes | no
let me find a time on friday | i need to get an appointment
"""


def _cases(table: str) -> list[tuple[str, str]]:
    cases = []
    for line in table.strip().splitlines():
        texts, name = line.rsplit("=", 1)
        cases += [(text.strip(), name.strip()) for text in texts.split("|")]
    return cases


def _texts(table: str) -> list[str]:
    return [text.strip() for line in table.strip().splitlines() for text in line.split("|")]


@pytest.mark.parametrize(
    ("text", "name", "language"),
    [(*case, "ru") for case in _cases(RUSSIAN)] + [(*case, "en") for case in _cases(ENGLISH)],
)
def test_a_wish_of_every_conversation_is_heard(text: str, name: str, language: Language) -> None:
    assert name in REPAIRS
    assert repair(normalise(text), language) == name


@pytest.mark.parametrize(
    ("text", "language"), [(t, "ru") for t in _texts(NOT_RUSSIAN)] + [(t, "en") for t in _texts(NOT_ENGLISH)]
)
def test_what_has_an_object_is_left_to_the_scenarios(text: str, language: Language) -> None:
    assert repair(normalise(text), language) is None


def test_no_need_answers_an_open_question_and_cancels_otherwise() -> None:
    assert repair("не надо", "ru") == "cancel"
    assert repair("не надо", "ru", yesno=True) is None
    assert repair("хватит", "ru", yesno=True) == "cancel"


LANGUAGES: tuple[Language, ...] = ("ru", "en")


@pytest.mark.parametrize("words", ["соедините ", "спасибо все ", "get me a ", "здравствуйте "])
def test_repeated_words_cost_in_proportion(words: str) -> None:
    """A pattern that backtracks would cost a thousand times more for ten words more."""

    def cost(times: int) -> float:
        spent = []
        for _ in range(3):
            begun = time.thread_time()
            for language in LANGUAGES:
                repair((words * times + "x").strip(), language)
            spent.append(time.thread_time() - begun)
        return min(spent)

    assert cost(24) < 30 * cost(12) + 0.01
