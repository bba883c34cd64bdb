"""Trunks and doors as the stack's accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from baresip import Account

from bot.errors import Both, SettingsError
from voice.trunks import Codec, Doors, Encryption, Transport, Trunk

NAMES: Mapping[Codec, str] = {"pcma": "pcma", "pcmu": "pcmu", "g722": "g722/16000/1", "opus": "opus/48000/2"}
_ENCRYPTION: Mapping[Encryption, str] = {"optional": "srtp", "required": "srtp-mand", "dtls": "dtls_srtp"}
SYSTEM_CA = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
CATCH_ALL = "catchall=yes"  # any number that reaches us is ours to judge


def codec_names(codecs: Iterable[Codec]) -> tuple[str, ...]:
    return tuple(NAMES[codec] for codec in codecs)


def of_trunk(trunk: Trunk, codecs: tuple[Codec, ...], doors: Doors) -> Account:
    """Where its calls come in, and by which it is registered. Raises SettingsError."""
    return _account(
        trunk,
        trunk.user or trunk.number.lstrip("+") or "govorun",
        codecs,
        doors,
        interval=trunk.expires_s if trunk.registers else 0,
    )


def for_calls(trunk: Trunk, codecs: tuple[Codec, ...], doors: Doors) -> Account | None:
    """By which calls go out, where they show another number than the account's. Raises SettingsError."""
    if not trunk.number or trunk.number == trunk.user:
        return None
    return _account(trunk, trunk.number, codecs, doors, interval=0)


def local(user: str, domain: str, transport: Transport, codecs: tuple[Codec, ...], doors: Doors) -> Account:
    """Takes what comes by this transport and is no trunk's."""
    return Account(
        user,
        domain,
        "",
        reg_interval=0,
        transport=transport,
        audio_codecs=codec_names(codecs),
        extra_params=(CATCH_ALL, *_media(doors.srtp, doors)),
    )


def direct(user: str, domain: str, codecs: tuple[Codec, ...], doors: Doors) -> Account:
    """By which we call addresses that are no trunk's: an agent's telephone."""
    return Account(
        user,
        domain,
        "",
        reg_interval=0,
        audio_codecs=codec_names(codecs),
        extra_params=_media("off", doors),
    )


def tls_text(doors: Doors) -> str:
    """Lines of the stack's configuration: our certificate, and who vouches for others."""
    ca = doors.ca or next((path for path in SYSTEM_CA if path.exists()), None)
    return (
        (f"sip_certificate {doors.certificate}\n" if doors.certificate else "")
        + (f"sip_cafile {ca}\n" if ca else "")
        + f"sip_verify_server {'yes' if doors.verify else 'no'}\n"
    )


def _account(trunk: Trunk, user: str, codecs: tuple[Codec, ...], doors: Doors, *, interval: int) -> Account:
    try:
        return Account(
            user,
            trunk.domain,
            trunk.password,
            registrar=f"sip:{trunk.proxy};transport={trunk.transport}" if trunk.proxy else None,
            reg_interval=interval,
            transport=trunk.transport,
            audio_codecs=codec_names(trunk.codecs or codecs),
            dtmf_mode="info" if trunk.keys == "info" else "rtpevent",
            auth_user=trunk.auth_user or (trunk.user if user != trunk.user else "") or None,
            extra_params=_media(trunk.srtp, doors),
        )
    except ValueError as error:
        raise SettingsError(
            Both(f"the trunk can't be written so: {error}", f"линию так не записать: {error}"),
            where=trunk.title,
            fix=Both("Leave out spaces, quotes and < > ; @", "Уберите пробелы, кавычки и < > ; @"),
        ) from error


def _media(encryption: Encryption, doors: Doors) -> tuple[str, ...]:
    parameters = (f"mediaenc={_ENCRYPTION[encryption]}",) if encryption != "off" else ()
    return (*parameters, "medianat=stun", f'stunserver="stun:{doors.stun}"') if doors.stun else parameters
