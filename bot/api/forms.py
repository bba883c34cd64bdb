"""/api/forms: what scenarios kept for the staff, as JSON or as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import logging
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from bot.api.bodies import plain
from bot.api.doors import House, allowed
from bot.api.problems import Problem
from bot.backends.forms import Form, Status, names
from bot.dialogue.values import MASK

log = logging.getLogger("govorun.api")

router = APIRouter(
    prefix="/api",
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}},
    tags=["forms"],
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins with one is run by spreadsheets
# A spreadsheet set to Russian begins a new cell at ";" and, as the quotes then stand inside, at a new line too.
_CELL_INSIDE = re.compile(r"([;\t\r\n]\s*)(?=[=+\-@])")
_HEAD = ("number", "kind", "status", "created", "changed", "agent", "conversation")


class FormOut(BaseModel):
    number: int = Field(description="As the customer was told.")
    kind: str
    status: Status
    data: dict[str, Any] = Field(
        description="What was saved, by name; ••• for what is sensitive, unless it is asked for."
    )
    created: str
    changed: str
    agent: str = Field("", description="Who changed its status last.")
    customer: int | None
    conversation: str | None


class Settled(BaseModel):
    status: Status


def form_out(form: Form, *, clear: bool = False) -> dict[str, Any]:
    """clear: sensitive values too."""
    return {
        "number": form.number,
        "kind": form.kind,
        "status": form.status,
        "data": {name: MASK if _hidden(form, name, clear) else plain(value) for name, value in form.data.items()},
        "created": form.created.isoformat(),
        "changed": form.changed.isoformat(),
        "agent": form.agent,
        "customer": form.customer,
        "conversation": form.conversation,
    }


def _hidden(form: Form, name: str, clear: bool) -> bool:
    return not clear and name in form.labels and form.labels[name].sensitive


@router.get(
    "/forms",
    response_model=list[FormOut],
    responses={200: {"content": {"text/csv": {}}}},
)
async def kept(
    parts: House,
    kind: Annotated[str | None, Query(max_length=80)] = None,
    status: Status | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Of a lower number: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 100,
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    sensitive: Annotated[
        Literal["masked", "shown"], Query(description="shown: the values of sensitive slots too; the log says so.")
    ] = "masked",
) -> Any:
    """What scenarios kept with `forms.save`, the newest first."""
    found = await parts.records.forms(kind=kind, statuses=(status,) if status else (), before=before, limit=limit)
    clear = sensitive == "shown"
    if clear and (told := [each.number for each in found if any(label.sensitive for label in each.labels.values())]):
        log.warning("sensitive values of forms were given out", extra={"forms": len(told), "first": told[-1]})
    if form == "json":
        return [form_out(each, clear=clear) for each in found]
    # With a byte order mark, by which spreadsheets tell UTF-8.
    return Response(
        table(found, clear=clear).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="forms.csv"'},
    )


@router.post("/forms/{number}", response_model=FormOut, responses={404: {"model": Problem}})
async def settle(number: Annotated[int, Path(ge=1, le=2**53)], body: Settled, parts: House) -> dict[str, Any]:
    """Say how far it is: new, working or done. One that is done is no longer found by `forms.find`."""
    form = await parts.records.settle_form(number, body.status)
    await parts.bus.publish("desk", {"forms": "forms.settle"})
    return form_out(form)


def table(found: Sequence[Form], *, clear: bool = False) -> str:
    """One line a form, one column a field that any of them has. clear: sensitive values too."""
    fields = tuple(names(found))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*_HEAD, *fields))
    for form in found:
        told = form_out(form, clear=clear)
        cells = (*(told[name] for name in _HEAD), *(told["data"].get(name) for name in fields))
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    number = text[1:].replace(" ", "").replace(".", "").isdigit()  # +79051234567 and -5 are what they look like
    text = _CELL_INSIDE.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULA) and not number else text
