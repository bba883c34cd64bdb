"""What `govorun publish`, `unpublish`, `history`, `rollback` and `diff` say."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale import Locale

WORDS: Mapping[Locale, Mapping[str, str]] = {
    "en": {
        "broken": "'<set>' has errors, nothing was published",
        "mend": "Mend them: --force publishes over failed conversations and what trying it out has found, "
        "never over these",
        "failed": "golden conversations of '<set>' differ, nothing was published",
        "stuck": "somebody who talks with '<set>' would get stuck, nothing was published",
        "force": "Mend them; `govorun test --update` accepts what was meant so; --force publishes all the same",
        "allow": "Mend it, or allow it there with a reason (# check: allow CODE why); --force publishes all the same",
        "forced": "published all the same, for --force was given:",
        "same": "'<set>' is as it was published: publication <number>",
        "done": "<set>: publication <number> is live. A running server takes it within a second.",
        "undone": "<set>: back to publication <restored>, as publication <number>. "
        "A running server takes it within a second.",
        "draft": "The folder is a draft from now on: what is saved there is served after the next publication.",
        "never": "'<set>' was never published",
        "publish": "Publish it: govorun publish <set>",
        "alone": "there is nothing before publication <number> to go back to",
        "nothing": "no difference",
        "live": "live",
        "out": "out of service",
        "taken": "<set>: out of service, as publication <number>. No conversation begins with it any more; "
        "those under way go on. A running server takes it within a second.",
        "again": "Back into service: govorun rollback <set>, or: govorun publish <set>",
        "already": "'<set>' is out of service already: publication <number>",
        "first": "'<set>' is the set that conversations begin with; it can't be taken out of service",
        "another": "Let them begin with another first: GOVORUN_SCENARIO_SET=NAME",
        "gone": "the files of that version are gone",
        "crowd": "somebody else publishes it at this very moment",
        "try": "Try again",
        "no_such": "'<set>' has no publication <number>",
        "numbers": "There are: <known>",
        "back": "back to <restored>",
        "unknown": "there is no scenario set '<set>'",
        "known": "There are: <known>",
        "near": "Did you mean '<near>'?",
        "unreadable": "can't be read: <problem>",
    },
    "ru": {
        "broken": "в наборе '<set>' есть ошибки, ничего не опубликовано",
        "mend": "Исправьте их: --force публикует вопреки разговорам и найденному при пробе, а вопреки им — нет",
        "failed": "эталонные разговоры набора '<set>' расходятся, ничего не опубликовано",
        "stuck": "в разговоре с набором '<set>' можно застрять, ничего не опубликовано",
        "force": "Исправьте; что изменено нарочно, примет `govorun test --update`; всё равно опубликует --force",
        "allow": "Исправьте или разрешите там с причиной (# check: allow КОД почему); всё равно опубликует --force",
        "forced": "публикуется всё равно: так велит --force",
        "same": "'<set>' такой же, как опубликован: публикация <number>",
        "done": "<set>: публикация <number> в работе. Работающий сервер возьмёт её через секунду.",
        "undone": "<set>: снова публикация <restored>, теперь под номером <number>. "
        "Работающий сервер возьмёт её через секунду.",
        "draft": "Папка теперь черновик: сохранённое в ней пойдёт в работу после следующей публикации.",
        "never": "'<set>' ещё не публиковали",
        "publish": "Опубликуйте: govorun publish <set>",
        "alone": "до публикации <number> не к чему возвращаться",
        "nothing": "различий нет",
        "live": "в работе",
        "out": "снят с работы",
        "taken": "<set>: снят с работы, публикация <number>. Новые разговоры с ним не начнутся, начатые продолжатся. "
        "Работающий сервер узнает об этом через секунду.",
        "again": "Вернуть в работу: govorun rollback <set> или govorun publish <set>",
        "already": "'<set>' уже снят с работы: публикация <number>",
        "first": "с набора '<set>' начинаются разговоры, снять его с работы нельзя",
        "another": "Сначала пусть начинаются с другого: GOVORUN_SCENARIO_SET=ИМЯ",
        "gone": "файлов этой версии больше нет",
        "crowd": "в это самое время набор публикует кто-то ещё",
        "try": "Повторите",
        "no_such": "у '<set>' нет публикации <number>",
        "numbers": "Есть: <known>",
        "back": "возврат к <restored>",
        "unknown": "нет набора '<set>'",
        "known": "Есть: <known>",
        "near": "Возможно, '<near>'?",
        "unreadable": "не читается: <problem>",
    },
}


def say(key: str, locale: Locale, **params: object) -> str:
    text = WORDS[locale][key]
    for name, value in params.items():
        text = text.replace(f"<{name}>", str(value))
    return text
