"""What a set's rasa.yaml declares: a Rasa server that is asked what words mean, and bots that whole dialogues go to.

Who asks them is bot.understanding.rasa; what a step of such a dialogue does is bot.dialogue.delegating.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.dialogue.external import Part, Secret
from bot.dialogue.values import Value

DELEGATE = "delegate:"  # begins the name of the Fetch that a bot is told something by
COMMAND = "/"  # begins what Rasa takes for an intent, entities and all: nothing that a customer may say
MAX_SAID = 2_000  # characters of a customer's words that Rasa gets
YES_NO = ("yes", "no")  # what an intent of Rasa's may stand for besides an intent of the set
# What Rasa's own templates call an answer; a set's intents of these names come first.
AFFIRMED: Mapping[str, str] = {"affirm": "yes", "deny": "no"}
FALLBACK = ("nlu_fallback", "out_of_scope")
TIMEOUT_S = 1.0  # of a question what words mean: a caller waits
BOT_TIMEOUT_S = 5.0
THRESHOLD = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rasa:
    """Where a Rasa server is. url: without a path, "http://rasa:5005". token: of its `--auth-token`.

    timeout: seconds for the whole of an answer.
    """

    url: tuple[Part, ...]
    token: tuple[Part, ...] = ()
    headers: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    timeout: float = TIMEOUT_S
    line: int = 0

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the environment that it needs."""
        parts = (*self.url, *self.token, *(part for header in self.headers.values() for part in header))
        return tuple(dict.fromkeys(part.name for part in parts if isinstance(part, Secret)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """Asked what words mean. threshold: 0..1, of an intent that counts. fallback: intents that mean "not understood".

    intents: Rasa's name -> ours, "yes" or "no"; the rest are called the same. entities: Rasa's name (with its role as
    "city.from") -> our slot. languages: that its model has learnt.
    """

    rasa: Rasa
    threshold: float = THRESHOLD
    fallback: tuple[str, ...] = FALLBACK
    intents: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("ru", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripted:
    """What a bot is said to answer while there is none to ask. heard: None holds for anything.

    back: "" while it goes on, "back" or "operator" when it gives the conversation back.
    """

    heard: str | None = None
    says: tuple[str, ...] = ()
    buttons: Mapping[str, str] = field(default_factory=dict)
    back: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """A Rasa bot that a step hands the dialogue to. rasa: None while there is none yet, and `script` answers.

    gives: names of what it may leave in the conversation.
    """

    name: str
    rasa: Rasa | None = None
    gives: tuple[str, ...] = ()
    script: tuple[Scripted, ...] = ()
    line: int = 0

    @property
    def url(self) -> tuple[Part, ...]:
        """() while there is nobody to ask."""
        return self.rasa.url if self.rasa else ()

    @property
    def secrets(self) -> tuple[str, ...]:
        return self.rasa.secrets if self.rasa else ()


def harmless(text: str) -> str:
    """Customers' words as Rasa may have them: never a command, no control characters; "" where nothing is left."""
    words = " ".join("".join(char if char.isprintable() else " " for char in text[:MAX_SAID]).split())
    while words.startswith(COMMAND):
        words = words[1:].strip()
    return words
