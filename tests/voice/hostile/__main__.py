"""The long form of tests/voice/test_hostile.py: floods and mutated torture messages for as long as one likes.

    python -m tests.voice.hostile [--seconds 30] [--rate 3000] [--stack baresip] [--attack NAME] [--json]
    make torture

One call plays a tone meanwhile; every attack of every stack says:

    sent, a_second  INVITEs (or messages, packets) and how fast they really went out
    lives           the process was there afterwards and answered
    packets, lost, silent  what the caller who talked received meanwhile; never came; held silence in place of the tone
    gaps, worst_ms  pauses over 60 ms between two of them; the longest
    worked_ms       the most that the process worked without a look at its calls' sound (tests.voice.hostile.server)
    next_s          from the end of the attack until the next caller was answered
    grown_mb        of the process's memory, a while after it, over what it had before
    threads, files  more than before
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from tests.voice.hostile.attacks import OVERSIZED, Server, Stranger, by_tcp, garbage, heard, request, server, torture
from tests.voice.lines import STACKS
from tests.voice.peers import Phone, PhoneCall

REST_S = 12.0  # transactions that were never acknowledged last 32 s at most, ours are given up after 2
GIVEN_UP_S = 60.0
Attack = Callable[[Server, PhoneCall, float, int], Awaitable[int]]


async def flood(victim: Server, call: PhoneCall, seconds: float, rate: int, **kind: object) -> int:
    count = int(seconds * rate)
    with Stranger(victim.port) as stranger:
        await stranger.flood(count, rate, **kind)  # type: ignore[arg-type]
    return count


async def mutants(victim: Server, call: PhoneCall, seconds: float, rate: int) -> int:
    """Torture messages with bytes changed, cut out and doubled."""
    chance, sent, until = random.Random(4475), 0, time.monotonic() + seconds
    messages = [message for _, _, message in torture()]
    with Stranger(victim.port) as stranger:
        while time.monotonic() < until:
            body = bytearray(chance.choice(messages))
            for _ in range(chance.randrange(1, 12)):
                place = chance.randrange(len(body))
                size = chance.randrange(1, 20)
                match chance.randrange(4):
                    case 0:
                        body[place] = chance.randrange(256)
                    case 1:
                        del body[place : place + size]
                    case 2:
                        body[place:place] = body[place : place + size] * chance.randrange(1, 30)
                    case _:
                        body[place:place] = chance.randbytes(size)
                body = body or bytearray(b"\r\n")
            stranger.send(bytes(body[:60_000]))
            if sent % 50 == 0:
                await by_tcp(victim.port, bytes(body))
            sent += 1
            await asyncio.sleep(0.001)
    return sent


async def sound(victim: Server, call: PhoneCall, seconds: float, rate: int) -> int:
    chance, sent, until = random.Random(3550), 0, time.monotonic() + seconds
    assert call.wire.remote is not None
    host, port = call.wire.remote
    while time.monotonic() < until:
        for packet in garbage(chance):
            call.wire.socket.sendto(packet, (host, port + sent % 2))
            sent += 1
            if sent % 20 == 0:
                await asyncio.sleep(0.002)
    return sent


async def oversized(victim: Server, call: PhoneCall, seconds: float, rate: int) -> int:
    sent, until = 0, time.monotonic() + seconds
    with Stranger(victim.port) as stranger:
        while time.monotonic() < until:
            for body in OVERSIZED.values():
                stranger.send(request(victim.port, stranger.port, body=body))
                await by_tcp(victim.port, request(victim.port, stranger.port, body=body * 4))
                sent += 2
    return sent


ATTACKS: Mapping[str, Attack] = {
    "INVITEs for nobody": partial(flood, user="404"),
    "INVITEs, cancelled": partial(flood, cancels=True),
    "INVITEs, never acknowledged": flood,
    "mutated torture messages": mutants,
    "broken RTP": sound,
    "oversized SDP": oversized,
}


async def suffered(victim: Server, attack: Attack, seconds: float, rate: int) -> dict[str, object]:
    async with Phone() as phone:
        call = await phone.call(victim.uri)
        await call.hears_within(20)
        memory, (threads, files) = victim.memory_mb, victim.held
        await victim.worked_ms()
        begun = time.monotonic()
        sent = await attack(victim, call, seconds, rate)
        lasted = time.monotonic() - begun
        told: dict[str, object] = {"sent": sent, "a_second": round(sent / lasted), "lives": victim.lives}
        if not victim.lives:
            return told
        await asyncio.sleep(0.3)
        there = heard(call, begun)
        told |= {"packets": there.packets, "lost": there.lost, "silent": there.silent}
        told |= {"gaps": there.gaps, "worst_ms": round(there.worst_ms, 1), "worked_ms": await victim.worked_ms()}
        ended = time.monotonic()
        call.hang_up()
        told["next_s"] = None
        while time.monotonic() - ended < GIVEN_UP_S and told["next_s"] is None:
            try:
                if not (await phone.call(victim.uri, timeout_s=2)).refused:
                    told["next_s"] = round(time.monotonic() - ended, 1)
            except TimeoutError:
                continue  # this telephone sends its INVITE once
            await asyncio.sleep(0.2)
    await asyncio.sleep(REST_S)
    after = victim.held
    told |= {"grown_mb": round(victim.memory_mb - memory, 1), "threads": after[0] - threads, "files": after[1] - files}
    return told


async def main(stacks: list[str], attacks: list[str], seconds: float, rate: int, as_json: bool) -> int:
    whole: dict[str, dict[str, object]] = {}
    for stack in stacks:
        for name, attack in ATTACKS.items():
            if name not in attacks:
                continue
            with server(stack) as victim:
                told = whole[f"{stack}: {name}"] = await suffered(victim, attack, seconds, rate)
            if not as_json:
                print(f"{stack}: {name}: " + ", ".join(f"{key} {value}" for key, value in told.items()), flush=True)
    if as_json:
        print(json.dumps(whole, ensure_ascii=False, indent=1))
    return 0 if all(told["lives"] for told in whole.values()) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.voice.hostile")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--rate", type=int, default=3_000)
    parser.add_argument("--stack", choices=STACKS, action="append")
    parser.add_argument("--attack", choices=ATTACKS, action="append", metavar="NAME", help=", ".join(ATTACKS))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    wanted = given.stack or list(STACKS), given.attack or list(ATTACKS)
    raise SystemExit(asyncio.run(main(*wanted, given.seconds, given.rate, given.json)))
