"""A SIP endpoint that answers whoever calls 100 and plays a tone for ever; # hangs up. Ends when its stdin does.

python -m tests.voice.hostile.server baresip|pjsua2 PORT
"""

from __future__ import annotations

import asyncio
import sys

from tests.voice import lines
from tests.voice.peers import free_port, tone
from voice.errors import LegFailed
from voice.ports import CallLeg, Digit

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


async def main(stack: str, port: int) -> None:
    lines.chosen[0] = stack
    first = free_port()
    settings = {"port": port, "rtp_ports": (first, first + 400), "capacity": 20, "dead_after_s": 5}
    endpoint = lines.endpoint(**settings, accepts=lambda called: called == "100")
    sys.modules[{"baresip": "voice.sip.leg", "pjsua2": "voice.pjsip.leg"}[stack]].SETUP_S = UNACKNOWLEDGED_S  # type: ignore[attr-defined]
    await endpoint.start(on_call)
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await endpoint.close()
    print("whole", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
