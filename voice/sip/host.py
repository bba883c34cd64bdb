"""What the process must have in order before the SIP stack starts: a free address, and logs without numbers."""

from __future__ import annotations

import errno
import logging
import re
import socket

from bot.errors import Both, PortTaken, SettingsError


def check_free(host: str, port: int, *, tls: bool = False) -> None:
    """Raise PortTaken or SettingsError where SIP can't listen; the stack's own error doesn't say why. tls: on the next
    port, where the stack puts it."""
    places = [(socket.SOCK_DGRAM, "UDP", port), (socket.SOCK_STREAM, "TCP", port)]
    for kind, name, taken in (*places, *([(socket.SOCK_STREAM, "TLS", port + 1)] if tls else [])):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a closed call's TIME_WAIT is no taker
            try:
                probe.bind((host, taken))
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    raise SettingsError(
                        Both(f"{host} is not an address of this machine", f"{host} — не адрес этой машины"),
                        where="sip host",
                        fix=Both(
                            "Choose one of `hostname -I`, or 0.0.0.0 for all of them",
                            "Возьмите один из `hostname -I` или 0.0.0.0 — все сразу",
                        ),
                    ) from error
                raise PortTaken(
                    Both(
                        f"{name} port {taken} can't be taken: {error.strerror}",
                        f"порт {name} {taken} не занять: {error.strerror}",
                    ),
                    where=f"sip {host}:{taken}",
                    fix=Both(
                        "Stop what uses it, or choose another with --sip-port",
                        "Остановите того, кто его занял, или выберите другой: --sip-port",
                    ),
                ) from error


class _Nameless(logging.Filter):
    """Takes user parts out of the stack's own lines: they are people's numbers."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.getMessage().startswith("reg: "):
            return False  # each failed registration; we tell of the first
        record.msg, record.args = re.sub(r"(sips?|tel):[^@\s>;]+", r"\1:…", record.getMessage()), ()
        return True


_NAMELESS = _Nameless()


def keep_numbers_out_of_logs() -> None:
    logging.getLogger("baresip.call").setLevel(logging.WARNING)  # its closing line carries the peer
    logging.getLogger("baresip.ua").setLevel(logging.CRITICAL)  # each failed registration; we tell of the first
    native = logging.getLogger("baresip.native")
    native.removeFilter(_NAMELESS)
    native.addFilter(_NAMELESS)
