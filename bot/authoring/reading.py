"""Reading values out of a file's tree. Whatever does not fit becomes a Problem, and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.authoring.problems import Problem, latin, listed, near
from bot.authoring.russian import russian
from bot.authoring.tree import Fields, Listing, Node, Text
from bot.dialogue.expressions import Expression, ExpressionError, Template
from bot.dialogue.manner import BargeIn
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt, Wording

LANGUAGES = ("ru", "en")  # of the product
MAX_PROBLEMS = 500  # of one set; nobody reads more, and each costs a search for what was meant
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_YES = {"yes": True, "true": True, "on": True, "да": True, "no": False, "false": False, "off": False, "нет": False}
_WHOLE = re.compile(r"-?\d{1,15}")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,10}")
_SECONDS = re.compile(r"(\d{1,5}(?:[.,]\d{1,3})?)\s*(s|sec|с|сек|ms|мс)?")
SPEECH_AFTER = (0.1, 60.0)  # seconds; nobody is talked at for longer


@dataclass(frozen=True, slots=True)
class Use:
    """An expression as it stands in a file: its names are checked when the whole scenario is known.

    known: names that exist only there, as {title} in a built-in prompt.
    """

    expression: Expression
    node: Node
    known: frozenset[str] = frozenset()


@dataclass(slots=True)
class Reader:
    """One file. languages: of the whole set. problems: shared by the set's readers. uses: expressions met so far.

    prompts, templates, texts: what is said, with the node it stands at; templates are the parts of prompts, texts are
    plain ones by language (titles). rows: a table's, by id. The checks read them.
    """

    file: str
    problems: list[Problem]
    languages: tuple[str, ...] = ("ru", "en")
    uses: list[Use] = field(default_factory=list)
    known: frozenset[str] = frozenset()
    prompts: list[tuple[Prompt, Node]] = field(default_factory=list)
    templates: list[tuple[Template, Node]] = field(default_factory=list)
    texts: list[tuple[Mapping[str, str], Node]] = field(default_factory=list)
    rows: dict[str, Node] = field(default_factory=dict)

    def problem(self, code: str, node: Node, **params: str) -> None:
        if len(self.problems) == MAX_PROBLEMS:
            limit = str(MAX_PROBLEMS)
            more = Problem(file=self.file, line=node.line, code="more_problems", params={"limit": limit})
            self.problems.append(more)
        if len(self.problems) > MAX_PROBLEMS:
            return
        self.problems.append(Problem(file=self.file, line=node.line, column=node.column, code=code, params=params))

    def unknown(self, code: str, node: Node, name: str, known: Iterable[str], **params: str) -> None:
        """A name that isn't there: the nearest one is offered, or all there are."""
        if len(self.problems) > MAX_PROBLEMS:
            return  # likeness costs time
        names = sorted(known)
        if (seen := latin(name)) != name and seen in names:
            self.problem("lookalike", node, name=name, meant=seen)
            return
        self.problem(code, node, name=name, near=near(name, names), known=listed(names) or "—", **params)

    # --- structure ---

    def fields(
        self, node: Node | None, known: Iterable[str], required: Iterable[str] = (), *, open_ended: bool = False
    ) -> dict[str, Node]:
        """A mapping's values by name. Unknown and missing names are reported; open_ended: any name may stand here."""
        if node is None:
            return {}
        if not isinstance(node, Fields):
            self.problem("want_fields", node)
            return {}
        names = tuple(known)
        out: dict[str, Node] = {}
        meant: set[str] = set()  # by a name that is misspelt: it is not missing besides
        for entry in node.entries:
            name = entry.key.value
            if name in names or open_ended:
                out[name] = entry.value
            elif node.inline and name.partition(":")[0] in names:
                key = name.partition(":")[0]
                self.problem("no_space", entry.key, name=key, value=name[:40])
                meant.add(key)
            elif node.inline and isinstance(entry.value, Text) and entry.value.empty:
                self.problem("comma", entry.key, name=name)
            else:
                self.unknown("unknown_key", entry.key, name, names)
                meant.update((latin(name), near(name, names)))
        for name in required:
            if name not in out and name not in meant:
                self.problem("missing_key", node, name=name)
        return out

    def items(self, node: Node | None) -> tuple[Node, ...]:
        """A list's nodes; one value alone counts as a list of one."""
        if node is None or (isinstance(node, Text) and node.empty):
            return ()
        return node.items if isinstance(node, Listing) else (node,)

    def spoken(self, node: Node | None, more: Iterable[str] = ()) -> dict[str, Node]:
        """What is written by language; a language the product speaks and this set doesn't may stay where it is."""
        wanted = (*self.languages, *more)
        fields = self.fields(node, dict.fromkeys((*wanted, *LANGUAGES)))
        return {name: value for name, value in fields.items() if name in wanted}

    # --- scalars ---

    def text(self, node: Node | None) -> str:
        """ "" where there is none, which is reported."""
        if node is None:
            return ""
        if not isinstance(node, Text):
            self.problem("want_text", node)
            return ""
        if node.empty or not node.value.strip():
            self.problem("empty_text", node)
        return " ".join(node.value.split())

    def name(self, node: Node | None, reserved: Iterable[str] = ()) -> str:
        value = self.text(node)
        if node is not None and value:
            if not NAME.fullmatch(value):
                if NAME.fullmatch(latin(value)):
                    self.problem("lookalike", node, name=value, meant=latin(value))
                else:
                    self.problem("bad_name", node, value=value)
            elif value in set(reserved):
                self.problem("reserved_name", node, value=value)
            else:
                return value
        return ""

    def names(self, node: Node | None) -> tuple[tuple[str, Node], ...]:
        if isinstance(node, Text) and len(parts := re.split(r"[,;\s]+", node.value.strip())) > 1:
            self.problem("want_brackets", node, value=node.value[:60], meant=", ".join(parts)[:60])
            return ()
        read = ((self.name(item), item) for item in self.items(node))
        return tuple((name, item) for name, item in read if name)

    def number(self, node: Node | None, low: int, high: int, default: int) -> int:
        if node is None:
            return default
        value = node.value.strip() if isinstance(node, Text) else ""
        if _WHOLE.fullmatch(value) and low <= int(value) <= high:
            return int(value)
        self.problem("want_number", node, value=_shown(node), low=str(low), high=str(high))
        return default

    def amount(self, node: Node | None) -> int | Decimal | None:
        """A number as authors write it, whole or with a point."""
        if node is None:
            return None
        written = node.value.strip() if isinstance(node, Text) else ""
        if _WHOLE.fullmatch(written):
            return int(written)
        if _DECIMAL.fullmatch(written):
            return Decimal(written)
        self.problem("want_amount", node, value=_shown(node))
        return None

    def seconds(self, node: Node | None, low: float, high: float) -> float | None:
        """`4`, `4s`, `4 с`, `1.5s`, `500ms`; None where there is none, or it doesn't fit."""
        if node is None:
            return None
        found = _SECONDS.fullmatch(node.value.strip().lower()) if isinstance(node, Text) else None
        value = float(found[1].replace(",", ".")) / (1000 if found[2] in ("ms", "мс") else 1) if found else None
        if value is None or not low <= value <= high:
            self.problem("want_seconds", node, value=_shown(node), low=f"{low:g}", high=f"{high:g}")
            return None
        return value

    def barge_in(self, node: Node | None) -> BargeIn | None:
        """`allow`, `deny`, `{speech_after: 2s}`."""
        if node is None:
            return None
        if isinstance(node, Fields):
            fields = self.fields(node, ("speech_after",), ("speech_after",))
            after = self.seconds(fields.get("speech_after"), *SPEECH_AFTER)
            return None if after is None else BargeIn(after=after)
        value = node.value.strip() if isinstance(node, Text) else ""
        if value not in ("allow", "deny"):
            self.problem("bad_barge_in", node, value=_shown(node))
            return None
        return BargeIn(speech="deny" if value == "deny" else "allow")

    def yes(self, node: Node | None, default: bool) -> bool:
        if node is None:
            return default
        value = node.value.strip().lower() if isinstance(node, Text) else ""
        if value not in _YES:
            self.problem("want_yes", node, value=_shown(node))
        return _YES.get(value, default)

    def one_of(self, node: Node | None, known: Sequence[str], default: str) -> str:
        if node is None:
            return default
        value = node.value.strip() if isinstance(node, Text) else ""
        if value in known:
            return value
        self.problem("want_one_of", node, value=_shown(node), near=near(value, known), known=listed(known))
        return default

    def value(self, node: Node) -> Value:
        """Business data as it is: numbers, yes/no, texts, lists, mappings."""
        if isinstance(node, Fields):
            return {entry.key.value: self.value(entry.value) for entry in node.entries}
        if isinstance(node, Listing):
            return tuple(self.value(item) for item in node.items)
        assert isinstance(node, Text)
        if node.empty:
            return None
        written = " ".join(node.value.split())
        if node.quoted:
            return written
        if _WHOLE.fullmatch(written):
            return int(written)
        if _DECIMAL.fullmatch(written):
            return Decimal(written)
        return _YES[written] if written in ("true", "false", "yes", "no") else written

    # --- what is said ---

    def by_language(self, node: Node | None) -> dict[str, str]:
        """A plain text in every language of the set; one text alone must be the same in all."""
        if node is None:
            return {}
        if isinstance(node, Text):
            value = self.text(node)
            self._alone(node, value)
            texts = dict.fromkeys(self.languages, value)
        else:
            fields = self.spoken(node)
            self._whole(node, fields)
            texts = {language: self.text(fields[language]) for language in self.languages if language in fields}
        self.texts.append((texts, node))
        return texts

    def synonyms(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        return {
            language: tuple(text for item in self.items(value) if (text := self.text(item)))
            for language, value in self.spoken(node).items()
        }

    def words(self, node: Node | None) -> dict[str, tuple[str, ...]]:
        """Words by language, in every language of the set."""
        found = self.synonyms(node)
        if isinstance(node, Fields):
            self._whole(node, dict.fromkeys(found, node))
        return found

    def prompt(self, node: Node, ident: str, known: Iterable[str] = ()) -> Prompt:
        """A prompt in every language: a text, variants by attempt, or {text, voice} where ear and eye differ."""
        names = frozenset(known)
        if isinstance(node, Text):
            template = self.template(node, names)
            self._alone(node, "".join(part for part in template.parts if isinstance(part, str)))
            wording = Wording(text=(template,))
            return self._said(Prompt(id=ident, wordings=dict.fromkeys(self.languages, wording)), node)
        if not isinstance(node, Fields):
            self.problem("want_fields", node)
            return blank(ident, self.languages)
        if node.inline and len(node.entries) == 1 and node.entries[0].key.value not in (*self.languages, *LANGUAGES):
            self.problem("want_text", node)  # {service} without quotes is a mapping to YAML
            return blank(ident, self.languages)
        fields = self.spoken(node, ("barge_in",))
        barge_in = self.barge_in(fields.pop("barge_in", None))
        self._whole(node, fields)
        wordings = {language: self.wording(value, names) for language, value in fields.items()}
        made = Prompt(
            id=ident,
            wordings=wordings or blank(ident, self.languages).wordings,
            barge_in=barge_in,
        )
        return self._said(made, node)

    def _said(self, prompt: Prompt, node: Node) -> Prompt:
        self.prompts.append((prompt, node))
        return prompt

    def wording(self, node: Node, known: frozenset[str]) -> Wording:
        if isinstance(node, Fields):
            fields = self.fields(node, ("text", "voice"), ("text",))
            return Wording(
                text=self._variants(fields.get("text"), known),
                voice=self._variants(fields["voice"], known) if "voice" in fields else (),
            )
        text: list[Template] = []
        voice: list[Template] = []
        for item in self.items(node):
            if isinstance(item, Fields):
                inner = self.wording(item, known)
                text.append(inner.text[0])
                voice.append((inner.voice or inner.text)[0])
            else:
                text.append(self.template(item, known))
                voice.append(text[-1])
        if not text:
            self.problem("empty_text", node)
            return Wording(text=(_EMPTY,))
        return Wording(text=tuple(text), voice=tuple(voice) if voice != text else ())

    def _variants(self, node: Node | None, known: frozenset[str]) -> tuple[Template, ...]:
        return tuple(self.template(item, known) for item in self.items(node)) or (_EMPTY,)

    def template(self, node: Node, known: frozenset[str] = frozenset()) -> Template:
        source = self.text(node)
        if not source:
            return _EMPTY
        try:
            template = Template.parse(source)
        except ExpressionError as error:
            self._bad(node, error)
            return _EMPTY
        self.templates.append((template, node))
        self.uses.extend(Use(expression, node, known | self.known) for expression in template.expressions)
        return template

    def expression(self, node: Node | None, source: str | None = None) -> Expression | None:
        if node is None:
            return None
        written = self.text(node) if source is None else source
        if not written:
            return None
        try:
            expression = Expression.parse(written)
        except ExpressionError as error:
            self._bad(node, error)
            return None
        self.use(expression, node)
        return expression

    def use(self, expression: Expression, node: Node) -> None:
        self.uses.append(Use(expression, node, self.known))

    def _bad(self, node: Node, error: ExpressionError) -> None:
        words = {"what": error.what, "fix": error.fix}
        russian_words = {f"{name}_ru": russian(text) for name, text in words.items()}
        self.problem("bad_template", node, at=str(error.column), **words, **russian_words)

    def _alone(self, node: Text, words: str) -> None:
        """One text serves several languages only where there is nothing to translate in it."""
        if len(self.languages) > 1 and any(character.isalpha() for character in words):
            self.problem("one_text", node, first=self.languages[0], second=self.languages[1])

    def _whole(self, node: Node, fields: Mapping[str, Node]) -> None:
        for language in self.languages:
            if language not in fields:
                self.problem("no_language", node, name=language, known=listed(self.languages))


_EMPTY = Template("", ())


def blank(ident: str, languages: Iterable[str]) -> Prompt:
    return Prompt(id=ident, wordings={language: Wording(text=(_EMPTY,)) for language in languages})


def _shown(node: Node) -> str:
    return node.value[:40] if isinstance(node, Text) else "…"
