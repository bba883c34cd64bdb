"""English names, by the words around them: no dictionary knows them all."""

from __future__ import annotations

from bot.dialogue.values import PersonName
from bot.understanding.names import SKIPPED, Word, capitalised
from bot.understanding.numerals_en import WORDS as NUMERALS
from bot.understanding.reading import NOTHING, Reading

_BREAKS = frozenset(
    """
        what when where why how who which want need book cancel appointment doctor today tomorrow price
        cost help operator human agent speak talk not don't dont no maybe nothing know later never
        someone people address open close do does did will would could should have has had go going come
        see make get give take tell ask say said think therapist dentist cardiologist monday tuesday
        wednesday thursday friday saturday sunday time hour visit with about from your are was were be
        been or but if on in at by up down out now then there that they them we us our he she very much
        more too also hungry late busy sick ill tired pain hurts number phone table room pizza order
        delivery same none and i whatever anything something question problem second minute moment wait hold
        repeat again
        skip both blue red green main menu wrong right here speaking calling fine good bad great nice hello hi
        hurts hurt pain back hold left front please thanks second next new old any every each other
        business question necessary possible sure correct true false yes yeah nope ok okay exactly perfect
        whose mine yours his hers its this these those why because while until since before after above below
        still already yet ever always sometimes often maybe perhaps quite rather really only even both either
    """.split()
)


def english_name(words: list[Word], intro: tuple[int, int] | None) -> Reading:
    start = intro[1] if intro else 0
    while start < len(words) and words[start].text in SKIPPED["en"]:
        start += 1
    group: list[Word] = []
    for word in words[start:]:
        if word.text in _BREAKS or not word.text.replace("-", "").isalpha():
            break
        if word.text not in ("last", "first", "family", "name", "surname", "is", "mr", "mrs"):
            group.append(word)
    others = [word for word in words[start + len(group) :] if word.text not in SKIPPED["en"]]
    if not group or len(group) > 4 or (others and intro is None):
        return NOTHING
    if any(len(word.text) < 2 for word in (group[0], group[-1])) or group[0].text in NUMERALS:
        return NOTHING
    names = [capitalised(word.raw) for word in group]
    if len(names) > 2 and names[0] == names[-1]:
        names = names[1:]  # 'Bond, James Bond'
    rest = " ".join(word.text for word in others)
    if _reversed(words):
        names = [*names[1:], names[0]]
    family = names[-1] if len(names) > 1 else ""
    return Reading(value=PersonName(given=" ".join(names[:-1] or names), family=family), rest=rest)


def _reversed(words: list[Word]) -> bool:
    """'last name Smith, first name John'."""
    texts = [word.text for word in words]
    labels = [at for at, text in enumerate(texts) if text in ("last", "surname", "family")]
    firsts = [at for at, text in enumerate(texts) if text == "first"]
    return bool(labels and firsts and labels[0] < firsts[0])
