"""Nothing on this machine reports home: what the libraries would note of their use is not even written down."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAR = """
import numpy
from voice.vad.silero_onnx import SileroOnnx
SileroOnnx().process(numpy.zeros(256, numpy.int16))
"""


def notes_of(home: Path, **environment: str) -> list[str]:
    """Run the engine as a person with an empty home folder; what files of telemetry it leaves there."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}  # CI=… would quiet it by itself
    subprocess.run(
        [sys.executable, "-c", HEAR],
        cwd=ROOT,
        env={**kept, "HOME": str(home), "TMPDIR": str(home), "PYTHONPATH": str(ROOT), **environment},
        check=True,
        timeout=60,
    )
    return sorted(path.name for path in home.rglob("*") if path.is_file() and "onnxruntime" in str(path))


@pytest.mark.voice
def test_the_speech_engines_runtime_leaves_no_device_id_and_no_events(tmp_path: Path) -> None:
    assert notes_of(tmp_path) == []
