"""Scenarios drawn: every step once, every road, nothing over anything, no text out of its box."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import ImageFont

from bot.authoring.boxes import DONE, KINDS
from bot.authoring.checks.flow import leads, reached
from bot.authoring.graph import Graph, of_scenario, of_set
from bot.authoring.graph_words import WORDS
from bot.authoring.layout import HEAD, PAD, SMALL, TEXT, WIDTH, boxes_overlap, laid_out
from bot.authoring.lettering import cut, fitted, width
from bot.authoring.load import load
from bot.authoring.svg import LOOKS, drawn
from bot.dialogue import program as kinds
from bot.dialogue.program import Step
from bot.dialogue.scenario import Scenario, ScenarioSet
from tests.authoring.small import write

SETS = sorted(path.parent for path in (Path(__file__).parents[2] / "scenarios").glob("*/business.yaml"))
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module", params=SETS, ids=lambda path: path.name)
def shipped(request: pytest.FixtureRequest) -> ScenarioSet:
    return load(request.param)


def graphs(scenarios: ScenarioSet) -> list[Graph]:
    drawings = [of_scenario(each, scenarios, language) for each in scenarios.scenarios.values() for language in WORDS]
    return [*drawings, *(of_set(scenarios, language) for language in WORDS)]


def all_reached(scenario: Scenario) -> set[str]:
    """From its beginning, and after a call that reached nobody."""
    firsts = [scenario.first, *(scenario.outbound.roads.values() if scenario.outbound else ())]
    return {name for first in firsts if first for name in reached(first, scenario.steps)}


def test_every_step_that_is_reached_is_drawn_once(shipped: ScenarioSet):
    for scenario in shipped.scenarios.values():
        text = drawn(laid_out(of_scenario(scenario, shipped, "ru")))
        steps = re.findall(r'data-step="([^"]*)"', text)
        assert sorted(steps) == sorted(all_reached(scenario)), scenario.name


def test_every_road_is_drawn_and_no_other(shipped: ScenarioSet):
    for scenario in shipped.scenarios.values():
        layout = laid_out(of_scenario(scenario, shipped, "en"))
        roads = {
            (name, to) for name in all_reached(scenario) for to in leads(scenario.steps[name]) if to in scenario.steps
        }
        assert {edge for edge in layout.edges() if edge[1] != DONE} == roads, scenario.name


def test_which_scenarios_start_each_other_is_drawn(shipped: ScenarioSet):
    graph = of_set(shipped, "ru")
    layout = laid_out(graph)
    assert set(layout.placed) == set(shipped.scenarios)
    assert layout.edges() == {(name, to) for name, box in graph.boxes.items() for to in box.targets()}


def test_nothing_lies_over_anything_and_all_is_on_the_page(shipped: ScenarioSet):
    for graph in graphs(shipped):
        layout = laid_out(graph)
        assert boxes_overlap(layout) == [], graph.title
        for placed in layout.placed.values():
            assert placed.x >= 0
            assert placed.x + WIDTH <= layout.width + 0.1
            assert placed.bottom <= layout.height + 0.1


def test_no_line_goes_through_a_box(shipped: ScenarioSet):
    for graph in graphs(shipped):
        layout = laid_out(graph)
        for line in layout.lines:
            for (x1, y1), (x2, y2) in zip(line.points, line.points[1:], strict=False):
                for placed in layout.placed.values():
                    inside_x = min(x1, x2) < placed.x + WIDTH - 1 and max(x1, x2) > placed.x + 1
                    inside_y = min(y1, y2) < placed.bottom - 1 and max(y1, y2) > placed.y + 1
                    assert not (inside_x and inside_y), (graph.title, line, placed.box.id)


def test_no_text_is_wider_than_its_box(shipped: ScenarioSet):
    for graph in graphs(shipped):
        for placed in laid_out(graph).placed.values():
            room = WIDTH - 2 * PAD
            assert all(width(line, TEXT) <= room for line in placed.lines)
            for row in placed.rows:
                assert width(row.text, SMALL) + (22 if row.row.key else 0) + (34 if row.jump else 0) <= room
            assert all(placed.y + HEAD < row.y < placed.bottom for row in placed.rows)


def test_the_file_is_well_formed_and_needs_nothing_from_elsewhere(shipped: ScenarioSet):
    for graph in graphs(shipped):
        text = drawn(laid_out(graph))
        root = ElementTree.fromstring(text)
        assert root.tag == f"{SVG}svg"
        assert not re.findall(r"<(script|image|foreignObject)|https?://(?!www\.w3\.org/2000/svg)", text)
        assert "prefers-color-scheme:dark" in text
        numbers = {each.get("id") for each in root.iter(f"{SVG}g") if each.get("id")}
        links = {each.get("href", "")[1:] for each in root.iter(f"{SVG}a")}
        assert links <= numbers


@pytest.fixture(scope="module")
def clinic() -> ScenarioSet:
    return load(Path(__file__).parents[2] / "scenarios" / "clinic")


def test_a_reader_meets_plain_words(clinic: ScenarioSet):
    graph = of_scenario(clinic.scenarios["booking"], clinic, "ru")
    lines = [line for box in graph.boxes.values() for line in (*box.lines, *(row.text for row in box.rows))]
    assert "телефон = номер звонящего или телефон = телефон клиента" in lines
    assert "‹имя›, ‹врач›, ‹день›, в ‹время›. Верно?" in lines
    assert "занято" in lines
    assert "врач — К какому врачу вас записать?" in lines
    english = of_scenario(clinic.scenarios["booking"], clinic, "en")
    said = [line for box in english.boxes.values() for line in box.lines]
    assert "‹name›, ‹doctor›, ‹day›, at ‹time›. Is that right?" in said


def test_what_follows_a_call_that_reached_nobody_is_drawn_under_its_own_heading(tmp_path: Path):
    text = (
        "scenario: task\ntitle: {ru: Дело, en: Task}\noutbound:\n  announce: {ru: Робот., en: A robot.}\n"
        "  on_busy:\n    - do: forms.save('busy')\n  on_no_answer:\n    - do: forms.save('unanswered')\n"
        "steps:\n  - say: {ru: Готово., en: Done.}\n"
    )
    made = load(write(tmp_path / "set", task=text), locale="en")
    graph = of_scenario(made.scenarios["task"], made, "en")
    assert [label for _, label in graph.roots] == ["", "The line was busy", "Nobody answered the call"]
    picture = drawn(laid_out(graph))
    assert "The line was busy" in picture
    assert picture.count("data-step=") == 3


def test_the_whole_text_is_in_the_tooltip(clinic: ScenarioSet):
    text = drawn(laid_out(of_scenario(clinic.scenarios["booking"], clinic, "ru")))
    (tip,) = [each for each in re.findall(r"<title>([^<]*)</title>", text) if "1. Спросить" in each]
    assert "Назовите врача: например, терапевт, стоматолог или кардиолог." in tip


def test_a_menu_shows_its_keys_and_the_scenarios_behind_its_items(clinic: ScenarioSet):
    graph = of_scenario(clinic.scenarios["main"], clinic, "ru")
    menu = next(box for box in graph.boxes.values() if box.kind == "choose")
    assert ("1", "Записаться к врачу → Запись к врачу") in [(row.key, row.text) for row in menu.rows]


def test_roads_that_come_together_are_dashed_where_the_box_leads_there_by_no_way_of_its_own(clinic: ScenarioSet):
    layout = laid_out(of_scenario(clinic.scenarios["main"], clinic, "ru"))
    first = next(iter(layout.placed.values()))
    assert [line.direct for line in layout.lines if line.start == first.box.id] == [True, True, False]
    assert 'class="road meet"' in drawn(layout)


def test_every_kind_of_step_has_a_look_and_a_word():
    steps = {
        each for each in vars(kinds).values()
        if isinstance(each, type) and issubclass(each, Step) and each not in (Step, kinds.WaitingStep)
    }  # fmt: skip
    assert set(KINDS) == steps
    for name, _ in KINDS.values():
        assert name in LOOKS
        assert all(name in words for words in WORDS.values())
    assert set(WORDS["ru"]) == set(WORDS["en"])


def test_a_text_is_cut_where_its_room_ends():
    long = "Слово " * 60
    lines = fitted(long, 200, 13, 3)
    assert len(lines) == 3
    assert all(width(line, 13) <= 200 for line in lines)
    assert lines[-1].endswith("…")
    assert cut("щ" * 100, 100, 13).endswith("…")
    assert fitted("", 200, 13, 3) == []


def test_the_estimate_is_never_narrower_than_the_widest_face():
    """DejaVu Sans, which Linux browsers fall back to."""
    font = next(Path("/usr/share/fonts").rglob("DejaVuSans.ttf"), None)
    if font is None:
        pytest.skip("DejaVu Sans isn't installed: apt-get install fonts-dejavu-core")
    face = ImageFont.truetype(str(font), 100)
    for text in (
        "Здравствуйте! Это клиника «Добрый доктор».", "Какой у вас номер телефона?", "Your appointment is on Monday",
        "щшжюмыф ЩШЖЮМЫФ", "0123456789 → 5", "THE QUICK BROWN FOX", "mmmmmm wwwwww MMMM WWWW",
    ):  # fmt: skip
        assert width(text, 100) >= face.getlength(text) * 0.98, text
