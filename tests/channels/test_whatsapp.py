"""What WhatsApp alone does: 24 hours to answer in, then templates."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.messenger import Began, Edited, Part, Wrote
from bot.channels.whatsapp import WhatsApp
from bot.dialogue.events import NotDelivered
from bot.ports import Undelivered
from tests.channels.double import until
from tests.channels.rig import Rig, rig
from tests.channels.whatsapp import PHONE_ID, SECRET, TEMPLATE, TOKEN, VERIFY, WhatsAppDouble, signed

IVAN = WhatsAppDouble.IVAN
LONG = "слово " * 200


class Templated(WhatsAppDouble):
    template = f"{TEMPLATE}:ru,en_US"

    def messenger(self, timeout_s: float) -> WhatsApp:
        return WhatsApp(TOKEN, PHONE_ID, SECRET, VERIFY, template=self.template, api=self.url, timeout_s=timeout_s)


@pytest.fixture
async def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 0.05)
    async with Templated.running() as server, rig(server, tmp_path, timeout_s=5.0) as made:
        yield made


def double(chats: Rig) -> Templated:
    assert isinstance(chats.double, Templated)
    return chats.double


async def test_what_is_said_too_late_goes_by_the_template_in_its_language(chats: Rig) -> None:
    double(chats).late = True
    await chats.messenger.send(IVAN, Part(text="Ждём вас\nзавтра в 15:00.", key="c/1/0"))
    await chats.messenger.send(IVAN, Part(text="See you tomorrow.", key="c/2/0", language="en"))
    assert double(chats).templates == [("ru", "Ждём вас завтра в 15:00."), ("en_US", "See you tomorrow.")]
    with pytest.raises(Undelivered, match="24 hours") as undelivered:
        await chats.messenger.send(IVAN, Part(text=LONG, key="c/3/0"))
    assert undelivered.value.retry_after is None


async def failed(chats: Rig, code: int = 131047, *, times: int = 1) -> None:
    """As a status tells of what was said last."""
    await chats.says(IVAN, "main.price")
    await until(lambda: len(double(chats).texts(IVAN)) == 2)
    sent = [each.json for each in double(chats).requests if each.target.endswith("/messages")]
    keys = [
        each["biz_opaque_callback_data"]
        for each in sent
        if isinstance(each, dict) and each.get("type") == "interactive"
    ]
    error = {"code": code, "title": "Re-engagement message", "message": "Re-engagement message"}
    status = {"id": "wamid.x", "status": "failed", "timestamp": "1", "recipient_id": IVAN, "errors": [error]}
    for _ in range(times):
        await chats.post(double(chats).notified(statuses=[{**status, "biz_opaque_callback_data": keys[-1]}]))


async def test_a_status_that_says_it_was_too_late_is_answered_by_the_template_once(chats: Rig) -> None:
    await failed(chats, times=2)  # as Meta does where our 200 was slow
    await until(lambda: double(chats).templates)
    assert [text for _, text in double(chats).templates] == double(chats).texts(IVAN)[-1:]
    assert chats.of(IVAN, NotDelivered) == []


async def test_a_template_that_meta_does_not_know_is_noted_as_what_was_not_delivered(chats: Rig) -> None:
    chats.messenger._template = "another"  # type: ignore[attr-defined]
    await failed(chats)
    await until(lambda: chats.of(IVAN, NotDelivered))
    assert [each.why for each in chats.of(IVAN, NotDelivered)] == ["132001"]


async def test_without_a_template_it_is_noted_as_before(chats: Rig) -> None:
    chats.messenger._template = ""  # type: ignore[attr-defined]
    await failed(chats)
    assert [each.why for each in chats.of(IVAN, NotDelivered)] == ["the 24 hours to answer in are over"]


async def test_an_account_that_was_not_paid_is_no_message_given_up(chats: Rig) -> None:
    await failed(chats, 131042)
    double(chats).replies = [(400, {}, json.dumps({"error": {"code": 131042, "message": "Payment issue"}}).encode())]
    with pytest.raises(Undelivered) as undelivered:
        await chats.messenger.send(IVAN, Part(text="Да.", key="c/1/0"))
    assert undelivered.value.retry_after == 60.0


async def test_a_link_of_ours_begins_and_other_words_like_it_do_not(chats: Rig) -> None:
    assert await chats.messenger.open("https://bot.example/webhooks/whatsapp/webhook")
    assert chats.messenger.link("Zx3_4-A") == "https://wa.me/15550783881?text=/start%20Zx3_4-A"

    def deeds(text: str) -> list[object]:
        return [each.deed for each in chats.messenger.receive(double(chats).wrote(IVAN, text)).arrivals]

    assert deeds("/Start Zx3_4-A ") == [Began("Zx3_4-A")]
    assert deeds("/start") == [Began()]
    assert deeds("/start with a question") == [Wrote("/start with a question")]


async def test_what_is_taken_back_and_what_greets_is_read(chats: Rig) -> None:
    def deeds(kind: str, content: object) -> list[object]:
        hook = double(chats).posted(IVAN, double(chats).message(IVAN, kind, content))
        return [each.deed for each in chats.messenger.receive(hook).arrivals]

    assert deeds("revoke", {"original_message_id": "wamid.x"}) == []
    assert deeds("request_welcome", {}) == [Began()]
    edit = {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "исправлено"}}}
    assert deeds("edit", edit) == [Edited("исправлено")]
    assert chats.messenger.receive(signed(b'{"object": "x", "entry": []}')).arrivals == []
