"""A conversation as a vCon: draft-ietf-vcon-vcon-core, syntax 0.4.0. Plain, or signed as a JWS.

What was said becomes text dialogs; a handoff becomes an attachment with its reason, so that whoever receives the
call knows why. The vCon's uuid is the conversation's id: it is what a transfer's User-to-User header carries.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jws
from joserfc.jwk import RSAKey

from bot.dialogue.actions import Action, Handoff, Say
from bot.dialogue.events import AgentJoined, AgentSaid, Chosen, Event, Keys, RungBack, Utterance
from bot.errors import SettingsError
from bot.ports import Row, Spoken
from bot.stores.conversations import Summary

SYNTAX = "0.4.0"
CUSTOMER, BOT = 0, 1  # their places among the parties; agents follow
MEDIA = {"audio/wav": "audio/x-wav"}  # as the draft calls what others call audio/wav
KEY_BITS = 2048  # RS256 is what the draft asks for; RFC 7518 3.3 wants 2048 at the least
VALID = timedelta(days=3650)
NEAR = timedelta(seconds=5)  # a recording begins a moment before who is on it is written down
DISPOSITIONS = {"unreached": "no-answer", "left": "hung-up"}  # of calls back, as the draft calls them
# The draft puts the vCon's uuid among the JWS headers, which RFC 7515 doesn't know.
REGISTRY = jws.JWSRegistry(algorithms=["RS256"], strict_check_header=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The sound of a call. digest: "sha512-…" of the file. url: where it is, "" where nobody outside can reach it.
    sound: the file itself, in the vCon; then the vCon names no other place."""

    started: datetime
    seconds: float
    name: str
    digest: str
    media: str = "audio/wav"
    url: str = ""
    sound: bytes | None = None


def plain(
    about: Summary, rows: Sequence[Row], *, name: str = "", business: str = "", recorded: Sequence[Recorded] = (),
    spoken: Mapping[int, Spoken] = MappingProxyType({}),
) -> dict[str, Any]:  # fmt: skip
    """The vCon as a JSON object. rows: the whole journal. name: the customer's, if known. business: whose bot it is.
    spoken: when rows were heard on the telephone, by seq; what a row says began then."""
    making = _Making(about, name, business, spoken)
    for each in recorded:
        making.recorded(each, rows)
    for row in rows:
        make = MAKERS.get(type(row.entry))
        if make is not None:
            make(making, row, row.entry)
    vcon: dict[str, Any] = {
        "vcon": SYNTAX,
        "uuid": identifier(about.id),
        "created_at": _time(about.started),
        "updated_at": _time(about.updated),
        "subject": f"{business or 'govorun'}: {about.channel}",
        "parties": making.parties,
        "dialog": making.dialog,
    }
    if making.attachments:
        vcon["attachments"] = making.attachments
    return vcon


def identifier(conversation: str) -> str:
    """The conversation's id, as it is a UUID; one made from it where an adapter gave another kind of name."""
    try:
        return str(UUID(conversation))
    except ValueError:
        return str(uuid5(NAMESPACE_URL, f"urn:govorun:conversation:{conversation}"))


@dataclass(slots=True)
class _Making:
    about: Summary
    name: str
    business: str
    spoken: Mapping[int, Spoken] = field(default_factory=dict)
    parties: list[dict[str, Any]] = field(default_factory=list)
    dialog: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    agents: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        customer: dict[str, Any] = {"type": "customer"}
        if self.about.identity.kind == "phone":
            customer |= {"tel": self.about.identity.value, "validation": "caller number shown by the line"}
        if self.name:
            customer["name"] = self.name
        self.parties = [customer, {"type": "bot", "name": self.business or "Govorun"}]

    def agent(self, login: str, name: str = "") -> int:
        if login not in self.agents:
            self.agents[login] = len(self.parties)
            self.parties.append({"type": "agent", "name": name or login})
        return self.agents[login]

    def says(self, row: Row, originator: int, text: str, *, message: str = "", since_ms: int = 0) -> None:
        """A text dialog; the customer is always one side of it."""
        other = CUSTOMER if originator != CUSTOMER else max(self.agents.values(), default=BOT)
        heard = self.spoken.get(row.seq)
        line: dict[str, Any] = {
            "type": "text",
            "start": _time(heard.began if heard is not None else row.at - timedelta(milliseconds=since_ms)),
            "parties": [originator, other],
            "originator": originator,
            "mediatype": "text/plain",
            "body": text,
            "encoding": "none",
            "application": self.about.channel,
        }
        if message:
            line["message_id"] = message
        self.dialog.append(line)

    def recorded(self, sound: Recorded, rows: Sequence[Row]) -> None:
        """A channel each: the customer's first. On the other is the bot, and the agents who joined meanwhile; where the
        customer was rung back, the agent alone."""
        until = sound.started + timedelta(seconds=sound.seconds)
        meanwhile = [row.entry for row in rows if sound.started - NEAR <= row.at <= until]
        back = next((each for each in meanwhile if isinstance(each, RungBack) and each.outcome == "talks"), None)
        agents = [self.agent(each.agent, each.name) for each in meanwhile if isinstance(each, AgentJoined)]
        other: object = [BOT, *dict.fromkeys(agents)] if agents else BOT
        if back is not None:
            other = self.agent(back.agent, back.name)
        line: dict[str, Any] = {
            "type": "recording",
            "start": _time(sound.started),
            "duration": sound.seconds,
            "parties": [CUSTOMER, other],
            "originator": CUSTOMER if back is None else other,
            "mediatype": MEDIA.get(sound.media, sound.media),
            "filename": sound.name,
            "content_hash": sound.digest,
            "application": self.about.channel,
        }
        if sound.sound is not None:
            body = base64.urlsafe_b64encode(sound.sound).decode().rstrip("=")  # RFC 4648 5, unpadded as in a JWS
            line |= {"body": body, "encoding": "base64url"}
        elif sound.url:
            line["url"] = sound.url
        self.dialog.append(line)

    def heard(self, row: Row, said: Utterance) -> None:
        self.says(row, CUSTOMER, said.text, message=said.id, since_ms=said.since_ms)

    def chosen(self, row: Row, chosen: Chosen) -> None:
        self.says(row, CUSTOMER, chosen.title or chosen.option, message=chosen.id)

    def keyed(self, row: Row, keys: Keys) -> None:
        self.says(row, CUSTOMER, keys.digits, message=keys.id)

    def said(self, row: Row, say: Say) -> None:
        if say.text:
            self.says(row, BOT, say.text)

    def joined(self, _: Row, joined: AgentJoined) -> None:
        self.agent(joined.agent, joined.name)

    def rung_back(self, row: Row, rung: RungBack) -> None:
        """Whoever talked is a party, recorded or not; a call that came to nothing is a dialog of its own."""
        agent = self.agent(rung.agent, rung.name) if rung.agent else BOT
        if rung.outcome in DISPOSITIONS:
            self.dialog.append(
                {
                    "type": "incomplete",
                    "start": _time(row.at),
                    "parties": [CUSTOMER, agent],
                    "originator": agent,
                    "disposition": DISPOSITIONS[rung.outcome],
                    "application": self.about.channel,
                }
            )

    def wrote(self, row: Row, said: AgentSaid) -> None:
        self.says(row, self.agent(said.agent), said.text, message=said.id)

    def handed_off(self, row: Row, handoff: Handoff) -> None:
        """An attachment belongs to a dialog: to the last thing said."""
        if not self.dialog:
            return
        body = {"reason": handoff.reason, "skill": handoff.skill, "priority": handoff.priority, "note": handoff.note}
        self.attachments.append(
            {
                "purpose": "handoff",
                "start": _time(row.at),
                "party": BOT,
                "dialog": len(self.dialog) - 1,
                "mediatype": "application/json",
                "body": body,
                "encoding": "json",
            }
        )


MAKERS: Mapping[type[Event] | type[Action], Callable[[_Making, Row, Any], None]] = {
    Utterance: _Making.heard,
    Chosen: _Making.chosen,
    Keys: _Making.keyed,
    Say: _Making.said,
    AgentJoined: _Making.joined,
    AgentSaid: _Making.wrote,
    Handoff: _Making.handed_off,
    RungBack: _Making.rung_back,
}


class Signer:
    """Signs vCons with the installation's own key and certificate, made once and kept in its data folder."""

    def __init__(self, folder: Path) -> None:
        """Makes the key at the first use. Raises SettingsError when the folder can't be written or read."""
        path = folder / "vcon-key.pem"
        try:
            if not path.exists():
                _make(path)
            pem = path.read_bytes()
        except OSError as error:
            raise SettingsError(f"the signing key can't be kept: {error.strerror}", where=str(path)) from error
        self._key = RSAKey.import_key(pem.decode())
        certificate = x509.load_pem_x509_certificate(pem)
        self._chain = [base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()]

    @property
    def public(self) -> RSAKey:
        """What a receiver verifies with; the same is in the x5c header."""
        return RSAKey.import_key(self._key.as_pem(private=False))

    def sign(self, vcon: Mapping[str, Any]) -> dict[str, Any]:
        """JWS, general JSON serialization (RFC 7515 7.2.1): RS256, the certificate in x5c, as the draft asks."""
        member: jws.HeaderDict = {
            "protected": {"alg": "RS256"},
            "header": {"uuid": vcon["uuid"], "x5c": self._chain},
        }
        payload = json.dumps(vcon, ensure_ascii=False, separators=(",", ":")).encode()
        return dict(jws.serialize_json([member], payload, self._key, registry=REGISTRY))


def _make(path: Path) -> None:
    """Key and self-signed certificate in one file that only its owner reads."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Govorun vCon signer")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + VALID)
        .sign(key, hashes.SHA256())
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    fresh.rename(path)


def _time(at: datetime) -> str:
    """RFC 3339, in UTC, with milliseconds: the order of quick lines must show."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
