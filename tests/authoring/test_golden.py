"""The clinic's golden conversations, run as `govorun test` runs them; and what the runner says when one differs."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.problems import ScenarioErrors
from bot.backends.calendar import Calendar
from bot.dialogue.meaning import Expectation, Language, Meaning, Reading
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import PersonName
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write

CLINIC = Path(__file__).parents[2] / "scenarios" / "clinic"
BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})


def test_the_clinic_talks_as_its_golden_conversations_say():
    results = golden.run(CLINIC, nlu=BuiltinNlu.of, bench=BENCH)
    assert len(results) >= 20
    assert "\n\n".join(result.diff for result in results if not result.passed) == ""


WORDS = {
    "book": Meaning.only("booking"),
    "lor": Meaning(readings={"service": Reading(value="lor")}),
    "noon": Meaning(readings={"when": Reading(value=datetime(2026, 11, 19, 12))}),
    "Anna": Meaning(readings={"name": Reading(value=PersonName(given="Anna"))}),
    "phone": Meaning(readings={"phone": Reading(value="+79051234567")}),
    "yes": Meaning(yes=True),
}


class Scripted:
    """Understands a few words exactly; everything else is not understood."""

    def language_of(self, text: str) -> Language | None:
        return None

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return WORDS.get(text, Meaning())


def scripted(_: ScenarioSet) -> Scripted:
    return Scripted()


@pytest.fixture
def tried(tmp_path: Path) -> Callable[[str], list[golden.Result]]:
    def run(text: str) -> list[golden.Result]:
        folder = write(tmp_path / "set")
        (folder / "tests").mkdir(exist_ok=True)
        (folder / "tests" / "talk.en.txt").write_text(text)
        return golden.run(folder, nlu=scripted, bench=BENCH)

    return run


BOOKED = """\
# a booking      now: 2026-11-18 10:00
> book
< Which doctor?
> (ENT)
< When?
> noon
< Name?
> Anna
< Phone?
> phone
< …, right?
> yes
< Done.
< How can I help?
= booked: service lor, when 2026-11-19 12:00
"""


def test_a_conversation_that_goes_as_written_passes(tried):
    (result,) = tried(BOOKED)
    assert result.diff == ""


def test_a_different_word_is_shown_between_what_was_right(tried):
    (result,) = tried(BOOKED.replace("< When?", "< At what time?"))
    assert result.diff.splitlines() == [
        "tests/talk.en.txt:1: a booking",
        "  > book",
        "  < Which doctor?",
        "  > (ENT)",
        "- < At what time?",
        "+ < When?",
        "  > noon",
        "  < Name?",
        "  > Anna",
        "  < Phone?",
        "  > phone",
        "  < …, right?",
        "  > yes",
        "  < Done.",
        "  < How can I help?",
        "  = booked: service lor, when 2026-11-19 12:00",
    ]


def test_a_booking_nobody_wrote_down_is_a_difference(tried):
    (result,) = tried(BOOKED.replace("= booked: service lor, when 2026-11-19 12:00\n", ""))
    assert "+ = booked: service lor, when 2026-11-19 12:00, name Anna, phone +79051234567" in result.diff


def test_a_booking_at_another_hour_is_a_difference(tried):
    (result,) = tried(BOOKED.replace("19 12:00", "19 13:00"))
    assert "- = booked: service lor, when 2026-11-19 13:00" in result.diff


def test_a_taken_place_is_taken(tried):
    (result,) = tried(
        BOOKED.replace("now: 2026-11-18 10:00", "now: 2026-11-18 10:00, taken: lor 2026-11-19 12:00")
        .replace("< …, right?\n> yes\n", "< Taken: …\n< When?\n")
        .partition("< Done.")[0]
    )
    assert result.diff == ""


def test_a_button_that_is_not_there_is_a_difference(tried):
    (result,) = tried("# x\n< How can I help?\n> (Fly)\n< Where to?\n")
    assert "! there is no button (Fly); there are 'Book', 'Address'" in result.diff


def test_several_conversations_stand_in_one_file_each_from_a_fresh_calendar(tried):
    assert [result.passed for result in tried(BOOKED + "\n## a note\n" + BOOKED)] == [True, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "tests/talk.en.txt:1: there is no conversation in this file. Begin one with '# its title'."),
        ("# x\nhello\n", "tests/talk.en.txt:2: 'hello' begins with none of # > < = !."),
        ("> hello\n", "tests/talk.en.txt:1: a conversation needs a title."),
        ("# x now: soon\n", "tests/talk.en.txt:1: 'soon' isn't a date and time. Write it as 2026-11-18 10:00."),
        ("# x channel: smoke\n", "tests/talk.en.txt:1: 'smoke' can't stand here."),
    ],
)
def test_a_file_that_is_no_conversation_is_told_with_its_line(tried, text: str, said: str):
    with pytest.raises(ScenarioErrors) as caught:
        tried(text)
    assert said in str(caught.value)
