"""What is wrong between the scenarios of a set, and with their phrases."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "unknown_scenario": {
        "en": ("scenario '<name>' does not exist", "Scenarios here: <known>."),
        "ru": ("нет сценария '<name>'", "Сценарии здесь: <known>."),
    },
    "scenario_twice": {
        "en": ("scenario '<name>' is already written in <file>", "Rename one of them."),
        "ru": ("сценарий '<name>' уже есть в файле <file>", "Переименуйте один из них."),
    },
    "circle": {
        "en": ("scenarios start each other in a circle: <names>", "Let one of them ask something first."),
        "ru": ("сценарии запускают друг друга по кругу: <names>", "Пусть один из них сначала что-нибудь спросит."),
    },
    "unknown_repair": {
        "en": (
            "'<name>' is no wish, so no scenario can take its place",
            "There are: <known>.",
        ),
        "ru": ("'<name>' — не просьба, сценарием её не заменить", "Просьбы: <known>."),
    },
    "answer_twice": {
        "en": ("answer '<name>' is already written in <file>", "Rename one of them."),
        "ru": ("ответ '<name>' уже есть в файле <file>", "Переименуйте один из них."),
    },
    "answer_without": {
        "en": ("nothing is said to the question '<name>'", "Add 'answer: {ru: …, en: …}', or 'steps:'."),
        "ru": ("на вопрос '<name>' ничего не отвечают", "Добавьте 'answer: {ru: …, en: …}' или 'steps:'."),
    },
    "answer_both": {
        "en": ("'steps' and '<name>' don't go together", "Keep one of them."),
        "ru": ("'steps' и '<name>' вместе не бывают", "Оставьте одно."),
    },
    "unknown_answer": {
        "en": ("answer '<name>' does not exist", "Answers here: <known>."),
        "ru": ("нет ответа '<name>'", "Ответы здесь: <known>."),
    },
    "phrase_clash": {
        "en": ("'<text>' is also a phrase of '<name>'", "Keep it in one place, or nobody can tell them apart."),
        "ru": ("'<text>' — фраза и у '<name>'", "Оставьте в одном месте, иначе их не различить."),
    },
    "phrase_bracket": {
        "en": ("'<sign>' has no pair in the phrase", "[optional], (one|another) and {slot} need both signs."),
        "ru": ("у '<sign>' во фразе нет пары", "[может не быть], (одно|другое) и {слот} пишутся парами."),
    },
    "phrase_list": {
        "en": ("a list inside the phrases", 'A phrase that begins with [optional] belongs in quotes: "[please] …".'),
        "ru": ("список внутри фраз", 'Фразу, которая начинается с "[", возьмите в кавычки: "[пожалуйста] …".'),
    },
    "phrase_deep": {
        "en": ("brackets nested deeper than <limit>", "Write two phrases instead."),
        "ru": ("скобки вложены глубже <limit>", "Напишите вместо этого две фразы."),
    },
    "phrase_bomb": {
        "en": ("the phrase means <count> texts; the limit is <limit>", "Split it, or leave out some choices."),
        "ru": ("из фразы получается <count> текстов, предел — <limit>", "Разделите её или уберите часть вариантов."),
    },
    "phrases_bomb": {
        "en": ("the phrases of this set mean more than <limit> texts", "Leave out some choices."),
        "ru": ("из фраз этого набора получается больше <limit> текстов", "Уберите часть вариантов."),
    },
    "phrase_empty": {
        "en": ("the phrase may be empty: everything in it is optional", "Leave at least one word outside [ ]."),
        "ru": ("фраза может стать пустой: всё в ней необязательно", "Оставьте хоть слово вне [ ]."),
    },
    "unknown_builtin": {
        "en": ("there is no built-in prompt '<name>'", "Built-in prompts: <known>."),
        "ru": ("нет встроенного ответа '<name>'", "Встроенные ответы: <known>."),
    },
    "no_voicemail": {
        "en": (
            "'machine: message' without a message",
            "Add 'voicemail: …' or 'on_machine:', or write 'machine: hang_up'.",
        ),
        "ru": (
            "'machine: message' без сообщения",
            "Добавьте 'voicemail: …' или 'on_machine:', или напишите 'machine: hang_up'.",
        ),
    },
}
