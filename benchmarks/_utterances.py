"""What callers say in `benchmarks.recognition`, by language and by the kind of answer that is asked for.

Written as people answer, carriers and fillers included; numbers, codes and telephones are drawn from a fixed seed and
spoken as people group them. Two halves: on what stands here the recogniser was tuned, and `benchmarks._measured` is
reported; numbers, codes and telephones of the two are drawn from different seeds.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from num2words import num2words

from benchmarks._measured import LINE, SAID, SERVICES
from bot.dialogue.meaning import Option
from voice.ports import Kind

DOCTORS = (
    Option(id="therapist", title={"ru": "терапевт", "en": "therapist"}, synonyms={"ru": ("врач общей практики",)}),
    Option(id="dentist", title={"ru": "стоматолог", "en": "dentist"}, synonyms={"ru": ("зубной",)}),
    Option(id="cardiologist", title={"ru": "кардиолог", "en": "cardiologist"}, synonyms={"en": ("heart doctor",)}),
    Option(
        id="ophthalmologist", title={"ru": "окулист", "en": "eye doctor"}, synonyms={"ru": ("офтальмолог", "глазной")}
    ),
    Option(id="surgeon", title={"ru": "хирург", "en": "surgeon"}),
    Option(
        id="pediatrician",
        title={"ru": "педиатр", "en": "pediatrician"},
        synonyms={"ru": ("детский врач",), "en": ("children's doctor",)},
    ),
    Option(id="neurologist", title={"ru": "невролог", "en": "neurologist"}),
    Option(
        id="dermatologist",
        title={"ru": "дерматолог", "en": "dermatologist"},
        synonyms={"ru": ("кожный",), "en": ("skin doctor",)},
    ),
)
MENU = (
    Option(
        id="book",
        title={"ru": "запись на приём", "en": "book a visit"},
        synonyms={"ru": ("записаться",), "en": ("appointment",)},
    ),
    Option(
        id="cancel",
        title={"ru": "отмена записи", "en": "cancel a visit"},
        synonyms={"ru": ("отменить",), "en": ("cancel",)},
    ),
    Option(
        id="price",
        title={"ru": "цены", "en": "prices"},
        synonyms={"ru": ("сколько стоит", "стоимость"), "en": ("how much",)},
    ),
    Option(
        id="results",
        title={"ru": "результаты анализов", "en": "test results"},
        synonyms={"ru": ("анализы",), "en": ("results",)},
    ),
    Option(
        id="address",
        title={"ru": "адрес", "en": "address"},
        synonyms={"ru": ("где вы находитесь", "как проехать"), "en": ("where are you",)},
    ),
    Option(
        id="hours",
        title={"ru": "часы работы", "en": "opening hours"},
        synonyms={"ru": ("когда вы работаете", "график"), "en": ("hours",)},
    ),
)

_SAID: Mapping[str, Mapping[Kind, str]] = {
    "ru": {
        "yesno": """
            да | нет | да, верно | нет, неверно | ага | угу | конечно | да, конечно | всё верно | да, всё правильно
            | неправильно | нет, спасибо | не надо | давайте | ну давайте | хорошо | согласен | согласна |
            подтверждаю | подходит | не подходит | да, подходит | нет, не подходит | точно | верно | правильно | не
            верно | неа | не хочу | не нужно | да, записывайте | записывайте | да, пожалуйста | ладно | можно | ни в
            коем случае | да да | нет нет | нет, не так | ну да | так точно | отлично | вы ошиблись
        """,
        "menu": """
            запись на приём | отмена записи | цены | результаты анализов | адрес | часы работы | хочу записаться |
            запишите меня на приём | мне нужно записаться | отменить запись | хочу отменить запись | отмените мою
            запись, пожалуйста | сколько стоит | сколько стоит приём | скажите, сколько стоит консультация | какая у
            вас стоимость | где вы находитесь | подскажите ваш адрес | как к вам проехать | а где вы находитесь |
            когда вы работаете | подскажите часы работы | какой у вас график | до скольки вы работаете, часы работы
            | результаты моих анализов | готовы ли анализы | хочу узнать результаты анализов | анализы | можно
            записаться на приём | здравствуйте, хочу записаться на приём | мне бы отменить запись | интересуют цены
            | узнать цены | скажите адрес | мне адрес нужен | график работы | записаться | отменить | стоимость
            приёма | как проехать
        """,
        "choice": """
            терапевт | стоматолог | кардиолог | окулист | хирург | педиатр | невролог | дерматолог | к терапевту | к
            стоматологу | к кардиологу | к окулисту | к хирургу | к педиатру | к неврологу | к дерматологу | мне
            нужен терапевт | мне нужен стоматолог | мне нужен кардиолог | нужен хирург | запишите к педиатру |
            запишите меня к неврологу | хочу к дерматологу | можно к окулисту | давайте к хирургу | к врачу
            терапевту | я бы хотел к кардиологу | мне к стоматологу, пожалуйста | детский врач | к детскому врачу |
            глазной | к глазному | зубной | к зубному | к офтальмологу | кожный | к кожному врачу | на приём к
            терапевту | хочу записаться к кардиологу | врач общей практики
        """,
        "datetime": """
            завтра в четыре часа дня | в следующий понедельник в десять утра | двадцать пятого ноября в половине
            шестого | в пятницу в пятнадцать тридцать | послезавтра в час дня | в среду в девять утра | завтра утром
            в десять | в четверг в два часа дня | на пятницу в двенадцать | сегодня в шесть вечера | в субботу в
            одиннадцать | первого декабря в три часа | третьего декабря в девять тридцать | в понедельник в
            семнадцать ноль ноль | во вторник в полдень | завтра вечером в семь | в воскресенье в десять утра |
            послезавтра в пол восьмого | тридцатого ноября в четырнадцать часов | в следующую среду в восемь утра |
            через неделю в три часа дня | завтра в восемнадцать пятнадцать | в пятницу вечером в шесть | на завтра
            на одиннадцать утра | давайте в четверг в десять | можно в среду в пять вечера | пятого декабря в час
            дня | в ближайшую субботу в двенадцать дня | двадцать седьмого в девять утра | через два дня в
            шестнадцать часов | во вторник, часов в одиннадцать | завтра в половине третьего | в понедельник без
            четверти девять | десятого декабря в четыре часа дня | сегодня в девятнадцать тридцать | в четверг утром
            в восемь тридцать | в пятницу, в семь вечера | двенадцатого декабря в полдень | послезавтра вечером в
            восемь | двадцать восьмого ноября в десять сорок пять
        """,
        "person": """
            Иван Петров | Анна Кузнецова | Мария Иванова | Сергей Смирнов | Ольга Попова | Дмитрий Соколов | Елена
            Морозова | Алексей Волков | Наталья Лебедева | Андрей Козлов | Татьяна Новикова | Михаил Павлов |
            Екатерина Семёнова | Николай Фёдоров | Светлана Орлова | Владимир Егоров | Ирина Макарова | Павел
            Никитин | Людмила Захарова | Виктор Зайцев | меня зовут Анна Сергеевна Кузнецова | меня зовут Пётр Ильич
            Воробьёв | Иванов Сергей Николаевич | Соколова Марина Викторовна | Григорьев Олег | моя фамилия Романова
            | запишите на имя Дмитрий Орлов | Юлия Тимофеева | Роман Белов | Артём Гусев | Галина Титова | Максим
            Кудрявцев | Вера Баранова | Денис Куликов | Кирилл Степанов | Оксана Яковлева | меня зовут Игорь |
            Александра | Антон Герасимов | Лариса Дмитриевна Королёва
        """,
        "number": """
            один | двое | трое | четверо | пять | шесть | семь | восемь | девять | десять | одиннадцать | двенадцать
            | пятнадцать | двадцать | двадцать пять | тридцать | сорок два | пятьдесят | шестьдесят три | сто |
            двести | нас будет двое | нас четверо | будет трое | пять человек | на шестерых | на двоих | двенадцать
            человек | ноль | девяносто девять | сто двадцать | полторы тысячи | тысяча | тысяча двести | нас будет
            пятеро | всего три | семь штук | наверное восемь | пусть будет десять | шестнадцать
        """,
    },
    "en": {
        "yesno": """
            yes | no | yes, that's right | no, that's wrong | yeah | yep | nope | sure | of course | correct |
            that's correct | yes, please | no, thanks | no, thank you | okay | right | all right | exactly |
            absolutely | definitely | I agree | not really | wrong | that's not right | I don't think so | sounds
            good | go ahead | yes, I do | no, I don't | yes, it is | no, it isn't | fine | that's fine | perfect |
            never | of course not | yes, book it | no, don't | certainly | yes, confirm
        """,
        "menu": """
            book a visit | cancel a visit | prices | test results | address | opening hours | I want to book a visit
            | I'd like an appointment | can I book an appointment | I need an appointment, please | cancel my visit
            | I want to cancel | please cancel my appointment, I want to cancel a visit | how much does it cost |
            how much is a visit | what are your prices | tell me the prices | where are you | where are you located
            | what's your address | tell me the address, please | what are your opening hours | what are your hours
            | are my test results ready | I'm calling about my test results | test results, please | results |
            hello, I'd like to book a visit | I need to cancel a visit | could you tell me your address | could you
            tell me the opening hours | an appointment, please | appointment | how much | the prices, please | I'd
            like my results | cancel | your address | opening hours, please | book a visit, please
        """,
        "choice": """
            therapist | dentist | cardiologist | eye doctor | surgeon | pediatrician | neurologist | dermatologist |
            the therapist | the dentist | the cardiologist | the eye doctor | the surgeon | the pediatrician | the
            neurologist | the dermatologist | I need a therapist | I need a dentist | I need a surgeon | a
            cardiologist, please | I'd like to see the dentist | I'd like to see a cardiologist | can I see the eye
            doctor | book me with the surgeon | to the neurologist | a pediatrician for my son | the skin doctor | a
            skin doctor, please | the heart doctor | I need a heart doctor | the children's doctor | with a
            therapist, please | let it be the dentist | an eye doctor | a neurologist, please | I want a
            dermatologist | a visit to the surgeon | the dentist, please | maybe the therapist | I need the
            pediatrician
        """,
        "datetime": """
            tomorrow at four p.m. | next Monday at ten in the morning | on Friday at three thirty p.m. | on the
            twenty fifth of November at half past five in the evening | the day after tomorrow at one p.m. | on
            Wednesday at nine a.m. | tomorrow morning at ten | on Thursday at two in the afternoon | Friday at noon
            | today at six in the evening | on Saturday at eleven a.m. | December first at three p.m. | December
            third at nine thirty in the morning | on Monday at five p.m. | Tuesday at noon | tomorrow evening at
            seven | Sunday at ten a.m. | the day after tomorrow at half past seven in the evening | November
            thirtieth at two p.m. | next Wednesday at eight in the morning | in a week at three p.m. | tomorrow at a
            quarter past six in the evening | Friday evening at six | tomorrow at eleven a.m. | let's say Thursday
            at ten in the morning | Wednesday at five p.m., please | December fifth at one p.m. | this Saturday at
            twelve noon | November twenty seventh at nine a.m. | in two days at four p.m. | Tuesday at eleven in the
            morning | tomorrow at half past two in the afternoon | Monday at a quarter to nine in the morning |
            December tenth at four p.m. | today at seven thirty p.m. | Thursday at eight thirty a.m. | Friday at
            seven in the evening | December twelfth at noon | the day after tomorrow at eight p.m. | November twenty
            eighth at ten forty five a.m.
        """,
        "person": """
            John Smith | Anna Johnson | Michael Brown | Mary Williams | David Jones | Sarah Miller | James Davis |
            Emily Wilson | Robert Taylor | Laura Anderson | William Thomas | Jessica Moore | Richard Martin | Karen
            Jackson | Thomas White | Nancy Harris | Daniel Clark | Susan Lewis | Paul Robinson | Linda Walker | my
            name is Anna Johnson | my name is Peter Parker | this is George Young | it's Helen Allen | I'm Kevin
            King | book it for Michael Brown | Brian Wright | Amanda Scott | Steven Green | Rachel Baker | Edward
            Adams | Olivia Nelson | Jason Hill | Rebecca Campbell | Ryan Mitchell | Victoria Roberts | my name is
            Alice Carter | Jack Phillips | Emma Evans | Henry Turner
        """,
        "number": """
            one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve | fifteen | twenty
            | twenty five | thirty | forty two | fifty | sixty three | one hundred | two hundred | the two of us |
            there will be four of us | three people | five people | six of us | for two | twelve people | zero |
            ninety nine | one hundred and twenty | fifteen hundred | one thousand | two thousand five hundred | five
            of us | just three | seven pieces | maybe eight | let's say ten | sixteen
        """,
    },
}  # fmt: skip


def said(lang: str, kind: Kind, tuned: bool = False) -> tuple[str, ...]:
    """The utterances of one kind, the same every time. tuned: of the half that was tuned on."""
    texts = (_SAID if tuned else SAID)[lang]
    if kind in texts:
        return tuple(" ".join(each.split()) for each in texts[kind].split("|"))
    draw = random.Random(f"{lang}.{kind}" if tuned else f"{lang}.{kind}.measured")
    return {"digits": _digits, "code": _codes, "phone": _phones}[kind](lang, draw)


KINDS: tuple[Kind, ...] = ("yesno", "digits", "menu", "choice", "number", "datetime", "phone", "code", "person")


def options(kind: Kind, tuned: bool = False) -> tuple[Option, ...]:
    return ({"menu": MENU, "choice": DOCTORS} if tuned else {"menu": LINE, "choice": SERVICES}).get(kind, ())


def _digits(lang: str, draw: random.Random) -> tuple[str, ...]:
    """The ten digits alone; then numbers of an order or an account, by digits and in groups."""
    alone = [_word(str(digit), lang) for digit in range(10)]
    groups = [
        _grouped(_number(draw, length), sizes, lang)
        for length, sizes in ((4, (2, 2)), (4, (1, 1, 1, 1)), (3, (3,)), (5, (2, 3)), (6, (3, 3)), (6, (2, 2, 2)))
        for _ in range(5)
    ]
    return (*alone, *groups)


def _codes(lang: str, draw: random.Random) -> tuple[str, ...]:
    letters = {
        "ru": dict(zip("АВЕКМНОРСТУХ", "а вэ е ка эм эн о эр эс тэ у ха".split(), strict=True)),
        "en": {letter: letter for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ"},
    }[lang]
    told = []
    for number in range(40):
        first, *last = draw.sample(sorted(letters), 3)
        middle = _grouped(_number(draw, 3), (3,) if number % 2 else (1, 1, 1), lang)
        told.append(" ".join((letters[first], middle, *(letters[one] for one in last[: number % 3]))))
    return tuple(told)


def _phones(lang: str, draw: random.Random) -> tuple[str, ...]:
    told = []
    for number in range(40):
        if lang == "ru":
            begin = ("8", "+7", "8", "")[number % 4]
            rest = f"9{_number(draw, 9)}"
            sizes = ((3, 3, 2, 2), (3, 3, 2, 2), (3, 2, 2, 3), (1,) * 10, (3, 3, 4))[number % 5]
            sizes = (3, 3, 2, 2) if sizes == (3, 3, 4) else sizes
            lead = {"8": "восемь ", "+7": "плюс семь ", "": ""}[begin]
        else:
            begin = ("", "+1", "")[number % 3]
            rest = f"{draw.choice(('212', '415', '617', '305', '206'))}555{_number(draw, 4)}"
            sizes = (1,) * 10
            lead = {"+1": "plus one ", "": ""}[begin]
        told.append(lead + _grouped(rest, sizes, lang))
    return tuple(told)


def _number(draw: random.Random, length: int) -> str:
    return "".join(draw.choice("0123456789") for _ in range(length))


def _grouped(number: str, sizes: tuple[int, ...], lang: str) -> str:
    told, at = [], 0
    for size in sizes:
        told.append(_spoken(number[at : at + size], lang))
        at += size
    return " ".join(told)


def _spoken(group: str, lang: str) -> str:
    """As one number, its leading noughts before it: 042 is "ноль сорок два"."""
    bare = group.lstrip("0")
    noughts = [_word("0", lang)] * (len(group) - len(bare))
    if lang == "en" and len(bare) == 3:
        return " ".join(_word(digit, lang) for digit in group)  # two one two, not two hundred and twelve
    return " ".join((*noughts, _word(bare, lang))) if bare else " ".join(noughts)


def _word(number: str, lang: str) -> str:
    return str(num2words(int(number), lang=lang)).replace("-", " ")
