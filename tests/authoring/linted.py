"""A set for the examples of docs/checks.md: nothing is wrong with it until one of them is put into it."""

import re
from pathlib import Path

from bot.authoring.exploring import problems as explored
from bot.authoring.load import lint
from bot.authoring.messages import MESSAGES
from bot.authoring.problems import Problem
from bot.understanding.intents.confusions import confused

ROOT = Path(__file__).parents[2]
GUIDES = ("checks.md", "checks.ru.md")
_SECTION = re.compile(r"^### `(\w+)`.*?^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)

AROUND = {
    "business.yaml": """\
name: {ru: Лавка, en: Shop}
languages: [ru, en]
start: main
hours: 09:00-20:00
address: {ru: Садовая улица, en: Garden Street}
phone: "+74951234567"
site: https://shop.example
""",
    "doctors.yaml": """\
- id: lor
  title: {ru: лор, en: ENT}
  dative: {ru: лору}
  price: 2100
- id: okulist
  title: {ru: окулист, en: eye doctor}
  price: 2000
""",
    "actions.yaml": """\
orders.status:
  takes: [number]
  gives: [state]
  url: https://shop.example/orders/{number}
  sample: [{ok: {state: shipped}}]
stock.count: # check: allow samples_only покажем склад позже / the store comes later
  takes: [what]
  gives: [left]
  sample: [{ok: {left: 3}}]
""",
    "main.yaml": """\
scenario: main
title: {ru: Меню, en: Menu}
steps:
  - choose: {ru: Чем помочь?, en: How can I help?}
    loop: yes
    menu: main
    items:
      try: {title: {ru: Проба, en: Try}, start: try}
      hours:
        title: {ru: Часы, en: Hours}
        steps: [{say: {ru: "Работаем {hours|spoken}.", en: "Open {hours|spoken}."}}]
""",
    "tests/main.ru.txt": "# меню\n< Чем помочь?\n",
    "tests/main.en.txt": "# the menu\n< How can I help?\n",
    "tests/try.ru.txt": "# проба\n< Чем помочь?\n",
    "tests/try.en.txt": "# a try\n< How can I help?\n",
}
PLAIN = """\
scenario: try
title: {ru: Проба, en: Try}
steps:
  - say: {ru: Здравствуйте., en: Hello.}
"""


def examples(guide: str = "checks.md") -> dict[str, str]:
    """The examples of the guide: code -> YAML."""
    return dict(_SECTION.findall((ROOT / "docs" / guide).read_text()))


def put(folder: Path, example: str, **others: str) -> Path:
    """The set with this in it as try.yaml, its first two lines written above it. others: whole files by stem."""
    (folder / "tests").mkdir(parents=True)
    whole = example.startswith("scenario:")
    files = {**AROUND, "try.yaml": PLAIN if whole else PLAIN.split("steps:")[0] + example}
    files |= {f"{stem}.yaml": text for stem, text in others.items()}
    if whole:
        files["more.yaml"] = example
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def told(folder: Path) -> tuple[Problem, ...]:
    return lint(folder, confused=confused, deep=explored)


def row(code: str, locale: str) -> str:
    """A line of the guide's last table; a place for a name is ‹name›, for <name> would be HTML."""
    what, fix = (text.replace("|", "\\|").replace("<", "‹").replace(">", "›") for text in MESSAGES[code][locale])
    return f"| `{code}` | {what} | {fix} |"
