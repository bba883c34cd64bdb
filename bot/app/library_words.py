"""What the library tells of sets that came, changed, broke or went: in the log, at `/ready`, to whoever serves."""

from __future__ import annotations

from collections.abc import Mapping

from bot.locale import Locale

WORDS: Mapping[Locale, Mapping[str, str]] = {
    "en": {
        "no_folder": "there is no such folder",
        "set_folder": "Set GOVORUN_SCENARIOS, or run it beside scenarios/",
        "no_set": "there is no scenario set '{name}'",
        "known": "There are: {known}",
        "none": "none; make one: govorun new NAME --from clinic",
        "unreadable": "{path}: can't be read",
        "publication": "publication {number}",
        "by": "publication {number} by {by}",
        "unread": "{name}: publication {number} can't be read",
        "out": "out of service",
        "needed": "{name}: it was taken out of service (publication {number}), but conversations begin with it: "
        "it goes on. Publish it again, or begin with another: GOVORUN_SCENARIO_SET",
        "kept_out": "the last edit is kept out: {problem}",
        "not_served": "not served",
        "gone": "{name}: gone; conversations under way go on",
        "withdrawn": "{name}: taken out of service, publication {number} by {by}; conversations under way go on",
        "edit": "{name}: the edit is kept out, {kept}",
        "goes_on": "version {version} goes on",
        "nothing": "it is not served",
        "live": "{name}: {publication} is live, version {version}",
        "same_live": "{name}: {publication} is live",
        "new": "{name}: new, version {version} is live",
        "changed": "{name}: changed, version {version} is live",
        "mended": "{name}: mended, version {version} goes on",
    },
    "ru": {
        "no_folder": "такой папки нет",
        "set_folder": "Задайте GOVORUN_SCENARIOS или запускайте рядом с папкой scenarios/",
        "no_set": "нет набора сценариев '{name}'",
        "known": "Есть: {known}",
        "none": "ни одного; сделайте: govorun new ИМЯ --from clinic",
        "unreadable": "{path}: не читается",
        "publication": "публикация {number}",
        "by": "публикация {number} ({by})",
        "unread": "{name}: публикация {number} не читается",
        "out": "снят с работы",
        "needed": "{name}: снят с работы (публикация {number}), но с него начинаются разговоры: он остаётся в работе. "
        "Опубликуйте его снова или пусть начинаются с другого: GOVORUN_SCENARIO_SET",
        "kept_out": "последняя правка не взята: {problem}",
        "not_served": "не работает",
        "gone": "{name}: набора больше нет; начатые разговоры продолжатся",
        "withdrawn": "{name}: снят с работы, публикация {number} ({by}); начатые разговоры продолжатся",
        "edit": "{name}: правка не взята, {kept}",
        "goes_on": "в работе прежняя версия {version}",
        "nothing": "набор не работает",
        "live": "{name}: {publication} в работе, версия {version}",
        "same_live": "{name}: {publication} в работе",
        "new": "{name}: новый, версия {version} в работе",
        "changed": "{name}: изменён, версия {version} в работе",
        "mended": "{name}: исправлен, версия {version} остаётся в работе",
    },
}


def say(key: str, locale: Locale, **params: object) -> str:
    """Values are put in as they are: a brace in a file's name is no placeholder."""
    text = WORDS[locale][key]
    for name, value in params.items():
        text = text.replace("{" + name + "}", str(value))
    return text
