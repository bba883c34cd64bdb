"""Everything an installation can set: `GOVORUN_*` in the environment or in a `.env` file beside the process.

Values are read once at start and never change afterwards. Without any of them the embedded default runs:
SQLite in the data folder, no Redis, everything listening on this machine alone.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.locale import said
from bot.outreach.rules import hours

ROOT = Path(__file__).resolve().parent.parent  # of a checkout; scenarios/ and models/ stand beside bot/


class Settings(BaseSettings):
    """One field a setting; the field's name in capitals after GOVORUN_ is the variable."""

    model_config = SettingsConfigDict(
        env_prefix="GOVORUN_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    data: Path = Field(Path("data"), description="Folder of the database, recordings, keys and caches.")
    database_url: str = Field(
        "", description="SQLAlchemy URL: postgresql+psycopg://…; empty: SQLite in the data folder."
    )
    redis_url: str = Field("", description="redis://…: live events between processes; empty: within this one.")

    scenarios: Path = Field(ROOT / "scenarios", description="Folder of scenario sets, a folder each.")
    scenario_set: str = Field("clinic", description="The set that a conversation begins with.")
    language: Literal["ru", "en"] = Field(
        "ru", description="Spoken until the customer's own words or choice say another."
    )

    host: str = Field("127.0.0.1", description="Address the web listens on. 0.0.0.0 opens it to the network.")
    port: int = Field(8080, ge=0, le=65535, description="Port of the web; 0 takes any free one.")
    public_url: str = Field("", description="How browsers reach this server, where a proxy stands before it.")
    allowed_origins: list[str] = Field(
        default_factory=list,
        description='Sites whose pages may open the chat socket, as JSON: ["https://clinic.example"].',
    )

    sign_in_secret: SecretStr | None = Field(
        None,
        description="What your site signs with, to say who a visitor of the chat is: 32 characters or more. See "
        "docs/webchat.md.",
    )

    sip_host: str = Field("127.0.0.1", description="Address SIP and RTP listen on.")
    sip_port: int = Field(5060, ge=0, le=65535, description="Port of SIP (UDP and TCP).")
    sip_stack: Literal["baresip", "pjsua2"] = Field(
        "baresip", description="What carries SIP calls; pjsua2 is GPL and installed apart: docs/telephone.md."
    )
    sip_public: str = Field("", description="What callers dial, where it is not govorun@sip_host:sip_port.")
    sip_allow: str = Field(
        "", description="Networks that may call, by commas: 10.0.0.0/8, 192.0.2.7; empty: whoever reaches the port."
    )
    telephone: Path | None = Field(
        None,
        description="File of trunks, numbers and networks; empty: telephone.yaml in the data folder, where it is.",
    )
    trunk_server: str = Field("", description="Where calls come from and go out: host or host:port of an exchange.")
    trunk_user: str = Field("", description="Account there; empty: it knows us by our address.")
    trunk_password: SecretStr | None = Field(None, description="Password of that account.")
    trunk_transport: Literal["udp", "tcp", "tls"] = Field("udp", description="How that exchange is spoken to.")
    trunk_number: str = Field("", description="Number shown to whom we call, where it is not the account.")
    agent_sip: str = Field("", description="SIP address that calls are transferred to when a person is wanted.")
    transfer: Literal["bridge", "refer", "blind"] = Field(
        "bridge",
        description="How: bridge: the agent is told who calls and why, then both are connected here; refer: told too, "
        "then joined by the exchange where it can; blind: the caller's line is sent there by REFER.",
    )
    agent_accepts: Literal["staying", "key"] = Field(
        "key",
        description="An agent takes a caller by key: 1 or a yes (2 or no refuses), or by staying on the line, which an "
        "answering machine does too.",
    )
    agent_ring_s: float = Field(25.0, ge=5, le=120, description="Seconds that one agent's telephone rings.")
    hold_music: Path | None = Field(
        None, description="WAV that waiting callers hear; a set's own hold.wav goes before it; empty: soft bells."
    )
    callback_sip: str = Field(
        "",
        description="Where a number is rung back, as sip:{number}@10.0.0.1, if call_allowed has it; empty: nobody is "
        "offered a callback.",
    )
    ice_servers: list[str] = Field(
        default_factory=list,
        description='STUN and TURN servers of browser calls, as JSON: ["stun:stun.example:3478", "turn:turn.example"].',
    )
    turn_secret: SecretStr | None = Field(
        None,
        validate_default=True,
        description="What the TURN servers share with us: coturn's static-auth-secret, with use-auth-secret.",
    )
    turn_ttl_s: int = Field(14_400, ge=60, description="Seconds that a page's credentials for TURN are good for.")
    ice_behind_nat: bool = Field(
        False, description="This server itself is reached through those STUN and TURN servers."
    )
    call_grace_s: float = Field(
        30.0, ge=0, le=300, description="Seconds a browser may be without network before its call ends."
    )
    call_allowed: list[str] = Field(
        default_factory=list,
        description='Where calls may be placed to, as JSON: ["+7", "@pbx.example", "sip:anna@10.0.0.5"]; empty: '
        "nowhere, but for `govorun call`.",
    )
    max_outbound: int = Field(
        5, ge=0, description="Calls of ours at one time. A quarter of max_calls stays for who calls us."
    )
    redial: int = Field(
        0,
        ge=0,
        le=10,
        description="How many times more somebody is called who was busy or didn't answer, or whose machine did, where "
        "neither whoever asks for the call nor the scenario says.",
    )
    redial_after_min: int = Field(60, ge=1, le=1_440, description="Minutes until the next of those calls.")
    redial_busy_after_min: int = Field(5, ge=1, le=1_440, description="The same after a busy line.")
    quiet_hours: str = Field(
        "21:00-09:00", description="When nobody is called, by the clock of the business; empty: never."
    )
    max_calls: int = Field(60, ge=1, description="Telephone calls at one time; the next one hears 486.")
    max_browser_calls: int = Field(
        20, ge=1, description="Calls from browsers at one time; Opus costs ten times a telephone call's processor time."
    )
    rtp_ports: str = Field("10000-20000", description="UDP ports of RTP, first and last.")

    voice_ru: str = Field(
        "", description="Who speaks Russian: rhvoice/anna, silero/ru_ekaterina, piper:/path/v.onnx …; empty: the best."
    )
    voice_en: str = Field(
        "", description="Who speaks English: hibari/heart, rhvoice/slt, piper/joe …; empty: the best."
    )
    voice_speed: float = Field(1.0, ge=0.5, le=2.0, description="How fast the voices speak; 1 is their own pace.")
    ears_ru: str = Field(
        "",
        description="Who hears Russian: whisper-base, "
        "your t-one:/folder, gigaam:/folder, vosk:/folder, whisper-base+gigaam:/folder.",
    )
    ears_en: str = Field("", description="Who hears English: whisper-base, pocketsphinx, or your own vosk:/folder.")
    comfort_noise: float = Field(
        -64.0,
        ge=-80,
        le=0,
        description="Loudness in dBFS of the noise on a call where nobody speaks, so that the line doesn't sound dead; "
        "louder than -50 counts as -50; 0: none.",
    )
    smart_turn: bool = Field(
        False,
        description="Hear by the sound, too, whether a pause is an end, where anything may be said; 50-100 ms of a "
        "core a pause. First: govorun models pull smart-turn. See docs/telephone.md.",
    )
    decoders: int = Field(2, ge=1, description="Utterances recognised at one time, a core each.")
    keys_by_sound: bool = Field(
        False, description="Hear keys by their tones, too: for a gateway that sends neither RFC 4733 nor SIP INFO."
    )
    record: Literal["off", "on", "ask"] = Field(
        "off",
        description="Whether calls are recorded where scenarios don't say: on tells callers, ask asks them.",
    )
    recordings: Path | None = Field(None, description="Folder of recorded calls; empty: recordings in the data folder.")
    recordings_keep: int = Field(
        30, ge=0, le=36_500, description="Days after which a recorded call is removed; 0: never."
    )
    recordings_form: Literal["wav", "g711", "flac", "opus"] = Field(
        "wav",
        description="wav: 16 bit, 115 MB an hour; g711: half of it, as the telephone line has it; flac: every bit in "
        "less than half; opus: 15 MB. The last two are packed when the call is over.",
    )
    models: Path = Field(ROOT / "models", description="Folder of weights and of manifest.toml.")

    llm_url: str = Field(
        "",
        description="OpenAI-compatible endpoint of a language model that may propose what an unclear utterance means: "
        "http://127.0.0.1:11434/v1; empty: none is asked. See docs/language-model.md.",
    )
    llm_model: str = Field("", description="The model's name, as that server knows it: qwen3:4b.")
    llm_key: SecretStr | None = Field(None, description="Bearer key of that server, where it wants one.")
    llm_timeout_s: float = Field(
        1.5, ge=0, le=30, description="Seconds that somebody who writes waits for it; 0: it isn't asked in writing."
    )
    llm_voice_timeout_s: float = Field(
        0.8, ge=0, le=10, description="Seconds that a caller waits for it; 0: it isn't asked in calls."
    )
    llm_below: float = Field(
        0.7, ge=0, le=1, description="A wish told less surely is asked about; 0: only what was not understood at all."
    )
    llm_plain_http: bool = Field(
        False, description="Let what customers say go to another machine by http, unencrypted: your own network."
    )

    telegram_token: SecretStr | None = Field(
        None, description="Token of a Telegram bot, from @BotFather; empty: no Telegram. See docs/channels.md."
    )
    telegram_api: str = Field(
        "https://api.telegram.org", description="Server of Telegram's Bot API, where it is one of your own."
    )

    whatsapp_token: SecretStr | None = Field(
        None, description="Token of WhatsApp Cloud API, of a system user; empty: no WhatsApp. See docs/channels.md."
    )
    whatsapp_phone_id: str = Field("", description="Id of the WhatsApp number, as Meta shows it beside the number.")
    whatsapp_app_secret: SecretStr | None = Field(None, description="Secret of the app at Meta: it signs what comes.")
    whatsapp_verify_token: SecretStr | None = Field(
        None,
        description="Word of your own that you enter beside the webhook's address at Meta; empty: made at the first "
        "start, kept in the data folder.",
    )
    whatsapp_template: str = Field(
        "",
        description="Template approved at Meta, with one parameter in its body, by which reminders and answers later "
        "than 24 hours after the customer wrote reach them: name, or name:ru,en_US. Empty: they are not delivered.",
    )
    whatsapp_api: str = Field("https://graph.facebook.com", description="Server of WhatsApp Cloud API.")
    vk_token: SecretStr | None = Field(None, description="Token of a VK community; empty: no VK. See docs/channels.md.")
    vk_secret: SecretStr | None = Field(
        None, description="Secret key of VK's Callback API, where you set it up by hand; empty: it is set up by itself."
    )
    vk_confirmation: str = Field(
        "", description="String that VK wants to see when it checks the address, where you set it up by hand."
    )
    vk_api: str = Field("https://api.vk.ru", description="Server of VK's API.")

    max_token: SecretStr | None = Field(None, description="Token of a MAX bot; empty: no MAX. See docs/channels.md.")
    max_api: str = Field("https://platform-api2.max.ru", description="Server of MAX's Bot API.")
    viber_token: SecretStr | None = Field(
        None, description="Token of a Viber bot; empty: no Viber. See docs/channels.md."
    )
    viber_api: str = Field("https://chatapi.viber.com", description="Server of Viber's Bot API.")
    sms_url: str = Field("", description="Address of an SMS gateway; empty: no SMS. See docs/channels.md.")
    sms_token: SecretStr | None = Field(None, description="Bearer token that the SMS gateway knows us by.")
    sms_sender: str = Field("", description="Number or name that SMS come from.")
    sms_secret: SecretStr | None = Field(
        None,
        description="Bearer token that the SMS gateway posts to us with; empty: made at the first start, kept in the "
        "data folder.",
    )
    codes_an_hour: int = Field(
        60, ge=0, le=100_000, description="SMS with a code that prove a number, an hour to everybody together; 0: none."
    )
    sms_segments: int = Field(6, ge=1, le=10, description="Segments of one SMS; longer texts are several messages.")
    smpp: SecretStr | None = Field(
        None,
        description="SMSC that SMS go by in place of a gateway: smpp://user:password@host:port, or smpps:// with TLS. "
        "See docs/channels.md.",
    )
    email_imap: str = Field(
        "",
        description="Server of the mailbox that is answered: imaps://imap.example.com, or imap:// with STARTTLS; "
        "empty: no e-mail. See docs/channels.md.",
    )
    email_smtp: str = Field("", description="Server that answers go out by: smtps://… or, with STARTTLS, smtp://….")
    email_address: str = Field("", description="Address of that mailbox, with a name: Clinic <info@clinic.example>.")
    email_user: str = Field("", description="Login of the mailbox, where it is not the address.")
    email_password: SecretStr | None = Field(None, description="Password of the mailbox, mostly one for programs.")
    email_oauth_url: str = Field(
        "",
        description="Token endpoint of the mail provider, where it demands OAuth 2: "
        "https://oauth2.googleapis.com/token, https://login.microsoftonline.com/TENANT/oauth2/v2.0/token. "
        "See docs/channels.md.",
    )
    email_oauth_client: str = Field("", description="Client id of your application at the mail provider.")
    email_oauth_secret: SecretStr | None = Field(None, description="Its client secret, where it has one.")
    email_oauth_refresh: SecretStr | None = Field(
        None,
        description="Refresh token that consenting gave; empty: the application has rights of its own "
        "(client credentials).",
    )
    email_oauth_scope: str = Field("", description="Scope that is asked for, where the provider wants one.")
    email_folder: str = Field("INBOX", description="Folder of the mailbox that is read.")
    email_sent: str = Field(
        "auto",
        description="Folder that has a copy of what we sent; auto: the one that the server names for it; no: none.",
    )
    email_authserv: str = Field(
        "",
        description="Name by which your mail server signs Authentication-Results: whom it vouches for is known by "
        "their address. Empty: an address proves nothing, and whoever writes is a stranger.",
    )

    api_token: SecretStr | None = Field(
        None, description="Bearer token of /api; empty: made at the first start, kept in the data folder."
    )
    desk_login: str = Field("agent", description="Login of the first agent, made when there is none.")
    desk_password: SecretStr | None = Field(
        None, description="The first agent's password; empty: made at the first start and printed once."
    )
    max_body: int = Field(65_536, ge=1024, description="Bytes of a request; a longer one is refused with 413.")

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="What is logged.")
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="auto: text in a terminal, JSON lines elsewhere."
    )
    drain_s: float = Field(20.0, ge=0, description="Seconds calls and requests may take to finish at shutdown.")

    @field_validator("telegram_token")
    @classmethod
    def _of_botfather(cls, token: SecretStr | None) -> SecretStr | None:
        if token is None or not token.get_secret_value():
            return None
        if not re.fullmatch(r"\d{3,20}:[A-Za-z0-9_-]{30,60}", token.get_secret_value()):
            raise ValueError(
                said(
                    "this is no bot token; @BotFather gives one like 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
                    "это не токен бота; @BotFather даёт такой: 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw",
                )
            )
        return token

    @field_validator("smpp")
    @classmethod
    def _one_way_for_sms(cls, url: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if url is None or not url.get_secret_value():
            return None
        if info.data.get("sms_url"):
            raise ValueError(
                said(
                    "SMS go by one way: set this or GOVORUN_SMS_URL, not both",
                    "СМС идут одним путём: задайте либо это, либо GOVORUN_SMS_URL, а не то и другое",
                )
            )
        if not re.fullmatch(r"smpps?://[^:@/\s]+:[^@/\s]*@[^@/\s:]+(:\d{1,5})?(/\w*)?", url.get_secret_value()):
            raise ValueError(
                said(
                    "write smpp://USER:PASSWORD@HOST:PORT; @, : and / of a password as %40, %3A, %2F",
                    "пишите smpp://ИМЯ:ПАРОЛЬ@УЗЕЛ:ПОРТ; @, : и / в пароле — %40, %3A, %2F",
                )
            )
        return url

    @field_validator("sign_in_secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None or not secret.get_secret_value():
            return None
        if len(secret.get_secret_value()) < 32:
            raise ValueError(said("write 32 characters or more", "нужно хотя бы 32 знака"))
        return secret

    @field_validator("sip_allow")
    @classmethod
    def _networks(cls, text: str) -> str:
        for each in filter(None, map(str.strip, text.split(","))):
            try:
                ipaddress.ip_network(each, strict=False)
            except ValueError:
                raise ValueError(said(f"'{each}' is no network", f"'{each}' — не сеть")) from None
        return text

    @field_validator("callback_sip")
    @classmethod
    def _number_in_it(cls, text: str) -> str:
        if text and "{number}" not in text:
            raise ValueError(said("it has no {number} in it", "в нём нет {number}"))
        return text

    @field_validator("rtp_ports")
    @classmethod
    def _ports(cls, text: str) -> str:
        first, dash, last = text.partition("-")
        if not (dash and first.isdigit() and last.isdigit() and 1024 <= int(first) < int(last) <= 65535):
            raise ValueError(
                said("write it as FIRST-LAST, for example 10000-20000", "пишите ПЕРВЫЙ-ПОСЛЕДНИЙ: 10000-20000")
            )
        return text

    @field_validator("ice_servers")
    @classmethod
    def _ice(cls, urls: list[str]) -> list[str]:
        for url in urls:
            if not re.fullmatch(r"(stuns?|turns?):[^?@/\s]+(\?transport=(udp|tcp))?", url):
                raise ValueError(
                    said(
                        f"{url!r}: write stun:HOST:PORT or turn:HOST:PORT",
                        f"{url!r}: пишите stun:УЗЕЛ:ПОРТ или turn:УЗЕЛ:ПОРТ",
                    )
                )
        return urls

    @field_validator("turn_secret")
    @classmethod
    def _relays_have_a_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and any(url.startswith("turn") for url in info.data.get("ice_servers", ())):
            raise ValueError(
                said(
                    "GOVORUN_ICE_SERVERS names a TURN server, so set what it shares with us",
                    "в GOVORUN_ICE_SERVERS назван сервер TURN: задайте его общий секрет",
                )
            )
        return secret

    @field_validator("quiet_hours")
    @classmethod
    def _hours(cls, text: str) -> str:
        try:
            hours(text)
        except ValueError:
            raise ValueError(said("write it as 21:00-09:00, or nothing", "пишите 21:00-09:00 или ничего")) from None
        return text

    @property
    def database(self) -> str:
        """The database's URL, whatever was or was not set."""
        return self.database_url or f"sqlite:///{(self.data / 'govorun.db').resolve()}"

    @property
    def recorded(self) -> Path:
        """The folder of recorded calls, whatever was or was not set."""
        return self.recordings or self.data / "recordings"

    @property
    def dial(self) -> str:
        """What a caller dials: sip:govorun@127.0.0.1:5060."""
        if self.sip_public:
            return self.sip_public if self.sip_public.startswith("sip") else f"sip:{self.sip_public}"
        return f"sip:govorun@{self.sip_host}:{self.sip_port}"


def load(**overrides: object) -> Settings:
    """Read the settings. overrides: from the command line; None leaves the environment's value.

    Raises SettingsError that names the variable and says what is wrong with it.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SettingsError(
            said(_english(first), _russian(first)),
            where=f"GOVORUN_{name.upper()}",
            fix=said("See docs/settings.md for what it takes", "Что он принимает: docs/settings.md"),
        ) from error


def _english(problem: Mapping[str, Any]) -> str:
    return str(problem["msg"]).removeprefix("Value error, ").rstrip(".")


def _russian(problem: Mapping[str, Any]) -> str:
    """pydantic speaks English alone; its kinds of errors are few here."""
    limits = problem.get("ctx", {})
    texts = {
        "int_parsing": "нужно целое число",
        "float_parsing": "нужно число",
        "bool_parsing": "нужно true или false",
        "greater_than_equal": f"нужно не меньше {limits.get('ge')}",
        "less_than_equal": f"нужно не больше {limits.get('le')}",
        "literal_error": f"нужно одно из: {str(limits.get('expected', '')).replace(' or ', ', ')}",
    }
    return texts.get(problem["type"], _english(problem))


def prepared(data: Path) -> Path:
    """The data folder, made where it isn't there. Raises SettingsError where it can't be written."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)  # transcripts, keys: the owner's alone
        writable = os.access(data, os.W_OK)
    except OSError as error:
        raise _unwritable(data, error.strerror or "") from error
    if not writable:
        raise _unwritable(data, said("no right to write", "нет права записи"))
    return data


def _unwritable(path: Path, why: str) -> SettingsError:
    return SettingsError(
        said(f"nothing can be kept there ({why})", f"там ничего не сохранить ({why})"),
        where=str(path),
        fix=said(
            "Give the process a data folder it can write: --data DIR or GOVORUN_DATA",
            "Дайте программе папку данных, в которую она может писать: --data ПАПКА или GOVORUN_DATA",
        ),
    )


class Keys:
    """Secrets that belong to the installation, one file each in `DATA/keys`, readable by the owner alone."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "keys"

    def path(self, name: str) -> Path:
        return self.folder / name

    def get(self, name: str, *, make: int = 32) -> str:
        """The secret of that name; made (`make` random bytes, URL-safe) where there is none yet.

        Raises SettingsError where the folder can't be written.
        """
        path = self.path(name)
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                self.put(name, secrets.token_urlsafe(make))
            return path.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise _unwritable(path, error.strerror or "") from error

    def renew(self, name: str, value: str) -> None:
        """Write it in place of what is there, whole or not at all."""
        self._draft(name, value).replace(self.path(name))

    def put(self, name: str, value: str) -> None:
        """Write whole or not at all, so two processes that start together agree on one value."""
        draft = self._draft(name, value)
        try:
            os.link(draft, self.path(name))
        except FileExistsError:
            pass  # somebody was first; theirs is the value
        finally:
            draft.unlink(missing_ok=True)

    def _draft(self, name: str, value: str) -> Path:
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(value + "\n", encoding="utf-8")
        return draft
