"""Trunks and doors as the library's transports, codecs and accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from bot.errors import Both, SettingsError
from voice.pjsip.library import pj
from voice.trunks import CODECS, Codec, Doors, Encryption, Transport, Trunk

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
    """These alone, best first, for every account: the library knows no other way. Raises SettingsError where it has
    none of them: most builds lack Opus."""
    found = {codec.codecId for codec in endpoint.codecEnum2()}
    if not any(NAMES[codec] in found for codec in codecs):
        known = ", ".join(codec for codec in CODECS if NAMES[codec] in found)
        raise SettingsError(
            Both("this build of PJSUA2 has none of these codecs", "в этой сборке PJSUA2 нет ни одного из этих кодеков"),
            where="sip codecs",
            fix=Both(f"Choose from {known}", f"Выберите из {known}"),
        )
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


def transport(kind: Transport, host: str, port: int, doors: Doors) -> Any:
    """To listen by; TLS on the next port."""
    config = listening(host, port + 1 if kind == "tls" else port)
    if kind == "tls":
        ca = doors.ca or next((path for path in SYSTEM_CA if path.exists()), None)
        config.tlsConfig.certFile = config.tlsConfig.privKeyFile = str(doors.certificate or "")
        config.tlsConfig.CaListFile = str(ca or "")
        config.tlsConfig.verifyServer = doors.verify
    return config


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
