"""Golden conversations: every scenario has one, in every language of the set."""

from __future__ import annotations

from bot.authoring import talk
from bot.authoring.checks.whole import Whole, lines, prompts
from bot.authoring.draft import Draft
from bot.authoring.problems import ScenarioErrors
from bot.authoring.tree import Node
from bot.dialogue.expressions import Template

_TELLING = 6  # letters that a prompt's own words must have to be known again
_MAX_FILES = 200


def talks(whole: Whole) -> None:
    """A scenario is tried where a conversation begins with it, or where the bot says something of it."""
    told: dict[str, list[str]] = {"ru": [], "en": []}
    begun: set[tuple[str, str]] = set()
    for path in sorted((whole.folder / "tests").glob("*.txt"))[:_MAX_FILES]:
        try:
            conversations = talk.read(path, path.name)
        except ScenarioErrors:
            continue  # `govorun test` tells of it
        for each in conversations:
            begun.add((each.language, each.scenario or whole.made.start))
            said = told.setdefault(each.language, [])
            said.extend(line.casefold() for exchange in each.exchanges for line in exchange.bot)
            begun.update((each.language, name) for name in whole.made.scenarios if _named(path.name, name))
    whole_text = {language: "\n".join(said) for language, said in told.items()}
    for name, draft in whole.drafts.items():
        if "." in name:
            continue  # an answer with steps
        for language in whole.made.languages:
            if (language, name) not in begun and not _said(draft, language, whole_text[language]):
                node = Node(line=min((node.line for node in draft.nodes.values()), default=1), column=1)
                draft.reader.problem("no_talk_for", node, name=name, language=language)


def _named(file: str, scenario: str) -> bool:
    return file.split(".")[0] == scenario


def _said(draft: Draft, language: str, told: str) -> bool:
    runs = [
        run
        for thing in (*draft.slots.values(), *draft.steps.values())
        for prompt in prompts(thing)
        for line in lines(prompt)
        if line.language == language and (run := _longest(line.template))
    ]
    return not runs or any(run in told for run in runs)


def _longest(template: Template) -> str:
    """The longest run of its own words, "" where it is too short: values differ, "…" may stand for any part."""
    runs = [part.strip(" .,!?:;—").casefold() for part in template.parts if isinstance(part, str)]
    longest = max(runs, key=len, default="")
    return longest.split(". ")[0] if len(longest) >= _TELLING else ""
