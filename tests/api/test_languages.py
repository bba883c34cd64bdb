"""Whoever asks reads what is wrong in their own language."""

from __future__ import annotations

import pickle

import pytest

from bot.api.languages import read_by
from bot.errors import Both, Conflict, worded
from bot.locale import said
from tests.web import TOKEN, Web


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7", "ru"),
        ("en-US,en;q=0.9,ru;q=0.8", "en"),
        ("en;q=0.3, ru;q=0.4", "ru"),
        ("de,fr;q=0.9", "en"),
        ("de,ru;q=0.5", "ru"),
        ("*", "en"),
        ("ru;q=0", "en"),
        ("ru;q=much, ,;;", "en"),
        ("ru" * 5000, "en"),
    ],
)
def test_the_language_is_the_one_that_is_read_best(header: str, language: str) -> None:
    assert read_by({"accept-language": header} if header else {}) == language


def test_a_text_that_knows_both_is_told_in_either_and_outlives_a_process() -> None:
    text = pickle.loads(pickle.dumps(Both("the door", "дверь")))
    assert (text, worded(text, "en"), worded(text, "ru")) == ("the door", "the door", "дверь")
    assert worded("plain", "ru") == "plain"
    assert worded(said("the door", "дверь"), "ru") == "дверь"
    error = Conflict(Both("taken", "занято"), where="here", fix=Both("wait", "подождите"))
    assert (str(error), error.told("ru")) == ("here: taken. wait", "here: занято. подождите")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/conversations/nobody", 404),
        ("GET", "/api/conversations?limit=0", 422),
        ("GET", "/api/conversations?limit=many", 422),
        ("GET", "/api/conversations?status=lost", 422),
        ("GET", "/api/conversations?before=yesterday", 422),
        ("GET", "/api/customers/999999", 404),
        ("POST", "/api/forms/999999", 422),
        ("POST", "/webhooks/rest/webhook", 422),
        ("GET", "/nowhere", 404),
        ("DELETE", "/webhooks/rest/webhook", 405),
    ],
)
async def test_what_went_wrong_is_told_in_russian_to_who_reads_russian(
    web: Web, method: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept-Language": "ru"}
    async with web.client() as client:
        answer = await client.request(method, path, headers=headers, json={} if method == "POST" else None)
    assert answer.status_code == status
    told = answer.json()
    words = " ".join((told.get("detail", ""), told.get("fix", ""), *(each["what"] for each in told.get("errors", ()))))
    assert words.strip()
    assert any("а" <= letter <= "я" for letter in words.lower())
    assert answer.headers["vary"].lower().startswith("accept")


async def test_a_body_that_is_too_long_is_refused_in_the_readers_language(web: Web) -> None:
    async with web.client() as client:
        answer = await client.post(
            "/webhooks/rest/webhook", content=b"x" * (web.settings.max_body + 1), headers={"Accept-Language": "ru"}
        )
    assert answer.status_code == 413
    assert answer.json()["detail"] == f"в запросе может быть байтов: {web.settings.max_body}"


async def test_what_messengers_post_may_be_longer_and_not_endless(web: Web) -> None:
    """Meta's posts have up to 3 MB."""
    async with web.client() as client:
        for size, status in ((web.settings.max_body + 1, 404), (3 << 20, 404), ((3 << 20) + 1, 413)):
            answer = await client.post("/webhooks/whatsapp/webhook", content=b"x" * size)
            assert answer.status_code == status  # 404: it is not set up in this test
