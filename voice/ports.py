"""What a call needs from the world: ears, a mouth and a line.

Engines implement `Vad`, `Recognizers` and `Synthesizer`; SIP and WebRTC implement `CallLeg`; `voice.call`
wires them. Nothing here does work. Sound is mono int16 (see `voice.audio`), times are milliseconds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from voice.audio import Frame, Samples
from voice.trunks import TrunkState

# --- what is expected of the caller ------------------------------------------------------------------

Kind = Literal[
    "yesno", "menu", "choice", "number", "money", "digits", "code", "datetime", "date", "time", "person", "phone",
    "email", "address", "text",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What would be understood now, as ears need it; made from `bot.dialogue`'s Expectation.

    lang: "ru" or "en". kind: the shape of the expected answer; it sets the patience with pauses.
    phrases: words the caller is likely to say (titles of choices, names), most likely first.
    answers: where a closed set answers (yes or no, a menu, a choice), every way to say each: what was heard may be
    compared with them; anything else may be said all the same. length: of digits or a code, fewest and most.
    """

    lang: str
    kind: Kind = "text"
    phrases: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    length: tuple[int, int] | None = None


# --- voice activity ----------------------------------------------------------------------------------


class Vad(Protocol):
    """Speech or not, one instance a call; keeps state, not thread-safe.

    Create it before the call is answered: loading costs up to 300 ms once. `hear` costs < 0.3 ms a frame,
    so it is called on the event loop.
    """

    window_ms: int  # 32 for Silero at 8 kHz

    def hear(self, sound: Samples) -> tuple[tuple[float, float], ...]:
        """Take sound at RATE, any length; of each window it completed, oldest first: P(speech) 0..1, and its level in
        dBFS, which whoever looks for speech wants to know as well."""

    def reset(self) -> None:
        """Forget what was heard; the next sound starts a window."""


class Endings(Protocol):
    """By the sound alone, whether who pauses has finished. It may make the silence shorter or longer, never decide."""

    async def ended(self, sound: Samples) -> float | None:
        """P(they have said all) 0..1 of an utterance at RATE up to its pause; None where there is no time to tell.
        The work runs off the event loop, in a bounded pool."""


# --- speech to text ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One recognised utterance.

    text: as spoken, never normalised; "" where no words were found (noise, breath, invented text).
    confidence: 0..1. decode_ms: work of the engine after it had all the sound. engine: its name.
    """

    text: str
    confidence: float
    decode_ms: float = 0.0
    engine: str = ""


class Recognizer(Protocol):
    """One utterance. Every method returns at once; the work runs off the event loop.

    `feed` frames as they come (begin some 300 ms before speech was detected). At the first silence `pause`:
    an engine that decodes whole utterances starts now, while endpointing still waits; `resume` when the
    caller goes on (that decode is thrown away). `final` when the utterance has ended, or `abandon`: one of
    these two must be called, once. Used from one event loop, not thread-safe.
    """

    def feed(self, frame: Frame) -> None:
        """Take 20 ms at RATE. Copies it."""

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    @property
    def partial(self) -> str:
        """Stable words so far; "" for engines whose partials can't be believed (Whisper)."""

    async def settled(self) -> Heard | None:
        """What was said up to the last `pause`, once it is known; None where the caller went on meanwhile or the
        engine can't tell. A whole answer need not be waited for any longer. Raises EngineFailed."""

    async def final(self) -> Heard:
        """The utterance has ended: what was said. Raises RecognizersBusy when the pool and its queue are
        full (tell the caller to use the keys), EngineFailed when the engine broke (see voice.errors)."""

    def abandon(self) -> None:
        """Nobody wants the result: drop the sound, give the place in the pool back."""


@runtime_checkable
class Doubting(Protocol):
    """A Recognizer that may listen more than once, and tells what it heard at first."""

    async def first(self) -> Heard | None:
        """What was heard at first up to the last `pause`, where it listens once more; None where it doesn't, and
        `settled` tells as soon. Raises nothing: what breaks, `settled` and `final` tell of."""


class Recognizers(Protocol):
    """A loaded engine that hands out Recognizers: one for the process."""

    name: str
    languages: frozenset[str]

    async def warm(self) -> None:
        """Load weights and run once, off the loop, so that the first caller doesn't pay.

        Raises WeightsMissing, WeightsCorrupt, PartMissing (see voice.errors)."""

    def start(self, hint: Hint) -> Recognizer:
        """A recogniser for one utterance; cheap. A place in the pool is taken at `pause` or `final` only, so
        callers who are still speaking cost nothing, and the queue has a bound."""

    def close(self) -> None: ...


# --- who spoke --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakerTurn:
    """speaker: 1 for who spoke first. Both times since the recording's beginning."""

    speaker: int
    start_ms: int
    end_ms: int


class Diarizer(Protocol):
    """Tells the speakers of a mono recording apart."""

    name: str

    def turns(self, sound: Samples, speakers: int | None = None) -> tuple[SpeakerTurn, ...]:
        """In order. sound: at 16 kHz. speakers: how many there are, where that is known.

        Blocking, about as long as the recording; loads at the first call. Raises EngineFailed."""


# --- text to speech ----------------------------------------------------------------------------------


class Synthesizer(Protocol):
    """One voice of one engine. Thread-safe: calls are serialised inside where the engine demands it."""

    engine: str
    voice: str
    version: str  # of engine and voice: a part of the prompt cache's key
    lang: str
    forbidden: str  # by its licence: "for non-commercial use only"; "" where nothing is

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        """Chunks of sound at RATE, about -20 dBFS while speaking, silence trimmed off both ends.

        pace: of speech, 1 is this voice's own, 0.8 a fifth slower.

        CPU-bound and blocking: off the event loop. The first chunk comes before the text is rendered whole
        where the engine streams. Close the iterator to stop early. Raises EngineFailed.
        """

    def close(self) -> None: ...


# --- the line ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """key: one of 0-9 * # A-D, at the moment it was PRESSED. at_frame: count of frames received before it."""

    key: str
    at_frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The leg is over; nothing follows. reason: "caller" (they hung up), "us", "transferred", "rejected",
    "lost" (no media or no transport), else the SIP reason phrase."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferProgress:
    """NOTIFY of a REFER (RFC 3515 2.4.5). status: SIP status of the new call: 100, 180, 200, 486…"""

    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """on: the other side put us on hold (RFC 3264 8.4), and hears nothing of what we play; else it took us back.
    Until then every frame is silence: the music they play to us is not the caller.

    lost: it was not their wish: their connection is gone. No frames come until it is back, so the call's time stands
    still, and what was played lately they may not have heard."""

    on: bool
    lost: bool = False


LegEvent = Digit | Ended | TransferProgress | Held


class CallLeg(Protocol):
    """One line to one caller, SIP or WebRTC. All methods run on the event loop and never block it.

    Not answered when handed over: `answer` or `reject` it. After `Ended` every method does nothing.
    """

    id: str  # unique, e.g. SIP Call-ID
    caller: str  # E.164 when it parses, else the raw user part; "" if unknown
    called: str
    headers: Mapping[str, str]  # of the INVITE; {} on WebRTC
    trunk: str  # by whose account the call came in or goes out; "" none's

    def frames(self) -> AsyncIterator[Frame]:
        """Received sound, 20 ms each at RATE, at line pace; ends when the leg ends. One reader. When the
        reader falls behind, the oldest frame is dropped and counted."""

    def events(self) -> AsyncIterator[LegEvent]:
        """In order; Ended is the last. One reader."""

    async def early(self) -> bool:
        """Let the caller hear what is played before the call is answered (183 with sound, RFC 3960): True once that is
        so, False where this line can't. `answer` or `reject` follow as ever."""

    async def answer(self) -> None:
        """Accept; returns once media flows both ways. Raises LegFailed."""

    async def reject(self, status: int, reason: str = "") -> None:
        """Refuse with a SIP final status, 400..699."""

    def play(self, sound: Samples) -> None:
        """Queue sound at RATE, any length, behind what is queued; returns at once."""

    def flush(self) -> int:
        """Drop what is queued; return ms of sound that was queued and will NOT be heard. The last packet
        leaves <= 20 ms later. `play` may follow at once and is not eaten by the flush."""

    @property
    def queued_ms(self) -> int:
        """ms of sound queued and not yet sent; 0 when silent."""

    async def transfer(self, target: str, *, user_to_user: str = "") -> bool:
        """Blind REFER (RFC 3515) with User-to-User (RFC 7433). target: SIP URI. user_to_user: the header's
        value as it goes on the wire, e.g. "…;encoding=hex". True once the target answered, False if it did
        not (the caller is still here). Progress comes as TransferProgress events."""

    async def join(self, other: CallLeg) -> bool:
        """Give this caller to whom we reached on `other`, and step out: REFER with Replaces (RFC 3891), so nobody's
        telephone rings again. True once the two talk and both legs ended as "transferred". False where this pair
        can't, or somebody refused: both are still here, and off hold."""

    async def hold(self, on: bool) -> None:
        """Put the other side on hold (re-INVITE sendonly), or take it back. On hold we don't hear them; what is played
        they may hear. Returns once they agreed; a line without hold goes on as it was. Raises LegFailed."""

    async def hang_up(self) -> None:
        """End the leg; safe at any time, twice too."""


@runtime_checkable
class Pushing(Protocol):
    """A leg that can hand its frames on without a task between: a hundred calls bring 5,000 a second."""

    async def listen(self, hear: Callable[[Frame], None]) -> None:
        """Call `hear` with each frame the moment it comes, in place of `frames`; returns when the leg ends. What `hear`
        raises is raised here, and nothing more is heard."""


class Telephone(Protocol):
    """Where calls come in and go out, over one stack. Knows nothing of what is said in them."""

    capacity: int  # calls at a time, both directions; one more gets 486

    async def start(self, on_call: Callable[[CallLeg], Awaitable[None]]) -> None:
        """Take calls from now on; on_call runs as a task for each. Raises PortTaken, SettingsError."""

    async def call(
        self,
        uri: str,
        *,
        headers: Mapping[str, str] | None = None,
        ring_s: float = 60.0,
        trunk: str = "",
        progress: Callable[[int], None] | None = None,
    ) -> CallLeg:
        """Place a call; returns once it was answered. uri: sip:user@host, or a bare number where a trunk takes it.
        ring_s: how long it may ring. trunk: by name; "" lets the number decide. progress: told each provisional
        status, 180, 183…, on the event loop. A cancelled `call` hangs up. Raises LegFailed (sip_status 486: busy;
        408: nobody answered within ring_s)."""

    async def drain(self, timeout_s: float) -> None:
        """New calls get 503 from now on; wait for those that live, and hang up what is left."""

    async def close(self) -> None:
        """End every call and give all back: threads, sockets, tasks. Twice is fine."""

    @property
    def alive(self) -> bool:
        """Whether calls can come in."""

    @property
    def registered(self) -> bool | None:
        """Whether every trunk we register at knows us; None where there is none."""

    @property
    def trunks(self) -> tuple[TrunkState, ...]:
        """Each as it stands now, in the order they were given."""

    @property
    def refused(self) -> int:
        """Requests of strangers so far: from networks that may not call."""

    @property
    def calls(self) -> int:
        """Live calls now, ringing ones too."""
