"""Pictures and files by HTTP: whose they are, how they are shown, and how much of them there may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.api.limits import BodyLimit
from bot.stores import files
from tests.web import PASSWORD, Web, somebody

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


async def _post(web: Web, content: bytes, name: str = "a.png", visitor: str | None = None) -> httpx.Response:
    token = web.parts.signer.visitor(visitor or somebody())
    async with web.client(token=None) as client:
        return await client.post(
            "/webchat/files", params={"name": name}, content=content, headers={"Govorun-Visitor": token}
        )


async def _got(web: Web, ident: str) -> httpx.Response:
    async with web.client(token=None) as client:
        return await client.get(f"/webchat/files/{web.parts.signer.file(ident)}")


async def test_files_are_for_visitors_and_agents_alone(web: Web) -> None:
    async with web.client() as client:  # the token of the API is neither's
        for path in ("/webchat/files", "/desk/files"):
            assert (await client.post(path, content=PNG)).status_code == 401
        assert (await client.post("/webchat/files", content=PNG, headers={"Govorun-Visitor": "x.y"})).status_code == 401
        assert (await client.get("/desk/files/some/1")).status_code == 401
        kept = (await _post(web, PNG)).json()["id"]
        assert (await client.get(f"/webchat/files/{kept}")).status_code == 404  # an id is no address


@pytest.mark.parametrize("name", ["a.svg", "a.png", "a.html"])
async def test_what_could_run_is_saved_and_never_shown(web: Web, name: str) -> None:
    told = (await _post(web, SVG, name)).json()
    assert told["kind"] == "file"
    answer = await _got(web, told["id"])
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


async def test_a_picture_is_shown_under_a_name_that_breaks_no_header(web: Web) -> None:
    name = '../../a"\r\nSet-Cookie: a=b;\u202egpj.png'
    told = (await _post(web, PNG, name)).json()
    assert told["kind"] == "image"
    assert not {"\r", "\n", "\u202e", "/"} & set(told["name"])
    answer = await _got(web, told["id"])
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
    assert "set-cookie" not in answer.headers
    assert answer.headers["content-disposition"].startswith("inline; filename*=UTF-8''")


async def test_one_sends_so_many_a_day(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST", 2)
    visitor = somebody()
    assert [(await _post(web, PNG, visitor=visitor)).status_code for _ in range(3)] == [201, 201, 409]


async def test_visitors_without_end_fill_no_disk_and_agents_go_on(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visitor costs nothing to be: each has a share of their own, and all of them one."""
    assert (await _post(web, PNG)).status_code == 201
    monkeypatch.setattr(files, "ALL_BYTES", len(PNG))
    assert (await _post(web, PNG)).status_code == 409
    monkeypatch.setattr(files, "ALL_BYTES", 1 << 40)
    monkeypatch.setattr(files, "ALL_FILES", 1)
    assert (await _post(web, PNG)).status_code == 409
    async with web.client(token=None) as client:
        await client.post("/desk/login", json={"login": "anna", "password": PASSWORD})
        assert (await client.post("/desk/files", content=PNG)).status_code == 201


async def test_large_bodies_take_no_more_memory_than_they_may_and_give_it_back(web: Web) -> None:
    limited = BodyLimit(web.app, 10, {"/webchat/files": 100}, held=150)
    headers = {"Govorun-Visitor": web.parts.signer.visitor(somebody()), "Accept-Language": "ru"}
    go, begun = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield PNG + b"\0" * (80 - len(PNG))
        begun.set()
        await go.wait()
        yield b"\0" * 20

    transport = httpx.ASGITransport(app=limited)
    async with httpx.AsyncClient(transport=transport, base_url="http://govorun", headers=headers) as client:
        first = asyncio.create_task(client.post("/webchat/files", content=slowly()))
        await begun.wait()
        refused = await client.post("/webchat/files", content=b"\0" * 90)
        assert refused.status_code == 503
        assert refused.json()["detail"] == "сейчас присылают слишком много сразу"
        assert (await client.post("/webchat/files", content=b"\0" * 9)).status_code == 201  # no larger than any request
        go.set()
        assert (await first).status_code == 201
        for _ in range(3):
            assert (await client.post("/webchat/files", content=b"\0" * 90)).status_code == 201


async def test_a_large_body_that_never_ends_is_given_up(web: Web) -> None:
    limited = BodyLimit(web.app, 10, {"/webchat/files": 100}, large_s=0.05)

    async def endless() -> AsyncIterator[bytes]:
        yield b"\0" * 50
        await asyncio.Event().wait()

    transport = httpx.ASGITransport(app=limited)
    async with httpx.AsyncClient(transport=transport, base_url="http://govorun") as client:
        assert (await client.post("/webchat/files", content=endless())).status_code == 408
