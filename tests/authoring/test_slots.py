"""What each kind of slot takes and refuses, with the real understanding: in writing, by voice, by keys, in Russian and
English."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Started
from bot.dialogue.meaning import Expectation
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Nlu
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import write

BENCH = golden.in_memory(lambda business: {})
BUSINESS = """\
name: {ru: Пекарня, en: Bakery}
languages: [ru, en]
start: order
hours: 08:00-23:00
"""
SLOTS = {
    "number": "{type: digits, length: 4, ask: {ru: Номер?, en: Number?}}",
    "card": "{type: digits, length: 4..6, ask: {ru: Карта?, en: Card?}}",
    "day": "{type: date, ask: {ru: На какой день?, en: Which day?}}",
    "plate": "{type: code, ask: {ru: Номер машины?, en: Plate?}}",
    "policy": "{type: code, length: 5..8, ask: {ru: Полис?, en: Policy?}}",
    "mail": "{type: email, ask: {ru: Почта?, en: Email?}}",
    "amount": "{type: money, min: 50, max: 5000, ask: {ru: Сколько?, en: How much?}}",
    "where": "{type: address, ask: {ru: Куда?, en: Where to?}}",
    "at": "{type: time, ask: {ru: Во сколько?, en: What time?}}",
    "guests": "{type: number, min: 1, max: 12, ask: {ru: Сколько вас?, en: How many of you?}}",
    "score": "{type: number, min: 0, max: 10, ask: {ru: Оценка?, en: Score?}}",
    "age": "{type: number, min: 18, ask: {ru: Сколько вам лет?, en: How old are you?}}",
    "born": "{type: date, past: yes, ask: {ru: Когда вы родились?, en: When were you born?}}",
    "size": """
    type: choice
    options:
      small: {title: {ru: Маленькая, en: Small}, price: 400}
      big: {title: {ru: Большая, en: Large}, price: 650}
    ask: {ru: Какая?, en: Which one?}""",
}


def understanding(scenarios: ScenarioSet) -> Nlu:
    return BuiltinNlu(scenarios.phrases, encoder=None)


def scenario(names: str, said: str, *, slots: dict[str, str] = SLOTS, phrases: str = "") -> str:
    """Collects these slots, then says one template and ends."""
    lines = "".join(f"  {name}: {slots[name]}\n" for name in names.split(", "))
    told = f'- collect: [{names}]\n  - end: {{ru: "{said}", en: "{said}"}}\n'
    return f"scenario: order\ntitle: {{ru: Заказ, en: Order}}\n{phrases}slots:\n{lines}steps:\n  {told}"


Goes = Callable[..., None]


@pytest.fixture
def goes(tmp_path: Path) -> Goes:
    """A conversation goes as written. order: the scenario; talk: golden lines; header: more of its first line."""

    def run(order: str, talk: str, *, header: str = "", language: str = "ru") -> None:
        folder = write(tmp_path / "set", business=BUSINESS, main="", booking="", doctors="", order=order)
        (folder / "tests").mkdir()
        title = f"# x  now: 2026-11-18 10:00{', ' + header if header else ''}\n"
        (folder / "tests" / f"talk.{language}.txt").write_text(title + talk)
        (result,) = golden.run(folder, nlu=understanding, bench=BENCH)
        assert result.diff == ""

    return run


# --- digits


def test_a_number_keeps_its_zeros_and_is_read_back_digit_by_digit(goes: Goes):
    goes(
        scenario("number", "Номер {number}"),
        "< Номер?\n> ноль ноль сорок два\n< Номер ноль, ноль, четыре, два\n= ended: done\n",
        header="channel: voice",
    )


def test_a_number_in_writing_is_shown_in_figures(goes: Goes):
    goes(
        scenario("number", "It is {number}"),
        "< Number?\n> my order number is 10-42\n< It is 1042\n= ended: done\n",
        language="en",
    )


def test_a_number_of_another_length_is_refused_with_what_was_heard(goes: Goes):
    goes(
        scenario("number", "{number}"),
        "< Номер?\n> сорок два\n< Там должно быть четыре цифры, а получилось два.\n< Номер?\n"
        "> [1042]\n< Один, ноль, четыре, два\n= ended: done\n",
        header="channel: voice",
    )


def test_a_number_outside_its_lengths_is_told_both(goes: Goes):
    goes(
        scenario("card", "{card}"),
        "< Card?\n> one two three\n< It should have from 4 to 6 digits, I got 3.\n"
        "< Card?\n> 12345\n< 12345\n= ended: done\n",
        language="en",
    )


def test_keys_of_a_number_may_end_with_a_hash(goes: Goes):
    goes(
        scenario("card", "{card|digits}"),
        "< Карта?\n> [00420#]\n< Ноль, ноль, четыре, два, ноль\n= ended: done\n",
        header="channel: voice",
    )


# --- letters, money, addresses


def test_a_plate_is_spelled_and_read_back_sign_by_sign(goes: Goes):
    goes(
        scenario("plate", "Номер {plate|spelled}"),
        "< Номер машины?\n> а сто двадцать три вэ эс семьдесят семь\n"
        "< Номер а, один, два, три, вэ, эс, семь, семь\n= ended: done\n",
        header="channel: voice",
    )


def test_a_plate_of_another_length_is_refused_and_one_without_letters_is_typed(goes: Goes):
    goes(
        scenario("policy", "{policy}"),
        "< Policy?\n> a b seven\n< It should have from five to eight letters and digits, I got three.\n< Policy?\n"
        "> [10420#]\n< One, oh, four, two, oh\n= ended: done\n",
        header="channel: voice",
        language="en",
    )


def test_an_address_of_mail_is_spoken_and_read_back(goes: Goes):
    goes(
        scenario("mail", "{mail|spelled}"),
        "< Почта?\n> анна точка смирнова собака мэйл ру\n< Anna.smirnova@mail.ru\n= ended: done\n",
    )


def test_an_amount_is_taken_in_the_currency_of_the_business(goes: Goes):
    goes(
        scenario("amount", "{amount|money}"),
        "< Сколько?\n> двадцать долларов\n< Простите, не понимаю.\n< Сколько?\n"
        "> полторы тысячи рублей\n< 1\u00a0500\u00a0₽\n= ended: done\n",
    )


def test_an_amount_stays_within_its_bounds_and_may_be_typed(goes: Goes):
    goes(
        scenario("amount", "{amount}"),
        "< How much?\n> ten\n< It has to be a number from fifty to five thousand.\n"
        "< How much?\n> [2000#]\n< Two thousand\n= ended: done\n",
        header="channel: voice",
        language="en",
    )


def test_a_postal_address_has_one_form(goes: Goes):
    goes(
        scenario("where", "{where}"),
        "< Куда?\n> ленина пять квартира двадцать пять\n< Ленина, дом 5, квартира 25\n= ended: done\n",
    )


# --- dates and times


def test_a_day_needs_no_hour_and_an_hour_no_day(goes: Goes):
    goes(
        scenario("day, at", "{day|day}, {at|time}"),
        "< На какой день?\n> послезавтра\n< Во сколько?\n> в полвосьмого вечера\n"
        "< Послезавтра, двадцатого ноября, девятнадцать тридцать\n= ended: done\n",
        header="channel: voice",
    )


def test_a_day_and_an_hour_may_come_in_one_breath(goes: Goes):
    goes(
        scenario("day, at", "{day|day}, {at|time}"),
        "< Which day?\n> tomorrow at half past seven in the evening\n< Tomorrow, November 19, 7:30 pm\n= ended: done\n",
        language="en",
    )


def test_a_day_and_an_hour_make_a_moment(goes: Goes):
    order = scenario("day, at", "{when}").replace("  - end", "  - set: {when: day + at}\n  - end")
    goes(order, "< На какой день?\n> завтра\n< Во сколько?\n> 15:00\n< Завтра, 19 ноября, в 15:00\n= ended: done\n")


def test_an_hour_that_only_one_half_of_the_day_has_open_is_that_one(goes: Goes):
    goes(scenario("at", "{at}"), "< Во сколько?\n> в семь\n< 19:00\n= ended: done\n")


def test_the_half_of_the_day_completes_the_hour(goes: Goes):
    order = scenario("at", "{at}")
    goes(
        order,
        "< Во сколько?\n> в девять\n< Утра или вечера?\n> вечера\n< 21:00\n= ended: done\n",
        header="",
    )


def test_a_day_that_is_over_is_refused(goes: Goes):
    goes(
        scenario("day", "{day}"),
        "< На какой день?\n> вчера\n< Это время уже прошло.\n"
        "< На какой день?\n> сегодня\n< Сегодня, 18 ноября\n= ended: done\n",
    )


def test_days_and_hours_are_typed_on_the_keypad(goes: Goes):
    goes(
        scenario("day, at", "{day|day}, {at|time}"),
        "< На какой день?\n> [3111]\n< Такой даты или такого часа не бывает.\n< На какой день?\n> [1911]\n"
        "< Во сколько?\n> [1530]\n< Завтра, девятнадцатого ноября, пятнадцать тридцать\n= ended: done\n",
        header="channel: voice",
    )


def test_a_date_of_birth_lies_in_the_past(goes: Goes):
    goes(
        scenario("born", "{born}"),
        "< Когда вы родились?\n> завтра\n< Этот день ещё не наступил.\n< Когда вы родились?\n"
        "> двенадцатого мая восемьдесят пятого года\n< 12 мая 1985 года\n= ended: done\n",
    )


def test_a_date_of_birth_is_typed_with_its_year(goes: Goes):
    goes(
        scenario("born", "{born}"),
        "< When were you born?\n> [12051985]\n< May twelfth, nineteen eighty-five\n= ended: done\n",
        header="channel: voice",
        language="en",
    )


# --- numbers


def test_a_number_out_of_its_bounds_is_refused(goes: Goes):
    goes(
        scenario("guests", "{guests}"),
        "< Сколько вас?\n> двадцать\n< Нужно число от одного до двенадцати.\n< Сколько вас?\n> нас будет четверо\n"
        "< Четыре\n= ended: done\n",
        header="channel: voice",
    )


def test_a_number_below_its_only_bound_is_refused(goes: Goes):
    goes(
        scenario("age", "{age}"),
        "< How old are you?\n> twelve\n< It has to be 18 or more.\n< How old are you?\n> 21\n< 21\n= ended: done\n",
        language="en",
    )


def test_nought_is_an_answer_where_the_author_allows_it(goes: Goes):
    goes(
        scenario("score", "{score}"),
        "< Оценка?\n> [0]\n< Ноль\n= ended: done\n",
        header="channel: voice",
    )


def test_two_keys_make_a_ten(goes: Goes):
    goes(
        scenario("score", "{score}"),
        "< Оценка?\n> [10]\n< Десять\n= ended: done\n",
        header="channel: voice",
    )


# --- options that a slot writes down itself


def test_an_option_of_the_slots_own_has_a_title_and_columns(goes: Goes):
    goes(
        scenario("size", "{size|title|lower}, {size.price|money}"),
        "< Какая?\n> большую\n< Большая, 650\u00a0₽\n= ended: done\n",
    )


# --- several options at once

TOPPINGS = {
    "toppings": """
    type: choice
    many: yes
    none: {ru: [без добавок], en: [no toppings]}
    options:
      cheese: {title: {ru: Сыр, en: Cheese}, price: 50}
      mushrooms: {title: {ru: Грибы, en: Mushrooms}, price: 70}
      onion: {title: {ru: Лук, en: Onions}, price: 30}
      ham: {title: {ru: Ветчина, en: Ham}, price: 90}
    ask: {ru: Что добавить?, en: Which toppings?}"""
}
CONFIRMED = """\
scenario: order
title: {ru: Заказ, en: Order}
phrases: {ru: ["хочу пиццу [с {toppings}]"], en: ["I want a pizza [with {toppings}]"]}
slots:
  toppings: TOPPINGS
steps:
  - collect: [toppings]
  - confirm:
      ru: "{toppings|lower}, {sum(toppings, 'price')|money}. Верно?"
      en: "{toppings}, {sum(toppings, 'price')|money}. Right?"
    change: any
  - end: {ru: Готово., en: Done.}
""".replace("TOPPINGS", TOPPINGS["toppings"])


def toppings(said: str = "{toppings}") -> str:
    return scenario("toppings", said, slots=TOPPINGS)


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("сыр и грибы", "Сыр и Грибы"),
        ("сыр, ветчину и без лука", "Сыр и Ветчина"),
        ("всё кроме лука", "Сыр, Грибы и Ветчина"),
        ("давайте все", "Сыр, Грибы, Лук и Ветчина"),
        ("без лука, сыр", "Сыр"),
        ("первое и третье", "Сыр и Лук"),
        ("сыр и лук, ой нет, без лука", "Сыр"),
        ("сыр, ой нет, ветчину", "Ветчина"),
        ("сыр, ой нет, ничего не надо", "Без добавок"),
        ("без добавок", "Без добавок"),
        ("не надо", "Без добавок"),
        ("нет, спасибо", "Без добавок"),
    ],
)
def test_several_options_are_named_in_one_breath(words: str, taken: str, goes: Goes):
    goes(toppings(), f"< Что добавить?\n> {words}\n< {taken}\n= ended: done\n")


@pytest.mark.parametrize(
    ("words", "taken"),
    [
        ("cheese and ham", "Cheese and Ham"),
        ("everything but onions", "Cheese, Mushrooms and Ham"),
        ("ham, hold the onions", "Ham"),
        ("cheese and ham, no wait, without ham", "Cheese"),
        ("cheese, I mean ham", "Ham"),
        ("no thanks", "No toppings"),
    ],
)
def test_several_options_are_named_in_english(words: str, taken: str, goes: Goes):
    goes(toppings(), f"< Which toppings?\n> {words}\n< {taken}\n= ended: done\n", language="en")


def test_several_options_are_keyed_one_by_one_and_ended(goes: Goes):
    talk = "< Что добавить?\n> [{keys}]\n< {taken}\n= ended: done\n"
    goes(toppings(), talk.format(keys="13#", taken="Сыр и Лук"), header="channel: voice")


def test_a_hash_alone_is_none_of_them(goes: Goes):
    goes(toppings(), "< Что добавить?\n> [#]\n< Без добавок\n= ended: done\n", header="channel: voice")


def test_buttons_gather_until_the_customer_is_done(goes: Goes):
    goes(
        toppings(),
        "< Что добавить?\n> (Сыр)\n< Сыр. Что-нибудь ещё?\n> (Лук)\n< Сыр и Лук. Что-нибудь ещё?\n> (Готово)\n"
        "< Сыр и Лук\n= ended: done\n",
    )


def test_a_button_may_say_none_of_them(goes: Goes):
    goes(toppings(), "< Which toppings?\n> (No toppings)\n< No toppings\n= ended: done\n", language="en")


def test_words_go_on_where_buttons_began(goes: Goes):
    goes(
        toppings(),
        "< Что добавить?\n> (Сыр)\n< Сыр. Что-нибудь ещё?\n> ещё ветчину\n< Сыр и Ветчина\n= ended: done\n",
    )


def test_that_is_all_ends_what_buttons_began(goes: Goes):
    goes(
        toppings(),
        "< Что добавить?\n> (Сыр)\n< Сыр. Что-нибудь ещё?\n> ничего больше\n< Сыр\n= ended: done\n",
    )


def test_what_was_chosen_is_corrected_by_adding_and_taking_away(goes: Goes):
    goes(
        CONFIRMED,
        "< Что добавить?\n> сыр и грибы\n< Сыр и Грибы, 120\u00a0₽. Верно?\n"
        "> убери грибы\n< Сыр, 50\u00a0₽. Верно?\n"
        "> нет, добавь ветчину\n< Сыр и Ветчина, 140\u00a0₽. Верно?\n"
        "> без сыра\n< Ветчина, 90\u00a0₽. Верно?\n"
        "> лучше только лук\n< Лук, 30\u00a0₽. Верно?\n> да\n< Готово.\n= ended: done\n",
    )


def test_several_options_come_with_the_wish_itself(tmp_path: Path):
    folder = write(tmp_path / "set", business=BUSINESS, main="", booking="", doctors="", order=CONFIRMED)
    scenarios = load(folder)
    spec = next(iter(_menu(scenarios).intent_slots["order"]))
    assert spec.many
    meaning = understanding(scenarios).understand(
        "хочу пиццу с ветчиной и сыром", _menu(scenarios), language="ru", now=datetime(2026, 11, 18, 10)
    )
    assert meaning.intent == "order"
    assert meaning.readings["toppings"].value == ("cheese", "ham")


def _menu(scenarios: ScenarioSet) -> Expectation:
    """Nothing asked yet: a wish."""
    session, _ = advance(
        opening("c", scenarios), Started(id="1", at=datetime(2026, 11, 18, 10, tzinfo=UTC), scenario="order"), scenarios
    )
    return replace(expects(session, scenarios), asked=None, slots={}, choices=(), keys={})


def test_none_of_them_belongs_to_several(tmp_path: Path):
    order = toppings().replace("    many: yes\n", "")
    folder = write(tmp_path / "set", business=BUSINESS, main="", booking="", doctors="", order=order)
    (told,) = (problem.text() for problem in check(folder))
    assert told.startswith("order.yaml:6: 'none' is for a choice of several. Add 'many: yes'")


# --- help, skipping, failing


HELPED = {
    "number": """
    type: digits
    length: 4
    ask: {ru: Номер?, en: Number?}
    help: {ru: "Он в письме, четыре цифры.", en: "It is in the letter, four digits."}
    unrecognized: {ru: Не разобрал номер., en: "I didn't catch the number."}
    invalid: {ru: В номере четыре цифры., en: A number has four digits.}
    attempts: 2
    on_fail:
      - say: {ru: "Тогда поищем по телефону.", en: "Then we look by phone."}
      - continue:""",
    "comment": """
    type: text
    skip: yes
    ask: {ru: Комментарий?, en: Any comment?}""",
}


def helped(names: str = "number, comment", said: str = "{number} {comment}") -> str:
    return scenario(names, said, slots=HELPED)


def test_help_is_told_of_the_slot_that_is_asked(goes: Goes):
    goes(
        helped("number", "{number}"),
        "< Номер?\n> помощь\n< Он в письме, четыре цифры.\n< Номер?\n> 1042\n< 1042\n= ended: done\n",
    )


TWICE = """\
scenario: order
title: {ru: Заказ, en: Order}
slots:
  mood: {type: text, skip: yes, ask: {ru: Настроение?, en: Mood?}}
  number:
    type: digits
    length: 4
    ask: {ru: Номер?, en: Number?}
    attempts: 1
    on_fail:
      - say: {ru: Обойдёмся., en: We do without.}
      - continue:
steps:
  - if: voice == FIRST
    then:
      - collect: [number]
      - say: {ru: Первый., en: First.}
    else:
      - collect: [mood, number]
      - say: {ru: Второй., en: Second.}
  - end: "{number} {mood}"
"""


@pytest.mark.parametrize(
    ("order", "talk"),
    [
        (TWICE.replace("FIRST", "false"), "< Номер?\n> …\n< Обойдёмся.\n< Первый.\n= ended: done\n"),
        (
            TWICE.replace("FIRST", "true"),
            "< Настроение?\n> пропустить\n< Номер?\n> …\n< Обойдёмся.\n< Второй.\n= ended: done\n",
        ),
    ],
)
def test_continue_goes_on_from_the_step_that_asked_where_several_do(goes: Goes, order: str, talk: str):
    goes(order, talk)


def test_an_id_in_what_is_laid_out_for_several_steps_is_refused(tmp_path: Path):
    order = TWICE.replace("FIRST", "true").replace(
        "      - say: {ru: Обойдёмся.", "      - id: none\n        say: {ru: Обойдёмся."
    )
    told = [
        each.text() for each in check(write(tmp_path, business=BUSINESS, main="", booking="", doctors="", order=order))
    ]
    assert told == [
        "order.yaml:11: 'number' is asked for at several steps, and 'continue' goes back to the one that asked: its"
        " 'on_fail' stands once for each of them, so no step in it can have an id. Remove the id, or ask for 'number'"
        " at one step."
    ]


def test_the_slots_own_words_say_back_what_was_told(goes: Goes):
    told = {
        **HELPED,
        "number": HELPED["number"]
        + """
    echo: {ru: "Номер {number}.", en: "Number {number}."}""",
    }
    goes(
        scenario("number, comment", "{number} {comment}", slots=told),
        "< Номер?\n> 1042\n< Номер 1042.\n< Комментарий?\n> нет\n< 1042 \n= ended: done\n",
    )


def test_the_slots_own_words_refuse_what_it_cannot_hold(goes: Goes):
    goes(
        helped("number", "{number}"),
        "< Number?\n> 12\n< A number has four digits.\n< Number?\n> 1042\n< 1042\n= ended: done\n",
        language="en",
    )


@pytest.mark.parametrize(
    ("first", "second", "channel"),
    [
        ("> абракадабра\n< Не разобрал номер.\n", "> бубубу\n", "text"),
        ("> …\n< Алло, вы меня слышите?\n", "> …\n", "voice"),
        ("> 12\n< В номере четыре цифры.\n", "> 123\n< В номере четыре цифры.\n", "text"),
    ],
)
def test_after_so_many_attempts_the_slots_own_steps_go_on(first: str, second: str, channel: str, goes: Goes):
    goes(
        helped("number, comment", "{comment}"),
        f"< Номер?\n{first}< Номер?\n{second}< Тогда поищем по телефону.\n"
        "< Комментарий?\n> звоните заранее\n< Звоните заранее\n= ended: done\n",
        header=f"channel: {channel}",
    )


def test_steps_of_a_failure_may_ask_once_more(goes: Goes):
    order = helped("number", "{number}").replace("- continue:", "- again: number")
    goes(
        order,
        "< Номер?\n> бубу\n< Не разобрал номер.\n< Номер?\n> бубу\n< Тогда поищем по телефону.\n< Номер?\n> 1042\n"
        "< 1042\n= ended: done\n",
    )


def test_without_steps_of_its_own_a_failure_calls_a_person(goes: Goes):
    goes(
        scenario("number", "{number}", slots=SLOTS | {"number": SLOTS["number"][:-1] + ", attempts: 1}"}),
        "< Номер?\n> бубу\n< Зову человека. Он прочитает наш разговор и ответит здесь.\n= handoff: not understood\n",
    )


@pytest.mark.parametrize("words", ["пропустить", "давайте дальше", "пропустите этот вопрос", "(Пропустить)", "[#]"])
def test_a_slot_may_be_skipped_where_the_author_allows_it(words: str, goes: Goes):
    goes(helped("comment", "Готово{comment}"), f"< Комментарий?\n> {words}\n< Готово\n= ended: done\n")


@pytest.mark.parametrize("words", ["skip", "skip this question", "next question please", "I'd rather not say"])
def test_a_slot_is_skipped_in_english(words: str, goes: Goes):
    goes(helped("comment", "Done{comment}"), f"< Any comment?\n> {words}\n< Done\n= ended: done\n", language="en")


def test_a_slot_that_has_to_be_known_is_not_skipped(goes: Goes):
    goes(
        scenario("number", "{number}"),
        "< Номер?\n> пропустить\n< Без этого не получится.\n< Номер?\n> 1042\n< 1042\n= ended: done\n",
    )


def test_a_skipped_slot_is_asked_for_when_it_is_forgotten(goes: Goes):
    order = helped("comment", "{comment}").replace(
        "  - end", "  - if: not comment\n    then: [{again: comment}]\n  - end"
    )
    goes(
        order,
        "< Комментарий?\n> пропустить\n< Комментарий?\n> позвоните заранее\n< Позвоните заранее\n= ended: done\n",
    )


def test_the_recogniser_expects_the_slots_own_words(tmp_path: Path):
    slots = {"size": SLOTS["size"] + "\n    expect: {ru: [кальцоне, маргарита], en: [calzone]}"}
    folder = write(
        tmp_path / "set", business=BUSINESS, main="", booking="", doctors="", order=scenario("size", "x", slots=slots)
    )
    scenarios = load(folder)
    session, _ = advance(opening("c", scenarios), Started(id="1", at=datetime(2026, 11, 18, 10, tzinfo=UTC)), scenarios)
    assert expects(session, scenarios).hints == ("кальцоне", "маргарита", "Маленькая", "Большая")


# --- what authors get wrong


@pytest.mark.parametrize(
    ("slot", "said"),
    [
        ("{type: digits, length: four, ask: А}", "'four' is no number of digits. Write 'length: 6' or 'length: 4..10'"),
        ("{type: digits, length: 9..3, ask: А}", "'9..3' is no number of digits"),
        ("{type: digits, length: 40, ask: А}", "'40' is no number of digits"),
        ("{type: number, min: 5, max: 1, ask: А}", "nothing lies between 5 and 1. 'min' has to be the smaller one."),
        ("{type: number, min: ten, ask: А}", "'ten' is not a number. Write it in figures: 10, or 2.5."),
        ("{type: text, length: 4, ask: А}", "'length' belongs to a slot of another type: 'digits', 'code'."),
        ("{type: datetime, past: yes, ask: А}", "'past' belongs to a slot of another type: 'date'."),
        (
            "{type: text, sensitive: yes, learn: card, ask: А}",
            "what is sensitive is never kept in a profile. Remove 'learn'",
        ),
        ("{type: text, from: doctors, ask: А}", "'from' belongs to a slot of another type: 'choice'."),
        (
            "{type: choice, options: {a: {title: А, synonims: {ru: Б}}}, ask: А}",
            "'synonims' is not known here. Did you mean 'synonyms'?",
        ),
    ],
)
def test_a_mistake_in_a_slot_is_told(slot: str, said: str, tmp_path: Path):
    order = scenario("x", "x", slots={"x": slot.replace("А", "{ru: А, en: A}")})
    folder = write(tmp_path / "set", business=BUSINESS, main="", booking="", doctors="", order=order)
    (told,) = (problem.text() for problem in check(folder))
    assert said in told
    assert told.startswith("order.yaml:4: ")


def test_a_number_alone_is_the_second_button_and_no_topping_while_the_sum_is_confirmed(goes: Goes):
    goes(CONFIRMED, "< Что добавить?\n> сыр\n< Сыр, 50\u00a0₽. Верно?\n> две\n< Что поправить?\n")


# --- letters by keys

KEYED = {
    "mail": "{type: email, ask: {ru: Почта?, en: Email?}}",
    "plate": "{type: code, length: 8..9, ask: {ru: Номер машины?, en: The plate?}}",
    "where": "{type: address, ask: {ru: Адрес?, en: The address?}}",
}


@pytest.mark.parametrize("domain", ["[1]", "мэйл точка ру", "мейл ру"])
def test_an_email_is_keyed_and_its_domain_said_or_keyed(goes: Goes, domain: str):
    talk = "< Почта?\n> [21626221]\n< А после собаки? …\n> " + domain
    talk += "\n< Вы набрали: эй, эн, эн, эй, собака, мэйл, точка, ру. …\n> да\n< Эй, …\n= ended: done\n"
    goes(scenario("mail", "{mail|spelled}", slots=KEYED), talk, header="channel: voice")


def test_a_plate_is_keyed_in_english_too(goes: Goes):
    talk = "< The plate?\n> …\n< Hello, can you hear me?\n< The plate?\n< You can key it in: …\n> [*21*22123*4177]\n"
    talk += "< You keyed in: A, B, one, two, three, G, seven, seven. …\n> no\n< The plate?\n> [*21*22123*41771]\n"
    talk += "< You keyed in: …\n> [1]\n< AB123G771\n= ended: done\n"
    goes(scenario("plate", "{plate}", slots=KEYED), talk, header="channel: voice", language="en")


def test_an_address_is_said_and_who_keys_is_told_so(goes: Goes):
    talk = "< Адрес?\n> [12]\n< Клавишами это не набрать: … Ноль — позвать человека.\n< Адрес?\n"
    talk += "> улица ленина дом пять\n< …\n= ended: done\n"
    goes(scenario("where", "{where}", slots=KEYED), talk, header="channel: voice")
