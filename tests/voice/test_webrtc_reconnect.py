"""A browser call whose network drops, changes, or whose page is loaded anew; and calls through a relay alone."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
from contextlib import suppress

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection

from tests.voice.coturn import Turn, needs_coturn
from tests.voice.peers import eventually, is_tone, tone
from tests.voice.test_webrtc import Ears, Page, held
from voice.errors import CallOver, LinesBusy
from voice.ports import Digit, Ended, Held
from voice.webrtc import IceServers, WebRtcEndpoint

pytestmark = pytest.mark.voice

LOST, BACK = Held(on=True, lost=True), Held(on=False, lost=True)


class Road(asyncio.DatagramProtocol):
    """The network between a page and us: a port that hands datagrams on both ways, unless it is `cut`."""

    def __init__(self, port: int) -> None:
        self.cut = False
        self._there = ("127.0.0.1", port)
        self._page: tuple[str, int] | None = None
        self._far: asyncio.DatagramTransport | None = None

    async def open(self) -> int:
        loop = asyncio.get_running_loop()
        self._near, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        road = self

        class Far(asyncio.DatagramProtocol):
            def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
                if not road.cut and road._page is not None:
                    road._near.sendto(data, road._page)

        self._far, _ = await loop.create_datagram_endpoint(Far, local_addr=("127.0.0.1", 0))
        return int(self._near.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._page = addr
        if not self.cut and self._far is not None:
            self._far.sendto(data, self._there)

    def close(self) -> None:
        for each in (self._near, self._far):
            if each is not None:
                each.close()


def without_candidates(sdp: str) -> str:
    """We learn where the page is from what comes through the road; of candidates there must be one, so it leads
    nowhere: port 9 discards (RFC 863)."""
    nowhere = "a=candidate:1 1 udp 1 127.0.0.1 9 typ host\r\na=end-of-candidates"
    return re.sub(r"a=candidate:.*\r\n", "", sdp).replace("a=end-of-candidates", nowhere)


async def through(page: Page, answer: str) -> Road:
    """Join the page to us by a road of its own."""
    found = re.search(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+) typ host", answer)
    assert found is not None
    road = Road(int(found[1]))
    await page.connect(answer.replace(f" {found[1]} typ host", f" {await road.open()} typ host"))
    return road


async def opened(page: Page) -> None:
    await eventually(lambda: page.control.readyState == "open")


async def test_a_network_that_is_gone_for_seconds_costs_seconds_and_not_the_call():
    endpoint, page = WebRtcEndpoint(), Page()
    leg, answer = await endpoint.accept(without_candidates(await page.offer()), caller="v")
    road = await through(page, answer)
    ears = Ears(leg)
    await leg.answer()
    await eventually(lambda: len(ears.frames) > 20)
    road.cut = True
    assert (await ears.happened(Held))[1] == LOST
    leg.play(tone(700, 1))
    await asyncio.sleep(0.5)
    stood = len(ears.frames)
    await asyncio.sleep(0.3)
    assert len(ears.frames) == stood  # the call's time stands still
    assert leg.queued_ms == 1000  # and nothing is played to nobody
    road.cut = False
    await eventually(lambda: [event for _, event in ears.events] == [LOST, BACK])
    await eventually(lambda: leg.queued_ms == 0)
    await asyncio.sleep(0.3)
    assert is_tone(page.sound()[-8000 * 2 :], 700) or is_tone(page.sound()[-8000:], 700)
    assert leg.ended is None
    await endpoint.close()
    await ears.over()
    await page.peer.close()
    road.close()


async def test_a_page_that_comes_back_on_another_network_goes_on_with_the_same_call():
    endpoint, page, again = WebRtcEndpoint(), Page(), Page()
    leg, answer = await endpoint.accept(without_candidates(await page.offer()), caller="v")
    road = await through(page, answer)
    ears = Ears(leg)
    await leg.answer()
    await eventually(lambda: len(ears.frames) > 5)
    road.cut = True
    await ears.happened(Held)
    await again.connect(await endpoint.resume(leg.id, await again.offer(), caller="v"))
    await eventually(lambda: [event for _, event in ears.events] == [LOST, BACK])
    await opened(again)
    again.control.send(json.dumps({"type": "key", "key": "4"}))
    assert (await ears.happened(Digit))[1].key == "4"  # type: ignore[attr-defined]
    leg.play(tone(900, 1))
    await eventually(lambda: is_tone(again.sound()[-4000:], 900))
    assert endpoint.calls == 1
    await endpoint.close()
    await ears.over()
    for each in (page, again):
        await each.peer.close()
    road.close()


async def test_a_page_that_is_loaded_anew_takes_its_call_up_again():
    endpoint, page, again = WebRtcEndpoint(), Page(), Page()
    leg, answer = await endpoint.accept(await page.offer(), caller="v")
    await page.connect(answer)
    ears = Ears(leg)
    await leg.answer()
    await opened(page)
    page.control.send(json.dumps({"type": "leaving"}))
    assert (await ears.happened(Held))[1] == LOST
    await asyncio.sleep(0.3)  # what the page still sends is no return
    assert [event for _, event in ears.events] == [LOST]
    await page.peer.close()
    await again.connect(await endpoint.resume(leg.id, await again.offer(), caller="v"))
    await eventually(lambda: ears.events and ears.events[-1][1] == BACK)
    assert leg.ended is None
    await endpoint.close()
    await ears.over()
    await again.peer.close()


async def test_nobody_else_takes_a_call_up_and_nobody_one_that_is_over():
    endpoint, page, other = WebRtcEndpoint(), Page(), Page()
    leg, _ = await endpoint.accept(await page.offer(), caller="v")
    offer = await other.offer()
    with pytest.raises(CallOver):
        await endpoint.resume(leg.id, offer, caller="somebody else")
    await leg.hang_up()
    with pytest.raises(CallOver) as over:
        await endpoint.resume(leg.id, offer, caller="v")
    assert over.value.status == 410
    for each in (page, other):
        await each.peer.close()


async def test_a_second_offer_of_a_visitor_takes_the_place_of_the_one_that_never_connected():
    endpoint, page, other = WebRtcEndpoint(capacity=1), Page(), Page()
    first, _ = await endpoint.accept(await page.offer(), caller="v")
    offer = await other.offer()
    with pytest.raises(LinesBusy):
        await endpoint.accept(offer, caller="somebody else")
    second, _ = await endpoint.accept(offer, caller="v")
    assert first.ended == Ended(reason="rejected")
    assert endpoint.calls == 1
    assert second.ended is None
    await endpoint.close()
    for each in (page, other):
        await each.peer.close()


async def test_offers_that_nobody_connects_to_take_half_of_the_lines_at_most():
    endpoint, page = WebRtcEndpoint(capacity=10), Page()
    offer = await page.offer()
    for number in range(5):
        await endpoint.accept(offer, caller=f"v{number}")
    with pytest.raises(LinesBusy):
        await endpoint.accept(offer, caller="v9")
    await endpoint.close()
    assert endpoint.calls == 0
    await page.peer.close()


async def test_calls_that_were_lost_and_taken_up_again_leave_nothing_behind():
    async def one() -> None:
        endpoint, page, again = WebRtcEndpoint(grace_s=0.5), Page(), Page()
        leg, answer = await endpoint.accept(await page.offer(), caller="v")
        await page.connect(answer)
        ears = Ears(leg)
        await leg.answer()
        await again.connect(await endpoint.resume(leg.id, await again.offer(), caller="v"))
        await ears.happened(Held)
        await again.peer.close()
        await page.peer.close()
        await ears.happened(Ended)
        await ears.over()
        assert endpoint.calls == 0

    await one()
    await asyncio.sleep(0.3)
    before = held()
    for _ in range(3):
        await one()
    with suppress(TimeoutError):
        await eventually(lambda: held() <= before and held()[1] <= before[1] and held()[2] <= before[2])
    threads, sockets, tasks = held()
    assert threads <= before[0]
    assert sockets <= before[1]
    assert tasks <= before[2]


# --- STUN and TURN -----------------------------------------------------------------------------------


def test_the_page_is_given_credentials_that_end_and_never_the_secret():
    servers = IceServers(urls=("stun:s.example", "turn:t.example:3478"), secret="s3cret", lifetime_s=600)
    stun, turn = servers.for_page("visitor-1", now_s=1_000)
    assert stun == {"urls": ["stun:s.example"]}
    until, _, who = str(turn["username"]).partition(":")
    assert int(until) == 1_600
    assert who
    assert "visitor-1" not in who
    # As coturn checks it: base64(HMAC-SHA1(secret, username)).
    expected = base64.b64encode(hmac.new(b"s3cret", str(turn["username"]).encode(), hashlib.sha1).digest()).decode()
    assert turn["credential"] == expected
    assert "s3cret" not in json.dumps([stun, turn])


def test_we_use_no_server_of_anybodys_unless_told_that_we_are_behind_nat():
    urls = ("stun:s.example", "stun:other.example", "turn:t.example", "turns:t.example")
    assert IceServers(urls=urls, secret="x").for_us() == []
    assert [each.urls for each in IceServers(urls=urls, secret="x", ours=True).for_us()] == [urls[0], urls[2]]


@needs_coturn
async def test_a_page_that_reaches_us_by_the_relay_alone_is_heard():
    async with Turn() as turn:
        servers = IceServers(urls=(turn.url,), secret=turn.secret)
        endpoint, page = WebRtcEndpoint(ice=servers), Page(RTCPeerConnection(relay_only(servers)))
        offer = await page.offer()
        assert set(re.findall(r" typ (\w+)", offer)) == {"relay"}
        await both_hear(endpoint, page, offer)


@needs_coturn
async def test_we_are_reached_by_the_relay_alone_where_we_are_behind_nat():
    async with Turn() as turn:
        servers = IceServers(urls=(turn.url,), secret=turn.secret, ours=True)
        endpoint, page = WebRtcEndpoint(ice=servers, relayed=True), Page()
        await both_hear(endpoint, page, await page.offer(), answers={"relay"})


def relay_only(servers: IceServers) -> RTCConfiguration:
    from aiortc import RTCIceServer, RTCIceTransportPolicy

    told = [RTCIceServer(**each) for each in servers.for_page("v")]  # type: ignore[arg-type]
    return RTCConfiguration(iceServers=told, iceTransportPolicy=RTCIceTransportPolicy.RELAY)


async def both_hear(endpoint: WebRtcEndpoint, page: Page, offer: str, answers: set[str] | None = None) -> None:
    leg, answer = await endpoint.accept(offer, caller="v")
    if answers is not None:
        assert set(re.findall(r" typ (\w+)", answer)) == answers
    await page.connect(answer)
    ears = Ears(leg)
    await leg.answer()
    leg.play(tone(1000, 2))
    page.voice.sound = tone(440, 2)
    await eventually(lambda: is_tone(ears.sound[-8000:], 440) and is_tone(page.sound()[-8000:], 1000))
    await endpoint.close()
    await ears.over()
    await page.peer.close()
