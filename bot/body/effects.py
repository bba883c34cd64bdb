"""What an action asks of the turn itself. Say and End are for whoever reads the outcome."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.backends import ratings
from bot.body import arriving
from bot.body.transaction import Effect, Transaction
from bot.customers import codes, opening, persons, profile, terms
from bot.desk import agents, callbacks, hunting, queue
from bot.dialogue.actions import (
    Action,
    Agreed,
    CheckCode,
    ChoseItem,
    Fault,
    Fetch,
    Handoff,
    Invite,
    Learn,
    Rated,
    Record,
    RingBack,
    Say,
    SendCode,
    Sent,
    Speaks,
    TakeOver,
    Withdraw,
)
from bot.dialogue.events import (
    AgentJoined,
    Chosen,
    CodeChecked,
    CodeSent,
    Event,
    Fetched,
    Identified,
    Invited,
    Keys,
    Queued,
    Silence,
    Utterance,
)
from bot.dialogue.places import place
from bot.dialogue.run import Run
from bot.dialogue.samples import sampled
from bot.dialogue.wording import Prompt
from bot.errors import GovorunError
from bot.errors import place as place_of
from bot.ports import Asker, Identity
from bot.stores import conversations, pending
from bot.stores.conversations import Talk

log = logging.getLogger(__name__)


def fetch(body: Transaction, talk: Talk, fetch: Fetch, event: Event) -> Iterable[Event]:
    prefix = fetch.name.partition(".")[0]
    backend = body.served(talk).backends.get(prefix)
    outcome, data = "error", {}
    declared = body.served(talk).scenarios.outside(fetch.name)
    if declared is not None and declared.url and body.turn.outside:
        body.asks = fetch
        return ()
    if declared is not None:
        scenarios = body.served(talk).scenarios
        outcome, found = sampled(declared, fetch.args, scenarios, event.at.replace(tzinfo=None))
        data = dict(found)
    elif backend is None:
        log.error("no backend '%s' is configured, which the scenario asks for", prefix)
    else:
        phone = profile.proven_phone(body.tx, talk.customer)
        if phone and len(persons.customers_of(body.tx, Identity(kind="phone", value=phone))) > 1:
            phone = ""  # what is booked under a family's number is not everybody's
        asker = Asker(conversation=talk.id, customer=talk.customer, phone=phone, via=talk.via)
        try:
            with body.tx.begin_nested():
                outcome, found = backend.call(fetch, asker, now=event.at.replace(tzinfo=None), tx=body.tx)
            data = dict(found)
        except (GovorunError, OSError) as error:
            log.error("the backend could not do %s: %s", fetch.name, place_of(error))
    if prefix == "forms" and outcome == "ok":
        body.messages.append(("desk", {"forms": fetch.name}))
    if prefix == "phone" and outcome == "ok":
        body.messages.append(("calls", {"requested": str(data.get("call", ""))}))
    return [Fetched(id=f"{fetch.id}/fetched", at=event.at, request=fetch.id, outcome=outcome, data=data)]


def speaks(body: Transaction, talk: Talk, action: Speaks, event: Event) -> Iterable[Event]:
    """From here on it is this person's conversation, with what was done in it; or this identity is proven to be theirs,
    where they came by one of their own."""
    shared = talk.identity.kind in persons.SHARED
    proven = Identity(kind="phone", value=action.number)
    if action.unknown:
        if shared:
            _given(body, talk, persons.unknown(body.tx, talk.id, at=event.at))
        return ()
    if action.person and action.person == talk.via:  # a call of ours, and they have picked up themselves
        return [_identified(body, talk, event)]
    base = proven if action.number else talk.identity
    family = persons.behind(body.tx, base)
    person = next((each for each in family if each.identity.via == action.person), None)
    if person is None:
        try:
            person = persons.add(body.tx, base, at=event.at)
        except GovorunError as error:
            log.error("nobody more is kept apart: %s", place_of(error), extra={"conversation": talk.id})
            if shared:
                _given(body, talk, persons.unknown(body.tx, talk.id, at=event.at))
            return [_identified(body, talk, event)]
    if shared and (base == talk.identity or _borrowed(talk)):
        _given(body, talk, person)
    else:
        arriving.joined(body, talk, person.identity, proof="code")
    return [_identified(body, talk, event)]


def _borrowed(talk: Talk) -> bool:
    """Whether the line shows a number that may be somebody else's, or forged: whoever proves another is that one for as
    long as they talk, and the two are not joined."""
    proven = talk.session.proven if talk.session is not None else ()
    return talk.identity.kind in persons.SHARED and talk.identity.value not in proven


def _given(body: Transaction, talk: Talk, person: persons.Person) -> None:
    """This conversation is theirs, with what was done in it."""
    before = talk.via
    talk.via, talk.customer = person.identity.via, person.customer
    if talk.via != before:
        persons.give(body.tx, [talk.id], person)


MESSENGERS = ("telegram", "max", "vk", "whatsapp", "viber")  # that a code may go by


def send_code(body: Transaction, talk: Talk, action: SendCode, event: Event) -> Iterable[Event]:
    """By SMS, or by a messenger of whoever has the number; where neither can be, by nothing: nobody is joined on a
    guess. To a number that they are known by, or that they named."""
    ways = body.turn.ways
    number = action.number or profile.proven_phone(body.tx, talk.customer)
    sent = CodeSent(id=f"{event.id}/sent", at=event.at, number=number, known=not action.number)
    if not number:
        return [replace(sent, why="no_number")]
    made = codes.send(
        body.tx,
        ways,
        number,
        asker=talk.via,
        conversation=talk.id,
        at=event.at,
        messengers=[each for each in MESSENGERS if each in body.turn.delivered],
    )
    if made.to is not None and talk.session is not None:
        run = Run(talk.session, body.served(talk).scenarios, event.at.replace(tzinfo=None))
        run.say_builtin("code_sms", extra={"code": made.sealed})
        text = next((each.text for each in run.actions if isinstance(each, Say)), made.sealed)
        row = talk.note(Sent(text=text, language=talk.session.language, number=number), event.at)
        conversations.post(body.tx, talk, row.seq, channel=made.by, to=made.to, at=event.at)
        body.messages.append(("outbox", {"conversation": talk.id}))
    by = made.by if made.to is not None and made.to.kind != "phone" else ""
    return [replace(sent, why=made.why, by=by)]


def check_code(body: Transaction, talk: Talk, action: CheckCode, event: Event) -> Iterable[Event]:
    """The right one joins this identity with the number, or with one of those who share it, once they said which. On a
    line of another number the conversation is that one's, and nothing is joined."""
    found = codes.check(body.tx, body.turn.ways, action.number, action.code, asker=talk.via, at=event.at)
    checked = CodeChecked(id=f"{event.id}/checked", at=event.at, right=found.right, left=found.left)
    if not found.right:
        return [checked]
    number = Identity(kind="phone", value=action.number)
    profile.recognise(body.tx, number, event.at)
    family = persons.behind(body.tx, number)
    mine = [each for each in family if each.customer == talk.customer]
    stranger = not profile.proven_phone(body.tx, talk.customer)  # whoever proves a number is its owner, and no other
    checked = replace(checked, own=bool(mine) or stranger or _borrowed(talk))
    if len(family) > 1 and not mine:
        who = opening.someone(family)
        return [checked, Identified(id=f"{event.id}/identified", at=event.at, persons=who, number=action.number)]
    if not mine and _borrowed(talk):
        _given(body, talk, family[0])
    elif not mine:
        arriving.joined(body, talk, number, proof="code")
    return [checked, _identified(body, talk, event, caller=action.number)]


def _identified(body: Transaction, talk: Talk, event: Event, *, caller: str = "") -> Identified:
    alone = caller if caller and len(persons.behind(body.tx, Identity(kind="phone", value=caller))) == 1 else ""
    return opening.identified(
        body.tx,
        event=event,
        customer=talk.customer,
        channel=talk.channel,
        scenarios=body.served(talk).scenarios,
        habits=body.turn.habits,
        caller=alone,
        identity=talk.identity,
    )


def learn(body: Transaction, talk: Talk, learn: Learn, event: Event) -> Iterable[Event]:
    if learn.fact in CONSENTS and isinstance(learn.value, bool):
        kind = CONSENTS[learn.fact]
        _consented(body, talk, kind, given=learn.value, text=_asked(body, talk, learn.fact), at=event.at)
        return ()
    customer, via = talk.customer, talk.via
    if learn.fact == "do_not_call" and via.startswith(f"{persons.NOBODY}:"):
        # Of who doesn't say who they are it is the line that rests: whoever they are, they have it in hand.
        customer, via = profile.recognise(body.tx, talk.identity, event.at), talk.identity.via
    profile.learn(body.tx, customer, learn.fact, learn.value, via=via, source="said", at=event.at)
    return ()


def agreed(body: Transaction, talk: Talk, agreed: Agreed, event: Event) -> Iterable[Event]:
    profile.agreed(body.tx, talk.customer, agreed.fact, via=talk.via, at=event.at)
    return ()


CONSENTS: Mapping[str, str] = {f"consent_{kind}": kind for kind in terms.CONSENTS}  # what a slot's `learn` can be


def recorded(body: Transaction, talk: Talk, record: Record, event: Event) -> Iterable[Event]:
    """Whether they let the call be recorded, where they were asked."""
    if isinstance(event, Utterance | Chosen | Keys | Silence) and record.state in ("on", "off"):
        prompt = body.served(talk).scenarios.builtin.get("may_record")
        text = _worded(prompt, talk) if prompt is not None else ""
        _consented(body, talk, "recording", given=record.state == "on", text=text, at=event.at)
    return ()


def _consented(body: Transaction, talk: Talk, kind: str, *, given: bool, text: str, at: datetime) -> None:
    who = talk.session.identifying if talk.session is not None else None
    if who is not None and who.kind in ("who", "nobody"):
        return  # of whom is not known
    version = talk.session.version if talk.session is not None else ""
    told = terms.Consent(
        kind=kind, given=given, source="said", at=at, via=talk.via, version=version, text=text, conversation=talk.id
    )
    terms.consent(body.tx, talk.customer, told)


def _asked(body: Transaction, talk: Talk, fact: str) -> str:
    """The words in which they were asked."""
    slots = (slot for each in body.served(talk).scenarios.scenarios.values() for slot in each.slots.values())
    return next((_worded(slot.ask, talk) for slot in slots if slot.learn == fact), "")


def _worded(prompt: Prompt, talk: Talk) -> str:
    language = talk.session.language if talk.session is not None else "ru"
    wording = prompt.wordings.get(language) or next(iter(prompt.wordings.values()))
    return wording.text[0].source


def rated(body: Transaction, talk: Talk, rated: Rated, event: Event) -> Iterable[Event]:
    ratings.keep(
        body.tx,
        rated,
        Asker(conversation=talk.id, customer=talk.customer, via=talk.via),
        scenarios=talk.scenarios,
        scenario=rated.scenario,
        channel=talk.channel,
        at=event.at,
    )
    return ()


def chose(body: Transaction, talk: Talk, chose: ChoseItem, event: Event) -> Iterable[Event]:
    scenarios = body.served(talk).scenarios
    body.turn.habits.chose(body.tx, talk.customer, scenarios, chose, event.at, via=talk.via)
    return ()


def take_over(body: Transaction, talk: Talk, take: TakeOver, event: Event) -> Iterable[Event]:
    """The conversation that goes on here ends there, in the same transaction, and says so. What another program was
    asked for it is answered here; the person who has it, or is waited for, is with it here."""
    other = conversations.locked(body.tx, take.conversation)
    if other is None:
        return ()
    if take.proof:
        arriving.joined(body, talk, Identity.of(other.via), proof=take.proof)
    pending.move(body.tx, other.id, talk.id)
    held = other.session if other.session is not None and other.session.status in ("agent", "waiting") else None
    if held is not None:
        queue.move(body.tx, other.id, talk.id, talk.seq)
    body.leave(other, reason="moved", moved_to=talk.id, moved_on=talk.channel)
    if held is None or held.status != "agent":
        return ()
    agent = agents.get(body.tx, held.agent)
    return [AgentJoined(id=f"{event.id}/agent", at=event.at, agent=held.agent, name=agent.name if agent else "")]


def invite(body: Transaction, talk: Talk, invite: Invite, event: Event) -> Iterable[Event]:
    """The link, in the conversation or by SMS to the number that the line shows."""
    ways, link = body.turn.ways, ""
    if ways is not None and invite.to != talk.channel:
        link = ways.make(body.tx, conversation=talk.id, identity=talk.identity, channel=invite.to, at=event.at)
    number = talk.identity.value if talk.identity.kind == "phone" else ""
    sent = bool(link and ways and talk.medium == "voice" and talk.session and ways.texts(body.tx, number, at=event.at))
    if sent and talk.session is not None and ways is not None:
        scenarios = body.served(talk).scenarios
        run = Run(talk.session, scenarios, event.at.replace(tzinfo=None))
        run.say_builtin("link_sms", extra={"link": link, "place": place(invite.to)[talk.session.language]})
        text = next((each.text for each in run.actions if isinstance(each, Say)), link)
        row = talk.note(Sent(text=text, language=talk.session.language, number=number), event.at)
        conversations.post(body.tx, talk, row.seq, channel=ways.sms, to=talk.identity, at=event.at)
        body.messages.append(("outbox", {"conversation": talk.id}))
    return [Invited(id=f"{event.id}/invited", at=event.at, to=invite.to, link=link, sent=sent)]


def hand_off(body: Transaction, talk: Talk, handoff: Handoff, event: Event) -> Iterable[Event]:
    queue.enqueue(body.tx, talk.id, talk.seq, handoff, event.at)
    if talk.session is None or talk.session.medium == "voice":
        return ()  # a call tells it when it knows that nobody is free
    place = hunting.place(body.tx, talk.id, event.at)
    if place is None or place.position == 1:
        return ()
    return [
        Queued(id=f"{event.id}/queued", at=event.at, position=place.position, wait_s=place.wait_s, agents=place.agents)
    ]


def ring_back(body: Transaction, talk: Talk, action: RingBack, event: Event) -> Iterable[Event]:
    callbacks.promise(body.tx, talk.id, action, event.at)
    body.messages.append(("desk", {"conversation": talk.id, "status": "callback"}))
    return ()


def withdraw(body: Transaction, talk: Talk, _: Withdraw, event: Event) -> Iterable[Event]:
    queue.withdraw(body.tx, talk.id, event.at)
    return ()


def fault(body: Transaction, _: Talk, fault: Fault, __: Event) -> Iterable[Event]:
    log.error("%s: %s", fault.where, fault.what)
    return ()


EFFECTS: Mapping[type[Action], Effect] = {
    Fetch: fetch,
    Learn: learn,
    Agreed: agreed,
    ChoseItem: chose,
    Rated: rated,
    Record: recorded,
    TakeOver: take_over,
    Invite: invite,
    Handoff: hand_off,
    Speaks: speaks,
    SendCode: send_code,
    CheckCode: check_code,
    Withdraw: withdraw,
    RingBack: ring_back,
    Fault: fault,
}
