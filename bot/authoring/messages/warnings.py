"""What works, but not well: a caller will suffer, or the author has forgotten something."""

from __future__ import annotations

from bot.authoring.messages.entry import Messages

MESSAGES: Messages = {}
