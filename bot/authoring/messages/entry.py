"""One message: by language, (what is wrong, how to mend it)."""

from __future__ import annotations

from collections.abc import Mapping

Messages = Mapping[str, Mapping[str, tuple[str, str]]]
