"""What `govorun check` says: (what is wrong, how to mend it), by code and language. <name> is filled in.

A theme is a module with its own MESSAGES; what stands in `warnings` and `exploring` is a warning, all else an error.
"""

from __future__ import annotations

from bot.authoring.messages import (
    actions,
    exploring,
    files,
    making,
    rasa,
    sets,
    slots,
    steps,
    talks,
    telephone,
    values,
    warnings,
)
from bot.authoring.messages.entry import Messages

THEMES = (files, values, slots, steps, sets, talks, making, actions, rasa, telephone)
ERRORS: Messages = {code: texts for theme in THEMES for code, texts in theme.MESSAGES.items()}
WARNINGS: Messages = {**warnings.MESSAGES, **exploring.MESSAGES}
MESSAGES: Messages = {**ERRORS, **WARNINGS}
