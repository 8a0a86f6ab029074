"""One lead or many: the same advice, and every fault at once."""

import pytest

from leadscore.errors import BadInput
from leadscore.flows.explain import explain_values, what_if_frame
from leadscore.testing.makers import make_frame
from leadscore.testing.models import make_model


def test_a_frame_of_leads_is_told_what_each_is_told_alone() -> None:
    model, frame = make_model(), make_frame(12, seed=5)
    told = what_if_frame(model, frame, most=2)
    assert len(told) == 12
    for row, one in zip(frame.to_dict("records"), told, strict=True):
        alone = explain_values(model, {str(name): value for name, value in row.items()})
        assert isinstance(alone["what_if"], dict)
        whole = one.to_json()
        assert alone["what_if"] | {"advice": None} == whole | {"advice": None}
        assert isinstance(alone["what_if"]["advice"], list)
        assert alone["what_if"]["advice"][:2] == whole["advice"]


def test_faulty_leads_are_refused_and_a_faulty_label_is_none_of_our_business() -> None:
    model = make_model()
    with pytest.raises(BadInput):
        what_if_frame(model, make_frame(3, seed=5).assign(income="plenty"))
    assert len(what_if_frame(model, make_frame(3, seed=5).assign(tier="Huge"))) == 3
