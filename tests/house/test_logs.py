"""What customers say stays out of the logs, even where our own code breaks over it."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.logs import JsonLines, Text


def broken(name: str) -> logging.LogRecord:
    try:
        try:
            {}[name]
        except KeyError as error:
            raise ExceptionGroup(f"for {name}", [ValueError(name)]) from error
    except ExceptionGroup:
        return logging.LogRecord("x", logging.ERROR, "x", 1, "it broke", (), sys.exc_info())


@pytest.mark.parametrize("form", [Text(), JsonLines()], ids=["text", "json"])
def test_an_exception_is_told_by_kind_and_place_without_its_words(form: logging.Formatter) -> None:
    line = form.format(broken("Иван Петров"))
    assert "Петров" not in (line if isinstance(form, Text) else str(json.loads(line)))
    assert all(kind in line for kind in ("ExceptionGroup", "ValueError", "KeyError", "test_logs.py", "in broken"))
