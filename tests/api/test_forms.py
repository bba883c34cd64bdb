"""/api/forms, as a program of the company reads it."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest

from bot.authoring.load import load
from bot.backends.forms import Forms
from bot.dialogue.actions import Fetch
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Asker
from tests.web import Web, somebody

NOW = datetime(2026, 11, 18, 10, 0)


FILES = {
    "business.yaml": "name: {ru: Банк, en: Bank}\nlanguages: [ru, en]\nstart: card\n",
    "card.yaml": """\
scenario: card
title: {ru: Карта, en: Card}
slots:
  card: {type: digits, length: 16, sensitive: yes, ask: {ru: Номер?, en: Number?}}
  size: {type: number, ask: {ru: Сколько?, en: How many?}}
steps:
  - collect: [card, size]
  - set: {copy: card}
  - do: forms.save('card', card, copy, copy + '!', size)
  - end: {ru: Готово., en: Done.}
""",
}


async def saved(web: Web, kind: str, scenarios: ScenarioSet | None = None, **data: object) -> int:
    anna = somebody()
    await web.tell(anna, "здравствуйте")
    about = await web.house.records.of_sender(anna, kind="rest")
    assert about is not None
    who = Asker(conversation=about.about.id, customer=about.about.customer)
    with web.house.database.writing() as tx:
        fetch = Fetch(id=somebody(), name="forms.save", args={"form": kind, **data})  # type: ignore[dict-item]
        return int(str(Forms(scenarios).call(fetch, who, now=NOW, tx=tx)[1]["number"]))


async def test_forms_are_listed_by_kind_and_marked_done(web: Web) -> None:
    first = await saved(web, "callback", phone="+79051234567", when=datetime(2026, 11, 19, 16))
    second = await saved(web, "callback", phone="+79051234568")
    await saved(web, "lead", budget=5)
    async with web.client() as client:
        found = (await client.get("/api/forms?kind=callback")).json()
        assert [(each["number"], each["status"]) for each in found] == [(second, "new"), (first, "new")]
        assert found[1]["data"] == {"phone": "+79051234567", "when": "2026-11-19T16:00:00"}
        done = await client.post(f"/api/forms/{first}", json={"status": "done"})
        assert done.json()["status"] == "done"
        left = (await client.get("/api/forms?kind=callback&status=new")).json()
        assert [each["number"] for each in left] == [second]
        page = (await client.get(f"/api/forms?kind=callback&before={second}")).json()
        assert [each["number"] for each in page] == [first]
        assert (await client.post("/api/forms/999", json={"status": "done"})).status_code == 404
        assert (await client.post(f"/api/forms/{first}", json={"status": "lost"})).status_code == 422
    async with web.client(token=None) as stranger:
        assert (await stranger.get("/api/forms")).status_code == 401
        assert (await stranger.post(f"/api/forms/{first}", json={"status": "new"})).status_code == 401


async def test_a_table_opens_in_a_spreadsheet_and_runs_nothing_there(web: Web) -> None:
    await saved(web, "ticket", phone="+79051234567", what='=HYPERLINK("http://evil","да")', also="a, b")
    async with web.client() as client:
        response = await client.get("/api/forms?kind=ticket&format=csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert response.content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row["phone"] == "+79051234567"
    assert row["what"].startswith("'=HYPERLINK")
    assert row["also"] == "a, b"


async def test_a_formula_behind_a_semicolon_or_a_new_line_runs_nowhere_either(web: Web) -> None:
    await saved(web, "order", what='да; =HYPERLINK("http://evil")', more="нет\n@SUM(1)", phones="8 905-1; 5-7")
    async with web.client() as client:
        response = await client.get("/api/forms?kind=order&format=csv")
    (row,) = csv.DictReader(io.StringIO(response.content.decode("utf-8-sig")))
    assert row["what"] == 'да; \'=HYPERLINK("http://evil")'
    assert row["more"] == "нет\n'@SUM(1)"
    assert row["phones"] == "8 905-1; 5-7"


async def test_what_came_from_a_sensitive_slot_is_masked_under_any_name_until_it_is_asked_for(
    web: Web, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    secrets = {"card": "4276380012345678", "copy": "4276380012345678", "value3": "4276380012345678!"}
    number = await saved(web, "card", load(tmp_path), **secrets, size=5)
    masked = dict.fromkeys(secrets, "•••")
    async with web.client() as client:
        (told,) = (await client.get("/api/forms?kind=card")).json()
        assert told["data"] == masked | {"size": 5}
        table = await client.get("/api/forms?kind=card&format=csv")
        (row,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
        assert {name: row[name] for name in secrets} == masked
        assert (await client.post(f"/api/forms/{number}", json={"status": "working"})).json()["data"] == told["data"]
        assert "given out" not in caplog.text
        (told,) = (await client.get("/api/forms?kind=card&sensitive=shown")).json()
        assert told["data"] == secrets | {"size": 5}
        table = await client.get("/api/forms?kind=card&format=csv&sensitive=shown")
        assert secrets["card"] in table.text
    assert caplog.text.count("sensitive values of forms were given out") == 2
    assert "4276" not in caplog.text
