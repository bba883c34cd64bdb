"""`govorun listen`, `say` and `models`: the ears, the mouth and their weights, over files. Voice is imported here."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn
from rich.table import Table

from bot.locale import said
from voice import weights
from voice.diarization.transcript import transcript
from voice.listen import listen as recognise
from voice.listen import say as speak


def listen(file: Path, language: str, expect: str | None, *, realtime: bool, as_json: bool, console: Console) -> None:
    heard = recognise(file, language, expect, realtime)
    if as_json:
        print(json.dumps(heard, ensure_ascii=False))
        return
    console.print(escape(heard["text"]) or "[dim]nothing was said[/]")
    console.print(
        f"[dim]{heard['audio_s']} s of sound, confidence {heard['confidence']}, "
        f"words {heard['final_after_end_ms']} ms after the end[/]"
    )


def conversation(
    file: Path, language: str, engine: str, speakers: int | None, *, as_json: bool, console: Console, progress: Console
) -> None:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=progress, transient=True
    ) as bar:
        task = bar.add_task(said("who speaks", "кто говорит"), total=None)

        def done(turns: int, total: int) -> None:
            bar.update(task, description=said("words", "слова"), completed=turns, total=total)

        lines = transcript(file, language, engine, speakers, done)
    if as_json:
        turns = [
            {
                "speaker": line.speaker,
                "start_s": line.start_ms / 1000,
                "end_s": line.end_ms / 1000,
                "text": line.text,
            }
            for line in lines
        ]
        print(json.dumps({"turns": turns}, ensure_ascii=False))
        return
    if not lines:
        console.print(said("[dim]nobody speaks here[/]", "[dim]здесь никто не говорит[/]"))
    for line in lines:
        minutes, seconds = divmod(line.start_ms // 1000, 60)
        text = escape(line.text) or "[dim]…[/]"
        console.print(f"[dim]{minutes:2d}:{seconds:02d}[/]  [bold]{line.speaker}[/]  {text}", highlight=False)


def say(text: str, language: str, to: Path, rate: int, voice: str, *, as_json: bool, console: Console) -> None:
    spoken = speak(text, language, to, rate, voice)
    if as_json:
        print(json.dumps(spoken, ensure_ascii=False))
        return
    for warning in spoken["warnings"]:
        console.print(f"[yellow]{escape(warning)}[/]")
    console.print(f"{to}: {spoken['audio_s']} s by {spoken['voice']}")


def models_list(*, as_json: bool, console: Console) -> None:
    rows = [
        {
            "name": each.name,
            "about": each.about,
            "licence": each.licence,
            "bytes": each.bytes,
            "here": weights.present(each.name),
            "home": each.home,
            "by_hand": each.by_hand,
            "files": [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in each.files],
        }
        for each in weights.manifest()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table("name", "what", "licence", "MB", "here", box=None, header_style="dim")
    for row, each in zip(rows, weights.manifest(), strict=True):
        table.add_row(
            each.name,
            each.about,
            each.licence,
            f"{each.bytes / 1e6:.0f}",
            "[green]yes[/]" if row["here"] else "yours to download" if each.by_hand else "no",
        )
    console.print(table)
    for each in weights.manifest():
        if each.by_hand:
            console.print(f"[dim]{each.name}:[/] {escape(each.home)}, then {escape(each.by_hand)}", highlight=False)


def models_pull(name: str | None, *, console: Console) -> None:
    """Raises NotFound, WeightsMissing, WeightsCorrupt."""
    wanted = [name] if name else [each.name for each in weights.manifest() if each.default]
    for each in wanted:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
            TimeRemainingColumn(), console=console,
        ) as progress:  # fmt: skip
            task = progress.add_task(each, total=weights.find(each).bytes)
            at = weights.pull(each, lambda done, total, task=task: progress.update(task, completed=done, total=total))  # type: ignore[misc]
        console.print(f"{each}: [green]verified[/], {at}")
