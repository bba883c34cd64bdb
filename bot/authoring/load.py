"""A folder of YAML to a ScenarioSet, or to every mistake in it at once.

load    compile a folder, or raise ScenarioErrors with all its problems
written the same, with the phrases as they were written
check   the problems alone
lint    the problems, and warnings: what works, but not well
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from bot.authoring import checks
from bot.authoring.actions import ACTIONS, Signature
from bot.authoring.checks.whole import Confusions, Phrase
from bot.authoring.compiling import SetDraft
from bot.authoring.messages import exploring
from bot.authoring.problems import Problem, ScenarioErrors
from bot.dialogue.scenario import ScenarioSet

Deep = Callable[[ScenarioSet], Iterable[Problem]]


def load(folder: Path | str, *, locale: str = "en", actions: Mapping[str, Signature] = ACTIONS) -> ScenarioSet:
    """Compile a folder. locale: "en" or "ru", of the problems. Raises ScenarioErrors, and nothing else."""
    draft = SetDraft(Path(folder), actions)
    made = draft.compiled()
    if draft.problems or made is None:
        raise ScenarioErrors(draft.problems, locale)
    return made


def written(folder: Path | str, *, locale: str = "en") -> tuple[ScenarioSet, tuple[Phrase, ...]]:
    """A compiled folder, and its phrases as their authors wrote them. Raises ScenarioErrors."""
    draft = SetDraft(Path(folder), ACTIONS)
    made = draft.compiled()
    if draft.problems or made is None:
        raise ScenarioErrors(draft.problems, locale)
    return made, tuple(draft.phrases)


def check(folder: Path | str, *, actions: Mapping[str, Signature] = ACTIONS) -> tuple[Problem, ...]:
    """Every error of a folder, by file and line; `problem.text(locale)` is a line to print."""
    draft = SetDraft(Path(folder), actions)
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
    draft = SetDraft(Path(folder), actions)
    made = draft.compiled()
    if made is not None:
        broken = bool(draft.problems)
        draft.problems.extend(checks.comments(draft.files.sources))
        checks.lint(draft.whole(made, confused), broken=broken)
        if deep is not None and not broken:
            draft.problems.extend(deep(made))
        unlooked = (*exploring.MESSAGES, *(() if confused else ("near_phrases",)))
        draft.problems[:] = checks.allowed(draft.problems, draft.files.sources, unlooked)
    return ScenarioErrors(draft.problems).problems if draft.problems else ()
