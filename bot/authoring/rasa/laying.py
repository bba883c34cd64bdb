"""A tree of Rasa's steps as steps of ours: responses are said, forms collected, and where the customer's next words
decide, a question with its ways.

only yes or no may follow          a yesno slot, asked with what was said last; if: … then: … else: …
values ("inform") follow           that slot, asked likewise
other intents follow               a menu: a way each, with the intent's examples as phrases of that very step
in the midst of a form             also: of its collect; "stop" ends it, all else asks again
two values of a known slot         if: or case:
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.authoring.rasa.following import BUILT_IN, OF_RASA, YES_NO, Following, Node, merged
from bot.authoring.rasa.naming import safe, title, unique
from bot.authoring.rasa.notes import Notes
from bot.authoring.rasa.project import Project, RasaSlot, Response
from bot.authoring.rasa.questions import Questions
from bot.authoring.rasa.wording import Wording

TURNS = 8  # of one story, one within the other; who nests deeper wants scenarios of their own
STEPS = 400  # of one scenario
_OPEN: Mapping[str, Mapping[str, str]] = {
    "ru": {"yesno": "Верно?", "choose": "Что дальше?"},
    "en": {"yesno": "Is that right?", "choose": "What next?"},
}

Laid = list[dict[str, Any]]


@dataclass(slots=True)
class Laying:
    """Of one scenario. slots: it adds what it asks for. starts: intent -> the scenario it begins. bare: whether an
    intent's examples only bring values."""

    project: Project
    following: Following
    wording: Wording
    questions: Questions
    notes: Notes
    slots: dict[str, Any]
    starts: Mapping[str, str]
    bare: Callable[[str], bool]
    _last: str = ""  # the response said last
    _ids: set[str] = field(default_factory=set)
    _menus: set[str] = field(default_factory=set)
    _made: int = 0

    def laid(self, nodes: Sequence[Node], *, turns: int = 0, form: str = "") -> Laid:
        """form: the one in whose midst this is."""
        out: Laid = []
        waiting: list[Node] = []
        rest = list(nodes)
        while rest:
            rest, way = self._decided(rest, turns, form)
            if way:
                out += way
                break
            users = [node for node in rest if node.step.customers]
            bots = [node for node in rest if not node.step.customers]
            waiting = merged(waiting, users)
            if not bots:
                break
            node = bots[0]
            for other in bots[1:]:
                self.notes.add("conflict", other.step.name, place=other.step.place)
            step = node.step
            rest = node.then
            if step.kind == "loop" and step.name == form:
                return out  # it goes on asking
            if step.kind == "loop" and not step.name and form:
                return [*out, *self.laid(rest, turns=turns), {"stop": None}]
            if step.kind == "loop" and step.name:
                rest = self._form(step.name, rest, out, turns)
            elif step.kind == "said":
                self._last = ""
                out.append(self._say(step.name, step.place))
            elif step.kind == "action" and step.name in self.project.responses:
                out += self._response(step.name)
                rest = merged(rest, self.following.after.get(step.name, ()))
            elif step.kind == "action" and step.name not in OF_RASA:
                self.notes.add("action", step.name, place=step.place)
                rest = merged(rest, self.following.after.get(step.name, ()))
        self._made += len(out)
        return self._turn(out, waiting, turns, form) if waiting else self._offer(out)

    # --- what is said ---

    def _say(self, text: str, place: str) -> dict[str, Any]:
        return {"say": {self.wording.language: self.wording.prompt(text, self.slots, place)}}

    def _response(self, name: str) -> Laid:
        response = self.project.responses[name]
        place = self.project.places.get(("response", name), "")
        if response.other:
            self.notes.add("content", name, place=place)
        if len(response.texts) > 1:
            self.notes.add("variations", name, len(response.texts) - 1, place)
        if not response.texts:
            return []
        self._last = name
        return [self._say(response.texts[0], place)]

    def items(self, response: Response, place: str = "") -> dict[str, Any]:
        """Buttons that begin a scenario, as a menu's items."""
        items: dict[str, Any] = {}
        for button in response.buttons:
            name = self.starts.get(intent_of(button.payload))
            if name is None:
                self.notes.add("button", button.title, place=place)
                continue
            key = {"key": len(items) + 1} if len(items) < 9 else {}
            items.setdefault(name, {"title": {self.wording.language: button.title}, **key, "start": name})
        return items

    def _offer(self, out: Laid) -> Laid:
        """What was said last with its buttons, where they begin scenarios."""
        response = self.project.responses.get(self._last, Response())
        if not out or "say" not in out[-1] or not response.buttons:
            return out
        items = self.items(response, self.project.places.get(("response", self._last), ""))
        if not items:
            return out
        menu = self._menu(self._last)
        return [*out[:-1], {"choose": out[-1]["say"], "menu": menu, "items": items}]

    def _menu(self, name: str) -> str:
        found = unique(f"menu_{safe(name) or 'next'}", self._menus, "menu")
        self._menus.add(found)
        return found

    # --- forms ---

    def _form(self, form: str, then: Sequence[Node], out: Laid, turns: int) -> list[Node]:
        """Its slots, into out; what follows when all is told."""
        names = [self.questions.slot(form, each, self.slots) for each in self.project.forms[form]]
        ends = [node for node in then if node.step.kind == "loop" and not node.step.name]
        others = [node for node in then if node not in ends and not node.step.customers]
        spoken = merged(self.following.within.get(form, ()), (node for node in then if node.step.customers))
        also: dict[str, Any] = {}
        for node in spoken if turns < TURNS else ():
            intent = node.step.name
            if BUILT_IN.get(intent) or self.bare(intent):
                continue
            steps = self.laid(node.then, turns=turns + 1, form=form)
            phrases = self.wording.said(intent, self.slots)
            begun = self.following.begins.get(intent)
            if (
                not steps
                or not phrases
                or (begun is not None and steps == self.laid(begun, turns=turns + 1, form=form))
            ):
                continue  # a digression like any other
            also[unique(safe(intent), also, "said")] = {
                "phrases": {self.wording.language: phrases}, "steps": steps
            }  # fmt: skip
        if names:
            out.append({"collect": names, **({"also": also} if also else {})})
        self._last = ""
        rest = merged(*(node.then for node in ends), others)
        return rest or list(self.following.full.get(form, ()))

    # --- the customer's turn ---

    def _turn(self, out: Laid, users: Sequence[Node], turns: int, form: str) -> Laid:
        if turns >= TURNS or self._made > STEPS:
            self.notes.add("deep", users[0].step.name, place=users[0].step.place)
            return self._offer(out)
        last = self._last
        kinds = {node.step.name: BUILT_IN.get(node.step.name, "") for node in users}
        either = [node for node in users if kinds[node.step.name] in YES_NO]
        values = [node for node in users if not kinds[node.step.name] and self.bare(node.step.name)]
        wishes = [node for node in users if not kinds[node.step.name] and node not in values]
        if values and not either and not wishes:
            return self._value(out, values, turns, form)
        for node in values:
            self.notes.add("conflict", node.step.name, place=node.step.place)
        ways: dict[str, tuple[Node, Laid]] = {}
        for node in wishes:
            laid = self.laid(node.then, turns=turns + 1, form=form)
            if laid:
                ways[node.step.name] = node, laid
            elif node.then and node.step.name not in self.starts:
                self.notes.add("later", node.step.name, place=node.step.place)
        self._last = last
        if either:
            return self._yes_or_no(out, either, ways, turns, form)
        return self._choice(out, ways) if ways else self._offer(out)

    def _yes_or_no(
        self, out: Laid, either: Sequence[Node], ways: Mapping[str, tuple[Node, Laid]], turns: int, form: str
    ) -> Laid:
        asked, last = self._asked(out, "yesno"), self._last
        told = {
            kind: self.laid(
                merged(*(node.then for node in either if BUILT_IN[node.step.name] == kind)), turns=turns + 1, form=form
            )
            for kind in YES_NO
        }
        self._last = last
        if not (told["yes"] or told["no"] or ways):
            self.notes.add("later", either[0].step.name, place=either[0].step.place)
            return self._offer(out)
        if asked is not None:
            out = out[:-1]
        name = unique(safe(last.removeprefix("utter_").removeprefix("ask_")) or "agreed", self._taken(), "agreed")
        self.slots[name] = {"type": "yesno", "ask": asked or {self.wording.language: self._open("yesno")}}
        also = {
            unique(safe(intent), (), "said"): {
                "phrases": {self.wording.language: self.wording.said(intent, self.slots)},
                "steps": [*steps, *([] if _leaves(steps) else [{"stop": None}])],
            }
            for intent, (_, steps) in ways.items()
            if self.wording.said(intent, self.slots)
        }
        out = [*out, {"collect": [name], **({"also": also} if also else {})}]
        if told["yes"]:
            out.append({"if": name, "then": told["yes"], **({"else": told["no"]} if told["no"] else {})})
        elif told["no"]:
            out.append({"if": f"not {name}", "then": told["no"]})
        return out

    def _value(self, out: Laid, values: Sequence[Node], turns: int, form: str) -> Laid:
        """ "In which city?" and a city: the slot that its entities, or what was set then, name."""
        node = values[0]
        for other in values[1:]:
            self.notes.add("conflict", other.step.name, place=other.step.place)
        names = dict.fromkeys(slot.name for slot in self._filled(node.step.entities))
        rest = node.then
        while len(rest) == 1 and rest[0].step.kind == "slot":
            names[rest[0].step.name] = None
            rest = rest[0].then
        if not names:
            self.notes.add("later", node.step.name, place=node.step.place)
            return self._offer(out)
        asked = self._asked(out, "")
        taken = [each for each in names if self.wording.names.get(each, each) not in self.slots]
        if taken and asked is not None:
            out = out[:-1]
        said = next(iter(asked.values()), "") if asked is not None else ""
        ours = [self.questions.slot("", each, self.slots, said if each == (taken or [""])[0] else "") for each in names]
        self._last = ""
        return [*out, {"collect": ours}, *self.laid(rest, turns=turns + 1, form=form)]

    def _filled(self, entities: Sequence[str]) -> list[RasaSlot]:
        return [slot for slot in self.project.slots.values() if set(slot.entities) & set(entities)]

    def _choice(self, out: Laid, ways: Mapping[str, tuple[Node, Laid]]) -> Laid:
        last = self._last
        asked = self._asked(out, "choose")
        if asked is not None:
            out = out[:-1]
        response = self.project.responses.get(last, Response())
        buttons = {intent_of(button.payload): button.title for button in response.buttons}
        order = [each for each in buttons if each in ways] + [each for each in ways if each not in buttons]
        items: dict[str, Any] = {}
        also: dict[str, Any] = {}
        for intent in order:
            _, steps = ways[intent]
            name = unique(safe(intent), items, "way")
            mark = unique(f"said_{name}", self._ids, "said")
            self._ids.add(mark)
            steps[0] = {"id": mark, **steps[0]}
            key = {"key": len(items) + 1} if len(items) < 9 else {}
            called = buttons.get(intent) or title(intent)
            items[name] = {"title": {self.wording.language: called}, **key, "steps": steps}
            if phrases := self.wording.said(intent, self.slots):
                also[f"{name}_said"] = {"phrases": {self.wording.language: phrases}, "steps": [{"go": mark}]}
        for button in response.buttons:
            started = self.starts.get(intent_of(button.payload))
            if intent_of(button.payload) not in ways and started is not None and started not in items:
                key = {"key": len(items) + 1} if len(items) < 9 else {}
                items[started] = {"title": {self.wording.language: button.title}, **key, "start": started}
        step = {
            "choose": asked or {self.wording.language: self._open("choose")},
            "menu": self._menu(last),
            "items": items,
            **({"also": also} if also else {}),
        }
        return [*out, step]

    def _asked(self, out: Laid, kind: str) -> dict[str, str] | None:
        """What was said last, which is the question then."""
        if out and out[-1].keys() <= {"say", "id"} and "say" in out[-1]:
            found: dict[str, str] = out[-1]["say"]
            return found
        return None

    def _open(self, kind: str) -> str:
        return _OPEN[self.wording.language][kind]

    def _taken(self) -> set[str]:
        return {*self.slots, *self.wording.names.values(), *self.project.slots, "and", "or", "not", "in"}

    # --- what slots decide ---

    def _decided(self, nodes: Sequence[Node], turns: int, form: str) -> tuple[list[Node], Laid]:
        """Without steps that say what a slot holds: they are ways where that is known here; else the first is."""
        found = [node for node in nodes if node.step.kind == "slot"]
        if not found:
            return list(nodes), []
        name = found[0].step.name
        same = [node for node in found if node.step.name == name]
        others = [node for node in nodes if node not in same]
        ours = self.wording.names.get(name, "")
        kind = self.slots.get(ours, {}).get("type", "")
        if len(same) > 1 and kind in ("yesno", "choice"):
            ways = {self._value_of(name, node.step.value, kind): node for node in same}
            laid = {value: self.laid(node.then, turns=turns + 1, form=form) for value, node in ways.items()}
            if kind == "yesno" and laid.keys() <= {"yes", "no"} and laid.get("yes"):
                no = laid.get("no")
                return [], [{"if": ours, "then": laid["yes"], **({"else": no} if no else {})}]
            known = {value: steps for value, steps in laid.items() if value and steps}
            if known:
                return [], [{"case": ours, "of": known}]
        for node in same[1:]:
            self.notes.add("depends", name, place=node.step.place)
        return self._decided(merged(same[0].then, others), turns, form)

    def _value_of(self, name: str, value: str, kind: str) -> str:
        if kind == "yesno":
            return {"true": "yes", "false": "no"}.get(value.lower(), "none" if value == "none" else "")
        slot = self.project.slots.get(name, RasaSlot(name=name))
        asked = self.project.responses.get(f"utter_ask_{name}")
        return self.questions.idents(slot, self.questions.values(slot, asked)).get(value, "")


def _leaves(steps: Laid) -> bool:
    return bool(steps) and bool({"stop", "end", "go"} & steps[-1].keys())


def intent_of(payload: str) -> str:
    """ "greet" of "/greet{"name": "Anna"}"; "" for words that are no command."""
    if not payload.startswith("/"):
        return ""
    return payload[1:].partition("{")[0].partition("@")[0].strip()
