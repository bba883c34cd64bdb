"""The shapes that are wanted of a file of Rasa's: a list here, names with values there; else an error with its line."""

from __future__ import annotations

from dataclasses import dataclass

from bot.authoring.tree import Fields, Listing, Node, Text
from bot.errors import Unacceptable


@dataclass(frozen=True, slots=True)
class File:
    """name: as the project's folder has it, "data/stories.yml"."""

    name: str

    def place(self, node: Node) -> str:
        return f"{self.name}:{node.line}"

    def wrong(self, node: Node, what: str) -> Unacceptable:
        return Unacceptable(what, where=self.place(node), fix="Look at Rasa's own `rasa data validate`")

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        """None where there is nothing. Raises Unacceptable."""
        if node is None or (isinstance(node, Text) and node.empty):
            return ()
        if not isinstance(node, Listing):
            raise self.wrong(node, f"'{what}' is no list")
        return node.items

    def fields(self, node: Node, what: str) -> Fields:
        """Raises Unacceptable."""
        if isinstance(node, Listing) and not node.items:
            return Fields(line=node.line, column=node.column, entries=())  # "forms: []"
        if not isinstance(node, Fields):
            raise self.wrong(node, f"'{what}' holds no names with values")
        return node


def written(node: Node | None) -> str:
    """ "" for what is empty, null or no text."""
    if not isinstance(node, Text) or node.empty:
        return ""
    return node.value.strip()
