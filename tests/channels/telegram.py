"""Telegram's Bot API as a server: methods and updates as core.telegram.org/bots/api describes them. The updates have
the form of "Testing your bot with updates" (core.telegram.org/bots/webhooks)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs

from bot.channels.messenger import Hook, Messenger
from bot.channels.telegram import Telegram
from tests.channels.double import Double, Given, Shown
from tests.programs import Reply, Request

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # of the documentation
ME = {"id": 110201543, "is_bot": True, "first_name": "Clinic", "username": "clinic_bot"}


@dataclass
class TelegramDouble(Double):
    """hook: what setWebhook was told. commands: by language, "" for whoever speaks none of them."""

    NAME: ClassVar[str] = "telegram"

    hook: dict[str, str] = field(default_factory=dict)
    made: Telegram | None = None
    commands: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    methods: list[str] = field(default_factory=list)

    def settings(self) -> dict[str, str]:
        return {"telegram_token": TOKEN, "telegram_api": self.url}

    def messenger(self, timeout_s: float) -> Messenger:
        self.made = Telegram(TOKEN, api=self.url, timeout_s=timeout_s)
        return self.made

    def secrets(self) -> Sequence[str]:
        return TOKEN, self.secret

    # people

    def posted(self, **update: Any) -> Hook:
        return self.sealed({"update_id": 10_000 + next(self.numbers), **update})

    def sealed(self, body: object) -> Hook:
        headers = {"content-type": "application/json", "x-telegram-bot-api-secret-token": self.secret}
        return Hook(method="POST", headers=headers, query={}, body=json.dumps(body).encode())

    @property
    def secret(self) -> str:
        return self.hook.get("secret_token") or (self.made.secret if self.made else "")

    def message(self, chat: str, **content: Any) -> dict[str, Any]:
        who = {"id": int(chat), "is_bot": False, "first_name": "Test", "last_name": "Lastname", "username": "Test"}
        return {
            "message_id": 1365 + next(self.numbers),
            "date": int(self.now().timestamp()),
            "chat": {"id": int(chat), "type": "private", "first_name": "Test", "username": "Test"},
            "from": {**who, "language_code": "ru"},
            **content,
        }

    def wrote(self, chat: str, text: str) -> Hook:
        return self.posted(message=self.message(chat, text=text))

    def began(self, chat: str, link: str = "") -> Hook:
        return self.wrote(chat, f"/start {link}".strip())

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        title, data = button
        markup = {"inline_keyboard": [[{"text": title, "callback_data": data}]]}
        message = self.message(chat, text="?", reply_markup=markup) | {"from": ME}
        who = self.message(chat)["from"]
        query = {"id": "4382bfdwdsb323b2d9", "from": who, "message": message, "chat_instance": "1", "data": data}
        return self.posted(callback_query=query)

    def spoke(self, chat: str, sound: bytes) -> Hook:
        media = f"AwACAgIAAx{next(self.numbers)}"
        self.files[media] = sound
        voice = {"file_id": media, "file_unique_id": "1", "duration": 2, "mime_type": "audio/ogg"}
        return self.posted(message=self.message(chat, voice=voice))

    def shared(self, chat: str, phone: str, *, own: bool) -> Hook:
        contact = {"phone_number": phone.lstrip("+"), "first_name": "Test", "user_id": int(chat) + (not own)}
        return self.posted(message=self.message(chat, contact=contact))

    def odd(self, chat: str, kind: str) -> Hook:
        file = {"file_id": "AgACAgIAAx", "file_unique_id": "2"}
        size = {"width": 90, "height": 67}
        message = self.message(chat)
        if kind == "edited":
            return self.posted(edited_message={**message, "text": "исправлено", "edit_date": message["date"]})
        if kind == "group":
            group = {"id": -1001234567890, "type": "supergroup", "title": "Соседи"}
            return self.posted(message={**message, "chat": group, "text": "привет всем"})
        if kind == "blocked":
            member = {"user": ME, "status": "kicked", "until_date": 0}
            was = {"user": ME, "status": "member"}
            changed = {key: message[key] for key in ("chat", "from", "date")}
            return self.posted(my_chat_member={**changed, "old_chat_member": was, "new_chat_member": member})
        content: dict[str, Any] = {
            "image": {"photo": [{**file, **size}], "caption": ""},
            "captioned": {"photo": [{**file, **size}], "caption": "booking"},
            "sticker": {"sticker": {**file, **size, "type": "regular", "is_animated": False, "is_video": False}},
            "location": {"location": {"latitude": 55.75, "longitude": 37.61}},
            "unknown": {"dice": {"emoji": "🎲", "value": 4}},
        }[kind]
        return self.posted(message={**message, **content})

    def forged(self, hook: Hook) -> Sequence[Hook]:
        name = "x-telegram-bot-api-secret-token"
        bare = {key: value for key, value in hook.headers.items() if key != name}
        return [
            Hook(method="POST", headers=headers, query={}, body=hook.body)
            for headers in (bare, {**bare, name: "guessed"}, {**bare, name: "ключ"})
        ]

    # the server

    def sends(self, request: Request) -> str | None:
        sending = request.target.endswith(("/sendMessage", "/sendPhoto", "/sendDocument"))
        return str(fields(request)["chat_id"]) if sending else None

    def failing(self, trouble: str) -> Reply:
        wait = round(self.FLOOD_S)
        return {
            "flood": refusal(429, f"Too Many Requests: retry after {wait}", parameters={"retry_after": wait}),
            "broken": (502, {"content-type": "text/html"}, b"<html>Bad Gateway</html>"),
            "blocked": refusal(403, "Forbidden: bot was blocked by the user"),
        }[trouble]

    def call(self, request: Request) -> Reply:
        method = request.target.rpartition("/")[2]
        if "/file/" in request.target:
            return 200, {}, self.files[method]
        self.methods.append(method)
        if not self.known or f"/bot{TOKEN}/" not in request.target:
            return refusal(401, "Unauthorized")
        if method in ("sendPhoto", "sendDocument"):
            return self._file(request, picture=method == "sendPhoto")
        told = fields(request)
        return getattr(self, f"_{method}")(told)

    def _getMe(self, told: dict[str, str]) -> Reply:  # noqa: N802  as the method is called
        return granted(ME)

    def _setWebhook(self, told: dict[str, str]) -> Reply:  # noqa: N802
        if not told["url"].startswith("https://"):
            return refusal(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        self.hook = told
        return granted(True)

    def _setMyCommands(self, told: dict[str, str]) -> Reply:  # noqa: N802
        self.commands[told.get("language_code", "")] = json.loads(told["commands"])
        return granted(True)

    def _deleteWebhook(self, told: dict[str, str]) -> Reply:  # noqa: N802
        self.hook = {}
        return granted(True)

    def _getUpdates(self, told: dict[str, str]) -> Reply:  # noqa: N802
        offset = int(told.get("offset", 0))
        self.updates = [each for each in self.updates if each["update_id"] >= offset]
        return granted(self.updates)

    def _sendMessage(self, told: dict[str, str]) -> Reply:  # noqa: N802
        chat, text = told["chat_id"], told["text"]
        if not text.strip() or len(text.encode("utf-16-le")) // 2 > 4096:
            return refusal(400, "Bad Request: message is too long" if text.strip() else "Bad Request: text is empty")
        markup = json.loads(told.get("reply_markup", "{}"))
        buttons = [button for row in markup.get("inline_keyboard", ()) for button in row]
        if any(not 1 <= len(button["callback_data"].encode()) <= 64 for button in buttons):
            return refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        keys = [button for row in markup.get("keyboard", ()) for button in row]
        shown = Shown(
            chat,
            text,
            tuple((button["text"], button["callback_data"]) for button in buttons),
            asks_phone=any(button.get("request_contact") for button in keys),
            markup=(told["parse_mode"],) if told.get("parse_mode") else (),
        )
        self.shown.append(shown)
        return granted({"message_id": len(self.shown), "date": 1, "chat": {"id": int(chat), "type": "private"}})

    def _file(self, request: Request, *, picture: bool) -> Reply:
        """multipart/form-data, where the parameter names the part that holds it: "attach://ID" (#inputfile)."""
        form, what = request.form, "photo" if picture else "document"
        file = form[form[what].text.removeprefix("attach://")]
        if picture and b"very long" in file.content:
            return refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        if self.unfit:
            return refusal(400, "Bad Request: wrong file identifier/HTTP URL specified")
        chat = form["chat_id"].text
        self.given.append(Given(chat, file.name, file.content, picture))
        return granted({"message_id": 1, "date": 1, "chat": {"id": int(chat), "type": "private"}})

    def _sendChatAction(self, told: dict[str, str]) -> Reply:  # noqa: N802
        self.typed.append(told["chat_id"])
        return granted(True)

    def _answerCallbackQuery(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted(True)

    def _leaveChat(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted(True)

    def _getFile(self, told: dict[str, str]) -> Reply:  # noqa: N802
        media = told["file_id"]
        if media not in self.files:
            return refusal(400, "Bad Request: file is too big")
        file = {"file_id": media, "file_unique_id": "1", "file_path": f"voice/{media}"}
        return granted({**file, "file_size": len(self.files[media])})

    async def post_updates(self, *hooks: Hook) -> None:
        """For whoever asks for them."""
        self.updates += [json.loads(hook.body) for hook in hooks]
        await asyncio.sleep(0)


def granted(result: object) -> Reply:
    return 200, {"content-type": "application/json"}, json.dumps({"ok": True, "result": result}).encode()


def refusal(code: int, description: str, **more: object) -> Reply:
    told = {"ok": False, "error_code": code, "description": description, **more}
    return code, {"content-type": "application/json"}, json.dumps(told).encode()


def fields(request: Request) -> dict[str, str]:
    """A method's parameters, however they were sent."""
    if request.headers.get("content-type", "").startswith("multipart/"):
        return {name: each.text for name, each in request.form.items() if not each.name}
    return {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
