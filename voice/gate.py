"""Who may knock: networks that are let in, and a limit on those who aren't. PURE: time is handed in.

A scanner that tries thousands of numbers costs one answer for each at first, then none, and two lines in the log.
"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Iterable
from enum import Enum

ANSWERED = 10  # refusals within WINDOW_S that a stranger is told of; those that come after aren't answered at all
WINDOW_S = 60.0
STRANGERS = 4_096  # remembered at once; an attack from more addresses forgets the oldest


class Verdict(Enum):
    LET_IN = "let in"
    REFUSE = "refuse"  # 403
    IGNORE = "ignore"  # not a word: it would only go on


class Gate:
    """`ask` for every request from outside a call."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """allow: networks or addresses, "10.0.0.0/8"; none: everybody is let in. Raises ValueError."""
        self._networks = [ipaddress.ip_network(each, strict=False) for each in allow]
        self._open = not self._networks
        self._strangers: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.refused = 0

    def admit(self, addresses: Iterable[str]) -> None:
        """These too: addresses of trunks."""
        if not self._open:
            for each in addresses:
                network = ipaddress.ip_network(each)
                if network not in self._networks:
                    self._networks.append(network)

    def ask(self, address: str, now_s: float) -> tuple[Verdict, bool]:
        """And whether this is worth a line in the log: once as a stranger comes, once as it is no longer answered."""
        if self._open or self._known(address):
            return Verdict.LET_IN, False
        self.refused += 1
        since, times = self._strangers.get(address, (now_s, 0))
        if now_s - since >= WINDOW_S:
            # Quiet for a while is forgiven; who goes on is not answered again, nor told of again.
            since, times = now_s, min(times - ANSWERED, ANSWERED + 1) if times > ANSWERED else 0
        times += 1
        self._strangers[address] = (since, times)
        self._strangers.move_to_end(address)
        if len(self._strangers) > STRANGERS:
            self._strangers.popitem(last=False)
        if times > ANSWERED:
            return Verdict.IGNORE, times == ANSWERED + 1
        return Verdict.REFUSE, times == 1

    def _known(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return any(ip in network for network in self._networks)


class Burst:
    """So many new calls at once, and as many again each second. More than that is a flood: answering each as a call
    would cost milliseconds and a place in the stack's memory for half a minute; a refusal at the door costs 20 µs."""

    def __init__(self, most: int) -> None:
        self._most = self._left = float(most)
        self._at_s = 0.0

    def takes(self, now_s: float) -> bool:
        self._left = min(self._most, self._left + (now_s - self._at_s) * self._most)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
