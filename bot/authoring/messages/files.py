"""What is wrong with the folder, and with a file as YAML."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
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
        "en": ("this isn't UTF-8 text", "Save the file as UTF-8: in Notepad 'Save as', 'Encoding' below."),
        "ru": ("это не текст в UTF-8", "Сохраните так: в Блокноте «Сохранить как», внизу «Кодировка: UTF-8»."),
    },
    "misnamed_file": {
        "en": ("the file isn't read: its name ends in .txt", "Rename it to '<meant>'; Windows hides such endings."),
        "ru": ("файл не читается: его имя кончается на .txt", "Назовите его '<meant>'; Windows скрывает расширения."),
    },
    "reserved_file": {
        "en": (
            "'<name>.yaml' is no name for a scenario's file: repair.yaml holds words of your own in place of the "
            "built-in ones, actions.yaml and rasa.yaml your other programs",
            "Rename it, say to '<name>_scenario.yaml'.",
        ),
        "ru": (
            "файл сценария не может называться '<name>.yaml': в repair.yaml ваши слова вместо встроенных, "
            "в actions.yaml и rasa.yaml ваши другие программы",
            "Переименуйте его, например в '<name>_scenario.yaml'.",
        ),
    },
    "not_text": {
        "en": (
            "this is no text file",
            "A document of an office program can't be read; copy its text into a plain file.",
        ),
        "ru": ("это не текстовый файл", "Документ Word или Excel не читается: перенесите текст в простой файл."),
    },
    "odd_character": {
        "en": ("there is an invisible control character here", "Delete it and type the line again."),
        "ru": ("здесь невидимый служебный символ", "Удалите его и наберите строку заново."),
    },
    "too_deep": {
        "en": ("nested deeper than <limit> levels", "Move a part into a scenario of its own."),
        "ru": ("вложенность больше <limit> уровней", "Вынесите часть в отдельный сценарий."),
    },
    "too_many_values": {
        "en": ("more than <limit> values in one set", "Use fewer aliases (*name), or make two sets."),
        "ru": ("больше <limit> значений в одном наборе", "Уберите ссылки (*имя) или сделайте два набора."),
    },
    "more_problems": {
        "en": ("there are more than <limit> problems", "Mend these first, the uppermost before the rest."),
        "ru": ("ошибок больше <limit>", "Сначала исправьте эти, начиная с верхних."),
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
    "odd_space": {
        "en": ("an odd or invisible space stands here in place of a plain one", "Delete it and press the space bar."),
        "ru": ("вместо пробела здесь неразрывный или невидимый знак", "Сотрите его и нажмите пробел."),
    },
    "dash_space": {
        "en": ("there is no space after the dash", "Write '- say: …'."),
        "ru": ("после чёрточки нет пробела", "Пишите '- say: …'."),
    },
    "no_dash": {
        "en": ("'<name>' has no dash before it, though its neighbours have", "Write '- <name>: …'."),
        "ru": ("перед '<name>' нет чёрточки, а у соседних строк есть", "Пишите '- <name>: …'."),
    },
    "curly_quotes": {
        "en": ("“…” and «…» quote nothing here", 'Put the whole text in straight quotes: "…".'),
        "ru": ("«…» и “…” здесь не кавычки", 'Возьмите весь текст в прямые кавычки: "…".'),
    },
    "comma_call": {
        "en": (
            "the comma in round brackets divides what stands in {…}",
            "Put the whole expression in double quotes: {total: \"sum(toppings, 'price')\"}.",
        ),
        "ru": (
            "запятая в круглых скобках делит то, что стоит в {…}",
            "Возьмите всё выражение в двойные кавычки: {total: \"sum(toppings, 'price')\"}.",
        ),
    },
    "inner_quotes": {
        "en": (
            "the quotes don't match: the text goes on after the closing one",
            "Close them at its end; inside it, write “…”.",
        ),
        "ru": ("кавычки не сходятся: после закрывающей текст идёт дальше", "Закройте их в конце, а внутри пишите «…»."),
    },
    "hash": {
        "en": ("what follows '#' counts as a comment", "Put a text with '#' in quotes."),
        "ru": ("всё, что после '#', — примечание", "Текст с '#' возьмите в кавычки."),
    },
    "brace_text": {
        "en": ("a text with { } is not in quotes", 'Put it in quotes: "How much is {service}".'),
        "ru": ("текст с { } не в кавычках", 'Возьмите его в кавычки: "Сколько стоит {service}".'),
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
}
