from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadscore.leads.schema import Field, Label, Schema
from leadscore.leads.table import Column, Leads
from leadscore.model.encode import OTHER, Encoder, fit_encoder

SCHEMA = Schema(
    name="two",
    fields=(
        Field(name="size", type="number"),
        Field(name="source", type="category"),
        Field(name="when", type="time", role="time"),
        Field(name="won", type="category", role="label"),
    ),
    label=Label(field="won", classes=("no", "yes"), positive="yes"),
)

words = st.sampled_from(["web", "mail", "fair", "call", OTHER, "rare1", "rare2", None])


def make_leads(source: Sequence[str | None], size: Sequence[float] | None = None) -> Leads:
    numbers = np.arange(len(source), dtype=np.float64) if size is None else np.array(size)
    columns: dict[str, Column] = {
        "size": numbers,
        "source": np.array(source, dtype=object),
    }
    return Leads(columns=columns, ids={}, n=len(source))


def code_of(encoder: Encoder, value: str | None) -> float:
    return float(encoder.encode(make_leads([value], [0.0]))[0, 1])


def test_only_features_are_encoded_in_the_schemas_order() -> None:
    encoder = fit_encoder(make_leads(["web"] * 5), SCHEMA)
    assert encoder.fields == ("size", "source")
    assert encoder.categorical == (1,)


def test_the_matrix_is_float32_with_nan_where_missing() -> None:
    leads = make_leads([*["web"] * 5, None], [1, 2, 3, 4, np.nan, 6])
    matrix = fit_encoder(leads, SCHEMA).encode(leads)
    assert matrix.dtype == np.float32
    assert np.isnan(matrix).tolist() == [[False, False]] * 4 + [[True, False], [False, True]]


def test_a_number_beyond_float32_counts_as_the_largest_there_is() -> None:
    encoder = fit_encoder(make_leads(["web"] * 5), SCHEMA)
    matrix = encoder.encode(make_leads(["web"] * 3, [1e300, -1e300, np.inf]))
    largest = np.finfo(np.float32).max
    assert matrix[:, 0].tolist() == [largest, -largest, largest]


def test_a_value_that_training_had_not_is_missing_where_no_level_was_rare() -> None:
    encoder = fit_encoder(make_leads(["web"] * 5 + ["mail"] * 5), SCHEMA)
    assert encoder.levels["source"] == ("mail", "web")
    assert np.isnan(code_of(encoder, "fair"))


def test_a_value_that_training_had_not_joins_the_rare_ones() -> None:
    encoder = fit_encoder(make_leads(["web"] * 5 + ["mail"]), SCHEMA)
    assert encoder.levels["source"] == ("web", OTHER)
    assert code_of(encoder, "mail") == code_of(encoder, "fair") == 1


def test_a_value_called_other_is_the_pool_itself() -> None:
    encoder = fit_encoder(make_leads([OTHER] * 9 + ["web"] * 9 + ["mail"]), SCHEMA)
    assert encoder.levels["source"] == ("web", OTHER)


@given(
    training=st.lists(words, min_size=1, max_size=60),
    value=st.sampled_from(["web", "mail", "fair", "call", OTHER, "new", "", "nan", "0"]),
)
def test_a_new_value_never_gets_the_code_of_a_level(training: list[str | None], value: str) -> None:
    encoder = fit_encoder(make_leads(training), SCHEMA)
    levels = encoder.levels["source"]
    assert len(set(levels)) == len(levels)
    code = code_of(encoder, value)
    if value in levels:
        assert levels[int(code)] == value
    elif OTHER in levels:
        assert levels[int(code)] == OTHER
    else:
        assert np.isnan(code)
    assert np.isnan(code_of(encoder, None))


def test_unseen_values_are_told_and_missing_ones_are_not_unseen() -> None:
    encoder = fit_encoder(make_leads(["web"] * 5), SCHEMA)
    found = encoder.unseen(make_leads(["web", "fair", None]))
    assert found["source"].tolist() == [False, True, False]
    assert list(found) == ["source"]


def test_encoding_tells_the_unseen_values_as_it_goes() -> None:
    leads = make_leads([*["web"] * 6, "mail", None, OTHER, "fair"])
    encoder = fit_encoder(leads, SCHEMA)
    matrix, unseen = encoder.encode_noting(leads)
    assert matrix.tobytes() == encoder.encode(leads).tobytes()
    assert np.flatnonzero(unseen["source"]).tolist() == [6, 9]
    assert unseen["source"].tolist() == encoder.unseen(leads)["source"].tolist()


def test_extra_columns_and_their_order_change_nothing() -> None:
    leads = make_leads(["web"] * 5 + ["mail"] * 6)
    more = Leads(
        columns={"zz": np.zeros(11), "source": leads.columns["source"], **leads.columns},
        ids={"id": np.array(["x"] * 11, dtype=object)},
        n=11,
    )
    assert fit_encoder(more, SCHEMA) == fit_encoder(leads, SCHEMA)
    encoder = fit_encoder(leads, SCHEMA)
    assert encoder.encode(more).tobytes() == encoder.encode(leads).tobytes()


@given(source=st.lists(words, min_size=1, max_size=40), seed=st.integers(0, 99))
def test_the_order_of_the_leads_does_not_change_the_encoder(
    source: list[str | None], seed: int
) -> None:
    leads = make_leads(source)
    order = np.random.default_rng(seed).permutation(len(source))
    encoder, same = fit_encoder(leads, SCHEMA), fit_encoder(leads.take(order), SCHEMA)
    assert same == encoder
    assert encoder.encode(leads.take(order)).tobytes() == encoder.encode(leads)[order].tobytes()


def test_a_batch_of_one_is_encoded_like_a_batch_of_many() -> None:
    leads = make_leads([*["web"] * 6, "mail", None])
    encoder = fit_encoder(leads, SCHEMA)
    one_by_one = [encoder.encode(leads.take(slice(i, i + 1))) for i in range(8)]
    assert np.vstack(one_by_one).tobytes() == encoder.encode(leads).tobytes()


def test_a_missing_column_is_named() -> None:
    encoder = fit_encoder(make_leads(["web"] * 5), SCHEMA)
    with pytest.raises(KeyError, match="source"):
        encoder.encode(Leads(columns={"size": np.zeros(1)}, ids={}, n=1))
