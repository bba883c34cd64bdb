"""A call of ours to a telephone of several: for one of them, who is asked for first; the others hear nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from bot.customers import persons, profile
from bot.dialogue.actions import End, Say
from bot.dialogue.events import Chosen, Event, Keys, Started, Utterance
from bot.dialogue.values import PersonName, Value
from bot.errors import Conflict
from bot.ports import Identity, Inbound, Outcome
from bot.stores import conversations as stored
from bot.stores.placed import Wanted
from tests.web import Web

PHONE = "+79051234567"
LINE = Identity(kind="phone", value=PHONE)
ANNA = PersonName(given="Анна", family="Смирнова")
GIVEN: dict[str, Value] = {"name": ANNA, "service": "yoga", "when": datetime(2026, 11, 19, 18, 0)}
SECRET = ("йог", "восемнадцать", "18:00", "Анна")


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    made = Web(tmp_path, call_allowed=["+7"], quiet_hours="")
    yield made
    made.house.database.close()


@pytest.fixture
def family(web: Web) -> tuple[int, int]:
    """Pyotr, by whom the number was known first, and Anna."""
    at = datetime.now(UTC)
    with web.house.database.writing() as tx:
        first = profile.recognise(tx, LINE, at)
        profile.learn(tx, first, "name", PersonName(given="Пётр"), source="said", at=at, via=LINE.via)
        second = persons.add(tx, LINE, at=at, name=ANNA)
    return first, second.customer


class Call:
    def __init__(self, web: Web, about: int | None, given: dict[str, Value] | None = None) -> None:
        self.web, self.about, self.given = web, about, GIVEN if given is None else given
        self.talk: str | None = None

    async def happens(self, kind: type[Event], **fields: object) -> Outcome:
        outcome = await self.web.house.turns.take(
            Inbound(
                event=kind(id=uuid4().hex, at=datetime.now(UTC), **fields),  # type: ignore[arg-type]
                channel="sip",
                identity=LINE,
                conversation=self.talk,
                medium="voice",
                scenarios="reminder",
                given=self.given,
                about=self.about,
                language="ru",
            )
        )
        self.talk = outcome.conversation
        return outcome

    async def picked_up(self, by: str = "human", *, message: bool = False) -> Outcome:
        return await self.happens(Started, medium="voice", channel="sip", answered=by, message=message)

    @property
    def customer(self) -> int:
        with self.web.house.database.reading() as tx:
            found = stored.summary(tx, self.talk or "")
        assert found is not None
        return found.customer


def words(outcome: Outcome) -> str:
    return " ".join(action.text for action in outcome.actions if isinstance(action, Say))


async def test_whoever_picks_up_is_asked_whether_it_is_they_and_then_hears_what_it_is_about(
    web: Web, family: tuple[int, int]
) -> None:
    call = Call(web, family[1])
    first = words(await call.picked_up())
    assert first.endswith("Это Анна Смирнова?")
    assert "Напоминаю" not in first
    outcome = await call.happens(Utterance, text="да, это я")
    assert "Напоминаю: йога" in words(outcome)
    assert outcome.session.customer["name"] == ANNA
    assert call.customer == family[1]


@pytest.mark.parametrize(
    "answer", [{"text": "нет, это Пётр"}, {"text": "её нет дома"}, {"text": "нет"}, {"text": "вы ошиблись номером"}]
)
async def test_somebody_else_hears_nothing_of_it_and_what_follows_a_call_nobody_took_is_run(
    web: Web, family: tuple[int, int], answer: dict[str, str]
) -> None:
    call = Call(web, family[1])
    await call.picked_up()
    said = ""
    for _ in range(2):
        outcome = await call.happens(Utterance, **answer)
        said += words(outcome)
        if outcome.session.status == "ended":
            break
    assert said.endswith("Извините за беспокойство. Всего доброго!")
    assert not any(word in said.replace("Это Анна Смирнова?", "").replace("это Анна Смирнова?", "") for word in SECRET)
    assert [action.reason for action in outcome.actions if isinstance(action, End)] == ["somebody_else"]
    assert outcome.session.customer == {}
    assert call.customer == family[1]  # it was about her, and her staff see that she was not reached


@pytest.mark.parametrize("answer", ["не звоните сюда больше", "нет, больше не звоните", "please don't call again"])
async def test_whoever_picks_up_may_want_no_more_calls_and_the_number_rests(
    web: Web, family: tuple[int, int], answer: str
) -> None:
    call = Call(web, family[1])
    await call.picked_up()
    outcome = await call.happens(Utterance, text=answer)
    assert words(outcome) == "Хорошо, звонить вам больше не будем. Извините за беспокойство. Всего доброго!"
    assert [action.reason for action in outcome.actions if isinstance(action, End)] == ["somebody_else"]
    with pytest.raises(Conflict) as error:
        await web.parts.calling.request(Wanted(to=PHONE, scenarios="reminder", given=GIVEN, customer=family[1]))
    assert error.value.where == "do_not_call"


async def test_a_key_answers_it_and_who_is_called_to_the_telephone_is_waited_for(
    web: Web, family: tuple[int, int]
) -> None:
    call = Call(web, family[1])
    await call.picked_up()
    waiting = await call.happens(Utterance, text="подождите минутку")
    assert (waiting.session.status, waiting.session.pause_s > 0) == ("bot", True)
    assert "Напоминаю" in words(await call.happens(Keys, digits="1"))


async def test_the_machine_of_a_household_gets_no_message_about_one_of_them(web: Web, family: tuple[int, int]) -> None:
    outcome = await Call(web, family[1]).picked_up("machine", message=True)
    assert words(outcome) == ""


async def test_a_call_for_nobody_of_them_is_nobodys_whom_we_know(web: Web, family: tuple[int, int]) -> None:
    call = Call(web, None, {})
    outcome = await call.picked_up()
    assert outcome.session.customer == {}
    assert call.customer not in family


async def test_who_has_the_number_alone_is_not_asked_who_they_are(web: Web) -> None:
    with web.house.database.writing() as tx:
        customer = profile.recognise(tx, LINE, datetime.now(UTC))
    assert "Напоминаю: йога" in words(await Call(web, customer).picked_up())


async def test_nobody_is_called_on_a_telephone_of_several_before_it_is_said_for_whom(
    web: Web, family: tuple[int, int]
) -> None:
    when = {"when": GIVEN["when"]}
    with pytest.raises(Conflict) as error:
        await web.parts.calling.request(Wanted(to=PHONE, scenarios="reminder", given=when))
    assert error.value.where == "customer"
    assert f"{family[0]}, {family[1]}" in error.value.told("en")
    made, _ = await web.parts.calling.request(Wanted(to=PHONE, scenarios="reminder", given=GIVEN))
    assert made.wanted.customer == family[1]  # by the name that is given
    async with web.client() as client:
        body = {"to": PHONE, "scenarios": "reminder", "given": {"service": "yoga"}, "customer": family[0]}
        answer = await client.post("/api/calls", json=body)
        assert (answer.status_code, answer.json()["customer"]) == (202, family[0])
        body["customer"] = 99_999
        assert (await client.post("/api/calls", json=body)).status_code == 404


async def test_a_stranger_to_the_number_is_asked_for_too(web: Web) -> None:
    at = datetime.now(UTC) - timedelta(days=1)
    with web.house.database.writing() as tx:
        chat = Identity(kind="web", value="v1")
        customer = profile.recognise(tx, chat, at)
        profile.learn(tx, customer, "name", ANNA, source="said", at=at, via=chat.via)
    call = Call(web, customer)
    assert words(await call.picked_up()).endswith("Это Анна Смирнова?")
    outcome = await call.happens(Chosen, option="yes")
    assert "Напоминаю" in words(outcome)
    with web.house.database.reading() as tx:
        assert persons.customers_of(tx, LINE) != (customer,)  # who says yes on a line has not proven that it is theirs
