"""What trying a set out has shown. <talk>: a conversation that leads there, a line each, in golden notation."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "stuck": {
        "en": (
            "from here no answer leads to the end any more; only giving up or asking for a person helps",
            "Give each answer a way on. It is come to like this:<talk>",
        ),
        "ru": (
            "отсюда ни один ответ не ведёт к концу: остаётся отменить или попросить человека",
            "Дайте каждому ответу путь дальше. Сюда приводит такой разговор:<talk>",
        ),
    },
    "no_good_end": {
        "en": (
            "who answers all that is asked never comes to an end from here",
            "Let some good answer lead on. It goes like this:<talk>",
        ),
        "ru": (
            "кто отвечает на все вопросы, всё равно не дойдёт отсюда до конца",
            "Пусть хороший ответ ведёт дальше. Сюда приводит такой разговор:<talk>",
        ),
    },
    "no_patience": {
        "en": (
            "who says nothing that can be understood is asked here on and on",
            "Let it end or go to a person after two or three times:<talk>",
        ),
        "ru": (
            "кто молчит или говорит непонятно, того здесь спрашивают без конца",
            "После двух-трёх раз закончите разговор или позовите человека:<talk>",
        ),
    },
    "no_reply": {
        "en": ("here a caller hears nothing and doesn't know what to do", "Say something in every case:<talk>"),
        "ru": ("здесь звонящий ничего не слышит и не знает, что делать", "Скажите что-нибудь в любом случае:<talk>"),
    },
}
