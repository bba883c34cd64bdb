"""A Rasa project becomes a set that `govorun check` accepts and that talks; what it lacks is said."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.rasa import NOTES
from bot.authoring.golden import in_memory, run
from bot.authoring.load import check, load
from bot.authoring.rasa.exporting import export
from bot.authoring.rasa.importing import Imported, import_
from bot.errors import Conflict, Unacceptable
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.rasa.pizzeria import PROJECT, project

CLINIC = Path(__file__).parents[3] / "scenarios" / "clinic"
TALK = """\
# пицца заказана
> здравствуйте
< Здравствуйте! Это пиццерия.
< Чем помочь?
> (Заказать)
< Какую пиццу?
> маргаритку
< Сколько штук?
> две
< Ваш телефон?
> 8 905 123 45 67
< Куда везти маргариту?
> Садовая, 12
< Поострее?
> да
< Заказ: маргариту, 2 шт.
< Чем ещё помочь?

# часы по словам и вопрос по ходу дела
> до скольки вы открыты
< Здравствуйте! Это пиццерия.
< Работаем с 10 до 22 {каждый} день, nobody.
< Чем ещё помочь?
> где у вас парковка
< Парковка во дворе.
< Чем ещё помочь?
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    folder = tmp_path_factory.mktemp("imported")
    return import_(project(folder / "rasa"), folder / "pizzeria", title="Пиццерия")


def tree(made: Imported, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((made.folder / name).read_text(encoding="utf-8"))
    return found


def test_the_set_has_nothing_wrong_in_it(made: Imported) -> None:
    assert [problem.text() for problem in made.problems] == []
    scenarios = load(made.folder)
    assert (scenarios.languages, scenarios.start) == (("ru",), "main")
    assert set(scenarios.scenarios) == {"main", "order_pizza", "opening_hours", "complain", "delivery_cost"}
    assert set(scenarios.answers) >= {"answers.faq_parking", "answers.faq_vegan"}


def test_it_talks_as_the_bot_did(made: Imported) -> None:
    (made.folder / "tests").mkdir(exist_ok=True)
    (made.folder / "tests" / "imported.ru.txt").write_text(TALK, encoding="utf-8")
    for each in run(made.folder, nlu=BuiltinNlu.of, bench=in_memory(lambda business: {})):
        assert each.passed, [(exchange.wanted, exchange.got) for exchange in each.exchanges if not exchange.same]


def test_examples_are_phrases_with_the_slots_of_their_scenario(made: Imported) -> None:
    said = tree(made, "order_pizza.yaml")["phrases"]["ru"]
    assert said == ["хочу заказать {pizza}", "привезите {count} пиццы", "закажу пиццу срочно или нет да"]


def test_a_form_is_collected_and_what_follows_it_is_said(made: Imported) -> None:
    order = tree(made, "order_pizza.yaml")
    assert order["steps"] == [
        {"collect": ["pizza", "count", "client_phone", "address", "spicy"]},
        {"say": {"ru": "Заказ: {pizza}, {count} шт."}},
    ]
    types = {name: slot["type"] for name, slot in order["slots"].items()}
    assert types == {"pizza": "choice", "count": "number", "client_phone": "phone", "address": "text", "spicy": "yesno"}
    assert order["slots"]["pizza"]["ask"] == {"ru": ["Какую пиццу?", "Маргариту или пепперони?"]}
    margherita = order["slots"]["pizza"]["options"]["margherita"]
    assert margherita == {"title": {"ru": "маргариту"}, "synonyms": {"ru": ["маргаритка"]}}


def test_the_greetings_buttons_are_the_menu_and_usual_words_are_the_built_in_prompts(made: Imported) -> None:
    assert list(tree(made, "main.yaml")["steps"][1]["items"]) == ["order_pizza", "opening_hours"]
    repair = tree(made, "repair.yaml")
    assert repair == {"goodbye": {"ru": "Приятного аппетита!"}, "not_understood": {"ru": "Простите, не понял."}}


def test_an_intent_that_leads_nowhere_keeps_its_phrases_and_calls_a_person(made: Imported) -> None:
    assert tree(made, "delivery_cost.yaml")["steps"] == [{"handoff": "delivery_cost"}]


def test_all_that_was_not_taken_is_told(made: Imported) -> None:
    assert {(note.what, note.name) for note in made.notes} == {
        ("built_in", "greet"),
        ("built_in", "goodbye"),
        ("built_in", "affirm"),
        ("values", "inform"),
        ("nothing", "delivery_cost"),
        ("action", "action_send_order"),
        ("content", "utter_sorry"),
        ("variations", "utter_hours"),
        ("value", "nobody"),
        ("button", "Сайт"),
        ("foreign", "order_pizza"),
        ("regex", "number"),
        ("clash", ""),
    }
    for words in NOTES.values():
        assert all(words[note.what].format(name=note.name, count=note.count) for note in made.notes)
    assert NOTES["ru"].keys() == NOTES["en"].keys()


def test_nlu_and_domain_alone_are_enough(tmp_path: Path) -> None:
    folder = project(tmp_path / "rasa", data_rules="", data_stories="")
    made = import_(folder, tmp_path / "set")
    assert made.problems == ()
    order = tree(made, "order_pizza.yaml")
    assert order["steps"] == [{"collect": ["pizza", "count"]}, {"handoff": "order_pizza"}]


def test_what_we_export_we_can_import(tmp_path: Path) -> None:
    export(CLINIC, tmp_path / "rasa", languages=("ru",))
    made = import_(tmp_path / "rasa", tmp_path / "set")
    assert made.problems == ()
    before, after = load(CLINIC), load(made.folder)
    booking = after.scenarios["booking"]
    assert [option.id for option in booking.slots["service"].options] == [
        option.id for option in before.scenarios["booking"].slots["service"].options
    ]
    assert booking.slots["when"].type == "datetime"
    assert after.phrases["address"]["ru"] == before.phrases["address"]["ru"]


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "mine.yaml").write_text("mine")
    with pytest.raises(Conflict):
        import_(project(tmp_path / "rasa"), tmp_path / "set")
    assert [path.name for path in (tmp_path / "set").iterdir()] == ["mine.yaml"]


BAD = {
    "data/nlu.yml:5": ("data_nlu", 'version: "3.1"\nnlu:\n- intent: a\n  examples: [\n'),
    "data/nlu.yml:2": ("data_nlu", 'version: "3.1"\nnlu: {intent: a}\n'),
    "data/rules.yml:2": ("data_rules", 'version: "3.1"\nrules: words\n'),
    "domain.yml:3": ("domain", 'version: "3.1"\nintents: [a]\nslots: [a]\n'),
    "domain.yml:1": ("domain", "a: &a [x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 8)}]\n" for n in range(9)
    )),
}  # fmt: skip


@pytest.mark.parametrize("place", BAD)
def test_a_file_that_cannot_be_read_is_one_error_with_its_place(tmp_path: Path, place: str) -> None:
    name, text = BAD[place]
    with pytest.raises(Unacceptable) as caught:
        import_(project(tmp_path / "rasa", **{name: text}), tmp_path / "set", locale="ru")
    assert str(caught.value).startswith(place.partition(":")[0] + ":")
    if "&" not in text:
        assert caught.value.where == place
    assert not (tmp_path / "set").exists()


def test_yaml_that_would_run_something_runs_nothing(tmp_path: Path) -> None:
    evil = PROJECT["domain.yml"] + "x: !!python/object/apply:os.system ['touch " + str(tmp_path / "pwned") + "']\n"
    with pytest.raises(Unacceptable):
        import_(project(tmp_path / "rasa", domain=evil), tmp_path / "set")
    assert not (tmp_path / "pwned").exists()


def test_another_folder_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "x.yml").write_text("a: 1\n")
    for folder in (tmp_path / "docs", tmp_path / "nowhere"):
        with pytest.raises(Unacceptable):
            import_(folder, tmp_path / "set")


def test_names_that_cannot_be_ours_are_made_so(tmp_path: Path) -> None:
    nlu = """\
nlu:
- {intent: заказ, examples: "- хочу есть\\n- накорми меня"}
- {intent: main, examples: "- главная страница\\n- на главную"}
- {intent: 2-order, examples: "- второй заказ\\n- закажи ещё раз"}
- {intent: 2_order, examples: "- третий заказ\\n- закажи в третий раз"}
"""
    made = import_(project(tmp_path / "rasa", data_nlu=nlu, data_rules="", data_stories=""), tmp_path / "set")
    assert made.problems == ()
    assert set(load(made.folder).phrases) >= {"scenario", "main_2", "scenario_2_order", "scenario_2_order_2"}
    assert check(made.folder) == ()
