"""What every messenger must do, over a double of its server that misbehaves. A new one is put into DOUBLES, and no test
here is changed for it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from bot.channels.delivery import Delivery, parts
from bot.channels.enclosing import Enclosures
from bot.channels.messenger import Began, Enclosure, Part, Refused
from bot.channels.reception import TRIED
from bot.channels.splitting import split
from bot.customers.links import Ways
from bot.dialogue.actions import Choice, Say
from bot.dialogue.events import AgentSaid, Attached, Chosen, NotDelivered, Started, Utterance
from bot.errors import Both, NotAllowed, Unacceptable, Unavailable
from bot.ports import Identity, Row
from bot.stores import conversations, files
from bot.stores.reach import Reach
from tests.channels.double import Double, until
from tests.channels.email import EmailDouble
from tests.channels.max import MaxDouble
from tests.channels.rig import Rig, rig, texts
from tests.channels.smpp import SmppDouble
from tests.channels.sms import SmsDouble
from tests.channels.telegram import TelegramDouble
from tests.channels.viber import ViberDouble
from tests.channels.vk import VkDouble
from tests.channels.whatsapp import WhatsAppDouble
from tests.turn.clinic import NOW

DOUBLES: tuple[type[Double], ...] = (
    TelegramDouble,
    WhatsAppDouble,
    VkDouble,
    MaxDouble,
    ViberDouble,
    SmsDouble,
    SmppDouble,
    EmailDouble,
)
PRICE = ["Приём стоит 1500 рублей.", "Чем помочь?"]


@pytest.fixture(params=DOUBLES, ids=lambda double: double.__name__.removesuffix("Double").lower())
async def chats(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 0.05)
    double: type[Double] = request.param
    async with double.running() as server, rig(server, tmp_path, timeout_s=1.0) as made:
        yield made


# --- what is said and chosen -----------------------------------------------------------------------


async def test_what_is_written_is_answered_in_order(chats: Rig) -> None:
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)


async def test_a_booking_is_made_by_buttons_and_words(chats: Rig) -> None:
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)
    await chats.press(chats.ivan, "booking")
    await until(lambda: "К какому врачу?" in chats.double.texts(chats.ivan))
    await chats.press(chats.ivan, "стоматолог")
    await chats.says(chats.ivan, "when=2026-11-24T15:00", "name=Иван_Петров", "phone=+79051234567")
    await until(lambda: chats.double.texts(chats.ivan)[-1:] == ["Всё верно?"])
    await chats.says(chats.ivan, "yes")
    await until(lambda: "Записал." in chats.double.texts(chats.ivan), lambda: str(chats.double.texts(chats.ivan)))
    assert [each.option for each in chats.of(chats.ivan, Chosen)] == ["booking", "dentist"]


async def test_the_end_of_a_conversation_is_no_end_of_the_chat(chats: Rig) -> None:
    if not chats.double.BEGINS:
        pytest.skip("a chat is never opened anew here")
    await chats.says(chats.ivan, "main.price")
    await chats.post(chats.double.began(chats.ivan))
    await chats.double.saw(chats.ivan, *PRICE, "Чем помочь?")
    assert len(chats.of(chats.ivan, Started)) == 1  # of the newest


# --- who may post, and how often -------------------------------------------------------------------


async def test_what_does_not_come_from_the_messenger_is_refused(chats: Rig) -> None:
    for hook in chats.double.forged(chats.double.wrote(chats.ivan, "main.price")):
        with pytest.raises(NotAllowed):
            chats.messenger.receive(hook)


async def test_a_wrong_token_is_said_so_in_both_languages(chats: Rig) -> None:
    chats.double.known = False
    with pytest.raises(Refused) as refused:
        await chats.messenger.open("https://bot.example/webhooks/x/webhook")
    told = (refused.value.what, refused.value.fix)
    assert all(isinstance(each, Both) and each.en != each.ru for each in told)
    assert "GOVORUN_" in refused.value.fix


async def test_without_an_address_it_asks_for_what_people_did(chats: Rig) -> None:
    posts = chats.messenger.polled(lambda: None)
    if posts is None:
        pytest.skip("this messenger can only post to us")
    await chats.messenger.open("")
    chats.double.updates += [json.loads(chats.double.wrote(chats.ivan, "main.price").body)]
    async with asyncio.timeout(60):
        await chats.reception.take(await anext(posts))  # type: ignore[call-overload]
    await posts.aclose()  # type: ignore[attr-defined]
    await chats.double.saw(chats.ivan, *PRICE)


async def test_a_post_that_comes_again_has_one_effect(chats: Rig) -> None:
    hook = chats.double.wrote(chats.ivan, "main.price")
    await asyncio.gather(chats.post(hook), chats.post(hook))
    await chats.post(hook)
    await chats.says(chats.ivan, "booking")
    await until(lambda: len(chats.double.texts(chats.ivan)) > 2)
    assert texts(chats.of(chats.ivan, Utterance)) == ["main.price", "booking"]
    assert chats.double.texts(chats.ivan)[:3] == [*PRICE, "К какому врачу?"]


async def test_posts_that_overtook_each_other_are_taken_as_they_were_written(chats: Rig) -> None:
    await chats.says(chats.ivan, "main.price")
    first, second = chats.double.wrote(chats.ivan, "booking"), chats.double.wrote(chats.ivan, "service=dentist")

    async def later() -> None:
        await asyncio.sleep(0.05)
        await chats.post(first)

    await asyncio.gather(chats.post(second), later())
    assert texts(chats.of(chats.ivan, Utterance)) == ["main.price", "booking", "service=dentist"]


async def test_what_could_not_be_committed_is_asked_for_again(chats: Rig) -> None:
    chats.turns.failing = [Unavailable("the database is away"), OSError("and once more")]
    hook = chats.double.wrote(chats.ivan, "main.price")
    for _ in range(2):
        with pytest.raises(Unavailable):
            await chats.post(hook)
    await chats.post(hook)
    await chats.double.saw(chats.ivan, *PRICE)


# --- a server that misbehaves ----------------------------------------------------------------------


async def test_a_flood_waits_as_long_as_it_is_told_and_keeps_the_order(chats: Rig) -> None:
    chats.double.trouble = ["flood"]
    began = asyncio.get_running_loop().time()
    await chats.says(chats.ivan, "main.price")
    await until(lambda: chats.double.tries == 1)
    await chats.says(chats.anna, "main.price")
    await chats.double.saw(chats.anna, *PRICE)  # who wasn't told to wait doesn't
    assert chats.double.texts(chats.ivan) == [] or asyncio.get_running_loop().time() - began >= chats.double.FLOOD_S
    await chats.double.saw(chats.ivan, *PRICE)
    assert asyncio.get_running_loop().time() - began >= chats.double.FLOOD_S
    assert chats.double.tries == 1 + (2 if chats.double.GATHERS else 4)  # nothing was asked in between


async def test_a_broken_server_gets_it_again_and_in_order(chats: Rig) -> None:
    chats.double.trouble = ["broken"]
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)


async def test_no_answer_is_no_loss(chats: Rig) -> None:
    """A message that was taken without a word may come twice where the messenger can't tell; it is never lost."""
    chats.double.trouble = ["deaf"]
    await chats.says(chats.ivan, "main.price")
    await until(lambda: PRICE[1] in chats.double.texts(chats.ivan))
    seen = chats.double.texts(chats.ivan)
    again = PRICE if chats.double.GATHERS else PRICE[:1]
    assert seen == PRICE or (not chats.double.DROPS_DOUBLES and seen == [*again, *PRICE])


async def test_whoever_blocked_us_is_left_alone_until_they_write_again(chats: Rig) -> None:
    chats.double.blocked = {chats.ivan}
    await chats.says(chats.ivan, "main.price")
    await until(lambda: len(chats.of(chats.ivan, NotDelivered)) == 2)
    assert {each.why for each in chats.of(chats.ivan, NotDelivered)} == {"blocked"}
    assert chats.double.tries == 1  # the second row was not even tried
    chats.double.blocked = set()
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)


async def test_a_block_that_is_told_is_remembered(chats: Rig) -> None:
    if "blocked" in chats.double.FORBIDDEN:
        pytest.skip("this messenger doesn't tell")
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)
    await chats.post(chats.double.odd(chats.ivan, "blocked"))
    with chats.database.reading():
        assert chats.reception._reach.lost(chats.double.NAME, Identity(kind=chats.double.NAME, value=chats.ivan))


async def test_no_secret_stands_in_a_log(chats: Rig, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    chats.double.trouble = ["broken", "flood", "deaf"]
    await chats.says(chats.ivan, "main.price")
    await until(lambda: PRICE[1] in chats.double.texts(chats.ivan))
    told = "\n".join(f"{record.getMessage()} {record.exc_text}" for record in caplog.records)
    assert not [secret for secret in chats.double.secrets() if secret in told]


# --- what is no text -------------------------------------------------------------------------------


async def test_a_voice_message_is_heard_as_if_it_were_written(chats: Rig) -> None:
    if not chats.double.HEARS:
        pytest.skip("nobody can speak here")
    await chats.post(chats.double.spoke(chats.ivan, b"main.price"))
    await chats.double.saw(chats.ivan, *PRICE)
    [spoken] = chats.of(chats.ivan, Utterance)
    assert (spoken.text, spoken.confidence) == ("main.price", 0.9)


async def test_a_voice_message_without_words_is_asked_for_in_writing(chats: Rig) -> None:
    if not chats.double.HEARS:
        pytest.skip("nobody can speak here")
    await chats.post(chats.double.spoke(chats.ivan, b""))
    await until(lambda: "[attached_voice]" in chats.double.texts(chats.ivan))
    assert [each.kind for each in chats.of(chats.ivan, Attached)] == ["voice"]


@pytest.mark.parametrize("kind", ["image", "sticker", "location", "edited", "unknown"])
async def test_what_we_cannot_read_is_answered_and_seen_by_agents(chats: Rig, kind: str) -> None:
    if kind in chats.double.FORBIDDEN:
        pytest.skip("this messenger has no such thing")
    await chats.says(chats.ivan, "booking")
    await chats.double.saw(chats.ivan, "К какому врачу?")
    await chats.post(chats.double.odd(chats.ivan, kind))
    kept = {"unknown": "other"}.get(kind, kind)
    answer = {"image": "file", "location": "other", "unknown": "other"}.get(kind, kind)
    await chats.double.saw(chats.ivan, "К какому врачу?", f"[attached_{answer}]", "К какому врачу?")
    assert [each.kind for each in chats.of(chats.ivan, Attached)] == [kept]


async def test_the_words_under_a_picture_are_what_is_answered(chats: Rig) -> None:
    if "captioned" in chats.double.FORBIDDEN:
        pytest.skip("pictures have no captions here")
    await chats.post(chats.double.odd(chats.ivan, "captioned"))
    await chats.double.saw(chats.ivan, "К какому врачу?")
    assert [each.kind for each in chats.of(chats.ivan, Attached)] == ["image"]


async def test_a_group_is_left_in_peace(chats: Rig) -> None:
    if "group" in chats.double.FORBIDDEN:
        pytest.skip("this messenger has no groups")
    await chats.post(chats.double.odd(chats.ivan, "group"))
    assert chats.turns.inbounds == []


@pytest.mark.parametrize("own", [True, False])
async def test_a_shared_number_is_proof_only_of_ones_own(chats: Rig, own: bool) -> None:
    if not chats.double.SHARES_CONTACTS:
        pytest.skip("nothing is shared here")
    await chats.post(chats.double.shared(chats.ivan, "+79051234567", own=own))
    [inbound] = chats.turns.inbounds
    assert isinstance(inbound.event, Utterance)
    assert inbound.event.text == "+79051234567"
    proven = [each for each in inbound.proven if each.proof == "contact"]
    assert [each.identity for each in proven] == [Identity(kind="phone", value="+79051234567")] * own


async def test_a_number_that_the_messenger_vouches_for_comes_with_every_word(chats: Rig) -> None:
    await chats.says(chats.ivan, "main.price")
    phone = Identity(kind="phone", value=f"+{chats.ivan}")
    proven = [each for inbound in chats.turns.inbounds for each in inbound.proven]
    assert [(each.identity, each.proof) for each in proven] == [(phone, "messenger")] * chats.double.VOUCHES


async def test_a_link_that_was_followed_is_handed_on(chats: Rig) -> None:
    if not chats.double.BEGINS:
        pytest.skip("nobody is told of it here")
    await chats.post(chats.double.began(chats.ivan, "Zx3_4-A"))
    [inbound] = chats.turns.inbounds
    assert isinstance(inbound.event, Started)
    assert inbound.link == "Zx3_4-A"


async def test_whoever_waits_sees_that_we_type(chats: Rig) -> None:
    if not chats.messenger.limits.typing_s:
        pytest.skip("this messenger doesn't show it")
    chats.turns.slow_s = 1.0
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)
    assert chats.double.typed == [chats.ivan]


# --- how it looks ----------------------------------------------------------------------------------


def row(text: str, *choices: Choice, seq: int = 1, wants: str = "") -> Row:
    say = Say(text=text, speech=text, language="ru", choices=choices, wants=wants)  # type: ignore[arg-type]
    return Row(conversation="c0ffee00-1111-4222-8333-444455556666", seq=seq, at=Double().now(), entry=say)


async def deliver(chats: Rig, row: Row) -> None:
    for part in parts(row, chats.messenger):
        await chats.messenger.send(chats.ivan, part)


HOSTILE = (
    "<b>Иван</b> *Иван* **x** _Иван_ ~Иван~ `код` ```блок``` [сайт](http://x.example) [id1|Павел] @id1 (Павел)"
    " *id1 (Павел) &lt; %s {name} \\ || > цитата"
)


async def test_no_word_of_anybody_becomes_markup(chats: Rig) -> None:
    await deliver(chats, row(HOSTILE))
    [shown] = chats.double.shown
    assert shown.markup == ()
    read = shown.text.replace("\u2060", "").translate({ord(alike): sign for sign, alike in chats.double.ALIKE.items()})
    assert read == HOSTILE


@pytest.mark.parametrize("sentence", ["Это предложение, и оно не короткое. ", "🙂", "слово", "Абзац.\n\n"])
async def test_a_long_text_comes_in_parts_that_lose_nothing(chats: Rig, sentence: str) -> None:
    text = (sentence * 12_000)[:12_000].strip()
    await deliver(chats, row(text, Choice(id="yes", title="Да"), Choice(id="no", title="Нет")))
    shown = chats.double.shown
    assert len(shown) >= len(text) / chats.messenger.limits.text
    assert "".join("".join(each.text.split()) for each in shown) == "".join(text.split())
    assert [bool(each.buttons or each.listed) for each in shown] == [False] * (len(shown) - 1) + [True]
    if sentence.startswith("Это"):
        assert all(each.text.endswith(".") for each in shown[:-1])


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, 10, 11, 25, 120])
async def test_choices_are_buttons_or_a_list_and_each_can_be_chosen(chats: Rig, count: int) -> None:
    titles = [f"Вариант номер {number}, и у него длинное название" for number in range(1, count + 1)]
    choices = [Choice(id=f"option_{number}", title=title) for number, title in enumerate(titles, 1)]
    await deliver(chats, row("Что выбрать?", *choices))
    last = chats.double.shown[-1]
    if last.buttons:
        assert [payload for _, payload in last.buttons] == [f"/{choice.id}" for choice in choices]
        assert len({title for title, _ in last.buttons}) == count
    else:
        read = " ".join(each.whole or each.text for each in chats.double.shown)
        assert all(f"{number}. {title}" in read for number, title in enumerate(titles, 1))
        assert not chats.messenger.fits(choices)


async def test_a_button_whose_id_is_too_long_for_the_messenger_works_all_the_same(chats: Rig) -> None:
    if not chats.double.BUTTONS:
        pytest.skip("there are no buttons here")
    await chats.says(chats.ivan, "booking")
    await until(lambda: "К какому врачу?" in chats.double.texts(chats.ivan))
    [said] = [each for each in chats.of(chats.ivan, Say) if each.choices]
    long = "очень_длинный_идентификатор_услуги_" * 10
    with chats.database.reading() as tx:
        about = conversations.newest_of_sender(tx, chats.ivan, kind=chats.double.NAME)
        assert about is not None
        [seq] = [each.seq for each in conversations.rows(tx, about.id) if each.entry == said]
    choices = (Choice(id=long, title="Длинный"), *said.choices)
    sealed = parts(
        Row(conversation=about.id, seq=seq, at=about.started, entry=replace(said, choices=choices)), chats.messenger
    )
    [*_, part] = sealed
    assert part.payloads[0] == f"~{about.id}.{seq}.0"
    await chats.post(chats.double.pressed(chats.ivan, ("Длинный", part.payloads[0])))
    chosen = chats.of(chats.ivan, Chosen)[-1]
    assert (chosen.option, chosen.title) == (said.choices[0].id, said.choices[0].title)  # the first of the stored row


async def test_anothers_sealed_button_chooses_nothing(chats: Rig) -> None:
    if not chats.double.BUTTONS:
        pytest.skip("there are no buttons here")
    await chats.says(chats.anna, "booking")
    await until(lambda: "К какому врачу?" in chats.double.texts(chats.anna))
    with chats.database.reading() as tx:
        about = conversations.newest_of_sender(tx, chats.anna, kind=chats.double.NAME)
        assert about is not None
    await chats.post(chats.double.pressed(chats.ivan, ("Стоматолог", f"~{about.id}.{about.seq}.0")))
    assert chats.of(chats.ivan, Chosen) == []
    assert texts(chats.of(chats.ivan, Utterance)) in (["Стоматолог"], ["…"])


async def test_the_question_for_a_number_has_a_button_that_shares_it(chats: Rig) -> None:
    if not chats.double.SHARES_NUMBER:
        pytest.skip("nothing is shared here")
    await chats.says(chats.ivan, "booking", "service=dentist", "when=2026-11-24T15:00", "name=Иван_Петров")
    await until(lambda: "Ваш телефон?" in chats.double.texts(chats.ivan))
    assert [each.text for each in chats.double.shown if each.asks_phone] == ["Ваш телефон?"]


# --- files of agents -------------------------------------------------------------------------------

JPEG, PDF = b"\xff\xd8\xff picture", b"%PDF-1.7 file"
LINK = "https://bot.example/webchat/files/x.y/"


def agents(chats: Rig, name: str, content: bytes, *, said: str = "") -> Row:
    """What an agent sends; it lies where the desk has put it."""
    with chats.database.writing() as tx:
        file = files.keep(tx, owner="agent:anna", name=name, content=content, at=chats.double.now())
    return replace(row(""), entry=AgentSaid(id="e", at=NOW, agent="anna", text=said or name, file=file.id))


async def given(chats: Rig, row: Row) -> Delivery:
    """As the outbox brings it."""
    enclosures = Enclosures(chats.database, "https://bot.example", lambda ident: "x.y")
    delivery = Delivery(chats.messenger, Reach(chats.database), enclosing=enclosures.whole)
    await delivery.deliver(row, Identity(kind=chats.double.NAME, value=chats.ivan))
    return delivery


async def test_an_agents_picture_and_file_are_what_they_are_in_the_app(chats: Rig) -> None:
    if not chats.double.FILES:
        pytest.skip("no files go there")
    await given(chats, agents(chats, "снимок.jpg", JPEG))
    await given(chats, replace(agents(chats, "договор.pdf", PDF), seq=2))
    picture, file = chats.double.given
    assert (picture.chat, picture.picture, file.picture, file.name) == (chats.ivan, True, False, "договор.pdf")
    assert (picture.content, file.content) in ((JPEG, PDF), (b"", b""))  # Viber fetches them itself
    assert not chats.double.NAMES_PICTURES or picture.name == "снимок.jpg"
    assert chats.double.GATHERS or chats.double.shown == []  # the name stands on the file


async def test_a_picture_that_telegram_cannot_show_as_one_is_a_file(tmp_path: Path) -> None:
    async with TelegramDouble.running() as double:
        messenger = double.messenger(5.0)
        picture = Enclosure(name="чек.png", type="image/png", size=9, content=b"very long")
        await messenger.send(double.IVAN, Part(text="чек.png", files=[picture], key="c/1/0"))
        assert [(each.name, each.picture) for each in double.given] == [("чек.png", False)]
        await messenger.close()


async def test_a_file_that_the_messenger_refuses_after_all_is_a_link(chats: Rig) -> None:
    if not chats.double.FILES or chats.double.GATHERS:
        pytest.skip("nobody looks into files there")
    chats.double.unfit = True
    await given(chats, agents(chats, "договор.pdf", PDF))
    assert chats.double.given == []
    [shown] = chats.double.shown
    assert shown.text == f"договор.pdf\n{LINK}%D0%B4%D0%BE%D0%B3%D0%BE%D0%B2%D0%BE%D1%80.pdf"


async def test_what_is_known_not_to_go_is_refused_in_both_languages_and_its_words_go_alone(chats: Rig) -> None:
    file = Enclosure(name="x.zip", type="application/zip", size=5 << 30, link=f"{LINK}x.zip")
    why = chats.messenger.refuses(file)
    assert why is not None
    assert why.en != why.ru
    if not chats.double.FILES:
        await given(chats, agents(chats, "договор.pdf", PDF, said=f"договор.pdf\n{LINK}x.pdf"))
        assert chats.double.given == []
        assert LINK in (chats.double.shown[0].whole or chats.double.shown[0].text)


# --- links that bring people here ------------------------------------------------------------------


async def test_a_link_of_ours_is_opened_for_who_is_to_follow_it_and_brings_its_token(chats: Rig) -> None:
    if not chats.double.BEGINS:
        pytest.skip("no link leads there")
    await chats.messenger.open("https://bot.example/webhooks/x/webhook")
    await chats.says(chats.ivan, "main.price")
    ways = Ways(key=b"k", doors={"here": chats.messenger.link})
    with chats.database.writing() as tx:
        identity = Identity(kind="phone", value="+79051234567")
        about = conversations.newest_of_sender(tx, chats.ivan, kind=chats.double.NAME)
        assert about is not None
        sealed = ways.make(tx, conversation=about.id, identity=identity, channel="here", at=NOW)
        link = ways.opened(sealed)
        assert link != sealed
        assert ways.way_of(f"Продолжим там: {link}") == ("here", link)
        token = re.split(r"[=\s]|%20", link)[-1]
        [arrival] = chats.messenger.receive(chats.double.began(chats.ivan, token)).arrivals
        assert arrival.deed == Began(token)
        assert ways.redeem(tx, token, at=NOW) is not None


# --- what is forged, broken or too large -----------------------------------------------------------

FORGED = ["~a." + "9" * 20 + ".1", "~a.1." + "9" * 20, "~..", "~", "/", "\ud800", "/\ud800", "\0"]


async def test_a_button_that_nobody_was_shown_holds_nothing_up(chats: Rig) -> None:
    """An app of one's own sends what it likes."""
    for payload in FORGED:
        await chats.post(chats.double.pressed(chats.ivan, ("Да", payload)))
    await chats.says(chats.ivan, "main.price")
    assert texts(chats.of(chats.ivan, Utterance))[-1] == "main.price"


async def test_a_voice_message_that_cannot_be_had_is_asked_for_in_writing(chats: Rig) -> None:
    if not chats.double.HEARS:
        pytest.skip("nobody can speak here")
    hook = chats.double.spoke(chats.ivan, b"main.price")
    chats.double.files.clear()
    await chats.post(hook)
    await until(lambda: "[attached_voice]" in chats.double.texts(chats.ivan))


async def test_what_breaks_us_every_time_is_given_up_and_the_next_is_taken(chats: Rig) -> None:
    chats.turns.failing = [ZeroDivisionError() for _ in range(TRIED)]
    hook = chats.double.wrote(chats.ivan, "booking")
    for _ in range(TRIED - 1):
        with pytest.raises(Unavailable):
            await chats.post(hook)
    await chats.post(hook)
    assert chats.turns.failing == []
    await chats.says(chats.ivan, "main.price")
    await chats.double.saw(chats.ivan, *PRICE)


ODD: tuple[object, ...] = ([], "x", 7, None, {"x": [{}]}, [[]], {"message": 1}, {"messages": [1, "x", {"type": []}]})


async def test_what_has_no_form_of_theirs_is_passed_over_or_refused(chats: Rig) -> None:
    """Signed by them all the same: their interface grows, and they err too."""
    whole = json.loads(chats.double.wrote(chats.ivan, "main.price").body)
    for name, odd in product(whole.keys() - {"secret"}, ODD):
        with suppress(Unacceptable):
            await chats.post(chats.double.sealed({**whole, name: odd}))
    for body in (*ODD, {"secret": chats.double.secrets()[-1]}):
        with suppress(Unacceptable, NotAllowed):
            await chats.post(chats.double.sealed(body))
    await chats.says(chats.ivan, "main.price")
    assert texts(chats.of(chats.ivan, Utterance))[-1] == "main.price"


async def test_a_server_in_trouble_is_no_refusal_for_good(tmp_path: Path) -> None:
    """VK answers 10 to anything at times; listening must not end with it."""
    async with VkDouble.running() as double:
        messenger = double.messenger(1.0)
        double.managing = [10]
        with pytest.raises(OSError, match="10"):
            await messenger.open("")
        await messenger.open("")
        double.managing = [6]
        posts = messenger.polled(lambda: None)
        assert posts is not None
        with pytest.raises(OSError, match="6"):
            await anext(posts)
        await messenger.close()


def test_texts_are_cut_where_people_pause() -> None:
    assert split("Один. Два. Три.", 10) == ["Один. Два.", "Три."]
    assert split("Первый абзац.\n\nВторой, подлиннее.", 20) == ["Первый абзац.", "Второй, подлиннее."]
    assert split("аб вг де", 5) == ["аб вг", "де"]
    assert split("x" * 12, 5) == ["x" * 5, "x" * 5, "x" * 2]
    assert split("e\u0301" * 4, 3) == ["e\u0301", "e\u0301", "e\u0301", "e\u0301"]
    assert split("   ", 5) == []
