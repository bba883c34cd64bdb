"""Trunks and doors as the library's transports, codecs and accounts."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.errors import Both, SettingsError
from voice.pjsip.library import Native, pj
from voice.trunks import CODECS, Codec, Doors, Encryption, Transport, Trunk

log = logging.getLogger(__name__)

NAMES: Mapping[Codec, str] = {
    "pcma": "PCMA/8000/1",
    "pcmu": "PCMU/8000/1",
    "g722": "G722/16000/1",
    "opus": "opus/48000/2",
}
KINDS: Mapping[Transport, int] = {
    "udp": pj.PJSIP_TRANSPORT_UDP,
    "tcp": pj.PJSIP_TRANSPORT_TCP,
    "tls": pj.PJSIP_TRANSPORT_TLS,
}
_SRTP: Mapping[Encryption, int] = {
    "off": pj.PJMEDIA_SRTP_DISABLED,
    "optional": pj.PJMEDIA_SRTP_OPTIONAL,
    "required": pj.PJMEDIA_SRTP_MANDATORY,
}
SYSTEM_CA = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
SESSION_S = 1_800  # RFC 4028 4: a call whose peer vanished without a trace is found out


def choose_codecs(endpoint: Any, codecs: Collection[Codec]) -> None:
    """These alone, best first, for every account: the library knows no other way. What it lacks is told once: most
    builds lack Opus. Raises SettingsError where it has none of them."""
    found = {codec.codecId for codec in endpoint.codecEnum2()}
    if not any(NAMES[codec] in found for codec in codecs):
        known = ", ".join(codec for codec in CODECS if NAMES[codec] in found)
        raise SettingsError(
            Both("this build of PJSUA2 has none of these codecs", "в этой сборке PJSUA2 нет ни одного из этих кодеков"),
            where="sip codecs",
            fix=Both(f"Choose from {known}", f"Выберите из {known}"),
        )
    if lacking := [codec for codec in codecs if NAMES[codec] not in found]:
        log.warning("this build of PJSUA2 has no %s: calls go by the other codecs", ", ".join(lacking))
    for name in found:
        endpoint.codecSetPriority(name, 0)
    for place, codec in enumerate(codecs):
        if NAMES[codec] in found:
            endpoint.codecSetPriority(NAMES[codec], 255 - place)


def refuse_dtls(encryptions: Iterable[Encryption]) -> None:
    """Raises SettingsError: the builds in the registries take SRTP's keys from the SDP alone."""
    if "dtls" in encryptions:
        raise SettingsError(
            Both("PJSUA2 has no DTLS-SRTP", "в PJSUA2 нет DTLS-SRTP"),
            where="srtp",
            fix=Both("Choose required, or the stack baresip", "Выберите required или стек baresip"),
        )


def refuse_what_is_not_built_in(
    native: Native, kinds: Collection[Transport], encryptions: Iterable[Encryption]
) -> None:
    """Raises SettingsError: pjproject may be built without TLS or SRTP, and says so by a number when it is needed."""
    wanted = (
        ("TLS", "transports", "pjsip_tls_transport_start2", "tls" in kinds, "udp, tcp"),
        ("SRTP", "encryption", "pjmedia_transport_srtp_create", "required" in encryptions, "off"),
    )
    for what, where, function, needed, other in wanted:
        if needed and not native.has(function):
            raise SettingsError(
                Both(f"this build of PJSUA2 has no {what}", f"в этой сборке PJSUA2 нет {what}"),
                where=where,
                fix=Both(
                    f"Choose {other}, or the stack baresip, or build pjproject with OpenSSL and SRTP",
                    f"Выберите {other} или стек baresip, или соберите pjproject с OpenSSL и SRTP",
                ),
            )


def transport(kind: Transport, host: str, port: int, doors: Doors, vouchers: str = "") -> Any:
    """To listen by; TLS on the next port. vouchers: of `Vouchers`."""
    config = listening(host, port + 1 if kind == "tls" else port)
    if kind == "tls":
        config.tlsConfig.certFile = config.tlsConfig.privKeyFile = str(doors.certificate or "")
        config.tlsConfig.CaListFile = vouchers
        config.tlsConfig.verifyServer = doors.verify
    return config


class Vouchers:
    """A file with who vouches for the servers we call, while the library runs.

    The library tells whoever connects to us the names of all in it, though it asks them for no certificate; more than
    8 KB of names never leave it, and the call by TLS comes to nothing. In blocks called TRUSTED CERTIFICATE OpenSSL
    finds certificates to trust, and no names to tell.
    """

    def __init__(self, doors: Doors) -> None:
        ca = doors.ca or next((path for path in SYSTEM_CA if path.exists()), None)
        self._file: int | None = None
        self.path = ""
        if ca is not None:
            self._file = os.memfd_create("govorun-vouchers")
            with open(self._file, "wb", closefd=False) as file:
                file.write(ca.read_bytes().replace(b" CERTIFICATE-----", b" TRUSTED CERTIFICATE-----"))
            self.path = f"/proc/self/fd/{self._file}"

    def close(self) -> None:
        """Once the library is gone. Twice is fine."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def listening(host: str, port: int) -> Any:
    config = pj.TransportConfig()
    config.port = port
    config.boundAddress = "" if host == "0.0.0.0" else host
    return config


def local(user: str, host: str, port: int, srtp: Encryption, rtp_ports: tuple[int, int], *, takes: bool) -> Any:
    """takes: what comes in and is no trunk's; else by this one we call addresses that are no trunk's."""
    config = _common(host, srtp, rtp_ports)
    config.idUri = f"sip:{user}@{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"
    config.priority = 1 if takes else 0
    return config


def of_trunk(trunk: Trunk, host: str, rtp_ports: tuple[int, int]) -> Any:
    config = _common(host, trunk.srtp, rtp_ports)
    config.priority = 2
    config.idUri = f"sip:{trunk.user or trunk.number or 'govorun'}@{trunk.domain}"
    if trunk.proxy:
        config.sipConfig.proxies.push_back(f"sip:{trunk.proxy};transport={trunk.transport};lr")
    if trunk.user:
        name = trunk.auth_user or trunk.user
        config.sipConfig.authCreds.push_back(pj.AuthCredInfo("digest", "*", name, 0, trunk.password))
    if trunk.registers:
        config.regConfig.registrarUri = f"sip:{trunk.domain};transport={trunk.transport}"
        config.regConfig.timeoutSec = trunk.expires_s
        config.regConfig.retryIntervalSec = 0  # it doesn't after a 403; `Registrar` does
        config.regConfig.registerOnAdd = False
    return config


def _common(host: str, srtp: Encryption, rtp_ports: tuple[int, int]) -> Any:
    config = pj.AccountConfig()
    config.callConfig.timerUse = pj.PJSUA_SIP_TIMER_OPTIONAL
    config.callConfig.timerSessExpiresSec = SESSION_S
    config.mediaConfig.transportConfig = listening(host, rtp_ports[0])
    config.mediaConfig.transportConfig.portRange = rtp_ports[1] - rtp_ports[0]
    config.mediaConfig.srtpUse = _SRTP[srtp]
    config.mediaConfig.srtpSecureSignaling = 0
    return config
