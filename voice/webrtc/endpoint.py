"""Where browsers' offers come in, and which of our addresses they are told."""

from __future__ import annotations

import asyncio
import contextlib
import re
from contextvars import ContextVar

from aioice import ice
from aiortc import RTCConfiguration, RTCIceTransportPolicy, RTCPeerConnection

from bot.errors import Both, Unacceptable
from voice.errors import CallOver, LinesBusy
from voice.webrtc.ice import IceServers
from voice.webrtc.leg import GRACE_S, WebRtcLeg
from voice.webrtc.link import Link

HALF_OPEN = 4  # offers at a time that nobody has connected to yet, or half of the lines
OFFER_MAX = 64_000  # characters; a browser's audio offer is about 3,000

_hosts: ContextVar[tuple[str, ...] | None] = ContextVar("voice.webrtc.hosts", default=None)
_every_host = ice.get_host_addresses


def _host_addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """aioice takes every address but loopback; we say which. Others' connections are as they were."""
    hosts = _hosts.get()
    return _every_host(use_ipv4, use_ipv6) if hosts is None else list(hosts)


ice.get_host_addresses = _host_addresses


class WebRtcEndpoint:
    """Takes calls from browsers.

    endpoint = WebRtcEndpoint()
    leg, answer_sdp = await endpoint.accept(offer_sdp, caller=visitor)   # in the HTTP handler
    await leg.answer()                                                   # in the call's task
    answer_sdp = await endpoint.resume(leg.id, offer_sdp, caller=visitor)  # the page's network has changed
    await endpoint.close()
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        capacity: int = 50,
        grace_s: float = GRACE_S,
        ice: IceServers | None = None,
        relayed: bool = False,
    ) -> None:
        """host: the address our sound sockets bind to and name to the browser; "0.0.0.0" is every address.
        On 127.0.0.1 only browsers of this machine get through. capacity: calls at a time. grace_s: how long a page may
        be away before its call ends, as "lost". relayed: we are reached through our TURN server alone."""
        self.host = host
        self.capacity = capacity
        self.grace_s = grace_s
        self._ice = ice or IceServers()
        self._policy = RTCIceTransportPolicy.RELAY if relayed else RTCIceTransportPolicy.ALL
        self._legs: dict[str, WebRtcLeg] = {}
        self._draining = False

    @property
    def calls(self) -> int:
        return len(self._legs)

    async def accept(self, offer_sdp: str, *, caller: str = "", called: str = "") -> tuple[WebRtcLeg, str]:
        """The leg of a browser's offer, not answered yet, and the SDP to send back. A caller's earlier offer that never
        connected is given up for it.

        Raises Unacceptable (not an offer with sound), LinesBusy."""
        half_open = [leg for leg in self._legs.values() if not leg.connected]
        if caller:
            await asyncio.gather(*(leg.reject(487) for leg in half_open if leg.caller == caller))
        begun = sum(not leg.connected for leg in self._legs.values())
        if self._draining or len(self._legs) >= self.capacity or begun >= max(HALF_OPEN, self.capacity // 2):
            raise LinesBusy(
                Both("no more calls now", "новые звонки уже не принимаются")
                if self._draining
                else Both(f"all {self.capacity} lines are taken", f"все линии заняты: {self.capacity}"),
                where="webrtc",
                fix=Both("Call again a little later", "Позвоните чуть позже"),
            )
        sdp = self._reachable(offer_sdp)
        leg = WebRtcLeg(caller=caller, called=called, grace_s=self.grace_s, gone=self._gone)
        self._legs[leg.id] = leg
        try:
            answer = await self._linked(leg, sdp)
        except BaseException:
            await leg.hang_up()
            raise
        return leg, answer

    async def resume(self, call: str, offer_sdp: str, *, caller: str) -> str:
        """Another offer of a page whose call is still up, from its new network or after it was loaded anew: the answer.

        Raises CallOver where there is no such call of that caller any more, Unacceptable."""
        leg = self._legs.get(call)
        if leg is None or leg.caller != caller or leg.ended is not None:
            raise CallOver(
                Both("that call is over", "этот звонок уже окончен"),
                where="webrtc",
                fix=Both("Call again", "Позвоните ещё раз"),
            )
        return await self._linked(leg, self._reachable(offer_sdp))

    async def _linked(self, leg: WebRtcLeg, sdp: str) -> str:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=self._ice.for_us(), iceTransportPolicy=self._policy))
        link = Link(peer, leg)
        leg.over(link)
        token = _hosts.set(self._addresses())
        try:
            return await link.negotiate(sdp)
        except BaseException:
            leg.forget(link)
            await link.close()
            raise
        finally:
            _hosts.reset(token)

    async def drain(self, timeout_s: float) -> None:
        """Take no new calls, wait for those that live, hang up what is left."""
        self._draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while self._legs:
                    await asyncio.sleep(0.05)
        await self.close()

    async def close(self) -> None:
        self._draining = True
        await asyncio.gather(*(leg.hang_up() for leg in list(self._legs.values())))

    def _gone(self, leg: WebRtcLeg) -> None:
        self._legs.pop(leg.id, None)

    def _addresses(self) -> tuple[str, ...]:
        if self.host == "0.0.0.0":
            return (*_every_host(True, False), "127.0.0.1")
        return (self.host,)

    def _reachable(self, sdp: str) -> str:
        """The offer, checked. A browser without leave to use the microphone hides its addresses behind
        mDNS names; on loopback there is no multicast to ask, and the browser finds us anyway."""
        if len(sdp) > OFFER_MAX or not sdp.startswith("v=0") or not re.search(r"^m=audio ", sdp, re.MULTILINE):
            raise Unacceptable(
                Both("this is not an SDP offer with sound", "это не предложение SDP со звуком"),
                where="webrtc offer",
                fix=Both(
                    "Send the sdp of RTCPeerConnection.createOffer() with an audio track",
                    "Пришлите sdp от RTCPeerConnection.createOffer() со звуковой дорожкой",
                ),
            )
        if self.host == "127.0.0.1":
            sdp = re.sub(r"(?<= )[\w-]+\.local(?= \d+ typ )", "127.0.0.1", sdp)
        return sdp
