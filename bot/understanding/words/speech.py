"""How people take things back while they speak: 'не в пятницу, а в субботу', 'завтра не могу', 'пять, ой, шесть'.

Commas are no help, for a recogniser writes none; so this reads words around what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.understanding.words.terms import Line


class Found(Protocol):
    """Something found in a line, covering its terms [start, stop)."""

    @property
    def start(self) -> int: ...

    @property
    def stop(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Speech:
    """nots reject what follows them; cannot rejects what stands beside it; little words may stand between.

    unless: words after 'не' that make it no rejection ('не раньше трёх').
    """

    nots: frozenset[str]
    little: frozenset[str]
    cannot: frozenset[str]
    cannot_after_not: frozenset[str]
    unless: frozenset[str]
    either: frozenset[str]
    fillers: frozenset[str]


_RU_LITTLE = """
    в во на к ко с со у от по за я мне нам мы меня нас это этот эту уже вот же ж то там только именно наверное
    наверно скорее всего точно боюсь что тоже вообще совсем сожалению пожалуй день
"""
_RU_FILLERS = """
а аа ага алло б будет будьте бы был была было вас вам вами вероятно вот вы где где-то да давай давайте день дней
добрый добры договорились думаю если есть еще же запиши запишите записаться записать записи запись здравствуйте
и или ка как какой мб когда конечно ладно лучше м меня мм ммм может можем можете можно мне мы на нам нас наверно
наверное нет ну нужно о ой ок окей около она они подойдет подойдёт подходит пожалуй пожалуйста по поставьте
прием примерно приду приеду прийти приехать пусть раз ровно с сделайте сегодняшний сказать скажем скорее смогу
спасибо так там тогда то только точнее угу удобно удобнее удобней устроит устраивает хорошо хотел хотела
хотелось хочу хочется час часа часам часов часик часиков число числа числу э ээ эм этот это эту я вернее извините
простите нее неа значит короче типа что-нибудь скажите плиз прошу перенесите перенести назначьте назначить
запишусь время во в к ко до до-свидания встретимся подъеду подойду буду смогу хватит сойдет
"""

RUSSIAN = Speech(
    nots=frozenset(("не", "кроме", "исключая", "без")),
    little=frozenset(_RU_LITTLE.split()),
    cannot=frozenset(
        """
            неудобно занят занята заняты никак невозможно уезжаю уеду улетаю нельзя неудобен неподходит
            исключено отпадает нереально
        """.split()
    ),
    cannot_after_not=frozenset(
        """
            могу смогу можем сможем могли получится получается подходит подойдет подойдут удобно успею
            успеваю буду хочу хотел хотела хотелось надо нужно устраивает устроит годится выйдет приду
            приеду выходит вариант будет хотим нравится
        """.split()
    ),
    unless=frozenset(["раньше", "позже", "позднее", "ранее", "менее", "больше", "более", "меньше", "только"]),
    either=frozenset(("или", "либо", "ли", "хоть")),
    fillers=frozenset(_RU_FILLERS.split()),
)

_EN_LITTLE = """
    on at for the in to by a an this that it i me my we us is are am im will be of please do make work able probably
    afraid really come unfortunately next
"""
_EN_FILLERS = """
a about ah an and appointment at be better book can could do evening for good have hello hey hi how hm hmm
i id ideally if ill im in is it its just lets like look make maybe me my need no of ok okay on or perhaps please
prefer preferably probably put rather say schedule set should so some something sorry suits sure thank thanks that
thats the then there time to try uh um visit want we well what will with works would yeah yep yes you your around
oclock approximately by fine come coming id works best great perfect actually ish night mean wait oh date day day's see
"""

ENGLISH = Speech(
    nots=frozenset(("not", "except", "excluding", "never")),
    little=frozenset(_EN_LITTLE.split()),
    cannot=frozenset(
        "cant cannot couldnt wont doesnt isnt busy unavailable impossible dont unable didnt bad out".split()
    ),
    cannot_after_not=frozenset(["able", "available", "free", "good", "possible", "convenient", "going"]),
    unless=frozenset(["before", "after", "earlier", "later", "until"]),
    either=frozenset(("or", "either")),
    fillers=frozenset(_EN_FILLERS.split()),
)

SPEECH = {"ru": RUSSIAN, "en": ENGLISH}
_REACH = 5  # words between what is found and the 'не могу' that rejects it


def rejected(line: Line, found: Sequence[Found], speech: Speech, *, broken: bool = False) -> list[bool]:
    """For each of found, in order of place, whether the speaker takes it back.

    broken: "doesn't work" of a thing tells what is the matter with it; of a day it tells that it doesn't suit.
    """
    out = [_negated(line, one, speech) for one in found]
    for at in range(len(line)):
        width = _cannot(line, at, speech)
        if not width or (broken and line.word(at + 1) in ("work", "working", "turn", "start")):
            continue
        before = _beside(line, found, at - 1, -1, speech)
        after = _beside(line, found, at + width, 1, speech)
        for index in before or after:
            out[index] = True
    return out


def _negated(line: Line, one: Found, speech: Speech) -> bool:
    at = one.start - 1
    for _ in range(_REACH):
        word = line.word(at)
        if word in speech.nots:
            return line.word(at + 1) not in speech.unless
        if word == "but" and line.word(at - 1) in ("anything", "any", "anytime", "everything"):
            return True
        if word == "but" and line.word(at - 1) in ("day", "time") and line.word(at - 2) in ("any", "every"):
            return True
        if word in ("эту", "этот", "это", "эти") and at < one.start - 1 and line.word(at + 1) in ("в", "во", "на", "к"):
            return False  # 'в следующую, а не в эту, в пять'
        if word in ("эту", "этот", "эти") and at == one.start - 1 and line.word(one.start) in ("в", "во", "на", "к"):
            return False
        if word not in speech.little and word not in ("day", "время"):
            return False
        at -= 1
    return False


def _cannot(line: Line, at: int, speech: Speech) -> int:
    """How many words of 'не могу' stand at this place; 0 when none."""
    word = line.word(at)
    if word in speech.nots and line.word(at + 1) in speech.cannot_after_not:
        return 2
    # 'завтра нет', 'завтра нет, а послезавтра да'; but 'завтра, нет, послезавтра' is a correction
    if word in ("нет", "никак") and at > 0 and line.word(at + 1) in ("", "а", "но") and line.at(at + 1).number is None:
        return 1
    return 1 if word in speech.cannot else 0


def _beside(line: Line, found: Sequence[Found], at: int, step: int, speech: Speech) -> list[int]:
    """The nearest of found on one side, with those of other kinds that touch it ('в пятницу вечером не могу')."""
    out: list[int] = []
    kinds: set[type] = set()
    gap = 0
    while 0 <= at < len(line):
        index = next((i for i, one in enumerate(found) if one.start <= at < one.stop), None)
        if index is None:
            gap += 1
            near = gap <= _REACH and (line.word(at) in speech.little or (step > 0 and not out and gap <= 1))
            if not near:
                break
            at += step
            continue
        if type(found[index]) in kinds:
            break
        kinds.add(type(found[index]))
        out.append(index)
        gap = 0
        at = found[index].stop if step > 0 else found[index].start - 1
    return out


def either(line: Line, first: Found, second: Found, speech: Speech) -> bool:
    """Whether the speaker leaves the choice between two open ('в пятницу или в субботу')."""
    between = [line.word(at) for at in range(first.stop, second.start)]
    # 'в четыре или нет, лучше в пять' leaves nothing open
    return not speech.either.isdisjoint(between) and _RATHER.isdisjoint(between)


_RATHER = frozenset("нет лучше вернее точнее скорее no actually rather better wait".split())


def explained(line: Line, found: Sequence[Found], speech: Speech) -> bool:
    """Whether nothing but fillers stands beside what was found, so that a bare number may count."""
    covered = {at for one in found for at in range(one.start, one.stop)}
    return all(at in covered or line.word(at) in speech.fillers for at in range(len(line)))
