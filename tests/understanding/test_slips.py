"""Words that nobody writes are put right before an intent is told; words that exist are left alone."""

from __future__ import annotations

import pytest

from bot.dialogue.meaning import Language
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.words import slips
from bot.understanding.words.normaliser import normalise
from bot.understanding.words.slips import LONGEST, MOST, gibberish, mended
from tests.understanding.conftest import DATA, labelled
from tests.understanding.test_nlu import MENU, NOW

NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("language", "wrote", "meant"),
    [
        ("ru", "запишеш на зфтра", "запишешь на завтра"),
        ("ru", "пиренисти запись", "перенести запись"),  # by ear, twice
        ("ru", "к тирапефту", "к терапевту"),
        ("ru", "хачу записатся", "хочу записаться"),
        ("ru", "соеденить с апиратором", "соединить с оператором"),
        ("ru", "рабоает", "работает"),  # a key missed
        ("ru", "платеш не прошол", "платеж не прошел"),
        ("ru", "скорсть", "скорость"),
        ("ru", "незнаю", "не знаю"),  # the space missed
        ("ru", "какдела", "как дела"),
        ("ru", "спс норм", "спасибо нормально"),
        ("en", "cancl my appoitment", "cancel my appointment"),
        ("en", "definately recieve", "definitely receive"),
        ("en", "teh docter", "the doctor"),
        ("en", "iwant alot", "i want a lot"),
        ("en", "appt tmrw pls", "appointment tomorrow please"),
    ],
)
def test_slips_of_ear_finger_and_haste_are_mended(language: Language, wrote: str, meant: str) -> None:
    assert mended(wrote, NONE, language) == meant


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("ru", "перенести надпись"),  # a word that exists, one slip from "запись"
        ("ru", "кузнецова оганесян рустам"),
        ("ru", "вайфай айфон снилс сбер каско камри налик"),
        ("ru", "узи мрт эко жк"),
        ("ru", "х" * (LONGEST + 1)),
        ("ru", "8 905 123 45 67"),
        ("en", "wifi iphone mri nhs vin atm"),
        ("en", "kowalski from leeds"),
        ("ru", "латте ботокс аватарка халяль"),
        ("en", "venmo siri matcha landline eircode isa"),
    ],
)
def test_words_that_exist_names_and_abbreviations_are_left_alone(language: Language, text: str) -> None:
    assert mended(text, NONE, language) == text


def test_a_word_of_the_business_is_likelier_than_one_of_the_dictionary_and_never_mended_itself() -> None:
    own = frozenset(("перенесите", "сертификат", "чекапчик", "стоматологу"))
    assert mended("перенисите сертефикат", own, "ru") == "перенесите сертификат"
    assert mended("чекапчик", own, "ru") == "чекапчик"
    assert mended("стамотологу", own, "ru") == "стоматологу"  # two slips
    assert mended("стамотологу", NONE, "ru") == "стамотологу"


@pytest.mark.parametrize(("language", "most"), [("ru", 0.03), ("en", 0.04)])
def test_few_words_that_people_wrote_are_touched_at_all(language: Language, most: float) -> None:
    """A third of these utterances are written carelessly on purpose."""
    files = sorted(DATA.glob(f"intents_*_{language}_t*.csv"))
    words = [word for file in files for text, _ in labelled(file.stem) for word in normalise(text).split()]
    touched = [word for word in words if mended(word, NONE, language) != word]
    assert 0 < len(touched) < most * len(words)


@pytest.mark.parametrize(
    ("wrote", "intent"),
    [
        ("запишеш на зфтра?", "booking"),
        ("хачу записатся к врачу", "booking"),
        ("пиренисите мой визит", "reschedule"),
        ("скока стоит прийом", "price"),
    ],
)
def test_whoever_writes_badly_is_understood(nlu: BuiltinNlu, wrote: str, intent: str) -> None:
    assert nlu.understand(wrote, MENU, language="ru", now=NOW).intent == intent


def test_letters_that_are_no_words_mean_nothing(nlu: BuiltinNlu) -> None:
    assert gibberish("абырвалг", NONE, "ru")
    assert gibberish("asdf qwrt", NONE, "en")
    assert not gibberish("абырвалг номер", NONE, "ru")
    assert not gibberish("чекапчик", frozenset(("чекапчик",)), "ru")
    assert not gibberish("112", NONE, "ru")
    for said in ("прпрпр", "абырвалг", "ыыы", "асдфг", "лорем ипсум"):
        assert nlu.understand(said, MENU, language="ru", now=NOW).intents == ()


def test_a_text_of_nothing_but_strange_words_costs_no_more_than_a_few_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(slips, "_likeliest", lambda word, *_: looked.append(word) or word)
    strange = [f"{a}щъ{b}шщ" for a in "абвгдежзик" for b in "лмнопрстуф"]
    own = frozenset(("своё",))  # a vocabulary of its own, so that nothing is remembered
    assert mended(" ".join(strange), own, "ru").split() == strange
    assert 0 < sum(map(len, looked)) <= MOST
