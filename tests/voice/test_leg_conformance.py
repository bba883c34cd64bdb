"""Every promise of `CallLeg` and `Telephone`, kept by each SIP stack against real telephones: another stack's process,
and RTP timed on a thread of its own. A test of one stack alone stands in test_baresip.py or test_pjsip.py."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from bot.errors import PortTaken, SettingsError
from tests.voice import lines
from tests.voice.lines import line
from tests.voice.peers import GSM, PCMU, Baresip, Phone, Registrar, eventually, free_port, is_tone, pace, strength, tone
from voice import audio
from voice.audio import RATE
from voice.errors import LegFailed
from voice.ports import Digit, Ended, Held, TransferProgress
from voice.sip import Trunk

pytestmark = [pytest.mark.voice, pytest.mark.usefixtures("stack")]


async def test_a_softphone_is_answered_and_both_hear_each_other(tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 20))
    async with line() as bot, Baresip(user="89051234567", play=tmp_path / "caller.wav") as caller:
        await caller.dial(bot.uri)
        leg = await bot.leg()
        assert (leg.caller, leg.called) == ("+79051234567", "100")
        leg.play(tone(1000, 2))
        await asyncio.sleep(2.3)
        await caller.hang_up()
        assert await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="caller")
        assert is_tone(bot.heard(leg), 440)
        assert is_tone(caller.heard(), 1000)


async def test_our_sound_is_on_the_wire_without_gaps_at_the_level_it_was_played():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        begun = time.monotonic()
        leg.play(tone(700, 3))
        await eventually(lambda: not leg.queued_ms)
        await asyncio.sleep(0.3)
        loud = call.loud(begun)
        assert sum(begun <= packet.at < loud[0] for packet in call.received) < 25  # 20 ms each; 2 on a quiet machine
        assert len(loud) in (150, 151)  # 3 s of 20 ms packets; the first may hold the end of a silence
        sound = call.heard(begun)
        assert strength(sound[RATE // 2 : RATE * 5 // 2], 700) > 0.99
        assert audio.level(sound[RATE // 2 : RATE * 5 // 2]) == pytest.approx(audio.level(tone(700, 3)), abs=0.3)
        packets = call.received
        assert np.all(np.diff([packet.sequence for packet in packets]) % 65536 == 1)
        assert np.all(np.diff([packet.timestamp for packet in packets]) == 160)


async def test_a_callers_sound_arrives_within_60_ms_and_in_frames_of_20_ms():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        for _ in range(10):  # a busy machine sends late and many at once: then it is said once more
            await asyncio.sleep(0.5)
            before, heard_at = len(call.wire.sent), 0.0
            call.say(tone(500, 0.4))
            async with asyncio.timeout(20):
                while not heard_at:
                    if bot.frames[leg.id] and audio.level(bot.frames[leg.id][-1]) > -30:
                        heard_at = time.monotonic()
                        sent = [at for at, sound in call.wire.sent[before:] if sound]
                    await asyncio.sleep(0.001)
                while audio.level(bot.frames[leg.id][-1]) > -60:
                    await asyncio.sleep(0.02)
            if len(sent) <= 25:
                break
        logging.getLogger("measured").warning("receive path %.0f ms", (heard_at - sent[0]) * 1000)
        assert 0 < len(sent) <= 25  # packets of 20 ms, before the first was heard; 2 on a quiet machine
        assert {frame.size for frame in bot.frames[leg.id]} == {160}


async def test_a_key_is_known_when_it_is_pressed_not_when_it_is_released():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.3)
        call.press("5", ms=1000)
        call.press("#", ms=100)
        at, event = await bot.happened(leg, Digit)
        assert isinstance(event, Digit)
        assert event.key == "5"
        assert 5 <= event.at_frame <= 60
        delay = at - call.wire.pressed[0][0]
        logging.getLogger("measured").warning("key press to event %.0f ms", delay * 1000)
        _, second = await bot.happened(leg, Digit, count=2)
        assert at < call.wire.pressed[1][0]  # the first was still held down
        assert isinstance(second, Digit)
        assert second.key == "#"
        await asyncio.sleep(0.3)
        assert [e.key for _, e in bot.events[leg.id] if isinstance(e, Digit)] == ["5", "#"]


async def test_keys_sent_as_sip_info_are_keys_too():
    async with line() as bot, Baresip(dtmf="info") as caller:
        await caller.dial(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.3)
        await caller.press("7")
        _, event = await bot.happened(leg, Digit)
        assert isinstance(event, Digit)
        assert event.key == "7"


async def test_a_key_told_of_in_rtp_and_by_info_counts_once():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.3)
        for key in "511":
            call.press(key, ms=160)
            await call.said()
            call.inform(key, ms=160)
            await asyncio.sleep(0.4)
        await bot.happened(leg, Digit, count=3)
        await asyncio.sleep(0.5)
        assert [e.key for _, e in bot.events[leg.id] if isinstance(e, Digit)] == ["5", "1", "1"]


async def test_a_flush_silences_the_line_at_once_and_what_follows_is_heard_whole():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        leg.play(tone(500, 5))
        begun = time.monotonic()
        await asyncio.sleep(1.0)
        flushed = time.monotonic()
        dropped = leg.flush()
        assert dropped == pytest.approx(5_000 - (flushed - begun) * 1000, abs=300)
        assert leg.queued_ms == 0
        leg.play(tone(1500, 0.5))
        await eventually(lambda: not leg.queued_ms)
        await asyncio.sleep(0.3)
        packets = [packet for packet in call.received if packet.at > flushed]
        old = [p.at - flushed for p in packets if strength(p.sound, 500) > 0.5 and audio.level(p.sound) > -40]
        new = [p.at - flushed for p in packets if strength(p.sound, 1500) > 0.5 and audio.level(p.sound) > -40]
        logging.getLogger("measured").warning(
            "flush: last old packet %.0f ms, first new %.0f ms", max(old, default=0) * 1000, new[0] * 1000
        )
        assert len(old) < 25  # of 200 dropped; 1 on a quiet machine
        assert len(new) in (24, 25, 26)
        assert sum(packet.at - flushed < new[0] for packet in packets) < 30  # 2 on a quiet machine


async def test_what_is_played_right_after_a_flush_is_not_eaten_by_it():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        leg.play(tone(500, 0.15))  # all of it fits into the stack's buffer, with room to spare
        await asyncio.sleep(0.05)
        flushed = time.monotonic()
        assert leg.flush() < 150
        leg.play(tone(1500, 0.5))
        assert leg.queued_ms == 500
        await eventually(lambda: not leg.queued_ms)
        await asyncio.sleep(0.3)
        new = [p for p in call.received if p.at > flushed and strength(p.sound, 1500) > 0.5]
        assert sum(audio.level(packet.sound) > -40 for packet in new) == 25


async def test_what_is_played_before_the_answer_is_heard_from_its_beginning():
    async with line() as bot, Phone() as phone:
        bot.answers = False
        dialling = asyncio.create_task(phone.call(bot.uri))
        leg = await bot.leg()
        leg.play(tone(500, 0.5))
        await asyncio.sleep(0.3)
        await leg.answer()
        call = await dialling
        await eventually(lambda: not leg.queued_ms)
        await asyncio.sleep(0.3)
        assert len(call.loud()) == 25


async def test_what_is_queued_is_counted_down_as_it_is_sent():
    async with line() as bot, Phone() as phone:
        await phone.call(bot.uri)
        leg = await bot.leg()
        leg.play(tone(500, 1.5))
        begun = time.monotonic()
        assert 1_400 < leg.queued_ms <= 1_500
        await asyncio.sleep(0.7)
        left = leg.queued_ms
        assert left == pytest.approx(1_500 - (time.monotonic() - begun) * 1000, abs=200)
        await eventually(lambda: leg.queued_ms == 0)
        assert leg.flush() == 0


async def test_a_transfer_reaches_a_second_telephone_with_the_header():
    async with line() as bot, Phone() as caller, Phone(user="agent") as agent:
        call = await caller.call(bot.uri)
        leg = await bot.leg()
        assert await leg.transfer(agent.uri, user_to_user="76636f6e3a6162;encoding=hex")
        second = await agent.called()
        assert second.headers["user-to-user"] == "76636f6e3a6162;encoding=hex"
        _, progress = await bot.happened(leg, TransferProgress)
        assert progress == TransferProgress(status=100)
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="transferred")
        await asyncio.wait_for(call.ended.wait(), 20)


async def test_a_softphone_gets_the_header_of_a_transfer():
    async with line() as bot, Phone() as caller, Baresip() as agent:
        await caller.call(bot.uri)
        leg = await bot.leg()
        assert await leg.transfer(agent.uri, user_to_user="6162;encoding=hex")
        assert agent.header("User-to-User") == "6162;encoding=hex"


async def test_a_softphone_is_transferred_and_is_heard_by_the_second(tmp_path):
    sound = tmp_path / "caller.wav"
    audio.write(sound, tone(440, 20))
    async with line() as bot, Baresip(user="89051234567", play=sound) as caller, Baresip() as agent:
        await caller.dial(bot.uri)
        leg = await bot.leg()
        assert await leg.transfer(agent.uri, user_to_user="6162;encoding=hex")
        await agent.wait_for("CALL_ESTABLISHED")
        await asyncio.sleep(1.5)
        await agent.hang_up()
        await agent.wait_for("CALL_CLOSED")
        assert is_tone(agent.heard(), 440)


@pytest.mark.parametrize("why", ["busy", "nobody", "refuses"])
async def test_a_transfer_that_fails_leaves_the_call_as_it_was(why):
    async with line() as bot, Phone() as caller, Phone(user="agent", busy=True) as agent:
        caller.transfers = why != "refuses"
        call = await caller.call(bot.uri)
        leg = await bot.leg()
        target = agent.uri if why != "nobody" else f"sip:404@127.0.0.1:{bot.endpoint.port}"
        bot.endpoint._accepts = lambda called: called == "100"
        assert not await leg.transfer(target, user_to_user="6162;encoding=hex")
        await bot.happened(leg, TransferProgress, count=2)
        statuses = [e.status for _, e in bot.events[leg.id] if isinstance(e, TransferProgress)]
        assert statuses == [100, {"busy": 486, "nobody": 404, "refuses": 603}[why]]
        begun = time.monotonic()
        leg.play(tone(900, 0.5))
        await call.hears_within(20, since=begun)
        assert not call.ended.is_set()


async def test_who_hangs_up_while_the_agents_telephone_rings_was_not_transferred():
    async with line() as bot, Phone() as caller, Baresip(answers=False) as agent:
        call = await caller.call(bot.uri)
        leg = await bot.leg()
        transfer = asyncio.create_task(leg.transfer(agent.uri, user_to_user="6162;encoding=hex"))
        await agent.wait_for("CALL_INCOMING")
        call.hang_up()
        assert not await transfer
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="caller")


async def test_nobody_makes_us_dial():
    async with line() as bot, Phone() as caller, Phone(user="victim") as victim:
        call = await caller.call(bot.uri)
        assert await call.refer(victim.uri) == 603
        assert victim.calls == []
        assert not call.ended.is_set()


async def test_a_call_beyond_capacity_gets_486_and_the_rest_go_on():
    async with line(capacity=2) as bot, Phone() as phone:
        calls = [await phone.call(bot.uri) for _ in range(3)]
        assert [call.refused for call in calls] == [0, 0, 486]
        calls[0].hang_up()
        await asyncio.sleep(0.2)
        assert (await phone.call(bot.uri)).refused == 0


async def test_an_offer_without_a_codec_of_ours_gets_488():
    async with line() as bot, Phone(codecs=(GSM,)) as phone:
        assert (await phone.call(bot.uri)).refused == 488


async def test_a_caller_with_mu_law_alone_is_served():
    async with line() as bot, Phone(codecs=(PCMU,)) as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        leg.play(tone(600, 1))
        call.say(tone(440, 1.5))
        await asyncio.sleep(1.6)
        assert is_tone(call.heard(), 600)
        assert is_tone(bot.heard(leg), 440)


async def test_a_number_we_do_not_serve_gets_404_and_a_draining_endpoint_503():
    async with line(accepts=lambda called: called == "100") as bot, Phone() as phone:
        wrong = await phone.call(bot.uri.replace("100@", "101@"))
        assert wrong.refused == 404
        live = await phone.call(bot.uri)
        draining = asyncio.create_task(bot.endpoint.drain(0.6))
        await asyncio.sleep(0.1)
        assert (await phone.call(bot.uri)).refused == 503
        assert not live.ended.is_set()
        await draining
        await asyncio.wait_for(live.ended.wait(), 20)


@pytest.mark.parametrize(("status", "reason"), [(480, ""), (603, "Decline"), (403, "Not Today")])
async def test_a_leg_is_rejected_with_the_status_it_was_given(status, reason):
    async with line() as bot, Phone() as phone:
        bot.answers = False
        dialling = asyncio.create_task(phone.call(bot.uri))
        leg = await bot.leg()
        await leg.reject(status, reason)
        assert (await dialling).refused == status
        assert bot.events[leg.id][-1][1] == Ended(reason="rejected")


async def test_a_caller_who_gives_up_before_the_answer_is_gone_cleanly():
    async with line() as bot, Phone() as phone:
        bot.answers = False
        call = await phone.dial(bot.uri)
        leg = await bot.leg()
        call.cancel()
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="caller")
        with pytest.raises(LegFailed):
            await leg.answer()
        call._over()


async def test_sip_over_tcp_is_answered_too(tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 20))
    async with line() as bot, Baresip(transport="tcp", play=tmp_path / "caller.wav") as caller:
        await caller.dial(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(1)
        assert is_tone(bot.heard(leg), 440)
        await leg.hang_up()
        await caller.wait_for("CALL_CLOSED")
        assert "SIP/2.0/TCP" in caller.trace


async def test_a_line_that_goes_dead_brings_silence_and_then_ends_as_lost():
    async with line(dead_after_s=2) as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.5)
        call.wire.mute = True
        await asyncio.sleep(0.2)
        assert 45 <= await pace(bot.frames[leg.id], 1) <= 55
        assert leg.silent_ms > 700
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="lost")


async def test_a_caller_who_never_sends_sound_still_has_a_clock():
    async with line() as bot, Phone() as phone:
        call = await phone.dial(bot.uri)
        leg = await bot.leg()  # answered, and the phone's RTP was never started
        assert 45 <= await pace(bot.frames[leg.id], 1) <= 55
        await leg.hang_up()
        call._over()


async def test_a_caller_who_holds_us_and_comes_back_is_heard_again():
    async with line(dead_after_s=1) as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.3)
        call.hold(True)
        assert 45 <= await pace(bot.frames[leg.id], 1.5) <= 55  # longer than a dead line lives
        assert leg.ended is None
        call.hold(False)
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        leg.play(tone(700, 0.5))
        call.say(tone(440, 1))
        await eventually(lambda: len(call.loud(begun)) >= 24 and not call.wire.saying)
        await asyncio.sleep(0.2)
        assert is_tone(bot.heard(leg)[-RATE * 12 // 10 :], 440)


async def test_a_line_that_loses_packets_goes_on():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        call.wire.loss = 0.1
        call.say(tone(440, 2))
        await eventually(lambda: len(bot.frames[leg.id]) > 80)
        assert np.mean([strength(frame, 440) > 0.9 for frame in bot.frames[leg.id][20:80]]) > 0.8


def request(port: int, reply_to: int, method: str = "INVITE", body: str = "", kind: str = "application/sdp") -> bytes:
    unique = f"{time.monotonic_ns()}"
    lines = [
        f"{method} sip:100@127.0.0.1:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{reply_to};branch=z9hG4bK{unique};rport",
        f"From: <sip:1@127.0.0.1>;tag={unique}",
        "To: <sip:100@127.0.0.1>",
        f"Call-ID: {unique}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:1@127.0.0.1:{reply_to}>",
        "Max-Forwards: 70",
        *([f"Content-Type: {kind}"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


@pytest.mark.parametrize(
    ("what", "statuses"),
    [
        ({"method": "INVITE", "body": "v=0\r\nhello\r\n"}, "400 500"),
        ({"method": "INVITE", "body": SDP + "m=audio 4000 RTP/AVP 18\r\n"}, "488"),
        ({"method": "INVITE", "body": "x" * 60_000}, "400 500"),
        ({"method": "BYE"}, "481"),
        ({"method": "REGISTER"}, "501"),
        ({"method": "OPTIONS"}, "200"),
        (None, ""),
    ],
)
async def test_nonsense_gets_a_final_answer_and_the_next_caller_is_served(what, statuses):
    async with line() as bot, Phone() as phone:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.settimeout(20)
            port = bot.endpoint.port
            packet = b"\x00\xff\r\n\r\n" if what is None else request(port, stranger.getsockname()[1], **what)
            stranger.sendto(packet, ("127.0.0.1", port))
            if what is not None:
                answer = await asyncio.to_thread(stranger.recv, 65_536)
                assert answer.decode().split()[1] in statuses.split()
        assert (await phone.call(bot.uri)).refused == 0


async def test_a_call_without_sound_in_its_offer_is_refused_or_ended_soon(monkeypatch, stack):
    monkeypatch.setattr("voice.sip.leg.SOUND_S", 0.3)
    async with line() as bot, Phone() as phone:
        bot.answers = False
        call = await phone.dial(bot.uri, video_alone=True)
        if stack == "pjsua2":  # refuses it by itself
            with pytest.raises(RuntimeError):
                await call.leg.wait_answered(20)
            assert call.leg._reject_code == 488
            call._over()
            return
        leg = await bot.leg()
        with pytest.raises(LegFailed) as failed:
            await leg.answer()
        assert failed.value.what == "the call is up without sound"
        await asyncio.wait_for(call.ended.wait(), 20)


async def test_a_call_we_place_is_answered_and_ends_when_they_hang_up():
    async with line() as bot, Phone(user="agent") as phone:
        leg = await bot.endpoint.call(phone.uri, headers={"X-Campaign": "7"})
        theirs = await phone.called()
        assert theirs.headers["x-campaign"] == "7"
        leg.play(tone(800, 1))
        await theirs.hears_within(20)
        theirs.hang_up()
        async with asyncio.timeout(20):
            assert [event async for event in leg.events()] == [Ended(reason="caller")]


@pytest.mark.parametrize(("target", "status"), [("busy", 486), ("nowhere", 0)])
async def test_a_call_that_nobody_takes_fails_with_its_status(target, status):
    async with line() as bot, Phone(busy=True) as phone:
        uri = phone.uri if target == "busy" else f"sip:x@127.0.0.1:{free_port()}"
        with pytest.raises(LegFailed) as failed:
            await bot.endpoint.call(uri, ring_s=1.0)
        assert failed.value.sip_status == status


async def test_who_calls_hears_of_the_ringing_and_nobody_who_does_not_answer_is_rung_any_longer():
    told: list[int] = []
    async with line() as bot, Phone() as phone:
        phone.picks_up.clear()
        with pytest.raises(LegFailed) as failed:
            await bot.endpoint.call(phone.uri, ring_s=1.0, progress=told.append)
        assert (failed.value.sip_status, told) == (408, [180])
        await eventually(lambda: phone.cancelled == 1)


async def test_sound_before_the_answer_is_no_answer():
    told: list[int] = []
    async with line() as bot, Phone() as phone:
        phone.picks_up.clear()
        phone.early = tone(425, 20)
        calling = asyncio.create_task(bot.endpoint.call(phone.uri, progress=told.append))
        await asyncio.wait_for(phone.rings.wait(), 20)
        await asyncio.sleep(0.5)
        assert (told, calling.done()) == ([183], False)
        phone.picks_up.set()
        leg = await asyncio.wait_for(calling, 20)
        await leg.hang_up()


async def test_a_call_given_up_while_it_rings_is_cancelled():
    async with line() as bot, Phone() as phone:
        phone.picks_up.clear()
        calling = asyncio.create_task(bot.endpoint.call(phone.uri))
        await asyncio.wait_for(phone.rings.wait(), 20)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling
        await eventually(lambda: phone.cancelled == 1 and bot.endpoint.calls == 0)


async def test_a_taken_port_is_one_clear_error():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", 0))
        port = taker.getsockname()[1]
        with pytest.raises(PortTaken) as taken:
            await lines.endpoint(port=port).start(lambda leg: leg.hang_up())
    assert str(taken.value) == (
        f"sip 127.0.0.1:{port}: UDP port {port} can't be taken: Address already in use. "
        "Stop what uses it, or choose another with --sip-port"
    )


async def test_an_address_of_another_machine_is_one_clear_error():
    with pytest.raises(SettingsError) as refused:
        await lines.endpoint(host="192.0.2.77", port=free_port()).start(lambda leg: leg.hang_up())
    assert refused.value.what == "192.0.2.77 is not an address of this machine"


async def test_we_register_at_a_trunk_take_its_calls_and_leave_it_at_the_end():
    async with Registrar() as pbx:
        trunk = Trunk(user="84951112233", domain=f"127.0.0.1:{pbx.port}", password="p")
        async with line(trunk=trunk) as bot, Phone() as phone:
            await eventually(lambda: bot.endpoint.registered)
            assert "84951112233" in pbx.bound
            call = await phone.call(bot.uri.replace("100@", "84951112233@"))
            assert (await bot.leg()).called == "84951112233"
            call.hang_up()
        assert pbx.bound == {}


async def test_a_trunk_that_refuses_us_is_named_in_the_log_and_asked_again(caplog):
    async with Registrar(refuses=True) as pbx:
        trunk = Trunk(user="84951112233", domain=f"127.0.0.1:{pbx.port}", password="wrong")
        async with line(trunk=trunk) as bot, Phone() as phone:
            await eventually(lambda: "not registered" in caplog.text)
            assert "403 Forbidden" in caplog.text
            assert bot.endpoint.registered is False
            assert (await phone.call(bot.uri)).refused == 0
            pbx.refuses = False
            await eventually(lambda: bot.endpoint.registered)


@pytest.mark.parametrize("settings", [{"capacity": 0}, {"codecs": ("mp3",)}])
def test_settings_that_cannot_work_are_refused_with_a_fix(settings):
    with pytest.raises(SettingsError) as refused:
        lines.endpoint(**settings)
    assert refused.value.told("ru") != refused.value.told("en")
    assert refused.value.fix


def held() -> tuple[int, int, int, int]:
    """Threads of Python and of all, sockets, tasks."""
    files = [str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    return (
        threading.active_count(),
        len(list(Path("/proc/self/task").iterdir())),
        sum(name.startswith("socket") for name in files),
        len(asyncio.all_tasks()),
    )


async def test_twenty_short_calls_leave_no_thread_socket_or_task_behind():
    async with line() as bot, Phone() as phone:

        async def one() -> None:
            call = await phone.call(bot.uri)
            leg = await bot.leg()
            leg.play(tone(500, 0.2))
            await asyncio.sleep(0.1)
            call.hang_up()
            await bot.happened(leg, Ended)

        await one()
        await eventually(lambda: bot.endpoint.calls == 0)
        await asyncio.sleep(0.3)
        before = held()
        for _ in range(20):
            await one()
        await eventually(lambda: bot.endpoint.calls == 0 and held() == before)


async def test_a_caller_who_holds_us_is_told_of_once_each_way():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.2)
        call.hold(True)
        assert (await bot.happened(leg, Held))[1] == Held(on=True)
        call.hold(False)
        assert (await bot.happened(leg, Held, count=2))[1] == Held(on=False)


async def test_a_caller_whom_we_hold_is_not_heard_and_is_when_we_take_them_back(tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 40))
    async with line() as bot, Baresip(play=tmp_path / "caller.wav") as caller:
        await caller.dial(bot.uri)
        leg = await bot.leg()
        await eventually(lambda: is_tone(bot.heard(leg), 440))
        await leg.hold(True)
        await eventually(lambda: "a=sendonly" in caller.trace and "a=recvonly" in caller.trace)
        await asyncio.sleep(0.3)
        begun = len(bot.frames[leg.id])
        await eventually(lambda: len(bot.frames[leg.id]) > begun + 25)
        assert all(audio.level(frame) < -60 for frame in bot.frames[leg.id][begun:])
        await leg.hold(False)
        begun = len(bot.frames[leg.id])
        await eventually(lambda: is_tone(audio.joined(bot.frames[leg.id][begun:]), 440))


async def test_the_caller_and_whom_we_reached_talk_once_we_joined_them_and_we_are_gone():
    async with line() as bot, Phone() as phone, Phone(user="agent") as agent:
        phone.replaces = agent.replaces = True
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        reached = await bot.endpoint.call(agent.uri)
        consulted = await agent.called()
        assert await leg.join(reached)
        joined = await agent.called()
        assert joined.headers["replaces"].startswith(consulted.leg.call_id)
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="transferred")
        async with asyncio.timeout(20):
            assert [e async for e in reached.events() if isinstance(e, Ended)] == [Ended(reason="transferred")]
        assert consulted.ended.is_set()
        await asyncio.wait_for(call.ended.wait(), 20)
        phone.calls[-1].say(tone(440, 1))
        await joined.hears_within(20)


async def test_whom_we_reached_hanging_up_meanwhile_leaves_the_caller_with_us():
    async with line() as bot, Phone() as phone, Phone(user="agent") as agent:
        phone.replaces = True
        phone.transfers = False
        await phone.call(bot.uri)
        leg = await bot.leg()
        reached = await bot.endpoint.call(agent.uri)
        (await agent.called()).hang_up()
        assert not await leg.join(reached)
        async with asyncio.timeout(20):
            assert [e async for e in reached.events() if isinstance(e, Ended)] == [Ended(reason="caller")]
        assert leg.ended is None


async def test_a_pair_that_cannot_be_joined_stays_with_us_and_off_hold():
    async with line() as bot, Phone() as phone, Phone(user="agent") as agent:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        reached = await bot.endpoint.call(agent.uri)
        assert not await leg.join(reached)  # this telephone doesn't know Replaces
        assert leg.ended is None
        assert reached.ended is None
        begun = time.monotonic()
        leg.play(tone(900, 0.5))
        await call.hears_within(20, since=begun)
        call.say(tone(440, 2))
        await eventually(lambda: is_tone(bot.heard(leg)[-8000:], 440))


async def test_what_is_played_early_is_heard_before_the_answer_and_the_call_goes_on_after_it():
    async with line() as bot, Phone() as phone:
        bot.answers = False
        call = await phone.dial(bot.uri)
        leg = await bot.leg()
        call.wire.start()
        assert await leg.early()
        leg.play(tone(700, 0.5))
        await call.hears_within(20)
        assert not call.answered_at
        await leg.answer()
        assert not await leg.early()  # it is answered by now
        await call.leg.wait_answered(20)
        phone._join(call, call.leg.sdp_answer)
        call.say(tone(440, 1))
        await eventually(lambda: is_tone(bot.heard(leg), 440))


async def test_a_call_refused_after_sound_is_over_for_both():
    async with line() as bot, Phone() as phone:
        bot.answers = False
        dialling = asyncio.create_task(phone.call(bot.uri))
        leg = await bot.leg()
        assert await leg.early()
        await leg.reject(480)
        assert (await dialling).refused == 480
        await bot.happened(leg, Ended)


async def test_a_call_that_cannot_be_hung_up_keeps_no_other_up_when_all_are(monkeypatch):
    async def broken():
        raise ArithmeticError("a stack nobody expected")

    async with line() as bot, Phone() as one, Phone(user="89051234568") as other:
        await one.call(bot.uri)
        bad = await bot.leg()
        second = await other.call(bot.uri)
        await bot.leg()
        with monkeypatch.context() as patched:
            patched.setattr(bad, "hang_up", broken)
            await bot.endpoint.drain(0)
            await asyncio.wait_for(second.ended.wait(), 20)


async def test_a_call_whose_sound_breaks_ends_alone(monkeypatch):
    def broken():
        raise ArithmeticError("a codec nobody expected")

    async with line() as bot, Phone() as one, Phone(user="89051234568") as other:
        first = await one.call(bot.uri)
        bad = await bot.leg()
        second = await other.call(bot.uri)
        good = await bot.leg()
        monkeypatch.setattr(bad, "tick", broken)
        await asyncio.wait_for(first.ended.wait(), 20)
        await bot.happened(bad, Ended)
        good.play(tone(1000, 0.5))
        await eventually(lambda: is_tone(second.heard(), 1000))
        assert bot.endpoint.calls == 1
