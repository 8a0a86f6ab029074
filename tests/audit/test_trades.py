import numpy as np
import pytest

from leadscore.audit.columns import read_columns
from leadscore.audit.evidence.marked import marked_after, one_sided
from leadscore.audit.lone import Cut
from tests.audit.trades import TRADES
from tests.audit.trials import as_texts, hear_inferred, plain_schema, verdicts

#: Named, but as a question: strong, and yet nothing about it proves that it came afterwards.
ASKED = {"debt_settlement_flag", "motivo_perdida", "Absagegrund"}


@pytest.mark.parametrize("trade", TRADES)
@pytest.mark.parametrize("seed", [0, 1])
def test_a_trade_is_seen_through_and_what_is_honest_is_left_alone(trade: str, seed: int) -> None:
    case = TRADES[trade](seed=seed)
    found = verdicts(hear_inferred(case.frame, case.label, case.positive))
    assert {name for name in case.leaks if found[name] == "clean"} == set()
    assert {name for name in case.leaks - ASKED if found[name] == "ask"} == set()
    assert {name for name in case.honest if found[name] != "clean"} == set()


@pytest.mark.parametrize("whose", ["with", "without"])
def test_what_is_changed_for_one_kind_alone_is_graver_for_the_better(whose: str) -> None:
    better = np.arange(1_000) < 300
    cut = Cut(top="won = 1", better=better if whose == "with" else ~better)
    (column,) = read_columns(
        frame := as_texts({"fee": np.where(np.arange(1_000) < 200, 7, 0)}), plain_schema(frame)
    )
    (one,) = marked_after(column, (cut,))
    assert one.verdict == ("leak" if whose == "with" else "ask")


def test_a_few_changed_ones_prove_nothing_and_one_slip_frees() -> None:
    better = np.arange(1_000) < 300
    cut = Cut(top="won = 1", better=better)
    for marked in (np.arange(1_000) < 30, (np.arange(1_000) < 200) | (np.arange(1_000) == 999)):
        frame = as_texts({"fee": np.where(marked, 7, 0)})
        (column,) = read_columns(frame, plain_schema(frame))
        assert list(marked_after(column, (cut,))) == []


def test_a_value_of_one_kind_alone_is_asked_about() -> None:
    better = np.arange(1_000) < 400
    cut = Cut(top="won = 1", better=better)
    values = np.where(np.arange(1_000) >= 600, "z", np.where(np.arange(1_000) % 2, "x", "y"))
    frame = as_texts({"step": values})
    (column,) = read_columns(frame, plain_schema(frame))
    (one,) = one_sided(column, (cut,))
    assert (one.verdict, one.evidence.kind) == ("ask", "one_sided")
