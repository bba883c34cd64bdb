"""What is said first by machines, and by people. PURE.

Each pattern is a piece of a greeting as a recogniser writes it, mistakes included: stems, no punctuation, ё as е. One
that no person says at the telephone decides alone; weaker ones need another beside them.
"""

from __future__ import annotations

import re
from enum import Enum

from voice.asr.closed import holds

_STRONG_RU = (
    r"остав\w* (\w+ )?(сво\w+ )?(\w+ )?(голосов\w+ )?сообщени",
    r"(запис\w+|наговор\w+|продикту\w+|передай\w*|передам) (\w+ )?(сво\w+ |ваш\w+ )?сообщени",
    r"после (звуков\w+ |коротк\w+ |длинн\w+ )?(сигнал|гудк|тон)",
    r"автоответчик",
    r"голосов\w+ (почт|ящик|помощник|ассистент|секретар)",
    r"(виртуальн|умн|электронн|автоматическ)\w+ (помощник|секретар|ассистент|оператор)",
    r"абонент\w* (\w+ ){0,4}(не |вне |временно|недоступ|занят|выключ|разговар|заблок)",
    r"(аппарат|телефон) (\w+ )?(абонент\w+ )?(выключен|вне )",
    r"вне зоны",
    r"набран\w* (вами )?номер",
    r"номер\w* (\w+ ){0,3}(не обслуж|не существ|заблокир|отключ|изменен|набран неправ|временно)",
    r"неправильно набран",
    r"(ящик|почт\w+) (\w+ )?(переполн|заполн)",
    r"не мо(гу|жет|жем|гут) (\w+ ){0,4}(ответить|подойти|взять трубку|принять)",
    r"(я )?(вам )?(ей|ему|всё|все) передам",
    r"что (мне )?(ему |ей |абоненту )?передать",
    r"(нажмите|наберите) (\w+ )?(\d|один|два|три|ноль|цифр|клавиш|решетк|звездочк)",
    r"вы позвонили (\w+ ){0,4}(на номер|на мобильн|на автоотв|мне)",
    r"(ваш\w* )?звонок\w* (\w+ )?(очень )?важ",
    r"оставайтесь на линии",
    r"пришл\w+ (вам |ему |ей )?смс|отправ\w+ (вам |ему |ей )?смс",
    r"это запись",
    r"представьтесь",
)
_WEAK_RU = (
    r"вы позвонили",
    r"сообщени",
    r"(сейчас|к сожалению) (\w+ )?(нет|недоступ|занят|не мо)",
    r"перезвон\w+ (вам|позже|позднее|как только)",
    r"обязательно перезвон",
    r"как только (смогу|освобожусь|появ)",
    r"\bабонент",
    r"недоступ",
    r"попробуйте (\w+ )?(позвонить|перезвонить|позже)",
    r"здравствуйте (я|вас приветствует|это) (\w+ )?(помощник|секретар|робот)",
    r"меня (сейчас )?нет",
    r"рабоч\w+ (время|часы)|часы работы",
    r"для (соединени|связи|разговора)",
    r"не обслуживается|не существует|правильность набора",
)
_STRONG_EN = (
    r"leave (\w+ ){0,4}(message|name|number)",
    r"(after|at|wait for) (the|a) (\w+ )?(tone|beep|signal)",
    r"voice ?mail",
    r"(mail ?box|inbox) (is |\w+ )?(full|not|cannot|can't)|mail ?box",
    r"answering (machine|service)",
    r"(can't|cannot|can not|unable to|not able to|couldn't) (\w+ ){0,3}(come|get|answer|take|pick|reach)",
    r"not available|unavailable|isn't available",
    r"away from (my|the) (phone|desk)",
    r"(person|party|customer|subscriber|number|user) (that )?(you|u) (are|have|were|'re|dialed|called|is)",
    r"person you're calling",
    r"(no longer|not) in service|disconnected|been changed|has not been set up",
    r"record (your|a|the) (message|name)",
    r"try (your call |calling )?(again|back) (later|another)|try your call",
    r"press (\\d|one|two|three|zero|pound|star|the|any)",
    r"your call (is|has) (\w+ )?(important|been forwarded|being|not)",
    r"call (screening|assist)|screening service",
    r"(virtual|digital|automated|automatic) (assistant|voice|attendant|system)",
    r"(say|state|tell me) your name (and|so|before)",
    r"(stay|remain) on the line|hold the line while",
    r"(get|call|ring) (right )?back to (you|u)|return your call",
    r"temporarily|out of (the )?(coverage|service) ",
    r"(this is|you're listening to) a (recording|recorded)",
)
_WEAK_EN = (
    r"you(ve| have|'ve|r)? (reached|called)",
    r"message",
    r"beep",
    r"(right now|at the moment|at this time)",
    r"as soon as",
    r"call(ed)? you back",
    r"thank(s| you) for calling",
    r"(business|office|opening) hours",
    r"\b(busy|missed|miss) (right now|your call)",
)
# No message is taken after these: the network says them, or a box is full.
_ANNOUNCED = (
    r"абонент\w* (\w+ ){0,4}(недоступ|вне |выключ|заблок|временно)",
    r"(аппарат|телефон) (\w+ )?(абонент\w+ )?(выключен|вне )",
    r"вне зоны",
    r"набран\w* (вами )?номер",
    r"номер\w* (\w+ ){0,3}(не обслуж|не существ|заблокир|отключ|изменен)",
    r"неправильно набран",
    r"(ящик|почт\w+) (\w+ )?(переполн|заполн)",
    r"mail ?box (is |\w+ )?full|(cannot|can't|not) accept (\w+ )?messages",
    r"(no longer|not) in service|disconnected|out of (the )?coverage|been changed|has not been set up",
    r"(number|call) (you have |you )?(\w+ )?(cannot|can not|can't) be (completed|reached|connected)",
    r"try (your call |calling )?(again|back) later|try your call",
)
# What only machines say, by sound: through noise a recogniser writes "набравимый вами мирный", "временно заблать".
# Russian alone: in English so many sounds are taken for alike that "Thursday at ten" comes near "after the tone".
_SPOKEN = (
    "оставьте сообщение", "оставьте ваше сообщение", "после звукового сигнала", "говорите после сигнала",
    "абонент не отвечает", "вызываемый абонент", "голосовая почта", "голосовой помощник", "виртуальный секретарь",
    "ваш звонок очень важен", "освободившийся оператор", "не могу подойти к телефону", "вы позвонили в нерабочее время",
)  # fmt: skip
_ANNOUNCING = (  # no message is taken after these
    "набранный вами номер", "номер не обслуживается", "проверьте правильность набора", "номер временно заблокирован",
    "временно недоступен", "аппарат абонента выключен", "вне зоны действия сети", "попробуйте позвонить позднее",
    "номер не существует",
)  # fmt: skip
LIKE = 0.84  # of likeness by sound, 0..1; hellos of people have up to 0.75, what they ask for up to 0.79
_INVITED = (r"сообщени", r"сигнал", r"message", r"tone", r"beep", r"передать", r"что передам")
_HELLO = re.compile(
    r"(ал+[оеё]+|але|ало|да+|ага|угу|слушаю|слушаем|говорите|я|добрый|доброе|день|утро|вечер|здравствуйте|привет|кто|это"
    r"|вас|на|проводе|у|аппарата|да да|hel+o|hal+o|hi|hey|yes|yeah|yep|yello|speaking|good|morning|afternoon|evening"
    r"|who|is|this|it|it's|there|here|calling|на связи|связи|внимательно)"
)


class Speaker(Enum):
    PERSON = "person"
    MACHINE = "machine"
    ANNOUNCEMENT = "announcement"  # a machine that takes no message
    UNCLEAR = "unclear"


def _any(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in patterns))


STRONG = _any((*_STRONG_RU, *_STRONG_EN))
WEAK = tuple(re.compile(each) for each in (*_WEAK_RU, *_WEAK_EN))
ANNOUNCED, INVITED = _any(_ANNOUNCED), _any(_INVITED)
HELLO_WORDS = 5  # a longer hello isn't believed at once: "добрый день вы позвонили…"


def normal(text: str) -> str:
    return " ".join(re.sub(r"[^\w' ]+", " ", text.lower().replace("ё", "е").replace("’", "'")).split())


def nearest(said: str) -> tuple[float, str]:
    """What only machines say that some stretch of it, which is `normal`, sounds most like, and how much, 0..1."""
    return max((holds("ru", said, phrase), phrase) for phrase in (*_SPOKEN, *_ANNOUNCING))


def who_speaks(text: str, *, by_sound: bool = False) -> Speaker:
    """By the words so far. PERSON only where all of them are what one says into a telephone that rang. by_sound: words
    that only sound like a machine's count as well."""
    said = normal(text)
    if not said:
        return Speaker.UNCLEAR
    words = said.split()
    near, phrase = nearest(said) if by_sound and len(words) > 2 else (0.0, "")
    if STRONG.search(said) or near >= LIKE or sum(bool(each.search(said)) for each in WEAK) >= 2:
        told = ANNOUNCED.search(said) is not None or (near >= LIKE and phrase in _ANNOUNCING)
        announced = told and INVITED.search(said) is None
        return Speaker.ANNOUNCEMENT if announced else Speaker.MACHINE
    if len(words) <= HELLO_WORDS and all(_HELLO.fullmatch(word) for word in words):
        return Speaker.PERSON
    return Speaker.UNCLEAR
