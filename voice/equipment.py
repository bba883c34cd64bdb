"""What all calls of a process share: ears, mouth, the way to a turn and to an agent's telephone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.dialogue.meaning import Expectation
from bot.dialogue.scenario import Recorded
from bot.dialogue.session import Session
from bot.ports import Bus, Turns
from voice.ports import Endings, Recognizers
from voice.recording.disk import Disk
from voice.speaking import Voices
from voice.vad.spare import Vads

SILENCE_S = 6.0  # of nothing after a prompt before the caller is asked again; VoiceXML's usual timeout is 5 to 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What all calls of a process share.

    vads: each call has its own for as long as it lasts. ears: recognisers by language. agent: the SIP address calls
    are transferred to, "" for none: they wait at the desk. vcon: conversation id -> its vCon's id. ringing: told
    (conversation, address) before an agent's telephone rings, so that the desk shows it first.
    measured: told (name, ms) for the metrics: reply_ms and its parts, silence_ms (until the utterance was sure to be
    over), words_ms (until it was recognised), turn_ms, sound_ms; key_ms, barge_in_ms. whole: whether these words
    already say all that is expected at once, so that a shorter silence ends them. understood: whether they mean
    anything now; what doesn't and is short stops no prompt. apology, closing, moment, crowded: what is said, by
    language, where no turn can be taken, where the line must be closed, where a turn takes long, and where too many
    callers speak at once for all to be heard. unheard: told of each utterance lost that way. likely: what
    will probably be said next, (language, text, pace), rendered meanwhile; ready: told of each prompt whether it was.
    comfort_dbfs: of the noise on a line where nobody speaks, 0 for none. endings: hears whether a pause is an end.
    disk: where calls are recorded, None where nothing is. record: whether they are, where their scenarios don't say.
    """

    turns: Turns
    bus: Bus
    vads: Vads
    ears: Mapping[str, Recognizers]
    voices: Voices
    agent: str = ""
    vcon: Callable[[str], str] = field(default=lambda conversation: conversation)
    ringing: Callable[[str, str], Awaitable[None]] | None = None
    measured: Callable[[str, float], None] = field(default=lambda name, value: None)
    silence_s: float = SILENCE_S
    apology: Mapping[str, str] = field(default_factory=dict)
    closing: Mapping[str, str] = field(default_factory=dict)
    moment: Mapping[str, str] = field(default_factory=dict)
    crowded: Mapping[str, str] = field(default_factory=dict)
    unheard: Callable[[], None] = field(default=lambda: None)
    whole: Callable[[str, Session, Expectation], Awaitable[bool]] | None = None
    understood: Callable[[str, Session, Expectation], Awaitable[bool]] | None = None
    likely: Callable[[Session, Expectation], Awaitable[Sequence[tuple[str, str, float]]]] | None = None
    ready: Callable[[bool], None] = field(default=lambda was: None)
    comfort_dbfs: float = 0.0
    endings: Endings | None = None
    disk: Disk | None = None
    record: Recorded = "off"
