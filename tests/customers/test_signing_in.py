"""Whoever is signed in on the company's site, by a token that its server signs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.customers import joining, persons, profile, signing_in
from bot.errors import NotAllowed
from bot.ports import Identity
from bot.stores.sql import Database

SECRET = "a secret of the site, long enough for it"
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
VISITOR = Identity(kind="web", value="cookie")
PHONE = Identity(kind="phone", value="+79051234567")


def token(secret: str = SECRET, alg: str = "HS256", **claims: object) -> str:
    whole = {"sub": "17", "exp": int((NOW + timedelta(minutes=10)).timestamp()), "jti": "nonce-0001", **claims}
    kept = {name: value for name, value in whole.items() if value is not None}
    return jwt.encode({"alg": alg}, kept, OctKey.import_key(secret), algorithms=[alg])


def documented() -> Callable[..., str]:
    """The function that docs/webchat.md shows to the company's programmers."""
    page = (Path(__file__).parents[2] / "docs/webchat.md").read_text()
    found = re.search(r"```python\n(.*?def sign_in_token.*?)```", page, re.DOTALL)
    assert found is not None
    names: dict[str, Callable[..., str]] = {}
    exec(found[1], names)  # our own page
    return names["sign_in_token"]


def test_the_token_that_the_documentation_makes_is_taken() -> None:
    made = documented()(SECRET, 17, phone="8 905 123-45-67", email="I@x.ru", name="Иван")
    found = signing_in.read(SECRET, made, datetime.now(UTC))
    assert (found.external, found.phone, found.email, found.name) == ("17", PHONE.value, "i@x.ru", "Иван")


@pytest.mark.parametrize(
    "made",
    [
        "",
        "nonsense",
        "x" * 5000,
        token("another secret, as long as the first one"),
        token(alg="HS512"),
        token(exp=None),
        token(exp="tomorrow"),
        token(exp=int((NOW - timedelta(minutes=2)).timestamp())),
        token(exp=int((NOW + timedelta(hours=3)).timestamp())),
        token(sub=None),
        token(sub=" "),
        token(jti="short"),
        token(jti=None),
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxNyJ9.",
    ],
)
def test_what_does_not_prove_who_it_is_is_refused(made: str) -> None:
    with pytest.raises(NotAllowed):
        signing_in.read(SECRET, made, NOW)


def claims(external: str = "17", nonce: str = "nonce-0001", phone: str = PHONE.value) -> signing_in.Claims:
    return signing_in.Claims(
        external=external, nonce=nonce, expires=NOW + timedelta(minutes=10), phone=phone, name="Иван"
    )


def test_the_visitor_is_one_with_the_companys_customer_and_their_telephone(database: Database) -> None:
    with database.writing() as tx:
        mine = profile.recognise(tx, PHONE, NOW)
        assert signing_in.sign_in(tx, VISITOR, claims(), at=NOW) == ""
        assert profile.recognise(tx, VISITOR, NOW) == mine
        assert profile.facts_of(tx, mine)["name"] == "Иван"
        assert {each.proof for each in joining.acts_of(tx, mine)} == {"site"}
        assert signing_in.sign_in(tx, VISITOR, claims(), at=NOW) == ""  # the page's socket came back


def test_a_token_serves_one_browser(database: Database) -> None:
    thief = Identity(kind="web", value="thief")
    with database.writing() as tx:
        signing_in.sign_in(tx, VISITOR, claims(), at=NOW)
        with pytest.raises(NotAllowed):
            signing_in.sign_in(tx, thief, claims(), at=NOW)
        assert profile.recognise(tx, thief, NOW) != profile.recognise(tx, VISITOR, NOW)


def test_two_customers_of_the_company_are_never_joined_by_a_browser_or_a_telephone(database: Database) -> None:
    other = Identity(kind="web", value="other")
    with database.writing() as tx:
        signing_in.sign_in(tx, VISITOR, claims(), at=NOW)
        assert signing_in.sign_in(tx, VISITOR, claims("18", "nonce-0002"), at=NOW) == "other"
        assert signing_in.sign_in(tx, other, claims("18", "nonce-0002"), at=NOW) == ""
        assert profile.recognise(tx, other, NOW) != profile.recognise(tx, VISITOR, NOW)


def test_a_familys_telephone_joins_nobody_and_what_staff_parted_stays_parted(database: Database) -> None:
    with database.writing() as tx:
        mine = profile.recognise(tx, PHONE, NOW)
        persons.add(tx, PHONE, at=NOW, name="Мария")
        signing_in.sign_in(tx, VISITOR, claims(), at=NOW)
        assert profile.recognise(tx, VISITOR, NOW) != mine
        email = Identity(kind="web", value="2")
        signing_in.sign_in(tx, email, claims("19", "nonce-0003", phone="+79057654399"), at=NOW)
        phone = Identity(kind="phone", value="+79057654399")
        joining.split(tx, profile.recognise(tx, email, NOW), [phone], by="anna", at=NOW)
        signing_in.sign_in(tx, email, claims("19", "nonce-0004", phone="+79057654399"), at=NOW)
        assert profile.recognise(tx, email, NOW) != profile.recognise(tx, phone, NOW)
