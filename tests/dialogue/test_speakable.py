"""Figures, signs and abbreviations of any text become the words that people say."""

from __future__ import annotations

import time

import pytest

from bot.dialogue.speakable import LONGEST, speakable

RUSSIAN = """
19.11 в 15:30 => девятнадцатого ноября в пятнадцать тридцать
19.11.2026 г. => девятнадцатого ноября две тысячи двадцать шестого года
2026-11-19 => девятнадцатого ноября две тысячи двадцать шестого года
31.02 => 31.02
с 9:00 до 20:00 => с девяти до двадцати
9:00–20:00 => с девяти до двадцати
Приём в 10:05, каб. 5 => Приём в десять ноль пять, кабинет пять
ул. Ленина, д. 5, кв. 25 => улица Ленина, дом пять, квартира двадцать пять
г. Москва, д. 12/3 => город Москва, дом двенадцать дробь три
1 500 руб. => тысяча пятьсот рублей
1500,50 ₽ => тысяча пятьсот рублей пятьдесят копеек
2 500 руб. 50 коп. => две тысячи пятьсот рублей пятьдесят копеек
1 тыс. руб. => тысяча рублей
21 рубль => двадцать один рубль
$20 => двадцать долларов
8 905 123-45-67 => восемь, девятьсот пять, сто двадцать три, сорок пять, шестьдесят семь
+7 (905) 123-45-67 => восемь, девятьсот пять, сто двадцать три, сорок пять, шестьдесят семь
А123ВС77 => а сто двадцать три вэ эс семьдесят семь
2,5 кг => два с половиной килограмма
0,25 => ноль целых двадцать пять сотых
9–20 => от девяти до двадцати
10-15 минут => от десяти до пятнадцати минут
5 % => пять процентов
2,5% => два с половиной процента
в 2026 г. => в две тысячи двадцать шестом году
2026 года => две тысячи двадцать шестого года
2-й этаж => второй этаж
на 3-м этаже => на третьем этаже
№ 42 => номер сорок два
заказ 00421 => заказ ноль, ноль, четыре, два, один
заказ 1234567 => заказ один, два, три, четыре, пять, шесть, семь
2 минуты => две минуты
1 копейка => одна копейка
21 место => двадцать одно место
с 5 гостями => с пятью гостями
до 5 дней => до пяти дней
к 5 => к пяти
около 40 мин. => около сорока минут
круглосуточно, 24/7 => круглосуточно, круглосуточно
версия 1.2.3 => версия 1.2.3
т.е. нет => то есть нет
1 марта => первого марта
завтра => завтра
"""
ENGLISH = """
November 19 at 3:30 pm => November nineteenth at three thirty p m
November 19, 2026 => November nineteenth, twenty twenty-six
19th of November => the nineteenth of November
2026-11-19 => November nineteenth, twenty twenty-six
15:30 => fifteen thirty
10:05 => ten oh five
9:00-20:00 => from nine in the morning to eight in the evening
at 10am => at ten a m
$1,500.50 => one thousand five hundred dollars and fifty cents
$2k => two thousand dollars
202-555-0173 => two oh two, five five five, oh one seven three
5% => five percent
2.5 kg => two point five kilograms
9–20 => nine to twenty
3rd floor => third floor
12 Main St., Apt. 5 => twelve Main Street, apartment five
No. 42 => number forty-two
in 2026 => in twenty twenty-six
order 00421 => order oh, oh, four, two, one
1,500 => one thousand five hundred
version 1.2.3 => version 1.2.3
tomorrow => tomorrow
"""


def _rows(table: str) -> list[list[str]]:
    return [line.split(" => ") for line in table.strip().splitlines()]


@pytest.mark.parametrize(("written", "said"), _rows(RUSSIAN))
def test_russian_text_is_said_in_words(written: str, said: str):
    assert speakable(written, "ru") == said


@pytest.mark.parametrize(("written", "said"), _rows(ENGLISH))
def test_english_text_is_said_in_words(written: str, said: str):
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    "text", ["1" * LONGEST, "1 " * (LONGEST // 2), "9-" * 900, "1.1" * 600, "$" * LONGEST, "д." * 900]
)
def test_hostile_text_costs_little(text: str):
    for lang in ("ru", "en"):
        begun = time.thread_time()
        speakable.__wrapped__(text, lang)
        assert time.thread_time() - begun < 0.25
