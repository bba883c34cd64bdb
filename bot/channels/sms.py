"""SMS through an HTTP gateway, by the small contract of docs/channels.md: an operator's own interface is put behind it
in a page of code. Texts are counted in segments as 3GPP TS 23.038 and 23.040 have them."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx

from bot.channels.messenger import (
    Arrival,
    Began,
    Deed,
    Enclosure,
    Hook,
    Limits,
    Part,
    Post,
    Receipt,
    Refused,
    Sent,
    Stopped,
    Wrote,
)
from bot.channels.splitting import utf16
from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Both, NotAllowed, Unacceptable
from bot.locale import said
from bot.ports import Blocked, Identity, Proven, Undelivered

log = logging.getLogger(__name__)

NAME = "sms"
TIMEOUT_S = 20.0
SETTLE_S = 0.15
# 3GPP TS 23.038 6.2.1, but for the escape; what is reached by it counts twice.
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)  # by septet, 27 left out
GSM7 = frozenset(ALPHABET)
GSM7_TWICE = frozenset("^{}\\[~]|€\f")
ALONE, JOINED = (160, 70), (153, 67)  # of one segment, and of one of several: GSM-7 septets, UCS-2 units
MAX_DIGITS, LEAST_DIGITS = 15, 7  # shorter numbers are services: whoever answers one talks to a machine
# Signs of the typesetter, for which alone an English text would take twice the segments.
_TYPEWRITTEN = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "…": "...",
        "\u00a0": " ",
    }
)
STOP: Mapping[str, Language] = {
    **dict.fromkeys(("стоп", "отписаться", "отпишите меня"), "ru"),
    **dict.fromkeys(("stop", "stopall", "unsubscribe"), "en"),
}
START = ("start", "unstop", "старт")
STOPPED: Mapping[Language, str] = {
    "ru": "Больше не пишем. Чтобы вернуться, пришлите СТАРТ.",
    "en": "We won't write any more. Send START to come back.",
}
ARRIVED = ("sent", "delivered")
GONE = ("unsubscribed", "unknown_number")
FAILED = ("failed", "expired", "rejected")


class Sms:
    """url, token: of the gateway. sender: the number or name that people see. secret: what the gateway shows when it
    posts to us. segments: how many one message may have, 1 where the gateway joins none."""

    name = NAME

    def __init__(
        self, url: str, token: str, sender: str, secret: str, *, segments: int = 6, timeout_s: float = TIMEOUT_S
    ) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._http = httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=timeout_s)
        self._url = url
        self._sender = sender
        self._secret = secret
        self._report = ""
        self.limits = measured(segments)

    async def open(self, hook: str) -> str:
        """Without an address people can't answer; links go out all the same."""
        self._report = hook
        try:
            answer = await self._http.get(self._url)
        except httpx.HTTPError as error:
            raise OSError(type(error).__name__) from None
        except httpx.InvalidURL:
            raise Refused(
                said("the address is none", "это не адрес"),
                said("Set GOVORUN_SMS_URL=https://…", "Задайте GOVORUN_SMS_URL=https://…"),
            ) from None
        if answer.status_code in (401, 403):
            raise Refused(
                said("the gateway does not take the token", "шлюз не принимает токен"),
                said("Set GOVORUN_SMS_TOKEN as the gateway has it", "Задайте GOVORUN_SMS_TOKEN, как у шлюза"),
            )
        if answer.status_code >= 500:
            raise OSError(f"HTTP {answer.status_code}")
        return self._sender

    async def close(self) -> None:
        await self._http.aclose()

    # in

    def receive(self, hook: Hook) -> Post:
        told = hook.headers.get("authorization", "")
        if not hmac.compare_digest(told.encode(), f"Bearer {self._secret}".encode()):
            raise NotAllowed(said("this is not from the SMS gateway", "это не от СМС-шлюза"), where="Authorization")
        try:
            post = json.loads(hook.body)
            messages, states = post.get("messages") or [], post.get("states") or []
            if not isinstance(messages, list) or not isinstance(states, list):
                raise ValueError
        except (ValueError, AttributeError, RecursionError):
            raise Unacceptable(
                said('it must be {"messages": […], "states": […]}', 'нужно {"messages": […], "states": […]}'),
                where="body",
            ) from None
        arrivals: list[Arrival] = []
        receipts: list[Receipt] = []
        chores: list[Callable[[], Awaitable[object]]] = []
        for read, each in [(self._arrival, each) for each in messages] + [(self._receipt, each) for each in states]:
            try:
                found = read(each)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                log.warning("a message or state of the SMS gateway can't be read: %s", type(error).__name__)
                continue
            if isinstance(found, Arrival):
                arrivals.append(found)
                if isinstance(found.deed, Stopped):
                    chores.append(partial(self._parting, found.chat, found.id, found.language or "en"))
            elif found is not None:
                receipts.append(found)
        return Post(arrivals=arrivals, receipts=receipts, chores=chores)

    def _arrival(self, message: Mapping[str, Any]) -> Arrival | None:
        text, number = str(message["text"]), str(message["from"])
        at = datetime.fromisoformat(message["at"]) if message.get("at") else datetime.now(UTC)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return arrival(str(message["id"]), number, text, at, at.timestamp())

    def _receipt(self, told: Mapping[str, Any]) -> Receipt | None:
        state, key, chat = told["state"], str(told["id"]), _digits(str(told["to"]))
        if state in ARRIVED:
            return Receipt(key=key, chat=chat)
        if state in GONE:
            return Receipt(key=key, chat=chat, failed=Blocked())
        if state in FAILED:
            return Receipt(key=key, chat=chat, failed=Undelivered(str(told.get("why") or state), retry_after=None))
        return None

    async def _parting(self, chat: str, ident: str, language: Language) -> None:
        await self.send(chat, Part(text=STOPPED[language], language=language, key=f"stop/{ident}"))

    def polled(self, open_from: Callable[[], float | None]) -> None:
        return None

    # out

    def link(self, token: str) -> str:
        return ""

    def fits(self, choices: Sequence[Choice]) -> bool:
        return False

    def refuses(self, file: Enclosure) -> Both | None:
        return Both("an SMS carries no files", "в СМС файл не вложить")

    async def send(self, chat: str, part: Part) -> None:
        text = plain(part.text)
        message: dict[str, Any] = {
            "id": part.key,
            "to": f"+{_digits(chat)}",
            "from": self._sender,
            "text": text,
            "encoding": "ucs2" if septets(text) is None else "gsm7",
            "segments": segments(text),
        }
        if self._report:
            message["report_to"] = self._report
        headers = {"Idempotency-Key": part.key} if part.key else {}
        try:
            answer = await self._http.post(self._url, json=message, headers=headers)
        except httpx.HTTPError as error:  # it may have it: the id says that it is the same one
            raise Undelivered(type(error).__name__) from None
        if not answer.is_success:
            raise _undelivered(answer)

    async def typing(self, chat: str) -> None:
        """Nobody sees it."""

    async def fetch(self, media: str) -> bytes:
        raise OSError("an SMS brings no files")


def arrival(ident: str, number: str, text: str, at: datetime, order: float) -> Arrival | None:
    """None where it comes from a service. text: empty where it is none."""
    chat = _digits(number)
    if not LEAST_DIGITS <= len(chat) <= MAX_DIGITS:
        return None
    word = text.strip().strip('.!"«»').lower()
    deed: Deed = Wrote(text) if text.strip() else Sent("other")
    if word in STOP:
        deed = Stopped()
    elif word in START:
        deed = Began()
    phone = Proven(identity=Identity(kind="phone", value=f"+{chat}"), proof="messenger")
    return Arrival(
        id=ident,
        chat=chat,
        at=at,
        deed=deed,
        order=order,
        settle_s=SETTLE_S,
        language=STOP.get(word),
        proven=(phone,),
    )


def measured(segments: int) -> Limits:
    """Of messages that have so many segments at most."""
    gsm, ucs = ALONE if segments == 1 else (JOINED[0] * segments, JOINED[1] * segments)
    return Limits(text=gsm * ucs, captioned=gsm * ucs, a_second=20, chat_s=1.0, length=partial(_cost, gsm, ucs))


def plain(text: str) -> str:
    """With typewritten quotes and dashes, where that alone keeps it in GSM-7."""
    simple = text.translate(_TYPEWRITTEN)
    return simple if septets(simple) is not None else text


def septets(text: str) -> int | None:
    """Of GSM-7; None where it takes UCS-2."""
    count = 0
    for char in text:
        if char in GSM7:
            count += 1
        elif char in GSM7_TWICE:
            count += 2
        else:
            return None
    return count


def segments(text: str) -> int:
    """How many an SMS of this text has, and is paid for."""
    kind, whole = _units(text)
    return 1 if whole <= ALONE[kind] else -(-_laid(text, kind) // JOINED[kind])


def _units(text: str) -> tuple[int, int]:
    """Its encoding, as an index of ALONE and JOINED, and its length in that."""
    count = septets(text)
    return (0, count) if count is not None else (1, utf16(text))


def _laid(text: str, kind: int) -> int:
    """The length in joined segments: neither an escape nor an emoji is torn, what is left of a segment stays empty."""
    size, used = JOINED[kind], 0
    for char in text:
        wide = 2 if (char in GSM7_TWICE if kind == 0 else char > "\uffff") else 1
        if size - used % size < wide:
            used += size - used % size
        used += wide
    return used


def _cost(gsm: int, ucs: int, text: str) -> int:
    """A measure that both encodings share: gsm * ucs is what one message takes, of either."""
    text = plain(text)
    kind, whole = _units(text)
    taken = whole if (gsm, ucs) == ALONE else _laid(text, kind)
    return taken * (ucs, gsm)[kind]


def _digits(number: str) -> str:
    digits = "".join(char for char in number if char.isdecimal()) if not any(c.isalpha() for c in number) else ""
    return f"7{digits[1:]}" if not number.startswith("+") and len(digits) == 11 and digits[0] == "8" else digits


def _undelivered(answer: httpx.Response) -> Undelivered:
    try:
        told = answer.json()
        error = str(told.get("error", "")) if isinstance(told, dict) else ""
    except ValueError:
        error = ""
    wait, status = answer.headers.get("retry-after", ""), answer.status_code
    if status == 429:
        return Undelivered("429", retry_after=float(wait) if wait.isdecimal() else 1.0, told=True)
    if error in GONE:
        return Blocked()
    if status in (401, 403):
        return Undelivered("its token is no longer taken", retry_after=60.0, told=True)
    return Undelivered(f"HTTP {status}", retry_after=1.0 if status >= 500 else None)
