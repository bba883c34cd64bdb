"""`govorun prompts`: what a set says word for word, for whoever has it recorded by a person. Voice is imported here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.app.broken import loaded
from bot.authoring.files import sets_in
from bot.dialogue.fixed import fixed_speech, varying_speech
from bot.dialogue.meaning import Language
from bot.errors import Both, GovorunError, Unacceptable, UnknownScenario, worded
from bot.locale import reported, said
from bot.settings import Settings
from voice.audio import RATE
from voice.tts.recorded import FOLDER, Recordings, judged, recordings, sound_of, words

NAME_WORDS = 4  # of a text in the name of its file


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One prompt. file: its recording, None where there is none. faults: what a listener minds in it."""

    text: str
    file: Path | None = None
    seconds: float = 0.0
    faults: tuple[str, ...] = ()


def prompts(settings: Settings, name: str, language: Language, *, write: bool, as_json: bool, console: Console) -> None:
    """name: a set or its folder. Raises UnknownScenario, BrokenSets, Unacceptable where nothing can be written."""
    folder = _folder(settings, name or settings.scenario_set)
    scenarios = loaded(folder, reported())
    texts = [text for spoken, text in fixed_speech(scenarios) if spoken == language]
    found = recordings((folder,))
    lines = [_line(text, found, language) for text in texts]
    said_now = {words(text) for text in texts}
    stale = [file for (spoken, text), file in found.files.items() if spoken == language and text not in said_now]
    written = _write(folder / FOLDER / language, texts, found, language) if write else []
    varying = sum(spoken == language for spoken, _ in varying_speech(scenarios))
    if as_json:
        print(
            json.dumps(
                {
                    "prompts": [
                        {
                            "text": line.text,
                            "file": str(line.file) if line.file else None,
                            "seconds": line.seconds,
                            "faults": list(line.faults),
                        }
                        for line in lines
                    ],
                    "stale": [str(file) for file in stale],
                    "faults": list(found.faults),
                    "varying": varying,
                    "written": [str(file) for file in written],
                },
                ensure_ascii=False,
            )
        )
        return
    _show(lines, stale, found, varying, written, folder, language, console)


def _folder(settings: Settings, name: str) -> Path:
    known = sets_in(settings.scenarios)
    if name in known:
        return known[name]
    folder = Path(name)
    if any(folder.glob("business.y*ml")):
        return folder
    raise UnknownScenario(
        Both(f"there is no set '{name}'", f"набора '{name}' нет"),
        where=str(settings.scenarios),
        fix=Both(f"Sets: {', '.join(known)}", f"Наборы: {', '.join(known)}"),
    )


def _line(text: str, found: Recordings, language: Language) -> Line:
    file = found.of(language, text)
    if file is None:
        return Line(text=text)
    try:
        return Line(text=text, file=file, seconds=round(len(sound_of(file)) / RATE, 1), faults=judged(file))
    except GovorunError as error:
        return Line(text=text, file=file, faults=(error.told(reported()),))


def _write(folder: Path, texts: list[str], found: Recordings, language: Language) -> list[Path]:
    """A .txt for each text that has none, named by its number and first words."""
    new = [text for text in texts if (language, words(text)) not in found.files]
    taken = [int(begun[0]) for file in folder.glob("*.txt") if (begun := re.match(r"\d+", file.name))]
    out: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, text in enumerate(new, start=max(taken, default=0) + 1):
            file = folder / f"{number:03d}-{_named(text)}.txt"
            file.write_text(text + "\n", encoding="utf-8")
            out.append(file)
    except OSError as error:
        raise Unacceptable(
            Both(f"it can't be written ({error.strerror})", f"не записать ({error.strerror})"), where=str(folder)
        ) from error
    return out


def _named(text: str) -> str:
    return "-".join(re.findall(r"\w+", text.lower())[:NAME_WORDS])[:40]


def _show(
    lines: list[Line],
    stale: list[Path],
    found: Recordings,
    varying: int,
    written: list[Path],
    folder: Path,
    language: Language,
    console: Console,
) -> None:
    table = Table(
        said("s", "с"), said("recorded", "запись"), said("words", "слова"), box=None, header_style="dim", pad_edge=False
    )
    for line in lines:
        file = line.file.name if line.file else "[dim]—[/]"
        table.add_row(f"{line.seconds:.1f}" if line.file else "", file, escape(line.text))
        for fault in line.faults:
            table.add_row("", "", f"[yellow]{escape(worded(fault, reported()))}[/]")
    console.print(table)
    for told in _after(lines, stale, found, varying, written, folder, language):
        console.print(told, highlight=False, soft_wrap=True)


def _after(
    lines: list[Line],
    stale: list[Path],
    found: Recordings,
    varying: int,
    written: list[Path],
    folder: Path,
    language: Language,
) -> Iterator[str]:
    have = sum(line.file is not None for line in lines)
    yield said(f"Recorded: {have} of {len(lines)}.", f"Записано: {have} из {len(lines)}.")
    if varying:
        yield said(
            f"{varying} more carry a name, a number or a date: those the voice says.",
            f"Ещё {varying} — с именем, числом или датой: их произносит голос.",
        )
    for file in stale:
        yield said(
            f"[yellow]{file}: nothing says these words any more. Record it anew, or delete it.[/]",
            f"[yellow]{file}: этих слов в сценариях больше нет. Запишите заново или удалите.[/]",
        )
    for fault in found.faults:
        yield f"[yellow]{escape(worded(fault, reported()))}[/]"
    if written:
        yield said(
            f"Written: {len(written)} texts in {written[0].parent}. Have each read aloud, and save the sound beside "
            "its text under the same name: 001-….wav",
            f"Готово текстов: {len(written)}, папка {written[0].parent}. Прочитайте каждый вслух и сохраните звук "
            "рядом под тем же именем: 001-….wav",
        )
    elif have < len(lines):
        command = f"govorun prompts {folder.name} --lang {language} --write"
        yield said(f"Texts for a studio: [bold]{command}[/]", f"Тексты для записи в студии: [bold]{command}[/]")
