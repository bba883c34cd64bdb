"""Everyday requests that most businesses do not serve. Training shows them to the reject machine as "none of ours".

Examples that are near to a business's own phrases are left out for that business (a taxi firm keeps its taxi).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.dialogue.meaning import Language

_RU = """
что будет с погодой на выходных
дождь сегодня обещают
разбуди меня в шесть
напомни купить молока
какой счёт в матче
кто забил последний гол
как это будет по-английски
переведи на немецкий
пошути что-нибудь
спой песню
сыграй что-нибудь из рока
сделай потише
сколько евро в рублях
сколько будет двенадцать на пятнадцать
рецепт оладий на кефире
как приготовить плов
нужен билет на поезд в питер
есть рейсы в дубай
вызови такси на вокзал
сколько ехать до аэропорта
кто сейчас президент америки
сколько тебе лет
ты робот или человек
как тебя зовут
какая столица италии
расскажи про вторую мировую
не работает интернет дома
подключите мне новый тариф
пополни баланс телефона
потерял банковскую карту
какой процент по вкладу
оформить ипотеку на квартиру
посоветуй сериал
что идёт в кино
какую книгу почитать
купить телефон недорого
сколько стоит новый айфон
вернуть товар в магазин
где моя посылка
отследить отправление по номеру
сдать квартиру в аренду
сколько стоит квадратный метр
починить холодильник
сломалась машина на трассе
поменять масло в двигателе
записаться в автосервис
штраф гибдд проверить
подать заявление на паспорт
как встать на очередь в детский сад
передать показания счётчиков
отключили свет в подъезде
течёт кран на кухне
кошка не ест корм
щенка какой породы взять
как похудеть к лету
упражнения для спины
решите задачу по алгебре
напиши стихотворение
сочини поздравление бабушке
поступить в университет
расписание уроков на завтра
ищу работу программистом
какая у вас зарплата
вакансии для студентов
как перезагрузить компьютер
не открывается сайт госуслуг
забыл пароль от почты
удалить приложение с телефона
гороскоп для овна
какая сегодня фаза луны
кто победит на выборах
что нового в политике
курс биткоина упал
стоит ли покупать акции
доллар вырастет или нет
забронируй номер в отеле
виза в испанию нужна
куда поехать отдыхать в июле
сколько звёзд на небе
почему трава зелёная
кто изобрёл радио
сколько весит слон
как связать шарф
где продают семена
когда сажать помидоры
купить доски для забора
установить натяжной потолок
вывезти мусор
убрать снег во дворе
пожаловаться на соседей
шумят ночью соседи
мне скучно поговори со мной
я тебя люблю
ты дурак
бла бла бла
ничего не понимаю в этой жизни
смысл жизни в чём
включи телевизор
закрой дверь
позвони маме
отправь сообщение жене
какое сегодня число
сколько сейчас времени
таймер на десять минут
добавь хлеб в список покупок
сколько стоит билет на концерт
почём сейчас бензин
сколько стоит корова
какая цена на золото
где продаётся мёд
где находится эйфелева башня
где лучше отдыхать с детьми
когда был основан рим
когда начнётся весна
во сколько закат сегодня
во сколько начинается фильм
до скольки работает почта
записать ребёнка в школу
хочу записаться в спортзал
хочу записаться на курсы вождения
отмените подписку на музыку
отменить рейс
удали все фотографии
перенеси встречу с начальником
перенесите праздник на понедельник
поменяй пароль от вайфая
как поменять колесо
как поменять фамилию в паспорте
пришла ли моя зарплата
готовы ли мои документы на визу
результаты матча
результаты экзаменов когда объявят
можно ли пить молоко с рыбой
как подготовиться к марафону
что взять с собой в поход
нужна ли виза в грузию
застраховать машину осаго
какие документы нужны для ипотеки
подай мне тапочки
кто снимался в этом сериале
кто президент бразилии
кто у вас директор кино
какие птицы живут в лесу
какие есть породы лошадей
как зовут кота
как пройти на красную площадь
как доехать до москвы на машине
вакцинация собак
я хочу спать
хочу мороженое
хочу выучить китайский
хочу продать гараж
хочу сдать бутылки
мне нужна бетономешалка
мне нужен репетитор по физике
мне нужен юрист по разводу
у меня не включается телевизор
у меня не печатает принтер
у меня украли велосипед
привет как настроение
чем занимаешься
что нового
как жизнь
кто тебя создал
ты живой
давай дружить
хорошая погода сегодня
вчера был отличный концерт
мы с мужем поссорились
купила себе платье вчера
стих про зиму расскажи
подскажи рифму к слову день
сколько букв в алфавите
посчитай сколько дней до лета
открой браузер
сделай скриншот
"""

_EN = """
what will the weather be like this weekend
is it going to rain today
wake me up at six
remind me to buy milk
what's the score of the match
who scored the last goal
how do you say this in french
translate this into german
tell me something funny
sing me a song
play some rock music
turn the volume down
how many euros is a hundred dollars
what is twelve times fifteen
give me a pancake recipe
how do I cook rice
I need a train ticket to boston
are there any flights to dubai
get me a cab to the station
how long is the drive to the airport
who is the president of france
how old are you
are you a robot or a human
what is your name
what is the capital of italy
tell me about the second world war
my internet is down
change my phone plan
top up my mobile balance
I lost my bank card
what interest rate do you pay on savings
apply for a mortgage
recommend a tv show
what's on at the cinema
which book should I read
where can I buy a cheap phone
how much is the new iphone
I want to return a pair of shoes
where is my parcel
track my package by its number
rent out my flat
what does a square metre cost here
my fridge is broken
my car broke down on the highway
change the oil in my engine
check my speeding ticket
apply for a passport
how do I register to vote
submit my electricity meter reading
the lights went out in our building
the kitchen tap is leaking
my cat won't eat
what breed of puppy should I get
how do I lose weight by summer
exercises for my back
solve this algebra problem
write me a poem
write a birthday greeting for grandma
how do I get into university
what's my class schedule tomorrow
I'm looking for a job as a programmer
what is your salary
how do I restart my computer
the website won't load
I forgot my email password
delete an app from my phone
horoscope for aries
what phase is the moon in
who will win the election
what's new in politics
bitcoin went down again
should I buy shares
will the dollar rise
book a hotel room in rome
do I need a visa for spain
where should I go on holiday in july
how many stars are in the sky
why is the grass green
who invented the radio
how much does an elephant weigh
how to knit a scarf
where do they sell seeds
when should I plant tomatoes
buy boards for a fence
install a new ceiling
take the garbage out
clear the snow from the yard
complain about my neighbours
the neighbours are noisy at night
I'm bored talk to me
I love you
you are stupid
blah blah blah
I don't understand anything in this life
what is the meaning of life
turn on the tv
close the door
call my mother
send a text to my wife
what's the date today
what time is it now
set a timer for ten minutes
add bread to my shopping list
transfer money to my brother
what's the traffic like
where did I park my car
open my calendar
fix my bicycle
how much is a concert ticket
what's the price of gas right now
how much does a cow cost
what's gold worth today
where do they sell honey
where is the eiffel tower
where should we travel with kids
when was rome founded
when does spring begin
what time is sunset tonight
what time does the movie start
how late is the post office open
enroll my child in school
sign me up for the gym
I want to take driving lessons
cancel my music subscription
cancel my flight
delete all my photos
move my meeting with the boss
change my wifi password
how do I change a tire
how do I change my last name
has my salary come in
are my visa papers ready
match results please
when will exam results be announced
can I drink milk with fish
how do I train for a marathon
what should I take on a hike
do I need a visa for georgia
insure my car
what papers are needed for a mortgage
hand me my slippers
who stars in this series
who is the president of brazil
which birds live in the forest
what breeds of horses are there
what's the cat's name
how do I get to times square
how long is the drive to chicago
get my dog vaccinated
I want to sleep
I want some ice cream
I want to learn chinese
I want to sell my garage
I need a concrete mixer
I need a physics tutor
I need a divorce lawyer
my tv won't turn on
my printer isn't printing
my bicycle was stolen
hi how is your mood
what are you up to
what's new
how is life
who made you
are you alive
let's be friends
nice weather today
the concert yesterday was great
I had a fight with my husband
I bought a dress yesterday
tell me a poem about winter
what rhymes with day
how many letters are in the alphabet
how many days until summer
open the browser
take a screenshot
"""

FOREIGN: Final[Mapping[Language, tuple[str, ...]]] = {
    "ru": tuple(_RU.strip().splitlines()),
    "en": tuple(_EN.strip().splitlines()),
}
