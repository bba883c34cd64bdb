"""`govorun`: commands as people type them, and the one clear line where one can't be done."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from bot.customers.habits import chose
from bot.recordings import Recordings
from bot.stores.schema import customers
from bot.stores.sql import Database
from voice.recording.wav import Growing

BROKEN = """\
scenario: main
title: {ru: Главное, en: Main}
steps:
  - start: nowhere
"""


@pytest.mark.parametrize(
    "words",
    [
        (), ("serve",), ("chat",), ("check",), ("test",), ("listen",), ("say",), ("call",), ("export",),
        ("understand", "intents"), ("understand", "slot"), ("menu", "rank"), ("models", "list"), ("models", "pull"),
        ("agents", "add"), ("new",), ("replay",), ("graph",), ("publish",), ("history",), ("rollback",), ("diff",),
        ("unpublish",),
    ],
)  # fmt: skip
def test_every_command_explains_itself(govorun, words: tuple[str, ...]) -> None:
    told = govorun(*words, "--help")
    assert told.code == 0
    assert "Usage" in told.out


def test_nothing_typed_shows_what_there_is(govorun) -> None:
    told = govorun()
    assert {"serve", "chat", "check"} <= set(told.out.split())


def test_a_word_that_is_no_command_is_a_mistake_of_typing(govorun) -> None:
    assert govorun("sevre").code == 2


def test_the_version(govorun) -> None:
    assert govorun("--version").out.startswith("govorun 0.")


def test_the_clinic_has_no_mistakes(govorun) -> None:
    told = govorun("check", "scenarios/clinic")
    assert (told.code, told.out) == (0, "")


def test_a_broken_set_is_told_by_file_and_line(govorun, tmp_path: Path) -> None:
    folder = tmp_path / "sets" / "shop"
    folder.mkdir(parents=True)
    (folder / "business.yaml").write_text("name: {ru: Лавка, en: Shop}\n", encoding="utf-8")
    (folder / "main.yaml").write_text(BROKEN, encoding="utf-8")
    told = govorun("check", str(tmp_path / "sets"))
    assert told.code == 1
    assert f"{folder}/main.yaml:4: " in told.out
    assert "nowhere" in told.out

    served = govorun("serve", "--port", "0", "--only", "web", GOVORUN_SCENARIOS=str(tmp_path / "sets"))
    assert served.code == 1
    assert f"{folder}/main.yaml:4: " in served.err
    assert "problem" in served.err.splitlines()[-1]


def test_a_folder_that_is_not_there(govorun) -> None:
    told = govorun("check", "/nowhere/at/all")
    assert told.code == 1
    assert told.err == "error: /nowhere/at/all: there is no such folder\n"


@pytest.mark.parametrize("command", ["check", "test", "replay"])
def test_a_folder_that_is_not_there_or_holds_nothing_in_russian(govorun, tmp_path: Path, command: str) -> None:
    (tmp_path / "empty").mkdir()
    told = govorun(command, "/nowhere/at/all", "--lang", "ru")
    assert (told.code, told.err) == (1, "ошибка: /nowhere/at/all: такой папки нет\n")
    told = govorun(command, str(tmp_path / "empty"), "--lang", "ru")
    assert told.err == f"ошибка: {tmp_path}/empty: здесь нет сценариев. Набор — это папка с файлом business.yaml\n"


def test_the_golden_conversations_of_the_clinic(govorun) -> None:
    told = govorun("test", "scenarios/clinic")  # the other sets: tests/authoring/test_sets.py
    assert told.code == 0, told.out
    assert "as written" in told.err


def test_a_conversation_that_differs_is_shown(govorun, tmp_path: Path) -> None:
    import shutil

    shutil.copytree("scenarios/clinic", tmp_path / "clinic")
    talk = tmp_path / "clinic" / "tests" / "wrong.ru.txt"
    talk.write_text("# адрес\n> где вы находитесь?\n< На Луне.\n", encoding="utf-8")
    told = govorun("test", str(tmp_path / "clinic"))
    assert told.code == 1
    assert "wrong.ru.txt:1 адрес" in told.out
    assert "expected  На Луне." in told.out
    assert "got       Наш адрес" in told.out


def test_a_chat_in_the_terminal(govorun) -> None:
    told = govorun("chat", stdin="сколько стоит приём кардиолога\n")
    assert told.code == 0
    assert "1 Записаться к врачу" in told.out
    assert "2 400 ₽" in told.out.replace("\xa0", " ")
    assert told.out.rstrip().endswith("До свидания.")


def test_a_number_picks_a_button_in_the_terminal(govorun) -> None:
    told = govorun("chat", "--lang", "en", stdin="1\n")
    assert "Which doctor would you like to see?" in told.out
    assert told.out.rstrip().endswith("Goodbye.")


def test_a_chat_that_begins_with_one_scenario(govorun) -> None:
    assert "К какому врачу вас записать?" in govorun("chat", "booking").out
    told = govorun("chat", "bokking")
    assert told.code == 1
    assert "there is no scenario 'bokking'" in told.err
    assert "booking" in told.err


def test_what_is_kept_can_be_exported(govorun, data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    govorun("chat", "--data", str(kept), stdin="где вы находитесь?\n")
    told = govorun("export", "nobody", "--data", str(kept))
    assert (told.code, told.out) == (1, "")
    assert "nobody: no such conversation" in told.err
    from sqlalchemy import create_engine, text

    engine = create_engine(f"sqlite:///{kept}/govorun.db")
    with engine.connect() as tx:
        talk = tx.execute(text("SELECT id FROM conversations")).scalar_one()
    engine.dispose()
    vcon = json.loads(govorun("export", talk, "--data", str(kept)).out)
    assert "где вы находитесь?" in [each["body"] for each in vcon["dialog"]]
    signed = tmp_path / "talk.json"
    assert govorun("export", talk, "--signed", "--out", str(signed), "--data", str(kept)).code == 0
    assert "signatures" in json.loads(signed.read_text())
    assert govorun("export", talk, "--out", str(tmp_path / "nowhere/x.json"), "--data", str(kept)).code == 1
    file = Growing(Recordings(kept / "recordings").fresh(talk), "wav")
    file.add(np.full((8000, 2), 500, np.int16))
    file.finish("flac")
    named = json.loads(govorun("export", talk, "--data", str(kept)).out)["dialog"][0]
    assert (named["type"], named["mediatype"], named["duration"]) == ("recording", "audio/flac", 1)
    assert "body" not in named
    whole = json.loads(govorun("export", talk, "--sound", "--data", str(kept)).out)["dialog"][0]
    assert base64.urlsafe_b64decode(whole["body"] + "==") == (kept / f"recordings/{talk}.flac").read_bytes()
    digest = base64.urlsafe_b64encode(hashlib.sha512((kept / f"recordings/{talk}.flac").read_bytes()).digest())
    assert named["content_hash"] == whole["content_hash"] == f"sha512-{digest.decode().rstrip('=')}"


def test_slots_are_read_line_by_line(govorun) -> None:
    told = govorun(
        "understand", "slot", "datetime", "--lang", "ru", "--now", "2026-11-18T10:00", "--json",
        stdin="завтра в три часа дня\nпривет\nзавтра\n",
    )  # fmt: skip
    first, second, third = [json.loads(line) for line in told.out.splitlines()]
    assert datetime.fromisoformat(first["value"]) == datetime(2026, 11, 19, 15)
    assert second == {"text": "привет", "value": None, "alternatives": [], "question": None}
    assert (third["value"], third["question"]) == (None, "time")


def test_a_choice_is_one_of_the_clinics_services_or_of_what_is_given(govorun) -> None:
    assert (
        json.loads(govorun("understand", "slot", "choice", "--json", stdin="к зубному\n").out)["value"] == "stomatolog"
    )
    given = govorun("understand", "slot", "choice", "--options", "a=красный,алый; b=синий", "--json", stdin="алый\n")
    assert json.loads(given.out)["value"] == "a"
    assert govorun("understand", "slot", "choice", "--options", "красный", stdin="x\n").code == 1


def test_intents_are_learnt_and_measured(govorun, tmp_path: Path) -> None:
    rows = "text,intent\nсколько стоит приём,price\nкакая цена,price\nгде вы находитесь,address\nваш адрес,address\n"
    (tmp_path / "train.csv").write_text(rows, encoding="utf-8")
    words = ("understand", "intents", "--train", str(tmp_path / "train.csv"), "--test", str(tmp_path / "train.csv"))
    figures = json.loads(govorun(*words, "--lang", "ru", "--json").out)
    assert figures["accuracy"] == 1.0
    assert {"oos_recall", "in_scope_kept", "ms_p50", "ms_p95", "train_s"} <= figures.keys()
    assert govorun(*words[:-1], "/nowhere.csv").err.startswith("error: /nowhere.csv: can't be read")


def test_the_menu_is_ranked_before_it_learns(govorun, tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text('["a", {"id": "b"}]')
    calls = '{"caller": "x", "at": "2026-01-01", "choice": "b"}\n' * 5
    told = [
        json.loads(line)
        for line in govorun("menu", "rank", "--items", str(items), "--json", stdin=calls).out.splitlines()
    ]
    assert told[0] == {"order": ["a", "b"], "shortcut": None}
    assert told[-1]["order"] == ["b", "a"]


def test_a_call_that_cannot_be_read_is_told_with_its_line_and_the_others_go_on(govorun, tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text('{"items": [{"id": "a", "seconds": 3, "pinned": true}, "b", "c"], "cap": 1, "shortcut": false}')
    lines = (
        '{"caller": "x", "at": "2026-01-02T10:00:00+03:00", "choice": "c"}',
        "nonsense",
        "",
        '{"caller": "x", "at": "some day", "choice": "c"}',
        '{"caller": "x", "at": "2026-01-03T10:00", "choice": "gone"}',
        '{"caller": "x", "at": 1767175200, "choice": "c"}',
        '{"caller": "x", "choice": "c"}',
        '{"caller": 7, "at": "2026-01-05 10:00:00Z", "choice": "c"}',
    )
    ran = govorun("menu", "rank", "--items", str(items), "--json", stdin="\n".join(lines))
    told = [json.loads(line) for line in ran.out.splitlines()]
    assert len(told) == 7  # a line for a line, but for the empty one
    assert all(each["order"][0] == "a" and each["shortcut"] is None for each in told)
    assert told[1]["order"] == ["a", "b", "c"]
    assert ran.code == 1
    assert [line.partition(": ")[0] for line in ran.err.splitlines()] == [f"stdin:{at}" for at in (2, 4, 5, 6, 7)]


@pytest.mark.parametrize(
    "items",
    [
        "[]",
        "7",
        "{}",
        '[{"title": "x"}]',
        '["a", "a"]',
        '[{"id": "a", "seconds": -1}]',
        "[[]]",
        "not json",
        '{"items": ["a"], "cap": 1e999}',
        r'["\ud800"]',
        r'[{"id": ["a"]}]',
    ],
)
def test_items_that_are_none_are_refused(govorun, tmp_path: Path, items: str) -> None:
    (tmp_path / "items.json").write_text(items)
    ran = govorun("menu", "rank", "--items", str(tmp_path / "items.json"), stdin="")
    assert ran.code == 1
    assert "items.json" in ran.err


def test_no_line_on_stdin_ends_the_ranking(govorun, tmp_path: Path) -> None:
    """Half a character, a mark of the byte order, a year that nobody lives in."""
    items = tmp_path / "items.json"
    items.write_text('["a", "b"]')
    calls = (
        '\ufeff{"caller": "\\ud800", "at": "2026-01-01", "choice": "\\udfff"}',
        '{"caller": "x", "at": "9999-12-31", "choice": "b"}',
        '{"caller": "x", "at": "9999-12-31", "choice": "b"}',
        '{"caller": "x", "at": "0001-01-01", "choice": "b"}',
    )
    for form in ((), ("--json",)):
        ran = govorun("menu", "rank", "--items", str(items), *form, stdin="\n".join(calls))
        assert ran.code == 0, ran.err
        assert len(ran.out.encode().splitlines()) == len(calls)
        assert "Warning" not in ran.err


def test_calls_may_be_a_table_as_a_database_writes_one_out(govorun, tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text('["a", "b"]')
    table = "customer,at,item,heard,announced,probability\n" + "".join(
        f"7,2026-01-{day:02},b,{heard},a b,0.5\n" for day, heard in enumerate("tfttt", 1)
    )
    found = json.loads(govorun("menu", "score", "--items", str(items), "--json", stdin=table).out)
    assert found["fixed"]["calls"] == 5
    assert found["fixed"]["matched"] == 4  # once it was chosen before anything was announced
    ranked = govorun("menu", "rank", "--items", str(items), "--json", stdin=table)
    assert json.loads(ranked.out.splitlines()[-1])["order"] == ["b", "a"]


def test_a_call_without_its_time_is_ranked_and_learnt_from_as_of_the_line_before(govorun, tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text('["a", "b"]')
    calls = '{"caller": "x", "choice": "b"}\n' * 4
    ran = govorun("menu", "rank", "--items", str(items), "--json", stdin=calls)
    assert json.loads(ran.out.splitlines()[-1])["order"] == ["b", "a"]
    assert ran.code == 1
    assert len(ran.err.splitlines()) == 4


def test_what_was_chosen_in_a_menu_is_written_out_as_scoring_reads_it(govorun, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/govorun.db")
    database.create()
    with database.writing() as tx:
        tx.execute(insert(customers).values(id=7, created=datetime(2026, 1, 1, tzinfo=UTC)))
        for day in range(1, 6):
            chose(
                *(tx, 7, "clinic", "main", "price", datetime(2026, 1, day, tzinfo=UTC)),
                judged={"heard": day > 1, "announced": "booking price", "probability": 0.5},
            )
    database.close()
    calls, items = tmp_path / "calls.jsonl", tmp_path / "items.json"
    words = ("menu", "calls", "clinic", "--out", str(calls), "--items", str(items), "--data", str(tmp_path))
    ran = govorun(*words)
    assert ran.code == 0, ran.err
    rows = [json.loads(line) for line in calls.read_text().splitlines()]
    assert rows[0] == {"caller": "7", "at": "2026-01-01T00:00:00+00:00", "choice": "price"}
    assert rows[-1]["order"] == ["booking", "price"]
    assert rows[-1]["probability"] == 0.5
    scored = govorun("menu", "score", "--items", str(items), "--json", stdin=calls.read_text())
    assert json.loads(scored.out)["learned"]["calls"] == 5
    assert "--menu" in govorun("menu", "calls", "clinic", "--menu", "none", "--data", str(tmp_path)).err
    nowhere = govorun("menu", "calls", "clinic", "--out", str(tmp_path / "no/x"), "--data", str(tmp_path))
    assert "can't be written" in nowhere.err


def test_old_calls_score_each_policy(govorun, tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text('["a", "b"]')
    calls = "".join(
        json.dumps({"caller": "x", "at": f"2026-01-{day:02}", "choice": "b", "order": order, "probability": 0.5}) + "\n"
        for day, order in enumerate((["a", "b"], ["b", "a"]) * 10, 1)
    )
    ran = govorun("menu", "score", "--items", str(items), "--json", stdin=calls)
    found = json.loads(ran.out)
    assert found["fixed"]["direct"] == {"seconds": 5.2, "within": 0.0}
    assert found["fixed"]["matched"] == 10
    assert found["most_frequent"]["direct"]["seconds"] < 3
    assert "learned" in govorun("menu", "score", "--items", str(items), stdin=calls).out
    unknown = govorun("menu", "score", "--items", str(items), "--policy", "best", stdin=calls)
    assert unknown.code == 1
    assert "most_frequent" in unknown.err


def test_weights_are_listed_with_licence_and_size(govorun) -> None:
    rows = {each["name"]: each for each in json.loads(govorun("models", "list", "--json").out)}
    assert rows["whisper-base"]["licence"] == "MIT"
    assert all(each["bytes"] > 0 and len(file["sha256"]) == 64 for each in rows.values() for file in each["files"])
    assert govorun("models", "pull", "no-such-model").code == 1


def test_agents_are_added_and_listed(govorun, tmp_path: Path) -> None:
    kept = ("--data", str(tmp_path))
    assert govorun("agents", "add", "anna", *kept, GOVORUN_NEW_PASSWORD="short").code == 1
    assert govorun("agents", "add", "anna", "--sip", "sip:a@h", *kept, GOVORUN_NEW_PASSWORD="длинный пароль").code == 0
    assert "sip:a@h" in govorun("agents", "list", *kept).out


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GOVORUN_PORT", "abc", "GOVORUN_PORT: "),
        ("GOVORUN_RTP_PORTS", "10", "GOVORUN_RTP_PORTS: write it as FIRST-LAST"),
        ("GOVORUN_DATABASE_URL", "mysql://x", "GOVORUN_DATABASE_URL: no support for mysql"),
        ("GOVORUN_SCENARIO_SET", "bakery", "there is no scenario set 'bakery'"),
        ("GOVORUN_REDIS_URL", "nonsense", "GOVORUN_REDIS_URL: "),
    ],
)
def test_a_wrong_setting_is_named(govorun, name: str, value: str, told: str) -> None:
    port = () if name == "GOVORUN_PORT" else ("--port", "0")
    ran = govorun("serve", "--only", "web", *port, **{name: value})
    assert ran.code == 1
    assert ran.err.startswith("error: ")
    assert told in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GOVORUN_PORT", "abc", "GOVORUN_PORT: нужно целое число. Что он принимает: docs/settings.md"),
        ("GOVORUN_MAX_CALLS", "0", "GOVORUN_MAX_CALLS: нужно не меньше 1. "),
        ("GOVORUN_LANGUAGE", "de", "GOVORUN_LANGUAGE: нужно одно из: 'ru', 'en'. "),
        ("GOVORUN_RTP_PORTS", "10", "GOVORUN_RTP_PORTS: пишите ПЕРВЫЙ-ПОСЛЕДНИЙ: 10000-20000. "),
        ("GOVORUN_DATABASE_URL", "mysql://x", "GOVORUN_DATABASE_URL: mysql не поддерживается. Возьмите sqlite:///"),
        ("GOVORUN_SCENARIO_SET", "bakery", "нет набора сценариев 'bakery'. Есть: "),
    ],
)
def test_a_wrong_setting_is_named_in_the_language_of_the_terminal(govorun, name: str, value: str, told: str) -> None:
    ran = govorun("chat", LC_ALL="ru_RU.UTF-8", **{name: value})
    if name == "GOVORUN_DATABASE_URL":
        ran = govorun("history", "clinic")
    assert ran.code == 1
    assert ran.err.startswith("ошибка: ")
    assert told in ran.err


@pytest.mark.parametrize(
    ("lang", "what"),
    [
        ("ru", "этот файл — не база данных. Укажите другой: --data или GOVORUN_DATABASE_URL, или верните копию"),
        ("en", "this file is no database. Name another with --data or GOVORUN_DATABASE_URL, or restore a backup"),
    ],
)
def test_a_file_that_is_no_database_is_told_by_its_path(govorun, tmp_path: Path, lang: str, what: str) -> None:
    file = tmp_path / "govorun.db"
    file.write_bytes(b"neither this nor that " * 1000)
    told = govorun("history", "clinic", "--data", str(tmp_path), "--lang", lang)
    assert (told.code, told.err) == (1, f"{'ошибка' if lang == 'ru' else 'error'}: {file}: {what}\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("serv",), "нет команды 'serv'. Возможно, 'serve'?"),
        (("check", "--deap"), "нет ключа --deap. Возможно, --deep"),
        (("graph",), "не хватает 'НАБОР[/СЦЕНАРИЙ]'"),
        (("publish", "a", "b"), "лишнее: b"),
        (("test", "--jobs", "x"), "'--jobs': нужно целое число"),
        (("say", "а", "--out", "x.wav", "--rate", "5"), "'--rate': нужно не меньше 8000"),
        (("chat", "--lang", "de"), "'--lang': 'de' не подходит; можно "),
        (("understand", "slot", "time", "--now", "x"), "'--now': 'x' — не время. Пишите 2026-11-18T10:00"),
    ],
)
def test_a_mistyped_command_is_told_in_russian_too(govorun, words: tuple[str, ...], told: str) -> None:
    ran = govorun(*words, LC_ALL="ru_RU.UTF-8")
    assert ran.code == 2
    assert f"ошибка: {told}" in ran.err
    assert "Подробнее: " in ran.err


def test_a_wrong_value_is_told_in_plain_words(govorun) -> None:
    ran = govorun("chat", "--lang", "de")
    assert ran.code == 2
    assert "'de' is none of" in ran.err
    assert "Value error" not in ran.err


def test_a_file_that_is_no_csv_is_told_by_its_path(govorun, tmp_path: Path) -> None:
    file = tmp_path / "huge.csv"
    file.write_text("a" * 200_000)
    ran = govorun("understand", "intents", "--train", str(file), "--test", str(file))
    assert ran.code == 1
    assert ran.err.startswith(f"error: {file}: is no CSV")


def test_what_is_no_address_is_not_called(govorun) -> None:
    ran = govorun("call", "nope", LC_ALL="ru_RU.UTF-8")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "ошибка: nope: по такому адресу не позвонить. Пишите +79051234567 или sip:имя@узел\n"


HELP = """
import typer
from bot.__main__ import app
def told(command, words):
    context = command.make_context(" ".join(words), [], resilient_parsing=True)
    print("##", *words)
    print(command.get_help(context) or "")
    for name, each in getattr(command, "commands", {}).items():
        told(each, [*words, name])
told(typer.main.get_command(app), ["govorun"])
"""


@pytest.mark.parametrize("locale", ["ru_RU.UTF-8", "C"])
def test_help_is_whole_in_the_language_of_the_terminal(locale: str) -> None:
    """What has no letter of the reader's language in it was forgotten."""
    environment = {**os.environ, "LC_ALL": locale, "COLUMNS": "200", "NO_COLOR": "1", "TERMINAL_WIDTH": "200"}
    ran = subprocess.run([sys.executable, "-c", HELP], env=environment, capture_output=True, text=True, check=True)
    pages = ran.stdout.split("## ")[1:]
    assert len(pages) > 25
    for page in pages:
        if "─ Commands ─" not in page and "─ Команды ─" not in page:
            assert ("Example" if locale == "C" else "Пример") in page, page.splitlines()[0]
    russian = locale != "C"
    for page in pages:
        name = page.splitlines()[0]
        rows = [line for line in page.splitlines() if re.match(r"│ .*\S", line) and "http" not in line]
        assert rows, name
        for row in rows:
            assert bool(re.search("[А-Яа-яё]", row)) == russian, (name, row)
        assert "<bool>" not in page, name
        if name.split()[-1] not in ("govorun", "understand", "menu", "models", "agents", "rasa", "customer", "list"):
            assert ("Пример" if russian else "Example") in page, name


def test_a_score_says_where_a_propensity_is_none_and_where_no_calls_came(govorun, tmp_path: Path) -> None:
    items = tmp_path / "items.json"
    items.write_text(json.dumps(["a", "b"]), encoding="utf-8")
    line = {"caller": "x", "at": "2026-01-01", "choice": "b", "order": ["a", "b"]}
    for odd in (0, 1.7, "x"):
        ran = govorun("menu", "score", "--items", str(items), "--json", stdin=json.dumps(line | {"probability": odd}))
        assert "stdin:1: 'probability' is above 0 and at most 1" in ran.err
        assert ran.code == 1
        assert json.loads(ran.out)["fixed"]["matched"] == 0
    ran = govorun("menu", "score", "--items", str(items), stdin="")
    assert "govorun menu calls" in ran.err
    assert "most_frequent" in ran.out
