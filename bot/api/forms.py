"""/api/forms: what scenarios kept for the staff, as JSON or as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import BaseModel, Field

from bot.api.bodies import plain
from bot.api.doors import House, allowed
from bot.api.problems import Problem
from bot.backends.forms import Form, Status, names

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
    data: dict[str, Any] = Field(description="What was saved, by name.")
    created: str
    changed: str
    agent: str = Field("", description="Who changed its status last.")
    customer: int | None
    conversation: str | None


class Settled(BaseModel):
    status: Status


def form_out(form: Form) -> dict[str, Any]:
    return {
        "number": form.number,
        "kind": form.kind,
        "status": form.status,
        "data": {name: plain(value) for name, value in form.data.items()},
        "created": form.created.isoformat(),
        "changed": form.changed.isoformat(),
        "agent": form.agent,
        "customer": form.customer,
        "conversation": form.conversation,
    }


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
) -> Any:
    """What scenarios kept with `forms.save`, the newest first."""
    found = await parts.records.forms(kind=kind, statuses=(status,) if status else (), before=before, limit=limit)
    if form == "json":
        return [form_out(each) for each in found]
    # With a byte order mark, by which spreadsheets tell UTF-8.
    return Response(
        table(found).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="forms.csv"'},
    )


@router.post("/forms/{number}", response_model=FormOut, responses={404: {"model": Problem}})
async def settle(number: Annotated[int, Path(ge=1, le=2**53)], body: Settled, parts: House) -> dict[str, Any]:
    """Say how far it is: new, working or done. One that is done is no longer found by `forms.find`."""
    form = await parts.records.settle_form(number, body.status)
    await parts.bus.publish("desk", {"forms": "forms.settle"})
    return form_out(form)


def table(found: Sequence[Form]) -> str:
    """One line a form, one column a field that any of them has."""
    fields = tuple(names(found))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*_HEAD, *fields))
    for form in found:
        told = form_out(form)
        cells = (*(told[name] for name in _HEAD), *(told["data"].get(name) for name in fields))
        writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    number = text[1:].replace(" ", "").replace(".", "").isdigit()  # +79051234567 and -5 are what they look like
    text = _CELL_INSIDE.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULA) and not number else text
