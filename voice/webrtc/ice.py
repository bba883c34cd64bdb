"""STUN and TURN servers, and credentials for them that soon are worth nothing.

A TURN server that shares a secret with us (coturn's `use-auth-secret`, the scheme of draft-uberti-behave-turn-rest-00)
takes a user name that says until when it holds and a password that is its HMAC. So the page is given credentials of its
own and the secret never leaves the server.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass

from aiortc import RTCIceServer


@dataclass(frozen=True, slots=True, kw_only=True)
class IceServers:
    """urls: stun:HOST[:PORT], turn:HOST[:PORT][?transport=udp|tcp], turns:…. secret: shared with the TURN servers.

    lifetime_s: of credentials; a relay that was given goes on as long as its call. ours: whether this server, too, goes
    through them, for it stands behind NAT itself.
    """

    urls: tuple[str, ...] = ()
    secret: str = ""
    lifetime_s: int = 14_400
    ours: bool = False

    def for_page(self, who: str, now_s: float | None = None) -> list[Mapping[str, object]]:
        """RTCConfiguration.iceServers of one visitor. who: any id of theirs; it is hashed."""
        username, credential = self.credentials(hashlib.sha256(who.encode()).hexdigest()[:12], now_s)
        return [
            {"urls": [url], "username": username, "credential": credential} if _relays(url) else {"urls": [url]}
            for url in self.urls
        ]

    def for_us(self) -> list[RTCIceServer]:
        """Ours: the first STUN and the first TURN server, for aioice takes one of each. An empty list where we need
        none, or aiortc would ask a public server of its choice."""
        if not self.ours:
            return []
        username, credential = self.credentials("govorun")
        stun = [RTCIceServer(url) for url in self.urls if not _relays(url)][:1]
        return stun + [RTCIceServer(url, username, credential) for url in self.urls if _relays(url)][:1]

    def credentials(self, who: str, now_s: float | None = None) -> tuple[str, str]:
        """User name and password for the TURN servers, from now on for `lifetime_s`."""
        until = int(time.time() if now_s is None else now_s) + self.lifetime_s
        username = f"{until}:{who}"
        digest = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()  # the scheme's; not ours
        return username, base64.b64encode(digest).decode()


def _relays(url: str) -> bool:
    return url.startswith("turn")
