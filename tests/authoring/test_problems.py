"""Every mistake is found, all at once, with file, line and a mend, in the reader's language."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from bot.authoring import messages
from bot.authoring.load import check, load
from bot.authoring.messages import ERRORS, MESSAGES, WARNINGS
from bot.authoring.problems import ScenarioErrors
from bot.authoring.russian import russian
from bot.dialogue.expressions import Expression, ExpressionError, Template
from bot.dialogue.program import ChooseStep
from bot.errors import ScenarioError
from tests.authoring.small import FILES, changed, write


def told(folder: Path, locale: str = "en") -> list[str]:
    return [problem.text(locale) for problem in check(folder)]


def test_a_set_without_mistakes_has_no_problems(tmp_path: Path):
    assert told(write(tmp_path)) == []


# file, what to replace, by what, what is said of it
MISTAKES = {
    "a misspelt keyword": (
        "booking", "  - collect:", "  - colect:",
        "booking.yaml:17: 'colect' is not known here. Did you mean 'collect'?",
    ),
    "a misspelt slot": (
        "booking", "[service, when,", "[service, wen,",
        "booking.yaml:17: slot 'wen' does not exist. Did you mean 'when'?",
    ),
    "a misspelt scenario": (
        "main", "start: booking", "start: boking",
        "main.yaml:7: scenario 'boking' does not exist. Did you mean 'booking'?",
    ),
    "a misspelt filter": (
        "booking", "{free|list}.\", en", "{free|lsit}.\", en",
        "booking.yaml:20: there is no filter 'lsit'. Did you mean 'list'?",
    ),
    "a misspelt function": (
        "booking", "calendar.open(", "calendar.opne(",
        "booking.yaml:12: there is no function 'calendar.opne'. Did you mean 'calendar.open'?",
    ),
    "a misspelt action": (
        "booking", "calendar.hold(", "calendar.hodl(",
        "booking.yaml:18: there is no action 'calendar.hodl'. Did you mean 'calendar.hold'?",
    ),
    "a misspelt outcome": (
        "booking", "    taken:\n      - say", "    takn:\n      - say",
        "booking.yaml:19: 'takn' is not known here. Did you mean 'taken'?",
    ),
    "several values taken for one": (
        "booking", "{type: phone, ask", "{type: phone, prefill: caller, ask",
        "booking.yaml:15: 'caller' is several values in one. Write which of them: 'caller.phone'.",
    ),
    "a part of what has none": (
        "booking", "{ru: Готово., en: Done.}", '{ru: "Готово, {phone.ru}.", en: Done.}',
        "booking.yaml:27: 'phone' is one value, it has no 'ru'. Write 'phone' alone.",
    ),
    "a unit beside a number": (
        "doctors", "price: 2100", "price: 2100 rub",
        "doctors.yaml:4: 'price' is '2100 rub' here and a number in other rows."
        " Write the number alone: 30, not '30 min'.",
    ),
    "a misspelt fact of the business": (
        "main", "business.address", "business.adress",
        "main.yaml:13: 'business.adress' is not known here. Did you mean 'business.address'?",
    ),
    "a misspelt column of a table": (
        "booking", "\"{service|title}, верно?\"", "\"{service.prise}, верно?\"",
        "booking.yaml:22: 'service.prise' is not known here. Did you mean 'service.price'?",
    ),
    "a misspelt table": (
        "booking", "from: doctors", "from: doctrs",
        "booking.yaml:7: there is no table 'doctrs'. Did you mean 'doctors'?",
    ),
    "a misspelt type": (
        "booking", "type: person", "type: persn",
        "booking.yaml:14: 'persn' can't stand here. Did you mean 'person'?",
    ),
    "a slot that a phrase names and nobody has": (
        "booking", "book [me] a {service}", "book [me] a {servce}",
        "booking.yaml:5: slot 'servce' does not exist. Did you mean 'service'?",
    ),
    "a language missing in a prompt": (
        "booking", "{ru: Когда?, en: When?}", "{ru: Когда?}",
        "booking.yaml:10: the text has no 'en'. Add 'en: …': this set speaks 'ru', 'en'.",
    ),
    "one text for two languages": (
        "booking", "{ru: Когда?, en: When?}", "Когда?",
        "booking.yaml:10: one text for several languages. Write {ru: …, en: …}.",
    ),
    "two items on one key": (
        "main", "key: 2", "key: 1",
        "main.yaml:10: key 1 already means 'booking'. Give each its own key.",
    ),
    "a key no telephone has": (
        "main", "key: 2", "key: 12",
        "main.yaml:10: '12' is not a telephone key. Write one of 0-9, * or #.",
    ),
    "an item that does two things": (
        "main", "        steps:\n", "        continue: telegram\n        steps:\n",
        "main.yaml:12: an item has one of 'start', 'steps' and 'continue'. Keep one of them.",
    ),
    "an item that goes on nowhere": (
        "main", "key: 1, start: booking}", "key: 1, continue: telegramm}",
        "main.yaml:7: 'telegramm' can't stand here. Did you mean 'telegram'?",
    ),
    "phrases of what is understood anyway": (
        "main", '        steps:\n          - say: "{business.address}"\n', "        continue: telegram\n",
        "main.yaml:11: to go on in telegram is understood without phrases. Use 'synonyms' in place of 'phrases'.",
    ),
    "a step after the end": (
        "booking", "  - say: {ru: Готово", "  - end:\n  - say: {ru: Готово",
        "booking.yaml:28: this step can never be reached. Remove it, or the step before it that never goes on.",
    ),
    "a circle that asks nothing": (
        "booking", "    taken:\n      - again: when\n", "    taken:\n      - go: book\n",
        "booking.yaml:26: step 'book' does not exist. Give the step you mean 'id: book'.",
    ),
    "an outcome nobody thought of": (
        "booking", "    taken:\n      - again: when\n  - say", "  - say",
        "booking.yaml:24: nothing is said when calendar.book ends with 'taken'. Add 'taken:' with steps.",
    ),
    "a slot nobody asks for": (
        "booking", "name, phone]", "name]",
        "booking.yaml:15: nobody asks for the slot 'phone'. Add it to a 'collect' step, or delete it.",
    ),
    "two steps on one dash": (
        "booking", "phone]\n  - do", "phone]\n    do",
        "booking.yaml:18: 'collect' and 'do' in one step. Put '- ' before 'do': one idea a step.",
    ),
    "a start that is nowhere": (
        "business", "start: main", "start: mian",
        "business.yaml:3: scenario 'mian' does not exist. Did you mean 'main'?",
    ),
    "no start": (
        "business", "start: main\n", "",
        "business.yaml:1: 'start' is missing. Add 'start: …'.",
    ),
    "a brace that is never closed": (
        "booking", "{free|list}.\", en", "{free|list.\", en",
        "booking.yaml:20: '{' is never closed (at character 9). Write '{name}', or '{{' for a brace itself.",
    ),
    "a comma without quotes": (
        "booking", "{ru: Готово., en: Done.}", "{ru: Готово, ждём., en: Done.}",
        "booking.yaml:27: 'ждём.' stands alone after a comma. Put a text with a comma in quotes: {ru: \"…, …\"}.",
    ),
    "no space after a colon": (
        "booking", "{ru: Готово., en: Done.}", "{ru:Готово., en: Done.}",
        "booking.yaml:27: there is no space after the colon in 'ru:Готово.'. Write 'ru: …'.",
    ),
    "a brace without quotes": (
        "main", '- say: "{business.address}"', "- say: {business.address}",
        "main.yaml:13: a text belongs here. If it holds { } [ ] : or #, put it in quotes.",
    ),
    "a colon without quotes": (
        "business", "start: main", "start: main: x",
        "business.yaml:3: a colon inside a text, or a line indented too far. "
        'Put a text with a colon in quotes: "Hours: nine to eight".',
    ),
    "a tab": (
        "booking", "  - collect", "\t- collect",
        "booking.yaml:17: the line is indented with a tab. Use spaces, two a level.",
    ),
    "a name written twice": (
        "business", "start: main\n", "start: main\nstart: main\n",
        "business.yaml:4: 'start' is written twice here. Keep one of them.",
    ),
    "a quote left open": (
        "main", '"{business.address}"', '"{business.address}',
        "main.yaml:13: the quote that opens here is never closed. Close it at the end of the text.",
    ),
    "a tag": (
        "business", "start: main", "start: !!python/object:os.system main",
        "business.yaml:3: 'tag:yaml.org,2002:python/object:os.system' isn't used in scenarios. "
        "A text that begins with '!' belongs in quotes.",
    ),
    "hours that no clock has": (
        "business", "start: main", "start: main\nhours: 09:00-25:00",
        "business.yaml:4: '09:00-25:00' isn't a span of hours. "
        "Write 09:00-20:00, or '09:00-13:00 and 14:00-20:00', or 22:00-06:00, or 'closed'.",
    ),
    "a day of the week that isn't": (
        "business", "start: main", "start: main\nhours: {mon-thur: 09:00-20:00}",
        "business.yaml:4: 'mon-thur' is no day of the week. Did you mean 'thu'?",
    ),
    "a day that has its hours twice": (
        "business", "start: main", "start: main\nhours: {mon-fri: 09:00-20:00, ср: closed}",
        "business.yaml:4: 'ср' gives hours to 'wed' once more. Each day has its hours once.",
    ),
    "a holiday that no calendar has": (
        "business", "start: main", "start: main\nholidays: {02-30: closed}",
        "business.yaml:4: '02-30' is no date. "
        "Write 2026-12-31, or 01-07 for every year, or several days: 01-01..01-08.",
    ),
    "a holiday that ends before it begins": (
        "business", "start: main", "start: main\nholidays: {2026-12-31..2026-12-01: closed}",
        "business.yaml:4: '2026-12-31..2026-12-01' is no date. "
        "Write 2026-12-31, or 01-07 for every year, or several days: 01-01..01-08.",
    ),
    "a holiday told twice": (
        "business", "start: main", "start: main\nholidays: {01-07: closed, 1-7: 09:00-12:00}",
        "business.yaml:4: '1-7' stands there already. Each holiday has its hours once.",
    ),
    "a time zone that isn't": (
        "business", "start: main", "start: main\ntimezone: Europe/Moskva",
        "business.yaml:4: there is no time zone 'Europe/Moskva'. Write an IANA name such as Europe/Moscow.",
    ),
    "a phrase that means a million texts": (
        "booking", "book [me] a {service}", "book " + "(a|b|c|d|e|f|g|h|i|j)" * 6,
        "booking.yaml:5: the phrase means 1000000 texts; the limit is 20000. Split it, or leave out some choices.",
    ),
    "a phrase that may be empty": (
        "booking", "book [me] a {service}", "[book] [me]",
        "booking.yaml:5: the phrase may be empty: everything in it is optional. Leave at least one word outside [ ].",
    ),
    "a phrase with a bracket too many": (
        "booking", "book [me] a {service}", "book [me] a {service})",
        "booking.yaml:5: ')' has no pair in the phrase. [optional], (one|another) and {slot} need both signs.",
    ),
    "one phrase in two scenarios": (
        "main", "[where are you]", "[book a ENT]",
        "main.yaml:11: 'book a ENT' is also a phrase of 'booking'. "
        "Keep it in one place, or nobody can tell them apart.",
    ),
    "a value an action needs and nobody has": (
        "booking", "  name: {type: person, ask: {ru: Имя?, en: Name?}}\n", "",
        "booking.yaml:23: calendar.book needs 'name'. Add a slot of that name, or give it in the parentheses.",
    ),
    "a row without a title": (
        "doctors", "  title: {ru: лор, en: ENT}\n", "",
        "doctors.yaml:1: 'title' is missing. Add 'title: …'.",
    ),
    "two rows of one id": (
        "doctors", "id: okulist", "id: lor",
        "doctors.yaml:5: two rows have the id 'lor'. Give each its own.",
    ),
    "a name in Russian letters": (
        "booking", "  phone: {type", "  телефон: {type",
        "booking.yaml:15: 'телефон' can't be a name. Use latin letters, digits and '_'; begin with a letter.",
    ),
    "a slot named like something else": (
        "booking", "  phone: {type", "  customer: {type",
        "booking.yaml:15: 'customer' is a name the product uses itself. Choose another.",
    ),
    "continue on the main road": (
        "booking", "  - say: {ru: Готово", "  - continue:\n  - say: {ru: Готово",
        "booking.yaml:27: 'continue' has no main road to go back to. "
        "Use it in a block such as 'taken:' or 'declined:'.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_a_mend(name: str, tmp_path: Path):
    file, before, after, said = MISTAKES[name]
    assert said in told(write(tmp_path, **{file: changed(file, before, after)}))


def test_a_mistake_is_told_where_it_is_and_not_wherever_it_is_felt(tmp_path: Path):
    misspelt = changed("booking", "  - collect:", "  - colect:")
    assert not [line for line in told(write(tmp_path / "a", booking=misspelt)) if "nobody asks" in line]
    torn = changed("booking", "title: {ru:", "title: {{ru:")
    assert {line.split(":")[0] for line in told(write(tmp_path / "b", booking=torn))} == {"booking.yaml"}
    tableless = told(write(tmp_path / "c", booking=changed("booking", "from: doctors", "from: docters")))
    assert len(tableless) == 1
    assert "docters" in tableless[0]


def test_an_item_of_a_menu_may_lead_to_another_channel(tmp_path: Path):
    main = FILES["main.yaml"]
    item = main[main.index("        phrases:") :]
    folder = write(tmp_path, main=main.replace(item, "        continue: viber\n"))
    menu = next(step for step in load(folder).scenarios["main"].steps.values() if isinstance(step, ChooseStep))
    assert [(item.id, item.intent, item.continues) for item in menu.items][-1] == ("where", "go_on_in_viber", "viber")


def test_a_text_in_a_column_of_numbers_is_told(tmp_path: Path):
    (line,) = told(write(tmp_path, doctors=changed("doctors", "price: 2100", "price: 2100\n  minutes: 30 мин")))
    assert line.startswith("doctors.yaml:5: 'minutes' is '30 мин' here and a number in other rows. Write the number")


def test_a_circle_of_steps_that_ask_nothing_is_found(tmp_path: Path):
    steps = "  - id: top\n    say: {ru: Раз., en: One.}\n  - go: top\n"
    text = f"scenario: loop\ntitle: {{ru: Круг, en: Loop}}\nsteps:\n{steps}"
    assert told(write(tmp_path, loop=text)) == [
        "loop.yaml:5: these steps go round for ever without asking anything. Let the circle ask, or lead out of it."
    ]


def test_a_value_for_a_slot_that_the_other_scenario_lacks_is_found(tmp_path: Path):
    text = "scenario: x\ntitle: {ru: Икс, en: X}\nsteps:\n  - start: booking\n    with: {servise: \"'lor'\"}\n"
    assert told(write(tmp_path, x=text)) == ["x.yaml:4: slot 'servise' does not exist. Did you mean 'service'?"]


def test_a_text_whose_quotes_yaml_took_away_is_told(tmp_path: Path):
    text = "scenario: x\ntitle: {ru: Икс, en: X}\nsteps:\n  - start: booking\n    with: {service: 'lor'}\n"
    assert told(write(tmp_path, x=text)) == [
        "x.yaml:5: 'lor' is not known here. If it is a text, quote it twice: \"'lor'\"."
    ]


def test_scenarios_that_start_each_other_are_found(tmp_path: Path):
    def starting(name: str, other: str) -> str:
        return f"scenario: {name}\ntitle: {{ru: Круг, en: Loop}}\nsteps:\n  - start: {other}\n"

    said = told(write(tmp_path, ping=starting("ping", "pong"), pong=starting("pong", "ping")))
    assert said == [
        "ping.yaml:4: scenarios start each other in a circle: ping → pong → ping. Let one of them ask something first."
    ]


def test_all_problems_of_a_folder_come_at_once_in_order(tmp_path: Path):
    folder = write(
        tmp_path,
        booking=changed("booking", "type: person", "type: persn").replace("type: phone", "type: fone"),
        main=changed("main", "start: booking", "start: boking"),
        business=changed("business", "start: main", "start: mian"),
    )
    with pytest.raises(ScenarioErrors) as caught:
        load(folder)
    assert [(problem.file, problem.line) for problem in caught.value.problems] == [
        ("booking.yaml", 14),
        ("booking.yaml", 15),
        ("business.yaml", 3),
        ("main.yaml", 7),
    ]
    assert isinstance(caught.value, ScenarioError)
    assert caught.value.where == "booking.yaml:14"
    assert len(str(caught.value).splitlines()) == 4


def test_a_russian_reader_is_told_in_russian(tmp_path: Path):
    folder = write(tmp_path, main=changed("main", "start: booking", "start: boking"))
    assert told(folder, "ru") == ["main.yaml:7: нет сценария 'boking'. Возможно, 'booking'?"]


@pytest.mark.parametrize(
    "condition",
    ["", "a =", "a = b", "a b", "(a", "a |", "f(a", "a ? b", "a and", "-", "x" * 600, "(" * 60, "not", "a)", "a || b"],
)
def test_what_is_wrong_with_a_condition_is_told_in_russian_too(condition: str):
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(condition)
    for text in (caught.value.what, caught.value.fix):
        assert not re.search(r"\b(is|the|a|or|write|here|of)\b", re.sub(r"'[^']*'", "", russian(text)), re.IGNORECASE)


@pytest.mark.parametrize("text", ["{a", "a}", "{}", "{a b}"])
def test_what_is_wrong_with_a_template_is_told_in_russian_too(text: str):
    with pytest.raises(ExpressionError) as caught:
        Template.parse(text)
    assert russian(caught.value.what) != caught.value.what
    assert russian(caught.value.fix) != caught.value.fix


def test_every_message_is_written_in_both_languages_with_the_same_names_in_it():
    for code, texts in MESSAGES.items():
        assert set(texts) == {"en", "ru"}, code
        names = {language: set(re.findall(r"<(\w+)>", " ".join(texts[language]))) for language in texts}
        assert names["en"] == names["ru"], code


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "nowhere", "there is no folder"),
        (lambda folder: write(folder, business=""), "business.yaml:1: business.yaml is missing"),
        (lambda folder: write(folder, main="# nothing\n"), "main.yaml:1: the file is empty"),
        (lambda folder: write(folder, main="just words\n"), "main.yaml:1: this is neither a scenario nor a table"),
        (lambda folder: write(folder, second="scenario: booking\ntitle: {ru: а, en: b}\nsteps: [stop: ]\n"),
         "second.yaml:1: scenario 'booking' is already written in booking.yaml"),
        (lambda folder: write(folder, main="x" * 300_000), "main.yaml:1: the file is over 256 kB"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_set_is_told(make, said: str, tmp_path: Path):
    assert any(said in line for line in told(make(tmp_path)))


def test_bytes_that_are_no_text_are_told(tmp_path: Path):
    folder = write(tmp_path)
    (folder / "main.yaml").write_bytes("scenario: главный".encode("cp1251"))
    assert (
        "main.yaml:1: this isn't UTF-8 text. Save the file as UTF-8: in Notepad 'Save as', 'Encoding' below."
        in told(folder)
    )


def test_a_bomb_of_aliases_is_refused_at_once(tmp_path: Path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    said = told(write(tmp_path, business="\n".join(lines)))
    assert any("more than 50000 values in one file" in line for line in said)


def test_an_alias_of_itself_is_refused(tmp_path: Path):
    assert any("'*a' refers to nothing above" in line for line in told(write(tmp_path, business="x: &a [*a]\n")))


def test_deep_nesting_is_refused(tmp_path: Path):
    assert any("nested deeper than 40" in line for line in told(write(tmp_path, business="[" * 20_000)))


def test_repair_prompts_are_overridden_by_name_and_misspelt_ones_are_told(tmp_path: Path):
    right = load(write(tmp_path / "a", repair="silence: {ru: Ау?, en: Hey?}\n"))
    assert right.builtin["silence"].wordings["ru"].text[0].source == "Ау?"
    assert right.builtin["help"].id == "builtin:help"
    said = told(write(tmp_path / "b", repair="silense: {ru: Ау?, en: Hey?}\n"))
    assert said == ["repair.yaml:1: 'silense' is not known here. Did you mean 'silence'?"]


def test_no_code_stands_in_two_themes():
    themes = [
        found
        for module in pkgutil.iter_modules(messages.__path__)
        if (found := getattr(importlib.import_module(f"{messages.__name__}.{module.name}"), "MESSAGES", None))
        is not None
    ]
    assert len(themes) > 5
    assert sum(map(len, themes)) == len(MESSAGES)
    assert {*ERRORS, *WARNINGS} == set(MESSAGES)
