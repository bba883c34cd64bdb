"""Assent put together: 'меня это не устраивает', 'i'm really not interested', where no phrase is listed.

A sentence counts when each of its words is known: one that agrees, one that refuses, a negation that turns the
next of them about, or a word that does neither. So what says anything else ('мне нужно в пятницу') is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.dialogue import morphology
from bot.understanding.reading import Lang

_LONGEST = 9  # words; who says more has said something else
_THINKING = frozenset("думаю считаю полагаю боюсь надеюсь кажется скорее всего".split())  # 'думаю, что нет'
_FLATLY = frozenset("нет неа нафиг фигушки no nope nah".split())  # what no negation turns into a yes
# What stands beside a no without turning it into a yes: 'нет, разумеется', 'no indeed', 'decline, please'.
_STRESSING = frozenset(
    """
        конечно канешно конешно канеш конеш кнч разумеется естественно безусловно несомненно однозначно стопудово
        пожалуйста правда indeed absolutely definitely certainly totally obviously clearly positively surely
        undoubtedly exactly precisely please
    """.split()
)
_SCARCELY = frozenset("hardly barely scarcely rarely seldom".split())
_PARTLY = frozenset("nearly partly partially mostly".split())  # 'mostly correct' is neither
FARING = frozenset("good fine great okay ok cool perfect".split())  # 'i'm good' declines as often as it agrees
_FLAT_ALONE = _FLATLY | {"нее", "naw", "nay"}
_YET = frozenset("но только кроме but only except unless".split())  # 'да, только имя другое'
_IF_YOU_PLEASE = frozenset(
    """
    если можно|если возможно|если не сложно|если не трудно|если удобно|если вам удобно|если что|if possible|if you can
    if i can|if i may|if thats ok|if thats okay|if you dont mind
    """.replace("\n", "|")
    .replace("    ", "")
    .split("|")
)
_THANKS = frozenset("спасибо благодарю thanks thank thx".split())
_EITHER = frozenset("или ли or".split())
_SUBJECTS = frozenset("it that this everything there he she the my".split())
_HUMMED = re.compile(r"[мэауоhmu]{2,}")  # 'ммм', 'эээ', 'hmm'
_WANTED = frozenset(
    "want need like agree good interested objection objections mistake mistakes".split()
)  # 'i no want', as one says who learns the language
_AGAIN = re.compile(r"(да|нет|не|yes|no|yeah|ага)\1+")  # 'дадада'
_DRAWN = re.compile(r"(.)\1+")  # 'дааа', 'нееет', 'yesss'


_ASKING = frozenset(
    "are am do have has had does can could will would should was were".split()
)  # 'is that right' asks back


@dataclass(frozen=True, slots=True)
class _Words:
    """agree, refuse: what answers. nots turn the next of them about. neither: what may stand beside.
    takes: what takes any infinitive after it when it is denied ('не хочу записываться')."""

    agree: frozenset[str]
    refuse: frozenset[str]
    nots: frozenset[str]
    neither: frozenset[str]
    takes: frozenset[str]


_WORDS: dict[Lang, _Words] = {
    "ru": _Words(
        agree=frozenset(
            """
                да ага угу устраивает устраивают устроит устраивало подходит подходят подойдет годится сойдет пойдет
                идет согласен согласна согласны хочу хотим хочется хотел хотела хотелось нужно надо нужен нужна стоит
                интересно интересует могу можем можно буду будем нравится желаю желаем давайте давай подтверждаю
                верно правильно точно правы прав права поддерживаю одобряю принимаю принимается беру возьму возьмем
                рад рада готов готова готовы хорошо удобно удобен ладно отлично ок окей норм нормально супер
                договорились легко пожалуйста актуально требуется необходимо обязательно действуйте записывайте
                запишите пишите оформляйте оформите продолжайте отправляйте отправьте делайте сделайте ставьте
                бронируйте забронируйте подтвердите подтверждайте оставьте оставляйте класс замечательно прекрасно
                чудесно великолепно здорово запросто добро лады ладненько хорошенько океюшки оки окейси конечно
                канешно конешно канеш конеш кнч разумеется естественно безусловно несомненно однозначно стопудово норм
                нормас записывай делай оформляй бронируй ставь пиши отправляй действуй продолжай подтверждай
                принято подтверждено согласовано одобрено решено го погнали изи найс круто клево огонь топ славно
                чудно идеально неплохо истинно угум мгм йеп йес планирую собираюсь планировал планировала собирался
                собиралась правда класс хорошенько поехали пишем
            """.split()
        ),
        refuse=frozenset(
            """
                нет неа нее против возражаю отказываюсь откажусь отказываемся передумал передумала передумали
                отбой ошибка ошибаетесь ошиблись ошибочка неверно неправильно
                неточно невозможно исключено нельзя лишнее излишне зря неинтересно необязательно ненужно неудобно
                неактуально сомневаюсь перепутали путаете напутали мимо отказ отклонено фигушки нафиг ноуп
                ноу нехочу ненадо нинада фиг дудки шиш черта увольте избавьте воздержусь обойдусь обойдемся пас
                нетушки нетути неть
            """.split()
        ),
        nots=frozenset(("не", "ни", "нисколько", "отнюдь", "вовсе")),
        neither=frozenset(
            """
                я мы мне нам меня нас вам вас вы ты тебе это этот эта эти такое такой такая все всё всем оно так тут
                там бы же то ж уж уже очень вполне полностью целиком абсолютно совершенно совсем прям прямо вообще
                просто лучше тогда думаю наверное наверно пожалуй по моему спасибо большое ну вот а о ой и но вариант
                предложение особо особенно сильно слишком пока больше пусть будет действительно правда честно говоря
                всегда да скорее всего естественно никак никогда ничего ничто никуда никому нужды ещё еще раз
                благодарю ей богу знаете слушайте в принципе общем целом основном итоге типа типо блин черт звучит
                выглядит надеюсь считаю полагаю кажется похоже вроде вероятно видимо возможно допустим раз тому
                согласно хватит наш ваш даже моя моё сто тысячу категорически решительно воу вау имею записали записала
                поняли поняла услышали указали сказали назвали написали милая милый дорогая дорогой доченька дочка
                сынок голубушка голубчик родная родной девушка бро братан чувак уважаемая уважаемый было быть истинно
                весьма крайне конкретно наш ваш чтоб во этом таком случае всяком любом слава богу боже мой господи
                собственно собираюсь планирую
            """.split()
        ),
        takes=frozenset(
            "хочу хотим хочется хотел хотела хотелось нужно надо стоит могу можем буду будем желаю".split()
        ),
    ),
    "en": _Words(
        agree=frozenset(
            """
                yes yeah yep yup sure ok okay okey okie right correct true good fine great perfect lovely excellent
                brilliant awesome cool wonderful nice interested happy glad ready works work working suits suit want
                need agree agreed accept approve confirm confirmed accurate absolutely definitely certainly totally
                indeed exactly precisely affirmative gladly proceed acceptable doable convenient fab fantastic super
                splendid deal righto willing course aye yea yah yas yess keen continue roger please undoubtedly surely
                obviously clearly positively necessary bother positive accepted approved granted
            """.split()
        ),
        refuse=frozenset(
            """
                no nope nah nay naw wrong incorrect false negative refuse decline disagree uninterested
                mistaken inaccurate unacceptable declined rejected denied refused misheard misunderstood mistake
                mistakes objection objections inconvenient untrue impossible unnecessary
            """.split()
        ),
        nots=frozenset("not dont doesnt isnt arent wont wouldnt cant cannot never didnt wasnt aint neither".split()),
        neither=frozenset(
            """
                i id im ill ive it its that thats this is be would will am are was the a an me my for with you your
                youre to we lets us really very quite exactly at all just so please thanks thank do does go ahead oh
                well um uh yes and then sounds seems looks think thing one of by any much sir maam maybe afraid im
                honestly actually like know anymore absolutely definitely certainly totally even mate buddy dear love
                hm hmm him her them thatll itll everything everythings there theres in principle general generally
                basically overall enough kind sort case say suppose guess believe hope damn hell crap gee must
                have then entirely thx ta thatd itd should but why heavens goodness gracious god gosh man bro dude
                darling sweetie honey guys dearie heard got said put wrote understood unfortunately sadly regrettably
                hopefully simply most hard anything whatsoever bit pretty
            """.split()
        ),
        takes=frozenset(),
    ),
}
# Neither: who doesn't know, who wants to think, who is asked to wait. 'да не знаю' is no yes, 'no idea' no no.
_UNDECIDED: dict[Lang, re.Pattern[str]] = {
    "ru": re.compile(
        r"(?:(?:я|мы|ну|и|пока|еще|даже|вообще|сам|сама|честно|говоря|если|тут|уж|сейчас) )*(?:"
        r"не (?:знаю|знаем|уверен|уверена|помню|понял|поняла|понимаю|решил|решила|решили|определил\w*|слышу|слышно|"
        r"расслышал|расслышала|могу (?:сказать|решить|вспомнить)|в курсе)|"
        r"без разницы|все равно|все едино|как (?:вам )?сказать|(?:кто|черт|фиг|бог|хрен|шут|пес) (?:его|ее|их) знает|"
        r"(?:фиг|хрен|бог|черт) знает|какая разница|подума\w*|над\w* подумать|подожд\w*|погод\w*|"
        r"посоветоваться|посоветуюсь|спрошу у|уточню|вы что|вы о чем|что вы|хз|затрудняюсь|"
        r"как (?:вам )?(?:угодно|хотите))\b|"
        # a yes in mockery, and one that only sends away
        r"(?:ну )?(?:да|ага|угу) (?:(?:ну|пошл\w+|шли|идите|иди|катитесь) (?:вас|вы|вон|ты|тебя)|"
        r"отстань\w*|бросьте|брось|забудьте|забудь|прекратите|хватит|неужели|"
        r"разбежал\w+|размечтал\w+|(?:конечно )?сейчас)\b"
    ),
    "en": re.compile(
        r"(?:(?:i|im|am|we|were|just|really|still|honestly|actually|well|um|uh|oh|yeah|quite|so|to be honest) )*(?:"
        r"(?:not|arent|aint) (?:(?:really|quite|too|entirely|so|very|completely|totally) )?"
        r"(?:sure|certain|decided|positive)|"
        r"(?:dont|do not|didnt|cant|couldnt) (?:(?:really|quite|even) )?(?:know|remember|recall|care|say|tell|decide|"
        r"understand|get it|have a clue|hear)|"
        r"no (?:idea|clue|preference|comment|matter)|havent (?:a clue|decided)|have no (?:idea|clue)|"
        r"(?:either|doesnt matter|does not matter|whatever|depends|it depends|who knows|who cares|hard to say|"
        r"undecided|on the fence|(?:need|want|have) to think|think about it|let me (?:think|check|ask|see)|idk|dunno|"
        r"beats me|possibly|could be))\b"
    ),
}


def undecided(words: Sequence[str], lang: Lang) -> bool:
    """Whether these words say that the speaker doesn't know or doesn't care, and nothing more."""
    return _UNDECIDED[lang].match(" ".join(words)) is not None


def plain(word: str, known: Collection[str]) -> str:
    """A drawn-out word as it is written: 'дааа' is 'да'; what is known stays."""
    again = _AGAIN.fullmatch(word)
    if again and word not in known:
        return again[1]
    if word in known or not _DRAWN.search(word):
        return word
    return next((short for short in (_DRAWN.sub(r"\1", word), _DRAWN.sub(r"\1\1", word)) if short in known), word)


def composed(words: Sequence[str], lang: Lang) -> bool | None:
    """What a whole utterance answers, each word of it considered; None where one is foreign, none answers, or a yes
    comes after more of a refusal than 'нет' alone ('не надо, да')."""
    known = _WORDS[lang]
    if not words or len(words) > _LONGEST or _asks(words) or _PARTLY & {*words}:
        return None
    if lang == "en" and _fares(words):
        return None
    answer: bool | None = None
    turned = taken = refused = False
    for at, word in enumerate(words):
        if word == "что" and at and words[at - 1] in _THINKING:
            continue
        after = words[at + 1] if at + 1 < len(words) else ""
        if word in known.nots or word in _SCARCELY or (word == "no" and after in _WANTED):
            turned = True
        elif word in _STRESSING and answer is False and not turned:
            continue
        elif answer is False and not turned and word in FARING and lang == "en":
            return None  # 'no, that's fine' may be either
        elif word in known.agree or word in known.refuse:
            answer = word not in _FLATLY and (word in known.agree) != turned
            if answer and refused:
                return None
            refused |= not answer and word not in _FLAT_ALONE
            turned = False
            taken = word in known.takes
        elif lang == "ru" and turned and _imperative(word):
            answer, turned, refused = False, False, True  # 'не записывайте', 'не звоните'
        elif lang == "ru" and taken and not answer and _infinitive(word):
            continue
        elif word not in known.neither and not _HUMMED.fullmatch(word) and not (lang == "en" and word.endswith("ly")):
            return None
        refused |= answer is False and word in _THANKS  # 'нет, спасибо, всё хорошо'
    # 'sadly not', 'ok, actually don't'
    return False if turned and words[-1] in ("not", "dont", "cant", "wont", "never") else None if turned else answer


def taken_back(words: Sequence[str], lang: Lang) -> bool:
    """Whether what follows a yes makes it none: a condition, an exception, the other answer, a refusal."""
    if not words:
        return False
    denied = any(word in _WORDS[lang].nots for word in words)
    if words[0] in _EITHER or (words[0] in _YET and denied) or list(words) in (["but", "no"], ["но", "нет"]):
        return True
    return any(composed(words[at:], lang) is False for at in range(max(0, len(words) - _LONGEST), len(words)))


def conditional(words: str) -> bool:
    """Whether what follows a yes makes a condition of it: 'но подороже', 'if it is free', but not 'если можно'."""
    first = words.partition(" ")[0]
    return first in _YET or (first in ("если", "if") and words not in _IF_YOU_PLEASE)


def _asks(words: Sequence[str]) -> bool:
    first, after = words[0], words[1] if len(words) > 1 else ""
    return (
        first in _ASKING
        or (first == "is" and after in _SUBJECTS)
        or (first == "why" and after not in _WORDS["en"].agree)
    )


def _fares(words: Sequence[str]) -> bool:
    """'i'm good', 'i am fine, thank you'."""
    start = 1 if words[0] == "im" else 2 if tuple(words[:2]) == ("i", "am") else 0
    return bool(start) and len(words) > start and words[start] in FARING and "with" not in words


def _imperative(word: str) -> bool:
    return any({"VERB", "impr"} <= reading for reading in morphology.grammemes(word))


def _infinitive(word: str) -> bool:
    return any("INFN" in reading for reading in morphology.grammemes(word))
