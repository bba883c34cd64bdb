"""Where boxes stand: the main road straight down, every side road in a column to the right of its box.

A side road begins at or below the line it leaves by, and the next box with side roads stands below the last of them,
so nothing lies over anything. What leads to a box that stands elsewhere names it by its number, without a line across.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.authoring.boxes import DONE, Box, Row
from bot.authoring.graph import Graph
from bot.authoring.lettering import fitted

WIDTH = 320.0  # of a box, in px; about forty letters
GAP = 56.0  # between columns; connectors run in it
STEP = 26.0  # between boxes of a road
PAD = 12.0
HEAD = 26.0  # height of a box's first line
LINE = 18.0
ROW = 22.0
PILL = 24.0
TEXT, SMALL = 13.0, 12.0  # px
LINES = 3  # of what is said; all of it is in the tooltip
ACROSS = 3  # roads of a set side by side


@dataclass(frozen=True, slots=True)
class PlacedRow:
    row: Row
    text: str
    y: float  # of its middle
    jump: str = ""  # a box that stands elsewhere, "" where a line leads to it or it leads nowhere


@dataclass(slots=True)
class Placed:
    """number: by which others name it. ends: "done" or a box's id that stands elsewhere, in a pill under it."""

    box: Box
    number: int
    x: float
    y: float
    height: float
    lines: list[str]
    rows: list[PlacedRow]
    ends: str | None = None

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Line:
    """A road drawn as a line. points: (x, y), corners in right angles. direct: else side roads come together there."""

    start: str
    end: str
    points: tuple[tuple[float, float], ...]
    direct: bool = True


@dataclass(slots=True)
class Layout:
    """placed: by id, in the order of numbers. captions: (text, x, y)."""

    graph: Graph
    placed: dict[str, Placed] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    captions: list[tuple[str, float, float]] = field(default_factory=list)
    width: float = 0.0
    height: float = 0.0

    def edges(self) -> set[tuple[str, str]]:
        """Every road that is drawn, as a line or by a number."""
        drawn = {(line.start, line.end) for line in self.lines if line.direct}
        for placed in self.placed.values():
            drawn.update((placed.box.id, row.jump) for row in placed.rows if row.jump)
            if placed.ends is not None and placed.ends != DONE and placed.box.direct:
                drawn.add((placed.box.id, placed.ends))
        return drawn


def laid_out(graph: Graph) -> Layout:
    work = _Work(graph)
    main, *others = graph.roots
    bottom, right = work.column(main[0], 0.0, 0.0)
    if others:
        bottom += STEP * 2
        work.layout.captions.append((others[0][1], 0.0, bottom))
        bottom, right = work.shelf([name for name, _ in others], bottom + STEP, right)
    work.layout.width, work.layout.height = right, bottom
    return work.layout


class _Work:
    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.layout = Layout(graph)
        self.taken: set[str] = set()  # boxes that a road has, though they may not stand yet

    def road(self, start: str) -> list[str]:
        """Boxes from here straight on, up to one that another road has."""
        out: list[str] = []
        at: str | None = start
        while at is not None and at in self.graph.boxes and at not in self.taken:
            self.taken.add(at)
            out.append(at)
            at = self.graph.boxes[at].main
        return out

    def shelf(self, roots: list[str], top: float, right: float) -> tuple[float, float]:
        """Roads that begin by themselves, some side by side."""
        bottom = x = 0.0
        for number, root in enumerate(roots):
            if number and number % ACROSS == 0:
                top, x = bottom + STEP, 0.0
            low, far = self.column(root, x, top)
            bottom, right, x = max(bottom, low), max(right, far), far + GAP
        return bottom, right

    def column(self, start: str, x: float, y: float) -> tuple[float, float]:
        """A road from here down, with its side roads; its bottom and its right edge."""
        road = self.road(start)
        right, free = x + WIDTH, y  # free: below the side roads so far
        before: Placed | None = None
        for name in road:
            box = self.graph.boxes[name]
            if any(row.target in self.graph.boxes and row.target not in self.taken for row in box.rows):
                y = max(y, free)
            placed = self.place(box, x, y)
            if before is not None:
                points = (x + WIDTH / 2, before.bottom), (x + WIDTH / 2, y)
                self.layout.lines.append(Line(before.box.id, name, points, before.box.direct))
            low, far = self.sides(placed)
            right, free = max(right, far), max(free, low)
            before, y = placed, placed.bottom + STEP
        if before is not None and before.box.main is not None:
            before.ends = before.box.main
            y = before.bottom + PILL + STEP
        return max(y, free), right

    def sides(self, placed: Placed) -> tuple[float, float]:
        """The roads that leave a box at its lines; their bottom and right edge."""
        x, low, right = placed.x + WIDTH + GAP, placed.y, placed.x + WIDTH
        going = [
            (number, each) for number, each in enumerate(placed.rows) if each.row.target is not None and not each.jump
        ]
        leaving: list[tuple[int, PlacedRow, float]] = []
        for number, each in going:
            target = str(each.row.target)
            if target not in self.graph.boxes or target in self.taken:  # another line above led there
                placed.rows[number] = PlacedRow(each.row, each.text, each.y, target)
                continue
            top = max(low, each.y - HEAD / 2)
            leaving.append((number, each, top))
            bottom, far = self.column(target, x, top)
            low, right = bottom, max(right, far)
        for place, (_, each, top) in enumerate(leaving):
            elbow = x - 12.0 - place * min(8.0, (GAP - 24.0) / len(leaving))
            points = ((placed.x + WIDTH, each.y), (elbow, each.y), (elbow, top + HEAD / 2), (x, top + HEAD / 2))
            self.layout.lines.append(Line(placed.box.id, str(each.row.target), points))
        return low, right

    def place(self, box: Box, x: float, y: float) -> Placed:
        inner = WIDTH - 2 * PAD
        lines = [line for text in box.lines for line in fitted(text, inner, TEXT, LINES)]
        at = y + HEAD + LINE * len(lines) + (4.0 if lines else 0.0)
        rows = []
        for row in box.rows:
            taken = (22.0 if row.key else 0.0) + (40.0 if row.target is not None or row.down else 0.0)
            (text,) = fitted(row.text, inner - taken, SMALL, 1) or ("",)
            jump = row.target if row.target in self.taken or row.target == DONE else ""
            rows.append(PlacedRow(row, text, at + ROW / 2, jump if row.target is not None else ""))
            at += ROW
        number = len(self.layout.placed) + 1
        placed = Placed(box, number, x, y, at + PAD / 2 - y, lines, rows)
        self.layout.placed[box.id] = placed
        return placed


def boxes_overlap(layout: Layout) -> list[tuple[str, str]]:
    """Pairs of boxes, with their pills, that lie over one another; none, where all is well."""
    out = []
    all_placed = list(layout.placed.values())
    for number, one in enumerate(all_placed):
        for other in all_placed[number + 1 :]:
            apart = one.x + WIDTH <= other.x or other.x + WIDTH <= one.x
            above = _end(one) <= other.y or _end(other) <= one.y
            if not apart and not above:
                out.append((one.box.id, other.box.id))
    return out


def _end(placed: Placed) -> float:
    return placed.bottom + (PILL + 8.0 if placed.ends is not None else 0.0)
