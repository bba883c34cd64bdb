"""Links to other channels as they stand in what we say, and as a camera reads them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from bot.console.qr import drawn
from bot.customers.links import Ways, web_door

TOKEN = "9sd-Xq_1" * 5


def ways() -> Ways:
    doors = {
        "telegram": lambda token: f"https://t.me/clinic_bot?start={token}",
        "viber": lambda token: f"viber://pa?chatURI=clinic&context={token}",
        "closed": lambda token: "",
    }
    return Ways(key=b"k", doors={**doors, **web_door("https://clinic.example/")})


def test_a_link_of_ours_is_found_in_what_is_said() -> None:
    link = f"https://t.me/clinic_bot?start={TOKEN}"
    assert ways().way_of(f"Продолжим в Телеграме: {link}") == ("telegram", link)
    assert ways().way_of(f"viber://pa?chatURI=clinic&context={TOKEN} вот") == (
        "viber",
        f"viber://pa?chatURI=clinic&context={TOKEN}",
    )
    assert ways().way_of(f"https://clinic.example/?go={TOKEN}")[0] == "web"


def test_an_address_of_somebody_else_is_none() -> None:
    for text in ("", "Продолжим", "https://t.me/other_bot?start=1", "https://t.me/clinic_bot?start=", "http://t.me/x"):
        assert ways().way_of(text) == ("", "")


def test_a_link_is_drawn_dark_on_white_with_nothing_that_runs() -> None:
    picture = unquote(drawn(f"https://t.me/clinic_bot?start={TOKEN}"))
    assert picture.startswith("data:image/svg+xml")
    assert re.search(r"fill=['\"]#fff", picture)
    assert "script" not in picture


def test_an_address_too_long_to_be_ours_is_not_drawn() -> None:
    """A customer's own words stand in a question that confirms them; what no picture holds must not end their chat."""
    assert ways().way_of(f"Записала: https://t.me/clinic_bot?start={'x' * 4000}. Верно?") == ("", "")
    longest = ways().way_of(f"https://clinic.example/?go={'x' * 470}")[1]
    assert len(longest) > 490
    assert drawn(longest)
