"""The telephone half, built from settings. Only `bot.app.serving` imports it, so that text lives without it."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.api.parts import Answered, State
from bot.app.beginning import typed
from bot.app.calling import rules
from bot.app.calling_words import told
from bot.app.dialler import Dialler, room
from bot.app.house import House, build
from bot.app.telephony import of as telephony_of
from bot.dialogue.fixed import builtin_speech, fixed_prompts, fixed_speech
from bot.dialogue.foresight import likely
from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.dialogue.scenario import Machine, ScenarioSet
from bot.dialogue.session import Session
from bot.errors import Both, GovorunError, PartMissing, Unacceptable
from bot.locale import reported, said
from bot.outreach.rules import destination
from bot.ports import Identity
from bot.settings import Settings
from bot.stores.placed import Wanted
from bot.understanding.slots.yesno import read_yesno
from bot.understanding.whole import is_whole
from bot.vcon import identifier
from voice import weights
from voice.certificate import self_signed
from voice.dialling import Order, Progress, Tell
from voice.equipment import Equipment, Handing
from voice.ports import Recognizers
from voice.recording.disk import Disk
from voice.recording.wav import mended
from voice.ringing_back import RingingBack
from voice.sip.host import check_free
from voice.switchboard import Lines, Switchboard
from voice.tones import Music
from voice.trunks import Doors, Trunk, TrunkState
from voice.tts.cache import Prompts
from voice.vad.silero import SileroVad
from voice.vad.smart_turn import SmartTurn, warmed
from voice.vad.spare import Vads
from voice.webrtc import IceServers

log = logging.getLogger("govorun.voice")


def telephone(house: House) -> VoiceHalf:
    return VoiceHalf(house)


async def place(
    settings: Settings,
    address: str,
    *,
    scenario: str | None,
    given: Sequence[str] = (),
    language: Language,
    machine: Machine | None = None,
    ring_s: int = 45,
    console: Console,
) -> Progress:
    """Call somebody and talk until either side hangs up; how it ended. scenario: SET/SCENARIO, or either. given:
    name=value. machine: what to do with an answering machine, None: as the scenario says.

    Raises GovorunError: Unacceptable of what is no address.
    """
    to = destination(address)
    if _taken(settings):  # a server runs beside us: calls go out from another port
        settings = settings.model_copy(update={"sip_port": _free_port(settings.sip_host)})
    house = await asyncio.to_thread(build, settings)
    begin = typed(house.sets, settings.scenario_set, scenario, given)
    half = VoiceHalf(house)
    wanted = Wanted(
        to=address,
        scenarios=begin.scenarios,
        scenario=begin.scenario,
        given=begin.given,
        language=language,
        machine=machine,
        ring_s=ring_s,
        origin="command",
    )

    async def tell(progress: Progress) -> None:
        console.print(told(progress), highlight=False)

    await house.start()
    try:
        await half.start(console, takes=False, prompts=_first(house.sets[begin.scenarios], begin.scenario, language))
        await half.warmed()
        console.print(said("Calling", "Звоню:") + f" [bold]{escape(to.address)}[/]", highlight=False)
        return await half.dialler.now(wanted, tell)
    finally:
        await half.drain(0)
        await house.close()


def _first(scenarios: ScenarioSet, name: str | None, language: Language) -> tuple[tuple[str, str], ...]:
    """What the call begins with: it must not wait for more, and the rest is rendered when it is said."""
    about = scenarios.scenarios[name or scenarios.start].outbound
    prompts = (about.announce, about.voicemail) if about else ()
    return fixed_prompts([each for each in prompts if each is not None], language)


def _taken(settings: Settings) -> bool:
    try:
        check_free(settings.sip_host, settings.sip_port)
    except GovorunError:
        return True
    return False


def _free_port(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind((host, 0))
        return int(made.getsockname()[1])


class VoiceHalf:
    """Takes calls once its weights are loaded and its prompts rendered; until then callers get 503."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        if "models" in settings.model_fields_set:
            weights.live_in(settings.models)
        first, _, last = settings.rtp_ports.partition("-")
        self._house = house
        telephony = telephony_of(settings, _starts(house))
        self._lines = Lines(
            host=settings.sip_host,
            port=settings.sip_port,
            web_host=settings.host,
            capacity=settings.max_calls,
            web_capacity=settings.max_browser_calls,
            rtp_ports=(int(first), int(last)),
            sets=house.sets,
            folders=_folders(settings, house.sets),
            language=settings.language,
            data=settings.data,
            voices={"ru": settings.voice_ru, "en": settings.voice_en},
            ears={"ru": settings.ears_ru, "en": settings.ears_en},
            speed=settings.voice_speed,
            decoders=settings.decoders,
            stack=settings.sip_stack,
            ice=IceServers(
                urls=tuple(settings.ice_servers),
                secret=settings.turn_secret.get_secret_value() if settings.turn_secret else "",
                lifetime_s=settings.turn_ttl_s,
                ours=settings.ice_behind_nat,
            ),
            grace_s=settings.call_grace_s,
            trunks=telephony.trunks,
            doors=self._doors(telephony.doors, telephony.trunks),
            routes=telephony.routes,
            codecs=telephony.codecs,
        )
        self.switchboard = Switchboard(self._lines, self._equipment)
        self._endings: SmartTurn | None = None
        self.dialler = Dialler(house, self._dial, self._room)
        self._takes = True
        self._prompts: tuple[tuple[str, str], ...] | None = None
        self._disk = Disk(house.recordings.fresh, settings.recordings_form)
        self._state: tuple[State, str] = ("warming", said("loading", "загружается"))
        self._warming: asyncio.Task[None] | None = None
        self._ringing_back: RingingBack | None = None

    @property
    def active(self) -> int:
        return self.switchboard.calls + (self._ringing_back.calls if self._ringing_back is not None else 0)

    def state(self) -> tuple[State, str]:
        return self._state

    @property
    def trunks(self) -> Sequence[tuple[str, bool, str]]:
        return [(each.name, each.up, _told(each)) for each in self.switchboard.trunks]

    @property
    def refused(self) -> int:
        return self.switchboard.refused

    async def start(
        self, console: Console, *, takes: bool = True, prompts: tuple[tuple[str, str], ...] | None = None
    ) -> None:
        """Raises PortTaken at once; all else goes on in the background and shows in `state`. takes: calls that others
        ask for are placed here, once it is ready. prompts: rendered before it is; None: all of the default set."""
        self._takes = takes
        self._prompts = prompts
        await self.switchboard.open()
        if saved := await asyncio.to_thread(mended, self._house.recordings.folder):
            log.warning("recordings finished that a process left behind", extra={"count": len(saved)})
        self._house.changed.append(self._changed)
        self._warming = asyncio.create_task(self._warm(console), name="voice-warm")

    async def warmed(self) -> None:
        """Wait until calls can be made. Raises PartMissing where they can't."""
        if self._warming is not None:
            await self._warming
        if self._state[0] != "ready":
            raise PartMissing(self._state[1], where="voice", fix=said("Run make install", "Наберите make install"))

    async def offer(
        self, sdp: str, kind: str, *, visitor: str, language: Language, scenarios: str = "", resume: str = ""
    ) -> Answered:
        if kind != "offer":
            raise Unacceptable(
                said(f"a session description of type '{kind}'", f"описание сеанса вида '{kind}'"),
                where="type",
                fix=said("Send an offer", "Пришлите offer"),
            )
        identity = Identity(kind="web", value=visitor)
        answer, call = await self.switchboard.offer(sdp, identity, language, scenarios, resume)
        return Answered(sdp=answer, call=call, grace_s=self._lines.grace_s)

    def ice(self, visitor: str) -> Sequence[Mapping[str, object]]:
        return self._lines.ice.for_page(visitor)

    async def drain(self, seconds: float) -> None:
        if self._ringing_back is not None:
            await self._ringing_back.close(seconds)
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self.dialler.stop()
        await self.switchboard.drain(seconds)
        await self.switchboard.close()
        await self.dialler.close()
        await asyncio.to_thread(self._disk.close)
        if self._endings is not None:
            self._endings.close()

    async def _warm(self, console: Console) -> None:
        def progress(done: int, total: int) -> None:
            self._state = ("warming", said(f"prompts: {done} of {total}", f"фразы: {done} из {total}"))

        if self._house.settings.smart_turn:
            self._endings, missing = await warmed()
            if missing is not None:
                told = escape(missing.told(reported()))
                line = said(f"[yellow]Voice:[/] {told}. Calls work.", f"[yellow]Голос:[/] {told}. Звонки работают.")
                console.print(line, highlight=False, soft_wrap=True)
        try:
            await self.switchboard.warm(self._fixed(), progress)
        except GovorunError as error:
            self._state = ("off", Both(error.told("en"), error.told("ru"), error.told(reported())))
            told = escape(error.told(reported()))
            line = said(f"[yellow]No voice:[/] {told}. Text works.", f"[yellow]Нет голоса:[/] {told}. Текст работает.")
            console.print(line, highlight=False, soft_wrap=True)
            return
        self._ring_back(console)
        for warning in self.switchboard.warnings:
            console.print(f"[yellow]{said('Voice:', 'Голос:')}[/] {warning}", highlight=False, soft_wrap=True)
        self._state = (
            "ready",
            "; ".join(self.switchboard.warnings)
            or said(f"dial {self._house.settings.dial}", f"наберите {self._house.settings.dial}"),
        )
        if not self._takes:
            return
        self.dialler.start()
        dial = f"[bold]{self._house.settings.dial}[/]"
        taken = said(
            f"[bold green]Calls are taken:[/] dial {dial}", f"[bold green]Звонки принимаются:[/] наберите {dial}"
        )
        console.print(taken, highlight=False)
        for name, up, how in self.trunks:
            told = escape(f"{name}: {how}")
            console.print(f"  [{'dim' if up else 'yellow'}]{said('Trunk', 'Линия')} {told}[/]", highlight=False)

    def _ring_back(self, console: Console) -> None:
        """Promises are looked after by whoever takes calls."""
        settings = self._house.settings
        if not settings.callback_sip or not self._takes:
            return
        if not settings.call_allowed:
            line = said(
                "[yellow]Nobody is rung back:[/] GOVORUN_CALLBACK_SIP needs numbers in GOVORUN_CALL_ALLOWED",
                "[yellow]Никому не перезваниваем:[/] к GOVORUN_CALLBACK_SIP нужны номера в GOVORUN_CALL_ALLOWED",
            )
            console.print(line, highlight=False, soft_wrap=True)
        self._ringing_back = RingingBack(
            self.switchboard.equipment,
            self._handing(),
            self._house.desk,
            settings.callback_sip,
            allowed=rules(settings).reaches,
        )
        self._ringing_back.begin()

    def _doors(self, doors: Doors, trunks: Sequence[Trunk]) -> Doors:
        """With a certificate of our own where TLS wants one and none was named."""
        if doors.certificate is not None or "tls" not in {*doors.transports, *(trunk.transport for trunk in trunks)}:
            return doors
        host = self._house.settings.sip_host
        return replace(doors, certificate=self_signed(self._house.keys.path("sip.pem"), host))

    async def _dial(self, wanted: Wanted, machine: Machine, tell: Tell) -> Progress:
        to = destination(wanted.to)
        return await self.switchboard.dial(
            Order(
                address=to.address,
                number=to.number,
                scenarios=wanted.scenarios,
                scenario=wanted.scenario,
                given=wanted.given,
                language=wanted.language,
                machine=machine,
                ring_s=wanted.ring_s,
            ),
            tell,
        )

    def _room(self) -> int:
        settings, board = self._house.settings, self.switchboard
        return room(settings.max_calls, settings.max_outbound, up=board.calls, ours=board.placed)

    async def _changed(self) -> None:
        """Scenarios were saved or published: what is new in them is rendered beside the calls under way."""
        if self._state[0] == "ready":
            await self.switchboard.refill(self._fixed())

    def _fixed(self) -> tuple[tuple[str, str], ...]:
        """Of the set that answers the number; what others say is rendered when it is first said, and kept."""
        return fixed_speech(self._house.scenarios) if self._prompts is None else self._prompts

    def _equipment(self, ears: Mapping[str, Recognizers], prompts: Prompts) -> Equipment:
        house = self._house
        return Equipment(
            turns=house.turns,
            bus=house.bus,
            vads=Vads(SileroVad),
            ears=ears,
            voices=prompts,
            handing=self._handing(),
            vcon=identifier,
            measured=house.metrics.heard,
            apology=_Builtin(house, "internal_error"),
            moment=_Builtin(house, "one_moment"),
            closing=_Builtin(house, "closing"),
            crowded=_Builtin(house, "crowded"),
            unheard=house.metrics.unheard.inc,
            whole=self._whole,
            understood=self._understood,
            likely=self._likely,
            ready=house.metrics.prompt,
            comfort_dbfs=house.settings.comfort_noise,
            endings=self._endings,
            tones=house.settings.keys_by_sound,
            disk=self._disk,
            record=house.settings.record,
        )

    def _handing(self) -> Handing:
        house, settings = self._house, self._house.settings
        return Handing(
            agents=house.desk,
            way=settings.transfer,
            reach=self.switchboard.reach,
            ring_s=settings.agent_ring_s,
            stays=settings.agent_accepts == "staying",
            agrees=_agrees,
            prompts={
                "agent_offer": _Builtin(house, "agent_offer"),
                "agent_callback": _Builtin(house, "agent_callback"),
                "agent_unreached": _Builtin(house, "agent_unreached"),
                "callback_hello": _Builtin(house, "callback_hello"),
            },
            music=Music(settings.scenarios, settings.hold_music).of,
            callbacks=bool(settings.callback_sip and settings.call_allowed),
        )

    async def _whole(self, heard: str, session: Session, expectation: Expectation) -> bool:
        """Off the loop: it costs what understanding costs, some 5 ms."""
        house = self._house
        return await asyncio.to_thread(
            is_whole,
            heard,
            expectation,
            language=session.language,
            now=house.now().replace(tzinfo=None),
            nlu=house.turn.serving(session).nlu,
        )

    async def _likely(self, session: Session, expectation: Expectation) -> tuple[tuple[str, str, float], ...]:
        """Off the loop: some 50 µs an answer that is tried."""
        house = self._house
        scenarios = house.turn.serving(session).scenarios
        return await asyncio.to_thread(likely, session, expectation, scenarios, house.now())

    async def _understood(self, heard: str, session: Session, expectation: Expectation) -> bool:
        """Off the loop, as above."""
        house = self._house
        meaning = await asyncio.to_thread(
            house.turn.serving(session).nlu.understand,
            heard,
            expectation,
            language=session.language,
            now=house.now().replace(tzinfo=None),
        )
        return meaning != Meaning()


def _folders(settings: Settings, sets: Iterable[str]) -> tuple[Path, ...]:
    """Of the sets, the one that answers the number first."""
    first = settings.scenario_set
    return tuple(settings.scenarios / name for name in sorted(sets, key=lambda name: (name != first, name)))


def _starts(house: House) -> dict[str, tuple[str, ...]]:
    """Names of the scenarios in each set, the default set first."""
    default = house.settings.scenario_set
    return {name: tuple(house.sets[name].scenarios) for name in sorted(house.sets, key=lambda name: name != default)}


def _told(trunk: TrunkState) -> str:
    states = {
        "none": said("no registration is asked for", "регистрация не нужна"),
        "asking": said("registering", "регистрируется"),
        "registered": said("registered", "зарегистрирована"),
        "refused": said("the registrar refuses us", "регистратор нам отказывает"),
        "silent": said("the registrar doesn't answer", "регистратор не отвечает"),
    }
    return states[trunk.registration] + (f" ({trunk.detail})" if trunk.detail else "")


def _agrees(words: str, language: Language) -> bool | None:
    """Whether an agent says yes or no to a caller."""
    value = read_yesno(words, lang=language).value
    return value if isinstance(value, bool) else None


class _Builtin(Mapping[str, str]):
    """A built-in prompt by language, as the live scenarios word it by now."""

    def __init__(self, house: House, name: str) -> None:
        self._house = house
        self._name = name

    def _speech(self) -> Mapping[str, str]:
        return builtin_speech(self._house.scenarios, self._name)

    def __getitem__(self, language: str) -> str:
        return self._speech()[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._speech())

    def __len__(self) -> int:
        return len(self._speech())
