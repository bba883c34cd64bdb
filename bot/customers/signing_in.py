"""A visitor who is signed in on the company's own site: its server says who they are, in a signed token.

A JSON Web Token (RFC 7519), HS256 with a secret that the company's server and we share. `sub` is the customer's id
there; `exp` and `jti` make it short-lived and good for one visitor; `phone`, `email`, `name` and `language` are what
the company knows. docs/webchat.md tells its programmers.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import phonenumbers
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.customers import joining, persons, profile
from bot.errors import GovorunError, NotAllowed
from bot.locale import said
from bot.ports import Identity
from bot.stores.schema import identities, sign_ins

LONGEST = timedelta(hours=1)  # from now to a token's end; the page gets a new one each time it is loaded
SKEW = timedelta(seconds=60)  # between their clock and ours
KIND = "external"
PROOF = "site"
MAX_TOKEN = 4096  # characters
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Who the company's site says they are. external: their id there. phone: E.164. nonce: of the token."""

    external: str
    nonce: str
    expires: datetime
    phone: str = ""
    email: str = ""
    name: str = ""
    language: str = ""


def read(secret: str, token: str, now: datetime) -> Claims:
    """Raises NotAllowed where it isn't signed by whoever has the secret, is over, or doesn't say who."""
    try:
        if len(token) > MAX_TOKEN:
            raise ValueError("too long")
        claims = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"]).claims
    except (JoseError, ValueError, TypeError) as error:
        raise _refused("it is not signed with our secret", "она подписана не нашим секретом") from error
    expires, external, nonce = claims.get("exp"), claims.get("sub"), claims.get("jti")
    if not isinstance(expires, int | float) or isinstance(expires, bool):
        raise _refused("it has no exp", "в ней нет exp")
    until = datetime.fromtimestamp(min(float(expires), 2**33), UTC)
    if until <= now - SKEW:
        raise _refused("it is too old", "она устарела")
    if until > now + LONGEST + SKEW:
        raise _refused("its exp is more than an hour away", "до её exp больше часа")
    if not isinstance(external, str) or not 1 <= len(external.strip()) <= 150:
        raise _refused("it has no sub", "в ней нет sub")
    if not isinstance(nonce, str) or not 8 <= len(nonce) <= 200:
        raise _refused("it has no jti of 8 characters or more", "в ней нет jti хотя бы из 8 знаков")
    return Claims(
        external=external.strip(),
        nonce=nonce,
        expires=until,
        phone=_phone(claims),
        email=_email(claims),
        name=_text(claims, "name", 100),
        language=_text(claims, "language", 2),
    )


def sign_in(tx: Connection, visitor: Identity, claims: Claims, *, at: datetime) -> Literal["", "other"]:
    """Make this visitor one with the customer of the company. "other": whoever used this browser before is another one
    of the company's customers, and the visitor must be a new one.

    A telephone or address that is another customer's already joins nobody: two people may share it. Raises NotAllowed
    of a token that was used in another browser.
    """
    external = Identity(kind=KIND, value=claims.external)
    customer = profile.recognise(tx, visitor, at)
    owned = tx.execute(
        select(identities.c.value).where(identities.c.customer == customer, identities.c.kind == KIND)
    ).scalars()
    known = set(owned)
    if known and claims.external not in known:
        return "other"
    if not _first_use(tx, claims, at) and claims.external not in known:
        raise _refused("it was used before", "её уже использовали")
    profile.recognise(tx, external, at)
    _join(tx, visitor, external, at)
    for kind, value in (("phone", claims.phone), ("email", claims.email)):
        if value:
            _join_contact(tx, external, Identity(kind=kind, value=value), at)
    number = joining.customer_of(tx, external)
    assert number is not None  # recognised above
    for fact, value in (("name", claims.name), ("language", claims.language), ("phone", claims.phone)):
        if value and (fact != "language" or value in ("ru", "en")):
            profile.learn(tx, number, fact, value, source=PROOF, at=at, via=external.via)
    return ""


def _join_contact(tx: Connection, external: Identity, contact: Identity, at: datetime) -> None:
    profile.recognise(tx, contact, at)
    theirs = joining.customer_of(tx, contact)
    others = select(identities.c.value).where(
        identities.c.customer == theirs, identities.c.kind == KIND, identities.c.value != external.value
    )
    if tx.execute(others.limit(1)).first() is None and len(persons.behind(tx, contact)) <= 1:
        _join(tx, external, contact, at)


def _join(tx: Connection, one: Identity, other: Identity, at: datetime) -> None:
    try:
        joining.join(tx, one, other, proof=PROOF, at=at)
    except GovorunError:
        return  # too many for one person: signed in all the same


def _first_use(tx: Connection, claims: Claims, at: datetime) -> bool:
    tx.execute(delete(sign_ins).where(sign_ins.c.expires < at - SKEW))
    nonce = hashlib.sha256(claims.nonce.encode()).hexdigest()
    try:
        with tx.begin_nested():
            tx.execute(insert(sign_ins).values(nonce=nonce, expires=claims.expires))
    except IntegrityError:
        return False
    return True


def _phone(claims: Mapping[str, Any]) -> str:
    try:
        parsed = phonenumbers.parse(_text(claims, "phone", 30), "RU")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _email(claims: Mapping[str, Any]) -> str:
    text = _text(claims, "email", 200).lower()
    return text if _EMAIL.fullmatch(text) else ""


def _text(claims: Mapping[str, Any], name: str, most: int) -> str:
    value = claims.get(name)
    return value.strip()[:most] if isinstance(value, str) else ""


def _refused(english: str, russian: str) -> NotAllowed:
    return NotAllowed(
        said(f"the sign-in token is refused: {english}", f"подпись входа отклонена: {russian}"),
        where="sign_in",
        fix=said("docs/webchat.md shows how to make one", "Как её сделать: docs/webchat.md"),
    )
