"""What the core expects, as ears need it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from bot.dialogue.meaning import Expectation, Language, Option
from voice.ports import Hint, Kind

KINDS = frozenset(get_args(Kind))

# As callers word them; each is read as an answer by bot.understanding.
ASSENTS: Mapping[bool, Mapping[str, tuple[str, ...]]] = {
    True: {
        "ru": (
            "да", "да, верно", "верно", "всё верно", "правильно", "да, правильно", "всё правильно", "конечно",
            "да, конечно", "хорошо", "угу", "ага", "согласен", "согласна", "подтверждаю", "подходит", "да, подходит",
            "ладно", "давайте", "ну давайте", "ну да", "да, да", "точно", "так точно", "можно", "да, пожалуйста",
            "записывайте", "да, записывайте", "отлично", "да, всё верно", "да, всё правильно", "именно так",
        ),
        "en": (
            "yes", "yeah", "yep", "yes, please", "yes, that's right", "that's right", "right", "correct",
            "that's correct", "sure", "of course", "okay", "exactly", "absolutely", "sounds good", "fine", "all right",
            "go ahead", "I agree", "yes, it is", "yes, I do", "perfect", "definitely", "certainly",
        ),
    },
    False: {
        "ru": (
            "нет", "нет, неверно", "неверно", "не верно", "неправильно", "нет, неправильно", "не надо", "не нужно",
            "нет, не надо", "нет, спасибо", "не хочу", "неа", "не подходит", "нет, не подходит", "не так",
            "нет, не так", "вы ошиблись", "нет, нет", "ни в коем случае", "не согласен", "не согласна",
        ),
        "en": (
            "no", "nope", "no, thanks", "no, thank you", "no, that's wrong", "that's wrong", "wrong", "not really",
            "no, that's not right", "that's not right", "I don't think so", "no, I don't", "no, it isn't", "never",
            "of course not", "not at all",
        ),
    },
}  # fmt: skip


def hint(expectation: Expectation, lang: Language) -> Hint:
    """The slot just asked for sets the kind; without one a yes/no question, then a menu, then anything."""
    asked = expectation.slots.get(expectation.asked or "")
    options = asked.options if asked else expectation.choices
    titles = tuple(title for option in options if (title := option.title.get(lang)))
    phrases = tuple(dict.fromkeys(expectation.hints + titles))
    kind = _kind(expectation)
    return Hint(
        lang=lang,
        kind=kind,
        phrases=phrases,
        answers=assents(lang) if kind == "yesno" else _spoken(options, lang) if kind in ("menu", "choice") else (),
        length=asked.length if asked else None,
    )


def assents(lang: str) -> tuple[str, ...]:
    """Every usual way to say yes or no."""
    return ASSENTS[True].get(lang, ()) + ASSENTS[False].get(lang, ())


def _spoken(options: tuple[Option, ...], lang: Language) -> tuple[str, ...]:
    titles = (option.title.get(lang, "") for option in options)
    others = (word for option in options for word in option.synonyms.get(lang, ()))
    return tuple(dict.fromkeys(text for text in (*titles, *others) if text.strip()))


def _kind(expectation: Expectation) -> Kind:
    asked = expectation.slots.get(expectation.asked or "")
    if asked and asked.type in KINDS:
        return asked.type  # type: ignore[return-value]
    # "Anything else?" is answered by a yes or no too, but what follows is a wish, told as freely as at any menu.
    if expectation.yesno and (not expectation.choices or any(option.id == "yes" for option in expectation.choices)):
        return "yesno"
    return "menu" if expectation.choices else "text"
