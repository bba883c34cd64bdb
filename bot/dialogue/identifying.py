"""Answers to who somebody is: which of a family calls, whether a new name is a new person, whose number it is.

What is one person's is not told to another: of a telephone that several come by nothing is known to the conversation
before it is known who this is, and whoever does not say so is served as nobody we know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialogue import outbound
from bot.dialogue.actions import CheckCode, Learn, SendCode, Speaks
from bot.dialogue.continuing import resumable, resume
from bot.dialogue.events import Chosen, CodeChecked, CodeSent, Event, Identified, Keys, Silence, Utterance
from bot.dialogue.expecting import expects
from bot.dialogue.identity import CODE, ELSE, FOR_ANOTHER, MISTAKE, NAME, NUMBER, alike, ask, is_open, named_of
from bot.dialogue.keypad import read_keys
from bot.dialogue.meaning import Meaning
from bot.dialogue.places import place
from bot.dialogue.proving import closed, proved, waits
from bot.dialogue.repair import PAUSE_S, ask_again, offer
from bot.dialogue.run import Run
from bot.dialogue.session import Identifying, Unfinished
from bot.dialogue.steps import go_on, hand_off
from bot.dialogue.values import Value

TRIES = 2  # answers that say nothing; then who this is stays unknown


def begin(run: Run, unfinished: Unfinished | None, *, quiet: bool) -> None:
    """The conversation begins: with who this is, where several come by this telephone."""
    if is_open(run.session):
        if not quiet:
            ask(run)
        return
    run.quiet = quiet or unfinished is not None
    go_on(run)
    run.quiet = False
    if unfinished and resumable(run, unfinished.stack):
        if unfinished.asked:
            resume(run, unfinished)
            return
        run.change(offer=unfinished if quiet else replace(unfinished, told=True))
        if not quiet:
            offer(run)


def heard(run: Run, event: Event, understood: Callable[[Run, Meaning], None]) -> bool:
    """Whether that was for such a question. understood: takes what was said before its answer."""
    asked = run.session.identifying
    if asked is None or not is_open(run.session) or not isinstance(event, Utterance | Chosen | Keys | Silence):
        return False
    meaning = _meaning(run, event)
    if isinstance(event, Utterance) and meaning.language in run.scenarios.languages and run.session.medium == "text":
        run.change(language=meaning.language)
    return _HEARD[asked.kind](run, asked, meaning, understood)


def _meaning(run: Run, event: Event) -> Meaning:
    if isinstance(event, Keys):
        return read_keys(event.digits, expects(run.session, run.scenarios), run.now, run.session.language)
    if isinstance(event, Chosen):
        return Meaning(option=event.option, yes={"yes": True, "no": False}.get(event.option))
    return event.meaning if isinstance(event, Utterance) else Meaning()


def _who(run: Run, asked: Identifying, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    if not asked.told:  # they spoke first: what they said is for afterwards
        said = meaning if meaning.intent not in (None, "greeting") or meaning.readings else None
        run.change(identifying=replace(asked, meaning=said))
        ask(run)
        return True
    person = _chosen(asked, meaning)
    if person is not None:
        run.actions.append(Speaks(person=person, number=asked.number))
        return True
    if meaning.intent == "operator":
        _nobody(run)
        hand_off(run, reason="asked for a person")
        return True
    if meaning.intent in ("repeat", "slower", "help", "wait", "language"):
        ask(run)
        return True
    if asked.tries + 1 < TRIES:
        kept = meaning if meaning.intents and asked.meaning is None else asked.meaning
        run.change(identifying=replace(asked, tries=asked.tries + 1, meaning=kept))
        ask(run)
        return True
    if not asked.begins:  # they have proven a number, and won't say whose of them it is: nothing of it is theirs
        _unproven(run, asked)
        return True
    _nobody(run)
    begin(run, None, quiet=asked.meaning is not None)
    if asked.meaning is not None:
        understood(run, asked.meaning)
    return True


def _asked_for(run: Run, asked: Identifying, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    """Whoever picked up a call of ours: the one it is for, or somebody else, who hears nothing more."""
    person = asked.persons[0]
    told = meaning.readings[NAME.name].value if NAME.name in meaning.readings else None
    if (told is not None and alike(person.name, told)) or (told is None and meaning.yes and not meaning.proposed):
        run.actions.append(Speaks(person=person.id))
        return True
    if meaning.intent == "wait":  # they are called to the telephone
        run.change(pause_s=PAUSE_S)
        run.say_builtin("wait_ok")
        return True
    if meaning.intent in ("repeat", "slower", "help", "language"):
        ask(run)
        return True
    if told is None and meaning.yes is None and meaning.intent is None and asked.tries + 1 < TRIES:
        run.change(identifying=replace(asked, tries=asked.tries + 1))
        ask(run)
        return True
    run.change(identifying=None)
    if meaning.intent == "do_not_call":  # a telephone rests where one of those who come by it says so
        run.actions.append(Learn(fact="do_not_call", value="always"))
        run.say_builtin("not_called")
    run.say_builtin(outbound.NOT_THE_ONE)
    outbound.unreached(run, "somebody_else", message=False)
    return True


def _chosen(asked: Identifying, meaning: Meaning) -> str | None:
    """Whom they named, "" for somebody new, None for nobody."""
    named = {f"person.{at}": each for at, each in enumerate(named_of(asked), 1)}
    if meaning.option in named:
        return named[str(meaning.option)].id
    told = meaning.readings[NAME.name].value if NAME.name in meaning.readings else None
    if told is not None:
        same = [each.id for each in named.values() if alike(each.name, told)]
        return same[0] if len(same) == 1 else None if same else ""
    return "" if meaning.option == ELSE.id else None


def _nobody(run: Run) -> None:
    run.change(identifying=Identifying(kind="nobody"), customer={}, orders={}, habits={})
    run.actions.append(Speaks(unknown=True))  # before all else: what is asked for them isn't asked for another


def _new_name(run: Run, asked: Identifying, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    if meaning.option is None and meaning.yes is None and not meaning.intents and asked.tries + 1 < TRIES:
        run.change(identifying=replace(asked, tries=asked.tries + 1))
        ask(run)
        return True
    if meaning.option == ELSE.id or (meaning.option is None and meaning.yes):
        run.actions.append(Speaks())
        run.actions.extend(Learn(fact=name, value=value) for name, value in asked.learns.items())
        return True
    run.change(identifying=None)
    if meaning.option == MISTAKE.id:
        run.actions.extend(Learn(fact=name, value=value) for name, value in asked.learns.items())
        run.change(customer={**run.session.customer, **asked.learns})
    elif meaning.option != FOR_ANOTHER.id and meaning.intents:
        understood(run, meaning)  # they speak of something else; nothing is overwritten on a guess
        return True
    go_on(run)
    return True


def _number(run: Run, asked: Identifying, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    reading = meaning.readings.get(NUMBER.name)
    if reading is not None and reading.value == run.session.caller and not asked.proves:
        run.change(identifying=None)
        run.say_builtin("code_needless")
        ask_again(run)
        return True
    if reading is not None and isinstance(reading.value, str):
        run.actions.append(SendCode(number=reading.value))
        return True
    return _given_up(run, asked, meaning)


def _code(run: Run, asked: Identifying, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    reading = meaning.readings.get(CODE.name)
    if reading is not None and isinstance(reading.value, str):
        run.actions.append(CheckCode(number=asked.number, code=reading.value))
        return True
    return _given_up(run, asked, meaning)


def _given_up(run: Run, asked: Identifying, meaning: Meaning) -> bool:
    """Nothing was told. False: they want something else, and the question is put aside."""
    if meaning.intent == "wait":
        run.change(pause_s=PAUSE_S)
        run.say_builtin("wait_ok")
        return True
    if meaning.intent in ("repeat", "slower", "help"):
        ask(run)
        return True
    leaves = () if asked.proves else ("cancel", "back", "menu")
    if meaning.intents and meaning.intent not in (*leaves, "skip"):
        run.change(identifying=closed(asked))
        return False
    if not meaning.intents and meaning.yes is not False and asked.tries + 1 < TRIES:
        run.change(identifying=replace(asked, tries=asked.tries + 1))
        ask(run)
        return True
    if not asked.proves:
        run.say_builtin("code_left")
    _unproven(run, asked)
    return True


def _unproven(run: Run, asked: Identifying) -> None:
    """Back to what was under way; or to what a scenario says of who proves nothing, to a person where it does not."""
    step = waits(run, asked)
    run.change(identifying=closed(asked), coded="")
    run.understood()
    if step is None:
        ask_again(run)
    elif step.unproven is not None:
        run.go(step.unproven)
        go_on(run)
    else:
        run.say_builtin("unproven")
        hand_off(run, reason="who they are is not proven")


_HEARD: Mapping[str, Callable[[Run, Identifying, Meaning, Callable[[Run, Meaning], None]], bool]] = {
    "who": _who,
    "asked_for": _asked_for,
    "new_name": _new_name,
    "number": _number,
    "code": _code,
}


# --- what the world answers ------------------------------------------------------------------------


def sent(run: Run, event: CodeSent) -> None:
    asked = run.session.identifying
    if asked is None or asked.kind not in ("number", "code"):
        return
    if event.why == "no_number":
        run.change(identifying=replace(asked, kind="number", told=True))
        ask(run)
        return
    if event.why:
        run.say_builtin("code_too_often" if event.why == "too_often" else "code_no_way")
        _unproven(run, asked)
        return
    code = Identifying(kind="code", told=True, number=event.number, proves=asked.proves, nobody=asked.nobody)
    run.change(identifying=code, coded=event.number, coded_for=asked.proves, pause_s=PAUSE_S)
    if event.by:
        run.say_builtin("code_sent_there", extra={"place": place(event.by)[run.session.language]})
    elif event.known:
        run.say_builtin("code_sent_known", extra={"ending": event.number[-2:]})
    else:
        run.say_builtin("code_sent")


def checked(run: Run, event: CodeChecked) -> None:
    asked = run.session.identifying
    if asked is None or asked.kind != "code":
        return
    if event.right:
        proven = tuple(dict.fromkeys((*run.session.proven, asked.number)))
        run.change(proven=proven, attested=run.session.attested or event.own, coded="")
        run.say_builtin("code_right")
        return  # what is known now follows
    if event.left:
        run.say_builtin("code_wrong")
        return
    run.say_builtin("code_spent" if asked.proves else "code_over")
    _unproven(run, asked)


def identified(run: Run, event: Identified, understood: Callable[[Run, Meaning], None]) -> None:
    """On with all that is known of this person."""
    asked = run.session.identifying
    begins = asked is not None and asked.begins
    meaning = asked.meaning if asked is not None else None
    learned: Mapping[str, Value] = asked.learns if asked is not None and asked.kind == "new_name" else {}
    if event.persons:
        run.change(
            identifying=Identifying(
                kind="who",
                persons=event.persons,
                number=event.number,
                told=True,
                proves=asked.proves if asked is not None else "",
            )
        )
        ask(run)
        return
    run.change(identifying=None, customer={**event.customer, **learned}, orders=event.orders, habits=event.habits)
    if begins:
        ours = asked is not None and asked.kind == "asked_for"  # we rang about something: what they left open can wait
        begin(run, None if ours else event.unfinished, quiet=meaning is not None)
        if meaning is not None:
            understood(run, meaning)
        return
    if asked is not None and asked.kind == "new_name":
        go_on(run)
        return
    step = waits(run, asked)
    if step is not None and proved(run, step):
        run.understood()
        run.go(step.next)
        go_on(run)
        return
    if event.unfinished is not None and len(run.session.stack) == 1 and resumable(run, event.unfinished.stack):
        run.change(offer=replace(event.unfinished, told=True))
    ask_again(run)
