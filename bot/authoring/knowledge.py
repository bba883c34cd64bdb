"""The `answers/` folder of a set: questions that customers ask by the way, and what is said to them.

    parking:
      questions: {ru: ["(есть|имеется) [ли] парковка"], en: [is there a car park]}
      answer: {ru: Парковка во дворе., en: There is a car park in the courtyard.}
      more: [directions]

Small talk (`smalltalk.yaml`) ships in the same form. A set overrides it by the same id: with questions of its own, or
without, to keep the shipped ones; `joke: no` leaves it unanswered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bot.authoring.actions import Signature
from bot.authoring.draft import DONE, Draft
from bot.authoring.phrases import expand
from bot.authoring.problems import Problem, ScenarioErrors
from bot.authoring.reading import Reader
from bot.authoring.steps import block
from bot.authoring.tree import Fields, Node, Text, read
from bot.dialogue.scenario import Answer, Scenario

FOLDER = "answers"
SMALLTALK = Path(__file__).with_name("smalltalk.yaml")
KEYS = ("title", "questions", "answer", "steps", "more")

Phrases = Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(slots=True)
class Knowledge:
    """answers: by intent. questions: (reader, intent, node), to be expanded with the set's phrases. readers: whose
    prompts are to be checked. drafts, scenarios: of answers that have steps. silenced: shipped ids the set turned off.
    """

    answers: dict[str, Answer] = field(default_factory=dict)
    questions: list[tuple[Reader, str, Node]] = field(default_factory=list)
    readers: list[Reader] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    silenced: set[str] = field(default_factory=set)
    links: list[tuple[Reader, str, Node]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def close(self, phrases: dict[str, dict[str, tuple[str, ...]]]) -> tuple[dict[str, Answer], Phrases]:
        """All answers of the set, titled, and the small talk it keeps: shipped answers give way to its own phrases."""
        ours, smalltalk = shipped()
        taken = {text.casefold() for each in phrases.values() for texts in each.values() for text in texts}
        kept = {
            intent: questions
            for intent, questions in smalltalk.items()
            if intent not in self.silenced
            and intent not in phrases
            and taken.isdisjoint(text.casefold() for texts in questions.values() for text in texts)
        }
        answers = {intent: ours[intent] for intent in kept} | self.answers
        for reader, intent, node in self.links:
            if intent not in answers:
                known = {each.removeprefix(f"{FOLDER}.") for each in answers}
                reader.unknown("unknown_answer", node, intent.removeprefix(f"{FOLDER}."), known)
        return {intent: _titled(intent, each, phrases, kept) for intent, each in answers.items()}, kept


def _titled(intent: str, answer: Answer, *questions: Phrases) -> Answer:
    if answer.title:
        return answer
    asked = next((each[intent] for each in questions if intent in each), {})
    title = {language: f"{texts[0].rstrip('?')}?" for language, texts in asked.items() if texts}
    return Answer(
        intent=intent, title=title, prompt=answer.prompt, more=answer.more, shipped=intent not in questions[0]
    )


def knowledge(
    files: Mapping[str, Node], languages: tuple[str, ...], problems: list[Problem], actions: Mapping[str, Signature]
) -> Knowledge:
    """files: the trees of answers/*.yaml by name."""
    out = Knowledge()
    for file, tree in files.items():
        reader = Reader(file, problems, languages)
        out.readers.append(reader)
        if not isinstance(tree, Fields):
            reader.problem("want_fields", tree)
            continue
        for entry in tree.entries:
            name = reader.name(entry.key)
            if not name:
                continue
            intent = f"{FOLDER}.{name}"
            if intent in out.files:
                reader.problem("answer_twice", entry.key, name=name, file=out.files[intent])
            elif _off(entry.value) and intent in shipped()[0]:
                out.silenced.add(intent)
            else:
                _answer(out, reader, entry.key, entry.value, intent, actions)
            out.files.setdefault(intent, file)
    return out


def _off(node: Node) -> bool:
    return isinstance(node, Text) and not node.quoted and node.value.strip().lower() in ("no", "off", "false", "нет")


def _answer(
    out: Knowledge, reader: Reader, key: Text, node: Node, intent: str, actions: Mapping[str, Signature]
) -> None:
    fields = reader.fields(node, KEYS, () if intent in shipped()[0] else ("questions",))
    if not fields:
        return
    if "questions" in fields:
        out.questions.append((reader, intent, fields["questions"]))
    if "answer" not in fields and "steps" not in fields:
        reader.problem("answer_without", key, name=key.value)
        return
    if "steps" in fields and ("answer" in fields or "more" in fields):
        reader.problem("answer_both", fields["steps"], name="answer" if "answer" in fields else "more")
    title = reader.by_language(fields["title"]) if "title" in fields else {}
    if "steps" in fields:
        own = Reader(reader.file, reader.problems, reader.languages)
        draft = Draft(own, intent, {}, actions)
        first = block(draft, fields["steps"], "steps", DONE)
        out.drafts[intent] = draft
        out.scenarios[intent] = Scenario(
            name=intent, title=title, first=first, steps=draft.steps, file=reader.file, resumable=False
        )
    more = reader.names(fields.get("more"))
    out.links += [(reader, f"{FOLDER}.{other}", where) for other, where in more]
    out.answers[intent] = Answer(
        intent=intent,
        title=title,
        prompt=reader.prompt(fields["answer"], f"{FOLDER}:{key.value}") if "answer" in fields else None,
        more=tuple(f"{FOLDER}.{other}" for other, _ in more),
        shipped=True,
    )


@cache
def shipped() -> tuple[Mapping[str, Answer], Phrases]:
    """The small talk that comes with the product: answers by intent, and their questions."""
    problems: list[Problem] = []
    tree = read(SMALLTALK.read_bytes())
    reader = Reader(SMALLTALK.name, problems)
    answers: dict[str, Answer] = {}
    phrases: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, node in reader.fields(tree, (), open_ended=True).items():
        intent = f"{FOLDER}.{name}"
        fields = reader.fields(node, ("title", "questions", "answer"), ("questions", "answer"))
        answers[intent] = Answer(
            intent=intent,
            title=reader.by_language(fields.get("title")),
            prompt=reader.prompt(fields["answer"], f"{FOLDER}:{name}"),
            shipped=True,
        )
        phrases[intent] = {
            language: tuple(
                text for item in reader.items(texts) for text in expand(reader.text(item), lambda _name, _form: None)
            )
            for language, texts in reader.fields(fields["questions"], reader.languages).items()
        }
    if problems:
        raise ScenarioErrors(problems)
    return answers, phrases


__all__ = ["FOLDER", "KEYS", "Knowledge", "knowledge", "shipped"]
