"""The state of a conversation is never changed in place."""

import pytest

from bot.dialogue.codec import dump
from bot.dialogue.session import Frame, Session, changed
from tests.dialogue.small import Talk


def test_a_change_makes_another_state_and_leaves_the_first_as_it_was():
    first = Session(conversation="c", stack=(Frame(scenario="main", step="menu"),))
    second = changed(first, misses=1)
    assert (first.misses, second.misses) == (0, 1)
    assert changed(second, misses=0) == first


def test_a_field_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match=r"Frame has no such field: stap"):
        changed(Frame(scenario="main", step="menu"), stap="hello")


def test_a_turn_leaves_the_session_it_was_given_as_it_was():
    """What a turn changes is its own, though scenarios were begun, interrupted and left in it."""
    talk = Talk()
    for wish in ("booking", "price", "cancel", "menu"):
        before, as_it_was = talk.session, dump(talk.session)
        talk.say(wish)
        assert dump(before) == as_it_was
        assert dump(talk.session) != as_it_was
