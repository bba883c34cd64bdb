"""What is wrong with tables, slots, and the names in expressions."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "row_twice": {
        "en": ("two rows have the id '<name>'", "Give each its own."),
        "ru": ("две строки с id '<name>'", "Дайте каждой свой."),
    },
    "mixed_column": {
        "en": ("'<name>' is '<value>' here and a number in other rows", "Write the number alone: 30, not '30 min'."),
        "ru": ("'<name>' здесь '<value>', а в других строках — число", "Напишите одно число: 30, а не '30 мин'."),
    },
    "no_rows": {
        "en": ("the table has no rows", "Add '- id: …' rows, or delete the file."),
        "ru": ("в таблице нет строк", "Добавьте строки '- id: …' или удалите файл."),
    },
    "no_table": {
        "en": ("there is no table '<name>'", "Tables are files beside this one: <known>."),
        "ru": ("нет таблицы '<name>'", "Таблицы — файлы рядом с этим: <known>."),
    },
    "table_twice": {
        "en": ("two files are named '<name>'", "Keep one of them."),
        "ru": ("два файла с именем '<name>'", "Оставьте один."),
    },
    "choice_without": {
        "en": ("a choice needs something to choose from", "Add 'from: table' or 'options:'."),
        "ru": ("выбирать не из чего", "Добавьте 'from: таблица' или 'options:'."),
    },
    "key_of_type": {
        "en": ("'<name>' belongs to a slot of another type: <types>", "Change the type, or remove it."),
        "ru": ("'<name>' бывает у слота другого типа: <types>", "Смените тип или уберите."),
    },
    "bad_length": {
        "en": ("'<value>' is no number of digits", "Write 'length: 6' or 'length: 4..10'; <most> at the most."),
        "ru": ("'<value>' — не число цифр", "Напишите 'length: 6' или 'length: 4..10'; самое большее — <most>."),
    },
    "bounds_order": {
        "en": ("nothing lies between <low> and <high>", "'min' has to be the smaller one."),
        "ru": ("между <low> и <high> ничего нет", "'min' должно быть меньше, чем 'max'."),
    },
    "none_of_one": {
        "en": ("'none' is for a choice of several", "Add 'many: yes', or make it an option of its own."),
        "ru": ("'none' бывает, когда выбирают несколько", "Добавьте 'many: yes' или сделайте это вариантом."),
    },
    "sensitive_learn": {
        "en": ("what is sensitive is never kept in a profile", "Remove 'learn', or 'sensitive'."),
        "ru": ("то, что sensitive, в профиль не записывается", "Уберите 'learn' или 'sensitive'."),
    },
    "option_twice": {
        "en": ("another slot or table tells other things of '<name>'", "Give this option an id of its own."),
        "ru": ("у другого слота или в таблице о '<name>' сказано другое", "Дайте этому варианту свой id."),
    },
    "unknown_slot": {
        "en": ("slot '<name>' does not exist", "Slots here: <known>."),
        "ru": ("нет слота '<name>'", "Слоты здесь: <known>."),
    },
    "unused_slot": {
        "en": ("nobody asks for the slot '<name>'", "Add it to a 'collect' step, or delete it."),
        "ru": ("слот '<name>' никто не спрашивает", "Добавьте его в шаг collect или удалите."),
    },
    "unknown_name": {
        "en": ("'<name>' is not known here", "Known: <known>."),
        "ru": ("имя '<name>' здесь неизвестно", "Известны: <known>."),
    },
    "whole_record": {
        "en": ("'<name>' is several values in one", "Write which of them: <known>."),
        "ru": ("'<name>' — несколько значений сразу", "Напишите, какое из них: <known>."),
    },
    "no_parts": {
        "en": ("'<name>' is one value, it has no '<part>'", "Write '<name>' alone."),
        "ru": ("'<name>' — одно значение, '<part>' в нём нет", "Напишите просто '<name>'."),
    },
    "text_or_name": {
        "en": ("'<name>' is not known here", "If it is a text, quote it twice: \"'<name>'\"."),
        "ru": (
            "имя '<name>' здесь неизвестно",
            "Если это текст, возьмите его в двойные кавычки с простыми: \"'<name>'\".",
        ),
    },
    "option_name": {
        "en": ("'<name>' is an option, and here it counts as a name", "Put it in single quotes: '<name>'."),
        "ru": ("'<name>' — вариант, а здесь это считается именем", "Возьмите в простые кавычки: '<name>'."),
    },
    "unknown_filter": {
        "en": ("there is no filter '<name>'", "Filters: <known>."),
        "ru": ("нет фильтра '<name>'", "Фильтры: <known>."),
    },
    "unknown_function": {
        "en": ("there is no function '<name>'", "Functions: <known>."),
        "ru": ("нет функции '<name>'", "Функции: <known>."),
    },
    # --- types ---
    "wrong_type": {
        "en": ("<name> can't take <kind>", "It takes <known>."),
        "ru": ("<name> не подходит к такому значению: <kind>", "Подходит: <known>."),
    },
    "wrong_count": {
        "en": ("<name> is given <given> values and takes <count>", "Look it up in the guide."),
        "ru": ("у <name> значений <given>, а нужно <count>", "Посмотрите в руководстве."),
    },
    "mixed_types": {
        "en": ("'<sign>' joins <first> with <second>", "Compare like with like."),
        "ru": ("'<sign>' соединяет разное: <first> и <second>", "Сравнивайте одинаковое."),
    },
    "never_equal": {
        "en": ("<first> is never equal to <second>", "Compare like with like."),
        "ru": ("<first> никогда не равно: <second>", "Сравнивайте одинаковое."),
    },
    "never_chosen": {
        "en": ("'<name>' is never '<value>'", "It can be <known>."),
        "ru": ("'<name>' никогда не бывает '<value>'", "Бывает: <known>."),
    },
    "confirm_unknown": {
        "en": ("'<name>' is asked back, but nothing fills it", "Add 'prefill', or leave 'confirm_known' out."),
        "ru": ("«<name>» переспрашивается, но заполнять его нечем", "Добавьте 'prefill' или уберите 'confirm_known'."),
    },
    "wrong_prefill": {
        "en": ("'<name>' holds <kind>, but is filled with <given>", "Take another value, or leave 'prefill' out."),
        "ru": (
            "в '<name>' хранится <kind>, а подставляется <given>",
            "Подставьте другое значение или уберите 'prefill'.",
        ),
    },
}
