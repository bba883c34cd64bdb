"""VK's community messages (dev.vk.com/ru/api/bots/overview) over vkbottle's client and keyboards. Events are posted to
us (Callback API), or asked for where nobody can reach us (Bots Long Poll)."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientTimeout
from vkbottle import API as VkApi  # noqa: N811  a class
from vkbottle import AiohttpClient, DocMessagesUploader, Keyboard, PhotoMessageUploader, Text, VKAPIError
from vkbottle.api.response_validator import ABCResponseValidator, VKAPIErrorResponseValidator

from bot.channels.messenger import (
    MAX_MEDIA,
    Arrival,
    Began,
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
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Blocked, Undelivered

log = logging.getLogger(__name__)

NAME = "vk"
API = "https://api.vk.ru"
# 4096 characters a message (914), 20 requests a second with a community's token (dev.vk.com/ru/api/api-requests), a
# button's payload 255 characters of JSON, of which {"o": ""} are eleven; typing shows for ten seconds.
LIMITS = Limits(text=4096, payload=240, a_second=20, chat_s=0.5, typing_s=10.0)
INLINE = 10  # buttons of a keyboard under a message, six rows of them; one in place of the keys has 40 in ten rows
INLINE_ROWS, KEYS, KEY_ROWS = 6, 40, 10
LABEL = 40  # characters
# dev.vk.com/ru/api/upload/photo-in-message and document-in-message: 50 MB a picture, 200 a file.
PHOTO, FILE = 50 << 20, 200 << 20
PHOTOS = ("image/jpeg", "image/png", "image/gif")
TIMEOUT_S = 20.0
POLL_S = 25
SETTLE_S = 0.15  # events are posted side by side
CHATS = 2_000_000_000  # peers from here on are talks of several people
EVENTS = ("message_new", "message_edit", "message_allow", "message_deny")
SECRET = 50  # characters at most
TITLE = "Govorun"  # of the callback server, 14 characters at most
BLOCKED = (900, 901, 902)  # blacklisted, not permitted, closed by privacy settings
TOLD_S = {6: 1.0, 9: 30.0, 29: 300.0}  # too many a second; flood control; a limit of the method
TOKEN_CODES = (5, 27, 28)
NO_RIGHT = 27  # of a method for files: this token may not call it
PASSING = (1, 10)
MEDIA = ("vk.com", "vk.ru", "userapi.com", "vkuseraudio.net", "vkuser.net", "mycdn.me", "okcdn.ru")
# What would become a mention, with a note to whoever it names: [id1|Павел], @id1 (Павел), *club1 (Клуб).
_MENTION = re.compile(r"\[(?=(?:id|club|public|event)\d+[|:])|[@*](?=(?:id|club|public|event)\d)|[@*](?=\w+ ?\()")


class _Json(ABCResponseValidator):
    """vkbottle's own asks again for ever where no JSON comes."""

    async def validate(self, method: str, data: dict[str, Any], response: Any, ctx_api: Any) -> Any:
        try:
            found = json.loads(response) if isinstance(response, str) else response
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise OSError("no JSON")
        return found


class _Http(AiohttpClient):
    """Tells of a 429 how long to wait, and of a 5xx that it is one."""

    async def request_text(self, url: str, method: str = "GET", data: Any = None, **kwargs: Any) -> str:
        async with self.request(url, method, data, **kwargs) as response:
            if response.status == 429:
                wait = response.headers.get("Retry-After", "")
                raise Undelivered("429", retry_after=float(wait) if wait.isdecimal() else 1.0, told=True)
            if response.status >= 500:
                raise OSError(f"HTTP {response.status}")
            return await response.text(encoding="utf-8")


class Vk:
    """token: of a community, with messages, and manage where the Callback API shall be set up by itself. secret,
    confirmation: where it was set up by hand."""

    name = NAME
    limits = LIMITS

    def __init__(
        self,
        token: str,
        *,
        secret: str = "",
        confirmation: str = "",
        api: str = API,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        logging.getLogger("vkbottle").setLevel(logging.WARNING)  # it would log what people say
        self._http = _Http(timeout=ClientTimeout(total=timeout_s))
        self._client = VkApi(token, http_client=self._http)
        self._client.API_URL = f"{api.rstrip('/')}/method/"
        self._client.response_validators = [_Json(), VKAPIErrorResponseValidator()]
        self._api = api
        self._by_hand = bool(secret)
        self.secret = secret or hmac.new(token.encode(), b"govorun webhook", sha256).hexdigest()[:SECRET]
        self._confirmation = confirmation
        self._group = 0
        self._poll: dict[str, Any] | None = None  # server, key and ts of the long poll

    async def open(self, hook: str) -> str:
        found = await self._ask("groups.getById")
        group = (found["groups"] if isinstance(found, dict) else found)[0]
        self._group = int(group["id"])
        if hook and not self._by_hand:
            await self._set_up(hook)
        elif not hook:
            settings = dict.fromkeys(EVENTS, 1)
            await self._manage("groups.setLongPollSettings", enabled=1, api_version=VkApi.API_VERSION, **settings)
        return str(group.get("screen_name") or group["name"])

    async def _set_up(self, hook: str) -> None:
        """Our server in the community's Callback API; VK asks for the confirmation string at once."""
        self._confirmation = (await self._manage("groups.getCallbackConfirmationCode"))["code"]
        servers = (await self._manage("groups.getCallbackServers"))["items"]
        ours = next((each["id"] for each in servers if each["url"] == hook), None)
        told = {"url": hook, "title": TITLE, "secret_key": self.secret}
        if ours is None:
            ours = (await self._manage("groups.addCallbackServer", **told))["server_id"]
        else:
            await self._manage("groups.editCallbackServer", server_id=ours, **told)
        events = dict.fromkeys(EVENTS, 1)
        await self._manage("groups.setCallbackSettings", server_id=ours, api_version=VkApi.API_VERSION, **events)

    async def _manage(self, method: str, **data: Any) -> Any:
        try:
            return await self._ask(method, group_id=self._group, **data)
        except VKAPIError as error:
            raise Refused(
                said(f"its token may not do {method} ({error.code})", f"токену нельзя {method} ({error.code})"),
                said(
                    "Make the token anew with the right to manage the community, or set the Callback API up by hand: "
                    "GOVORUN_VK_SECRET and GOVORUN_VK_CONFIRMATION",
                    "Создайте токен заново с правом управления сообществом или настройте Callback API сами: "
                    "GOVORUN_VK_SECRET и GOVORUN_VK_CONFIRMATION",
                ),
            ) from None

    async def close(self) -> None:
        await self._http.close()

    # in

    def receive(self, hook: Hook) -> Post:
        try:
            event = json.loads(hook.body)
        except (ValueError, RecursionError):  # nobody has proved yet to be VK
            event = None
        if not isinstance(event, dict):
            raise Unacceptable(said("this is no event", "это не событие"), where="body")
        # The question for the confirmation comes without the secret at times; the string is no secret of ours.
        if event.get("type") == "confirmation" and self._confirmation and event.get("group_id") == self._group:
            return Post(answer=self._confirmation)
        if not hmac.compare_digest(str(event.get("secret", "")).encode(errors="replace"), self.secret.encode()):
            raise NotAllowed(said("this is not from VK", "это не от VK"), where="secret")
        return Post(arrivals=self._arrivals([event]), answer="ok")

    def polled(self, open_from: Callable[[], float | None]) -> AsyncIterator[Post]:
        return self._polled()

    async def _polled(self) -> AsyncIterator[Post]:
        """The long poll forgets what it handed over: a post is in our memory alone until it is taken."""
        while True:
            if self._poll is None:
                self._poll = await self._manage("groups.getLongPollServer")
            server = self._poll
            asked = {"act": "a_check", "key": server["key"], "ts": server["ts"], "wait": POLL_S}
            try:
                timeout = ClientTimeout(total=POLL_S + TIMEOUT_S)
                answer = json.loads(await self._http.request_text(server["server"], params=asked, timeout=timeout))
            except (ClientError, TimeoutError, ValueError, Undelivered) as error:
                raise OSError(type(error).__name__) from None
            if answer.get("failed") in (2, 3):  # the key is old, or all that it knew is lost
                self._poll = None
                continue
            server["ts"] = answer["ts"]
            if updates := answer.get("updates"):
                yield Post(arrivals=self._arrivals(updates))
            else:
                await asyncio.sleep(SETTLE_S)

    def _arrivals(self, events: Sequence[Mapping[str, Any]]) -> list[Arrival]:
        found: list[Arrival] = []
        for event in events:
            try:
                one = self._arrival(event)
            except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
                log.warning("an event of VK can't be read: %s", type(error).__name__)
                continue
            if one is not None:
                found.append(one)
        return found

    def _arrival(self, event: Mapping[str, Any]) -> Arrival | None:
        kind, about = event["type"], event["object"]
        own = str(event["event_id"])
        if kind == "message_deny":
            return Arrival(id=own, chat=str(about["user_id"]), at=datetime.now(UTC), deed=Stopped())
        if kind not in ("message_new", "message_edit"):
            return None
        message = about.get("message", about)
        if message["from_id"] <= 0 or message["peer_id"] >= CHATS:
            return None  # a community, or a talk of several people
        deed = _edited(message) if kind == "message_edit" else _deed(message)
        if deed is None:
            return None
        return Arrival(
            id=own,
            chat=str(message["peer_id"]),
            at=datetime.fromtimestamp(message["date"], UTC),
            deed=deed,
            order=message["conversation_message_id"],
            settle_s=SETTLE_S,
        )

    # out

    def link(self, token: str) -> str:
        return f"https://vk.me/club{self._group}?ref={token}" if self._group else ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        titles = [clipped(choice.title, LABEL) for choice in choices]
        return 0 < len(choices) <= KEYS and len(set(titles)) == len(titles) and all(titles)

    def refuses(self, file: Enclosure) -> Both | None:
        return larger(file, PHOTO if file.type in PHOTOS else FILE)

    async def send(self, chat: str, part: Part) -> None:
        """random_id is of the part, so that VK drops what it has already."""
        data: dict[str, Any] = {
            "peer_id": int(chat),
            "message": plain(part.text),
            "random_id": int.from_bytes(sha256(part.key.encode()).digest()[:4], "big") & 0x7FFFFFFF or 1,
            "disable_mentions": 1,
            "dont_parse_links": 1,
        }
        if part.choices:
            data["keyboard"] = _keyboard(part)
        if part.files:
            data["attachment"] = ",".join([await self._uploaded(int(chat), file) for file in part.files])
            data["message"] = ""
        try:
            await self._client.request("messages.send", data)
        except VKAPIError as error:
            raise _undelivered(error.code) from None
        except (ClientError, OSError, TimeoutError) as error:
            raise Undelivered(type(error).__name__) from None

    async def _uploaded(self, peer: int, file: Enclosure) -> str:
        """Its name in messages.send: a server is asked for, the file brought there, and what that says is saved."""
        try:
            if file.type in PHOTOS:
                photos = PhotoMessageUploader(self._client, attachment_name=file.name)
                return await photos.upload(file.content, peer_id=peer)
            return await DocMessagesUploader(self._client).upload(file.content, peer_id=peer, title=file.name)
        except VKAPIError as error:
            if error.code in (*PASSING, *TOLD_S, *TOKEN_CODES) and error.code != NO_RIGHT:
                raise _undelivered(error.code) from None
            # A kind that VK forbids (programs, MP3), or a token without the right to photos or documents.
            raise Unfit(f"VK {error.code}", retry_after=None) from None
        except (KeyError, IndexError, TypeError, ValueError) as error:  # its server says {"error": "…"} of some
            raise Unfit(type(error).__name__, retry_after=None) from None
        except (ClientError, OSError, TimeoutError) as error:
            raise Undelivered(type(error).__name__) from None

    async def typing(self, chat: str) -> None:
        try:
            await self._ask("messages.setActivity", peer_id=int(chat), type="typing")
        except VKAPIError as error:
            raise OSError(str(error.code)) from None

    async def fetch(self, media: str) -> bytes:
        """media: an address, of VK's own servers alone."""
        try:
            place, own = urlsplit(media), urlsplit(self._api)
        except ValueError:
            raise OSError("no address") from None
        known = place.scheme == "https" and any(f".{place.hostname}".endswith(f".{each}") for each in MEDIA)
        if not known and (place.scheme, place.netloc) != (own.scheme, own.netloc):
            raise OSError("not a server of VK")
        try:
            async with self._http.request(media) as response:
                sound = await response.content.read(MAX_MEDIA + 1)
                while len(sound) <= MAX_MEDIA and (more := await response.content.read(MAX_MEDIA)):
                    sound += more
        except (ClientError, TimeoutError) as error:
            raise OSError(type(error).__name__) from None
        if response.status != 200 or len(sound) > MAX_MEDIA:
            raise OSError(f"HTTP {response.status}")
        return sound

    async def _ask(self, method: str, **data: Any) -> Any:
        """Raises Refused where the token is wrong, OSError where it may work later, VKAPIError on other refusals."""
        try:
            return (await self._client.request(method, data))["response"]
        except VKAPIError as error:
            if error.code in PASSING or error.code in TOLD_S:
                raise OSError(str(error.code)) from None
            if error.code not in TOKEN_CODES:
                raise
            raise Refused(
                said("it does not take the token", "не принимает токен"),
                said(
                    "Make one in the community: Manage > API usage > Access tokens; set GOVORUN_VK_TOKEN",
                    "Создайте его в сообществе: Управление > Работа с API > Ключи доступа; задайте GOVORUN_VK_TOKEN",
                ),
            ) from None
        except (ClientError, TimeoutError, Undelivered) as error:
            raise OSError(type(error).__name__) from None


def plain(text: str) -> str:
    """With a word joiner, which nobody sees, where a mention would begin."""
    return _MENTION.sub(lambda found: f"{found.group()}\u2060", text)


def _deed(message: Mapping[str, Any]) -> Deed | None:
    text = message.get("text", "")
    try:
        payload = json.loads(message.get("payload") or "{}")
    except ValueError:
        payload = {}
    payload = payload if isinstance(payload, dict) else {}
    if message.get("ref") or payload.get("command") == "start":
        return Began(str(message.get("ref", "")))
    if option := payload.get("o"):
        return Pressed(payload=str(option), title=text)
    attached = message.get("attachments") or ()
    if not attached:
        if "geo" in message:
            place = message["geo"].get("coordinates", {})
            return Sent("location", name=f"{place.get('latitude')}, {place.get('longitude')}", caption=text)
        return Wrote(text) if text.strip() else Sent("other")
    kind = attached[0]["type"]
    content = attached[0].get(kind, {})
    if kind == "audio_message":
        return Spoke(content.get("link_ogg") or content["link_mp3"])
    if kind == "photo":
        sizes = content.get("sizes") or [{}]
        return Sent("image", media=max(sizes, key=lambda each: each.get("width", 0)).get("url", ""), caption=text)
    if kind == "doc":
        return Sent("file", media=content.get("url", ""), name=content.get("title", ""), caption=text)
    kinds = {"video": "video", "sticker": "sticker", "audio": "file"}
    return Sent(kinds.get(kind, "other"), caption=text)  # type: ignore[arg-type]


def _edited(message: Mapping[str, Any]) -> Deed | None:
    return Edited(message["text"]) if message.get("text") else None


def _undelivered(code: int) -> Undelivered:
    if code in BLOCKED:
        return Blocked()
    if code in TOLD_S:
        return Undelivered(str(code), retry_after=TOLD_S[code], told=True)
    if code in TOKEN_CODES:
        return Undelivered("its token is no longer taken", retry_after=60.0, told=True)
    return Undelivered(str(code), retry_after=1.0 if code in PASSING else None)


def _keyboard(part: Part) -> str:
    """Under the message where there is room, else in place of the keys."""
    count = len(part.choices)
    inline = count <= INLINE
    wide = -(-count // (INLINE_ROWS if inline else KEY_ROWS))
    if max(len(choice.title) for choice in part.choices) <= 14:
        wide = max(wide, 2)
    keyboard = Keyboard(one_time=not inline, inline=inline)
    for number, (choice, payload) in enumerate(zip(part.choices, part.payloads, strict=True)):
        if number % wide == 0:
            keyboard.row()
        keyboard.add(Text(clipped(choice.title, LABEL), payload=json.dumps({"o": payload}, ensure_ascii=False)))
    return keyboard.get_json()
