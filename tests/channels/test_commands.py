"""The list behind Telegram's menu button."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from bot.channels.commands import Commanding, commands
from tests.channels.telegram import TelegramDouble
from tests.turn.clinic import clinic


def test_the_menu_of_the_scenarios_is_the_list_in_each_language() -> None:
    made = commands(replace(clinic(), languages=("ru", "en")))
    assert list(made) == ["ru", "en"]
    names = [name for name, _ in made["ru"]]
    assert names[0] == "start"
    assert names[-1] == "language"
    assert len(set(names)) == len(names)
    assert "booking" in names
    assert "operator" in names
    assert not [name for name in names if "." in name]  # of an item that leads to no scenario
    assert "language" not in [name for name, _ in commands(replace(clinic(), languages=("ru",)))["ru"]]


async def test_telegram_is_told_the_list_and_opens_without_it_all_the_same() -> None:
    async with TelegramDouble.running() as server:
        telegram = await asyncio.to_thread(server.messenger, 5.0)
        assert isinstance(telegram, Commanding)
        telegram.commands = commands(replace(clinic(), languages=("ru", "en")))
        await telegram.open("")  # type: ignore[attr-defined]
        assert sorted(server.commands) == ["", "en", "ru"]
        assert server.commands[""] == server.commands["ru"] != server.commands["en"]
        assert {"command": "start", "description": "Start again"} in server.commands["en"]
        telegram.commands = {}
        server.commands.clear()
        await telegram.open("")  # type: ignore[attr-defined]
        assert server.commands == {}
        await telegram.close()  # type: ignore[attr-defined]
