"""A Rasa project as a scenario set: what can be said in our language is, and of the rest a note says what it was.

intents and their examples     a scenario each with its phrases, entities as {slots}
rules, stories                 what follows the intent, turn after turn: responses are said, forms collect their slots,
                               the customer's next words are a question with its ways
buttons under a response       a menu
retrieval intents              answers/
slots, lookups, synonyms       slots; a choice where the values are known
greet, goodbye, affirm, …      built in here; their words go to repair.yaml
actions in Python              a note: write them as actions.yaml, or keep that bot and delegate to it

    shapes, flows, project     what is read: lists and names, rules and stories, all of the folder
    following                  what follows what, as trees
    naming, wording, questions names, phrases and prompts, slots of ours
    laying                     a tree as steps
    notes                      what was not taken as it was
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.authoring.load import check
from bot.authoring.problems import Problem
from bot.authoring.rasa.flows import Step
from bot.authoring.rasa.following import BUILT_IN, Following, Node, following
from bot.authoring.rasa.laying import Laid, Laying
from bot.authoring.rasa.naming import named, title
from bot.authoring.rasa.notes import Note, Notes
from bot.authoring.rasa.project import Example, Project, Response, Span, opened
from bot.authoring.rasa.questions import Questions
from bot.authoring.rasa.wording import Wording, language_of
from bot.dialogue.meaning import Language
from bot.errors import Conflict

MENU = 7  # items of the main menu; the others are reached by words
# Rasa's usual names of responses -> the built-in prompt they stand for.
PROMPTS: Mapping[str, str] = {
    "utter_goodbye": "goodbye",
    "utter_bye": "goodbye",
    "utter_thanks": "thanks_reply",
    "utter_youarewelcome": "thanks_reply",
    "utter_noworries": "thanks_reply",
    "utter_default": "not_understood",
    "utter_fallback": "not_understood",
    "utter_please_rephrase": "not_understood",
}
_GREETINGS = ("utter_greet", "utter_greeting", "utter_hello")
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "ru": {"menu": "Чем помочь?", "again": "Чем ещё помочь?", "hello": "Здравствуйте!", "main": "Главное меню"},
    "en": {"menu": "How can I help?", "again": "Anything else?", "hello": "Hello!", "main": "Main menu"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """problems: what `govorun check` finds in it, which should be nothing."""

    folder: Path
    files: tuple[str, ...]
    scenarios: int
    phrases: int
    notes: tuple[Note, ...]
    problems: tuple[Problem, ...] = ()


def import_(
    source: Path, folder: Path, *, title: str = "", language: Language | None = None, locale: str = "en"
) -> Imported:
    """Write the Rasa project in `source` as a set into `folder`, which must not hold one yet.

    title: of the business. language: of what it says; None for the one most of it is in. Raises Unacceptable with the
    file and line of what can't be read, Conflict where the folder is taken, OSError.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Conflict("the folder is not empty", where=str(folder), fix="Name a new one")
    project = opened(source, locale)
    notes = Notes()
    made = _Set(project, Wording(project, language or language_of(project), notes), notes)
    files = made.files(title or folder.resolve().name)
    for name, tree in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_written(name, tree), encoding="utf-8")
    problems, dropped = _without_clashes(folder)
    if dropped:
        notes.add("clash", "", dropped)
    return Imported(
        folder=folder,
        files=tuple(files),
        scenarios=len(made.scenarios),
        phrases=made.phrases - dropped,
        notes=tuple(notes.told),
        problems=problems,
    )


def _without_clashes(folder: Path) -> tuple[tuple[Problem, ...], int]:
    """What two intents both say stays with the first; the problems that are left, and how many lines went."""
    dropped = 0
    for _ in range(20):
        problems = check(folder)
        lines: dict[str, set[int]] = {}
        for problem in problems:
            if problem.code == "phrase_clash":
                lines.setdefault(problem.file, set()).add(problem.line)
        if not lines:
            return problems, dropped
        for name, numbers in lines.items():
            path = folder / name
            kept = path.read_text(encoding="utf-8").splitlines(keepends=True)
            dropped += len(numbers)
            path.write_text("".join(line for at, line in enumerate(kept, 1) if at not in numbers), encoding="utf-8")
    return check(folder), dropped


def _written(name: str, tree: object) -> str:
    schema = "answers.schema.json" if name.startswith("answers/") else "schema.json"
    up = "../" * (3 if name.startswith("answers/") else 2)
    head = f"# yaml-language-server: $schema={up}bot/authoring/{schema}\n"
    return head + yaml.dump(tree, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=10_000)


class _Plain(yaml.SafeDumper):
    """Without anchors: what stands twice is written twice, as people would."""

    def ignore_aliases(self, data: object) -> bool:
        return True


@dataclass(slots=True)
class _Set:
    """The set being made. scenarios: intent -> scenario's name. phrases: how many of them, answers' questions too."""

    project: Project
    wording: Wording
    notes: Notes
    scenarios: dict[str, str] = field(default_factory=dict)
    phrases: int = 0

    @property
    def language(self) -> Language:
        return self.wording.language

    def files(self, called: str) -> dict[str, object]:
        self.wording.names = named(self.project.slots, prefix="slot")
        followed = following(self.project, self.notes)
        retrieval = {intent for intent in self.project.intents if "/" in intent}
        own = [each for each in self.project.intents if each not in retrieval]
        follows = {each: self.after(each, followed) for each in own if each not in BUILT_IN}
        taken = [each for each in follows if self.does(follows[each]) or self.begins(each, followed)]
        self.scenarios = named(taken, prefix="scenario")
        files: dict[str, object] = {
            "business.yaml": {"name": {self.language: called}, "languages": [self.language], "start": "main"}
        }
        for intent, name in self.scenarios.items():
            files[f"{name}.yaml"] = self.scenario(intent, name, follows[intent], followed)
        files["main.yaml"] = self.main(followed)
        answers = self.answers(retrieval)
        if answers:
            files["answers/rasa.yaml"] = answers
        if repair := self.repair():
            files["repair.yaml"] = repair
        self.remarks(each for each in own if self.begins(each, followed) or not self.wished(each))
        return files

    # --- what follows an intent ---

    def after(self, intent: str, followed: Following) -> list[Node]:
        """By rules and stories; else from the midst of one; else what is called after it."""
        if self.does(begun := followed.begins.get(intent, [])):
            return begun
        for amid, of_form in followed.amid(intent) if self.wished(intent) else ():
            if not of_form and self.does(amid.then):
                self.notes.add("middle", intent, place=amid.step.place)
                return amid.then
        for name in (intent, f"{intent}_form", f"utter_{intent}"):  # "price": `utter_price` and `price_form`
            if self.project.forms.get(name):
                return [Node(Step(kind="loop", name=name))]
            if self.project.responses.get(name, Response()).texts:
                return [Node(Step(kind="action", name=name))]
        return begun

    def begins(self, intent: str, followed: Following) -> bool:
        """Whether it is a wish that may be said anywhere, and not only in the midst of a form."""
        places = followed.amid(intent)
        return self.wished(intent) and not (places and all(of_form for _, of_form in places))

    def wished(self, intent: str) -> bool:
        """Whether its examples wish for something, and don't just answer a question ("inform": a bare value)."""
        examples = self.project.intents.get(intent, [])
        return bool(examples) and sum(map(_bare, examples)) * 2 < len(examples)

    def does(self, nodes: Iterable[Node]) -> bool:
        """Whether anything of it can be said in our language."""
        return any(
            node.step.kind == "said"
            or self.project.forms.get(node.step.name)
            or self.project.responses.get(node.step.name, Response()).texts
            for each in nodes
            for node in (each, *each.below)
        )

    # --- files ---

    def laying(self, followed: Following, slots: dict[str, Any]) -> Laying:
        return Laying(
            project=self.project,
            following=followed,
            wording=self.wording,
            questions=Questions(self.project, self.wording, self.notes),
            notes=self.notes,
            slots=slots,
            starts=self.scenarios,
            bare=lambda intent: intent not in BUILT_IN and not self.wished(intent),
        )

    def scenario(self, intent: str, name: str, nodes: Sequence[Node], followed: Following) -> dict[str, Any]:
        slots: dict[str, Any] = {}
        laying = self.laying(followed, slots)
        laid: Laid = laying.laid(nodes)
        if not laid:
            self.notes.add("nothing", intent, place=self.project.places.get(("intent", intent), ""))
            names = [laying.questions.slot("", each, slots) for each in self.asked_of(intent)]
            laid = [*([{"collect": names}] if names else []), {"handoff": intent}]
        phrases = self.wording.said(intent, slots)
        tree: dict[str, Any] = {"scenario": name, "title": {self.language: title(intent)}}
        if phrases:
            tree["phrases"] = {self.language: phrases}
            self.phrases += len(phrases)
        if slots:
            tree["slots"] = slots
        return {**tree, "steps": laid}

    def asked_of(self, intent: str) -> list[str]:
        """The slots that its examples fill and that there is a question for."""
        entities = {
            part.entity for each in self.project.intents[intent] for part in each.parts if isinstance(part, Span)
        }
        return [
            name
            for name, slot in self.project.slots.items()
            if entities & set(slot.entities) and self.project.responses.get(f"utter_ask_{name}", Response()).texts
        ]

    def main(self, followed: Following) -> dict[str, Any]:
        """What the bot says to a greeting, and a menu: of the buttons under it, or of the first scenarios."""
        words = _WORDS[self.language]
        named_so = [name for name in _GREETINGS if name in self.project.responses]
        hello = [each.name for each in followed.hello if each.name in self.project.responses] or named_so[:1]
        laying = self.laying(followed, {})
        said: list[str] = []
        items: dict[str, Any] = {}
        for name in hello:
            response, place = self.project.responses[name], self.project.places.get(("response", name), "")
            said += [self.wording.prompt(text, {}, place) for text in response.texts[:1]]
            items = items or laying.items(response, place)
        own = bool(items)
        if not items:
            for intent, name in list(self.scenarios.items())[:MENU]:
                items[name] = {"title": {self.language: title(intent)}, "key": len(items) + 1, "start": name}
            if len(self.scenarios) > MENU:
                self.notes.add("menu", "main", len(self.scenarios) - MENU)
        said = said or [words["hello"]]
        asked = said.pop() if own and said[-1].endswith("?") else words["menu"]
        steps: list[dict[str, Any]] = [{"say": {self.language: each}} for each in said]
        menu = {"choose": {self.language: asked}, "again": {self.language: words["again"]}, "loop": "yes"}
        steps.append({**menu, "items": items} if items else {"handoff": "imported"})
        return {"scenario": "main", "title": {self.language: words["main"]}, "steps": steps}

    def answers(self, retrieval: Iterable[str]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for intent, name in named(sorted(retrieval), prefix="answer").items():
            response = self.project.responses.get(f"utter_{intent}")
            questions = self.wording.said(intent, {})
            if response is None or not response.texts or not questions:
                self.notes.add("nothing", intent, place=self.project.places.get(("intent", intent), ""))
                continue
            self.phrases += len(questions)
            place = self.project.places.get(("response", f"utter_{intent}"), "")
            out[name] = {
                "title": {self.language: title(intent.partition("/")[2])},
                "questions": {self.language: questions},
                "answer": {self.language: self.wording.prompt(response.texts[0], {}, place)},
            }
        return out

    def repair(self) -> dict[str, Any]:
        found = {prompt: name for name, prompt in PROMPTS.items() if self.project.responses.get(name, Response()).texts}
        return {
            prompt: {self.language: self.wording.prompt(self.project.responses[name].texts[0], {})}
            for prompt, name in found.items()
        }

    def remarks(self, own: Iterable[str]) -> None:
        for intent in own:
            place = self.project.places.get(("intent", intent), "")
            if intent in BUILT_IN:
                self.notes.add("built_in", intent, place=place)
            elif intent not in self.scenarios and self.project.intents[intent]:
                self.notes.add("values", intent, place=place)
        for name in self.project.regexes:
            self.notes.add("regex", name, place=self.project.places.get(("regex", name), ""))
        for name in self.project.left:
            self.notes.add("file", name)


def _bare(example: Example) -> bool:
    """Whether it is little more than values: "в [восемь](time)"."""
    words = sum(len(part.split()) for part in example.parts if isinstance(part, str))
    return any(isinstance(part, Span) for part in example.parts) and words < 2
