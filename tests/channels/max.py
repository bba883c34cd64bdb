"""MAX's Bot API as a server. Updates have the form of dev.max.ru/docs-api/objects/Update, errors that of
dev.max.ru/docs-api (codes of answers)."""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from bot.channels.max import Max
from bot.channels.messenger import Hook, Messenger
from tests.channels.double import Double, Given, Shown
from tests.programs import Reply, Request

TOKEN = "f9LHodD0cOL-token-of-the-bot"
ME = {"user_id": 77, "first_name": "Клиника", "username": "clinic_bot", "is_bot": True, "last_activity_time": 1}


@dataclass
class MaxDouble(Double):
    """subscribed: as POST /subscriptions told."""

    NAME: ClassVar[str] = "max"
    NAMES_PICTURES: ClassVar[bool] = True

    subscribed: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    made: Max | None = None
    working: int = 1  # times that a file isn't ready yet

    def settings(self) -> dict[str, str]:
        return {"max_token": TOKEN, "max_api": self.url}

    def messenger(self, timeout_s: float) -> Messenger:
        self.made = Max(TOKEN, api=self.url, timeout_s=timeout_s)
        return self.made

    @property
    def secret(self) -> str:
        return self.subscribed[-1]["secret"] if self.subscribed else self.made.secret if self.made else ""

    def secrets(self) -> Sequence[str]:
        return TOKEN, self.secret

    # people

    def posted(self, kind: str, **update: Any) -> Hook:
        stamp = int(self.now().timestamp() * 1000) + next(self.numbers)
        return self.sealed({"update_type": kind, "timestamp": stamp, "user_locale": "ru-RU", **update})

    def sealed(self, body: object) -> Hook:
        headers = {"x-max-bot-api-secret": self.secret}
        return Hook(method="POST", headers=headers, query={}, body=json.dumps(body).encode())

    def user(self, chat: str) -> dict[str, Any]:
        return {
            "user_id": int(chat),
            "first_name": "Иван",
            "last_name": "Петров",
            "is_bot": False,
            "name": "Иван Петров",
        }

    def message(self, chat: str, text: str | None = None, *attached: dict[str, Any], **more: Any) -> dict[str, Any]:
        number = next(self.numbers)
        body = {"mid": f"mid.{number:032x}", "seq": number, "text": text, "attachments": list(attached)}
        recipient = {"chat_id": 5_000 + int(chat), "chat_type": "dialog", "user_id": ME["user_id"]}
        return {"sender": self.user(chat), "recipient": recipient, "timestamp": 1, "body": body, **more}

    def wrote(self, chat: str, text: str) -> Hook:
        return self.posted("message_created", message=self.message(chat, text))

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        title, payload = button
        keys = {"buttons": [[{"type": "callback", "text": title, "payload": payload}]]}
        message = self.message(chat, "?", {"type": "inline_keyboard", "payload": keys}) | {"sender": ME}
        callback = {
            "timestamp": 1,
            "callback_id": f"cb{next(self.numbers)}",
            "payload": payload,
            "user": self.user(chat),
        }
        return self.posted("message_callback", callback=callback, message=message)

    def began(self, chat: str, link: str = "") -> Hook:
        more = {"payload": link} if link else {}
        return self.posted("bot_started", chat_id=5_000 + int(chat), user=self.user(chat), **more)

    def spoke(self, chat: str, sound: bytes) -> Hook:
        media = f"voice{next(self.numbers)}"
        self.files[media] = sound
        voice = {"type": "audio", "payload": {"url": f"{self.url}/media/{media}", "token": "x", "id": 1}}
        return self.posted("message_created", message=self.message(chat, None, voice))

    def shared(self, chat: str, phone: str, *, own: bool) -> Hook:
        card = f"BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone.lstrip('+')}\r\nFN:Иван\r\nEND:VCARD"
        signed = hmac.new(TOKEN.encode(), card.encode(), sha256).hexdigest()
        who = {**self.user(chat), "user_id": int(chat) + (not own)}
        contact = {"type": "contact", "payload": {"vcf_info": card, "hash": signed, "max_info": who}}
        return self.posted("message_created", message=self.message(chat, None, contact))

    def odd(self, chat: str, kind: str) -> Hook:
        if kind == "edited":
            return self.posted("message_edited", message=self.message(chat, "исправлено"))
        if kind == "group":
            recipient = {"chat_id": -69, "chat_type": "chat"}
            return self.posted("message_created", message=self.message(chat, "привет всем", recipient=recipient))
        if kind == "blocked":
            return self.posted("bot_stopped", chat_id=5_000 + int(chat), user=self.user(chat))
        picture = {"type": "image", "payload": {"photo_id": 1, "token": "x", "url": "https://i.oneme.ru/i?r=x"}}
        text, attached = {
            "image": (None, picture),
            "captioned": ("booking", picture),
            "sticker": (
                None,
                {"type": "sticker", "payload": {"url": "https://x", "code": "y"}, "width": 1, "height": 1},
            ),
            "location": (None, {"type": "location", "latitude": 55.75, "longitude": 37.61}),
            "unknown": (None, {"type": "share", "payload": {"url": "https://x"}}),
        }[kind]
        return self.posted("message_created", message=self.message(chat, text, attached))  # type: ignore[arg-type]

    def forged(self, hook: Hook) -> Sequence[Hook]:
        name = "x-max-bot-api-secret"
        return [
            Hook(method="POST", headers=headers, query={}, body=hook.body)
            for headers in ({}, {name: "guessed"}, {name: "ключ"})
        ]

    # the server

    def sends(self, request: Request) -> str | None:
        place = urlsplit(request.target)
        return parse_qs(place.query)["user_id"][0] if place.path == "/messages" else None

    def failing(self, trouble: str) -> Reply:
        status, code = {
            "flood": (429, "too.many.requests"),
            "broken": (503, "service.unavailable"),
            "blocked": (403, "chat.denied"),
        }[trouble]
        headers = {"retry-after": str(round(self.FLOOD_S))} if trouble == "flood" else {}
        return status, headers, json.dumps({"code": code, "message": "error.dialog.suspended"}).encode()

    def call(self, request: Request) -> Reply:
        place = urlsplit(request.target)
        if place.path.startswith("/media/"):
            assert "authorization" not in request.headers
            found = self.files.get(place.path.rpartition("/")[2])
            return (404, {}, b"") if found is None else (200, {}, found)
        if place.path.startswith("/upload/"):
            assert "authorization" not in request.headers
            return self._upload(place.path.rpartition("/")[2], request)
        if not self.known or request.headers.get("authorization") != TOKEN:
            return 401, {}, json.dumps({"code": "verify.token", "message": "Invalid access_token"}).encode()
        if place.path == "/me":
            return granted(ME)
        if place.path == "/subscriptions":
            if request.method == "POST":
                told = request.json
                assert isinstance(told, dict)
                self.subscribed.append(told)
            elif request.method == "DELETE":
                url = parse_qs(place.query)["url"][0]
                self.subscribed = [each for each in self.subscribed if each["url"] != url]
            listed = [{"url": each["url"], "time": 1} for each in self.subscribed]
            return granted({"success": True, "subscriptions": listed})
        if place.path == "/updates":
            found, self.updates = self.updates, []
            return granted({"updates": found, "marker": 2})
        if place.path.endswith("/actions"):
            self.typed.append(str(int(place.path.split("/")[2]) - 5_000))
            return granted({"success": True})
        if place.path == "/uploads":
            return granted({"url": f"{self.url}/upload/{parse_qs(place.query)['type'][0]}"})
        if place.path == "/messages":
            return self._message(parse_qs(place.query)["user_id"][0], request.json)
        return granted({"success": True})

    def _upload(self, kind: str, request: Request) -> Reply:
        """docs-api/methods/POST/uploads: of a picture the token of each size, of a file its own."""
        if self.unfit:
            return 415, {}, b"{}"
        file, token = request.form["data"], f"token-{next(self.numbers)}"
        self.uploads[token] = file.name, file.content
        return granted({"photos": {"x==": {"token": token}}} if kind == "image" else {"fileId": 1, "token": token})

    def _file(self, chat: str, attached: dict[str, Any]) -> Reply:
        name, content = self.uploads[attached["payload"]["token"]]
        if self.working:
            self.working -= 1
            told = {"code": "attachment.not.ready", "message": "Key: errors.process.attachment.file.not.processed"}
            return 400, {}, json.dumps(told).encode()
        self.given.append(Given(chat, name, content, attached["type"] == "image"))
        return granted({"message": {"body": {"mid": "mid.file"}}})

    def _message(self, chat: str, told: Any) -> Reply:
        for attached in told.get("attachments", ()):
            if attached["type"] in ("image", "file"):
                return self._file(chat, attached)
        keyboards = [each["payload"]["buttons"] for each in told.get("attachments", ())]
        rows = [row for keyboard in keyboards for row in keyboard]
        buttons = [button for row in rows for button in row]
        good = len(rows) <= 30 and all(len(row) <= 7 for row in rows)
        good = good and all(len(each.get("payload", "").encode()) <= 256 and each["text"] for each in buttons)
        if not told["text"].strip() or len(told["text"]) > 4000 or not good:
            return 400, {}, json.dumps({"code": "proto.payload", "message": "text: size must be between"}).encode()
        pressed = tuple((each["text"], each["payload"]) for each in buttons if each["type"] == "callback")
        asks = any(each["type"] == "request_contact" for each in buttons)
        markup = (told["format"],) if told.get("format") else ()
        self.shown.append(Shown(chat, told["text"], pressed, asks_phone=asks, markup=markup))
        return granted({"message": {"body": {"mid": f"mid.{len(self.shown)}"}}})


def granted(result: object) -> Reply:
    return 200, {"content-type": "application/json"}, json.dumps(result).encode()
