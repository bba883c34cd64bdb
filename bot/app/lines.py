"""Where and how calls are taken, from settings and telephone.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from bot.app.house import House
from bot.app.telephony import of as telephony_of
from bot.dialogue.meaning import Language
from bot.settings import Settings
from voice.certificate import self_signed
from voice.switchboard import LANGUAGES, Lines
from voice.trunks import Doors, Trunk
from voice.webrtc import IceServers


def lines(house: House) -> Lines:
    """Raises SettingsError that names the first line of telephone.yaml that is wrong."""
    settings = house.settings
    first, _, last = settings.rtp_ports.partition("-")
    telephony = telephony_of(settings, _starts(house))
    return Lines(
        host=settings.sip_host,
        port=settings.sip_port,
        web_host=settings.host,
        capacity=settings.max_calls,
        web_capacity=settings.max_browser_calls,
        rtp_ports=(int(first), int(last)),
        sets=house.sets,
        folders=_folders(settings, house.sets),
        language=settings.language,
        data=settings.data,
        voices={"ru": settings.voice_ru, "en": settings.voice_en},
        ears={"ru": settings.ears_ru, "en": settings.ears_en},
        speed=settings.voice_speed,
        decoders=settings.decoders,
        stack=settings.sip_stack,
        ice=IceServers(
            urls=tuple(settings.ice_servers),
            secret=settings.turn_secret.get_secret_value() if settings.turn_secret else "",
            lifetime_s=settings.turn_ttl_s,
            ours=settings.ice_behind_nat,
        ),
        grace_s=settings.call_grace_s,
        trunks=telephony.trunks,
        doors=_doors(house, telephony.doors, telephony.trunks),
        routes=telephony.routes,
        codecs=telephony.codecs,
        languages=languages(house),
    )


def languages(house: House) -> tuple[Language, ...]:
    """That any set speaks, and the settings' own: what calls are held in."""
    spoken = {house.settings.language, *(each for found in house.sets.values() for each in found.languages)}
    return tuple(each for each in LANGUAGES if each in spoken)


def _doors(house: House, doors: Doors, trunks: Sequence[Trunk]) -> Doors:
    """With a certificate of our own where TLS wants one and none was named."""
    if doors.certificate is not None or "tls" not in {*doors.transports, *(trunk.transport for trunk in trunks)}:
        return doors
    host = house.settings.sip_host
    return replace(doors, certificate=self_signed(house.keys.path("sip.pem"), host))


def _folders(settings: Settings, sets: Iterable[str]) -> tuple[Path, ...]:
    """Of the sets, the one that answers the number first."""
    first = settings.scenario_set
    return tuple(settings.scenarios / name for name in sorted(sets, key=lambda name: (name != first, name)))


def _starts(house: House) -> dict[str, tuple[str, ...]]:
    """Names of the scenarios in each set, the default set first."""
    default = house.settings.scenario_set
    return {name: tuple(house.sets[name].scenarios) for name in sorted(house.sets, key=lambda name: name != default)}
