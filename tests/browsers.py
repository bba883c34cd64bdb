"""Chromium for the tests: a microphone without a person, leave given before it is asked for, and patience."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aioice.ice import get_host_addresses
from playwright.async_api import Browser, Page, async_playwright, expect

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
if not get_host_addresses(use_ipv4=True, use_ipv6=True):  # a machine without a network
    SWITCHES += ("--allow-loopback-in-peer-connection",)

expect.set_options(timeout=30_000)  # ms; a busy machine takes its time

# Listens to what the page's element plays until it is as loud as that, or for 30 s.
_LOUD = """async (enough) => {
  const ear = new AudioContext(), heard = new AnalyserNode(ear, {fftSize: 2048}), data = new Float32Array(2048);
  ear.createMediaStreamSource(document.getElementById("voice").srcObject).connect(heard);
  let loudest = 0;
  for (let i = 0; i < 600 && loudest <= enough; i++) {
    heard.getFloatTimeDomainData(data);
    loudest = Math.max(loudest, ...data.map(Math.abs));
    await new Promise(done => setTimeout(done, 50));
  }
  await ear.close();
  return loudest;
}"""


@asynccontextmanager
async def chromium(microphone: Path | None = None, *, once: bool = False) -> AsyncIterator[Browser]:
    """microphone: a WAV it hears, over and over, or once."""
    switches = list(SWITCHES)
    if microphone is not None:
        switches.append(f"--use-file-for-fake-audio-capture={microphone}{'%noloop' if once else ''}")
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=switches)
        yield launched
        await launched.close()


async def plays_sound(page: Page, enough: float = 0.02) -> bool:
    """Whether the call on that page is heard, of 0..1."""
    return bool(await page.evaluate(_LOUD, enough) > enough)
