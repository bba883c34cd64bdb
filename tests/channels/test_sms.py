"""What SMS alone does: segments, STOP, delivery states, links to telephone numbers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.delivery import Delivery, parts
from bot.channels.messenger import Began, Part
from bot.channels.sms import Sms, plain, segments, septets
from bot.dialogue.actions import Say, Sent
from bot.dialogue.events import Chosen, NotDelivered
from bot.errors import Unacceptable
from bot.ports import Blocked, Identity, Row
from bot.stores.reach import Reach
from tests.channels.double import until
from tests.channels.rig import Rig, rig
from tests.channels.sms import SENDER, SmsDouble

IVAN = "79051234567"
CONVERSATION = "c0ffee00-1111-4222-8333-444455556666"


@pytest.fixture
async def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 0.05)
    async with SmsDouble.running() as server, rig(server, tmp_path, timeout_s=1.0) as made:
        yield made


def gateway(chats: Rig) -> SmsDouble:
    assert isinstance(chats.double, SmsDouble)
    return chats.double


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("€" * 152, 2),
        ("€" * 153, 3),  # 76 in a segment: an escape isn't torn off
        ("🙂" * 35, 1),
        ("🙂" * 66, 2),
        ("🙂" * 67, 3),  # 33 in a segment: no half of one
    ],
)
def test_segments_are_counted_as_operators_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_quotes_of_a_typesetter_do_not_double_the_price() -> None:
    assert septets(plain("It’s “booked” — see you…")) is not None
    assert plain("Приём «завтра» — в 10") == "Приём «завтра» — в 10"  # it is UCS-2 in any case


@pytest.mark.parametrize("most", [1, 3])
def test_texts_are_cut_at_word_ends_into_messages_that_fit(most: int) -> None:
    sms = Sms("http://127.0.0.1", "t", SENDER, "s", segments=most)
    for text in ("слово и дело " * 60, "word after word " * 60, "half латиница " * 60):
        row = Row(
            conversation=CONVERSATION, seq=1, at=SmsDouble().now(), entry=Say(text=text, speech="", language="ru")
        )
        made = [part.text for part in parts(row, sms)]
        assert len(made) > 1
        assert max(segments(each) for each in made) == most
        assert " ".join(made).split() == text.split()


async def test_a_number_of_the_list_chooses(chats: Rig) -> None:
    await chats.says(IVAN, "main.price")
    await until(lambda: len(gateway(chats).sent) == 2)
    [(title, number), *_] = gateway(chats).shown[1].listed
    await chats.says(IVAN, number)
    [chosen] = chats.of(IVAN, Chosen)
    assert chosen.title == title


@pytest.mark.parametrize("word", ["STOP", "стоп", " Стоп. "])
async def test_stop_is_obeyed_and_said_once_and_start_begins_again(chats: Rig, word: str) -> None:
    hook = gateway(chats).wrote(IVAN, word)
    await chats.post(hook, hook)
    await until(lambda: len(gateway(chats).sent) == 1)
    await chats.reception.close()
    [told] = gateway(chats).sent
    assert ("START" if word == "STOP" else "СТАРТ") in told["text"]
    reach, phone = Reach(chats.database), Identity(kind="phone", value=f"+{IVAN}")
    linked = Row(
        conversation=CONVERSATION,
        seq=3,
        at=gateway(chats).now(),
        entry=Sent(text="https://t.me/x", language="ru", number=phone.value),
    )
    with pytest.raises(Blocked):  # not even a link that a call asked for
        await Delivery(chats.messenger, reach).deliver(linked, phone)
    [back] = chats.messenger.receive(gateway(chats).wrote(IVAN, "старт")).arrivals
    assert back.deed == Began()
    await chats.says(IVAN, "main.price")
    await Delivery(chats.messenger, reach).deliver(linked, phone)
    [link] = [each for each in gateway(chats).sent if each["text"] == "https://t.me/x"]
    assert (link["to"], link["from"], link["encoding"]) == (f"+{IVAN}", SENDER, "gsm7")


async def test_states_of_delivery_are_noted(chats: Rig) -> None:
    await chats.says(IVAN, "main.price")
    await until(lambda: len(gateway(chats).sent) == 2)
    first, second = (each["id"] for each in gateway(chats).sent)
    states = [
        {"id": first, "to": f"+{IVAN}", "state": "delivered"},
        {"id": second, "to": f"+{IVAN}", "state": "expired", "why": "absent subscriber"},
        {"id": second, "to": f"+{IVAN}", "state": "on its way"},
        {"state": "failed"},
    ]
    await chats.post(gateway(chats).posted(states=states))
    assert [each.why for each in chats.of(IVAN, NotDelivered)] == ["absent subscriber"]
    await chats.post(gateway(chats).posted(states=[{"id": "x/1/0", "to": f"+{IVAN}", "state": "unknown_number"}]))
    assert Reach(chats.database).lost("sms", Identity(kind="sms", value=IVAN))


async def test_services_are_not_answered_and_a_russian_eight_is_a_seven(chats: Rig) -> None:
    def came(sender: str) -> list[str]:
        message = {"id": "1", "from": sender, "text": "привет"}
        return [each.chat for each in chats.messenger.receive(gateway(chats).posted(messages=[message])).arrivals]

    assert came("900") == came("MegaFon") == came("Bank9051234567") == []
    assert came("89051234567") == came("+7 905 123-45-67") == [IVAN]
    with pytest.raises(Unacceptable):
        chats.messenger.receive(replace(gateway(chats).posted(), body=b"[]"))


async def test_it_sends_without_an_address_of_ours_and_tells_it_where_there_is_one(chats: Rig) -> None:
    assert await chats.messenger.open("") == SENDER
    await chats.messenger.send(IVAN, Part(text="Привет", key="a/1/0"))
    await chats.messenger.open("https://bot.example/webhooks/sms/webhook")
    await chats.messenger.send(IVAN, Part(text="Привет", key="a/2/0"))
    assert [each.get("report_to", "") for each in gateway(chats).sent] == [
        "",
        "https://bot.example/webhooks/sms/webhook",
    ]
