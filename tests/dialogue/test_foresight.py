"""What would be said next, asked of the core without anything happening."""

from dataclasses import replace

from bot.dialogue.actions import Say
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Started
from bot.dialogue.foresight import likely
from tests.dialogue.small import NOW, SMALL


def begun():
    session, _ = advance(opening("c1", SMALL), Started(id="s", at=NOW, medium="voice", language="ru"), SMALL)
    return session


def texts(session, expectation=None):
    return [text for _, text, _ in likely(session, expectation or expects(session, SMALL), SMALL, NOW)]


def test_what_each_item_of_a_menu_leads_to_is_foreseen_and_what_a_miss_and_silence_bring():
    found = texts(begun())
    assert "К какому врачу?" in found
    assert "От 1500 рублей." in found
    assert "<not_understood>" in found
    assert "<silence>" in found
    assert len(found) == len(set(found))


def test_nothing_has_happened_by_looking_ahead():
    session = begun()
    before = replace(session)
    texts(session)
    assert session == before


def test_what_a_program_would_have_to_answer_first_is_not_foreseen():
    session = begun()
    found = texts(session)
    assert not any("Записал" in text for text in found)


def test_secrets_are_not_rendered_ahead(monkeypatch):
    import bot.dialogue.foresight as foresight

    secret = Say(text="****", speech="ваш код семь", language="ru", secret=True)
    monkeypatch.setattr(foresight, "advance", lambda session, event, scenarios: (session, (secret,)))
    assert texts(begun()) == []


def test_nothing_is_foreseen_where_a_person_speaks():
    assert texts(replace(begun(), status="agent")) == []
