"""A laid-out graph as one SVG file: nothing from elsewhere; light or dark as the reader's screen is."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape, quoteattr

from bot.authoring.boxes import DONE
from bot.authoring.layout import HEAD, LINE, PAD, PILL, SMALL, WIDTH, Layout, Line, Placed
from bot.authoring.lettering import cut, width

MARGIN = 32.0
TOP = 84.0  # for the title
LEGEND = 64.0

# kind -> (hue of its colour, icon drawn in a square of 16)
LOOKS: dict[str, tuple[int, str]] = {
    "say": (210, "M2 3h12v8H8l-4 3v-3H2z"),
    "collect": (265, "M5 6a3 3 0 1 1 4 3c-1 .4-1 1-1 2M8 13.2v.6"),
    "choose": (190, "M5 4h9M5 8h9M5 12h9M2 4h.6M2 8h.6M2 12h.6"),
    "confirm": (145, "M2 8.5l4 4 8-9"),
    "do": (30, "M8 5a3 3 0 1 0 0 6a3 3 0 1 0 0-6M8 1v3M8 12v3M1 8h3M12 8h3"),
    "if": (48, "M8 1l7 7-7 7-7-7z"),
    "case": (48, "M8 1l7 7-7 7-7-7zM5 8h6"),
    "set": (95, "M2 2h6l6 6-6 6-6-6zM5 5h.6"),
    "rate": (55, "M8 1l2 5 5 .4-4 3.4 1.4 5L8 12l-4.4 2.8L5 9.8 1 6.4 6 6z"),
    "language": (175, "M8 1a7 7 0 1 0 0 14a7 7 0 1 0 0-14M1 8h14M8 1c-5 5-5 9 0 14M8 1c5 5 5 9 0 14"),
    "start": (230, "M2 8h10M8 3l5 5-5 5"),
    "delegate": (262, "M3 5h10v8H3zM8 1v4M6 9h.6M10 9h.6"),
    "handoff": (340, "M8 2a3 3 0 1 0 0 6a3 3 0 1 0 0-6M2 15c0-7 12-7 12 0"),
    "prove": (320, "M3 7h10v7H3zM5 7V5a3 3 0 0 1 6 0v2M8 10v1.6"),
    "end": (0, "M3 3h10v10H3z"),
    "again": (285, "M13 5A6 6 0 1 0 14 9M13 1v4H9"),
    "scenario": (210, "M2 2h12v12H2zM5 6h6M5 10h6"),
    "step": (0, "M2 2h12v12H2z"),
}

STYLE = """
svg{--paper:#fff;--ink:#1d2430;--soft:#5d6777;--line:#9aa5b5;--box:#fbfcfe;--pill:#eef1f6;--l:38%;--f:94%}
@media (prefers-color-scheme:dark){
svg{--paper:#14181f;--ink:#e7ebf2;--soft:#9ba7b8;--line:#6b788a;--box:#1b212b;--pill:#262e3a;--l:74%;--f:22%}}
svg{background:var(--paper)}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,Arial,"DejaVu Sans",sans-serif;font-size:13px}
text{fill:var(--ink)}.soft{fill:var(--soft);font-size:12px}.title{font-size:22px;font-weight:600}.small{font-size:12px}
.box{fill:var(--box);stroke:hsl(var(--h) 45% var(--l));stroke-width:1.2}.head{fill:hsl(var(--h) 60% var(--f))}
.kind{font-size:12px;font-weight:600;fill:hsl(var(--h) 55% var(--l))}
.icon{fill:none;stroke:hsl(var(--h) 55% var(--l));stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round}
.number{fill:var(--soft);font-size:11px}.road{fill:none;stroke:var(--line);stroke-width:1.6}.tip{fill:var(--line)}
.meet{stroke-dasharray:2 5}
.pill,.key{fill:var(--pill);stroke:var(--line);stroke-width:.8}
a{text-decoration:none}a:hover .pill{stroke:var(--ink)}g:target .box{stroke-width:3}
"""


def drawn(layout: Layout) -> str:
    """The whole file."""
    graph = layout.graph
    words = graph.words
    kinds = list(dict.fromkeys(placed.box.kind for placed in layout.placed.values()))
    legend = _legend(kinds, words, layout.width)
    whole_w = max(layout.width, width(graph.title, 22.0), width(graph.subtitle, SMALL), 360.0) + 2 * MARGIN
    whole_h = TOP + layout.height + LEGEND + 24.0 * legend[1] + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole_w:.0f} {whole_h:.0f}" width="{whole_w:.0f}" '
        f'height="{whole_h:.0f}" lang={quoteattr(graph.language)} role="img">',
        f"<title>{escape(graph.title)}</title>",
        f"<style>{STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>',
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 12}">{escape(graph.title)}</text>',
        f'<text class="soft" x="{MARGIN}" y="{MARGIN + 34}">{escape(graph.subtitle)}</text>',
        f'<g transform="translate({MARGIN} {TOP})">',
        *(_road(line) for line in layout.lines),
        '<g style="--h:210">',
        *(_text(text, "kind", x, y + 12) for text, x, y in layout.captions),
        "</g>",
        *(_box(placed, layout) for placed in layout.placed.values()),
        "</g>",
        f'<g transform="translate({MARGIN} {TOP + layout.height + 24})">{legend[0]}</g>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _road(line: Line) -> str:
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in line.points)
    ends = f"data-from={quoteattr(line.start)} data-to={quoteattr(line.end)}"
    if not line.direct:
        return f'<path class="road meet" d="{path}"/>'
    return f'<path class="road" {ends} d="{path}" marker-end="url(#tip)"/>'


def _text(text: str, kind: str, x: float, y: float, anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _box(placed: Placed, layout: Layout) -> str:
    box, x, y = placed.box, placed.x, placed.y
    hue, icon = LOOKS.get(box.kind, LOOKS["step"])
    head = cut(box.head, WIDTH - 2 * PAD - 60.0, SMALL)
    parts = [
        f'<g id="step-{placed.number}" data-step={quoteattr(box.id)} style="--h:{hue}">',
        f"<title>{escape(_tip(placed))}</title>",
        f'<rect class="box" x="{x}" y="{y:.1f}" width="{WIDTH}" height="{placed.height:.1f}" rx="8"/>',
        f'<path class="head" d="M{x + 0.6} {y + HEAD:.1f}V{y + 8:.1f}a7.4 7.4 0 0 1 7.4-7.4H{x + WIDTH - 8}'
        f'a7.4 7.4 0 0 1 7.4 7.4V{y + HEAD:.1f}z"/>',
        f'<path class="icon" transform="translate({x + PAD} {y + 6:.1f}) scale(.9)" d="{icon}"/>',
        _text(head, "kind", x + PAD + 22, y + 18),
        _text(str(placed.number), "number", x + WIDTH - PAD, y + 18, "end"),
    ]
    parts += [_text(line, "said", x + PAD, y + HEAD + LINE * at + 15) for at, line in enumerate(placed.lines)]
    for row in placed.rows:
        left = x + PAD
        if row.row.key:
            parts.append(f'<rect class="key" x="{left}" y="{row.y - 8:.1f}" width="16" height="16" rx="4"/>')
            parts.append(_text(row.row.key, "number", left + 8, row.y + 4, "middle"))
            left += 22
        parts.append(_text(row.text, "small", left, row.y + 4))
        if row.jump and row.jump in layout.placed:
            parts.append(_jump(layout.placed[row.jump].number, x + WIDTH - PAD - 34, row.y - 9, 34.0))
        elif row.row.down or row.row.target == DONE:
            parts.append(_text("↓" if row.row.down else "■", "soft", x + WIDTH - PAD, row.y + 4, "end"))
    if placed.ends is not None:
        parts.append(_end(placed, layout))
    return "\n".join([*parts, "</g>"])


def _end(placed: Placed, layout: Layout) -> str:
    """Under the last box of a road: where it goes on, or that it is over."""
    words = layout.graph.words
    x, y = placed.x + WIDTH / 2, placed.bottom
    road = f'<path class="road" d="M{x} {y:.1f} L{x} {y + 8:.1f}"/>'
    target = layout.placed.get(placed.ends or DONE)
    text = words["done"]
    if target is not None:
        text = f"{words['back' if target.number <= placed.number else 'goto']} {target.number}"
    wide = width(text, SMALL) + 20
    size = f'width="{wide:.1f}" height="{PILL - 4}" rx="10"'
    pill = f'<rect class="pill" x="{x - wide / 2:.1f}" y="{y + 8:.1f}" {size}/>'
    pill += _text(text, "small" if target else "soft", x, y + 22, "middle")
    return road + (f'<a href="#step-{target.number}">{pill}</a>' if target else pill)


def _jump(number: int, x: float, y: float, wide: float) -> str:
    return (
        f'<a href="#step-{number}"><rect class="pill" x="{x:.1f}" y="{y:.1f}" width="{wide}" height="18" rx="9"/>'
        f'<text class="number" x="{x + wide / 2:.1f}" y="{y + 13:.1f}" text-anchor="middle">→ {number}</text></a>'
    )


def _tip(placed: Placed) -> str:
    whole = placed.box.whole.strip()
    rows = [f"• {row.row.text}" + (f" ({row.row.note})" if row.row.note else "") for row in placed.rows]
    return "\n".join(part for part in (f"{placed.number}. {placed.box.head}", whole, *rows) if part)


def _legend(kinds: list[str], named: Mapping[str, str], room: float) -> tuple[str, int]:
    """What the colours mean, and in how many lines."""
    parts, x, y, lines = [f'<text class="soft" x="0" y="12">{escape(named["legend"])}</text>'], 0.0, 30.0, 1
    for kind in kinds:
        hue, icon = LOOKS.get(kind, LOOKS["step"])
        wide = 26.0 + width(named[kind], SMALL) + 18.0
        if x and x + wide > max(room, 360.0):
            x, y, lines = 0.0, y + 24.0, lines + 1
        place = f"translate({x:.1f} {y - 11:.1f}) scale(.9)"
        parts.append(f'<g style="--h:{hue}"><path class="icon" transform="{place}" d="{icon}"/>')
        parts.append(_text(named[kind], "small", x + 22, y + 2) + "</g>")
        x += wide
    parts.append(f'<text class="soft" x="0" y="{y + 26:.1f}">{escape(named["tip"])}</text>')
    return "".join(parts), lines
