"""What stands in a drawing beside what the scenario says. "=name" is what a value or a built-in action is called."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "ru": {
        "say": "Сказать", "collect": "Спросить", "choose": "Меню", "confirm": "Подтвердить", "do": "Сделать",
        "if": "Если", "case": "Смотря что", "set": "Запомнить", "rate": "Оценка", "language": "Язык",
        "start": "Перейти к сценарию", "delegate": "Передать боту Rasa", "handoff": "Передать человеку",
        "end": "Закончить разговор",
        "again": "Спросить снова", "scenario": "Сценарий", "step": "Шаг",
        "yes": "да", "else": "иначе", "declined": "«нет»", "cancelled": "отменили",
        "loop": "после каждого пункта — снова меню",
        "change": "можно поправить", "fails": "не получилось", "done": "конец сценария", "key": "кнопка",
        "steps": "шагов", "asks": "спрашивает", "by_words": "Только по словам клиента", "legend": "Обозначения",
        "phrases": "фраз", "comes_back": "и вернуться сюда", "goto": "дальше — шаг", "back": "вернуться к шагу",
        "tip": "Наведите на шаг — увидите весь текст", "also": "если скажут",
        "taken": "занято", "none": "ничего нет", "gone": "уже нет", "error": "не вышло", "outbound": "звонит бот",
        "answers": "ответов на вопросы", "scenarios": "сценариев", "ok": "получилось",
        "=and": "и", "=or": "или", "=not": "не", "=in": "среди", "=day": "день", "=time": "время",
        "=customer.name": "имя клиента", "=customer.phone": "телефон клиента", "=caller.phone": "номер звонящего",
        "=free": "свободное время", "=language": "язык", "=booking": "запись", "=hours": "часы работы",
        "=voice": "по телефону", "=calendar.hold": "Занять место", "=calendar.book": "Записать",
        "=calendar.free": "Найти свободное время", "=calendar.find": "Найти запись клиента",
        "=calendar.cancel": "Отменить", "=calendar.confirm": "Подтвердить", "=forms.save": "Сохранить заявку",
        "=phone.call": "Позвонить",
        "=forms.find": "Найти заявку клиента",
    },
    "en": {
        "say": "Say", "collect": "Ask", "choose": "Menu", "confirm": "Confirm", "do": "Do", "if": "If",
        "case": "Depending on", "set": "Remember", "rate": "Rating", "language": "Language",
        "start": "Go over to a scenario", "delegate": "Hand to a Rasa bot", "handoff": "Hand to a person",
        "end": "End the conversation",
        "again": "Ask again", "scenario": "Scenario", "step": "Step",
        "yes": "yes", "else": "otherwise", "declined": "“no”", "cancelled": "cancelled",
        "loop": "after each item, the menu again",
        "change": "can be corrected", "fails": "not given", "done": "end of the scenario", "key": "key",
        "steps": "steps", "asks": "asks for", "by_words": "By the customer's words alone", "legend": "Legend",
        "phrases": "phrases", "comes_back": "and come back", "goto": "on to step", "back": "back to step",
        "tip": "Point at a step to see its whole text", "also": "if they say",
        "taken": "taken", "none": "none", "gone": "gone", "error": "failed", "outbound": "the bot rings",
        "answers": "answers to questions", "scenarios": "scenarios", "ok": "done",
        "=and": "and", "=or": "or", "=not": "not", "=in": "in", "=day": "day", "=time": "time",
        "=customer.name": "customer's name", "=customer.phone": "customer's phone", "=caller.phone": "caller's number",
        "=free": "free times", "=language": "language", "=booking": "booking", "=hours": "hours",
        "=voice": "by telephone", "=calendar.hold": "Hold the place", "=calendar.book": "Book",
        "=calendar.free": "Find what is free", "=calendar.find": "Find the customer's booking",
        "=calendar.cancel": "Cancel", "=calendar.confirm": "Confirm", "=forms.save": "Keep a form",
        "=phone.call": "Call",
        "=forms.find": "Find the customer's form",
    },
}  # fmt: skip
