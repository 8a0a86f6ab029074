"""Judge a model on leads whose label is known, beside what else could be done."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadscore.errors import BadRequest
from leadscore.flows.fairness import fairness_of, told_scores
from leadscore.flows.fingerprint import fingerprint
from leadscore.flows.labelled import Labelled, class_names, labelled, last_time
from leadscore.flows.ports import Files, Table, Teller, no_news, short_name
from leadscore.flows.report import Judged, Order, report
from leadscore.flows.rivals import Rival, baselines, compared, other_recipes
from leadscore.measure.coverage import Coverage, coverage
from leadscore.measure.metrics import Metrics, draws_for, evaluate
from leadscore.measure.pages import report_html
from leadscore.measure.simpler import Simpler, simpler_ones
from leadscore.model.bundle import Model
from leadscore.score.scores import Scores, score_leads

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EvaluateWish", "evaluate_file", "evaluate_frame", "training_leads"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateWish:
    """How to evaluate.

    Parameters
    ----------
    train : str, optional
        The file that the model learned from; other recipes are then fitted beside it.
    out : str, optional
        Where the report page goes.
    force : bool
        Whether what is there may be replaced.
    jobs : int
        How many fits to run at once.
    """

    train: str | None = None
    out: str | None = None
    force: bool = False
    jobs: int = 1


def evaluate_file(
    model_path: str, path: str, wish: EvaluateWish, *, files: Files, tell: Teller = no_news
) -> Judged:
    """Judge the model at `model_path` on the leads at `path`, and write the report page.

    Parameters
    ----------
    model_path, path : str
        The saved model and the leads; ``-`` is stdin.
    wish : EvaluateWish
        What to compare with and where to write.
    files : Files
        Who reads and writes.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    BadRequest
        If the training file is not the one that the model learned from.
    UserError
        If a file has faults or does not fit; nothing is written then.
    """
    if wish.out is not None:
        files.refuse_existing(wish.out, force=wish.force)
    model = files.read_model(model_path)
    train = None
    if wish.train is not None:
        tell("Reading the training leads")
        with files.table(wish.train) as table:
            train = training_leads(model, table.frame(), table=table)
    tell("Reading the leads")
    with files.table(path) as table:
        judged = evaluate_frame(
            model, table.frame(), train=train, table=table, jobs=wish.jobs, tell=tell
        )
    if wish.out is not None:
        tell("Writing the report")
        files.write_text(wish.out, report_html(report(judged)), force=wish.force)
    return judged


def evaluate_frame(  # noqa: PLR0913  -- two inputs, and who helps
    model: Model,
    frame: "pd.DataFrame",
    *,
    train: Labelled | None = None,
    table: Table | None = None,
    jobs: int = 1,
    tell: Teller = no_news,
) -> Judged:
    """Judge `model` on the rows of `frame`.

    Parameters
    ----------
    model : Model
        The model.
    frame : pandas.DataFrame
        Leads with a label.
    train : Labelled, optional
        The leads that the model learned from.
    table : Table, optional
        Where the frame is from.
    jobs : int
        How many fits to run at once.
    tell : Teller
        Who is told what is being done.
    """
    test = labelled(frame, model.schema, table=table)
    known = fingerprint(test.leads, test.labels)
    tell(f"Scoring {len(test.rows):,} leads")
    test, scores, unscored = _scored(test, score_leads(model, test.leads))
    others = () if train is None else other_recipes(model, test, train, jobs=jobs, tell=tell)
    simple = baselines(model, test, train, seed=0, tell=tell)
    rivals = (_mine(model, scores), *others, *simple)
    tell("Measuring")
    order, earlier = _order(model, test, train)
    return Judged(
        name=short_name(table.name) if table else "the leads given",
        model=model,
        test=test,
        scores=scores,
        unscored=unscored,
        metrics=_metrics(model, test, scores, _truth(frame, model)),
        comparison=compared(rivals, test, model),
        rivals=rivals,
        fingerprint=known,
        seen_before=0 if train is None else _seen_before(model, test, train),
        with_training=train is not None,
        order=order,
        earlier=earlier,
        simpler=() if train is None else _simpler(rivals, test),
        fairness=fairness_of(model, test, told_scores(scores)),
        coverage=_coverage(model, test, scores),
    )


def training_leads(model: Model, frame: "pd.DataFrame", *, table: Table | None = None) -> Labelled:
    """Return the leads that `model` learned from, known by their fingerprint.

    Raises
    ------
    BadRequest
        If `frame` has other leads.
    """
    train = labelled(frame, model.schema, table=table)
    if fingerprint(train.leads, train.labels) != model.card.get("fingerprint"):
        what = repr(table.name) if table else "This"
        raise BadRequest(
            f"{what} is not the file that this model learned from: their fingerprints differ.",
            next_step="Give the very file with --train, or leave --train out.",
        )
    return train


def _mine(model: Model, scores: Scores) -> Rival:
    return Rival(
        name=model.recipe,
        kind="recipe",
        scores=scores.margin,
        probabilities=scores.probabilities,
        shipped=True,
    )


def _scored(test: Labelled, scores: Scores) -> tuple[Labelled, Scores, int]:
    """Leave out the leads that have no score, and count them."""
    unscored = int(scores.unscored.sum())
    if not unscored:
        return test, scores, 0
    kept = np.flatnonzero(~scores.unscored)
    if not len(kept):
        raise BadRequest(
            "None of the leads could be scored.",
            next_step="leadscore score says why, lead by lead.",
        )
    left = replace(
        test, leads=test.leads.take(kept), labels=test.labels[kept], rows=test.rows[kept]
    )
    return left, scores.take(kept), unscored


def _metrics(
    model: Model, test: Labelled, scores: Scores, truth: NDArray[np.float64] | None
) -> Metrics:
    return evaluate(
        test.labels,
        scores.probabilities,
        classes=class_names(model.schema),
        truth=None if truth is None else truth[test.rows],
        boot=draws_for(len(test.labels)),
    )


def _order(model: Model, test: Labelled, train: Labelled | None) -> tuple[Order, float | None]:
    """Tell whether all tested leads came after all training leads, and what share did not."""
    until = _last(model, train)
    dated = model.schema.with_role("time")
    if until is None or not dated:
        return "unknown", None
    after = np.asarray(test.leads.columns[dated[0].name], np.float64)
    if not np.isfinite(after).any():
        return "unknown", None
    # a lead without a date cannot be shown to have come later
    earlier = float(1 - (after > until).mean())
    return ("not forward" if earlier else "forward"), earlier


def _last(model: Model, train: Labelled | None) -> float | None:
    """Return when the last of the leads came that the model learned from, as its card says."""
    known = model.card.get("last")
    if isinstance(known, int | float):
        return float(known)
    return None if train is None else last_time(train, model.schema)


def _coverage(model: Model, test: Labelled, scores: Scores) -> Coverage | None:
    if model.doubt is None:
        return None
    return coverage(
        test.labels,
        scores.sets,
        classes=class_names(model.schema),
        boot=draws_for(len(test.labels)),
    )


def _simpler(rivals: tuple[Rival, ...], test: Labelled) -> tuple[Simpler, ...]:
    told = {one.name: one.probabilities for one in rivals if one.probabilities is not None}
    shipped = next(one.name for one in rivals if one.shipped)
    return simpler_ones(test.labels, told, shipped=shipped, boot=draws_for(len(test.labels)))


def _truth(frame: "pd.DataFrame", model: Model) -> NDArray[np.float64] | None:
    """Return the true probabilities, where the file has a column of them for each class."""
    if model.outcome:
        return None
    names = [f"true_{name.lower()}" for name in class_names(model.schema)]
    if not set(names) <= set(frame.columns):
        return None
    return np.asarray(frame[names].to_numpy(dtype=np.float64))


def _seen_before(model: Model, test: Labelled, train: Labelled) -> int:
    """Count the tested leads that are in the training file: the same id and the same values."""
    known = set(_keys(model, train))
    return sum(key in known for key in _keys(model, test))


def _keys(model: Model, data: Labelled) -> list[tuple[bytes, ...]]:
    # ids alone would not do: every world counts its leads from 1
    if not data.leads.ids:
        return []
    ids = zip(*data.leads.ids.values(), strict=True)
    rows = model.encoder.encode(data.leads)
    return [
        (*(str(one).encode() for one in named), row.tobytes())
        for named, row in zip(ids, rows, strict=True)
    ]
