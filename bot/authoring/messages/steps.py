"""What is wrong with steps and menus."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {
    "also_unsaid": {
        "en": ("nobody can say or choose '<name>'", "Add 'phrases: {ru: […], en: […]}', or a 'title' for a button."),
        "ru": (
            "'<name>' нельзя ни сказать, ни выбрать",
            "Добавьте 'phrases: {ru: […], en: […]}' или 'title'.",
        ),
    },
    "no_step": {
        "en": ("this step doesn't say what to do", "Begin it with one of <known>."),
        "ru": ("непонятно, что делает этот шаг", "Начните его с одного из: <known>."),
    },
    "no_space": {
        "en": ("there is no space after the colon in '<value>'", "Write '<name>: …'."),
        "ru": ("в '<value>' после двоеточия нет пробела", "Пишите '<name>: …'."),
    },
    "two_steps": {
        "en": ("'<first>' and '<second>' in one step", "Put '- ' before '<second>': one idea a step."),
        "ru": ("'<first>' и '<second>' в одном шаге", "Поставьте '- ' перед '<second>': один шаг — одно дело."),
    },
    "no_phone_to_prove": {
        "en": ("'<name>' is no telephone that can be proven", "Write one of: <known>."),
        "ru": ("'<name>' — не телефон, который можно подтвердить", "Напишите одно из: <known>."),
    },
    "empty_block": {
        "en": ("there are no steps here", "Add at least one, '- say: …'."),
        "ru": ("здесь нет шагов", "Добавьте хотя бы один: '- say: …'."),
    },
    "step_twice": {
        "en": ("two steps have the id '<name>'", "Give each its own."),
        "ru": ("два шага с id '<name>'", "Дайте каждому свой."),
    },
    "on_fail_id": {
        "en": (
            "'<name>' is asked for at several steps, and 'continue' goes back to the one that asked: its 'on_fail'"
            " stands once for each of them, so no step in it can have an id",
            "Remove the id, or ask for '<name>' at one step.",
        ),
        "ru": (
            "'<name>' спрашивают на нескольких шагах, а 'continue' ведёт к тому, который спросил: 'on_fail' повторён"
            " для каждого, и шаг в нём не может иметь id",
            "Уберите id или спрашивайте '<name>' на одном шаге.",
        ),
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
        "en": (
            "<action> never ends with '<name>'",
            "It ends with <known>. Others are named in actions.yaml: 'outcomes: {<name>: 404}'.",
        ),
        "ru": (
            "у <action> не бывает исхода '<name>'",
            "Исходы: <known>. Свои называют в actions.yaml: 'outcomes: {<name>: 404}'.",
        ),
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
        "en": ("an item has one of 'start', 'steps' and 'continue'", "Keep one of them."),
        "ru": ("у пункта бывает одно из 'start', 'steps' и 'continue'", "Оставьте одно."),
    },
    "item_understood": {
        "en": ("to go on in <name> is understood without phrases", "Use 'synonyms' in place of 'phrases'."),
        "ru": ("просьбу продолжить в <name> понимают и без фраз", "Уберите 'phrases'; другие названия — в 'synonyms'."),
    },
    "menu_twice": {
        "en": ("two menus are named '<name>'", "Give this one its own 'menu: name'."),
        "ru": ("два меню с именем '<name>'", "Дайте этому своё: 'menu: имя'."),
    },
    "case_twice": {
        "en": ("'<name>' stands here twice", "Keep one of them."),
        "ru": ("'<name>' здесь дважды", "Оставьте одно."),
    },
    "unknown_case": {
        "en": ("it is never '<name>'", "It may be <known>."),
        "ru": ("значения '<name>' не бывает", "Бывает: <known>."),
    },
    "results_gone": {
        "en": ("'results' of a scenario that never comes back", "Remove 'returns: no', or the results."),
        "ru": ("'results' сценария, из которого не возвращаются", "Уберите 'returns: no' или results."),
    },
    "cancelled_gone": {
        "en": ("'cancelled' of a scenario that never comes back", "Remove 'returns: no', or these steps."),
        "ru": ("'cancelled' сценария, из которого не возвращаются", "Уберите 'returns: no' или эти шаги."),
    },
    "arg_twice": {
        "en": ("<name> gets '<arg>' twice", "Leave one out, or give it another name with 'set:' before."),
        "ru": ("<name> получает '<arg>' дважды", "Уберите одно или дайте ему другое имя шагом 'set:' выше."),
    },
    "not_asked_again": {
        "en": (
            "coming back here asks nothing, for '<name>' is filled already: it goes round for ever",
            "Write 'again: <name>' in place of 'go'.",
        ),
        "ru": (
            "при возврате сюда вопроса не будет: '<name>' уже есть, и шаги пойдут по кругу",
            "Вместо 'go' напишите 'again: <name>'.",
        ),
    },
    "survey_slot": {
        "en": ("a survey keeps its own '<name>'", "Name the slot otherwise."),
        "ru": ("'<name>' у опроса свой", "Назовите слот иначе."),
    },
}
