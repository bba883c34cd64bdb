"""A folder of YAML to a ScenarioSet, or to every mistake in it at once.

load    compile a folder, or raise ScenarioErrors with all its problems
written the same, with the phrases as they were written
check   the problems alone
lint    the problems, and warnings: what works, but not well
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.authoring import checks
from bot.authoring.actions import ACTIONS, Signature
from bot.authoring.business import Head, head, table
from bot.authoring.checks.whole import Confusions, Phrase, Whole
from bot.authoring.draft import DONE, Draft
from bot.authoring.examples import by_language, expanded
from bot.authoring.failing import on_fail
from bot.authoring.http import FILE as ACTIONS_FILE
from bot.authoring.http import declared, signatures
from bot.authoring.knowledge import FOLDER, Knowledge, knowledge
from bot.authoring.messages import exploring
from bot.authoring.problems import Problem, ScenarioErrors, roots
from bot.authoring.rasa import declaring as rasa
from bot.authoring.reading import Reader
from bot.authoring.repairing import FILE as REPAIR_FILE
from bot.authoring.repairing import repaired
from bot.authoring.slots import FIXED, slots
from bot.authoring.steps import block
from bot.authoring.surveys import BUILTIN as WORDED
from bot.authoring.tree import Fields, Listing, Node, Text, read, read_file
from bot.authoring.unreadable import Unreadable
from bot.dialogue.scenario import Business, Scenario, ScenarioSet
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt

MAX_FILES = 200
MAX_TOTAL = 2 * 1024 * 1024  # bytes in one set
MAX_SET_NODES = 200_000  # values in one set, aliases counted each time; a large real one has ten thousand
MAX_TEXTS = 100_000  # that the phrases of one set may mean; the understanding learns from a few thousand
Deep = Callable[[ScenarioSet], Iterable[Problem]]
_SUFFIXES = (".yaml", ".yml")
_SCENARIO = ("scenario", "title", "phrases", "slots", "steps", "resumable", "given", "outbound")


def load(folder: Path | str, *, locale: str = "en", actions: Mapping[str, Signature] = ACTIONS) -> ScenarioSet:
    """Compile a folder. locale: "en" or "ru", of the problems. Raises ScenarioErrors, and nothing else."""
    draft = _SetDraft(Path(folder), actions)
    made = draft.compiled()
    if draft.problems or made is None:
        raise ScenarioErrors(draft.problems, locale)
    return made


def written(folder: Path | str, *, locale: str = "en") -> tuple[ScenarioSet, tuple[Phrase, ...]]:
    """A compiled folder, and its phrases as their authors wrote them. Raises ScenarioErrors."""
    draft = _SetDraft(Path(folder), ACTIONS)
    made = draft.compiled()
    if draft.problems or made is None:
        raise ScenarioErrors(draft.problems, locale)
    return made, tuple(draft.phrases)


def check(folder: Path | str, *, actions: Mapping[str, Signature] = ACTIONS) -> tuple[Problem, ...]:
    """Every error of a folder, by file and line; `problem.text(locale)` is a line to print."""
    draft = _SetDraft(Path(folder), actions)
    draft.compiled()
    return ScenarioErrors(draft.problems).problems if draft.problems else ()


def lint(
    folder: Path | str,
    *,
    actions: Mapping[str, Signature] = ACTIONS,
    confused: Confusions | None = None,
    deep: Deep | None = None,
) -> tuple[Problem, ...]:
    """Errors, and warnings with them: what works, but not well; `# check: allow` takes a warning away.

    confused: tells phrases of one intent that sound like another's. deep: looks at what the compiled set does, once
    nothing in it is wrong.
    """
    draft = _SetDraft(Path(folder), actions)
    made = draft.compiled()
    if made is not None:
        broken = bool(draft.problems)
        draft.problems.extend(checks.comments(draft.sources))
        checks.lint(draft.whole(made, confused), broken=broken)
        if deep is not None and not broken:
            draft.problems.extend(deep(made))
        unlooked = (*exploring.MESSAGES, *(() if confused else ("near_phrases",)))
        draft.problems[:] = checks.allowed(draft.problems, draft.sources, unlooked)
    return ScenarioErrors(draft.problems).problems if draft.problems else ()


@dataclass(slots=True)
class _SetDraft:
    """A set being compiled. drafts: by scenario. trees: what each file holds. sources: its text as it was written.

    unread: stems of files of which nobody knows what they hold.
    """

    folder: Path
    actions: Mapping[str, Signature]
    problems: list[Problem] = field(default_factory=list)
    trees: dict[str, Node] = field(default_factory=dict)
    digest: str = ""
    drafts: dict[str, Draft] = field(default_factory=dict)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    readers: list[Reader] = field(default_factory=list)
    phrases: list[Phrase] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)

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
        self.problems[:] = roots(self.problems, self.unread)
        return made

    def _compiled(self) -> ScenarioSet | None:
        self._read()
        root = self.trees.pop("business.yaml", None)
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
        told = {name: self.trees.pop(name) for name in list(self.trees) if name.startswith(f"{FOLDER}/")}
        for file, tree in self.trees.items():
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
        phrases = self._phrases(about.languages, rows, known)
        answers, smalltalk = known.close(phrases)
        delegated.check(phrases, (slot for scenario in self.scenarios.values() for slot in scenario.slots))
        for reader in known.readers:
            for use in reader.uses:
                checks.expression(reader, use, FIXED, {}, business, (), rows)
        return ScenarioSet(
            name=self.folder.resolve().name,
            version=self.digest,
            title=business.name,
            languages=about.languages,
            start=about.start,
            business=business,
            scenarios=self.scenarios,
            phrases=phrases,
            builtin=builtin,
            rows=rows,
            answers=answers,
            local=self._local(about.languages, rows),
            smalltalk=smalltalk,
            instead=self.instead,
            actions=external,
            interpreter=delegated.interpreter,
            bots=delegated.bots,
        )

    # --- files ---

    def _own(self, file: str) -> Node | None:
        """A file whose name has a meaning of its own. A scenario in it is told of, and read as if named otherwise."""
        tree = self.trees.get(file)
        if isinstance(tree, Fields) and tree.get("scenario") is not None:
            self._problem("reserved_file", file, name=Path(file).stem)
            return None
        return self.trees.pop(file, None)

    def _read(self) -> None:
        """Every YAML file of the folder itself and of answers/; tests and the like live in other folders below it."""
        if not self.folder.is_dir():
            self._problem("no_folder", str(self.folder), name=str(self.folder))
            return
        names = [*_yaml(self.folder), *(f"{FOLDER}/{name}" for name in _yaml(self.folder / FOLDER))]
        if len(names) > MAX_FILES:
            self._problem("too_many_files", names[MAX_FILES], limit=str(MAX_FILES))
        whole = hashlib.sha256()
        total = weight = 0
        for name in names[:MAX_FILES]:
            try:
                data = read_file(self.folder / name)
            except OSError:
                self._problem("unreadable_file", name)
                continue
            total += len(data)
            if total > MAX_TOTAL:
                self._problem("too_big", name, limit=str(MAX_TOTAL // 1024))
                return
            whole.update(f"{name}\0{len(data)}\0".encode() + data)
            try:
                tree = read(data)
            except Unreadable as error:
                problem = Problem(file=name, line=error.line, column=error.column, code=error.code, params=error.params)
                self.problems.append(problem)
                self.unread.add(Path(name).stem)
                continue
            weight += tree.weight if tree is not None else 0
            if weight > MAX_SET_NODES:
                self._problem("too_many_values", name, limit=str(MAX_SET_NODES))
                return
            if tree is None:
                self._problem("empty_file", name)
            else:
                self.trees[name] = tree
                self.sources[name] = data.decode("utf-8-sig", "replace")
        self._misnamed(names)
        self.digest = whole.hexdigest()[:16]

    def _misnamed(self, names: Iterable[str]) -> None:
        """ "booking.yaml.txt": an editor has added an ending, and Windows doesn't show it."""
        read_ = {Path(name).stem for name in names}
        for path in sorted(self.folder.glob("*.txt")):
            meant = path.name.removesuffix(".txt")
            if Path(meant).suffix in _SUFFIXES and Path(meant).stem not in read_:
                self._problem("misnamed_file", path.name, meant=meant)
                self.unread.add(Path(meant).stem)

    def _tables(self, languages: tuple[str, ...]) -> dict[str, tuple[Mapping[str, Value], ...]]:
        tables: dict[str, tuple[Mapping[str, Value], ...]] = {}
        seen: set[str] = set()
        for file, tree in list(self.trees.items()):
            if not isinstance(tree, Listing):
                continue
            del self.trees[file]
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
        outbound = reader.yes(fields.get("outbound"), False)
        draft.given.update(given, draft.slots if outbound else ())
        if "phrases" in fields:
            draft.phrases.append((name, fields["phrases"]))
        first = block(draft, fields.get("steps"), "steps", DONE)
        draft.slots = {**draft.slots, **draft.hidden}
        on_fail(draft, fields.get("slots"), block)
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
            outbound=outbound,
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
        unread = self.unread | {Path(problem.file).stem for problem in self.problems}
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
            checks.given(draft, self.scenarios)
            checks.results(draft, self.drafts, business, facts, rows)
        edges = {name: checks.starts_at_once(scenario) for name, scenario in self.scenarios.items()}
        for circle in checks.circles(edges):
            draft = self.drafts[circle[0]]
            node = next(iter(draft.nodes.values()))
            draft.reader.problem("circle", node, names=" → ".join([*circle, circle[0]]))

    def _phrases(
        self, languages: tuple[str, ...], rows: Mapping[str, Mapping[str, Value]], known: Knowledge
    ) -> dict[str, dict[str, tuple[str, ...]]]:
        out: dict[str, dict[str, dict[str, None]]] = {}
        said: dict[tuple[str, str], str] = {}
        count = 0
        # An item's phrases may name the slots of the scenario it starts.
        written = [
            (draft.reader, intent, node, self.drafts.get(intent, draft).slots)
            for draft in self.drafts.values()
            for intent, node in draft.phrases
        ]
        written += [(reader, intent, node, {}) for reader, intent, node in known.questions]
        for reader, intent, node, slots_ in written:
            for language, items in by_language(reader, node, languages):
                texts = out.setdefault(intent, {}).setdefault(language, {})
                stands_for = expanded(reader, items, slots_, language, rows)
                count += len(stands_for)
                if count > MAX_TEXTS:
                    reader.problem("phrases_bomb", items, limit=str(MAX_TEXTS))
                    return {}
                source = items.value if isinstance(items, Text) else ""
                self.phrases.append(
                    Phrase(reader=reader, intent=intent, language=language, node=items, source=source, texts=stands_for)
                )
                for text in stands_for:
                    other = said.setdefault((language, text.casefold()), intent)
                    if other != intent:
                        reader.problem("phrase_clash", items, text=text, name=other)
                    texts[text] = None
        return {
            intent: {language: tuple(texts) for language, texts in by_language.items()}
            for intent, by_language in out.items()
        }

    def _local(
        self, languages: tuple[str, ...], rows: Mapping[str, Mapping[str, Value]]
    ) -> dict[str, dict[str, tuple[str, ...]]]:
        """What single steps understand. It may be what is understood elsewhere too, but not twice at one step."""
        out: dict[str, dict[str, tuple[str, ...]]] = {}
        for draft in self.drafts.values():
            said: dict[tuple[str, str, str], str] = {}
            for intent, node in draft.local:
                step, _, name = intent.rpartition(".")
                for language, items in by_language(draft.reader, node, languages):
                    texts = expanded(draft.reader, items, draft.slots, language, rows)
                    for text in texts:
                        other = said.setdefault((step, language, text.casefold()), name)
                        if other != name:
                            draft.reader.problem("phrase_clash", items, text=text, name=other)
                    known = out.setdefault(intent, {}).get(language, ())
                    out[intent][language] = (*known, *texts)
        return out

    def _reader(self, file: str, languages: tuple[str, ...] = ("ru", "en")) -> Reader:
        self.readers.append(Reader(file, self.problems, languages))
        return self.readers[-1]

    def _problem(self, code: str, file: str, **params: str) -> None:
        self.problems.append(Problem(file=file, line=1, code=code, params=params))


def _yaml(folder: Path) -> list[str]:
    """The YAML files in a folder, sorted; none where there is no such folder."""
    if not folder.is_dir():
        return []
    entries = (entry.name for entry in os.scandir(folder))
    return sorted(name for name in entries if name.lower().endswith(_SUFFIXES) and not name.startswith("."))
