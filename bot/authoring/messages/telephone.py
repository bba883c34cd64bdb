"""What is wrong with the telephone's file: trunks, numbers, networks."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "open_secret": {
        "en": ("'<name>' stands here in the open", "Write 'env:NAME' or 'file:/path', and keep the secret there."),
        "ru": ("'<name>' написан открыто", "Напишите 'env:ИМЯ' или 'file:/путь', а сам секрет держите там."),
    },
    "no_secret": {
        "en": ("<source> isn't there or is empty", "Put the secret there; who serves must be able to read it."),
        "ru": (
            "<source>: такого нет или там пусто",
            "Положите туда секрет; программа должна суметь его прочесть.",
        ),
    },
    "bad_server": {
        "en": (
            "'<value>' is no address of a server",
            "Write a name or an address, with a port if need be: sip.x:5061.",
        ),
        "ru": ("'<value>' — не адрес сервера", "Напишите имя или адрес, можно с портом: sip.example:5061."),
    },
    "bad_account": {
        "en": ("'<value>' can't stand in an account", "Leave out spaces, quotes and the signs < > ; @ ? \\."),
        "ru": ("'<value>' не годится для учётной записи", "Уберите пробелы, кавычки и знаки < > ; @ ? \\."),
    },
    "bad_dialled": {
        "en": (
            "'<value>' is no number that is dialled",
            "Write '+74951112233' or '101'; '7495*' is every number that begins so.",
        ),
        "ru": (
            "'<value>' — не набираемый номер",
            "Пишите '+74951112233' или '101'; '7495*' — все номера с таким началом.",
        ),
    },
    "unreached_number": {
        "en": ("a line above already takes '<name>'", "Put the narrower one first, or delete this one."),
        "ru": ("'<name>' уже забирает строка выше", "Поставьте более узкую раньше или удалите эту."),
    },
    "bad_network": {
        "en": ("'<value>' is no network", "Write 10.0.0.0/8, or one address."),
        "ru": ("'<value>' — не сеть", "Напишите 10.0.0.0/8 или один адрес."),
    },
    "no_such_set": {
        "en": ("there is no scenario set '<name>'", "There are: <known>."),
        "ru": ("нет набора сценариев '<name>'", "Есть: <known>."),
    },
    "no_such_start": {
        "en": ("set '<of>' has no scenario '<name>'", "It has: <known>."),
        "ru": ("в наборе '<of>' нет сценария '<name>'", "Есть: <known>."),
    },
    "no_such_trunk": {
        "en": ("there is no trunk '<name>'", "There are: <known>."),
        "ru": ("нет линии '<name>'", "Есть: <known>."),
    },
    "bad_certificate": {
        "en": ("'<value>' is no certificate with its key: <why>", "Name a PEM file: cat fullchain.pem privkey.pem."),
        "ru": ("'<value>' — не сертификат с ключом: <why>", "Укажите файл PEM: cat fullchain.pem privkey.pem."),
    },
    "no_ca": {
        "en": ("'<value>' can't be read", "Name a PEM file with the certificates of who vouches for the servers."),
        "ru": ("'<value>' не читается", "Укажите файл PEM с сертификатами тех, кто ручается за серверы."),
    },
}
