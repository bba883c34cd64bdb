"""A Rasa project as a scenario set: what can be said in our language is, and of the rest a note says what it was.

intents and their examples     a scenario each with its phrases, entities as {slots}
rules, stories                 what follows the intent: responses are said, forms collect their slots
buttons under a response       a menu
retrieval intents              answers/
slots, lookups, synonyms       slots; a choice where the values are known
greet, goodbye, affirm, …      built in here; their words go to repair.yaml
actions in Python              a note: write them as actions.yaml, or keep that bot and delegate to it
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from bot.authoring.load import check
from bot.authoring.problems import Problem
from bot.authoring.rasa.project import Example, Flow, Project, RasaSlot, Response, Span, Step, opened
from bot.authoring.reading import NAME
from bot.authoring.slots import FIXED
from bot.dialogue.meaning import Language
from bot.errors import Conflict

MAX_EXAMPLES = 300  # of one intent; more teach nothing
MAX_OPTIONS = 60  # of a choice; a list of every city is no choice
MENU = 7  # items of the main menu; the others are reached by words
_RESERVED = {*FIXED, "and", "or", "not", "in", "true", "false", "none", "main"}
_TEMPLATE = re.compile(r"\{(\w+)\}")
_SIGNS = re.compile(r"[\[\](){}|]")
# What every conversation here understands by itself.
BUILT_IN: Mapping[str, str] = {
    **dict.fromkeys(("greet", "greeting", "hello", "hi"), "greeting"),
    **dict.fromkeys(("goodbye", "bye"), "goodbye"),
    **dict.fromkeys(("thank", "thanks", "thank_you", "thankyou"), "thanks"),
    **dict.fromkeys(("affirm", "yes", "agree"), "yes"),
    **dict.fromkeys(("deny", "no", "disagree"), "no"),
    **dict.fromkeys(("restart", "session_start", "back", "nlu_fallback", "out_of_scope"), "fallback"),
}
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
_OF_RASA = ("action_listen", "action_restart", "action_session_start", "action_back", "action_default_fallback",
            "action_deactivate_loop", "action_unlikely_intent")  # fmt: skip
_KINDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("phone", ("phone", "phone_number", "tel", "telephone", "mobile")),
    ("person", ("person", "name", "full_name", "first_name", "last_name", "client_name")),
    ("datetime", ("time", "datetime", "date_time", "when", "appointment_time")),
    ("date", ("date", "day")),
    ("number", ("number", "count", "quantity", "amount", "num_people", "people", "guests", "age")),
)
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "ru": {"menu": "Чем помочь?", "again": "Чем ещё помочь?", "hello": "Здравствуйте!", "main": "Главное меню"},
    "en": {"menu": "How can I help?", "again": "Anything else?", "hello": "Hello!", "main": "Main menu"},
}


@dataclass(frozen=True, slots=True)
class Note:
    """What was not taken as it was. what: a key of bot.app.rasa.NOTES; name: of the intent, response, file…"""

    what: str
    name: str
    count: int = 0


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
    if folder.exists() and any(folder.iterdir()):
        raise Conflict("the folder is not empty", where=str(folder), fix="Name a new one")
    project = opened(source, locale)
    made = _Set(project, language or _language_of(project), title or folder.resolve().name)
    files = made.files()
    for name, tree in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_written(name, tree), encoding="utf-8")
    problems, dropped = _without_clashes(folder)
    notes = [*made.notes, *([Note("clash", "", dropped)] if dropped else [])]
    return Imported(
        folder=folder,
        files=tuple(files),
        scenarios=len(made.scenarios),
        phrases=sum(len(each) for each in made.phrases.values()) - dropped,
        notes=tuple(notes),
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
    return head + yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=10_000)


def _language_of(project: Project) -> Language:
    """By the letters of its examples and responses."""
    texts = [_plain(example) for examples in project.intents.values() for example in examples]
    texts += [text for response in project.responses.values() for text in response.texts]
    russian = sum(_russian(text) for text in texts)
    return "ru" if russian * 2 >= len(texts) and texts else "en"


def _russian(text: str) -> bool:
    return any("а" <= char <= "я" or char == "ё" for char in text.lower())


def _plain(example: Example) -> str:
    return "".join(part.text if isinstance(part, Span) else part for part in example.parts)


@dataclass(slots=True)
class _Set:
    """The set being made. scenarios: intent -> scenario's name. notes: in the order in which they came up."""

    project: Project
    language: Language
    title: str
    notes: list[Note] = field(default_factory=list)
    scenarios: dict[str, str] = field(default_factory=dict)
    phrases: dict[str, list[str]] = field(default_factory=dict)
    slots: dict[str, str] = field(default_factory=dict)  # Rasa's slot -> our name
    told: set[tuple[str, str]] = field(default_factory=set)

    def files(self) -> dict[str, object]:
        self.slots = _named(self.project.slots, prefix="slot")
        retrieval = {intent for intent in self.project.intents if "/" in intent}
        own = [each for each in self.project.intents if each not in retrieval]
        follows: dict[str, tuple[Step, ...]] = {}
        for intent in own:
            if intent not in BUILT_IN:
                steps = self.after(intent)
                follows[intent] = steps if self.does(steps) else self.by_name(intent)
        taken = [each for each in follows if self.does(follows[each]) or self.wished(each)]
        names = _named(taken, prefix="scenario")
        self.scenarios = names
        files: dict[str, object] = {
            "business.yaml": {"name": {self.language: self.title}, "languages": [self.language], "start": "main"}
        }
        for intent, name in names.items():
            files[f"{name}.yaml"] = self.scenario(intent, name, follows[intent])
        files["main.yaml"] = self.main()
        answers = self.answers(retrieval)
        if answers:
            files["answers/rasa.yaml"] = answers
        if repair := self.repair():
            files["repair.yaml"] = repair
        self.remarks(own)
        return files

    # --- what follows an intent ---

    def after(self, intent: str) -> tuple[Step, ...]:
        """The steps that a rule, or else a story, has after it, up to the customer's next word."""
        rules = [flow for flow in self.project.flows if flow.rule]
        stories = [flow for flow in self.project.flows if not flow.rule]
        for flows, anywhere in ((rules, False), (stories, False), (rules, True), (stories, True)):
            for flow in flows:
                if (steps := _following(flow, intent, anywhere)) is not None:
                    if anywhere:
                        self.note("middle", intent)
                    return steps
        return ()

    def by_name(self, intent: str) -> tuple[Step, ...]:
        """Without rules, what is called after it: `utter_price` and `price_form` to `price`."""
        for name in (intent, f"{intent}_form", f"utter_{intent}"):
            if self.project.forms.get(name) or self.project.responses.get(name, Response()).texts:
                return (Step(kind="action", name=name),)
        return ()

    def wished(self, intent: str) -> bool:
        """Whether its examples wish for something, and don't just answer a question ("inform": a bare value)."""
        examples = self.project.intents[intent]
        bare = sum(_bare(example) for example in examples)
        return bool(examples) and bare * 2 < len(examples)

    def does(self, steps: Iterable[Step]) -> bool:
        """Whether anything of it can be said in our language."""
        return any(
            (step.name in self.project.forms and self.project.forms[step.name])
            or self.project.responses.get(step.name, Response()).texts
            or self.project.responses.get(step.name, Response()).buttons
            for step in steps
        )

    def submitted(self, form: str) -> tuple[Step, ...]:
        """What follows when a form is full."""
        for flow in self.project.flows:
            inside = False
            for at, step in enumerate(flow.steps):
                if step.kind in ("loop", "action") and step.name == form:
                    inside = True
                elif inside and step.kind == "loop" and not step.name:
                    return tuple(_until_next(flow.steps[at + 1 :]))
        return ()

    # --- files ---

    def scenario(self, intent: str, name: str, steps: Sequence[Step]) -> dict[str, Any]:
        slots: dict[str, Any] = {}
        laid = self.laid(steps, slots)
        if not laid:
            self.note("nothing", intent)
            names = [self.slot("", each, slots) for each in self.asked_of(intent)]
            laid = [*([{"collect": names}] if names else []), {"handoff": intent}]
        phrases = self.said(intent, slots)
        tree: dict[str, Any] = {"scenario": name, "title": {self.language: _title(intent)}}
        if phrases:
            tree["phrases"] = {self.language: phrases}
            self.phrases[intent] = phrases
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

    def laid(self, steps: Sequence[Step], slots: dict[str, Any], depth: int = 0) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        collected = False
        for step in steps:
            if step.kind in ("action", "loop") and step.name in self.project.forms:
                if collected:
                    continue  # "action: form" and "active_loop: form" are one
                collected = True
                names = [self.slot(step.name, each, slots) for each in self.project.forms[step.name]]
                if names:
                    out.append({"collect": names})
                submitted = () if any(s.kind == "loop" and not s.name for s in steps) else self.submitted(step.name)
                out += self.laid(submitted, slots, depth + 1) if depth < 3 else []
            elif step.kind == "action" and step.name in self.project.responses:
                out += self.response(step.name, slots)
            elif step.kind == "action" and step.name not in _OF_RASA:
                self.note("action", step.name)
        return out

    def response(self, name: str, slots: Mapping[str, Any]) -> list[dict[str, Any]]:
        response = self.project.responses[name]
        if response.other:
            self.note("content", name)
        if len(response.texts) > 1:
            self.note("variations", name, len(response.texts) - 1)
        out = [{"say": {self.language: self.prompt(response.texts[0], slots)}}] if response.texts else []
        items = self.items(response)
        if items and out:
            return [{"choose": out[0]["say"], "menu": f"menu_{_safe(name)}", "items": items}]
        return out

    def items(self, response: Response) -> dict[str, Any]:
        """Buttons that begin a scenario, as a menu's items."""
        items: dict[str, Any] = {}
        for button in response.buttons:
            intent = re.split(r"[{@]", button.payload.removeprefix("/"))[0].strip()
            name = self.scenarios.get(intent)
            if name is None:
                self.note("button", button.title)
                continue
            key = {"key": len(items) + 1} if len(items) < 9 else {}
            items.setdefault(name, {"title": {self.language: button.title}, **key, "start": name})
        return items

    def main(self) -> dict[str, Any]:
        words = _WORDS[self.language]
        greeting = next((self.project.responses[name] for name in _GREETINGS if name in self.project.responses), None)
        said = greeting.texts[0] if greeting is not None and greeting.texts else words["hello"]
        items = self.items(greeting) if greeting is not None else {}
        if not items:
            for intent, name in list(self.scenarios.items())[:MENU]:
                items[name] = {"title": {self.language: _title(intent)}, "key": len(items) + 1, "start": name}
            if len(self.scenarios) > MENU:
                self.note("menu", "main", len(self.scenarios) - MENU)
        steps: list[dict[str, Any]] = [{"say": {self.language: self.prompt(said, {})}}]
        menu = {"choose": {self.language: words["menu"]}, "again": {self.language: words["again"]}, "loop": "yes"}
        steps.append({**menu, "items": items} if items else {"handoff": "imported"})
        return {"scenario": "main", "title": {self.language: words["main"]}, "steps": steps}

    def answers(self, retrieval: Iterable[str]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        named = _named(sorted(retrieval), prefix="answer")
        for intent, name in named.items():
            response = self.project.responses.get(f"utter_{intent}")
            questions = self.said(intent, {})
            if response is None or not response.texts or not questions:
                self.note("nothing", intent)
                continue
            self.phrases[intent] = questions
            out[name] = {
                "title": {self.language: _title(intent.partition("/")[2])},
                "questions": {self.language: questions},
                "answer": {self.language: self.prompt(response.texts[0], {})},
            }
        return out

    def repair(self) -> dict[str, Any]:
        found = {prompt: name for name, prompt in PROMPTS.items() if self.project.responses.get(name, Response()).texts}
        return {
            prompt: {self.language: self.prompt(self.project.responses[name].texts[0], {})}
            for prompt, name in found.items()
        }

    # --- phrases, prompts, slots ---

    def said(self, intent: str, slots: Mapping[str, Any]) -> list[str]:
        """The examples as phrases: an entity whose slot is here stands as {slot}."""
        out: dict[str, None] = {}
        foreign = 0
        for example in self.project.intents[intent]:
            if self.language == "ru" and not _russian(_plain(example)) and any(c.isalpha() for c in _plain(example)):
                foreign += 1
                continue
            if self.language == "en" and _russian(_plain(example)):
                foreign += 1
                continue
            text = "".join(self.part(part, slots) for part in example.parts)
            text = " ".join(text.split())
            if text and not re.fullmatch(r"\{\w+\}", text):  # a bare value is no wish
                out[text] = None
        if foreign:
            self.note("foreign", intent, foreign)
        if len(out) > MAX_EXAMPLES:
            self.note("many", intent, len(out) - MAX_EXAMPLES)
        return list(out)[:MAX_EXAMPLES]

    def part(self, part: str | Span, slots: Mapping[str, Any]) -> str:
        if isinstance(part, str):
            return _SIGNS.sub(" ", part)
        for slot in self.project.slots.values():
            name = self.slots[slot.name]
            if part.entity in slot.entities and name in slots:
                return f"{{{name}}}"
        return _SIGNS.sub(" ", part.text)

    def prompt(self, text: str, slots: Mapping[str, Any]) -> str:
        """Rasa's {slot} is ours where the scenario has it; {{ is a brace to both."""

        def value(found: re.Match[str]) -> str:
            name = self.slots.get(found[1], "")
            if name in slots:
                return f"\0{name}\1"
            self.note("value", found[1])
            return found[1]

        told = " ".join(text.split()).replace("{{", "\2").replace("}}", "\3")
        told = _TEMPLATE.sub(value, told).replace("{", "{{").replace("}", "}}")
        return told.translate({0: "{", 1: "}", 2: "{{", 3: "}}"})

    def slot(self, form: str, name: str, slots: dict[str, Any]) -> str:
        """A slot that a form wants, into `slots`; our name of it."""
        ours = self.slots.setdefault(name, _unique(_safe(name), self.slots.values(), "slot"))
        if ours in slots:
            return ours
        about = self.project.slots.get(name, RasaSlot(name=name, entities=(name,)))
        asked = self.project.responses.get(f"utter_ask_{form}_{name}") or self.project.responses.get(
            f"utter_ask_{name}"
        )
        if asked is None or not asked.texts:
            self.note("question", name)
        slots[ours] = {}
        texts = asked.texts if asked is not None and asked.texts else (f"{_title(name)}?",)
        made: dict[str, Any] = {"type": self.kind(about, asked)}
        if made["type"] == "choice":
            made["options"] = self.options(about, asked)
        made["ask"] = {self.language: [self.prompt(each, slots) for each in texts]}
        slots[ours] = made
        return ours

    def kind(self, slot: RasaSlot, asked: Response | None) -> str:
        if slot.type == "bool":
            return "yesno"
        if slot.type in ("float", "int"):
            return "number"
        if 2 <= len(self.values(slot, asked)) <= MAX_OPTIONS:
            return "choice"
        if len(self.values(slot, asked)) > MAX_OPTIONS:
            self.note("long", slot.name, len(self.values(slot, asked)))
        known = {each.lower() for each in (slot.name, *slot.entities)}
        return next((kind for kind, names in _KINDS if known & set(names)), "text")

    def values(self, slot: RasaSlot, asked: Response | None) -> dict[str, list[str]]:
        """Value -> words for it: of the slot itself, of its buttons, lookups and synonyms."""
        found: dict[str, list[str]] = {value: [] for value in slot.values if value != "__other__"}
        buttons = asked.buttons if asked is not None else ()
        for button in () if found else buttons:
            found[_payload(button.payload) or button.title] = [button.title]
        spans = [
            part
            for examples in self.project.intents.values()
            for example in examples
            for part in example.parts
            if isinstance(part, Span) and part.entity in slot.entities
        ]
        synonyms = {word.lower(): value for value, words in self.project.synonyms.items() for word in words}
        lookups = [word for entity in slot.entities for word in self.project.lookups.get(entity, ())]
        if not found and not lookups and not any(part.value for part in spans):
            return {}  # any words may fill it
        for word, value in [(part.text, part.value) for part in spans] + [(word, "") for word in lookups]:
            value = value or synonyms.get(word.lower(), "")
            if slot.values and value not in slot.values and word not in slot.values:
                continue
            found.setdefault(value or word, []).append(word)
        for value, words in self.project.synonyms.items():
            if value in found:
                found[value] += words
        return found

    def options(self, slot: RasaSlot, asked: Response | None) -> dict[str, Any]:
        values = self.values(slot, asked)
        idents = _named(values, prefix=_safe(slot.name) or "option", reserved=())
        out: dict[str, Any] = {}
        for value, words in values.items():
            mine = list(dict.fromkeys(word for word in words if self.spoken(word)))
            title = value if self.spoken(value) or not mine else mine[0]
            more = [word for word in mine if word.lower() != title.lower()]
            out[idents[value]] = {
                "title": {self.language: title},
                **({"synonyms": {self.language: more}} if more else {}),
            }
        return out

    def spoken(self, text: str) -> bool:
        """Whether these are words of the set's language."""
        return _russian(text) == (self.language == "ru")

    # --- notes ---

    def note(self, what: str, name: str, count: int = 0) -> None:
        if (what, name) not in self.told:
            self.told.add((what, name))
            self.notes.append(Note(what, name, count))

    def remarks(self, own: Iterable[str]) -> None:
        for intent in own:
            if intent in BUILT_IN:
                self.note("built_in", intent)
            elif intent not in self.scenarios and self.project.intents[intent]:
                self.note("values", intent)
        for name in self.project.regexes:
            self.note("regex", name)
        for name in self.project.left:
            self.note("file", name)


def _bare(example: Example) -> bool:
    """Whether it is little more than values: "в [восемь](time)"."""
    words = sum(len(part.split()) for part in example.parts if isinstance(part, str))
    return any(isinstance(part, Span) for part in example.parts) and words < 2


def _following(flow: Flow, intent: str, anywhere: bool) -> tuple[Step, ...] | None:
    for at, step in enumerate(flow.steps):
        if step.kind == "intent" and step.name == intent:
            return tuple(_until_next(flow.steps[at + 1 :]))
        if not anywhere and step.kind == "intent" and not _or(flow.steps[:at]):
            return None
    return None


def _or(before: Sequence[Step]) -> bool:
    """Intents that stand one after another are ways to begin, an "or"."""
    return all(step.kind in ("intent", "other") for step in before)


def _until_next(steps: Sequence[Step]) -> Iterator[Step]:
    rest = list(steps)
    while rest and rest[0].kind == "intent":
        rest.pop(0)  # the other ways of an "or"
    for step in rest:
        if step.kind == "intent":
            return
        yield step


def _payload(payload: str) -> str:
    """The one value that "/inform{"cuisine": "thai"}" sends, or words that are no command."""
    if not payload.startswith("/"):
        return payload
    try:
        values = list(json.loads(payload[payload.index("{") :]).values())
    except (ValueError, AttributeError):
        return ""
    return str(values[0]) if len(values) == 1 else ""


def _named(names: Iterable[str], *, prefix: str, reserved: Iterable[str] = _RESERVED) -> dict[str, str]:
    """Each name as ours can be: latin letters, digits and "_", none twice."""
    out: dict[str, str] = {}
    for name in names:
        out[name] = _unique(_safe(name), (*out.values(), *reserved), prefix)
    return out


def _safe(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_")


def _unique(name: str, taken: Iterable[str], prefix: str) -> str:
    known = set(taken)
    wanted = name if NAME.fullmatch(name) else f"{prefix}_{name}".rstrip("_") if name else prefix
    found, number = wanted, 1
    while found in known:
        number += 1
        found = f"{wanted}_{number}"
    return found


def _title(name: str) -> str:
    words = re.sub(r"[_\W]+", " ", name).strip() or name
    return words[:1].upper() + words[1:]
