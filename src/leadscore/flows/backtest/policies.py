"""The ways to choose whom to call, each knowing at any moment only what was ripe by then."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest, UserError
from leadscore.flows.backtest.past import Past
from leadscore.flows.labelled import class_names
from leadscore.flows.ports import Teller
from leadscore.leads.schema import Schema
from leadscore.measure.backtest.calls import Policy
from leadscore.measure.baselines import (
    Ranked,
    Training,
    Unavailable,
    newest_first,
    points_rule,
    random_forest,
)
from leadscore.measure.metrics import Number, evaluate
from leadscore.model.bundle import Model
from leadscore.model.recalibrate import Recalibration, recalibrate
from leadscore.model.recent import recent_outcomes
from leadscore.model.split import FEWEST
from leadscore.model.train import Fitted, RecipeName, fit_model

__all__ = ["EVERY", "Played", "Player", "Told"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

#: At the beginning of which periods a model is trained anew: every one, every third, or none.
EVERY = {"monthly": 1, "quarterly": 3, "none": 0}

_RECIPES: tuple[RecipeName, ...] = ("ordinal", "logistic", "seed")
_ALONE = "it was left out, as asked"
#: Bootstrap draws of the random split's figures.
_DRAWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a model says of all leads: margins, and P(class) of shape (n, K)."""

    margin: Floats
    probabilities: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The policies, the model first, and how they came to be.

    Parameters
    ----------
    model : Model
        The model, trained on what was ripe when the replay begins.
    trained_on : int
        How many leads those are.
    policies : tuple of Policy
        The policies.
    recalibrations : tuple of Recalibration
        By period.
    retrained : tuple of int
        The periods at whose beginning a model was trained anew.
    random_split : mapping of str to Number
        The figures of the same recipe where held-out leads are drawn at random from the file.
    """

    model: Model
    trained_on: int
    policies: tuple[Policy, ...]
    recalibrations: tuple[Recalibration, ...]
    retrained: tuple[int, ...]
    random_split: Mapping[str, Number]


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Plays the policies on the leads of `past`.

    Parameters
    ----------
    past : Past
        The leads.
    schema : Schema
        Their schema.
    recipe : RecipeName
        The recipe of the model.
    retrain : {"monthly", "quarterly", "none"}
        How often a model is trained anew.
    alone : bool
        Whether the other recipes and the random forest are left out.
    seed : int
        The seed of every fit.
    jobs : int
        Fits at once.
    tell : Teller
        Who is told what is being done.
    """

    past: Past
    schema: Schema
    recipe: RecipeName
    retrain: str
    alone: bool
    seed: int
    jobs: int
    tell: Teller

    def play(self) -> Played:
        """Train on what was ripe when the replay begins, and play every policy.

        Raises
        ------
        BadRequest
            If too few leads were ripe then.
        """
        rows = self._ripe(self.past.timeline.first)
        self._refuse_few(rows)
        self.tell(f"Training on the {len(rows):,} leads that were ripe at the start")
        model = self.fit(rows, self.recipe).model
        told = _told(model, self.past)
        frozen = Policy(
            key="model",
            name=f"model ({model.recipe})",
            kind="model",
            scores=(told.margin,),
            probabilities=told.probabilities,
        )
        mended, records = self._recalibrated(model, told, rows)
        again, retrained = self._retrained(model, told)
        return Played(
            model=model,
            trained_on=len(rows),
            policies=(
                frozen,
                mended,
                *again,
                *self._recipes(model, rows, frozen),
                *self._baselines(model, rows),
            ),
            recalibrations=records,
            retrained=retrained,
            random_split=self._random_split(model),
        )

    def fit(self, rows: Rows, recipe: RecipeName) -> Fitted:
        """Return a model of `recipe` that learned from `rows`."""
        return fit_model(
            self.past.leads.take(rows),
            self.past.labels[rows],
            self.schema,
            recipe=recipe,
            seed=self.seed,
            n_jobs=self.jobs,
        )

    def _ripe(self, day: int) -> Rows:
        """Return the leads whose outcome was known at the beginning of `day`."""
        return np.flatnonzero(self.past.timeline.ripe <= day)

    def _refuse_few(self, rows: Rows) -> None:
        names = class_names(self.schema)
        counts = np.bincount(self.past.labels[rows], minlength=len(names))
        if counts.min() >= FEWEST:
            return
        told = ", ".join(f"{name} {n:,}" for name, n in zip(names, counts, strict=True))
        raise BadRequest(
            f"The past is too short: {len(rows):,} leads were ripe at the replay's start ({told}).",
            allowed=f"at least {FEWEST} of each class",
            next_step="Let the replay begin later (--start), or give a file that reaches further "
            "back.",
        )

    def _recalibrated(
        self, model: Model, told: Told, learned: Rows
    ) -> tuple[Policy, tuple[Recalibration, ...]]:
        """Mend the frozen calibration at the beginning of each period, on what is ripe by then."""
        past, timeline = self.past, self.past.timeline
        unseen = np.ones(len(past.labels), dtype=bool)
        unseen[learned] = False
        said, records = told.probabilities.copy(), []
        for place, start in enumerate(timeline.starts):
            rows = np.flatnonzero(unseen & (timeline.ripe <= start))
            labels = past.labels[rows].astype(np.intp)
            kept = recent_outcomes(
                told.margin[rows],
                labels,
                times=timeline.clock[rows],
                previous=model.calibration,
                step=1.0,
                lag=timeline.lag,
            )
            rows, labels = rows[kept], labels[kept]
            found = recalibrate(
                told.margin[rows],
                labels,
                classes=said.shape[1],
                previous=model.calibration,
                times=timeline.day[rows].astype(np.float64),
            )
            here = timeline.period == place
            if found.record.method != "none":
                said[here] = found.calibration.probabilities(told.margin[here])
            records.append(found.record)
        policy = Policy(
            key="recalibrated",
            name="recalibrated",
            kind="variant",
            scores=(told.margin,),
            probabilities=said,
        )
        return policy, tuple(records)

    def _retrained(self, model: Model, told: Told) -> tuple[tuple[Policy, ...], tuple[int, ...]]:
        """Train anew at the beginning of periods, on all that is ripe by then."""
        every = EVERY[self.retrain]
        if not every:
            return (), ()
        timeline = self.past.timeline
        said, scores, when = told.probabilities.copy(), [], []
        margin, latest = told.margin, told
        for place, start in enumerate(timeline.starts.tolist()):
            if place and place % every == 0:
                self.tell(f"Retraining for {timeline.names[place]}")
                rows = self._ripe(start)
                latest = _told(self.fit(rows, _named(model.recipe)).model, self.past)
                margin = latest.margin
                when.append(place)
            here = timeline.period == place
            said[here] = latest.probabilities[here]
            scores.append(margin)
        policy = Policy(
            key="retrained",
            name=f"retrained {self.retrain}" if timeline.unit == "month" else "retrained",
            kind="variant",
            scores=tuple(scores),
            probabilities=said,
        )
        return (policy,), tuple(when)

    def _recipes(self, model: Model, rows: Rows, frozen: Policy) -> tuple[Policy, ...]:
        found = []
        for name in _RECIPES:
            if name == model.recipe:
                found.append(
                    Policy(
                        key=name,
                        name=name,
                        kind="recipe",
                        scores=frozen.scores,
                        probabilities=frozen.probabilities,
                        reason="the model",
                    )
                )
            elif self.alone:
                found.append(Policy(key=name, name=name, kind="recipe", reason=_ALONE))
            else:
                self.tell(f"Training {name} beside it")
                found.append(self._recipe(name, rows))
        return tuple(found)

    def _recipe(self, name: RecipeName, rows: Rows) -> Policy:
        try:
            told = _told(self.fit(rows, name).model, self.past)
        except UserError as error:
            return Policy(key=name, name=name, kind="recipe", reason=error.message)
        return Policy(
            key=name,
            name=name,
            kind="recipe",
            scores=(told.margin,),
            probabilities=told.probabilities,
        )

    def _baselines(self, model: Model, rows: Rows) -> tuple[Policy, ...]:
        self.tell("Asking what could be done without a model")
        past, x = self.past, model.encoder.encode(self.past.leads)
        training = Training(x=x[rows], labels=past.labels[rows], k=self._classes())
        rates = np.bincount(training.labels, minlength=training.k) / len(rows)
        chance = Ranked(
            name="random",
            # not the ties themselves: they already say who goes first among equals
            scores=(past.ties * 2.0**20) % 1.0,
            probabilities=np.tile(rates, (len(x), 1)),
        )
        found = (
            newest_first(len(x), times=past.times, order="rows" if past.times is None else ""),
            points_rule(x, model.schema.features, train=training),
            Unavailable(name="random forest", reason=_ALONE)
            if self.alone
            else random_forest(x, training, seed=self.seed, jobs=self.jobs),
            chance,
        )
        return tuple(_baseline(one) for one in found)

    def _random_split(self, model: Model) -> Mapping[str, Number]:
        self.tell("Asking what a random split would have said")
        fitted = self.fit(np.arange(len(self.past.labels)), _named(model.recipe))
        found = evaluate(
            fitted.labels,
            fitted.probabilities,
            classes=class_names(self.schema),
            boot=_DRAWS,
            seed=self.seed,
        )
        return {"auc": found["auc"], "log_loss": found["log_loss"], "ece": found["ece"]}

    def _classes(self) -> int:
        return len(class_names(self.schema))


def _told(model: Model, past: Past) -> Told:
    x = model.encoder.encode(past.leads)
    margin = model.engine.base + model.engine.effects(x).sum(axis=1)
    return Told(margin=margin, probabilities=model.probabilities(x, margin))


def _named(recipe: str) -> RecipeName:
    return next(one for one in _RECIPES if one == recipe)


def _baseline(found: Ranked | Unavailable) -> Policy:
    key = found.name.replace(" ", "_")
    if isinstance(found, Unavailable):
        return Policy(key=key, name=found.name, kind="baseline", reason=found.reason)
    return Policy(
        key=key,
        name=found.name,
        kind="baseline",
        scores=(found.scores,),
        probabilities=found.probabilities,
    )
