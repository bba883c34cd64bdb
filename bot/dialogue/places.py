"""Channels by the names people call them, as they stand in "we go on …"."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.meaning import Language

_PHONE: Mapping[Language, str] = {"ru": "по телефону", "en": "by telephone"}
PLACES: Mapping[str, Mapping[Language, str]] = {
    "telegram": {"ru": "в Телеграме", "en": "in Telegram"},
    "whatsapp": {"ru": "в Ватсапе", "en": "in WhatsApp"},
    "vk": {"ru": "во ВКонтакте", "en": "in VK"},
    "max": {"ru": "в Максе", "en": "in MAX"},
    "viber": {"ru": "в Вайбере", "en": "in Viber"},
    "email": {"ru": "в почте", "en": "by e-mail"},
    "sms": {"ru": "в СМС", "en": "by SMS"},
    "web": {"ru": "в чате на сайте", "en": "in the chat on our site"},
    "sip": _PHONE,
    "webrtc": _PHONE,
    "phone": _PHONE,
}
_ELSEWHERE: Mapping[Language, str] = {"ru": "на другом канале", "en": "elsewhere"}
TOWARDS = "go_on_in_"  # a wish to go on there: "go_on_in_telegram"
WISHES: Mapping[str, str] = {
    f"{TOWARDS}{name}": name for name in ("telegram", "whatsapp", "vk", "max", "viber", "web", "phone")
}


def place(channel: str) -> Mapping[Language, str]:
    return PLACES.get(channel, _ELSEWHERE)
