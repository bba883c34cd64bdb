"""Codecs and encryption of the sound: another stack at the other end."""

from __future__ import annotations

import asyncio

import pytest

from tests.voice.lines import Line, line
from tests.voice.peers import Baresip, Phone, eventually, is_tone, tone
from voice import audio
from voice.errors import LegFailed
from voice.ports import Ended
from voice.trunks import CODECS, Doors, Trunk

pytestmark = [pytest.mark.voice, pytest.mark.usefixtures("stack")]
BARESIP = pytest.mark.parametrize("stack", ["baresip"], indirect=True)


async def both_hear(bot: Line, caller: Baresip) -> None:
    await caller.dial(bot.uri)
    leg = await bot.leg()
    leg.play(tone(1000, 0.8))
    await eventually(lambda: is_tone(bot.heard(leg), 440))
    await eventually(lambda: not leg.queued_ms)
    await asyncio.sleep(0.2)
    await caller.hang_up()
    await bot.happened(leg, Ended)
    assert is_tone(caller.heard(), 1000)


@pytest.mark.parametrize(
    ("stack", "codec"), [("baresip", "g722"), ("baresip", "opus"), ("pjsua2", "g722")], indirect=["stack"]
)
async def test_each_codec_carries_both_voices_at_their_own_pitch(codec, tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 20))
    names = {"g722": "g722/16000/1", "opus": "opus/48000/2"}
    async with (
        line(codecs=CODECS) as bot,
        Baresip(play=tmp_path / "caller.wav", codecs=names[codec]) as caller,
    ):
        await both_hear(bot, caller)
        assert f"{codec.upper() if codec != 'opus' else 'opus'}/" in caller.trace


@pytest.mark.parametrize(
    ("stack", "encryption"),
    [("baresip", "srtp"), ("baresip", "srtp-mand"), ("pjsua2", "srtp-mand")],
    indirect=["stack"],
)
async def test_a_caller_whose_sound_is_encrypted_is_heard(encryption, tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 20))
    async with line() as bot, Baresip(play=tmp_path / "caller.wav", encryption=encryption) as caller:
        await both_hear(bot, caller)
        assert "a=crypto:" in caller.trace
        assert "RTP/SAVP" in caller.trace or encryption == "srtp"


@BARESIP
async def test_dtls_keys_are_agreed_on(tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 20))
    async with (
        line(doors=Doors(srtp="dtls")) as bot,
        Baresip(play=tmp_path / "caller.wav", encryption="dtls_srtp") as caller,
    ):
        await both_hear(bot, caller)
        assert "a=fingerprint:" in caller.trace


async def test_a_plain_caller_is_refused_where_encryption_is_required():
    async with line(doors=Doors(srtp="required")) as bot, Phone() as phone:
        assert (await phone.call(bot.uri)).refused == 488


async def test_a_trunk_that_requires_encryption_calls_nobody_in_the_clear():
    async with Phone() as phone, Baresip(encryption="srtp-mand") as agent:
        plain = Trunk(domain=f"127.0.0.1:{phone.port}", name="plain", srtp="required")
        safe = Trunk(domain=f"127.0.0.1:{agent.port}", name="safe", srtp="required")
        async with line(trunks=[plain, safe]) as bot:
            with pytest.raises(LegFailed):
                await bot.endpoint.call(phone.uri, ring_s=5)
            leg = await bot.endpoint.call(agent.uri)
            assert leg.trunk == "safe"
            await leg.hang_up()
            assert "RTP/SAVP" in agent.trace


async def test_a_wide_prompt_is_flushed_and_counted_as_a_narrow_one():
    async with line(codecs=("g722",)) as bot, Baresip(codecs="g722/16000/1") as agent:
        leg = await bot.endpoint.call(agent.uri)
        leg.play(tone(1000, 3))
        assert 2_700 < leg.queued_ms <= 3_000
        await eventually(lambda: leg.queued_ms < 2_700)
        assert leg.flush() < 2_700
        assert leg.queued_ms == 0
        leg.play(tone(500, 0.2))
        await eventually(lambda: not leg.queued_ms)
        await leg.hang_up()
