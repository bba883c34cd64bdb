"""A process that dies amid a conversation, with a database of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.spine.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_booking_survives_a_power_cut_in_the_middle(tmp_path: Path) -> None:
    async with Served(tmp_path / "data") as served:
        await served.write("kate", "хочу записаться к терапевту завтра в три часа дня")
        await served.write("kate", "Екатерина Волкова")
        served.kill()
        await served.start()
        assert "Верно" in await served.write("kate", "89057654321")
        await served.write("kate", "да")
        assert [each["status"] for each in await served.bookings("+79057654321")] == ["confirmed"]
