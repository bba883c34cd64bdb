"""What e-mail alone does: letters as people's programs write them, threads, a real mailbox on a bad line, bounces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.email import OFTEN, Email
from bot.channels.letters import part_of, read
from bot.channels.mailbox import Found
from bot.channels.messenger import Part, Post, Refused, Wrote
from bot.channels.quoted import of_html, own
from bot.dialogue.events import NotDelivered
from bot.ports import Blocked, Identity, Undelivered
from bot.stores.reach import Reach
from tests.channels.double import until
from tests.channels.dovecot import Line, line_to
from tests.channels.email import AUTHSERV, EmailDouble, mailboxes
from tests.channels.rig import Rig, rig

KEY = "c0ffee00-1111-4222-8333-444455556666/7/0"
IVAN = EmailDouble.IVAN


@pytest.fixture
async def chats(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 0.05)
    async with EmailDouble.running() as server, rig(server, tmp_path, timeout_s=5.0) as made:
        yield made


def double(chats: Rig) -> EmailDouble:
    assert isinstance(chats.double, EmailDouble)
    return chats.double


def channel(chats: Rig) -> Email:
    assert isinstance(chats.messenger, Email)
    return chats.messenger


# --- what people write -----------------------------------------------------------------------------

ANSWERS = [
    ("да\n\nпн, 23 нояб. 2026 г. в 10:00, Клиника <info@clinic.example>:\n\n> Верно?\n", "да"),
    ("Yes\n\nOn Mon, 23 Nov 2026 at 10:00, The Clinic\n<info@clinic.example> wrote:\n> Right?\n", "Yes"),
    ("В три.\n\n23.11.2026 10:00, Клиника пишет:\n> Когда?", "В три."),
    ("В три.\n\nПонедельник, 23 ноября 2026, 10:00 +03:00 от Клиника <info@clinic.example>:\n\nКогда?", "В три."),
    ("Завтра\n\n-----Original Message-----\nFrom: Clinic\nWhen?", "Завтра"),
    ("Завтра\n\n________________________________\nОт: Клиника\nОтправлено: сегодня\nКому: мне\nКогда?", "Завтра"),
    ("Завтра\n\nОт: Клиника <info@clinic.example>\nОтправлено: сегодня\nТема: x\n\nКогда?", "Завтра"),
    ("> К какому врачу?\nК терапевту\n> Когда?\nВ три", "К терапевту\nВ три"),
    ("Хочу записаться\n-- \nИван Петров\n+7 905 123-45-67", "Хочу записаться"),
    ("Хочу записаться\n\nС уважением,\nИван Петров", "Хочу записаться"),
    ("Please book me\n\nBest regards,\nJohn", "Please book me"),
    ("да\n\nОтправлено с iPhone", "да"),
    ("yes\n\nSent from my iPhone", "yes"),
    # Somebody's own words, which only look a little like it.
    ("От кого: от Ивана. Запишите на завтра", "От кого: от Ивана. Запишите на завтра"),
    ("Он мне написал: приходите", "Он мне написал: приходите"),
    ("Регулярно пишет: врач 23 числа\nчто делать?", "Регулярно пишет: врач 23 числа\nчто делать?"),
    ("С уважением", "С уважением"),
    ("1 > 0, и -- так тоже бывает", "1 > 0, и -- так тоже бывает"),
    ("> Верно?", ""),
]


@pytest.mark.parametrize(("text", "words"), ANSWERS)
def test_of_an_answer_the_new_words_are_read(text: str, words: str) -> None:
    assert own(text) == words
    assert own(text.replace("\n", "\r\n")) == words


def test_html_is_read_as_people_see_it() -> None:
    page = (
        "<html><head><style>p {}</style></head><body><p>Запишите&nbsp;меня<br>завтра</p><script>x()</script>"
        "<ul><li>утром<li>днём</ul><div style='display: none'>preheader</div><b>Иван</b> &lt;Петров&gt;"
        "<div class='gmail_quote'>On … wrote:<blockquote>Когда?</blockquote></div></div></body></html>"
    )
    assert of_html(page) == "Запишите меня\nзавтра\n\n- утром\n- днём\n\nИван <Петров>"
    assert of_html("<div>" * 5000 + "да") == "да"


@pytest.mark.parametrize(
    ("charset", "named"),
    [("koi8-r", "koi8-r"), ("cp1251", "windows-1251"), ("utf-8", "utf-8"), ("iso-8859-5", "iso-8859-5"),
     ("koi8-r", ""), ("cp1251", ""), ("utf-8", "us-ascii"), ("cp1251", "x-unknown")],
)  # fmt: skip
def test_russian_is_read_in_every_charset(charset: str, named: str) -> None:
    told = f"Content-Type: text/plain; charset={named}\r\n" if named else ""
    whole = f"From: Иван <{IVAN}>\r\nSubject: Запись к врачу\r\n{told}\r\nХочу записаться к терапевту на завтра"
    letter = read(whole.encode(charset))
    assert letter.sender == IVAN
    assert letter.text == "Хочу записаться к терапевту на завтра"
    if charset != "iso-8859-5":  # which nobody puts into a header as it is
        assert letter.subject == "Запись к врачу"


def test_encoded_headers_that_tear_a_letter_in_two_are_put_together() -> None:
    subject = b"=?utf-8?B?0JfQsNC/?= =?utf-8?B?0LjRgdE=?=\r\n =?utf-8?B?jCDQvdCwINC30LDQstGC0YDQsA==?="
    raw = b"From: ivan@example.org\r\nSubject: " + subject + b"\r\n\r\nx"
    assert read(raw).subject == "Запись на завтра"


MACHINES = [
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated (rejected)"},
    {"Precedence": "bulk"},
    {"Precedence": "auto_reply"},
    {"List_Id": "<news.example.org>"},
    {"List_Unsubscribe": "<https://example.org>"},
    {"X_Autoreply": "yes"},
    {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
    {"Return_Path": "<>"},
]


@pytest.mark.parametrize("headers", MACHINES, ids=lambda each: "-".join(each))
async def test_machines_and_lists_are_not_answered(chats: Rig, headers: dict[str, str]) -> None:
    post = await double(chats).bring(chats.messenger, double(chats).letter(IVAN, "main.price", **headers))
    assert not post.arrivals


NOBODIES = (
    "MAILER-DAEMON@example.org",
    "noreply@bank.example",
    "postmaster@x.example",
    "list-bounces@example.org",
    "not an address",
    "a@b.example, c@d.example",
)


@pytest.mark.parametrize("sender", NOBODIES)
async def test_nobody_answers_whoever_does_not_read(chats: Rig, sender: str) -> None:
    raw = f"From: {sender}\r\nMessage-ID: <1@x>\r\n\r\nhello".encode()
    assert not channel(chats).read(Found(1, double(chats).now(), raw)).arrivals


async def test_what_we_wrote_ourselves_is_no_letter_to_us(chats: Rig) -> None:
    await chats.messenger.send(IVAN, Part(text="Здравствуйте", key=KEY))
    [ours] = double(chats).letters
    assert not channel(chats).read(Found(1, double(chats).now(), ours.as_bytes())).arrivals
    forwarded = f"From: {IVAN}\r\nMessage-ID: {ours['Message-ID']}\r\n\r\nhello".encode()
    assert not channel(chats).read(Found(2, double(chats).now(), forwarded)).arrivals
    assert ours["Auto-Submitted"] == "auto-generated"


async def test_a_machine_that_does_not_say_so_is_answered_so_often_and_no_more(chats: Rig) -> None:
    """Two robots that answer each other would go on for ever."""
    posts = [await double(chats).bring(chats.messenger, double(chats).wrote(IVAN, "спасибо")) for _ in range(OFTEN + 5)]
    assert [len(post.arrivals) for post in posts] == [1] * OFTEN + [0] * 5
    other = await double(chats).bring(chats.messenger, double(chats).wrote(EmailDouble.ANNA, "спасибо"))
    assert len(other.arrivals) == 1


# --- who they are ----------------------------------------------------------------------------------

RESULTS = [
    (f"{AUTHSERV}; dmarc=pass header.from=example.org", True),
    (f"{AUTHSERV} 1; spf=fail; dkim=pass (2048 bit) header.d=example.org header.s=x", True),
    (f"{AUTHSERV}; spf=pass smtp.mailfrom=ivan@example.org", True),
    (f"{AUTHSERV}; spf=pass smtp.mailfrom=ivan@evil.example; dkim=pass header.d=evil.example", False),
    (f"{AUTHSERV}; dmarc=fail header.from=example.org", False),
    (f"{AUTHSERV}; none", False),
    ("mx.evil.example; dmarc=pass header.from=example.org", False),
    (f"mx.evil.example ({AUTHSERV}; dmarc=pass); none", False),
    (f"{AUTHSERV}; dkim = pass (a (b) c) header.d = example.org header.b=ab=", True),
    (f'{AUTHSERV}; spf=pass smtp.mailfrom="@example.org"@evil.example', False),
    (f'{AUTHSERV}; spf=pass smtp.mailfrom="; dkim=pass header.d=example.org x"@evil.example', False),
    (f"{AUTHSERV}; spf=pass (a (b) ; dkim=pass header.d=example.org ) smtp.mailfrom=evil.example", False),
    (f'{AUTHSERV}; dkim=pass header.d=evil.example reason="x header.d=example.org"', False),
    (f"{AUTHSERV}; spf=pass smtp.mailfrom==?utf-8?q?a=3B_dkim=3Dpass_header.d=3Dexample.org_?=@evil.example", False),
    (None, False),
]


@pytest.mark.parametrize(("told", "proven"), RESULTS)
async def test_an_address_is_proof_only_where_our_own_server_vouches_for_it(
    chats: Rig, told: str | None, proven: bool
) -> None:
    letter = double(chats).letter(IVAN, "main.price", Authentication_Results=told)
    [arrival] = (await double(chats).bring(chats.messenger, letter)).arrivals
    assert arrival.chat == (IVAN if proven else f"~{IVAN}")
    await chats.post(letter)
    await until(lambda: len(double(chats).letters) == 1)  # answered all the same, as a stranger
    assert str(double(chats).letters[0]["To"]) == IVAN


async def test_a_forged_word_below_that_of_our_server_proves_nothing(chats: Rig) -> None:
    raw = (
        f"Authentication-Results: {AUTHSERV}; dmarc=fail\r\nAuthentication-Results: {AUTHSERV}; dmarc=pass\r\n"
        f"From: {IVAN}\r\n\r\nx"
    ).encode()
    assert not read(raw, AUTHSERV).proven
    assert not read(raw.replace(b"dmarc=fail", b"dmarc=pass"), "").proven  # nobody is believed


@pytest.mark.parametrize(
    "content",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (at, at) for at in range(2000)),
        b"Content-Type: message/rfc822\n\n" * 3000,
        b"Content-Type: text/html\n\n<![foo bar]>" + b"<!--" * 100_000,  # for minutes, or an error
        b"Content-Type: text/html\n\n" + b"</a" * 100_000,
    ],
)
def test_a_letter_made_to_break_its_reader_breaks_nothing(content: bytes) -> None:
    assert read(b"From: ivan@example.org\n" + content).text == ""


def test_what_stands_around_comments_of_a_page_is_read() -> None:
    page = "<!DOCTYPE html><p>Да,<!-- a > b --> в три</p><![if !mso]><p>Спасибо</p><![endif]><p>1 &lt; 2</p>конец<b"
    assert of_html(page) == "Да, в три\n\nСпасибо\n\n1 < 2\nконец"


# --- answers ---------------------------------------------------------------------------------------

OUTLOOK = "<DB9PR04MB8202A1B2C3D4E5F6A7B8C9D0E1F2A@DB9PR04MB8202.eurprd04.prod.outlook.com>"  # longer than a line


async def test_ids_of_others_stay_as_they_are(chats: Rig) -> None:
    await chats.post(double(chats).letter(IVAN, "main.price", Message_ID=OUTLOOK))
    await until(lambda: len(double(chats).letters) == 1)
    [answer] = double(chats).letters
    assert (str(answer["In-Reply-To"]), str(answer["References"]).split()[-1]) == (OUTLOOK, OUTLOOK)
    assert channel(chats)._threads
    assert not any(each.text for each in channel(chats)._threads.values())


async def test_the_thread_of_whose_address_only_ends_alike_is_not_taken(chats: Rig) -> None:
    await chats.post(double(chats).letter(f"x{IVAN}", "main.price", Subject="Тайна"))
    await until(lambda: len(double(chats).letters) == 1)
    channel(chats)._threads.clear()
    await channel(chats).send(f"~{IVAN}", Part(text="Здравствуйте", key=KEY, language="ru"))
    await until(lambda: len(double(chats).letters) == 2)
    assert "Тайна" not in str(double(chats).letters[1]["Subject"])
    assert double(chats).letters[1]["References"] is None


async def test_an_answer_goes_into_the_thread_it_answers(chats: Rig) -> None:
    headers = {"Subject": "Запись к врачу", "References": "<a@x> <b@x>", "In_Reply_To": "<b@x>"}
    await chats.post(double(chats).letter(IVAN, "main.price", **headers))
    await until(lambda: len(double(chats).letters) == 1)
    [answer] = double(chats).letters
    assert answer["Subject"] == "Re: Запись к врачу"
    assert answer["In-Reply-To"] == "<letter-1@mail.example.org>"
    assert str(answer["References"]).split() == ["<a@x>", "<b@x>", "<letter-1@mail.example.org>"]
    assert str(answer["From"]) == f"Клиника <{double(chats).own}>"
    assert answer.get_content_type() == "multipart/alternative"
    assert answer["Auto-Submitted"] == "auto-replied"


async def test_the_thread_is_found_again_after_a_restart(chats: Rig) -> None:
    before = double(chats).letter(IVAN, "main.price", Subject="Запись")
    double(chats).put(double(chats).raw(json.loads(before.body)))
    await chats.messenger.send(IVAN, Part(text="Ждём вас", key=KEY))
    [answer] = double(chats).letters
    assert (answer["Subject"], answer["In-Reply-To"]) == ("Re: Запись", "<letter-1@mail.example.org>")


async def test_what_is_said_together_is_one_letter_with_a_list_to_choose_from(chats: Rig) -> None:
    await chats.says(IVAN, "main.price")
    await until(lambda: len(double(chats).letters) == 1)
    [letter] = double(chats).letters
    body = letter.get_body(("plain",)).get_content().replace("\r\n", "\n")  # type: ignore[attr-defined]
    assert body.startswith("Приём стоит 1500 рублей.\n\nЧем помочь?\n\n1. ")
    assert '<ol start="1"><li><a href="mailto:' in letter.get_body(("html",)).get_content()  # type: ignore[attr-defined]


async def test_the_subject_of_a_new_letter_belongs_to_its_words(chats: Rig) -> None:
    def words(**headers: str | None) -> str:
        raw = double(chats).raw(json.loads(double(chats).letter(IVAN, "На завтра", **headers).body))
        [arrival] = channel(chats).read(Found(1, double(chats).now(), raw)).arrivals
        assert isinstance(arrival.deed, Wrote)
        return arrival.deed.text

    assert words(Subject="Запись к терапевту", In_Reply_To=None) == "Запись к терапевту\nНа завтра"
    assert words(Subject="Re: Запись к терапевту", In_Reply_To=None) == "На завтра"
    assert words(Subject="на завтра", In_Reply_To=None) == "На завтра"


def test_an_enclosed_file_is_had_whole() -> None:
    made = EmailDouble(port=1)
    raw = made.raw(json.loads(made.letter(IVAN, "вот", [("application/pdf", "Анализы крови.pdf", "%PDF")]).body))
    [file] = read(raw).enclosed
    assert (file.kind, file.name) == ("file", "Анализы крови.pdf")
    assert part_of(raw, file.number) == b"%PDF"


# --- a server that refuses, and letters that come back -----------------------------------------------


@pytest.mark.parametrize(
    ("answer", "wait"),
    [("451 4.7.1 greylisted", 1.0), ("452 4.2.2 full", 1.0), ("550 5.7.1 spam", None), ("554 5.6.0 bad", None)],
)
async def test_what_its_server_says_decides_whether_it_goes_again(chats: Rig, answer: str, wait: float | None) -> None:
    double(chats).trouble = [answer]
    with pytest.raises(Undelivered) as refused:
        await chats.messenger.send(IVAN, Part(text="x", key=KEY))
    assert not isinstance(refused.value, Blocked)
    assert refused.value.retry_after == wait


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "550 no mailbox here", "553 5.1.2 bad address"])
async def test_an_address_where_nobody_is_gets_no_more(chats: Rig, answer: str) -> None:
    double(chats).trouble = [answer]
    with pytest.raises(Blocked):
        await chats.messenger.send(IVAN, Part(text="x", key=KEY))


async def test_a_bounce_says_what_was_lost_and_whether_anybody_is_there(chats: Rig) -> None:
    await chats.says(IVAN, "main.price")
    await until(lambda: len(double(chats).letters) == 1)
    reach, ivan = Reach(chats.database), Identity(kind="email", value=IVAN)
    for status, action, whys in (("4.4.1", "delayed", []), ("5.7.1", "failed", ["5.7.1"])):
        raw = double(chats).bounce(IVAN, status, action)
        await chats.reception.take(channel(chats).read(Found(9, double(chats).now(), raw)))
        assert [each.why for each in chats.of(IVAN, NotDelivered)] == whys
    assert not reach.lost("email", ivan)
    raw = double(chats).bounce(IVAN, "5.1.1")
    forged = raw.replace(IVAN.encode(), EmailDouble.ANNA.encode())
    await chats.reception.take(channel(chats).read(Found(9, double(chats).now(), forged)))
    assert not reach.lost("email", Identity(kind="email", value=EmailDouble.ANNA))
    await chats.reception.take(channel(chats).read(Found(9, double(chats).now(), raw)))
    assert reach.lost("email", ivan)


# --- a mailbox, a real one, on a bad line ------------------------------------------------------------


class House:
    """Fetches for ever, as bot.app.messengers does, and remembers what it took."""

    def __init__(self, double: EmailDouble, *, takes: bool = True) -> None:
        self.double = double
        self.box = double.mailbox(5.0)
        self.words: list[str] = []
        self.ids: list[str] = []
        self.takes = takes
        self.errors = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            with suppress(OSError):
                async for post in self.box.polled(lambda: None):  # type: ignore[union-attr]
                    self._take(post)
            self.errors += 1
            await asyncio.sleep(0.05)

    def _take(self, post: Post) -> None:
        for each in post.arrivals:
            assert isinstance(each.deed, Wrote)
            self.words.append(each.deed.text)
            self.ids.append(each.id)
        if self.takes:
            post.taken()

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self.box.close()


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[EmailDouble, Line]]:
    monkeypatch.setattr("bot.channels.mailbox.STEP_S", 0.3)
    monkeypatch.setattr("bot.channels.email.POLL_S", 0.5)
    async with EmailDouble.running() as server, line_to(mailboxes().port) as made:
        server.imap = made.port
        yield server, made


def put(server: EmailDouble, text: str) -> None:
    server.updates += [json.loads(server.wrote(IVAN, text).body)]


async def test_a_line_that_is_cut_again_and_again_loses_nothing_and_doubles_nothing(
    line: tuple[EmailDouble, Line],
) -> None:
    server, wire = line
    house = House(server)
    await until(lambda: wire.idles == 1)
    wire.cuts = 3
    for number in range(5):
        put(server, f"письмо {number}")
        await until(lambda: len(house.words) > number)  # noqa: B023
    await until(lambda: all("Govorun" in each for each in mailboxes().flags(server.user).values()))
    assert house.words == [f"письмо {number}" for number in range(5)]
    assert wire.lines > 2
    await house.stop()


async def test_what_was_not_committed_comes_again_and_what_was_does_not(line: tuple[EmailDouble, Line]) -> None:
    server, wire = line
    first = House(server, takes=False)
    await until(lambda: wire.idles > 0)
    put(server, "письмо")
    await until(lambda: first.words == ["письмо"])
    await first.stop()
    second = House(server)
    await until(lambda: second.words == ["письмо"])
    assert second.ids == first.ids  # so that the inbox knows it
    await until(lambda: all("Govorun" in each for each in mailboxes().flags(server.user).values()))
    await second.stop()
    third = House(server)
    put(server, "другое")
    await until(lambda: third.words == ["другое"])
    await third.stop()


async def test_a_server_without_idle_is_asked_now_and_then(line: tuple[EmailDouble, Line]) -> None:
    server, wire = line
    wire.hidden = b"IDLE"
    house = House(server)
    await until(lambda: wire.lines > 0)
    await until(lambda: len(mailboxes().flags(server.user)) == 1)  # our note: it is open
    put(server, "письмо")
    await until(lambda: house.words == ["письмо"])
    assert wire.idles == 0
    await house.stop()


async def test_a_mailbox_that_was_made_anew_gives_its_letters_the_same_names(line: tuple[EmailDouble, Line]) -> None:
    """UIDVALIDITY changed, and with it the keywords went: all comes again, and the inbox knows it."""
    server, wire = line
    house = House(server)
    await until(lambda: wire.idles > 0)
    mailboxes().put(server.user, server.raw(json.loads(server.wrote(IVAN, "письмо").body)), datetime.now(UTC))
    await until(lambda: house.words == ["письмо"])
    await house.stop()
    mailboxes().anew(server.user)
    again = House(server)
    await until(lambda: again.ids != [])
    assert again.ids == house.ids
    await again.stop()


async def test_what_lay_there_before_us_is_left_alone(line: tuple[EmailDouble, Line]) -> None:
    server, wire = line
    raw = server.raw(json.loads(server.wrote(IVAN, "прошлогоднее").body))
    real = datetime.now(UTC)
    mailboxes().put(server.user, raw, real - timedelta(days=1))
    house = House(server)
    await until(lambda: wire.idles > 0)
    put(server, "новое")
    await until(lambda: house.words != [])
    assert house.words == ["новое"]
    assert "\\Seen" not in mailboxes().flags(server.user)[1]  # people still see it as new
    await house.stop()


async def test_a_wrong_password_and_a_missing_folder_are_said_so() -> None:
    async with EmailDouble.running() as server:
        wrong = server.mailbox(5.0, folder="Нет такой")
        with pytest.raises(Refused, match=r"Нет такой"):
            await wrong.open("")
        told = server.settings()
        wrong = Email(told["email_imap"], told["email_smtp"], told["email_address"], "guessed", user=server.user)
        with pytest.raises(Refused) as refused:
            await wrong.open("")
        assert "GOVORUN_EMAIL_PASSWORD" in refused.value.fix
