"""MAX's Bot API (dev.max.ru/docs-api) over the HTTP client that we have: maxapi tries again by itself, so that neither
the order of a chat nor the wait that we were told would hold."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import Any, Literal

import httpx

from bot.channels.media import download
from bot.channels.messenger import (
    Arrival,
    Began,
    Contact,
    Deed,
    Edited,
    Enclosure,
    Hook,
    Limits,
    Part,
    Post,
    Pressed,
    Refused,
    Sent,
    Spoke,
    Stopped,
    Unfit,
    Wrote,
    larger,
)
from bot.channels.splitting import clipped
from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)

NAME = "max"
API = "https://platform-api2.max.ru"
# 4000 characters a message, 30 requests a second (dev.max.ru/docs-api); a button's payload has 256 characters.
LIMITS = Limits(text=4000, captioned=4000, payload=240, a_second=30, chat_s=0.5, typing_s=5.0)
MAX_BUTTONS, IN_A_ROW = 90, 7  # 30 rows of up to seven; long ones stand alone
TITLE = 128
# docs-api/use-cases/sending-messages/attachment-types
IMAGE, FILE = 50 << 20, 4 << 30  # bytes
IMAGES = ("image/jpeg", "image/png", "image/gif")
NOT_READY, READY_TRIES, READY_S = "attachment.not.ready", 8, 1.0  # it is still worked on after it was uploaded
UPLOAD_S = 40.0
TIMEOUT_S = 20.0
POLL_S = 25
SETTLE_S = 0.15  # updates are posted side by side
KINDS = ("message_created", "message_callback", "message_edited", "bot_started", "bot_stopped", "bot_added")
SHARE = {"ru": "📱 Отправить мой номер", "en": "📱 Share my phone number"}
PRIVATE = {"ru": "Я отвечаю только в личной переписке.", "en": "I only answer in private."}
REMEMBERED = 10_000
UPLOADS = 100  # that are remembered until they are sent
_KINDS: Mapping[str, Literal["image", "video", "file", "sticker", "location"]] = {
    "image": "image",
    "video": "video",
    "file": "file",
    "sticker": "sticker",
    "location": "location",
}
_PHONE = re.compile(r"^TEL[^:\r\n]*:\s*([+\d][\d\s()-]+)", re.MULTILINE | re.IGNORECASE)


class Max:
    """token: of the bot, from business.max.ru."""

    name = NAME
    limits = LIMITS

    def __init__(self, token: str, *, api: str = API, timeout_s: float = TIMEOUT_S) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(base_url=api, headers={"Authorization": token}, timeout=timeout_s)
        self._token = token
        self.secret = hmac.new(token.encode(), b"govorun webhook", sha256).hexdigest()  # 5-256 of A-Z a-z 0-9 _ -
        self._username = ""
        self._uploads: OrderedDict[str, dict[str, Any]] = OrderedDict()  # by the part's key
        self._marker: int | None = None
        self._dialogs: OrderedDict[str, int] = OrderedDict()  # the chat of each person, where typing is shown

    async def open(self, hook: str) -> str:
        me = await self._ask("GET", "/me")
        self._username = str(me.get("username") or "")
        subscribed = (await self._ask("GET", "/subscriptions")).get("subscriptions", ())
        for each in subscribed:
            if each["url"] != hook:  # ours of before, or updates would go there
                await self._ask("DELETE", "/subscriptions", params={"url": each["url"]})
        if hook:
            wish = {"url": hook, "update_types": KINDS, "secret": self.secret}
            done = await self._ask("POST", "/subscriptions", json=wish)
            if not done.get("success", True):
                raise Refused(
                    said(f"it does not take the webhook {hook}", f"не принимает вебхук {hook}"),
                    said("GOVORUN_PUBLIC_URL has to be HTTPS on port 443", "GOVORUN_PUBLIC_URL: HTTPS на порту 443"),
                )
        return f"@{self._username}" if self._username else str(me.get("first_name") or me.get("name") or "")

    async def close(self) -> None:
        await self._http.aclose()

    # in

    def receive(self, hook: Hook) -> Post:
        told = hook.headers.get("x-max-bot-api-secret", "")
        if not hmac.compare_digest(told.encode(), self.secret.encode()):
            raise NotAllowed(said("this is not from MAX", "это не от MAX"), where="X-Max-Bot-Api-Secret")
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
        """A marker says that what came before it is ours: it moves on when that is committed."""
        while True:
            params: dict[str, Any] = {"timeout": POLL_S, "types": ",".join(KINDS)}
            if self._marker is not None:
                params["marker"] = self._marker
            timeout = self._http.timeout.read or TIMEOUT_S
            found = await self._ask("GET", "/updates", params=params, timeout=timeout + POLL_S)
            if updates := found.get("updates"):
                yield self._post(updates)
                while open_from() is not None:
                    await asyncio.sleep(0.05)
            else:
                await asyncio.sleep(SETTLE_S)
            self._marker = found.get("marker", self._marker)

    def _post(self, updates: Sequence[Mapping[str, Any]]) -> Post:
        arrivals: list[Arrival] = []
        chores: list[Callable[[], Awaitable[object]]] = []
        for each in updates:
            try:
                one = self._arrival(each, chores)
            except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
                log.warning("an update of MAX can't be read: %s", type(error).__name__)
                continue
            if one is not None:
                arrivals.append(one)
        return Post(arrivals=arrivals, chores=chores)

    def _arrival(self, update: Mapping[str, Any], chores: list[Callable[[], Awaitable[object]]]) -> Arrival | None:
        kind, stamp = update["update_type"], int(update["timestamp"])
        message = update.get("message") or {}
        recipient = message.get("recipient") or {}
        language = _language(update.get("user_locale"))
        deed: Deed | None
        if kind == "bot_added":
            chores.append(partial(self._decline, int(update["chat_id"]), language or "ru"))
            return None
        if kind == "message_callback":
            callback = update["callback"]
            chores.append(
                partial(self._ask, "POST", "/answers", params={"callback_id": callback["callback_id"]}, json={})
            )
            who, own = callback["user"], f"{callback['callback_id']}"
            payload = str(callback.get("payload") or "")
            deed = Pressed(payload=payload, title=_title(message, payload))
        elif kind in ("bot_started", "bot_stopped"):
            who, own = update["user"], f"{kind}-{update['user']['user_id']}-{stamp}"
            deed = Began(str(update.get("payload") or "")) if kind == "bot_started" else Stopped()
            recipient = {"chat_id": update["chat_id"], "chat_type": "dialog"}
        elif kind in ("message_created", "message_edited"):
            who, body = message["sender"], message.get("body") or {}
            own = body["mid"] if kind == "message_created" else f"{body['mid']}-{stamp}"
            text = body.get("text") or ""
            edited = Edited(text) if text else None
            deed = self._deed(who, text, body.get("attachments") or ()) if kind == "message_created" else edited
        else:
            return None
        if deed is None or who.get("is_bot") or recipient.get("chat_type", "dialog") != "dialog":
            return None
        chat = str(who["user_id"])
        if recipient.get("chat_id") is not None:
            self._dialogs[chat] = int(recipient["chat_id"])
            self._dialogs.move_to_end(chat)
            while len(self._dialogs) > REMEMBERED:
                self._dialogs.popitem(last=False)
        at = datetime.fromtimestamp(stamp / 1000, UTC)
        return Arrival(id=own, chat=chat, at=at, deed=deed, order=stamp, settle_s=SETTLE_S, language=language)

    def _deed(self, who: Mapping[str, Any], text: str, attached: Sequence[Mapping[str, Any]]) -> Deed:
        if not attached:
            command = text.strip()
            if command == "/start":
                return Began()
            if command.startswith("/") and command[1:].replace("_", "").isalnum():
                return Pressed(payload=command, title=command)
            return Wrote(text) if text.strip() else Sent("other")
        kind, content = attached[0]["type"], attached[0].get("payload") or {}
        if kind == "audio":
            return Spoke(str(content["url"]))
        if kind == "contact":
            return self._contact(who, content)
        if kind == "location":
            place = attached[0]
            return Sent("location", name=f"{place.get('latitude')}, {place.get('longitude')}", caption=text)
        name = str(attached[0].get("filename", ""))
        return Sent(_KINDS.get(kind, "other"), media=str(content.get("url", "")), name=name, caption=text)

    def _contact(self, who: Mapping[str, Any], content: Mapping[str, Any]) -> Deed:
        """Theirs where MAX has signed it with our token, and names them in it."""
        card = str(content.get("vcf_info") or "")
        found = _PHONE.search(card)
        if found is None:
            return Sent("contact")
        signed = hmac.new(self._token.encode(), card.encode(), sha256).hexdigest()
        ours = hmac.compare_digest(str(content.get("hash") or "").lower().encode(), signed.encode())
        own = ours and (content.get("max_info") or {}).get("user_id") == who["user_id"]
        return Contact("+" + "".join(char for char in found.group(1) if char.isdecimal()), own=own)

    async def _decline(self, chat: int, language: Language) -> None:
        await self._ask("POST", "/messages", params={"chat_id": chat}, json={"text": PRIVATE[language]})
        await self._ask("DELETE", f"/chats/{chat}/members/me")

    # out

    def link(self, token: str) -> str:
        return f"https://max.ru/{self._username}?start={token}" if self._username else ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        return 0 < len(choices) <= MAX_BUTTONS and all(choice.title.strip() for choice in choices)

    def refuses(self, file: Enclosure) -> Both | None:
        return larger(file, IMAGE if file.type in IMAGES else FILE)

    async def send(self, chat: str, part: Part) -> None:
        """Without `format`: no word of anybody's becomes markup."""
        body: dict[str, Any] = {"text": part.text}
        rows = _rows(part)
        if rows:
            body["attachments"] = [{"type": "inline_keyboard", "payload": {"buttons": rows}}]
        if part.files:
            body = {"text": "", "attachments": [await self._uploaded(file, part.key) for file in part.files]}
        params = {"user_id": chat, "disable_link_preview": "true"}
        for left in reversed(range(READY_TRIES if part.files else 1)):
            try:
                answer = await self._http.post("/messages", params=params, json=body)
            except httpx.HTTPError as error:  # where no answer came it may arrive twice
                raise Undelivered(type(error).__name__) from None
            if not left or _code(answer) != NOT_READY:
                break
            await asyncio.sleep(READY_S)
        if answer.status_code != 200:
            raise _undelivered(answer)
        self._uploads.pop(part.key, None)

    async def _uploaded(self, file: Enclosure, key: str) -> dict[str, Any]:
        """POST /uploads names a server, which takes the file and names a token; once for each part."""
        if key in self._uploads:
            return self._uploads[key]
        kind = "image" if file.type in IMAGES else "file"
        try:
            place = await self._http.post("/uploads", params={"type": kind})
            if place.status_code != 200:
                raise _undelivered(place)
            async with httpx.AsyncClient(timeout=UPLOAD_S) as bare:  # no token of ours to whatever server that is
                taken = await bare.post(place.json()["url"], files={"data": (file.name, file.content, file.type)})
            if taken.status_code != 200:
                raise Unfit(f"HTTP {taken.status_code}", retry_after=None)
            told = taken.json()
            token = next(iter(told["photos"].values()))["token"] if kind == "image" else told["token"]
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Undelivered(type(error).__name__) from None
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
            raise Unfit(type(error).__name__, retry_after=None) from None
        self._uploads[key] = {"type": kind, "payload": {"token": token}}
        while len(self._uploads) > UPLOADS:
            self._uploads.popitem(last=False)
        return self._uploads[key]

    async def typing(self, chat: str) -> None:
        dialog = self._dialogs.get(chat)
        if dialog is not None:
            await self._ask("POST", f"/chats/{dialog}/actions", json={"action": "typing_on"})

    async def fetch(self, media: str) -> bytes:
        """media: an address that an update named, which only MAX can post. The token isn't sent there."""
        return await download(media, self._http.timeout)

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Raises Refused where the token is wrong, OSError."""
        try:
            answer = await self._http.request(method, path, **more)
            if answer.status_code == 401:
                raise Refused(
                    said("it does not take the token", "не принимает токен"),
                    said(
                        "Take it from business.max.ru, Chat bots > Settings; set GOVORUN_MAX_TOKEN",
                        "Возьмите его на business.max.ru, Чат-боты > Настройки; задайте GOVORUN_MAX_TOKEN",
                    ),
                )
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OSError(type(error).__name__) from None
        return found if isinstance(found, dict) else {}


def _code(answer: httpx.Response) -> str:
    try:
        told = answer.json()
    except ValueError:
        return ""
    return str(told.get("code", "")) if isinstance(told, dict) else ""


def _undelivered(answer: httpx.Response) -> Undelivered:
    code = _code(answer)
    wait = answer.headers.get("retry-after", "")
    status = answer.status_code
    if status == 429:
        return Undelivered("429", retry_after=float(wait) if wait.isdecimal() else 1.0, told=True)
    if status == 401:
        return Undelivered("its token is no longer taken", retry_after=60.0, told=True)
    if status in (403, 404) or code in ("chat.denied", "dialog.not.found", "user.not.found"):
        return Blocked()
    return Undelivered(f"HTTP {status} {code}".strip(), retry_after=1.0 if status >= 500 else None)


def _rows(part: Part) -> list[list[dict[str, str]]]:
    if part.wants_phone:
        return [[{"type": "request_contact", "text": SHARE[part.language]}]]
    if not part.choices:
        return []
    longest = max(len(choice.title) for choice in part.choices)
    wide = 3 if longest <= 10 or len(part.choices) > 30 else 2 if longest <= 18 else 1
    buttons = [
        {"type": "callback", "text": clipped(choice.title, TITLE), "payload": payload}
        for choice, payload in zip(part.choices, part.payloads, strict=True)
    ]
    return [buttons[at : at + wide] for at in range(0, len(buttons), wide)]


def _title(message: Mapping[str, Any], payload: str) -> str:
    """Of the button that was pressed, as it stands under the message."""
    for each in (message.get("body") or {}).get("attachments") or ():
        for row in (each.get("payload") or {}).get("buttons") or ():
            for button in row:
                if button.get("payload") == payload:
                    return str(button.get("text", ""))
    return ""


def _language(locale: object) -> Language | None:
    code = str(locale or "")[:2]
    return "ru" if code == "ru" else "en" if code == "en" else None
