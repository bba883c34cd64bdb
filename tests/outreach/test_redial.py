"""Calls that reached nobody are placed again: whether, when, and what the conversation hears of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert

from bot.app.dialler import Dialler
from bot.customers import terms
from bot.customers.profile import recognise
from bot.dialogue.actions import End, Fetch
from bot.dialogue.events import AgentLeft, CalledOff, Event, Left, Started, Utterance
from bot.dialogue.scenario import Redial
from bot.errors import Conflict, Unacceptable
from bot.outreach.redial import again, outcome, when
from bot.ports import Identity, Inbound
from bot.stores import conversations as stored
from bot.stores import placed
from bot.stores.placed import Placed, Step, Wanted
from bot.stores.schema import conversations
from tests.web import Web
from voice.dialling import Order, Progress, Tell
from voice.errors import LegFailed

NIGHT = (time(21), time(9))
EVENING = datetime(2026, 11, 18, 20, 30, tzinfo=UTC)
TWICE = Redial(times=2, after_s=3_600, busy_after_s=60)


def test_calls_stop_after_as_many_as_were_asked_for():
    assert again(TWICE, 1) == again(TWICE, 2) == {"busy", "no_answer", "machine"}
    assert again(TWICE, 3) == again(Redial(), 1) == frozenset()
    assert "machine" not in again(Redial(times=1, machines=False), 1)


@pytest.mark.parametrize(
    ("state", "by", "message", "what"),
    [
        ("busy", "", False, "busy"),
        ("ended", "machine", False, "machine"),
        ("ended", "machine", True, "ended"),  # it has the message
        ("ended", "human", False, "ended"),
        ("ended", "unknown", False, "ended"),
        ("refused", "", False, "refused"),
    ],
)
def test_who_talked_to_us_refused_or_has_the_message_is_not_called_again(state: str, by: str, message: bool, what: str):
    assert outcome(state, by, message=message) == what
    assert (what in again(TWICE, 1)) is (what in ("busy", "machine"))


def test_a_busy_line_is_tried_soon_anything_else_later_and_nobody_in_quiet_hours():
    assert when(TWICE, "busy", EVENING, NIGHT) == EVENING + timedelta(minutes=1)
    assert when(TWICE, "no_answer", EVENING, NIGHT) == datetime(2026, 11, 19, 9, 0, tzinfo=UTC)
    assert when(TWICE, "no_answer", EVENING, None) == EVENING + timedelta(hours=1)


class Rings:
    """A telephone that comes to these ends, one a call; what each call was told of those after it."""

    def __init__(self, *ends: Progress) -> None:
        self.ends = list(ends)
        self.again: list[frozenset[str]] = []

    async def dial(self, order: Order, tell: Tell) -> Progress:
        self.again.append(order.again)
        await tell(Progress(state="dialling"))
        end = self.ends.pop(0)
        await tell(end)
        return end


BUSY = Progress(state="busy", status=486)
UNANSWERED = Progress(state="no_answer", status=408)
TALKED = Progress(state="ended", status=200, by="human")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path, call_allowed=["@10.0.0.5"], quiet_hours="", redial=1, redial_busy_after_min=2)
    yield made
    made.house.database.close()


async def called(web: Web, rings: Rings, **more: object) -> Placed:
    """One call after the other, time going on to when it is due; how it stands once nothing is left to do."""
    dialler = Dialler(web.house, rings.dial, lambda: 1)
    asked = Wanted(to="sip:anna@10.0.0.5", scenarios="reminder", **more)  # type: ignore[arg-type]
    with web.house.database.writing() as tx:
        made, _ = placed.add(tx, asked, datetime.now(UTC))
    while True:
        with web.house.database.writing() as tx:
            found = placed.get(tx, made.id)
            assert found is not None
            if found.due is None or not rings.ends:
                return found
            claimed = placed.claim(tx, "o", found.due)
        assert claimed is not None
        await asyncio.wait_for(dialler._place(claimed, lambda progress: asyncio.sleep(0)), 20)


async def test_who_was_busy_is_called_once_more_in_two_minutes_and_the_conversation_told_of_the_last_call(web: Web):
    before = datetime.now(UTC)
    found = await called(web, Rings(BUSY))
    assert (found.state, found.status, found.dialled) == ("requested", 486, 1)
    assert found.due is not None
    assert timedelta(minutes=2) <= found.due - before < timedelta(minutes=3)
    with web.house.database.writing() as tx:
        placed.cancel(tx, found.id, datetime.now(UTC))
    rings = Rings(BUSY, UNANSWERED)
    found = await called(web, rings)
    assert (found.state, found.due) == ("no_answer", None)
    assert [each.state for each in found.steps] == [
        "requested", "dialling", "busy", "requested", "dialling", "no_answer",
    ]  # fmt: skip
    assert rings.again == [{"busy", "no_answer", "machine"}, frozenset()]


async def test_whoever_asks_for_the_call_decides_before_the_settings_do(web: Web):
    assert (await called(web, Rings(BUSY), redial=Redial())).state == "busy"
    assert (await called(web, Rings(BUSY, BUSY, BUSY, TALKED), redial=Redial(times=3))).state == "ended"


async def test_who_talked_to_us_is_not_called_again(web: Web):
    rings = Rings(TALKED, TALKED)
    assert (await called(web, rings)).dialled == 1
    assert len(rings.ends) == 1


async def test_a_machine_that_the_conversation_was_told_of_is_not_called_again(web: Web):
    machine = Progress(state="ended", status=200, by="machine")
    assert (await called(web, Rings(machine))).state == "requested"
    at = datetime.now(UTC)
    with web.house.database.writing() as tx:
        customer = recognise(tx, Identity(kind="sip", value="anna"), at)
        row = {"channel": "sip", "kind": "sip", "value": "anna", "medium": "voice", "scenarios": "reminder"}
        held = {"status": "ended", "version": 1, "seq": 1, "started": at, "updated": at}
        tx.execute(insert(conversations).values(id="late", customer=customer, **row, **held))
    assert (await called(web, Rings(replace(machine, conversation="late")))).state == "ended"


async def test_who_forces_one_call_at_night_has_not_forced_those_after_it(web: Web, monkeypatch: pytest.MonkeyPatch):
    now = web.house.now()
    night = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=1):%H:%M}"
    monkeypatch.setattr(web.house, "settings", web.house.settings.model_copy(update={"quiet_hours": night}))
    put_off = (await called(web, Rings(BUSY), forced=True)).due
    assert put_off is not None
    assert put_off - now > timedelta(minutes=50)
    asked_for = (await called(web, Rings(BUSY), forced=True, redial=TWICE)).due
    assert asked_for is not None
    assert asked_for - now < timedelta(minutes=50)


async def test_a_call_that_is_cancelled_while_it_waits_for_its_next_try_stays_so(web: Web):
    found = await called(web, Rings(BUSY))
    with web.house.database.writing() as tx:
        placed.cancel(tx, found.id, datetime.now(UTC))
        assert placed.claim(tx, "o", datetime.now(UTC) + timedelta(hours=2)) is None
        again = placed.again(tx, found.id, None, datetime.now(UTC), datetime.now(UTC))
    assert again is not None
    assert again.state == "cancelled"


async def test_a_next_call_whose_turn_comes_in_quiet_hours_waits_for_their_end_and_is_not_lost(web: Web):
    found = await called(web, Rings(BUSY))
    rings = Rings(TALKED)
    dialler = Dialler(web.house, rings.dial, lambda: 1)
    now = web.house.now()
    quiet = ((now - timedelta(hours=1)).time(), (now + timedelta(hours=1)).time())
    dialler._rules = type(dialler._rules)(allowed=dialler._rules.allowed, quiet=quiet)
    with web.house.database.writing() as tx:
        claimed = placed.claim(tx, "o", datetime.now(UTC) + timedelta(hours=2))
    assert claimed is not None
    await dialler._place(claimed, lambda progress: asyncio.sleep(0))
    with web.house.database.reading() as tx:
        put_off = placed.get(tx, found.id)
    assert put_off is not None
    assert (put_off.state, rings.again) == ("requested", [])
    assert put_off.due is not None
    assert timedelta(minutes=50) < put_off.due - datetime.now(UTC) <= timedelta(hours=1)


class Lingers(Rings):
    """The line is busy, and then takes its time to be put down."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__(BUSY)
        self.told = asyncio.Event()
        self.error = error

    async def dial(self, order: Order, tell: Tell) -> Progress:
        end = await super().dial(order, tell)
        self.told.set()
        if self.error is not None:
            raise self.error
        await asyncio.Event().wait()
        return end


async def lingering(web: Web, rings: Lingers) -> tuple[Dialler, str]:
    """A call that is to be placed again, while its first try is not quite over."""
    dialler = Dialler(web.house, rings.dial, lambda: 1)
    with web.house.database.writing() as tx:
        made, _ = placed.add(tx, Wanted(to="sip:anna@10.0.0.5", scenarios="reminder"), datetime.now(UTC))
        claimed = placed.claim(tx, dialler._owner, datetime.now(UTC))
    assert claimed is not None
    dialler._begin(claimed)
    await asyncio.wait_for(rings.told.wait(), 20)
    return dialler, made.id


def state_of(web: Web, ident: str) -> str:
    with web.house.database.reading() as tx:
        found = placed.get(tx, ident)
    assert found is not None
    return found.state


async def test_looking_after_calls_while_a_line_is_put_down_takes_away_no_next_call(web: Web):
    dialler, ident = await lingering(web, Lingers())
    task = dialler._calls[ident]
    with web.house.database.writing() as tx:
        dialler._alive(tuple(dialler._calls.items()), tx)
    done, _ = await asyncio.wait({task}, timeout=0.2)
    assert not done
    await dialler.close()
    assert state_of(web, ident) == "requested"


async def test_the_end_of_the_process_takes_away_no_next_call(web: Web):
    dialler, ident = await lingering(web, Lingers())
    await dialler.close()
    assert state_of(web, ident) == "requested"


async def test_a_line_that_fails_to_be_put_down_takes_away_no_next_call(web: Web):
    dialler, ident = await lingering(web, Lingers(LegFailed("a line is gone", where="sip")))
    await asyncio.wait(list(dialler._calls.values()), timeout=20)
    assert state_of(web, ident) == "requested"


# --- who came by themselves meanwhile, and who is not dialled at all --------------------------------------------------

PHONE = "+79051234567"
LINE = Identity(kind="phone", value=PHONE)


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path, call_allowed=["+7"], quiet_hours="", redial=1)
    yield made
    made.house.database.close()


def claimed(web: Web, dialler: Dialler, call: str) -> Placed:
    """Its turn has come."""
    with web.house.database.writing() as tx:
        placed.put_off(tx, call, "", datetime.now(UTC) - timedelta(seconds=1), datetime.now(UTC))
        found = placed.claim(tx, dialler._owner, datetime.now(UTC))
    assert found is not None
    return found


async def tried(web: Web, rings: Rings, **more: object) -> tuple[Dialler, str]:
    """A call that was busy once, and waits for its next try."""
    dialler = Dialler(web.house, rings.dial, lambda: 1)
    wanted = Wanted(to=PHONE, scenarios="reminder", **more)  # type: ignore[arg-type]
    with web.house.database.writing() as tx:
        made, _ = placed.add(tx, wanted, datetime.now(UTC))
    await turn_of(dialler, claimed(web, dialler, made.id))
    return dialler, made.id


async def turn_of(dialler: Dialler, call: Placed) -> None:
    await asyncio.wait_for(dialler._place(call, lambda progress: asyncio.sleep(0)), 20)


async def comes(web: Web, *events: Event, channel: str = "sip", scenarios: str = "clinic") -> str:
    talk = ""
    for event in events:
        inbound = Inbound(
            event=event,
            channel=channel,
            identity=LINE,
            conversation=talk or None,
            medium="voice" if channel == "sip" else "text",
            scenarios=scenarios,
        )
        talk = (await web.house.turns.take(inbound)).conversation
    return talk


def happens(kind: type[Event], **fields: object) -> Event:
    return kind(id=uuid4().hex, at=datetime.now(UTC), **fields)  # type: ignore[arg-type]


def record(web: Web, call: str) -> Placed:
    with web.house.database.reading() as tx:
        found = placed.get(tx, call)
    assert found is not None
    return found


def journal_of(web: Web, conversation: str) -> list[object]:
    with web.house.database.reading() as tx:
        return [row.entry for row in stored.rows(tx, conversation)]


async def test_who_rang_us_meanwhile_is_not_called_again_and_both_their_conversation_and_the_record_say_so(city: Web):
    rings = Rings(BUSY, TALKED)
    dialler, call = await tried(city, rings)
    started = happens(Started, medium="voice", channel="sip")
    talk = await comes(city, started, happens(Utterance, text="здравствуйте"), happens(Left))
    await turn_of(dialler, claimed(city, dialler, call))
    found = record(city, call)
    assert (found.state, found.why, found.conversation) == ("cancelled", "they rang us", talk)
    assert len(rings.again) == 1
    (off,) = [each for each in journal_of(city, talk) if isinstance(each, CalledOff)]
    assert (off.call, off.why) == (call, "they rang us")


async def test_it_is_called_off_before_its_turn_comes(city: Web):
    dialler, call = await tried(city, Rings(BUSY))
    started = happens(Started, medium="voice", channel="sip")
    await comes(city, started, happens(Utterance, text="здравствуйте"), happens(Left))
    with city.house.database.writing() as tx:
        dialler._alive((), tx)
    assert record(city, call).state == "cancelled"


async def test_who_hung_up_without_a_word_or_only_asked_something_in_writing_is_called_again(city: Web):
    rings = Rings(BUSY, TALKED)
    dialler, call = await tried(city, rings, asked_in="clinic")
    await comes(city, happens(Started, medium="voice", channel="sip"), happens(Left))
    await comes(city, happens(Utterance, text="сколько стоит приём"), channel="rest")
    await turn_of(dialler, claimed(city, dialler, call))
    assert (record(city, call).state, len(rings.again)) == ("ended", 2)


@pytest.mark.parametrize(("scenarios", "state"), [("reminder", "cancelled"), ("clinic", "ended")])
async def test_who_wrote_and_settled_it_where_it_belongs_is_not_called_again(city: Web, scenarios: str, state: str):
    rings = Rings(BUSY, TALKED)
    dialler, call = await tried(city, rings)
    talk = await comes(city, happens(Utterance, text="привет"), channel="rest", scenarios=scenarios)
    with city.house.database.writing() as tx:
        stored.add_note(tx, talk, happens(AgentLeft, agent="anna", closed=True))
    await turn_of(dialler, claimed(city, dialler, call))
    assert record(city, call).state == state


async def test_who_is_on_the_line_with_us_is_called_when_they_are_off_it_and_that_is_no_try(city: Web):
    rings = Rings(TALKED)
    dialler = Dialler(city.house, rings.dial, lambda: 1)
    talk = await comes(city, happens(Started, medium="voice", channel="sip"))
    with city.house.database.writing() as tx:
        made, _ = placed.add(tx, Wanted(to=PHONE, scenarios="reminder"), datetime.now(UTC))
    for _ in range(2):
        await turn_of(dialler, claimed(city, dialler, made.id))
    found = record(city, made.id)
    assert (found.state, found.why, found.dialled) == ("requested", "they are on the line with us", 0)
    assert found.due is not None
    assert found.due > datetime.now(UTC)
    inbound = Inbound(event=happens(Left), channel="sip", identity=LINE, conversation=talk, medium="voice")
    await city.house.turns.take(inbound)
    await turn_of(dialler, claimed(city, dialler, made.id))
    assert record(city, made.id).state == "ended"


async def test_a_last_try_that_is_refused_before_it_is_dialled_runs_what_follows_a_call_nobody_took(city: Web):
    dialler, call = await tried(city, Rings(BUSY))
    with city.house.database.writing() as tx:
        customer = recognise(tx, LINE, datetime.now(UTC))
        terms.agreed(tx, customer, "do_not_call", "always", source="agent", at=datetime.now(UTC), via=LINE.via)
    with pytest.raises(Conflict):
        await turn_of(dialler, claimed(city, dialler, call))
    found = record(city, call)
    assert found.state == "failed"
    assert "asked us not to call" in found.why
    assert found.conversation is not None
    entries = journal_of(city, found.conversation)
    assert [each.answered for each in entries if isinstance(each, Started)] == ["do_not_call"]
    assert [each.args["form"] for each in entries if isinstance(each, Fetch)] == ["unanswered"]
    assert [each.reason for each in entries if isinstance(each, End)] == ["do_not_call"]


async def test_a_try_that_no_line_was_free_for_in_time_runs_it_too_and_once(city: Web):
    dialler, call = await tried(city, Rings(BUSY))
    with city.house.database.writing() as tx:
        placed.put_off(tx, call, "", datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC))
        failed = dialler._alive((), tx)
    assert [each.id for each in failed] == [call]
    await dialler._untold(failed[0])
    await dialler._untold(failed[0])
    found = record(city, call)
    assert (found.state, found.why) == ("failed", "waited too long")
    assert found.conversation is not None
    entries = journal_of(city, found.conversation)
    assert [each.answered for each in entries if isinstance(each, Started)] == ["no_line"]
    assert [each.args["form"] for each in entries if isinstance(each, Fetch)] == ["unanswered"]


async def test_an_address_that_is_none_any_more_leaves_no_call_hanging_and_others_looked_after(web: Web):
    """What a library takes for a telephone number changes from version to version."""
    dialler = Dialler(web.house, Rings().dial, lambda: 1)
    wanted = Wanted(to="nobody's", scenarios="reminder")
    at = datetime.now(UTC)
    with web.house.database.writing() as tx:
        begun, _ = placed.add(tx, wanted, at, owner=dialler._owner)
        lost, _ = placed.add(tx, wanted, at - timedelta(days=1), owner="another")
        waits, _ = placed.add(tx, wanted, at)
        placed.again(tx, waits.id, Step(at=at, state="dialling"), at + timedelta(minutes=5), at)
        failed = dialler._alive((), tx)
    assert [each.id for each in failed] == [lost.id]
    await dialler._untold(failed[0])
    with pytest.raises(Unacceptable):
        await dialler._place(begun, lambda progress: asyncio.sleep(0))
    with web.house.database.reading() as tx:
        assert [placed.get(tx, each.id).state for each in (begun, waits)] == ["failed", "requested"]  # type: ignore[union-attr]
