"""`govorun test --record`: talk to a set in the terminal, and keep the conversation as a golden one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from bot.app.broken import loaded
from bot.app.golden import BENCH, rewrite, understanding
from bot.authoring.player import TROUBLE, Player
from bot.authoring.talk import Exchange, Talk, happening
from bot.authoring.writing import recorded
from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Unacceptable, UnknownScenario
from bot.locale import Locale, said

WORDS = {
    "en": {
        "hint": "Type as the customer. A number presses a button, [1] telephone keys, … is silence, ! Anna joins an "
        "agent. Ctrl-D ends it.",
        "you": "customer",
        "title": "What does this conversation show?",
        "kept": "Kept in {file}:{line}. Look at it, then: govorun test {folder}",
        "empty": "Nothing was said, so nothing is kept.",
        "untitled": "recorded",
        "happens": "nobody can tell what happens there",
        "over": "The conversation is over.",
        "not_utf8": "it isn't UTF-8",
        "save": "Save it as UTF-8, then record",
        "unwritable": "can't be written: {problem}",
    },
    "ru": {
        "hint": "Пишите за клиента. Номер нажимает кнопку, [1] — кнопки телефона, … — молчание, ! Анна входит — "
        "оператор. Ctrl-D закончит.",
        "you": "клиент",
        "title": "Что показывает этот разговор?",
        "kept": "Записано: {file}:{line}. Посмотрите, затем: govorun test {folder}",
        "empty": "Ничего не сказано — нечего и записывать.",
        "untitled": "запись",
        "happens": "непонятно, что происходит",
        "over": "Разговор окончен.",
        "not_utf8": "файл не в UTF-8",
        "save": "Сохраните его в UTF-8 и записывайте",
        "unwritable": "не записать: {problem}",
    },
}


def found(wanted: str, scenarios: Path) -> Path:
    """A set by its folder, or by its name among the served ones. Raises UnknownScenario."""
    for folder in (Path(wanted), scenarios / wanted):
        if any(folder.glob("business.y*ml")):
            return folder
    raise UnknownScenario(
        said(f"there is no set '{wanted}'", f"нет набора '{wanted}'"),
        where=str(scenarios),
        fix=said("Give a set's folder, or its name", "Назовите папку набора или его имя"),
    )


def record(
    folder: Path,
    *,
    language: Language,
    title: str,
    now: datetime | None,
    channel: str,
    caller: str,
    locale: Locale,
    console: Console,
) -> Path | None:
    """Talk until Ctrl-D or the end; the file it was added to, None where nothing was said.

    Raises BrokenSets, and before anybody has talked Unacceptable where the file can't be read or written.
    """
    words = WORDS[locale]
    scenarios = loaded(folder, locale)
    file = folder / "tests" / f"recorded.{language}.txt"
    talk = Talk(file=f"tests/{file.name}", line=1, title=title, language=language, channel=channel, caller=caller)
    talk.now = now or talk.now
    before = _before(file, words)
    console.print(words["hint"], style="dim")
    with BENCH(scenarios) as stand:
        exchanges = _talked(Player(talk, scenarios, understanding(scenarios), stand), words, console)
    if len(exchanges) < 2:
        console.print(words["empty"], style="yellow")
        return None
    if not talk.title:
        console.print(words["title"], style="bold")
        talk.title = _line(console, "> ") or f"{words['untitled']} {datetime.now():%Y-%m-%d %H:%M}"
    talk.title = talk.title.replace(":", " ")  # a colon would begin a field of the header
    text = recorded(talk, exchanges).rstrip("\n") + "\n"
    try:
        rewrite(file, before + text)
    except OSError as error:  # the disk is full, say: what was talked is worth more than the file
        console.print(text, markup=False, soft_wrap=True)
        raise Unacceptable(words["unwritable"].format(problem=error.strerror), where=str(file)) from error
    line = before.count("\n") + 1
    console.print(
        words["kept"].format(file=file, line=line, folder=folder), style="green", markup=False, soft_wrap=True
    )
    return file


def _before(file: Path, words: Mapping[str, str]) -> str:
    """What stands in the file by now, up to the next conversation; looked at before a word is lost.

    Raises Unacceptable where it can't be read, or the file not written.
    """
    try:
        file.parent.mkdir(exist_ok=True)
        before = file.read_text(encoding="utf-8") if file.exists() else ""
        with tempfile.TemporaryFile(dir=file.parent):
            pass
    except UnicodeDecodeError as error:
        raise Unacceptable(words["not_utf8"], where=str(file), fix=words["save"]) from error
    except OSError as error:
        raise Unacceptable(words["unwritable"].format(problem=error.strerror), where=str(file)) from error
    return before.rstrip("\n") + "\n\n" if before.strip() else ""


def _talked(player: Player, words: dict[str, str], console: Console) -> list[Exchange]:
    exchanges = [player.begin()]
    _show(exchanges[0], player.offered, console)
    while player.session.status != "ended":
        typed = _line(console, f"[bold cyan]{escape(words['you'])}[/] ")
        if typed is None:
            return exchanges
        exchange = _exchange(typed, len(exchanges) + 1, player)
        if exchange is None:
            console.print(words["happens"], style="yellow")
            continue
        if not exchange.begins:
            continue
        before = player.offered
        said = player.take_line(exchange)
        _show(said, player.offered if player.offered is not before else {}, console)
        if not any(line.startswith(TROUBLE) for line in said.bot):  # a slip of the fingers isn't worth keeping
            exchanges.append(said)
    console.print(words["over"], style="dim")
    return exchanges


def _exchange(typed: str, line: int, player: Player) -> Exchange | None:
    """What was typed, as a line of a golden conversation. None where it is an agent's and can't be told."""
    if typed.startswith("!"):
        other = happening(typed[1:].strip())
        return Exchange(line=line, other=other) if other else None
    titles = list(player.offered)
    if typed.isdigit() and 0 < int(typed) <= len(titles):
        return Exchange(line=line, customer=f"({titles[int(typed) - 1]})")
    return Exchange(line=line, customer=typed)


def _show(said: Exchange, offered: Mapping[str, Choice], console: Console) -> None:
    for line in said.bot:
        console.print(Text.assemble(("▌ ", "red" if line.startswith(TROUBLE) else "green"), line))
    for effect in said.effects:
        console.print(f"  = {effect}", style="dim", markup=False)
    for number, title in enumerate(offered, 1):
        console.print(f"  [bold]{number}[/] {escape(title)}", style="cyan")


def _line(console: Console, prompt: str) -> str | None:
    """None at the end of input."""
    try:
        return console.input(prompt).strip()
    except EOFError:
        console.print()
        return None
