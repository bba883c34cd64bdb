"""The whole database on one page. The same tables in SQLite and PostgreSQL.

Instants are kept in UTC; a booking's `starts` is the naive wall clock of the business, as the caller hears it.
Whatever the dialogue holds (events, sessions, values) is text written by bot.dialogue.codec.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
)

VERSION = 3  # raise it with every change of a table, and say in MIGRATIONS how the one before becomes it

# version -> the statements that make it the next one, in SQLite's and PostgreSQL's words alike. Tables that are new
# need none: whatever is missing is made first. A database of a later version is refused, never guessed at.
MIGRATIONS: Mapping[int, tuple[str, ...]] = {
    1: ("ALTER TABLE conversations ADD COLUMN scenario_version VARCHAR(40) DEFAULT '' NOT NULL",),
    2: (
        # By which identity everything came. Until now each customer had one alone.
        "ALTER TABLE identities ADD COLUMN home INTEGER DEFAULT 0 NOT NULL",
        "UPDATE identities SET home = customer",
        "CREATE INDEX IF NOT EXISTS identities_by_home ON identities (home)",
        "ALTER TABLE conversations ADD COLUMN via VARCHAR(240) DEFAULT '' NOT NULL",
        "UPDATE conversations SET via = kind || ':' || value",
        *(
            statement
            for table in ("menu_choices", "bookings", "forms", "ratings")
            for statement in (
                f"ALTER TABLE {table} ADD COLUMN via VARCHAR(240) DEFAULT '' NOT NULL",
                f"UPDATE {table} SET via = COALESCE((SELECT MIN(kind || ':' || value) FROM identities"
                f" WHERE identities.customer = {table}.customer), '')",
            )
        ),
        *(
            f"ALTER TABLE menu_choices ADD COLUMN {column}"
            for column in (
                "heard BOOLEAN DEFAULT false NOT NULL",
                "announced TEXT DEFAULT '' NOT NULL",
                "learned TEXT DEFAULT '' NOT NULL",
                "probability FLOAT DEFAULT 1 NOT NULL",
                "place INTEGER DEFAULT 0 NOT NULL",
                "offered VARCHAR(120) DEFAULT '' NOT NULL",
                "would VARCHAR(120) DEFAULT '' NOT NULL",
                "fixed_seconds FLOAT",
                "learned_seconds FLOAT",
            )
        ),
        "INSERT INTO told (via, fact, customer, value, source, at)"
        " SELECT COALESCE((SELECT MIN(kind || ':' || identities.value) FROM identities"
        " WHERE identities.customer = facts.customer), ''), fact, customer, facts.value, source, at FROM facts",
        "DROP TABLE facts",
        "CREATE INDEX IF NOT EXISTS outbox_of_chat ON outbox (channel, kind, value) WHERE done IS NULL",
    ),
}

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC: timestamptz in PostgreSQL, text in SQLite, which knows no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


about = Table(
    "about",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

# --- who ------------------------------------------------------------------------

customers = Table(
    "customers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("created", Instant, nullable=False),
)

# Proven identities only: the number a line showed, the cookie of a browser, a messenger's account. home: the customer
# it was when it was alone; customer: the lowest home of all that are proven to be one person's (bot.customers.joining).
identities = Table(
    "identities",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("value", String(200), primary_key=True),
    Column("customer", ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("home", Integer, nullable=False, server_default="0"),
    Column("created", Instant, nullable=False),
    Index("identities_by_home", "home"),
)

# Everything of a customer says by which identity it came, as "kind:value": `via`. So what was wrongly joined is parted
# again exactly. Tables with a `customer` have one, and bot.customers.joining knows them all.

# What we were told or learned, of each identity its latest. A phone here is a claim, never an identity.
facts = Table(
    "told",
    metadata,
    Column("via", String(240), primary_key=True),
    Column("fact", String(80), primary_key=True),
    Column("customer", ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("value", Text, nullable=False),  # null, as JSON: forgotten
    Column("source", String(20), nullable=False),  # "said", "line", "agent", "site"; "agreed" that one holds
    Column("at", Instant, nullable=False),
    Index("told_by_value", "fact", "value"),
)

# Who joined or parted identities, and why. note: an agent's words. undone: when it was taken back.
identity_acts = Table(
    "identity_acts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),  # join, split
    Column("vias", Text, nullable=False),  # JSON: of a join the two; of a split those that were parted from the rest
    Column("proof", String(20), nullable=False),  # contact, link, messenger, agent
    Column("by", String(80), nullable=False),  # an agent's login; "" for the customer themselves
    Column("note", Text, nullable=False, default=""),
    Column("at", Instant, nullable=False),
    Column("undone", Instant),
    Column("undone_by", String(80), nullable=False, default=""),
)

# Two identities that are proven to be one person's. Whoever hangs together by active ones is one customer.
identity_proofs = Table(
    "identity_proofs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("first", String(240), nullable=False, index=True),
    Column("second", String(240), nullable=False, index=True),
    Column("proof", String(20), nullable=False),
    Column("at", Instant, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("begun", ForeignKey("identity_acts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("ended", ForeignKey("identity_acts.id", ondelete="CASCADE"), index=True),
)

# What a customer agreed to or refused, and took back: nothing is overwritten, the latest of a kind holds.
consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("customer", ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("via", String(240), nullable=False),
    Column("kind", String(20), nullable=False),  # recording, personal_data, marketing
    Column("given", Boolean, nullable=False),
    Column("source", String(20), nullable=False),  # "said", "agent", "api", "site"
    Column("by", String(80), nullable=False, default=""),  # of the staff; "" for the customer themselves
    Column(
        "version", String(120), nullable=False, default=""
    ),  # of the text: a set's version, or the company's own name
    Column("text", Text, nullable=False, default=""),  # the words they were asked in
    Column("conversation", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("at", Instant, nullable=False),
)

# A code that went to a telephone number, to prove that whoever asked for it has that telephone. Only its hash.
phone_codes = Table(
    "phone_codes",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("number", String(20), nullable=False),  # E.164
    Column("asker", String(240), nullable=False),  # the identity that asked, as `via` has it
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("salt", String(32), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used", Instant),
    Index("phone_codes_of_number", "number", "at"),
    Index("phone_codes_of_asker", "asker", "at"),
)

# Sign-in tokens of the company's site that were taken, until they would have expired anyway: each serves once.
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("nonce", String(64), primary_key=True),  # of the token's id, hashed
    Column("expires", Instant, nullable=False, index=True),
)

# Who was erased, by the number they had: that it was done, when and by whom, and nothing of the person.
erasures = Table(
    "erasures",
    metadata,
    Column("number", Integer, primary_key=True),  # of each home that was theirs
    Column("at", Instant, nullable=False),
    Column("by", String(80), nullable=False),
    Column("told", Text, nullable=False),  # JSON: how much of what was removed
)

# A link that brings a conversation to another channel, once.
links = Table(
    "links",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(20), nullable=False),  # kind and value: whose conversation it is
    Column("value", String(200), nullable=False),
    Column("channel", String(40), nullable=False),  # it leads to
    Column("at", Instant, nullable=False),
    Column("expires", Instant, nullable=False),
    Column("used", Instant),
    Index("links_of_identity", "kind", "value", "at"),
)

menu_choices = Table(
    "menu_choices",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("customer", ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
    Column("via", String(240), nullable=False, server_default=""),
    Column("scenarios", String(80), nullable=False),
    Column("menu", String(120), nullable=False),
    Column("item", String(120), nullable=False),
    Column("at", Instant, nullable=False),
    # Enough to judge the order by, and to score another one (bot.customers.menu.scoring). heard: it was announced
    # before they chose. announced, learned: items, a space between. offered: before the menu; would: were it allowed
    # to. The seconds until the item was named: as written, and as habits would have it.
    Column("heard", Boolean, nullable=False, server_default=false()),
    Column("announced", Text, nullable=False, server_default=""),
    Column("learned", Text, nullable=False, server_default=""),
    Column("probability", Float, nullable=False, server_default="1"),
    Column("place", Integer, nullable=False, server_default="0"),  # where it was announced, from 1; 0: it was not
    Column("offered", String(120), nullable=False, server_default=""),
    Column("would", String(120), nullable=False, server_default=""),
    Column("fixed_seconds", Float),
    Column("learned_seconds", Float),
    Index("menu_choices_own", "customer", "scenarios", "menu", "at"),
    Index("menu_choices_all", "scenarios", "menu", "at"),
)

# What everybody's calls have taught of a menu, kept now and then: bot.customers.menu.crowd.
menu_models = Table(
    "menu_models",
    metadata,
    Column("scenarios", String(80), primary_key=True),
    Column("menu", String(120), primary_key=True),
    Column("written", Text, nullable=False),  # its items, as written, a space between; of other items it tells nothing
    Column("model", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# --- what was said ------------------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("customer", ForeignKey("customers.id", ondelete="CASCADE"), nullable=False),
    Column("via", String(240), nullable=False, server_default=""),
    Column("channel", String(40), nullable=False),
    Column("kind", String(20), nullable=False),  # kind and value: the identity it is held with
    Column("value", String(200), nullable=False),
    Column("medium", String(10), nullable=False),
    Column("scenarios", String(80), nullable=False),
    Column("scenario_version", String(40), nullable=False, server_default=""),  # that its session stands in
    Column("status", String(10), nullable=False),
    Column("agent", String(80), nullable=False, default=""),
    Column("phone", String(20), nullable=False, default=""),  # the phone slot filled in it, so that a caller is found
    Column("session", Text),  # null: it has not begun, because its first turn failed
    Column("version", Integer, nullable=False),  # of the session: one more with every turn
    Column("seq", Integer, nullable=False),  # of its last journal row
    Column("started", Instant, nullable=False),
    Column("updated", Instant, nullable=False),
    Column("ended", Instant),
    Index("conversations_of_identity", "kind", "value", "channel", "started"),
    Index("conversations_of_customer", "customer", "updated"),
    Index("conversations_by_phone", "phone", "updated"),
    Index("conversations_by_status", "status", "updated"),
)

# An event taken once. The sender is part of the key, so that nobody can read or swallow another's event by its id.
inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("sender", String(240), primary_key=True),
    Column("event", String(200), primary_key=True),
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("first", Integer, nullable=False),  # journal rows this event brought: first..last, none when last < first
    Column("last", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("entry", Text, nullable=False),
)

# When what a row says was heard on the telephone, and how much of it; of what nobody heard there is none.
spoken = Table(
    "spoken",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("began", Instant, nullable=False),
    Column("ended", Instant, nullable=False),
    Column("heard_ms", Integer, nullable=False),
    Column("total_ms", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("value", String(200), nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Instant, nullable=False),
    Column("done", Instant),
    Column("failed", Text, nullable=False, default=""),  # why it was given up
)
Index(
    "outbox_of_chat",
    outbox.c.channel,
    outbox.c.kind,
    outbox.c.value,
    sqlite_where=outbox.c.done.is_(None),
    postgresql_where=outbox.c.done.is_(None),
)
Index("outbox_waiting", outbox.c.due, sqlite_where=outbox.c.done.is_(None), postgresql_where=outbox.c.done.is_(None))

# Who wants to hear nothing from us by that messenger, or is there no more; until they write again.
unreachable = Table(
    "unreachable",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("kind", String(20), primary_key=True),
    Column("value", String(200), primary_key=True),
    Column("since", Instant, nullable=False),
)

# What customers and agents attached. owner: "web:VISITOR" or "agent:LOGIN".
files = Table(
    "files",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(240), nullable=False),
    Column("name", String(200), nullable=False),
    Column("type", String(40), nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("conversation", String(64), index=True),  # where an agent sent it
    Column("at", Instant, nullable=False, index=True),
    Index("files_of_owner", "owner", "at"),
)

# --- what it was said by ------------------------------------------------------------------------

# Every version that is live, or in which a conversation is open. files: JSON, path in the set's folder -> text.
scenario_versions = Table(
    "scenario_versions",
    metadata,
    Column("scenarios", String(80), primary_key=True),
    Column("version", String(40), primary_key=True),
    Column("files", Text, nullable=False),
    Column("created", Instant, nullable=False),
    Column("served", Instant, nullable=False),  # when some process last served it to new conversations
    Index("scenario_versions_served", "scenarios", "served"),
)

# Of each set the highest number is live; a set that was never published is live in its folder.
publications = Table(
    "publications",
    metadata,
    Column("scenarios", String(80), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("version", String(40), nullable=False),
    Column("at", Instant, nullable=False),
    Column("by", String(80), nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("restored", Integer),  # the number that was gone back to
)

# --- what was done ------------------------------------------------------------------------

bookings = Table(
    "bookings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("service", String(80), nullable=False),
    Column("starts", DateTime, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("status", String(12), nullable=False),  # held, confirmed, cancelled
    Column("expires", Instant),  # of a hold
    Column("name", Text, nullable=False, default=""),
    Column("phone", String(20), nullable=False, default="", index=True),
    Column("customer", ForeignKey("customers.id", ondelete="SET NULL"), index=True),
    Column("via", String(240), nullable=False, server_default=""),
    Column("conversation", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("created", Instant, nullable=False),
    Column("reminded", Boolean, nullable=False, default=False),  # the customer confirmed a reminder
)
# Two customers can't take one place, from however many processes: the database itself refuses.
_taken = bookings.c.status.in_(("held", "confirmed"))
Index(
    "one_place_one_booking",
    bookings.c.service,
    bookings.c.starts,
    unique=True,
    sqlite_where=_taken,
    postgresql_where=_taken,
)

# What scenarios keep for the staff: a callback, a lead, a ticket. Its number, as people say it, is 1000 + id.
forms = Table(
    "forms",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(80), nullable=False),
    Column("data", Text, nullable=False),
    Column("labels", Text, nullable=False, default=""),  # JSON: what people call it and its fields
    Column("status", String(12), nullable=False),  # new, working, done
    Column("at", DateTime, nullable=False),  # when it was saved, by the wall clock of the business
    Column("agent", String(80), nullable=False, default=""),  # who changed it last
    Column("phone", String(20), nullable=False, default=""),  # that the line showed, so that a caller's form is found
    Column("customer", ForeignKey("customers.id", ondelete="SET NULL"), index=True),
    Column("via", String(240), nullable=False, server_default=""),
    Column("conversation", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Index("forms_of_kind", "kind", "status", "id"),
    Index("forms_by_status", "status", "id"),
    Index("forms_by_phone", "phone", "kind"),
)

# What people thought of it. scale: the highest score, the lowest is 1, of nps 0.
ratings = Table(
    "ratings",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("survey", String(10), nullable=False),  # csat, nps, ces
    Column("score", Integer, nullable=False),
    Column("scale", Integer, nullable=False),
    Column("comment", Text, nullable=False, default=""),
    Column("about", Text, nullable=False, default=""),
    Column("scenarios", String(80), nullable=False, default=""),
    Column("scenario", String(80), nullable=False, default=""),
    Column("channel", String(40), nullable=False, default=""),
    Column("customer", ForeignKey("customers.id", ondelete="SET NULL"), index=True),
    Column("via", String(240), nullable=False, server_default=""),
    Column("conversation", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("at", Instant, nullable=False),
    Index("ratings_of_survey", "survey", "at"),
)

# Calls that we place. key: whoever asks again with it gets the same call. steps: JSON, each with its time. alive: when
# its owner, the process that places it, was last heard of; of one that waits, when it is due.
placed_calls = Table(
    "placed_calls",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("key", String(260), unique=True),
    Column("wanted", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("status", Integer, nullable=False, default=0),
    Column("answered_by", String(12), nullable=False, default=""),
    Column("why", String(200), nullable=False, default=""),
    Column("message", Boolean, nullable=False, default=False),
    Column("conversation", ForeignKey("conversations.id", ondelete="SET NULL"), index=True),
    Column("steps", Text, nullable=False),
    Column("owner", String(40), nullable=False, default=""),
    Column("alive", Instant, nullable=False),
    Column("created", Instant, nullable=False, index=True),
    Column("changed", Instant, nullable=False),
    Index("placed_calls_by_state", "state", "created"),
)

# What was asked of another program and not answered yet; asked again, with the same id, if we went down meanwhile.
pending = Table(
    "pending",
    metadata,
    Column("id", String(200), primary_key=True),  # of the Fetch
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("fetch", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# A backend's answer by request id, so that asking twice has one effect.
requests = Table(
    "requests",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("outcome", String(40), nullable=False),
    Column("data", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

# --- people of the company ------------------------------------------------------------------------

agents = Table(
    "agents",
    metadata,
    Column("login", String(80), primary_key=True),
    Column("name", Text, nullable=False),
    Column("password", Text, nullable=False),  # scrypt; see bot.desk.agents
    Column("sip", String(200), nullable=False, default=""),
    Column("skills", Text, nullable=False, default=""),  # space between; none: everything
    Column("presence", String(10), nullable=False, default="away"),  # here, away
    Column("seen", Instant),
)

handoffs = Table(
    "handoffs",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the Handoff in the journal
    Column("reason", Text, nullable=False),
    Column("skill", String(80), nullable=False, default=""),
    Column("priority", Integer, nullable=False, default=0),
    Column("note", Text, nullable=False, default=""),
    Column("status", String(12), nullable=False),  # waiting, accepted, returned, closed, left
    Column("agent", String(80), nullable=False, default=""),
    Column("transfer", String(12), nullable=False, default=""),  # of a call: transferring, transferred, failed
    Column("created", Instant, nullable=False),
    Column("accepted", Instant),
    Column("done", Instant),
)

# Customers who are rung back in place of waiting on the line; their place in the queue is their handoff's.
callbacks = Table(
    "callbacks",
    metadata,
    Column("conversation", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the handoff
    Column("number", String(40), nullable=False),  # E.164
    Column("language", String(2), nullable=False),  # the customer's
    Column("brief", Text, nullable=False, default=""),  # who and why, for the agent's ear
    Column("agent_language", String(2), nullable=False),
    Column("state", String(12), nullable=False),  # see bot.desk.callbacks
    Column("attempts", Integer, nullable=False, default=0),
    Column("due", Instant, nullable=False),  # not before; of one under way: until when its process has it
    Column("expires", Instant, nullable=False),
)
Index("callbacks_due", callbacks.c.state, callbacks.c.due)
Index(
    "handoffs_open",
    handoffs.c.status,
    handoffs.c.created,
    sqlite_where=handoffs.c.done.is_(None),
    postgresql_where=handoffs.c.done.is_(None),
)
