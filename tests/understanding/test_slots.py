"""What callers and writers say, and what a slot must hold after it: tests/data/slots_*.tsv.

A line is: type, tab, text, tab, what is read, and perhaps a tab and the circumstances ('hours 09:00-20:00', 'known
2026-11-20', 'length 4-4', 'instead 2026-11-20 15:00', 'among garage', 'past', 'asked'). What is read: the value; '-'
for nothing; '? day|time|part_of_day' with what is known so far; 'a | b' for alternatives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

import pytest

from bot.dialogue.hours import Hours
from bot.dialogue.meaning import Option
from bot.dialogue.values import Moment, Value
from bot.understanding.reading import Expected, Lang, Reading
from bot.understanding.slots.readers import read

NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday
DATA = Path(__file__).parent.parent / "data"


def _option(name: str, ru: str, en: str) -> Option:
    titles = {"ru": ru.split(", "), "en": en.split(", ")}
    return Option(
        id=name,
        title={lang: names[0] for lang, names in titles.items()},
        synonyms={lang: tuple(names[1:]) for lang, names in titles.items()},
    )


DOCTORS = (
    _option("terapevt", "Терапевт, общий врач, участковый", "Therapist, general practitioner, GP"),
    _option("stomatolog", "Стоматолог, зубной врач, дантист, зуб", "Dentist, tooth doctor, teeth"),
    _option("kardiolog", "Кардиолог, сердце", "Cardiologist, heart doctor"),
    _option("lor", "ЛОР, отоларинголог, ухо горло нос", "ENT, ear nose and throat"),
)


CLINIC = (
    _option("therapist", "Терапевт, общий врач", "Therapist, general practitioner, GP"),
    _option("surgeon", "Хирург", "Surgeon"),
    _option("dentist", "Стоматолог, зубной врач", "Dentist, tooth doctor"),
    _option("eyes", "Окулист, офтальмолог, глазной врач", "Eye doctor, optometrist, ophthalmologist"),
    _option("ultrasound", "УЗИ, ультразвук", "Ultrasound"),
    _option("mri", "МРТ, томография", "MRI scan, MRI"),
)
GARAGE = (
    _option("wash", "Мойка, помыть машину, комплексная мойка", "Car wash, wash the car, full wash"),
    _option("tyres", "Шиномонтаж, переобуть колёса, замена резины", "Tyre change, new tyres, tires"),
    _option("oil", "Замена масла, поменять масло", "Oil change, change the oil"),
    _option("diag", "Диагностика, проверить машину, горит чек", "Diagnostics, check the car, check engine light"),
    _option("paint", "Покраска, покрасить бампер, кузовной ремонт", "Paint job, bumper painting, body work"),
)


def _expected(circumstances: str) -> Expected:
    expected: dict[str, object] = {"options": DOCTORS}
    for one in filter(None, circumstances.split("; ")):
        key, _, value = one.partition(" ")
        if key == "hours":
            opens, closes = value.split("-")
            expected["open_hours"] = Hours.daily(time.fromisoformat(opens), time.fromisoformat(closes))
        elif key == "known":
            expected["known"] = _moment(value)
        elif key == "instead":
            expected["instead_of"] = _moment(value)
        elif key == "length":
            fewest, most = value.split("-")
            expected["length"] = (int(fewest), int(most))
        elif key == "among":
            expected["options"] = {"clinic": CLINIC, "garage": GARAGE}[value]
        elif key in ("past", "asked"):
            expected[key] = True
        else:
            raise ValueError(circumstances)
    return Expected(**expected)  # type: ignore[arg-type]


def _moment(text: str) -> Moment:
    """'2026-11-20 15:00', '2026-11-20', '07:00~' (either half), '2026-11-20 evening'."""
    day: date | None = None
    clock: time | None = None
    part = None
    either_half = text.endswith("~")
    for word in text.rstrip("~").split():
        if "-" in word:
            day = date.fromisoformat(word)
        elif ":" in word:
            clock = time.fromisoformat(word)
        else:
            part = word
    return Moment(day=day, time=clock, part=part, either_half=either_half)  # type: ignore[arg-type]


def shown(reading: Reading) -> str:
    """A reading as the data files write it."""
    if reading.value is not None:
        return _value(reading.value)
    if reading.question:
        partial = reading.partial or Moment()
        parts = [
            str(partial.day) if partial.day else "",
            f"{partial.time:%H:%M}" if partial.time else "",
            partial.part or "",
        ]
        known = " ".join(part for part in parts if part) + ("~" if partial.either_half else "")
        return f"? {reading.question} {known}".strip()
    return " | ".join(_value(one) for one in reading.alternatives) or "-"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _lines(lang: Lang, name: str = "slots") -> Iterator[object]:
    for number, line in enumerate((DATA / f"{name}_{lang}.tsv").read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            kind, text, wanted, *rest = line.split("\t")
            yield pytest.param(lang, kind, text, wanted, rest[0] if rest else "", id=f"{name}_{lang}:{number}")


@pytest.mark.parametrize(
    ("lang", "kind", "text", "wanted", "circumstances"),
    [*_lines("ru"), *_lines("en"), *_lines("ru", "slots_hard"), *_lines("en", "slots_hard")],
)
def test_what_people_say_is_read_as_they_mean_it(lang: Lang, kind: str, text: str, wanted: str, circumstances: str):
    reading = read(kind, text, lang=lang, now=NOW, expected=_expected(circumstances))
    assert shown(reading) == wanted, text


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_strangers_are_understood(lang: Lang):
    """In one go: two thousand utterances of callers nobody here is like."""
    wrong = []
    for line in (DATA / f"slots_strangers_{lang}.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        kind, text, wanted, circumstances = line.split("\t")
        told = shown(read(kind, text, lang=lang, now=NOW, expected=_expected(circumstances)))
        if told != wanted:
            wrong.append(f"{kind}: {text}: {told}, not {wanted}")
    assert wrong == []


CUTS = (
    _option("women", "Женская стрижка, стрижка", "Women's haircut, haircut"),
    _option("men", "Мужская стрижка", "Men's haircut"),
)
BROWS = Expected(options=(_option("brows", "Брови", "Brow shaping, brows"),))


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [("мужская стрижка", "ru", "men"), ("просто стрижка", "ru", "women"), ("a men's haircut", "en", "men")],
)
def test_a_longer_name_is_not_the_shorter_one_inside_it(text: str, lang: Lang, value: str):
    assert read("choice", text, lang=lang, now=NOW, expected=Expected(options=CUTS)).value == value


def test_an_english_word_of_four_letters_is_not_another_a_letter_away():
    assert read("choice", "Robert Brown", lang="en", now=NOW, expected=BROWS).value is None
    assert read("choice", "my brows", lang="en", now=NOW, expected=BROWS).value == "brows"


CAR = Expected(
    options=(_option("check", "Диагностика, проверить машину", "Diagnostics, check the car, look at the car"),)
)


def test_half_a_name_chooses_nothing_unasked():
    assert read("choice", "my car is broken", lang="en", now=NOW, expected=CAR).value is None
    assert read("choice", "машина сломалась", lang="ru", now=NOW, expected=CAR).value is None
    assert read("choice", "please check the car", lang="en", now=NOW, expected=CAR).value == "check"
    assert read("choice", "the car", lang="en", now=NOW, expected=replace(CAR, asked=True)).value == "check"
