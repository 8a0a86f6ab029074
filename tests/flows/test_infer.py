"""What a person is told first about a schema that was read off a file."""

import numpy as np
import pandas as pd

from leadscore.flows.infer import infer_frame
from leadscore.flows.schema import SchemaWish, choose_schema
from leadscore.leads.schema import Field, Schema

STAGES = ("Open - Not Contacted", "Working - Contacted", "Closed - Not Converted", "Closed - Won")
WISH = SchemaWish(label="Lead Status", positive="Closed - Won")
WORDS = (
    "Counted as not converted: Closed - Not Converted (100); open, not learned from: "
    "Open - Not Contacted (100), Working - Contacted (100). If one of them is wrong, edit classes "
    "and placeholders of the label."
)


def export() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    revenue = [f"${value:,.0f}" for value in rng.lognormal(12, 1, 400)]
    return pd.DataFrame({"Annual Revenue": revenue, "Lead Status": STAGES * 100}, dtype="str")


def test_what_counts_as_what_is_the_first_news_and_stands_above_the_label() -> None:
    found = infer_frame(export(), WISH)
    assert found.news[0] == WORDS
    text = found.toml()
    assert text.startswith(f"# {WORDS}")
    assert f'# {WORDS}\n[[field]]\nname = "Lead Status"' in text
    assert 'unit = "$"' in text


def test_a_label_that_replaces_that_of_a_given_schema_is_told_of_as_well() -> None:
    field = Field(name="Annual Revenue", type="number", unit="USD")
    wish = SchemaWish(
        schema=Schema(name="s", fields=(field,)), label=WISH.label, positive=WISH.positive
    )
    chosen = choose_schema(export(), wish, None)
    assert chosen.source == "given"
    assert chosen.label_words == WORDS
    assert chosen.schema.field("Annual Revenue") == field


def test_nothing_is_said_of_a_label_of_two_values() -> None:
    frame = export().iloc[[at for at in range(400) if at % 4 > 1]]
    assert not choose_schema(frame, WISH, None).label_words
