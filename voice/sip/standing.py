"""How one trunk stands with its registrar; the same for every SIP stack."""

from __future__ import annotations

import logging

from voice.trunks import Registration, Trunk, TrunkState

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2.0  # until it is asked again; twice as long each time
LONGEST_WAIT_S = 60.0
LEAVE_S = 2.0  # a registrar that is gone doesn't keep us


class Standing:
    """A change is logged once, whatever is tried meanwhile."""

    def __init__(self, trunk: Trunk) -> None:
        self._name = trunk.title
        self._detail = ""
        self.registration: Registration = "asking"

    @property
    def registered(self) -> bool:
        return self.registration == "registered"

    @property
    def state(self) -> TrunkState:
        return TrunkState(name=self._name, registration=self.registration, detail=self._detail)

    def now(self, registration: Registration, detail: str = "") -> None:
        before, self.registration, self._detail = self.registration, registration, detail
        if before == registration or registration == "none":  # we have left
            return
        if registration == "registered":
            log.info("sip trunk %s: registered", self._name)
        elif registration == "refused":
            log.warning("sip trunk %s: not registered: %s. Check the user and the password", self._name, detail)
        else:
            log.warning("sip trunk %s: not registered: %s. It is asked again until it answers", self._name, detail)


def refusal(status: int) -> Registration:
    """What a registrar's failure says. status: of SIP, 0: no word came."""
    return "refused" if 400 <= status < 500 and status != 408 else "silent"
