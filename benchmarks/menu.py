"""How much of the waiting at a menu learning saves: on generated callers with habits of every kind, and with none.

    python -m benchmarks.menu [--json] [--callers 1000] [--seeds 2] [--quick] [--plot]

gain            share of the way from the written order (0) to an oracle that knows what each caller tends to choose at
                that moment (1), in seconds until the wanted item is heard; by trace and policy, the mean over seeds
mean            of the seven traces with habits; best_peer: of the best of three peers on each; strange_mean: of those
worst           the trace on which the learned order stands worst against the best of its peers, and by how much
none_worse      share by which it is slower than the written order, where there are no habits
strange         the same seven and others, harder: every seed draws its own circumstances (benchmarks/_strangers.py)
held_out        the same on traces of other shapes than those the weights a menu begins with were learnt from
rank_ms_p95     processor time of a rank; learn_ms_p95: of learning from the choice
million_gb      memory of a million callers of 48 choices each
calibration     of choices foretold with a chance of .8-.9, .9-1: how many came true

Peers, in the same go: popularity, most recent, decayed frequency (0.8 a call), most frequent; popularity between
what is equal.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import Progress

from benchmarks._habits import HABITS, TRACES, Call, Recipe, trace
from benchmarks._strangers import strangers
from bot.customers.menu import Item, Memory, Menu
from bot.customers.menu.past import KEPT, past

PLOT = Path(__file__).parents[1] / "docs" / "images" / "menu.svg"
PEERS = ("most_recent", "decayed", "most_frequent")
SECONDS = 2.6
EPOCH = datetime(1970, 1, 1)


def recipes(callers: int) -> dict[str, Recipe]:
    return {kind: Recipe(kind=kind, callers=callers) for kind in TRACES}


def held_out(callers: int) -> dict[str, Recipe]:
    """Shapes, sizes and clocks that were not learnt from."""
    few, many = Recipe(kind="", callers=max(60, callers // 5), calls=40), Recipe(kind="", callers=callers * 2, calls=3)
    return {
        "ranking": replace(few, kind="medium", shape="ranking", calls=12, callers=callers),
        "own": replace(few, kind="weak", shape="own", calls=12, callers=callers),
        "long": replace(few, kind="changing", variant=1, shape="two"),
        "short": replace(many, kind="strong", shape="dirichlet", zipf=1.4),
        "four": replace(many, kind="alternating", variant=2, items=4, calls=10, callers=callers),
        "nine": replace(few, kind="monthly", variant=3, items=9, zipf=0.2),
        "weekends": replace(few, kind="time_of_day", variant=2, shape="ranking"),
        "years": replace(few, kind="medium", gaps=True, calls=15),
        "mixture": replace(few, kind="mixture", callers=callers, calls=12),
        "none_as_written": replace(few, kind="none", as_popular=True),
        "none_even": replace(few, kind="none", variant=1),
    }


def waited(
    calls: Iterable[Call], items: int, timing: dict[str, list[float]], sure: dict[float, list[bool]]
) -> dict[str, float]:
    """Seconds until the wanted item was heard, all calls together, by policy."""
    menu = Menu([Item(id=str(place), seconds=SECONDS) for place in range(items)])
    memory = Memory(menu)
    crowd = np.ones(items)
    own: dict[str, dict[str, np.ndarray]] = {name: defaultdict(lambda: np.zeros(items)) for name in PEERS}
    spent: dict[str, float] = defaultdict(float)
    fading = {"most_recent": 0.01, "decayed": 0.8, "most_frequent": 1.0}
    for call in calls:
        at = EPOCH + timedelta(minutes=call.at)
        began = time.process_time()
        ranking = memory.ranking(call.caller, at)
        ranked = time.process_time()
        memory.learn(call.caller, str(call.choice), at)
        timing["rank"].append(ranked - began)
        timing["learn"].append(time.process_time() - ranked)
        if ranking.chance >= 0.8:
            sure[0.9 if ranking.chance >= 0.9 else 0.8].append(ranking.best[0] == str(call.choice))
        spent["learned"] += SECONDS * (ranking.order.index(str(call.choice)) + 1)
        spent["fixed"] += SECONDS * (call.choice + 1)
        spent["oracle"] += _heard(call.truth, call.choice)
        spent["popularity"] += _heard(crowd, call.choice)
        share = crowd / crowd.sum()
        for name in PEERS:
            spent[name] += _heard(own[name][call.caller] + 1e-3 * share, call.choice)
            own[name][call.caller] *= fading[name]
            own[name][call.caller][call.choice] += 1
        crowd[call.choice] += 1
    return spent


def _heard(worth: np.ndarray, choice: int) -> float:
    """Ties as written."""
    before = (worth > worth[choice]).sum() + (worth[:choice] == worth[choice]).sum()
    return SECONDS * (1 + int(before))


def gains(found: Mapping[str, float]) -> dict[str, float]:
    """Where there is nothing to gain, the share of the written order's seconds in place of that of the gain."""
    between = found["fixed"] - found["oracle"]
    of = between if between > 0.02 * found["fixed"] else found["fixed"]
    return {
        name: round((found["fixed"] - seconds) / of, 4)
        for name, seconds in found.items()
        if name not in ("fixed", "oracle")
    }


def measure(callers: int, seeds: int, *, more: bool = True) -> dict[str, object]:
    timing: dict[str, list[float]] = {"rank": [], "learn": []}
    sure: dict[float, list[bool]] = {0.8: [], 0.9: []}
    gain: dict[str, dict[str, float]] = {}
    seconds: dict[str, dict[str, float]] = {}
    made: dict[str, Callable[[int], list[Call]]] = {
        name: partial(trace, recipe)
        for name, recipe in (recipes(callers) | (held_out(callers) if more else {})).items()
    }
    if more:
        made |= {f"strange_{kind}": partial(strangers, kind, callers) for kind in (*TRACES, "mixture")}
    for name, calls_of in progress(made):
        found: dict[str, float] = defaultdict(float)
        number = 0
        for seed in range(seeds):
            calls = calls_of(1_000 + seed)
            number += len(calls)
            for policy, spent in waited(calls, len(calls[0].truth), timing, sure).items():
                found[policy] += spent
        gain[name] = gains(found)
        seconds[name] = {policy: round(spent / number, 2) for policy, spent in found.items()}
    behind = {name: gain[name]["learned"] - max(gain[name][peer] for peer in PEERS) for name in gain}
    strange = [f"strange_{kind}" for kind in HABITS if more]
    no_habits = [name for name in gain if "none" in name]
    worst = min((name for name in gain if name not in no_habits), key=lambda name: behind[name])
    return {
        "gain": gain,
        "seconds": seconds,
        "mean": _means(gain, HABITS),
        **({"strange_mean": _means(gain, strange)} if strange else {}),
        "worst": {"trace": worst, "points": round(100 * behind[worst], 1)},
        "none_worse": max(round(seconds[name]["learned"] / seconds[name]["fixed"] - 1, 4) for name in no_habits),
        "rank_ms_p95": round(1000 * float(np.percentile(timing["rank"], 95)), 3),
        "learn_ms_p95": round(1000 * float(np.percentile(timing["learn"], 95)), 3),
        "calibration": {
            f"from_{chance}": {"foretold": len(right), "came_true": round(sum(right) / max(1, len(right)), 3)}
            for chance, right in sure.items()
        },
        "calls": len(timing["rank"]),
        "load": os.getloadavg()[0],
    }


def _means(gain: Mapping[str, Mapping[str, float]], names: Iterable[str]) -> dict[str, float]:
    rows = [gain[name] for name in names]
    means = {policy: _mean(row[policy] for row in rows) for policy in rows[0]}
    return means | {"best_peer": _mean(max(row[peer] for peer in PEERS) for row in rows)}


def progress(made: Mapping[str, Callable[[int], list[Call]]]) -> Iterator[tuple[str, Callable[[int], list[Call]]]]:
    """With a bar on stderr where somebody looks."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=len(made))
        for name, calls_of in made.items():
            bar.update(task, description=name)
            yield name, calls_of
            bar.advance(task)


def _mean(values: Iterable[float]) -> float:
    return round(float(np.mean(list(values))), 4)


def million(callers: int = 1_000_000) -> float:
    """Gigabytes of a million callers with all the choices that are kept of one."""
    menu = Menu([Item(id=str(place)) for place in range(8)])
    memory = Memory(menu)
    before = _resident()
    own = past((place % 8, 28_000_000.0 + 30 * place) for place in range(KEPT)).packed()
    order = bytes(range(8))
    for number in range(callers):
        memory.callers[f"+7{9_000_000_000 + number}"] = order + own
    return round((_resident() - before) / callers * 1_000_000 / 1e9, 3)


def _resident() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def table(figures: Mapping[str, object]) -> str:
    gain, mean = figures["gain"], figures["mean"]
    assert isinstance(gain, dict)
    assert isinstance(mean, dict)
    names = ("popularity", *PEERS, "learned")
    lines = [f"{'share of the gain, %':<22}" + "".join(f"{name:>15}" for name in names)]
    strange = figures.get("strange_mean")
    means = [("mean of the seven", mean), *([("mean of the strange", strange)] if isinstance(strange, dict) else [])]
    for trace_name, row in [*gain.items(), *means]:
        lines.append(f"{trace_name:<22}" + "".join(f"{100 * row[name]:>15.1f}" for name in names))
    return "\n".join(lines)


def plot(figures: Mapping[str, object]) -> str:
    """Bars by trace; readable on light and on dark."""
    gain, mean = figures["gain"], figures["mean"]
    assert isinstance(gain, dict)
    rows = [*((name, gain[name]) for name in (*HABITS, "newcomers")), ("mean", mean)]
    names, shades = (*PEERS, "learned"), ("#9aa5b1", "#6b7b8c", "#b08d57", "#2f81f7")
    wide, high, left, base = 960, 360, 50, 280
    step = (wide - left - 10) / len(rows)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" font-family="sans-serif">',
        "<title>Share of the gain between the written order and an oracle, by trace and policy</title>",
        "<style>text{fill:#57606a;font-size:12px}line{stroke:#8c959f;stroke-opacity:.35}"
        "@media(prefers-color-scheme:dark){text{fill:#adbac7}}</style>",
    ]
    for share in range(0, 101, 20):
        y = base - share * 2.4
        out.append(f'<line x1="{left}" y1="{y:.0f}" x2="{wide - 10}" y2="{y:.0f}"/>')
        out.append(f'<text x="{left - 8}" y="{y + 4:.0f}" text-anchor="end">{share} %</text>')
    for place, (label, row) in enumerate(rows):
        x = left + place * step + 8
        bar = (step - 18) / len(names)
        for number, name in enumerate(names):
            share = max(0.0, 100 * row[name])
            out.append(
                f'<rect x="{x + number * bar:.1f}" y="{base - share * 2.4:.1f}" width="{bar - 2:.1f}" '
                f'height="{share * 2.4:.1f}" fill="{shades[number]}">'
                f"<title>{label}, {name}: {share:.1f} %</title></rect>"
            )
        shown = label.replace("_", " ")
        out.append(f'<text x="{x + (step - 18) / 2:.1f}" y="{base + 18}" text-anchor="middle">{shown}</text>')
    for number, name in enumerate(names):
        x = left + 8 + number * 150
        out.append(f'<rect x="{x}" y="{base + 42}" width="12" height="12" fill="{shades[number]}"/>')
        out.append(f'<text x="{x + 18}" y="{base + 53}">{name.replace("_", " ")}</text>')
    return "\n".join([*out, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.menu", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--callers", type=int, default=1_000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--quick", action="store_true", help="150 callers, one seed, no held-out traces")
    parser.add_argument("--plot", action="store_true", help=f"draw {PLOT.relative_to(PLOT.parents[2])}")
    chosen = parser.parse_args()
    figures = measure(150, 1, more=False) if chosen.quick else measure(chosen.callers, chosen.seeds)
    figures["million_gb"] = million(100_000 if chosen.quick else 1_000_000)
    if chosen.plot:
        PLOT.write_text(plot(figures), encoding="utf-8")
    if chosen.json:
        print(json.dumps(figures))
        return
    print(table(figures))
    for key in ("worst", "none_worse", "rank_ms_p95", "learn_ms_p95", "million_gb", "calibration", "calls"):
        print(f"{key:<22}{figures[key]}")


if __name__ == "__main__":
    main()
