"""The telephone's file: trunks, which number talks to which scenario, who may call. Errors have lines, as a scenario's.

trunks:
  city:
    server: sip.operator.example
    user: "74951112233"
    password: env:CITY_PASSWORD
    transport: tls
calls:
  - {number: "+74951112233", set: clinic, language: ru}
  - {number: "*", set: clinic}
from: [10.0.0.0/8]
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from bot.authoring.problems import Problem, ScenarioErrors
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Node, Text, read, read_file
from bot.authoring.unreadable import Unreadable
from bot.dialogue.meaning import Language
from bot.errors import Both, SettingsError
from bot.settings import Settings
from voice.certificate import usable
from voice.routing import Route, bare
from voice.trunks import CODECS, ENCRYPTIONS, KEYS_BY, TRANSPORTS, Codec, Doors, Transport, Trunk

FILE = "telephone.yaml"  # in the data folder, unless GOVORUN_TELEPHONE names another
SECRET_MAX = 256  # characters

_TOP = ("trunks", "calls", "from", "codecs", "transports", "encryption", "tls", "stun")
_TRUNK = (
    "server", "user", "password", "login", "register", "transport", "encryption", "codecs", "number", "proxy", "keys",
    "takes", "expires",
)  # fmt: skip
_CALL = ("number", "trunk", "set", "scenario", "language")
_TLS = ("certificate", "ca", "verify")
_SERVER = re.compile(r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_ACCOUNT = re.compile(r"[^\s\"\\<>;@?:]{1,128}")
_DIALLED = re.compile(r"\+?[\d() .-]*\*?|[A-Za-z][\w.-]*\*?|[*#\d]+")
_TAKES = re.compile(r"\+?[\d*#() .-]*")

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephony:
    """What the file says; without one, what stands here."""

    trunks: tuple[Trunk, ...] = ()
    doors: Doors = field(default_factory=Doors)
    routes: tuple[Route, ...] = ()
    codecs: tuple[Codec, ...] = ("pcma", "pcmu")


def telephony(path: Path, sets: Mapping[str, Iterable[str]], environment: Mapping[str, str] = os.environ) -> Telephony:
    """sets: names of the scenarios in each. Raises SettingsError that names the first line that is wrong."""
    made, problems = _read(path, sets, environment)
    if not problems:
        return made
    every = ScenarioErrors(problems).problems
    first = every[0]
    more = Both(f" ({len(every) - 1} more: govorun check)", f" (ещё {len(every) - 1}: govorun check)")
    raise SettingsError(
        Both(first.what("en") + (more.en if every[1:] else ""), first.what("ru") + (more.ru if every[1:] else "")),
        where=f"{path}:{first.line}",
        fix=Both(first.fix("en"), first.fix("ru")),
    )


def of(settings: Settings, sets: Mapping[str, Iterable[str]]) -> Telephony:
    """What the file and the settings say together. sets: as `telephony` takes them. Raises SettingsError."""
    path = file_of(settings)
    made = telephony(path, sets) if path is not None else Telephony()
    if settings.trunk_server:
        password = settings.trunk_password
        trunk = Trunk(
            name="trunk",
            domain=_fits("GOVORUN_TRUNK_SERVER", settings.trunk_server, _SERVER, "bad_server"),
            user=_fits("GOVORUN_TRUNK_USER", settings.trunk_user, _ACCOUNT, "bad_account"),
            password=password.get_secret_value() if password else "",
            transport=settings.trunk_transport,
            number=_fits("GOVORUN_TRUNK_NUMBER", settings.trunk_number, _ACCOUNT, "bad_account"),
        )
        made = replace(made, trunks=(*made.trunks, trunk))
    if settings.sip_allow:
        allow = tuple(each.strip() for each in settings.sip_allow.split(",") if each.strip())
        made = replace(made, doors=replace(made.doors, allow=(*made.doors.allow, *allow)))
    return made


def file_of(settings: Settings) -> Path | None:
    """The file that is read; None where there is none, and none was named."""
    if settings.telephone is not None:
        return settings.telephone
    usual = settings.data / FILE
    return usual if usual.is_file() else None


def _fits(setting: str, value: str, form: re.Pattern[str], code: str) -> str:
    if value and not form.fullmatch(value):
        problem = Problem(file=setting, line=1, code=code, params={"value": value[:60]})
        raise SettingsError(
            Both(problem.what("en"), problem.what("ru")), where=setting, fix=Both(problem.fix("en"), problem.fix("ru"))
        )
    return value


def lint(
    path: Path, sets: Mapping[str, Iterable[str]], environment: Mapping[str, str] = os.environ
) -> tuple[Problem, ...]:
    """All that is wrong, by line."""
    _, problems = _read(path, sets, environment)
    return ScenarioErrors(problems).problems if problems else ()


def _read(
    path: Path, sets: Mapping[str, Iterable[str]], environment: Mapping[str, str]
) -> tuple[Telephony, list[Problem]]:
    reader = Reader(file=path.name, problems=[])
    try:
        root = read(read_file(path))
    except OSError:
        reader.problems.append(Problem(file=path.name, line=1, code="unreadable_file"))
        return Telephony(), reader.problems
    except Unreadable as error:
        reader.problems.append(
            Problem(file=path.name, line=error.line, column=error.column, code=error.code, params=error.params)
        )
        return Telephony(), reader.problems
    if root is None:
        return Telephony(), []
    return _File(reader, path.parent, sets, environment).made(root), reader.problems


class _File:
    def __init__(
        self, reader: Reader, folder: Path, sets: Mapping[str, Iterable[str]], environment: Mapping[str, str]
    ) -> None:
        self._reader = reader
        self._folder = folder
        self._sets = sets
        self._environment = environment

    def made(self, root: Node) -> Telephony:
        reader = self._reader
        fields = reader.fields(root, _TOP)
        trunks = self._trunks(fields.get("trunks"))
        tls = reader.fields(fields.get("tls"), _TLS)
        transports = tuple(reader.one_of(item, TRANSPORTS, "udp") for item in reader.items(fields.get("transports")))
        doors = Doors(
            allow=self._networks(fields.get("from")),
            transports=tuple(each for each in TRANSPORTS if each in transports) or _usual("tls" in fields),
            srtp=_in(ENCRYPTIONS, reader.one_of(fields.get("encryption"), ENCRYPTIONS, "optional")),
            certificate=self._certificate(tls.get("certificate")),
            ca=self._ca(tls.get("ca")),
            verify=reader.yes(tls.get("verify"), True),
            stun=self._server(fields.get("stun")),
        )
        return Telephony(
            trunks=trunks,
            doors=doors,
            routes=self._routes(fields.get("calls"), trunks),
            codecs=self._codecs(fields.get("codecs")) or Telephony().codecs,
        )

    def _trunks(self, node: Node | None) -> tuple[Trunk, ...]:
        reader, made = self._reader, dict[str, Trunk]()
        if node is None:
            return ()
        if not isinstance(node, Fields):
            reader.problem("want_fields", node)
            return ()
        for entry in node.entries:
            name = reader.name(entry.key)
            if name:
                made[name] = self._trunk(name, entry.value)
        return tuple(made.values())

    def _trunk(self, name: str, node: Node) -> Trunk:
        reader = self._reader
        fields = reader.fields(node, _TRUNK, ("server",))
        user = self._account(fields.get("user"))
        return Trunk(
            name=name,
            domain=self._server(fields.get("server")),
            user=user,
            password=self._secret(fields.get("password"), "password"),
            auth_user=self._account(fields.get("login")),
            register=reader.yes(fields.get("register"), True),
            transport=_in(TRANSPORTS, reader.one_of(fields.get("transport"), TRANSPORTS, "udp")),
            srtp=_in(ENCRYPTIONS, reader.one_of(fields.get("encryption"), ENCRYPTIONS, "off")),
            codecs=self._codecs(fields.get("codecs")),
            number=self._account(fields.get("number")),
            proxy=self._server(fields.get("proxy")),
            keys=_in(KEYS_BY, reader.one_of(fields.get("keys"), KEYS_BY, "rfc4733")),
            takes=tuple(self._begins(item) for item in reader.items(fields.get("takes"))),
            expires_s=reader.number(fields.get("expires"), 30, 86_400, 300),
        )

    def _routes(self, node: Node | None, trunks: tuple[Trunk, ...]) -> tuple[Route, ...]:
        reader, made = self._reader, list[Route]()
        for item in reader.items(node):
            fields = reader.fields(item, _CALL, ("number",))
            route = Route(
                number=self._dialled(fields.get("number")),
                trunk=self._known("no_such_trunk", fields.get("trunk"), [trunk.name for trunk in trunks]),
                scenarios=self._known("no_such_set", fields.get("set"), self._sets),
                scenario=self._scenario(fields),
                language=self._language(fields.get("language")),
            )
            if any(other.trunk in ("", route.trunk) and _covers(other.number, route.number) for other in made):
                reader.problem("unreached_number", fields.get("number", item), name=route.number)
            if route.number:
                made.append(route)
        return tuple(made)

    def _scenario(self, fields: Mapping[str, Node]) -> str:
        node, of = fields.get("scenario"), fields.get("set")
        if node is None:
            return ""
        chosen = of.value if isinstance(of, Text) else next(iter(self._sets), "")
        return self._known("no_such_start", node, self._sets.get(chosen, ()), of=chosen) if chosen in self._sets else ""

    def _known(self, code: str, node: Node | None, known: Iterable[str], **more: str) -> str:
        names = list(known)
        value = self._reader.text(node)
        if value and value not in names and node is not None:
            self._reader.unknown(code, node, value, names, **more)
            return ""
        return value

    def _language(self, node: Node | None) -> Language | None:
        if node is None:
            return None
        return "en" if self._reader.one_of(node, ("ru", "en"), "ru") == "en" else "ru"

    def _codecs(self, node: Node | None) -> tuple[Codec, ...]:
        return tuple(
            dict.fromkeys(
                _in(CODECS, self._reader.one_of(item, CODECS, CODECS[0])) for item in self._reader.items(node)
            )
        )

    def _networks(self, node: Node | None) -> tuple[str, ...]:
        made = []
        for item in self._reader.items(node):
            value = self._reader.text(item)
            try:
                made.append(str(ipaddress.ip_network(value, strict=False)))
            except ValueError:
                if value:
                    self._reader.problem("bad_network", item, value=value[:60])
        return tuple(made)

    def _server(self, node: Node | None) -> str:
        return self._fitting(node, _SERVER, "bad_server")

    def _account(self, node: Node | None) -> str:
        return self._fitting(node, _ACCOUNT, "bad_account")

    def _dialled(self, node: Node | None) -> str:
        return self._fitting(node, _DIALLED, "bad_dialled")

    def _begins(self, node: Node) -> str:
        if isinstance(node, Text) and node.value.strip() == "*":
            return ""
        return re.sub(r"[() .-]", "", self._fitting(node, _TAKES, "bad_dialled").removesuffix("*"))

    def _fitting(self, node: Node | None, form: re.Pattern[str], code: str) -> str:
        value = self._reader.text(node)
        if node is not None and value and not form.fullmatch(value):
            self._reader.problem(code, node, value=value[:60])
            return ""
        return value

    def _secret(self, node: Node | None, name: str) -> str:
        if node is None:
            return ""
        written = self._reader.text(node)
        kind, colon, place = written.partition(":")
        if not colon or kind not in ("env", "file"):
            if written:
                self._reader.problem("open_secret", node, name=name)
            return ""
        secret = ""
        if kind == "env":
            secret = self._environment.get(place, "")
        else:
            try:
                secret = (self._folder / place).read_text(encoding="utf-8")[:SECRET_MAX].strip()
            except (OSError, ValueError):
                secret = ""
        if not secret or re.search(r'[\x00-\x1f"\\]', secret):
            self._reader.problem("no_secret", node, source=written[:80])
            return ""
        return secret

    def _certificate(self, node: Node | None) -> Path | None:
        if node is None:
            return None
        path = self._folder / self._reader.text(node)
        try:
            usable(path)
        except SettingsError as error:
            why = {"why_en": error.what.en, "why_ru": error.what.ru} if isinstance(error.what, Both) else {}
            self._reader.problem("bad_certificate", node, value=str(path), why=str(error.what), **why)
        return path

    def _ca(self, node: Node | None) -> Path | None:
        if node is None:
            return None
        path = self._folder / self._reader.text(node)
        try:
            found = b"BEGIN CERTIFICATE" in path.read_bytes()
        except OSError:
            found = False
        if not found:
            self._reader.problem("no_ca", node, value=str(path))
        return path


def _usual(tls: bool) -> tuple[Transport, ...]:
    return ("udp", "tcp", "tls") if tls else ("udp", "tcp")


def _in(known: tuple[T, ...], value: str) -> T:
    return next((each for each in known if each == value), known[0])


def _covers(wide: str, narrow: str) -> bool:
    """Whether whoever dials `narrow` is already taken by `wide`."""
    if not wide or not narrow:
        return False
    if not wide.endswith("*"):
        return bare(wide) == bare(narrow)
    return bare(narrow).startswith(bare(wide)[:-1])
