"""The hello of a page whose visitor is signed in on the company's site."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.channels import webchat
from bot.console.chat import Chat
from bot.customers import joining
from bot.errors import GovorunError
from bot.ports import Identity
from tests.customers.test_signing_in import SECRET, documented
from tests.web import Web


class Frames:
    """What the page is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.problems: list[GovorunError] = []

    async def send(self, kind: str, **fields: Any) -> None:
        self.told.append((kind, fields))

    async def problem(self, error: GovorunError, about: object) -> None:
        self.problems.append(error)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    made = Web(tmp_path, sign_in_secret=SECRET)
    yield made
    await made.house.turn.close()
    made.house.database.close()


async def hello(web: Web, token: str, visitor: str | None = None) -> tuple[str, list[GovorunError]]:
    """The visitor's id, and what was refused."""
    frames = Frames()
    chat = Chat(frames, web.parts)  # type: ignore[arg-type]
    await chat.greet({"type": "hello", "visitor": visitor, "sign_in": token})
    await chat.close()
    (welcome,) = [fields for kind, fields in frames.told if kind == "welcome"]
    return welcome["visitor"], frames.problems


async def test_who_is_signed_in_is_known_and_another_on_the_same_browser_is_a_new_visitor(web: Web) -> None:
    make = documented()
    visitor, problems = await hello(web, make(SECRET, 17, name="Иван"))
    assert not problems
    other, problems = await hello(web, make(SECRET, 18), visitor)
    assert not problems
    ids = [web.parts.signer.read_visitor(each) for each in (visitor, other)]
    assert ids[0] != ids[1]
    with web.house.database.reading() as tx:
        for ident, external in zip(ids, ("17", "18"), strict=True):
            mine = joining.customer_of(tx, webchat.identity(str(ident)))
            assert mine == joining.customer_of(tx, Identity(kind="external", value=external))


async def test_a_forged_token_leaves_a_stranger_who_is_told(web: Web) -> None:
    visitor, problems = await hello(web, documented()("somebody else's secret, long enough", 17))
    assert [each.where for each in problems] == ["sign_in"]
    with web.house.database.reading() as tx:
        ident = str(web.parts.signer.read_visitor(visitor))
        assert joining.customer_of(tx, webchat.identity(ident)) is None
        assert joining.customer_of(tx, Identity(kind="external", value="17")) is None
