"""`also:` and `interrupt:` of the steps that ask: what is understood only there, and what may leave it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.authoring import golden
from bot.authoring.load import check, load
from bot.backends.calendar import Calendar
from bot.understanding.nlu import BuiltinNlu
from tests.authoring.small import changed, write

BENCH = golden.in_memory(lambda business: {"calendar": Calendar(business)})
ALSO = """\
  - collect: service
    also:
      dont_know:
        title: {ru: Не знаю, en: I'm not sure}
        key: 9
        phrases:
          ru: [не знаю к кому, не знаю, кто мне нужен, без разницы, сами решите]
          en: [I'm not sure, I don't know whom I need, I don't know, you decide, any doctor]
        steps:
          - say: {ru: Тогда к лору., en: Then the ENT.}
          - set: {service: "'lor'"}
      list:
        phrases: {ru: [перечислите всех, кто у вас есть], en: [list them all, who is there]}
        steps:
          - say: {ru: Лор и окулист., en: The ENT and the eye doctor.}
  - collect: [when, name, phone]
"""
BEFORE = "  - collect: [service, when, name, phone]\n"


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., Path]:
    def made(talks: str = "", **files: str) -> Path:
        folder = write(tmp_path / "set", **files)
        (folder / "tests").mkdir(exist_ok=True)
        (folder / "tests" / "talk.en.txt").write_text(talks)
        return folder

    return made


def goes(folder: Path) -> None:
    assert [problem.text() for problem in check(folder)] == []
    assert [result.diff for result in golden.run(folder, nlu=BuiltinNlu.of, bench=BENCH) if result.diff] == []


LOCAL = """\
# words that mean something only here           scenario: booking
> hello
< Which doctor?
> list them all please
< The ENT and the eye doctor.
< Which doctor?
> I really don't know whom I need
< Then the ENT.
< When?

# a button
< How can I help?
> (Book)
< Which doctor?
> (I'm not sure)
< Then the ENT.
< When?
> list them all
< Sorry, I didn't get that.
< When?

# a key           channel: voice
< How can I help?
< Book — one.
< Address — two.
> [1]
< Which doctor?
> [9]
< Then the ENT.
< When?

# a key typed in a chat
< How can I help?
> 1
< Which doctor?
> 9
< Then the ENT.
< When?
"""


def test_local_phrases_buttons_and_keys_are_understood_at_their_step_and_nowhere_else(shop):
    folder = shop(LOCAL, booking=changed("booking", BEFORE, ALSO))
    assert "booking:steps/0.list" not in load(folder).phrases
    goes(folder)


CONFIRM = """\
    change: any
    also:
      later:
        phrases: {ru: [я перезвоню, решу позже], en: [I'll call you back, I'll decide later]}
        steps:
          - say: {ru: Ждём., en: We'll wait.}
          - stop:
"""
LATER = """\
# a confirmation is answered in a way of its own           scenario: booking
> I need an ENT tomorrow at noon, Anna Smith, 89051234567
< ENT, right?
> no, I'll decide later
< We'll wait.
= ended: done
"""


def test_a_confirmation_may_be_answered_in_a_way_of_its_own(shop):
    goes(shop(LATER, booking=changed("booking", "    change: any\n", CONFIRM)))


WRONG = (
    ("        key: 9\n", "        key: 1\n", "key 1 already means 'lor'"),
    ("          en: [I'm not sure,", "          en: [list them all, I'm not sure,", "also a phrase of"),
    ("        steps:\n          - say: {ru: Лор", "        stpes:\n          - say: {ru: Лор", "Did you mean 'steps'?"),
    (
        "        phrases: {ru: [перечислите всех, кто у вас есть], en: [list them all, who is there]}\n",
        "",
        "nobody can say or choose 'list'",
    ),
    ("collect: service\n", "collect: [service, phone]\n", "key 9 already means 'phone'"),
    ("collect: service\n", "collect: service\n    interrupt: never\n", "'never'"),
)


@pytest.mark.parametrize(("before", "after", "told"), WRONG)
def test_a_mistake_in_what_a_step_understands_is_told(shop, before: str, after: str, told: str):
    assert before in ALSO
    found = [
        problem.text()
        for problem in check(shop("", booking=changed("booking", BEFORE, ALSO.replace(before, after, 1))))
    ]
    assert any(told in problem for problem in found), found


GUARDED = """\
# a wish for something else is put off           scenario: booking
> I'd like an ENT
< When?
> where are you
< Let's finish this first: booking.
< When?
> tomorrow at noon
< Name?
> where are you
< Shall we leave “booking” and go to “address”?
> no
< Name?
> where are you
< Shall we leave “booking” and go to “address”?
> [1]
< Garden Street
< Name?
> where are you
< Shall we leave “booking” and go to “address”?
> what?
< Shall we leave “booking” and go to “address”?
> what is the capital of France
< Sorry, I didn't get that.
< Shall we leave “booking” and go to “address”?
> Anna Smith
< Phone?
"""


def test_a_step_may_refuse_to_be_left_or_ask_first(shop):
    first, then = "  - collect: [service, when]\n    interrupt: deny\n", "  - collect: name\n    interrupt: confirm\n"
    goes(shop(GUARDED, booking=changed("booking", BEFORE, f"{first}{then}  - collect: phone\n")))
