"""What was chosen, as prompts show it: the option's title in place of its id."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.slot import Slot
from bot.dialogue.values import Value


class OptionId(str):
    """The id of an option that shows its title; compared and looked up by the id, as everywhere."""

    __slots__ = ("titles",)
    titles: Mapping[str, str]

    @classmethod
    def of(cls, value: Value, titles: Mapping[str, Mapping[str, str]]) -> Value:
        if not isinstance(value, str) or value not in titles:
            return value
        made = cls(value)
        made.titles = titles[value]
        return made


class Nothing(tuple[Value, ...]):
    """None of the options, which shows as the author says it: "без добавок"."""

    words: Mapping[str, tuple[str, ...]]

    def __new__(cls, words: Mapping[str, tuple[str, ...]]) -> Nothing:
        made = super().__new__(cls)
        made.words = words
        return made


def chosen_titles(value: tuple[Value, ...], slot: Slot) -> Value:
    """Several options, each by its title; none of them by the author's words for that."""
    if not value and slot.none:
        return Nothing(slot.none)
    return tuple(OptionId.of(each, slot.titles) for each in value)
