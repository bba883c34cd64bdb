"""What a step expects, as a JSGF grammar of English for a recogniser that hears nothing else. PURE.

Each kind of answer has its grammar: yes and no, digits in a row, codes, numbers, money, days and hours; a menu or a
choice is its answers within the words one says around them. What is told freely has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from voice.ports import Hint, Kind

_RULES = {
    "digit": "zero | oh | one | two | three | four | five | six | seven | eight | nine",
    "teen": "ten | eleven | twelve | thirteen | fourteen | fifteen | sixteen | seventeen | eighteen | nineteen",
    "ten": "twenty | thirty | forty | fifty | sixty | seventy | eighty | ninety",
    "pair": "<teen> | <ten> [<digit>]",
    "below_hundred": "<digit> | <pair>",
    "below_thousand": "<below_hundred> | (a | <digit>) hundred [[and] <below_hundred>]",
    "amount": "<below_thousand> | (a | <below_hundred>) thousand [[and] <below_thousand>]",
    "group": "[double | triple] <digit> | <pair>",
    "letter": " | ".join("abcdefghijklmnopqrstuvwxyz"),
    "ordinal": "first | second | third | fourth | fifth | sixth | seventh | eighth | ninth | tenth | eleventh | twelfth"
    " | thirteenth | fourteenth | fifteenth | sixteenth | seventeenth | eighteenth | nineteenth | twentieth"
    " | twenty <unit_th> | thirtieth | thirty first",
    "unit_th": "first | second | third | fourth | fifth | sixth | seventh | eighth | ninth",
    "weekday": "monday | tuesday | wednesday | thursday | friday | saturday | sunday",
    "month": "january | february | march | april | may | june | july | august | september | october | november"
    " | december",
    "day": "today | tomorrow | the day after tomorrow | [on | next | this] <weekday> | [on] [the] <ordinal> [of]"
    " <month> | [on] <month> [the] <ordinal> | in (a | two | three) (day | days | week | weeks)",
    "part": "in the (morning | afternoon | evening) | a m | p m",
    "minutes": "oh <digit> | <pair>",
    "hour": "at noon | noon | at midnight | [at] (half past | [a] quarter (past | to)) <below_hundred> [<part>]"
    " | [at] <below_hundred> [o'clock | <minutes>] [<part>]",
    "moment": "<day> [morning | afternoon | evening] [<hour>] | <hour> [<day>]",
    "please": "please | thanks | thank you",
    "before": "i need | i want | i'd like | i would like | can i have | give me | it's | to | let's say"
    " | i'd like to see | i want to | i need to | i'd like to | could you tell me | tell me | what are"
    " | what is | what's",
    "article": "a | an | the | your | my",
}
_SAID: Mapping[Kind, str] = {
    "yesno": "<answer> [<please>]",
    "digits": "<digit>+ | <group>+",
    "phone": "[plus] <group>+",
    "code": "(<letter> | <group>)+",
    "number": "<amount> | (for | the) <amount> [of us | people] | there will be <amount> of us | just <amount>",
    "money": "<amount> [dollars | pounds | euros] [[and] <below_hundred> [cents | pence]]",
    "date": "<day>",
    "time": "<hour>",
    "datetime": "<moment> [<please>]",
    "menu": "[<before>] [<article>] <answer> [<please>]",
    "choice": "[<before>] [<article>] <answer> [<please>]",
}
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")


def grammar(hint: Hint, known: Callable[[str], bool]) -> str | None:
    """The grammar of what is expected; None where it is told freely, or where nothing expected is in the dictionary.

    known: whether the recogniser's dictionary has the word; an answer with another one can't be heard.
    """
    said = _SAID.get(hint.kind)
    answers = tuple(_spoken(hint.answers, known))
    if said is None or ("<answer>" in said and not answers):
        return None
    rules = {"said": said, "answer": " | ".join(answers)} if answers else {"said": said}
    wanted = _needed(rules | _RULES, "said")
    lines = (f"{'public ' if name == 'said' else ''}<{name}> = {text};" for name, text in wanted.items())
    return "#JSGF V1.0;\ngrammar expected;\n" + "\n".join(lines) + "\n"


def _spoken(answers: Iterable[str], known: Callable[[str], bool]) -> Iterable[str]:
    told = (" ".join(_WORD.findall(answer.lower().replace("’", "'"))) for answer in answers)
    return (each for each in dict.fromkeys(told) if each and all(map(known, each.split())))


def _needed(rules: Mapping[str, str], first: str) -> dict[str, str]:
    """The rule and all that it names, itself first."""
    needed = {first: rules[first]}
    for name in re.findall(r"<(\w+)>", rules[first]):
        if name not in needed:
            needed |= {other: text for other, text in _needed(rules, name).items() if other not in needed}
    return needed
