"""Two parsers read the same: the quick one whatever it can, the other what the quick one refuses."""

from pathlib import Path

import pytest
import yaml

from bot.authoring import tree
from bot.authoring.tree import Fields, Listing, Node, Text, read
from bot.authoring.unreadable import Unreadable

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def written(node: Node | None) -> object:
    """What a file says, without its lines."""
    match node:
        case Text():
            return node.value, node.quoted
        case Listing():
            return [written(item) for item in node.items]
        case Fields():
            return [(entry.key.value, written(entry.value), node.inline) for entry in node.entries]
    return None


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*/*.yaml")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_both_parsers_read_every_shipped_file_alike(file: Path):
    data = file.read_bytes()
    quick = tree._Tree(yaml.parse(data, Loader=yaml.CSafeLoader)).document()
    assert written(quick) == written(tree._pure(data.decode()))


def test_what_the_quick_parser_refuses_is_explained_by_the_other():
    with pytest.raises(Unreadable) as refused:
        read(b"title: a: b\n")
    assert refused.value.code == "colon"


def test_a_file_is_read_without_the_quick_parser_too(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    monkeypatch.delattr(yaml, "CSafeLoader")
    assert written(read("title: {ru: Меню}\n".encode())) == [("title", [("ru", ("Меню", False), True)], False)]
