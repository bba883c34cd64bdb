"""What is wrong with a value: a text, a number, a prompt."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "unknown_key": {
        "en": ("'<name>' is not known here", "Known: <known>."),
        "ru": ("'<name>' здесь не бывает", "Бывает: <known>."),
    },
    "comma": {
        "en": ("'<name>' stands alone after a comma", 'Put a text with a comma in quotes: {ru: "…, …"}.'),
        "ru": ("'<name>' осталось одно после запятой", 'Текст с запятой возьмите в кавычки: {ru: "…, …"}.'),
    },
    "missing_key": {
        "en": ("'<name>' is missing", "Add '<name>: …'."),
        "ru": ("не хватает '<name>'", "Добавьте '<name>: …'."),
    },
    "want_text": {
        "en": ("a text belongs here", "If it holds { } [ ] : or #, put it in quotes."),
        "ru": ("здесь должен быть текст", "Если в нём есть { } [ ] : или #, возьмите его в кавычки."),
    },
    "want_fields": {
        "en": ("names with values belong here", "Write 'name: value' lines, indented by two spaces."),
        "ru": ("здесь должны быть пары 'имя: значение'", "Пишите их строками, с отступом в два пробела."),
    },
    "want_list": {
        "en": ("a list belongs here", "Write '- ' before each of its lines."),
        "ru": ("здесь должен быть список", "Поставьте '- ' перед каждой его строкой."),
    },
    "want_number": {
        "en": ("'<value>' is not a whole number from <low> to <high>", "Write it in figures."),
        "ru": ("'<value>' — не целое число от <low> до <high>", "Напишите цифрами."),
    },
    "want_seconds": {
        "en": ("'<value>' is no time from <low> to <high> seconds", "Write it in seconds: 4s, 1.5s, 800ms."),
        "ru": ("'<value>' — не время от <low> до <high> секунд", "Напишите в секундах: 4s, 1.5s, 800ms."),
    },
    "bad_barge_in": {
        "en": (
            "'<value>' doesn't say whether speech may stop a prompt",
            "Write allow, deny, or {speech_after: 2s}: for two seconds speech doesn't stop it.",
        ),
        "ru": (
            "'<value>' не говорит, можно ли перебить фразу речью",
            "Напишите allow, deny или {speech_after: 2s}: две секунды речь её не прерывает.",
        ),
    },
    "want_amount": {
        "en": ("'<value>' is not a number", "Write it in figures: 10, or 2.5."),
        "ru": ("'<value>' — не число", "Напишите цифрами: 10 или 2.5."),
    },
    "want_yes": {
        "en": ("'<value>' is neither yes nor no", "Write 'yes' or 'no'."),
        "ru": ("'<value>' — не yes и не no", "Напишите 'yes' или 'no'."),
    },
    "want_one_of": {
        "en": ("'<value>' can't stand here", "Write one of <known>."),
        "ru": ("'<value>' здесь не годится", "Напишите одно из: <known>."),
    },
    "bad_name": {
        "en": ("'<value>' can't be a name", "Use latin letters, digits and '_'; begin with a letter."),
        "ru": ("'<value>' не годится в имена", "Латинские буквы, цифры и '_', первой — буква."),
    },
    "lookalike": {
        "en": ("'<name>' only looks like '<meant>': there is a Russian or an invisible letter in it", "Type it again."),
        "ru": ("'<name>' только похоже на '<meant>': в нём русская или невидимая буква", "Наберите заново латиницей."),
    },
    "want_brackets": {
        "en": ("'<value>' counts as one name", "Several go into brackets: [<meant>]."),
        "ru": ("'<value>' считается одним именем", "Несколько пишут в скобках: [<meant>]."),
    },
    "reserved_name": {
        "en": ("'<value>' is a name the product uses itself", "Choose another."),
        "ru": ("имя '<value>' занято самой программой", "Выберите другое."),
    },
    "bad_hours": {
        "en": (
            "'<value>' isn't a span of hours",
            "Write 09:00-20:00, or '09:00-13:00 and 14:00-20:00', or 22:00-06:00, or 'closed'.",
        ),
        "ru": (
            "'<value>' — не часы работы",
            "Пишите 09:00-20:00, или '09:00-13:00 и 14:00-20:00', или 22:00-06:00, или 'closed'.",
        ),
    },
    "hours_overlap": {
        "en": ("<first> and <second> of one day overlap", "Let one end before the next begins."),
        "ru": ("<first> и <second> одного дня пересекаются", "Пусть одни часы кончаются раньше, чем начнутся другие."),
    },
    "hours_into_next": {
        "en": ("<value> goes on after '<name>' has opened", "Let it close before the next day opens."),
        "ru": ("<value> продолжается, когда '<name>' уже открыт", "Закройте раньше, чем откроется следующий день."),
    },
    "hours_comma": {
        "en": ("<value> stands alone after a comma", "Write the two with 'and': 09:00-13:00 and 14:00-20:00."),
        "ru": ("<value> осталось одно после запятой", "Соедините словом 'и': 09:00-13:00 и 14:00-20:00."),
    },
    "bad_day": {
        "en": ("'<value>' is no day of the week", "Write <known>, or several: mon-fri."),
        "ru": ("'<value>' — не день недели", "Пишите <known> или несколько: mon-fri; по-русски пн-пт, сб, вс."),
    },
    "day_twice": {
        "en": ("'<value>' gives hours to '<name>' once more", "Each day has its hours once."),
        "ru": ("'<value>' ещё раз задаёт часы дня '<name>'", "У каждого дня часы пишутся один раз."),
    },
    "bad_holiday": {
        "en": ("'<value>' is no date", "Write 2026-12-31, or 01-07 for every year, or several days: 01-01..01-08."),
        "ru": (
            "'<value>' — не дата",
            "Пишите 2026-12-31, или 01-07 (каждый год), или несколько дней: 01-01..01-08.",
        ),
    },
    "holiday_twice": {
        "en": ("'<value>' stands there already", "Each holiday has its hours once."),
        "ru": ("'<value>' уже есть", "У каждого праздника часы пишутся один раз."),
    },
    "bad_timezone": {
        "en": ("there is no time zone '<value>'", "Write an IANA name such as Europe/Moscow."),
        "ru": ("нет часового пояса '<value>'", "Пишите имя IANA, например Europe/Moscow."),
    },
    "no_language": {
        "en": ("the text has no '<name>'", "Add '<name>: …': this set speaks <known>."),
        "ru": ("в тексте нет '<name>'", "Добавьте '<name>: …': набор говорит на <known>."),
    },
    "one_text": {
        "en": ("one text for several languages", "Write {<first>: …, <second>: …}."),
        "ru": ("один текст на несколько языков", "Напишите {<first>: …, <second>: …}."),
    },
    "empty_text": {
        "en": ("the text is empty", "Write what should be said."),
        "ru": ("текст пуст", "Напишите, что сказать."),
    },
    "bad_template": {
        "en": ("<what> (at character <at>)", "<fix>"),
        "ru": ("<what> (символ <at>)", "<fix>"),
    },
}
