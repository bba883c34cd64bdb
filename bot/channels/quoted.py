"""Of a mail, the words that its writer wrote now: without what is quoted, without a signature, out of HTML if need be.

Nothing is lost for good: the mail stays in its mailbox. What can't be told from an answer stays one.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

MAX_HTML = 2_000_000  # characters; more is no letter of a person's
SIGNED_WITHIN = 10  # lines from the end that a closing formula may stand in
WRAPPED = 3  # lines that "On … wrote:" may be broken into

_QUOTED = re.compile(r"^\s{0,3}>")
# Whoever is quoted below: "On Mon, 23 Nov 2026 at 10:00, Clinic <info@clinic.example> wrote:", "пн, 23 нояб. 2026 г. в
# 10:00, Клиника <…>:", "Понедельник, 23 ноября 2026, 10:00 +03:00 от Клиника <…>:", "23.11.2026, 10:00, Клиника пишет:"
_WROTE = re.compile(
    r"^\s*(?:"
    r"on\b.{5,300}\bwrote\s*:"
    r"|(?=.{0,100}\d).{5,300}\b(?:написала?|писала?|пишет|wrote|writes)(?:\(а\))?\s*:"
    r"|(?=.{0,100}\d).{5,200}<[^<>\s]+@[^<>\s]+>\s*:"
    r")\s*$",
    re.IGNORECASE,
)
_BEGINS_QUOTE = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|исходное сообщение|пересылаемое сообщение|"
    r"пересланное сообщение|конец пересылаемого сообщения)\s*-*|_{20,})\s*$",
    re.IGNORECASE,
)
# Outlook's head of what it quotes; two lines of it, for one alone may be somebody's own words.
_HEAD_FIRST = re.compile(r"^\s*\*?(?:from|от|от кого)\*?\s*:\*?\s*\S", re.IGNORECASE)
_HEAD_NEXT = re.compile(r"^\s*\*?(?:sent|date|to|subject|cc|отправлено|дата|кому|тема|копия)\*?\s*:\*?", re.IGNORECASE)
_SIGNATURE = re.compile(r"^--\s?$")  # RFC 3676 4.3, and the many who lose its space
_SENT_FROM = re.compile(
    r"^\s*(?:sent from (?:my|mail|yahoo|outlook|proton)\b.{0,80}|get outlook for .{0,40}|"
    r"отправлено (?:с|из|через)\b.{0,100}|(?:--\s*)?отправлено из (?:мобильной|почты).{0,80})\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:с уважением|с наилучшими пожеланиями|с глубоким уважением|всего (?:доброго|наилучшего|хорошего)|"
    r"(?:best|kind|warm)(?: regards| wishes)?|regards|sincerely|yours (?:sincerely|faithfully|truly)|cheers)"
    r"\s*[,.!]?(?:\s+\S+){0,4}\s*$",
    re.IGNORECASE,
)


def own(text: str) -> str:
    """ "" where all of it is quoted."""
    lines = [
        line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(_unsigned(_unquoted(lines)))).strip()


def _unquoted(lines: list[str]) -> list[str]:
    """Without quoted lines wherever they stand, for people answer between them; and without all that follows where a
    whole letter is pasted."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _BEGINS_QUOTE.match(line) or _headed(lines, at):
            break
        taken = _introduces(lines, at)
        if taken:
            at += taken
            if not any(_QUOTED.match(each) for each in lines[at : at + 4]):
                break  # quoted without signs: all that follows is it
            continue
        if not _QUOTED.match(line):
            kept.append(line)
        at += 1
    return kept


def _introduces(lines: list[str], at: int) -> int:
    """How many lines from here say who wrote what follows; 0 for none."""
    if not lines[at].strip() or len(lines[at]) > 300:
        return 0
    for count in range(1, WRAPPED + 1):
        several = lines[at : at + count]
        if len(several) < count or not all(each.strip() for each in several) or any(map(_QUOTED.match, several)):
            return 0
        whole = " ".join(each.strip() for each in several)
        # Several lines are one only where it begins as such a line does, or a sentence above would go with it.
        if _WROTE.match(whole[:600]) and (count == 1 or re.match(r"(?i)on\b|\S+,? \d|\d", whole)):
            return count
    return 0


def _headed(lines: list[str], at: int) -> bool:
    """Outlook and others: "From: … Sent: … To: … Subject: …"."""
    return bool(_HEAD_FIRST.match(lines[at])) and any(_HEAD_NEXT.match(each) for each in lines[at + 1 : at + 3])


def _unsigned(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if _SIGNATURE.match(line) or _SENT_FROM.match(line):
            lines = lines[:at]
            break
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    first = max(1, len(lines) - SIGNED_WITHIN)  # a letter that is nothing but a greeting stays one
    for at in range(first, len(lines)):
        if _CLOSING.match(lines[at]):
            return lines[:at]
    return lines


# --- HTML ----------------------------------------------------------------------------------------

_SKIPPED = {"head", "style", "script", "title", "template", "noscript", "svg"}
_BLOCKS = {"p", "div", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "pre", "hr"}
_EMPTY = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "wbr"}
_QUOTES = ("gmail_quote", "yahoo_quoted", "moz-cite-prefix", "protonmail_quote", "divRplyFwdMsg", "appendonsend")
_SIGNS = ("gmail_signature", "moz-signature", "protonmail_signature")


class _Text(HTMLParser):
    """What a reader sees of it, a line a block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.open: list[tuple[str, bool]] = []  # of each: whether what is in it isn't read

    @property
    def skips(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if not self.skips:
            if tag == "br" or tag in _BLOCKS:
                self.found.append("\n")
            elif tag == "li":
                self.found.append("\n- ")
            elif tag in ("td", "th"):
                self.found.append(" ")
        if tag in _EMPTY:
            return
        marks = f"{told.get('class') or ''} {told.get('id') or ''}"
        hidden = "display:none" in (told.get("style") or "").replace(" ", "").lower()
        skip = tag in _SKIPPED or tag == "blockquote" or hidden or any(each in marks for each in (*_QUOTES, *_SIGNS))
        self.open.append((tag, self.skips or skip))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and not self.skips:
            self.found.append("\n")
        # To the one that it closes; an end without a beginning closes nothing.
        for at in range(len(self.open) - 1, max(-1, len(self.open) - 50), -1):
            if self.open[at][0] == tag:
                del self.open[at:]
                return

    def handle_data(self, data: str) -> None:
        if not self.skips:
            self.found.append(re.sub(r"\s+", " ", data))


def _plainer(html: str) -> str:
    """Without comments and declarations, and without a tag that never ends: HTMLParser raises of some, and looks for
    the end of each to the end of all, for minutes."""
    kept: list[str] = []
    at = 0
    while (start := html.find("<!", at)) >= 0:
        kept.append(html[at:start])
        ending = "-->" if html.startswith("<!--", start) else ">"
        end = html.find(ending, start + 2)
        if end < 0:
            at = len(html)
            break
        at = end + len(ending)
    whole = "".join([*kept, html[at:]])
    last = whole.rfind(">") + 1
    return whole[:last] + whole[last:].partition("<")[0]


def of_html(html: str) -> str:
    parser = _Text()
    parser.feed(_plainer(html[:MAX_HTML]))
    parser.close()
    lines = [" ".join(line.split()) for line in "".join(parser.found).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
