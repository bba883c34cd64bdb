"""What a customer says of calls and consents is kept, with its source and words."""

from __future__ import annotations

import pytest

from bot.customers import terms
from bot.dialogue.events import Started
from bot.dialogue.meaning import Language
from bot.turn import Turn
from bot.understanding.repairs import repair
from tests.turn.clinic import caller, said, writer


@pytest.mark.parametrize(
    ("text", "language", "wish"),
    [
        ("не звоните мне", "ru", "do_not_call"),
        ("больше не звоните мне пожалуйста", "ru", "do_not_call"),
        ("dont call me again", "en", "do_not_call"),
        ("мне можно звонить", "ru", "may_call"),
        ("you may call me again", "en", "may_call"),
        ("звоните после шести", "ru", "call_after_18"),
        ("звоните мне только после 19", "ru", "call_after_19"),
        ("please call me after six", "en", "call_after_18"),
        ("не звони", "ru", "do_not_call"),
    ],
)
def test_when_to_call_is_said_in_many_words(text: str, language: Language, wish: str) -> None:
    assert repair(text, language) == wish


@pytest.mark.parametrize(("text", "language"), [("позвоните мне", "ru"), ("call me back", "en"), ("я не звонил", "ru")])
def test_what_speaks_of_calls_otherwise_is_none_of_it(text: str, language: Language) -> None:
    assert repair(text, language) not in ("do_not_call", "may_call")


async def test_who_wants_no_calls_is_heard_in_the_midst_of_something_and_it_goes_on(turn: Turn) -> None:
    ivan = writer(turn)
    await ivan.says("booking service=terapevt")
    answer = await ivan.says("do_not_call")
    assert said(answer) == ["[not_called]", "На какой день и час?"]

    def kept(conversation: str) -> str | None:
        with turn.database.reading() as tx:
            found = tx.exec_driver_sql("SELECT customer FROM conversations").scalar()
            told = terms.terms(tx, int(found)).do_not_call  # type: ignore[arg-type]
            return None if told is None else str(told)

    assert kept(answer.conversation) == "always"
    await ivan.says("call_after_18")
    assert kept(answer.conversation) == "00:00-18:00"
    await ivan.says("may_call")
    assert kept(answer.conversation) is None


async def test_a_call_that_may_be_recorded_is_a_consent_with_its_words(turn: Turn) -> None:
    line = caller(turn)
    begun = await line.send(Started(id=line.next_id(), at=line.tick(), record="ask"))
    line.conversation = begun.conversation
    await line.says("yes")
    with turn.database.reading() as tx:
        number = tx.exec_driver_sql("SELECT customer FROM conversations").scalar()
        (told,) = terms.history(tx, int(number))  # type: ignore[arg-type]
    assert (told.kind, told.given, told.source) == ("recording", True, "said")
    assert told.conversation == begun.conversation
