"""SIP telephony: `CallLeg` over baresip (RFC 3261, RTP RFC 3550, keys RFC 4733, transfer RFC 3515).

reception, standing, failures, headers, numbers, reasons and host know no stack: `voice.pjsip` stands on them too.
"""

from voice.sip.endpoint import SipEndpoint
from voice.sip.leg import SipLeg
from voice.trunks import Trunk

__all__ = ["SipEndpoint", "SipLeg", "Trunk"]
