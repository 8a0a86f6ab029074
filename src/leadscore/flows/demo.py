"""The product on made-up leads, from nothing to a list of whom to call."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from leadscore.flows.evaluate import evaluate_frame
from leadscore.flows.labelled import labelled
from leadscore.flows.ports import Files, Teller, no_news
from leadscore.flows.report import Judged, report
from leadscore.flows.score import ScoreWish, score_file
from leadscore.flows.train import TrainWish, train_frame
from leadscore.flows.world import world_columns
from leadscore.measure.pages import report_html
from leadscore.model.bundle import Model
from leadscore.model.split import stratified_split
from leadscore.score.reasons import NO_REASON, top_reasons
from leadscore.score.scores import score_leads
from leadscore.score.words import reason_words
from leadscore.world.scenarios import SCENARIOS, Scenario, scenario_leads, scenario_truth
from leadscore.world.seed import generate

__all__ = ["FOLDER", "Call", "Demo", "Story", "run_demo"]

#: Where the demo writes, in the folder that it is run in.
FOLDER = "leadscore-demo"

_LEADS, _SEED, _TEST_SHARE = 10_000, 42, 0.2
_CALLS, _REASONS = 10, 2
#: The published lead that is worth a question: rich but inactive.
_EXPLAINED = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One lead to call: who, how good, why, and what to do.

    Parameters
    ----------
    lead_id : str
        Who.
    score : float
        0-100.
    tier : str
        Its tier.
    confidence : float
        The probability of that tier.
    expected : float
        The expected conversion, 0-1.
    reasons : tuple of str
        Why, in words, the strongest first.
    action : str
        What to do.
    """

    lead_id: str
    score: float
    tier: str
    confidence: float
    expected: float
    reasons: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One of the nine published leads, and what the model says of it.

    Parameters
    ----------
    scenario : Scenario
        The lead, its published tier and confidence.
    tier : str
        The tier that the model states.
    confidence : float
        Its probability.
    truth : float
        The exact probability of the published tier.
    """

    scenario: Scenario
    tier: str
    confidence: float
    truth: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo found and where it put it.

    Parameters
    ----------
    folder : str
        Where everything is.
    model : Model
        The model.
    judged : Judged
        What it is worth on leads that it had not seen.
    calls : tuple of Call
        The ten best of those.
    stories : tuple of Story
        The nine published leads.
    """

    folder: str
    model: Model
    judged: Judged
    calls: tuple[Call, ...]
    stories: tuple[Story, ...]


def run_demo(
    *,
    files: Files,
    folder: str = FOLDER,
    leads: int = _LEADS,
    jobs: int = 1,
    tell: Teller = no_news,
) -> Demo:
    """Make leads up, train on most, score the rest, judge the model, and write it all down.

    Parameters
    ----------
    files : Files
        Who reads and writes.
    folder : str
        Where to; replaced if an earlier demo made it.
    leads : int
        How many leads to make up.
    jobs : int
        How many fits to run at once.
    tell : Teller
        Who is told what is being done.

    Raises
    ------
    Exists
        If the folder is there and no demo made it.
    """
    files.own_folder(folder)
    tell(f"Making up {leads:,} leads")
    known, new = _world(leads)
    for name, frame in (("leads", known), ("new-leads", new)):
        with files.writer(f"{folder}/{name}.parquet", force=False) as writer:
            writer.write({str(one): frame[one].to_numpy() for one in frame})
    trained = train_frame(known, TrainWish(name="demo", jobs=jobs), tell=tell)
    model = files.write_model(f"{folder}/model", trained.model, force=False)
    tell(f"Scoring {len(new):,} new leads")
    wish = ScoreWish(words=True)
    score_file(
        f"{folder}/model", f"{folder}/new-leads.parquet", f"{folder}/scored.csv", wish, files=files
    )
    with files.table(f"{folder}/new-leads.parquet") as table:
        train = labelled(known, model.schema)
        judged = evaluate_frame(model, new, train=train, table=table, jobs=jobs, tell=tell)
    lead = json.dumps(SCENARIOS[_EXPLAINED].lead, indent=1)
    files.write_text(f"{folder}/lead.json", f"{lead}\n", force=False)
    files.write_text(f"{folder}/report.html", report_html(report(judged)), force=False)
    return Demo(
        folder=folder, model=model, judged=judged, calls=_calls(judged), stories=_stories(model)
    )


def _world(leads: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return leads whose tier is known, and new ones."""
    world = generate(leads, seed=_SEED)
    frame = pd.DataFrame(world_columns(world))
    rows = stratified_split(world.tier.astype(np.intp), _TEST_SHARE, np.random.default_rng(_SEED))
    return frame.iloc[rows[0]], frame.iloc[rows[1]]


def _calls(judged: Judged) -> tuple[Call, ...]:
    best = np.argsort(-judged.scores.margin, kind="stable")[:_CALLS]
    return tuple(_call(judged, int(row)) for row in best)


def _call(judged: Judged, row: int) -> Call:
    scores, leads = judged.scores, judged.test.leads
    tier = judged.model.schema.tiers[scores.tier[row]]
    fields = judged.model.schema.features
    top = top_reasons(scores.effects[row : row + 1], _REASONS)[0]
    return Call(
        lead_id=str(leads.ids["lead_id"][row]),
        score=float(scores.score[row]),
        tier=tier.name,
        confidence=float(scores.confidence[row]),
        expected=float(scores.expected_conversion[row]),
        reasons=tuple(
            reason_words(
                fields[place],
                leads.columns[fields[place].name][row],
                float(scores.effects[row, place]),
            )
            for place in top
            if place != NO_REASON
        ),
        action=tier.text,
    )


def _stories(model: Model) -> tuple[Story, ...]:
    scores, truth = score_leads(model, scenario_leads()), scenario_truth()
    return tuple(
        Story(
            scenario=scenario,
            tier=scores.tier_names[scores.tier[at]],
            confidence=float(scores.confidence[at]),
            truth=float(truth[at]),
        )
        for at, scenario in enumerate(SCENARIOS)
    )
