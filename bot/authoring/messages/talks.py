"""What is wrong with golden conversations."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "no_talks": {
        "en": ("there are no golden conversations", "Write one in tests/booking.ru.txt, beginning with '# its title'."),
        "ru": ("нет эталонных разговоров", "Напишите один в tests/booking.ru.txt, первой строкой '# название'."),
    },
    "no_talk": {
        "en": ("there is no conversation in this file", "Begin one with '# its title'."),
        "ru": ("в файле нет разговора", "Начните его строкой '# название'."),
    },
    "talk_sign": {
        "en": ("'<value>' begins with none of # > < = !", "Write '> ' before the customer, '< ' before the bot."),
        "ru": ("'<value>' начинается не с # > < = !", "Перед словами клиента пишите '> ', перед ответом '< '."),
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
    "talk_given": {
        "en": ("there is no '<name>' to give", "It takes <known>; a name that is no slot stands in its 'given:'."),
        "ru": ("некому дать '<name>'", "Берёт: <known>; имя, которое не слот, перечислите в 'given:' сценария."),
    },
    "talk_given_like": {
        "en": ("'<name>' can't be read", "Write it like this: <like>."),
        "ru": ("'<name>' не читается", "Пишите так: <like>."),
    },
    "talk_header": {
        "en": ("'<value>:' is not known in the heading", ""),
        "ru": ("'<value>:' в заголовке не бывает", ""),
    },
    "talk_happens": {
        "en": (
            "nobody can tell what happens at '<value>'",
            "Write '! Anna joins', '! Anna: Hello', '! Anna leaves', '! Anna closes', '! customer hangs up' or "
            "'! transfer fails'.",
        ),
        "ru": (
            "непонятно, что происходит: '<value>'",
            "Пишите '! Анна входит', '! Анна: Здравствуйте', '! Анна уходит', '! Анна закрывает', "
            "'! клиент кладёт трубку' или '! перевод не удался'.",
        ),
    },
    "talk_continues": {
        "en": ("there is no conversation '<name>' to continue", "Write the title of another one of this set."),
        "ru": ("нет разговора '<name>', чтобы его продолжить", "Напишите название другого разговора этого набора."),
    },
    "talk_circle": {
        "en": ("'<name>' continues itself", "Let it continue one that begins by itself."),
        "ru": ("'<name>' продолжает сам себя", "Пусть он продолжает тот, что начинается сам."),
    },
    "talk_rank": {
        "en": ("no menu has the item '<name>'", "Items: <known>."),
        "ru": ("ни в одном меню нет пункта '<name>'", "Пункты: <known>."),
    },
    "no_such_talk": {
        "en": ("no conversation has '<name>' in its title", "Without --only all of them are run."),
        "ru": ("ни в одном названии нет '<name>'", "Без --only прогоняются все."),
    },
}
