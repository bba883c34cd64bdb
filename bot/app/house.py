"""Everything but voice, built from settings: what every command and every channel stands on."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.api.metrics import MeasuredTurns, Metrics
from bot.api.records import Records
from bot.app.advice import endpoint, over
from bot.app.library import Library, News
from bot.app.messengers import configured
from bot.app.programs import Programs
from bot.channels.webchat import AnnouncedTurns
from bot.customers.habits import Habits
from bot.customers.links import Ways, web_door
from bot.customers.opening import zone
from bot.desk import agents
from bot.desk.desk import Desk
from bot.dialogue.scenario import ScenarioSet
from bot.errors import ScenarioError, Unacceptable
from bot.locale import reported, said
from bot.ports import Bus, Turns
from bot.recordings import Recordings
from bot.settings import Keys, Settings, prepared
from bot.stores.bus import LocalBus
from bot.stores.redis import RedisBus
from bot.stores.sql import Database
from bot.turn import ALL, STALE, Turn
from bot.understanding.llm import Endpoint
from bot.understanding.rasa.servers import Servers

log = logging.getLogger("govorun.app")

TIDY_S = 3600.0  # how often recordings are looked at that may be too old
SWEEP_S = 300.0  # how often conversations that fell silent are ended
LOOK_S = 1.0  # how often the scenarios are looked at: a dozen folders cost a millisecond
WATCH_AGAIN_S = 10.0  # after a look that failed


@dataclass(slots=True)
class House:
    """What is built. turn: as it is; turns: the same, counted and announced, for every channel.

    told: what is said of the scenarios while they change; changed: called with the sets that are live then.
    """

    settings: Settings
    keys: Keys
    database: Database
    library: Library
    bus: Bus
    metrics: Metrics
    turn: Turn
    outside: Programs | None
    model: Endpoint | None
    turns: Turns
    desk: Desk
    records: Records
    recordings: Recordings
    draining: bool = False
    told: list[Callable[[bool, str], None]] = field(default_factory=list)
    changed: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _following: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def sets(self) -> Mapping[str, ScenarioSet]:
        """What new conversations may begin with, read anew each time."""
        return LiveSets(self.turn)

    @property
    def scenarios(self) -> ScenarioSet:
        """The set that a conversation begins with."""
        return self.turn.sets[self.settings.scenario_set].scenarios

    def now(self) -> datetime:
        """Aware, in the business's time zone."""
        return datetime.now(UTC).astimezone(zone(self.scenarios.business))

    async def start(self) -> None:
        """Begin what goes on in the background."""
        if isinstance(self.bus, RedisBus):
            await self.bus.start()
        # Another process may be asking just now what it asked a moment ago; SQLite has no other process.
        if asked := await self.turn.resume(self.now(), older=ALL if self.database.sqlite else STALE):
            log.info("other programs are asked again", extra={"count": asked})
        self._tasks += [asyncio.create_task(each) for each in (self._sweep(), self._watch(), self._tidy())]

    async def close(self) -> None:
        """Finish the turns that were taken, then let the database go."""
        for task in (*self._tasks, *self._following):
            task.cancel()
        await self.turn.close()
        if self.outside is not None:
            await self.outside.close()
        if self.model is not None:
            await self.model.close()
        if isinstance(self.bus, RedisBus):
            await self.bus.close()
        self.database.close()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                if ended := await self.turn.sweep(self.now()):
                    log.info("idle conversations ended", extra={"count": ended})
                if forgotten := await asyncio.to_thread(self.library.tidy, datetime.now(UTC)):
                    log.info("versions of scenarios forgotten that nobody needs", extra={"count": forgotten})
            except Exception:  # the outermost loop of a task that must outlive a bad moment of the database
                log.exception("sweep failed")

    async def _tidy(self) -> None:
        """At once, and then every hour."""
        while True:
            try:
                if gone := await asyncio.to_thread(self.recordings.sweep, datetime.now(UTC)):
                    log.info("recordings removed that were kept long enough", extra={"count": gone})
                if gone := await self.records.sweep_files():
                    log.info("files removed that were kept long enough", extra={"count": gone})
            except OSError as error:
                log.error("recordings can't be removed: %s", error.strerror)
            except SQLAlchemyError as error:
                log.error("files can't be removed: %s", type(error).__name__)
            await asyncio.sleep(TIDY_S)

    async def _watch(self) -> None:
        """Serve what was saved or published, without a restart and without dropping a conversation."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                news = await asyncio.to_thread(self.library.look)
                if news is not None:
                    await self._heard(news)
            except Exception:  # the outermost loop of a task that must outlive a full disk or a bad edit
                log.exception("the scenarios can't be looked at")
                await asyncio.sleep(WATCH_AGAIN_S)

    async def _heard(self, news: News) -> None:
        self.turn.swap(news.sets)
        for good, line in news.lines:
            (log.info if good else log.error)("%s", line)
            for tell in self.told:
                tell(good, line)
        for each in self.changed:
            following = asyncio.create_task(self._follow(each))
            self._following.add(following)
            following.add_done_callback(self._following.discard)

    async def _follow(self, changed: Callable[[], Awaitable[None]]) -> None:
        """Beside the watch: a hundred new prompts take a minute to render."""
        try:
            await changed()
        except Exception:  # the outermost loop of a task
            log.exception("a part could not follow the change of the scenarios")


class LiveSets(Mapping[str, ScenarioSet]):
    """The sets by name, whatever they are by now."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    def __getitem__(self, name: str) -> ScenarioSet:
        return self._turn.sets[name].scenarios

    def __iter__(self) -> Iterator[str]:
        return iter(self._turn.sets)

    def __len__(self) -> int:
        return len(self._turn.sets)


def build(settings: Settings, *, tried: bool = False) -> House:
    """Open the database, compile the scenarios, learn their phrases. Takes a second or two; blocks.

    tried: the samples of actions.yaml answer in place of the company's other programs.

    Raises GovorunError: SettingsError, BrokenSets, UnknownScenario.
    """
    metrics = Metrics()
    rasa = None if tried else Servers(report=metrics.rasa)
    model = endpoint(settings, metrics.modelled)
    keys = Keys(prepared(settings.data))
    database = Database(settings.database)
    database.create()
    library = Library(
        folder=settings.scenarios,
        default=settings.scenario_set,
        database=database,
        cache=settings.data / "cache" / "intents",
        around=over(model, settings, rasa.over if rasa else None) if model else rasa.over if rasa else None,
        locale=reported(),
    )
    try:
        sets = library.open()
    except ScenarioError:
        database.close()
        raise
    bus = RedisBus(settings.redis_url) if settings.redis_url else LocalBus()
    outside = Programs(rasa) if rasa else None
    turn = Turn(
        database,
        sets,
        bus,
        default=settings.scenario_set,
        delivered=configured(settings),
        find=library.find,
        outside=outside,
        ways=Ways(
            key=keys.get("links").encode(),
            doors=dict(web_door(settings.public_url)),
            codes_an_hour=settings.codes_an_hour,
        ),
    )
    turn.habits = Habits(metrics.menu)
    turns = AnnouncedTurns(MeasuredTurns(turn, metrics), bus)
    return House(
        settings=settings,
        keys=keys,
        database=database,
        library=library,
        bus=bus,
        metrics=metrics,
        turn=turn,
        outside=outside,
        model=model,
        turns=turns,
        desk=Desk(
            turns,
            database,
            bus,
            telephone=settings.agent_sip,
            channels=("sip",) if settings.transfer == "blind" else ("sip", "webrtc"),
        ),
        records=Records(database),
        recordings=Recordings(settings.recorded, settings.recordings_keep),
    )


def first_agent(house: House) -> tuple[str, str]:
    """Make sure that somebody can log in at /desk; (login, password), the password "" where it was known before."""
    settings, at = house.settings, datetime.now(UTC)
    given = settings.desk_password.get_secret_value() if settings.desk_password else ""
    if given and len(given) < agents.MIN_PASSWORD:
        raise Unacceptable(
            said(
                f"the password has less than {agents.MIN_PASSWORD} characters",
                f"в пароле меньше {agents.MIN_PASSWORD} знаков",
            ),
            where="GOVORUN_DESK_PASSWORD",
            fix=said(
                "Set a longer one, or none: then one is made and printed",
                "Задайте длиннее или никакой: тогда он придумается и будет показан",
            ),
        )
    with house.database.writing() as tx:
        if given and agents.get(tx, settings.desk_login) is not None:
            agents.change(tx, settings.desk_login, password=given)
            return settings.desk_login, ""
        if not given and agents.everybody(tx):
            return settings.desk_login, ""
        password = given or house.keys.get("desk-password", make=9)
        agents.add(tx, login=settings.desk_login, name="", password=password, sip=settings.agent_sip, at=at)
    return settings.desk_login, "" if given else password
