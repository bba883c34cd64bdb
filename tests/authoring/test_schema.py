"""The schema that editors use: it accepts what the loader accepts, and knows every keyword the loader knows."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring import http, load, slots, steps

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "bot" / "authoring" / "schema.json").read_text())
SHIPPED = [*sorted((ROOT / "scenarios").glob("*/*.yaml")), load.BUILTIN]


def valid(path: Path) -> list[str]:
    data = YAML(typ="safe", pure=True).load(path.read_text())
    return [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(data)]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_schema_accepts_every_shipped_file_and_the_file_names_it(path: Path):
    assert valid(path) == []
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("$schema=")[2]).resolve() == ROOT / "bot" / "authoring" / "schema.json"


def test_the_schema_refuses_a_misspelt_keyword(tmp_path: Path):
    file = tmp_path / "x.yaml"
    file.write_text("scenario: x\ntitle: {ru: a, en: b}\nsteps:\n  - sya: {ru: a, en: b}\n")
    assert valid(file) != []


def test_the_schema_knows_every_keyword_of_the_loader():
    assert set(SCHEMA["definitions"]["slot"]["properties"]) == set(slots.KEYS)
    assert tuple(SCHEMA["definitions"]["slot"]["properties"]["type"]["enum"]) == slots.TYPES
    known = {step["required"][0]: set(step["properties"]) for step in SCHEMA["definitions"]["step"]["anyOf"]}
    assert set(known) == set(steps.KEYWORDS)
    for keyword, (others, _) in steps.KEYWORDS.items():
        assert set(others) <= known[keyword]


def test_the_schema_knows_actions_yaml_as_the_loader_does(tmp_path: Path):
    from tests.authoring.test_actions import ACTIONS

    assert set(SCHEMA["definitions"]["action"]["properties"]) == set(http.KEYS)
    (tmp_path / "actions.yaml").write_text(ACTIONS)
    assert valid(tmp_path / "actions.yaml") == []
    (tmp_path / "wrong.yaml").write_text(ACTIONS.replace("retry:", "rety:"))
    assert valid(tmp_path / "wrong.yaml") != []
