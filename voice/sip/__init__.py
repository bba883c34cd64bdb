"""SIP telephony: `CallLeg` over baresip (RFC 3261, RTP RFC 3550, keys RFC 4733, transfer RFC 3515)."""

from voice.sip.endpoint import SipEndpoint
from voice.sip.leg import SipLeg
from voice.trunks import Trunk

__all__ = ["SipEndpoint", "SipLeg", "Trunk"]
