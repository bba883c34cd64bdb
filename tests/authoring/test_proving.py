"""`prove:` as it is written: what it takes, and what is said of what it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.authoring.load import check
from tests.turn.test_proving import FILES


def problems(folder: Path, limit: str) -> list[str]:
    for name, text in (FILES | {"limit.yaml": limit}).items():
        (folder / name).write_text(text, encoding="utf-8")
    return [each.code for each in check(folder) if each.file == "limit.yaml" and each.level == "error"]


@pytest.mark.parametrize(
    ("slot", "step", "codes"),
    [
        ("type: phone", "prove: phone", []),
        ("type: phone, prove: yes", "say: {ru: Да, en: Yes}", []),
        ("type: phone", "prove: telephone", ["no_phone_to_prove"]),
        ("type: text", "prove: phone", ["no_phone_to_prove"]),
        ("type: text, prove: yes", "say: {ru: Да, en: Yes}", ["key_of_type"]),
    ],
)
def test_only_a_telephone_or_the_customers_own_is_proven(
    tmp_path: Path, slot: str, step: str, codes: list[str]
) -> None:
    text = f"""\
scenario: limit
title: {{ru: Лимит, en: Limit}}
phrases: {{ru: [поменяй лимит], en: [change the limit]}}
slots:
  phone: {{{slot}, ask: {{ru: Ваш телефон?, en: Your telephone?}}}}
steps:
  - collect: [phone]
  - {step}
  - say: {{ru: "Лимит {{phone}}", en: "Limit {{phone}}"}}
"""
    assert problems(tmp_path, text) == codes
