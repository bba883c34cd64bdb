"""How late caller and agent hear each other over our bridge, on the wire, beside a direct call of the same telephones.

    python -m benchmarks.bridge [--bursts 25] [--stack baresip|pjsua2] [--json]

Two telephones on loopback and an endpoint of ours between them (voice.bridge.Bridge), all in this process; the
telephones' RTP is sent and received by threads of their own. Both speak in turn: a burst of noise of 0.3 s, unlike any
other, and a pause. Where it begins in what the other received is found by correlation; the delay is from the moment its
first packet left to the moment its first sample arrived:

    direct_p50_ms, direct_p95_ms        telephone to telephone, by no machine of ours: what the method itself adds
    to_agent_p50_ms, to_agent_p95_ms    caller to agent over the bridge: a jitter buffer, a frame of 20 ms, our sender
    to_caller_p50_ms, to_caller_p95_ms  the other way
    bursts, found                       said in all, and recognised (likeness above 0.9): the rest lost a packet
    load                                of the machine, one minute, when it began
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
from collections.abc import Sequence

import numpy as np

from benchmarks._wire import percentile
from tests.voice.likeness import found
from tests.voice.peers import Phone, PhoneCall, free_port
from voice.audio import FRAME, RATE, Samples, joined
from voice.bridge import Bridge
from voice.ports import CallLeg
from voice.stacks import Stack, telephone

BURST_S = 0.3
ALIKE = 0.9
SETTLES_S = 2.0  # jitter buffers, before the first burst


def burst(seed: int) -> Samples:
    """Noise under 3 kHz, at a voice's level."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=int(BURST_S * RATE)))
    spectrum[int(3_000 * BURST_S) :] = 0
    sound = np.fft.irfft(spectrum)
    return (sound / np.abs(sound).max() * 12_000).astype(np.int16)


async def delay_ms(speaker: PhoneCall, listener: PhoneCall, seed: int) -> float | None:
    """Of one burst; None where it did not arrive whole."""
    said = burst(seed)
    sent, received = len(speaker.wire.sent), len(listener.wire.received)
    speaker.say(said)
    await speaker.said()
    await asyncio.sleep(0.5)
    left = next(at for at, sounds in speaker.wire.sent[sent:] if sounds)
    packets = listener.wire.received[max(0, received - 1) :]
    place, like = found(joined([packet.sound for packet in packets]), said)
    if like < ALIKE:
        return None
    arrived = packets[place // FRAME].at + place % FRAME / RATE
    return (arrived - left) * 1000


async def measured(one: PhoneCall, other: PhoneCall, bursts: int, seed: int) -> tuple[list[float], list[float]]:
    """Delays of what one said, and of what the other did, in turn."""
    await asyncio.sleep(SETTLES_S)
    ways: tuple[list[float], list[float]] = ([], [])
    for number in range(bursts):
        for way, (speaker, listener) in enumerate(((one, other), (other, one))):
            late = await delay_ms(speaker, listener, seed + 2 * number + way)
            if late is not None:
                ways[way].append(late)
    return ways


async def direct(bursts: int) -> list[float]:
    async with Phone() as caller, Phone(user="anna") as anna:
        call = await caller.call(anna.uri)
        there, back = await measured(call, await anna.called(), bursts, 10_000)
        return there + back


async def bridged(bursts: int, stack: Stack) -> tuple[list[float], list[float]]:
    first = free_port(apart=40)
    endpoint = telephone(stack)(port=free_port(), rtp_ports=(first, first + 40))

    async with Phone() as caller, Phone(user="anna") as anna:

        async def connected(leg: CallLeg) -> None:
            await leg.answer()
            agent = await endpoint.call(anna.uri)
            bridge = Bridge(leg, agent)
            running = asyncio.create_task(bridge.run())
            try:
                async for frame in leg.frames():
                    bridge.hear(frame)
            finally:
                bridge.part()
                await running
                await agent.hang_up()

        await endpoint.start(connected)
        try:
            call = await caller.call(f"sip:100@127.0.0.1:{endpoint.port}")  # type: ignore[attr-defined]
            return await measured(call, await anna.called(), bursts, 20_000)
        finally:
            await endpoint.close()


def figures(name: str, late: Sequence[float]) -> dict[str, object]:
    if not late:
        return {f"{name}_p50_ms": None, f"{name}_p95_ms": None}
    return {
        f"{name}_p50_ms": round(statistics.median(late), 1),
        f"{name}_p95_ms": round(percentile(sorted(late), 95), 1),
    }


async def run(bursts: int, stack: Stack) -> dict[str, object]:
    load = os.getloadavg()[0]
    straight = await direct(bursts)
    to_agent, to_caller = await bridged(bursts, stack)
    return {
        "stack": stack,
        **figures("direct", straight),
        **figures("to_agent", to_agent),
        **figures("to_caller", to_caller),
        "bursts": 4 * bursts,
        "found": len(straight) + len(to_agent) + len(to_caller),
        "load": round(load, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bursts", type=int, default=25, help="of each side, in each call")
    parser.add_argument("--stack", choices=("baresip", "pjsua2"), default="baresip")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    told = asyncio.run(run(given.bursts, given.stack))
    print(json.dumps(told) if given.json else "\n".join(f"{key:18}{value}" for key, value in told.items()))


if __name__ == "__main__":
    main()
