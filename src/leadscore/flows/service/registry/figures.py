"""A model's figures as flat names and numbers, for a row of the registry."""

from collections.abc import Iterator, Mapping
from typing import TypeGuard

from leadscore.leads.event import Scalar
from leadscore.model.bundle import Model

__all__ = ["figures_of", "with_intervals"]

#: What a card says of the data and the fit that tells two models apart.
_FACTS = ("rows", "seed", "fingerprint")
_INTERVAL = ("low", "high")


def figures_of(model: Model) -> dict[str, Scalar]:
    """Return what the model's own measurement says, each figure under a name with dots.

    A figure with an interval has two more names, ``.low`` and ``.high``. What is undefined is left
    out. The model's facts stand beside them: the rows it learned from, their fingerprint, how many
    fields it scores.

    Examples
    --------
    >>> from leadscore.testing.models import make_model
    >>> found = figures_of(make_model())
    >>> found["accuracy"], found["accuracy.low"], found["fields"]
    (0.8, 0.7, 10)
    """
    facts = {name: model.card.get(name) for name in _FACTS}
    fields = {"fields": len(model.schema.features)}
    return {**dict(_flat(model.metrics)), **dict(_flat(facts)), **fields}


def with_intervals(about: Mapping[str, Scalar]) -> dict[str, dict[str, Scalar]]:
    """Return figures by name, each as ``value``, ``low`` and ``high``, null where there is none.

    Examples
    --------
    >>> with_intervals({"auc": 0.8, "auc.low": 0.7, "auc.high": 0.9})
    {'auc': {'value': 0.8, 'low': 0.7, 'high': 0.9}}
    """
    names = [name for name in about if name.rpartition(".")[2] not in _INTERVAL]
    return {
        name: {
            "value": about[name],
            **{end: about.get(f"{name}.{end}") for end in _INTERVAL},
        }
        for name in names
    }


def _flat(metrics: Mapping[str, object], above: str = "") -> Iterator[tuple[str, Scalar]]:
    for key, value in metrics.items():
        name = f"{above}.{key}" if above else key
        if isinstance(value, Mapping):
            yield from _number(name, value) if "value" in value else _flat(value, name)
        elif _is_flat(value) and value is not None:
            yield name, value


def _number(name: str, number: Mapping[str, object]) -> Iterator[tuple[str, Scalar]]:
    """Yield a figure and the ends of its interval, as far as they are defined."""
    for end, where in (("value", name), *((one, f"{name}.{one}") for one in _INTERVAL)):
        found = number.get(end)
        if isinstance(found, int | float):
            yield where, found


def _is_flat(value: object) -> TypeGuard[Scalar]:
    return value is None or isinstance(value, str | int | float | bool)
