"""Classes of 0 and 1 get words; classes that have words keep them."""

import pytest

from leadscore.flows.class_words import class_words
from leadscore.leads.schema import Label, Schema, investor


@pytest.mark.parametrize(
    ("classes", "positive", "words"),
    [
        (("0", "1"), "1", ("not converted", "converted")),
        (("no", "yes"), "yes", ("not converted", "converted")),
        (("lost", "won"), "won", ("lost", "won")),
        (("lost", "spam", "won"), "won", ("not won", "won")),
    ],
)
def test_bare_values_get_words(
    classes: tuple[str, ...], positive: str, words: tuple[str, str]
) -> None:
    label = Label(field="y", classes=classes, positive=positive)
    assert class_words(Schema(name="s", fields=(), label=label)) == words


def test_tiers_keep_their_names() -> None:
    assert class_words(investor()) == ("Low", "Medium", "High")
