"""What all calls of a process share: ears, mouth, the way to a turn and to an agent's telephone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.scenario import Recorded
from bot.dialogue.session import Session
from bot.ports import Agents, Bus, Spoken, Turns
from voice.audio import Samples
from voice.ports import CallLeg, Endings, Recognizers
from voice.recording.disk import Disk
from voice.speaking import Voices
from voice.vad.spare import Vads

SILENCE_S = 6.0  # of nothing after a prompt before the caller is asked again; VoiceXML's usual timeout is 5 to 7


Reach = Callable[[str, Mapping[str, str], float], Awaitable[CallLeg]]
"""Call (address, headers, seconds it may ring); the line once it was answered. Raises LegFailed. Cancelled, it stops
ringing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """How callers are given to agents' telephones.

    agents: who takes the next one. way: "bridge": the agent is told who calls and why, then the two are connected in
    this process; "refer": told as well, then joined by the exchange where it can; "blind": the caller's line is sent to
    the agent's telephone, which rings with the vCon's id. reach: for the first two. ring_s: how long each rings.
    stays: an agent takes a caller by staying on the line, else by 1 or a yes; agrees: whether words are one.
    prompts: the words for agents, by language: "agent_offer". music: of a scenario set, what waiting callers hear, at
    RATE; empty: silence. callbacks: which numbers can be rung back now, as
    `bot.dialogue.dialable` reads them; none: nobody is.
    """

    agents: Agents
    way: Literal["bridge", "refer", "blind"] = "blind"
    reach: Reach | None = None
    ring_s: float = 25.0
    stays: bool = True
    agrees: Callable[[str, Language], bool | None] | None = None
    prompts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    music: Callable[[str], Samples] | None = None
    callbacks: Callable[[], tuple[str, ...]] = tuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What all calls of a process share.

    vads: each call has its own for as long as it lasts. ears: recognisers by language. handing: how callers are given
    to agents' telephones; None: they wait at the desk. vcon: conversation id -> its vCon's id.
    measured: told (name, ms) for the metrics: reply_ms and its parts, silence_ms (until the utterance was sure to be
    over), words_ms (until it was recognised), turn_ms, sound_ms; key_ms, barge_in_ms. whole: whether these words
    already say all that is expected at once, so that a shorter silence ends them. understood: whether they mean
    anything now; what doesn't and is short stops no prompt. apology, closing, moment, crowded: what is said, by
    language, where no turn can be taken, where the line must be closed, where a turn takes long, and where too many
    callers speak at once for all to be heard. unheard: told of each utterance lost that way. likely: what
    will probably be said next, (language, text, pace), rendered meanwhile; ready: told of each prompt whether it was.
    comfort_dbfs: of the noise on a line where nobody speaks, 0 for none. endings: hears whether a pause is an end.
    tones: whether keys are heard by their tones, too. disk: where calls are recorded, None where nothing is.
    record: whether they are, where their scenarios don't say. spoken: told when a prompt, or an agent's words, were
    heard, and how much of them: conversation, seq of the journal row, what of it.
    """

    turns: Turns
    bus: Bus
    vads: Vads
    ears: Mapping[str, Recognizers]
    voices: Voices
    handing: Handing | None = None
    vcon: Callable[[str], str] = field(default=lambda conversation: conversation)
    measured: Callable[[str, float], None] = field(default=lambda name, value: None)
    silence_s: float = SILENCE_S
    apology: Mapping[str, str] = field(default_factory=dict)
    closing: Mapping[str, str] = field(default_factory=dict)
    moment: Mapping[str, str] = field(default_factory=dict)
    crowded: Mapping[str, str] = field(default_factory=dict)
    unheard: Callable[[], None] = field(default=lambda: None)
    whole: Callable[[str, Session, Expectation], Awaitable[bool]] | None = None
    understood: Callable[[str, Session, Expectation], Awaitable[float]] | None = None
    likely: Callable[[Session, Expectation], Awaitable[Sequence[tuple[str, str, float]]]] | None = None
    ready: Callable[[bool], None] = field(default=lambda was: None)
    comfort_dbfs: float = 0.0
    endings: Endings | None = None
    tones: bool = False
    disk: Disk | None = None
    record: Recorded = "off"
    spoken: Callable[[str, int, Spoken], None] | None = None
