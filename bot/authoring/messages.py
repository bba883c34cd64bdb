"""What `govorun check` says: (what is wrong, how to mend it), by code and language. <name> is filled in."""

from __future__ import annotations

from collections.abc import Mapping

MESSAGES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    # --- the folder and the file ---
    "no_folder": {
        "en": ("there is no folder '<name>'", "Give the folder that holds business.yaml."),
        "ru": ("нет папки '<name>'", "Укажите папку, где лежит business.yaml."),
    },
    "no_business": {
        "en": ("business.yaml is missing", "Every set needs it: name, languages, hours and start."),
        "ru": ("нет файла business.yaml", "Он нужен каждому набору: name, languages, hours и start."),
    },
    "no_scenarios": {
        "en": ("there is no scenario in this folder", "Add a file that begins with 'scenario: main'."),
        "ru": ("в папке нет ни одного сценария", "Добавьте файл, который начинается с 'scenario: main'."),
    },
    "unreadable_file": {
        "en": ("the file can't be opened", "Check that it is a file and that you may read it."),
        "ru": ("файл не открывается", "Проверьте, что это файл и что у вас есть право его читать."),
    },
    "too_many_files": {
        "en": ("more than <limit> files in one set", "Split it into several sets."),
        "ru": ("в одном наборе больше <limit> файлов", "Разделите его на несколько наборов."),
    },
    "empty_file": {
        "en": ("the file is empty", "Write a scenario in it, or delete it."),
        "ru": ("файл пуст", "Напишите в нём сценарий или удалите его."),
    },
    "unknown_file": {
        "en": (
            "this is neither a scenario nor a table",
            "A scenario begins with 'scenario: its_name'; a table is a list of rows, '- id: …'.",
        ),
        "ru": (
            "это не сценарий и не таблица",
            "Сценарий начинается с 'scenario: имя', таблица — список строк '- id: …'.",
        ),
    },
    "too_big": {
        "en": ("the file is over <limit> kB", "Split it into several scenarios."),
        "ru": ("файл больше <limit> КБ", "Разделите его на несколько сценариев."),
    },
    "not_utf8": {
        "en": ("this isn't UTF-8 text", "Save the file as UTF-8."),
        "ru": ("это не текст в UTF-8", "Сохраните файл в кодировке UTF-8."),
    },
    "odd_character": {
        "en": ("there is an invisible control character here", "Delete it and type the line again."),
        "ru": ("здесь невидимый служебный символ", "Удалите его и наберите строку заново."),
    },
    "too_deep": {
        "en": ("nested deeper than <limit> levels", "Move a part into a scenario of its own."),
        "ru": ("вложенность больше <limit> уровней", "Вынесите часть в отдельный сценарий."),
    },
    "too_many": {
        "en": ("more than <limit> values in one file", "Use fewer aliases (*name), or split the file."),
        "ru": ("больше <limit> значений в одном файле", "Уберите ссылки (*имя) или разделите файл."),
    },
    "two_documents": {
        "en": ("a second document begins here ('---')", "Put each scenario into a file of its own."),
        "ru": ("здесь начинается второй документ ('---')", "Один файл — один сценарий."),
    },
    "unknown_alias": {
        "en": ("'*<name>' refers to nothing above", "A text that begins with '*' belongs in quotes."),
        "ru": ("'*<name>' ни на что не ссылается", "Текст, который начинается с '*', возьмите в кавычки."),
    },
    "tag": {
        "en": ("'<tag>' isn't used in scenarios", "A text that begins with '!' belongs in quotes."),
        "ru": ("'<tag>' в сценариях не используется", "Текст, который начинается с '!', возьмите в кавычки."),
    },
    "odd_key": {
        "en": ("a name belongs before the colon, not a list", "Put the text in quotes."),
        "ru": ("перед двоеточием должно стоять имя, а не список", "Возьмите текст в кавычки."),
    },
    "twice": {
        "en": ("'<name>' is written twice here", "Keep one of them."),
        "ru": ("'<name>' написано здесь дважды", "Оставьте одно."),
    },
    "tab": {
        "en": ("the line is indented with a tab", "Use spaces, two a level."),
        "ru": ("отступ сделан табуляцией", "Поставьте пробелы, по два на уровень."),
    },
    "colon": {
        "en": (
            "a colon inside a text, or a line indented too far",
            'Put a text with a colon in quotes: "Hours: nine to eight".',
        ),
        "ru": (
            "двоеточие внутри текста или лишний отступ",
            'Текст с двоеточием возьмите в кавычки: "Часы работы: с девяти".',
        ),
    },
    "open_quote": {
        "en": ("the quote that opens here is never closed", "Close it at the end of the text."),
        "ru": ("открытая здесь кавычка не закрыта", "Закройте её в конце текста."),
    },
    "open_bracket": {
        "en": ("the bracket that opens here isn't closed by '<sign>'", "Close it, or put the text in quotes."),
        "ru": ("открытая здесь скобка не закрыта: нужна '<sign>'", "Закройте её или возьмите текст в кавычки."),
    },
    "odd_start": {
        "en": ("a text can't begin with '<name>' here", "Put the text in quotes."),
        "ru": ("текст не может начинаться с '<name>'", "Возьмите текст в кавычки."),
    },
    "no_colon": {
        "en": ("there is no colon after the name", "Write 'name: value', with a space after the colon."),
        "ru": ("после имени нет двоеточия", "Пишите 'имя: значение', с пробелом после двоеточия."),
    },
    "indent": {
        "en": ("the indentation doesn't fit the lines above", "Align it with its neighbours, two spaces a level."),
        "ru": ("отступ не совпадает со строками выше", "Выровняйте по соседним, два пробела на уровень."),
    },
    "unreadable": {
        "en": ("this can't be read as YAML (<problem>)", "Compare it with the line above."),
        "ru": ("это не читается как YAML (<problem>)", "Сравните со строкой выше."),
    },
    # --- values ---
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
    "reserved_name": {
        "en": ("'<value>' is a name the product uses itself", "Choose another."),
        "ru": ("имя '<value>' занято самой программой", "Выберите другое."),
    },
    "bad_hours": {
        "en": ("'<value>' isn't a span of hours", "Write it as 09:00-20:00, opening before closing."),
        "ru": ("'<value>' — не часы работы", "Пишите 09:00-20:00, открытие раньше закрытия."),
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
    # --- tables and slots ---
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
    "unwanted_from": {
        "en": ("only a slot of type choice has '<name>'", "Write 'type: choice', or remove it."),
        "ru": ("'<name>' бывает только у слота типа choice", "Напишите 'type: choice' или уберите."),
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
    "text_or_name": {
        "en": ("'<name>' is not known here", "If it is a text, quote it twice: \"'<name>'\"."),
        "ru": (
            "имя '<name>' здесь неизвестно",
            "Если это текст, возьмите его в двойные кавычки с простыми: \"'<name>'\".",
        ),
    },
    "unknown_filter": {
        "en": ("there is no filter '<name>'", "Filters: <known>."),
        "ru": ("нет фильтра '<name>'", "Фильтры: <known>."),
    },
    "unknown_function": {
        "en": ("there is no function '<name>'", "Functions: <known>."),
        "ru": ("нет функции '<name>'", "Функции: <known>."),
    },
    # --- steps ---
    "no_step": {
        "en": ("this step doesn't say what to do", "Begin it with one of <known>."),
        "ru": ("непонятно, что делает этот шаг", "Начните его с одного из: <known>."),
    },
    "two_steps": {
        "en": ("'<first>' and '<second>' in one step", "Put '- ' before '<second>': one idea a step."),
        "ru": ("'<first>' и '<second>' в одном шаге", "Поставьте '- ' перед '<second>': один шаг — одно дело."),
    },
    "empty_block": {
        "en": ("there are no steps here", "Add at least one, '- say: …'."),
        "ru": ("здесь нет шагов", "Добавьте хотя бы один: '- say: …'."),
    },
    "step_twice": {
        "en": ("two steps have the id '<name>'", "Give each its own."),
        "ru": ("два шага с id '<name>'", "Дайте каждому свой."),
    },
    "unknown_step": {
        "en": ("step '<name>' does not exist", "Give the step you mean 'id: <name>'."),
        "ru": ("нет шага '<name>'", "Дайте нужному шагу 'id: <name>'."),
    },
    "unreachable": {
        "en": ("this step can never be reached", "Remove it, or the step before it that never goes on."),
        "ru": ("до этого шага дело не дойдёт", "Уберите его или тот шаг выше, который не идёт дальше."),
    },
    "endless": {
        "en": ("these steps go round for ever without asking anything", "Let the circle ask, or lead out of it."),
        "ru": ("шаги ходят по кругу и ничего не спрашивают", "Спросите что-нибудь в круге или выведите из него."),
    },
    "not_last": {
        "en": ("'<name>' must be the last step of its block", "Remove the steps after it."),
        "ru": ("'<name>' должен быть последним шагом", "Уберите шаги после него."),
    },
    "continue_outside": {
        "en": ("'continue' has no main road to go back to", "Use it in a block such as 'taken:' or 'declined:'."),
        "ru": ("'continue' некуда возвращать", "Он нужен внутри блока: 'taken:', 'declined:' и подобных."),
    },
    "again_uncollected": {
        "en": ("no 'collect' step asks for '<name>'", "Add '- collect: <name>' before."),
        "ru": ("ни один шаг collect не спрашивает '<name>'", "Добавьте выше '- collect: <name>'."),
    },
    "unknown_action": {
        "en": ("there is no action '<name>'", "Actions: <known>."),
        "ru": ("нет действия '<name>'", "Действия: <known>."),
    },
    "bad_action": {
        "en": ("'<value>' isn't an action", "Write it as calendar.hold(service, when)."),
        "ru": ("'<value>' — не действие", "Пишите так: calendar.hold(service, when)."),
    },
    "too_many_args": {
        "en": ("<name> takes <count> values at most", "It takes (<known>)."),
        "ru": ("<name> принимает не больше <count> значений", "Оно принимает (<known>)."),
    },
    "missing_arg": {
        "en": ("<name> needs '<arg>'", "Add a slot of that name, or give it in the parentheses."),
        "ru": ("для <name> нужно '<arg>'", "Добавьте слот с таким именем или передайте значение в скобках."),
    },
    "unknown_outcome": {
        "en": ("<action> never ends with '<name>'", "It ends with <known>."),
        "ru": ("у <action> не бывает исхода '<name>'", "Исходы: <known>."),
    },
    "unhandled_outcome": {
        "en": ("nothing is said when <action> ends with '<name>'", "Add '<name>:' with steps."),
        "ru": ("не сказано, что делать при исходе '<name>' у <action>", "Добавьте '<name>:' с шагами."),
    },
    "no_items": {
        "en": ("the menu has no items", "Add 'items:' with at least two."),
        "ru": ("в меню нет пунктов", "Добавьте 'items:', хотя бы два."),
    },
    "bad_key": {
        "en": ("'<value>' is not a telephone key", "Write one of 0-9, * or #."),
        "ru": ("'<value>' — не кнопка телефона", "Напишите одну из 0-9, * или #."),
    },
    "key_clash": {
        "en": ("key <key> already means '<name>'", "Give each its own key."),
        "ru": ("кнопка <key> уже занята: '<name>'", "Дайте каждому свою кнопку."),
    },
    "item_both": {
        "en": ("an item has either 'start' or 'steps'", "Keep one of them."),
        "ru": ("у пункта бывает либо 'start', либо 'steps'", "Оставьте одно."),
    },
    "menu_twice": {
        "en": ("two menus are named '<name>'", "Give this one its own 'menu: name'."),
        "ru": ("два меню с именем '<name>'", "Дайте этому своё: 'menu: имя'."),
    },
    # --- the set ---
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
    "phrase_empty": {
        "en": ("the phrase may be empty: everything in it is optional", "Leave at least one word outside [ ]."),
        "ru": ("фраза может стать пустой: всё в ней необязательно", "Оставьте хоть слово вне [ ]."),
    },
    "unknown_builtin": {
        "en": ("there is no built-in prompt '<name>'", "Built-in prompts: <known>."),
        "ru": ("нет встроенного ответа '<name>'", "Встроенные ответы: <known>."),
    },
    # --- golden conversations ---
    "no_talks": {
        "en": ("there are no golden conversations", "Write one in tests/booking.ru.txt, beginning with '# its title'."),
        "ru": ("нет эталонных разговоров", "Напишите один в tests/booking.ru.txt, первой строкой '# название'."),
    },
    "no_talk": {
        "en": ("there is no conversation in this file", "Begin one with '# its title'."),
        "ru": ("в файле нет разговора", "Начните его строкой '# название'."),
    },
    "talk_sign": {
        "en": ("'<value>' begins with none of # > < =", "Write '> ' before the customer, '< ' before the bot."),
        "ru": ("'<value>' начинается не с # > < =", "Перед словами клиента пишите '> ', перед ответом '< '."),
    },
    "talk_untitled": {
        "en": ("a conversation needs a title", "Put '# what it shows' above it."),
        "ru": ("у разговора нет названия", "Поставьте над ним '# что он показывает'."),
    },
    "talk_now": {
        "en": ("'<value>' isn't a date and time", "Write it as 2026-11-18 10:00."),
        "ru": ("'<value>' — не дата и время", "Пишите так: 2026-11-18 10:00."),
    },
    "talk_taken": {
        "en": ("'<value>' isn't a taken place", "Write it as 'taken: terapevt 2026-11-19 15:00'."),
        "ru": ("'<value>' — не занятое место", "Пишите так: 'taken: terapevt 2026-11-19 15:00'."),
    },
}
