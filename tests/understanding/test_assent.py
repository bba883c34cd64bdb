"""No yes is read from a no: the worst that a bot which books can hear wrong."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.dialogue.meaning import Expectation
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.reading import Lang
from bot.understanding.slots.yesno import read_yesno

NOW = datetime(2026, 11, 18, 10)

_REFUSED = """
    ru: да не подходит | да не согласен | да не устраивает | да не удобно мне | не очень подходит | не вполне согласен
    ru: вряд ли подойдет | едва ли подойдет | не все верно | не всё правильно | не совсем правильно | да против я
    ru: да ладно, не надо | да передумал | да передумала я | да это ошибка | да вы перепутали | да я и не хотел
    ru: было бы неплохо, но нет | окей, тогда не надо | естественно не хочу | да уж нет | да мне и не надо
    ru: нет, спасибо, всё хорошо
    en: hardly correct | barely acceptable | it's hardly convenient | rarely good | refuse, please | no, indeed
    en: totally not | exactly not | sure not | yes, a mistake | yes, it's incorrect
"""
_NOT_AGREED = """
    ru: да или нет | верно ли | да, но не сегодня | да, только не в пятницу | да ну вас | да пошли вы | да отстаньте
    ru: ага, разбежался | не надо, да | передумал, да | отказ пишите | да бросьте | да неужели
    en: yes and no | yes or no | yes but no | sure but not now | ok but not today | is that correct | is it right
    en: mostly correct | partly right | nearly right | i'm good | i'm fine | i am good, thank you | no, that's fine
    en: nah, all good | why would i want that | i'd love to but no | yes there is a mistake | ok, actually don't
"""
_AGREED = """
    ru: да, не против | да не возражаю | не ошиблись | нет, всё верно | нет, все правильно | нет, я не против
    ru: да нет, верно
    ru: почему бы и нет | да, первый раз, раньше не был | да, но в четыре
    en: no, that's correct | i don't mind | not a problem | i'm fine with that | no doubt | why not
    en: is good | not wrong | no mistake | yes, i haven't been before | yes, but at four
"""


def _said(table: str) -> list[tuple[Lang, str]]:
    found: list[tuple[Lang, str]] = []
    for line in table.strip().splitlines():
        lang, _, told = line.strip().partition(": ")
        found += [("ru" if lang == "ru" else "en", each.strip()) for each in told.split("|")]
    return found


@pytest.mark.parametrize(("lang", "text"), _said(_REFUSED))
def test_a_word_that_agrees_beside_a_refusal_is_no_yes(lang: Lang, text: str):
    assert read_yesno(text, lang=lang).value is False


@pytest.mark.parametrize(("lang", "text"), _said(_NOT_AGREED))
def test_who_says_both_or_mocks_or_asks_back_agrees_to_nothing(lang: Lang, text: str):
    assert read_yesno(text, lang=lang).value is not True


@pytest.mark.parametrize(("lang", "text"), _said(_AGREED))
def test_a_refusal_that_is_denied_agrees(lang: Lang, text: str):
    assert read_yesno(text, lang=lang).value is True


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("ru", "да, но подешевле бы"),
        ("ru", "верно, кроме мелочей"),
        ("en", "yes, but cheaper perhaps"),
        ("ru", "да, если бесплатно"),
        ("en", "yes if it's free"),
    ],
)
def test_a_yes_with_a_condition_that_nobody_understands_agrees_to_nothing(lang: Lang, text: str):
    asked = Expectation(yesno=True, question="")

    meaning = BuiltinNlu({}, encoder=None).understand(text, asked, language=lang, now=NOW)

    assert meaning.yes is None


@pytest.mark.parametrize(("lang", "text"), [("ru", "ага, отмена"), ("en", "sure, cancel"), ("en", "sure, never mind")])
def test_who_agrees_only_to_call_it_off_calls_it_off(lang: Lang, text: str):
    asked = Expectation(yesno=True, question="", intents=("cancel",))

    meaning = BuiltinNlu({}, encoder=None).understand(text, asked, language=lang, now=NOW)

    assert (meaning.yes, meaning.intent) == (None, "cancel")
