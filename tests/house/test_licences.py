"""What the default installation holds: nothing under the GPL, nothing non-commercial, no torch.

Read from the metadata of the packages that are installed, for every package of requirements.lock.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
UNWANTED = re.compile(r"\bA?GPL|affero|general public licen|non.?commercial|\bNC\b|-NC-|proprietary", re.IGNORECASE)
LESSER = re.compile(
    r"\bLGPL[\w.+-]*|(library or )?lesser general public licen[sc]e( v\d)?( \(LGPL\w*\))?", re.IGNORECASE
)


def locked(lock: Path) -> list[Requirement]:
    """The packages of a lock file that belong on this machine, whatever it is."""
    lines = [line.removesuffix("\\").strip() for line in lock.read_text().splitlines()]
    requirements = [Requirement(line) for line in lines if re.match(r"[a-z0-9]", line)]
    return [each for each in requirements if each.marker is None or each.marker.evaluate()]


def licences_of(package: metadata.PackageMetadata) -> list[str]:
    """Every licence the package offers. Several classifiers, or OR in an expression, are a choice.

    The older License field counts where there is neither: some packages put the whole text there, so its first line.
    """
    for expression in package.get_all("License-Expression") or []:
        return re.split(r"\bOR\b", str(expression))
    kinds = [kind for kind in package.get_all("Classifier") or [] if kind.startswith("License :: ")]
    return kinds or "".join(package.get_all("License") or []).strip().splitlines()[:1]


def texts_of(name: str) -> list[str]:
    """The licences that come with the package, whole: where its metadata name none."""
    files = metadata.files(name) or ()
    kept = [each for each in files if re.match(r"(licen[cs]e|copying)", each.name, re.IGNORECASE)]
    return [each.read_text() for each in kept if any(part.endswith(".dist-info") for part in each.parts)]


def unwanted(licence: str) -> bool:
    return bool(UNWANTED.search(LESSER.sub("", licence)))


@pytest.mark.parametrize(
    ("licence", "refused"),
    [
        ("MIT", False),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Library or Lesser General Public License (LGPL)", False),
        ("GPLv3+", True),
        ("License :: OSI Approved :: GNU General Public License v3 or later (GPLv3+)", True),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", True),
        ("AGPL-3.0-only", True),
        ("CC-BY-NC-4.0", True),
        ("Free for non-commercial use", True),
        ("Copyright (c) somebody\n\nRedistribution and use in source and binary forms, with or without", False),
        ("                    GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007", True),
    ],
)
def test_a_licence_is_read_for_what_it_is(licence: str, refused: bool) -> None:
    assert unwanted(licence) is refused


@pytest.mark.parametrize("requirement", locked(ROOT / "requirements.lock"), ids=lambda requirement: requirement.name)
def test_a_default_package_is_free_for_commercial_use(requirement: Requirement) -> None:
    try:
        offered = licences_of(metadata.metadata(requirement.name)) or texts_of(requirement.name)
    except metadata.PackageNotFoundError:
        pytest.skip(f"{requirement.name} is locked but not in this environment: make install")
    assert offered, f"{requirement.name} names no licence"
    assert not all(unwanted(licence) for licence in offered), f"{requirement.name}: {offered}"


def test_torch_is_not_in_the_default_installation() -> None:
    names = {requirement.name for requirement in locked(ROOT / "requirements.lock")}
    assert not names & {"torch", "torchaudio", "tensorflow", "jax"}
