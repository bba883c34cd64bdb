"""Where calls arrive: SIP and browsers in, a `Call` for each; engines, voices and prompts shared by all.

`open` takes the port, and callers get 503 until `warm` has loaded what the first of them must not wait for; `drain`
lets them finish.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.dialogue.meaning import Language
from bot.errors import Both, GovorunError, PartMissing, Unavailable
from bot.ports import Identity
from voice.asr.choice import EARS, recognizers
from voice.call import Call
from voice.dialling import Dialling, Order, Progress, Tell
from voice.equipment import Equipment
from voice.heap import give_back
from voice.ports import CallLeg, Recognizers, Synthesizer, Telephone
from voice.routing import Route, Routes
from voice.sip import failures
from voice.stacks import Stack, telephone
from voice.trunks import Codec, Doors, Trunk, TrunkState
from voice.tts.cache import Prompts
from voice.tts.choice import choose
from voice.tts.recorded import recordings
from voice.webrtc import IceServers, WebRtcEndpoint

log = logging.getLogger(__name__)

MANY = 200  # calls after which memory is given back, as soon as none is up

FAREWELL_S = 6.0  # before the line is cut at shutdown: time for a last word

LANGUAGES: tuple[Language, ...] = ("ru", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Where and how calls are taken. sets: scenario sets that can be dialled by name. data: for rendered prompts.

    voices, ears: by language, as `voice.tts.choice.choose` and `voice.asr.choice.recognizers` name them; a language
    that is not named gets the best there is. speed: of speech, 1.0 is the voice's own. decoders: utterances
    recognised at one time, a core each. ice: STUN and TURN servers of browser calls; grace_s: how long a page may be
    away before its call ends. folders: of the sets, where people's recordings stand; first comes first.
    trunks, doors: see `voice.trunks`. routes: which number talks to what. languages: that calls are held in; of others
    neither voice nor ears are loaded.
    """

    host: str = "127.0.0.1"
    port: int = 5060
    web_host: str = "127.0.0.1"
    capacity: int = 20
    web_capacity: int = 20
    rtp_ports: tuple[int, int] = (10_000, 20_000)
    sets: Collection[str] = ()
    language: Language = "ru"
    data: Path = Path("data")
    voices: Mapping[str, str] = field(default_factory=dict)
    ears: Mapping[str, str] = field(default_factory=dict)
    speed: float = 1.0
    decoders: int = 2
    folders: tuple[Path, ...] = ()
    stack: Stack = "baresip"
    ice: IceServers = field(default_factory=IceServers)
    grace_s: float = 30.0
    trunks: Sequence[Trunk] = ()
    doors: Doors = field(default_factory=Doors)
    routes: Sequence[Route] = ()
    codecs: tuple[Codec, ...] = ("pcma", "pcmu")
    languages: Sequence[Language] = LANGUAGES


class Switchboard:
    """One a process."""

    def __init__(self, lines: Lines, equipment: Callable[[Mapping[str, Recognizers], Prompts], Equipment]) -> None:
        """equipment: makes what calls share, once ears and prompts are there."""
        self._lines = lines
        self._make_equipment = equipment
        self._equipment: Equipment | None = None
        self._engines: dict[str, Recognizers] = {}  # by name
        self._voices: dict[str, Synthesizer] = {}  # by language, and so are the ears
        self._ears: dict[str, Recognizers] = {}
        self._prompts: Prompts | None = None
        self._sip: Telephone | None = None
        self._web: WebRtcEndpoint | None = None
        self._calls: dict[asyncio.Task[None], Call] = {}
        self._dialling: dict[asyncio.Task[Progress], Dialling] = {}
        self._draining = False
        self._ended = 0  # calls since memory was given back
        self.warnings: tuple[str, ...] = ()

    @property
    def calls(self) -> int:
        """Calls under way, of both kinds."""
        return len(self._calls) + len(self._dialling)

    @property
    def placed(self) -> int:
        """Those of them that we place."""
        return len(self._dialling)

    @property
    def trunks(self) -> tuple[TrunkState, ...]:
        """Each as it stands now."""
        return self._sip.trunks if self._sip is not None else ()

    @property
    def refused(self) -> int:
        """SIP requests from strangers so far."""
        return self._sip.refused if self._sip is not None else 0

    @property
    def equipment(self) -> Equipment:
        """What calls share. Only after `warm`."""
        assert self._equipment is not None
        return self._equipment

    async def warm(
        self, fixed: Collection[tuple[str, str]], progress: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        """Load ears and voices, render the fixed prompts. progress: prompts done, of how many.

        What is missing costs its part only: without ears the keys work; each loss is one line in `warnings`.
        Raises PartMissing when no voice speaks at all.
        """
        warnings = await self._warm_voices(self._lines.languages)
        voices = self._voices
        if not voices:
            raise PartMissing(
                Both("nothing on this machine can speak", "на этой машине нечем говорить"),
                where="tts",
                fix=Both("Run make install", "Наберите make install"),
            )
        warnings += await self._warm_ears(self._lines.languages)
        recorded = await asyncio.to_thread(recordings, self._lines.folders)
        warnings += recorded.faults
        self._prompts = Prompts(voices, self._lines.data / "prompts", recorded=recorded)
        await self._prompts.fill([(language, text) for language, text in fixed if language in voices], progress)
        self._equipment = self._make_equipment(self._ears, self._prompts)
        self.warnings = tuple(warnings)

    async def refill(self, fixed: Collection[tuple[str, str]], languages: Sequence[Language] = ()) -> None:
        """The fixed prompts after an edit: those that are new are rendered one by one, callers before them. languages:
        that calls are held in now; what is missing for a new one is loaded first."""
        new = [language for language in languages if language not in self._voices]
        if self._prompts is not None and new:
            lost = [*await self._warm_voices(new), *await self._warm_ears(new)]
            self.warnings = tuple(dict.fromkeys((*self.warnings, *lost)))
        if self._prompts is not None:
            self._prompts.record(await asyncio.to_thread(recordings, self._lines.folders))
            await self._prompts.fill([key for key in fixed if self._prompts.speaks(key[0])], aside=True)

    async def _warm_voices(self, languages: Sequence[Language]) -> list[str]:
        """Voices for these; what is lost without the others."""
        lost: list[str] = []
        for language in languages:
            try:
                choice = await asyncio.to_thread(
                    choose, language, self._lines.voices.get(language, ""), self._lines.speed
                )
            except PartMissing as error:
                lost.append(f"{error}. Lost: calls in '{language}'")
                continue
            self._voices[language] = choice.synthesizer
            lost += choice.warnings
        return lost

    async def _warm_ears(self, languages: Sequence[Language]) -> tuple[str, ...]:
        """Recognisers for these, one engine for all that name it; what is lost without the others."""
        lost: list[str] = []
        for language in languages:
            name = self._lines.ears.get(language) or EARS
            try:
                if name not in self._engines:
                    engine = recognizers(language, name, self._lines.decoders)
                    await engine.warm()
                    self._engines[name] = engine
            except GovorunError as error:
                lost.append(f"{error}. Lost: speech in '{language}' is not understood on calls, callers use the keys")
                continue
            if language in self._engines[name].languages:
                self._ears[language] = self._engines[name]
        return tuple(dict.fromkeys(lost))

    async def open(self, *, sip: bool = True) -> None:
        """Take the port; callers get 503 until `warm` is through. Raises PortTaken, SettingsError."""
        lines = self._lines
        self._web = WebRtcEndpoint(
            host=lines.web_host, capacity=lines.web_capacity, grace_s=lines.grace_s, ice=lines.ice
        )
        if sip:
            endpoint = telephone(lines.stack)(
                host=lines.host,
                port=lines.port,
                capacity=lines.capacity,
                rtp_ports=lines.rtp_ports,
                codecs=lines.codecs,
                trunks=lines.trunks,
                doors=lines.doors,
            )
            await endpoint.start(self._on_sip)
            self._sip = endpoint

    async def offer(
        self, sdp: str, identity: Identity, language: Language | None, scenarios: str = "", resume: str = ""
    ) -> tuple[str, str]:
        """A browser calls: its SDP offer in; our answer out, and the call's id. scenarios: of `Lines.sets`; any other
        is the default. resume: the id of a call of theirs that goes on over this offer, which draining doesn't refuse.

        Raises Unacceptable, LinesBusy, CallOver, Unavailable.
        """
        if self._web is not None and resume:
            return await self._web.resume(resume, sdp, caller=identity.value), resume
        if self._web is None or self._equipment is None or self._draining:
            raise Unavailable(
                Both("calls are not taken now", "звонки сейчас не принимаются"),
                fix=Both("Try again in a minute", "Попробуйте через минуту"),
            )
        leg, answer = await self._web.accept(sdp, caller=identity.value)
        wanted = scenarios if scenarios in self._lines.sets else ""
        self._take(Call(leg, self._equipment, channel="webrtc", identity=identity, language=language, scenarios=wanted))
        return answer, leg.id

    async def dial(self, order: Order, tell: Tell) -> Progress:
        """Place a call and look after it until it ends; the last step. tell: hears of each. Cancel it to give up.

        Raises Unavailable where no calls are placed now.
        """
        if self._sip is None or self._equipment is None or self._draining:
            raise Unavailable(
                Both("calls can't be placed now", "звонить сейчас нельзя"),
                where="sip",
                fix=Both("Try again in a minute", "Попробуйте через минуту"),
            )
        dialling = Dialling(self._sip, self._equipment, order, tell)
        task = asyncio.create_task(dialling.run(), name="dialling")
        self._dialling[task] = dialling
        try:
            return await task
        finally:
            del self._dialling[task]

    @property
    def free(self) -> int:
        """How many more calls could be up."""
        return max(0, self._lines.capacity - self.calls)

    async def reach(self, address: str, headers: Mapping[str, str], ring_s: float) -> CallLeg:
        """A line to an agent's telephone, or a customer's, once it was answered. Raises LegFailed."""
        if self._sip is None:
            raise failures.not_now()
        return await self._sip.call(address, headers=headers, ring_s=ring_s)

    async def drain(self, timeout_s: float) -> None:
        """No new calls; wait for those under way. Who still talks near the end is told so, and hung up."""
        self._draining = True
        refusing = asyncio.create_task(self._sip.drain(timeout_s)) if self._sip is not None else None
        farewell = min(FAREWELL_S, timeout_s / 2)
        for task, dialling in self._dialling.items():
            if dialling.call is None:
                task.cancel()  # it rings, and nobody has answered
        if self._up:
            await asyncio.wait(self._up, timeout=timeout_s - farewell)
        for call in (*self._calls.values(), *(each.call for each in self._dialling.values())):
            if call is not None:
                call.dismiss()
        if self._up:
            await asyncio.wait(self._up, timeout=farewell)
        if refusing is not None:
            await refusing

    async def close(self) -> None:
        self._draining = True
        up = self._up
        for task in up:
            task.cancel()
        await asyncio.gather(*up, return_exceptions=True)
        if self._sip is not None:
            await self._sip.close()
        if self._web is not None:
            await self._web.close()
        if self._prompts is not None:
            self._prompts.close()
        for engine in self._engines.values():
            engine.close()

    @property
    def _up(self) -> tuple[asyncio.Task[None] | asyncio.Task[Progress], ...]:
        return (*self._calls, *self._dialling)

    async def _on_sip(self, leg: CallLeg) -> None:
        lines = self._lines
        route = Routes(listed=lines.routes, sets=lines.sets, languages=LANGUAGES).find(leg.called, leg.trunk)
        if route is None:
            await leg.reject(404)
            return
        if self._equipment is None:  # the engines are still loading, or there are none
            await leg.reject(503)
            return
        call = Call(
            leg,
            self._equipment,
            channel="sip",
            language=route.language or lines.language,
            scenarios=route.scenarios,
            scenario=route.scenario or None,
        )
        await self._take(call)

    def _take(self, call: Call) -> asyncio.Task[None]:
        task = asyncio.create_task(call.run(), name="call")
        self._calls[task] = call
        task.add_done_callback(self._over)
        return task

    def _over(self, task: asyncio.Task[None]) -> None:
        self._calls.pop(task, None)
        self._ended += 1
        if not self.calls and self._ended >= MANY:
            self._ended = 0
            asyncio.get_running_loop().run_in_executor(None, give_back)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call broke", exc_info=error)
