"""A PIN typed and said in a real call, with everything at DEBUG: nothing that stays behind has it."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.dialogue.actions import Record
from bot.stores import conversations
from tests.voice.lines import line
from tests.voice.peers import Phone, PhoneCall
from tests.voice.test_call import LoudnessVad, ScriptedEars, SecondVoices
from tests.voice.test_recording import heard, hum, key, loud, opened
from tests.web import Web
from voice.audio import FRAME
from voice.call import Call
from voice.equipment import Equipment
from voice.recording.disk import Disk
from voice.vad.spare import Vads

KEYED, SAID = "739184526", "825063197"
SPOKEN = "восемьсот двадцать пять ноль шестьдесят три сто девяносто семь"
SET = {
    "business.yaml": "name: {ru: Банк, en: Bank}\nlanguages: [ru, en]\nstart: main\nrecord: on\n",
    "main.yaml": """\
scenario: main
title: {ru: Вход, en: Login}
slots:
  pin: {type: digits, length: 9, sensitive: yes, ask: {ru: Ваш код?, en: Your code?}}
  second: {type: digits, length: 9, sensitive: yes, ask: {ru: Второй код?, en: The second one?}}
  more: {type: yesno, ask: {ru: Что-нибудь ещё?, en: Anything else?}}
steps:
  - collect: [pin, second]
  - collect: [more]
  - end: {ru: До свидания., en: Goodbye.}
""",
}


def left_behind(folder: Path, log: str) -> list[str]:
    """Where either secret is, in any file or in the log."""
    forms = [KEYED, SAID, *(re.sub(r"(\d{3})", r"\1 ", each).strip() for each in (KEYED, SAID)), SPOKEN]
    found = [f"log: {each}" for each in forms if each in log]
    for path in (path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found += [f"{path.name}: {each}" for each in forms if each.encode() in content]
    return found


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not so():
            await asyncio.sleep(0.02)


async def asked(call: PhoneCall, web: Web, question: str) -> None:
    """Until it was put and has been said."""
    said = ""
    async with asyncio.timeout(60), web.client() as client:
        while question not in said or call.quiet_s < 0.4:
            await asyncio.sleep(0.2)
            for each in (await client.get("/api/conversations")).json():
                said = (await client.get(f"/api/conversations/{each['id']}")).text


async def test_a_pin_typed_or_said_is_in_no_file_no_log_and_no_recording(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    scenarios = tmp_path / "sets" / "bank"
    scenarios.mkdir(parents=True)
    for name, text in SET.items():
        (scenarios / name).write_text(text, encoding="utf-8")
    data = tmp_path / "data"
    web = Web(data, scenarios=scenarios.parent, scenario_set="bank", log_level="debug")
    house = web.house
    disk = Disk(house.recordings.fresh)
    told: list[object] = []
    equipment = Equipment(
        turns=house.turns,
        bus=house.bus,
        vads=Vads(LoudnessVad),
        ears={"ru": ScriptedEars(SPOKEN)},
        voices=SecondVoices(),
        disk=disk,
        measured=lambda name, value: told.append((name, value)),
    )

    async with line() as bot, Phone() as phone:
        bot.on_call = lambda leg: Call(leg, equipment, language="ru").run()  # type: ignore[method-assign, assignment]
        bot.endpoint._on_call = bot.on_call
        call = await phone.call(bot.uri)
        await asked(call, web, "Ваш код?")
        for each in KEYED:  # a telephone that tells of each key in every way there is
            call.say(key(each, 80))
            await call.said()
            call.press(each, ms=60)
            await call.said()
            call.inform(each, ms=60)
        await asked(call, web, "Второй код?")
        call.say(hum(60, 300, 8000))
        await call.said()
        await asked(call, web, "Что-нибудь ещё?")
        call.press("2", ms=60)
        async with asyncio.timeout(60):
            await call.ended.wait()
    await until(lambda: any(house.recordings.folder.glob("*.wav")))
    disk.close()
    (recording,) = house.recordings.folder.glob("*.wav")
    with house.database.reading() as tx:
        rows = conversations.rows(tx, recording.stem)
    journal = [type(row.entry).__name__ for row in rows]
    states = [row.entry.state for row in rows if isinstance(row.entry, Record)]
    assert states == ["on", "paused", "resumed"]
    assert journal.count("Keys") == 2
    assert "End" in journal
    async with web.client() as client:
        for path in ("", "/vcon"):
            told.append((await client.get(f"/api/conversations/{recording.stem}{path}")).text)
        told.append((await client.get("/metrics")).text)
    await house.turn.close()
    house.database.close()
    log = "\n".join([*(caplog.handler.format(record) for record in caplog.records), *map(str, told), str(rows)])
    log += "".join(capfd.readouterr())  # the SIP stack's own
    one_by_one = "".join(re.findall(r"[\"'](\d)[\"']", log))
    assert left_behind(data, log) == []
    assert KEYED not in one_by_one
    _, pairs = opened(recording)
    assert heard(pairs[:, 0].copy()) == heard(pairs[:, 1].copy()) == ""
    assert [began for began, ended in loud(pairs[: len(pairs) // FRAME * FRAME, 0]) if ended - began > 20] == []
    assert np.abs(pairs[:, 1]).max() > 100  # what was said afterwards is there
