"""A choice of several at once: told in one breath, or gathered button by button until the customer is done."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.dialogue.run import Run
from bot.dialogue.session import Frame
from bot.dialogue.slot import Slot

DONE = "done"  # a button: what was chosen so far is all
NOTHING = "nothing"  # a button: none of them
SKIP = "skip"  # a button: to leave a slot out
_DONE: Mapping[Language, str] = {"ru": "Готово", "en": "Done"}
_SKIP: Mapping[Language, str] = {"ru": "Пропустить", "en": "Skip"}


YES_NO: Mapping[str, tuple[Choice, Choice]] = {
    "ru": (Choice(id="yes", title="Да", key="1"), Choice(id="no", title="Нет", key="2")),
    "en": (Choice(id="yes", title="Yes", key="1"), Choice(id="no", title="No", key="2")),
}


def chosen(frame: Frame, slot: Slot) -> tuple[str, ...]:
    """What was chosen so far: whole, or by the buttons pressed up to now."""
    gathered = frame.partial.get(slot.name)
    value = gathered if isinstance(gathered, tuple) else frame.values.get(slot.name)
    return tuple(str(each) for each in value) if isinstance(value, tuple) else ()


def buttons(run: Run, slot: Slot, options: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """What is still to be had; then a way to have done, to have nothing of it, or to leave it out."""
    skip = (Choice(id=SKIP, title=_SKIP[run.session.language]),) if slot.skip else ()
    return (*_several(run, slot, options), *skip) if slot.many else (*options, *skip)


def _several(run: Run, slot: Slot, options: tuple[Choice, ...]) -> tuple[Choice, ...]:
    already = chosen(run.frame, slot)
    language = run.session.language
    left = tuple(choice for choice in options if choice.id not in already)
    if already:
        return (*left, Choice(id=DONE, title=_DONE[language]))
    none = slot.none.get(language)
    return (*left, Choice(id=NOTHING, title=none[0][:1].upper() + none[0][1:])) if none else left


def press(run: Run, slot: Slot, option: str) -> tuple[str, ...] | None:
    """A button. The whole choice, where it is made; None: it goes on, and is kept in part."""
    already = chosen(run.frame, slot)
    if option == DONE and already:
        return already
    if option == NOTHING and slot.none:
        return ()
    ids = [each.id for each in slot.options]
    gathered = tuple(each for each in ids if each == option or each in already)
    if len(gathered) == len(ids):
        return gathered
    run.put(partial={**run.frame.partial, slot.name: gathered})
    return None
