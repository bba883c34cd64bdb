"""The browser's leg: against aiortc as the other end, and against headless Chromium itself."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from bot.errors import Unacceptable
from tests.browsers import chromium
from tests.voice.peers import eventually, free_port, is_tone, pace, strength, tone
from voice import audio
from voice.audio import FRAME, RATE, Samples
from voice.errors import LegFailed, LinesBusy
from voice.ports import Digit, Ended, TransferProgress
from voice.webrtc import WebRtcEndpoint, WebRtcLeg
from voice.webrtc.leg import MESSAGE_MAX, MESSAGES

pytestmark = pytest.mark.voice


class Voice(MediaStreamTrack):
    """Says what it is given, at the pace of the clock, then silence."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self.sound: Samples = audio.EMPTY
        self.first_sent = 0.0
        self._sent = 0
        self._begun = time.monotonic()

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        await asyncio.sleep(self._begun + self._sent / RATE - time.monotonic())
        now, self.sound = self.sound[:FRAME], self.sound[FRAME:]
        if now.size and not self.first_sent:
            self.first_sent = time.monotonic()
        frame = AudioFrame.from_ndarray(
            np.pad(now, (0, FRAME - now.size)).repeat(2).reshape(1, 2 * FRAME), format="s16", layout="stereo"
        )
        frame.sample_rate, frame.pts = RATE, self._sent
        self._sent += FRAME
        return frame


class Page:
    """A browser's side, played by aiortc."""

    def __init__(self, peer: RTCPeerConnection | None = None) -> None:
        self.peer = peer or RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.voice = Voice()
        self.control = self.peer.createDataChannel("control")
        self.messages: list[dict[str, object]] = []
        self.control.on("message", lambda text: self.messages.append(json.loads(text)))
        self.heard: list[tuple[float, Samples]] = []
        self.peer.addTrack(self.voice)
        self.peer.on("track", lambda track: setattr(self, "_task", asyncio.create_task(self._hear(track))))

    async def offer(self) -> str:
        await self.peer.setLocalDescription(await self.peer.createOffer())
        return self.peer.localDescription.sdp

    async def connect(self, answer: str) -> None:
        await self.peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def _hear(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        try:
            while True:
                for part in resampler.resample(await track.recv()):
                    self.heard.append((time.monotonic(), part.to_ndarray().reshape(-1)))
        except MediaStreamError:
            pass

    def sound(self, since: float = 0.0) -> Samples:
        return audio.joined([sound for at, sound in self.heard if at >= since])


class Ears:
    """Keeps what a leg brings."""

    def __init__(self, leg: WebRtcLeg) -> None:
        self.frames: list[tuple[float, Samples]] = []
        self.events: list[tuple[float, object]] = []
        self._tasks = [asyncio.create_task(self._hear(leg)), asyncio.create_task(self._watch(leg))]

    async def _hear(self, leg: WebRtcLeg) -> None:
        async for frame in leg.frames():
            self.frames.append((time.monotonic(), frame))

    async def _watch(self, leg: WebRtcLeg) -> None:
        async for event in leg.events():
            self.events.append((time.monotonic(), event))

    @property
    def sound(self) -> Samples:
        return audio.joined([frame for _, frame in self.frames])

    async def happened(self, kind: type, timeout_s: float = 20) -> tuple[float, object]:
        async with asyncio.timeout(timeout_s):
            while not (found := [event for event in self.events if isinstance(event[1], kind)]):
                await asyncio.sleep(0.002)
        return found[0]

    async def over(self) -> None:
        await asyncio.wait_for(asyncio.gather(*self._tasks), 20)


@asynccontextmanager
async def call(**settings: object) -> AsyncIterator[tuple[WebRtcLeg, Ears, Page]]:
    endpoint = WebRtcEndpoint(**settings)  # type: ignore[arg-type]
    page = Page()
    leg, answer = await endpoint.accept(await page.offer(), caller="visitor-1")
    await page.connect(answer)
    ears = Ears(leg)
    await leg.answer()
    async with asyncio.timeout(20):
        while page.control.readyState != "open":
            await asyncio.sleep(0.01)
    try:
        yield leg, ears, page
    finally:
        await endpoint.close()
        await ears.over()
        await page.peer.close()
        assert endpoint.calls == 0


async def test_both_hear_each_other():
    async with call() as (leg, ears, page):
        leg.play(tone(1000, 2))
        page.voice.sound = tone(440, 2)
        assert 45 <= await pace(ears.frames, 2) <= 55
        assert is_tone(ears.sound, 440)
        assert is_tone(page.sound(), 1000)
        assert audio.level(ears.sound[RATE // 2 : RATE * 3 // 2]) == pytest.approx(-15.2, abs=0.5)
        assert {frame.size for _, frame in ears.frames} == {FRAME}


async def test_a_visitors_sound_arrives_within_60_ms():
    async with call() as (_, ears, page):
        await asyncio.sleep(0.5)
        page.voice.sound = tone(500, 1)
        await asyncio.sleep(1)
        first = next(at for at, frame in ears.frames if audio.level(frame) > -30)
        delay = first - page.voice.first_sent
        print(f"webrtc receive path {delay * 1000:.0f} ms")
        between = sum(page.voice.first_sent < at <= first for at, _ in ears.frames)
        assert between < 40  # frames of 20 ms; 3 on a quiet machine


async def test_a_key_on_the_page_is_a_digit_at_once():
    async with call() as (_, ears, page):
        await asyncio.sleep(0.2)
        for key in ("5", "#", "x", "", None, "55"):
            page.control.send(json.dumps({"type": "key", "key": key}))
        page.control.send("not json")
        page.control.send("[]")
        await ears.happened(Digit)
        await asyncio.sleep(0.2)
        assert [event.key for _, event in ears.events if isinstance(event, Digit)] == ["5", "#"]
        assert 5 <= ears.events[0][1].at_frame <= 40


async def test_a_flush_stops_the_sound_and_what_follows_is_whole():
    async with call() as (leg, _, page):
        leg.play(tone(500, 5))
        begun = time.monotonic()
        await asyncio.sleep(1)
        dropped = leg.flush()
        flushed = time.monotonic()
        assert dropped == pytest.approx(5_000 - (flushed - begun) * 1000, abs=300)
        leg.play(tone(1500, 0.5))
        assert leg.queued_ms == 500
        await eventually(lambda: leg.queued_ms == 0)
        await asyncio.sleep(0.5)
        late = [at - flushed for at, s in page.heard if at > flushed and strength(s, 500) > 0.8]
        assert len(late) < 40  # frames of 20 ms, of 4 s; ours leaves within one, aiortc's ears hold 5 back
        new = page.sound(flushed + 0.3)
        assert strength(page.sound(flushed)[: RATE * 7 // 10], 1500) > 0.4
        assert audio.level(new[-RATE // 10 :]) < -60


async def test_a_message_sent_before_the_channel_opens_is_not_lost():
    endpoint, page = WebRtcEndpoint(), Page()
    leg, answer = await endpoint.accept(await page.offer())
    leg.send({"type": "said", "text": "Здравствуйте"})
    await page.connect(answer)
    await leg.answer()
    leg.send({"type": "said", "text": "!"})
    await eventually(lambda: len(page.messages) == 2)
    await endpoint.close()
    await eventually(lambda: len(page.messages) == 3)
    await page.peer.close()
    assert page.messages == [
        {"type": "said", "text": "Здравствуйте"},
        {"type": "said", "text": "!"},
        {"type": "ended", "reason": "us"},
    ]


async def test_a_visitor_who_hangs_up_ends_the_call():
    async with call() as (_, ears, page):
        page.control.send(json.dumps({"type": "hangup"}))
        assert (await ears.happened(Ended))[1] == Ended(reason="caller")


async def test_a_page_that_is_closed_and_does_not_come_back_has_hung_up():
    async with call(grace_s=0.5) as (_, ears, page):
        await page.peer.close()
        assert (await ears.happened(Ended))[1] == Ended(reason="caller")


async def test_a_line_that_goes_dead_brings_silence_and_ends_as_lost():
    async with call(grace_s=2) as (leg, ears, page):
        await asyncio.sleep(0.3)
        for sender in page.peer.getSenders():
            await sender.stop()
        await asyncio.sleep(0.3)
        assert 45 <= await pace(ears.frames, 1) <= 55
        assert leg.silent_ms > 1_000
        assert (await ears.happened(Ended))[1] == Ended(reason="lost")


async def test_a_browser_cannot_be_transferred_and_the_call_goes_on():
    async with call() as (leg, ears, _):
        assert not await leg.transfer("sip:agent@127.0.0.1")
        assert (await ears.happened(TransferProgress))[1] == TransferProgress(status=501)
        assert leg.ended is None


async def test_a_page_that_never_connects_is_given_up(monkeypatch):
    monkeypatch.setattr("voice.webrtc.leg.SETUP_S", 0.3)
    endpoint, page = WebRtcEndpoint(), Page()
    offer = await page.offer()
    _, sockets, _ = held()
    leg, _ = await endpoint.accept(offer)
    with pytest.raises(LegFailed) as failed:
        await leg.answer()
    assert "did not connect" in failed.value.what
    assert endpoint.calls == 0
    await eventually(lambda: held()[1] == sockets)
    await page.peer.close()


async def test_one_call_beyond_capacity_is_refused_and_a_rejected_one_frees_its_line():
    endpoint, page, other = WebRtcEndpoint(capacity=1), Page(), Page()
    leg, _ = await endpoint.accept(await page.offer())
    offer = await other.offer()
    with pytest.raises(LinesBusy):
        await endpoint.accept(offer)
    await leg.reject(486)
    second, _ = await endpoint.accept(offer)
    assert second.id != leg.id
    await endpoint.close()
    await page.peer.close()
    await other.peer.close()


@pytest.mark.parametrize(
    "offer",
    ["", "hello", "v=0\r\n", "v=0\r\nm=audio x y\r\n", "v=0\r\nm=audio 9 RTP/AVP 0\r\n", "v=0" + "x" * 100_000],
)
async def test_nonsense_instead_of_an_offer_is_refused_and_holds_no_line(offer):
    endpoint = WebRtcEndpoint(capacity=1)
    with pytest.raises(Unacceptable) as refused:
        await endpoint.accept(offer)
    assert refused.value.fix
    assert endpoint.calls == 0


async def test_our_sockets_are_on_loopback_alone_unless_told_otherwise():
    endpoint, page = WebRtcEndpoint(), Page()
    _, answer = await endpoint.accept(await page.offer())
    candidates = [line.split() for line in answer.splitlines() if line.startswith("a=candidate")]
    assert {candidate[4] for candidate in candidates} == {"127.0.0.1"}
    await endpoint.close()
    await page.peer.close()


def held() -> tuple[int, int, int]:
    files = [str(file.readlink()) for file in Path("/proc/self/fd").iterdir() if file.is_symlink()]
    return (
        sum(not thread.name.startswith("asyncio_") for thread in threading.enumerate()),  # the loop's own pool
        sum(name.startswith("socket") for name in files),
        len(asyncio.all_tasks()),
    )


async def test_ten_calls_leave_no_thread_socket_or_task_behind():
    async def one() -> None:
        async with call() as (leg, _, page):
            leg.play(tone(500, 0.3))
            page.voice.sound = tone(300, 0.2)
            await asyncio.sleep(0.2)

    await one()
    await asyncio.sleep(0.3)
    before = held()
    for _ in range(10):
        await one()
    await eventually(lambda: held() == before)


# --- Chromium ----------------------------------------------------------------------------------------

PAGE = """<!doctype html><audio id=out autoplay></audio><script>
const messages = [];
async function dial() {
  const peer = window.peer = new RTCPeerConnection();
  const mic = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  mic.getTracks().forEach(track => peer.addTrack(track, mic));
  window.control = peer.createDataChannel("control");
  control.onmessage = event => messages.push(JSON.parse(event.data));
  peer.ontrack = event => {
    document.getElementById("out").srcObject = event.streams[0];
    const context = window.context = new AudioContext();
    window.ears = context.createAnalyser();
    ears.fftSize = 8192;
    context.createMediaStreamSource(event.streams[0]).connect(ears);
  };
  await peer.setLocalDescription(await peer.createOffer());
  await new Promise(done => {
    if (peer.iceGatheringState === "complete") return done();
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && done();
  });
  const answer = await fetch("/offer", {method: "POST", body: peer.localDescription.sdp});
  await peer.setRemoteDescription({type: "answer", sdp: await answer.text()});
  await new Promise(done => control.readyState === "open" ? done() : control.onopen = done);
}
function heard() {  // the loudest frequency, Hz, and the level, dBFS
  const spectrum = new Float32Array(ears.frequencyBinCount), wave = new Float32Array(ears.fftSize);
  ears.getFloatFrequencyData(spectrum);
  ears.getFloatTimeDomainData(wave);
  const top = spectrum.indexOf(Math.max(...spectrum));
  const rms = Math.sqrt(wave.reduce((sum, x) => sum + x * x, 0) / wave.length);
  return {hz: top * context.sampleRate / ears.fftSize, dbfs: 20 * Math.log10(rms + 1e-9)};
}
</script>"""


@asynccontextmanager
async def site(endpoint: WebRtcEndpoint, legs: asyncio.Queue[WebRtcLeg]) -> AsyncIterator[str]:
    app, port = FastAPI(), free_port()

    @app.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(PAGE)

    @app.post("/offer")
    async def offer(request: Request) -> HTMLResponse:
        leg, answer = await endpoint.accept((await request.body()).decode())
        legs.put_nowait(leg)
        return HTMLResponse(answer)

    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}/"
    finally:
        server.should_exit = True
        await serving


@pytest.mark.browser
async def test_chromium_hears_us_is_heard_and_sends_keys(tmp_path):
    microphone = tmp_path / "microphone.wav"
    audio.write(microphone, audio.resampled(tone(440, 10), RATE, 48_000), 48_000)
    legs: asyncio.Queue[WebRtcLeg] = asyncio.Queue()
    endpoint = WebRtcEndpoint()
    async with site(endpoint, legs) as url, chromium(microphone) as browser:
        page = await browser.new_page()
        await page.goto(url)
        dialling = asyncio.create_task(page.evaluate("dial()"))
        leg = await asyncio.wait_for(legs.get(), 20)
        ears = Ears(leg)
        await leg.answer()
        await dialling
        leg.play(tone(1000, 15))
        await asyncio.sleep(2)
        async with asyncio.timeout(20):  # on a busy machine its jitter buffer stretches sound at first
            while True:
                heard = await page.evaluate("heard()")
                if heard["hz"] == pytest.approx(1000, abs=15) and heard["dbfs"] == pytest.approx(-15.2, abs=1):
                    break
                await asyncio.sleep(0.2)
        # Frame by frame: on a busy machine the browser's fake microphone stumbles, and its phase jumps.
        assert np.mean([strength(frame, 440) > 0.9 for _, frame in ears.frames[-75:]]) > 0.8
        assert audio.level(ears.sound[-RATE:]) > -30
        async with asyncio.timeout(20):  # in real time, once what a busy machine held up has come in one go
            while True:
                came = [at for at, _ in ears.frames[-100:]]
                if len(came) == 100 and 0.85 < 99 * 0.02 / (came[-1] - came[0]) < 1.15:
                    break
                await asyncio.sleep(0.2)

        leg.flush()
        async with asyncio.timeout(20):
            while (await page.evaluate("heard()"))["dbfs"] >= -50:
                await asyncio.sleep(0.1)

        await page.evaluate("control.send(JSON.stringify({type: 'key', key: '7'}))")
        _, digit = await ears.happened(Digit)
        assert digit.key == "7"

        leg.send({"type": "said", "text": "Здравствуйте"})
        await leg.hang_up()
        assert (await ears.happened(Ended))[1] == Ended(reason="us")
        async with asyncio.timeout(20):
            while len(await page.evaluate("messages")) < 2:
                await asyncio.sleep(0.1)
        assert await page.evaluate("messages") == [
            {"type": "said", "text": "Здравствуйте"},
            {"type": "ended", "reason": "us"},
        ]
        await ears.over()
    assert endpoint.calls == 0


@pytest.mark.browser
async def test_a_closed_tab_ends_the_call(tmp_path):
    legs: asyncio.Queue[WebRtcLeg] = asyncio.Queue()
    endpoint = WebRtcEndpoint(grace_s=3)
    async with site(endpoint, legs) as url, chromium() as browser:
        page = await browser.new_page()
        await page.goto(url)
        dialling = asyncio.create_task(page.evaluate("dial()"))
        leg = await asyncio.wait_for(legs.get(), 20)
        ears = Ears(leg)
        await leg.answer()
        await dialling
        await page.close()
        assert (await ears.happened(Ended))[1] in (Ended(reason="caller"), Ended(reason="lost"))
        await ears.over()
    assert endpoint.calls == 0


class NoLink:
    """A link that carries nothing."""

    state = "connected"

    async def close(self, *, tell: object = None) -> None: ...


async def test_a_page_that_floods_us_with_messages_presses_no_more_keys_than_a_person_could():
    leg = WebRtcLeg(caller="v", called="", grace_s=30, gone=lambda leg: None)
    link: Any = NoLink()
    leg.over(link)
    leg.told(link, "[" * MESSAGE_MAX)
    for _ in range(20_000):
        leg.told(link, '{"type": "key", "key": "1"}')
    await leg.hang_up()
    keys = [event async for event in leg.events() if isinstance(event, Digit)]
    assert MESSAGES - 1 <= len(keys) < 2_000
