"""Whether a mail comes from the domain that it says it comes from, by the word of our own mail server (RFC 8601)."""

from __future__ import annotations

from collections.abc import Sequence

_PROPERTIES = ("header.d", "header.i", "header.from", "smtp.mailfrom")


def vouched(told: Sequence[str], authserv: str, domain: str) -> bool:
    """told: the Authentication-Results of a mail as they came, topmost first. authserv: our own server's name in them.
    domain: of From.

    True where that server found DMARC passed, or DKIM or SPF of that very domain. What others wrote into the header
    before it reached us is believed by nobody: theirs bears another name, and stands below ours.
    """
    for value in told:
        name, *results = _statements(value) or [[]]
        if (name or [""])[0].lower().rstrip(".") != authserv.lower().rstrip("."):
            continue
        return any(_passes(each, domain) for each in results)  # the topmost of ours alone
    return False


def _statements(value: str) -> list[list[str]]:
    """The words between semicolons, without comments. A sender chooses much of what stands there: what they put into
    quotes or a comment is one word or none, whatever it looks like. [] where that can't be told."""
    found: list[list[str]] = [[]]
    word, quoted, depth, skip = "", False, 0, False
    for char in f"{value};":
        if skip:
            word, skip = (word + char if quoted else word), False
        elif char == "\\" and (quoted or depth):
            skip = True
        elif depth:
            depth += {"(": 1, ")": -1}.get(char, 0)
        elif char == '"':
            quoted = not quoted
        elif quoted:
            word += char
        elif char == "(" or char == ";" or char.isspace():
            if word:
                _add(found[-1], word)
            word, depth = "", int(char == "(")
            if char == ";":
                found.append([])
        else:
            word += char
    return [] if quoted or depth else found


def _add(words: list[str], word: str) -> None:
    """Space may stand around the equals sign."""
    if words and ((word.startswith("=") and "=" not in words[-1]) or words[-1].find("=") == len(words[-1]) - 1):
        words[-1] += word
    else:
        words.append(word)


def _passes(result: Sequence[str], domain: str) -> bool:
    method, _, verdict = (result[0] if result else "").lower().partition("=")
    if method.partition("/")[0] not in ("dmarc", "dkim", "spf") or verdict != "pass":
        return False
    told: dict[str, str] = {}
    for word in result[1:]:
        key, _, value = word.lower().partition("=")
        if key not in _PROPERTIES:
            continue
        if key in told:
            return False  # one of the two is somebody's who wants to be taken for another
        told[key] = value.rpartition("@")[2].rstrip(".")
    if method.startswith("dmarc"):
        return told.get("header.from", domain) == domain
    if method.startswith("dkim"):
        return domain in (told.get("header.d"), told.get("header.i"))
    return told.get("smtp.mailfrom", "") == domain
