"""What works, but not well: a caller will suffer, or the author has forgotten something."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    # --- ways ---
    "dead_end": {
        "en": ("after '<name>' the customer hears nothing more", "Say what came of it, or lead on."),
        "ru": ("после '<name>' клиент больше ничего не услышит", "Скажите, чем кончилось, или ведите дальше."),
    },
    "no_way_out": {
        "en": (
            "from here no way leads to the end or to a person",
            "Lead out of the circle: 'stop', 'end' or 'handoff'.",
        ),
        "ru": ("отсюда нет пути ни к концу, ни к человеку", "Выведите из круга: 'stop', 'end' или 'handoff'."),
    },
    "no_error_branch": {
        "en": ("nothing is said for the case that <name> can't be done", "Add 'error:' with steps."),
        "ru": ("не сказано, что делать, если <name> не получится", "Добавьте 'error:' с шагами."),
    },
    "samples_only": {
        "en": ("<name> has no 'url': its samples answer, for customers too", "Give it 'url:' before going live."),
        "ru": ("у <name> нет 'url': и клиентам ответят примеры", "Укажите 'url:' до запуска."),
    },
    "item_nowhere": {
        "en": ("the item '<name>' only repeats the menu", "Give it 'start', 'steps' or 'continue'."),
        "ru": ("пункт '<name>' только повторяет меню", "Дайте ему 'start', 'steps' или 'continue'."),
    },
    "many_attempts": {
        "en": ("'<name>' is asked <count> times before a person helps", "Two or three are as many as a caller bears."),
        "ru": (
            "'<name>' спрашивают <count> раз, прежде чем поможет человек",
            "Больше двух-трёх раз не выдержит никто.",
        ),
    },
    "fail_loop": {
        "en": (
            "the steps after failed attempts ask for '<name>' again and lead to nobody",
            "Let them end with 'handoff' or 'stop'.",
        ),
        "ru": (
            "шаги после неудачных попыток снова спрашивают '<name>' и никуда не ведут",
            "Закончите их 'handoff' или 'stop'.",
        ),
    },
    "nobody_starts": {
        "en": ("nothing leads to the scenario '<name>'", "Give it 'phrases', or let a menu or a 'start' lead to it."),
        "ru": ("к сценарию '<name>' ничто не ведёт", "Дайте ему 'phrases' или приведите из меню или шагом 'start'."),
    },
    "no_announce": {
        "en": (
            "we call first, and nothing says that a robot is calling",
            "Write 'outbound: {announce: …}'; until then a built-in sentence is said on calls.",
        ),
        "ru": (
            "звоним мы, а не сказано, что звонит робот",
            "Напишите 'outbound: {announce: …}'; пока в звонке прозвучит встроенная фраза.",
        ),
    },
    "voicemail_unsaid": {
        "en": ("'voicemail' is never said: 'machine: <machine>'", "Leave out 'machine', or 'voicemail'."),
        "ru": ("'voicemail' не прозвучит: 'machine: <machine>'", "Уберите 'machine' или 'voicemail'."),
    },
    # --- values ---
    "never_set_before": {
        "en": ("nothing has set '<name>' on any way here: it is empty", "Set or ask it before."),
        "ru": ("ни на одном пути сюда '<name>' ещё не задано: здесь пусто", "Задайте или спросите его раньше."),
    },
    "variable_never_read": {
        "en": ("'<name>' is set and never used", "Use it, or delete the step."),
        "ru": ("'<name>' задано и нигде не используется", "Используйте его или удалите шаг."),
    },
    "slot_never_read": {
        "en": ("'<name>' is asked and never used", "Use it, let 'learn' keep it, or don't ask."),
        "ru": (
            "'<name>' спрашивают, но нигде не используют",
            "Используйте, запомните через 'learn' или не спрашивайте.",
        ),
    },
    # --- what is written ---
    "left_note": {
        "en": ("'<text>' was left in what is said", "Finish the text."),
        "ru": ("в тексте осталось '<text>'", "Допишите текст."),
    },
    "mixed_letters": {
        "en": ("'<text>' mixes Russian and English letters", "Type the word again in one alphabet."),
        "ru": ("в '<text>' смешаны русские и латинские буквы", "Наберите слово заново одним алфавитом."),
    },
    "untranslated": {
        "en": ("'<text>' isn't in <tongue>", "Translate it."),
        "ru": ("'<text>' не на <tongue>", "Переведите."),
    },
    "curly_around": {
        "en": ("<text> will be said with its quotes", 'YAML takes only straight quotes away: "…".'),
        "ru": ("<text> прозвучит и покажется с кавычками", 'YAML снимает только прямые кавычки: "…".'),
    },
    "double_braces": {
        "en": ("'<text>' will be said as it stands", "Write a value in single braces: <text>."),
        "ru": ("'<text>' скажется так, как написано", "Значение пишут в одинарных скобках: <text>."),
    },
    "cut_by_hash": {
        "en": ("'<text>' counts as a comment: the text ends before it", "Put the whole text in quotes."),
        "ru": ("'<text>' — для YAML примечание: текст кончается перед ним", "Возьмите весь текст в кавычки."),
    },
    "untitled_slot": {
        "en": (
            "whoever wants to correct '<name>' is offered it by that name",
            "Add 'title: {ru: …, en: …}' to the slot.",
        ),
        "ru": (
            "кто захочет поправить '<name>', увидит на кнопке это имя",
            "Добавьте слоту 'title: {ru: …, en: …}'.",
        ),
    },
    "same_variant": {
        "en": ("'<text>' is said again word for word", "Ask differently the second time, or keep one."),
        "ru": ("'<text>' повторяется слово в слово", "Во второй раз спросите иначе или оставьте одно."),
    },
    "long_title": {
        "en": ("'<text>' is <count> letters long; messengers cut a button after <limit>", "Find a shorter title."),
        "ru": ("в '<text>' <count> букв; мессенджеры обрежут кнопку после <limit>", "Найдите название короче."),
    },
    "no_case": {
        "en": ("'{<name>|<case>}' is wrong Russian: no '<case>' in <names>", "Add the column: <case>: {ru: …}."),
        "ru": ("'{<name>|<case>}' скажется не по-русски: нет '<case>' у <names>", "Добавьте колонку: <case>: {ru: …}."),
    },
    # --- what is heard ---
    "long_prompt": {
        "en": ("it takes about <seconds> seconds to say; a caller bears <limit>", "Say less, or ask in two steps."),
        "ru": ("звучит около <seconds> с, а выдерживают <limit>", "Сократите или спросите в два шага."),
    },
    "long_menu": {
        "en": (
            "<count> items, about <seconds> seconds; a caller keeps <limit> in mind",
            "Put some into a menu of their own.",
        ),
        "ru": ("пунктов <count>, около <seconds> с; запоминают <limit>", "Уберите часть во второе меню."),
    },
    "slow_menu": {
        "en": (
            "the menu takes about <seconds> seconds to hear; a caller bears <limit>",
            "Shorten titles and announcements.",
        ),
        "ru": ("меню звучит около <seconds> с, а выдерживают <limit>", "Сократите названия и объявления."),
    },
    "unspeakable": {
        "en": ("'<text>' can't be said on the telephone", "<mend>"),
        "ru": ("'<text>' нельзя произнести по телефону", "<mend>"),
    },
    # --- keys ---
    "key_means": {
        "en": ("key <key> <means> everywhere; here it would choose '<name>'", "Give it another key."),
        "ru": ("кнопка <key> везде <means>, а здесь выберет '<name>'", "Дайте другую кнопку."),
    },
    "some_keys": {
        "en": ("'<name>' has no key, though others here have one", "Give each a key, or none."),
        "ru": ("у '<name>' нет кнопки, а у других здесь есть", "Дайте кнопку каждому или никому."),
    },
    # --- phrases ---
    "few_phrases": {
        "en": (
            "'<name>' has too few phrases (<language>): <count>",
            "Write ten or more, as people really say it; five at least.",
        ),
        "ru": (
            "у '<name>' мало фраз (<language>): <count>",
            "Напишите десять и больше, как говорят люди; самое малое пять.",
        ),
    },
    "near_phrases": {
        "en": ("'<text>' would be taken for '<name>', which has '<like>' (<place>)", "Tell them apart, or drop one."),
        "ru": ("'<text>' примут за '<name>': там есть '<like>' (<place>)", "Разведите их или уберите одну."),
    },
    # --- golden conversations ---
    "no_talk_for": {
        "en": ("no golden conversation goes through '<name>' (<language>)", "Write one: tests/<name>.<language>.txt."),
        "ru": (
            "ни один эталонный разговор не проходит через '<name>' (<language>)",
            "Напишите: tests/<name>.<language>.txt.",
        ),
    },
    # --- allowing ---
    "allow_unknown": {
        "en": ("'check: allow' doesn't know '<name>'", "Codes: <known>."),
        "ru": ("'check: allow' не знает '<name>'", "Коды: <known>."),
    },
    "allow_error": {
        "en": ("'<name>' is an error and can't be allowed", "Mend it."),
        "ru": ("'<name>' — ошибка, её нельзя разрешить", "Исправьте её."),
    },
    "allow_why": {
        "en": ("'check: allow <name>' doesn't say why", "Write the reason after the code."),
        "ru": ("у 'check: allow <name>' нет причины", "Напишите её после кода."),
    },
    "allow_unused": {
        "en": ("there is no '<name>' here any more", "Delete the comment."),
        "ru": ("'<name>' здесь больше нет", "Удалите комментарий."),
    },
}
