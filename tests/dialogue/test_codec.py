from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue import codec
from bot.dialogue.actions import Choice, Fetch, Say
from bot.dialogue.events import Fetched, Utterance
from bot.dialogue.meaning import Meaning, Reading, ScoredIntent
from bot.dialogue.values import Moment, PersonName
from tests.dialogue.small import NOW, Talk

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.datetimes(timezones=st.none() | st.just(UTC))
    | st.dates()
    | st.times()
    | st.decimals(allow_nan=False)
    | st.builds(PersonName, given=st.text(), family=st.text())
    | st.builds(Moment, day=st.none() | st.dates(), time=st.none() | st.times()),
    lambda inner: st.lists(inner).map(tuple) | st.dictionaries(st.text().filter(lambda key: key != "_"), inner),
    max_leaves=12,
)


@given(VALUES)
def test_every_value_comes_back_as_it_was(value):
    back = codec.load(codec.dump(value))
    assert back == value
    assert type(back) is type(value)


def test_events_actions_and_sessions_come_back_as_they_were():
    meaning = Meaning(intents=(ScoredIntent(name="a", score=0.5),), readings={"x": Reading(value=3)}, yes=False)
    say = Say(text="а", speech="б", language="ru", choices=(Choice(id="1", title="т"),))
    talk = Talk()
    talk.say("booking", service="lor", when=datetime(2026, 11, 19, 15))
    for each in (
        Utterance(id="1", at=NOW, text="привет", meaning=meaning),
        Fetched(id="2", at=NOW, request="r", outcome="ok", data={"free": (datetime(2026, 1, 1),)}),
        Fetch(id="f", name="calendar.hold", args={"price": Decimal("1.5")}, meanwhile=say),
        talk.session,
    ):
        assert codec.load(codec.dump(each)) == each


def test_a_field_of_a_later_version_is_passed_over():
    assert codec.load('{"_":"Moment","planet":"Mars"}') == Moment()


def test_a_kind_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="Hologram"):
        codec.load('{"_":"Hologram"}')


def test_what_the_dialogue_can_not_hold_is_refused():
    with pytest.raises(TypeError):
        codec.dump({"x": object()})
