"""English names, by the words around them: no dictionary knows them all."""

from __future__ import annotations

from bot.dialogue.values import PersonName
from bot.understanding.names.parts import SKIPPED, Word, capitalised, introduction
from bot.understanding.reading import NOTHING, Reading
from bot.understanding.words.numerals_en import WORDS as NUMERALS

BREAKS = frozenset(
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
        without whos whats wheres whens hows huh mhm yup nah usual usually secret reason rather details info form list
        best worst surgeon barber plumber nurse receptionist manager specialist optician catch understand guess hope
        pass thing like id ive ill youre theyre theres heres lets cant couldnt wouldnt shouldnt isnt arent wasnt
        werent didnt doesnt havent hasnt wont anonymous nobody private unknown customer guest whoever everyone thing
        things stuff way kind sort haircut trim manicure pedicure massage checkup exam scan test filling cleaning
        colour color styling service oil tyre tire car cars bike taxi ticket tickets bill account loan card cash money
        payment pay refund cheap expensive free available open closed early soon asap week month year day days hours
        minutes o'clock oclock noon midnight interested bye goodbye cheers sir madam change move reschedule confirm
        continue start finish stop leave try use still already yet ever always sometimes often maybe perhaps quite
        rather really only even both either
    """.split()
)


def english_name(words: list[Word], intro: tuple[int, int] | None) -> Reading:
    words, intro = _put_right(*_without_denied(words, intro))
    if intro is None and words and words[0].text in ("to", "the", "a", "an") and len(words) > 1:
        return NOTHING  # 'to the surgeon'
    start = intro[1] if intro else 0
    while start < len(words) and words[start].text in SKIPPED["en"]:
        start += 1
    group: list[Word] = []
    for word in words[start:]:
        if word.text == "and" and group and {"last", "surname", "family"} & {each.text for each in words}:
            continue  # 'my first name is Nick and my last name is Cave'
        surname = len(group) == 1 and word is words[-1] and word.text in _FAMILIES
        if (word.text in BREAKS and word.text not in _ALSO_NAMES and not surname) or not word.text.replace(
            "-", ""
        ).isalpha():
            break
        if word.text not in ("last", "first", "family", "name", "surname", "is", "mr", "mrs", "my"):
            group.append(word)
    while len(group) > 1 and group[-1].text in _ADDRESSED:
        group.pop()
    if group and group[0].text in _ALSO_NAMES and not _named_so(words[start:]):
        return NOTHING
    words = words[: _letters_from(words)]
    others = [word for word in words[start + len(group) :] if word.text not in SKIPPED["en"]]
    if not group or len(group) > 4 or (others and intro is None):
        return NOTHING
    initials = len(group) > 1 and len(group[-1].text) > 2 and all(len(word.text) == 1 for word in group[:-1])
    if (not initials and any(len(word.text) < 2 for word in (group[0], group[-1]))) or group[0].text in NUMERALS:
        return NOTHING
    names = [capitalised(word.raw) for word in group]
    if len(names) > 2 and names[0] == names[-1]:
        names = names[1:]  # 'Bond, James Bond'
    rest = " ".join(word.text for word in others)
    if _reversed(words):
        names = [*names[1:], names[0]]
    family = names[-1] if len(names) > 1 else ""
    return Reading(value=PersonName(given=" ".join(names[:-1] or names), family=family), rest=rest)


# Words that are names where little else is said: 'will', 'will smith'; 'will you be open' is none.
_FAMILIES = frozenset("green price hope best black moon".split())  # behind a given name: 'jessica green'
_ADDRESSED = frozenset("dear mate bro darling sir madam please thanks".split())
_ALSO_NAMES = frozenset(("will",))


def _without_denied(words: list[Word], intro: tuple[int, int] | None) -> tuple[list[Word], tuple[int, int] | None]:
    """'Not Peter, Paul', 'it's not Peter, it's Paul': what follows the name that is denied."""
    for at, word in enumerate(words[:-2]):
        if word.text == "not" and words[at + 1].text not in BREAKS | SKIPPED["en"]:
            left = words[at + 2 :]
            return left, introduction([each.text for each in left], "en")
    return words, intro


def _put_right(words: list[Word], intro: tuple[int, int] | None) -> tuple[list[Word], tuple[int, int] | None]:
    """'Steve, no sorry, Stephen': what follows the last such words."""
    for at in range(len(words) - 2, 0, -1):
        said = " ".join(word.text for word in words[:at])
        if said.endswith(_AMENDS) and words[at].text not in BREAKS | SKIPPED["en"] | {"sorry", "wait", "mean"}:
            left = words[at:]
            return left, introduction([each.text for each in left], "en")
    last = len(words) - 1
    if last > 0 and " ".join(word.text for word in words[:last]).endswith(_AMENDS) and words[last].text not in BREAKS:
        return words[last:], None
    return words, intro


_AMENDS = (
    " sorry",
    " i mean",
    " no wait",
    " wait no",
    " oh no",
    " or rather",
    " no its",
    " actually its",
    " scratch that",
)


def _named_so(words: list[Word]) -> bool:
    return len(words) <= 2 and all(word.text not in BREAKS for word in words[1:])


def _letters_from(words: list[Word]) -> int:
    """Where 'with an h', 'with two n' begins, which tells how a name is written."""
    for at, word in enumerate(words):
        letters = word.text in ("no", "without") and all(len(each.text) <= 2 for each in words[at + 1 :])
        if (word.text == "with" or (letters and at + 1 < len(words))) and len(words) - at <= 4 and at:
            return at
    return len(words)


def _reversed(words: list[Word]) -> bool:
    """'last name Smith, first name John'."""
    texts = [word.text for word in words]
    labels = [at for at, text in enumerate(texts) if text in ("last", "surname", "family")]
    firsts = [at for at, text in enumerate(texts) if text == "first"]
    return bool(labels and firsts and labels[0] < firsts[0])
