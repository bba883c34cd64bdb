"""Lines to a mailbox and to an SMSC: their certificates, tokens in place of a password, copies of what was sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from email import message_from_bytes
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from bot.channels.email import Email
from bot.channels.messenger import Messenger, Part, Refused
from bot.channels.sign_on import Grant, Tokens
from bot.errors import Both
from bot.ports import Undelivered
from tests.channels.double import Double, until
from tests.channels.dovecot import certificate
from tests.channels.email import EmailDouble, mailboxes
from tests.channels.smpp import SmppDouble
from tests.programs import Program, Reply, Request

IVAN = EmailDouble.IVAN
SECURED = [(EmailDouble, "tls"), (EmailDouble, "starttls"), (SmppDouble, True)]


async def refused(messenger: Messenger) -> Refused:
    with pytest.raises(Refused) as caught:
        await messenger.open("")
    assert all(isinstance(each, Both) and each.en != each.ru for each in (caught.value.what, caught.value.fix))
    return caught.value


@pytest.mark.parametrize(("double", "secure"), SECURED, ids=["imaps", "imap-starttls", "smpps"])
async def test_a_certificate_that_nobody_trusts_is_refused_in_words_and_one_that_is_trusted_is_taken(
    double: type[Double], secure: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with double.running(secure=secure) as server:
        messenger = await asyncio.to_thread(server.messenger, 10.0)
        assert "certificate" in str((await refused(messenger)).what.en)  # type: ignore[attr-defined]
        await messenger.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate()))
        messenger = await asyncio.to_thread(server.messenger, 10.0)
        assert await messenger.open("")
        await messenger.close()


@pytest.mark.parametrize("secure", ["tls", "starttls"])
async def test_the_certificate_of_the_server_for_outgoing_mail_is_looked_at_too(
    secure: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with EmailDouble.running(secure=secure) as server:
        messenger = server.mailbox(10.0)
        with pytest.raises(Refused, match="self-signed"):
            await messenger._outgoing.open()
        with pytest.raises(Undelivered, match="certificate") as undelivered:
            await messenger.send(IVAN, Part(text="Да.", key="c/1/0"))
        assert undelivered.value.told  # tried again until somebody mends it
        await messenger.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate()))
        messenger = server.mailbox(10.0, sent="no")
        await messenger.send(IVAN, Part(text="Да.", key="c/1/0"))
        assert server.texts(IVAN) == ["Да."]
        await messenger.close()


# --- tokens ----------------------------------------------------------------------------------------


class Provider(Program):
    """RFC 6749: of each refresh token one access token, and with it the next refresh token. ended: the consent is."""

    ended = False
    asked: list[dict[str, str]]

    def answer(self, request: Request) -> Reply:
        told = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        self.asked = [*getattr(self, "asked", []), told]
        number = len(self.asked)
        if self.ended or told.get("refresh_token", f"refresh-{number - 1}") != f"refresh-{number - 1}":
            return 400, {}, json.dumps({"error": "invalid_grant"}).encode()
        made = {"access_token": f"access-{number}-{self.port}", "expires_in": 3599, "token_type": "Bearer"}
        return 200, {}, json.dumps({**made, "refresh_token": f"refresh-{number}"}).encode()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    made = Provider()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    yield made
    server.close()


def signing_on(provider: Provider, kept: list[str], **more: str) -> Tokens:
    grant = Grant(url=f"{provider.url}/token", client="app", secret="app-secret", **more)
    return Tokens(grant, kept=lambda: kept[-1] if kept else "", keep=kept.append)


async def test_a_refresh_token_that_is_good_for_once_is_used_once_by_who_ask_at_a_time(provider: Provider) -> None:
    kept = list[str]()
    tokens = signing_on(provider, kept, refresh="refresh-0")
    words = await asyncio.gather(tokens.word(), tokens.word(), tokens.word())
    assert set(words) == {f"access-1-{provider.port}"}
    assert kept == ["refresh-1"]


async def test_a_mailbox_is_opened_by_tokens_that_are_renewed_where_one_is_withdrawn(provider: Provider) -> None:
    async with EmailDouble.running() as server:
        let_in, kept = mailboxes().tokens, list[str]()

        def lets_in(number: int) -> None:
            let_in.clear()
            let_in[f"access-{number}-{provider.port}"] = server.user
            server.tokens = set(let_in)

        lets_in(1)
        messenger = server.mailbox(10.0, grant=signing_on(provider, kept, refresh="refresh-0"))
        await messenger.open("")
        await messenger.send(IVAN, Part(text="Да.", key="c/1/0"))
        assert server.texts(IVAN) == ["Да."]
        assert [each["grant_type"] for each in provider.asked] == ["refresh_token"]  # one for both lines
        lets_in(2)
        await messenger.send(IVAN, Part(text="Нет.", key="c/2/0"))
        await messenger.open("")
        assert kept == ["refresh-1", "refresh-2"]
        provider.ended = True
        lets_in(9)
        told = await refused(messenger)
        assert "invalid_grant" in told.what
        assert "GOVORUN_EMAIL_OAUTH_REFRESH" in told.fix
        with pytest.raises(Undelivered) as undelivered:
            await messenger.send(IVAN, Part(text="Нет.", key="c/3/0"))
        assert undelivered.value.told
        await messenger.close()


async def test_a_program_with_rights_of_its_own_needs_no_consent(provider: Provider) -> None:
    tokens = signing_on(provider, [], scope="https://outlook.office365.com/.default")
    assert await tokens.word() == await tokens.word()
    [asked] = provider.asked
    assert (asked["grant_type"], asked["scope"]) == ("client_credentials", "https://outlook.office365.com/.default")


async def test_a_token_is_renewed_before_it_ends_and_a_provider_in_trouble_is_no_refusal(provider: Provider) -> None:
    now = 0.0
    tokens = Tokens(Grant(url=provider.url, client="app", refresh="refresh-0"), clock=lambda: now)
    first = await tokens.word()
    now = 3400.0
    assert await tokens.word() == first
    now = 3500.0
    provider.says({"error": "temporarily_unavailable"}, status=503)
    with pytest.raises(OSError, match="503"):
        await tokens.word()


# --- copies ----------------------------------------------------------------------------------------


async def test_what_was_sent_lies_in_the_folder_for_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.sent_copies.AFTER_S", 0.0)
    async with EmailDouble.running() as server:
        messenger = server.mailbox(10.0)
        assert isinstance(messenger, Email)
        await messenger.open("")
        await messenger.send(IVAN, Part(text="Записал.", key="c/1/0"))
        await messenger.send(IVAN, Part(text="Записал.", key="c/1/0"))  # its answer was lost: the same letter
        await messenger.send(IVAN, Part(text="Ждём вас.", key="c/2/0"))
        await messenger.close()
        kept = [message_from_bytes(each)["Message-ID"] for each in mailboxes().sent(server.user)]
        assert sorted(kept) == sorted({each["Message-ID"] for each in server.letters})
        assert len(kept) == 2
        silent = server.mailbox(10.0, sent="no")
        await silent.send(IVAN, Part(text="И ещё.", key="c/3/0"))
        await silent.close()
        assert len(mailboxes().sent(server.user)) == 2


async def test_a_copy_that_cannot_be_made_loses_no_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    async with EmailDouble.running() as server:
        messenger = server.mailbox(10.0, sent="Нет такой")
        await messenger.send(IVAN, Part(text="Записал.", key="c/1/0"))
        await messenger.close()
        await until(lambda: server.texts(IVAN) == ["Записал."])
