"""What Viber alone does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.messenger import Began, Contact, Enclosure, Part, Pressed, Refused, Stopped, Wrote
from bot.dialogue.events import Chosen, NotDelivered
from bot.ports import Undelivered
from tests.channels.double import until
from tests.channels.rig import Rig, rig
from tests.channels.viber import ViberDouble, signed

IVAN = "1111111"
HOOK = "https://bot.example/webhooks/viber/webhook"


@pytest.fixture
async def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 0.05)
    async with ViberDouble.running() as server, rig(server, tmp_path, timeout_s=1.0) as made:
        yield made


def double(chats: Rig) -> ViberDouble:
    assert isinstance(chats.double, ViberDouble)
    return chats.double


async def test_it_enters_its_own_webhook_and_its_links_name_the_bot(chats: Rig) -> None:
    assert await chats.messenger.open(HOOK) == "Клиника"
    assert double(chats).hook["url"] == HOOK
    assert "unsubscribed" in double(chats).hook["event_types"]
    assert chats.messenger.link("Zx3_4-A") == "viber://pa?chatURI=clinic_bot&context=Zx3_4-A"
    with pytest.raises(Refused, match="public"):
        await chats.messenger.open("")


async def test_whoever_has_not_written_yet_is_welcomed_and_their_link_is_kept_for_them(chats: Rig) -> None:
    post = chats.messenger.receive(double(chats).opened(IVAN, "Zx3_4-A", subscribed=False))
    welcome = json.loads(post.answer)
    assert (list(post.arrivals), welcome["type"]) == ([], "text")
    assert "receiver" not in welcome
    [start] = welcome["keyboard"]["Buttons"]
    double(chats).tracked[IVAN] = welcome["tracking_data"]
    [arrival] = chats.messenger.receive(double(chats).wrote(IVAN, start["ActionBody"])).arrivals
    assert arrival.deed == Began("Zx3_4-A")


async def test_a_button_tells_its_title_and_a_stroke_in_a_text_is_no_button(chats: Rig) -> None:
    await chats.says(IVAN, "main.price")
    await until(lambda: len(double(chats).texts(IVAN)) == 2)
    await chats.press(IVAN, "booking")
    [chosen] = chats.of(IVAN, Chosen)
    assert (chosen.option, chosen.title) == ("booking", double(chats).shown[1].buttons[0][0])

    def deed(text: str) -> object:
        return chats.messenger.receive(double(chats).wrote(IVAN, text)).arrivals[0].deed

    double(chats).tracked.clear()  # something else was said since
    assert deed("/booking") == Pressed("/booking")
    assert deed("/ хочу записаться") == Wrote("/ хочу записаться")
    assert deed("~ 5 мая") == Wrote("~ 5 мая")


async def test_a_contact_is_a_number_that_they_told_and_no_proof(chats: Rig) -> None:
    [arrival] = chats.messenger.receive(double(chats).shared(IVAN, "+79051234567", own=True)).arrivals
    assert arrival.deed == Contact("+79051234567", own=False)
    [gone] = chats.messenger.receive(double(chats).odd(IVAN, "blocked")).arrivals
    assert (gone.deed, gone.chat) == (Stopped(), IVAN)


async def test_what_their_app_could_not_show_is_noted(chats: Rig) -> None:
    await chats.says(IVAN, "main.price")
    await until(lambda: len(double(chats).texts(IVAN)) == 2)
    failed = double(chats).posted("failed", user_id=IVAN, desc="failure description")
    body = json.loads(failed.body) | {"message_token": 5741311803571721087 + 1}
    await until(lambda: len(chats.messenger._sent) == 2)  # type: ignore[attr-defined]
    await chats.post(signed(json.dumps(body).encode()))
    assert [each.why for each in chats.of(IVAN, NotDelivered)] == ["failure description"]
    await chats.post(failed, signed(b'{"event": "webhook", "timestamp": 1}'), signed(b'{"event": 5}'))


async def test_a_chat_that_gets_too_much_waits_twice_as_long_each_time(chats: Rig) -> None:
    """A hundred within an hour to somebody who says nothing; Viber tells no wait."""

    async def wait() -> float | None:
        double(chats).trouble = ["flood"]
        with pytest.raises(Undelivered) as undelivered:
            await chats.messenger.send(IVAN, Part(text="Да.", key="c/1/0"))
        assert undelivered.value.told
        return undelivered.value.retry_after

    assert [await wait() for _ in range(4)] == [2.0, 4.0, 8.0, 16.0]
    assert [await wait() for _ in range(9)][-1] == 600.0
    await chats.messenger.send(IVAN, Part(text="Да.", key="c/1/0"))
    assert await wait() == 2.0


async def test_files_are_fetched_from_our_address_and_pictures_have_one_megabyte(chats: Rig) -> None:
    def file(size: int, link: str = "https://bot.example/webchat/files/x.y/a.jpg") -> Enclosure:
        return Enclosure(name="a.jpg", type="image/jpeg", size=size, link=link)

    for link in ("", "http://bot.example/a.jpg"):
        why = chats.messenger.refuses(file(1, link))
        assert why is not None
        assert "GOVORUN_PUBLIC_URL" in why.ru
    for size in (1 << 20, (1 << 20) + 1):
        await chats.messenger.send(IVAN, Part(text="a.jpg", files=[file(size)], key=f"c/{size}/0"))
    assert [each.picture for each in double(chats).given] == [True, False]
