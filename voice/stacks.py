"""Which SIP stack carries the calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from voice.ports import Telephone

Stack = Literal["baresip", "pjsua2"]


def telephone(stack: Stack) -> Callable[..., Telephone]:
    """Makes the endpoint; what to call it with: `voice.sip.SipEndpoint`. Raises PartMissing: PJSUA2 is the user's to
    install, for its licence."""
    if stack == "pjsua2":
        from voice.pjsip.endpoint import PjsipEndpoint

        return PjsipEndpoint
    from voice.sip import SipEndpoint

    return SipEndpoint
