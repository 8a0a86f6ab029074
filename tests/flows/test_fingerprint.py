"""A training file is known again by what its leads say."""

import numpy as np
import pandas as pd
import pytest

from leadscore.flows.fingerprint import fingerprint
from leadscore.leads.conform import conform
from leadscore.leads.schema import Field, Schema
from leadscore.leads.table import Leads
from leadscore.testing.makers import make_frame

SCHEMA = Schema(
    name="two",
    fields=(Field(name="income", type="number"), Field(name="source", type="category")),
)


def leads(**columns: list[object]) -> Leads:
    return conform(pd.DataFrame(columns), SCHEMA).leads


def digest(found: Leads) -> str:
    return fingerprint(found, np.zeros(found.n, dtype=np.int64))


def test_the_same_leads_have_one_fingerprint_whatever_the_file() -> None:
    typed = leads(income=[1.0, None], source=["Web", None], other=["x", "y"])
    texts = leads(source=["Web", ""], income=["1", ""], lead_id=["a", "b"])
    assert digest(typed) == digest(texts)


@pytest.mark.parametrize(
    "changed",
    [
        {"income": [2.0, None], "source": ["Web", None]},
        {"income": [1.0, None], "source": ["Web", "Web"]},
        {"income": [None, 1.0], "source": [None, "Web"]},
        {"income": [1.0], "source": ["Web"]},
        {"income": [1.0, None], "source": ["Web\n3 Web", None]},
    ],
)
def test_other_leads_have_another(changed: dict[str, list[object]]) -> None:
    assert digest(leads(**changed)) != digest(leads(income=[1.0, None], source=["Web", None]))


def test_another_label_has_another() -> None:
    found = conform(make_frame(5, seed=1), SCHEMA).leads
    labels = np.array([0, 1, 0, 1, 1])
    assert fingerprint(found, labels) != fingerprint(found, 1 - labels)
