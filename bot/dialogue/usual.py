"""The one shortcut: «Оплатить кабельное, как обычно?», asked before the menu of whoever nearly always wants just that.

Yes serves it, no reads the menu with that item last, and everything else is understood as at the menu itself: another
item, another wish, a key (which stays with its item). Silence reads the menu, and is no miss.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.dialogue.actions import Choice, ChoseItem
from bot.dialogue.also import also_choices
from bot.dialogue.asking import served
from bot.dialogue.choosing import YES_NO
from bot.dialogue.program import ChooseStep, Item
from bot.dialogue.run import Run
from bot.dialogue.session import USUAL, Frame, Habit, Session


def usual(session: Session, step: ChooseStep) -> Item | None:
    """The item that would be offered at this menu."""
    habit = session.habits.get(step.menu)
    if habit is None or not habit.shortcut or not step.learns or not step.shortcut:
        return None
    return next((item for item in step.items if item.id == habit.shortcut and not item.excluded), None)


def asks_usual(frame: Frame) -> bool:
    return frame.awaiting == USUAL


def ask_usual(run: Run, step: ChooseStep) -> bool:
    """Before the menu is read for the first time; True where it was asked."""
    item = usual(run.session, step)
    if item is None or run.session.habits[step.menu].asked or served(run.frame, step) or run.session.misses:
        return False
    _note(run, step, asked=True)
    run.visit(step.id)
    run.say(step.prompt)
    run.say_builtin("usual", choices=_choices(run, step, item), extra={"title": dict(item.option.title)})
    run.wait(awaiting=USUAL)
    return True


def refuse(run: Run, step: ChooseStep) -> None:
    """The menu is read next."""
    _note(run, step, refused=True)
    run.put(awaiting="")


def just_refused(run: Run, step: ChooseStep) -> bool:
    """Whether the menu's own words were heard a moment ago, before the shortcut."""
    habit = run.session.habits.get(step.menu)
    return habit is not None and habit.refused and run.frame.visits.get(step.id) == 1


def _note(run: Run, step: ChooseStep, *, asked: bool = True, refused: bool = False) -> None:
    habit = replace(run.session.habits.get(step.menu, Habit()), asked=asked, refused=refused)
    run.change(habits={**run.session.habits, step.menu: habit})


def learned_order(run: Run, step: ChooseStep) -> tuple[str, ...]:
    """Item ids as habits would have them announced, of what was refused last; () where there is no learned order."""
    order = run.session.orders.get(step.menu, ())
    item = usual(run.session, step)
    if item is None or not run.session.habits[step.menu].refused:
        return tuple(order)
    known = order or tuple(each.id for each in step.items)
    return put_last(known, item.id, (each.id for each in step.items if each.fixed))


def put_last(order: Sequence[str], refused: str, fixed: Iterable[str]) -> tuple[str, ...]:
    """What keeps its place keeps it."""
    stay = frozenset(fixed)
    if refused in stay:
        return tuple(order)
    left = iter([*(item for item in order if item not in stay and item != refused), refused])
    return tuple(item if item in stay else next(left, item) for item in order)


def chose(run: Run, step: ChooseStep, item: Item, order: tuple[str, ...]) -> ChoseItem:
    """What the menu learns from, and all that is needed to judge it by. order: as it was announced."""
    habit = run.session.habits.get(step.menu)
    heard = run.frame.visits.get(step.id, 0) > 0 and not served(run.frame, step)
    if habit is None:
        return ChoseItem(menu=step.menu, item=item.id, order=order, heard=heard)
    return ChoseItem(
        menu=step.menu,
        item=item.id,
        order=order,
        heard=heard,
        learned=habit.order,
        probability=habit.probability,
        would=habit.would,
        offered=habit.shortcut if habit.asked and heard else "",
    )


def _choices(run: Run, step: ChooseStep, item: Item) -> tuple[Choice, ...]:
    """In a chat the other items stand beside the yes; a telephone has its keys."""
    if run.session.medium == "voice":
        return ()
    yes = Choice(id="yes", title=YES_NO[run.session.language][0].title)
    known = {each.id: each for each in step.items}
    order = learned_order(run, step) or tuple(known)
    others = (known[name] for name in order if name in known and name != item.id)
    return (yes, *(run.choice(each.option) for each in others), *also_choices(run))
