"""An address as a picture that a telephone's camera reads."""

from __future__ import annotations

from functools import lru_cache

import segno

QUIET = 2  # modules around it: the standard wants 4, and the page itself gives the rest


@lru_cache(maxsize=256)
def drawn(address: str) -> str:
    """A data URI of an SVG, dark on white whatever the page's theme: cameras expect it so (ISO/IEC 18004)."""
    made = segno.make(address, error="m", micro=False)
    return str(made.svg_data_uri(scale=4, border=QUIET, dark="#000", light="#fff"))
