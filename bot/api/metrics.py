"""Figures for Prometheus, and the door to conversations that counts who passes."""

from __future__ import annotations

from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from bot.dialogue.meaning import Expectation
from bot.dialogue.session import Session
from bot.ports import Further, Inbound, Outcome, Turns

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """A registry of its own, so that two apps in one process don't mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter("govorun_turns", "Events taken.", ("channel", "event"), registry=self.registry)
        self.repeated = Counter(
            "govorun_turns_repeated", "Events that came a second time and had no effect.", ("channel",),
            registry=self.registry,
        )  # fmt: skip
        self.failed = Counter(
            "govorun_turn_errors", "Turns that raised, by kind of error.", ("channel", "error"),
            registry=self.registry,
        )  # fmt: skip
        self.seconds = Histogram(
            "govorun_turn_seconds", "From an event to its committed effects.", ("channel",),
            buckets=_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.queue = Gauge("govorun_queue_length", "Conversations waiting for a person.", registry=self.registry)
        self.calls = Gauge("govorun_calls", "Calls under way.", registry=self.registry)
        self.tasks = Gauge(
            "govorun_tasks", "Tasks of the event loop; a number that only grows is a leak.", registry=self.registry
        )
        self.trunks = Gauge("govorun_trunk_up", "Trunks that know us: 1, else 0.", ("trunk",), registry=self.registry)
        self.strangers = Gauge(
            "govorun_sip_refused", "SIP requests from networks that may not call.", registry=self.registry
        )
        self.menu_saved = Gauge(
            "govorun_menu_saved_seconds",
            "Seconds a call that a menu's learnt order saves against the written one, over the latest calls.",
            ("set", "menu"),
            registry=self.registry,
        )
        self.menu_learnt = Gauge(
            "govorun_menu_learnt",
            "1: the menu is announced as learnt; 0: it fell back to the written order, which does better.",
            ("set", "menu"),
            registry=self.registry,
        )
        self.sockets = Gauge("govorun_sockets", "Open sockets of pages.", ("page",), registry=self.registry)
        self.offers = Counter(
            "govorun_browser_calls", "Calls a browser asked for.", ("result",), registry=self.registry
        )

        self.rasa_answers = Counter(
            "govorun_rasa",
            "What was asked of Rasa (understanding, dialogue), by what it came to. understood, said: it served. "
            "fallback, unsure, unknown: it left it to us. The rest: no answer; skipped: left alone after failures.",
            ("what", "result"),
            registry=self.registry,
        )
        self.rasa_seconds = Histogram(
            "govorun_rasa_seconds", "Answers of Rasa.", ("what",), buckets=_SECONDS, registry=self.registry
        )
        self.model = Counter(
            "govorun_language_model",
            "Questions to the language model: asked, skipped (it rests or is busy), answered, failed; and of the "
            "proposals: used, nothing (it had none), refused (it broke the rules).",
            ("result",),
            registry=self.registry,
        )
        self.model_seconds = Histogram(
            "govorun_language_model_seconds", "Until it answered or failed.", buckets=_SECONDS, registry=self.registry
        )

        self.arrivals = Counter(
            "govorun_messenger_arrivals",
            "What people did in messengers, by kind: wrote, pressed, began, spoke, contact, sent, edited, stopped; and "
            "of voice messages, heard or unheard.",
            ("channel", "what"),
            registry=self.registry,
        )
        self.sent = Counter(
            "govorun_messenger_messages",
            "Messages to people: sent; waits: the messenger said when to come back; failed: to be tried again; "
            "blocked: they want none; lost: given up.",
            ("channel", "result"),
            registry=self.registry,
        )
        self.messengers = Gauge(
            "govorun_messenger_up", "Messengers that know us: 1, else 0.", ("channel",), registry=self.registry
        )
        self.unheard = Counter(
            "govorun_unheard",
            "Utterances of callers that nobody could listen to: every recogniser and its queue were taken.",
            registry=self.registry,
        )
        self.prompts = Counter(
            "govorun_prompts",
            "Prompts of calls; ready: they had been rendered before they were wanted.",
            ("ready",),
            registry=self.registry,
        )
        self.call_seconds = Histogram(
            "govorun_call_seconds",
            "Within a call. reply: end of the caller's speech to the first audio of the answer, and its parts: silence "
            "until that was sure, words (recognition after it), turn, sound (synthesis); key: from a key press to the "
            "answer; barge_in: from the caller's voice to the prompt's silence.",
            ("what",),
            buckets=_SECONDS,
            registry=self.registry,
        )

    def heard(self, what: str, milliseconds: float) -> None:
        """What a call measured of itself: "reply_ms", "key_ms", "barge_in_ms"… as in voice.call.Equipment."""
        self.call_seconds.labels(what.removesuffix("_ms")).observe(milliseconds / 1000)

    def prompt(self, ready: bool) -> None:
        self.prompts.labels("yes" if ready else "no").inc()

    def rasa(self, what: str, result: str, seconds: float | None) -> None:
        """As bot.understanding.rasa.servers reports it. "ok" is an answer in time; what it is worth comes after."""
        if result != "ok":
            self.rasa_answers.labels(what, result).inc()
        if seconds is not None and result != "skipped":
            self.rasa_seconds.labels(what).observe(seconds)

    def modelled(self, result: str, seconds: float) -> None:
        """What became of a question to the language model, as in bot.understanding.llm.endpoint."""
        self.model.labels(result).inc()
        if result in ("answered", "failed"):
            self.model_seconds.observe(seconds)

    def menu(self, scenarios: str, name: str, saved: float, learnt: bool) -> None:
        """How the learnt order of a menu does, as in bot.customers.menu.guard."""
        self.menu_saved.labels(scenarios, name).set(saved)
        self.menu_learnt.labels(scenarios, name).set(learnt)

    def text(self) -> bytes:
        return generate_latest(self.registry)


class MeasuredTurns:
    """Turns that are counted and timed; the same door otherwise."""

    def __init__(self, turns: Turns, metrics: Metrics) -> None:
        self._turns = turns
        self._metrics = metrics

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        started = perf_counter()
        try:
            outcome = await self._turns.take(inbound, further)
        except Exception as error:  # whatever it is: counted by its name and passed on, never swallowed
            self._metrics.failed.labels(inbound.channel, type(error).__name__).inc()
            raise
        self._metrics.seconds.labels(inbound.channel).observe(perf_counter() - started)
        self._metrics.turns.labels(inbound.channel, type(inbound.event).__name__).inc()
        if outcome.repeated:
            self._metrics.repeated.labels(inbound.channel).inc()
        return outcome

    def expectation(self, session: Session) -> Expectation:
        return self._turns.expectation(session)
