"""The bare telephone stack: answer every call and play a file to it, nothing else. What `calls` is compared with.

    python -m benchmarks._bare --port 5070 --calls 100 --sound long.wav --rtp 20000-20400

The same baresip-python with the same codecs and jitter buffer; the file is played by the stack's own module, in C.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal

from baresip import Account, BaresipError, Call, Config, Runtime, UserAgent


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks._bare")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--sound", required=True)
    parser.add_argument("--rtp", required=True)
    given = parser.parse_args()
    tasks: set[asyncio.Task[None]] = set()

    async def answer(call: Call) -> None:
        with contextlib.suppress(BaresipError):
            await call.answer()

    def on_incoming(call: Call) -> None:
        tasks.add(task := asyncio.create_task(answer(call)))
        task.add_done_callback(tasks.discard)

    runtime = Runtime()
    await runtime.start(
        Config(
            net_interface="127.0.0.1",
            audio_source=f"aufile,{given.sound}",
            native_log_level="error",
            max_concurrent_calls=given.calls,
            extra_config_text=(
                f"sip_listen 127.0.0.1:{given.port}\nsip_transports udp\nrtp_ports {given.rtp}\n"
                "audio_jitter_buffer_type adaptive\naudio_jitter_buffer_ms 20-200\n"
            ),
        )
    )
    account = Account(
        "bare", f"127.0.0.1:{given.port}", "", reg_interval=0, audio_codecs=("pcma",), extra_params=("catchall=yes",)
    )
    agent = await UserAgent.create(runtime, account, transfer_policy="reject")
    agent.on_incoming(on_incoming)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    print("ready", flush=True)
    await over.wait()
    await runtime.close()


if __name__ == "__main__":
    asyncio.run(main())
