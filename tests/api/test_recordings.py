"""Recorded calls as staff and programs get them: the API, the desk, the vCon; how long they are kept."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import wave
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft7Validator, FormatChecker

from bot.recordings import Recordings
from tests.web import Web
from voice.recording.packing import Packing
from voice.recording.wav import HEAD, PART, Growing

SECOND = np.full((8000, 2), 500, np.int16)


def taped(folder: Recordings, conversation: str, seconds: int = 2, packing: Packing | None = None) -> Path:
    file = Growing(folder.fresh(conversation), "wav")
    for _ in range(seconds):
        file.add(SECOND)
    path = file.finish(packing)
    assert path is not None
    return path


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    made = Web(tmp_path_factory.mktemp("recorded"), public_url="https://bot.example/")
    yield made
    asyncio.run(made.house.turn.close())
    made.house.database.close()


async def talked(web: Web, sender: str) -> str:
    await web.tell(sender, "здравствуйте")
    async with web.client() as client:
        return str((await client.get(f"/api/conversations/{sender}")).json()["id"])


async def test_a_recording_is_given_whole_and_in_part_to_who_has_the_token(web: Web) -> None:
    name = await talked(web, "anna")
    path = taped(web.house.recordings, name)
    async with web.client() as client:
        whole = await client.get(f"/api/conversations/{name}/recording")
        assert whole.status_code == 200
        assert whole.headers["content-type"] == "audio/wav"
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.content == path.read_bytes()
        part = await client.get(f"/api/conversations/{name}/recording", headers={"Range": "bytes=58-157"})
        assert part.status_code == 206
        assert part.content == path.read_bytes()[58:158]
        assert part.headers["content-range"] == f"bytes 58-157/{path.stat().st_size}"
        assert (await client.get(f"/api/conversations/{name}/recording", params={"part": 2})).status_code == 404
    async with web.client(None) as client:
        assert (await client.get(f"/api/conversations/{name}/recording")).status_code == 401


@pytest.mark.parametrize(("packing", "media"), [("flac", "audio/flac"), ("opus", "audio/ogg")])
async def test_what_is_kept_smaller_is_found_by_its_kind_and_length(
    web: Web, vcon_schema: Mapping[str, Any], packing: Packing, media: str
) -> None:
    name = await talked(web, packing)
    path = taped(web.house.recordings, name, seconds=3, packing=packing)
    assert path.suffix == f".{packing}"
    async with web.client() as client:
        whole = await client.get(f"/api/conversations/{name}/recording")
        assert whole.headers["content-type"] == media
        assert whole.content == path.read_bytes()
        made = (await client.get(f"/api/conversations/{name}/vcon")).json()
    assert list(Draft7Validator(vcon_schema, format_checker=FormatChecker()).iter_errors(made)) == []
    (dialog,) = [each for each in made["dialog"] if each["type"] == "recording"]
    assert (dialog["mediatype"], dialog["filename"]) == (media, path.name)
    assert dialog["duration"] == pytest.approx(3, abs=0.02)
    (found,) = web.house.recordings.of(name)
    assert abs(found.ended.timestamp() - path.stat().st_mtime) < 0.001
    assert web.house.recordings.fresh(name).name == f"{name}.2.wav"
    os.utime(path, (0, 0))
    assert Recordings(web.house.recordings.folder, keep_days=30).sweep(datetime.now(UTC)) == 1
    assert not path.exists()


async def test_an_agent_hears_what_was_said_so_far_of_a_call_that_goes_on(web: Web) -> None:
    name = await talked(web, "zoya")
    cookie = {"Cookie": f"govorun_desk={web.parts.signer.agent(web.settings.desk_login)}"}
    at = {"part": 1, "seconds": 2.0}
    going = Growing(web.house.recordings.fresh(name), "wav", began=1_700_000_000.0)
    for _ in range(3):
        going.add(SECOND)
    assert web.house.recordings.of(name) == ()
    (found,) = web.house.recordings.of(name, going_on=True)
    assert (found.goes_on, found.seconds, found.started.timestamp()) == (True, 3.0, 1_700_000_000.0)
    async with web.client(None) as client:
        whole = await client.get(f"/desk/recording/{name}", headers=cookie, params=at)
        assert whole.status_code == 200
        with wave.open(io.BytesIO(whole.content)) as sound:
            assert (sound.getnframes(), sound.getnchannels()) == (16_000, 2)
            assert np.array_equal(np.frombuffer(sound.readframes(16_000), np.int16), np.full(32_000, 500))
        assert int(whole.headers["content-length"]) == len(whole.content)
        for asked, told in [
            ("bytes=0-", slice(0, None)),
            ("bytes=40-99", slice(40, 100)),
            ("bytes=-8", slice(-8, None)),
        ]:
            part = await client.get(f"/desk/recording/{name}", headers={**cookie, "Range": asked}, params=at)
            assert part.status_code == 206
            assert part.content == whole.content[told]
        beyond = await client.get(f"/desk/recording/{name}", headers={**cookie, "Range": "bytes=64100-"}, params=at)
        assert beyond.status_code == 416
        assert (await client.get(f"/desk/recording/{name}", params=at)).status_code in (401, 403)
        going.finish()
        over = await client.get(f"/desk/recording/{name}", headers=cookie, params=at)  # it is over by now: all of it
        assert over.content == going.path.read_bytes()
    async with web.client() as client:
        assert (await client.get(f"/api/conversations/{name}/recording")).content == going.path.read_bytes()


async def test_a_recording_is_erased_by_who_has_the_token_once_the_call_is_over(web: Web) -> None:
    name = await talked(web, "irina")
    kept = taped(web.house.recordings, name)
    going = Growing(web.house.recordings.fresh(name), "wav")
    going.add(SECOND)
    async with web.client(None) as client:
        assert (await client.delete(f"/api/conversations/{name}/recording")).status_code == 401
    async with web.client() as client:
        assert (await client.delete(f"/api/conversations/{name}/recording")).status_code == 409
        assert kept.exists()
        going.finish()
        erased = await client.delete(f"/api/conversations/{name}/recording")
        assert (erased.status_code, erased.json()) == (200, {"erased": 2})
        assert web.house.recordings.of(name, going_on=True) == ()
        assert (await client.delete(f"/api/conversations/{name}/recording")).status_code == 404


def test_what_is_erased_is_gone_whatever_it_is_kept_as(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    kept = [taped(recordings, "c1"), taped(recordings, "c1", packing="flac"), taped(recordings, "c1", packing="opus")]
    other = taped(recordings, "c2")
    assert [each.path for each in recordings.of("c1")] == kept
    assert recordings.erase("c1") == 3
    assert list(tmp_path.iterdir()) == [other]


def test_a_call_that_a_crash_left_twice_is_erased_in_both_its_forms(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    taped(recordings, "c1", packing="flac").rename(tmp_path / "c1.kept")
    taped(recordings, "c1")
    (tmp_path / "c1.kept").rename(tmp_path / "c1.flac")
    assert recordings.erase("c1") == 1
    assert list(tmp_path.iterdir()) == []


async def test_what_was_not_recorded_is_not_there(web: Web) -> None:
    name = await talked(web, "boris")
    async with web.client() as client:
        gone = await client.get(f"/api/conversations/{name}/recording")
        assert gone.status_code == 404
        assert "recording" in gone.json()["detail"]
        assert (await client.get("/api/conversations/..%2f..%2fetc/recording")).status_code == 404


async def test_the_desks_player_needs_an_agents_login(web: Web) -> None:
    name = await talked(web, "vera")
    path = taped(web.house.recordings, name)
    async with web.client(None) as client:
        assert (await client.get(f"/desk/recording/{name}")).status_code in (401, 403)
        cookie = web.parts.signer.agent(web.settings.desk_login)
        heard = await client.get(f"/desk/recording/{name}", headers={"Cookie": f"govorun_desk={cookie}"})
        assert heard.status_code == 200
        assert heard.content == path.read_bytes()
        refused = await client.get(f"/desk/recording/{name}", headers={"Cookie": "govorun_desk=forged"})
        assert refused.status_code in (401, 403)


async def test_the_vcon_names_the_recording_by_address_and_hash(web: Web, vcon_schema: Mapping[str, Any]) -> None:
    name = await talked(web, "gleb")
    path = taped(web.house.recordings, name, seconds=3)
    async with web.client() as client:
        made = (await client.get(f"/api/conversations/{name}/vcon")).json()
    assert list(Draft7Validator(vcon_schema, format_checker=FormatChecker()).iter_errors(made)) == []
    (sound,) = [each for each in made["dialog"] if each["type"] == "recording"]
    assert sound["url"] == f"https://bot.example/api/conversations/{name}/recording?part=1"
    assert sound["duration"] == 3
    assert sound["parties"] == [0, 1]
    digest = base64.urlsafe_b64decode(sound["content_hash"].removeprefix("sha512-") + "==")
    assert digest == hashlib.sha512(path.read_bytes()).digest()


def test_recordings_are_kept_so_many_days_and_a_call_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path, keep_days=30)
    old, young = taped(recordings, "old"), taped(recordings, "young")
    now = datetime.now(UTC)
    long_ago = (now - timedelta(days=31)).timestamp()
    lives = Growing(recordings.fresh("lives"), "wav")
    os.utime(old, (long_ago, long_ago))
    os.utime(tmp_path / f"lives.wav{PART}", (long_ago, long_ago))
    assert recordings.sweep(now) == 1
    assert not old.exists()
    assert young.exists()
    assert (tmp_path / f"lives.wav{PART}").exists()
    lives.drop()
    assert Recordings(tmp_path).sweep(now + timedelta(days=9999)) == 0  # nothing is said of how long
    assert Recordings(tmp_path / "nowhere", keep_days=1).sweep(now) == 0


def test_sound_that_is_no_recording_of_ours_is_never_removed(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path, keep_days=30)
    music = tmp_path / "hold.wav"
    with wave.open(str(music), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(32_000))
    old = taped(recordings, "old")
    for each in (music, old):
        os.utime(each, (0, 0))
    assert recordings.sweep(datetime.now(UTC)) == 1
    assert music.exists()
    assert not old.exists()


async def test_what_is_too_old_is_removed_at_the_start(tmp_path: Path) -> None:
    made = Web(tmp_path, recordings_keep=1)
    old = taped(made.house.recordings, "old")
    os.utime(old, (0, 0))
    await made.house.start()
    try:
        for _ in range(2000):
            if not old.exists():
                break
            await asyncio.sleep(0.01)
        assert not old.exists()
    finally:
        await made.house.close()


def test_two_calls_of_one_conversation_are_two_recordings_in_order(tmp_path: Path) -> None:
    recordings = Recordings(tmp_path)
    taped(recordings, "c1", seconds=1)
    taped(recordings, "c1", seconds=2)
    assert [(each.number, each.seconds) for each in recordings.of("c1")] == [(1, 1.0), (2, 2.0)]
    assert recordings.of("c") == ()
    assert recordings.erase("c1") == 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "x" * 300, ".hidden", "имя"])
def test_no_name_of_a_conversation_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    path = Recordings(tmp_path).fresh(name)
    assert path.parent == tmp_path
    assert path.suffix == ".wav"


def test_what_is_no_recording_is_none(tmp_path: Path) -> None:
    (tmp_path / "c1.wav").write_bytes(b"not a sound")
    assert Recordings(tmp_path).of("c1") == ()
    assert HEAD.size == 58
