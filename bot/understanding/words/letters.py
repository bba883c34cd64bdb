"""Letters as people say them: 'вэ', 'эс', 'а как анна', 'double u', 'b for bravo', 'j o h n'."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.understanding.reading import Lang

_RU_NAMES = """
а:а б:бэ|бе в:вэ|ве г:гэ|ге д:дэ|де е:е ж:жэ|же з:зэ|зе и:и й:ий к:ка|кэ л:эль|эл|ль м:эм н:эн о:о п:пэ|пе р:эр|рэ с:эс
т:тэ|те у:у ф:эф|фэ х:ха|хэ ц:цэ|це ч:че|чэ ш:ша|шэ щ:ща ъ:ъ ы:ы ь:ь э:э ю:ю я:я
"""
# Of no standard, but what operators say (and Е as Елена, Й as 'и краткая').
_RU_WORDS = """
а:анна|алексей|антон|аня|андрей|артем|арбуз б:борис|богдан в:василий|виктор|вера|владимир|вася
г:григорий|галина|геннадий д:дмитрий|дарья|денис|дима|даша е:елена|евгений|егор|екатерина|ева ж:женя|жук|жанна
з:зинаида|зоя и:иван|ирина|игорь к:константин|кирилл|катя|ксения|костя л:леонид|людмила|лена|лев|люба
м:михаил|мария|маша|миша|максим н:николай|наталья|никита|наташа|нина|надежда о:ольга|олег|оля п:павел|петр|полина|паша
р:роман|руслан|рита|раиса с:семен|сергей|светлана|степан|саша|света т:татьяна|тимофей|таня|тамара
у:ульяна ф:федор
х:харитон ц:цапля ч:человек ш:шура щ:щука э:эхо|эдуард ю:юрий|юлия я:яков|яна
"""
# Latin letters as Russians call them.
_LATIN_IN_RUSSIAN = """
a:эй b:би c:си d:ди f:эф g:джи h:эйч|аш i:ай j:джей|йот|жи k:кей l:эл m:эм n:эн p:пи q:кью|ку r:ар s:эс t:ти u:ю
v:ви w:даблю|дабл-ю
x:икс|экс y:игрек|уай z:зет|зэт|зед
"""
_EN_NAMES = """
a:a|ay b:b|bee c:c|cee|see d:d|dee e:e f:f|ef g:g|gee h:h|aitch|haitch i:i j:j|jay k:k|kay l:l|el m:m|em n:n|en o:o
p:p|pee
q:q|cue|queue r:r|ar s:s|ess t:t|tee u:u v:v|vee w:w x:x|ex y:y|wye z:z|zee|zed
"""
# The ICAO alphabet, Annex 10.
_EN_WORDS = """
a:alpha|alfa|apple b:bravo|boy c:charlie d:delta|dog e:echo|edward f:foxtrot|frank g:golf|george h:hotel|henry i:india
j:juliet|juliett|john k:kilo|king l:lima m:mike|mary n:november|nancy o:oscar p:papa|peter q:quebec|queen r:romeo|robert
s:sierra|sam t:tango|tom u:uniform v:victor w:whiskey|whisky|william x:xray y:yankee z:zulu|zebra
"""


def _table(*texts: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        for entry in text.split():
            letter, _, names = entry.partition(":")
            for name in names.split("|"):
                found.setdefault(name, letter)
    return found


NAMES: Mapping[Lang, Mapping[str, str]] = {
    "ru": {**_table(_LATIN_IN_RUSSIAN), **_table(_RU_NAMES)},  # 'эс' is a Russian letter where nobody said Latin
    "en": _table(_EN_NAMES),
}
WORDS: Mapping[Lang, Mapping[str, str]] = {"ru": _table(_RU_WORDS), "en": _table(_EN_WORDS)}
_LIKE: Mapping[Lang, frozenset[str]] = {
    "ru": frozenset(("как", "слово", "словно")),
    "en": frozenset(("as", "for", "like", "is")),
}
# What a Russian letter is in an address, by its sound; and Russian letters on a plate, by their shape.
_BY_SOUND = str.maketrans("абвгдезиклмнопрстуфхцыэюяй", "abvgdeziklmnoprstufhcyeuay")
_BY_SHAPE = str.maketrans("авекмнорстух", "abekmhopctyx")


def letter(words: Sequence[str], at: int, lang: Lang, *, words_too: bool = True) -> tuple[str, int] | None:
    """The letter said at this place, lower case, and the place after it; None where none is.

    words: normalised. words_too: 'анна', 'bravo' alone stand for their letter; 'а как анна' does anyway.
    """
    if not 0 <= at < len(words):
        return None
    found = _named(words, at, lang)
    if found is not None:
        return found[0], _explained(words, found[1], found[0], lang)
    meant = WORDS[lang].get(words[at])
    return (meant, at + 1) if meant and words_too else None


def _named(words: Sequence[str], at: int, lang: Lang) -> tuple[str, int] | None:
    word = words[at]
    after = words[at + 1] if at + 1 < len(words) else ""
    if lang == "en":
        if word == "double" and after in ("u", "you"):
            return "w", at + 2
        if word in ("x", "ex") and after == "ray":
            return "x", at + 2
    elif word in ("и", "й") and after.startswith("кратк"):
        return "й", at + 2
    elif word in ("твердый", "мягкий") and after == "знак":
        return ("ъ" if word == "твердый" else "ь"), at + 2
    elif word in ("дубль", "дабл", "дабль") and after in ("вэ", "в", "ве", "ю"):
        return "w", at + 2
    if len(word) == 1 and word.isalpha():
        return word, at + 1
    found = NAMES[lang].get(word)
    return (found, at + 1) if found else None


def _explained(words: Sequence[str], at: int, meant: str, lang: Lang) -> int:
    """The place after 'как анна', 'for bravo', 'as in apple': a word that begins with the letter just said."""
    here = at
    if here < len(words) and words[here] in _LIKE[lang]:
        here += 1
        here += here < len(words) and words[here] == "in"
        if here < len(words) and words[here].startswith(meant) and len(words[here]) > 1:
            return here + 1
        return at
    told = WORDS[lang].get(words[here]) if here < len(words) else None
    return here + 1 if told == meant else at


def spelled(words: Sequence[str], start: int, lang: Lang, *, words_too: bool = True) -> tuple[str, int]:
    """All letters that follow one another from here, and the place after them."""
    at, found = start, ""
    while (one := letter(words, at, lang, words_too=words_too)) is not None:
        found, at = found + one[0], one[1]
    return found, at


def latin(letter: str) -> str:
    """The Latin letter that is meant by a Russian one in an address: 'эс' is s, 'вэ' is v."""
    return letter.translate(_BY_SOUND)


def in_latin(code: str) -> str:
    """Letters whose names are alike in both alphabets as Latin ones: 'Ф', 'С', 'М' are F, S, M."""
    return code.lower().translate(_BY_SOUND).upper()


def shaped(text: str) -> str:
    """Russian letters as the Latin ones of the same shape: 'а123вс' and 'a123bc' are one plate."""
    return text.lower().translate(_BY_SHAPE)
