"""An SMS gateway as docs/channels.md describes it: what it takes, what it posts, and its errors."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, ClassVar

from bot.channels.messenger import Hook, Messenger
from bot.channels.sms import GSM7, GSM7_TWICE, Sms
from tests.channels.double import Double, Shown
from tests.programs import Reply, Request

TOKEN, SECRET, SENDER = "gateway-token-5f2c", "our-secret-91ab", "Clinic"
LINE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
SEGMENTS = 6


@dataclass
class SmsDouble(Double):
    """sent: messages as they were taken, each id once."""

    NAME: ClassVar[str] = "sms"
    DROPS_DOUBLES: ClassVar[bool] = True
    VOUCHES: ClassVar[bool] = True
    SHARES_CONTACTS: ClassVar[bool] = False
    SHARES_NUMBER: ClassVar[bool] = False
    BEGINS: ClassVar[bool] = False
    BUTTONS: ClassVar[bool] = False
    HEARS: ClassVar[bool] = False
    FILES: ClassVar[bool] = False
    FORBIDDEN: ClassVar[Sequence[str]] = (
        "image",
        "captioned",
        "sticker",
        "location",
        "edited",
        "unknown",
        "group",
    )

    sent: list[dict[str, Any]] = field(default_factory=list)

    def settings(self) -> dict[str, str]:
        return {"sms_url": f"{self.url}/sms", "sms_token": TOKEN, "sms_sender": SENDER, "sms_secret": SECRET}

    def messenger(self, timeout_s: float) -> Messenger:
        return Sms(f"{self.url}/sms", TOKEN, SENDER, SECRET, segments=SEGMENTS, timeout_s=timeout_s)

    def secrets(self) -> Sequence[str]:
        return TOKEN, SECRET

    # people

    def posted(self, **post: Any) -> Hook:
        return self.sealed(post)

    def sealed(self, body: object) -> Hook:
        headers = {"authorization": f"Bearer {SECRET}"}
        return Hook(method="POST", headers=headers, query={}, body=json.dumps(body).encode())

    def wrote(self, chat: str, text: str) -> Hook:
        number = next(self.numbers)
        at = (self.now() + timedelta(milliseconds=number)).isoformat()
        return self.posted(messages=[{"id": f"in-{number}", "from": f"+{chat}", "text": text, "at": at}])

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        return self.wrote(chat, button[1])  # there is nothing to press: the number in the list

    def odd(self, chat: str, kind: str) -> Hook:
        assert kind == "blocked"
        return self.wrote(chat, "Стоп")

    def forged(self, hook: Hook) -> Sequence[Hook]:
        return [
            replace(hook, headers=headers)
            for headers in ({}, {"authorization": "Bearer guessed"}, {"authorization": "Bearer ключ"})
        ]

    # the server

    def sends(self, request: Request) -> str | None:
        told = request.json if request.method == "POST" else {}
        return told["to"].lstrip("+") if isinstance(told, dict) and told else None

    def failing(self, trouble: str) -> Reply:
        if trouble == "flood":
            return 429, {"retry-after": str(round(self.FLOOD_S))}, b"slow down"
        if trouble == "broken":
            return 503, {}, b"<html>"
        return 422, {}, json.dumps({"error": "unsubscribed"}).encode()

    def call(self, request: Request) -> Reply:
        if not self.known or request.headers.get("authorization") != f"Bearer {TOKEN}":
            return 401, {}, b"{}"
        if request.method == "GET":
            return 200, {}, b"{}"
        told = request.json
        assert isinstance(told, dict)
        assert request.headers.get("idempotency-key", "") == told["id"]
        gsm = all(char in GSM7 | GSM7_TWICE for char in told["text"])
        if (told["encoding"] == "gsm7") != gsm or not told["text"] or not 1 <= told["segments"] <= SEGMENTS:
            return 422, {}, json.dumps({"error": "text"}).encode()
        if told["id"] and told["id"] in [each["id"] for each in self.sent]:
            return 202, {}, b"{}"
        self.sent.append(told)
        listed = tuple((title, number) for number, title in LINE.findall(told["text"]))
        text = LINE.sub("", told["text"]).strip()
        self.shown.append(Shown(told["to"].lstrip("+"), text, listed=listed, whole=told["text"]))
        return 202, {}, b"{}"
