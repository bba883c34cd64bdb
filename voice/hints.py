"""What the core expects, as ears need it."""

from __future__ import annotations

from typing import get_args

from bot.dialogue.meaning import Expectation, Language
from voice.ports import Hint, Kind

KINDS = frozenset(get_args(Kind))


def hint(expectation: Expectation, lang: Language) -> Hint:
    """The slot just asked for sets the kind; without one a yes/no question, then a menu, then anything."""
    asked = expectation.slots.get(expectation.asked or "")
    options = asked.options if asked else expectation.choices
    titles = tuple(title for option in options if (title := option.title.get(lang)))
    phrases = tuple(dict.fromkeys(expectation.hints + titles))
    return Hint(lang=lang, kind=_kind(expectation), phrases=phrases)


def _kind(expectation: Expectation) -> Kind:
    asked = expectation.slots.get(expectation.asked or "")
    if asked and asked.type in KINDS:
        return asked.type  # type: ignore[return-value]
    # "Anything else?" is answered by a yes or no too, but what follows is a wish, told as freely as at any menu.
    if expectation.yesno and (not expectation.choices or any(option.id == "yes" for option in expectation.choices)):
        return "yesno"
    return "menu" if expectation.choices else "text"
