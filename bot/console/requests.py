"""What scenarios kept for the staff, as the desk shows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.api.bodies import plain
from bot.api.records import Records
from bot.backends.forms import STATUSES, Form, Status
from bot.errors import Unacceptable
from bot.locale import said

OPEN_SHOWN, DONE_SHOWN = 200, 20
MASK = "•••"


async def listed(records: Records) -> list[dict[str, Any]]:
    """What is open, the newest first; then what was done lately."""
    still = await records.forms(statuses=("new", "working"), limit=OPEN_SHOWN)
    done = await records.forms(statuses=("done",), limit=DONE_SHOWN)
    return [described(form) for form in (*still, *done)]


def described(form: Form) -> dict[str, Any]:
    return {
        "number": form.number,
        "kind": form.kind,
        "title": dict(form.title),
        "status": form.status,
        "agent": form.agent,
        "created": form.created.isoformat(),
        "conversation": form.conversation or "",
        "fields": [_field(form, name) for name in form.data],
    }


def _field(form: Form, name: str) -> dict[str, Any]:
    label = form.labels.get(name)
    if label is None:
        return {"name": name, "title": {}, "value": plain(form.data[name]), "shown": {}}
    if label.sensitive:
        return {"name": name, "title": dict(label.title), "value": MASK, "shown": {}}
    return {"name": name, "title": dict(label.title), "value": plain(form.data[name]), "shown": dict(label.value)}


def asked(message: Mapping[str, Any]) -> tuple[int, Status]:
    """Which form gets which status. Raises Unacceptable."""
    number, status = message.get("number"), message.get("status")
    if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**53:
        raise Unacceptable(said("which one?", "какую?"), where="number")
    found = next((each for each in STATUSES if each == status), None)
    if found is None:
        raise Unacceptable(
            said("no such status", "нет такого состояния"),
            where="status",
            fix=said(f"Send one of {', '.join(STATUSES)}", f"Пришлите одно из: {', '.join(STATUSES)}"),
        )
    return number, found
