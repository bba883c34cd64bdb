"""Any text whatever costs little and breaks nothing."""

from __future__ import annotations

import time
from datetime import date, datetime
from datetime import time as clock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.dialogue import morphology
from bot.dialogue.values import Moment
from bot.understanding.reading import Expected, Lang
from bot.understanding.slots import choices
from bot.understanding.slots.readers import READERS, read, warm
from bot.understanding.words import normaliser, typos
from bot.understanding.words.normaliser import MAX_CHARS, MAX_TOKENS, normalise, tokens
from tests.understanding.test_slots import DATA, DOCTORS, NOW

HOSTILE = {
    "a megabyte of letters": "а" * 1_000_000,
    "a megabyte of words": "завтра в три " * 80_000,
    "a megabyte of unknown words": " ".join(
        f"зыгл{chr(1072 + i % 32)}{chr(1072 + i // 32 % 32)}р" for i in range(100_000)
    ),
    "numbers without end": "девятьсот девяносто девять тысяч " * 30_000,
    "figures without end": "9" * 1_000_000,
    "groups of figures": "1-2-3-4-5 " * 100_000,
    "round hundreds": "900 5 " * 100_000,
    "a date of zeros": "0.0.0.0/0:0-0 " * 100_000,
    "control characters": "".join(map(chr, range(32))) * 30_000,
    "right to left": "\u202e\u202d\u2067завтра\u2069 \u200fв\u200e три" * 50_000,
    "emoji": "😀👩‍👩‍👧‍👦🏳️‍🌈" * 50_000,
    "combining marks": "е" + "\u0301" * 1_000_000,
    "one character that unfolds to eighteen": "\ufdfa" * 100_000,
    "a regular expression bomb": "(a+)+$" * 100_000 + "!",
    "a template": "{{7*7}} ${jndi:ldap://x} {slot|title} %s%n" * 20_000,
    "lone surrogates": "\ud800завтра\udfff" * 10_000,
    "figures of other scripts": "١٢٣ ４５６ ๑๒๓" * 50_000,
    "names": "Иван Петров Сергей " * 50_000,
    "denials": "не не не могу завтра " * 50_000,
    "yes and no": "да нет " * 100_000,
    "dogs": " собака" * 100_000,
    "signs of mail": "a at " * 100_000,
    "figures in circles": "❶❷ в ❸ ² ½ Ⅻ" * 1_000,
    "nothing": "",
    "spaces": " \t\n\u00a0" * 1_000,
}


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    warm()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("slot_type", READERS)
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_hostile_text_costs_less_than_50_ms(slot_type: str, text: str, lang: Lang):
    spent = []
    for _ in range(3):  # the least of three: the machine may be busy elsewhere
        for cache in (normaliser._tokens, typos._nearest, morphology.parses, choices.forms):
            cache.cache_clear()
        begun = time.thread_time()
        read(slot_type, text, lang=lang, now=NOW, expected=Expected(options=DOCTORS))
        spent.append(time.thread_time() - begun)
    assert min(spent) < 0.05


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.sampled_from(sorted(READERS)), st.sampled_from(["ru", "en"]))
def test_no_text_breaks_a_reader(text: str, slot_type: str, lang: Lang):
    read(slot_type, text, lang=lang, now=NOW, expected=Expected(options=DOCTORS))


WORDS = (
    "завтра сегодня в на не без через пол половина три пять двадцать пятого ноября часов минут утра вечера или а нет с"
    " до после пятницу неделю следующую 15:30 19.11 32.13 2026-11-19 25 0 1530 не могу числа выходных год месяц"
    " at on next not friday half past quarter to pm in the week of november nineteenth hundred and a double oh"
).split()


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12), st.sampled_from(["datetime", "number", "phone"]))
def test_no_order_of_date_words_breaks_a_reader(words: list[str], slot_type: str):
    for lang in ("ru", "en"):
        reading = read(slot_type, " ".join(words), lang=lang, now=NOW)
        assert not (reading.value is not None and reading.question), "whole, and yet something is asked"
        if slot_type == "datetime" and reading.value is not None:
            assert isinstance(reading.value, datetime)


SAID = sorted(
    {
        word
        for lang in ("ru", "en")
        for line in (DATA / f"slots_{lang}.tsv").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
        for word in line.split("\t")[1].split()
    }
)
KNOWN = (
    None,
    Moment(day=date(2026, 11, 20)),
    Moment(time=clock(7), either_half=True),
    Moment(day=date(2026, 11, 20), time=clock(15)),
    Moment(part="evening"),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(SAID), max_size=9), st.sampled_from(KNOWN))
def test_no_order_of_what_people_say_breaks_a_reader(words: list[str], known: Moment | None):
    expected = Expected(options=DOCTORS, known=known)
    for slot_type in READERS:
        for lang in ("ru", "en"):
            read(slot_type, " ".join(words), lang=lang, now=NOW, expected=expected)


def test_a_text_is_cut_before_anything_else_is_done_with_it():
    assert len(tokens("завтра " * 100_000)) <= MAX_TOKENS
    assert len(normalise("а" * 10_000)) == MAX_CHARS


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Завтра, В 15:30!", "завтра в 15:30"),
        ("8-905-123", "8-905-123"),
        ("ещё ЁЛКА", "еще елка"),
        ("１５：３０", "15:30"),
        ("за\u200bвт\u00adра", "завтра"),
        ("\u202eзавтра\u202c", "завтра"),
        ("завтpа", "завтра"),  # a Latin p
        ("3 p.m.", "3 pm"),
        ("o’clock", "oclock"),
        ("+7 (905)", "+ 7 905"),
        ("😀", ""),
    ],
)
def test_what_is_written_differently_becomes_the_same(written: str, normal: str):
    assert normalise(written) == normal


def test_a_day_of_sixteen_digits_is_no_day():
    assert read("datetime", "1234567890123456 марта", lang="ru", now=NOW).value is None
    assert read("datetime", "March 1234567890123456", lang="en", now=NOW).value is None
