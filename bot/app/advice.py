"""The language model, where the settings name one: an endpoint for the process, a wrapper for each set."""

from __future__ import annotations

from collections.abc import Callable

from bot.dialogue.scenario import ScenarioSet
from bot.ports import Nlu
from bot.settings import Settings
from bot.understanding.later import LaterNlu
from bot.understanding.llm import Endpoint, ProposingNlu
from bot.understanding.llm.endpoint import Told


def endpoint(settings: Settings, told: Told | None = None) -> Endpoint | None:
    """None where none is set. Raises SettingsError."""
    if not settings.llm_url:
        return None
    return Endpoint(
        settings.llm_url,
        settings.llm_model,
        key=settings.llm_key.get_secret_value() if settings.llm_key else "",
        plain_http=settings.llm_plain_http,
        seconds={"text": settings.llm_timeout_s, "voice": settings.llm_voice_timeout_s},
        told=told,
    )


Around = Callable[[LaterNlu, ScenarioSet], Nlu]


def over(model: Endpoint, settings: Settings, first: Around | None = None) -> Around:
    """Puts it around a set's understanding, and around what goes around that first."""

    def put(nlu: LaterNlu, scenarios: ScenarioSet) -> Nlu:
        inner = first(nlu, scenarios) if first else nlu
        return ProposingNlu(inner, scenarios, model, below=settings.llm_below)

    return put
