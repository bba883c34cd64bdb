"""actions.yaml: what the scenarios ask of other programs, its mistakes, its samples and stubs."""

from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.authoring.problems import ScenarioErrors
from bot.dialogue.external import Found, Secret
from tests.authoring.small import write
from tests.authoring.test_language import BENCH, HEAD, words

ACTIONS = """\
orders.status:
  takes: [service, comment?]
  gives: [state, eta, courier]
  url: "${ORDERS_URL}/orders/{service}?c={comment}"
  headers: {Authorization: "Bearer ${GOVORUN_SECRET_ORDERS}"}
  retry: 3
  answer: {state: order.state, eta: order.items.0.eta|datetime}
  outcomes: {none: 404, taken: [409, 423]}
  sample:
    - {when: service == 'lor', ok: {state: shipped, eta: 2026-11-19 15:00, courier: Пётр}}
    - {outcome: none}
orders.order:
  takes: [service]
  url: https://shop.example/api
  body: {what: service.title}
"""
STEPS = """\
  - collect: service
  - do: orders.status(service)
    none: [say: {ru: Нет., en: None.}]
    taken: [say: {ru: Занято., en: Taken.}]
    error: [say: {ru: Сбой., en: Broken.}]
  - say: "{courier} {eta} {state}"
  - collect: when
"""


def told(tmp_path: Path, actions: str = ACTIONS, steps: str = STEPS) -> list[str]:
    return [problem.text() for problem in check(write(tmp_path / "set", task=HEAD + steps, actions=actions))]


def run(tmp_path: Path, talk: str, header: str = "") -> str:
    folder = write(tmp_path / "set", task=HEAD + STEPS, actions=ACTIONS)
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "x.en.txt").write_text(f"# x  scenario: task{header}\n{talk}")
    (result,) = golden.run(folder, nlu=words, bench=BENCH)
    return result.diff


def test_a_declaration_is_read_whole(tmp_path: Path):
    assert told(tmp_path) == []
    made = load(tmp_path / "set").actions
    status, order = made["orders.status"], made["orders.order"]
    assert (status.method, status.retry, status.timeout, status.optional) == ("GET", 3, 5.0, ("comment",))
    assert status.secrets == ("ORDERS_URL", "GOVORUN_SECRET_ORDERS")
    assert status.headers["Authorization"] == ("Bearer ", Secret("GOVORUN_SECRET_ORDERS"))
    assert status.answer["eta"] == Found(path=("order", "items", "0", "eta"), kind="datetime")
    assert status.outcomes == {"none": (404,), "taken": (409, 423)}
    assert (order.method, order.retry) == ("POST", 0)


def test_the_first_sample_that_holds_answers(tmp_path: Path):
    assert run(tmp_path, "< Who?\n> lor\n< Пётр …3 pm shipped\n< When?\n") == ""


def test_a_sample_of_another_outcome_goes_its_way(tmp_path: Path):
    assert run(tmp_path, "< Who?\n> (Eye doctor)\n< None.\n= ended: done\n") == ""


@pytest.mark.parametrize(
    ("stub", "said"),
    [
        ("orders.status = taken", "Taken."),
        ("orders.status = error", "Broken."),
        ("calendar.find = none; orders.status = ok state late, courier A B", "A B late\n< When?"),
    ],
)
def test_a_stub_answers_in_place_of_the_sample(tmp_path: Path, stub: str, said: str):
    end = "" if "When" in said else "= ended: done\n"
    assert run(tmp_path, f"< Who?\n> lor\n< {said}\n{end}", f", stub: {stub}") == ""


@pytest.mark.parametrize(
    ("stub", "fix"),
    [("orders.statu = none", "Did you mean 'orders.status'?"), ("orders.status = lost", "As in 'stub:")],
)
def test_a_stub_of_nothing_is_told(tmp_path: Path, stub: str, fix: str):
    with pytest.raises(ScenarioErrors) as caught:
        run(tmp_path, "< Who?\n", f", stub: {stub}")
    assert f"tests/x.en.txt:1: '{stub}' stands in for no action. {fix}" in str(caught.value)


MISTAKES = {
    "an outcome nobody handles": (
        None, ("    none: [say: {ru: Нет., en: None.}]\n", ""),
        "task.yaml:9: nothing is said when orders.status ends with 'none'. Add 'none:' with steps.",
    ),
    "an unknown action": (
        None, ("orders.status(", "orders.statu("),
        "task.yaml:9: there is no action 'orders.statu'. Did you mean 'orders.status'?",
    ),
    "an unknown key": (
        ("retry: 3", "rety: 3"), None,
        "actions.yaml:6: 'rety' is not known here. Did you mean 'retry'?",
    ),
    "a value in the host": (
        ("https://shop.example/api", "https://{service}.example/api"), None,
        "actions.yaml:14: 'https://{service}.example/api' doesn't say which server to ask."
        " Begin with https://server/, values only after that.",
    ),
    "a value right after the host": (
        ("https://shop.example/api", "https://shop.example{service}"), None,
        "actions.yaml:14: 'https://shop.example{service}' doesn't say which server to ask."
        " Begin with https://server/, values only after that.",
    ),
    "a value as the user of the host": (
        ("https://shop.example/api", "https://me@shop.example/api"), None,
        "actions.yaml:14: 'https://me@shop.example/api' doesn't say which server to ask."
        " Begin with https://server/, values only after that.",
    ),
    "a file of this machine": (
        ("https://shop.example/api", "file:///etc/passwd"), None,
        "actions.yaml:14: 'file:///etc/passwd' doesn't say which server to ask."
        " Begin with https://server/, values only after that.",
    ),
    "a value it does not take": (
        ("/{service}?", "/{servise}?"), None,
        "actions.yaml:4: 'servise' is not known here. Did you mean 'service'?",
    ),
    "a customer's words in a header": (
        ("Bearer ${GOVORUN_SECRET_ORDERS}", "{service}"), None,
        "actions.yaml:5: 'service' is not known here. Known: —.",
    ),
    "a body of a GET": (
        ("  retry: 3", "  method: GET\n  body: {a: service}"), None,
        "actions.yaml:7: a GET has no body. Write 'method: POST', or put the values into the url.",
    ),
    "an answer that is no path": (
        ("order.state", "order/state"), None,
        "actions.yaml:7: 'order/state' is no place in an answer."
        " Write the names from the outside in: order.items.0.title.",
    ),
    "an unknown reading": (
        ("eta|datetime", "eta|datetme"), None,
        "actions.yaml:7: an answer can't be read as 'datetme'. Did you mean 'datetime'?",
    ),
    "a value it does not give": (
        ("courier: Пётр", "curier: Пётр"), None,
        "actions.yaml:10: 'curier' is not among what it gives. Did you mean 'courier'?",
    ),
    "a sample of no outcome": (
        ("{outcome: none}", "{outcome: nune}"), None,
        "actions.yaml:11: orders.status never ends with 'nune'. Did you mean 'none'?",
    ),
    "a sample of both": (
        ("{outcome: none}", "{outcome: none, ok: {}}"), None,
        "actions.yaml:11: a sample has either 'ok' or 'outcome'. Write {when: …, ok: {…}} or {outcome: none}.",
    ),
    "a status that is none": (
        ("none: 404", "none: 4004"), None,
        "actions.yaml:8: '4004' is not a whole number from 100 to 599. Write it in figures.",
    ),
    "nobody who answers": (
        ("  url: https://shop.example/api\n", ""), None,
        "actions.yaml:12: nobody answers for 'orders.order'. Give its 'url:', or a 'sample:' while there is none.",
    ),
    "a built-in name": (
        ("orders.order:", "calendar.order:"), None,
        "actions.yaml:12: actions of 'calendar' are built in. Choose another first word.",
    ),
    "a sign without its pair": (
        ("{comment}", "{comment"), None,
        "actions.yaml:4: '{' has no pair here. Values are written {name}, secrets ${NAME}, in capitals.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_of_actions_yaml_is_told_with_its_line(tmp_path: Path, mistake: str):
    in_actions, in_steps, said = MISTAKES[mistake]
    actions, steps = ACTIONS, STEPS
    if in_actions:
        assert in_actions[0] in actions
        actions = actions.replace(*in_actions)
    if in_steps:
        steps = steps.replace(*in_steps)
    assert said in told(tmp_path, actions, steps)


def test_timeout_and_retry_of_a_step_are_its_own(tmp_path: Path):
    steps = STEPS.replace("(service)\n", "(service)\n    timeout: 9\n    retry: 0\n", 1)
    assert told(tmp_path, steps=steps) == []
    step = load(tmp_path / "set").scenarios["task"].steps["steps/1"]
    assert (step.timeout, step.retry) == (9.0, 0)  # type: ignore[attr-defined]
