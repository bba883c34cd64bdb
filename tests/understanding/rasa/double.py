"""A Rasa 3.6 server as far as it is asked: its HTTP, its error bodies, its trackers; what it "understands" is a table.

    POST /model/parse              {"text": …}             → intent, ranking, entities with their synonyms
    POST /webhooks/rest/webhook    {"sender", "message"}   → [{"recipient_id", "text"?, "buttons"?, "custom"?}…]

Its answers are copied from rasa==3.6.21; the same tests run against the real one by `make test-rasa`. Its flower shop
is the one in tests/rasa_real/dialogue.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.programs import Program, Request

Span = tuple[str, str, str]  # words, entity, value

UNDERSTOOD: dict[str, tuple[str, tuple[Span, ...]]] = {
    "запишите меня к терапевту на завтра": (
        "booking",
        (("терапевту", "service", "terapevt"), ("завтра", "when", "завтра")),
    ),
    "сколько стоит приём кардиолога": ("price", (("кардиолога", "service", "kardiolog"),)),
    "где вы находитесь": ("address", ()),
    "book me a visit to the dentist": ("booking", (("dentist", "service", "stomatolog"),)),
}
SHOP = {"цветочный магазин": "shop_begin", "спасибо за букет": "shop_thanks", "хочу букет роз": "shop_bouquet"}
_COMMAND = re.compile(r"/(?P<intent>[^{@]+)(?P<entities>\{.*\})?")


@dataclass
class Double(Program):
    """token: of `--auth-token`. loaded: whether it has a model. parsed, heard: what it was asked, in order."""

    token: str = ""
    loaded: bool = True
    parsed: list[str] = field(default_factory=list)
    heard: list[tuple[str, str]] = field(default_factory=list)
    asking: set[str] = field(default_factory=set)  # senders whose form is open

    def answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        path, _, query = request.target.partition("?")
        if self.token and f"token={self.token}" not in query.split("&"):
            return _error(401, "NotAuthenticated", "User is not authenticated.")
        if path not in ("/model/parse", "/webhooks/rest/webhook"):
            return 404, {"content-type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><h1>404</h1>"
        try:
            body = json.loads(request.body)
        except ValueError:
            return 400, {"content-type": "text/html; charset=utf-8"}, b"<!DOCTYPE html><h1>400</h1>"
        if path == "/webhooks/rest/webhook":
            sender, message = str(body.get("sender")), str(body.get("message"))
            self.heard.append((sender, message))
            return _json([{"recipient_id": sender, **each} for each in self.said(sender, message)])
        if not self.loaded:
            return _error(409, "Conflict", "No agent loaded. To continue processing, a model must be loaded.")
        if "text" not in body:
            return _error(500, "ParsingError", "An unexpected error occurred. Error: 'text'")
        self.parsed.append(body["text"])
        return _json(parsed(body["text"]))

    def said(self, sender: str, message: str) -> list[dict[str, Any]]:
        command = _COMMAND.fullmatch(message)
        intent = command["intent"] if command else SHOP.get(message.strip().lower(), "")
        if sender in self.asking and (number := re.search(r"\d+|семь|пять", message)):
            self.asking.discard(sender)
            back = {"custom": {"govorun": "back", "values": {"flowers": "roses"}}}
            return [{"text": f"Записал, роз: {number[0]}."}, back]
        if intent == "shop_begin":
            buttons = [("Букет", "/shop_bouquet"), ("Позовите продавца", "/shop_person")]
            shown = [{"title": title, "payload": payload} for title, payload in buttons]
            return [{"text": "Цветочный магазин слушает.", "buttons": shown}]
        if intent == "shop_bouquet":
            self.asking.add(sender)
            return [{"text": "Сколько роз?"}]
        if intent == "shop_thanks":
            return [{"text": "Пожалуйста!"}]
        return [{"custom": {"govorun": "operator"}}] if intent == "shop_person" else []


def parsed(text: str) -> dict[str, Any]:
    """As rasa==3.6.21 answers, its confidences with their sixteen digits and all."""
    if command := _COMMAND.fullmatch(text):
        given = json.loads(command["entities"] or "{}")
        entities = [
            {"entity": name, "value": value, "start": 0, "end": len(text), "extractor": "RegexMessageHandler"}
            for name, value in given.items()
        ]
        intent = {"name": command["intent"], "confidence": 1.0}
        return {"text": text, "intent": intent, "entities": entities, "intent_ranking": [intent]}
    if text not in UNDERSTOOD:
        return answer(text, [("nlu_fallback", 0.4), ("about", 0.155515655875206), ("booking", 0.13676689565181732)])
    intent, spans = UNDERSTOOD[text]
    return answer(text, [(intent, 0.9999998807907104), ("shop_person", 6.341541336496448e-08)], spans)


def answer(text: str, ranking: Iterable[tuple[str, float]], spans: Iterable[Span] = ()) -> dict[str, Any]:
    ranked = [{"name": name, "confidence": confidence} for name, confidence in ranking]
    entities = [
        {
            "entity": entity,
            "start": text.index(words),
            "end": text.index(words) + len(words),
            "confidence_entity": 0.9996823072433472,
            "value": value,
            "extractor": "DIETClassifier",
            "processors": ["EntitySynonymMapper"],
        }
        for words, entity, value in spans
    ]
    tokens = [list(found.span()) for found in re.finditer(r"\S+", text)]
    return {
        "text": text,
        "intent": ranked[0],
        "entities": entities,
        "text_tokens": tokens,
        "intent_ranking": ranked,
    }


def _json(body: object, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"content-type": "application/json"}, json.dumps(body).encode()


def _error(status: int, reason: str, message: str) -> tuple[int, dict[str, str], bytes]:
    body = {"version": "3.6.21", "status": "failure", "message": message, "reason": reason, "details": {}, "help": None}
    return _json({**body, "code": status}, status)


@asynccontextmanager
async def rasa(**more: Any) -> AsyncIterator[Double]:
    made = Double(**more)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
