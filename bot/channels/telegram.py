"""Telegram's Bot API (core.telegram.org/bots/api) over aiogram: its types and its client; updates are posted to us, or
asked for where nobody can reach us."""

from __future__ import annotations

import asyncio
import hmac
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import (
    BotCommand,
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)
from aiogram.utils.token import TokenValidationError
from pydantic import ValidationError

from bot.channels.commands import Commands
from bot.channels.messenger import (
    MAX_MEDIA,
    Arrival,
    Enclosure,
    Hook,
    Limits,
    Part,
    Post,
    Refused,
    Unfit,
    larger,
)
from bot.channels.splitting import clipped, utf16
from bot.channels.telegram_updates import KINDS, Updates, language
from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)
T = TypeVar("T")

NAME = "telegram"
API = "https://api.telegram.org"
# 4096 UTF-16 units a message, 64 bytes of callback_data; 30 messages a second in all, one a second to a chat
# (core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this); "typing" shows for five seconds.
LIMITS = Limits(text=4096, payload=64, a_second=30, chat_s=1.0, typing_s=5.0, length=utf16)
# #sending-files: 10 MB a picture, 50 any other file. A GIF as a picture would stand still.
PHOTO, FILE = 10 << 20, 50 << 20  # bytes
PHOTOS = ("image/jpeg", "image/png", "image/webp")
UPLOAD_S = 50.0  # for one; the outbox gives a row 55
MAX_BUTTONS = 100  # of one message
TITLE = 64  # characters of a button; more is cut by the apps
TIMEOUT_S = 20
POLL_S = 25  # that a request for updates waits for one
MISSING_S = 0.5  # how long an update waits for the one before it: they are posted side by side
SHARE = {"ru": "📱 Отправить мой номер", "en": "📱 Share my phone number"}
PRIVATE = {
    "ru": "Я отвечаю только в личной переписке: напишите мне там.",
    "en": "I only answer in private: please write to me there.",
}


class _Updates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates unread, so that one update of a kind nobody knows yet doesn't hide the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int = 0
    allowed_updates: list[str]


class Telegram:
    """token: of @BotFather. api: another server of the Bot API."""

    name = NAME
    limits = LIMITS

    def __init__(self, token: str, *, api: str = API, timeout_s: float = TIMEOUT_S) -> None:
        try:
            self._bot = Bot(token, AiohttpSession(api=TelegramAPIServer.from_base(api), timeout=timeout_s))
        except TokenValidationError:
            raise _wrong_token() from None
        # Of the token, so that every process knows it and nobody has to keep it: 1-256 characters A-Z a-z 0-9 _ -
        self.secret = hmac.new(token.encode(), b"govorun webhook", sha256).hexdigest()
        self.commands: Commands = {}
        self._username = ""
        self._next: int | None = None  # the update that follows those we have had
        self._updates = Updates()
        self._sharing: set[str] = set()  # chats that see the button for their number

    async def open(self, hook: str) -> str:
        me = await self._ask(self._bot.get_me)
        if hook:
            try:
                await self._ask(partial(self._bot.set_webhook, hook, secret_token=self.secret, allowed_updates=KINDS))
            except TelegramBadRequest as error:
                raise Refused(
                    said(f"it does not take the webhook {hook}", f"не принимает вебхук {hook}"),
                    said(
                        f"It says: {error.message}. GOVORUN_PUBLIC_URL has to be reachable by HTTPS",
                        f"Он говорит: {error.message}. GOVORUN_PUBLIC_URL должен быть доступен по HTTPS",
                    ),
                ) from None
        else:
            await self._ask(self._bot.delete_webhook)
        self._username = me.username or ""
        await self._list_commands()
        return f"@{me.username}"

    async def _list_commands(self) -> None:
        """Behind the menu button, in the language of each app; whose language we don't speak sees the first."""
        lists = [(code, shown) for code, shown in self.commands.items()]
        for code, shown in [(None, lists[0][1]), *lists] if lists else ():
            told = [BotCommand(command=name, description=what) for name, what in shown]
            try:
                await self._ask(partial(self._bot.set_my_commands, told, language_code=code))
            except TelegramBadRequest as error:  # everything else works without
                log.warning("Telegram does not take the list of commands: %s", error.message)
                return

    async def close(self) -> None:
        await self._bot.session.close()

    # in

    def receive(self, hook: Hook) -> Post:
        told = hook.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(told.encode(), self.secret.encode()):
            raise NotAllowed(said("this is not from Telegram", "это не от Telegram"), where="secret_token")
        try:
            update = json.loads(hook.body)
        except ValueError:
            update = None
        if not isinstance(update, dict):
            raise Unacceptable(said("this is no update", "это не обновление"), where="body")
        return self._post([update])

    def polled(self, open_from: Callable[[], float | None]) -> AsyncIterator[Post]:
        return self._polled(open_from)

    async def _polled(self, open_from: Callable[[], float | None]) -> AsyncIterator[Post]:
        """Asking from an update on tells Telegram that those before it need not come again."""
        while True:
            first = open_from()
            known = self._next
            wait = POLL_S if first is None else 0
            request = _Updates(offset=known if first is None else int(first), timeout=wait, allowed_updates=KINDS)
            found = await self._ask(partial(self._bot, request, request_timeout=TIMEOUT_S + wait))
            new = [each for each in found if known is None or each.get("update_id", known) >= known]
            if new:
                yield self._post(new, polled=True)
            else:  # what we know already, or a server of one's own that doesn't wait for news
                await asyncio.sleep(MISSING_S)

    def _post(self, updates: Sequence[dict[str, Any]], *, polled: bool = False) -> Post:
        arrivals: list[Arrival] = []
        chores: list[Callable[[], Awaitable[object]]] = []
        for each in updates:
            number = each.get("update_id")
            settle = 0.0 if polled else self._gap(number)
            if isinstance(number, int):
                self._next = max(self._next or 0, number + 1)
            try:
                update = Update.model_validate(each)
            except ValidationError:
                log.warning("an update of Telegram can't be read: %s", ", ".join(sorted(each)))
                continue
            chores += self._chores(update)
            for chat, who, at, deed in self._updates.read(update):
                arrivals.append(
                    Arrival(
                        id=str(update.update_id),
                        chat=chat,
                        at=at,
                        deed=deed,
                        order=update.update_id,
                        settle_s=settle,
                        language=language(who),
                    )
                )
        return Post(arrivals=arrivals, chores=chores)

    def _gap(self, number: object) -> float:
        """Updates are numbered one by one: where one is missing it may be on its way."""
        ahead = isinstance(number, int) and self._next is not None and number > self._next
        return MISSING_S if ahead else 0.0

    def _chores(self, update: Update) -> Iterator[Callable[[], Awaitable[object]]]:
        if update.callback_query is not None:  # so that the button stops blinking
            yield partial(self._ask, partial(self._bot.answer_callback_query, update.callback_query.id))
        changed = update.my_chat_member
        if changed is None or changed.chat.type == "private":
            return
        if changed.new_chat_member.status in ("member", "administrator"):
            yield partial(self._decline, changed.chat.id, language(changed.from_user) or "ru")

    async def _decline(self, group: int, spoken: Language) -> None:
        await self._ask(partial(self._bot.send_message, group, PRIVATE[spoken]))
        await self._ask(partial(self._bot.leave_chat, group))

    # out

    def link(self, token: str) -> str:
        return f"https://t.me/{self._username}?start={token}" if self._username else ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        return len(choices) <= MAX_BUTTONS

    def refuses(self, file: Enclosure) -> Both | None:
        return larger(file, FILE)

    async def send(self, chat: str, part: Part) -> None:
        """Without parse_mode: no word of anybody's becomes markup."""
        markup: InlineKeyboardMarkup | ReplyKeyboardMarkup | ReplyKeyboardRemove | None = None
        if part.choices:
            markup = _keyboard(part)
        elif part.wants_phone:
            button = KeyboardButton(text=SHARE[part.language], request_contact=True)
            markup = ReplyKeyboardMarkup(keyboard=[[button]], resize_keyboard=True, one_time_keyboard=True)
        elif chat in self._sharing:
            markup = ReplyKeyboardRemove(remove_keyboard=True)
        if part.files:
            for file in part.files:
                await self._sent(partial(self._enclose, int(chat), file))
            return
        await self._sent(
            partial(
                self._bot.send_message,
                int(chat),
                part.text,
                parse_mode=None,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
                reply_markup=markup,
            )
        )
        if part.wants_phone:
            self._sharing.add(chat)
        elif markup is None or isinstance(markup, ReplyKeyboardRemove):
            self._sharing.discard(chat)

    async def _enclose(self, chat: int, file: Enclosure) -> None:
        """A picture that its servers can't show as one (very long, a broken file) goes as a file."""
        given = BufferedInputFile(file.content, file.name)
        if file.type in PHOTOS and file.size <= PHOTO:
            try:
                await self._bot.send_photo(chat, given, request_timeout=int(UPLOAD_S))
                return
            except TelegramBadRequest as error:
                if not any(each in error.message.lower() for each in ("photo", "image")):
                    raise
        try:
            await self._bot.send_document(chat, given, request_timeout=int(UPLOAD_S))
        except TelegramEntityTooLarge:
            raise Unfit("413", retry_after=None) from None
        except TelegramBadRequest as error:
            if "file" in error.message.lower():
                raise Unfit(f"400: {error.message[:60]}", retry_after=None) from None
            raise

    async def _sent(self, call: Callable[[], Awaitable[object]]) -> None:
        """Raises Undelivered, Blocked."""
        try:
            await call()
        except TelegramRetryAfter as error:
            raise Undelivered("429", retry_after=float(error.retry_after), told=True) from None
        except TelegramForbiddenError:
            raise Blocked from None
        except TelegramUnauthorizedError:
            raise Undelivered("its token is no longer taken", retry_after=60.0, told=True) from None
        except TelegramBadRequest as error:
            if "chat not found" in error.message.lower():
                raise Blocked from None
            raise Undelivered(f"400: {error.message[:60]}", retry_after=None) from None
        except TelegramAPIError as error:  # 5xx, no line, no answer in time: then it may arrive twice
            raise Undelivered(type(error).__name__) from None
        except (AiogramError, TimeoutError) as error:  # a proxy's page in place of an answer
            raise Undelivered(type(error).__name__) from None

    async def typing(self, chat: str) -> None:
        try:
            await self._ask(partial(self._bot.send_chat_action, int(chat), "typing"))
        except TelegramBadRequest as error:
            raise OSError(type(error).__name__) from None

    async def fetch(self, media: str) -> bytes:
        try:
            file = await self._ask(partial(self._bot.get_file, media))
        except TelegramBadRequest as error:  # "file is too big": more than a bot may download
            raise OSError(type(error).__name__) from None
        if file.file_path is None or (file.file_size or 0) > MAX_MEDIA:
            raise OSError("too large")
        sound = io.BytesIO()
        try:
            await self._bot.download_file(file.file_path, sound, timeout=TIMEOUT_S)
        except Exception as error:  # noqa: BLE001  whatever aiohttp has for it; its words hold the token
            raise OSError(type(error).__name__) from None
        return sound.getvalue()

    async def _ask(self, call: Callable[[], Awaitable[T]]) -> T:
        """Raises Refused, OSError; TelegramBadRequest where what was asked is wrong."""
        try:
            return await call()
        except (TelegramUnauthorizedError, TelegramNotFound):
            raise _wrong_token() from None
        except TelegramBadRequest:
            raise
        except TelegramConflictError:
            raise OSError(
                said("another program asks for its updates, too", "его обновления забирает и другая программа")
            ) from None
        except (AiogramError, TimeoutError) as error:
            raise OSError(type(error).__name__) from None


def _wrong_token() -> Refused:
    return Refused(
        said("it does not know this token", "не знает такого токена"),
        said(
            "Ask @BotFather for it (/mybots, API Token), set GOVORUN_TELEGRAM_TOKEN and start again",
            "Возьмите его у @BotFather (/mybots, API Token), задайте GOVORUN_TELEGRAM_TOKEN и перезапустите",
        ),
    )


def _keyboard(part: Part) -> InlineKeyboardMarkup:
    """Short titles side by side."""
    longest = max(len(choice.title) for choice in part.choices)
    wide = 3 if longest <= 8 else 2 if longest <= 16 else 1
    buttons = [
        InlineKeyboardButton(text=clipped(choice.title, TITLE) or choice.id, callback_data=payload)
        for choice, payload in zip(part.choices, part.payloads, strict=True)
    ]
    return InlineKeyboardMarkup(inline_keyboard=[buttons[at : at + wide] for at in range(0, len(buttons), wide)])
