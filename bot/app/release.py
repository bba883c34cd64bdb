"""Which Govorun this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    try:
        return version("govorun")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0.1.0"
