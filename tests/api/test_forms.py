"""/api/forms, as a program of the company reads it."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from bot.backends.forms import Forms
from bot.dialogue.actions import Fetch
from bot.ports import Asker
from tests.web import Web, somebody

NOW = datetime(2026, 11, 18, 10, 0)


async def saved(web: Web, kind: str, **data: object) -> int:
    anna = somebody()
    await web.tell(anna, "здравствуйте")
    about = await web.house.records.of_sender(anna, kind="rest")
    assert about is not None
    who = Asker(conversation=about.about.id, customer=about.about.customer)
    with web.house.database.writing() as tx:
        fetch = Fetch(id=somebody(), name="forms.save", args={"form": kind, **data})  # type: ignore[dict-item]
        return int(str(Forms().call(fetch, who, now=NOW, tx=tx)[1]["number"]))


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
