"""Two wishes near each other: asked about rarely, and where it helps."""

from datetime import datetime

import pytest

from bot.dialogue.meaning import Expectation, Language, Option
from bot.dialogue.pending import NEITHER
from bot.understanding.nlu import BuiltinNlu
from tests.understanding.conftest import labelled, phrases

NOW = datetime(2026, 11, 18, 10)
SETS: tuple[tuple[str, Language], ...] = (
    ("clinic", "ru"), ("cafe", "ru"), ("salon", "ru"), ("telecom", "ru"), ("clinic", "en"), ("cafe", "en"),
)  # fmt: skip


def test_it_is_asked_of_two_utterances_in_a_hundred_and_where_the_likelier_is_mostly_wrong():
    asked = heard = needlessly = 0
    for area, language in SETS:
        said = {intent: {language: texts} for intent, texts in phrases(area, language).items()}
        nlu = BuiltinNlu(said)
        for text, intent in labelled(f"intents_{area}_{language}_test"):
            heard += 1
            either = nlu.understand(text, Expectation(intents=tuple(said)), language=language, now=NOW).either
            asked += bool(either)
            needlessly += bool(either) and either[0] == intent
    assert asked <= 0.025 * heard
    assert needlessly <= asked / 2


WISHES = Expectation(
    choices=(
        Option(id="booking", title={"ru": "Записаться к врачу", "en": "Book a visit"}, key="1"),
        Option(id="reschedule", title={"ru": "Перенести запись", "en": "Move a visit"}, key="2"),
        NEITHER,
    ),
    keys={"1": "booking", "2": "reschedule", "3": "neither"},
    yesno=True,
    intents=("booking", "reschedule", "price"),
)
ANSWERS: tuple[tuple[Language, str, str], ...] = (
    ("ru", "первое", "booking"), ("ru", "второй вариант", "reschedule"), ("ru", "перенести", "reschedule"),
    ("ru", "ну записаться", "booking"), ("ru", "ни то ни другое", "neither"), ("ru", "ничего из этого", "neither"),
    ("ru", "два", "reschedule"), ("ru", "1", "booking"), ("ru", "последнее", "reschedule"),
    ("en", "the first one", "booking"), ("en", "second", "reschedule"), ("en", "neither", "neither"),
    ("en", "move it please", "reschedule"), ("en", "book a visit", "booking"), ("en", "none of those", "neither"),
)  # fmt: skip


@pytest.mark.parametrize(("language", "said", "chosen"), ANSWERS)
def test_the_answer_is_taken_in_words_by_order_or_by_number(
    nlu: BuiltinNlu, language: Language, said: str, chosen: str
):
    meaning = nlu.understand(said, WISHES, language=language, now=NOW)
    assert chosen in (meaning.option, meaning.intent)
