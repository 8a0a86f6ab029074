import numpy as np
import pytest

from leadscore.model.tables import Axis, PairTable, StepTables, axis_places

NUMBER = Axis(edges=np.array([1.0, 2.0], np.float32))
CATEGORY = Axis(edges=np.array([], np.float32), levels=3)


def column(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.array(values, np.float32)


def test_a_value_on_an_edge_belongs_to_the_cell_above() -> None:
    assert axis_places(column(0.9, 1.0, 1.5, 2.0, 9e30), NUMBER).tolist() == [0, 1, 1, 2, 2]


def test_missing_values_have_a_cell_of_their_own() -> None:
    assert NUMBER.places(column(np.nan)).tolist() == [NUMBER.cells - 1]
    assert CATEGORY.places(column(np.nan)).tolist() == [CATEGORY.cells - 1]


def test_a_code_is_its_cell_and_one_past_the_list_is_missing() -> None:
    assert CATEGORY.places(column(0, 1, 2, 3, 99)).tolist() == [0, 1, 2, 3, 3]


def test_half_of_a_joint_effect_goes_to_each_of_the_two_fields() -> None:
    joint = np.zeros((4, 4))
    joint[1, 2] = 0.6
    tables = StepTables(
        base=0.5,
        axes=(NUMBER, CATEGORY),
        values=(np.array([0.0, 1.0, 2.0, -1.0]), np.array([0.1, 0.2, 0.3, 0.4])),
        pairs=(PairTable(fields=(0, 1), axes=(NUMBER, CATEGORY), values=joint),),
    )
    leads = np.array([[1.5, 2], [1.5, 1], [np.nan, np.nan]], np.float32)
    assert tables.effects(leads) == pytest.approx(np.array([[1.3, 0.6], [1.0, 0.2], [-1.0, 0.4]]))
