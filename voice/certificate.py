"""The certificate that SIP over TLS shows where none was given: made once, kept with the installation's keys.

Nobody vouches for it, so a peer must be told to trust it, or to verify nothing. It lasts ten years: what is renewed by
hand is forgotten.
"""

from __future__ import annotations

import datetime
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.errors import Both, SettingsError

LASTS = datetime.timedelta(days=3652)


def self_signed(path: Path, host: str) -> Path:
    """A PEM file with certificate and key for that name or address; made where there is none, readable by the owner.

    Raises SettingsError where it can't be written.
    """
    if path.exists():
        return path
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host or "govorun")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName([_alternative(host or "govorun")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_bytes(pem)
        draft.replace(path)
    except OSError as error:
        raise SettingsError(
            Both("the certificate can't be written", "сертификат не записать"),
            where=str(path),
            fix=Both("Let the process write there, or name a certificate", "Дайте право записи или укажите сертификат"),
        ) from error
    return path


def usable(path: Path) -> None:
    """Raises SettingsError where the file isn't a certificate followed or preceded by its key, both PEM."""
    try:
        data = path.read_bytes()
        certificate = x509.load_pem_x509_certificate(data)
        key = serialization.load_pem_private_key(data, password=None)
    except OSError as error:
        raise _unusable(path, Both("the file can't be read", "файл не читается")) from error
    except (ValueError, TypeError) as error:
        raise _unusable(
            path, Both("there is no certificate with its key in it", "в нём нет сертификата с ключом")
        ) from error
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*form) != key.public_key().public_bytes(*form):
        raise _unusable(path, Both("the key is not this certificate's", "ключ не от этого сертификата"))
    if certificate.not_valid_after_utc < datetime.datetime.now(datetime.UTC):
        raise _unusable(path, Both("the certificate has expired", "срок сертификата вышел"))


def _unusable(path: Path, what: Both) -> SettingsError:
    return SettingsError(
        what,
        where=str(path),
        fix=Both(
            "Put the chain and the private key into one PEM file: cat fullchain.pem privkey.pem",
            "Сложите цепочку и ключ в один файл PEM: cat fullchain.pem privkey.pem",
        ),
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
