"""Stories of Rasa go on here for as many turns as they have; what could not be kept of one is told with its line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app.rasa import NOTES
from bot.authoring.golden import in_memory, run
from bot.authoring.rasa.flows import MAX_WAYS, Flow, Step, joined
from bot.authoring.rasa.importing import Imported, import_
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.rasa.projects import CHEERFUL, TABLE, TRAVEL, lay

TALKS = {
    "cheerful": (CHEERFUL, """\
# a joke helps
> everything goes wrong
< Two sheep meet. One says: baa.
< Is that any better?
> yes
< Then all is well.
< Anything else?

# a joke does not
> hello
< Good to see you! How is it going?
> (Not so well)
< Two sheep meet. One says: baa.
< Is that any better?
> not really
< What a pity.
< Anything else?
"""),
    "table": (TABLE, """\
# it is left alone, and taken up again
> keep us a table
< Welcome to the tavern.
< Which kitchen would you like?
> you are no help at all
< Shall we go on?
> yes
< Which kitchen would you like?
> greek
< For how many?
> is the cook married
< I never gossip.
< For how many?
> five
< On the terrace?
> no
< I look for greek for 5.
< Anything else?

# it is left for good
> can we eat at your place
< Welcome to the tavern.
< Which kitchen would you like?
> this leads nowhere
< Shall we go on?
> no
< Another time, then.
< Anything else?
"""),
    "travel": (TRAVEL, """\
# values one by one, over a checkpoint, to one of three ways
> book a plane
< Hello!
< Where to?
> Oslo
< On which day?
> tomorrow
< To Oslo, then.
< By day or by night?
> I like to sleep on board
< The night flight it is.
< Anything else?

# an or
> book a plane
< Hello!
< Where to?
> Oslo
< On which day?
> tomorrow
< To Oslo, then.
< By day or by night?
> at the crack of dawn
< The day flight it is.
< Anything else?

# neither yes nor no
> pay me back
< Hello!
< Was it the airline's fault?
> there was a storm
< Then I am sorry.
< Anything else?
"""),
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Imported]:
    folder = tmp_path_factory.mktemp("imported")
    return {name: import_(lay(folder / f"{name}_rasa", each), folder / name) for name, (each, _) in TALKS.items()}


def tree(made: Imported, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load((made.folder / name).read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", TALKS)
def test_what_comes_of_a_project_passes_the_check_and_talks_as_its_stories_do(
    made: Mapping[str, Imported], name: str
) -> None:
    assert [problem.text() for problem in made[name].problems] == []
    (made[name].folder / "tests").mkdir(exist_ok=True)
    talk = TALKS[name][1]
    (made[name].folder / "tests" / "stories.en.txt").write_text(talk, encoding="utf-8")
    played = list(run(made[name].folder, nlu=BuiltinNlu.of, bench=in_memory(lambda business: {})))
    assert len(played) == talk.count("# ")
    for each in played:
        assert each.passed, [(exchange.wanted, exchange.got) for exchange in each.exchanges if not exchange.same]


def test_a_question_that_only_yes_and_no_answer_is_a_slot_with_two_ways(made: Mapping[str, Imported]) -> None:
    gloomy = tree(made["cheerful"], "gloomy.yaml")
    assert gloomy["slots"] == {"better": {"type": "yesno", "ask": {"en": "Is that any better?"}}}
    assert gloomy["steps"][1:] == [
        {"collect": ["better"]},
        {"if": "better", "then": [{"say": {"en": "Then all is well."}}], "else": [{"say": {"en": "What a pity."}}]},
    ]


def test_a_greeting_that_asks_is_the_menu_itself(made: Mapping[str, Imported]) -> None:
    (step,) = tree(made["cheerful"], "main.yaml")["steps"]
    assert step["choose"] == {"en": "Good to see you! How is it going?"}
    assert [item["title"]["en"] for item in step["items"].values()] == ["splendid", "not so well"]


def test_what_only_breaks_off_a_form_is_understood_there_alone(made: Mapping[str, Imported]) -> None:
    assert "enough.yaml" not in made["table"].files
    collect = tree(made["table"], "book_table.yaml")["steps"][0]
    assert list(collect["also"]) == ["enough"]  # gossip is a digression like any other
    assert collect["also"]["enough"]["steps"] == [
        {"collect": ["on"]},
        {"if": "not on", "then": [{"say": {"en": "Another time, then."}}, {"stop": None}]},
    ]


def test_the_ways_of_a_turn_are_a_menu_that_knows_the_examples_too(made: Mapping[str, Imported]) -> None:
    step = tree(made["travel"], "fly.yaml")["steps"][-1]
    assert step["choose"] == {"en": "By day or by night?"}
    assert {name: item["title"]["en"] for name, item in step["items"].items()} == {
        "by_day": "By day", "early": "Early", "by_night": "By night"
    }  # fmt: skip
    assert step["also"]["early_said"]["phrases"]["en"] == ["first thing in the morning", "at the crack of dawn"]


def test_an_entity_with_a_role_fills_the_slot_of_that_role(made: Mapping[str, Imported]) -> None:
    assert "a flight from rome to {destination}" in tree(made["travel"], "fly.yaml")["phrases"]["en"]


def test_what_a_story_cannot_keep_is_told_with_its_file_and_line(made: Mapping[str, Imported]) -> None:
    lines = TRAVEL["data/stories.yml"].splitlines()

    def place(words: str, nth: int = 0) -> str:
        return f"data/stories.yml:{[at for at, line in enumerate(lines, 1) if words in line][nth]}"

    told = {(note.what, note.name, note.place) for note in made["travel"].notes if note.place.startswith("data/stor")}
    assert told == {
        ("checkpoint", "nobody_begins_here", place("nobody_begins_here")),
        ("words", "what is the meaning of life", place("meaning of life")),
        ("conflict", "utter_day", place("utter_day", 1)),
        ("action", "action_pay", place("action_pay")),
        ("depends", "vip", place("vip: false")),
        ("middle", "by_day", place("intent: by_day")),
        ("middle", "early", place("intent: early")),
        ("middle", "by_night", place("intent: by_night")),
        ("middle", "weather", place("intent: weather")),
    }
    assert {note.what for each in made.values() for note in each.notes} <= NOTES["en"].keys()


def test_what_a_known_slot_decides_is_a_way_for_each_of_its_values(tmp_path: Path) -> None:
    project = {
        "domain.yml": """\
version: "3.1"
slots:
  vip: {type: bool, mappings: [{type: from_intent, intent: affirm, value: true}]}
  class: {type: categorical, values: [first, second], mappings: [{type: from_entity, entity: class}]}
forms:
  lounge_form: {required_slots: [vip, class]}
responses:
  utter_ask_vip: [{text: Are you a member?}]
  utter_ask_class: [{text: Which class do you fly?}]
  utter_in: [{text: Come in.}]
  utter_out: [{text: Members only.}]
  utter_wine: [{text: A glass of wine is yours.}]
  utter_tea: [{text: Tea is over there.}]
""",
        "data/nlu.yml": "nlu:\n- intent: lounge\n  examples: |\n"
        + "".join(f"    - {words}\n" for words in (
            "may I use the lounge", "where can I wait", "is there a lounge", "let me in", "somewhere quiet to sit"
        )),
        "data/rules.yml": """\
rules:
- rule: begin
  steps: [{intent: lounge}, {action: lounge_form}, {active_loop: lounge_form}]
- rule: members
  condition: [{active_loop: lounge_form}, {slot_was_set: [{vip: true}]}]
  steps:
  - action: lounge_form
  - active_loop: null
  - action: utter_in
  - slot_was_set: [{class: first}]
  - action: utter_wine
- rule: members of the second class
  condition: [{active_loop: lounge_form}, {slot_was_set: [{vip: true}]}]
  steps:
  - action: lounge_form
  - active_loop: null
  - action: utter_in
  - slot_was_set: {class: second}
  - action: utter_tea
- rule: others
  condition: [{active_loop: lounge_form}, {slot_was_set: [{vip: false}]}]
  steps: [{action: lounge_form}, {active_loop: null}, {action: utter_out}]
""",
    }  # fmt: skip
    made = import_(lay(tmp_path / "rasa", project), tmp_path / "set")
    assert (made.problems, [note.what for note in made.notes]) == ((), [])
    assert tree(made, "lounge.yaml")["steps"][1:] == [
        {
            "if": "vip",
            "then": [
                {"say": {"en": "Come in."}},
                {
                    "case": "class",
                    "of": {
                        "first": [{"say": {"en": "A glass of wine is yours."}}],
                        "second": [{"say": {"en": "Tea is over there."}}],
                    },
                },
            ],
            "else": [{"say": {"en": "Members only."}}],
        }
    ]


def step(text: str) -> Step:
    """ "? a" of the customer, "@ a" a checkpoint, "a | b" an or; else an action."""
    ways = [each.strip() for each in text.split("|")]
    kinds = {"?": "intent", "@": "checkpoint"}
    made = [Step(kind=kinds.get(each[0], "action"), name=each.removeprefix(each[0]).strip()) for each in ways]  # type: ignore[arg-type]
    return Step(kind=made[0].kind, name=made[0].name, ways=tuple(made[1:]))


def flow(*steps: str) -> Flow:
    return Flow(name="a story", steps=tuple(map(step, steps)))


def ways(*flows: Flow) -> list[str]:
    return [" ".join(each.name for each in way.steps) for way in joined(flows).ways]


def test_a_checkpoint_joins_every_story_that_leads_there_to_every_story_that_begins_there() -> None:
    found = ways(flow("? a", "@ x"), flow("? b", "@ x"), flow("@ x", "!c"), flow("@ x", "? d", "!e"))
    assert found == ["a c", "a d e", "b c", "b d e"]


def test_a_checkpoint_that_leads_back_to_itself_is_followed_once() -> None:
    found = joined([flow("? a", "@ x"), flow("@ x", "!b", "@ x")])
    assert [" ".join(each.name for each in way.steps) for way in found.ways] == ["a b"]
    assert [(why, each.name) for why, each in found.left] == [("circle", "x")]


def test_an_or_is_every_one_of_its_ways_and_a_story_of_too_many_is_cut_short() -> None:
    assert ways(flow("? a | ? b", "!c", "? d | ? e")) == ["a c d", "a c e", "b c d", "b c e"]
    found = joined([flow(*["? a | ? b"] * 30)])
    assert len(found.ways) == MAX_WAYS
    assert [why for why, _ in found.left] == ["ways"]


def test_rules_come_first_and_what_may_be_said_after_a_response_may_be_wherever_it_is_said(tmp_path: Path) -> None:
    project = {
        "domain.yml": "responses:\n"
        + "".join(
            f"  utter_{name}: [{{text: '{name}.'}}]\n" for name in ("rule", "story", "more", "tip", "glad", "why")
        ),
        "data/nlu.yml": "nlu:\n- {intent: ask, examples: ['what about it', 'tell me']}\n"
        "- {intent: doubt, examples: ['is that so', 'why would it']}\n",
        "data/a_stories.yml": """\
stories:
- story: contradicts the rule
  steps: [{intent: ask}, {action: utter_story}]
- story: ends sooner
  steps: [{intent: ask}, {action: utter_rule}, {intent: doubt}, {action: utter_why}]
- story: after a tip
  steps: [{action: utter_tip}, {intent: affirm}, {action: utter_glad}]
""",
        "data/rules.yml": "rules:\n- rule: r\n  steps: [{intent: ask}, {action: utter_rule}, {action: utter_tip}]\n",
    }
    made = import_(lay(tmp_path / "rasa", project), tmp_path / "set")
    say, collect, decides = tree(made, "ask.yaml")["steps"]
    assert say == {"say": {"en": "rule."}}
    assert collect["also"]["doubt"]["steps"][0] == {"say": {"en": "why."}}
    assert decides == {"if": "tip", "then": [{"say": {"en": "glad."}}]}
    assert ("conflict", "data/a_stories.yml:3") in {(note.what, note.place) for note in made.notes}
