"""WhatsApp Cloud API as a server. Notifications have the form of the examples in
developers.facebook.com/docs/whatsapp/cloud-api/webhooks/payload-examples, errors that of support/error-codes."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, ClassVar

from bot.channels.markup import ALIKE
from bot.channels.messenger import Hook, Messenger
from bot.channels.whatsapp import WhatsApp
from tests.channels.double import Double, Given, Shown
from tests.programs import Reply, Request

TOKEN, SECRET, VERIFY = "EAAJB0ZC8token", "41678a4f0a5c4d0e", "our own word"
PHONE_ID = "106540352242922"
MARKUP = re.compile(r"(?<!\w)([*_~`])(?=\S)(?:.*?\S)?\1(?!\w)|^> ", re.MULTILINE)


TEMPLATE = "we_wrote"


@dataclass
class WhatsAppDouble(Double):
    NAME: ClassVar[str] = "whatsapp"
    VOUCHES: ClassVar[bool] = True
    FORBIDDEN: ClassVar[Sequence[str]] = ("blocked",)
    SHARES_CONTACTS: ClassVar[bool] = False  # a card proves nothing that the sender's number doesn't
    SHARES_NUMBER: ClassVar[bool] = False
    ALIKE: ClassVar[Mapping[str, str]] = ALIKE

    read: list[str] = field(default_factory=list)
    late: bool = False  # the 24 hours are over
    templates: list[tuple[str, str]] = field(default_factory=list)  # language and parameter
    uploads: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def settings(self) -> dict[str, str]:
        return {
            "whatsapp_token": TOKEN,
            "whatsapp_phone_id": PHONE_ID,
            "whatsapp_app_secret": SECRET,
            "whatsapp_verify_token": VERIFY,
            "whatsapp_api": self.url,
        }

    def messenger(self, timeout_s: float) -> Messenger:
        return WhatsApp(TOKEN, PHONE_ID, SECRET, VERIFY, api=self.url, timeout_s=timeout_s)

    def secrets(self) -> Sequence[str]:
        return TOKEN, SECRET, VERIFY

    # people

    def notified(self, **value: Any) -> Hook:
        metadata = {"display_phone_number": "15550783881", "phone_number_id": PHONE_ID}
        change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": "messages"}
        entry = {"id": "102290129340398", "changes": [change]}
        return signed(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())

    def message(self, chat: str, kind: str, content: Any) -> dict[str, Any]:
        number = next(self.numbers)
        return {
            "from": chat,
            "id": f"wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI{number:012}",
            "timestamp": str(int(self.now().timestamp()) + number),
            "type": kind,
            kind: content,
        }

    def posted(self, chat: str, *messages: dict[str, Any]) -> Hook:
        contact = {"profile": {"name": "Sheena Nelson"}, "wa_id": chat}
        return self.notified(contacts=[contact], messages=list(messages))

    def wrote(self, chat: str, text: str) -> Hook:
        return self.posted(chat, self.message(chat, "text", {"body": text}))

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        title, payload = button
        reply = {"type": "button_reply", "button_reply": {"id": payload, "title": title}}
        return self.posted(chat, self.message(chat, "interactive", reply))

    def began(self, chat: str, link: str = "") -> Hook:
        return self.wrote(chat, f"/start {link}".strip())

    def spoke(self, chat: str, sound: bytes) -> Hook:
        media = f"1908647269898{next(self.numbers)}"
        self.files[media] = sound
        audio = {"mime_type": "audio/ogg; codecs=opus", "sha256": "x=", "id": media, "voice": True}
        return self.posted(chat, self.message(chat, "audio", audio))

    def shared(self, chat: str, phone: str, *, own: bool) -> Hook:
        name = {"formatted_name": "Barbara Johnson", "first_name": "Barbara"}
        card = {"name": name, "phones": [{"phone": phone, "wa_id": phone.lstrip("+"), "type": "CELL"}]}
        return self.posted(chat, self.message(chat, "contacts", [card]))

    def odd(self, chat: str, kind: str) -> Hook:
        media = {"mime_type": "image/jpeg", "sha256": "x=", "id": "1003383421387256"}
        if kind == "group":
            message = self.message(chat, "text", {"body": "привет всем"}) | {"group_id": "Y2FwaV9ncm91cDox"}
            return self.posted(chat, message)
        edit = {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "исправлено"}}}
        name, content = {
            "edited": ("edit", edit),
            "image": ("image", media),
            "captioned": ("image", {**media, "caption": "booking"}),
            "sticker": ("sticker", {**media, "mime_type": "image/webp", "animated": False}),
            "location": ("location", {"latitude": 55.75, "longitude": 37.61}),
            "unknown": ("unsupported", {"type": "poll"}),
        }[kind]
        return self.posted(chat, self.message(chat, name, content))

    def sealed(self, body: object) -> Hook:
        return signed(json.dumps(body).encode())

    def forged(self, hook: Hook) -> Sequence[Hook]:
        wrong = {**hook.headers, "x-hub-signature-256": f"sha256={'0' * 64}"}
        return [
            replace(hook, headers={}),
            replace(hook, headers=wrong),
            replace(hook, headers={"x-hub-signature-256": "sha256=подпись"}),
            replace(hook, body=hook.body.replace(b"messages", b"statuses")),
        ]

    # the server

    def sends(self, request: Request) -> str | None:
        told = request.json if request.target.endswith("/messages") else {}
        return told.get("to") if isinstance(told, dict) and "status" not in told else None

    def failing(self, trouble: str) -> Reply:
        code, status, text = {
            "flood": (131056, 429, "(#131056) (Business Account, Consumer Account) pair rate limit hit"),
            "broken": (131016, 503, "(#131016) Service unavailable"),
            "blocked": (131026, 400, "(#131026) Message undeliverable"),
        }[trouble]
        headers = {"retry-after": str(round(self.FLOOD_S))} if trouble == "flood" else {}
        return refusal(status, code, text, headers)

    def call(self, request: Request) -> Reply:
        if "/media/" in request.target:
            return 200, {"content-type": "audio/ogg"}, self.files[request.target.rpartition("/")[2]]
        if not self.known or request.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, 190, "Invalid OAuth access token - Cannot parse access token")
        if request.target.endswith("/media"):
            return self._upload(request)
        if request.method == "GET":
            media = request.target.partition("?")[0].rpartition("/")[2]
            if media == PHONE_ID:
                return granted({"id": PHONE_ID, "display_phone_number": "+1 555-078-3881"})
            if media not in self.files:
                return refusal(400, 100, "(#100) Unsupported get request. Object does not exist")
            about = {"url": f"{self.url}/media/{media}", "mime_type": "audio/ogg", "sha256": "x", "id": media}
            return granted({"messaging_product": "whatsapp", "file_size": len(self.files[media]), **about})
        told = request.json
        assert isinstance(told, dict)
        if "status" in told:
            self.typed.append("1111111") if told.get("typing_indicator") else None
            return granted({"success": True})
        return self._message(told)

    def _upload(self, request: Request) -> Reply:
        """cloud-api/reference/media#upload-media"""
        form = request.form
        assert form["messaging_product"].text == "whatsapp"
        if self.unfit:
            return refusal(400, 131053, "(#131053) Media upload error")
        media = f"24{next(self.numbers)}"
        self.uploads[media] = form["file"].name, form["file"].content
        return granted({"id": media})

    def _from_template(self, told: dict[str, Any]) -> Reply:
        """…/guides/send-message-templates: one parameter, on one line."""
        template = told["template"]
        [[parameter]] = [each["parameters"] for each in template["components"]]
        if template["name"] != TEMPLATE or template["language"]["code"] not in ("ru", "en_US"):
            return refusal(404, 132001, "(#132001) Template name does not exist in the translation")
        if "\n" in parameter["text"] or "    " in parameter["text"] or len(parameter["text"]) > 1000:
            return refusal(400, 132018, "(#132018) There is an issue with the parameters in your template")
        self.templates.append((template["language"]["code"], parameter["text"]))
        return granted({"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": "wamid.template"}]})

    def _file(self, told: dict[str, Any]) -> Reply:
        about = told[told["type"]]
        name, content = self.uploads[about["id"]]
        self.given.append(Given(told["to"], about.get("filename", name), content, told["type"] == "image"))
        return granted({"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": "wamid.file"}]})

    def _message(self, told: dict[str, Any]) -> Reply:
        chat, buttons = told["to"], []
        if told["type"] in ("image", "document"):
            return self._file(told)
        if told["type"] == "template":
            return self._from_template(told)
        if self.late:
            return refusal(400, 131047, "(#131047) Re-engagement message")
        if told["type"] == "text":
            text, longest = told["text"]["body"], 4096
        else:
            interactive = told["interactive"]
            text, longest = interactive["body"]["text"], 1024
            action = interactive["action"]
            replies = [each["reply"] for each in action.get("buttons", ())]
            rows = [row for section in action.get("sections", ()) for row in section["rows"]]
            titles = [each["title"] for each in replies + rows]
            fits = (
                all(len(each["title"]) <= 20 for each in replies)
                and len(replies) <= 3
                and all(len(row["title"]) <= 24 and len(row.get("description", "")) <= 72 for row in rows)
                and len(rows) <= 10
                and len(set(titles)) == len(titles)
                and all(0 < len(each["id"]) <= 200 for each in replies + rows)
            )
            if not fits:
                return refusal(400, 131009, "(#131009) Parameter value is not valid")
            buttons = [(each["title"], each["id"]) for each in replies + rows]
        if not text.strip() or len(text) > longest:
            return refusal(400, 100, "(#100) Param text must be at most 4096 characters long")
        found = tuple(each.group() for each in MARKUP.finditer(text))
        self.shown.append(Shown(chat, text, tuple(buttons), markup=found))
        message = {"id": f"wamid.sent{len(self.shown)}"}
        contact = {"input": chat, "wa_id": chat, "user_id": f"RU.{chat}"}
        return granted({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})


def signed(body: bytes) -> Hook:
    signature = hmac.new(SECRET.encode(), body, sha256).hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}
    return Hook(method="POST", headers=headers, query={}, body=body)


def granted(result: object) -> Reply:
    return 200, {"content-type": "application/json"}, json.dumps(result).encode()


def refusal(status: int, code: int, text: str, headers: dict[str, str] | None = None) -> Reply:
    error = {"message": text, "type": "OAuthException", "code": code, "fbtrace_id": "AXxxx"}
    return status, {"content-type": "application/json", **(headers or {})}, json.dumps({"error": error}).encode()
