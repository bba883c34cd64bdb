"""Every state of a set is tried: what is found is a conversation, the same one each time."""

from pathlib import Path

import pytest

from bot.authoring.exploring import QUICK, Finding, explore
from bot.authoring.exploring.explore import Depth
from bot.authoring.load import load
from tests.authoring.linted import PLAIN, examples, put
from tests.authoring.small import FILES, write

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SETS = sorted(file.parent for file in SCENARIOS.glob("*/business.yaml"))


def found(folder: Path, steps: str, **options: object) -> tuple[Finding, ...]:
    return explore(load(put(folder, steps)), depth=QUICK, **options)  # type: ignore[arg-type]


def test_a_set_that_leads_everybody_on_has_nothing_to_tell(tmp_path: Path):
    assert found(tmp_path, PLAIN.partition("en: Try}\n")[2]) == ()


def test_the_conversation_is_in_the_language_that_is_asked_for(tmp_path: Path):
    (finding,) = found(tmp_path, examples()["stuck"], language="en")
    assert finding.talk == (
        "# stuck   channel: voice, caller: +79051234567",
        "< How can I help?",
        "< Try.",
        "< Hours.",
        "> (Try)",
        "< Did you like it?",
        "> no",
        "< Why?",
    )


def test_the_same_set_is_told_of_alike_each_time(tmp_path: Path):
    scenarios = load(put(tmp_path, examples()["no_patience"]))
    assert explore(scenarios, depth=QUICK) == explore(scenarios, depth=QUICK) != ()


def test_a_bounded_search_tells_of_nothing_that_it_has_not_seen(tmp_path: Path):
    scenarios = load(put(tmp_path, examples()["stuck"]))
    assert explore(scenarios, depth=Depth(states=1, wishes=1)) == ()


ROUND = """\
slots:
  number: {type: digits, length: 4, ask: {ru: Номер?, en: The number?}}
steps:
  - collect: number
  - id: asking
    do: orders.status(number)
    error:
      - id: sorry
        confirm: {ru: Не вышло. Ещё раз?, en: That failed. Once more?}
        declined:
          - go: sorry
      - go: TARGET
  - say: "{state}"
"""


def test_a_failure_that_may_be_tried_again_is_no_dead_end(tmp_path: Path):
    assert found(tmp_path, ROUND.replace("TARGET", "asking")) == ()


def test_a_failure_that_leads_round_for_ever_is_one(tmp_path: Path):
    (finding,) = found(tmp_path, ROUND.replace("TARGET", "sorry"))
    assert (finding.code, finding.scenario, finding.step) == ("stuck", "try", "sorry")
    assert "## orders.status: error" in finding.talk


CIRCLE = """\
slots:
  number: {type: digits, length: 4, attempts: ATTEMPTS, on_fail: [continue: ], ask: {ru: Номер?, en: The number?}}
steps:
  - collect: number
  - do: orders.status(number)
    error:
      - say: {ru: Не нашли., en: Not found.}
      - again: number
  - say: "{state}"
"""


def test_whoever_says_nothing_is_with_a_person_soon_whatever_other_programs_answer(tmp_path: Path):
    assert found(tmp_path, CIRCLE.replace("ATTEMPTS", "2")) == ()


def test_whoever_says_nothing_is_followed_through_what_other_programs_answer(tmp_path: Path):
    findings = found(tmp_path, CIRCLE.replace("ATTEMPTS", "5"))
    assert {finding.code for finding in findings} == {"no_patience"}
    assert "## orders.status: error" in findings[0].talk


def test_who_comes_to_a_business_of_the_night_comes_to_an_end_too(tmp_path: Path):
    business = FILES["business.yaml"] + "hours: 22:00-06:00\n"
    main = FILES["main.yaml"].replace("    loop: yes\n", "")
    assert explore(load(write(tmp_path / "bar", business=business, main=main)), depth=QUICK) == ()


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_every_shipped_set_leads_everybody_to_an_end(folder: Path):
    assert explore(load(folder), depth=QUICK) == ()
