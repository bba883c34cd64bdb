"""actions.yaml."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "action_name": {
        "en": ("'<value>' can't be an action", "Name it as orders.status: latin letters, digits and '_'."),
        "ru": ("'<value>' не годится в действия", "Назовите так: orders.status, латинские буквы, цифры и '_'."),
    },
    "action_builtin": {
        "en": ("actions of '<name>' are built in", "Choose another first word."),
        "ru": ("действия '<name>' встроенные", "Выберите другое первое слово."),
    },
    "action_nothing": {
        "en": ("nobody answers for '<name>'", "Give its 'url:', or a 'sample:' while there is none."),
        "ru": ("за '<name>' никто не отвечает", "Добавьте 'url:' или, пока его нет, 'sample:'."),
    },
    "action_url": {
        "en": ("'<value>' doesn't say which server to ask", "Begin with https://server/, values only after that."),
        "ru": ("из '<value>' не ясно, какой сервер спросить", "Начните с https://сервер/, значения — только дальше."),
    },
    "action_brace": {
        "en": ("'<sign>' has no pair here", "Values are written {name}, secrets ${NAME}, in capitals."),
        "ru": ("у '<sign>' здесь нет пары", "Значения пишутся {имя}, секреты ${NAME}, заглавными."),
    },
    "action_header": {
        "en": ("'<value>' isn't the name of a header", "Latin letters, digits and '-', as X-Api-Key."),
        "ru": ("'<value>' — не имя заголовка", "Латинские буквы, цифры и '-': X-Api-Key."),
    },
    "action_get_body": {
        "en": ("a GET has no body", "Write 'method: POST', or put the values into the url."),
        "ru": ("у GET нет тела", "Напишите 'method: POST' или перенесите значения в url."),
    },
    "action_path": {
        "en": ("'<value>' is no place in an answer", "Write the names from the outside in: order.items.0.title."),
        "ru": ("'<value>' — не место в ответе", "Пишите имена снаружи внутрь: order.items.0.title."),
    },
    "action_kind": {
        "en": ("an answer can't be read as '<name>'", "It can as <known>."),
        "ru": ("ответ нельзя прочесть как '<name>'", "Можно: <known>."),
    },
    "action_gives": {
        "en": ("'<name>' is not among what it gives", "Add it to 'gives:'; there is <known>."),
        "ru": ("'<name>' нет среди того, что оно даёт", "Добавьте в 'gives:'; там <known>."),
    },
    "action_sample_both": {
        "en": ("a sample has either 'ok' or 'outcome'", "Write {when: …, ok: {…}} or {outcome: none}."),
        "ru": ("в примере либо 'ok', либо 'outcome'", "Пишите {when: …, ok: {…}} или {outcome: none}."),
    },
    "talk_stub": {
        "en": ("'<value>' stands in for no action", "As in 'stub: orders.status = none; forms.find = ok number 1001'."),
        "ru": (
            "'<value>' не заменяет никакого действия",
            "Например: 'stub: orders.status = none'.",
        ),
    },
}
