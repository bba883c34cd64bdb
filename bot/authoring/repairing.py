"""repair.yaml: what is said, and done, where a conversation goes astray: built in, or in the author's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path

from bot.authoring.problems import Problem, ScenarioErrors
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Node, read
from bot.dialogue.meaning import REPAIRS
from bot.dialogue.wording import Prompt

FILE = "repair.yaml"
BUILTIN = Path(__file__).with_name("builtin.yaml")

# What the engine puts into a built-in prompt beside the names every prompt knows.
EXTRA: Mapping[str, tuple[str, ...]] = {
    "ask_time": ("day", "time"),
    "ask_day": ("day", "time"),
    "ask_part_of_day": ("day", "time"),
    "in_the_past": ("when",),
    "in_the_future": ("when",),
    "anything_more": ("chosen",),
    "out_of_range": ("low", "high"),
    "too_small": ("low", "high"),
    "too_big": ("low", "high"),
    "wrong_length": ("low", "high", "count"),
    "wrong_length_between": ("low", "high", "count"),
    "wrong_signs": ("low", "high", "count"),
    "wrong_signs_between": ("low", "high", "count"),
    "ask_domain": ("day", "time"),
    "keyed_right": ("value",),
    "known_person": ("value", "title"),
    "known_phone": ("value", "title"),
    "known_value": ("value", "title"),
    "offer_continue": ("title", "channel"),
    "agent_joined": ("agent",),
    "agent_brief": ("who", "about"),
    "queue_place": ("place", "position"),
    "queue_wait": ("wait", "minutes"),
    "callback_agree": ("number",),
    "more_answers": ("titles",),
    "clarify": ("first", "second"),
    "leave_it": ("title", "first"),
    "not_now": ("title",),
    "come_back": ("title",),
    "usual": ("title",),
    "bot_button": ("title", "key"),
    "bot_word": ("title",),
}


def repaired(reader: Reader, root: Node | None, scenarios: Collection[str]) -> tuple[dict[str, Prompt], dict[str, str]]:
    """The prompts by name, and of a built-in wish the scenario that stands in for it: "cancel" -> "my_cancel"."""
    prompts, instead = dict(shipped()), dict[str, str]()
    if root is None:
        return prompts, instead
    for name, node in reader.fields(root, {**prompts, **dict.fromkeys(REPAIRS)}).items():
        if name not in prompts or (isinstance(node, Fields) and node.get("start") is not None):
            scenario = _instead(reader, name, node, scenarios)
            instead |= {name: scenario} if scenario else {}
            continue
        prompts[name] = reader.prompt(node, f"repair:{name}", EXTRA.get(name, ()))
    return prompts, instead


def _instead(reader: Reader, name: str, node: Node, scenarios: Collection[str]) -> str:
    """`cancel: {start: my_cancel}`: a scenario of the set in place of what is built in; "" where it can't be."""
    if name not in REPAIRS:
        reader.unknown("unknown_repair", node, name, REPAIRS)
        return ""
    start = reader.fields(node, ("start",), ("start",)).get("start")
    scenario = reader.name(start)
    if start is None or not scenario:
        return ""
    if scenario not in scenarios:
        reader.unknown("unknown_scenario", start, scenario, scenarios)
        return ""
    return scenario


@cache
def shipped() -> Mapping[str, Prompt]:
    """The built-in prompts in every language, by name."""
    problems: list[Problem] = []
    tree = read(BUILTIN.read_bytes())
    reader = Reader(BUILTIN.name, problems)
    prompts = {
        name: reader.prompt(node, f"builtin:{name}", EXTRA.get(name, ()))
        for name, node in reader.fields(tree, (), open_ended=True).items()
    }
    if problems:
        raise ScenarioErrors(problems)
    return prompts
