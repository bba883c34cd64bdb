"""What an agent is told when they pick up: who calls, why, and what is known already. For the ear, in one breath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.dialogue import spoken
from bot.dialogue.meaning import Language
from bot.dialogue.run import Run
from bot.dialogue.session import Frame
from bot.dialogue.showing import show
from bot.dialogue.values import PersonName
from bot.dialogue.wording import Prompt

MOST = 4  # things that were told: who listens remembers no more
LONGEST = 80  # characters of a free text
SOMEBODY: Mapping[Language, str] = {"ru": "клиент", "en": "a customer"}
NUMBER: Mapping[Language, str] = {"ru": "номер", "en": "number"}
# Reasons of the engine's own; what the customer asked for speaks for itself, and so do an author's words.
REASONS: Mapping[str, Mapping[Language, str]] = {
    "not understood": {"ru": "Бот не понял клиента.", "en": "The bot did not understand them."},
    "silence": {"ru": "Клиента не слышно.", "en": "They can't be heard."},
    "error": {"ru": "У бота сбой.", "en": "The bot broke down."},
}


def brief(run: Run, reason: str, note: Prompt | None = None) -> tuple[str, Language]:
    """The sentence and its language: the company's own, the first of its set. note: the author's own words, in place of
    what is known."""
    language: Language = "en" if run.scenarios.languages[0] == "en" else "ru"
    prompt = run.scenarios.builtin.get("agent_brief")
    if prompt is None:
        return "", language
    with _speaking(run, language):
        about = REASONS.get(reason, {}).get(language, "")
        known = run.rendered(note).speech if note else _known(run, language)
        said = run.rendered(prompt, extra={"who": _who(run, language), "about": " ".join(filter(None, (about, known)))})
    return said.speech.strip(), language


@contextmanager
def _speaking(run: Run, language: Language) -> Iterator[None]:
    """In that language, whatever the customer speaks."""
    before = run.session.language
    run.change(language=language)
    try:
        yield
    finally:
        run.change(language=before)


def _who(run: Run, language: Language) -> str:
    number = run.session.caller
    told = f"{NUMBER[language]} {spoken.phone(number, language, voice=True)}" if number.startswith("+") else ""
    return ", ".join(filter(None, (_name(run) or SOMEBODY[language], told)))


def _name(run: Run) -> str:
    """As they gave it in this conversation, or as they are known."""
    for frame in reversed(run.session.stack):
        for slot in run.scenarios.scenarios[frame.scenario].slots.values():
            value = frame.values.get(slot.name)
            if slot.type == "person" and isinstance(value, PersonName) and not slot.sensitive:
                return str(show(run.register(voice=True), value))
    value = run.session.customer.get("name")
    hidden = "name" in run.session.sensitive
    return "" if value is None or hidden else str(show(run.register(voice=True), value))


def _known(run: Run, language: Language) -> str:
    """What was under way and what is known of it: "Запись на приём: врач — терапевт, когда — завтра"."""
    frames = [frame for frame in reversed(run.session.stack) if frame.scenario not in ("operator", run.scenarios.start)]
    if not frames:
        return ""
    frame = next((each for each in frames if _values(run, each, language)), frames[0])
    title = run.scenarios.scenarios[frame.scenario].title
    about = title.get(language) or next(iter(title.values()), "")
    values = _values(run, frame, language)
    return f"{about}{': ' if about and values else ''}{', '.join(values)}." if about or values else ""


def _values(run: Run, frame: Frame, language: Language) -> list[str]:
    out: list[str] = []
    for name, slot in run.scenarios.scenarios[frame.scenario].slots.items():
        value = frame.values.get(name)
        if value is None or slot.sensitive or slot.type in ("person", "phone") or len(out) == MOST:
            continue
        shown = show(run.register(voice=True), run.told(slot, value))
        if shown:
            title = slot.title.get(language)
            out.append(f"{title} — {shown[:LONGEST]}" if title else shown[:LONGEST])
    return out
