"""A SIP endpoint that answers whoever calls 100 and plays a tone for ever; # hangs up. Ends when its stdin does.

python -m tests.voice.hostile.server baresip|pjsua2 PORT

A line on stdin is answered by a line on stdout: the most ms of its own processor time that this process has worked,
since the line before, between two moments at which its event loop came to move a call's sound. Sound is handed to the
stack AHEAD_MS before it is due, so while that is less, no call stutters for what we do. Other programs don't count.
"""

from __future__ import annotations

import asyncio
import sys
import time

from tests.voice import lines
from tests.voice.peers import free_port, tone
from voice.errors import LegFailed
from voice.ports import CallLeg, Digit

TICK_S = 0.010  # as the endpoints move sound
UNACKNOWLEDGED_S = 2.0  # instead of 10: what a flood left is gone sooner


async def on_call(leg: CallLeg) -> None:
    try:
        await leg.answer()
    except LegFailed:
        return
    playing = asyncio.create_task(_play(leg))
    async for event in leg.events():
        if isinstance(event, Digit) and event.key == "#":
            await leg.hang_up()
    playing.cancel()


async def _play(leg: CallLeg) -> None:
    piece = tone(700, 1)
    while True:
        if leg.queued_ms < 1_000:
            leg.play(piece)
        await asyncio.sleep(0.2)


class Busy:
    """How long the loop is kept from its calls, by processor time."""

    def __init__(self) -> None:
        self.worst_s = 0.0

    async def watch(self) -> None:
        before = time.process_time()
        while True:
            await asyncio.sleep(TICK_S)
            now = time.process_time()
            self.worst_s = max(self.worst_s, now - before)
            before = now


async def main(stack: str, port: int) -> None:
    lines.chosen[0] = stack
    first = free_port()
    settings = {"port": port, "rtp_ports": (first, first + 400), "capacity": 20, "dead_after_s": 5}
    endpoint = lines.endpoint(**settings, accepts=lambda called: called == "100")
    sys.modules[{"baresip": "voice.sip.leg", "pjsua2": "voice.pjsip.leg"}[stack]].SETUP_S = UNACKNOWLEDGED_S  # type: ignore[attr-defined]
    await endpoint.start(on_call)
    busy = Busy()
    watching = asyncio.create_task(busy.watch())
    print("ready", flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(round(busy.worst_s * 1000, 1), flush=True)
        busy.worst_s = 0.0
    watching.cancel()
    await endpoint.close()
    print("whole", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
