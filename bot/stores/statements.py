"""The statements of a turn on its conversation, built once: building one costs more than SQLite takes to run it."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from bot.dialogue.events import Chosen, Keys, Utterance
from bot.stores.schema import conversations, inbox, journal, outbox

BY_ID = select(conversations).where(conversations.c.id == bindparam("id")).with_for_update()
OPEN = (
    select(conversations)
    .where(
        conversations.c.kind == bindparam("kind"),
        conversations.c.value == bindparam("value"),
        conversations.c.channel == bindparam("channel"),
        conversations.c.ended.is_(None),
    )
    .order_by(conversations.c.started.desc())
    .limit(1)
    .with_for_update()
)
SEEN = select(inbox.c.conversation, inbox.c.first, inbox.c.last).where(
    inbox.c.channel == bindparam("channel"),
    inbox.c.sender == bindparam("sender"),
    inbox.c.event == bindparam("event"),
)
ROWS = (
    select(journal.c.seq, journal.c.at, journal.c.entry)
    .where(
        journal.c.conversation == bindparam("conversation"),
        journal.c.seq >= bindparam("first"),
        journal.c.seq <= bindparam("last"),
    )
    .order_by(journal.c.seq)
)
LAST_WORDS = (
    select(journal.c.seq)
    .where(
        journal.c.conversation == bindparam("conversation"),
        journal.c.seq < bindparam("before"),
        journal.c.kind.in_((Utterance.__name__, Chosen.__name__, Keys.__name__)),
    )
    .order_by(journal.c.seq.desc())
    .limit(1)
)
SAVE = (
    update(conversations)
    .where(conversations.c.id == bindparam("_id"), conversations.c.version == bindparam("_version"))
    .values(
        session=bindparam("session"),
        scenario_version=bindparam("scenario_version"),
        version=bindparam("next"),
        seq=bindparam("seq"),
        status=bindparam("status"),
        agent=bindparam("agent"),
        phone=bindparam("phone"),
        updated=bindparam("updated"),
        ended=bindparam("ended"),
    )
)
NOTE = insert(journal)
SEND = insert(outbox)
TAKEN = insert(inbox)
CREATE = insert(conversations)
