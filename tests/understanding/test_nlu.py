"""Meaning as the dialogue gets it: a table of what is said while something is asked."""

from __future__ import annotations

import time as clock
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from bot.dialogue.hours import Hours
from bot.dialogue.meaning import REPAIRS, Expectation, Language, Meaning, Option, SlotSpec
from bot.dialogue.values import Moment
from bot.understanding.nlu import BuiltinNlu

NOW = datetime(2026, 11, 18, 10, 0)
DOCTORS = (
    Option(id="terapevt", title={"ru": "терапевт", "en": "therapist"}, synonyms={"en": ("GP",)}),
    Option(id="stomatolog", title={"ru": "стоматолог", "en": "dentist"}, synonyms={"ru": ("зубной",)}),
    Option(id="kardiolog", title={"ru": "кардиолог", "en": "cardiologist"}),
    Option(id="lor", title={"ru": "лор", "en": "ENT doctor"}),
)
SERVICE = SlotSpec(name="service", type="choice", options=DOCTORS)
WHEN = SlotSpec(name="when", type="datetime", open_hours=Hours.daily(time(9), time(20)))
NAME = SlotSpec(name="name", type="person")
PHONE = SlotSpec(name="phone", type="phone")
NOTE = SlotSpec(name="note", type="text")
SLOTS = {spec.name: spec for spec in (SERVICE, WHEN, NAME, PHONE)}
INTENTS = (
    *("booking", "cancellation", "reschedule", "my_booking", "price", "address", "hours", "results", "insurance"),
    "preparation",
    *REPAIRS,
)
INTENT_SLOTS = {"booking": (SERVICE, WHEN, NAME, PHONE), "reschedule": (WHEN,)}
MENU = Expectation(
    choices=(
        Option(id="booking", title={"ru": "Запись", "en": "Booking"}, key="1"),
        Option(id="price", title={"ru": "Цены", "en": "Prices"}, key="2"),
    ),
    keys={"1": "booking", "2": "price"},
    intents=INTENTS,
    intent_slots=INTENT_SLOTS,
)
CONFIRM = Expectation(
    slots={**SLOTS, "when": replace(WHEN, known=Moment(day=date(2026, 11, 20), time=time(15)))},
    choices=(Option(id="yes", title={"ru": "Да", "en": "Yes"}), Option(id="no", title={"ru": "Нет", "en": "No"})),
    keys={"1": "yes", "2": "no"},
    yesno=True,
    intents=INTENTS,
    intent_slots=INTENT_SLOTS,
)


def asking(slot: str) -> Expectation:
    spec = SLOTS.get(slot, NOTE)
    return Expectation(
        asked=slot,
        slots={**SLOTS, spec.name: spec},
        choices=spec.options,
        keys={str(n): option.id for n, option in enumerate(spec.options, 1)},
        intents=INTENTS,
        intent_slots=INTENT_SLOTS,
    )


EXPECTATIONS = {"menu": MENU, "confirm": CONFIRM} | {name: asking(name) for name in (*SLOTS, "note")}

# Expected | said | meant, in this order: intent, slot=value, #option, yes or no; "-" is nothing.
RUSSIAN = """
menu    | здравствуйте, хочу записаться к терапевту завтра в три часа дня | booking service=terapevt when=19T15:00
menu    | запишеш на зфтра к терапевту?            | booking service=terapevt when=19?time
menu    | хочу записаться                          | booking
menu    | отмените мою запись                      | cancellation
menu    | отмените                                 | cancellation
menu    | запись                                   | #booking
menu    | 2                                        | #price
menu    | второе                                   | #price
menu    | сколько стоит приём кардиолога           | price
menu    | где вы находитесь                        | address
menu    | позовите человека                        | operator
menu    | какая завтра погода                      | -
menu    | ...                                      | -
service | к терапевту                              | service=terapevt
service | запишите меня к терапевту                | service=terapevt
service | терапевт, завтра в три                   | service=terapevt when=19T15:00
service | к лору                                   | service=lor
service | второй                                   | service=stomatolog
service | 3                                        | service=kardiolog
service | к терапевту на завтра в три, меня зовут Иван Петров | service=terapevt when=19T15:00 name=Иван+Петров
service | не к терапевту, а к кардиологу           | service=kardiolog
service | сколько стоит приём терапевта            | price
service | а сколько стоит терапевт                 | price
service | сколько стоит приём                      | price
service | отмените мою запись к терапевту          | cancellation
service | не надо, передумал                       | cancel
service | что?                                     | repeat
service | хочу записаться                          | booking
service | а какой у вас адрес                      | address
service | меня зовут Иван                          | name=Иван
when    | завтра в три                             | when=19T15:00
when    | завтра                                   | when=19?time
when    | давайте в пятницу в десять               | when=20T10:00
when    | к кардиологу лучше                       | service=kardiolog
when    | нас будет четверо                        | -
when    | сколько это стоит                        | price
when    | вы работаете в воскресенье?              | hours
when    | а до скольки вы работаете                | hours
when    | отмените                                 | cancel
name    | Иван Петров                              | name=Иван+Петров
name    | хочу записаться                          | booking
name    | нет, лучше в четыре                      | when=?day
name    | не к лору, а к терапевту                 | service=terapevt
name    | Лора Иванова                             | name=Лора+Иванова
name    | Иван Петров, и лучше к кардиологу        | service=kardiolog name=Иван+Петров
name    | а сколько это стоит                      | price
name    | восемь девятьсот пять                    | -
name    | оператор                                 | operator
phone   | восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь | phone=+79051234567
phone   | 8 905 123-45-67                          | phone=+79051234567
phone   | восемь девятьсот пять                    | -
phone   | восемь                                   | -
phone   | ой, лучше к кардиологу                   | service=kardiolog
phone   | какой у вас адрес                        | address
confirm | да                                       | yes
confirm | ага, всё верно                           | yes
confirm | нет                                      | no
confirm | 1                                        | #yes yes
confirm | нет, лучше в четыре                      | when=20T16:00 no
confirm | да, но на субботу                        | when=21T15:00 yes
confirm | не в пятницу, а в субботу                | when=21T15:00
confirm | нет, к кардиологу                        | service=kardiolog no
confirm | нет, меня зовут Олег                     | name=Олег no
confirm | второй                                   | -
confirm | другой телефон, 8 916 111-22-33          | phone=+79161112233
confirm | не надо                                  | no
confirm | нет, спасибо                             | no
confirm | хватит, отмена                           | cancel
confirm | а сколько это стоит                      | price
confirm | позовите человека                        | operator
confirm | 👍                                       | yes
note    | отмените запись в пятницу, если заболею  | note=отмените+запись+в+пятницу,+если+заболею
note    | отмена                                   | cancel
"""
ENGLISH = """
menu    | hello, I want to book a therapist tomorrow at three pm | booking service=terapevt when=19T15:00
menu    | cancel my appointment                    | cancellation
menu    | I want to talk to a human                | operator
menu    | how much is a visit to the cardiologist  | price
menu    | prices                                   | #price
menu    | what's the weather tomorrow              | -
service | a dentist                                | service=stomatolog
service | the second one                           | service=stomatolog
service | how much is the dentist                  | price
service | dentist on Friday at ten am              | service=stomatolog when=20T10:00
when    | tomorrow at three pm                     | when=19T15:00
when    | are you open on Sunday                   | hours
name    | John Smith                               | name=John+Smith
phone   | where are you located                    | address
confirm | yes                                      | yes
confirm | no, make it four                         | when=20T16:00 no
confirm | no thanks                                | no
confirm | not Friday, Saturday                     | when=21T15:00
"""
# In the other alphabet or on the other layout.
MIXED = """
menu    | ghbdtn                                   | greeting
menu    | [jxe pfgbcfnmcz r nthfgtdne              | booking service=terapevt
menu    | zapishite menya k terapevtu              | booking service=terapevt
menu    | I want to book an appointment with a dentist | booking service=stomatolog
when    | pfdnhf d nhb                             | when=19T15:00
confirm | lf                                       | yes
confirm | ytn                                      | no
confirm | yes                                      | yes
"""


def _rows(table: str) -> list[tuple[str, str, str]]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return [(expected.strip(), said.strip(), " ".join(meant.split())) for expected, said, meant in rows]


def _shown(meaning: Meaning) -> str:
    parts = [meaning.intent] if meaning.intent else []
    for name in (*SLOTS, "note"):
        if name in meaning.readings:
            parts.append(f"{name}={_value(meaning, name)}")
    if meaning.option:
        parts.append(f"#{meaning.option}")
    if meaning.yes is not None:
        parts.append("yes" if meaning.yes else "no")
    return " ".join(parts) or "-"


def _value(meaning: Meaning, name: str) -> str:
    reading = meaning.readings[name]
    if isinstance(reading.value, datetime):
        return reading.value.strftime("%dT%H:%M")
    if reading.value is None:
        day = reading.partial.day.day if reading.partial and reading.partial.day else ""
        return f"{day}?{reading.question}"
    return str(reading.value).replace(" ", "+")


def _understood(nlu: BuiltinNlu, expected: str, said: str, language: Language) -> str:
    return _shown(nlu.understand(said, EXPECTATIONS[expected], language=language, now=NOW))


@pytest.mark.parametrize(("expected", "said", "meant"), _rows(RUSSIAN))
def test_russian_means_what_it_says(nlu: BuiltinNlu, expected: str, said: str, meant: str) -> None:
    assert _understood(nlu, expected, said, "ru") == meant


@pytest.mark.parametrize(("expected", "said", "meant"), _rows(ENGLISH))
def test_english_means_what_it_says(nlu: BuiltinNlu, expected: str, said: str, meant: str) -> None:
    assert _understood(nlu, expected, said, "en") == meant


@pytest.mark.parametrize(("expected", "said", "meant"), _rows(MIXED))
def test_another_layout_alphabet_or_language_is_taken(nlu: BuiltinNlu, expected: str, said: str, meant: str) -> None:
    assert _understood(nlu, expected, said, "ru") == meant


def test_nothing_unexpected_is_returned(nlu: BuiltinNlu) -> None:
    for said in ("хочу записаться к терапевту завтра в три", "отмена", "да", "Иван Петров", "89051234567"):
        assert nlu.understand(said, Expectation(), language="ru", now=NOW) == Meaning()


def test_while_waiting_for_a_person_only_what_is_offered_counts(nlu: BuiltinNlu) -> None:
    waiting = Expectation(intents=("cancel", "menu"))
    assert nlu.understand("отмена", waiting, language="ru", now=NOW).intent == "cancel"
    assert nlu.understand("повторите", waiting, language="ru", now=NOW) == Meaning()


HOSTILE = {
    "a megabyte": "a" * 1_000_000,
    "many words": "да " * 300_000,
    "controls": "\x00\x1b[2J\x07" * 1000,
    "right to left": "\u202eтевирп" * 1000,
    "templates": "{{7*7}} ${jndi:ldap://x} %s {service} <script>",
    "emoji": "😀" * 10_000,
    "digits": "1" * 10_000,
    "brackets": "(((((a" * 10_000,
    "negations": "не " * 5_000 + "надо",
    "the other layout": "ghbdtn " * 10_000,
    "dates": "завтра в три " * 1000,
    "phones": "восемь девятьсот пять " * 1000,
    "surrogates": "\ud800 привет",
    "nothing": "",
}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("expected", ["menu", "service", "when", "name", "phone", "confirm", "note"])
def test_hostile_text_costs_little_and_breaks_nothing(nlu: BuiltinNlu, kind: str, expected: str) -> None:
    spent = []
    for _ in range(3):  # the least of three; this thread's own time, for the machine may be busy elsewhere
        begun = clock.thread_time()
        nlu.understand(HOSTILE[kind], EXPECTATIONS[expected], language="ru", now=NOW)
        spent.append(clock.thread_time() - begun)
    assert min(spent) < 0.05


def test_without_the_encoder_words_alone_still_tell(clinic_phrases: dict[str, dict[str, list[str]]]) -> None:
    plain = BuiltinNlu(clinic_phrases, encoder=None)
    assert _understood(plain, "menu", "отмените мою запись", "ru") == "cancellation"
    assert _understood(plain, "menu", "how much is a visit", "en") == "price"


@pytest.mark.parametrize(
    ("text", "spoken", "language"),
    [
        ("хочу записаться к терапевту", "en", "ru"),
        ("отмена", "en", "ru"),
        ("что-то такое непонятное говорю", "en", "ru"),
        ("pfgbcfnmcz r nthfgtdne", "en", "ru"),
        ("I want to book a dentist", "ru", "en"),
        ("tomorrow at 3pm", "ru", None),  # no date is expected at the menu
        ("Иван", "en", None),
        ("John Smith", "ru", None),
        ("ok", "ru", None),
        ("zapishite k terapevtu", "ru", None),
        ("book a dentist", "en", None),
        ("A123BC77", "en", None),  # "Ф123ИС77" on the other layout, and ИС is in the dictionary
        ("AB", "en", None),
        ("djlf", "en", None),  # a Russian word, but nothing that was meant for us
    ],
)
def test_who_goes_over_to_the_other_language_is_noticed(
    nlu: BuiltinNlu, text: str, spoken: Language, language: Language | None
) -> None:
    assert nlu.understand(text, MENU, language=spoken, now=NOW).language == language


@pytest.mark.parametrize("spoken", ["ru", "en"])
def test_a_code_stays_in_the_letters_it_is_written_in(nlu: BuiltinNlu, spoken: Language) -> None:
    assert _value(nlu.understand("A123BC77", asking("note"), language=spoken, now=NOW), "note") == "A123BC77"
    assert nlu.language_of("A123BC77") == "en"


@pytest.mark.parametrize(
    ("text", "language"),
    [("ghbdtn", "ru"), ("привет", "ru"), ("hello", "en"), ("operator", "en"), ("start", "en"), ("12", None)],
)
def test_the_first_words_tell_the_language_whatever_the_layout(
    nlu: BuiltinNlu, text: str, language: Language | None
) -> None:
    assert nlu.language_of(text) == language


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("запишите к терапевту завтра в три, Мария Иванова", "Мария Иванова"),
        ("Мария Иванова, 89161234567, к терапевту", "Мария Иванова"),
        ("завтра в 16 к терапевту Мария", "Мария"),
        ("запишите к терапевту Анне Петровой на завтра", None),
        ("запишите к терапевту завтра в три, срочно", None),
        ("запишите к терапевту завтра, мама болеет", None),
        ("запишите к терапевту, очень болит рука", None),
    ],
)
def test_a_name_without_my_name_is(nlu: BuiltinNlu, text: str, name: str | None) -> None:
    told = nlu.understand(text, MENU, language="ru", now=NOW).readings.get("name")
    assert (str(told.value) if told else None) == name


def test_what_is_told_without_a_wish_is_the_scenarios_that_takes_it():
    """Phrases so unlike the words that no machine hears them: what is read of the words decides."""
    told = BuiltinNlu({"booking": {"ru": ["когда вы свободны"]}, "reschedule": {"ru": ["сдвиньте меня"]}}, encoder=None)
    heard = told.understand("зубной первого декабря в 12", MENU, language="ru", now=NOW)
    assert heard.intent == "booking"
    assert {name: reading.value for name, reading in heard.readings.items()} == {
        "service": "stomatolog", "when": datetime(2026, 12, 1, 12),
    }  # fmt: skip
    # One thing told, or more than is taken, may be about anything.
    for text in ("зубной", "первого декабря в 12", "зубной первого декабря в 12 испортил мне пломбу"):
        assert told.understand(text, MENU, language="ru", now=NOW).intent is None, text


def test_the_very_phrase_of_a_wish_is_no_option_that_it_names_in_part() -> None:
    told = BuiltinNlu(
        {
            "cancellation": {"ru": ["отмените мою запись", "не смогу прийти", "снимите меня с записи"]},
            "reschedule": {"ru": ["хочу поменять время записи", "перенесите меня", "давайте на другой день"]},
        }
    )
    offered = Option(id="cancellation", title={"ru": "Отмена записи"}, synonyms={"ru": ("записи",)})
    menu = replace(MENU, choices=(offered,), keys={})
    heard = told.understand("хочу поменять время записи", menu, language="ru", now=NOW)
    assert (heard.intent, heard.option) == ("reschedule", None)
    assert told.understand("отмена записи", menu, language="ru", now=NOW).option == "cancellation"
