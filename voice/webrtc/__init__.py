"""A call from the browser: `CallLeg` over aiortc (JSEP RFC 9429, ICE RFC 8445, Opus RFC 6716).

The page sends its offer by HTTP and gets the answer back; when its network has changed it offers again. Sound goes both
ways as Opus; keys, hanging up and whatever else the two tell each other ride in the data channel "control", one JSON
object a message:

    page -> us   {"type": "key", "key": "1"}     {"type": "hangup"}     {"type": "leaving"}
    us -> page   {"type": "ended", "reason": "us"}, and what `WebRtcLeg.send` is given
"""

from voice.webrtc.endpoint import WebRtcEndpoint
from voice.webrtc.ice import IceServers
from voice.webrtc.leg import WebRtcLeg

__all__ = ["IceServers", "WebRtcEndpoint", "WebRtcLeg"]
