"""WhatsApp Cloud API (developers.facebook.com/docs/whatsapp/cloud-api) over pywa: its client, its errors and its check
of signatures. Webhooks are read here: pywa reads the first message of a post alone, and Meta puts several into one."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
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
    Receipt,
    Refused,
    Sent,
    Spoke,
    Unfit,
    Wrote,
    larger,
)
from bot.channels.splitting import clipped
from bot.dialogue.actions import Choice
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Blocked, Identity, Proven, Undelivered

log = logging.getLogger(__name__)

NAME = "whatsapp"
API = "https://graph.facebook.com"
VERSION = 25.0  # of the Graph API
# A text has 4096 characters, one above buttons 1024, an id of a button 256 (reference/messages#interactive-object). 80
# messages a second (overview#throughput); a burst of 45 to one user, else one in six seconds (131056).
LIMITS = Limits(text=4096, captioned=1024, payload=200, a_second=80, chat_s=0.5, typing_s=20.0)
MAX_REPLIES, REPLY = 3, 20  # reply buttons, and characters of one
MAX_ROWS, ROW, MORE = 10, 24, 72  # rows of a list, characters of a title, of the words under it
BEGIN = "/start"
CHOOSE = {"ru": "Выбрать", "en": "Choose"}
TIMEOUT_S = 20.0
SETTLE_S = 0.15  # posts overtake each other; their times are whole seconds
REMEMBERED = 10_000
TOLD_S = {4: 60.0, 80007: 60.0, 130429: 5.0, 131048: 3600.0, 131056: 6.0}  # codes of "too many", and how long to wait
TOKEN_CODES = (0, 3, 10, 190, 200)
PASSING = (1, 2, 131000, 131016, 131057)  # of their own trouble
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
OURS = (368, 131005, 131031, 131037, 131042, 131045)  # locked, not paid, not registered: the staff can mend it
OUTSIDE_WINDOW = 131047  # more than 24 hours after they wrote last: templates alone would reach them
UNDELIVERABLE = (131021, 131026)


class WhatsApp:
    """token: of a system user. phone_id: of the number, not the number. app_secret: signs what comes. verify_token: of
    our own, entered beside the webhook's address."""

    name = NAME
    limits = LIMITS

    def __init__(
        self,
        token: str,
        phone_id: str,
        app_secret: str,
        verify_token: str,
        *,
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
            arrivals += _read(self._arrivals, value.get("messages", ()))
            receipts += _read(_receipts, value.get("statuses", ()))
        for each in arrivals:
            self._last[each.chat] = each.id
            self._last.move_to_end(each.chat)
        while len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return Post(arrivals=arrivals, receipts=receipts)

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
        deed = _deed(message)
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
            if not part.files:
                await self._client.send_message(
                    to=chat,
                    text=plain(part.text),
                    buttons=_buttons(part) if part.choices else None,
                    tracker=part.key or None,
                )
        except WhatsAppError as error:
            if part.files and error.code in MEDIA_CODES:
                raise Unfit(str(error.code), retry_after=None) from None
            raise _undelivered(error) from None
        except (httpx.HTTPError, OSError, TimeoutError) as error:  # if it has it, a status says so before it goes again
            raise Undelivered(type(error).__name__, retry_after=5.0 if _sent(error) else 1.0) from None
        except (KeyError, TypeError, IndexError, ValueError):
            log.warning("WhatsApp took a message and answered as nobody expects")

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


def _read(read: Callable[[Mapping[str, Any]], Iterator[Any]], each: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What can be read; a message of a kind that nobody knows yet must not hide the others."""
    found: list[Any] = []
    for one in each:
        try:
            found += read(one)
        except (LookupError, ValueError, TypeError, AttributeError, OverflowError) as error:
            log.warning("a notification of WhatsApp can't be read: %s", type(error).__name__)
    return found


def _deed(message: Mapping[str, Any]) -> Deed | None:
    kind = message["type"]
    content = message.get(kind) or {}
    if kind == "text":
        return _written(content["body"])
    if kind == "request_welcome":
        return Began()  # the chat was opened for the first time, where that is switched on at Meta
    if kind == "edit":
        text = str((content.get("message") or {}).get("text", {}).get("body", ""))
        return Edited(text) if text else None
    if kind == "interactive":
        reply = content.get("button_reply") or content.get("list_reply")
        return Pressed(payload=reply["id"], title=reply["title"]) if reply else Sent("other")
    if kind == "button":
        return Pressed(payload=content["payload"], title=content["text"])
    if kind == "audio":
        return Spoke(content["id"]) if content.get("voice") else Sent("file", media=content["id"])
    if kind in ("image", "video", "sticker"):
        return Sent(kind, media=content["id"], caption=content.get("caption", ""))
    if kind == "document":
        return Sent("file", content["id"], content.get("filename", ""), content.get("caption", ""))
    if kind == "location":
        return Sent("location", name=f"{content['latitude']}, {content['longitude']}")
    if kind == "contacts":
        phones = [phone for each in message["contacts"] for phone in each.get("phones", ())]
        number = next((phone.get("wa_id") or phone.get("phone", "") for phone in phones), "")
        digits = "".join(char for char in number if char.isdecimal())
        return Contact(f"+{digits}", own=digits == message.get("from")) if digits else Sent("contact")
    if kind in ("reaction", "system", "ephemeral", "revoke"):
        return None  # a heart under what we said asks for nothing, nor does what was taken back
    return Sent("other")


def _written(text: str) -> Deed:
    """ "/start TOKEN" is what a link of ours wrote for them."""
    word, _, token = text.strip().partition(" ")
    if word.lower() == BEGIN and " " not in token.strip():
        return Began(token.strip())
    return Wrote(text)


def _receipts(status: Mapping[str, Any]) -> Iterator[Receipt]:
    key = status.get("biz_opaque_callback_data", "")
    if not key:
        return
    chat = str(status.get("recipient_id") or status.get("recipient_user_id", ""))
    failed = None
    if status["status"] == "failed":
        failed = _undelivered(WhatsAppError.from_dict(status["errors"][0]))
    yield Receipt(key=key, chat=chat, failed=failed)


def _undelivered(error: WhatsAppError) -> Undelivered:
    code = error.code
    answer = error.raw_response
    wait = answer.headers.get("retry-after", "") if answer is not None else ""
    if code in TOLD_S or error.status_code == 429:
        return Undelivered(str(code), retry_after=float(wait) if wait.isdecimal() else TOLD_S.get(code, 5.0), told=True)
    if code in UNDELIVERABLE:
        return Blocked()
    if code == OUTSIDE_WINDOW:
        return Undelivered("the 24 hours to answer in are over", retry_after=None)
    if code in TOKEN_CODES:
        return Undelivered("its token is no longer taken", retry_after=60.0, told=True)
    if code in OURS:
        return Undelivered(str(code), retry_after=60.0)
    if code in PASSING or error.is_transient or (error.status_code or 0) >= 500:
        return Undelivered(str(code))
    return Undelivered(str(code), retry_after=None)


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
