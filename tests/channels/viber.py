"""Viber's REST Bot API as a server. Callbacks have the form of developers.viber.com/docs/api/rest-bot-api/#callbacks,
answers that of #error-codes: 200 always, and what is wrong in `status`."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import unescape
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from bot.channels.markup import ALIKE
from bot.channels.messenger import Hook, Messenger
from bot.channels.viber import Viber
from tests.channels.double import Double, Given, Shown
from tests.programs import Reply, Request

TOKEN = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9"
MARKUP = re.compile(r"(?<!\w)([*_~]|```)(?=\S)(?:.*?\S)?\1(?!\w)")


@dataclass
class ViberDouble(Double):
    """hook: as set_webhook told. tracked: what the last message to a chat carried, which comes back."""

    NAME: ClassVar[str] = "viber"
    FLOOD_S: ClassVar[float] = 2.0
    SHARES_CONTACTS: ClassVar[bool] = False  # nothing tells one's own number from another's
    ALIKE: ClassVar[Mapping[str, str]] = ALIKE
    FORBIDDEN: ClassVar[Sequence[str]] = ("edited", "group")
    NAMES_PICTURES: ClassVar[bool] = True

    hook: dict[str, Any] = field(default_factory=dict)
    tracked: dict[str, str] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        return {"viber_token": TOKEN, "viber_api": self.url}

    def messenger(self, timeout_s: float) -> Messenger:
        return Viber(TOKEN, api=self.url, timeout_s=timeout_s)

    def secrets(self) -> Sequence[str]:
        return (TOKEN,)

    # people

    def posted(self, event: str, **more: Any) -> Hook:
        number = next(self.numbers)
        stamp = int(self.now().timestamp() * 1000) + number
        told = {"event": event, "timestamp": stamp, "message_token": 4912661846655238145 + number, **more}
        return self.sealed(told)

    def sealed(self, body: object) -> Hook:
        return signed(json.dumps(body).encode())

    def user(self, chat: str) -> dict[str, Any]:
        return {"id": chat, "name": "Иван", "country": "RU", "language": "ru-RU", "api_version": 10}

    def message(self, chat: str, kind: str, **more: Any) -> Hook:
        message = {"type": kind, "tracking_data": self.tracked.get(chat, ""), **more}
        return self.posted("message", sender=self.user(chat), message=message)

    def wrote(self, chat: str, text: str) -> Hook:
        return self.message(chat, "text", text=text)

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        return self.wrote(chat, button[1])

    def opened(self, chat: str, link: str = "", *, subscribed: bool = True) -> Hook:
        more = {"context": link} if link else {}
        return self.posted("conversation_started", type="open", user=self.user(chat), subscribed=subscribed, **more)

    def began(self, chat: str, link: str = "") -> Hook:
        return self.opened(chat, link)

    def spoke(self, chat: str, sound: bytes) -> Hook:
        media = f"voice{next(self.numbers)}"
        self.files[media] = sound
        return self.message(chat, "file", media=f"{self.url}/media/{media}", file_name="voice.m4a", size=len(sound))

    def shared(self, chat: str, phone: str, *, own: bool) -> Hook:
        return self.message(chat, "contact", contact={"name": "Иван", "phone_number": phone.lstrip("+")})

    def odd(self, chat: str, kind: str) -> Hook:
        if kind == "blocked":
            return self.posted("unsubscribed", user_id=chat)
        picture = {"media": "https://dl-media.viber.com/1.jpg", "file_name": "1.jpg", "thumbnail": "https://x/t.jpg"}
        name, content = {
            "image": ("picture", picture),
            "captioned": ("picture", {**picture, "text": "booking"}),
            "sticker": ("sticker", {"sticker_id": 46105, "media": "https://x/46105.png"}),
            "location": ("location", {"location": {"lat": 55.75, "lon": 37.61}}),
            "unknown": ("poll", {}),
        }[kind]
        return self.message(chat, name, **content)  # type: ignore[arg-type]

    def forged(self, hook: Hook) -> Sequence[Hook]:
        name = "x-viber-content-signature"
        return [
            *(replace(hook, headers=headers) for headers in ({}, {name: "0" * 64}, {name: "подпись"})),
            replace(hook, body=hook.body.replace(b"message", b"massage")),
        ]

    # the server

    def sends(self, request: Request) -> str | None:
        told = request.json if request.target == "/pa/send_message" else {}
        return told["receiver"] if isinstance(told, dict) and told else None

    def failing(self, trouble: str) -> Reply:
        if trouble == "broken":
            return 502, {"content-type": "text/html"}, b"<html>Bad Gateway</html>"
        return status(*{"flood": (12, "tooManyRequests"), "blocked": (6, "notSubscribed")}[trouble])

    def call(self, request: Request) -> Reply:
        if request.target.startswith("/media/"):
            assert "x-viber-auth-token" not in request.headers
            return 200, {}, self.files[request.target.rpartition("/")[2]]
        if not self.known or request.headers.get("x-viber-auth-token") != TOKEN:
            return status(2, "invalidAuthToken")
        told = request.json
        assert isinstance(told, dict)
        if request.target == "/pa/get_account_info":
            return status(0, "ok", id="pa:75346594275468546724", name="Клиника", uri="clinic_bot")
        if request.target == "/pa/set_webhook":
            self.hook = told
            return status(0, "ok", event_types=told["event_types"])
        assert request.target == "/pa/send_message"
        return self._message(told, len(request.body))

    def _file(self, told: dict[str, Any]) -> Reply:
        """It is fetched from where the message says."""
        picture = told["type"] == "picture"
        name = urlsplit(told["media"]).path.rpartition("/")[2]
        good = told["media"].startswith("https://") and (picture or (told["size"] > 0 and told["file_name"]))
        good = good and (not picture or name.endswith((".jpg", ".jpeg", ".png", ".gif")))
        if self.unfit or not good:
            return status(3, "badData")
        self.given.append(Given(told["receiver"], told.get("file_name") or unquote(name), b"", picture))
        return status(0, "ok", message_token=7, billing_status=1)

    def _message(self, told: dict[str, Any], size: int) -> Reply:
        if told["type"] in ("picture", "file"):
            return self._file(told)
        keys = told.get("keyboard", {"Type": "keyboard", "Buttons": []})
        buttons = keys["Buttons"]
        shares = [each for each in buttons if each["ActionType"] == "share-phone"]
        good = keys["Type"] == "keyboard" and sum(each["Columns"] for each in buttons) <= 12 * 6
        good = good and all(0 < len(each["ActionBody"].encode()) <= 250 and each["Text"] for each in buttons)
        good = good and len(told["sender"]["name"]) <= 28 and len(told.get("tracking_data", "")) <= 4000
        good = good and size <= 30_000 and (not shares or told["min_api_version"] >= 3)
        if not told["text"].strip() or len(told["text"]) > 7000 or not good:
            return status(3, "badData")
        replies = tuple((unescape(e["Text"]), e["ActionBody"]) for e in buttons if e["ActionType"] == "reply")
        markup = tuple(each.group() for each in MARKUP.finditer(told["text"]))
        self.shown.append(Shown(told["receiver"], told["text"], replies, asks_phone=bool(shares), markup=markup))
        self.tracked[told["receiver"]] = told.get("tracking_data", "")
        return status(0, "ok", message_token=5741311803571721087 + len(self.shown), billing_status=1)


def signed(body: bytes) -> Hook:
    signature = hmac.new(TOKEN.encode(), body, sha256).hexdigest()
    headers = {"content-type": "application/json", "x-viber-content-signature": signature}
    return Hook(method="POST", headers=headers, query={}, body=body)


def status(code: int, message: str, **more: Any) -> Reply:
    told = {"status": code, "status_message": message, **more}
    return 200, {"content-type": "application/json"}, json.dumps(told).encode()
