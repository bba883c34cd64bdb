"""Whether a call's sound is kept: told first, or asked first; and not while something secret is told.

What is decided is an action, `Record`, and so a fact of the journal. Who keeps the sound does as it says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.dialogue.actions import Record
from bot.dialogue.choosing import YES_NO
from bot.dialogue.events import Chosen, Event, Keys, Silence, Started, Utterance
from bot.dialogue.expecting import expects
from bot.dialogue.keypad import read_keys
from bot.dialogue.masking import telling_secret
from bot.dialogue.meaning import Meaning
from bot.dialogue.run import Run

ASKS = 2  # times; who doesn't answer doesn't consent
Answer = Literal["yes", "no", "unclear", "else"]


def announced(run: Run, event: Started) -> bool:
    """Tell, or ask, before anything else is said. False: it was asked, and nothing begins until it is answered."""
    wanted = (run.scenarios.record or event.record) if event.record and run.session.medium == "voice" else "off"
    if wanted == "on":
        run.say_builtin("recorded")
        keep(run, on=True)
    elif wanted == "ask":
        run.change(recording="asked")
        ask(run)
        return False
    return True


def ask(run: Run) -> None:
    run.say_builtin("may_record", attempt=run.session.misses, choices=YES_NO[run.session.language])


def keep(run: Run, *, on: bool) -> None:
    run.change(recording="on" if on else "", misses=0)
    run.actions.append(Record(state="on" if on else "off"))


def answered(run: Run, event: Event) -> Answer:
    """What an event says to the question. "else": they speak of what they came for, which is no consent."""
    if isinstance(event, Silence):
        return "unclear"
    meaning = _meaning(run, event)
    if meaning.yes is not None and not meaning.proposed and not meaning.intents:
        return "yes" if meaning.yes else "no"
    return "else" if meaning.intents or meaning.readings else "unclear"


def _meaning(run: Run, event: Event) -> Meaning:
    if isinstance(event, Keys):
        return read_keys(event.digits, expects(run.session, run.scenarios), run.now, run.session.language)
    if isinstance(event, Chosen):
        return Meaning(yes=_PRESSED.get(event.option))
    return event.meaning if isinstance(event, Utterance) else Meaning()


_PRESSED: Mapping[str, bool] = {"yes": True, "no": False}


def paused(run: Run) -> None:
    """While something secret is expected nothing is kept; before anything is said of it, and after all of it was."""
    if run.session.recording not in ("on", "paused"):
        return
    now = "paused" if telling_secret(run.session, run.scenarios) else "on"
    if now != run.session.recording:
        run.change(recording=now)
        began = [at for at, action in enumerate(run.actions) if isinstance(action, Record)]
        run.actions.insert(began[-1] + 1 if began else 0, Record(state="paused" if now == "paused" else "resumed"))
