"""A question answered by its own verb."""

import pytest

from bot.dialogue.meaning import Language
from bot.understanding.echo import asks_to_cancel, echo

CANCEL = "Лор, завтра, в 15:00. Отменить эту запись?"
MOVE = "Перенести вашу запись?"


@pytest.mark.parametrize(
    ("text", "question", "language", "yes"),
    [
        ("отмена", CANCEL, "ru", True),
        ("да отмените ее пожалуйста", CANCEL, "ru", True),
        ("не отменяйте", CANCEL, "ru", False),
        ("нет не надо отменять", CANCEL, "ru", False),
        ("переносите", MOVE, "ru", True),
        ("перенесите на пятницу в три", MOVE, "ru", None),
        ("да переносите", "Переношу: маникюр в пятницу. Верно?", "ru", True),
        ("маникюр", "Переношу: маникюр в пятницу. Верно?", "ru", None),
        ("нет отменяйте", CANCEL, "ru", None),
        ("да да да да да да отменяйте", CANCEL, "ru", None),  # who says more says something else
        ("лучше перенесите", CANCEL, "ru", None),
        ("отмена", "Записываю на маникюр, завтра. Верно?", "ru", None),
        ("отмена", "Отменить вашу запись.", "ru", None),
        ("cancel it", "Tomorrow at 3 pm. Cancel this visit?", "en", True),
        ("please don't cancel it", "Cancel this visit?", "en", False),
        ("book me in", "Shall I book you in?", "en", True),
        ("this visit", "Cancel this visit?", "en", None),
        ("", CANCEL, "ru", None),
    ],
)
def test_the_questions_own_verb_answers_it(text: str, question: str, language: Language, yes: bool | None):
    assert echo(text, question, language) is yes


def test_only_a_question_about_cancelling_takes_never_mind_for_a_no():
    assert asks_to_cancel(CANCEL)
    assert asks_to_cancel("A cut, tomorrow. Cancel this visit?")
    assert not asks_to_cancel("Отменить не вышло. Записать вас?")
