"""A folder of YAML compiled: its scenarios, its phrases, its answers, and every mistake in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.authoring import checks, examples
from bot.authoring.actions import Signature
from bot.authoring.business import Head, head, table
from bot.authoring.checks.whole import Confusions, Phrase, Whole
from bot.authoring.draft import DONE, Draft
from bot.authoring.failing import on_fail
from bot.authoring.folder import Files, read_folder
from bot.authoring.http import FILE as ACTIONS_FILE
from bot.authoring.http import declared, signatures
from bot.authoring.knowledge import FOLDER, knowledge
from bot.authoring.outbound import outbound, roads
from bot.authoring.problems import Problem, roots
from bot.authoring.proving import of_slots
from bot.authoring.rasa import declaring as rasa
from bot.authoring.reading import Reader
from bot.authoring.repairing import FILE as REPAIR_FILE
from bot.authoring.repairing import repaired
from bot.authoring.slots import FIXED, slots
from bot.authoring.steps import block
from bot.authoring.surveys import BUILTIN as WORDED
from bot.authoring.tree import Fields, Listing, Node
from bot.dialogue.scenario import Business, Scenario, ScenarioSet
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt

_SCENARIO = ("scenario", "title", "phrases", "slots", "steps", "resumable", "given", "outbound")


@dataclass(slots=True)
class SetDraft:
    """A set being compiled. drafts: by scenario. files: as they were read; of `trees` those not looked at yet."""

    folder: Path
    actions: Mapping[str, Signature]
    problems: list[Problem] = field(default_factory=list)
    drafts: dict[str, Draft] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    readers: list[Reader] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    files: Files = field(default_factory=Files)

    def whole(self, made: ScenarioSet, confused: Confusions | None) -> Whole:
        return Whole(
            folder=self.folder,
            made=made,
            drafts=self.drafts,
            readers=self.readers,
            phrases=self.phrases,
            confused=confused,
        )

    def compiled(self) -> ScenarioSet | None:
        made = self._compiled()
        self.problems[:] = roots(self.problems, self.files.unread)
        return made

    def _compiled(self) -> ScenarioSet | None:
        self.files = read_folder(self.folder, self.problems)
        root = self.files.trees.pop("business.yaml", None)
        if root is None:
            if not any(problem.file == "business.yaml" or problem.code == "no_folder" for problem in self.problems):
                self._problem("no_business", "business.yaml")
            return None
        about = head(self._reader("business.yaml"), root)
        repair = self._own(REPAIR_FILE)
        business = replace(about.business, tables=self._tables(about.languages))
        rows: dict[str, Mapping[str, Value]] = {
            str(row["id"]): row for rows in business.tables.values() for row in rows
        }
        external = declared(self._own(ACTIONS_FILE), self.problems)
        self.actions = {**self.actions, **signatures(external)}
        delegated = rasa.declared(self._own(rasa.FILE), self.problems, about.languages)
        self.actions = {**self.actions, **delegated.signatures}
        told = {name: self.files.trees.pop(name) for name in list(self.files.trees) if name.startswith(f"{FOLDER}/")}
        for file, tree in self.files.trees.items():
            self._scenario(file, tree, about.languages, business, rows)
        known = knowledge(told, about.languages, self.problems, self.actions)
        self.readers += [*known.readers, *(each.reader for each in known.drafts.values())]
        self.drafts.update(known.drafts)
        self.scenarios.update(known.scenarios)
        self._checked(about, business, rows)
        reader = self._reader(REPAIR_FILE, about.languages)
        builtin, self.instead = repaired(reader, repair, self.scenarios)
        for use in reader.uses:
            checks.expression(reader, use, FIXED, {}, business, (), rows)
        self._worded(builtin)
        phrases = examples.of_set(self.drafts, known.questions, about.languages, rows, self.phrases)
        answers, smalltalk = known.close(phrases)
        delegated.check(phrases, (slot for scenario in self.scenarios.values() for slot in scenario.slots))
        for reader in known.readers:
            for use in reader.uses:
                checks.expression(reader, use, FIXED, {}, business, (), rows)
        return ScenarioSet(
            name=self.folder.resolve().name,
            version=self.files.digest,
            title=business.name,
            languages=about.languages,
            start=about.start,
            business=business,
            scenarios=self.scenarios,
            phrases=phrases,
            builtin=builtin,
            rows=rows,
            answers=answers,
            local=examples.of_steps(self.drafts.values(), about.languages, rows),
            smalltalk=smalltalk,
            instead=self.instead,
            manner=about.manner,
            record=about.record,
            actions=external,
            interpreter=delegated.interpreter,
            bots=delegated.bots,
        )

    # --- files ---

    def _own(self, file: str) -> Node | None:
        """A file whose name has a meaning of its own. A scenario in it is told of, and read as if named otherwise."""
        tree = self.files.trees.get(file)
        if isinstance(tree, Fields) and tree.get("scenario") is not None:
            self._problem("reserved_file", file, name=Path(file).stem)
            return None
        return self.files.trees.pop(file, None)

    def _tables(self, languages: tuple[str, ...]) -> dict[str, tuple[Mapping[str, Value], ...]]:
        tables: dict[str, tuple[Mapping[str, Value], ...]] = {}
        seen: set[str] = set()
        for file, tree in list(self.files.trees.items()):
            if not isinstance(tree, Listing):
                continue
            del self.files.trees[file]
            name = Path(file).stem
            if name in tables:
                self._problem("table_twice", file, name=name)
            tables[name] = table(self._reader(file, languages), tree, seen)
        return tables

    def _scenario(
        self,
        file: str,
        tree: Node,
        languages: tuple[str, ...],
        business: Business,
        rows: dict[str, Mapping[str, Value]],
    ) -> None:
        reader = self._reader(file, languages)
        if not isinstance(tree, Fields) or tree.get("scenario") is None:
            reader.problem("unknown_file", tree)
            return
        fields = reader.fields(tree, _SCENARIO, ("scenario", "title", "steps"))
        name = reader.name(fields["scenario"])
        if not name:
            return
        if name in self.scenarios:
            reader.problem("scenario_twice", fields["scenario"], name=name, file=self.scenarios[name].file)
            return
        draft = Draft(reader, name, slots(reader, fields.get("slots"), name, business, rows), self.actions)
        given = tuple(each for each, _ in reader.names(fields.get("given")) if each not in FIXED)
        draft.variables.update(given)
        rings = outbound(draft, fields.get("outbound"))
        draft.given.update(given, draft.slots if rings else ())
        if "phrases" in fields:
            draft.phrases.append((name, fields["phrases"]))
        first = block(draft, fields.get("steps"), "steps", DONE)
        draft.slots = {**draft.slots, **draft.hidden}
        of_slots(draft, fields.get("slots"))
        on_fail(draft, fields.get("slots"), block)
        if rings is not None:
            rings = roads(draft, fields.get("outbound"), rings, block)
        self.drafts[name] = draft
        self.scenarios[name] = Scenario(
            name=name,
            title=reader.by_language(fields.get("title")),
            first=first,
            steps=draft.steps,
            slots=draft.slots,
            file=file,
            resumable=reader.yes(fields.get("resumable"), True),
            given=given,
            outbound=rings,
        )

    def _worded(self, builtin: Mapping[str, Prompt]) -> None:
        """Surveys ask in the built-in words, or the set's own in place of them."""
        for name, scenario in self.scenarios.items():
            slots = {
                each: replace(slot, ask=builtin[slot.ask.id.removeprefix(WORDED)])
                for each, slot in scenario.slots.items()
                if slot.ask.id.startswith(WORDED)
            }
            if slots:
                self.scenarios[name] = replace(scenario, slots={**scenario.slots, **slots})

    # --- the whole set ---

    def _checked(self, about: Head, business: Business, rows: Mapping[str, Mapping[str, Value]]) -> None:
        reader = Reader("business.yaml", self.problems, about.languages)
        broken = bool(self.problems)
        unread = self.files.unread | {Path(problem.file).stem for problem in self.problems}
        if not self.scenarios:
            if not broken:
                self._problem("no_scenarios", "business.yaml")
            return
        if about.start and about.start not in self.scenarios and about.start not in unread:
            reader.unknown("unknown_scenario", about.start_node, about.start, self.scenarios)
        saved: dict[str, set[str]] = {}
        for draft in self.drafts.values():
            for kind, names in draft.saved:
                saved.setdefault(kind, set()).update(names)
        for draft in self.drafts.values():
            for kind in draft.found:
                draft.variables.update(saved.get(kind, ()))
        facts = {slot.learn for scenario in self.scenarios.values() for slot in scenario.slots.values() if slot.learn}
        for name, draft in self.drafts.items():
            checks.scenario(draft, self.scenarios[name].first, business, facts, rows)
            for other, node in draft.starts:
                if other not in self.scenarios and other not in unread:
                    draft.reader.unknown("unknown_scenario", node, other, self.scenarios)
            for other, node in checks.calls(draft):
                if other not in self.scenarios and other not in unread:
                    draft.reader.unknown("unknown_scenario", node, other, self.scenarios)
            checks.given(draft, self.scenarios)
            checks.results(draft, self.drafts, business, facts, rows)
        edges = {name: checks.starts_at_once(scenario) for name, scenario in self.scenarios.items()}
        for circle in checks.circles(edges):
            draft = self.drafts[circle[0]]
            node = next(iter(draft.nodes.values()))
            draft.reader.problem("circle", node, names=" → ".join([*circle, circle[0]]))

    def _reader(self, file: str, languages: tuple[str, ...] = ("ru", "en")) -> Reader:
        self.readers.append(Reader(file, self.problems, languages))
        return self.readers[-1]

    def _problem(self, code: str, file: str, **params: str) -> None:
        self.problems.append(Problem(file=file, line=1, code=code, params=params))
