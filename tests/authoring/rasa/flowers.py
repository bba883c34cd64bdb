"""A set with a step that hands the dialogue to a flower shop's Rasa bot, whose words stand in the sample."""

from __future__ import annotations

from tests.authoring.small import FILES

RASA = """\
bots:
  flowers:
    gives: [flowers]
    sample:
      - heard: /shop_begin
        says: Цветочный магазин слушает.
        buttons: {Букет: /shop_bouquet, Позовите продавца: /shop_person}
      - {heard: /shop_bouquet, says: Сколько роз?}
      - {heard: /shop_person, back: operator}
      - {heard: семь, says: "Записал, роз: семь.", back: yes, values: {flowers: roses}}
      - heard: гадость
      - says: [Не понял., Скажите иначе.]
"""
FLOWERS = """\
scenario: flowers
title: {ru: Цветы, en: Flowers}
phrases:
  ru: ["[хочу] заказать цветы"]
  en: ["[I want to] order flowers"]
slots:
  name: {type: person, ask: {ru: Ваше имя?, en: Your name?}}
steps:
  - collect: name
  - delegate: flowers
    begin: /shop_begin
    with: {name: name}
    error:
      - say: {ru: "Магазин сейчас не отвечает, {name}.", en: "The shop does not answer now, {name}."}
  - say: {ru: "Ваш заказ: {flowers}.", en: "You ordered {flowers}."}
"""


def files(**changes: str) -> dict[str, str]:
    """Changes to tests.authoring.small.write."""
    main = FILES["main.yaml"].replace(
        "      where:", "      flowers: {title: {ru: Цветы, en: Flowers}, key: 3, start: flowers}\n      where:"
    )
    return {"main": main, "rasa": RASA, "flowers": FLOWERS} | changes
