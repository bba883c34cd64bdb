"""Slips of the hand, as people make them who write scenarios and nothing else: each is told of once, where it is."""

from pathlib import Path

import pytest

from bot.authoring.load import check, lint
from tests.authoring.small import FILES, changed, write

SLIPS: dict[str, tuple[str, str, str, list[str]]] = {
    # what happened: file, what was written, what stands there now, the codes and lines told of
    "curly quotes from a word processor": (
        "booking", '"Занято: {free|list}."', "“Занято: {free|list}.”", ["booking.yaml:20 curly_quotes"]),
    "Russian quotes in place of straight ones": (
        "booking", '"Занято: {free|list}."', "«Занято. Есть {free|list}.»", ["booking.yaml:20 curly_quotes"]),
    "a quote inside a quoted text": (
        "booking", '"Занято: {free|list}."', '"Время "{free|list}" есть."', ["booking.yaml:20 inner_quotes"]),
    "a quoted word at the beginning of a text": (
        "main", "ru: Чем помочь?", 'ru: "Лавка" слушает', ["main.yaml:4 inner_quotes"]),
    "a comma in round brackets within braces": (
        "booking", "  - do: calendar.book()", "  - set: {total: 1 + sum(service, 'price')}\n  - do: calendar.book()",
        ["booking.yaml:24 comma_call"]),
    "a quote nobody closed": (
        "booking", 'верно?", en', "верно?, en", ["booking.yaml:22 inner_quotes"]),
    "an apostrophe in a text in single quotes": (
        "main", "en: How can I help?", "en: 'What's up?'", ["main.yaml:4 inner_quotes"]),
    "a value without quotes in a list of phrases": (
        "booking", '["book [me] a {service}"]', "[book a {service}, hello]", ["booking.yaml:5 brace_text"]),
    "a text that begins with a value": (
        "main", 'say: "{business.address}"', "say: {business.address} here", ["main.yaml:13 brace_text"]),
    "a colon in a text in braces": (
        "booking", "{ru: Когда?,", "{ru: Когда: день и час?,", ["booking.yaml:10 colon"]),
    "a number sign in a text in braces": (
        "booking", "{ru: Когда?,", "{ru: Окно #1 или,", ["booking.yaml:10 hash"]),
    "a text that begins with an exclamation mark": (
        "main", "{ru: Чем помочь?", "{ru: !Чем помочь?", ["main.yaml:4 odd_start"]),
    "a text that begins with a dash": (
        "main", "{ru: Чем помочь?", "{ru: - Чем помочь?", ["main.yaml:4 odd_start"]),
    "a star for a key": ("main", "key: 2", "key: *", []),
    "a no-break space before a step": (
        "booking", "  - collect:", "\u00a0\u00a0- collect:", ["booking.yaml:17 odd_space"]),
    "a no-break space after a dash": (
        "booking", "  - collect:", "  -\u00a0collect:", ["booking.yaml:17 odd_space"]),
    "an invisible letter in a keyword": (
        "booking", "  - collect:", "  - \u200bcollect:", ["booking.yaml:17 lookalike"]),
    "no space after a dash": ("booking", "  - collect:", "  -collect:", ["booking.yaml:17 dash_space"]),
    "no space after a colon": ("booking", "collect: [service", "collect:[service", ["booking.yaml:17 no_space"]),
    "no dash before the first step": ("booking", "  - collect:", "  collect:", ["booking.yaml:17 no_dash"]),
    "no dash before a step": (
        "booking", "      - again: when\n  - conf", "      again: when\n  - conf", ["booking.yaml:21 no_dash"]),
    "a line too far in": ("booking", "    ask: {ru: Когда", "     ask: {ru: Когда", ["booking.yaml:10 indent"]),
    "a Russian letter in a keyword": (
        "booking", "    ask: {ru: Когда", "    аsk: {ru: Когда", ["booking.yaml:10 lookalike"]),
    "a Russian letter in a slot's name": ("booking", "[service, when", "[service, whеn", ["booking.yaml:17 lookalike"]),
    "a question that is gone": ("booking", "    ask: {ru: Когда?, en: When?}\n", "", ["booking.yaml:9 missing_key"]),
    "several slots without brackets": (
        "booking", "[service, when, name, phone]", "service, when, name, phone",
        ["booking.yaml:17 want_brackets"]),
    "an equals sign alone": (
        "booking", "      - when: calendar.open(when)", "      - when: service = lor",
        ["booking.yaml:12 bad_template"]),
    "an option without quotes": (
        "booking", "      - when: calendar.open(when)", "      - when: service == lor",
        ["booking.yaml:12 option_name"]),
    "an outcome nobody declared": (
        "booking", "    taken:\n      - say", "    nobody:\n      - stop:\n    taken:\n      - say",
        ["booking.yaml:19 unknown_outcome"]),
}  # fmt: skip


def told(folder: Path) -> list[str]:
    return [f"{problem.file}:{problem.line} {problem.code}" for problem in check(folder)]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_told_of_once_and_where_it_is(slip: str, tmp_path: Path):
    file, before, after, expected = SLIPS[slip]
    write(tmp_path, **{file: changed(file, before, after)})
    assert told(tmp_path) == (expected or ["main.yaml:10 odd_start"])


@pytest.mark.parametrize(
    ("code", "content"),
    {
        "cp1251": ("not_utf8", FILES["main.yaml"].encode("cp1251")),
        "utf16": ("not_utf8", FILES["main.yaml"].encode("utf-16")),
        "docx": ("not_text", b"PK\x03\x04\x14\x00\x06\x00" + bytes(range(256))),
    }.values(),
)
def test_a_file_that_is_no_plain_text_is_told_what_to_save_it_as(code: str, content: bytes, tmp_path: Path):
    write(tmp_path)
    (tmp_path / "main.yaml").write_bytes(content)
    assert [line.split()[1] for line in told(tmp_path)] == [code]


def test_a_byte_order_mark_and_the_line_ends_of_windows_are_no_mistakes(tmp_path: Path):
    write(tmp_path)
    file = tmp_path / "booking.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert told(tmp_path) == []


def test_an_ending_that_windows_hides_is_told_of_and_nothing_else(tmp_path: Path):
    write(tmp_path)
    (tmp_path / "booking.yaml").rename(tmp_path / "booking.yaml.txt")
    assert told(tmp_path) == ["booking.yaml.txt:1 misnamed_file"]
    (tmp_path / "booking.yaml").write_text(FILES["booking.yaml"])  # a copy somebody keeps
    assert told(tmp_path) == []


@pytest.mark.parametrize("name", ["repair", "actions"])
def test_a_scenario_in_a_file_whose_name_means_something_is_told_so_and_read_all_the_same(name: str, tmp_path: Path):
    write(tmp_path)
    (tmp_path / "booking.yaml").rename(tmp_path / f"{name}.yaml")
    assert told(tmp_path) == [f"{name}.yaml:1 reserved_file"]


def test_a_table_that_cant_be_read_is_told_of_there_and_not_wherever_it_is_used(tmp_path: Path):
    write(tmp_path, doctors="- id: lor\n  title: {ru: лор\n", price=FILES["main.yaml"].replace(
        "scenario: main", "scenario: price").partition("steps:")[0]
        + "slots:\n  service: {type: choice, from: doctors, ask: {ru: Что?, en: What?}}\n"
        'steps:\n  - collect: service\n  - say: "{service.price|money}"\n')  # fmt: skip
    assert {line.split(":")[0] for line in told(tmp_path)} == {"doctors.yaml"}


def test_a_set_that_stops_speaking_english_keeps_its_english_texts_where_they_are(tmp_path: Path):
    write(tmp_path, business=changed("business", "[ru, en]", "[ru]"))
    assert told(tmp_path) == []


def test_a_language_nobody_speaks_is_told_of_in_the_head_alone(tmp_path: Path):
    write(tmp_path, business=changed("business", "[ru, en]", "[русский, english]"))
    assert {line.split()[0] for line in told(tmp_path)} == {"business.yaml:2"}


def test_a_comment_with_a_space_after_its_sign_cuts_nothing_short(tmp_path: Path):
    write(tmp_path, main=changed("main", "    loop: yes", "    loop: yes  # снова и снова"))
    assert [problem.code for problem in lint(tmp_path) if problem.code == "cut_by_hash"] == []
