"""Yes or no, and what was said besides: 'да нет' is no, 'ну давайте' yes, 'не совсем' no."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.understanding.reading import NOTHING, Lang, Reading
from bot.understanding.slots.assent import FARING, composed, plain, taken_back, undecided
from bot.understanding.words.layouts import from_translit, other_layout
from bot.understanding.words.normaliser import tokens

# Phrases of several words first: the longest that fits at a place wins.
_RU = {
    True: """
        да не возражаю | да не против |
        да | да да | да да да | ага | угу | ок | окей | оке | ладно | хорошо | конечно | да конечно |
        конечно да | разумеется | естественно | безусловно | верно | все верно | правильно | все правильно
        | точно | именно | так точно | все так | так и есть | именно так | подтверждаю | согласен |
        согласна | согласны | подходит | пойдет | устраивает | меня устраивает | годится | давайте |
        ну давайте | давай | ну давай | можно | можно и так | идет | договорились | отлично | прекрасно |
        супер | хочу | да хочу | буду | записывайте | запишите | подойдет | да подойдет | не против |
        я не против | не возражаю | почему бы и нет | а почему нет | почему нет | ну да | ну конечно |
        само собой | ясное дело | угадали | есть такое | было бы неплохо | не откажусь | было бы хорошо |
        еще бы | а то | наверное да | думаю да | скорее да | пожалуй да | пожалуй | пусть так |
        пусть будет так | будь по вашему | ес | йес | дада | агась | угусь | плюс | вроде да | вроде верно
        | все ок | все хорошо | все в порядке | нет проблем | без проблем | без вопросов | беру |
        продолжайте | продолжим | продолжаем | нет возражений | возражений нет | да все верно |
        не ошиблись | вы правы | так | ну так | ну ладно | ну хорошо | да пожалуйста | будьте добры |
        ок давайте | ну ок | yes | ok | хотелось бы | очень хотелось бы | валяйте | валяй | вроде бы да | кажется да |
        не вопрос | непременно | обязательно | естественно да | а как же | думаю что да | скорее всего да | пожалуй
        что да |
        вполне | правильно поняли | вы правильно поняли | да правильно | это так | это верно | это правильно | правда |
        с удовольствием | с радостью | охотно | ну естественно | ну конечно да | да ладно давайте |
        так и запишите | так и оставьте | было бы здорово | да нормально | нормально | меня все устраивает | все
        устраивает |
        ошибок нет | нет ошибок | без ошибок | то что надо | то что нужно | как раз то что надо | как раз то что нужно
        | самое то | в самый раз | в точку | само собою | чего б и нет | чего бы и нет | отчего б и нет | чего бы нет
        | почему б и нет | я за | мы за | двумя руками за | всеми руками за | да ради бога | бога ради | так и быть |
        сто процентов | на сто процентов | как скажете | оки | норм | го | легко | ну окей | добро | лады | скорее да
        чем нет | почему бы нет | отчего бы и нет | отчего же нет | а почему бы и нет
    """,
    False: """
        ага щас | не правда | неправда ваша | да щас | ага щаз | ещё чего | еще чего | вот еще | боже упаси | фигушки
        | как бы не так | держи карман шире | давай в другой раз | давайте в другой раз | в другой раз | как нибудь в
        другой раз | не в этот раз | отбой | даром не надо | да ну нафиг | нафиг | ни в жизнь | через мой труп | пас |
        никогда | с чего бы | нет | нет нет | неа | не | не не | нет нет нет | да нет | да нет наверное | нет да нет |
        нее | ни в коем случае | никак нет | ни за что | нет спасибо | спасибо нет | не надо | не нужно | не хочу | не
        буду | не стоит | не согласен | не согласна | неверно | не верно | неправильно | не правильно | не так | не то
        | совсем не то | не совсем | не совсем так | не совсем верно | не очень | не подходит | не подойдет | не
        устраивает | не годится | не пойдет | вряд ли | едва ли | сомневаюсь | отмена | отменяйте | ошибка | ошиблись
        | вы ошиблись | неточно | неправда | нет конечно | не точно | не угадали | наверное нет | думаю нет | скорее
        нет | пожалуй нет | лучше не надо | не сейчас | пока нет | не могу | откажусь | отказываюсь | против | я
        против | минус | ничего подобного | ни фига | нисколько | совсем нет | вовсе нет | конечно нет | конечно же
        нет | точно нет | разумеется нет | не подтверждаю | нельзя | не получится | не удобно | неудобно | да ну нет |
        да не | да не надо | нет не надо | нет не верно | нет не так | нет неверно | ну нет | ой нет | ай нет | хотя
        нет | все неверно | все не так | no | не записывайте | не давайте | не а | отнюдь | отнюдь нет | нетушки | да
        ну | вроде нет | вроде бы нет | кажется нет | что то не то | что то не так | не вполне | ни под каким видом |
        исключено | боюсь что нет | к сожалению нет | увы нет | увы | навряд ли | скорее всего нет | думаю что нет |
        это не так | это неверно | это неправильно | воздержусь | обойдусь | не интересует | неинтересно | мне не
        нужно | мне не надо | не требуется | уже не надо | уже не нужно | передумал | передумала | не да | нет уж | да
        нет же | ну нет же | нет не хочу | ни разу | ну уж нет | не сегодня | скорее нет чем да | не думаю | вы
        неправильно поняли | неправильно поняли | вы не поняли | ничего не верно | ничего не так | нет не то | все не
        то | я не согласен | я не согласна | нет не согласен | не в коем
        случае
    """,
}
_EN = {
    True: """
        just what i need | just what i wanted | exactly what i need | exactly what i wanted | all set | you may | k
        thx | i have no objection | no mistakes | no mistake | yes | yeah | yep | yup | ya | yes yes | sure | of
        course | ok | okay | right | thats right | that is right | correct | thats correct | that is correct | exactly
        | absolutely | definitely | certainly | indeed | affirmative | please do | yes please | sure thing | go ahead
        | fine | thats fine | that is fine | sounds good | good | perfect | great | all right | alright | alrighty | i
        do | i am | i would | i agree | agreed | confirm | confirmed | i confirm | why not | no problem | not a
        problem | no objections | by all means | uh huh | mm hmm | mhm | mmhm | works for me | that works | it does |
        it is | you got it | you bet | totally | true | id love to | id like that | lets do it | lets do that | do it
        | i guess so | i think so | i suppose so | very well | yea | aye | y | im in | it is correct | its correct |
        its right | all correct | all good | everything is correct | for sure | sure why not | fine by me | fine with
        me | okey dokey | okey doke | yes sir | yessir | yes maam | hell yes | hell yeah | book it | no worries | if
        you must | i believe so | i hope so | id say so | why yes | sure do | id like to | yes i would | yes i do |
        please go ahead | lets go | that would be great | that would be good | that would be nice | sounds great |
        sounds fine | you are correct | youre correct | righto | that is fine by me | works | okay then | ok then |
        gladly | with pleasure | most certainly | naturally | roger | looks good | looks right | that will do | thatll
        do | i dont mind | i wouldnt mind | fair enough | youre right | you are right | i guess | go for it | да | why
        certainly | but of course | i should think so | bet | ye | yh | yas | aight | say no more | def | fosho | im
        afraid so | you got that right | you heard right | you have it right | youve got that right | thatd be lovely
        | thatd be great | thatd be nice | thatd be good | that would be lovely | that would be perfect | its a yes |
        thats a yes | id love that | is good | is ok | go ahead and book it | book it please | yes sirree | count me
        in | okie dokie | heck yeah | heck yes | no doubt | without a doubt | probably yes | most probably | oh yes |
        oh yeah | k | kk | okey | why not indeed | be my guest | go on | go on then | no question | deal | youve got
        it | its a deal | it sure is | as you wish | whatever you say | lovely | brilliant | awesome | cool | sweet |
        spot on | bang on | thats the one | thats the ticket | music to my ears | damn right | you betcha | ten four
    """,
    False: """
        never ever | not any more | not anymore | you may not | ill have to decline | i must decline | i have to
        decline | i should think not | hard pass | hard no | you misheard me | you misheard | you got that wrong | you
        have it wrong | youve got it wrong | you got it wrong | that wont be necessary | that wont do | that wont work
        | dont bother | not for me | lets leave it | its a no | thats a no | id hate that | is not good | no ty | nty
        | not in the slightest | not likely | over my dead body | not on your life | god no | good god no | heck no |
        never mind | nevermind | forget it | forget about it | forget that | skip it | leave it | scrap that | scratch
        that | count me out | ill pass | i pass | im good thanks | im good thank you | im fine thanks | im fine thank
        you | im okay thanks | im ok thanks | no need thanks | that isnt it | thats not it | thats not what i said | i
        said no | lets not | let us not | better not | dont do it | dont do that | dont book it | no point | as if |
        thanks but no thanks | thats a no | in your dreams | fat chance | when hell freezes over | some other time |
        maybe later | another time | maybe another time | no chance | no dice | no siree | negatory | far from it |
        anything but | i couldnt | no | nope | nah | no no | not really | no thanks | no thank you | not at all | no
        way | never | negative | wrong | thats wrong | that is wrong | incorrect | thats incorrect | not correct | not
        right | thats not right | thats not correct | that is not right | that is not correct | isnt right | not quite
        | not exactly | i dont | i do not | i dont think so | i dont want to | i dont want it | i wouldnt | not now |
        not today | not yet | absolutely not | definitely not | certainly not | of course not | not sure about that |
        dont | please dont | do not | cancel | i disagree | i refuse | id rather not | rather not | i am not | im not
        | it isnt | it is not | its not | that doesnt work | doesnt work | it doesnt | wont work | n | hardly | by no
        means | unfortunately not | im afraid not | sorry no | oh no | not that | no good | нет | uh uh | nuh uh | i
        dont agree | hell no | naw | not a chance | no need | not necessary | i dont want that | i dont like it | i
        dont like that | i dont believe so | that isnt right | it is wrong | its wrong | i think not | id say no |
        probably not | i guess not | i suppose not | i hope not | nothing of the sort | im good no | no im good | no
        not really | no i dont | no i wouldnt | no it isnt | not today thanks | out of the question | i changed my
        mind | changed my mind | under no circumstances | nay
    """,
}
_OPENERS = {
    "ru": frozenset(
        """
            ну а о ой ах эх э ээ эм м мм так вот слушайте знаете смотрите спасибо пожалуйста
            здравствуйте алло ок теперь
        """.split()
    ),
    "en": frozenset("well oh um uh er hmm so ah hey look now thanks thank you please".split()),
}
_CLOSERS = {
    "ru": frozenset(
        """
            пожалуйста можно пусть спасибо все верно правильно так точно конечно хорошо да же наверное большое ладно
            согласен согласна именно подтверждаю будьте добры
        """.split()
    ),
    "en": frozenset("please thanks thank you sir maam it is that right correct of course sure then".split()),
}


@dataclass(frozen=True, slots=True)
class _Lexicon:
    phrases: dict[tuple[str, ...], bool]
    longest: int
    words: frozenset[str]  # those that are an answer alone


def _lexicon(table: dict[bool, str]) -> _Lexicon:
    phrases = {
        tuple(phrase.split()): answer
        for answer, listed in table.items()
        for phrase in listed.replace("\n", " ").split("|")
    }
    alone = frozenset(phrase[0] for phrase in phrases if len(phrase) == 1)
    return _Lexicon(phrases, max(map(len, phrases)), alone)


_LEXICONS: dict[Lang, _Lexicon] = {"ru": _lexicon(_RU), "en": _lexicon(_EN)}
# All that was typed: signs, and what keyboards offer for them.
_SIGNS = {
    **dict.fromkeys(("+", "✅", "☑", "✔", "👍", "👌", "💯", "🆗", "🤝"), True),
    **dict.fromkeys(("-", "❌", "✖", "🚫", "👎", "🙅", "⛔"), False),
}
_FOREIGN = {"ru": re.compile(r"[a-z\s.,!'\[\];]+", re.IGNORECASE), "en": re.compile(r"[а-яё\s.,!]+", re.IGNORECASE)}
# Answers that are one only when nothing else follows: 'хорошо бы в пятницу', 'можно перенести?', 'right now'.
_ALONE = frozenset(
    phrase.strip()
    for phrase in """
        в другой раз | you may | all set | you may not | ошибок нет | bet | ye | def | изи | dont bother | not for me
        | lets leave it | not likely | never mind | forget it | leave it | skip it | cool | lovely | sweet | go on |
        deal | другой раз | some other time | another time | maybe later | k | легко | норм | го | добро | пас |
        никогда | отбой | с чего бы | no point | не | не а | да ну | вполне | увы | правда | нормально | передумал |
        передумала | обязательно | works | roger | i changed my mind | changed my mind | не сегодня | не думаю | так |
        плюс | минус | можно | хочу | буду | хорошо | ладно | точно | запишите | записывайте | давайте | ну давайте |
        давай | ну давай | против | беру | отмена | пожалуй | нельзя | неудобно | именно | конечно | не могу | не хочу
        | не буду | пока нет | good | great | fine | right | never | cancel | dont | please dont | do not | true | y |
        n | perfect | i do | i am | i would | i dont | i do not | i wouldnt | i am not | im not | im in | it is | it
        does | it isnt | it is not | its not | it doesnt | please do | go ahead | hardly | i refuse | not now
    """.split("|")
)


def read_yesno(text: str, *, lang: Lang) -> Reading:
    """bool; rest is what was said after the answer ('нет, лучше в четыре': False, 'лучше в четыре')."""
    words = _words(text, lang)
    if not words:
        return Reading(value=_SIGNS.get(text.strip()[:1]))
    found = _read(words, lang)
    if found is None and len(text) < _SHORT and _FOREIGN[lang].fullmatch(text):
        # 'lf' is 'да' on the other keyboard, 'konechno' in the other letters
        other = (other_layout(text), from_translit(text)) if lang == "ru" else (other_layout(text),)
        found = next((one for one in (_read(_words(each, lang), lang) for each in other) if one is not None), None)
        return NOTHING if found is None or found.rest else found
    return NOTHING if found is None else found


_FLAT = ("нет", "нет нет", "да нет", "ну нет", "не", "no", "no no", "nope", "nah", "oh no")  # what a yes may follow
_SHORT = 24  # characters of an answer typed on the wrong keyboard


def _words(text: str, lang: Lang) -> list[str]:
    known = _LEXICONS[lang].words
    return [plain(token.text, known) for token in tokens(text)]


def _read(words: list[str], lang: Lang) -> Reading | None:
    found = _listed(words, lang)
    if found is None:
        return _put_together(words, lang)
    answer, rest, turned = found
    if answer and (rest or turned):
        whole = composed(words, lang)
        if whole is False:
            return Reading(value=False)  # 'да не подходит', 'да ладно, не надо'
        if whole is None and turned and turned not in _FLAT:
            return Reading(value=False)  # 'вряд ли подойдёт'
        if whole is None and turned and FARING & {*words}:
            return None  # 'no, that's fine'
        if whole is None and taken_back(rest, lang):
            return None  # 'да, но не сегодня': no yes, and what is left is read by others
    return Reading(value=answer, rest=" ".join(rest))


def _put_together(words: list[str], lang: Lang) -> Reading | None:
    answer = None if undecided(words, lang) else composed(words, lang)
    return None if answer is None else Reading(value=answer)


def _listed(words: list[str], lang: Lang) -> tuple[bool, list[str], str] | None:
    """An answer that begins with a phrase of the lexicon: (it, what follows, the phrase of the first answer where the
    last one is another, else "")."""
    lexicon, openers = _LEXICONS[lang], _OPENERS[lang]
    at = 0
    while True:
        if undecided(words[at:], lang):
            return None
        found = _at(words, at, lexicon)
        if found is not None or at >= len(words) or words[at] not in openers:
            break
        at += 1
    if found is None:
        return None
    answer, stop = found
    rest = words[stop:]
    if answer and rest and undecided(rest, lang):
        return None  # 'да не знаю', 'да все равно'
    # 'нет, всё верно' answers 'ничего не изменить?' with yes: the later answer is the fuller one
    if _phrase(words, at, stop) in _ALONE and rest and not all(word in _CLOSERS[lang] for word in rest):
        return None
    first = answer
    follow = _at(rest, 0, lexicon) if rest else None
    while follow is not None and (follow[0] == answer or len(rest) == follow[1]):
        weak = _phrase(rest, 0, follow[1]) in _ALONE
        if weak and (follow[0] != answer or not all(word in _CLOSERS[lang] for word in rest[follow[1] :])):
            break  # 'нет, конечно'; 'да, можно в пять'
        answer, rest = follow[0], rest[follow[1] :]
        follow = _at(rest, 0, lexicon) if rest else None
    while rest and rest[0] in _CLOSERS[lang]:
        rest = rest[1:]
    return answer, rest, _phrase(words, at, stop) if answer != first else ""


def _phrase(words: list[str], start: int, stop: int) -> str:
    return " ".join(words[start:stop])


def _at(words: list[str], at: int, lexicon: _Lexicon) -> tuple[bool, int] | None:
    """The longest answer that begins at this place, and the place after it."""
    for width in range(min(lexicon.longest, len(words) - at), 0, -1):
        answer = lexicon.phrases.get(tuple(words[at : at + width]))
        if answer is not None:
            return answer, at + width
    return None
