"""Where browsers' offers come in, and which of our addresses they are told."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Sequence
from contextvars import ContextVar

from aioice import ice
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection

from bot.errors import Both, Unacceptable
from voice.errors import LinesBusy
from voice.webrtc.leg import WebRtcLeg

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
    await endpoint.close()
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        capacity: int = 50,
        dead_after_s: int = 15,
        ice_servers: Sequence[RTCIceServer] = (),
    ) -> None:
        """host: the address our sound sockets bind to and name to the browser; "0.0.0.0" is every address.
        On 127.0.0.1 only browsers of this machine get through. capacity: calls at a time. dead_after_s: no
        sound so long ends a call, as "lost". ice_servers: STUN and TURN, for a server behind NAT."""
        self.host = host
        self.capacity = capacity
        self.dead_after_s = dead_after_s
        self._ice_servers = list(ice_servers)
        self._legs: dict[str, WebRtcLeg] = {}
        self._draining = False

    @property
    def calls(self) -> int:
        return len(self._legs)

    async def accept(self, offer_sdp: str, *, caller: str = "", called: str = "") -> tuple[WebRtcLeg, str]:
        """The leg of a browser's offer, not answered yet, and the SDP to send back.

        Raises Unacceptable (not an offer with sound), LinesBusy."""
        if self._draining or len(self._legs) >= self.capacity:
            raise LinesBusy(
                Both("no more calls now", "новые звонки уже не принимаются")
                if self._draining
                else Both(f"all {self.capacity} lines are taken", f"все линии заняты: {self.capacity}"),
                where="webrtc",
                fix=Both("Call again a little later", "Позвоните чуть позже"),
            )
        sdp = self._reachable(offer_sdp)
        # An empty list, or aiortc would ask a public STUN server of its choice.
        peer = RTCPeerConnection(RTCConfiguration(iceServers=self._ice_servers))
        leg = WebRtcLeg(peer, caller=caller, called=called, dead_after_s=self.dead_after_s, gone=self._gone)
        self._legs[leg.id] = leg
        token = _hosts.set(self._addresses())
        try:
            answer = await leg.negotiate(sdp)
        except BaseException:
            await leg.hang_up()
            raise
        finally:
            _hosts.reset(token)
        return leg, answer

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
