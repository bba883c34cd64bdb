"""What callers say in the half of `benchmarks.recognition` that is reported: other menus, services and wordings.

Written before the recogniser was last worked on, and not looked at one by one since; that work was done on
`benchmarks._utterances`. A bare "да" or "seven" is in both, for there is no other, by other voices.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.meaning import Option
from voice.ports import Kind

SERVICES = (
    Option(id="haircut", title={"ru": "стрижка", "en": "haircut"}, synonyms={"ru": ("подстричься",)}),
    Option(id="colour", title={"ru": "окрашивание", "en": "colouring"}, synonyms={"ru": ("покраска",)}),
    Option(id="manicure", title={"ru": "маникюр", "en": "manicure"}, synonyms={"en": ("nails",)}),
    Option(id="pedicure", title={"ru": "педикюр", "en": "pedicure"}),
    Option(id="massage", title={"ru": "массаж", "en": "massage"}),
    Option(id="styling", title={"ru": "укладка", "en": "styling"}, synonyms={"ru": ("причёска",)}),
    Option(id="makeup", title={"ru": "макияж", "en": "makeup"}),
    Option(id="brows", title={"ru": "брови", "en": "eyebrows"}, synonyms={"ru": ("коррекция бровей",)}),
)
LINE = (
    Option(
        id="balance",
        title={"ru": "узнать баланс", "en": "account balance"},
        synonyms={"ru": ("баланс", "сколько денег"), "en": ("balance",)},
    ),
    Option(
        id="block",
        title={"ru": "заблокировать карту", "en": "block a card"},
        synonyms={"ru": ("блокировка", "потерял карту"), "en": ("lost my card",)},
    ),
    Option(
        id="loan",
        title={"ru": "кредит", "en": "a loan"},
        synonyms={"ru": ("взять кредит", "ипотека"), "en": ("loan", "mortgage")},
    ),
    Option(
        id="branch",
        title={"ru": "ближайшее отделение", "en": "nearest branch"},
        synonyms={"ru": ("отделение", "банкомат"), "en": ("branch", "cash machine")},
    ),
    Option(
        id="transfer",
        title={"ru": "перевод денег", "en": "money transfer"},
        synonyms={"ru": ("перевести деньги", "перевод"), "en": ("transfer",)},
    ),
    Option(
        id="complaint",
        title={"ru": "жалоба", "en": "complaint"},
        synonyms={"ru": ("пожаловаться",), "en": ("complain",)},
    ),
)

SAID: Mapping[str, Mapping[Kind, str]] = {
    "ru": {
        "yesno": """
            да | нет | да, всё так | нет, не так | да, хочу | нет, не хочу | верно, да | нет, это неверно | да,
            согласен | нет, не согласна | угу | ага | неа | да, давайте | нет, не нужно | да, спасибо | нет-нет |
            да-да | конечно, да | конечно, нет | хорошо, давайте | правильно | неверно | ну да, верно | да,
            подтверждаю | нет, не подтверждаю | ладно, хорошо | да, можно | всё правильно | да, записывайте меня |
            не надо, спасибо | согласна | не верно | точно, да | подходит | не подходит | именно | нет, ошибка |
            конечно | давайте
        """,
        "menu": """
            узнать баланс | заблокировать карту | кредит | ближайшее отделение | перевод денег | жалоба | хочу
            узнать баланс | мне нужно заблокировать карту | хочу взять кредит | где ближайшее отделение | перевести
            деньги | хочу пожаловаться | подскажите мой баланс | скажите, сколько денег на карте | я потерял карту |
            заблокируйте карту, пожалуйста | мне бы кредит | ипотека | интересует ипотека | отделение | где у вас
            банкомат | ближайший банкомат | перевод | сделать перевод | можно перевести деньги | у меня жалоба |
            баланс | баланс карты | блокировка карты | потерял карту | здравствуйте, я хочу взять кредит | по
            кредиту | адрес отделения | перевод на другую карту | хочу оставить жалобу | пожаловаться на
            обслуживание | добрый день, хочу узнать баланс | кредит, пожалуйста | нужен перевод | карту
            заблокировать
        """,
        "choice": """
            стрижка | окрашивание | маникюр | педикюр | массаж | укладка | макияж | брови | на стрижку | на
            окрашивание | на маникюр | на педикюр | на массаж | на укладку | на макияж | мне нужна стрижка | мне
            нужен маникюр | хочу массаж | запишите на укладку | запишите меня на педикюр | можно на маникюр |
            давайте стрижку | хочу подстричься | покраска | на покраску волос | причёска | сделать причёску |
            коррекция бровей | коррекцию бровей, пожалуйста | женская стрижка | мужская стрижка | вечерний макияж |
            свадебная причёска | массаж спины | маникюр с покрытием | я бы хотела на окрашивание | нужен макияж |
            педикюр, пожалуйста | мне на стрижку | запись на массаж
        """,
        "datetime": """
            сегодня в пять вечера | завтра в девять утра | послезавтра в три | в понедельник в одиннадцать | во
            вторник в шесть вечера | в среду в половине первого | в четверг в десять тридцать | в пятницу утром в
            девять | в субботу в два часа дня | в воскресенье в полдень | второго декабря в пять часов | двадцать
            шестого ноября в одиннадцать утра | седьмого декабря в тринадцать часов | завтра в пятнадцать ноль ноль
            | на завтра на десять | на субботу на одиннадцать тридцать | в следующий вторник в четыре | через три
            дня в девять утра | сегодня вечером в семь | завтра днём в час | послезавтра утром в десять | в среду,
            часа в три | в пятницу в восемнадцать тридцать | в понедельник в девять сорок пять | тридцатого в
            двенадцать | в ближайший четверг в пять | завтра в половине седьмого вечера | в четверг без пятнадцати
            десять | первого декабря утром в девять | давайте завтра в шесть вечера
        """,
        "person": """
            Пётр Васильев | Надежда Крылова | Евгений Филиппов | Марина Комарова | Константин Беляев | Алла Тарасова
            | Вадим Киселёв | Юрий Антонов | Зинаида Кузьмина | Станислав Ильин | Валентина Абрамова | Глеб
            Мельников | меня зовут Ксения Савельева | моя фамилия Никифоров | Сорокина Нина Павловна | Давыдов Илья
            | запишите на имя Лидия Жукова | Тимур Рахимов | Полина Медведева | Фёдор Осипов
        """,
        "number": """
            два | три | четыре | шесть | восемь | одиннадцать | тринадцать | четырнадцать | семнадцать | двадцать
            два | тридцать пять | сорок | пятьдесят один | шестьдесят | семьдесят восемь | девяносто | сто пять |
            триста | нас двое | нас будет четверо | нас трое | шесть человек | на четверых | двадцать человек |
            пятьсот | восемьдесят шесть | тысяча пятьсот | восемнадцать | нас семеро | только один
        """,
    },
    "en": {
        "yesno": """
            yes | no | yes, it's correct | no, it's wrong | yes, I agree | no, I don't agree | that's correct |
            that's not correct | yeah, sure | no way | yes, sure | no, not really | right, yes | no, sorry | yes, of
            course | no, don't do that | absolutely | okay, yes | yep | nope | exactly | certainly | sure, go ahead
            | no, I don't want to | sounds good | yes, thank you | no, thank you very much | correct | incorrect | I
            agree | I do | fine, yes | no, never | perfect, yes | all right | yes, confirm it | no, cancel it |
            definitely not | of course | definitely
        """,
        "menu": """
            account balance | block a card | a loan | nearest branch | money transfer | complaint | I want to know
            my balance | I need to block a card | I'd like to take a loan | where is the nearest branch | I want to
            make a transfer | I want to complain | tell me my balance, please | I lost my card | please block my
            card, I lost my card | a mortgage | I'm interested in a mortgage | where is the cash machine | the
            nearest cash machine | a transfer, please | can I make a money transfer | I have a complaint | balance |
            my account balance | loan | about a loan | the branch address, nearest branch | transfer | hello, I need
            a loan | I'd like to make a complaint | balance, please | transfer money to another card | good morning,
            account balance, please | complaint, please | a loan, please | the nearest branch, please | I've lost my
            card | mortgage | cash machine | I need a transfer
        """,
        "choice": """
            haircut | colouring | manicure | pedicure | massage | styling | makeup | eyebrows | a haircut | a
            manicure | a pedicure | a massage | I need a haircut | I'd like a manicure | I want a massage | book me
            for styling | can I get a pedicure | a haircut, please | hair colouring, please | nails | my nails,
            please | makeup, please | the eyebrows | evening makeup | a back massage | I'd like a haircut for my son
            | manicure, please | let it be a massage | I want my nails done | wedding makeup | hair styling | I need
            makeup | a men's haircut | I would like a pedicure | colouring, please | eyebrows, please | just a
            haircut | maybe a massage | the manicure | styling, please
        """,
        "datetime": """
            today at five p.m. | tomorrow at nine a.m. | on Monday at eleven in the morning | on Tuesday at six in
            the evening | Wednesday at half past two in the afternoon | Thursday at ten thirty a.m. | Friday morning
            at nine | Saturday at two p.m. | Sunday at noon | December second at five p.m. | November twenty sixth
            at eleven a.m. | December seventh at one p.m. | tomorrow at three fifteen p.m. | next Tuesday at four
            p.m. | in three days at nine a.m. | today in the evening at seven | tomorrow afternoon at one | the day
            after tomorrow at ten in the morning | Friday at six thirty p.m. | Monday at a quarter to ten in the
            morning | this Thursday at five p.m. | tomorrow at half past six in the evening | December first at nine
            in the morning | let's say tomorrow at six p.m. | Wednesday at noon | Saturday morning at eleven | on
            the thirtieth of November at two p.m. | Tuesday at eight forty five a.m. | next Friday at three p.m. |
            Sunday evening at eight
        """,
        "person": """
            George Harrison | Patricia Cook | Charles Bennett | Barbara Reed | Philip Cooper | Margaret Bell |
            Anthony Ward | Dorothy Price | Patrick Hughes | Sandra Foster | Gregory Long | Diana Russell | my name
            is Frank Sanders | this is Julia Barnes | it's Douglas Perry | Catherine Howard | Walter Brooks | Teresa
            Gray | Martin Watson | Gloria James
        """,
        "number": """
            two | three | four | six | eight | eleven | thirteen | fourteen | seventeen | twenty two | thirty five |
            forty | fifty one | sixty | seventy eight | ninety | one hundred and five | three hundred | two people |
            there will be three of us | four of us | six people | for four | twenty people | five hundred | eighty
            six | one thousand five hundred | eighteen | seven of us | only one
        """,
    },
}  # fmt: skip
