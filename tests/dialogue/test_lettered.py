"""Letters by telephone keys, as long as a program may send them."""

from __future__ import annotations

import time

from bot.dialogue import lettered


def test_many_keys_cost_no_more_each_than_few():
    began = time.thread_time()

    assert lettered.code("2" * 600_000, "ru") == "2" * 600_000

    assert time.thread_time() - began < 2
