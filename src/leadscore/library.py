"""The product as a library: train, score, explain, judge, keep."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from leadscore.errors import BadRequest
from leadscore.wiring import files

if TYPE_CHECKING:
    import pandas as pd

    from leadscore.leads.schema import Schema
    from leadscore.model.bundle import Model
    from leadscore.score.one import LeadScorer
    from leadscore.score.record import ScoreRecord
    from leadscore.score.what_if import WhatIf

__all__ = [
    "audit_leads",
    "backtest_leads",
    "evaluate_model",
    "explain_lead",
    "infer_schema",
    "lead_scorer",
    "open_model",
    "save_model",
    "score_leads",
    "train_model",
    "what_if",
]


def train_model(  # noqa: PLR0913  -- each is an option of `leadscore train` as well
    leads: "pd.DataFrame | str | Path",
    *,
    schema: "Schema | str | None" = None,
    label: str | None = None,
    positive: str | None = None,
    time: str | None = None,
    group: str | None = None,
    rows_in_order: bool = False,
    recipe: str = "auto",
    seed: int = 0,
    name: str = "model",
) -> "Model":
    """Train a model on leads whose tier or outcome is known.

    Parameters
    ----------
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    schema : Schema or str, optional
        What their columns mean: a schema, ``investor``, or the path of a schema.toml. Where not
        given: `investor` if its columns are there, else read off the leads.
    label : str, optional
        The column that says what became of a lead.
    positive : str, optional
        The label's value that counts as converted; guessed for 0/1, no/yes, lost/won.
    time, group : str, optional
        Without a schema: the columns of when a lead came in and of which leads belong together.
    rows_in_order : bool
        Without a schema: whether the rows are in time order.
    recipe : {"auto", "ordinal", "logistic", "seed"}
        How to train.
    seed : int
        The seed of everything random.
    name : str
        What the model is called.

    Raises
    ------
    UserError
        If the leads have faults (all of them are named), or what was asked for does not fit them.

    Examples
    --------
    >>> from leadscore.testing.makers import make_frame
    >>> model = train_model(make_frame(600, seed=1), recipe="logistic")
    >>> scores = score_leads(model, make_frame(3, seed=2))
    >>> list(scores.columns[:3])
    ['lead_id', 'score', 'tier']
    """
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415
    from leadscore.flows.train import TrainWish, train_frame  # noqa: PLC0415

    columns = SchemaWish(
        label=label, positive=positive, time=time, group=group, rows_in_order=rows_in_order
    )
    wish = TrainWish(schema=replace(columns, schema=schema), recipe=recipe, seed=seed, name=name)
    if isinstance(leads, str | Path):
        with files().table(str(leads)) as table:
            return train_frame(table.frame(), wish, files=files(), table=table).model
    return train_frame(leads, wish, files=files()).model


def infer_schema(  # noqa: PLR0913  -- each is an option of `leadscore schema infer` as well
    leads: "pd.DataFrame | str | Path",
    *,
    label: str | None = None,
    positive: str | None = None,
    time: str | None = None,
    group: str | None = None,
    rows_in_order: bool = False,
) -> "Schema":
    """Read a schema off leads and audit it: what gives the outcome away is not scored.

    Parameters
    ----------
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    label, positive : str, optional
        The column that says what became of a lead, and its value that counts as converted.
    time, group : str, optional
        The columns that say when a lead came in and which leads belong together.
    rows_in_order : bool
        Whether the rows are in time order.

    Raises
    ------
    UserError
        If what was said does not fit the leads.
    """
    from leadscore.flows.infer import infer_frame  # noqa: PLC0415
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415

    wish = SchemaWish(
        label=label, positive=positive, time=time, group=group, rows_in_order=rows_in_order
    )
    return infer_frame(_frame(leads), wish).chosen.schema


def audit_leads(
    leads: "pd.DataFrame | str | Path",
    *,
    schema: "Schema | str | None" = None,
    label: str | None = None,
    positive: str | None = None,
) -> dict[str, object]:
    """Judge whether one may learn from leads: every column, and the quality of the data.

    Parameters
    ----------
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    schema : Schema or str, optional
        What their columns mean; read off the leads where not given.
    label, positive : str, optional
        The column that says what became of a lead, and its value that counts as converted.

    Raises
    ------
    UserError
        If what was said does not fit the leads.
    """
    from leadscore.flows.audit import audit_frame  # noqa: PLC0415
    from leadscore.flows.schema import SchemaWish, choose_schema  # noqa: PLC0415

    frame = _frame(leads)
    wish = SchemaWish(schema=schema, label=label, positive=positive)
    return audit_frame(frame, choose_schema(frame, wish, files()).schema).to_json()


def score_leads(
    model: "Model",
    leads: "pd.DataFrame | str | Path",
    *,
    reasons: int = 3,
    on_error: str = "refuse",
    words: bool = False,
) -> "pd.DataFrame":
    """Score leads: one row each, in their order, with the columns of a scored file.

    Parameters
    ----------
    model : Model
        The model.
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    reasons : int
        How many reasons a lead gets.
    on_error : {"refuse", "skip", "unscored"}
        What becomes of leads with a value that is not allowed.
    words : bool
        Whether reasons come as sentences as well.

    Raises
    ------
    BadInput
        With every fault, where faults refuse the leads.
    """
    from leadscore.flows.score import ScoreWish, score_frame  # noqa: PLC0415

    wish = ScoreWish(reasons=reasons, on_error=on_error, words=words)
    return score_frame(model, _frame(leads), wish)


def explain_lead(model: "Model", lead: Mapping[str, object]) -> "ScoreRecord":
    """Score one lead and say why, as JSON values.

    Parameters
    ----------
    model : Model
        The model.
    lead : mapping of str to object
        Its fields, as JSON has them.

    Raises
    ------
    BadInput
        With every fault of the lead.
    """
    from leadscore.flows.explain import explain_values  # noqa: PLC0415

    return explain_values(model, lead)


def lead_scorer(model: "Model") -> "LeadScorer":
    """Return what scores and explains leads one by one, at a small part of a frame's cost.

    Its `score` takes a lead as JSON has it, and says in plain values what `score_leads` says.

    Examples
    --------
    >>> from leadscore.testing.makers import make_frame, make_lead
    >>> model = train_model(make_frame(600, seed=1), recipe="logistic")
    >>> lead_scorer(model).score(make_lead()).tier
    'High'
    """
    from leadscore.score.one import LeadScorer  # noqa: PLC0415

    return LeadScorer(model)


def evaluate_model(
    model: "Model",
    leads: "pd.DataFrame | str | Path",
    *,
    train: "pd.DataFrame | str | Path | None" = None,
    out: str | Path | None = None,
    force: bool = False,
) -> dict[str, object]:
    """Judge a model on leads whose label is known, each figure with its 95 % interval.

    Parameters
    ----------
    model : Model
        The model.
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    train : DataFrame, str or Path, optional
        The leads that the model learned from: other recipes and baselines are fitted beside it.
    out : str or Path, optional
        Where the report page goes.
    force : bool
        Whether a page that is there may be replaced.

    Raises
    ------
    UserError
        If the leads have faults or no label, `train` is not what the model learned from, or
        something stands at `out`.
    """
    from leadscore.flows.evaluate import evaluate_frame, training_leads  # noqa: PLC0415
    from leadscore.flows.report import judged_json, report  # noqa: PLC0415
    from leadscore.measure.pages import report_html  # noqa: PLC0415

    known = None if train is None else training_leads(model, _frame(train))
    judged = evaluate_frame(model, _frame(leads), train=known)
    if out is not None:
        files().write_text(str(out), report_html(report(judged)), force=force)
    return judged_json(judged)


def backtest_leads(  # noqa: PLR0913  -- each is an option of `leadscore backtest` as well
    leads: "pd.DataFrame | str | Path",
    *,
    calls_per_day: int,
    schema: "Schema | str | None" = None,
    label: str | None = None,
    positive: str | None = None,
    time: str | None = None,
    rows_in_order: bool = False,
    recipe: str = "auto",
    start: float = 0.4,
    queue_days: int = 7,
    horizon_days: int | None = None,
    alone: bool = False,
    retrain: str = "monthly",
    seed: int = 0,
) -> dict[str, object]:
    """Replay the later part of leads at a team's own number of calls a day.

    Parameters
    ----------
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    calls_per_day : int
        How many leads the team calls a day.
    schema : Schema or str, optional
        What their columns mean, a time or ``order = "rows"`` among it; else read off the leads.
    label, positive, time : str, optional
        Without a schema: the column that says what became of a lead, its value that counts as
        converted, and the column that says when a lead came.
    rows_in_order : bool
        Without a schema: whether the rows are in time order.
    recipe, seed
        As for `train_model`.
    start : float
        The share of the leads before the replay begins.
    queue_days, horizon_days : int
        How many days a lead waits to be called, and how long an outcome may take: the schema's
        horizon, or 30 days, where not given.
    alone : bool
        Whether the other recipes and the random forest are left out.
    retrain : {"monthly", "quarterly", "none"}
        How often a model is trained anew beside the frozen one.

    Raises
    ------
    UserError
        If the leads have faults, no time or too short a past.
    """
    from leadscore.flows.backtest.run import BacktestWish, backtest_frame  # noqa: PLC0415
    from leadscore.flows.schema import SchemaWish  # noqa: PLC0415

    wish = BacktestWish(
        calls_per_day=calls_per_day,
        schema=SchemaWish(
            schema=schema, label=label, positive=positive, time=time, rows_in_order=rows_in_order
        ),
        recipe=recipe,
        start=start,
        queue_days=queue_days,
        horizon_days=horizon_days,
        alone=alone,
        retrain=retrain,
        seed=seed,
    )
    return backtest_frame(_frame(leads), wish, files=files()).to_json()


def what_if(
    model: "Model", leads: "pd.DataFrame | str | Path", *, most: int = 3
) -> "tuple[WhatIf, ...]":
    """Say, for each lead, the smallest changes that would bring it to the next tier.

    Parameters
    ----------
    model : Model
        The model.
    leads : DataFrame, str or Path
        The leads, or the CSV or Parquet file that they are in.
    most : int
        How many alternatives a lead gets.

    Raises
    ------
    UserError
        If the leads have faults, or `most` is less than one.
    """
    from leadscore.flows.explain import what_if_frame  # noqa: PLC0415

    return what_if_frame(model, _frame(leads), most=most)


def open_model(path: str | Path) -> "Model":
    """Open a saved model: its folder or .zip.

    Raises
    ------
    NotFound
        If there is none.
    BadBundle
        If it was changed, is foreign, newer or broken.
    """
    return files().read_model(str(path))


def save_model(model: "Model", path: str | Path, *, force: bool = False) -> "Model":
    """Save a model as a folder, or as a .zip where the name says so, and return it.

    Raises
    ------
    Exists
        If something is there and may not be replaced.
    """
    return files().write_model(str(path), model, force=force)


def _frame(leads: "pd.DataFrame | str | Path") -> "pd.DataFrame":
    if isinstance(leads, str | Path):
        with files().table(str(leads)) as table:
            return table.frame()
    if not hasattr(leads, "columns"):
        raise BadRequest(
            f"The leads are a {type(leads).__name__}.", allowed="a DataFrame, or a file's path"
        )
    return leads
