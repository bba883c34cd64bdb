"""Every ready set: it talks as its golden conversations say, in both languages, and works when copied alone."""

import shutil
from pathlib import Path

import pytest

from bot.authoring import golden, load
from bot.backends.calendar import Calendar
from bot.backends.forms import Forms
from bot.understanding.nlu import BuiltinNlu

ROOT = Path(__file__).parents[2]
SETS = sorted(path.parent for path in (ROOT / "scenarios").glob("*/business.yaml"))
BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business), "forms": Forms()})


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_a_ready_set_copied_alone_talks_as_its_golden_conversations_say(folder: Path, tmp_path: Path):
    alone = shutil.copytree(folder, tmp_path / folder.name)
    results = golden.run(alone, nlu=BuiltinNlu.of, bench=BENCH)
    assert "\n\n".join(result.diff for result in results if not result.passed) == ""


@pytest.mark.parametrize("folder", SETS, ids=lambda folder: folder.name)
def test_a_ready_set_speaks_both_languages_and_both_are_tried(folder: Path):
    assert load.load(folder).languages == ("ru", "en")
    for language in ("ru", "en"):
        text = "\n".join(path.read_text(encoding="utf-8") for path in (folder / "tests").glob(f"*.{language}.txt"))
        for needed in ("channel: voice", "\n> …", "= handoff:", "\n> ["):  # silence, a person, keys
            assert needed in text, f"{folder.name}: no conversation in {language} has '{needed.strip()}'"
