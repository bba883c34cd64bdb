"""The telephone half, built from settings. Only `bot.app.serving` and `bot.app.placing` import it, so
that text lives without it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from bot.api.parts import Answered, State
from bot.app.calling import rules
from bot.app.dialler import Dialler, room
from bot.app.equipping import equipment, handing
from bot.app.house import House
from bot.app.lines import languages, lines
from bot.app.spoken import SpokenKept
from bot.dialogue.fixed import fixed_speech
from bot.dialogue.meaning import Language
from bot.errors import Both, GovorunError, PartMissing, Unacceptable
from bot.locale import reported, said
from bot.ports import Identity
from voice import weights
from voice.dialling import Order, Progress, Tell
from voice.equipment import Equipment, Handing
from voice.heap import give_back
from voice.ports import Recognizers
from voice.recording.disk import Disk
from voice.recording.wav import mended
from voice.ringing_back import RingingBack
from voice.switchboard import Switchboard
from voice.trunks import TrunkState
from voice.tts.cache import Prompts
from voice.vad.silero import SileroVad
from voice.vad.smart_turn import SmartTurn, warmed

log = logging.getLogger("govorun.voice")


def telephone(house: House) -> VoiceHalf:
    return VoiceHalf(house)


class VoiceHalf:
    """Takes calls once its weights are loaded and its prompts rendered; until then callers get 503."""

    def __init__(self, house: House) -> None:
        settings = house.settings
        if "models" in settings.model_fields_set:
            weights.live_in(settings.models)
        self._house = house
        self._lines = lines(house)
        self.switchboard = Switchboard(self._lines, self._equipment)
        self._endings: SmartTurn | None = None
        self.dialler = Dialler(house, self._dial, self._room)
        self._takes = True
        self._prompts: tuple[tuple[str, str], ...] | None = None
        self._spoken = SpokenKept(house.database, house.bus)
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

    async def ears(self) -> Mapping[str, Recognizers]:
        """By language, once they are warm; what is missing here is missing there."""
        await self.warmed()
        return self.switchboard.equipment.ears if self._state[0] == "ready" else {}

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
        await self._spoken.close()
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
            await asyncio.to_thread(SileroVad)  # the first of a process blocks for 100 ms
            await self.switchboard.warm(self._fixed(), progress)
            await asyncio.to_thread(give_back)
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
            quiet=lambda: rules(settings).quiet_now(self._house.now()),
        )
        self._ringing_back.begin()

    async def _dial(self, order: Order, tell: Tell) -> Progress:
        return await self.switchboard.dial(order, tell)

    def _room(self) -> int:
        settings, board = self._house.settings, self.switchboard
        return room(settings.max_calls, settings.max_outbound, up=board.calls, ours=board.placed)

    async def _changed(self) -> None:
        """Scenarios were saved or published: what is new in them is rendered beside the calls under way."""
        if self._state[0] == "ready":
            await self.switchboard.refill(self._fixed(), languages(self._house))

    def _fixed(self) -> tuple[tuple[str, str], ...]:
        """Of the set that answers the number; what others say is rendered when it is first said, and kept."""
        return fixed_speech(self._house.scenarios) if self._prompts is None else self._prompts

    def _equipment(self, ears: Mapping[str, Recognizers], prompts: Prompts) -> Equipment:
        return equipment(
            self._house,
            ears,
            prompts,
            handing=self._handing(),
            disk=self._disk,
            endings=self._endings,
            spoken=self._spoken,
        )

    def _handing(self) -> Handing:
        return handing(self._house, self.switchboard.reach)


def _told(trunk: TrunkState) -> str:
    states = {
        "none": said("no registration is asked for", "регистрация не нужна"),
        "asking": said("registering", "регистрируется"),
        "registered": said("registered", "зарегистрирована"),
        "refused": said("the registrar refuses us", "регистратор нам отказывает"),
        "silent": said("the registrar doesn't answer", "регистратор не отвечает"),
    }
    return states[trunk.registration] + (f" ({trunk.detail})" if trunk.detail else "")
