"""Long calls: refreshed, renegotiated, moved, and those whose other end is gone."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.voice.lines import line
from tests.voice.peers import PCMU, Phone, Wire, _sdp, eventually, free_port, is_tone, tone
from voice.ports import Ended, Held
from voice.sip.session_timer import refresh_s

pytestmark = [pytest.mark.voice, pytest.mark.usefixtures("stack")]
BARESIP = pytest.mark.parametrize("stack", ["baresip"], indirect=True)  # PJSUA2 keeps session timers by itself

_HEAD = """\
      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
      From: <sip:89051234567@[local_ip]:[local_port]>;tag=[pid]t[call_number]
      To: <sip:100@[remote_ip]:[remote_port]>[peer_tag_param]
      Call-ID: [call_id]
      CSeq: {number} {method}
      Contact: <sip:89051234567@[local_ip]:[local_port]>
      Max-Forwards: 70
{more}      Content-Type: application/sdp
      Content-Length: [len]

"""
_OFFER = """\
      v=0
      o=u 1 {number} IN IP4 [local_ip]
      s=-
      c=IN IP4 [local_ip]
      t=0 0
      m=audio [media_port] RTP/AVP {codec}
      a=rtpmap:{codec} {name}/8000
"""


def _request(
    method: str, number: int, *, codec: int = 8, uri: str = "[next_url]", more: str = "", body: bool = True
) -> str:
    head = _HEAD.format(number=number, method=method, more="".join(f"      {each}\n" for each in more.splitlines()))
    if not body:
        head = head.replace("      Content-Type: application/sdp\n", "")
    offer = _OFFER.format(number=number, codec=codec, name={0: "PCMU", 8: "PCMA"}[codec]) if body else ""
    return f'  <send retrans="500"><![CDATA[\n\n      {method} {uri} SIP/2.0\n{head}{offer}\n  ]]></send>\n'


def _ack(number: int) -> str:
    return _request("ACK", number, body=False).replace(' retrans="500"', "")


_ANSWER = '  <recv response="200" rrs="true"/>\n'
_TIMER = "Supported: timer\nSession-Expires: 90;refresher=uac"
REFRESHED = "".join(
    (
        '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="a long call">\n',
        _request("INVITE", 1, uri="sip:100@[remote_ip]:[remote_port]", more=_TIMER),
        '  <recv response="100" optional="true"/>\n  <recv response="180" optional="true"/>\n',
        _ANSWER,
        _ack(1),
        '  <pause milliseconds="300"/>\n',
        _request("UPDATE", 2, more=_TIMER, body=False),
        _ANSWER,
        _request("INVITE", 3, more=_TIMER),
        '  <recv response="100" optional="true"/>\n',
        _ANSWER,
        _ack(3),
        _request("INVITE", 4, codec=0),
        '  <recv response="100" optional="true"/>\n',
        _ANSWER,
        _ack(4),
        _request("BYE", 5, body=False),
        '  <recv response="200"/>\n</scenario>\n',
    )
)


async def sipp(scenario: str, port: int, folder: Path) -> tuple[int, str]:
    """Run it once against that port: its exit code, and what it says of errors."""
    (folder / "scenario.xml").write_text(scenario)
    process = await asyncio.create_subprocess_exec(
        "sipp", "-sf", "scenario.xml", "-m", "1", "-i", "127.0.0.1", "-p", str(free_port()), "-mp", str(free_port()),
        "-nostdin", "-timeout", "40", "-timeout_error", "-trace_err", f"127.0.0.1:{port}",
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _, said = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    errors = "".join(path.read_text(errors="replace") for path in folder.glob("*errors.log"))
    return process.returncode or 0, said.decode(errors="replace") + errors


async def test_a_caller_with_a_session_timer_refreshes_the_call_and_changes_its_codec(tmp_path):
    async with line() as bot:
        asking = asyncio.create_task(sipp(REFRESHED, bot.endpoint.port, tmp_path))
        leg = await bot.leg()
        code, said = await asking
        assert code == 0, said
        await bot.happened(leg, Ended)
        assert [event for _, event in bot.events[leg.id]] == [Ended(reason="caller")]


@pytest.mark.parametrize(
    ("asked", "every_s"),
    [
        ("1800;refresher=uas", 900),
        ("90 ; Refresher = UAS ;x=1", 45),
        ("10;refresher=uas", 45),  # nobody may ask for less than 90
        ("1800;refresher=uac", None),
        ("1800", None),
        ("", None),
        ("soon;refresher=uas", None),
    ],
)
@BARESIP
def test_who_wants_the_call_refreshed_by_us_is_told_from_who_does_it_themselves(asked, every_s):
    assert refresh_s(asked) == every_s


@BARESIP
@pytest.mark.parametrize("header", ["Session-Expires", "x"])
async def test_a_caller_who_wants_us_to_refresh_the_call_gets_a_reinvite_each_half_of_it_and_hears_on(
    header, monkeypatch
):
    monkeypatch.setattr("voice.sip.session_timer.SHORTEST_S", 1)
    asked: list[float] = []
    async with line() as bot, Phone() as phone:
        answers = phone.uas.on_reinvite

        def reinvited(leg):
            asked.append(time.monotonic())
            answers(leg)

        phone.uas.on_reinvite = reinvited
        call = await phone.call(bot.uri, headers={"Supported": "timer", header: "1;refresher=uas"})
        leg = await bot.leg()
        await eventually(lambda: len(asked) >= 2)
        begun = time.monotonic()
        leg.play(tone(1000, 1))
        await eventually(lambda: is_tone(call.heard(begun), 1000))
        assert asked[1] - asked[0] > 0.4
        assert not bot.events[leg.id]
        assert not call.ended.is_set()


async def test_a_caller_who_moves_to_another_address_and_codec_is_heard_and_hears_there():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        call.say(tone(440, 0.6))
        await eventually(lambda: is_tone(bot.heard(leg), 440))
        moved = Wire()
        moved.payload_type, moved.remote = PCMU, call.wire.remote
        call.wire.mute = True
        try:
            phone.uac.send_reinvite(call.leg.dialog, _sdp(moved.port, (PCMU,)), call.leg.remote_addr)
            moved.start()
            moved.say(tone(700, 3))
            await eventually(lambda: is_tone(bot.heard(leg)[-8_000:], 700))
            begun = time.monotonic()
            leg.play(tone(1000, 1))
            await eventually(lambda: sum(p.at > begun and p.payload_type == PCMU for p in moved.received) > 50)
            assert not [event for _, event in bot.events[leg.id] if isinstance(event, Held)]
        finally:
            moved.stop()


async def test_a_held_call_whose_other_end_has_forgotten_it_is_over(monkeypatch):
    monkeypatch.setattr("voice.sip.failures.ASK_S", 0.3)
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.2)
        call.hold(True)
        await bot.happened(leg, Held)
        await asyncio.sleep(1)
        assert leg.ended is None  # asked and answered
        phone.uas.on_reinvite = lambda asked: asked.reject(481)
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="lost")
