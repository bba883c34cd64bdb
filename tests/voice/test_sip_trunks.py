"""Trunks at a real exchange: kamailio registers us, brings calls, takes ours."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import struct

import pytest

from bot.errors import SettingsError
from tests.voice import lines
from tests.voice.kamailio import Kamailio
from tests.voice.lines import line
from tests.voice.peers import Baresip, Phone, eventually, is_tone, tone
from voice.certificate import self_signed, usable
from voice.errors import LegFailed
from voice.ports import Ended
from voice.sip.doorkeeper import LONGEST, tagged
from voice.trunks import Doors, Trunk, TrunkState

pytestmark = [pytest.mark.voice, pytest.mark.usefixtures("stack")]
BARESIP = pytest.mark.parametrize("stack", ["baresip"], indirect=True)


def soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A registrar that refuses or is gone is asked again soon."""
    monkeypatch.setattr("voice.sip.registration.FIRST_WAIT_S", 0.2)
    if "pjsua2" in lines.chosen:
        monkeypatch.setattr("voice.pjsip.registration.FIRST_WAIT_S", 0.2)


def trunk_of(pbx: Kamailio, **more: object) -> Trunk:
    given = {"name": "city", "user": pbx.user, "password": pbx.password, "domain": f"127.0.0.1:{pbx.port}", **more}
    return Trunk(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stack", "transport"),
    [("baresip", "udp"), ("baresip", "tcp"), ("baresip", "tls"), ("pjsua2", "tls")],  # udp, tcp: the conformance test
    indirect=["stack"],
)
async def test_an_exchange_knows_us_by_digest_brings_calls_and_takes_ours(transport):
    async with Phone() as phone, Kamailio(caller=phone.port) as pbx:
        port = pbx.tls if transport == "tls" else pbx.port
        trunk = trunk_of(pbx, transport=transport, domain=f"127.0.0.1:{port}", number="+74951112233")
        doors = Doors(ca=pbx.certificate) if transport == "tls" else Doors()
        async with line(trunks=[trunk], doors=doors) as bot:
            await eventually(lambda: bot.endpoint.registered)
            assert bot.endpoint.trunks == (TrunkState(name="city", registration="registered"),)
            call = await phone.call(f"sip:{pbx.user}@127.0.0.1:{pbx.port}")
            leg = await bot.leg()
            assert (leg.caller, leg.called, leg.trunk) == ("+79051234567", pbx.user, "city")
            call.say(tone(440, 1))
            await eventually(lambda: is_tone(bot.heard(leg), 440))
            call.hang_up()
            await bot.happened(leg, Ended)
            out = await bot.endpoint.call("+7 905 765-43-21")
            theirs = await phone.called()
            assert "sip:+74951112233@" in theirs.headers["from"]
            assert "sip:+79057654321@" in theirs.headers["to"]
            out.play(tone(700, 1))
            await theirs.hears_within(20)
            await out.hang_up()


async def test_a_wrong_password_is_told_once_and_calls_from_others_come_all_the_same(caplog, monkeypatch):
    caplog.set_level(logging.INFO)
    soon_again(monkeypatch)
    async with (
        Phone() as phone,
        Kamailio(caller=phone.port) as pbx,
        line(trunks=[trunk_of(pbx, password="wrong")]) as bot,
    ):
        await eventually(lambda: bot.endpoint.trunks[0].registration == "refused")
        assert bot.endpoint.registered is False
        assert "401" in bot.endpoint.trunks[0].detail
        assert (await phone.call(bot.uri)).refused == 0
        await asyncio.sleep(0.8)  # the second try, and the third
    told = [record.getMessage() for record in caplog.records if "sip trunk" in record.getMessage()]
    assert told == ["sip trunk city: not registered: 401 Unauthorized. Check the user and the password"]
    assert pbx.user not in caplog.text


async def test_an_exchange_that_goes_away_and_comes_back_is_told_of_and_knows_us_again(caplog, monkeypatch):
    soon_again(monkeypatch)
    caplog.set_level(logging.INFO)
    async with (
        Phone() as phone,
        Kamailio(caller=phone.port) as pbx,
        line(trunks=[trunk_of(pbx, transport="tcp", expires_s=4)]) as bot,
    ):
        await eventually(lambda: bot.endpoint.registered)
        await pbx.stop()
        await eventually(lambda: bot.endpoint.registered is False, 40)
        await pbx.start()
        await eventually(lambda: bot.endpoint.registered, 90)
        assert (await phone.call(f"sip:{pbx.user}@127.0.0.1:{pbx.port}")).refused == 0
    told = [record.getMessage() for record in caplog.records if "sip trunk" in record.getMessage()]
    assert [each.partition(":")[2].partition(":")[0].strip() for each in told] == [
        "registered",
        "not registered",
        "registered",
    ]


async def test_an_exchange_that_nobody_vouches_for_is_not_trusted():
    async with Phone() as phone, Kamailio(caller=phone.port) as pbx:
        trunk = trunk_of(pbx, transport="tls", domain=f"127.0.0.1:{pbx.tls}")
        async with line(trunks=[trunk]) as bot:
            await eventually(lambda: bot.endpoint.trunks[0].registration == "silent")
        async with line(trunks=[trunk], doors=Doors(verify=False)) as bot:
            await eventually(lambda: bot.endpoint.registered)


async def test_two_exchanges_know_us_at_once_and_a_call_is_told_by_whose_it_came():
    async with (
        Phone() as one,
        Phone(user="+442079460123") as other,
        Kamailio(caller=one.port) as city,
        Kamailio(caller=other.port, user="100200", password="another") as abroad,
    ):
        trunks = [trunk_of(city), trunk_of(abroad, name="abroad", transport="tcp")]
        async with line(trunks=trunks) as bot:
            await eventually(lambda: bot.endpoint.registered)
            for phone, pbx, name in ((one, city, "city"), (other, abroad, "abroad")):
                call = await phone.call(f"sip:{pbx.user}@127.0.0.1:{pbx.port}")
                leg = await bot.leg()
                assert (leg.trunk, leg.called) == (name, pbx.user)
                call.hang_up()
                await bot.happened(leg, Ended)


async def test_a_bare_number_goes_by_the_trunk_that_takes_its_beginning_and_shows_that_trunks_number():
    async with Phone(user="pbx") as city, Phone(user="pbx") as abroad:
        trunks = [
            Trunk(domain=f"127.0.0.1:{city.port}", name="city", number="+74951112233", takes=("+7", "8")),
            Trunk(domain=f"127.0.0.1:{abroad.port}", name="abroad", user="442079460123", register=False, takes=("",)),
            Trunk(domain="127.0.0.1:9", name="mobile", number="+74957654321", takes=("+79",)),
        ]
        async with line(trunks=trunks) as bot:
            for number, pbx, shown, name, wanted in (
                ("8 (495) 765-43-21", city, "+74951112233", "city", ""),
                ("+44 20 7946 0999", abroad, "442079460123", "abroad", ""),
                ("+7 905 765-43-21", abroad, "442079460123", "abroad", "abroad"),  # asked for by name
            ):
                out = await bot.endpoint.call(number, trunk=wanted)
                theirs = await pbx.called()
                assert f"sip:{shown}@" in theirs.headers["from"]
                assert f"sip:{''.join(c for c in number if c in '+0123456789')}@127.0.0.1" in theirs.headers["to"]
                assert (out.trunk, out.caller) == (name, shown)
                await out.hang_up()
            with pytest.raises(LegFailed):
                await bot.endpoint.call("+7 905 765-43-21", ring_s=1)  # by `mobile`, whose beginning is the longest


async def test_a_number_that_no_trunk_takes_is_not_dialled():
    async with line(trunks=[Trunk(domain="127.0.0.1:9", name="a", takes=("+7",))]) as bot:
        with pytest.raises(LegFailed) as failed:
            await bot.endpoint.call("+442079460123")
        assert failed.value.where == "trunk"
        assert bot.endpoint.trunks == (TrunkState(name="a", registration="none"),)
        assert bot.endpoint.registered is None


async def test_strangers_are_refused_before_they_cost_a_call_and_who_is_in_one_is_not_cut_off(caplog):
    async with line(doors=Doors(allow=("10.0.0.0/8",))) as bot, Phone() as phone, Phone(user="agent") as agent:
        assert (await phone.call(bot.uri)).refused == 403
        assert (await phone.call(bot.uri)).refused == 403
        assert bot.legs.empty()
        assert bot.endpoint.refused == 2
        out = await bot.endpoint.call(agent.uri)  # whom we called may hang up, from wherever they are
        (await agent.called()).hang_up()
        async with asyncio.timeout(20):
            assert [event async for event in out.events()] == [Ended(reason="caller")]
    told = [record.getMessage() for record in caplog.records if "is refused" in record.getMessage()]
    assert told == ["SIP from 127.0.0.1 is refused: it is in no network of `from`"]


@BARESIP
@pytest.mark.parametrize(
    ("to", "in_call"),
    [
        ("<sip:100@h>;tag=a1", True),
        ('"Анна; <x>" <sip:100@h;user=phone> ; TAG = a1', True),
        ("sip:100@h;tag=a1", True),
        ("<sip:100@h>", False),
        ("<sip:100@h;tag=a1>", False),  # of the address, not of the call
        ('"tag=" <sip:100@h>', False),
        ('";tag=a1" <sip:100@h>', False),
        ('"<sip:100@h>;tag=a1" <sip:100@h>', False),
        ("<>;tag=a1 <sip:100@h>", False),
        ("<sip:100@h>;tag=", False),
        ("x;tag=a1" + " " * 5000 + "<sip:100@h>", False),
        ('"\\";tag=a1 <sip:100@h>', False),
    ],
)
def test_only_the_tag_of_a_call_that_is_up_passes_the_door(to, in_call):
    assert tagged(to.encode()[:LONGEST]) is in_call


@pytest.mark.parametrize("to", ['"tag=" <sip:100@127.0.0.1>', "<sip:100@127.0.0.1;tag=1>"])
async def test_a_stranger_who_writes_a_tag_where_none_belongs_is_refused_too(to):
    async with line(doors=Doors(allow=("10.0.0.0/8",))) as bot:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.1", 0))
            stranger.settimeout(20)
            port = stranger.getsockname()[1]
            body = (
                f"v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 8\r\n"
            )
            head = (
                f"INVITE {bot.uri} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKdoor;rport\r\n"
                f"From: <sip:1@127.0.0.1>;tag=1\r\nTo: {to}\r\nCall-ID: door\r\nCSeq: 1 INVITE\r\n"
                f"Contact: <sip:1@127.0.0.1:{port}>\r\nContent-Type: application/sdp\r\n"
                f"Content-Length: {len(body)}\r\n\r\n"
            )
            stranger.sendto((head + body).encode(), ("127.0.0.1", bot.endpoint.port))
            answer = b"SIP/2.0 100"
            while answer.startswith(b"SIP/2.0 100"):
                answer = await asyncio.to_thread(stranger.recv, 65_536)
        assert answer.startswith(b"SIP/2.0 403")
        assert bot.endpoint.calls == 0


async def test_a_trunk_whose_name_was_not_known_is_asked_for_again_soon(monkeypatch):
    monkeypatch.setattr("voice.sip.reception.LOOKUP_AGAIN_S", 0.05)
    loop, asked = asyncio.get_running_loop(), list[str]()
    known = loop.getaddrinfo

    async def lookup(host, *rest, **more):
        asked.append(host)
        if len(asked) == 1:
            raise OSError(0, "no network yet")
        return await known("127.0.0.1", *rest, **more)

    monkeypatch.setattr(loop, "getaddrinfo", lookup)
    trunk = Trunk(domain="exchange.invalid:9")
    async with line(trunks=[trunk], doors=Doors(allow=("10.0.0.0/8",))) as bot, Phone() as phone:
        await eventually(lambda: len(asked) > 1)
        monkeypatch.undo()
        call = await phone.call(bot.uri)
        for _ in range(100):
            if call.refused != 403:
                break
            await asyncio.sleep(0.1)
            call = await phone.call(bot.uri)
        assert call.refused == 0


async def test_an_exchange_we_have_a_trunk_to_may_call_though_no_network_names_it():
    async with Phone() as phone, line(trunks=[Trunk(domain="127.0.0.1:9")], doors=Doors(allow=("10.0.0.0/8",))) as bot:
        call = await phone.call(bot.uri)
        for _ in range(100):  # its addresses are asked for as we start
            if call.refused != 403:
                break
            await asyncio.sleep(0.1)
            call = await phone.call(bot.uri)
        assert call.refused == 0


class Stun(asyncio.DatagramProtocol):
    """Says that everybody is at 203.0.113.77 (RFC 8489 14.2)."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        cookie = 0x2112A442
        address = int(ipaddress.ip_address("203.0.113.77")) ^ cookie
        mapped = struct.pack("!HHBBHI", 0x0020, 8, 0, 1, addr[1] ^ (cookie >> 16), address)
        self._transport.sendto(struct.pack("!HH", 0x0101, len(mapped)) + data[4:20] + mapped, addr)


async def test_behind_nat_the_sound_is_asked_for_where_the_stun_server_sees_us():
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(Stun, local_addr=("127.0.0.1", 0))
    stun = f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    try:
        async with line(doors=Doors(stun=stun)) as bot, Phone() as phone, Phone(user="agent") as agent:
            call = await phone.call(bot.uri)
            assert call.leg.sdp_answer.rtp_address[0] == "203.0.113.77"
            await bot.endpoint.call(agent.uri)
            assert (await agent.called()).leg.sdp_offer.rtp_address[0] == "203.0.113.77"
    finally:
        transport.close()


async def test_a_caller_over_tls_is_shown_our_certificate_and_answered(tmp_path):
    doors = Doors(transports=("udp", "tcp", "tls"), certificate=self_signed(tmp_path / "own.pem", "127.0.0.1"))
    usable(tmp_path / "own.pem")
    async with line(doors=doors) as bot, Baresip(transport="tls") as caller:
        await caller.dial(f"sip:100@127.0.0.1:{bot.endpoint.port + 1};transport=tls")
        leg = await bot.leg()
        assert leg.called == "100"
        await caller.wait_for("CALL_ESTABLISHED")
        assert "SIP/2.0/TLS" in caller.trace
        await leg.hang_up()


@BARESIP
def test_a_certificate_without_its_key_is_refused(tmp_path):
    whole = self_signed(tmp_path / "whole.pem", "pbx.example").read_text()
    other = self_signed(tmp_path / "other.pem", "pbx.example").read_text()
    cut = whole.index("-----BEGIN PRIVATE KEY")
    (tmp_path / "bare.pem").write_text(whole[:cut])
    (tmp_path / "mixed.pem").write_text(whole[:cut] + other[other.index("-----BEGIN PRIVATE KEY") :])
    for name in ("bare.pem", "mixed.pem", "nowhere.pem"):
        with pytest.raises(SettingsError) as refused:
            usable(tmp_path / name)
        assert refused.value.where == str(tmp_path / name)
    assert (tmp_path / "whole.pem").stat().st_mode & 0o077 == 0
