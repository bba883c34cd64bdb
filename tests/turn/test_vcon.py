from __future__ import annotations

import base64
import json
import stat
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import RSAKey
from jsonschema import Draft7Validator, FormatChecker

from bot import vcon
from bot.desk import agents
from bot.desk.desk import Desk
from bot.dialogue.actions import Say
from bot.dialogue.events import AgentJoined, RungBack
from bot.ports import Row, Spoken
from bot.stores import conversations, spoken
from bot.stores.bus import LocalBus
from bot.turn import Turn
from tests.turn.clinic import NOW, caller, writer


def export(turn: Turn, conversation: str, **more: str) -> dict[str, Any]:
    with turn.database.reading() as tx:
        about = conversations.summary(tx, conversation)
        assert about is not None
        return vcon.plain(about, conversations.rows(tx, conversation), **more)


async def whole(turn: Turn, bus: LocalBus) -> str:
    """A call with keys, words, a person who writes, and an end."""
    with turn.database.writing() as tx:
        anna = agents.add(tx, login="anna", name="Анна", password="long enough", at=NOW)
    ivan = writer(turn)
    await ivan.says("main.price")
    conversation = (await ivan.says("operator")).conversation
    desk = Desk(turn, turn.database, bus)
    await desk.accept(conversation, anna)
    await desk.say(conversation, anna, "Здравствуйте")
    await ivan.says("спасибо")
    await desk.close(conversation, anna)
    return conversation


async def test_a_conversation_becomes_a_vcon_valid_by_the_drafts_schema(
    watched: tuple[Turn, LocalBus], vcon_schema: Mapping[str, Any]
) -> None:
    made = export(watched[0], await whole(*watched), name="Иван Петров", business="Клиника")
    problems = list(Draft7Validator(vcon_schema, format_checker=FormatChecker()).iter_errors(made))
    assert problems == []
    assert made["dialog"]
    assert made["attachments"]


async def test_who_said_what_when_is_all_there(watched: tuple[Turn, LocalBus]) -> None:
    turn, bus = watched
    made = export(turn, await whole(turn, bus), name="Иван Петров", business="Клиника")
    assert [party["type"] for party in made["parties"]] == ["customer", "bot", "agent"]
    assert made["parties"][0]["name"] == "Иван Петров"
    said = [(made["parties"][line["originator"]]["type"], line["body"]) for line in made["dialog"]]
    assert said[:2] == [("customer", "main.price"), ("bot", "Приём стоит 1500 рублей.")]
    assert ("agent", "Здравствуйте") in said
    assert ("customer", "спасибо") in said
    starts = [datetime.fromisoformat(line["start"]) for line in made["dialog"]]
    assert starts[0] == NOW.replace(second=1)
    for line in made["dialog"]:
        assert line["originator"] in line["parties"]


async def test_the_reason_of_a_handoff_goes_with_it(watched: tuple[Turn, LocalBus]) -> None:
    turn, bus = watched
    made = export(turn, await whole(turn, bus))
    (attachment,) = made["attachments"]
    assert attachment["purpose"] == "handoff"
    assert attachment["body"]["reason"] == "asked for a person"
    assert made["dialog"][attachment["dialog"]]["body"] == "[to_person_text]"


async def test_a_calls_number_and_name_are_the_customers(turn: Turn) -> None:
    line = caller(turn)
    conversation = (await line.starts(conversation="4a52b8ce-0000-4000-8000-000000000001")).conversation
    made = export(turn, conversation)
    assert made["uuid"] == "4a52b8ce-0000-4000-8000-000000000001"
    assert made["parties"][0]["tel"] == "+79051234567"


def test_a_conversation_of_another_kind_of_name_has_a_uuid_all_the_same() -> None:
    assert vcon.identifier("call 42") == vcon.identifier("call 42") != vcon.identifier("call 43")


async def test_a_signed_vcon_verifies_by_its_own_certificate_and_no_change_passes(
    watched: tuple[Turn, LocalBus], tmp_path: Path
) -> None:
    made = export(watched[0], await whole(*watched))
    signed = json.loads(json.dumps(vcon.Signer(tmp_path).sign(made)))
    (signature,) = signed["signatures"]
    assert json.loads(base64.urlsafe_b64decode(signature["protected"] + "==")) == {"alg": "RS256"}
    assert signature["header"]["uuid"] == made["uuid"]
    certificate = x509.load_der_x509_certificate(base64.b64decode(signature["header"]["x5c"][0]))
    key = RSAKey.import_key(certificate.public_key())  # type: ignore[arg-type]
    assert json.loads(jws.deserialize_json(signed, key, registry=vcon.REGISTRY).payload) == made
    made["subject"] = "changed"
    forged = base64.urlsafe_b64encode(json.dumps(made).encode()).rstrip(b"=").decode()
    with pytest.raises(BadSignatureError):
        jws.deserialize_json({**signed, "payload": forged}, key, registry=vcon.REGISTRY)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path: Path) -> None:
    first, second = vcon.Signer(tmp_path / "deep"), vcon.Signer(tmp_path / "deep")
    assert first.public.thumbprint() == second.public.thumbprint()
    (path,) = (tmp_path / "deep").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_who_is_on_a_recording_is_told_the_agents_who_joined_and_of_a_call_back_the_agent_alone(
    turn: Turn, vcon_schema: Mapping[str, Any]
) -> None:
    line = caller(turn)
    line.conversation = (await line.starts()).conversation
    told = [
        AgentJoined(id="a", at=NOW + timedelta(seconds=20), agent="boris", name="Борис"),
        RungBack(id="b", at=NOW + timedelta(minutes=10), outcome="unreached", agent="anna", name="Анна"),
        RungBack(id="c", at=NOW + timedelta(minutes=16), outcome="talks", agent="anna", name="Анна", recorded=True),
    ]
    with turn.database.reading() as tx:
        about = conversations.summary(tx, line.conversation)
        assert about is not None
        rows = [*conversations.rows(tx, line.conversation)]
    rows += [Row(conversation=about.id, seq=100 + place, at=each.at, entry=each) for place, each in enumerate(told)]
    sound = [
        vcon.Recorded(started=NOW + at, seconds=30, name="1.wav", digest="sha512-x")
        for at in (timedelta(seconds=1), timedelta(minutes=16, seconds=-1), timedelta(minutes=15, seconds=27))
    ]
    made = vcon.plain(about, rows, recorded=sound)
    assert [party.get("name") for party in made["parties"][2:]] == ["Борис", "Анна"]
    recordings = [line for line in made["dialog"] if line["type"] == "recording"]
    assert [(line["parties"], line["originator"]) for line in recordings] == [
        ([0, [1, 2]], 0),
        ([0, 3], 3),
        ([0, 1], 0),
    ]
    (unreached,) = [line for line in made["dialog"] if line["type"] == "incomplete"]
    assert (unreached["parties"], unreached["disposition"]) == ([0, 3], "no-answer")
    assert list(Draft7Validator(vcon_schema, format_checker=FormatChecker()).iter_errors(made)) == []


async def test_what_was_said_on_the_telephone_begins_when_it_was_heard(turn: Turn) -> None:
    line = caller(turn)
    outcome = await line.starts()
    row = next(row for row in outcome.rows if isinstance(row.entry, Say))
    began = row.at + timedelta(seconds=3)
    heard = Spoken(began=began, ended=began + timedelta(seconds=1), heard_ms=1000, total_ms=4000)
    with turn.database.writing() as tx:
        spoken.keep(tx, [(outcome.conversation, row.seq, heard), ("erased", 1, heard)])
        kept = spoken.of(tx, outcome.conversation)
        about = conversations.summary(tx, outcome.conversation)
        assert about is not None
        made = vcon.plain(about, conversations.rows(tx, outcome.conversation), spoken=kept)
    assert kept == {row.seq: heard}
    assert datetime.fromisoformat(made["dialog"][0]["start"]) == began
