"""What joins us to exchanges and operators, and who may call: values that either SIP stack reads. PURE."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bot.errors import Both
from voice.errors import LegFailed

Transport = Literal["udp", "tcp", "tls"]
Encryption = Literal["off", "optional", "required", "dtls"]
Codec = Literal["pcma", "pcmu", "g722", "opus"]
KeysBy = Literal["rfc4733", "info"]
Registration = Literal["none", "asking", "registered", "refused", "silent"]

TRANSPORTS: tuple[Transport, ...] = ("udp", "tcp", "tls")
ENCRYPTIONS: tuple[Encryption, ...] = ("off", "optional", "required", "dtls")
CODECS: tuple[Codec, ...] = ("pcma", "pcmu", "g722", "opus")
KEYS_BY: tuple[KeysBy, ...] = ("rfc4733", "info")

_NUMBER = re.compile(r"(?:tel:)?(\+?[\d() .-]{3,}|[*#\d]{1,20})", re.ASCII)
_HOST = re.compile(r"sips?:(?:[^@]*@)?([^;?>]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """An account at an exchange or operator: calls come from it and go out through it.

    domain: host or host:port of the registrar. name: in settings, logs and figures; the domain without one. user: of
    the account; "" where the exchange knows us by our address. auth_user: for the digest, where it is another.
    register: tell the registrar where we are. srtp: RFC 4568 keys; optional: plain where they can't; dtls: RFC 5764.
    codecs: best first; () as the endpoint's. number: shown to whom we call; the user without one. proxy: host[:port]
    that everything goes through. keys: how digits are told. takes: beginnings of the numbers that go out here, "+7",
    "810", "" for every number. expires_s: how long a registration holds.
    """

    domain: str
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    auth_user: str = ""
    register: bool = True
    transport: Transport = "udp"
    srtp: Encryption = "off"
    codecs: tuple[Codec, ...] = ()
    number: str = ""
    proxy: str = ""
    keys: KeysBy = "rfc4733"
    takes: tuple[str, ...] = ()
    expires_s: int = 300

    @property
    def title(self) -> str:
        return self.name or self.domain

    @property
    def registers(self) -> bool:
        return self.register and bool(self.user)

    @property
    def hosts(self) -> tuple[str, ...]:
        """Names or addresses its calls come from, as far as we can know."""
        return tuple(dict.fromkeys(_without_port(each) for each in (self.domain, self.proxy) if each))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkState:
    """registration: "none" where we don't register; "refused": the registrar says no (a wrong password); "silent": it
    doesn't answer. detail: its words, never a number or a password."""

    name: str
    registration: Registration
    detail: str = ""

    @property
    def up(self) -> bool:
        return self.registration in ("none", "registered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Who may call, and by what. allow: networks as "10.0.0.0/8"; () everybody; trunks may always. transports: udp,
    tcp, and tls on the next port. srtp: of calls that come in by no trunk's name. certificate: PEM file with the chain
    and the key, shown to who calls by TLS; ca: PEM file of who vouches for those we call, None: the system's.
    verify: whether they must be vouched for. stun: host:port of a STUN server that tells our address from outside.
    """

    allow: tuple[str, ...] = ()
    transports: tuple[Transport, ...] = ("udp", "tcp")
    srtp: Encryption = "optional"
    certificate: Path | None = None
    ca: Path | None = None
    verify: bool = True
    stun: str = ""


def way_out(trunks: Sequence[Trunk], name: str, address: str) -> tuple[Trunk | None, str]:
    """By which trunk a call goes, None for none, and the SIP URI to call. address: a SIP URI or a number.

    A number goes by the trunk that takes its longest beginning; where there is one trunk alone, by it.
    Raises LegFailed: no such trunk, or none takes the number.
    """
    number = _NUMBER.fullmatch(address.strip())
    chosen: Trunk | None
    if name:
        chosen = next((trunk for trunk in trunks if trunk.title == name), None)
        if chosen is None:
            known = ", ".join(trunk.title for trunk in trunks) or "—"
            raise LegFailed(
                Both(f"there is no trunk '{name}'", f"нет линии '{name}'"),
                where="trunk",
                fix=Both(f"There are: {known}", f"Есть: {known}"),
            )
    elif number:
        chosen = _for_number(trunks, _bare(number[1]))
    else:
        found = _HOST.match(address)
        chosen = next((t for t in trunks if found and found[1].lower() == t.domain.lower()), None)
    if not number:
        return chosen, address
    if chosen is None:
        raise LegFailed(
            Both("no trunk takes this number", "этот номер не берёт ни одна линия"),
            where="trunk",
            fix=Both(
                "Name its beginning in `takes` of a trunk, or call an address, sip:user@host",
                "Запишите его начало в `takes` одной из линий или звоните по адресу sip:имя@узел",
            ),
        )
    return chosen, f"sip:{_bare(number[1]).replace('#', '%23')}@{chosen.domain}"


def _for_number(trunks: Sequence[Trunk], number: str) -> Trunk | None:
    fitting = [
        (len(start), -place, trunk)
        for place, trunk in enumerate(trunks)
        for start in trunk.takes
        if number.startswith(start)
    ]
    if fitting:
        return max(fitting, key=lambda each: each[:2])[2]
    return trunks[0] if len(trunks) == 1 and not trunks[0].takes else None


def _bare(number: str) -> str:
    return re.sub(r"[() .-]", "", number)


def _without_port(address: str) -> str:
    host = address.removeprefix("sip:").partition(";")[0]
    return host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
