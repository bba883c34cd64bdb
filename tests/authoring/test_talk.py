"""What the header and the lines of a golden conversation can say: who takes it, what it continues, what is known."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.problems import ScenarioErrors
from bot.backends.calendar import Calendar
from bot.understanding.nlu import BuiltinNlu

CLINIC = Path(__file__).parents[2] / "scenarios" / "clinic"
BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})


@pytest.fixture(scope="module")
def nlu(tmp_path_factory: pytest.TempPathFactory):
    cache = tmp_path_factory.mktemp("intents")
    return lambda scenarios: BuiltinNlu.of(scenarios, cache=cache)


@pytest.fixture
def tried(tmp_path: Path, nlu) -> Callable[..., list[golden.Result]]:
    """Run conversations on the clinic."""

    def run(text: str, language: str = "ru", **more: str) -> list[golden.Result]:
        folder = tmp_path / "clinic"
        (folder / "tests").mkdir(parents=True, exist_ok=True)
        for path in CLINIC.glob("*.yaml"):
            (folder / path.name).write_bytes(path.read_bytes())
        (folder / "tests" / f"talk.{language}.txt").write_text(text, encoding="utf-8")
        return golden.run(folder, nlu=nlu, bench=BENCH, **more)

    return run


AGENT = """\
# оператор берёт разговор и отдаёт обратно      now: 2026-11-18 10:00
> позовите человека
< …
= handoff: asked for a person
! Анна входит
< К разговору подключился оператор: Анна.
! Анна: Здравствуйте! Чем помочь?
> запишите меня к терапевту
! Анна уходит
< …
> где вы находитесь
< …Садовая…
"""


def test_an_agent_takes_a_conversation_writes_and_gives_it_back(tried):
    (result,) = tried(AGENT)
    said = {each.begins: each.got for each in result.exchanges}
    assert said["! Анна: Здравствуйте! Чем помочь?"] == ()
    assert said["> запишите меня к терапевту"] == (), "the bot is silent while a person talks"
    assert len(said["! Анна уходит"]) > 0
    assert "Анна" in said["! Анна входит"][0]
    assert "Садовая" in said["> где вы находитесь"][0] or result.exchanges[-1].same


def test_an_agent_who_has_not_taken_it_cannot_write(tried):
    (result,) = tried("# x\n> здравствуйте\n< …\n! Анна: Привет\n")
    assert result.diff.endswith("+ < ! Анна has not taken the conversation: '! Анна joins' comes first")


def test_an_agent_ends_a_conversation(tried):
    (result,) = tried(
        "# x\n> позовите человека\n< …\n= handoff: asked for a person\n! Анна вошла\n< …\n! Анна закрывает\n< …\n"
    )
    assert result.diff == ""


def test_a_caller_whose_transfer_failed_is_back_with_the_bot(tried):
    (result,) = tried(
        "# x   channel: voice\n> позовите человека\n< …\n= handoff: asked for a person\n! перевод не удался\n< …\n"
    )
    assert result.diff == ""
    assert len(result.exchanges[-1].got) > 0


def test_a_line_that_happens_to_nobody_is_told(tried):
    with pytest.raises(ScenarioErrors) as caught:
        tried("# x\n> да\n! бабах\n")
    assert "tests/talk.ru.txt:3: nobody can tell what happens at 'бабах'" in str(caught.value)


CONTINUED = """\
# начал в чате      now: 2026-11-18 10:00
> запишите к терапевту завтра в три
< …
< Как вас зовут?

# продолжил по телефону      continues: начал в чате, channel: voice, caller: +79051234567
< …
< В прошлый раз вы не закончили: запись к врачу. Продолжим?
> да
< …
< Как вас зовут?
= continued: web
> Иван Петров
< …Иван, терапевт, завтра…
> да
< …
= booked: service terapevt, when 2026-11-19 15:00, phone +79051234567
"""


def test_a_conversation_goes_on_where_it_stopped_on_another_channel(tried):
    begun, gone_on = tried(CONTINUED)
    assert begun.diff == ""
    assert gone_on.diff == ""


def test_what_it_continues_must_be_there_and_not_itself(tried):
    with pytest.raises(ScenarioErrors) as caught:
        tried("# одно  continues: другае\n> да\n< …\n# другое\n> да\n< …\n")
    assert "there is no conversation 'другае' to continue. Did you mean 'другое'?" in str(caught.value)
    with pytest.raises(ScenarioErrors) as caught:
        tried("# одно  continues: другое\n> да\n< …\n# другое  continues: одно\n> да\n< …\n")
    assert "'одно' continues itself" in str(caught.value)


def test_a_menu_is_announced_in_the_order_of_a_callers_habits_and_a_digit_stays(tried):
    (told,) = tried("# x   channel: voice, rank: address, price\n< x\n")
    announced = [line for line in told.exchanges[0].got if "—" in line]
    assert announced[:2] == ["< Адрес — пять.", "< Цены — четыре."]


def test_a_menu_without_the_ranked_item_is_told(tried):
    with pytest.raises(ScenarioErrors) as caught:
        tried("# x   rank: adress\n> да\n")
    assert "no menu has the item 'adress'. Did you mean 'address'?" in str(caught.value)


def test_the_customers_name_and_phone_are_known(tried):
    (result,) = tried(
        "# x   now: 2026-11-18 10:00, customer: Анна Смирнова, phone: +79051234567\n"
        "> запишите к терапевту завтра в три\n< Здравствуйте, Анна! …\n"
        "< Анна, терапевт, завтра, 19 ноября, в 15:00. Верно?\n"
    )
    assert result.diff == ""


def test_who_goes_over_to_the_other_language_is_answered_in_it(tried):
    (result,) = tried(
        "# x\n> запишите к терапевту\n< …\n> sorry, where are you located?\n"
        "< Our address…\n< What day and time?\n= language: en\n"
    )
    assert result.diff == ""


def test_a_misspelt_field_of_the_header_is_told(tried):
    with pytest.raises(ScenarioErrors) as caught:
        tried("# x   chanel: voice\n> да\n")
    assert "'chanel:' is not known in the heading. Did you mean 'channel'?" in str(caught.value)


def test_only_what_is_asked_for_is_run(tried):
    assert [each.title for each in tried(CONTINUED, only="по ТЕЛЕФОНУ")] == ["продолжил по телефону"]
    assert len(tried(CONTINUED, only="talk.ru.txt")) == 2
    assert [each.line for each in tried(CONTINUED, only="tests/talk.ru.txt:6")] == [6]
    assert tried(CONTINUED, only="нет такого") == []
