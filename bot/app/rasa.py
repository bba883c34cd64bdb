"""`govorun rasa`: our phrases as Rasa's training data, and a Rasa project as a scenario set."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.app.making import shown
from bot.authoring import ready
from bot.authoring.rasa import exporting, importing
from bot.dialogue.meaning import Language
from bot.errors import Conflict
from bot.locale import Locale
from bot.settings import Settings

WORDS: Mapping[Locale, Mapping[str, str]] = {
    "en": {
        "exported": "[green]{folder}[/]: {intents} intents, {examples} examples.",
        "left": "{file} was there already and stays as it is.",
        "train": "train it, in Rasa's own environment",
        "imported": "[green]{folder}[/]: {scenarios} scenarios, {phrases} phrases.",
        "notes": "What was not taken as it was:",
        "next": "What to type next:",
        "check": "what is wrong in it",
        "chat": "talk to it",
        "problems": "Lines that need mending: {count}; see the first command.",
        "file": "it can't be written there",
    },
    "ru": {
        "exported": "[green]{folder}[/]: намерений {intents}, примеров {examples}.",
        "left": "{file} там уже был и остался прежним.",
        "train": "обучить, в окружении самой Rasa",
        "imported": "[green]{folder}[/]: сценариев {scenarios}, фраз {phrases}.",
        "notes": "Что взято не так, как было:",
        "next": "Что набрать дальше:",
        "check": "что в нём не так",
        "chat": "поговорить с ним",
        "problems": "Строк, которые надо поправить: {count}; их покажет первая команда.",
        "file": "туда нельзя записать",
    },
}
# What is said of a bot.authoring.rasa.notes.Note.
NOTES: Mapping[Locale, Mapping[str, str]] = {
    "en": {
        "built_in": "{name}: every conversation here understands it by itself; its examples were not needed",
        "nothing": "{name}: nothing follows it in rules or stories; it leads to a person until you write its steps",
        "values": "{name}: its examples only answer questions; the slots' own readers do that here",
        "middle": "{name}: what follows it was taken from the middle of a story",
        "action": "{name}: Python; declare it in actions.yaml, or keep that bot and 'delegate:' to it",
        "conflict": "another story goes on otherwise there, with {name}; the first one was taken",
        "depends": "which way it goes depends on {name}, which nobody asks for before; the first way was taken",
        "later": "after “{name}” nothing follows that can be said here; those turns were left out",
        "deep": "turns nested deeper than eight were left out, from “{name}” on",
        "words": "“{name}” is no example of an intent; the story was left there",
        "checkpoint": "no story begins with the checkpoint {name}",
        "circle": "the checkpoint {name} leads back to itself; it was followed once",
        "ways": "too many ways through “or” and checkpoints; the first ones were taken",
        "greeted": "{name} begins at a greeting; here a greeting leads to the menu",
        "other": "the step “{name}” was left out",
        "content": "{name}: pictures, custom payloads and conditions were left out",
        "variations": "{name}: the first wording is said; {count} more were left out",
        "button": "the button “{name}” begins no scenario and was left out",
        "question": "the slot {name} has no utter_ask_{name}: write its question",
        "value": "{{{name}}} is no slot of the scenario that says it: it stands there as a plain word",
        "menu": "the menu has seven items; {count} more scenarios are reached by words",
        "many": "{name}: {count} examples over three hundred were left out",
        "foreign": "{name}: {count} examples in another language were left out",
        "long": "the slot {name} has {count} values, too many for a choice: it takes any words",
        "clash": "{count} phrases that two intents both had stay with one of them",
        "regex": "the regular expression {name} was left out",
        "file": "{name}: not YAML of Rasa 3; `rasa data convert` makes it so",
    },
    "ru": {
        "built_in": "{name}: это понимает любой разговор; примеры не понадобились",
        "nothing": "{name}: в правилах и историях за этим ничего нет; пока вы не написали шагов, зовём человека",
        "values": "{name}: примеры только отвечают на вопросы; здесь это делают сами слоты",
        "middle": "{name}: продолжение взято из середины истории",
        "action": "{name}: это Python; опишите в actions.yaml или оставьте того бота и передайте ему: 'delegate:'",
        "conflict": "другая история идёт здесь иначе, дальше {name}; взята первая",
        "depends": "куда идти, зависит от {name}, а этого перед тем никто не спрашивает; взят первый путь",
        "later": "после «{name}» нет ничего, что можно сказать здесь; эти реплики не взяты",
        "deep": "реплики глубже восьмой не взяты, начиная с «{name}»",
        "words": "«{name}» — не пример ни одного намерения; история взята до этого места",
        "checkpoint": "с контрольной точки {name} не начинается ни одна история",
        "circle": "контрольная точка {name} ведёт к самой себе; пройдено один раз",
        "ways": "слишком много путей через «or» и контрольные точки; взяты первые",
        "greeted": "{name} начинается с приветствия; здесь приветствие ведёт в меню",
        "other": "шаг «{name}» не взят",
        "content": "{name}: картинки, свои данные и условия не взяты",
        "variations": "{name}: говорится первый вариант, ещё {count} не взято",
        "button": "кнопка «{name}» не начинает сценария и не взята",
        "question": "у слота {name} нет utter_ask_{name}: напишите вопрос",
        "value": "{{{name}}} — не слот того сценария, который это говорит: осталось простым словом",
        "menu": "в меню семь пунктов; ещё {count} сценариев вызываются словами",
        "many": "{name}: не взято {count} примеров сверх трёхсот",
        "foreign": "{name}: не взято {count} примеров на другом языке",
        "long": "у слота {name} {count} значений, для выбора много: он примет любые слова",
        "clash": "фразы, которые были сразу у двух намерений ({count}), остались у одного",
        "regex": "регулярное выражение {name} не взято",
        "file": "{name}: это не YAML Rasa 3; его сделает `rasa data convert`",
    },
}


def export(
    settings: Settings, name: str, folder: Path, *, language: Language | None, locale: Locale, console: Console
) -> None:
    """Raises UnknownScenario, ScenarioErrors, Conflict."""
    words = WORDS[locale]
    found = ready.find(name, ready.shelves(settings.scenarios), locale)
    try:
        made = exporting.export(found, folder, languages=(language,) if language else ())
    except OSError as error:
        raise Conflict(f"{words['file']}: {error.strerror}", where=str(folder)) from error
    place = shown(folder)
    about = {"folder": escape(place), "intents": made.intents, "examples": made.examples}
    console.print(words["exported"].format(**about), soft_wrap=True)
    for path in made.left:
        console.print(words["left"].format(file=escape(shown(path))), style="yellow", soft_wrap=True)
    console.print(f"\n{words['next']}", style="dim")
    command = f"cd {shlex.quote(place)} && rasa train nlu --nlu nlu.yml"
    console.print(f"  [bold]{escape(command)}[/]  [dim]# {words['train']}[/]", soft_wrap=True)


def import_(
    project: Path, folder: Path, *, title: str, language: Language | None, locale: Locale, console: Console
) -> bool:
    """Whether the set has nothing wrong in it. Raises Unacceptable with file and line, Conflict."""
    words, told = WORDS[locale], NOTES[locale]
    try:
        made = importing.import_(project, folder, title=title, language=language, locale=locale)
    except OSError as error:
        raise Conflict(f"{words['file']}: {error.strerror}", where=str(folder)) from error
    place = shown(folder)
    about = {"folder": escape(place), "scenarios": made.scenarios, "phrases": made.phrases}
    console.print(words["imported"].format(**about), soft_wrap=True)
    if made.notes:
        console.print(words["notes"], style="yellow")
        for note in made.notes:
            line = told[note.what].format(name=note.name, count=note.count)
            line = f"{note.place}: {line}" if note.place else line
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    if made.problems:
        console.print(words["problems"].format(count=len(made.problems)), style="red")
    console.print(f"\n{words['next']}", style="dim")
    at, name = shlex.quote(shown(folder.parent)), shlex.quote(folder.resolve().name)
    commands = {
        "check": f"govorun check {shlex.quote(place)}",
        "chat": f"GOVORUN_SCENARIOS={at} GOVORUN_SCENARIO_SET={name} govorun chat",
    }
    for key, command in commands.items():
        console.print(f"  [bold]{escape(command)}[/]  [dim]# {words[key]}[/]", soft_wrap=True)
    return not made.problems
