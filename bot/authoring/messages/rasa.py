"""rasa.yaml, and steps that hand the dialogue to a Rasa bot."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "rasa_intent": {
        "en": ("there is no intent '<name>' that Rasa's could stand for", "Intents: <known>."),
        "ru": ("нет намерения '<name>', которому соответствовало бы намерение Rasa", "Намерения: <known>."),
    },
    "rasa_slot": {
        "en": ("there is no slot '<name>' that the entity could fill", "Slots: <known>."),
        "ru": ("нет слота '<name>', который заполнила бы эта сущность", "Слоты: <known>."),
    },
    "rasa_between": {
        "en": ("'<value>' is not between <low> and <high>", "Write it in figures: 0.6."),
        "ru": ("'<value>' — не от <low> до <high>", "Напишите цифрами: 0.6."),
    },
    "rasa_nobody": {
        "en": ("nobody speaks for the bot '<name>'", "Give its 'url:', or a 'sample:' while there is none."),
        "ru": ("за бота '<name>' некому говорить", "Добавьте 'url:' или, пока его нет, 'sample:'."),
    },
    "rasa_bot": {
        "en": ("rasa.yaml has no bot '<name>'", "Bots: <known>."),
        "ru": ("в rasa.yaml нет бота '<name>'", "Боты: <known>."),
    },
    "rasa_begin": {
        "en": ("'<value>' can't carry values", "Begin with an intent of the bot: 'begin: /order'."),
        "ru": ("'<value>' не может нести значения", "Начните с намерения этого бота: 'begin: /order'."),
    },
}
