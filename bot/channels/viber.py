"""Viber's REST Bot API (developers.viber.com/docs/api/rest-bot-api) over the HTTP client that we have: their own
library for Python blocks while it waits."""

from __future__ import annotations

import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from html import escape
from typing import Any, Literal
from urllib.parse import quote

import httpx

from bot.channels.markup import plain
from bot.channels.media import download
from bot.channels.messenger import (
    Arrival,
    Began,
    Contact,
    Deed,
    Enclosure,
    Hook,
    Limits,
    Part,
    Post,
    Pressed,
    Receipt,
    Refused,
    Sent,
    Spoke,
    Stopped,
    Unfit,
    Wrote,
    larger,
)
from bot.channels.rest import payload
from bot.channels.splitting import clipped, utf8
from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)

NAME = "viber"
API = "https://chatapi.viber.com"
# A text has 7000 characters, but a request 30 kB with its keyboard (docs/faq): these are safe in any script.
LIMITS = Limits(text=4000, captioned=2000, payload=240, a_second=50, chat_s=0.5)
MAX_ROWS, COLUMNS, TITLE = 12, 6, 60  # of a keyboard (docs/faq, docs/tools/keyboards)
SENDER = 28  # characters of our name
TRACKED = 3000  # bytes; of 4000 characters that come back with the next message
WITH_SHARING = 3  # the API level of buttons that share a number
# creators.viber.com/docs/bots-api/data-models/message: of a picture, of a file, and characters of its name
PICTURE, FILE, NAMED = 1 << 20, 50 << 20, 256
PICTURES = ("image/jpeg", "image/png", "image/gif")
TIMEOUT_S = 20.0
SETTLE_S = 0.15  # posts overtake each other
REMEMBERED = 10_000
# Viber tells no wait, and means one of two: too many a second, or a hundred within an hour to somebody who says nothing
# (creators.viber.com/docs/bots-api/resources/messaging/send-message). So a chat waits twice as long each time.
TOO_MANY_S, TOO_LONG_S = 2.0, 600.0
EVENTS = ("failed", "subscribed", "unsubscribed", "conversation_started")  # besides what people write
BAD_URL, BAD_TOKEN, BAD_DATA, TOO_MANY = 1, 2, 3, 12
GONE = (5, 6, 11)  # not registered, not subscribed, no device that could show it
OURS = (7, 8, 9, 10, 15, 23, 24)  # blocked, suspended, no webhook, nothing paid: the staff can mend it
BEGIN = "/start"
WELCOME = {"ru": "Здравствуйте! Нажмите «Начать» или напишите, что нужно.", "en": "Hello! Press Start, or write to us."}
START = {"ru": "Начать", "en": "Start"}
SHARE = {"ru": "📱 Отправить мой номер", "en": "📱 Share my phone number"}
_SOUNDS = (".aac", ".amr", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav")
_KINDS: Mapping[str, Literal["image", "video", "file", "sticker"]] = {
    "picture": "image",
    "video": "video",
    "file": "file",
    "sticker": "sticker",
}


class Viber:
    """token: of the bot. It is also the key by which Viber signs what it posts."""

    name = NAME
    limits = LIMITS

    def __init__(self, token: str, *, api: str = API, timeout_s: float = TIMEOUT_S) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(
            base_url=f"{api.rstrip('/')}/pa", headers={"X-Viber-Auth-Token": token}, timeout=timeout_s
        )
        self._token = token
        self._uri = ""
        self._title = "Bot"
        self._waits: OrderedDict[str, float] = OrderedDict()  # of chats that get too much, how long the next one is
        self._sent: OrderedDict[str, tuple[str, str]] = OrderedDict()  # key and chat of what Viber took, by its token

    async def open(self, hook: str) -> str:
        about = await self._ask("get_account_info")
        if about.get("status") != 0:
            raise Refused(
                said("it does not take the token", "не принимает токен"),
                said(
                    "Take it from the bot's Edit info in Viber, Your app key; set GOVORUN_VIBER_TOKEN",
                    "Возьмите его в Viber: Редактировать данные бота, ключ приложения; задайте GOVORUN_VIBER_TOKEN",
                ),
            )
        if not hook:
            raise Refused(
                said("it can only post to a public address", "умеет присылать только на публичный адрес"),
                said("Set GOVORUN_PUBLIC_URL=https://…", "Задайте GOVORUN_PUBLIC_URL=https://…"),
            )
        self._uri = str(about.get("uri") or "")
        self._title = str(about.get("name") or self._title)
        wish = {"url": hook, "event_types": EVENTS, "send_name": False, "send_photo": False}
        done = await self._ask("set_webhook", wish)
        if done.get("status") != 0:  # it calls the address at once: behind a proxy that isn't up yet that fails
            raise OSError(f"it does not take the webhook: {done.get('status_message', done.get('status'))}")
        return self._title

    async def close(self) -> None:
        await self._http.aclose()

    # in

    def receive(self, hook: Hook) -> Post:
        signed = hmac.new(self._token.encode(), hook.body, sha256).hexdigest()
        told = hook.headers.get("x-viber-content-signature", "")
        if not hmac.compare_digest(told.lower().encode(), signed.encode()):
            raise NotAllowed(said("this is not from Viber", "это не от Viber"), where="X-Viber-Content-Signature")
        try:
            event = json.loads(hook.body)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            raise Unacceptable(said("this is no callback", "это не уведомление"), where="body")
        try:
            return self._post(event)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            log.warning("a callback of Viber can't be read: %s", type(error).__name__)
            return Post()

    def _post(self, event: Mapping[str, Any]) -> Post:
        kind = event["event"]
        if kind == "failed":
            return self._failed(str(event["message_token"]), str(event.get("desc", "")))
        if kind == "message":
            who, deed = event["sender"], _deed(event["message"])
        elif kind == "conversation_started":
            who, context = event["user"], str(event.get("context") or "")
            if not event.get("subscribed"):
                # They can be written to when they have written; what they came by waits in the button for them.
                return Post(answer=self._welcome(_language(who.get("language")) or "ru", context))
            deed = Began(context)
        elif kind == "subscribed":
            who, deed = event["user"], Began()
        elif kind == "unsubscribed":
            who, deed = {"id": event["user_id"]}, Stopped()
        else:
            return Post()
        stamp = int(event["timestamp"])
        arrival = Arrival(
            id=str(event["message_token"]),
            chat=str(who["id"]),
            at=datetime.fromtimestamp(stamp / 1000, UTC),
            deed=deed,
            order=stamp,
            settle_s=SETTLE_S,
            language=_language(who.get("language")),
        )
        return Post(arrivals=[arrival])

    def _failed(self, token: str, why: str) -> Post:
        """Their app could not show what Viber had taken. Which part it was we know until we are started anew."""
        key, chat = self._sent.pop(token, ("", ""))
        if not key:
            return Post()
        return Post(receipts=[Receipt(key=key, chat=chat, failed=Undelivered(why or "failed", retry_after=None))])

    def _welcome(self, language: Language, link: str) -> str:
        """The one message to somebody who has not written yet: the body of our 200."""
        keys = [{"Columns": COLUMNS, "Rows": 1, "ActionType": "reply", "ActionBody": BEGIN, "Text": START[language]}]
        return json.dumps(
            {
                "sender": {"name": clipped(self._title, SENDER)},
                "type": "text",
                "text": WELCOME[language],
                "tracking_data": json.dumps({"link": link}),
                "keyboard": {"Type": "keyboard", "DefaultHeight": False, "Buttons": keys},
            }
        )

    def polled(self, open_from: Callable[[], float | None]) -> None:
        return None

    # out

    def link(self, token: str) -> str:
        return f"viber://pa?chatURI={quote(self._uri)}&context={token}" if self._uri else ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        titles = {clipped(choice.title, TITLE) for choice in choices}
        rows = -(-len(choices) // _in_a_row(choices)) if choices else 0
        return 0 < rows <= MAX_ROWS and len(titles) == len(choices) and all(title.strip() for title in titles)

    def refuses(self, file: Enclosure) -> Both | None:
        """It fetches them from our address itself."""
        if not file.link.startswith("https://"):
            return Both(
                "Viber fetches files from GOVORUN_PUBLIC_URL, which is not set",
                "Viber сам забирает файлы с GOVORUN_PUBLIC_URL, а он не задан",
            )
        return larger(file, FILE)

    async def send(self, chat: str, part: Part) -> None:
        message: dict[str, Any] = {
            "receiver": chat,
            "min_api_version": WITH_SHARING if part.wants_phone else 1,
            "sender": {"name": clipped(self._title, SENDER)},
            "type": "text",
            "text": plain(part.text),
        }
        if keys := _keys(part):
            message["keyboard"] = {"Type": "keyboard", "DefaultHeight": False, "Buttons": keys}
        tracked = json.dumps({"titles": {p: c.title for c, p in zip(part.choices, part.payloads, strict=True)}})
        if part.choices and utf8(tracked) <= TRACKED:
            message["tracking_data"] = tracked
        for file in part.files:
            if file.type in PICTURES and file.size <= PICTURE:
                message |= {"type": "picture", "text": "", "media": file.link}
            else:
                name = clipped(file.name, NAMED)
                message |= {"type": "file", "media": file.link, "size": file.size, "file_name": name}
        try:
            answer = await self._http.post("/send_message", json=message)
            told = answer.json() if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:  # where no answer came it may arrive twice
            raise Undelivered(type(error).__name__) from None
        if not isinstance(told, dict):
            raise _undelivered(answer.status_code)
        if told.get("status") == BAD_DATA and part.files:  # programs, say: it has a list of what it takes for harmful
            raise Unfit(f"status {BAD_DATA}", retry_after=None)
        if told.get("status") == TOO_MANY:
            wait = self._waits.pop(chat, TOO_MANY_S)
            self._waits[chat] = min(wait * 2, TOO_LONG_S)
            while len(self._waits) > REMEMBERED:
                self._waits.popitem(last=False)
            raise Undelivered("too many", retry_after=wait, told=True)
        if told.get("status") != 0:
            raise _refused(told)
        self._waits.pop(chat, None)
        if part.key:
            self._sent[str(told.get("message_token"))] = part.key, chat
            while len(self._sent) > REMEMBERED:
                self._sent.popitem(last=False)

    async def typing(self, chat: str) -> None:
        """Viber's API can't show it."""

    async def fetch(self, media: str) -> bytes:
        return await download(media, self._http.timeout)

    async def _ask(self, method: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Raises OSError."""
        try:
            answer = await self._http.post(f"/{method}", json=body or {})
            answer.raise_for_status()
            found = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise OSError(type(error).__name__) from None
        if not isinstance(found, dict):
            raise OSError("its answer can't be read")
        if found.get("status") == TOO_MANY:
            raise OSError("too many requests")
        return found


def _deed(message: Mapping[str, Any]) -> Deed:
    kind, text = message["type"], str(message.get("text") or "")
    if kind == "text":
        return _written(text, _tracked(message.get("tracking_data")))
    if kind == "url":
        return Wrote(str(message.get("media") or text))
    media, name = str(message.get("media") or ""), str(message.get("file_name") or "")
    if kind == "file" and name.lower().endswith(_SOUNDS):
        return Spoke(media)  # no bot is given Viber's own voice messages
    if kind == "location":
        place = message["location"]
        return Sent("location", name=f"{place['lat']}, {place['lon']}")
    if kind == "contact":
        digits = "".join(char for char in str(message["contact"].get("phone_number") or "") if char.isdecimal())
        # A number by the button and another's card come alike: it is a number that they told, and no proof.
        return Contact(f"+{digits}", own=False) if digits else Sent("contact")
    return Sent(_KINDS.get(kind, "other"), media=media, name=name, caption=text)


def _written(text: str, tracked: Mapping[str, Any]) -> Deed:
    """A button that is pressed writes its payload; what our last message carried comes back with it."""
    if text == BEGIN:
        return Began(str(tracked.get("link") or ""))
    titles = tracked.get("titles")
    if isinstance(titles, dict) and text in titles:
        return Pressed(payload=text, title=str(titles[text]))
    if payload(text) or (text.startswith("~") and text.count(".") == 2 and " " not in text):
        return Pressed(payload=text)
    return Wrote(text) if text.strip() else Sent("other")


def _tracked(told: object) -> Mapping[str, Any]:
    try:
        found = json.loads(str(told or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _undelivered(status: int) -> Undelivered:
    if status == 429:
        return Undelivered("429", retry_after=TOO_MANY_S, told=True)
    return Undelivered(f"HTTP {status}", retry_after=1.0 if status >= 500 or status == 200 else None)


def _refused(told: Mapping[str, Any]) -> Undelivered:
    """Viber answers 200 and says in `status` what is wrong (docs/api/rest-bot-api/#error-codes)."""
    status = told.get("status")
    if status in GONE:
        return Blocked()
    if status == BAD_TOKEN:
        return Undelivered("its token is no longer taken", retry_after=60.0, told=True)
    if status in OURS:
        return Undelivered(f"status {status}", retry_after=60.0)
    return Undelivered(f"status {status}", retry_after=None)


def _in_a_row(choices: Sequence[Choice]) -> int:
    longest = max(len(choice.title) for choice in choices)
    return 3 if longest <= 8 else 2 if longest <= 16 else 1


def _keys(part: Part) -> list[dict[str, Any]]:
    if part.wants_phone:
        share = {"ActionType": "share-phone", "ActionBody": "phone", "Text": SHARE[part.language]}
        return [{"Columns": COLUMNS, "Rows": 1, **share}]
    if not part.choices:
        return []
    wide = COLUMNS // _in_a_row(part.choices)
    return [
        {
            "Columns": wide,
            "Rows": 1,
            "ActionType": "reply",
            "ActionBody": payload,
            "Text": escape(clipped(choice.title, TITLE), quote=False),  # a title may hold HTML there
        }
        for choice, payload in zip(part.choices, part.payloads, strict=True)
    ]


def _language(code: object) -> Language | None:
    short = str(code or "")[:2]
    return "ru" if short == "ru" else "en" if short == "en" else None
