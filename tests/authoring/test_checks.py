"""Every check has an example in docs/checks.md that it tells of, and says in Russian and English what to do."""

import json
import re
from pathlib import Path

import pytest

from bot.authoring.load import lint, load
from bot.authoring.messages import ERRORS, MESSAGES, WARNINGS
from bot.authoring.problems import Problem
from tests.authoring.linted import AROUND, GUIDES, PLAIN, ROOT, examples, put, row, told

# code -> line, in English, in Russian: what is said of its example.
SAID: dict[str, tuple[str, str]] = json.loads((Path(__file__).with_name("checks.json")).read_text())


def found(code: str, folder: Path) -> tuple[Problem, ...]:
    example = examples()[code]
    if code == "samples_only":
        told_not = re.sub(r" # check: allow .*", "", AROUND["actions.yaml"])
        return told(put(folder, example, actions=told_not))
    put(folder, example)
    if code == "no_talk_for":
        for talk in (folder / "tests").glob("try.*"):
            talk.unlink()
    return told(folder)


def test_the_set_around_the_examples_has_nothing_wrong(tmp_path: Path):
    assert told(put(tmp_path, PLAIN.partition("en: Try}\n")[2])) == ()


@pytest.mark.parametrize("code", examples())
def test_the_example_of_a_check_is_told_of_in_both_languages(code: str, tmp_path: Path):
    problem = next(problem for problem in found(code, tmp_path) if problem.code == code)
    assert [problem.text("en"), problem.text("ru")] == SAID[code]


@pytest.mark.parametrize("code", [code for code in examples() if code in WARNINGS and not code.startswith("allow")])
def test_a_warning_keeps_no_set_from_being_served_and_can_be_allowed(code: str, tmp_path: Path):
    problems = found(code, tmp_path)
    load(tmp_path)
    while left := [problem for problem in problems if problem.code == code]:
        lines = (tmp_path / left[0].file).read_text().splitlines()
        assert f"allow {code}" not in lines[left[0].line - 2], left[0].text()
        lines.insert(left[0].line - 1, f"# check: allow {code} так надо / it is meant so")
        (tmp_path / left[0].file).write_text("\n".join(lines))
        problems = told(tmp_path)
    assert not [problem for problem in problems if problem.code.startswith("allow")]


@pytest.mark.parametrize("guide", GUIDES)
def test_every_code_is_documented_with_its_level(guide: str):
    text = (ROOT / "docs" / guide).read_text()
    level = {"checks.md": "warning", "checks.ru.md": "предупреждение"}[guide]
    missing = {code for code in set(WARNINGS) if f"### `{code}` — {level}\n" not in text}
    missing |= {code for code in ERRORS if f"| `{code}` |" not in text and f"### `{code}` — " not in text}
    locale = "ru" if guide.endswith(".ru.md") else "en"
    rows = "\n".join(row(code, locale) for code in sorted(missing))
    assert missing == set(), f"a warning needs a section with an example; an error a row in the last table:\n{rows}"
    named = set(re.findall(r"^(?:### |\| )`(\w+)`", text, re.MULTILINE))
    assert named <= set(MESSAGES), "a code that is no more"


def test_both_guides_have_the_same_examples():
    assert examples("checks.md") == examples("checks.ru.md")


def test_every_warning_has_an_example():
    assert set(WARNINGS) <= set(examples())


# --- right as it is: nothing is told of it ---

RIGHT = {
    "a place nobody has taken is read back": """\
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Which doctor?}}
  when: {type: datetime, ask: {ru: Когда?, en: When?}}
steps:
  - collect: [service, when]
  - do: calendar.hold(service, when)
    taken:
      - say: {ru: "Занято. Есть {free|list}.", en: "Taken. I have {free|list}."}
      - again: when
        offered: free
  - say: {ru: "{service|title}, {when|day}.", en: "{service|title}, {when|day}."}
""",
    "a question is asked again": """\
slots:
  size: {type: number, ask: {ru: Сколько?, en: How many?}}
steps:
  - collect: size
  - if: size > 10
    then:
      - say: {ru: Столько нет., en: We haven't that many.}
      - again: size
  - say: {ru: "Записал: {size}.", en: "Noted: {size}."}
""",
    "a circle that a question can leave": """\
steps:
  - id: round
    confirm: {ru: Повторить адрес?, en: Shall I repeat the address?}
    declined:
      - say: {ru: Хорошо., en: All right.}
  - say: "{business.address}"
  - go: round
""",
    "a counter": """\
steps:
  - set: {tries: 0}
  - id: round
    confirm: {ru: Ещё?, en: Once more?}
    declined: [{say: {ru: Хорошо., en: All right.}}]
  - set: {tries: tries + 1}
  - if: tries < 3
    then: [{go: round}]
  - say: {ru: Хватит., en: That will do.}
""",
    "a column of the chosen row": """\
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Which doctor?}}
steps:
  - collect: service
  - if: service == 'lor' and service.price > 1000 or service in table('doctors')
    then: [{say: {ru: "{service.price|money}, {service|title}.", en: "{service.price|money}, {service|title}."}}]
    else: [{say: {ru: Дёшево., en: Cheap.}}]
""",
    "an address of a site for the eye alone": """\
steps:
  - say:
      ru: {text: "Подробнее: {business.site}", voice: Подробности у нас на сайте.}
      en: {text: "More at {business.site} 🙂", voice: There is more on our site.}
""",
    "a number with a filter": """\
steps:
  - say: {ru: "Звоните: {business.phone|phone}.", en: "Call {business.phone|phone}."}
""",
    "digits and a dash in words": """\
steps:
  - say: {ru: "Дом 12, второй этаж — 3 минуты пешком.", en: "Number 12, second floor — a 3-minute walk."}
""",
    "a person behind zero": """\
steps:
  - choose: {ru: Что вас интересует?, en: What would you like?}
    items:
      where: {title: {ru: Адрес, en: Address}, key: 1, steps: [{say: "{business.address}"}]}
      person: {title: {ru: Человек, en: A person}, key: 0, steps: [{handoff: asked}]}
""",
    "a note for the agent is not spoken": """\
steps:
  - handoff: asked
    note: {ru: "Смотри https://shop.example №5", en: "See https://shop.example #5"}
""",
    "a language in its own words": """\
steps:
  - choose: {ru: Язык?, en: Language?}
    items:
      ru: {title: {ru: Русский, en: Русский}, steps: [{language: ru}, {say: {ru: Хорошо., en: Fine.}}]}
      en: {title: {ru: English, en: English}, steps: [{language: en}, {say: {ru: Хорошо., en: Fine.}}]}
""",
    "a choice by its case in English": """\
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Which doctor?}}
steps:
  - collect: service
  - say: {ru: "Врач — {service|title}.", en: "{service|dative|lower}."}
""",
}


@pytest.mark.parametrize("what", RIGHT)
def test_nothing_is_told_of_what_is_right(what: str, tmp_path: Path):
    assert [problem.text() for problem in told(put(tmp_path, RIGHT[what]))] == []


ALSO = """\
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Which doctor?}}
steps:
  - collect: service
    also:
      dont_know:
        title: {ru: Не знаю, en: Not sure}
        key: 9
        phrases: {ru: [не знаю], en: [not sure]}
        steps: [{say: {ru: Начните с лора., en: Begin with the ENT.}}]
  - say: {ru: "Записал: {service|title}.", en: "Noted: {service|title}."}
"""


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ("key: 9", "key: 9", []),
        ("key: 9", 'key: "#"', ["key_means"]),
        ("key: 9", "key: 0", ["key_means"]),
        ("key: 9", "key: 0 # leads to a person", []),
        ("ru: Не знаю,", "ru: Не знаю даже к кому записаться,", ["long_title"]),
    ],
)  # fmt: skip
def test_what_may_also_be_said_at_a_step_is_looked_at_too(before: str, after: str, codes: list[str], tmp_path: Path):
    assert before in ALSO
    if "person" in after:
        before, after = (
            ALSO[ALSO.index("key: 9") : ALSO.index('  - say: {ru: "Записал')],
            "key: 0\n        steps: [{handoff: asked}]\n",
        )
    assert [problem.code for problem in told(put(tmp_path, ALSO.replace(before, after)))] == codes


def test_what_is_wrong_in_both_languages_of_a_line_is_told_once(tmp_path: Path):
    example = 'steps:\n  - say: {ru: "{oops}", en: "{oops}"}\n'
    assert [problem.code for problem in told(put(tmp_path, example))] == ["unknown_name"]


def test_warnings_that_would_only_guess_wait_until_the_errors_are_mended(tmp_path: Path):
    example = "steps:\n  - say: {ru: TODO привет}\n  - set: {seen: now}\n"
    assert {problem.code for problem in told(put(tmp_path, example))} == {"no_language", "left_note"}


def test_phrases_are_compared_only_where_somebody_can_compare_them(tmp_path: Path):
    put(tmp_path, examples()["near_phrases"])
    assert lint(tmp_path) == ()


def test_what_the_deep_check_finds_is_told_with_the_rest(tmp_path: Path):
    put(tmp_path, PLAIN.partition("en: Try}\n")[2])
    deep = Problem(file="try.yaml", line=4, code="no_way_out")
    assert lint(tmp_path, deep=lambda made: [deep] if made.start == "main" else []) == (deep,)


@pytest.mark.parametrize("folder", sorted(path.parent for path in (ROOT / "scenarios").glob("*/business.yaml")))
def test_every_shipped_set_is_without_a_warning(folder: Path):
    from bot.understanding.intents.confusions import confused

    assert [problem.text() for problem in lint(folder, confused=confused)] == []
