"""The company's people at the desk: who they are, how they prove it, whether they are there.

Passwords are kept as scrypt (RFC 7914) with N = 2**15, r = 8, p = 3: OWASP's cheat sheet, about 0.2 s of one core.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, func, insert, select, update

from bot.errors import Conflict, NotAllowed, NotFound, Unacceptable
from bot.locale import said
from bot.stores.schema import agents

N, R, P = 2**15, 8, 3
MAX_MEMORY = 128 * N * R * 2  # bytes; OpenSSL's own limit is too low for this N
MIN_PASSWORD = 8  # characters; NIST SP 800-63B 5.1.1

NOT_A_NAME = "Оператор"  # what the first agent was once called, in whatever language customers spoke

Presence = Literal["here", "away"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """name: as customers are told it, "" for none. sip: the address calls are transferred to, "sip:anna@10.0.0.5", or
    "". skills: none means every one."""

    login: str
    name: str
    sip: str = ""
    skills: frozenset[str] = frozenset()
    presence: Presence = "away"


def first(tx: Connection, at: datetime) -> str | None:
    """Make the first agent, "agent", where there is nobody; returns the password to be shown once, else None."""
    if tx.execute(select(func.count()).select_from(agents)).scalar():
        return None
    password = "-".join(secrets.token_hex(2) for _ in range(4))  # 64 bits, readable aloud
    add(tx, login="agent", name="", password=password, at=at)
    return password


def add(
    tx: Connection,
    *,
    login: str,
    name: str,
    password: str,
    at: datetime,
    sip: str = "",
    skills: frozenset[str] = frozenset(),
) -> Agent:
    """Raises Conflict when the login is taken, Unacceptable on a password that is too short."""
    if get(tx, login) is not None:
        raise Conflict(said(f"there is an agent '{login}' already", f"оператор '{login}' уже есть"))
    tx.execute(
        insert(agents).values(
            login=login, name=name, password=hashed(password), sip=sip, skills=" ".join(sorted(skills)), seen=at
        )
    )
    return Agent(login=login, name=name, sip=sip, skills=skills)


def change(
    tx: Connection, login: str, *, password: str | None = None, name: str | None = None, sip: str | None = None
) -> None:
    """Raises NotFound, Unacceptable."""
    values: dict[str, Any] = {key: value for key, value in (("name", name), ("sip", sip)) if value is not None}
    if password is not None:
        values["password"] = hashed(password)
    if values and not tx.execute(update(agents).where(agents.c.login == login).values(**values)).rowcount:
        raise NotFound(said(f"there is no agent '{login}'", f"оператора '{login}' нет"))


def prove(tx: Connection, login: str, password: str) -> Agent:
    """CPU-bound, 0.2 s. Raises NotAllowed, the same and after the same time for a wrong login and a wrong password."""
    stored = tx.execute(select(agents.c.password).where(agents.c.login == login)).scalar()
    if not matches(password, stored or _NOBODY) or stored is None:
        raise NotAllowed(said("the login or the password is wrong", "логин или пароль не тот"))
    agent = get(tx, login)
    assert agent is not None
    return agent


def get(tx: Connection, login: str) -> Agent | None:
    row = tx.execute(select(agents).where(agents.c.login == login)).one_or_none()
    return _agent(row) if row else None


def everybody(tx: Connection) -> tuple[Agent, ...]:
    return tuple(_agent(row) for row in tx.execute(select(agents).order_by(agents.c.login)))


def attend(tx: Connection, login: str, presence: Presence, at: datetime) -> None:
    tx.execute(update(agents).where(agents.c.login == login).values(presence=presence, seen=at))


def hashed(password: str) -> str:
    """ "scrypt$N$r$p$salt$hash", so that the costs can rise later. Raises Unacceptable on a short password."""
    if len(password) < MIN_PASSWORD:
        raise Unacceptable(
            said(f"the password has less than {MIN_PASSWORD} characters", f"в пароле меньше {MIN_PASSWORD} знаков")
        )
    salt = secrets.token_bytes(16)
    return "$".join(("scrypt", str(N), str(R), str(P), _text(salt), _text(_derived(password, salt, N, R, P))))


def matches(password: str, stored: str) -> bool:
    _, n, r, p, salt, wanted = stored.split("$")
    derived = _derived(password, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(derived, base64.b64decode(wanted))


def _derived(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    data = password.encode("utf-8", "replace")
    return hashlib.scrypt(data, salt=salt, n=n, r=r, p=p, maxmem=MAX_MEMORY, dklen=32)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


# What a wrong login is compared with, so that it takes as long as a wrong password.
_NOBODY = "$".join(("scrypt", str(N), str(R), str(P), _text(bytes(16)), _text(bytes(32))))


def _agent(row: Any) -> Agent:
    return Agent(
        login=row.login,
        name="" if row.name == NOT_A_NAME else row.name,
        sip=row.sip,
        skills=frozenset(row.skills.split()),
        presence="here" if row.presence == "here" else "away",
    )
