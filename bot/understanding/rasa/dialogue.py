"""A dialogue with a Rasa bot over its REST channel: what it is told, and as much of its answer as can be believed.

    POST /webhooks/rest/webhook  {"sender": "…", "message": "…", "metadata": {"govorun": {"id", "language", "channel"}}}
    →  [{"recipient_id": "…", "text": "…", "buttons": [{"title", "payload"}…], "image": "https://…"},
        {"recipient_id": "…", "custom": {"govorun": "back", "values": {"order": 1042}}}]

"back" gives the conversation back, "operator" calls a person first. The channel answers [] where an action of the bot's
raised, so an empty answer is no failure of the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.actions import Fetch
from bot.dialogue.delegated import Bot
from bot.dialogue.values import Value
from bot.understanding.rasa.server import Unanswered, readable
from bot.understanding.rasa.servers import Servers

WEBHOOK = "/webhooks/rest/webhook"
MAX_SAID = 20  # messages of one answer
MAX_TEXT = 4_000  # characters of a message
MAX_BUTTONS = 20
MAX_TITLE = 200
MAX_PAYLOAD = 1_000
MAX_VALUE = 1_000  # characters of a value that it leaves, or items of a list
BACK = ("back", "operator")


class Bots:
    """Tells bots what customers said."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers

    async def ask(self, bot: Bot, fetch: Fetch) -> tuple[str, Mapping[str, Value]]:
        """ "ok" with "said", "back" and "values" (bot.dialogue.relaying); "error" for all that goes wrong."""
        server = self._servers.server(bot.rasa, "dialogue") if bot.rasa is not None else None
        if server is None:
            return "error", {}
        about = {"id": fetch.id, "language": fetch.args.get("language"), "channel": fetch.args.get("channel")}
        body = {
            "sender": fetch.args.get("sender"),
            "message": fetch.args.get("message"),
            "metadata": {"govorun": about},
        }
        try:
            data = await server.post(WEBHOOK, body, told)
        except Unanswered:
            return "error", {}  # logged and counted where it came about
        self._servers.report("dialogue", "said" if data["said"] or data["back"] else "silent", None)
        return "ok", data


def told(answer: Any) -> dict[str, Value]:
    """Raises Unanswered where it is no such answer."""
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        raise Unanswered("malformed", "the answer is no list of messages")
    said: list[Value] = []
    back = ""
    values: dict[str, Value] = {}
    for message in answer[:MAX_SAID]:
        words = _said(message)
        if words["text"] or words["buttons"] or words["image"]:
            said.append(words)
        custom = message.get("custom")
        if isinstance(custom, dict) and custom.get("govorun") in BACK:
            back = str(custom["govorun"])
            values |= _values(custom.get("values"))
    return {"said": tuple(said), "back": back, "values": values}


def _said(message: Mapping[str, Any]) -> dict[str, Value]:
    text, image, given = message.get("text"), message.get("image"), message.get("buttons")
    buttons: list[Value] = []
    for each in given[:MAX_BUTTONS] if isinstance(given, list) else ():
        title = each.get("title") if isinstance(each, dict) else None
        if not isinstance(title, str) or not title.strip():
            continue
        payload = each.get("payload")
        told = payload if isinstance(payload, str) and payload else title
        buttons.append({"title": readable(title[:MAX_TITLE]).strip(), "payload": readable(told[:MAX_PAYLOAD])})
    return {
        "text": readable(text[:MAX_TEXT]).strip() if isinstance(text, str) else "",
        "image": image if isinstance(image, str) and image.startswith(("https://", "http://")) else "",
        "buttons": tuple(buttons),
    }


def _values(given: Any) -> dict[str, Value]:
    if not isinstance(given, dict):
        return {}
    return {readable(name): _value(value) for name, value in given.items() if _value(value) is not None}


def _value(given: Any) -> Value:
    """Texts, numbers, yes and no, and lists of them; the rest is nobody's."""
    if isinstance(given, bool):
        return given
    if isinstance(given, int) and abs(given) < 10**15:
        return given
    if isinstance(given, float):
        return int(given) if given.is_integer() and abs(given) < 10**15 else None
    if isinstance(given, str):
        return readable(given[:MAX_VALUE])
    if isinstance(given, list):
        flat = (_value(each) for each in given[:MAX_VALUE] if not isinstance(each, list))
        return tuple(value for value in flat if value is not None)
    return None
