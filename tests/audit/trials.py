"""Short ways to put a frame on trial."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leadscore.audit.court import Trial, hear
from leadscore.leads.infer import infer
from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.values import parse_label


def as_texts(columns: dict[str, object]) -> pd.DataFrame:
    """Return the columns as a CSV file has them; NaN is an empty cell."""
    frame = pd.DataFrame(columns)
    return frame.astype(object).where(frame.notna(), "").astype("str")


def codes_of(frame: pd.DataFrame, schema: Schema) -> NDArray[np.int64]:
    assert schema.label is not None
    said = [
        parse_label(value, schema.label, schema.label_placeholders)
        for value in frame[schema.label.field]
    ]
    return np.array(said, dtype=np.int64)


def hear_inferred(frame: pd.DataFrame, label: str, positive: str | None, *, seed: int = 0) -> Trial:
    schema = infer(frame, label=label, positive=positive).schema
    return hear(frame, schema, codes_of(frame, schema), seed=seed)


def plain_schema(frame: pd.DataFrame, **roles: str) -> Schema:
    """Return a schema that scores every column as a category unless a role is given."""
    fields = tuple(
        Field(name=name, type="category", role=roles.get(name, "feature"))  # type: ignore[arg-type]  # a test's roles are words
        for name in map(str, frame)
        if name != "y"
    )
    return Schema(
        name="test", fields=fields, label=Label(field="y", classes=("0", "1"), positive="1")
    )


def verdicts(trial: Trial) -> dict[str, str]:
    return {one.field: one.verdict for one in trial.findings}


def kinds(trial: Trial, field: str) -> set[str]:
    (found,) = [one for one in trial.findings if one.field == field]
    return {one.kind for one in found.evidence}
