"""A Rasa 3 project as people have them: a form, rules, a story, retrieval intents, buttons, an action in Python."""

from __future__ import annotations

from pathlib import Path

PROJECT = {
    "config.yml": "recipe: default.v1\nlanguage: ru\npipeline: []\n",
    "domain.yml": """\
version: "3.1"
intents:
  - greet
  - goodbye
  - affirm
  - order_pizza:
      use_entities: [pizza]
  - inform
  - opening_hours
  - complain
  - faq
  - delivery_cost
entities: [pizza, number, address]
slots:
  pizza:
    type: categorical
    values: [margherita, pepperoni]
    mappings: [{type: from_entity, entity: pizza}]
  count:
    type: float
    mappings: [{type: from_entity, entity: number}]
  client-phone:
    type: text
    mappings: [{type: from_entity, entity: phone_number}]
  address:
    type: text
    mappings: [{type: from_text}]
  spicy:
    type: bool
    mappings: [{type: from_intent, intent: affirm, value: true}]
forms:
  order_form:
    required_slots: [pizza, count, client-phone, address, spicy]
responses:
  utter_greet:
    - text: "Здравствуйте! Это пиццерия."
      buttons:
        - {title: Заказать, payload: /order_pizza}
        - {title: Часы, payload: "/opening_hours{}"}
        - {title: Сайт, payload: "https://pizza.example"}
  utter_goodbye: [{text: Приятного аппетита!}]
  utter_default: [{text: "Простите, не понял."}]
  utter_ask_pizza: [{text: Какую пиццу?}, {text: Маргариту или пепперони?}]
  utter_ask_count: [{text: Сколько штук?}]
  utter_ask_order_form_client-phone: [{text: Ваш телефон?}]
  utter_ask_address: [{text: "Куда везти {pizza}?"}]
  utter_ask_spicy: [{text: Поострее?}]
  utter_hours: [{text: "Работаем с 10 до 22 {{каждый}} день, {nobody}."}, {text: С десяти до десяти.}]
  utter_submit: [{text: "Заказ: {pizza}, {count} шт."}]
  utter_sorry: [{text: Нам очень жаль., image: "https://pizza.example/sad.png"}]
  utter_faq/parking: [{text: Парковка во дворе.}]
  utter_faq/vegan: [{text: Есть веганская.}]
actions: [action_send_order]
""",
    "data/nlu.yml": """\
version: "3.1"
nlu:
- intent: greet
  examples: |
    - привет
- intent: affirm
  examples: |
    - да
- intent: order_pizza
  examples: |
    - хочу заказать [маргариту](pizza:margherita)
    - хочу заказать [пепперони]{"entity": "pizza", "value": "pepperoni"}
    - привезите [две](number) пиццы
    - закажу пиццу (срочно) [или] {нет} | да
    - order a pizza
- intent: inform
  examples: |
    - [маргариту](pizza)
    - [пепперони](pizza)
    - [2](number) штуки
- intent: opening_hours
  examples: |
    - до скольки вы открыты
    - когда вы работаете
- intent: complain
  examples:
    - text: |
        пицца была холодная
    - text: хочу пожаловаться
- intent: delivery_cost
  examples: |
    - сколько стоит доставка
    - когда вы работаете
- intent: faq/parking
  examples: |
    - где у вас парковка
- intent: faq/vegan
  examples: |
    - есть ли веганская пицца
- synonym: margherita
  examples: |
    - маргаритка
- regex: number
  examples: |
    - \\d+
""",
    "data/rules.yml": """\
version: "3.1"
rules:
- rule: order
  steps:
  - intent: order_pizza
  - action: order_form
  - active_loop: order_form
- rule: submit
  condition:
  - active_loop: order_form
  steps:
  - action: order_form
  - active_loop: null
  - slot_was_set:
    - requested_slot: null
  - action: utter_submit
  - action: action_send_order
- rule: hours
  steps:
  - intent: opening_hours
  - action: utter_hours
- rule: bye
  steps:
  - intent: goodbye
  - action: utter_goodbye
""",
    "data/stories.yml": """\
version: "3.1"
stories:
- story: sad
  steps:
  - or:
    - intent: complain
    - intent: deny
  - action: utter_sorry
  - intent: affirm
  - action: utter_goodbye
""",
}


def project(folder: Path, **changes: str) -> Path:
    """The project in `folder`. changes: "data_nlu" -> its whole new text, "" to leave it out."""
    for name, text in PROJECT.items():
        text = changes.get(name.removesuffix(".yml").replace("/", "_"), text)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            path.write_text(text, encoding="utf-8")
    return folder
