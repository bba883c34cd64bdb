"""docs/settings.md, made from bot/settings.py: python -m tests.house.settings_page > docs/settings.md"""

from __future__ import annotations

from pathlib import Path

from pydantic.fields import FieldInfo

from bot.settings import ROOT, Settings

HEAD = """\
# Settings

Made from `bot/settings.py`. Each is a variable of the environment, or a line of a `.env` file in the working folder;
without any of them the embedded default runs. Values are read once, at the start; one that is wrong is named
with what it takes. What `govorun serve` takes as a flag (`--host`, `--port`, `--sip-port`, `--data`) comes before both.

| variable | without it | what it sets |
|---|---|---|
"""


def default_of(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Path):
        value = value.relative_to(ROOT) if value.is_relative_to(ROOT) else value
    return f"`{value}`" if value not in (None, "", []) else ""


def page() -> str:
    rows = (
        f"| `GOVORUN_{name.upper()}` | {default_of(field)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    print(page(), end="")
