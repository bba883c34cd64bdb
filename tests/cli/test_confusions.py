"""`govorun understand confusions`: pairs of wishes, the phrases that mix them up, and what to do."""

from __future__ import annotations

import json
from pathlib import Path

CSV = """text,intent
хочу записаться к терапевту,booking
запишите меня к врачу,booking
можно попасть на приём,booking
нужно отменить визит к терапевту,cancellation
отмените мою запись,cancellation
нужно записаться к терапевту,booking
не смогу прийти,cancellation
позовите оператора,complaint
"""


def test_each_pair_has_its_phrases_with_lines_and_advice(govorun, tmp_path: Path) -> None:
    tmp_path.joinpath("train.csv").write_text(CSV, encoding="utf-8")
    ran = govorun("understand", "confusions", "--train", str(tmp_path / "train.csv"), "--lang", "ru")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert "  booking и cancellation (ru) путаются, фраз: 1:" in lines
    told = "train.csv:5: «нужно отменить визит к терапевту» звучит как booking: «нужно записаться к терапевту»"
    assert any(f"{told} (train.csv:7)" in line for line in lines)
    assert any("Общее у них: терапевт" in line for line in lines)
    rule = "train.csv:9: «позовите оператора» (complaint) так не услышат: её забирает правило"
    assert any(rule in line for line in lines)


def test_for_programs_it_is_one_object_by_set(govorun) -> None:
    ran = govorun("understand", "confusions", "scenarios/callback", "--language", "en", "--json")
    told = json.loads(ran.out)["callback"]
    assert {"intent", "other", "text", "place", "like", "like_place", "likeness", "shared", "language"} == set(
        told["mixed"][0]
    )
    assert all(one["language"] == "en" for one in told["mixed"])
    assert all(one["likeness"] >= 0.6 for one in told["mixed"])


def test_wishes_that_are_far_apart_are_not_mixed_up(govorun, tmp_path: Path) -> None:
    tmp_path.joinpath("far.csv").write_text(
        "text,intent\nкакая погода,weather\nвызовите такси,taxi\n", encoding="utf-8"
    )
    ran = govorun("understand", "confusions", "--train", str(tmp_path / "far.csv"), "--lang", "en")
    assert "no wishes are mixed up" in ran.out
