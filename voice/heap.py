"""Memory that was given back, and that the C library keeps for itself.

Loading weights and learning intents takes hundreds of megabytes for a moment. glibc keeps what is freed of them in its
heaps, where most of it is never wanted again: 150 MB of a process that has just begun to take calls. A busy hour of
calls, three threads each, leaves more of it behind.
"""

from __future__ import annotations

import ctypes


def give_back() -> None:
    """To the system. Blocks for some ten milliseconds, so off the event loop and not beside calls. Does nothing where
    the C library has no such call (musl, macOS)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
