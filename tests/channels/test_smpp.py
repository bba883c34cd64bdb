"""What SMPP alone does: PDUs, segments, receipts, a line that breaks, answers that wait for the commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels import pdu, smpp
from bot.channels.messenger import Part, Post, Refused, Wrote
from bot.channels.pdu import Address, Frames, Malformed, Message, Pdu
from bot.channels.segments import GSM, UCS2, Joiner, alike, opened, read, receipt, segmented
from bot.channels.smpp import Smpp
from bot.channels.sms import ALPHABET, GSM7_TWICE, segments
from bot.dialogue.events import NotDelivered
from bot.errors import SettingsError
from bot.ports import Blocked, Undelivered
from bot.settings import load
from tests.channels.double import until
from tests.channels.rig import Rig, rig
from tests.channels.smpp import PASSWORD, SmppDouble

IVAN = "79051234567"
LONG = "Длинный текст, в котором больше одного сегмента. " * 4


@pytest.fixture
async def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 0.05)
    async with SmppDouble.running() as server, rig(server, tmp_path, timeout_s=1.0) as made:
        yield made


@pytest.fixture
async def smsc() -> AsyncIterator[SmppDouble]:
    async with SmppDouble.running() as server:
        yield server


class Polled:
    """What a line brings, by and by. taken: whether it is committed at once."""

    def __init__(self, line: Smpp) -> None:
        self.posts: list[Post] = []
        self.broke: list[OSError] = []
        self._line = line
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            try:
                async for post in self._line.polled(lambda: None):
                    if post.arrivals or post.receipts:
                        self.posts.append(post)
            except OSError as error:
                self.broke.append(error)
                await asyncio.sleep(0.02)

    @property
    def texts(self) -> list[str]:
        return [a.deed.text for post in self.posts for a in post.arrivals if isinstance(a.deed, Wrote)]

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._line.close()


def wrote(smsc: SmppDouble, text: str, number: int) -> dict[str, Any]:
    return {"from": IVAN, "text": text, "number": number}


# --- bytes -----------------------------------------------------------------------------------------

LATIN = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=20)
ADDRESSES = st.builds(Address, st.integers(0, 255), st.integers(0, 255), LATIN)
MESSAGES = st.builds(
    Message,
    source=ADDRESSES,
    destination=ADDRESSES,
    text=st.binary(max_size=254),
    coding=st.integers(0, 255),
    esm_class=st.integers(0, 255),
    registered=st.integers(0, 255),
    tlvs=st.dictionaries(st.integers(0, 65535), st.binary(max_size=300), max_size=4),
)
TEXTS = st.text(st.sampled_from([*ALPHABET, *GSM7_TWICE]), max_size=500) | st.text(
    st.characters(exclude_categories=("Cs",)), max_size=300
)


@settings(max_examples=60, deadline=None)
@given(st.lists(MESSAGES, max_size=3), st.integers(1, 64))
def test_messages_are_read_as_they_were_written_however_tcp_cuts_them(messages: list[Message], step: int) -> None:
    sent = [Pdu(pdu.DELIVER_SM, number, body=each.encoded()) for number, each in enumerate(messages, 1)]
    raw, frames = b"".join(each.encoded() for each in sent), Frames()
    came = [each for at in range(0, len(raw), step) for each in frames.fed(raw[at : at + step])]
    assert came == sent
    assert [pdu.message(each.body) for each in came] == messages


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_a_message_or_malformed(raw: bytes) -> None:
    for read_ in (pdu.message, pdu.ident, pdu.bound):
        try:
            read_(raw)
        except Malformed:
            continue


def test_a_bind_is_laid_out_as_the_specification_has_it() -> None:
    raw = Pdu(pdu.BIND_TRANSCEIVER, 1, body=pdu.bind("SMPP3TEST", "secret08", "SUBMIT1")).encoded()
    assert raw == bytes.fromhex(  # 3.2.2 has this as bind_transmitter, with the range of another address
        "0000002f 00000009 00000000 00000001 534d50503354455354 00 7365637265743038 00 5355424d495431 00 34 00 00 00"
    )


@settings(max_examples=80, deadline=None)
@given(TEXTS, st.integers(0, 255), st.randoms())
def test_a_text_comes_out_of_its_segments_in_any_order(text: str, reference: int, chance: Any) -> None:
    made = segmented(text, reference)
    assert len(made) == segments(text)
    assert max(len(each.content) for each in made) <= (140 if made[0].coding == UCS2 else 159 + (len(made) == 1))
    assert all(len(each.content) <= (140 if each.coding == UCS2 else 160) for each in made)
    for each in made[: len(made) * (len(made) > 1)]:
        assert read(each.content[6:], each.coding).encode()  # type: ignore[union-attr]  # nothing is torn
    chance.shuffle(made)
    joiner, whole = Joiner(), None
    for each in made:
        place, content = opened(_of(each.content, each.coding, each.esm_class))
        whole = [content] if place is None else joiner.put((), place, each.coding, content, 0.0)
    assert whole is not None
    assert read(b"".join(whole), made[0].coding) == text


def _of(text: bytes, coding: int = GSM, esm_class: int = 0, **tlvs: bytes) -> Message:
    address = Address(pdu.INTERNATIONAL, pdu.ISDN, IVAN)
    told = {getattr(pdu, name): value for name, value in tlvs.items()}
    return Message(source=address, destination=address, text=text, coding=coding, esm_class=esm_class, tlvs=told)


def test_septets_stand_where_23_038_has_them() -> None:
    assert segmented("@Ξ Æ¡à€{", 0)[0].content == bytes.fromhex("00 1a 20 1c 40 7f 1b65 1b28")


def test_references_of_16_bits_and_of_tlvs_are_known_and_odd_headers_are_passed_over() -> None:
    place, content = opened(_of(bytes((6, 8, 4, 1, 2, 3, 2)) + b"x", esm_class=pdu.UDHI))
    assert (place, content) == (smpp.Place(0x102, 3, 2), b"x")
    place, _ = opened(_of(b"x", SAR_REFERENCE=b"\1\2", SAR_TOTAL=b"\2", SAR_NUMBER=b"\1"))
    assert place == smpp.Place(0x102, 2, 1)
    assert opened(_of(bytes((5, 0, 3, 1, 2, 3)) + b"x", esm_class=pdu.UDHI)) == (None, b"x")  # the 3rd of 2
    assert opened(_of(b"", PAYLOAD=b"y" * 300)) == (None, b"y" * 300)


def test_only_an_smsc_sends_receipts() -> None:
    told = b"id:7 sub:001 dlvrd:001 submit date:1 done date:2 stat:UNDELIV err:001 text:x"
    assert receipt(_of(told)) is None  # whoever writes such words to us
    assert receipt(_of(told, esm_class=pdu.RECEIPT)) == ("7", "UNDELIV")
    assert receipt(_of(b"", RECEIPTED_ID=b"7\0", MESSAGE_STATE=b"\2")) == ("7", "DELIVRD")


# --- a line that misbehaves ------------------------------------------------------------------------


async def test_answers_in_another_order_are_matched_and_torn_pdus_are_read(smsc: SmppDouble) -> None:
    smsc.reverse, smsc.torn = 0, 3
    line = smsc.line()
    await line.open("")
    smsc.reverse = 4
    await asyncio.gather(*(line.send(f"7905000000{n}", Part(text=f"Текст {n}", key=f"a/{n}/0")) for n in range(4)))
    assert {each.destination.value for each in smsc.submits} == {f"7905000000{n}" for n in range(4)}
    smsc.reverse = 0
    for n in range(1, 5):  # each id belongs to whom it was given for
        posts = line._told(str(n), "UNDELIV")
        assert [each.chat for each in posts] == [smsc.submits[n - 1].destination.value]
    await line.close()
    assert pdu.UNBIND in smsc.told


async def test_no_more_is_on_its_way_than_the_window_has(smsc: SmppDouble) -> None:
    line = smsc.line()
    await line.open("")
    smsc.reverse = 10
    sending = [asyncio.create_task(line.send(IVAN, Part(text="x", key=f"a/{n}/0"))) for n in range(20)]
    await until(lambda: len(smsc.submits) == 20)
    await asyncio.gather(*sending)
    smsc.reverse = 11
    more = [asyncio.create_task(line.send(IVAN, Part(text="y", key=f"b/{n}/0"))) for n in range(11)]
    await until(lambda: len(smsc.submits) == 30)
    await asyncio.sleep(0.1)
    assert len(smsc.submits) == 30
    for each in more:
        each.cancel()
    await asyncio.gather(*more, return_exceptions=True)
    await line.close()


@pytest.mark.parametrize("trouble", ["flood", "full", "broken", "0x8"])
async def test_what_broke_off_amid_a_long_text_goes_on_there(smsc: SmppDouble, trouble: str) -> None:
    line = smsc.line()
    smsc.trouble = ["", trouble]
    part = Part(text=LONG.strip(), key="a/1/0")
    with pytest.raises(Undelivered) as undelivered:
        await line.send(IVAN, part)
    assert undelivered.value.retry_after == 1.0
    assert undelivered.value.told == (trouble in ("flood", "full"))
    await line.send(IVAN, part)
    assert [each.text for each in smsc.shown] == [LONG.strip()]
    assert len(smsc.submits) == segments(LONG.strip())  # no segment twice
    await line.close()


@pytest.mark.parametrize(("status", "kind"), [("0xb", Blocked), ("0x45", Undelivered), ("0x401", Undelivered)])
async def test_what_never_goes_is_not_tried_again(smsc: SmppDouble, status: str, kind: type[Undelivered]) -> None:
    line = smsc.line()
    smsc.trouble = [status]
    with pytest.raises(Undelivered) as undelivered:
        await line.send(IVAN, Part(text="x", key="a/1/0"))
    assert type(undelivered.value) is kind
    assert undelivered.value.retry_after is None
    await line.close()


@pytest.mark.parametrize("form", ["{number}", "{number:08x}", "{number:010d}"])
@pytest.mark.parametrize("tlv", [False, True])
async def test_receipts_are_noted_once_in_any_writing_of_their_id(chats: Rig, form: str, tlv: bool) -> None:
    smsc = chats.double
    assert isinstance(smsc, SmppDouble)
    await chats.says(IVAN, "main.price")
    await until(lambda: len(smsc.submits) >= 2 and len(smsc.shown) == 2)
    assert isinstance(chats.messenger, Smpp)
    for _ in range(2):
        raw = smsc.receipt(1, "UNDELIV", form=form, tlv=tlv)
        came = smpp.Came(pdu.message(raw.body), 1, raw.sequence, lambda: None)
        await chats.reception.take(chats.messenger.read(came))
    assert [each.why for each in chats.of(IVAN, NotDelivered)] == ["UNDELIV"]


async def test_a_receipt_that_overtakes_the_answer_is_not_lost(smsc: SmppDouble) -> None:
    line = smsc.line()
    polled = Polled(line)
    smsc.trouble = ["early"]
    await line.send(IVAN, Part(text="x", key="a/1/0"))
    await until(lambda: polled.posts)
    [[told]] = [post.receipts for post in polled.posts]
    assert (told.key, told.chat, str(told.failed)) == ("a/1/0", IVAN, "UNDELIV")
    await polled.close()


async def test_a_message_is_answered_when_it_is_committed_and_comes_again_until_then(smsc: SmppDouble) -> None:
    line = smsc.line()
    polled = Polled(line)
    smsc.updates += [wrote(smsc, "да", 1)]
    await until(lambda: len(polled.posts) == 1)
    await asyncio.sleep(0.1)
    assert smsc.answered == []
    smsc.peers[-1].writer.close()  # and it brings it again to the next session
    await until(lambda: len(polled.posts) == 2)
    first, again = (post.arrivals[0] for post in polled.posts)
    assert first.id == again.id
    polled.posts[1].taken()
    await until(lambda: smsc.answered == [10])
    smsc.updates += [wrote(smsc, "да", 2)]  # who says it twice has said it twice
    await until(lambda: len(polled.posts) == 3)
    assert polled.posts[2].arrivals[0].id != first.id
    await polled.close()


async def test_a_long_message_is_joined_and_a_window_of_one_does_not_stop_it(
    smsc: SmppDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp, "HOLD_S", 0.05)
    line = smsc.line()
    polled = Polled(line)
    made = smsc.delivered(wrote(smsc, LONG.strip(), 1))
    await until(lambda: smsc.peers and smsc.peers[-1].bound)
    for each in made[:-1]:
        smsc.peers[-1].send(each)
        await until(lambda each=each: each.sequence in smsc.answered)  # though the others aren't there
    smsc.peers[-1].send(made[-1])
    await until(lambda: polled.texts == [LONG.strip()])
    await asyncio.sleep(0.2)
    assert made[-1].sequence not in smsc.answered
    polled.posts[0].taken()
    await until(lambda: made[-1].sequence in smsc.answered)
    await polled.close()


async def test_what_remains_incomplete_is_taken_as_it_is(smsc: SmppDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp, "HOLD_S", 0.05)
    monkeypatch.setattr("bot.channels.segments.LATEST_S", 0.0)
    line = smsc.line()
    polled = Polled(line)
    first, *_ = smsc.delivered(wrote(smsc, LONG.strip(), 1))
    await until(lambda: smsc.peers and smsc.peers[-1].bound)
    smsc.peers[-1].send(first)
    await until(lambda: polled.texts == [LONG[:67]])
    await polled.close()


async def test_what_is_malformed_or_oversized_or_unknown_is_said_so(smsc: SmppDouble) -> None:
    line = smsc.line()
    await line.open("")
    peer = smsc.peers[-1]
    peer.send(Pdu(pdu.DELIVER_SM, 5, body=b"\0\1"))
    peer.send(Pdu(0x103, 6))
    await until(lambda: len(smsc.nacks) == 2)
    assert [(each.sequence, each.status) for each in smsc.nacks] == [(5, pdu.INVALID_LENGTH), (6, pdu.INVALID_COMMAND)]
    peer.send(Pdu(pdu.ENQUIRE_LINK, 7))
    await until(lambda: pdu.ENQUIRE_LINK | pdu.RESPONSE in smsc.told)
    peer.writer.write(pdu.HEADER.pack(0x7FFFFFFF, pdu.DELIVER_SM, 0, 8))
    await until(lambda: len(smsc.nacks) == 3)
    assert (smsc.nacks[2].sequence, smsc.nacks[2].status) == (8, pdu.INVALID_LENGTH)
    await until(lambda: peer.writer.is_closing())
    await line.send(IVAN, Part(text="x", key="a/1/0"))  # by a new session
    assert len(smsc.peers) == 2
    await line.close()


async def test_a_line_that_fell_silent_is_found_out_and_made_anew(smsc: SmppDouble) -> None:
    line = smsc.line(0.3, quiet_s=0.1)
    polled = Polled(line)
    await until(lambda: smsc.told.count(pdu.ENQUIRE_LINK) >= 2)
    assert len(smsc.peers) == 1
    smsc.silent = True
    await until(lambda: polled.broke)
    smsc.silent = False
    await until(lambda: smsc.peers[-1].bound and len(smsc.peers) > 1)
    await polled.close()


async def test_the_password_stands_in_no_log_and_no_error(smsc: SmppDouble, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    smsc.known = False
    line = smsc.line()
    with pytest.raises(Refused) as refused:
        await line.open("")
    assert PASSWORD not in f"{refused.value!r} {caplog.text}"
    await line.close()


# --- settings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"smpp": "smpp://u:hush@h:2775", "sms_url": "https://sms.example"}, ("not both", "а не то и другое")),
        ({"smpp": "http://u:hush@h:2775"}, ("smpp://USER", "smpp://ИМЯ")),
    ],
)
def test_an_error_of_the_settings_names_no_password(
    given: dict[str, str], words: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for locale, word in zip(("en_US.UTF-8", "ru_RU.UTF-8"), words, strict=True):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(SettingsError) as error:
            load(**given)
        assert word in error.value.what
        assert error.value.where == "GOVORUN_SMPP"
        assert "hush" not in f"{error.value} {error.value.what}"


def test_an_smsc_is_the_sms_of_this_process() -> None:
    from bot.app.messengers import KINDS, configured

    settings_ = load(smpp="smpps://u:p%40ss@smsc.example/VMA", sms_sender="Clinic")
    assert configured(settings_) == ("sms",)
    assert isinstance(KINDS["sms"][1](settings_), Smpp)
    made = smpp.account("smpps://u:p%40ss@smsc.example/VMA")
    assert (made.password, made.port, made.system_type, made.tls) == ("p@ss", 3550, "VMA", True)


@pytest.mark.parametrize("text", ["a" * 152 + "€" * 20, "я" * 66 + "🙂" * 9])
def test_neither_an_escape_nor_an_emoji_is_torn(text: str) -> None:
    made = segmented(text, 7)
    assert "".join(read(each.content[6:], each.coding) or "" for each in made) == text
    assert len(made) == segments(text)
    assert max(len(each.content) for each in made) <= (140 if made[0].coding == UCS2 else 159 + (len(made) == 1))


def test_an_id_is_known_in_hexadecimal_and_decimal() -> None:
    assert {"ff", "255"} <= {*alike("0000255")} | {*alike("00FF")}
    assert set(alike("255")) & {alike("00FF")[0]}
    assert set(alike("00FF")) & {alike("255")[0]}


async def test_segments_that_come_together_are_answered_together_when_they_are_committed(
    smsc: SmppDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp, "HOLD_S", 0.05)
    line = smsc.line()
    answered: list[int] = []
    posts = [
        line.read(smpp.Came(pdu.message(each.body), 1, each.sequence, lambda each=each: answered.append(each.sequence)))
        for each in smsc.delivered(wrote(smsc, LONG.strip(), 1))
    ]
    await asyncio.sleep(0.2)
    assert answered == []
    posts[-1].taken()
    assert len(answered) == len(posts) > 1
