"""A folder that goes away, but for what was learnt of the phrases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.settings import Settings


@contextmanager
def thrown_away(settings: Settings) -> Iterator[Path]:
    """A data folder whose cache is that of the settings."""
    with TemporaryDirectory(prefix="govorun-") as made:
        folder = Path(made)
        kept = (settings.data / "cache").absolute()
        with suppress(OSError):  # a folder that can't be written costs a second or two, no more
            kept.mkdir(parents=True, exist_ok=True)
            folder.joinpath("cache").symlink_to(kept)
        yield folder
