"""Scenarios are edited while customers talk: a real server, real files, and nobody is cut off."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from bot.app import publishing
from bot.authoring.exploring import QUICK
from bot.settings import load
from tests.authoring.small import FILES, changed, write
from tests.spine.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

OLD, NEW = "Имя?", "Как к вам обращаться?"


class Shop:
    """A server with one small set, in a folder of its own."""

    def __init__(self, place: Path, **settings: str) -> None:
        self.sets, self.data = place / "scenarios", place / "data"
        self.sets.mkdir(parents=True, exist_ok=True)
        if not (self.sets / "shop").exists():
            write(self.sets / "shop")
        self.served = Served(self.data, scenarios=str(self.sets), scenario_set="shop", **settings)

    def edit(self, before: str, after: str, file: str = "booking", of: str = "shop") -> None:
        (self.sets / of / f"{file}.yaml").write_text(changed(file, before, after), encoding="utf-8")

    async def begin(self, sender: str, **more: str) -> str:
        """Up to the question for the name; what was said."""
        await self.served.write(sender, "запишите меня к лору", **more)
        return await self.served.write(sender, "завтра в три")

    async def until(self, happened: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not happened():
            assert time.monotonic() < deadline, self.served.log
            await asyncio.sleep(0.1)

    async def logs(self, text: str, times: int = 1) -> None:
        await self.until(lambda: self.served.log.count(text) >= times)

    async def decide(self, what: Callable[..., None], *of: Any, **more: Any) -> None:
        """What `govorun publish` and its kin do beside the server."""
        settings = load(scenarios=self.sets, scenario_set="shop", data=self.data)
        told = {"note": "", "by": "Anna", "locale": "en", "console": Console(quiet=True)}
        await asyncio.to_thread(what, settings, *of, **(told | more))

    async def scenarios(self) -> str:
        return str((await self.served.get("/ready"))["parts"]["scenarios"]["detail"])


async def test_a_save_is_served_to_who_comes_after_it_and_who_talks_already_goes_on_as_he_began(tmp_path: Path):
    shop = Shop(tmp_path)
    async with shop.served as served:
        await served.write("anna", "запишите меня к лору")
        before = await shop.scenarios()
        shop.edit("{ru: Имя?", f"{{ru: {NEW}")
        await shop.logs("shop: changed, version")
        assert await shop.scenarios() != before
        assert NEW in await shop.begin("boris")
        assert OLD in await served.write("anna", "завтра в четыре")

        # A broken edit stays out, and everybody is told where it is broken.
        shop.edit("  - collect:", "  - colect:")
        await shop.logs("the edit is kept out")
        where = f"{tmp_path}/scenarios/shop/booking.yaml:17: 'colect' is not known here"
        assert where in served.log
        assert where in await shop.scenarios()
        assert NEW in await shop.begin("vera")
        (told,) = await served.get("/api/scenarios")
        assert told["name"] == "shop"
        assert where in told["problems"][0]

        shop.edit("{ru: Имя?", f"{{ru: {NEW}")
        await shop.logs("shop: mended")
        assert "kept out" not in await shop.scenarios()

        # The server stops for a moment; the folder says something else again when it is back.
        assert await served.stop() == 0
        shop.edit("{ru: Телефон?", "{ru: Ваш номер?")
        await served.start()
        assert "Телефон?" in await served.write("anna", "Анна Смирнова")
        await shop.begin("galya")
        assert "Ваш номер?" in await served.write("galya", "Галина Смирнова")
        assert "Телефон?" in await served.write("boris", "Борис Петров")


async def test_a_new_folder_is_served_and_a_removed_one_only_to_who_is_in_it(tmp_path: Path):
    shop = Shop(tmp_path)
    async with shop.served as served:
        write(shop.sets / "bar", business=FILES["business.yaml"].replace("Лавка", "Бар"))
        await shop.logs("bar: new, version")
        assert OLD in await shop.begin("boris", scenarios="bar")
        shutil.rmtree(shop.sets / "bar")
        await shop.logs("bar: gone")
        refused = await served.client.post(
            "/webhooks/rest/webhook", json={"sender": "vera", "message": "привет", "scenarios": "bar"}
        )
        assert refused.status_code >= 400
        assert "Телефон" in await served.write("boris", "Борис Петров")


async def test_a_set_broken_while_the_server_stood_still_begins_with_its_last_good_version(tmp_path: Path):
    shop = Shop(tmp_path)
    async with shop.served as served:
        assert await served.stop() == 0
        shop.edit("  - collect:", "  - colect:")
        await served.start()
        assert "booking.yaml:17" in await shop.scenarios()
        assert OLD in await shop.begin("anna")


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_two_processes_on_one_database_go_on_with_each_others_conversations(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
):
    url = f"sqlite:///{tmp_path}/both.db" if kind == "sqlite" else request.getfixturevalue("postgres")
    one, two = Shop(tmp_path / "one", database_url=url), Shop(tmp_path / "two", database_url=url)
    two.edit("{ru: Имя?", f"{{ru: {NEW}")  # the second has other files, and never saw those of the first
    async with one.served, two.served:
        await one.served.write("anna", "запишите меня к лору")
        assert NEW in await two.begin("boris")
        assert OLD in await two.served.write("anna", "завтра в четыре")
        assert "Телефон" in await one.served.write("boris", "Борис Петров")


async def test_publishing_reaches_a_running_server_and_makes_the_folder_a_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(publishing, "DEPTH", QUICK)
    shop = Shop(tmp_path)

    async with shop.served as served:
        await shop.decide(publishing.publish, "shop", force=False)
        await shop.logs("shop: publication 1 is live")
        shop.edit("{ru: Имя?", f"{{ru: {NEW}")
        await asyncio.sleep(3)  # three looks: it would be served by now
        assert OLD in await shop.begin("anna")

        await shop.decide(publishing.publish, "shop", force=False, by="Boris", note="politer")
        await shop.logs("shop: publication 2 by Boris is live")
        assert NEW in await shop.begin("boris")
        assert "Телефон" in await served.write("anna", "Анна Смирнова")
        (told,) = await served.get("/api/scenarios")
        assert (told["publication"]["number"], told["publication"]["note"]) == (2, "politer")

        await shop.decide(publishing.rollback, "shop", None)
        await shop.logs("shop: publication 3")
        assert OLD in await shop.begin("vera")
        assert "publication 3" in await shop.scenarios()

        # A broken draft is nobody's trouble, and what is published survives a restart.
        shop.edit("  - collect:", "  - colect:")
        assert await served.stop() == 0
        await served.start()
        assert OLD in await shop.begin("galya")

        # Taken out of service: who is in it goes on, also over a restart; nobody begins with it.
        write(shop.sets / "bar", business=FILES["business.yaml"].replace("Лавка", "Бар"))
        await shop.logs("bar: new, version")
        assert OLD in await shop.begin("dina", scenarios="bar")
        await shop.decide(publishing.unpublish, "bar")
        await shop.logs("bar: taken out of service, publication 1 by Anna")
        assert await served.stop() == 0
        await served.start()
        assert "Телефон" in await served.write("dina", "Дина Смирнова")
        asked = {"sender": "egor", "message": "привет", "scenarios": "bar"}
        assert (await served.client.post("/webhooks/rest/webhook", json=asked)).status_code == 404
        bar = next(each for each in await served.get("/api/scenarios") if each["name"] == "bar")
        assert (bar["version"], bar["publication"]["withdrawn"], bar["problems"]) == ("", True, [])
        assert "bar out of service" in await shop.scenarios()
        await shop.decide(publishing.publish, "bar", force=False)
        await shop.logs("bar: publication 2 by Anna is live")
        assert OLD in await shop.begin("egor", scenarios="bar")
