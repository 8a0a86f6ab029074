"""Many leads at once, from a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Request
from starlette.datastructures import UploadFile
from starlette.responses import Response

from leadscore import wiring
from leadscore.errors import BadRequest, Fault
from leadscore.flows.service.imports.run import ImportWish, import_rows
from leadscore.flows.service.imports.tables import TableRows
from leadscore.service.api.document.told import told
from leadscore.service.api.edge import Called

__all__ = ["Form", "import_leads", "read_form", "router"]

router = APIRouter(prefix="/v1", tags=["leads"])

#: More is imported on the server: leadscore import.
MOST_ROWS = 100_000

_FLAGS = {"true": True, "1": True, "false": False, "0": False, "": False}
_DATES = ("", "d/m/y", "m/d/y")
_LISTED: Mapping[str, tuple[str, ...]] = {"dry_run": tuple(_FLAGS), "dates": _DATES}
_LONGEST_GOT = 60
_PARTS = {
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {
                    "type": "string",
                    "format": "binary",
                    "description": "A CSV or Parquet file; its header names the columns.",
                },
                "mapping": {
                    "type": "string",
                    "contentMediaType": "application/json",
                    "description": "By column what it is, where its header does not tell: "
                    '{"Annual income": "income"}.',
                },
                "dry_run": {
                    "enum": [*_FLAGS],
                    "description": "Whether to say what would come in, and write nothing.",
                },
                "dates": {"enum": [*_DATES], "description": "How dates with slashes are written."},
            },
        }
    }
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What came in the form.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        What it was called.
    wish : ImportWish
        How it is to be imported.
    """

    content: bytes
    name: str
    wish: ImportWish


async def read_form(request: Request) -> Form:
    """Read the form of a request that was let in.

    Raises
    ------
    BadRequest
        If it is none, or not as it should be; with all faults at once.
    """
    async with request.form() as form:
        file = form.get("file")
        said = {name: value for name, value in form.items() if isinstance(value, str)}
        name = file.filename or "the file" if isinstance(file, UploadFile) else ""
        content = await file.read() if isinstance(file, UploadFile) else b""
    mapping, faults = _mapping(said.get("mapping", "")), _unlisted(said)
    if mapping is None:
        allowed = "a JSON object of texts, a column and what it is"
        faults.append(Fault(field="mapping", got="something else", allowed=allowed))
    if not name:
        faults.append(Fault(field="file", got="nothing", allowed="a CSV or Parquet file"))
    if faults:
        raise BadRequest("The form cannot be used.", faults=tuple(faults))
    wish = ImportWish(
        mapping=mapping or {},
        dates=said.get("dates", ""),
        dry_run=_FLAGS[said.get("dry_run", "")],
        most=MOST_ROWS,
    )
    return Form(content=content, name=name, wish=wish)


@router.post(
    "/leads/import",
    **told("Bring in many leads", action="lead.import", answer="Imported", body_types=_PARTS),
)
def import_leads(asked: Called, form: Annotated[Form, Depends(read_form)]) -> Response:
    """Bring in what the rows of a file say of leads; HubSpot's and Salesforce's are understood.

    The same file again changes nothing. Rows with faults are left out and named.
    """
    with wiring.uploaded(form.content, name=form.name) as table:
        report = asked.run(
            lambda store, context: import_rows(store, context, TableRows(table), wish=form.wish)
        )
    return Response(msgspec.json.encode(report.to_json()), media_type="application/json")


def _mapping(text: str) -> dict[str, str] | None:
    try:
        return msgspec.json.decode(text or "{}", type=dict[str, str])
    except msgspec.MsgspecError:
        return None


def _unlisted(said: Mapping[str, str]) -> list[Fault]:
    """Return the parts that are none of the few texts that are allowed there."""
    return [
        Fault(
            field=name,
            got=repr(said[name][:_LONGEST_GOT]),
            allowed=", ".join(one for one in allowed if one),
        )
        for name, allowed in _LISTED.items()
        if said.get(name, "") not in allowed
    ]
