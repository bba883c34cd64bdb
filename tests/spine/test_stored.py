"""All that was said to the whole product by these tests, replayed: unedited scenarios change nothing."""

from __future__ import annotations

import pytest

from bot.app.replay import opened
from bot.authoring.load import load
from bot.authoring.replay import replayed
from bot.settings import load as settings
from bot.stores import conversations
from bot.understanding.nlu import BuiltinNlu
from tests.spine.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_conversation_of_text_and_voice_comes_out_the_same(served: Served) -> None:
    await served.write("replayed", "запишите к окулисту завтра в одиннадцать утра")
    await served.write("replayed", "хрю")
    scenarios = load("scenarios/clinic")
    nlu = BuiltinNlu.of(scenarios)
    database = opened(settings(data=served.data))
    changed = {}
    with database.reading() as tx:
        for about in conversations.held(tx, "clinic"):
            rows = conversations.rows(tx, about.id)
            found = replayed(about.id, rows, scenarios, nlu)
            if found.outcome != "same":
                changed[about.id] = (about.medium, found.outcome, found.parted)
    database.close()
    assert changed == {}
