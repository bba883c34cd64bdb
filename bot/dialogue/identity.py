"""The questions about who somebody is: what is asked, and what would be understood (answers: identifying.py)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue.actions import Action, CheckCode, Choice
from bot.dialogue.choosing import YES_NO
from bot.dialogue.events import Chosen, Event, Keys, Utterance
from bot.dialogue.keypad import PHONE_DIGITS
from bot.dialogue.meaning import REPAIRS, Expectation, Option, SlotSpec
from bot.dialogue.pending import NO, YES
from bot.dialogue.run import Run
from bot.dialogue.session import Identifying, Session, Someone
from bot.dialogue.values import MASK, PersonName, Value

CODE_DIGITS = 6
NAME = SlotSpec(name="who", type="person", asked=True)
NUMBER = SlotSpec(name="own_number", type="phone", asked=True)
CODE = SlotSpec(name="sent_code", type="digits", length=(CODE_DIGITS, CODE_DIGITS), asked=True)
ELSE = Option(
    id="somebody_else",
    title={"ru": "Другой человек", "en": "Somebody else"},
    synonyms={
        "ru": (
            "другой",
            "другая",
            "никто из них",
            "ни один",
            "ни одна",
            "кто-то другой",
            "новый человек",
            "я не он",
            "я не она",
            "меня нет в списке",
        ),
        "en": ("other", "another person", "someone else", "none of them", "neither", "a new person", "not me"),
    },
)
MISTAKE = Option(
    id="name_is_wrong",
    title={"ru": "Это я, исправить имя", "en": "It's me, mend the name"},
    synonyms={
        "ru": ("это я", "исправить имя", "исправьте имя", "имя неверное", "имя записано неверно", "ошибка", "я же"),
        "en": ("it's me", "its me", "mend the name", "correct the name", "the name is wrong", "a mistake", "me"),
    },
    key="2",
)
FOR_ANOTHER = Option(
    id="for_another",
    title={"ru": "Это для другого", "en": "It's for somebody else"},
    synonyms={
        "ru": (
            "для другого",
            "записываю другого",
            "не для себя",
            "за другого",
            "для ребёнка",
            "для сына",
            "для дочери",
            "для мужа",
            "для жены",
            "для мамы",
            "для папы",
        ),
        "en": ("for somebody else", "for someone else", "for another", "not for me", "for my son", "for my daughter"),
    },
    key="3",
)
_AMONG_NAMES = ("repeat", "slower", "help", "wait", "operator", "goodbye", "language")
_OF_A_CALL = (*_AMONG_NAMES, "do_not_call")  # whoever picks up may want no more of them
_WITH_A_NUMBER = ("cancel", "back", "menu", "repeat", "slower", "help", "wait", "operator", "goodbye", "skip")


def is_open(session: Session) -> bool:
    """Whether an answer to such a question is waited for, before anything else."""
    asked = session.identifying
    return asked is not None and asked.kind != "nobody" and session.status == "bot"


def expected(session: Session) -> Expectation:
    asked = session.identifying
    assert asked is not None
    if asked.kind == "who" and not asked.told:  # they spoke first, of whatever they came for
        return Expectation(slots={NAME.name: replace(NAME, asked=False)}, intents=REPAIRS)
    if asked.kind == "asked_for":
        slots = {NAME.name: replace(NAME, asked=False)}
        keys = {"1": YES.id, "2": NO.id}
        return Expectation(slots=slots, choices=(YES, NO), keys=keys, yesno=True, intents=_OF_A_CALL)
    if asked.kind in ("who", "new_name"):
        choices = options(asked)
        slots = {NAME.name: NAME} if asked.kind == "who" else {}
        return Expectation(
            asked=NAME.name if slots else None,
            slots=slots,
            choices=choices,
            keys={each.key: each.id for each in choices if each.key},
            yesno=asked.kind == "new_name",
            intents=_AMONG_NAMES,
            hints=tuple(title for each in choices if (title := each.title.get(session.language))),
        )
    spec = NUMBER if asked.kind == "number" else CODE
    digits = PHONE_DIGITS if asked.kind == "number" else CODE_DIGITS
    return Expectation(asked=spec.name, slots={spec.name: spec}, digits=digits, intents=_WITH_A_NUMBER)


def options(asked: Identifying) -> tuple[Option, ...]:
    if asked.kind == "new_name":
        return replace(ELSE, key="1"), MISTAKE, FOR_ANOTHER
    named = [
        Option(
            id=f"person.{at}",
            title={"ru": str(each.name), "en": str(each.name)},
            synonyms=_called(each.name),
            key=str(at),
        )
        for at, each in enumerate(named_of(asked), 1)
    ]
    return *named, replace(ELSE, key=str(len(named) + 1))


def named_of(asked: Identifying) -> tuple[Someone, ...]:
    """Those who can be named; who told no name can't be asked for by one."""
    return tuple(each for each in asked.persons if str(each.name))


def _called(name: Value) -> Mapping[str, tuple[str, ...]]:
    if not isinstance(name, PersonName) or not name.given:
        return {}
    forms = tuple(
        dict.fromkeys(
            " ".join(filter(None, parts))
            for parts in ((name.given,), (name.given, name.patronymic), (name.given, name.family))
        )
    )
    return {"ru": forms, "en": forms}


def ask(run: Run) -> None:
    """Ask it, or once more."""
    asked = run.session.identifying
    assert asked is not None
    again = 1 if asked.tries else 0
    if asked.kind == "who":
        titles: tuple[Value, ...] = tuple(str(each.name) for each in named_of(asked))
        run.change(identifying=replace(asked, told=True))
        name = "who_speaks" if titles else "who_speaks_unnamed"
        run.say_builtin(name, attempt=again, choices=_choices(run, asked), extra={"names": titles})
    elif asked.kind == "asked_for":
        run.change(identifying=replace(asked, told=True))
        extra = {"name": asked.persons[0].name}
        run.say_builtin("is_it_you", attempt=again, choices=YES_NO[run.session.language], extra=extra)
    elif asked.kind == "new_name":
        known = run.session.customer.get("name")
        extra = {"known": known, "name": asked.learns.get("name")}
        run.say_builtin("new_name", attempt=again, choices=_choices(run, asked), extra=extra)
    elif asked.kind == "number":
        run.say_builtin("code_number", attempt=again)
    else:
        run.say_builtin("code_ask", attempt=again)


def _choices(run: Run, asked: Identifying) -> tuple[Choice, ...]:
    return tuple(run.choice(each) for each in options(asked))


def new_name(run: Run, learns: Mapping[str, Value]) -> bool:
    """Whether what a scenario has learned is told under a name that may be somebody else's: then it is asked, and
    nothing is overwritten meanwhile."""
    known, told = run.session.customer.get("name"), learns.get("name")
    if not run.session.shared or known is None or told is None or alike(known, told) or is_open(run.session):
        return False
    run.change(identifying=Identifying(kind="new_name", told=True, learns=learns))
    ask(run)
    return True


def alike(one: Value, other: Value) -> bool:
    """Whether two names may be one person's: what both tell is the same. A name that is told more fully is no other."""
    first, second = _parts(one), _parts(other)
    if isinstance(one, PersonName) and isinstance(other, PersonName):
        pairs = ((one.given, other.given), (one.patronymic, other.patronymic), (one.family, other.family))
        shared = [(_plain(left), _plain(right)) for left, right in pairs if left and right]
        return bool(shared) and all(left == right for left, right in shared)
    return first <= second or second <= first


def _parts(name: Value) -> set[str]:
    return {_plain(part) for part in str(name).split()}


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def veiled(entry: Event | Action, session: Session | None) -> Event | Action:
    """The journal's form of an entry that may hold a code. session: before the event, or after the action."""
    if isinstance(entry, CheckCode):
        return replace(entry, code=MASK)
    asked = session.identifying if session is not None else None
    if asked is None or asked.kind != "code":
        return entry
    if isinstance(entry, Keys):
        return replace(entry, digits="".join(key if key in "#*" else "•" for key in entry.digits))
    if isinstance(entry, Chosen) and any(char.isdigit() for char in entry.option + entry.title):
        return replace(entry, option=MASK, title=MASK)
    told = isinstance(entry, Utterance) and (CODE.name in entry.meaning.readings or any(map(str.isdigit, entry.text)))
    if isinstance(entry, Utterance) and (told or not entry.meaning.intents):
        readings = {name: each for name, each in entry.meaning.readings.items() if name != CODE.name}
        return replace(entry, text=MASK, meaning=replace(entry.meaning, readings=readings))
    return entry
