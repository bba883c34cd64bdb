"""A set of two scenarios, right in every line, for tests to break."""

from pathlib import Path

FILES = {
    "business.yaml": """\
name: {ru: Лавка, en: Shop}
languages: [ru, en]
start: main
address: {ru: Садовая, en: Garden Street}
""",
    "doctors.yaml": """\
- id: lor
  title: {ru: лор, en: ENT}
  dative: {ru: лору}
  price: 2100
- id: okulist
  title: {ru: окулист, en: eye doctor}
  price: 2000
""",
    "main.yaml": """\
scenario: main
title: {ru: Меню, en: Menu}
steps:
  - choose: {ru: Чем помочь?, en: How can I help?}
    loop: yes
    items:
      booking: {title: {ru: Запись, en: Book}, key: 1, start: booking}
      where:
        title: {ru: Адрес, en: Address}
        key: 2
        phrases: {ru: [где вы], en: [where are you]}
        steps:
          - say: "{business.address}"
""",
    "booking.yaml": """\
scenario: booking
title: {ru: Запись, en: Booking}
phrases:
  ru: ["(запишите|запиши) [меня] к {service|dative}"]
  en: ["book [me] a {service}"]
slots:
  service: {type: choice, from: doctors, ask: {ru: К кому?, en: Which doctor?}}
  when:
    type: datetime
    ask: {ru: Когда?, en: When?}
    valid:
      - when: calendar.open(when)
        else: {ru: Закрыто., en: Closed.}
  name: {type: person, ask: {ru: Имя?, en: Name?}}
  phone: {type: phone, ask: {ru: Телефон?, en: Phone?}}
steps:
  - collect: [service, when, name, phone]
  - do: calendar.hold(service, when)
    taken:
      - say: {ru: "Занято: {free|list}.", en: "Taken: {free|list}."}
      - again: when
  - confirm: {ru: "{service|title}, верно?", en: "{service|title}, right?"}
    change: any
  - do: calendar.book()
    taken:
      - again: when
  - say: {ru: Готово., en: Done.}
""",
}


def write(folder: Path, **changes: str) -> Path:
    """The set in `folder`. changes: file's stem -> its whole new text, "" to leave the file out."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        text = changes.pop(name.removesuffix(".yaml"), text)
        if text:
            (folder / name).write_text(text, encoding="utf-8")
    for stem, text in changes.items():
        (folder / f"{stem}.yaml").write_text(text, encoding="utf-8")
    return folder


def changed(file: str, before: str, after: str) -> str:
    text = FILES[f"{file}.yaml"]
    assert before in text, before
    return text.replace(before, after, 1)
