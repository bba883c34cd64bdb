"""The state of a conversation is never changed in place."""

import pytest

from bot.dialogue.session import Frame, Session, changed


def test_a_change_makes_another_state_and_leaves_the_first_as_it_was():
    first = Session(conversation="c", stack=(Frame(scenario="main", step="menu"),))
    second = changed(first, misses=1)
    assert (first.misses, second.misses) == (0, 1)
    assert changed(second, misses=0) == first


def test_a_field_that_does_not_exist_is_refused():
    with pytest.raises(TypeError, match=r"Frame has no field.*stap"):
        changed(Frame(scenario="main", step="menu"), stap="hello")
