"""VK's API as a server. Events have the form of dev.vk.com/ru/api/community-events/json-schema and of
dev.vk.com/ru/api/callback/getting-started, errors that of dev.vk.com/ru/reference/errors."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from bot.channels.messenger import Hook, Messenger
from bot.channels.vk import Vk
from tests.channels.double import Double, Given, Shown
from tests.programs import Reply, Request

TOKEN = "vk1.a.XyZ-token_of_the_community"
GROUP = 123456
MENTION = re.compile(r"\[(?:id|club|public|event)\d+[|:][^\]]*\]|[@*](?:id|club|public|event)\d+|[@*]\w+ ?\([^)]*\)")


@dataclass
class VkDouble(Double):
    """server: of the Callback API, as it was set up."""

    NAME: ClassVar[str] = "vk"
    DROPS_DOUBLES: ClassVar[bool] = True
    SHARES_CONTACTS: ClassVar[bool] = False
    SHARES_NUMBER: ClassVar[bool] = False

    server: dict[str, str] = field(default_factory=dict)
    manages: bool = True
    managing: list[int] = field(default_factory=list)  # errors that the next calls about the community meet
    uploads: list[tuple[str, bytes, bool]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        return {"vk_token": TOKEN, "vk_api": self.url}

    def messenger(self, timeout_s: float) -> Messenger:
        self.made = Vk(TOKEN, api=self.url, timeout_s=timeout_s)
        return self.made

    @property
    def secret(self) -> str:
        return self.server.get("secret_key") or self.made.secret

    def secrets(self) -> Sequence[str]:
        return TOKEN, self.made.secret

    # people

    def event(self, kind: str, about: dict[str, Any]) -> Hook:
        number = next(self.numbers)
        event = {"type": kind, "object": about, "group_id": GROUP, "event_id": f"{number:040x}", "v": "5.199"}
        body = json.dumps({**event, "secret": self.secret}).encode()
        return Hook(method="POST", headers={"content-type": "application/json"}, query={}, body=body)

    def message(self, chat: str, text: str = "", **content: Any) -> dict[str, Any]:
        number = next(self.numbers)
        return {
            "date": int(self.now().timestamp()),
            "from_id": int(chat),
            "peer_id": int(chat),
            "id": number,
            "conversation_message_id": number,
            "out": 0,
            "version": 10_000 + number,
            "attachments": [],
            "text": text,
            **content,
        }

    def posted(self, chat: str, text: str = "", **content: Any) -> Hook:
        info = {"button_actions": ["text"], "keyboard": True, "inline_keyboard": True, "lang_id": 0}
        return self.event("message_new", {"message": self.message(chat, text, **content), "client_info": info})

    def wrote(self, chat: str, text: str) -> Hook:
        return self.posted(chat, text)

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        title, payload = button
        return self.posted(chat, title, payload=json.dumps({"o": payload}))

    def began(self, chat: str, link: str = "") -> Hook:
        more = {"ref": link, "ref_source": ""} if link else {}
        return self.posted(chat, "Начать", payload='{"command":"start"}', **more)

    def spoke(self, chat: str, sound: bytes) -> Hook:
        media = f"{next(self.numbers)}.ogg"
        self.files[media] = sound
        voice = {"id": 1, "owner_id": int(chat), "duration": 2, "link_ogg": f"{self.url}/media/{media}"}
        return self.posted(chat, attachments=[{"type": "audio_message", "audio_message": voice}])

    def odd(self, chat: str, kind: str) -> Hook:
        size = {"type": "x", "url": "https://sun9-1.userapi.com/x.jpg", "width": 604, "height": 480}
        photo = {"type": "photo", "photo": {"id": 1, "owner_id": int(chat), "sizes": [size]}}
        if kind == "edited":
            return self.event("message_edit", self.message(chat, "исправлено"))
        if kind == "group":
            return self.posted(chat, "привет всем", peer_id=2_000_000_001)
        if kind == "blocked":
            return self.event("message_deny", {"user_id": int(chat)})
        text, content = {
            "image": ("", {"attachments": [photo]}),
            "captioned": ("booking", {"attachments": [photo]}),
            "sticker": ("", {"attachments": [{"type": "sticker", "sticker": {"sticker_id": 9008}}]}),
            "location": ("", {"geo": {"type": "point", "coordinates": {"latitude": 55.75, "longitude": 37.61}}}),
            "unknown": ("", {"attachments": [{"type": "wall", "wall": {"id": 1}}]}),
        }[kind]
        return self.posted(chat, str(text), **content)  # type: ignore[arg-type]

    def sealed(self, body: object) -> Hook:
        return Hook(method="POST", headers={}, query={}, body=json.dumps(body).encode())

    def forged(self, hook: Hook) -> Sequence[Hook]:
        event = json.loads(hook.body)
        secrets: list[Any] = [None, "guessed", "ключ", "\ud800", 7]
        return [
            Hook(method="POST", headers={}, query={}, body=json.dumps({**event, "secret": each}).encode())
            for each in secrets
        ]

    # the server

    def sends(self, request: Request) -> str | None:
        return fields(request)["peer_id"] if "messages.send" in request.target else None

    def failing(self, trouble: str) -> Reply:
        return {
            "flood": refusal(6, "Too many requests per second"),
            "broken": refusal(10, "Internal server error"),
            "blocked": refusal(901, "Can't send messages for users without permission"),
        }[trouble]

    def call(self, request: Request) -> Reply:
        path = urlsplit(request.target).path
        if path.startswith("/media/"):
            found = self.files.get(path.rpartition("/")[2])
            return (404, {}, b"") if found is None else (200, {}, found)
        if path.startswith("/upload/"):
            return self._upload(path.rpartition("/")[2], request)
        if path == "/longpoll":
            updates, self.updates = self.updates, []
            return 200, {}, json.dumps({"ts": "2", "updates": updates}).encode()
        told, method = fields(request), path.rpartition("/")[2]
        if not self.known or told.get("access_token") != TOKEN:
            return refusal(5, "User authorization failed: invalid access_token (4).")
        if method.startswith("groups.") and self.managing:
            return refusal(self.managing.pop(0), "Internal server error: try later")
        if method.startswith("groups.") and method != "groups.getById" and not self.manages:
            return refusal(15, "Access denied: no access to call this method")
        return getattr(self, "_" + method.replace(".", "_"))(told)

    def _groups_getById(self, told: dict[str, str]) -> Reply:  # noqa: N802  as the method is called
        group = {"id": GROUP, "name": "Клиника", "screen_name": "clinic", "is_closed": 0, "type": "group"}
        return granted({"groups": [group], "profiles": []})

    def _groups_getCallbackConfirmationCode(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted({"code": "2b3c4d5e"})

    def _groups_getCallbackServers(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted({"count": bool(self.server), "items": [{"id": 1, **self.server}] if self.server else []})

    def _groups_addCallbackServer(self, told: dict[str, str]) -> Reply:  # noqa: N802
        assert len(told["title"]) <= 14
        assert len(told["secret_key"]) <= 50
        self.server = {name: told[name] for name in ("url", "title", "secret_key")}
        return granted({"server_id": 1})

    def _groups_editCallbackServer(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return self._groups_addCallbackServer(told)

    def _groups_setCallbackSettings(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted(1)

    def _groups_setLongPollSettings(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted(1)

    def _groups_getLongPollServer(self, told: dict[str, str]) -> Reply:  # noqa: N802
        return granted({"key": "k", "server": f"{self.url}/longpoll", "ts": "1"})

    def _messages_setActivity(self, told: dict[str, str]) -> Reply:  # noqa: N802
        self.typed.append(told["peer_id"])
        return granted(1)

    def _docs_getMessagesUploadServer(self, told: dict[str, str]) -> Reply:  # noqa: N802
        assert told["peer_id"]
        return granted({"upload_url": f"{self.url}/upload/file"})

    def _photos_getMessagesUploadServer(self, told: dict[str, str]) -> Reply:  # noqa: N802
        assert told["peer_id"]
        return granted({"upload_url": f"{self.url}/upload/photo", "album_id": -3, "group_id": GROUP})

    def _upload(self, what: str, request: Request) -> Reply:
        """dev.vk.com/ru/api/upload/overview: what its server says is handed on as it is."""
        if self.unfit:
            return 200, {}, json.dumps({"error": "wrong_file_extension"}).encode()
        file = request.form[what]
        self.uploads.append((file.name, file.content, what == "photo"))
        told = {"server": 1, "photo": "[{}]", "hash": "h"} if what == "photo" else {"file": f"1|2|{file.name}"}
        return 200, {}, json.dumps(told).encode()

    def _docs_save(self, told: dict[str, str]) -> Reply:
        if "file" not in told:
            return refusal(100, "One of the parameters specified was missing or invalid: file is undefined")
        _, content, _ = self.uploads.pop()
        self.uploads.append((told["title"], content, False))  # as which it is shown
        return granted({"type": "doc", "doc": {"id": len(self.uploads), "owner_id": -GROUP, "title": told["title"]}})

    def _photos_saveMessagesPhoto(self, told: dict[str, str]) -> Reply:  # noqa: N802
        if "photo" not in told:
            return refusal(100, "One of the parameters specified was missing or invalid: photo is undefined")
        return granted([{"id": len(self.uploads), "owner_id": -GROUP, "access_key": "k"}])

    def _messages_send(self, told: dict[str, str]) -> Reply:
        chat, text, own = told["peer_id"], told["message"], told["random_id"]
        if own in self.seen:
            return granted(self.seen[own])
        if attached := told.get("attachment", ""):
            kind, number = attached[:3], int(attached.split("_")[1])
            name, content, picture = self.uploads[number - 1]
            assert (kind == "pho") == picture
            self.given.append(Given(chat, name, content, picture))
            self.seen[own] = len(self.seen) + 1
            return granted(self.seen[own])
        if not text.strip() or len(text) > 4096:
            return refusal(914, "Message is too long") if text.strip() else refusal(100, "message is empty")
        keyboard = json.loads(told.get("keyboard", '{"buttons": []}'))
        rows = keyboard["buttons"]
        buttons = [button["action"] for row in rows for button in row]
        most, height = (10, 6) if keyboard.get("inline") else (40, 10)
        small = all(len(each["label"]) <= 40 and len(each["payload"]) <= 255 for each in buttons)
        if len(buttons) > most or len(rows) > height or any(len(row) > 5 for row in rows) or not small:
            return refusal(911, "Keyboard format is invalid")
        self.seen[own] = len(self.seen) + 1
        shown = tuple((each["label"], json.loads(each["payload"])["o"]) for each in buttons)
        self.shown.append(Shown(chat, text, shown, markup=tuple(MENTION.findall(text))))
        return granted(self.seen[own])


def granted(result: object) -> Reply:
    return 200, {"content-type": "application/json"}, json.dumps({"response": result}).encode()


def refusal(code: int, text: str) -> Reply:
    told = {"error_code": code, "error_msg": text, "request_params": []}
    return 200, {"content-type": "application/json"}, json.dumps({"error": told}).encode()


def fields(request: Request) -> dict[str, str]:
    query = urlsplit(request.target).query
    body = b"" if "multipart/" in request.headers.get("content-type", "") else request.body
    told = parse_qs(body.decode(), keep_blank_values=True) | parse_qs(query)
    return {name: values[-1] for name, values in told.items()}
