"""Commands run in the tests' own process."""

from __future__ import annotations

import io
import logging
import sys
from pathlib import Path

import pytest

from bot.__main__ import main


class Ran:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def govorun(data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run a command in this process; a session's commands share their data folder."""
    monkeypatch.setenv("GOVORUN_DATA", str(data))
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: str, stdin: str = "", **environment: str) -> Ran:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["govorun", *words])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return Ran(int(ended.value.code or 0), out, err)

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield run
    root.handlers[:] = handlers  # a command that serves takes the log over
    root.setLevel(level)
