"""WhatsApp Cloud API (developers.facebook.com/docs/whatsapp/cloud-api) over pywa: its client, its errors and its check
of signatures. Webhooks are read here: pywa reads the first message of a post alone, and Meta puts several into one."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
from pywa.errors import WhatsAppError
from pywa.types.callback import Button, Section, SectionList, SectionRow
from pywa.utils import webhook_updates_validator
from pywa_async.client import WhatsApp as Client

from bot.channels.markup import plain
from bot.channels.messenger import (
    MAX_MEDIA,
    Arrival,
    Enclosure,
    Hook,
    Limits,
    Part,
    Post,
    Receipt,
    Refused,
    Unfit,
    larger,
)
from bot.channels.splitting import clipped
from bot.channels.whatsapp_notifications import BEGIN, OUTSIDE_WINDOW, Outside, read, undelivered
from bot.channels.whatsapp_notifications import deed as deed_of
from bot.channels.whatsapp_notifications import receipts as receipts_of
from bot.dialogue.actions import Choice
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Identity, Proven, Undelivered

log = logging.getLogger(__name__)

NAME = "whatsapp"
API = "https://graph.facebook.com"
VERSION = 25.0  # of the Graph API
# A text has 4096 characters, one above buttons 1024, an id of a button 256 (reference/messages#interactive-object). 80
# messages a second (overview#throughput); a burst of 45 to one user, else one in six seconds (131056).
LIMITS = Limits(text=4096, captioned=1024, payload=200, a_second=80, chat_s=0.5, typing_s=20.0)
MAX_REPLIES, REPLY = 3, 20  # reply buttons, and characters of one
MAX_ROWS, ROW, MORE = 10, 24, 72  # rows of a list, characters of a title, of the words under it
CHOOSE = {"ru": "Выбрать", "en": "Choose"}
TIMEOUT_S = 20.0
SETTLE_S = 0.15  # posts overtake each other; their times are whole seconds
REMEMBERED = 10_000
# #supported-media-types: bytes of a picture, and what else can be enclosed, up to 100 MB.
PICTURE, DOCUMENT = 5 << 20, 100 << 20
PICTURES = ("image/jpeg", "image/png")
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENTS = (
    "text/plain",
    "application/pdf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    f"{_OFFICE}.wordprocessingml.document",
    f"{_OFFICE}.spreadsheetml.sheet",
    f"{_OFFICE}.presentationml.presentation",
)
MEDIA_CODES = (131052, 131053)  # it could not be fetched or uploaded
UPLOAD_S = 50.0
PARAMETER = 900  # characters; a template's body has 1024 with its own words
SAID = 1_000  # parts that are remembered in case that they came too late


class WhatsApp:
    """token: of a system user. phone_id: of the number, not the number. app_secret: signs what comes. verify_token: of
    our own, entered beside the webhook's address. template: approved at Meta, of one parameter, by which what is said
    later than 24 hours after they wrote reaches them: "name" or "name:ru,en_US"."""

    name = NAME
    limits = LIMITS

    def __init__(
        self,
        token: str,
        phone_id: str,
        app_secret: str,
        verify_token: str,
        *,
        template: str = "",
        api: str = API,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        for each in ("pywa", "pywa_async", "httpx"):
            logging.getLogger(each).setLevel(logging.ERROR)  # they would log what people say
        session = httpx.AsyncClient(timeout=timeout_s)
        self._client = Client(phone_id=phone_id, token=token, session=session, validate_updates=False)
        session.base_url = httpx.URL(f"{api.rstrip('/')}/v{VERSION}")
        self._session = session
        self._phone_id = phone_id
        self._number = ""  # of ours, as links name it
        self._secret = app_secret
        self._verify = verify_token
        self._template, _, spoken = template.partition(":")
        self._spoken = [each.strip() for each in (spoken or "ru,en").split(",") if each.strip()] or ["ru"]
        self._said: OrderedDict[str, Part] = OrderedDict()  # by key, for the template
        self._by_now: OrderedDict[str, None] = OrderedDict()  # keys of those that went by it: Meta tells things twice
        self._last: OrderedDict[str, str] = OrderedDict()  # what each chat wrote last: typing is shown under it

    async def open(self, hook: str) -> str:
        try:
            answer = await self._session.get(f"/{self._phone_id}", params={"fields": "display_phone_number"})
        except httpx.HTTPError as error:
            raise OSError(type(error).__name__) from None
        if answer.status_code in (400, 401, 403, 404):
            raise Refused(
                said("it does not take the token or the number's id", "не принимает токен или id номера"),
                said(
                    "Take both from Meta's App Dashboard, WhatsApp > API Setup: GOVORUN_WHATSAPP_TOKEN (of a system "
                    "user, so that it doesn't end), GOVORUN_WHATSAPP_PHONE_ID",
                    "Возьмите оба в App Dashboard у Meta, WhatsApp > API Setup: GOVORUN_WHATSAPP_TOKEN (системного "
                    "пользователя, чтобы не кончался), GOVORUN_WHATSAPP_PHONE_ID",
                ),
            )
        if answer.status_code != 200:
            raise OSError(f"HTTP {answer.status_code}")
        if not hook:
            raise Refused(
                said("it can only post to a public address", "умеет присылать только на публичный адрес"),
                said(
                    "Set GOVORUN_PUBLIC_URL=https://… and enter it in the App Dashboard",
                    "Задайте GOVORUN_PUBLIC_URL=https://… и впишите его в App Dashboard",
                ),
            )
        shown = str(answer.json().get("display_phone_number", ""))
        self._number = "".join(char for char in shown if char.isdecimal())
        return shown or self._phone_id

    async def close(self) -> None:
        await self._session.aclose()

    # in

    def receive(self, hook: Hook) -> Post:
        if hook.method == "GET":
            return self._verified(hook.query)
        told = hook.headers.get("x-hub-signature-256", "")
        if not told.isascii() or not webhook_updates_validator(self._secret, hook.body, told):
            raise NotAllowed(said("this is not from WhatsApp", "это не от WhatsApp"), where="X-Hub-Signature-256")
        try:
            post = json.loads(hook.body)
            values = [change["value"] for entry in post["entry"] for change in entry["changes"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Unacceptable(said("this is no notification", "это не уведомление"), where="body") from None
        arrivals: list[Arrival] = []
        receipts: list[Receipt] = []
        for value in values:
            if not isinstance(value, dict) or not isinstance(value.get("metadata", {}), dict):
                continue
            if str(value.get("metadata", {}).get("phone_number_id", self._phone_id)) != self._phone_id:
                continue  # of another number of the same business
            arrivals += read(self._arrivals, value.get("messages", ()))
            receipts += read(receipts_of, value.get("statuses", ()))
        for each in arrivals:
            self._last[each.chat] = each.id
            self._last.move_to_end(each.chat)
        while len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        chores: list[Callable[[], Awaitable[object]]] = []
        for late in [each for each in receipts if isinstance(each.failed, Outside)]:
            part = self._said.pop(late.key, None)
            if part is not None:
                chores.append(partial(self._late, late.chat, part))
                self._by_now[late.key] = None
            if late.key in self._by_now:
                receipts.remove(late)
        while len(self._by_now) > SAID:
            self._by_now.popitem(last=False)
        return Post(arrivals=arrivals, receipts=receipts, chores=chores)

    def _verified(self, query: Mapping[str, str]) -> Post:
        """Meta asks once, when the address is entered."""
        told = query.get("hub.verify_token", "")
        if not hmac.compare_digest(told.encode(), self._verify.encode()):
            raise NotAllowed(
                said("the verify token is another one", "проверочный токен не тот"),
                where="hub.verify_token",
                fix=said("Enter GOVORUN_WHATSAPP_VERIFY_TOKEN there", "Впишите туда GOVORUN_WHATSAPP_VERIFY_TOKEN"),
            )
        return Post(answer=query.get("hub.challenge", ""))

    def _arrivals(self, message: Mapping[str, Any]) -> Iterator[Arrival]:
        if "group_id" in message:
            return
        number = message.get("from", "")
        chat = str(number or message["from_user_id"])
        deed = deed_of(message)
        if deed is None:
            return
        at = datetime.fromtimestamp(int(message["timestamp"]), UTC)
        phone = Proven(identity=Identity(kind="phone", value=f"+{number}"), proof="messenger")
        yield Arrival(
            id=str(message["id"]),
            chat=chat,
            at=at,
            deed=deed,
            order=at.timestamp(),
            settle_s=SETTLE_S,
            proven=(phone,) if str(number).isdecimal() else (),
        )

    def polled(self, open_from: Callable[[], float | None]) -> None:
        return None

    # out

    def link(self, token: str) -> str:
        """wa.me (faq.whatsapp.com/5913398998672934) opens the chat with these words written already; they send them."""
        return f"https://wa.me/{self._number}?text={BEGIN}%20{token}" if self._number else ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        titles = [clipped(choice.title, ROW) for choice in choices]
        return 0 < len(choices) <= MAX_ROWS and len(set(titles)) == len(titles) and all(titles)

    def refuses(self, file: Enclosure) -> Both | None:
        if file.type in PICTURES:
            return larger(file, PICTURE)
        if file.type not in DOCUMENTS:
            return Both("WhatsApp takes no files of this kind", "WhatsApp не берёт файлы такого вида")
        return larger(file, DOCUMENT)

    async def send(self, chat: str, part: Part) -> None:
        try:
            for file in part.files:
                async with asyncio.timeout(UPLOAD_S):
                    await self._enclose(chat, file, part.key)
            self._remember(part)  # before: a status may overtake the answer
            if not part.files:
                await self._client.send_message(
                    to=chat,
                    text=plain(part.text),
                    buttons=_buttons(part) if part.choices else None,
                    tracker=part.key or None,
                )
        except WhatsAppError as error:
            if error.code == OUTSIDE_WINDOW and self._reaches(part):
                await self._by_template(chat, part)
                return
            if part.files and error.code in MEDIA_CODES:
                raise Unfit(str(error.code), retry_after=None) from None
            raise undelivered(error) from None
        except (httpx.HTTPError, OSError, TimeoutError) as error:  # if it has it, a status says so before it goes again
            raise Undelivered(type(error).__name__, retry_after=5.0 if _sent(error) else 1.0) from None
        except (KeyError, TypeError, IndexError, ValueError):
            log.warning("WhatsApp took a message and answered as nobody expects")

    # later than 24 hours

    def _reaches(self, part: Part) -> bool:
        return bool(self._template) and not part.files and len(_line(part.text)) <= PARAMETER

    def _remember(self, part: Part) -> None:
        """Mostly it is a status, some seconds later, that says it was too late."""
        if part.key and self._reaches(part):
            self._said[part.key] = part
            while len(self._said) > SAID:
                self._said.popitem(last=False)

    async def _late(self, chat: str, part: Part) -> Receipt | None:
        try:
            await self._by_template(chat, part)
        except Undelivered as error:
            return Receipt(key=part.key, chat=chat, failed=error)
        return None

    async def _by_template(self, chat: str, part: Part) -> None:
        """…/cloud-api/guides/send-message-templates. What can be chosen is asked again when they answer. Raises
        Undelivered, Blocked."""
        spoken = next((each for each in self._spoken if each.startswith(part.language)), self._spoken[0])
        parameters = [{"type": "text", "text": _line(part.text)}]
        message = {
            "messaging_product": "whatsapp",
            "to": chat,
            "type": "template",
            "template": {
                "name": self._template,
                "language": {"code": spoken},
                "components": [{"type": "body", "parameters": parameters}],
            },
            "biz_opaque_callback_data": part.key,
        }
        try:
            answer = await self._session.post(f"/{self._phone_id}/messages", json=message)
            told = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise Undelivered(type(error).__name__) from None
        if answer.status_code != 200:
            why = undelivered(WhatsAppError.from_dict(told["error"], answer)) if "error" in told else None
            log.warning("WhatsApp does not take the template: HTTP %s, %s", answer.status_code, why)
            raise why or Undelivered(f"HTTP {answer.status_code}")

    async def _enclose(self, chat: str, file: Enclosure, key: str) -> None:
        """Uploaded first, for thirty days, and sent by its id."""
        more: dict[str, Any] = {"to": chat, "mime_type": file.type, "tracker": key or None}
        if file.type in PICTURES:
            await self._client.send_image(image=file.content, **more)
        else:
            await self._client.send_document(document=file.content, filename=file.name, **more)

    async def typing(self, chat: str) -> None:
        message = self._last.get(chat)
        if message is None:
            return
        try:
            await self._client.indicate_typing(message)
        except (WhatsAppError, httpx.HTTPError) as error:
            raise OSError(type(error).__name__) from None

    async def fetch(self, media: str) -> bytes:
        try:
            found = await self._client.get_media_url(media)
            if int(found.file_size or 0) > MAX_MEDIA:
                raise OSError("too large")
            return await self._client.get_media_bytes(found.url)
        except (WhatsAppError, httpx.HTTPError, httpx.InvalidURL, KeyError, TypeError, ValueError) as error:
            raise OSError(type(error).__name__) from None


def _line(text: str) -> str:
    """As a parameter may be: without line ends, tabs and four blanks in a row."""
    return " ".join(plain(text).split())


def _sent(error: Exception) -> bool:
    return isinstance(error, httpx.ReadTimeout | httpx.ReadError | httpx.RemoteProtocolError)


def _buttons(part: Part) -> list[Button] | SectionList:
    pairs = list(zip(part.choices, part.payloads, strict=True))
    if len(pairs) <= MAX_REPLIES and all(len(choice.title) <= REPLY for choice, _ in pairs):
        return [Button(title=choice.title, callback_data=payload) for choice, payload in pairs]
    rows = [
        SectionRow(
            title=clipped(choice.title, ROW),
            callback_data=payload,
            description=clipped(choice.title, MORE) if len(choice.title) > ROW else None,
        )
        for choice, payload in pairs
    ]
    choose = CHOOSE[part.language]
    return SectionList(button_title=choose, sections=[Section(title=choose, rows=rows)])
