"""Groups of leads that are known to be treated alike, or not."""

import numpy as np
from numpy.typing import NDArray

from leadscore.leads.schema import Field
from leadscore.measure.fairness.assess import Protected, assess
from leadscore.measure.fairness.groups import Groups
from leadscore.measure.fairness.quick import Inputs
from leadscore.measure.fairness.rates import Treated
from leadscore.measure.fairness.record import Fairness, Flips

TIERS = ("Low", "Medium", "High")
AGE = Field(name="age", type="integer", role="audit")
REGION = Field(name="region", type="category", role="audit")


def make_treated(
    n: int, *, seed: int, worse: NDArray[np.bool_] | None = None, times: float = 1.0
) -> Treated:
    """Make leads of a calibrated model; the `worse` ones are of the target `times` as often."""
    rng = np.random.default_rng(seed)
    said = rng.beta(1, 6, n)
    if worse is not None:
        said = np.where(worse, times * said, said)
    tier = (said > 0.12).astype(np.intp) + (said > 0.3)
    return Treated(tier=tier, tiers=TIERS, said=said, hits=rng.random(n) < said)


def make_groups(n: int, *, seed: int, shares: tuple[float, ...] = (0.5, 0.3, 0.2)) -> Groups:
    member = np.random.default_rng([seed, 1]).choice(len(shares), n, p=shares)
    names = tuple("abcdef"[: len(shares)])
    return Groups(names=names, member=member.astype(np.intp))


def make_inputs(n: int, *, seed: int) -> Inputs:
    rng = np.random.default_rng([seed, 2])
    x = np.column_stack([rng.normal(size=(n, 3)), rng.integers(0, 5, n)]).astype(np.float32)
    x[rng.random((n, 4)) < 0.05] = np.nan
    names = tuple((f"field_{at}", f"field {at}") for at in range(4))
    return Inputs(x=x, fields=names, categorical=(3,))


def make_fairness(treated: Treated, groups: Groups, *, seed: int = 0, changed: int = 0) -> Fairness:
    n = len(treated.hits)
    one = Protected(
        field=REGION,
        groups=groups,
        numbers=None,
        flips=Flips(n=n, changed=changed),
        others=make_inputs(n, seed=seed),
        itself=Inputs(
            x=groups.member.astype(np.float32)[:, None],
            fields=(("region", "region"),),
            categorical=(0,),
        ),
    )
    return assess((one,), treated, target="High leads", seed=seed)
