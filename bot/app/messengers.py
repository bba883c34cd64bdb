"""The messengers of this process: built from settings, opened, listened to, delivered to.

A messenger's library is imported when it is set up, never before. One that can't be reached, or doesn't know us, is
said so, and everything else goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from bot.api.tokens import Signer
from bot.app.ears import MessageEars
from bot.channels.commands import Commanding, commands
from bot.channels.delivery import Delivery
from bot.channels.enclosing import Enclosures
from bot.channels.messenger import Enclosure, Hook, Messenger, Post, Refused
from bot.channels.reception import Reception, lost
from bot.errors import Both, GovorunError, Unavailable, place
from bot.locale import said
from bot.outbox import Outbox, Parcel
from bot.ports import Row
from bot.settings import Keys, Settings
from bot.stores.reach import Reach

if TYPE_CHECKING:
    from bot.app.house import House
    from bot.channels.sign_on import Tokens

log = logging.getLogger("govorun.messengers")

AGAIN_S = (1.0, 60.0)  # between tries to reach a messenger: the first, and the longest
EMAIL = "email"
RENEWED = "email-refresh"  # key of the installation
SMS = "sms"  # takes links to the numbers of calls
SETTLED_S = 20.0  # it answers again, or an error would have come: longer than a request takes to fail
PARTING_S = 5.0  # what was taken is finished in this time

Build = Callable[[Settings], Messenger]


def _telegram(settings: Settings) -> Messenger:
    from bot.channels.telegram import Telegram

    assert settings.telegram_token is not None
    return Telegram(settings.telegram_token.get_secret_value(), api=settings.telegram_api)


def _whatsapp(settings: Settings) -> Messenger:
    from bot.channels.whatsapp import WhatsApp

    assert settings.whatsapp_token is not None
    assert settings.whatsapp_app_secret is not None
    own = settings.whatsapp_verify_token
    return WhatsApp(
        settings.whatsapp_token.get_secret_value(),
        settings.whatsapp_phone_id,
        settings.whatsapp_app_secret.get_secret_value(),
        own.get_secret_value() if own else Keys(settings.data).get("whatsapp-verify", make=12),
        template=settings.whatsapp_template,
        api=settings.whatsapp_api,
    )


def _vk(settings: Settings) -> Messenger:
    from bot.channels.vk import Vk

    assert settings.vk_token is not None
    return Vk(
        settings.vk_token.get_secret_value(),
        secret=settings.vk_secret.get_secret_value() if settings.vk_secret else "",
        confirmation=settings.vk_confirmation,
        api=settings.vk_api,
    )


def _max(settings: Settings) -> Messenger:
    from bot.channels.max import Max

    assert settings.max_token is not None
    return Max(settings.max_token.get_secret_value(), api=settings.max_api)


def _viber(settings: Settings) -> Messenger:
    from bot.channels.viber import Viber

    assert settings.viber_token is not None
    return Viber(settings.viber_token.get_secret_value(), api=settings.viber_api)


def _sms(settings: Settings) -> Messenger:
    if settings.smpp is not None:
        from bot.channels.smpp import Smpp

        return Smpp(settings.smpp.get_secret_value(), settings.sms_sender, segments=settings.sms_segments)
    from bot.channels.sms import Sms

    assert settings.sms_token is not None
    own = settings.sms_secret
    return Sms(
        settings.sms_url,
        settings.sms_token.get_secret_value(),
        settings.sms_sender,
        own.get_secret_value() if own else Keys(settings.data).get("sms-webhook", make=24),
        segments=settings.sms_segments,
    )


def _email(settings: Settings) -> Messenger:
    from bot.channels.email import Email

    secrets = (settings.email_password, settings.email_oauth_secret, settings.email_oauth_refresh)
    return Email(
        settings.email_imap,
        settings.email_smtp,
        settings.email_address,
        next(each.get_secret_value() for each in secrets if each),
        user=settings.email_user,
        grant=_grant(settings),
        folder=settings.email_folder,
        sent=settings.email_sent,
        authserv=settings.email_authserv,
    )


def _grant(settings: Settings) -> Tokens | None:
    """Of the mailbox. A refresh token that the provider gave in place of the one in the settings lies with the keys,
    beside a mark of that one: who signs in anew and sets another is taken at their word."""
    from bot.channels.sign_on import Grant, Tokens

    if not settings.email_oauth_url:
        return None
    keys, refresh = Keys(settings.data), settings.email_oauth_refresh
    first = refresh.get_secret_value() if refresh else ""
    mark = sha256(first.encode()).hexdigest()[:16]

    def kept() -> str:
        path = keys.path(RENEWED)
        of, _, token = path.read_text(encoding="utf-8").strip().partition(" ") if path.exists() else ("", "", "")
        return token if of == mark else ""

    grant = Grant(
        url=settings.email_oauth_url,
        client=settings.email_oauth_client,
        secret=settings.email_oauth_secret.get_secret_value() if settings.email_oauth_secret else "",
        refresh=first,
        scope=settings.email_oauth_scope,
    )
    return Tokens(grant, kept=kept, keep=lambda token: keys.renew(RENEWED, f"{mark} {token}"))


# Of each: the settings that it needs, and what builds it from them. The name is that of its channel.
KINDS: Mapping[str, tuple[tuple[str, ...], Build]] = {
    "telegram": (("telegram_token",), _telegram),
    "whatsapp": (("whatsapp_token", "whatsapp_phone_id", "whatsapp_app_secret"), _whatsapp),
    "vk": (("vk_token",), _vk),
    "max": (("max_token",), _max),
    "viber": (("viber_token",), _viber),
    "sms": (("sms_url", "sms_token"), _sms),
    "email": (("email_imap", "email_smtp", "email_address"), _email),
}
FETCHED = (EMAIL,)  # nobody posts these to us, address or not


def configured(settings: Settings) -> tuple[str, ...]:
    """The messengers whose settings are there, by name."""
    return tuple(
        name
        for name, (needed, _) in KINDS.items()
        if (all(getattr(settings, each) for each in needed) and (name != EMAIL or _signs_on(settings)))
        or (name == SMS and settings.smpp)
    )


def _signs_on(settings: Settings) -> bool:
    """Whether the mailbox would know us: by a password, or by tokens."""
    has = settings.email_oauth_secret or settings.email_oauth_refresh
    return bool(settings.email_password or (settings.email_oauth_url and settings.email_oauth_client and has))


@dataclass(slots=True)
class _Line:
    """One messenger. told: how it stands, in words; well: where it stands well. open: the orders of what it was asked
    for and isn't taken yet."""

    name: str
    messenger: Messenger | None = None
    reception: Reception | None = None
    up: bool = False
    told: str = ""
    well: str = ""
    open: list[float] = field(default_factory=list)
    taking: set[asyncio.Task[None]] = field(default_factory=set)

    async def posted(self, hook: Hook) -> str:
        if self.messenger is None or self.reception is None:
            raise Unavailable(said("it is not open yet", "ещё не открыт"), where=self.name)
        post = self.messenger.receive(hook)
        await self.reception.take(post)
        return post.answer

    async def fetch(self, media: str) -> bytes:
        if self.messenger is None:
            raise OSError("not open yet")
        return await self.messenger.fetch(media)

    def refuses(self, file: Enclosure) -> Both | None:
        return self.messenger.refuses(file) if self.messenger else Both("it is not open yet", "ещё не открыт")


class Messengers:
    """`start` returns at once; `close` finishes what was taken. ears: hear voice messages."""

    def __init__(self, house: House, *, console: Console, ears: MessageEars | None = None) -> None:
        self._house = house
        self._console = console
        self._ears = ears
        self._lines = {name: _Line(name, told=said("opening", "открывается")) for name in configured(house.settings)}
        self._channels: dict[str, Delivery] = {}
        ways = house.turn.ways
        shown = ways.shown if ways is not None else _as_it_is
        self._outbox = Outbox(house.database, self._channels, house.bus, self._lost, shown=shown)
        self._tasks: list[asyncio.Task[None]] = []
        signer = Signer(house.keys.get("signing"))
        self._enclosures = Enclosures(house.database, house.settings.public_url, signer.file)

    def at(self, name: str) -> _Line | None:
        return self._lines.get(name)

    @property
    def states(self) -> Mapping[str, tuple[bool, str]]:
        return {name: (line.up, line.told) for name, line in self._lines.items()}

    def start(self) -> None:
        if self._lines:
            self._tasks.append(asyncio.create_task(self._outbox.run()))
        self._tasks += [asyncio.create_task(self._serve(line)) for line in self._lines.values()]

    async def close(self) -> None:
        taking = [task for line in self._lines.values() for task in line.taking]
        for task in (*self._tasks, *taking):
            task.cancel()
        await asyncio.gather(*self._tasks, *taking, return_exceptions=True)
        for line in self._lines.values():
            if line.reception is not None and line.messenger is not None:
                try:
                    async with asyncio.timeout(PARTING_S):
                        await line.reception.close()
                except TimeoutError:
                    log.warning("%s: not all that came was finished; it comes again", line.name)
                await line.messenger.close()
        if self._ears is not None:
            self._ears.close()

    # one messenger

    async def _serve(self, line: _Line) -> None:
        """Open it and listen, again where it can't be reached, until it refuses us or we end."""
        try:
            messenger = await asyncio.to_thread(self._built, line.name)
            self._connect(line, messenger)
            await self._again(line, partial(self._open, line, messenger))
            await self._again(line, partial(self._listen, line, messenger))
        except Refused as refused:
            self._refused(line, refused)
        except Exception as error:  # noqa: BLE001  the outermost loop of a messenger; the others go on
            line.up, line.told = False, said("it broke; the log says what", "сломался; что именно — в журнале")
            log.error("%s broke: %s", line.name, place(error))  # its words may hold a token, or what people say

    def _built(self, name: str) -> Messenger:
        """Off the loop: a library takes up to three seconds to import."""
        return KINDS[name][1](self._house.settings)

    def _connect(self, line: _Line, messenger: Messenger) -> None:
        house = self._house
        reach = Reach(house.database)
        delivery = Delivery(
            messenger,
            reach,
            enclosing=self._enclosures.whole,
            report=lambda name, what: house.metrics.sent.labels(name, what).inc(),
        )
        line.messenger = messenger
        if isinstance(messenger, Commanding):
            messenger.commands = commands(house.scenarios)
        line.reception = Reception(
            messenger,
            delivery,
            house.turns,
            house.database,
            reach,
            now=house.now,
            ears=self._ears,
            report=lambda name, what: house.metrics.arrivals.labels(name, what).inc(),
        )
        self._channels[line.name] = delivery

    async def _open(self, line: _Line, messenger: Messenger) -> None:
        hook = self._hook(line.name)
        who = await messenger.open(hook)
        line.up = True
        ways = self._house.turn.ways
        if ways is not None and messenger.link("token"):
            ways.doors[line.name] = messenger.link
        if ways is not None and line.name == SMS:
            ways.sms = SMS
        how = said("webhook", "вебхук") if hook else said("asks for news itself", "опрашивает сам")
        if line.name == SMS and self._house.settings.smpp:
            how = "SMPP"
        elif not hook and line.name == SMS:
            how = said("only sends: nobody can reach us", "только отправляет: до нас не достучаться")
        line.told = line.well = f"{who}, {how}"
        self._console.print(f"  [bold green]{line.name}[/] {escape(line.told)}", highlight=False, soft_wrap=True)
        log.info("%s is open", line.name)

    def _hook(self, name: str) -> str:
        """Where it may post to us; "" where it has to be asked. Messengers post by HTTPS alone."""
        if name in FETCHED or (name == SMS and self._house.settings.smpp):
            return ""
        public = self._house.settings.public_url.rstrip("/")
        return f"{public}/webhooks/{name}/webhook" if public.startswith("https://") else ""

    async def _listen(self, line: _Line, messenger: Messenger) -> None:
        if self._hook(line.name):
            return
        posts = messenger.polled(lambda: min(line.open, default=None))
        if posts is None:
            return
        settled = asyncio.create_task(self._settled(line))
        try:
            async for post in posts:
                line.up, line.told = True, line.well
                task = asyncio.create_task(self._take(line, post))
                line.taking.add(task)
                task.add_done_callback(line.taking.discard)
        finally:
            settled.cancel()

    async def _settled(self, line: _Line) -> None:
        """It was away and is asked again without an error, though nobody wrote since."""
        await asyncio.sleep(SETTLED_S)
        line.up, line.told = True, line.well

    async def _take(self, line: _Line, post: Post) -> None:
        """Until it is committed: nobody else would bring it again while we live."""
        assert line.reception is not None
        wait = AGAIN_S[0]
        orders = [each.order for each in post.arrivals]
        line.open += orders
        while True:
            try:
                await line.reception.take(post)
                break
            except GovorunError as error:
                log.warning("%s: what came could not be taken yet: %s", line.name, type(error).__name__)
            await asyncio.sleep(wait)
            wait = min(wait * 2, AGAIN_S[1])
        for each in orders:
            line.open.remove(each)

    async def _again(self, line: _Line, work: Callable[[], Awaitable[None]]) -> None:
        wait = AGAIN_S[0]
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await work()
                return
            except OSError as error:
                if asyncio.get_running_loop().time() - began > AGAIN_S[1]:
                    wait = AGAIN_S[0]
                line.up = False
                line.told = said(f"can't be reached: {error}", f"недоступен: {error}")
                log.warning("%s can't be reached: %s", line.name, error)
            except Refused:
                raise
            except Exception as error:  # noqa: BLE001  an answer that nobody expects must not end it for good
                line.up, line.told = False, said("it broke; the log says what", "сломался; что именно — в журнале")
                log.error("%s broke, and is tried again: %s", line.name, place(error))
            await asyncio.sleep(wait)
            wait = min(wait * 2, AGAIN_S[1])

    def _refused(self, line: _Line, refused: Refused) -> None:
        line.up, line.told = False, f"{refused.what}. {refused.fix}"
        self._console.print(f"  [yellow]{line.name}:[/] {escape(line.told)}", highlight=False, soft_wrap=True)
        log.error("%s refuses us: %s", line.name, refused.what)

    async def _lost(self, parcel: Parcel, why: str) -> None:
        self._house.metrics.sent.labels(parcel.channel, "lost").inc()
        house = self._house
        await lost(house.turns, parcel.channel, parcel.identity, parcel.conversation, parcel.seq, why, house.now())


def _as_it_is(row: Row) -> Row:
    return row
