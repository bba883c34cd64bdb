"""What customers say, as Rasa learns it: every template expanded, every slot an entity with its value."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.authoring.load import load
from bot.authoring.problems import ScenarioErrors
from bot.authoring.rasa.exporting import export
from bot.authoring.rasa.project import Span, opened
from tests.authoring.small import changed, write

CLINIC = Path(__file__).parents[3] / "scenarios" / "clinic"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rasa")
    export(CLINIC, folder)
    return folder


def test_every_phrase_is_there_and_reads_as_the_set_reads_it(clinic: Path) -> None:
    said = opened(clinic).intents
    known = load(CLINIC).phrases
    assert set(said) == set(known)
    for intent, by_language in known.items():
        plain = {
            "".join(part.text if isinstance(part, Span) else part for part in example.parts) for example in said[intent]
        }
        assert plain == {text for texts in by_language.values() for text in texts}


def test_slots_are_entities_and_a_choice_says_which(clinic: Path) -> None:
    spans = {part for each in opened(clinic).intents["booking"] for part in each.parts if isinstance(part, Span)}
    assert Span(text="терапевту", entity="service", value="terapevt") in spans
    assert Span(text="завтра", entity="when") in spans
    assert {span.entity for span in spans} == {"service", "when"}


def test_options_are_told_by_all_their_words(clinic: Path) -> None:
    project = opened(clinic)
    assert "зубной" in project.synonyms["stomatolog"]
    assert "dentist" in project.synonyms["stomatolog"]
    assert "зубной" in project.lookups["service"]


def test_the_domain_knows_intents_entities_slots_and_questions(clinic: Path) -> None:
    domain = yaml.safe_load((clinic / "domain.yml").read_text())
    assert domain["version"] == "3.1"
    assert "booking" in domain["intents"]
    assert {"service", "when", "name", "phone"} <= set(domain["entities"])
    service = domain["slots"]["service"]
    assert (service["type"], "terapevt" in service["values"]) == ("categorical", True)
    assert service["mappings"] == [{"type": "from_entity", "entity": "service"}]
    assert domain["responses"]["utter_ask_service"][0] == {"text": "К какому врачу вас записать?"}


def test_one_language_may_be_asked_for_and_a_pipeline_of_ones_own_stays(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("language: ru\n")
    made = export(CLINIC, tmp_path, languages=("ru",))
    assert made.left == (tmp_path / "config.yml",)
    assert (tmp_path / "config.yml").read_text() == "language: ru\n"
    assert "dentist" not in (tmp_path / "nlu.yml").read_text()
    assert made.examples < export(CLINIC, tmp_path).examples


def test_words_with_signs_of_yaml_stay_words(tmp_path: Path) -> None:
    before = 'ru: ["(запишите|запиши) [меня] к {service|dative}"]'
    odd = changed("booking", before, "ru: ['да: # \"нет\" - ну', '- к {service}', '50%?']")
    export(write(tmp_path / "set", booking=odd), tmp_path / "rasa")
    said = [
        "".join(part.text if isinstance(part, Span) else part for part in each.parts)
        for each in opened(tmp_path / "rasa").intents["booking"]
    ]
    assert {'да: # "нет" - ну', "50%?"} <= set(said)


def test_a_set_with_a_mistake_is_not_exported(tmp_path: Path) -> None:
    with pytest.raises(ScenarioErrors):
        export(write(tmp_path / "set", booking=changed("booking", "collect", "colect")), tmp_path / "rasa")
    assert not (tmp_path / "rasa").exists()
