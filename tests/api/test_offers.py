"""How many calls a visitor may begin, and what their page is told of STUN and TURN."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from bot.api.parts import Answered
from bot.api.webrtc import BURST, PER_S, VISITORS, Pace
from bot.errors import SettingsError
from bot.settings import load
from tests.web import Web


class Voice:
    """A voice half that takes every call and remembers what it was asked."""

    active = 0
    trunks = ()
    refused = 0

    def __init__(self) -> None:
        self.asked: list[Mapping[str, object]] = []

    def state(self) -> tuple[str, str]:
        return "ready", ""

    async def offer(self, sdp: str, kind: str, **asked: object) -> Answered:
        self.asked.append(asked)
        return Answered(sdp="v=0 answer", call=str(asked["resume"] or "web-1"), grace_s=30.0)

    def ice(self, visitor: str) -> Sequence[Mapping[str, object]]:
        return [{"urls": ["stun:s"]}, {"urls": ["turn:t"], "username": f"9:{visitor}", "credential": "c"}]


def test_a_visitor_may_try_some_times_at_once_and_then_now_and_then():
    pace = Pace()
    assert [pace.take("v", 0.0) for _ in range(BURST + 2)] == [True] * BURST + [False] * 2
    assert not pace.take("v", 0.5 / PER_S)
    assert pace.take("v", 1.5 / PER_S)
    assert not pace.take("v", 1.5 / PER_S)
    assert pace.take("w", 0.0)


def test_visitors_who_are_long_gone_are_forgotten():
    pace = Pace()
    for number in range(VISITORS + 5):
        pace.take(str(number), 0.0)
    assert len(pace._left) == VISITORS


async def test_a_page_takes_its_call_up_again_by_the_id_it_was_given(web: Web) -> None:
    voice = web.parts.calls = Voice()  # type: ignore[assignment]
    async with web.client(None) as client:
        offer = {"sdp": "v=0", "type": "offer", "visitor": web.parts.signer.visitor("v1")}
        first = (await client.post("/webrtc/offer", json=offer)).json()
        assert first == {"sdp": "v=0 answer", "type": "answer", "call": "web-1", "grace_s": 30.0}
        await client.post("/webrtc/offer", json={**offer, "resume": first["call"]})
    assert [asked["resume"] for asked in voice.asked] == ["", "web-1"]
    assert {asked["visitor"] for asked in voice.asked} == {"v1"}
    web.parts.calls = None


async def test_who_calls_without_end_is_told_to_wait(web: Web) -> None:
    web.parts.calls = Voice()  # type: ignore[assignment]
    async with web.client(None) as client:
        offer = {"sdp": "v=0", "type": "offer", "visitor": web.parts.signer.visitor("hasty")}
        statuses = [(await client.post("/webrtc/offer", json=offer)).status_code for _ in range(BURST + 1)]
        assert statuses == [200] * BURST + [429]
        other = {**offer, "visitor": web.parts.signer.visitor("patient")}
        assert (await client.post("/webrtc/offer", json=other)).status_code == 200
    web.parts.calls = None


async def test_the_page_of_a_known_visitor_is_told_of_the_servers_and_no_other(web: Web) -> None:
    web.parts.calls = Voice()  # type: ignore[assignment]
    async with web.client(None) as client:
        token = web.parts.signer.visitor("v1")
        told = (await client.post("/webrtc/ice", json={"visitor": token})).json()
        assert told["ice_servers"][1] == {"urls": ["turn:t"], "username": "9:v1", "credential": "c"}
        assert (await client.post("/webrtc/ice", json={"visitor": token + "x"})).status_code == 401
    web.parts.calls = None


@pytest.mark.parametrize(
    ("values", "variable"),
    [
        ({"ice_servers": ["http://turn.example"]}, "GOVORUN_ICE_SERVERS"),
        ({"ice_servers": ["turn:user:password@turn.example"], "turn_secret": "x"}, "GOVORUN_ICE_SERVERS"),
        ({"ice_servers": ["turn:turn.example"]}, "GOVORUN_TURN_SECRET"),
    ],
)
def test_servers_that_would_not_work_are_refused_at_the_start(values: dict[str, object], variable: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load(**values)
    assert str(refused.value.where).startswith(variable)


def test_servers_that_work_are_taken() -> None:
    settings = load(ice_servers=["stun:s:3478", "turns:t?transport=tcp"], turn_secret="x")
    assert settings.ice_servers[1] == "turns:t?transport=tcp"
    assert "x" not in repr(settings.turn_secret)
