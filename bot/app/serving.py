"""One process that serves: its ports, its signals, and what it tells whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Literal, Protocol

import uvicorn
from fastapi import FastAPI
from rich.console import Console
from rich.markup import escape

from bot.api.parts import Calls, Parts
from bot.app import parts
from bot.app.ears import MessageEars
from bot.app.house import House, build, first_agent
from bot.app.messengers import Messengers
from bot.app.release import release
from bot.app.web import web
from bot.console.sockets import MAX_FRAME
from bot.errors import GovorunError, PortTaken, SettingsError
from bot.locale import said
from bot.settings import Settings

log = logging.getLogger("govorun.serve")

Only = Literal["web", "voice"]


class Server(uvicorn.Server):
    """Uvicorn that leaves signals to us: it would drop calls that are still talking."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises PortTaken, SettingsError: before anything slow has begun."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(2048)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                said("the port is in use", "порт занят"),
                where=f"{host}:{port}",
                fix=said(
                    "Stop what uses it, or choose another with --port",
                    "Остановите того, кто его занял, или выберите другой: --port",
                ),
            ) from error
        if error.errno == errno.EACCES:
            raise SettingsError(
                said("no right to that port", "нет прав на этот порт"),
                where=f"{host}:{port}",
                fix=said("Choose one above 1023 with --port", "Выберите больше 1023: --port"),
            ) from error
        raise SettingsError(
            said(f"can't listen there: {error.strerror or error}", f"там не слушать: {error.strerror or error}"),
            where=f"{host}:{port}",
            fix=said("Check --host", "Проверьте --host"),
        ) from error
    made.set_inheritable(True)
    return made


async def serve(settings: Settings, only: Only | None = None, *, console: Console) -> None:
    """Serve until SIGINT or SIGTERM, then drain. Raises GovorunError where it can't begin.

    `only="voice"` serves no pages, but keeps /health, /ready and /metrics.
    """
    began = time.monotonic()
    with contextlib.closing(listen(settings.host, settings.port)) as door:
        port = door.getsockname()[1]
        with console.status(said("Reading the scenarios…", "Читаю сценарии…")):
            house = await asyncio.to_thread(build, settings)
            login, password = await asyncio.to_thread(first_agent, house)
        made = parts.parts(house, needs_voice=only == "voice")
        voice = None if only == "web" else await _voice(house, made, console)
        server = Server(_config(web(made, settings.max_body, pages=only != "voice"), settings))
        stop, hurry = _signals(server)
        house.told.append(partial(_tell_news, console))
        await house.start()
        messengers = None if only == "voice" else Messengers(house, console=console, ears=_ears(house, voice))
        if messengers is not None:  # a process of the telephone alone has none
            made.messengers = messengers
            messengers.start()
        running = asyncio.create_task(server.serve(sockets=[door]))
        try:
            while not server.started and not running.done():
                await asyncio.sleep(0.01)
            _tell(console, settings, port, only=only, login=login, password=password, house=house, made=made)
            log.info("serving", extra={"port": port, "ms": round((time.monotonic() - began) * 1000)})
            await asyncio.wait({running, asyncio.create_task(stop.wait())}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                told = said(
                    "Finishing what has begun; Ctrl-C again stops at once.",
                    "Даю начатому закончиться; ещё раз Ctrl-C остановит сразу.",
                )
                console.print(told, style="dim", highlight=False)
            house.draining = True
            if voice is not None:
                await _drained(voice, settings.drain_s, hurry)
            server.should_exit = True
            await running
        finally:
            if messengers is not None:
                await messengers.close()
            await house.close()
    log.info("stopped")


def _ears(house: House, voice: Telephone | None) -> MessageEars:
    """For voice messages: those of calls, or their own where this process takes no calls."""
    return MessageEars(house.settings, voice.ears if voice is not None else None)


async def _voice(house: House, made: Parts, console: Console) -> Telephone | None:
    """The voice half, warming in the background; None where its parts aren't here, and what is lost is said.

    Raises PortTaken: a telephone that can't be reached is no telephone.
    """
    try:
        from bot.app.voice import telephone
    except ImportError as error:
        _no_voice(
            console,
            said(
                f"{error.name or error} is missing. Text works. Run `make install`.",
                f"нет {error.name or error}. Текст работает. Наберите `make install`.",
            ),
        )
        return None
    try:
        voice: Telephone = telephone(house)
        await voice.start(console)
    except PortTaken:
        raise
    except GovorunError as error:
        _no_voice(console, said(f"{error.told('en')}. Text works.", f"{error.told('ru')}. Текст работает."))
        return None
    made.calls = voice
    return voice


def _no_voice(console: Console, why: str) -> None:
    console.print(f"[yellow]{said('No voice:', 'Нет голоса:')}[/] {escape(why)}", highlight=False)


class Telephone(Calls, Protocol):
    """What bot.app.voice builds: `Calls` that begin and end with the process."""

    async def start(self, console: Console) -> None:
        """Take the SIP port, then get ready in the background. Raises PortTaken, PartMissing, WeightsMissing."""

    async def ears(self) -> Mapping[str, Any]:
        """Its recognisers by language, once they are warm."""

    async def drain(self, seconds: float) -> None:
        """No new calls; wait for those under way so long, then hang up."""


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws_max_size=MAX_FRAME * 4,  # bytes; a character is four at most
        timeout_graceful_shutdown=max(1, round(settings.drain_s)),
        proxy_headers=bool(settings.public_url),
    )


async def _drained(voice: Telephone, seconds: float, hurry: asyncio.Event) -> None:
    """Let calls finish, unless somebody is in a hurry."""
    draining = asyncio.create_task(voice.drain(seconds))
    hurried = asyncio.create_task(hurry.wait())
    await asyncio.wait({draining, hurried}, return_when=asyncio.FIRST_COMPLETED)
    hurried.cancel()
    if not draining.done():
        draining.cancel()
        await asyncio.gather(draining, return_exceptions=True)
        draining = asyncio.create_task(voice.drain(0))
    await draining


def _signals(server: Server) -> tuple[asyncio.Event, asyncio.Event]:
    """Set by the first SIGINT or SIGTERM, and by the second, which ends the server at once."""
    stop, hurry = asyncio.Event(), asyncio.Event()

    def caught() -> None:
        if stop.is_set():
            server.force_exit = True
            server.should_exit = True
            hurry.set()
        stop.set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, caught)
    return stop, hurry


def _tell(
    console: Console,
    settings: Settings,
    port: int,
    *,
    only: Only | None,
    login: str,
    password: str,
    house: House,
    made: Parts,
) -> None:
    """What to open, what to dial, how to log in."""
    base = url(settings, port)
    rows: list[tuple[str, str, str]] = []
    if only != "voice":
        rows.append(
            (said("open", "чат"), f"{base}/", said("chat, and a call from the browser", "чат и звонок из браузера"))
        )
    if made.calls is not None:
        ready = said("getting ready", "готовится") if made.calls.state()[0] == "warming" else ""
        rows.append((said("dial", "звонок"), settings.dial, ready))
    if only != "voice":
        kept = house.keys.path("desk-password")
        shown = said(f"shown once, kept in {kept}", f"показан один раз, лежит в {kept}")
        first = f"[dim]{said('first password in', 'первый пароль в')} {kept}[/]" if kept.exists() else ""
        once = f"{said('password', 'пароль')} [bold]{password}[/]  [dim]{shown}[/]" if password else first
        rows.append((said("desk", "пульт"), f"{base}/desk", f"{said('login', 'логин')} [bold]{login}[/]  {once}"))
        token = said("token in", "токен в") + f" {house.keys.path('api-token')}"
        rows.append(("api", f"{base}/docs", "" if settings.api_token else token))
    width = max((len(what) for _, what, _ in rows), default=0)
    console.print(
        f"[bold green]Govorun {release()}[/] {said('answers:', 'отвечает:')} {', '.join(house.sets)}",
        highlight=False,
        soft_wrap=True,
    )
    for name, what, more in rows:
        line = f"  [dim]{name:6}[/] [bold]{what}[/]{' ' * (width - len(what) + 2)}{more}"
        console.print(line, highlight=False, soft_wrap=True)
    for line in parts.unasked(house):
        console.print(f"  [yellow]{said('Programs:', 'Программы:')}[/] {line}", highlight=False, soft_wrap=True)
    for line in parts.unheard(house):
        console.print(f"  [yellow]rasa.yaml[/] {escape(line)}", highlight=False, soft_wrap=True)
    console.print(f"  [dim]{said('Ctrl-C stops.', 'Ctrl-C остановит.')}[/]", highlight=False)


def _tell_news(console: Console, good: bool, line: str) -> None:
    console.print(
        f"[{'green' if good else 'yellow'}]{said('Scenarios:', 'Сценарии:')}[/] {escape(line)}",
        highlight=False,
        soft_wrap=True,
    )


def url(settings: Settings, port: int) -> str:
    if settings.public_url:
        return settings.public_url.rstrip("/")
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
