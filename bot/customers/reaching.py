"""Where to write to a customer, or ring them, when it is we who begin: on the channel that they prefer, else where they
were last; and why on no other. The staff are shown the same (desk, GET /api/customers/{id}/ways).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, bindparam, func, select

from bot.customers import persons
from bot.customers.profile import facts_of
from bot.ports import Identity
from bot.stores.schema import conversations, identities, unreachable

Why = Literal["preferred", "last", "known"]
Closed = Literal["blocked", "not_set_up", "no_identity", "shared", "window"]
# As good as each other, where nothing is known of what they like: first where one is answered soonest.
CHANNELS = ("telegram", "max", "vk", "whatsapp", "viber", "sms", "email", "phone", "web")
WINDOW = timedelta(hours=24)  # after their last message: later WhatsApp takes nothing but templates
_OWNED = (
    select(identities.c.kind, identities.c.value)
    .where(identities.c.customer == bindparam("customer"))
    .order_by(identities.c.created, identities.c.home)
)
_LAST = (
    select(conversations.c.channel, conversations.c.kind, conversations.c.value, func.max(conversations.c.updated))
    .where(conversations.c.customer == bindparam("customer"))
    .group_by(conversations.c.channel, conversations.c.kind, conversations.c.value)
)
_LOST = select(unreachable.c.channel, unreachable.c.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """channel: by which. identity: whom it reaches there. why: this one."""

    channel: str
    identity: Identity
    why: Why = "known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """A channel by which they can't be reached. why: "blocked": they want nothing from us there; "not_set_up": we are
    not there; "no_identity": they are not; "shared": others read it too; "window": they wrote there too long ago."""

    channel: str
    why: Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """open: the best first. shut: those that would have been better than the first, or are all there are."""

    open: tuple[Way, ...]
    shut: tuple[Shut, ...]


def ways(
    tx: Connection,
    customer: int,
    *,
    channels: Collection[str],
    at: datetime | None = None,
    templates: bool = False,
) -> Found:
    """channels: those we are on. at: when; None: whatever it is, messages may go. templates: WhatsApp has one of ours,
    by which it takes them at any time."""
    preferred = facts_of(tx, customer).get("preferred_channel")
    owned = [Identity(kind=row.kind, value=row.value) for row in tx.execute(_OWNED, {"customer": customer})]
    talked = {(row.channel, row.kind, row.value): row[3] for row in tx.execute(_LAST, {"customer": customer})}
    last = {channel: max(when for (on, _, _), when in talked.items() if on == channel) for channel, _, _ in talked}
    lost = {
        (row.channel, row.value)
        for row in tx.execute(_LOST.where(unreachable.c.value.in_([each.value for each in owned])))
    }
    order = sorted(
        CHANNELS,
        key=lambda name: (name != preferred, -last[name].timestamp() if name in last else 0.0, CHANNELS.index(name)),
    )
    latest = max((name for name in last if name in CHANNELS), key=lambda name: last[name], default="")
    found: list[Way] = []
    shut: list[Shut] = []
    for name in order:
        kinds = ("sms",) if name == "sms" else (name,)
        mine = [each for each in owned if each.kind in kinds]
        mine.sort(
            key=lambda each: -(talked[seen].timestamp() if (seen := (name, each.kind, each.value)) in talked else 0)
        )
        free = [each for each in mine if (name, each.value) not in lost]
        why: Closed | None = None
        if name not in channels:
            why = "not_set_up"
        elif not mine:
            why = "no_identity"
        elif not free:
            why = "blocked"
        elif name == "phone" and len(persons.behind(tx, free[0])) > 1 and name != preferred:
            why = "shared"
        elif name == "whatsapp" and at is not None and not templates and (name not in last or last[name] < at - WINDOW):
            why = "window"
        if why is None:
            reason: Why = "preferred" if name == preferred else "last" if name == latest else "known"
            found.append(Way(channel=name, identity=free[0], why=reason))
        elif name == preferred or name in last or why == "blocked":
            shut.append(Shut(channel=name, why=why))
    return Found(open=tuple(found), shut=tuple(shut))
