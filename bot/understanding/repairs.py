# ruff: noqa: E501  (a pattern a line, however many ways there are to say it)
"""The wishes that every conversation understands: cancel, repeat, a person, the menu and their like.

By rules, since they must be sure: a repair interrupts whatever is under way. A text is one only when nothing is left
of it but the wish itself ("отмена", "хватит, передумал") or, for a person, when somebody is asked for in so many words
("соедините с живым оператором"). "Отмените мою запись" has an object, so it is left to the scenarios.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.dialogue.meaning import CALL_AFTER, Language


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILLERS: Final[Mapping[Language, frozenset[str]]] = {
    "ru": _words("""
        а ну вот ой ох так э ээ эм мм м пожалуйста пожалста плиз слушайте слушай девушка тогда же ка
        давай давайте и уже просто лучше будьте добры вообще короче типа знаете знаешь извините
        простите извиняюсь
    """),
    "en": _words("""
        oh um uh er well please ok okay so just then now and actually hey sorry excuse me kindly
        really like
    """),
}

# Wishes in their full form, by what may stand in place of spaces. `|` between words that change with the speaker.
_RU: Final[Mapping[str, tuple[str, ...]]] = {
    "cancel": (
        r"(все )?(это )?(отмена|отбой|отмени(те|ть)?|отменяй(те)?|отменяем|отменяется)( все| это| всё это)?",
        r"(все )?хватит( с меня| уже)?",
        r"(все )?достаточно",
        r"прекрати(те|ть)?|перестань(те)?|прерви(те)?|прервать|стоп|stop|остановись|остановитесь|остановите",
        r"(я )?(уже )?(передумала?|расхотела?)( уже)?( записываться| оформлять| заказывать| продолжать)?",
        r"(мне )?(ничего |уже |больше )?(не надо|не нужно|ненадо|ненужно)( ничего| уже| больше)?",
        r"(я )?(уже |больше )?не хочу( больше| уже| продолжать| записываться)?",
        r"забудь(те)?( об этом)?|забей(те)?|неважно|не важно|проехали",
        r"выход|выйти|закончи(те|ть|м)?|заканчиваем|(не )?будем заканчивать|не буду( записываться)?|давай(те)? не будем",
    ),
    "repeat": (
        r"повтори(те|ть)?( мне)?( вопрос| последнее| еще раз| все)?|(скажи(те)?|можно)?( повторить)? ?(еще раз|еще разок|по новой)( повтори(те|ть)?)?",
        r"(а )?(что|чего|че|чо|как)( вы| ты)?( там)?( сказали?| говорите| говоришь)?",
        r"(я )?(вас |тебя )?(не|ничего не|плохо) (расслышала?|услышала?|слышу|слышно|разобрала?|понимаю|поняла?|понял)( вас| тебя| вопрос| что вы сказали)?",
        r"(я )?(все )?прослушала?|можно (еще раз|повторить)|вы (пропадаете|пропали)|связь (плохая|прервалась)",
        r"(все )?(я )?(уже )?(готова?|нашла?|нашел|вернул(ся|ась)|на месте|слушаю( вас)?)( слушаю| говорите| давайте| продолжаем)?",
        r"алло|але|алё|ало|(алло |але )?(вы|ты) (меня )?(слышите|слышишь|здесь|тут|там)|(кто|что) (это|там)",
    ),
    "slower": (
        r"(можно |говори(те)? |скажи(те)? |повтори(те)? )?(чуть |немного |немножко )?(по)?медленн?ее( можно| говори(те)?| скажи(те)?| повтори(те)?)?",
        r"(вы |ты )?(говори(те)? )?(не|слишком|очень) (так )?быстро( говорите| говоришь)?|не спеши(те)?|не тараторь(те)?|не торопи(тесь|сь)|не успеваю( за вами| записать)?",
    ),
    "wait": (
        r"(по)?(до)?(жди|ждите|годи|годите)( (одну )?(секунд(у|очку)|минут(у|очку|ку)|момент|чуть чуть|немного|пожалуйста))?( я)?( (подумаю|посмотрю|гляну|найду|возьму|запишу|спрошу|думаю))?( ручку| телефон| паспорт| календарь| в календаре)?",
        r"(сейчас |щас )?(одн(у|ой) )?(секунд(у|очку|ка|очка)|сек|секундочка|минут(у|ку|очку|а|ка|очка)|момент|минуту)( подожди(те)?)?( я)?( (подумаю|посмотрю|гляну|найду|возьму|запишу|спрошу))?",
        r"(сейчас|щас)( (секунду|минуту|подождите))?( (подумаю|посмотрю|гляну|найду|возьму|запишу|спрошу|скажу))?( ручку| телефон| паспорт| календарь)?",
        r"(ну |так )*([^\W\d_]{3,14} ([^\W\d_]{3,14} )?)?(я )?(сейчас|щас|ща|секунд(у|очку)|минут(у|ку|очку)) (я )?(его |ее |их |в \w+ |у \w+ )?(посмотрю|гляну|найду|поищу|ищу|достану|схожу|принесу|возьму|проверю|уточню|спрошу)( (его|ее|их|номер|паспорт|договор|карту|квитанцию|в \w+|у \w+))?",
        r"(дай(те)? )?(мне )?(подума(ть|ю)|посмотр(еть|ю)|сообразить)( секунду| минуту| минутку)?|(я )?(еще )?думаю|надо подумать|не клади(те)? трубку",
    ),
    "back": (
        r"((вернись|вернитесь|вернуться|вернемся|верни(те)?|вернуть|можно|иди) )?(меня )?(на )?(один )?(шаг )?(назад|обратно)",
        r"(к |на )?(предыдущ(ий|ее|ая|ему|ей|его))( вопрос(у)?| шаг(у)?| пункт(у)?)?|вернись|вернитесь|вернуться|вернемся",
    ),
    "help": (
        r"помощь|помоги(те)?( мне)?|справка|help|хелп|подскажи(те)?( мне)?( что (делать|сказать|говорить))?",
        r"(а )?что (ты |вы )?(тут |здесь |еще |вообще )?(умеешь|умеете|можешь|можете)( делать)?|(а )?(что|чем) (ты |вы )?(можешь|можете|умеете|умеешь) (помочь|делать|сделать)",
        r"(я )?(не знаю|не понимаю|непонятно)? ?(и )?(что|как) (мне )?(надо |нужно |можно )?(дальше )?(делать|сказать|говорить|отвечать|ответить|спросить|спрашивать|дальше)( дальше| теперь)?",
        r"как (это|тут|здесь|с тобой|с вами|тобой|вами)( все)? (работает|пользоваться|говорить|разговаривать|общаться)|(а )?какие (есть |еще )?(варианты|команды|возможности|функции)( есть)?",
    ),
    "skip": (
        r"(можно |хочу )?(это )?пропусти(те|ть|м)?( это| этот вопрос| вопрос| этот шаг| шаг)?|пропускаем|пропускаю|скип|skip",
        r"(перейд(и|ем|ите)|перейти|идем|иди|поехали)?( к)?( )?(дальше|далее|следующ(ий|ему)( вопрос| вопросу| шаг| шагу))",
        r"(я )?(не хочу|не буду|не могу)( на это| на этот вопрос| вам| этого)? (отвечать|ответить|говорить|сказать|называть|сообщать)( на это| на этот вопрос| этого)?|без (ответа|комментариев|комментария)",
    ),
    "menu": (
        r"(в |к )?(главн(ое|ому) )?меню|(вернись|вернитесь|вернуться|вернемся|перейди(те)?|перейти|верни(те)?|хочу|можно|выйти|обратно|назад)( меня)? (в|на|к)( самое)? (главн(ое|ую|ому) )?(меню|начал(о|у)|страницу)",
        r"(начн(ем|и|ите)|начать|начинаем|давай(те)?)? ?(все )?(сначала|с начала|заново|с самого начала|по новой)|в( самое)? начало|/?(start|menu|старт)",
    ),
    "greeting": (
        r"((здравствуй(те)?|здрасьте|здрасте|здрасти|здраствуйте|здравствуите|привет(ик|ствую)?|хай|салют|добр(ый|ое|ой|ого) (день|вечер|утро|ночи|дня|вечера|утра|времени суток)|доброго|hello|hi)( всем| вам)? ?)+( (вы|ты) (меня )?(слышите|слышишь))?",
    ),
    "thanks": (
        r"(нет |все |хорошо |ясно |понятно |отлично |супер |окей |ок |ладно )*(большое |огромное )?(спасибо|спасибочки|благодарю|спс|сенкс|пасиб|пасибо|мерси)( (вам|тебе|большое|огромное|вас|за (помощь|информацию|все|ответ)|все|понятно|ясно|хорошо))*",
        r"(очень )?(признательна?|благодарна?)( вам)?|от души|выручили?",
    ),
    "goodbye": (
        r"(все |хорошо |ладно |ясно |понятно |окей |ок |нет |спасибо |большое |благодарю )*(до свидания|до свиданья|досвидания|до свидос|пока( пока)?|всего (доброго|хорошего)|до встречи|до связи|прощайте?|бай( бай)?|чао|счастливо|удачи|хорошего (дня|вечера)|всех благ|доброй ночи|до завтра)( (спасибо|вам|до свидания|всего доброго|всего хорошего))*",
        r"(нет |спасибо |ладно |хорошо )*(у меня |на этом |на сегодня )?(это )?(все|больше ничего|ничего больше)( спасибо| хорошо| у меня| на этом| больше не надо| больше не нужно| больше ничего)+",
        r"(нет |хорошо |ладно |понятно |ясно |отлично )*(большое )?спасибо (большое |вам )*(это |мне )?(пока )?все( пока| на сегодня)?",
        r"(нет |спасибо )*(на этом все|это все|больше ничего(( не)? (надо|нужно))?|ничего больше|больше вопросов нет|вопросов (больше )?нет)",
    ),
    "language": (
        r"(можно |можем |могу )?(я |мы )?(говори(те|ть)?|поговори(те|ть|м)?|разговаривать|перейди(те)?|перейти|перейдем|переключи(те|ть)?(сь|тесь)?|общаться|продолжи(м|ть)|смени(те|ть)?|поменяй(те)?|давай(те)?|хочу)?( язык)? ?(на |по )?(английск(ий|ом|и)|русск(ий|ом|и))( язык(е)?)?( можно| говори(те)?| давай(те)?)?",
        r"(вы |ты )?(говорите|говоришь|понимаете|понимаешь) (по|на) (английски|английском|русски|русском)|смени(те|ть)? язык|другой язык|english( please)?|in english|инглиш",
    ),
}  # fmt: skip
_EN: Final[Mapping[str, tuple[str, ...]]] = {
    "cancel": (
        r"(cancel|stop|abort|quit|exit|enough|halt)( it| that| this| everything| all)?( all)?|stop (it|that|this)",
        r"(i )?(have |ve )?changed my mind|i dont want (to|it|this|anything)?( continue| anymore| any more)?|i do not want (to|it|this)( continue| anymore| any more)?",
        r"never ?mind|forget (it|about it|that)|(its|it is) not (needed|necessary|important)|no need|drop it|leave it|scrap that",
        r"i (dont|do not) (need|want) (it|this|that|anything)( anymore| any more| any longer)?|lets (stop|not|drop it)|call it off",
    ),
    "repeat": (
        r"(can you |could you |would you )?(repeat|say)( that| it| this| the question)?( again| once more| one more time)?( for me)?",
        r"(one more time|once more|once again|again|pardon( me)?|come again|what|huh|sorry what|what was that|what did you say|what was the question|say again)( what)?",
        r"i (didnt|did not|couldnt|could not|cant|can not|cannot|dont|do not) (hear|catch|get|understand|make out)( you| that| it| what you said| anything| the question)*",
        r"(ok )?(im|i am)? ?(back|ready|here)( now| again)?|(i )?(have |ve )?(found|got) it|go ahead|im listening|i am listening",
        r"(hello )?(are you (there|here)|can you hear me|anybody there|is anyone there)",
    ),
    "slower": (
        r"(can you |could you )?(speak |talk |say it |say that |go )?(a (bit|little) )?(more )?(slower|slowly)( for me)?|slow down( a (bit|little))?",
        r"(you are |youre )?(speaking |talking |going )?(too|not so|so) fast|dont (rush|speak so fast|talk so fast|hurry)",
    ),
    "wait": (
        r"(wait|hold on|hang on|hold up|hold)( for)?( a| one)?( sec| second| minute| moment| bit)?( i)?( need to| have to| will| ll)?( think| check| look| find it| find)?( my calendar| my phone| my diary| it)?",
        r"(give me |in )?(a|one|half a)( sec| second| minute| moment)( i| let me)?( think| check| look)?( my calendar| my diary)?",
        r"(just )?(let me|i need to|ill|i have to)( just)? (find|grab|get|fetch|look for|go and get|dig out) (it|that|my \w+( \w+)?|the \w+( \w+)?)",
        r"let me (think|check|see|look|find it|find out|get a pen|look it up)( for)?( a)?( sec| second| minute| moment)?( about it| my calendar| my diary)?|im thinking|i am thinking|bear with me|dont hang up",
    ),
    "back": (
        r"(go |take me |step |move )?back( one step| a step| one)?|(the )?previous( one| question| step)?|go to the previous( one| question| step)?|return",
    ),
    "help": (
        r"help( me)?( out)?|what can (you|i) (do|say|ask|help( me)? with)( for me| here)?|what do you do|how can you help( me)?",
        r"(i (dont|do not) know )?what (should|do|can|to) (i )?(do|say|answer)( next| now)?|what are (my|the) (options|choices)|how does (this|it) work|what now|what next|i need (some )?help|i (dont|do not) know what to (do|say)",
    ),
    "skip": (
        r"(can (i|we) |lets |id like to )?(skip|pass)( on)?( it| this| that| this one| this question| the question| this step)?|next( question| one| step)?( please)?|(lets )?move on",
        r"(id |i would )?(rather|prefer) not( to)? (say|answer|tell)( you| it| that| this)?|i (dont|do not) (want|wish) to (answer|say|tell)( you| it| that| this)?|no comments?",
    ),
    "menu": (
        r"(go |take me |return |back |get )*(to )?(the )?(main )?menu( again)?|home( page)?|(lets )?(start|begin) (over|again|from scratch|anew|from the (start|beginning))|from the (start|beginning)|restart|/?(start|menu)|(go )?back to the (start|beginning)",
    ),
    "greeting": (
        r"((hello|hi|hey|howdy|greetings|good (morning|afternoon|evening|day)|hiya|yo)( there| everyone| everybody)? ?)+( how are you( today| doing)?| hows it going)?",
    ),
    "thanks": (
        r"(no |all right |alright |great |perfect |good |got it |thats great |cool |yes )*(many )?(thanks|thank you|thx|ty|cheers|much appreciated|appreciate it|i appreciate it)( (a lot|so much|very much|a million|for (your |the |all your )?(help|information|time|everything)|you|again|thats great|great))*",
    ),
    "goodbye": (
        r"(no |all right |alright |great |perfect |good |thanks |thank you |cheers |ta |ok )*(good ?bye|bye( bye)?|see you( later| soon| then| tomorrow)?|have a (good|nice|great) (day|one|evening|weekend)|farewell|take care|cya|talk to you later|good night)( (thanks|thank you|bye|for now|now))*",
        r"(no |nope |thanks |thank you )*(thats|that is|that was|that will be|thatll be) (all|it|everything)( for (now|today)| i need(ed)?)?( thanks| thank you)?|(no )?nothing (else|more)( thanks| thank you)?",
    ),
    "language": (
        r"(can (you|we|i) |could (you|we) |do you |lets |i (want|would like|d like) to )?(speak|talk|switch|change|continue|use)?( to| in| with me in)?( the)? ?(in )?(russian|english|(another|other) language|language)( instead| language)?",
        r"по[ -]?русски|русский|на русском",
    ),
}  # fmt: skip

# Somebody asked for. "Специалист" and "врач" may be the very thing that is booked, so they need a verb of connecting.
_RU_SOMEBODY = r"(живого|живому|живым|живой|человек(а|ом|у)?|оператор(а|ом|у|ша)?|сотрудник(а|ом|у)?|администратор(а|ом|у)?|менеджер(а|ом|у)?|консультант(а|ом|у)?|диспетчер(а|ом|у)?|людьми|людей|поддержк(у|ой|а)|техподдержк(у|ой|а)|регистратур(у|ой|а))"
_RU_CONNECT = r"(позови(те)?|позвать|соедини(те|ть)?|соединяй(те)?|переключи(те|ть)?|переключай(те)?|переведи(те)?|перевести|свяжи(те)?|связать(ся)?|подключи(те|ть)?|пригласи(те|ть)?)"
_OPERATOR_RU = re.compile(
    rf"^{_RU_SOMEBODY}( (нужен|нужна|нужно|дайте|позовите|есть))?$"
    rf"|^живой (человек|оператор|голос|сотрудник)( есть)?$"
    rf"|^{_RU_CONNECT}( меня)?$|^(подними|поднимите|возьми|возьмите) трубку$"
    rf"|\b{_RU_CONNECT}( \w+){{0,3}} (с |на |к )?(\w+ )?({_RU_SOMEBODY}|специалист(а|ом|у)?|старш(им|его)|начальник(а|ом)?|руководител(я|ем))\b"
    rf"|\b(дай(те)?|нужен|нужна|хочу|хотела? бы|можно|могу|мне бы|надо|требую)( \w+){{0,2}} (живого|живой|живым|оператор(а|ом|у)?|администратор(а|ом)?|консультант(а|ом)?|диспетчер(а|ом)?|менеджер(а|ом)?)\b"
    rf"|\b(поговорить|пообщаться|говорить|разговаривать|поговорю|побеседовать|общаться|связаться)( \w+){{0,2}} (с )(\w+ )?({_RU_SOMEBODY}|специалистом|кем (то|нибудь)( живым)?)\b"
    rf"|\bне (хочу|буду|могу|желаю|собираюсь)( я)? (говорить|разговаривать|общаться|беседовать|болтать) с (вами |тобой )?(\w+ )?(робот(ом|ами)?|бот(ом)?|машиной|автоответчиком|железкой|компьютером|программой)\b"
    rf"|\b(дайте|нужен|хочу|нужно) (нормального )?человека?\b$"
    rf"|\b(есть|можно)( там| тут| у вас)? (кто( то| нибудь)? )?(жив(ой|ые|ого)|люди|человек)\b( есть)?$"
)  # fmt: skip
_NOT_OPERATOR_RU = re.compile(
    r"\b(не надо|не нужно|не нужен|не зови(те)?|не соединяй(те)?|не переключай(те)?|без) (\w+ )?" + _RU_SOMEBODY
)
_EN_SOMEBODY = r"(operator|human( being)?|person|real person|live person|agent|live agent|representative|rep|somebody|someone|advisor|adviser|receptionist|manager|supervisor|staff( member)?|customer (service|support)|consultant|people)"
_OPERATOR_EN = re.compile(
    rf"^(an? |the |real |live )*{_EN_SOMEBODY}$"
    rf"|\b(talk|speak|chat|connect|transfer|put|pass|switch|get)( me| us)?( through| over)?( to| with)? (an? |the |your |some |real |live |actual |another )*{_EN_SOMEBODY}\b(?! (else|who))"
    rf"|\b(get|give|find|call|bring)( me)? (an? |the |your |real |live |actual )*(operator|human( being)?|real person|live person|person|agent|live agent|representative|rep|manager|supervisor|receptionist)\b"
    rf"|\bi (want|need|would like|d like|demand) (an? |the |real |live |actual |to (talk|speak) (to|with) (an? )?(real |live )?)*(operator|human( being)?|real person|live person|person|agent|live agent|representative|rep|manager|supervisor)\b(?! to (?!talk|speak))"
    rf"|\b(dont|do not|wont|will not) want to (talk|speak|chat) (to|with) (an? |the |this |any )?(robot|bot|machine|computer|answering machine|ai)\b"
    rf"|^(is there )?(any|some)(one|body) (real|alive|there)$|^(can i |let me )?(talk|speak) to (someone|somebody)$"
)  # fmt: skip
_NOT_OPERATOR_EN = re.compile(
    r"\b(dont|do not|no) (need|want|connect|call|transfer)( me)?( to)? (an? |the )?" + _EN_SOMEBODY
)

# What may stand before any of them, and a wish may be said twice over: "нет, не надо, передумал".
_SAID_FIRST: Final[Mapping[Language, str]] = {
    "ru": r"(?:(?:нет|все|всё|ладно|да|стойте|стой|хорошо|понятно) ){0,2}",
    "en": r"(?:(?:no|nope|yes|all right|alright|wait) ){0,2}",
}
# "Продолжим в телеграме", "can we go on in WhatsApp": where to, in the words people have for it.
_RU_PLACES: Final[Mapping[str, str]] = {
    "telegram": r"в (телеграм{1,2}(е|у|чик(е)?)?|телег(е|у)|тг|тлг|telegram)",
    "whatsapp": r"в (ватсап(е|п|пе)?|вотсап(е|п|пе)?|вацап(е)?|вацапп(е)?|уотсап(е)?|whats ?app|вайтсап(е)?)",
    "vk": r"(в|во) (вконтакте|контакте|вк|вэка|vk)",
    "max": r"в (макс(е)?|мессенджер(е)? макс|max)",
    "viber": r"в (вайбер(е)?|viber)",
    "web": r"(в|на) (чат(е)?( на сайте)?|сайт(е)?|вебчат(е)?|веб чат(е)?)",
    "phone": r"(по|на) (телефон(у)?|звонок|звонком|звонке)",
}
_RU_GO_ON = (
    r"(я |мы |мне |нам |вы |а |бы |удобнее |хочу |хотел бы |хотела бы |можем |можно |могу |разговор |дальше |это |потом |"
    r"с вами |нам )*(продолж(им|ить|аем|у|ай|айте|али)|перейд(ем|и|ите)|перейти|переходим|пиши(те)?|напиши(те)?|"
    r"писать|переписываться|общаться|переключи(м|мся|сь|тесь)|переключиться|переведи(те)?|перенеси(те)?|перенесем|"
    r"поговорим|спишемся)( разговор| это| дальше| мне| нам| с вами| можем| можно| общение| чат| лучше)*"
)
_EN_PLACES: Final[Mapping[str, str]] = {
    "telegram": r"(in|on|to|over|via|by) (the )?(telegram|tg)",
    "whatsapp": r"(in|on|to|over|via|by) (the )?whats ?app",
    "vk": r"(in|on|to|over|via|by) (the )?(vk|vkontakte)",
    "max": r"(in|on|to|over|via|by) (the )?max( messenger)?",
    "viber": r"(in|on|to|over|via|by) (the )?viber",
    "web": r"(in|on|to|over|via|by) (the |your )?(web ?chat|chat on (the|your) (web ?)?site|web ?site|site)",
    "phone": r"(on|by|over) (the )?(phone|telephone)",
}
_EN_GO_ON = (
    r"((can|could|may) (we|i|you) |lets |i (want|would like|d like) to |id like to |i ll |ill )?"
    r"(continue|go on|carry on|switch|move|move over|talk|chat|text|write( to)? me|message me|keep going)"
    r"( (this|it|talking|the conversation|the chat|there|over))*"
)
_ELSEWHERE: Final[Mapping[Language, Mapping[str, re.Pattern[str]]]] = {
    "ru": {name: re.compile(f"{_RU_GO_ON} {where}( можно| удобнее| дальше)?") for name, where in _RU_PLACES.items()},
    "en": {name: re.compile(f"{_EN_GO_ON} {where}( instead| from here)?") for name, where in _EN_PLACES.items()},
}
_PROVE: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"(я |мне |а |можно |хочу |могу |как |давайте |нужно )*(подтверди(ть|те|м|шь)|докажу|доказать|привяжи(те)?|привязать|"
        r"привяжем)( я| мне| мой| свой| моего| свой номер| еще раз)* (номер( телефона)?|телефон)( по смс| кодом| смс кодом)?|"
        r"(мне |а |можно )*(при|вы|от)(шли(те)?|слать|правь(те)?|править) (мне )?(код|смс с кодом|код по смс|код в смс|"
        r"код подтверждения)( по смс| в смс| на телефон| на номер| еще раз)?|(это )?мой номер (телефона )?(я )?(могу )?подтвер\w+"
    ),
    "en": re.compile(
        r"((can|could|may) (i|you) |i (want|would like|d like|need) to |id like to |let me )*(verify|confirm|prove|link)"
        r"( my)? (phone|number|phone number|telephone)( number)?( by (text|sms|code))?|"
        r"((can|could) you )?(send|text) (me )?(a |the )?(verification |confirmation )?code( by (text|sms))?( to my phone)?"
    ),
}
_DO_NOT_CALL: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"(мне |больше |никогда |вы |и |я прошу |прошу |пожалуйста )*не (звони(те)?|звонить|перезванивай(те)?|"
        r"набирай(те)?)( мне| больше| сюда| на этот номер| никогда| по телефону| вообще| пожалуйста)*|"
        r"(я )?не хочу(,)? чтобы (вы )?(мне )?звонили( мне)?|удалите (мой )?номер из обзвона"
    ),
    "en": re.compile(
        r"(please )?(do not|don t|dont|stop|never) (ever )?call(ing)?( me| this number)?( again| any more| anymore)*( please)?"
    ),
}
_MAY_CALL: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"(мне |вы )?(снова |опять |теперь )?можно (мне )?(снова |опять |теперь )?звонить( мне| снова| опять)*"
    ),
    "en": re.compile(r"(you )?(may|can) call( me)?( again| any time| anytime)+"),
}
_RU_HOURS: Final[Mapping[str, int]] = {
    "девяти": 9, "десяти": 10, "одиннадцати": 11, "двенадцати": 12, "часа": 13, "двух": 14, "трех": 15, "трёх": 15,
    "четырех": 16, "четырёх": 16, "пяти": 17, "шести": 18, "семи": 19, "восьми": 20,
}  # fmt: skip
_EN_HOURS: Final[Mapping[str, int]] = {
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "noon": 12, "one": 13, "two": 14, "three": 15, "four": 16,
    "five": 17, "six": 18, "seven": 19, "eight": 20,
}  # fmt: skip
_CALL_AFTER: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"(мне |лучше |вы |можно )*(звони(те)?|звонить)( мне| только| лучше)* после (\w+|\d\d?[:.]00)"
        r"( часов| вечера| часа| дня)*"
    ),
    "en": re.compile(
        r"(please |only )*call( me)?( only)? after (\w+|\d\d?:00)( oclock| o clock| pm| am| in the evening)*"
    ),
}
_WORD_OF_HOUR: Final[Mapping[Language, int]] = {"ru": 5, "en": 4}  # the group of the pattern


def _call_after(form: str, language: Language) -> int | None:
    """The hour after which calls are wanted: of a day's second half where it is said on a twelve-hour face."""
    found = _CALL_AFTER[language].fullmatch(form)
    if found is None:
        return None
    word = found[_WORD_OF_HOUR[language]]
    hour = (_RU_HOURS if language == "ru" else _EN_HOURS).get(word)
    if hour is None:
        digits = re.match(r"\d+", word)
        hour = int(digits[0]) if digits else None
        if hour is not None and hour < CALL_AFTER.start:
            hour += 12
    return hour if hour in CALL_AFTER else None


_TABLES: Final[Mapping[Language, Mapping[str, tuple[str, ...]]]] = {"ru": _RU, "en": _EN}
_PATTERNS: Final[Mapping[Language, Mapping[str, re.Pattern[str]]]] = {
    language: {
        name: re.compile(f"{_SAID_FIRST[language]}(?:{'|'.join(forms)})(?: (?:{'|'.join(forms)}))?")
        for name, forms in table.items()
    }
    for language, table in _TABLES.items()
}
_ORDER = (
    "cancel",
    "skip",
    "menu",
    "back",
    "slower",
    "wait",
    "help",
    "language",
    "goodbye",
    "thanks",
    "repeat",
    "greeting",
)
_SOFT = re.compile(
    r"(мне )?(ничего |уже |больше )?(не надо|не нужно|ненадо|ненужно|не хочу|не буду)( ничего| уже| больше)?|no need"
)
_LONGEST = 12  # words; a longer text says more than a repair
_LONGEST_OPERATOR = 40


def repair(plain: str, language: Language, *, yesno: bool = False) -> str | None:
    """The name of the repair that a normalised text asks for, one of REPAIRS, or None.

    yesno: a yes/no question is open, so "не надо" answers it and cancels nothing.
    """
    words = plain.replace("-", " ").split()
    if not words or len(words) > _LONGEST_OPERATOR:
        return None
    said = " ".join(words)
    asks, refuses = (_OPERATOR_RU, _NOT_OPERATOR_RU) if language == "ru" else (_OPERATOR_EN, _NOT_OPERATOR_EN)
    bare = " ".join(word for word in words if word not in _FILLERS[language])
    if (asks.search(said) or asks.search(bare)) and not refuses.search(said):
        return "operator"
    if len(words) > _LONGEST:
        return None
    if yesno and _SOFT.fullmatch(bare):
        return None
    for form in (bare, said) if bare else (said,):
        for name, pattern in _ELSEWHERE[language].items():
            if pattern.fullmatch(form):
                return f"go_on_in_{name}"
        if _PROVE[language].fullmatch(form):
            return "prove_number"
        if _DO_NOT_CALL[language].fullmatch(form):
            return "do_not_call"
        if _MAY_CALL[language].fullmatch(form):
            return "may_call"
        if (hour := _call_after(form, language)) is not None:
            return f"call_after_{hour}"
        for name in _ORDER:
            if _PATTERNS[language][name].fullmatch(form):
                return name
    return "repeat" if said == "а" else None


def without_politeness(plain: str, language: Language) -> str:
    """The normalised text without fillers; itself when nothing else is in it."""
    return " ".join(word for word in plain.split() if word not in _FILLERS[language]) or plain
