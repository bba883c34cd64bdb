"""Which agent a browser's cookie is of."""

from __future__ import annotations

from typing import Annotated

from fastapi import Cookie, Depends, Request

from bot.api.doors import House
from bot.api.parts import Parts
from bot.console.sockets import own_site
from bot.desk.agents import Agent
from bot.errors import NotAllowed
from bot.locale import said

COOKIE = "govorun_desk"


async def agent_of(parts: Parts, cookie: str | None) -> Agent | None:
    name = parts.signer.read_agent(cookie)
    return await parts.desk.agent(name) if name else None


async def _on_shift(request: Request, parts: House, govorun_desk: Annotated[str | None, Cookie()] = None) -> Agent:
    """Raises NotAllowed."""
    agent = await agent_of(parts, govorun_desk)
    if agent is None or not own_site(request, parts.site):
        raise NotAllowed(said("log in first", "сначала войдите"), fix="POST /desk/login")
    return agent


OnShift = Annotated[Agent, Depends(_on_shift)]
