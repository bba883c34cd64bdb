"""What is asked of one call of the library, on its thread of commands."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from voice.pjsip.calls import StackCall
from voice.pjsip.library import pj

log = logging.getLogger(__name__)


def done(command: Callable[[Any], None], call: StackCall) -> bool:
    """False where it takes none now."""
    if call.over:
        return False
    try:
        command(call)
    except pj.Error as error:
        log.debug("a call took no command: %s", error.reason)
        return False
    return True


def parameters(status: int, reason: str = "") -> Any:
    made = pj.CallOpParam(True)
    made.opt.audioCount, made.opt.videoCount = 1, 0
    made.statusCode = status
    made.reason = reason
    return made


def hold(call: Any) -> None:
    call.setHold(parameters(0))


def knows_replaces(call: Any) -> None:
    """Raises pj.Error where the other side didn't say so (RFC 3891 6.1): it would ring the agent once more."""
    if call.remoteHasCap(pj.PJSIP_H_SUPPORTED, "", "replaces") != pj.PJSIP_DIALOG_CAP_SUPPORTED:
        raise pj.Error()


def ask_again(call: Any) -> None:
    """The same description once more; who is on hold stays so."""
    call.reinvite(parameters(0))


def take_back(call: Any) -> None:
    again = parameters(0)
    again.opt.flag = pj.PJSUA_CALL_UNHOLD
    call.reinvite(again)
