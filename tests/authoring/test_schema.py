"""The schema that editors use: it accepts what the loader accepts, and knows every keyword the loader knows."""

import json
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from bot.authoring import http, knowledge, repairing, slots, steps
from bot.authoring.load import check
from tests.authoring.small import FILES, changed, write

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "bot" / "authoring" / "schema.json").read_text())
SCHEMAS = ("schema.json", "answers.schema.json", "rasa.schema.json")
SHIPPED = [*sorted((ROOT / "scenarios").glob("*/*.yaml")), repairing.BUILTIN]


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


# --- completion: what an editor shows ---


def without_description(node: object, where: str = "") -> list[str]:
    if isinstance(node, list):
        return [each for part in node for each in without_description(part, where)]
    if not isinstance(node, dict):
        return []
    own = node.get("properties")
    out = [
        f"{where}/{name}"
        for name, part in (own.items() if isinstance(own, dict) else ())
        if "description" not in part and "description" not in SCHEMA["definitions"].get(referred(part), {})
    ]
    return out + [each for name, part in node.items() for each in without_description(part, f"{where}/{name}")]


def referred(part: dict[str, object]) -> str:
    return str(part.get("$ref", "")).rpartition("/")[2]


@pytest.mark.parametrize("file", SCHEMAS)
def test_every_keyword_is_described_where_an_editor_completes_it(file: str):
    assert without_description(json.loads((ROOT / "bot" / "authoring" / file).read_text())) == []


YAML_FILES = sorted(
    path
    for folder in ("scenarios", "bot/authoring")
    for path in (ROOT / folder).rglob("*.y*ml")
    if path.suffix in (".yaml", ".yml")
)


@pytest.mark.parametrize("path", YAML_FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_shipped_yaml_file_names_the_schema_it_keeps_to(path: Path):
    first = path.read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    schema = (path.parent / first.partition("$schema=")[2]).resolve()
    answers = path.parent.name == "answers" or path == knowledge.SMALLTALK
    assert schema == ROOT / "bot" / "authoring" / ("answers.schema.json" if answers else "schema.json")
    assert refused(path.read_text(), schema) == []


def refused(text: str, schema: Path = ROOT / "bot" / "authoring" / "schema.json") -> list[str]:
    from referencing import Registry, Resource

    known = {file: json.loads((ROOT / "bot" / "authoring" / file).read_text()) for file in SCHEMAS}
    registry = Registry().with_resources([(file, Resource.from_contents(each)) for file, each in known.items()])
    checker = jsonschema.Draft7Validator(known[schema.name], registry=registry)
    return [error.message for error in checker.iter_errors(YAML(typ="safe", pure=True).load(text))]


# What the loader refuses and a schema can see: the shape of a file. (Names across files it can't know.)
SHAPES = {
    "a misspelt keyword of a step": ("booking", "  - collect:", "  - colect:"),
    "a misspelt keyword of a slot": ("booking", "type: datetime\n", "typ: datetime\n"),
    "a type that doesn't exist": ("booking", "type: person", "type: persn"),
    "a slot without a question": ("booking", "    ask: {ru: Когда?, en: When?}\n", ""),
    "a misspelt key of a scenario": ("booking", "phrases:", "phrazes:"),
    "a scenario without a title": ("booking", "title: {ru: Запись, en: Booking}\n", ""),
    "a language that isn't spoken": ("booking", "{ru: Готово., en: Done.}", "{ru: Готово., de: Fertig.}"),
    "two keywords in one step": ("booking", "  - say: {ru: Готово., en: Done.}", "  - {say: a, collect: [name]}"),
    "a menu of nothing": ("main", "    loop: yes\n", "    loop: maybe\n"),
    "a key that isn't on a telephone": ("main", "key: 1", "key: 12"),
    "a misspelt key of an item": ("main", "key: 2", "kee: 2"),
    "a row without a title": ("doctors", "  title: {ru: лор, en: ENT}\n", ""),
    "a row without an id": ("doctors", "- id: lor\n  title", "- title"),
    "a language nobody can speak": ("business", "languages: [ru, en]", "languages: [ru, xx]"),
    "a business without a beginning": ("business", "start: main\n", ""),
    "a list where a name belongs": ("business", "start: main", "start: [main]"),
}


@pytest.mark.parametrize("what", SHAPES)
def test_the_schema_refuses_what_the_loader_refuses_of_a_file_s_shape(what: str, tmp_path: Path):
    file, before, after = SHAPES[what]
    text = changed(file, before, after)
    assert refused(text) != []
    assert check(write(tmp_path, **{file: text})) != ()


def test_the_schema_accepts_the_set_that_these_break():
    assert [refused(text) for text in FILES.values()] == [[]] * len(FILES)
