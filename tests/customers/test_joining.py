from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from bot.backends import ratings as scores
from bot.customers import erasing, habits, joining, persons, profile, terms
from bot.customers.habits import Habits
from bot.customers.terms import Consent
from bot.dialogue import codec
from bot.dialogue.actions import ChoseItem, Rated
from bot.dialogue.session import Frame, Habit, Session
from bot.errors import Conflict, NotFound, Unacceptable
from bot.ports import Asker, Identity
from bot.stores.schema import (
    bookings,
    consents,
    conversations,
    facts,
    files,
    forms,
    identities,
    menu_choices,
    metadata,
    ratings,
)
from bot.stores.sql import Database
from tests.turn.clinic import clinic

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PHONE = Identity(kind="phone", value="+79051234567")
CHAT = Identity(kind="web", value="cookie")
TELEGRAM = Identity(kind="telegram", value="42")
MAX = Identity(kind="max", value="7")
WIFE = Identity(kind="person", value=f"{PHONE.via}#2")  # behind the same telephone
WHO = (PHONE, CHAT, TELEGRAM, MAX)
FAMILY = (PHONE, CHAT, TELEGRAM, WIFE)


def known(tx: Connection, *who: Identity) -> list[int]:
    return [profile.recognise(tx, each, AT) for each in who]


def join(tx: Connection, one: Identity, other: Identity, proof: str = "code") -> joining.Act | None:
    return joining.join(tx, one, other, proof=proof, at=AT)


def test_everything_that_has_a_customer_goes_with_its_identity() -> None:
    """A table that keeps something of customers says by which identity it came, in `via`, and is in joining.OWNED."""
    keeps = {
        table.name for table in metadata.tables.values() if "customer" in table.c and table.name not in ("identities",)
    }
    assert keeps == {table.name for table in joining.OWNED}
    assert all("via" in table.c for table in joining.OWNED)


def test_what_is_proven_to_be_one_person_is_one_customer_with_all_they_ever_told(database: Database) -> None:
    with database.writing() as tx:
        phone, chat = known(tx, PHONE, CHAT)
        profile.learn(tx, phone, "name", "Иван", via=PHONE.via, source="said", at=AT)
        profile.learn(tx, chat, "email", "i@x.ru", via=CHAT.via, source="said", at=AT)
        join(tx, PHONE, CHAT)
        assert profile.recognise(tx, CHAT, AT) == profile.recognise(tx, PHONE, AT) == phone
        assert joining.current(tx, chat) == phone
        assert profile.facts_of(tx, phone) == {"name": "Иван", "email": "i@x.ru"}


def test_what_hung_together_by_one_proof_alone_parts_with_it(database: Database) -> None:
    with database.writing() as tx:
        phone, _, telegram, _ = known(tx, *WHO)
        join(tx, PHONE, CHAT)
        wrong = join(tx, CHAT, TELEGRAM, "link")
        join(tx, TELEGRAM, MAX, "messenger")
        assert wrong is not None
        joining.undo(tx, wrong.id, by="anna", at=AT)
        assert [profile.recognise(tx, each, AT) for each in WHO] == [phone, phone, telegram, telegram]
        with pytest.raises(Conflict):
            joining.undo(tx, wrong.id, by="anna", at=AT)


def test_a_split_can_be_taken_back_though_others_were_joined_meanwhile(database: Database) -> None:
    with database.writing() as tx:
        phone, chat, _, _ = known(tx, *WHO)
        join(tx, PHONE, CHAT)
        parted = joining.split(tx, phone, [CHAT], by="anna", at=AT)
        assert profile.recognise(tx, CHAT, AT) == chat
        join(tx, CHAT, TELEGRAM)
        joining.undo(tx, parted.id, by="anna", at=AT)
        assert {profile.recognise(tx, each, AT) for each in (PHONE, CHAT, TELEGRAM)} == {phone}


def test_a_split_stands_though_the_join_before_it_is_taken_back(database: Database) -> None:
    with database.writing() as tx:
        phone, chat = known(tx, PHONE, CHAT)
        joined = join(tx, PHONE, CHAT)
        assert joined is not None
        parted = joining.split(tx, phone, [CHAT], by="anna", at=AT)
        joining.undo(tx, joined.id, by="anna", at=AT)
        joining.undo(tx, parted.id, by="anna", at=AT)
        assert profile.recognise(tx, CHAT, AT) == chat


def test_what_cannot_be_joined_or_parted_is_said(database: Database) -> None:
    with database.writing() as tx:
        phone, chat, telegram, _ = known(tx, *WHO)
        with pytest.raises(Unacceptable):
            join(tx, PHONE, PHONE)
        with pytest.raises(NotFound):
            join(tx, PHONE, Identity(kind="vk", value="nobody"))
        with pytest.raises(Unacceptable):
            joining.split(tx, phone, [PHONE], by="anna", at=AT)
        with pytest.raises(NotFound):
            joining.split(tx, phone, [CHAT], by="anna", at=AT)
        assert join(tx, PHONE, CHAT) is not None
        assert join(tx, CHAT, PHONE) is None
        with pytest.raises(Conflict):
            joining.merge(tx, phone, chat, by="anna", note="", at=AT)
        joining.merge(tx, chat, telegram, by="anna", note="позвонил и назвал оба", at=AT)
        told = joining.acts_of(tx, telegram if joining.current(tx, telegram) == telegram else phone)
        assert [(each.kind, each.proof, each.by) for each in told] == [("join", "code", ""), ("join", "agent", "anna")]


def test_a_name_read_back_to_another_identity_does_not_stay_with_it(database: Database) -> None:
    with database.writing() as tx:
        phone, chat = known(tx, PHONE, CHAT)
        profile.learn(tx, phone, "name", "Иван", via=PHONE.via, source="said", at=AT)
        join(tx, PHONE, CHAT)
        profile.learn(tx, phone, "name", "Иван", via=CHAT.via, source="said", at=AT)
        joining.split(tx, phone, [CHAT], by="anna", at=AT)
        assert profile.facts_of(tx, chat) == {}


def test_what_was_forgotten_by_another_is_there_again_after_a_split(database: Database) -> None:
    with database.writing() as tx:
        phone, chat = known(tx, PHONE, CHAT)
        profile.learn(tx, phone, "name", "Иван", via=PHONE.via, source="said", at=AT)
        join(tx, PHONE, CHAT)
        profile.learn(tx, phone, "name", None, via=CHAT.via, source="said", at=AT + timedelta(hours=1))
        assert profile.facts_of(tx, phone) == {}
        joining.split(tx, phone, [CHAT], by="anna", at=AT)
        assert profile.facts_of(tx, phone) == {"name": "Иван"}
        assert profile.facts_of(tx, chat) == {}


# --- random histories --------------------------------------------------------------------------


@dataclass
class Model:
    """What a person with a sheet of paper would keep: the proofs that stand, and what each identity brought."""

    edges: dict[int, tuple[Identity, Identity]] = field(default_factory=dict)  # by the act that made it
    cut: dict[int, set[int]] = field(default_factory=dict)  # by the act that cut: the edges
    undone: set[int] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    brought: dict[Identity, set[str]] = field(default_factory=lambda: {each: set() for each in FAMILY})

    def standing(self) -> list[tuple[Identity, Identity]]:
        cut = {edge for act, edges in self.cut.items() if act not in self.undone for edge in edges}
        return [ends for act, ends in self.edges.items() if act not in self.undone and act not in cut]

    def group(self, who: Identity) -> set[Identity]:
        found = {who}
        while True:
            more = {each for ends in self.standing() if found & set(ends) for each in ends} | found
            if more == found:
                return found
            found = more

    def erase(self, group: set[Identity]) -> None:
        """As if they had never been; what was joined and parted of others stands."""
        gone = {act for act, ends in self.edges.items() if group & set(ends)}
        self.edges = {act: ends for act, ends in self.edges.items() if act not in gone}
        self.cut = {act: edges - gone for act, edges in self.cut.items() if edges - gone}
        for each in group:
            self.erased |= self.brought[each]
            self.brought[each] = set()


KINDS = ("fact", "chat", "book", "form", "rate", "menu", "consent", "file")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("bring"), st.integers(0, 3), st.sampled_from(KINDS)),
        st.tuples(st.just("join"), st.integers(0, 3), st.integers(0, 3)),
        st.tuples(st.just("split"), st.integers(0, 3), st.sets(st.integers(0, 3), min_size=1)),
        st.tuples(st.just("undo"), st.integers(0, 12), st.none()),
        st.tuples(st.just("turn"), st.integers(0, 3), st.none()),
        st.tuples(st.just("erase"), st.integers(0, 3), st.none()),
    ),
    max_size=24,
)
_numbers = count(1)


def bring(tx: Connection, who: Identity, kind: str, at: datetime) -> str:
    """Something of that identity; a mark nobody else has."""
    mark = f"mark{next(_numbers)}"
    customer = profile.recognise(tx, who, at)
    via = who.via
    if kind == "fact":
        profile.learn(tx, customer, mark, mark, via=via, source="said", at=at)
    elif kind == "consent":
        terms.consent(tx, customer, Consent(kind="marketing", given=True, source="said", at=at, via=via, text=mark))
    elif kind == "menu":
        habits.chose(tx, customer, "clinic", "main", mark, at, via=via)
    elif kind == "rate":
        scores.keep(
            tx,
            Rated(survey="csat", score=5, scale=5, comment=mark),
            Asker(conversation=None, customer=customer, via=via),  # type: ignore[arg-type]
            scenarios="clinic",
            scenario="",
            channel="",
            at=at,
        )
    elif kind == "file":
        tx.execute(insert(files).values(id=mark, owner=via, name=mark, type="file", size=1, content=b"x", at=at))
    elif kind == "form":
        tx.execute(
            insert(forms).values(
                kind=mark,
                data="{}",
                status="new",
                at=at.replace(tzinfo=None),
                created=at,
                changed=at,
                customer=customer,
                via=via,
            )
        )
    elif kind == "book":
        tx.execute(
            insert(bookings).values(
                service=mark,
                starts=at.replace(tzinfo=None),
                minutes=30,
                status="confirmed",
                created=at,
                customer=customer,
                via=via,
            )
        )
    else:  # a conversation that was left open, begun with all that is known of its customer
        root = Frame(scenario="main", step="main")
        top = Frame(scenario="booking", step="collect", values={"name": mark})
        session = Session(
            conversation=mark, customer=profile.facts_of(tx, customer), stack=(root, top), channel=who.kind
        )
        tx.execute(
            insert(conversations).values(
                id=mark,
                customer=customer,
                via=via,
                channel=who.kind,
                kind=who.kind,
                value=who.value,
                medium="text",
                scenarios="clinic",
                status="bot",
                session=codec.dump(session),
                version=0,
                seq=0,
                started=at,
                updated=at,
            )
        )
    return mark


def turn(tx: Connection, who: Identity, at: datetime) -> None:
    """One more turn of all their conversations: each learns, offers and holds for proven what is their customer's."""
    customer = profile.recognise(tx, who, at)
    known = profile.facts_of(tx, customer)
    chosen = tuple(tx.execute(select(menu_choices.c.item).where(menu_choices.c.customer == customer)).scalars())
    mine = select(conversations.c.id, conversations.c.session).where(conversations.c.via == who.via)
    for row in tx.execute(mine.where(conversations.c.session.is_not(None))).all():
        session: Session = codec.load(row.session)  # type: ignore[assignment]
        taught = replace(
            session,
            customer=known,
            proven=tuple(known),
            coded=next(iter(known), ""),
            orders={"main": chosen},
            done=known,
        )
        held = conversations.update().where(conversations.c.id == row.id)
        tx.execute(held.values(session=codec.dump(taught), updated=at))


def shown(tx: Connection, who: Identity, at: datetime) -> Mapping[str, set[str]]:
    """All marks that whoever comes by this identity could be shown, by where they are kept."""
    customer = profile.recognise(tx, who, at)
    open_one = profile.unfinished(tx, customer=customer, caller="", channel="elsewhere", now=at)
    kept = tx.execute(select(conversations.c.session).where(conversations.c.customer == customer)).scalars()
    sessions: list[Session] = [codec.load(each) for each in kept if each]  # type: ignore[misc]
    return {
        "facts": set(profile.facts_of(tx, customer)),
        "facts of conversations": {
            name
            for each in sessions
            for name in (*each.customer, *each.proven, *each.done, *each.orders.get("main", ()), each.coded)
            if name
        },
        "unfinished": {str(each.values["name"]) for each in (open_one.stack[1:] if open_one else ())},
        "files": set(tx.execute(select(files.c.id).where(files.c.owner.in_(_vias(tx, customer)))).scalars()),
        **{
            table.name: set(tx.execute(select(column).where(table.c.customer == customer)).scalars())
            for table, column in (
                (menu_choices, menu_choices.c.item),
                (consents, consents.c.text),
                (ratings, ratings.c.comment),
                (forms, forms.c.kind),
                (bookings, bookings.c.service),
                (conversations, conversations.c.id),
            )
        },
    }


def _vias(tx: Connection, customer: int) -> list[str]:
    owned = tx.execute(select(identities.c.kind, identities.c.value).where(identities.c.customer == customer))
    return [f"{row.kind}:{row.value}" for row in owned]


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path_factory.mktemp('histories')}/govorun.db")
    made.create()
    yield made
    made.close()


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_whoever_is_parted_has_all_that_is_theirs_and_nothing_of_the_other(sqlite: Database, steps: list) -> None:  # type: ignore[type-arg]
    with sqlite.writing() as tx:
        for table in (*reversed(metadata.sorted_tables),):
            if table.name != "about":
                tx.execute(table.delete())
        for each in FAMILY:
            profile.recognise(tx, each, AT)
        model, at = Model(), AT
        for kind, number, more in steps:
            at += timedelta(minutes=1)
            if kind == "bring":
                model.brought[FAMILY[number]].add(bring(tx, FAMILY[number], more, at))
            elif kind == "join" and number != more:
                act = joining.join(tx, FAMILY[number], FAMILY[more], proof="code", at=at)
                if act is not None:
                    model.edges[act.id] = (FAMILY[number], FAMILY[more])
            elif kind == "split":
                out = {FAMILY[each] for each in more}
                group = model.group(FAMILY[number])
                if out < group:
                    act = joining.split(tx, profile.recognise(tx, FAMILY[number], at), out, by="anna", at=at)
                    standing = model.standing()
                    model.cut[act.id] = {
                        made
                        for made, ends in model.edges.items()
                        if ends in standing and set(ends) <= group and len(out & set(ends)) == 1
                    }
            elif kind == "undo":
                done = [act for act in (*model.edges, *model.cut) if act not in model.undone]
                if done:
                    act_id = sorted(done)[number % len(done)]
                    joining.undo(tx, act_id, by="anna", at=at)
                    model.undone.add(act_id)
            elif kind == "turn":
                turn(tx, FAMILY[number], at)
            elif kind == "erase":
                gone = model.group(FAMILY[number])
                erasing.erase(tx, profile.recognise(tx, FAMILY[number], at), sounds=lambda _: 0, by="anna", at=at)
                model.erase(gone)
                for each in FAMILY:
                    profile.recognise(tx, each, at)
        for who in FAMILY:
            mine = set().union(*(model.brought[each] for each in model.group(who)))
            seen = shown(tx, who, at)
            assert set().union(*seen.values()) <= mine
            kept = {name: marks for name, marks in seen.items() if name not in ("unfinished", "facts of conversations")}
            assert set().union(*kept.values()) == mine
            homes = select(identities.c.home).where(identities.c.customer == profile.recognise(tx, who, at))
            assert profile.recognise(tx, who, at) == min(tx.execute(homes).scalars())
        for table in metadata.sorted_tables:
            if table.name != "bookings":  # that a place was taken stays, and for what
                kept_still = {str(value) for row in tx.execute(table.select()) for value in row}
                assert not model.erased & kept_still, table.name
        apart = model.group(PHONE) != model.group(WIFE)
        assert len(persons.behind(tx, PHONE)) == (2 if apart else 1)


def test_a_menu_learned_together_is_unlearned_when_they_part(database: Database) -> None:
    scenarios = clinic()
    with database.writing() as tx:
        phone, chat = known(tx, PHONE, CHAT)
        join(tx, PHONE, CHAT)
        for day in range(6):
            habits.chose(tx, phone, "clinic", "main", "price", AT + timedelta(days=day), via=PHONE.via)
        now = AT + timedelta(days=7)
        assert Habits().orders(tx, phone, scenarios, now)["main"][0] == "price"
        joining.split(tx, phone, [CHAT], by="anna", at=AT)
        own = tx.execute(select(menu_choices.c.item).where(menu_choices.c.customer == chat)).all()
        assert own == []
        assert len(tx.execute(select(menu_choices.c.item).where(menu_choices.c.customer == phone)).all()) == 6


def test_the_order_that_another_taught_a_menu_is_not_kept_with_a_choice_of_ones_own(database: Database) -> None:
    taught = ("price", "booking", "cancellation", "operator")
    chose = ChoseItem(menu="main", item="booking", order=taught, learned=taught, heard=True)
    with database.writing() as tx:
        phone, chat = known(tx, PHONE, CHAT)
        Habits().chose(tx, chat, clinic(), chose, AT - timedelta(days=1), via=CHAT.via)
        join(tx, PHONE, CHAT)
        Habits().chose(tx, phone, clinic(), chose, AT + timedelta(days=1), via=CHAT.via)
        joining.split(tx, phone, [CHAT], by="anna", at=AT + timedelta(days=2))
        own = tx.execute(
            select(menu_choices.c.item, menu_choices.c.learned)
            .where(menu_choices.c.customer == chat)
            .order_by(menu_choices.c.at)
        ).all()
        assert [tuple(each) for each in own] == [("booking", " ".join(taught)), ("booking", "")]


def test_a_conversation_that_was_brought_over_begins_anew_when_its_owner_is_parted(database: Database) -> None:
    with database.writing() as tx:
        phone, _ = known(tx, PHONE, CHAT)
        join(tx, PHONE, CHAT)
        later = AT + timedelta(hours=1)
        mark = bring(tx, CHAT, "chat", later)
        joining.split(tx, phone, [CHAT], by="anna", at=later)
        kept = tx.execute(select(conversations.c.session, conversations.c.status).where(conversations.c.id == mark))
        assert kept.one() == (None, "bot")


def test_a_conversation_with_a_person_stays_with_them_and_forgets_what_was_not_its_own(database: Database) -> None:
    with database.writing() as tx:
        phone, _ = known(tx, PHONE, CHAT)
        profile.learn(tx, phone, "name", "Иван", via=PHONE.via, source="said", at=AT)
        join(tx, PHONE, CHAT)
        later = AT + timedelta(hours=1)
        mark = bring(tx, CHAT, "chat", later)
        where = conversations.c.id == mark
        session: Session = codec.load(tx.execute(select(conversations.c.session).where(where)).scalar_one())  # type: ignore[assignment]
        learned = {"main": Habit(would="price", shortcut="price")}
        held = codec.dump(replace(session, status="agent", agent="anna", habits=learned))
        tx.execute(conversations.update().where(where).values(session=held, status="agent"))
        joining.split(tx, phone, [CHAT], by="anna", at=later)
        after: Session = codec.load(tx.execute(select(conversations.c.session).where(where)).scalar_one())  # type: ignore[assignment]
        assert (after.status, after.agent, after.customer) == ("agent", "anna", {})
        assert [dict(each.values) for each in after.stack] == [{}]
        assert after.habits == {}
        assert facts.name == "told"
