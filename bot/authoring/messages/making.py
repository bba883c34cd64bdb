"""A set that is copied from a ready one."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "no_ready_set": {
        "en": ("there is no ready set '<name>'", "There are: <known>. A path to any folder does too."),
        "ru": ("нет готового набора '<name>'", "Есть: <known>. Годится и путь к любой папке с набором."),
    },
    "bad_set_name": {
        "en": (
            "'<value>' can't be the name of a set",
            "Small latin letters, digits, '_' and '-', a letter first, <limit> at most.",
        ),
        "ru": (
            "'<value>' не годится в имена набора",
            "Строчные латинские буквы, цифры, '_' и '-', первой — буква, не длиннее <limit>.",
        ),
    },
    "set_exists": {
        "en": ("<name> is there already", "Choose another name, or remove it first."),
        "ru": ("<name> уже есть", "Выберите другое имя или сначала уберите её."),
    },
    "bad_title": {
        "en": ("'<value>' can't be put into every text", "Leave out commas, colons and brackets; add them later."),
        "ru": ("'<value>' не вставить во все тексты", "Уберите запятые, двоеточия и скобки; потом их можно вернуть."),
    },
    "not_copied": {
        "en": ("<name> can't be written (<problem>)", "Give '--into' a folder you may write to."),
        "ru": ("<name> не записать (<problem>)", "Укажите в '--into' папку, куда можно писать."),
    },
}
